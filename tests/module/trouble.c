/*
 * A driver that gets its process into trouble. Which trouble, and where, is told by its name in
 * the scenario: crash_entry, abort_start, loop_thread and so on.
 */
#include <fcntl.h>
#include <ntddk.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

DRIVER_INITIALIZE DriverEntry;
static DRIVER_UNLOAD Unload;
static PROCESSOR_CALLBACK_FUNCTION Changed;
static KSTART_ROUTINE Thread;
static KIPI_BROADCAST_WORKER Everywhere;

static WCHAR Name[64];      /* of the service: the last part of the registry path */
static USHORT NameLength;
static PVOID Handle;
static PKTHREAD ThreadObject;
static volatile LONG Zero;
static LONG Starts;
static volatile LONG HasRun;

static BOOLEAN Begins(PCSTR Word)
{
    USHORT i = 0;
    while (Word[i] && i < NameLength && Name[i] == (WCHAR)Word[i])
        i++;
    return !Word[i];
}

static BOOLEAN Ends(PCSTR Word)
{
    USHORT Length = 0, i = 0;
    while (Word[Length])
        Length++;
    if (Length > NameLength)
        return FALSE;
    while (i < Length && Name[NameLength - Length + i] == (WCHAR)Word[i])
        i++;
    return i == Length;
}

/* Each call needs more of the stack than a compiler can do without. */
static LONG Overflow(volatile LONG *Above)
{
    volatile LONG Here[1024];
    Here[0] = *Above + 1;
    return Here[0] ? Overflow(Here) + Here[0] : 0;
}

static VOID GetIntoTrouble(VOID)
{
    KIRQL Irql;
    if (Begins("spark") || Begins("flare")) {   /* crashes or hangs once, if there is a file */
        const char *Spark = getenv("HOTADD_SPARK");
        if (!Spark || unlink(Spark) != 0)
            return;
        while (Begins("flare"))
            Zero = 0;
        abort();
    }
    if (Ends("_raised_start"))
        KeRaiseIrql(DISPATCH_LEVEL, &Irql);
    if (Begins("crash"))
        *(volatile LONG *)(ULONG_PTR)Zero = 1;
    if (Begins("abort"))
        abort();
    if (Begins("fastfail"))
        __fastfail(FAST_FAIL_INVALID_REFERENCE_COUNT);
    if (Begins("exit"))
        exit(3);
    if (Begins("overflow"))
        Overflow(&Zero);
    if (Begins("print")) {
        printf("printed by a driver\n");
        return;
    }
    if (Begins("twice")) {      /* what was taken once is given back twice */
        PVOID Memory = ExAllocatePool2(POOL_FLAG_NON_PAGED, 8, 'kaTT');
        if (Memory)
            ExFreePoolWithTag(Memory, 'kaTT');
        ExFreePoolWithTag(Memory, 'kaTT');
        return;
    }
    if (Begins("either")) {     /* of two blocks, one goes back wrongly when the other is missing */
        PVOID First = ExAllocatePool2(POOL_FLAG_NON_PAGED, 8, 'kaTT');
        PVOID Second = ExAllocatePool2(POOL_FLAG_NON_PAGED, 8, 'kaTT');
        if (First)
            ExFreePoolWithTag(First, Second ? 'kaTT' : 'rehT');
        if (Second)
            ExFreePoolWithTag(Second, First ? 'kaTT' : 'rehT');
        return;
    }
    if (Begins("stray")) {      /* what a process remembers is not put back between runs */
        if (getenv("HOTADD_STRAYED"))
            KeQueryActiveProcessorCountEx(ALL_PROCESSOR_GROUPS);
        setenv("HOTADD_STRAYED", "1", 1);
        return;
    }
    if (Begins("drift")) {      /* takes memory in the first two runs of its process only */
        if (!getenv("HOTADD_STRAYED_TWICE"))
            ExFreePoolWithTag(ExAllocatePool2(POOL_FLAG_NON_PAGED, 8, 'kaTT'), 'kaTT');
        setenv(getenv("HOTADD_STRAYED") ? "HOTADD_STRAYED_TWICE" : "HOTADD_STRAYED", "1", 1);
        return;
    }
    if (Begins("killed")) {     /* once, as the host does for want of memory */
        int File = open("killed", O_CREAT | O_EXCL, 0600);
        if (File >= 0)
            raise(SIGKILL);
        return;
    }
    if (Begins("own")) {        /* the process that came first goes another way than the others */
        int Own = getpid(), First = 0, File = open("first", O_WRONLY | O_CREAT | O_EXCL, 0600);
        if (File >= 0) {
            if (write(File, &Own, sizeof Own) != (ssize_t)sizeof Own)
                abort();
            close(File);
        }
        File = open("first", O_RDONLY);
        if (File >= 0 && read(File, &First, sizeof First) != (ssize_t)sizeof First)
            First = 0;          /* the first one is still at it */
        close(File);
        if (First == Own)
            ExFreePoolWithTag(ExAllocatePool2(POOL_FLAG_NON_PAGED, 8, 'kaTT'), 'kaTT');
        return;
    }
    if (Begins("fork")) {       /* its child has all that it has open, and does not end */
        int Child = fork();
        while (!Child)
            pause();
        printf("forked %d\n", Child);
        abort();
    }
    printf("about to run on\n");
    while (Begins("loop"))
        Zero = 0;
    while (Begins("poll"))
        YieldProcessor();
    while (Begins("take"))
        ExFreePoolWithTag(ExAllocatePool2(POOL_FLAG_NON_PAGED, 8, 'kaTT'), 'kaTT');
}

static ULONG_PTR Everywhere(ULONG_PTR Argument)
{
    GetIntoTrouble();
    return Argument;
}

/* Some driver does not expect to be refused. */
static VOID Allocate(VOID)
{
    PVOID Memory = ExAllocatePool2(POOL_FLAG_NON_PAGED, 8, 'kaTT');
    if (Memory)
        ExFreePoolWithTag(Memory, 'kaTT');
    else
        GetIntoTrouble();
}

static VOID Changed(PVOID CallbackContext, PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext,
                    PNTSTATUS OperationStatus)
{
    UNREFERENCED_PARAMETER(CallbackContext);
    UNREFERENCED_PARAMETER(OperationStatus);
    if (Ends("_start") && ChangeContext->State == KeProcessorAddStartNotify)
        GetIntoTrouble();
    if (Ends("_refused") && ChangeContext->State == KeProcessorAddStartNotify)
        Allocate();
    if (Ends("_later") && ChangeContext->State == KeProcessorAddStartNotify && Starts++)
        GetIntoTrouble();
    if (Ends("_broadcast") && ChangeContext->State == KeProcessorAddStartNotify)
        KeIpiGenericCall(Everywhere, 0);
}

static VOID Thread(PVOID StartContext)
{
    UNREFERENCED_PARAMETER(StartContext);
    if (Ends("_overtaken"))
        InterlockedExchange(&HasRun, 1);
    else
        GetIntoTrouble();
    PsTerminateSystemThread(STATUS_SUCCESS);
}

static VOID Unload(PDRIVER_OBJECT DriverObject)
{
    UNREFERENCED_PARAMETER(DriverObject);
    if (Ends("_unload"))
        GetIntoTrouble();
    if (ThreadObject) {
        KeWaitForSingleObject(ThreadObject, Executive, KernelMode, FALSE, NULL);
        ObDereferenceObject(ThreadObject);
    }
    KeDeregisterProcessorChangeCallback(Handle);
}

static NTSTATUS StartThread(VOID)
{
    HANDLE ThreadHandle;
    NTSTATUS Status = PsCreateSystemThread(&ThreadHandle, THREAD_ALL_ACCESS, NULL, NULL, NULL,
                                           Thread, NULL);
    if (!NT_SUCCESS(Status))
        return Status;
    Status = ObReferenceObjectByHandle(ThreadHandle, THREAD_ALL_ACCESS, *PsThreadType, KernelMode,
                                       (PVOID *)&ThreadObject, NULL);
    ZwClose(ThreadHandle);
    return Status;
}

/* Windows has nothing of the kind; the host runs it when the module goes. */
__attribute__((destructor)) static VOID Leave(VOID)
{
    if (Ends("_leaving"))
        GetIntoTrouble();
}

NTSTATUS DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    USHORT Last = RegistryPath->Length / sizeof(WCHAR);
    NTSTATUS Status;
    while (Last && RegistryPath->Buffer[Last - 1] != '\\') {
        Last--;
        NameLength++;
    }
    for (USHORT i = 0; i < NameLength; i++)
        Name[i] = RegistryPath->Buffer[Last + i];
    DriverObject->DriverUnload = Unload;
    if (Ends("_entry"))
        GetIntoTrouble();
    Handle = KeRegisterProcessorChangeCallback(Changed, NULL, 0);
    if (!Handle)
        return STATUS_UNSUCCESSFUL;
    if (!Ends("_thread") && !Ends("_overtaken"))
        return STATUS_SUCCESS;
    Status = StartThread();
    if (InterlockedOr(&HasRun, 0))
        GetIntoTrouble();
    if (!NT_SUCCESS(Status))
        KeDeregisterProcessorChangeCallback(Handle);
    return Status;
}
