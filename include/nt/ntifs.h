/*
 * ntifs.h - the headers of file systems and filters
 */
#ifndef _NTIFS_
#define _NTIFS_

#include "ntddk.h"

#endif
