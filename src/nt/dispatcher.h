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
    HA_OBJECT_RUNDOWN = 12,             /* of a wait for users; nt/rundown.c */
    HA_OBJECT_REMOVE_LOCK = 13          /* of the event in an IO_REMOVE_LOCK */
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
/* The same for the object of a thread, which is not signalled while that lives. */
void ha_dispatcher_init_thread(struct ha_kernel *kernel, PDISPATCHER_HEADER header,
                               const struct ha_thread *thread);

/* Sets of types, for the next. */
#define HA_TYPE(type) (1u << (type))
#define HA_EVENTS (HA_TYPE(HA_OBJECT_EVENT) | HA_TYPE(HA_OBJECT_SYNCHRONIZATION_EVENT))
#define HA_TIMERS (HA_TYPE(HA_OBJECT_TIMER) | HA_TYPE(HA_OBJECT_SYNCHRONIZATION_TIMER))
#define HA_WAITABLES (HA_EVENTS | HA_TIMERS | HA_TYPE(HA_OBJECT_MUTANT) \
                      | HA_TYPE(HA_OBJECT_SEMAPHORE) | HA_TYPE(HA_OBJECT_THREAD))

/*
 * Whether the head was ever set up as one of these types; otherwise the misuse has been recorded.
 * Memory that was never set up may hold anything, so no pointer in it is followed.
 */
bool ha_dispatcher_is_made(struct ha_kernel *kernel, const DISPATCHER_HEADER *header,
                           unsigned types, enum ha_routine routine);
/* The same, and nothing is recorded. */
bool ha_dispatcher_looks_made(const struct ha_kernel *kernel, const DISPATCHER_HEADER *header,
                              unsigned types);

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

/* Who has a mutex; NULL for what nobody can have. A fast mutex may be that of a thread gone by. */
struct ha_thread *ha_dispatcher_holder(const struct ha_kernel *kernel, PDISPATCHER_HEADER header);
/* Whether a wait of the thread for this object alone would end at once. */
bool ha_dispatcher_is_free_for(PDISPATCHER_HEADER header, const struct ha_thread *thread);
/* The thread takes what the object has to give. Returns STATUS_ABANDONED for such a mutex. */
NTSTATUS ha_dispatcher_take(PDISPATCHER_HEADER header, struct ha_thread *thread);

/*
 * A mutex that a thread has. It lies in the arena, because that of the driver may hold something
 * else by the time that it is looked for.
 */
struct ha_owned {
    struct ha_owned *older;
    PKMUTANT mutant;
    uint32_t id;
    uint16_t driver;                /* in charge when it was taken */
    bool in_region;                 /* it disables APCs */
    bool told;                      /* that code which has ended has left it */
};

/* Mutexes; in ke_mutex.c. A thread that runs or waits gets one that is free. */
void ha_mutant_own(PKMUTANT mutant, struct ha_thread *thread);
/* Who has it; NULL when nobody does. */
struct ha_thread *ha_mutant_owner(const struct ha_kernel *kernel, const KMUTANT *mutant);
/*
 * Code of a driver, of any with 0, ends on the running thread, which had so many of them. Others
 * that disable APCs are misuses of the routine that it ends by, once.
 */
void ha_mutants_leave(struct ha_kernel *kernel, enum ha_routine routine, uint32_t had,
                      uint16_t driver);
uint32_t ha_mutants_count(const struct ha_thread *thread);
/* A thread ends: the mutexes that it has are abandoned. */
void ha_mutants_abandon(struct ha_kernel *kernel, struct ha_thread *thread);

/*
 * What of the kernel's lies in some memory of a driver: a mutex that a thread has, an object or
 * block of a wait, a timer that is set (in ke_timer.c) or its DPC, a reference whose users are
 * waited for (in rundown.c). Each gives the id of one such
 * object, 0 when there is none.
 */
uint32_t ha_timers_find(const struct ha_kernel *kernel, const void *memory, size_t size);
uint32_t ha_mutants_find(const struct ha_kernel *kernel, const void *memory, size_t size);
uint32_t ha_waits_find(const struct ha_kernel *kernel, const void *memory, size_t size);
uint32_t ha_rundowns_find(const struct ha_kernel *kernel, const void *memory, size_t size);

/*
 * That memory is about to be gone: what lies there is forgotten. Timers are stopped; a thread that
 * waits for an object there waits for what else it waits for, or for ever.
 */
void ha_timers_take_out(struct ha_kernel *kernel, const void *memory, size_t size);
void ha_mutants_take_out(struct ha_kernel *kernel, const void *memory, size_t size);
void ha_waits_take_out(struct ha_kernel *kernel, const void *memory, size_t size);
void ha_rundowns_take_out(struct ha_kernel *kernel, const void *memory, size_t size);

/* A thread took the signal of a synchronization timer; in ke_timer.c. */
void ha_timer_taken(struct ha_kernel *kernel, PKTIMER timer);

/* Stop and record the timers that a driver has left set; in ke_timer.c. */
void ha_timers_look_over(struct ha_kernel *kernel, const struct ha_driver *driver);

/* A time-out as NT gives it, in nanoseconds from the start, HA_FOREVER for NULL; in ke_time.c. */
uint64_t ha_dispatcher_due(const struct ha_kernel *kernel, const LARGE_INTEGER *timeout);

#endif
