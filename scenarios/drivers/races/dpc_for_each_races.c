/*++

Module Name:

    dpc_for_each_races.c

Abstract:

    dpc_for_each.c with a mistake: the DPCs add to the sum like to any variable. A DPC is not
    interrupted by another, but that is on its own processor.

--*/

#define ADD_TO(_Sum, _Value) (*(_Sum) += (_Value))

#include "dpc_for_each.c"
