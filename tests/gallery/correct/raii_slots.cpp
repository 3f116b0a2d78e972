/*++

Abstract:

    A driver in C++ whose objects give back what they took when they go: a block of pool, a lock
    that is held, a registration. What Start prepares is moved into its slot when all of it is
    there, so a Start that fails half-way has nothing to undo by hand.

    A kernel runs no constructor of what is global and throws nothing: DriverEntry makes the driver,
    and allocation says that it failed.

--*/

#include <ntddk.h>

#define SLOT_TAG 'tlS+'

template <typename Type>
class PoolPointer
{
public:
    PoolPointer() = default;
    explicit PoolPointer(Type *Pointer) : m_Pointer(Pointer) {}
    PoolPointer(PoolPointer &&Other) : m_Pointer(Other.Detach()) {}
    PoolPointer(const PoolPointer &) = delete;
    PoolPointer &operator=(const PoolPointer &) = delete;
    ~PoolPointer() { Reset(); }

    PoolPointer &operator=(PoolPointer &&Other)
    {
        Reset(Other.Detach());
        return *this;
    }

    static PoolPointer Allocate(SIZE_T Count)
    {
        return PoolPointer(static_cast<Type *>(
            ExAllocatePool2(POOL_FLAG_NON_PAGED, Count * sizeof(Type), SLOT_TAG)));
    }

    void Reset(Type *Pointer = nullptr)
    {
        if (m_Pointer != nullptr) {
            ExFreePoolWithTag(m_Pointer, SLOT_TAG);
        }
        m_Pointer = Pointer;
    }

    Type *Detach()
    {
        Type *pointer = m_Pointer;

        m_Pointer = nullptr;
        return pointer;
    }

    explicit operator bool() const { return m_Pointer != nullptr; }
    Type &operator[](SIZE_T Index) const { return m_Pointer[Index]; }

private:
    Type *m_Pointer = nullptr;
};

class SpinLockHolder
{
public:
    explicit SpinLockHolder(KSPIN_LOCK &Lock) { KeAcquireInStackQueuedSpinLock(&Lock, &m_Handle); }
    ~SpinLockHolder() { KeReleaseInStackQueuedSpinLock(&m_Handle); }
    SpinLockHolder(const SpinLockHolder &) = delete;
    SpinLockHolder &operator=(const SpinLockHolder &) = delete;

private:
    KLOCK_QUEUE_HANDLE m_Handle;
};

struct Slot
{
    PoolPointer<UCHAR> Queue;
    PoolPointer<ULONG64> Counters;
};

class SlotDriver
{
public:
    _Must_inspect_result_ NTSTATUS Begin();
    void End();

private:
    static PROCESSOR_CALLBACK_FUNCTION ProcessorChanged;
    NTSTATUS Prepare(ULONG Index);
    void Exchange(ULONG Index, Slot &Fresh);

    KSPIN_LOCK m_Lock;
    PoolPointer<Slot> m_Slots;
    ULONG m_Count;
    NTSTATUS m_Status;
    PVOID m_Registration;
};

extern "C" DRIVER_INITIALIZE DriverEntry;
static DRIVER_UNLOAD SlotUnload;

//
// Its constructor does nothing that zeroed memory is not already, and nobody runs it.
//
alignas(SlotDriver) static UCHAR DriverMemory[sizeof(SlotDriver)];

static SlotDriver *
TheDriver()
{
    return reinterpret_cast<SlotDriver *>(DriverMemory);
}

void
SlotDriver::Exchange(
    ULONG Index,
    Slot &Fresh
    )
/*++

Routine Description:

    Under the lock pointers change and nothing else; what was there before goes with Fresh.

--*/
{
    SpinLockHolder holder(m_Lock);
    UCHAR *queue = m_Slots[Index].Queue.Detach();
    ULONG64 *counters = m_Slots[Index].Counters.Detach();

    m_Slots[Index].Queue = static_cast<PoolPointer<UCHAR> &&>(Fresh.Queue);
    m_Slots[Index].Counters = static_cast<PoolPointer<ULONG64> &&>(Fresh.Counters);
    Fresh.Queue.Reset(queue);
    Fresh.Counters.Reset(counters);
}

NTSTATUS
SlotDriver::Prepare(
    ULONG Index
    )
{
    Slot fresh;

    fresh.Queue = PoolPointer<UCHAR>::Allocate(300);
    if (!fresh.Queue) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    fresh.Counters = PoolPointer<ULONG64>::Allocate(4);
    if (!fresh.Counters) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Exchange(Index, fresh);
    return STATUS_SUCCESS;
}

_Use_decl_annotations_
VOID
SlotDriver::ProcessorChanged(
    PVOID CallbackContext,
    PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext,
    PNTSTATUS OperationStatus
    )
{
    auto driver = static_cast<SlotDriver *>(CallbackContext);

    if (ChangeContext->State == KeProcessorAddStartNotify) {
        driver->m_Status = driver->Prepare(ChangeContext->NtNumber);
        if (!NT_SUCCESS(driver->m_Status) && NT_SUCCESS(*OperationStatus)) {
            *OperationStatus = driver->m_Status;
        }
    } else if (ChangeContext->State == KeProcessorAddFailureNotify) {
        Slot nothing;

        driver->Exchange(ChangeContext->NtNumber, nothing);
    }
}

NTSTATUS
SlotDriver::Begin()
{
    KeInitializeSpinLock(&m_Lock);
    m_Count = KeQueryMaximumProcessorCountEx(ALL_PROCESSOR_GROUPS);
    m_Slots = PoolPointer<Slot>::Allocate(m_Count);
    if (!m_Slots) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    m_Status = STATUS_UNSUCCESSFUL;
    m_Registration =
        KeRegisterProcessorChangeCallback(ProcessorChanged, this, KE_PROCESSOR_CHANGE_ADD_EXISTING);
    if (m_Registration == nullptr) {
        m_Slots.Reset();
        return NT_SUCCESS(m_Status) ? STATUS_UNSUCCESSFUL : m_Status;
    }
    return STATUS_SUCCESS;
}

void
SlotDriver::End()
{
    KeDeregisterProcessorChangeCallback(m_Registration);
    for (ULONG index = 0; index < m_Count; index += 1) {
        m_Slots[index].Queue.Reset();
        m_Slots[index].Counters.Reset();
    }
    m_Slots.Reset();
}

_Use_decl_annotations_
static VOID
SlotUnload(
    PDRIVER_OBJECT DriverObject
    )
{
    UNREFERENCED_PARAMETER(DriverObject);

    TheDriver()->End();
}

_Use_decl_annotations_
extern "C" NTSTATUS
DriverEntry(
    PDRIVER_OBJECT DriverObject,
    PUNICODE_STRING RegistryPath
    )
{
    UNREFERENCED_PARAMETER(RegistryPath);

    DriverObject->DriverUnload = SlotUnload;
    return TheDriver()->Begin();
}
