/*
 * kernelspecs.h - another name of driverspecs.h
 */
#ifndef HOTADD_KERNELSPECS_H
#define HOTADD_KERNELSPECS_H

#include "driverspecs.h"

#endif
