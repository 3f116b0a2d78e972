/*
 * crt/stdio.h - the host's text output, and Microsoft's additions
 */
#ifndef HOTADD_CRT_STDIO_H
#define HOTADD_CRT_STDIO_H

/* #include_next is known to both compilers, but to no standard: no warning about it. */
#pragma GCC system_header
#include_next <stdio.h>

#include "wdm/format.h"

#endif
