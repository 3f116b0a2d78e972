/*++

Module Name:

    synchronous_stays_registered.c

Abstract:

    synchronous.c with a mistake: Unload does not remove the callback. Nothing holds the driver's
    image for the sake of a registration, so the next processor that is added is announced to code
    that is gone.

--*/

#include <ntddk.h>

#define KeDeregisterProcessorChangeCallback(_CallbackHandle) ((void)(_CallbackHandle))

#include "synchronous.c"
