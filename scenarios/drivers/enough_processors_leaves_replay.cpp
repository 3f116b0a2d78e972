/*++

Module Name:

    enough_processors_leaves_replay.cpp

Abstract:

    enough_processors.cpp with a mistake: the entry is removed by whichever call finds that there
    are enough processors, also by one that comes inside the registration. That removal is to wait
    for the registration, which waits for this call.

--*/

#define MAY_LEAVE(_Before) ((_Before) != Done)

#include "enough_processors.cpp"
