/*++

Module Name:

    grown_table_counts_active.c

Abstract:

    grown_table.c with a mistake: the table gets as many slots as there are active processors. In
    Start that does not include the one that is coming, whose slot lies behind the end.

--*/

#include <ntddk.h>

#define SLOTS_FOR(_ProcessorIndex) KeQueryActiveProcessorCountEx(ALL_PROCESSOR_GROUPS)

#include "grown_table.c"
