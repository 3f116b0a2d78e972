/*
 * bugcheck - the end of the simulated system: KeBugCheckEx, KeBugCheck, __fastfail
 *
 * It is recorded, and the run ends with it: the calling thread never goes on.
 */
#include <ntddk.h>
#include <stdlib.h>

#include "nt/kernel.h"

#define LARGEST_NUMBER 0xffffffffu
#define ADDRESSES_END (UINT64_C(1) << 48)

/*
 * A parameter as the trace may hold it. A value of 33 to 48 bits is taken for an address of this
 * host and becomes the number of its appearance; a code sign-extended to 64 bits stays.
 */
static uint64_t parameter_of(struct ha_world *world, ULONG_PTR value)
{
    if (value <= LARGEST_NUMBER || value >= ADDRESSES_END)
        return value;
    return ha_id_of(&world->pointers, &world->host->arena, value);
}

/*
 * Stop the system.
 *
 *   BugCheckCode  what went wrong, and what the four parameters mean
 *
 * Never returns: the run ends as "bugcheck". Any IRQL.
 *
 * Source: WDK reference, wdm.h, KeBugCheckEx.
 */
VOID KeBugCheckEx(ULONG BugCheckCode, ULONG_PTR BugCheckParameter1, ULONG_PTR BugCheckParameter2,
                  ULONG_PTR BugCheckParameter3, ULONG_PTR BugCheckParameter4)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("KeBugCheckEx");
    struct ha_world *world = &kernel->world;
    const uint64_t parameter[] = {
        parameter_of(world, BugCheckParameter1), parameter_of(world, BugCheckParameter2),
        parameter_of(world, BugCheckParameter3), parameter_of(world, BugCheckParameter4),
    };
    struct ha_record *record = ha_record_open(world, HA_BUGCHECK, BugCheckCode);
    for (size_t i = 0; i < sizeof parameter / sizeof parameter[0]; i++)
        record->as.bugcheck.parameter[i] = parameter[i];
    ha_sched_end(world, HA_END_BUGCHECK);
    ha_sched_point(world);
    abort();                    /* a thread that ends the run has left it */
}

/* The same without parameters. Source: WDK reference, ntddk.h, KeBugCheck. */
VOID KeBugCheck(ULONG BugCheckCode)
{
    KeBugCheckEx(BugCheckCode, 0, 0, 0, 0);
}

/*
 * Stop at once after a fatal mistake.
 *
 *   Code  FAST_FAIL_...: the first parameter of the bug check KERNEL_SECURITY_CHECK_FAILURE
 *
 * Source: Microsoft C++, Compiler intrinsics, __fastfail; WDK, Bug Check 0x139.
 */
VOID __fastfail(unsigned int Code)
{
    KeBugCheckEx(KERNEL_SECURITY_CHECK_FAILURE, Code, 0, 0, 0);
}
