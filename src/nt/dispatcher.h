/*
 * dispatcher - objects that threads wait for, and the waiting
 *
 * An object is the structure that the driver keeps: its type, its signal state and the list of
 * wait blocks lie in its DISPATCHER_HEADER, and so does its id in the trace, in the three bytes
 * that Windows uses for itself. Nothing is looked up by its address.
 */
#ifndef HA_NT_DISPATCHER_H
#define HA_NT_DISPATCHER_H

#include "nt/kernel.h"

/* Types of dispatcher objects, in DISPATCHER_HEADER.Type. */
enum ha_dispatcher_type {
    HA_OBJECT_EVENT = 0, HA_OBJECT_SYNCHRONIZATION_EVENT = 1, HA_OBJECT_MUTANT = 2,
    HA_OBJECT_SEMAPHORE = 5, HA_OBJECT_THREAD = 6, HA_OBJECT_TIMER = 8,
    HA_OBJECT_SYNCHRONIZATION_TIMER = 9,
    HA_OBJECT_FAST_MUTEX = 10,          /* of the event in a FAST_MUTEX; ours, as the next */
    HA_OBJECT_GUARDED_MUTEX = 11,
    HA_OBJECT_RUNDOWN = 12              /* of a wait for users; nt/rundown.c */
};

/*
 * Windows counts time in units of 100 ns from the year 1601. A run begins on 1 January 2024, which
 * is our choice: some moment, and always the same one.
 */
#define HA_NS_A_UNIT 100u
#define HA_SYSTEM_TIME_AT_START UINT64_C(133485408000000000)

/* Set up the head of an object, and introduce it to the trace. */
void ha_dispatcher_init(struct ha_kernel *kernel, PDISPATCHER_HEADER header,
                        enum ha_dispatcher_type type, LONG state);

/* Whether the head was ever set up; otherwise the misuse has been recorded. */
bool ha_dispatcher_is_made(struct ha_kernel *kernel, const DISPATCHER_HEADER *header,
                           enum ha_routine routine);

/* The object's id in the trace. */
static inline uint32_t ha_dispatcher_id(const DISPATCHER_HEADER *header)
{
    return header->Signalling | (uint32_t)header->Size << 8 | (uint32_t)header->Reserved1 << 16;
}

/* What a fast mutex keeps of the thread that has it: the id, which outlives the thread. */
static inline PVOID ha_dispatcher_owner(const struct ha_thread *thread)
{
    return (PVOID)(uintptr_t)thread->stamp.thread;
}

/*
 * Whether a mutex or fast mutex lies there that a thread has or waits for. The memory may hold
 * anything.
 */
bool ha_dispatcher_in_use(struct ha_kernel *kernel, PDISPATCHER_HEADER header,
                          enum ha_dispatcher_type type);

/* The object's state was changed so that threads may go on: those that can are made ready. */
void ha_dispatcher_signal(struct ha_kernel *kernel, PDISPATCHER_HEADER header);

/*
 * Let the running thread wait for one or all of some objects, each with a block of its own, or
 * for the time alone when there are none.
 *
 * Returns as KeWaitForMultipleObjects: STATUS_WAIT_0 and the number of the object,
 * STATUS_ABANDONED likewise, or STATUS_TIMEOUT.
 */
NTSTATUS ha_dispatcher_wait(struct ha_kernel *kernel, PVOID *object, ULONG count, bool all,
                            PKWAIT_BLOCK block, const LARGE_INTEGER *timeout);

/* Mutexes; in ke_mutex.c. A thread that runs or waits gets one that is free. */
void ha_mutant_own(PKMUTANT mutant, struct ha_thread *thread);
/* The owner of a mutex has it no more; who waits may get it. */
void ha_mutant_disown(struct ha_kernel *kernel, PKMUTANT mutant);
/* A thread ends: the mutexes that it has are abandoned. */
void ha_mutants_abandon(struct ha_kernel *kernel, struct ha_thread *thread);

/*
 * What of the kernel's lies in some memory of a driver: a mutex that a thread has, an object or
 * block of a wait, a timer that is set (in ke_timer.c) or its DPC. Each gives the id of one such
 * object, 0 when there is none.
 */
uint32_t ha_timers_find(const struct ha_kernel *kernel, const void *memory, size_t size);
uint32_t ha_mutants_find(const struct ha_kernel *kernel, const void *memory, size_t size);
uint32_t ha_waits_find(const struct ha_kernel *kernel, const void *memory, size_t size);

/* A thread took the signal of a synchronization timer; in ke_timer.c. */
void ha_timer_taken(PKTIMER timer);

/* Stop and record the timers that a driver has left set; in ke_timer.c. */
void ha_timers_look_over(struct ha_kernel *kernel, const struct ha_driver *driver);

/* A thread ends: the mutexes that it has are abandoned, its fast mutexes nobody's for good. */
void ha_dispatcher_abandon(struct ha_kernel *kernel, struct ha_thread *thread);

/* A time-out as NT gives it, in nanoseconds from the start, HA_FOREVER for NULL; in ke_time.c. */
uint64_t ha_dispatcher_due(const struct ha_kernel *kernel, const LARGE_INTEGER *timeout);

#endif
