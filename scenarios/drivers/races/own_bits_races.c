/*++

Module Name:

    own_bits_races.c

Abstract:

    own_bits.c with a mistake: the bits are set with |=. When both are set at the same time, each
    side writes a word in which the bit of the other is missing.

--*/

#define SET_FLAG(_Flags, _Flag) (*(_Flags) |= (_Flag))

#include "own_bits.c"
