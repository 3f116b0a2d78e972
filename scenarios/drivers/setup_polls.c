/*++

Module Name:

    setup_polls.c

Abstract:

    dpc_queued_in_start.c, which polls instead of waiting: the mistake is the same, and nobody sees
    a thread that waits.

--*/

#include <ntddk.h>

#define KeWaitForSingleObject(_Event, _Reason, _Mode, _Alertable, _Timeout) \
    while (KeReadStateEvent(_Event) == 0) {                                 \
        YieldProcessor();                                                   \
    }

#include "dpc_queued_in_start.c"
