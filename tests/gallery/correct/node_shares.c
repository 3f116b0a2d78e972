/*++

Abstract:

    Buffers by NUMA node: a node that gets a processor has some, and each processor of a node one
    more. How many nodes there are was settled at boot. Complete looks at the machine as it is
    then, with one call for the list of groups, whose size it asks for before; as nobody can say
    that nothing came in between, it asks again until it fits.

--*/

#include <ntddk.h>

#define NODE_TAG 'edoN'

typedef struct _NODE_BUFFER {
    SINGLE_LIST_ENTRY Next;
    UCHAR Data[240];
} NODE_BUFFER, *PNODE_BUFFER;

typedef struct _NODE {
    FAST_MUTEX Lock;
    SINGLE_LIST_ENTRY Buffers;
    USHORT Count;
} NODE, *PNODE;

DRIVER_INITIALIZE DriverEntry;
static DRIVER_UNLOAD NodesUnload;
static PROCESSOR_CALLBACK_FUNCTION NodesProcessorChanged;

static PVOID Registration;
static PNODE Nodes;
static ULONG NodeCount;
static ULONG Groups;

static ULONG
NodesOfProcessor(
    _In_ const PROCESSOR_NUMBER *Number
    )
/*++

Routine Description:

    The node that an active processor belongs to, or NodeCount.

--*/
{
    GROUP_AFFINITY affinity;
    USHORT node, count;

    for (node = 0; node < NodeCount; node += 1) {
        KeQueryNodeActiveAffinity(node, &affinity, &count);
        if (count != 0 && affinity.Group == Number->Group &&
            (affinity.Mask & AFFINITY_MASK(Number->Number)) != 0) {
            break;
        }
    }
    return node;
}

static VOID
NodeFill(
    _Inout_ PNODE Node,
    _In_ USHORT Wanted
    )
{
    PNODE_BUFFER buffer;

    ExAcquireFastMutex(&Node->Lock);
    while (Node->Count < Wanted) {
        buffer = (PNODE_BUFFER)ExAllocatePool2(POOL_FLAG_NON_PAGED, sizeof(*buffer), NODE_TAG);
        if (buffer == NULL) {
            break;
        }
        PushEntryList(&Node->Buffers, &buffer->Next);
        Node->Count += 1;
    }
    ExReleaseFastMutex(&Node->Lock);
}

static VOID
NodesLookAtGroups(
    VOID
    )
{
    PSYSTEM_LOGICAL_PROCESSOR_INFORMATION_EX information = NULL;
    ULONG length = 0;
    NTSTATUS status;

    for (;;) {
        status = KeQueryLogicalProcessorRelationship(NULL, RelationGroup, information, &length);
        if (status != STATUS_INFO_LENGTH_MISMATCH) {
            break;
        }
        if (information != NULL) {
            ExFreePoolWithTag(information, NODE_TAG);
        }
        information = (PSYSTEM_LOGICAL_PROCESSOR_INFORMATION_EX)ExAllocatePool2(
            POOL_FLAG_PAGED, length, NODE_TAG);
        if (information == NULL) {
            return;
        }
    }
    if (NT_SUCCESS(status)) {
        Groups = information->Group.ActiveGroupCount;
    }
    if (information != NULL) {
        ExFreePoolWithTag(information, NODE_TAG);
    }
}

_Use_decl_annotations_
static VOID
NodesProcessorChanged(
    PVOID CallbackContext,
    PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext,
    PNTSTATUS OperationStatus
    )
{
    ULONG node;
    USHORT active;

    UNREFERENCED_PARAMETER(CallbackContext);
    UNREFERENCED_PARAMETER(OperationStatus);

    //
    // A node grows only by Complete, and what a node has too few of is no reason to refuse.
    //
    if (ChangeContext->State != KeProcessorAddCompleteNotify) {
        return;
    }
    node = NodesOfProcessor(&ChangeContext->ProcNumber);
    if (node < NodeCount) {
        KeQueryNodeActiveAffinity((USHORT)node, NULL, &active);
        NodeFill(&Nodes[node], (USHORT)(active + 2));
    }
    NodesLookAtGroups();
}

static VOID
NodesFree(
    VOID
    )
{
    PSINGLE_LIST_ENTRY entry;

    for (ULONG node = 0; node < NodeCount; node += 1) {
        while ((entry = PopEntryList(&Nodes[node].Buffers)) != NULL) {
            ExFreePoolWithTag(CONTAINING_RECORD(entry, NODE_BUFFER, Next), NODE_TAG);
        }
    }
    ExFreePoolWithTag(Nodes, NODE_TAG);
}

_Use_decl_annotations_
static VOID
NodesUnload(
    PDRIVER_OBJECT DriverObject
    )
{
    UNREFERENCED_PARAMETER(DriverObject);

    KeDeregisterProcessorChangeCallback(Registration);
    NodesFree();
}

_Use_decl_annotations_
NTSTATUS
DriverEntry(
    PDRIVER_OBJECT DriverObject,
    PUNICODE_STRING RegistryPath
    )
{
    UNREFERENCED_PARAMETER(RegistryPath);

    NodeCount = KeQueryHighestNodeNumber() + 1u;
    Nodes = (PNODE)ExAllocatePool2(POOL_FLAG_NON_PAGED, NodeCount * sizeof(*Nodes), NODE_TAG);
    if (Nodes == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    for (ULONG node = 0; node < NodeCount; node += 1) {
        ExInitializeFastMutex(&Nodes[node].Lock);
    }
    Registration = KeRegisterProcessorChangeCallback(NodesProcessorChanged, NULL,
                                                     KE_PROCESSOR_CHANGE_ADD_EXISTING);
    if (Registration == NULL) {
        NodesFree();
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    DriverObject->DriverUnload = NodesUnload;
    return STATUS_SUCCESS;
}
