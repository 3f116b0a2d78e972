/*
 * strsafe/wide.h - strings of wide characters: copied, appended, printed, measured
 */
#ifndef HOTADD_STRSAFE_WIDE_H
#define HOTADD_STRSAFE_WIDE_H

#define HOTADD_CHAR WCHAR
#define HOTADD_STRING(name) RtlString##name##W
#define HOTADD_PRINT _vsnwprintf
#include "strsafe/text.h"
#undef HOTADD_CHAR
#undef HOTADD_STRING
#undef HOTADD_PRINT

#endif
