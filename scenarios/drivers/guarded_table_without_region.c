/*++

Module Name:

    guarded_table_without_region.c

Abstract:

    guarded_table.c with a mistake: it takes the resource and no critical region. A thread that is
    suspended while it has the resource keeps it from everybody, an add included.

--*/

#include <ntddk.h>

#define ExEnterCriticalRegionAndAcquireResourceExclusive(_Resource) \
    ExAcquireResourceExclusiveLite((_Resource), TRUE)
#define ExEnterCriticalRegionAndAcquireResourceShared(_Resource) \
    ExAcquireResourceSharedLite((_Resource), TRUE)
#define ExReleaseResourceAndLeaveCriticalRegion(_Resource) ExReleaseResourceLite(_Resource)

#include "guarded_table.c"
