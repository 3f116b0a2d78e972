/*++

Module Name:

    walked_table_races.c

Abstract:

    walked_table.c with a mistake: the thread walks the table without the lock, since it changes
    nothing there. It reads what the callback is about to write: the length of one table and the
    shares of another.

--*/

#define LOCK_FOR_WALK(_OldIrql)
#define UNLOCK_AFTER_WALK(_OldIrql) ((VOID)(_OldIrql))

#include "walked_table.c"
