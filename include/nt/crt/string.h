/*
 * crt/string.h - the host's strings, and Microsoft's additions, wide ones among them
 */
#ifndef HOTADD_CRT_STRING_H
#define HOTADD_CRT_STRING_H

/* #include_next is known to both compilers, but to no standard: no warning about it. */
#pragma GCC system_header
#include_next <string.h>

#include "crt/wchar.h"

EXTERN_C_START

int __cdecl _stricmp(const char *String1, const char *String2);
int __cdecl _strnicmp(const char *String1, const char *String2, size_t Count);
char *__cdecl _strupr(char *String);
char *__cdecl _strlwr(char *String);

EXTERN_C_END

#endif
