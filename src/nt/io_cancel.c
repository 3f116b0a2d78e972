/*
 * io_cancel - the one spin lock of the system for the cancelling of requests
 *
 * A spin lock like any other, whose misuse is recorded as KeAcquireSpinLock's or
 * KeReleaseSpinLock's. It lies in the kernel, so that drivers share it.
 * Source of each: WDK reference, wdm.h, the page of its name.
 */
#include "nt/kernel.h"

/*
 * Take the lock, at DISPATCH_LEVEL.
 *
 *   Irql  gets the IRQL before
 *
 * IRQL: at most DISPATCH_LEVEL; refused above it.
 */
VOID IoAcquireCancelSpinLock(PKIRQL Irql)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_inside("IoAcquireCancelSpinLock");
    KeAcquireSpinLock(&kernel->cancel_lock, Irql);
}

/* Give it back, and lower the IRQL to what it was before. IRQL: DISPATCH_LEVEL. */
VOID IoReleaseCancelSpinLock(KIRQL Irql)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_inside("IoReleaseCancelSpinLock");
    KeReleaseSpinLock(&kernel->cancel_lock, Irql);
}
