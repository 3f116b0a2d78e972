/*
 * crt/wctype.h - kinds of wide characters, in place of the host's header
 */
#ifndef HOTADD_CRT_WCTYPE_H
#define HOTADD_CRT_WCTYPE_H

#include "crt/wchar.h"

EXTERN_C_START

wint_t __cdecl ha_towupper(wint_t Character);
wint_t __cdecl ha_towlower(wint_t Character);
int __cdecl ha_iswalpha(wint_t Character);
int __cdecl ha_iswdigit(wint_t Character);
int __cdecl ha_iswxdigit(wint_t Character);
int __cdecl ha_iswspace(wint_t Character);

#define towupper ha_towupper
#define towlower ha_towlower
#define iswalpha ha_iswalpha
#define iswdigit ha_iswdigit
#define iswxdigit ha_iswxdigit
#define iswspace ha_iswspace

EXTERN_C_END

#endif
