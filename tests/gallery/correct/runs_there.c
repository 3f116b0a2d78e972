/*++

Abstract:

    A driver that has to execute something on each processor itself, at PASSIVE_LEVEL. Complete
    moves the calling thread there, does it, and moves back to where the thread was, in the reverse
    order of two moves. A Start does nothing of the kind; a mask that names only the processor that
    comes would change nothing.

--*/

#include <ntddk.h>

DRIVER_INITIALIZE DriverEntry;
static DRIVER_UNLOAD VisitsUnload;
static PROCESSOR_CALLBACK_FUNCTION VisitsProcessorChanged;

static PVOID Registration;
static ULONG Visits;
static ULONG Missed;

static BOOLEAN
VisitProcessor(
    _In_ const PROCESSOR_NUMBER *Number
    )
{
    GROUP_AFFINITY wanted, previous, between;
    PROCESSOR_NUMBER here;

    RtlZeroMemory(&wanted, sizeof(wanted));
    wanted.Group = Number->Group;
    wanted.Mask = KeQueryGroupAffinity(Number->Group);
    KeSetSystemGroupAffinityThread(&wanted, &previous);

    wanted.Mask = AFFINITY_MASK(Number->Number);
    KeSetSystemGroupAffinityThread(&wanted, &between);
    (VOID)KeGetCurrentProcessorNumberEx(&here);
    KeRevertToUserGroupAffinityThread(&between);
    KeRevertToUserGroupAffinityThread(&previous);
    return here.Group == Number->Group && here.Number == Number->Number;
}

_Use_decl_annotations_
static VOID
VisitsProcessorChanged(
    PVOID CallbackContext,
    PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext,
    PNTSTATUS OperationStatus
    )
{
    UNREFERENCED_PARAMETER(CallbackContext);
    UNREFERENCED_PARAMETER(OperationStatus);

    if (ChangeContext->State == KeProcessorAddCompleteNotify) {
        if (VisitProcessor(&ChangeContext->ProcNumber)) {
            Visits += 1;
        } else {
            Missed += 1;
        }
    }
}

_Use_decl_annotations_
static VOID
VisitsUnload(
    PDRIVER_OBJECT DriverObject
    )
{
    PROCESSOR_NUMBER number;

    UNREFERENCED_PARAMETER(DriverObject);

    KeDeregisterProcessorChangeCallback(Registration);

    //
    // What was set up is taken back where it was set up. A processor that comes meanwhile is none
    // of this driver's.
    //
    for (ULONG index = 0; index < Visits; index += 1) {
        if (NT_SUCCESS(KeGetProcessorNumberFromIndex(index, &number))) {
            (VOID)VisitProcessor(&number);
        }
    }
    DbgPrintEx(DPFLTR_IHVDRIVER_ID, DPFLTR_INFO_LEVEL, "visits: %u missed\n", Missed);
}

_Use_decl_annotations_
NTSTATUS
DriverEntry(
    PDRIVER_OBJECT DriverObject,
    PUNICODE_STRING RegistryPath
    )
{
    UNREFERENCED_PARAMETER(RegistryPath);

    Visits = Missed = 0;
    Registration = KeRegisterProcessorChangeCallback(VisitsProcessorChanged, NULL,
                                                     KE_PROCESSOR_CHANGE_ADD_EXISTING);
    if (Registration == NULL) {
        return STATUS_UNSUCCESSFUL;
    }
    DriverObject->DriverUnload = VisitsUnload;
    return STATUS_SUCCESS;
}
