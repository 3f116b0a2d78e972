/*++

Module Name:

    groups_number_as_index.c

Abstract:

    groups.c with a mistake: the number within the group serves as the systemwide index. With one
    group they are the same. The first processor of the second group overwrites the entry of
    processor 0, whose memory nobody finds again.

--*/

#include <ntddk.h>

#define SLOT_OF(_ChangeContext) ((_ChangeContext)->ProcNumber.Number)

#include "groups.c"
