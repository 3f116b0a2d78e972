/*++

Module Name:

    counted_processors_races.c

Abstract:

    counted_processors.c with a mistake: the count goes up with ++ and is read like any variable.
    A processor does that in three steps, and another one comes between them: counts get lost, and
    a compiler may read once and never again.

--*/

#define COUNT_UP(_Count) (++*(_Count))
#define COUNT_NOW(_Count) (*(_Count))

#include "counted_processors.c"
