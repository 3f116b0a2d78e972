/*++

Module Name:

    opener_opens_twice.cpp

Abstract:

    opener.cpp with a mistake: every report is taken for a panel that is new. A panel that is
    reported twice is opened twice, and closed once when it leaves.

--*/

#define IS_KNOWN(_Panel) ((void)(_Panel), false)

#include "opener.cpp"
