/*
 * driverspecs.h - annotations that only kernel code has: IRQL, regions, kinds of driver
 *
 * They vanish here; the simulator checks IRQL when the driver runs.
 */
#ifndef DRIVERSPECS_H
#define DRIVERSPECS_H

#include "sal.h"

#define _IRQL_requires_(irql)
#define _IRQL_requires_max_(irql)
#define _IRQL_requires_min_(irql)
#define _IRQL_requires_same_
#define _IRQL_raises_(irql)
#define _IRQL_saves_
#define _IRQL_restores_
#define _IRQL_saves_global_(kind, parameter)
#define _IRQL_restores_global_(kind, parameter)
#define _IRQL_always_function_max_(irql)
#define _IRQL_always_function_min_(irql)
#define _IRQL_is_cancel_
#define _IRQL_uses_cancel_
#define _Acquires_cancel_spin_lock_
#define _Releases_cancel_spin_lock_
#define _IRQL_limited_to_(irql)

#define _Kernel_clear_do_init_(answer)
#define _Kernel_float_restored_
#define _Kernel_float_saved_
#define _Kernel_float_used_
#define _Kernel_requires_resource_held_(kind)
#define _Kernel_requires_resource_not_held_(kind)
#define _Kernel_acquires_resource_(kind)
#define _Kernel_releases_resource_(kind)
#define _Kernel_IoGetDmaAdapter_

#define _Dispatch_type_(type)
#define _Flt_CompletionContext_Outptr_
#define _Is_spin_lock_
#define _Requires_spin_lock_held_(lock)
#define __drv_aliasesMem
#define __drv_allocatesMem(kind)
#define __drv_freesMem(kind)
#define __drv_strictTypeMatch(mode)
#define __drv_strictType(type, mode)
#define __drv_maxIRQL(irql)
#define __drv_minIRQL(irql)
#define __drv_requiresIRQL(irql)
#define __drv_sameIRQL
#define __drv_setsIRQL(irql)
#define __drv_raisesIRQL(irql)
#define __drv_savesIRQL
#define __drv_restoresIRQL
#define __drv_functionClass(name)
#define __drv_dispatchType(type)
#define __drv_when(condition, annotations)
#define __drv_at(target, annotations)
#define __drv_arg(target, annotations)
#define __drv_in(annotations)
#define __drv_out(annotations)
#define __drv_acquiresExclusiveResource(kind)
#define __drv_releasesExclusiveResource(kind)
#define __drv_mustHold(kind)
#define __drv_neverHold(kind)
#define __drv_interlocked
#define __drv_reportError(text)
#define __drv_preferredFunction(name, text)

#endif
