/*++

Module Name:

    listed_processors_races.c

Abstract:

    listed_processors.c with a mistake: before the thread takes the lock it looks whether there is
    anything on the list, to save the way. That look reads the head of the list, which the callback
    writes under the lock.

--*/

#include <ntddk.h>

static PLIST_ENTRY TakeUnlessEmpty(VOID);

#define TAKE_FIRST() TakeUnlessEmpty()

#include "listed_processors.c"

static PLIST_ENTRY
TakeUnlessEmpty(
    VOID
    )
{
    return IsListEmpty(&ProcessorList) ? NULL : ListTakeFirst();
}
