/*
 * ntstrsafe.h - string routines that know where their destination ends
 *
 * Inline, as on Windows. A text that does not fit is cut, ended and reported as
 * STATUS_BUFFER_OVERFLOW; a destination without room or end is STATUS_INVALID_PARAMETER.
 * Source: WDK reference, ntstrsafe.h. The Ex routines are left out.
 */
#ifndef _NTSTRSAFE_H_INCLUDED_
#define _NTSTRSAFE_H_INCLUDED_

#include "wdm.h"
#include "strsafe/narrow.h"
#include "strsafe/wide.h"
#include "strsafe/counted.h"

#endif
