/*
 * bitmap - what the routines of an RTL_BITMAP have in common
 *
 * A bitmap has no lock of its own, so each routine is a scheduling point before it begins, as far
 * as a machine runs.
 */
#ifndef HA_NT_BITMAP_H
#define HA_NT_BITMAP_H

#include "nt/kernel.h"

/*
 * How a routine begins. False when header or buffer lie in memory that was given back, which is
 * a misuse: the routine then does nothing. A buffer in paged pool at DISPATCH_LEVEL is a misuse
 * that changes nothing.
 */
bool ha_bitmap_enter(const RTL_BITMAP *bitmap, enum ha_routine routine);

/* Where bits of this value end that begin at `from`: the next other bit, or the bitmap's end. */
ULONG ha_bitmap_run_end(const RTL_BITMAP *bitmap, ULONG from, bool set);

/* Give bits that the bitmap has this value. */
void ha_bitmap_fill(PRTL_BITMAP bitmap, ULONG from, ULONG count, bool set);

#endif
