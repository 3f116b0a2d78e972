/*++

Module Name:

    guarded_table_made_anew.c

Abstract:

    guarded_table.c with a mistake: to be on the safe side it initialises the resource whenever it
    is about to write. The resource stands in a list of the system, and is now in it twice.

--*/

#include <ntddk.h>

#define ExEnterCriticalRegionAndAcquireResourceExclusive(_Resource) \
    (ExInitializeResourceLite(_Resource),                           \
     (ExEnterCriticalRegionAndAcquireResourceExclusive)(_Resource))

#include "guarded_table.c"
