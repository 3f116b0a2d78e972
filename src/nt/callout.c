/*
 * callout - the one door to driver code
 *
 * Owns struct ha_callout and struct ha_round. call_client() runs for every notification of every
 * registration, so it does no more than it must: a call that changed nothing becomes one record,
 * and whatever else may have happened marks the thread as disturbed and is looked at aside.
 */
#include "nt/callout.h"

#include <string.h>

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

/* The clients that are there now, in the order that the profile asks for (CB-6). */
static void plan_parts(struct ha_round *round)
{
    struct ha_kernel *kernel = round->kernel;
    unsigned order = ha_kernel_knob(kernel, HA_KNOB_CALLBACK_CHAIN);
    const struct ha_notify_walk walk = ha_notify_begin(&kernel->chain, false);
    round->parts = 1;
    round->part[0] = (struct ha_round_part){walk, HA_EVERYONE};
    if (order == HA_CHAIN_SINGLE || !kernel->callbacks.in_chain)
        return;
    bool ke_first = order == HA_CHAIN_KE_FIRST;
    round->parts = 2;
    round->part[0].whom = ke_first ? HA_KE_CLIENTS : HA_OBJECT_CLIENTS;
    round->part[1] = (struct ha_round_part){walk, ke_first ? HA_OBJECT_CLIENTS : HA_KE_CLIENTS};
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
    round->locks = ha_locks_count(thread);
    round->watched = kernel->hooks.called || kernel->world.sched.is_free ||
                     kernel->world.host->watcher;
    round->per_call =
        ha_kernel_knob(kernel, HA_KNOB_OPSTATUS_SCOPE) == HA_OPSTATUS_PER_CALL;

    ha_touch(&kernel->world, HA_TOUCH_CHAIN, HA_TOUCH_READ);
    kernel->rounds++;
    plan_parts(round);
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
    ha_locks_leave_round(round->kernel, HA_RT_REGISTER_PROCESSOR_CHANGE, &round->locks);
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

/*
 * Whether another call of the client is to follow, and may find the locks that this one keeps in a
 * critical region: a working design. All calls of an EXIST phase are of one client, and each may
 * keep what an earlier one took.
 */
static bool may_keep_locks(const struct ha_round *round)
{
    uint8_t regions = round->thread->stamp.regions;
    if (round->enter.flags & HA_CB_EXISTING)
        return regions > round->regions;
    return round->context.State == KeProcessorAddStartNotify && regions > round->enter.regions;
}

/* Something happened during the call, or the driver left something changed. */
static void leave_disturbed(struct ha_round *round, const struct ha_registration *client,
                            KE_PROCESSOR_CHANGE_NOTIFY_CONTEXT *copy)
{
    struct ha_thread *thread = round->thread;
    struct ha_world *world = &round->kernel->world;
    if (may_keep_locks(round))
        ha_locks_leave_start(round->kernel, HA_RT_REGISTER_PROCESSOR_CHANGE, &round->locks);
    else
        ha_locks_leave(round->kernel, HA_RT_REGISTER_PROCESSOR_CHANGE, &round->locks);
    struct ha_record *record = ha_record_open(world, HA_CB_LEAVE, client->link.id);
    record->flags = round->enter.flags;
    if (client->of_object)
        record->flags |= HA_CB_OBJECT;
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
    dead->flags = (uint8_t)(round->enter.flags | (client->of_object ? HA_CB_OBJECT : 0));
    dead->as = round->enter.as;
    dead->as.cb.context = client->context_id;
}

/* A call that somebody waits for has begun or ended. */
static void tell(struct ha_round *round, const struct ha_called *called, bool entered)
{
    round->entered = entered;
    if (round->kernel->hooks.called)
        round->kernel->hooks.called(round->kernel, called, entered);
    if (!entered)
        round->thread->disturbed = false;       /* others may have run, between two calls */
}

/*
 * Call one client that is there, of Ke or of the callback object. Returns whether anything was to
 * be looked at. Part of each of its callers.
 */
__attribute__((always_inline)) static inline bool call_live(struct ha_round *round,
                                                            struct ha_registration *client,
                                                            bool watched, bool of_object)
{
    struct ha_world *world = &round->kernel->world;
    struct ha_trace *trace = &world->trace;
    struct ha_record *enter = trace->next;
    if (enter == trace->limit)
        enter = ha_trace_make_room(world);
    *enter = round->enter;
    ha_record_number(enter, trace->seq++);
    enter->driver = client->driver_id;
    enter->id = client->link.id;
    enter->as.cb.context = client->context_id;
    if (of_object)
        enter->flags |= HA_CB_OBJECT;
    trace->next = ++enter;
    round->thread->stamp.driver = client->driver_id;
    round->callout.inside = client;
    KE_PROCESSOR_CHANGE_NOTIFY_CONTEXT *copy = (void *)((char *)round->copy + round->turn);
    *copy = round->context;
    round->turn ^= sizeof *copy;

    if (watched) {
        const struct ha_called called = ha_round_called(round, client);
        tell(round, &called, true);
    }
    struct ha_kernel *kernel = round->kernel;
    PVOID context = client->context;
    PCALLBACK_FUNCTION object_function = client->object_function;
    PPROCESSOR_CALLBACK_FUNCTION function = client->function;
    if (watched)
        ha_order_take(world, client);
    uint32_t depth = watched ? ha_kernel_go_out(kernel) : 0;
    if (of_object)
        object_function(context, copy, &round->variable);   /* CB-2 */
    else
        function(context, copy, &round->variable);
    if (watched)
        ha_kernel_come_in(kernel, depth);
    round->thread->called_from = NULL;
    if (watched) {
        ha_order_give(world, ha_order_of_calls(client));
        ha_order_write(world, copy, sizeof *copy);      /* nobody keeps what was lent */
    }

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

/* A client that has left, is dead, or is one of the callback object. */
static bool call_unusual(struct ha_round *round, struct ha_registration *client, bool watched)
{
    if (client->link.left)              /* it may have been removed in the meantime (DEREG-2) */
        return false;
    if (!client->dead)
        return call_live(round, client, watched, true);
    record_dead_call(round, client);
    return false;
}

__attribute__((always_inline)) static inline bool call_one(struct ha_round *round,
                                                           struct ha_registration *client,
                                                           bool watched)
{
    round->thread->points++;
    if (round->kernel->world.sched.attention)
        pause_between_calls(round);
    if (client->link.unusual)
        return call_unusual(round, client, watched);
    return call_live(round, client, watched, false);
}

/* The same when somebody waits for calls. The client may be gone when it has returned. */
static bool call_watched(struct ha_round *round, struct ha_registration *client)
{
    const struct ha_called called = ha_round_called(round, client);
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

static bool is_meant(const struct ha_registration *client, enum ha_whom whom)
{
    return whom == HA_EVERYONE || client->of_object == (whom == HA_OBJECT_CLIENTS);
}

/* Returns false when an error has ended the round. */
__attribute__((always_inline)) static inline bool call_with_start(struct ha_round *round,
                                                                  struct ha_round_part *part,
                                                                  enum ha_whom whom, bool watched)
{
    bool stop = ha_kernel_knob(round->kernel, HA_KNOB_HOT_START_ERROR) == HA_STOP_AT_ERROR;
    const struct ha_notify_walk walk = part->walk;
    for (struct ha_notify_entry *entry = walk.first; entry;
         entry = ha_notify_step(&walk, entry)) {
        struct ha_registration *client = ha_registration_of(entry);
        if (!is_meant(client, whom))
            continue;
        if (call_client(round, client, watched) && round->wrote_error) {
            client->wrote_error = round->enter.as.cb.operation;
            if (stop) {
                part->walk.last = entry;        /* nobody behind it was told */
                return false;
            }
        }
    }
    return true;
}

void ha_callout_start(struct ha_round *round)
{
    struct ha_round_part *part = round->part;
    unsigned parts = round->parts;
    bool goes_on = true;
    if (part->whom == HA_EVERYONE)
        goes_on = round->watched ? call_with_start(round, part, HA_EVERYONE, true)
                                 : call_with_start(round, part, HA_EVERYONE, false);
    else
        for (round->parts = 0; goes_on && round->parts < parts; part++) {
            round->parts++;
            goes_on = call_with_start(round, part, part->whom, round->watched);
        }
    leave_driver(round);
}

__attribute__((always_inline)) static inline void call_again(struct ha_round *round,
                                                             const struct ha_notify_walk *walk,
                                                             uint32_t spared, enum ha_whom whom,
                                                             bool watched)
{
    for (struct ha_notify_entry *entry = walk->first; entry;
         entry = ha_notify_step(walk, entry)) {
        struct ha_registration *client = ha_registration_of(entry);
        if (is_meant(client, whom) && (!spared || client->wrote_error != spared))
            call_client(round, client, watched);
    }
}

static void call_part_again(struct ha_round *round, const struct ha_round_part *part,
                            uint32_t spared, bool backwards)
{
    struct ha_notify_walk walk = part->walk;
    if (backwards)
        walk = (struct ha_notify_walk){part->walk.last, part->walk.first, true};
    if (part->whom != HA_EVERYONE)
        call_again(round, &walk, spared, part->whom, round->watched);
    else if (round->watched)
        call_again(round, &walk, spared, HA_EVERYONE, true);
    else
        call_again(round, &walk, spared, HA_EVERYONE, false);
}

void ha_callout_second(struct ha_round *round, bool vetoed)
{
    const struct ha_kernel *kernel = round->kernel;
    bool failed = round->context.State == KeProcessorAddFailureNotify;
    uint32_t spared = vetoed && ha_kernel_knob(kernel, HA_KNOB_HOT_FAILURE_SCOPE) ==
                                    HA_EXCLUDE_WRITER ? round->enter.as.cb.operation : 0;
    bool backwards =
        failed && ha_kernel_knob(kernel, HA_KNOB_FAILURE_ORDER) == HA_FAILURE_REVERSE;
    for (unsigned n = 0; n < round->parts; n++)
        call_part_again(round, &round->part[backwards ? round->parts - 1 - n : n], spared,
                        backwards);
    leave_driver(round);
}
