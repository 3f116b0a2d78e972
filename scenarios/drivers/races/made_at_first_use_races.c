/*++

Module Name:

    made_at_first_use_races.c

Abstract:

    made_at_first_use.c with a mistake: the pointer is read and written like any variable. Between
    the write in the mutex and the look outside of it there is no order: on ARM64 the pointer may be
    seen before the cache is filled, and a compiler may write it before that.

--*/

#define READ_POINTER(_Pointer) (*(_Pointer))
#define SHOW_POINTER(_Pointer, _Value) (*(_Pointer) = (_Value))

#include "made_at_first_use.c"
