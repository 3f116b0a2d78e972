/*++

Module Name:

    listed_processors_races.c

Abstract:

    listed_processors.c with a mistake: before the thread takes the lock it looks whether there is
    anything on the list, to save the way. That look reads the head of the list, which the callback
    writes under the lock.

--*/

#include <ntddk.h>

static PLIST_ENTRY
TakeUnlessEmpty(
    _Inout_ PLIST_ENTRY ListHead,
    _Inout_ PKSPIN_LOCK Lock
    )
{
    if (IsListEmpty(ListHead)) {
        return NULL;
    }
    return ExInterlockedRemoveHeadList(ListHead, Lock);
}

#define TAKE_FIRST(_ListHead, _Lock) TakeUnlessEmpty((_ListHead), (_Lock))

#include "listed_processors.c"
