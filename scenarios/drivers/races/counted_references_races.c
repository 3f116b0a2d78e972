/*++

Module Name:

    counted_references_races.c

Abstract:

    counted_references.c with a mistake: nobody counts references. The callback gives the block back
    once the thread has said that it has it, and the thread reads what may be somebody else's.

--*/

#define IS_LAST_IN_THREAD(_Block) FALSE
#define IS_LAST_IN_CALLBACK(_Block) TRUE

#include "counted_references.c"
