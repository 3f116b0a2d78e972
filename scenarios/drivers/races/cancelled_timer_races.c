/*++

Module Name:

    cancelled_timer_races.c

Abstract:

    cancelled_timer.c with a mistake: the driver looks at the count right after the timer is
    cancelled. The DPC of the last expiration may be counting.

--*/

#define AWAIT_DPC()

#include "cancelled_timer.c"
