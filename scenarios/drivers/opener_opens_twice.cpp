/*++

Module Name:

    opener_opens_twice.cpp

Abstract:

    opener.cpp with a mistake: every report is taken for a panel that is new. One that is reported
    twice is opened twice, and its second self takes the place of the first, which nobody closes.

--*/

#define IS_KNOWN(_Panel) ((void)(_Panel), false)

#include "opener.cpp"
