/*++

Abstract:

    A lookaside list for each processor, and a table of pointers to them that has room for every
    processor there may ever be. A list is made in Start and deleted in Failure; work that comes
    takes blocks from the list of the processor that it runs on.

--*/

#include <ntddk.h>

#define LIST_TAG 'tsiL'
#define BLOCK_TAG 'kclB'
#define BLOCK_SIZE 200

DRIVER_INITIALIZE DriverEntry;
static DRIVER_UNLOAD ListsUnload;
static PROCESSOR_CALLBACK_FUNCTION ListsProcessorChanged;

static PVOID Registration;
static PNPAGED_LOOKASIDE_LIST *Lists;
static ULONG ListCount;

static VOID
ListsDelete(
    _In_ ULONG Index
    )
{
    PNPAGED_LOOKASIDE_LIST list = Lists[Index];

    if (list != NULL) {
        Lists[Index] = NULL;
        ExDeleteNPagedLookasideList(list);
        ExFreePoolWithTag(list, LIST_TAG);
    }
}

static VOID
ListsUse(
    VOID
    )
/*++

Routine Description:

    Takes two blocks and gives them back, from whatever list belongs to this processor. At
    DISPATCH_LEVEL the thread stays where it is.

--*/
{
    PVOID first, second;
    PNPAGED_LOOKASIDE_LIST list;
    KIRQL oldIrql;

    KeRaiseIrql(DISPATCH_LEVEL, &oldIrql);
    list = Lists[KeGetCurrentProcessorNumberEx(NULL)];
    if (list != NULL) {
        first = ExAllocateFromNPagedLookasideList(list);
        second = ExAllocateFromNPagedLookasideList(list);
        if (second != NULL) {
            RtlFillMemory(second, BLOCK_SIZE, 0x5a);
            ExFreeToNPagedLookasideList(list, second);
        }
        if (first != NULL) {
            RtlZeroMemory(first, BLOCK_SIZE);
            ExFreeToNPagedLookasideList(list, first);
        }
    }
    KeLowerIrql(oldIrql);
}

_Use_decl_annotations_
static VOID
ListsProcessorChanged(
    PVOID CallbackContext,
    PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext,
    PNTSTATUS OperationStatus
    )
{
    PNPAGED_LOOKASIDE_LIST list;

    UNREFERENCED_PARAMETER(CallbackContext);

    if (ChangeContext->State == KeProcessorAddStartNotify) {
        list = (PNPAGED_LOOKASIDE_LIST)ExAllocatePool2(
            POOL_FLAG_NON_PAGED | POOL_FLAG_CACHE_ALIGNED, sizeof(*list), LIST_TAG);
        if (list == NULL) {
            if (NT_SUCCESS(*OperationStatus)) {
                *OperationStatus = STATUS_INSUFFICIENT_RESOURCES;
            }
            return;
        }
        ExInitializeNPagedLookasideList(list, NULL, NULL, 0, BLOCK_SIZE, BLOCK_TAG, 0);
        Lists[ChangeContext->NtNumber] = list;
    } else if (ChangeContext->State == KeProcessorAddCompleteNotify) {
        ListsUse();
    } else {
        ListsDelete(ChangeContext->NtNumber);
    }
}

static VOID
ListsFree(
    VOID
    )
{
    for (ULONG index = 0; index < ListCount; index += 1) {
        ListsDelete(index);
    }
    ExFreePoolWithTag(Lists, LIST_TAG);
}

_Use_decl_annotations_
static VOID
ListsUnload(
    PDRIVER_OBJECT DriverObject
    )
{
    UNREFERENCED_PARAMETER(DriverObject);

    ListsUse();
    KeDeregisterProcessorChangeCallback(Registration);
    ListsFree();
}

_Use_decl_annotations_
NTSTATUS
DriverEntry(
    PDRIVER_OBJECT DriverObject,
    PUNICODE_STRING RegistryPath
    )
{
    UNREFERENCED_PARAMETER(RegistryPath);

    ListCount = KeQueryMaximumProcessorCountEx(ALL_PROCESSOR_GROUPS);
    Lists = (PNPAGED_LOOKASIDE_LIST *)ExAllocatePool2(POOL_FLAG_NON_PAGED,
                                                      ListCount * sizeof(*Lists), LIST_TAG);
    if (Lists == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }

    Registration = KeRegisterProcessorChangeCallback(ListsProcessorChanged, NULL,
                                                     KE_PROCESSOR_CHANGE_ADD_EXISTING);
    if (Registration == NULL) {
        ListsFree();
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    DriverObject->DriverUnload = ListsUnload;
    return STATUS_SUCCESS;
}
