/* hotadd/hotadd.h - everything that a program needs that links the simulator */
#ifndef HOTADD_HOTADD_H
#define HOTADD_HOTADD_H

#include "hotadd/check.h"
#include "hotadd/error.h"
#include "hotadd/machine.h"
#include "hotadd/profile.h"
#include "hotadd/routines.h"
#include "hotadd/trace.h"
#include "hotadd/verdict.h"

/* The version of the library, as "0.1.0". */
#define HA_VERSION "0.1.0"

#endif
