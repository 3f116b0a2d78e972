/*
 * wdm/format.h - formatted text, as the kernel's own C library does it
 *
 * A text that does not fit is cut, stays without a terminator, and gives -1.
 */
#ifndef HOTADD_WDM_FORMAT_H
#define HOTADD_WDM_FORMAT_H

#include <stdarg.h>

#include "ntdef.h"

EXTERN_C_START

int __cdecl _snprintf(_Out_writes_(Count) char *Buffer, _In_ size_t Count,
                      _In_z_ _Printf_format_string_ const char *Format, ...);
int __cdecl _vsnprintf(_Out_writes_(Count) char *Buffer, _In_ size_t Count,
                       _In_z_ _Printf_format_string_ const char *Format, va_list Arguments);
int __cdecl _snwprintf(_Out_writes_(Count) WCHAR *Buffer, _In_ size_t Count,
                       _In_z_ _Printf_format_string_ const WCHAR *Format, ...);
int __cdecl _vsnwprintf(_Out_writes_(Count) WCHAR *Buffer, _In_ size_t Count,
                        _In_z_ _Printf_format_string_ const WCHAR *Format, va_list Arguments);

EXTERN_C_END

#endif
