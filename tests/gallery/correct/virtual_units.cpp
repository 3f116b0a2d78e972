/*++

Abstract:

    A driver in C++ with an interface of virtual functions: each processor is served by a unit of
    one kind or another, which the callback knows by its base only. Units are made with a placement
    new of the driver's own, and their destructor and their memory go in one place.

    A unit works on a thread of its own from Complete on. The threads are made before, in
    DriverEntry, because a callback may run at an IRQL at which none can be made: there are as many
    as there are to be units, and each waits for its work or for the end.

--*/

#include <ntddk.h>

#define UNIT_TAG 'tnU+'

inline void *
operator new(
    decltype(sizeof(0)),
    void *Memory
    ) noexcept
{
    return Memory;
}

class Unit
{
public:
    virtual ULONG Work() = 0;
    virtual ULONG Size() const = 0;

protected:
    ~Unit() = default;
};

class PlainUnit : public Unit
{
public:
    explicit PlainUnit(ULONG Index) : m_Index(Index) {}
    ULONG Work() override { return m_Index; }
    ULONG Size() const override { return sizeof(*this); }

private:
    ULONG m_Index;
};

class BufferedUnit : public Unit
{
public:
    explicit BufferedUnit(ULONG Index) : m_Data{} { m_Data[Index % sizeof(m_Data)] = 1; }
    ULONG Work() override
    {
        ULONG sum = 0;

        for (UCHAR byte : m_Data) {
            sum += byte;
        }
        return sum;
    }
    ULONG Size() const override { return sizeof(*this); }

private:
    UCHAR m_Data[100];
};

class Desk
{
public:
    NTSTATUS Open();
    void Close();
    NTSTATUS Hire(ULONG Index);
    void Start();
    void Dismiss();

private:
    static KSTART_ROUTINE Run;

    FAST_MUTEX m_Mutex;
    KEVENT m_Work;
    KEVENT m_End;
    PKTHREAD m_Thread;
    Unit *m_Unit;
    ULONG m_Done;
};

extern "C" DRIVER_INITIALIZE DriverEntry;
static DRIVER_UNLOAD UnitsUnload;
static PROCESSOR_CALLBACK_FUNCTION UnitsProcessorChanged;

static Desk *Desks;
static ULONG DeskCount;
static PVOID Registration;

NTSTATUS
Desk::Hire(
    ULONG Index
    )
{
    SIZE_T size = Index % 2 != 0 ? sizeof(PlainUnit) : sizeof(BufferedUnit);
    void *memory = ExAllocatePool2(POOL_FLAG_PAGED, size, UNIT_TAG);

    if (memory == nullptr) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }

    ExAcquireFastMutex(&m_Mutex);
    if (Index % 2 != 0) {
        m_Unit = new (memory) PlainUnit(Index);
    } else {
        m_Unit = new (memory) BufferedUnit(Index);
    }
    ExReleaseFastMutex(&m_Mutex);
    return STATUS_SUCCESS;
}

void
Desk::Start()
{
    KeSetEvent(&m_Work, IO_NO_INCREMENT, FALSE);
}

void
Desk::Dismiss()
{
    ExAcquireFastMutex(&m_Mutex);

    Unit *unit = m_Unit;

    m_Unit = nullptr;
    ExReleaseFastMutex(&m_Mutex);
    if (unit != nullptr) {
        ExFreePoolWithTag(unit, UNIT_TAG);
    }
}

_Use_decl_annotations_
VOID
Desk::Run(
    PVOID StartContext
    )
{
    auto desk = static_cast<Desk *>(StartContext);
    PVOID objects[] = {&desk->m_End, &desk->m_Work};

    while (KeWaitForMultipleObjects(ARRAYSIZE(objects), objects, WaitAny, Executive, KernelMode,
                                    FALSE, nullptr, nullptr) != STATUS_WAIT_0) {
        ExAcquireFastMutex(&desk->m_Mutex);
        if (desk->m_Unit != nullptr) {
            desk->m_Done += desk->m_Unit->Work() + desk->m_Unit->Size();
        }
        ExReleaseFastMutex(&desk->m_Mutex);
    }
    PsTerminateSystemThread(STATUS_SUCCESS);
}

NTSTATUS
Desk::Open()
{
    HANDLE handle;
    NTSTATUS status;

    ExInitializeFastMutex(&m_Mutex);
    KeInitializeEvent(&m_Work, SynchronizationEvent, FALSE);
    KeInitializeEvent(&m_End, NotificationEvent, FALSE);
    status = PsCreateSystemThread(&handle, SYNCHRONIZE, nullptr, nullptr, nullptr, Run, this);
    if (!NT_SUCCESS(status)) {
        return status;
    }
    status = ObReferenceObjectByHandle(handle, SYNCHRONIZE, *PsThreadType, KernelMode,
                                       reinterpret_cast<PVOID *>(&m_Thread), nullptr);
    ZwClose(handle);
    return status;
}

void
Desk::Close()
{
    if (m_Thread != nullptr) {
        KeSetEvent(&m_End, IO_NO_INCREMENT, FALSE);
        KeWaitForSingleObject(m_Thread, Executive, KernelMode, FALSE, nullptr);
        ObDereferenceObject(m_Thread);
        Dismiss();
    }
}

_Use_decl_annotations_
static VOID
UnitsProcessorChanged(
    PVOID CallbackContext,
    PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext,
    PNTSTATUS OperationStatus
    )
{
    Desk &desk = static_cast<Desk *>(CallbackContext)[ChangeContext->NtNumber];

    switch (ChangeContext->State) {
    case KeProcessorAddStartNotify: {
        NTSTATUS status = desk.Hire(ChangeContext->NtNumber);

        if (!NT_SUCCESS(status) && NT_SUCCESS(*OperationStatus)) {
            *OperationStatus = status;
        }
        break;
    }
    case KeProcessorAddCompleteNotify:
        desk.Start();
        break;
    case KeProcessorAddFailureNotify:
        desk.Dismiss();
        break;
    }
}

static void
UnitsCloseDesks()
{
    for (ULONG index = 0; index < DeskCount; index += 1) {
        Desks[index].Close();
    }
    ExFreePoolWithTag(Desks, UNIT_TAG);
}

_Use_decl_annotations_
static VOID
UnitsUnload(
    PDRIVER_OBJECT DriverObject
    )
{
    UNREFERENCED_PARAMETER(DriverObject);

    KeDeregisterProcessorChangeCallback(Registration);
    UnitsCloseDesks();
}

_Use_decl_annotations_
extern "C" NTSTATUS
DriverEntry(
    PDRIVER_OBJECT DriverObject,
    PUNICODE_STRING RegistryPath
    )
{
    UNREFERENCED_PARAMETER(RegistryPath);

    DeskCount = KeQueryMaximumProcessorCountEx(ALL_PROCESSOR_GROUPS);
    Desks = static_cast<Desk *>(
        ExAllocatePool2(POOL_FLAG_NON_PAGED, DeskCount * sizeof(Desk), UNIT_TAG));
    if (Desks == nullptr) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    for (ULONG index = 0; index < DeskCount; index += 1) {
        NTSTATUS status = Desks[index].Open();

        if (!NT_SUCCESS(status)) {
            UnitsCloseDesks();
            return status;
        }
    }
    Registration = KeRegisterProcessorChangeCallback(UnitsProcessorChanged, Desks,
                                                     KE_PROCESSOR_CHANGE_ADD_EXISTING);
    if (Registration == nullptr) {
        UnitsCloseDesks();
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    DriverObject->DriverUnload = UnitsUnload;
    return STATUS_SUCCESS;
}
