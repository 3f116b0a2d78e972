/*++

Module Name:

    shared_resource_races.c

Abstract:

    shared_resource.c with a mistake: the count goes up with ++ while the resource is shared. That
    it is taken at all keeps writers out, and not those who share it.

--*/

#define COUNT_UP(_Count) (++*(_Count))

#include "shared_resource.c"
