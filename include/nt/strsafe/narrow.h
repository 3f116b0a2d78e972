/*
 * strsafe/narrow.h - strings of characters: copied, appended, printed, measured
 */
#ifndef HOTADD_STRSAFE_NARROW_H
#define HOTADD_STRSAFE_NARROW_H

#define HOTADD_CHAR char
#define HOTADD_STRING(name) RtlString##name##A
#define HOTADD_PRINT _vsnprintf
#include "strsafe/text.h"
#undef HOTADD_CHAR
#undef HOTADD_STRING
#undef HOTADD_PRINT

#endif
