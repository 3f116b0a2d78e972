/*
 * wdm.h - the kernel as drivers of all kinds see it
 *
 * A subject a file in wdm/. Prototypes, values and layouts are Microsoft's, in C and in C++.
 */
#ifndef _WDMDDK_
#define _WDMDDK_

#include <stdarg.h>
#include <string.h>

#include "ntdef.h"
#include "ntstatus.h"
#include "guiddef.h"
#include "intrin.h"

#include "wdm/irql.h"
#include "wdm/debug.h"
#include "wdm/memory.h"
#include "wdm/list.h"
#include "wdm/pool.h"
#include "wdm/atomic.h"
#include "wdm/ordered.h"
#include "wdm/unicode.h"
#include "wdm/bitmap.h"
#include "wdm/processor.h"
#include "wdm/topology.h"
#include "wdm/change.h"
#include "wdm/dispatcher.h"
#include "wdm/dpc.h"
#include "wdm/lock.h"
#include "wdm/resource.h"
#include "wdm/access.h"
#include "wdm/thread.h"
#include "wdm/registry.h"
#include "wdm/device.h"
#include "wdm/mdl.h"
#include "wdm/power.h"
#include "wdm/pnp.h"
#include "wdm/stack.h"
#include "wdm/irp.h"

#endif
