/*++

Module Name:

    guard_lives_too_long.cpp

Abstract:

    A driver in C++ with a mistake: a guard takes the spin lock and releases it where its block
    ends. That is the end of the function, behind the wait for the thread that works for the new
    processor.

--*/

#include "one_callback.h"

class SpinGuard
{
public:
    explicit SpinGuard(PKSPIN_LOCK Lock) : m_Lock(Lock) { KeAcquireSpinLock(m_Lock, &m_Irql); }
    ~SpinGuard() { KeReleaseSpinLock(m_Lock, m_Irql); }

    SpinGuard(const SpinGuard &) = delete;
    SpinGuard &operator=(const SpinGuard &) = delete;

private:
    PKSPIN_LOCK m_Lock;
    KIRQL m_Irql;
};

static KSPIN_LOCK Lock;
static KEVENT Worked;
static ULONG Present;

_Use_decl_annotations_
static VOID
ProcessorChanged(
    PVOID CallbackContext,
    PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext,
    PNTSTATUS OperationStatus
    )
{
    UNREFERENCED_PARAMETER(CallbackContext);
    UNREFERENCED_PARAMETER(OperationStatus);

    if (ChangeContext->State == KeProcessorAddCompleteNotify) {
        SpinGuard guard(&Lock);

        Present += 1;
        KeWaitForSingleObject(&Worked, Executive, KernelMode, FALSE, nullptr);
    }
}

static NTSTATUS
Prepare(
    _In_ PDRIVER_OBJECT DriverObject
    )
{
    UNREFERENCED_PARAMETER(DriverObject);

    KeInitializeSpinLock(&Lock);
    KeInitializeEvent(&Worked, NotificationEvent, TRUE);
    return STATUS_SUCCESS;
}

static VOID
CleanUp(
    VOID
    )
{
}
