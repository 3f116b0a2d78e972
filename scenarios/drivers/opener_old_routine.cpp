/*++

Module Name:

    opener_old_routine.cpp

Abstract:

    opener.cpp with a mistake: the entry is removed with the older routine, which does not wait, and
    the context goes right after it. One call may still be under way, or begin.

--*/

#define REMOVE_ENTRY(_Entry) IoUnregisterPlugPlayNotification(_Entry)

#include "opener.cpp"
