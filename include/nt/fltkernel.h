/*
 * fltkernel.h - the headers of a mini-filter, as far as the kernel itself goes
 */
#ifndef HOTADD_FLTKERNEL_H
#define HOTADD_FLTKERNEL_H

#include "ntifs.h"

#endif
