/*++

Module Name:

    system_thread.h

Abstract:

    How the drivers of this folder start a thread of their own, and wait for its end before the
    code that it runs goes.

    A driver's author looks at the races; threads are the subject of worker_per_processor.c.

--*/

static NTSTATUS
SystemThreadStart(
    _In_ PKSTART_ROUTINE StartRoutine,
    _In_opt_ PVOID StartContext,
    _Out_ PKTHREAD *Thread
    )
{
    OBJECT_ATTRIBUTES attributes;
    HANDLE handle;
    NTSTATUS status;

    *Thread = NULL;
    InitializeObjectAttributes(&attributes, NULL, OBJ_KERNEL_HANDLE, NULL, NULL);
    status = PsCreateSystemThread(&handle, THREAD_ALL_ACCESS, &attributes, NULL, NULL,
                                  StartRoutine, StartContext);
    if (!NT_SUCCESS(status)) {
        return status;
    }

    //
    // With a handle of our own and all rights this cannot fail.
    //
    status = ObReferenceObjectByHandle(handle, THREAD_ALL_ACCESS, *PsThreadType, KernelMode,
                                       (PVOID *)Thread, NULL);
    NT_ASSERT(NT_SUCCESS(status));
    ZwClose(handle);
    return status;
}

static VOID
SystemThreadWaitForEnd(
    _In_ PKTHREAD Thread
    )
{
    KeWaitForSingleObject(Thread, Executive, KernelMode, FALSE, NULL);
    ObDereferenceObject(Thread);
}
