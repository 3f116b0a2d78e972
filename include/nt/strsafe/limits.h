/*
 * strsafe/limits.h - what the safe string routines share: their limits and their kind
 */
#ifndef HOTADD_STRSAFE_LIMITS_H
#define HOTADD_STRSAFE_LIMITS_H

#include "ntstatus.h"
#include "wdm/format.h"

#define NTSTRSAFE_MAX_CCH 2147483647
#define NTSTRSAFE_UNICODE_STRING_MAX_CCH (0xffff / sizeof(WCHAR))

/* Not every driver uses each of them, and those with `...` cannot be inline. */
#define NTSTRSAFE_INLINE static __inline__ __attribute__((unused))

#endif
