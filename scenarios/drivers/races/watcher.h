/*++

Module Name:

    watcher.h

Abstract:

    A thread that looks at something, at once and then every millisecond, until it is told to stop.

--*/

#include "system_thread.h"

typedef VOID WATCHER_ROUTINE(VOID);
typedef WATCHER_ROUTINE *PWATCHER_ROUTINE;

typedef struct _WATCHER {
    PWATCHER_ROUTINE Look;
    PKTHREAD Thread;
    KEVENT Stop;
} WATCHER, *PWATCHER;

static KSTART_ROUTINE WatcherThread;

_Use_decl_annotations_
static VOID
WatcherThread(
    PVOID StartContext
    )
{
    PWATCHER watcher = (PWATCHER)StartContext;
    LARGE_INTEGER period;
    NTSTATUS status;

    period.QuadPart = -10000;
    do {
        watcher->Look();
        status = KeWaitForSingleObject(&watcher->Stop, Executive, KernelMode, FALSE, &period);
    } while (status == STATUS_TIMEOUT);

    PsTerminateSystemThread(STATUS_SUCCESS);
}

static NTSTATUS
WatcherStart(
    _Out_ PWATCHER Watcher,
    _In_ PWATCHER_ROUTINE Look
    )
{
    Watcher->Look = Look;
    KeInitializeEvent(&Watcher->Stop, NotificationEvent, FALSE);
    return SystemThreadStart(WatcherThread, Watcher, &Watcher->Thread);
}

static VOID
WatcherStop(
    _Inout_ PWATCHER Watcher
    )
{
    KeSetEvent(&Watcher->Stop, IO_NO_INCREMENT, FALSE);
    SystemThreadWaitForEnd(Watcher->Thread);
}
