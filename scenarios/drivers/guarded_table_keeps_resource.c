/*++

Module Name:

    guarded_table_keeps_resource.c

Abstract:

    guarded_table.c with a mistake: it leaves the critical region and thinks that this gives the
    resource back. The thread of DriverEntry takes it again and again without noticing; the one
    that adds a processor waits for it without end.

--*/

#include <ntddk.h>

#define ExReleaseResourceAndLeaveCriticalRegion(_Resource) \
    ((VOID)(_Resource), KeLeaveCriticalRegion())

#include "guarded_table.c"
