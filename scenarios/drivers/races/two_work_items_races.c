/*++

Module Name:

    two_work_items_races.c

Abstract:

    two_work_items.c with a mistake: the statistics have no lock, since the items were queued one
    after the other and the queue keeps their order. It does, of their beginnings.

--*/

#define LOCK_STATISTICS()
#define UNLOCK_STATISTICS()

#include "two_work_items.c"
