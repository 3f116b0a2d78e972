/*++

Module Name:

    memory_ranges_keeps_lists.c

Abstract:

    memory_ranges.c with a mistake: the list of ranges is taken for the kernel's, like a structure
    that can be looked at and left. It is pool of the caller, and every arrival leaves one behind.

--*/

#define FREE_OLDER_LIST(_List) ((void)(_List))

#include "memory_ranges.c"
