/*
 * kernel - what Windows keeps
 *
 * Owns the set-up of struct ha_kernel, and the records that several routines write.
 */
#include "nt/kernel.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/failures.h"
#include "nt/caller.h"
#include "nt/dpc.h"
#include "nt/free_memory.h"
#include "nt/interface.h"
#include "nt/pnp_entry.h"
#include "nt/ps_thread.h"
#include "nt/registration.h"
#include "nt/wait_graph.h"

static struct ha_thread *caller(const char *routine)
{
    struct ha_thread *thread = ha_thread_current();
    if (!thread) {
        fprintf(stderr, "hotadd: %s was called on a thread that no machine runs\n", routine);
        abort();
    }
    return thread;
}

HA_RACE_UNSEEN static struct ha_kernel *come_in(struct ha_thread *thread)
{
    if (thread->world->sched.is_free)
        ha_free_enter(thread);
    return ha_kernel_of(thread);
}

struct ha_kernel *ha_kernel_inside_from(const char *routine, const void *called_from)
{
    struct ha_kernel *kernel = come_in(caller(routine));
    struct ha_thread *self = kernel->world.sched.running;
    if (!self->keeps_caller)
        self->called_from = called_from;
    return kernel;
}

struct ha_kernel *ha_kernel_if_any(void)
{
    struct ha_thread *thread = ha_thread_current();
    return thread ? come_in(thread) : NULL;
}

struct ha_kernel *ha_kernel_enter_from(const char *routine, const void *called_from)
{
    struct ha_kernel *kernel = ha_kernel_inside_from(routine, called_from);
    ha_sched_point(&kernel->world);
    return kernel;
}

struct ha_kernel *ha_kernel_spin(const char *routine)
{
    struct ha_kernel *kernel = ha_kernel_inside_from(routine, NULL);
    ha_sched_spin(&kernel->world);
    return kernel;
}

HA_RACE_UNSEEN void ha_kernel_poll(const char *routine)
{
    struct ha_thread *thread = caller(routine);
    if (thread->world->sched.is_free)
        ha_free_poll(thread);
    else
        ha_sched_spin(thread->world);
}

HA_RACE_UNSEEN void ha_kernel_fence(const char *routine)
{
    struct ha_thread *thread = caller(routine);
    ha_kernel_poll(routine);
    __sync_synchronize();
    if (HA_RACES_ARE_WATCHED && thread->world->sched.is_free)
        ha_race_meet(thread->world);
}

HA_RACE_UNSEEN void ha_kernel_pass_from(const void *called_from)
{
    struct ha_thread *thread = ha_thread_current();
    if (!thread)
        return;
    thread->called_from = called_from;
    if (!thread->world->sched.is_free)
        ha_sched_point(thread->world);
}

bool ha_kernel_init(struct ha_kernel *kernel, const struct ha_profile *profile)
{
    kernel->profile = *profile;
    kernel->world.sched.thread_ends = ha_ps_thread_ends;
    kernel->world.sched.deadlocks = ha_wait_graph_name_holders;
    ha_registrations_init(kernel);
    ha_free_memory_init(kernel);
    ha_interfaces_init(kernel);
    ha_pnp_entries_init(kernel);
    ha_object_init(&kernel->world, &kernel->call_ends, "the end of a running callback");
    ha_broadcasts_init(kernel);
    return ha_dpcs_init(kernel);
}

static void record_object(struct ha_kernel *kernel, uint32_t id, const char *name)
{
    struct ha_thread *self = kernel->world.sched.running;
    uint16_t driver = self->stamp.driver;
    self->stamp.driver = 0;         /* the name is not one that a driver has given */
    ha_record_name(&kernel->world, HA_NS_OBJECT, id, name);
    self->stamp.driver = driver;
}

uint32_t ha_kernel_introduce(struct ha_kernel *kernel, const char *kind)
{
    char name[32];
    uint32_t id = ++kernel->world.objects_made;
    snprintf(name, sizeof name, "%s %u", kind, (unsigned)id);
    record_object(kernel, id, name);
    return id;
}

uint32_t ha_kernel_introduce_thread(struct ha_kernel *kernel, const struct ha_thread *thread)
{
    char name[HA_THREAD_NAME_SIZE], object[sizeof "thread " + HA_THREAD_NAME_SIZE];
    uint32_t id = ++kernel->world.objects_made;
    ha_thread_usual_name(thread->kind, thread->stamp.thread, name);
    snprintf(object, sizeof object, "thread %s", name);
    record_object(kernel, id, object);
    return id;
}

void ha_record_refused(struct ha_kernel *kernel, enum ha_routine routine, enum ha_reason reason)
{
    uint32_t place = ha_caller_place(kernel);
    struct ha_record *record = ha_record_open(&kernel->world, HA_REFUSED, 0);
    assert(ha_reason_is_given(reason));
    record->as.refused.routine = routine;
    record->as.refused.reason = reason;
    record->as.refused.place = place;
}

bool ha_kernel_is_above(struct ha_kernel *kernel, KIRQL highest, enum ha_routine routine)
{
    bool is_above = kernel->world.sched.running->stamp.irql > highest;
    if (is_above)
        ha_record_refused(kernel, routine, HA_REASON_IRQL);
    return is_above;
}

void ha_record_misuse(struct ha_kernel *kernel, enum ha_routine routine, enum ha_misuse misuse,
                      uint32_t id, uint32_t argument)
{
    uint32_t place = ha_caller_place(kernel);
    struct ha_record *record = ha_record_open(&kernel->world, HA_MISUSE, id);
    record->as.misuse.routine = routine;
    record->as.misuse.misuse = misuse;
    record->as.misuse.argument = argument;
    record->as.misuse.place = place;
}

void ha_kernel_check_irql(struct ha_kernel *kernel, enum ha_routine routine, KIRQL highest)
{
    if (kernel->world.sched.running->stamp.irql > highest)
        ha_record_misuse(kernel, routine, HA_MISUSE_RAISED_IRQL, 0, highest);
}

void ha_record_fault(struct ha_kernel *kernel, enum ha_routine routine)
{
    ha_record_open(&kernel->world, HA_FAULT, 0)->as.fault.routine = routine;
}

/* By the tape's word. */
static bool is_lacking(struct ha_kernel *kernel, enum ha_routine routine)
{
    uint64_t *word = &kernel->fails_on[routine / 64], bit = UINT64_C(1) << routine % 64;
    if (*word & bit)
        return true;
    uint32_t answer = ha_choose(&kernel->world, HA_CHOICE_FAULT, ha_routine_name(routine), 3);
    if (answer == 2)
        *word |= bit;
    return answer != 0;
}

bool ha_kernel_faults(struct ha_kernel *kernel, enum ha_routine routine)
{
    assert(ha_routine_can_fail(routine));
    bool scripted = kernel->hooks.fails && kernel->hooks.fails(kernel, routine);
    if (!scripted && !is_lacking(kernel, routine))
        return false;
    ha_record_fault(kernel, routine);
    return true;
}

void ha_kernel_ended(struct ha_kernel *kernel, const void *event)
{
    if (event)
        kernel->hooks.ended(kernel, event);
}
