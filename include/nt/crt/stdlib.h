/*
 * crt/stdlib.h - the host's header, and Microsoft's additions
 */
#ifndef HOTADD_CRT_STDLIB_H
#define HOTADD_CRT_STDLIB_H

/* #include_next is known to both compilers, but to no standard: no warning about it. */
#pragma GCC system_header
#include_next <stdlib.h>

#include "windef.h"

#define _countof(array) RTL_NUMBER_OF(array)
#define _byteswap_ushort(value) __builtin_bswap16(value)
#define _byteswap_ulong(value) __builtin_bswap32(value)
#define _byteswap_uint64(value) __builtin_bswap64(value)

#endif
