/*
 * crt/wchar.h - wide characters of 16 bits, in place of the host's header
 *
 * The host's functions count wchar_t in 32 bits and would walk past the end of such strings, so
 * each name leads to a function of the library. Only driver sources see this folder: a C++
 * standard library needs the host's own header.
 */
#ifndef HOTADD_CRT_WCHAR_H
#define HOTADD_CRT_WCHAR_H

#include <stdarg.h>
#include <stddef.h>

#include "wdm/format.h"

EXTERN_C_START

typedef unsigned short wint_t;
#define WEOF ((wint_t)0xffff)
#ifndef WCHAR_MAX
#define WCHAR_MIN 0
#define WCHAR_MAX 0xffff
#endif

size_t __cdecl ha_wcslen(const WCHAR *String);
size_t __cdecl ha_wcsnlen(const WCHAR *String, size_t Count);
WCHAR *__cdecl ha_wcscpy(WCHAR *Destination, const WCHAR *Source);
WCHAR *__cdecl ha_wcsncpy(WCHAR *Destination, const WCHAR *Source, size_t Count);
WCHAR *__cdecl ha_wcscat(WCHAR *Destination, const WCHAR *Source);
WCHAR *__cdecl ha_wcsncat(WCHAR *Destination, const WCHAR *Source, size_t Count);
int __cdecl ha_wcscmp(const WCHAR *String1, const WCHAR *String2);
int __cdecl ha_wcsncmp(const WCHAR *String1, const WCHAR *String2, size_t Count);
WCHAR *__cdecl ha_wcschr(const WCHAR *String, WCHAR Character);
WCHAR *__cdecl ha_wcsrchr(const WCHAR *String, WCHAR Character);
WCHAR *__cdecl ha_wcsstr(const WCHAR *String, const WCHAR *Part);
size_t __cdecl ha_wcsspn(const WCHAR *String, const WCHAR *Set);
size_t __cdecl ha_wcscspn(const WCHAR *String, const WCHAR *Set);
LONG __cdecl ha_wcstol(const WCHAR *String, WCHAR **End, int Base);
ULONG __cdecl ha_wcstoul(const WCHAR *String, WCHAR **End, int Base);
int __cdecl ha_swprintf(WCHAR *Buffer, size_t Count, const WCHAR *Format, ...);
int __cdecl ha_vswprintf(WCHAR *Buffer, size_t Count, const WCHAR *Format, va_list Arguments);
int __cdecl _wcsicmp(const WCHAR *String1, const WCHAR *String2);
int __cdecl _wcsnicmp(const WCHAR *String1, const WCHAR *String2, size_t Count);
WCHAR *__cdecl _wcsupr(WCHAR *String);
WCHAR *__cdecl _wcslwr(WCHAR *String);
int __cdecl _wtoi(const WCHAR *String);

#define wcslen ha_wcslen
#define wcsnlen ha_wcsnlen
#define wcscpy ha_wcscpy
#define wcsncpy ha_wcsncpy
#define wcscat ha_wcscat
#define wcsncat ha_wcsncat
#define wcscmp ha_wcscmp
#define wcsncmp ha_wcsncmp
#define wcschr ha_wcschr
#define wcsrchr ha_wcsrchr
#define wcsstr ha_wcsstr
#define wcsspn ha_wcsspn
#define wcscspn ha_wcscspn
#define wcstol ha_wcstol
#define wcstoul ha_wcstoul
#define swprintf ha_swprintf
#define vswprintf ha_vswprintf

EXTERN_C_END

#endif
