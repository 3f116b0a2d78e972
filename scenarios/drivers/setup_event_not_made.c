/*++

Module Name:

    setup_event_not_made.c

Abstract:

    dpc_to_new_processor.c with a mistake: nobody initialises the event that the DPC sets. Its
    memory came as zeroes, which look like an event that is not set.

--*/

#include <ntddk.h>

#define KeInitializeEvent(_Event, _Type, _State) \
    ((VOID)(_Event), (VOID)(_Type), (VOID)(_State))

#include "dpc_to_new_processor.c"
