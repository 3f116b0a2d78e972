/*
 * callout - the one door to driver code
 *
 * Owns struct ha_callout and struct ha_round. call_client() runs for every notification of every
 * registration, so it does no more than it must: a call that changed nothing becomes one record,
 * and whatever else may have happened marks the thread as disturbed and is looked at aside.
 */
#include "nt/callout.h"

#include <string.h>

#include "nt/locks.h"
#include "nt/pnp_entry.h"
#include "nt/registration.h"

#define POISON 0xdd

/*
 * What the records of entry say of the moment. A call that left everything as it was leaves this
 * as it was, too.
 */
static void refresh(struct ha_round *round)
{
    struct ha_world *world = &round->kernel->world;
    round->enter.as.cb.op_in = round->variable;
    round->enter.time_ns = world->time_ns;
    round->enter.active = (uint16_t)world->partition.active;
    round->enter.regions = round->thread->stamp.regions;
}

void ha_round_begin(struct ha_round *round, struct ha_kernel *kernel, uint32_t operation,
                    bool existing)
{
    struct ha_thread *thread = kernel->world.sched.running;
    memset(round, 0, sizeof *round);
    round->callout.outer = thread->callout;
    round->kernel = kernel;
    round->thread = thread;
    round->affinity = thread->affinity;
    round->driver = thread->stamp.driver;
    round->irql = thread->stamp.irql;
    round->regions = thread->stamp.regions;
    round->watched = kernel->hooks.called != NULL;
    round->per_call =
        ha_kernel_knob(kernel, HA_KNOB_OPSTATUS_SCOPE) == HA_OPSTATUS_PER_CALL;

    ha_touch(&kernel->world, HA_TOUCH_CHAIN, HA_TOUCH_READ);
    kernel->rounds++;
    round->walk = ha_notify_begin(&kernel->chain, false);
    thread->callout = round;
    thread->disturbed = false;
    thread->stamp.irql = ha_kernel_knob(kernel, HA_KNOB_CALLBACK_IRQL) == HA_CALLBACK_APC
                             ? APC_LEVEL : PASSIVE_LEVEL;
    round->enter = thread->stamp;
    round->enter.kind = HA_CB_ENTER;
    round->enter.flags = existing ? HA_CB_EXISTING : 0;
    round->enter.as.cb.operation = operation;
    round->enter.as.cb.affinity_mask = thread->affinity.mask;
    round->enter.as.cb.affinity_group = thread->affinity.group;
}

void ha_round_end(struct ha_round *round)
{
    struct ha_thread *thread = round->thread;
    thread->callout = round->callout.outer;
    thread->stamp.driver = round->driver;
    thread->stamp.irql = round->irql;
    thread->stamp.regions = round->regions;         /* CTX-7 */
    if (--round->kernel->rounds == 0 && round->kernel->any_deferred)
        ha_registrations_sweep(round->kernel);
    ha_notify_end(&round->kernel->chain);
}

void ha_round_set(struct ha_round *round, uint32_t index, struct ha_place place,
                  KE_PROCESSOR_CHANGE_NOTIFY_STATE state, NTSTATUS status)
{
    union ha_payload *call = &round->enter.as;
    round->enter.flags = (uint8_t)((round->enter.flags & ~3u) | (unsigned)state);
    call->cb.status = status;
    call->cb.nt_number = (uint16_t)index;
    call->cb.group = place.group;
    call->cb.number = place.number;
    round->context.State = state;
    round->context.NtNumber = index;
    round->context.Status = status;
    round->context.ProcNumber.Group = place.group;
    round->context.ProcNumber.Number = place.number;
    /* Before Windows 7 the structure ends before ProcNumber (CTX-6): there is nothing to read. */
    if (ha_kernel_knob(round->kernel, HA_KNOB_TARGET) == HA_TARGET_WS2008)
        memset(&round->context.ProcNumber, POISON, sizeof round->context.ProcNumber);
    refresh(round);
}

/* Two words of eight bytes, compared without a branch between them. */
static inline bool differ(const KE_PROCESSOR_CHANGE_NOTIFY_CONTEXT *a,
                          const KE_PROCESSOR_CHANGE_NOTIFY_CONTEXT *b)
{
    uint64_t one[2], other[2];
    _Static_assert(sizeof one == sizeof *a, "the context has 16 bytes (CTX-1)");
    memcpy(one, a, sizeof one);
    memcpy(other, b, sizeof other);
    return ((one[0] ^ other[0]) | (one[1] ^ other[1])) != 0;
}

/* Something happened during the call, or the driver left something changed. */
static void leave_disturbed(struct ha_round *round, const struct ha_registration *client,
                            KE_PROCESSOR_CHANGE_NOTIFY_CONTEXT *copy)
{
    struct ha_thread *thread = round->thread;
    struct ha_world *world = &round->kernel->world;
    ha_spin_leave(round->kernel, HA_RT_REGISTER_PROCESSOR_CHANGE, 0);
    struct ha_record *record = ha_record_open(world, HA_CB_LEAVE, client->link.id);
    record->flags = round->enter.flags;
    if (differ(copy, &round->context))
        record->flags |= HA_CB_CONTEXT_CHANGED;
    memset(copy, POISON, sizeof *copy);
    record->as.cb_leave.op_out = round->variable;
    record->as.cb_leave.affinity_mask = thread->affinity.mask;
    record->as.cb_leave.affinity_group = thread->affinity.group;

    round->wrote_error =
        round->variable != round->enter.as.cb.op_in && !NT_SUCCESS(round->variable);
    if (round->wrote_error && NT_SUCCESS(round->first_error))
        round->first_error = round->variable;
    if (round->per_call)
        round->variable = STATUS_SUCCESS;
    ha_thread_set_irql(thread, round->enter.irql);  /* CTX-7 */
    if (thread->affinity.mask != round->affinity.mask
        || thread->affinity.group != round->affinity.group)
        ha_thread_set_affinity(thread, round->affinity);    /* HOT-11 */
    round->callout.inside = NULL;
    if (round->kernel->call_ends.first_waiter) {
        ha_event_set(world, &round->kernel->call_ends);
        /* Who waits for a call does not wait for the next one as well. */
        if (ha_kernel_knob(round->kernel, HA_KNOB_DEREG_WAIT) == HA_DEREG_PER_CALL)
            ha_sched_yield(world);
    }
    refresh(round);
    thread->disturbed = false;
}

/* The kernel itself goes on. */
static void leave_driver(struct ha_round *round)
{
    round->callout.inside = NULL;
    round->thread->stamp.driver = round->driver;
}

/* Let others run between two calls, if there are any. */
static void pause_between_calls(struct ha_round *round)
{
    leave_driver(round);
    ha_sched_attend(&round->kernel->world);
    refresh(round);
    round->thread->disturbed = false;
}

static void record_dead_call(struct ha_round *round, const struct ha_registration *client)
{
    struct ha_record *dead = ha_record_open(&round->kernel->world, HA_DEAD_CALL, client->link.id);
    dead->driver = client->driver_id;
    dead->flags = round->enter.flags;
    dead->as = round->enter.as;
    dead->as.cb.context = client->context_id;
}

static struct ha_called as_called(const struct ha_round *round,
                                  const struct ha_registration *client)
{
    return (struct ha_called){client, (enum ha_state)round->context.State,
                              round->context.NtNumber,
                              {round->enter.as.cb.group, round->enter.as.cb.number}};
}

/* A call that somebody waits for has begun or ended. */
static void tell(struct ha_round *round, const struct ha_called *called, bool entered)
{
    round->entered = entered;
    round->kernel->hooks.called(round->kernel, called, entered);
    if (!entered)
        round->thread->disturbed = false;       /* others may have run, between two calls */
}

/* Call one client. Returns whether anything was to be looked at. Part of each of its callers. */
__attribute__((always_inline)) static inline bool call_one(struct ha_round *round,
                                                           struct ha_registration *client,
                                                           bool watched)
{
    struct ha_world *world = &round->kernel->world;
    struct ha_trace *trace = &world->trace;
    if (world->sched.attention)
        pause_between_calls(round);
    if (client->link.unusual) {
        if (!client->link.left)         /* it may have been removed in the meantime (DEREG-2) */
            record_dead_call(round, client);
        return false;
    }

    struct ha_record *enter = trace->next;
    if (enter == trace->limit)
        enter = ha_trace_make_room(world);
    *enter = round->enter;
    ha_record_number(enter, trace->seq++);
    enter->driver = client->driver_id;
    enter->id = client->link.id;
    enter->as.cb.context = client->context_id;
    trace->next = ++enter;
    round->thread->stamp.driver = client->driver_id;
    round->callout.inside = client;
    KE_PROCESSOR_CHANGE_NOTIFY_CONTEXT *copy = (void *)((char *)round->copy + round->turn);
    *copy = round->context;
    round->turn ^= sizeof *copy;

    if (watched) {
        const struct ha_called called = as_called(round, client);
        tell(round, &called, true);
    }
    client->function(client->context, copy, &round->variable);

    /* Unless the thread is disturbed, the record is where it was: what follows it was added. */
    if (!round->thread->disturbed && trace->next == enter &&
        round->variable == round->enter.as.cb.op_in && !differ(copy, &round->context)) {
        enter[-1].kind = HA_CB_CALL;    /* one record that stands for two */
        trace->seq++;
        memset(copy, POISON, sizeof *copy);
        return false;
    }
    leave_disturbed(round, client, copy);
    return true;
}

/* The same when somebody waits for calls. The client may be gone when it has returned. */
static bool call_watched(struct ha_round *round, struct ha_registration *client)
{
    const struct ha_called called = as_called(round, client);
    bool looked = call_one(round, client, true);
    if (round->entered) {               /* it may have been removed in the meantime */
        leave_driver(round);
        tell(round, &called, false);
    }
    return looked;
}

__attribute__((always_inline)) static inline bool call_client(struct ha_round *round,
                                                              struct ha_registration *client,
                                                              bool watched)
{
    return watched ? call_watched(round, client) : call_one(round, client, false);
}

void ha_callout_one(struct ha_round *round, struct ha_registration *client)
{
    call_client(round, client, round->watched);
    leave_driver(round);
}

__attribute__((always_inline)) static inline void call_with_start(struct ha_round *round,
                                                                  bool watched)
{
    bool stop = ha_kernel_knob(round->kernel, HA_KNOB_HOT_START_ERROR) == HA_STOP_AT_ERROR;
    const struct ha_notify_walk walk = {round->walk.first, round->walk.last, false};
    for (struct ha_notify_entry *entry = walk.first; entry;
         entry = ha_notify_step(&walk, entry)) {
        struct ha_registration *client = ha_registration_of(entry);
        if (call_client(round, client, watched) && round->wrote_error) {
            client->wrote_error = round->enter.as.cb.operation;
            if (stop) {
                round->walk.last = entry;       /* nobody behind it was told */
                break;
            }
        }
    }
    leave_driver(round);
}

void ha_callout_start(struct ha_round *round)
{
    if (round->watched)
        call_with_start(round, true);
    else
        call_with_start(round, false);
}

__attribute__((always_inline)) static inline void call_again(struct ha_round *round,
                                                             const struct ha_notify_walk *walk,
                                                             uint32_t spared, bool watched)
{
    for (struct ha_notify_entry *entry = walk->first; entry;
         entry = ha_notify_step(walk, entry)) {
        struct ha_registration *client = ha_registration_of(entry);
        if (!spared || client->wrote_error != spared)
            call_client(round, client, watched);
    }
    leave_driver(round);
}

void ha_callout_second(struct ha_round *round, bool vetoed)
{
    const struct ha_kernel *kernel = round->kernel;
    bool failed = round->context.State == KeProcessorAddFailureNotify;
    uint32_t spared = vetoed && ha_kernel_knob(kernel, HA_KNOB_HOT_FAILURE_SCOPE) ==
                                    HA_EXCLUDE_WRITER ? round->enter.as.cb.operation : 0;
    struct ha_notify_walk walk = round->walk;
    if (failed && ha_kernel_knob(kernel, HA_KNOB_FAILURE_ORDER) == HA_FAILURE_REVERSE)
        walk = (struct ha_notify_walk){round->walk.last, round->walk.first, true};
    if (round->watched)
        call_again(round, &walk, spared, true);
    else
        call_again(round, &walk, spared, false);
}

struct ha_registration *ha_callout_inside(const struct ha_thread *thread)
{
    for (const struct ha_callout *call = thread->callout; call; call = call->outer)
        if (call->inside)
            return call->inside;
    return NULL;
}

const struct ha_round *ha_callout_round(const struct ha_thread *thread)
{
    for (const struct ha_callout *call = thread->callout; call; call = call->outer)
        if (call->inside)
            return (const struct ha_round *)call;       /* which begins with it */
    return NULL;
}

bool ha_callout_irql_is_raised(const struct ha_kernel *kernel, const struct ha_thread *thread)
{
    KIRQL allowed = ha_kernel_knob(kernel, HA_KNOB_CALLBACK_IRQL) == HA_CALLBACK_APC &&
                    ha_callout_inside(thread) ? APC_LEVEL : PASSIVE_LEVEL;
    return thread->stamp.irql > allowed;
}

bool ha_callout_call(const struct ha_thread *thread, struct ha_called *call)
{
    const struct ha_round *round = ha_callout_round(thread);
    if (round)
        *call = as_called(round, round->callout.inside);
    return round != NULL;
}

static bool is_inside(const struct ha_thread *thread, const struct ha_registration *registration,
                      const struct ha_driver *driver)
{
    for (const struct ha_callout *call = thread->callout; call; call = call->outer)
        if (call->inside && (registration ? call->inside == registration
                                          : call->inside->driver_id == driver->id))
            return true;
        else if (call->notified && !registration && call->notified->driver == driver)
            return true;
    return false;
}

void ha_callout_wait(struct ha_kernel *kernel, const struct ha_registration *registration,
                     const struct ha_driver *driver)
{
    const struct ha_thread *self = kernel->world.sched.running;
    const struct ha_thread *thread = kernel->world.sched.first_live;
    while (thread) {
        if (thread == self || !is_inside(thread, registration, driver)) {
            thread = thread->next_live;
            continue;
        }
        kernel->call_ends.set = false;
        ha_event_wait(&kernel->world, &kernel->call_ends);
        thread = kernel->world.sched.first_live;
    }
}
