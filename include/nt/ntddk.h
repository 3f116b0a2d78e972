/*
 * ntddk.h - the headers of a driver that is no filter and no file system
 */
#ifndef _NTDDK_
#define _NTDDK_

#include "wdm.h"
#include "excpt.h"

#endif
