/*
 * ke_time - what time it is, and letting a little of it pass
 *
 * All clocks show simulated time, which stands still while threads run. Interrupt time begins with
 * the run, and so do the ticks and the performance counter, which counts units of interrupt time.
 * Threads poll with them, so one that asks often enough lets others run.
 * Source of each: WDK reference, wdm.h, the page of its name. Any IRQL, except where it is said.
 */
#include "nt/dispatcher.h"

#define UNITS_A_SECOND 10000000
#define UNITS_A_TICK 156250u        /* 15.625 ms, Windows' ordinary tick; our choice */
#define NS_A_US UINT64_C(1000)

uint64_t ha_dispatcher_due(const struct ha_kernel *kernel, const LARGE_INTEGER *timeout)
{
    uint64_t now = kernel->world.time_ns;
    if (!timeout)
        return HA_FOREVER;
    bool relative = timeout->QuadPart < 0;
    uint64_t units = relative ? 0 - (uint64_t)timeout->QuadPart : (uint64_t)timeout->QuadPart;
    if (!relative)
        units = units > HA_SYSTEM_TIME_AT_START ? units - HA_SYSTEM_TIME_AT_START : 0;
    uint64_t ns = units > HA_FOREVER / HA_NS_A_UNIT ? HA_FOREVER : units * HA_NS_A_UNIT;
    if (!relative)
        return ns;
    return ns > HA_FOREVER - now ? HA_FOREVER : now + ns;
}

static ULONGLONG units(const char *routine)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_spin(routine);
    ha_touch(&kernel->world, HA_TOUCH_QUEUE, HA_TOUCH_READ);
    return kernel->world.time_ns / HA_NS_A_UNIT;
}

/* Units of 100 ns since the start. */
ULONGLONG KeQueryInterruptTime(VOID)
{
    return units("KeQueryInterruptTime");
}

/* The same, with the performance counter at that moment. */
ULONGLONG KeQueryInterruptTimePrecise(PULONG64 QpcTimeStamp)
{
    return *QpcTimeStamp = units("KeQueryInterruptTimePrecise");
}

/* The same without the time that the system slept, which it never does here. */
ULONGLONG KeQueryUnbiasedInterruptTime(VOID)
{
    return units("KeQueryUnbiasedInterruptTime");
}

/* Units of 100 ns since the year 1601, from the same moment on in every run. */
VOID KeQuerySystemTime(PLARGE_INTEGER CurrentTime)
{
    CurrentTime->QuadPart = (LONGLONG)(HA_SYSTEM_TIME_AT_START + units("KeQuerySystemTime"));
}

/* The same: no clock here is coarser than another. */
VOID KeQuerySystemTimePrecise(PLARGE_INTEGER CurrentTime)
{
    CurrentTime->QuadPart =
        (LONGLONG)(HA_SYSTEM_TIME_AT_START + units("KeQuerySystemTimePrecise"));
}

/* Whole ticks since the start, each of KeQueryTimeIncrement() units. */
VOID KeQueryTickCount(PLARGE_INTEGER TickCount)
{
    TickCount->QuadPart = (LONGLONG)(units("KeQueryTickCount") / UNITS_A_TICK);
}

/* Units of 100 ns in a tick. */
ULONG KeQueryTimeIncrement(VOID)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_spin("KeQueryTimeIncrement");
    return UNITS_A_TICK;
}

/*
 * The performance counter.
 *
 *   PerformanceFrequency  gets its counts a second; may be NULL
 */
LARGE_INTEGER KeQueryPerformanceCounter(PLARGE_INTEGER PerformanceFrequency)
{
    LARGE_INTEGER counter = {.QuadPart = (LONGLONG)units("KeQueryPerformanceCounter")};
    if (PerformanceFrequency)
        PerformanceFrequency->QuadPart = UNITS_A_SECOND;
    return counter;
}

/*
 * Be busy for a time: simulated time passes, and what is due meanwhile happens.
 *
 *   MicroSeconds  the page asks for no more than 50
 */
VOID KeStallExecutionProcessor(ULONG MicroSeconds)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("KeStallExecutionProcessor");
    ha_sched_stall(&kernel->world, MicroSeconds * NS_A_US);
}

/*
 * Let others run in a loop that looks for something again and again.
 *
 * Source: WDK reference, wdm.h, YieldProcessor. Our choice: it takes one unit of simulated time,
 * and more when nothing is recorded over many calls, so that a loop which looks for what is due
 * later comes to an end.
 */
VOID YieldProcessor(VOID)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("YieldProcessor");
    ha_sched_pause(&kernel->world);
}
