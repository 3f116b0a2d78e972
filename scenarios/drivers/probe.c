/*++

Module Name:

    probe.c

Abstract:

    A driver that does nothing but listen, and writes down what it hears: its lines, printed with
    DbgPrint, are a trace that "hotadd check" judges. Loaded on a machine to which processors can be
    added it shows what Windows really does where the documents are silent: in which order two
    callbacks are called, at which IRQL, who hears of a processor that was refused, when the counts
    change, and when the arrival comes.

    Values below the key Parameters, all REG_DWORD, say what it does besides:

    RefuseIndex     the first callback refuses the processor with this index, when it is new
    RefuseExisting  the same of one that exists, while the callback is registered

Environment:

    Kernel mode

--*/

#include <ntddk.h>
#include <initguid.h>
#include <poclass.h>
#include <wdmguid.h>

#include <hotadd/record_driver.h>

#define CALLBACKS 2
#define CALLBACK_NAMES "first", "second"
#define ENTRY 1
#define INTERFACES 64
#define NOBODY 0xFFFFFFFF

DRIVER_INITIALIZE DriverEntry;
static DRIVER_UNLOAD ProbeUnload;
static PROCESSOR_CALLBACK_FUNCTION ProbeProcessorChanged;
static DRIVER_NOTIFICATION_CALLBACK_ROUTINE ProbeInterfaceChanged;

static struct ha_recorder Recorder;
static LONG64 volatile RecordNumber;
static PVOID CallbackHandle[CALLBACKS];
static PVOID NotificationEntry;
static ULONG RefuseIndex;
static ULONG RefuseExisting;

//
// Each symbolic link is known by a hash of its letters. Only the PnP callback, and the registration
// that calls it, look here, one after the other.
//
static ULONG LinkHash[INTERFACES];
static ULONG LinkCount;

static void
ProbePrint(
    void *Argument,
    const char *Line
    )
{
    UNREFERENCED_PARAMETER(Argument);

    DbgPrint("%s\n", Line);
}

static void
ProbeStamp(
    void *Argument,
    struct ha_recorder_stamp *Stamp
    )
{
    UNREFERENCED_PARAMETER(Argument);

    Stamp->seq = (ULONG64)InterlockedIncrement64(&RecordNumber);
    Stamp->time_ns = KeQueryInterruptTime() * 100;
    Stamp->thread = (ULONG)((ULONG_PTR)PsGetCurrentThreadId() / 4 % 65536);
    Stamp->processor = KeGetCurrentProcessorNumberEx(NULL);
    Stamp->irql = KeGetCurrentIrql();
    Stamp->active = KeQueryActiveProcessorCountEx(ALL_PROCESSOR_GROUPS);
    Stamp->known = HA_RECORDER_TIME | HA_RECORDER_PROCESSOR | HA_RECORDER_IRQL | HA_RECORDER_ACTIVE;
}

//
// What a driver could ask for in a callback, and what it is told there.
//
static VOID
ProbeAsk(
    _In_ ULONG ProcessorIndex
    )
{
    PROCESSOR_NUMBER number;
    KAFFINITY affinity;
    NTSTATUS status;
    ULONG count;

    count = KeQueryActiveProcessorCountEx(ALL_PROCESSOR_GROUPS);
    ha_recorder_query(&Recorder, "KeQueryActiveProcessorCountEx", ALL_PROCESSOR_GROUPS, count, 0);

    affinity = KeQueryGroupAffinity(0);
    ha_recorder_query(&Recorder, "KeQueryGroupAffinity", 0, affinity, 0);

    RtlZeroMemory(&number, sizeof(number));
    status = KeGetProcessorNumberFromIndex(ProcessorIndex, &number);
    ha_recorder_query(&Recorder, "KeGetProcessorNumberFromIndex", ProcessorIndex, (ULONG)status,
                    (ULONG)number.Group << 16 | number.Number);
}

_Use_decl_annotations_
static VOID
ProbeProcessorChanged(
    PVOID CallbackContext,
    PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext,
    PNTSTATUS OperationStatus
    )
{
    ULONG which = (ULONG)(ULONG_PTR)CallbackContext;
    struct ha_recorder_call call;
    ULONG refused;

    call.registration = which + 1;
    call.state = (ULONG)ChangeContext->State;
    call.nt_number = ChangeContext->NtNumber;
    call.group = ChangeContext->ProcNumber.Group;
    call.number = ChangeContext->ProcNumber.Number;
    call.reserved = ChangeContext->ProcNumber.Reserved;
    call.status = (ULONG)ChangeContext->Status;
    call.op_status = (ULONG)*OperationStatus;
    ha_recorder_call_enter(&Recorder, &call);

    ProbeAsk(ChangeContext->NtNumber);

    refused = call.existing ? RefuseExisting : RefuseIndex;
    if (which == 0 && ChangeContext->State == KeProcessorAddStartNotify &&
        ChangeContext->NtNumber == refused) {
        *OperationStatus = STATUS_INSUFFICIENT_RESOURCES;
    }

    call.op_status = (ULONG)*OperationStatus;
    ha_recorder_call_leave(&Recorder, &call);
}

static ULONG
ProbeInterfaceId(
    _In_ PCUNICODE_STRING Link
    )
{
    ULONG hash = 2166136261;
    ULONG index;

    for (index = 0; index < Link->Length / sizeof(WCHAR); index += 1) {
        hash = (hash ^ Link->Buffer[index]) * 16777619;
    }

    for (index = 0; index < LinkCount; index += 1) {
        if (LinkHash[index] == hash) {
            return index + 1;
        }
    }

    if (LinkCount == INTERFACES) {
        return 0;
    }

    LinkHash[LinkCount] = hash;
    LinkCount += 1;
    return LinkCount;
}

_Use_decl_annotations_
static NTSTATUS
ProbeInterfaceChanged(
    PVOID NotificationStructure,
    PVOID Context
    )
{
    PDEVICE_INTERFACE_CHANGE_NOTIFICATION change =
        (PDEVICE_INTERFACE_CHANGE_NOTIFICATION)NotificationStructure;

    UNREFERENCED_PARAMETER(Context);

    ha_recorder_pnp_call_enter(&Recorder, ENTRY, ProbeInterfaceId(change->SymbolicLinkName),
                             IsEqualGUID(&change->Event, &GUID_DEVICE_INTERFACE_ARRIVAL),
                             change->Version, change->Size);
    ha_recorder_pnp_call_leave(&Recorder, ENTRY, STATUS_SUCCESS);
    return STATUS_SUCCESS;
}

static NTSTATUS
ProbeListen(
    _In_ PDRIVER_OBJECT DriverObject
    )
{
    static const char *const names[CALLBACKS] = { CALLBACK_NAMES };
    NTSTATUS status;
    ULONG which;

    for (which = 0; which < CALLBACKS; which += 1) {
        ha_recorder_name(&Recorder, "registration", which + 1, names[which]);
        ha_recorder_register_enter(&Recorder, which + 1, 1, KE_PROCESSOR_CHANGE_ADD_EXISTING);
        CallbackHandle[which] = KeRegisterProcessorChangeCallback(
            ProbeProcessorChanged, (PVOID)(ULONG_PTR)which, KE_PROCESSOR_CHANGE_ADD_EXISTING);
        ha_recorder_register_return(&Recorder, which + 1, CallbackHandle[which] != NULL);
    }

    ha_recorder_name(&Recorder, "entry", ENTRY, "cpu");
    ha_recorder_pnp_register_enter(&Recorder, ENTRY,
                                 PNPNOTIFY_DEVICE_INTERFACE_INCLUDE_EXISTING_INTERFACES,
                                 &GUID_DEVICE_PROCESSOR);
    status = IoRegisterPlugPlayNotification(
        EventCategoryDeviceInterfaceChange, PNPNOTIFY_DEVICE_INTERFACE_INCLUDE_EXISTING_INTERFACES,
        (PVOID)&GUID_DEVICE_PROCESSOR, DriverObject, ProbeInterfaceChanged, NULL,
        &NotificationEntry);
    ha_recorder_pnp_register_return(&Recorder, ENTRY, (ULONG)status);
    return status;
}

static VOID
ProbeStopListening(
    VOID
    )
{
    NTSTATUS status;
    ULONG which;

    if (NotificationEntry != NULL) {
        ha_recorder_pnp_unregister_enter(&Recorder, ENTRY, TRUE);
        status = IoUnregisterPlugPlayNotificationEx(NotificationEntry);
        ha_recorder_pnp_unregister_return(&Recorder, ENTRY, TRUE, (ULONG)status);
    }

    for (which = CALLBACKS; which > 0; which -= 1) {
        if (CallbackHandle[which - 1] != NULL) {
            ha_recorder_deregister_enter(&Recorder, which);
            KeDeregisterProcessorChangeCallback(CallbackHandle[which - 1]);
            ha_recorder_deregister_return(&Recorder, which);
        }
    }
}

_Use_decl_annotations_
static VOID
ProbeUnload(
    PDRIVER_OBJECT DriverObject
    )
{
    UNREFERENCED_PARAMETER(DriverObject);

    ha_recorder_unload_enter(&Recorder);
    ProbeStopListening();
    ha_recorder_unload_leave(&Recorder);
    ha_recorder_end(&Recorder);
}

//
// What there is before anybody listens.
//
static VOID
ProbeRecordPartition(
    VOID
    )
{
    PROCESSOR_NUMBER number;
    ULONG active, index;
    USHORT group, groups;

    active = KeQueryActiveProcessorCountEx(ALL_PROCESSOR_GROUPS);
    groups = KeQueryActiveGroupCount();
    ha_recorder_begin(&Recorder, "probe", groups, active,
                      KeQueryMaximumProcessorCountEx(ALL_PROCESSOR_GROUPS));

    for (group = 0; group < groups; group += 1) {
        ha_recorder_group(&Recorder, group, KeQueryMaximumProcessorCountEx(group));
    }

    for (index = 0; index < active; index += 1) {
        if (NT_SUCCESS(KeGetProcessorNumberFromIndex(index, &number))) {
            ha_recorder_processor(&Recorder, index, number.Group, number.Number);
        }
    }
}

static VOID
ProbeReadParameters(
    _In_ PUNICODE_STRING RegistryPath
    )
{
    RTL_QUERY_REGISTRY_TABLE table[4];

    RtlZeroMemory(table, sizeof(table));
    table[0].Flags = RTL_QUERY_REGISTRY_SUBKEY;
    table[0].Name = L"Parameters";
    table[1].Flags = RTL_QUERY_REGISTRY_DIRECT | RTL_QUERY_REGISTRY_TYPECHECK;
    table[1].Name = L"RefuseIndex";
    table[1].EntryContext = &RefuseIndex;
    table[1].DefaultType = REG_DWORD << RTL_QUERY_REGISTRY_TYPECHECK_SHIFT;
    table[2] = table[1];
    table[2].Name = L"RefuseExisting";
    table[2].EntryContext = &RefuseExisting;

    RefuseIndex = NOBODY;
    RefuseExisting = NOBODY;
    (VOID)RtlQueryRegistryValues(RTL_REGISTRY_ABSOLUTE, RegistryPath->Buffer, table, NULL, NULL);
}

_Use_decl_annotations_
NTSTATUS
DriverEntry(
    PDRIVER_OBJECT DriverObject,
    PUNICODE_STRING RegistryPath
    )
{
    NTSTATUS status;

    DriverObject->DriverUnload = ProbeUnload;
    ProbeReadParameters(RegistryPath);

    RecordNumber = 0;
    LinkCount = 0;
    RtlZeroMemory(&Recorder, sizeof(Recorder));
    Recorder.print = ProbePrint;
    Recorder.stamp = ProbeStamp;
    ProbeRecordPartition();
    ha_recorder_entry_enter(&Recorder);

    status = ProbeListen(DriverObject);
    if (!NT_SUCCESS(status)) {
        ProbeStopListening();
    }

    ha_recorder_entry_leave(&Recorder, (ULONG)status);
    return status;
}
