/* callout_pnp - see callout_pnp.h. Owns struct ha_notice. */
#include "nt/callout_pnp.h"

#include <string.h>
#include <wdmguid.h>

#include "nt/script.h"

#define POISON 0xdd

_Static_assert(sizeof(DEVICE_INTERFACE_CHANGE_NOTIFICATION) == 48, "as on 64-bit Windows (PNP-7)");

/* Nobody finds what the link was. */
static void poison_text(struct ha_notice *notice)
{
    memset(notice->text, POISON, notice->model.link.MaximumLength);
}

/* What every entry is given, but for the place of its link. */
static void describe(struct ha_notice *notice)
{
    const struct ha_interface *instance = notice->news.instance;
    USHORT length = (USHORT)instance->letters;
    poison_text(notice);
    memcpy(notice->text, instance->link, (length + 1u) * sizeof(WCHAR));
    notice->model.change.Event = notice->news.event == HA_PNP_REMOVAL
                                     ? GUID_DEVICE_INTERFACE_REMOVAL
                                     : GUID_DEVICE_INTERFACE_ARRIVAL;
    notice->model.change.InterfaceClassGuid = *instance->class_guid;
    notice->model.link.Length = (USHORT)(length * sizeof(WCHAR));
    notice->model.link.MaximumLength = (USHORT)((length + 1) * sizeof(WCHAR));
}

/* What the records of entry say of the moment; a call that changed nothing leaves it as it was. */
static void refresh(struct ha_notice *notice)
{
    const struct ha_world *world = &notice->kernel->world;
    const union ha_payload told = notice->enter.as;
    notice->enter = notice->thread->stamp;
    notice->enter.kind = HA_PNP_CB_ENTER;
    notice->enter.time_ns = world->time_ns;
    notice->enter.active = (uint16_t)world->partition.active;
    notice->enter.as = told;
}

void ha_notice_begin(struct ha_notice *notice, struct ha_kernel *kernel)
{
    struct ha_thread *thread = kernel->world.sched.running;
    notice->news = (struct ha_news){NULL, HA_PNP_ARRIVAL};
    notice->telling = HA_TELL_LIVE;
    notice->callout = (struct ha_callout){.outer = thread->callout, .news = &notice->news};
    notice->kernel = kernel;
    notice->thread = thread;
    notice->model = (struct ha_told){
        .change = {.Version = 1, .Size = sizeof notice->model.change},
        .link = {.Buffer = notice->text}};
    memset(&notice->poison, POISON, sizeof notice->poison);
    notice->turn = 0;
    notice->affinity = thread->affinity;
    notice->driver = thread->stamp.driver;
    notice->irql = thread->stamp.irql;
    notice->regions = thread->stamp.regions;
    notice->locks = ha_locks_count(thread);
    notice->enter.as = (union ha_payload){.raw = {0}};      /* what is not named is recorded, too */
    notice->enter.as.pnp_cb.version = 1;
    notice->enter.as.pnp_cb.size = sizeof notice->model.change;
    thread->callout = &notice->callout;
    if (notice->irql != PASSIVE_LEVEL)
        ha_thread_set_irql(thread, PASSIVE_LEVEL);
    refresh(notice);
}

void ha_notice_describe(struct ha_notice *notice, const struct ha_news *news,
                        enum ha_telling telling)
{
    notice->news = *news;
    notice->telling = telling;
    describe(notice);
    notice->enter.as.pnp_cb.interface = news->instance->id;
    notice->enter.as.pnp_cb.event = news->event;
    notice->enter.as.pnp_cb.live = telling == HA_TELL_LIVE;
    notice->enter.as.pnp_cb.replay = telling == HA_TELL_REPLAY;
    notice->enter.as.pnp_cb.second = telling == HA_TELL_SECOND;
    notice->enter.as.pnp_cb.late = telling == HA_TELL_LATE;
}

void ha_notice_end(struct ha_notice *notice)
{
    struct ha_thread *thread = notice->thread;
    poison_text(notice);
    thread->callout = notice->callout.outer;
    if (notice->irql != PASSIVE_LEVEL)
        ha_thread_set_irql(thread, notice->irql);
    thread->disturbed = true;       /* records were added to a call that this lies in */
}

static inline struct ha_record *record_call(const struct ha_notice *notice,
                                            const struct ha_pnp_entry *entry)
{
    struct ha_world *world = &notice->kernel->world;
    struct ha_trace *trace = &world->trace;
    struct ha_record *record = trace->next;
    if (record == trace->limit)
        record = ha_trace_make_room(world);
    *record = notice->enter;
    ha_record_number(record, trace->seq++);
    record->driver = entry->driver->id;
    record->id = entry->link.id;
    record->as.pnp_cb.function = entry->function_id;
    record->as.pnp_cb.context = entry->context_id;
    trace->next = record + 1;
    return record;
}

/* Something happened during the call, or the driver left something changed, or an error. */
static void leave_disturbed(struct ha_notice *notice, const struct ha_pnp_entry *entry,
                            NTSTATUS status)
{
    struct ha_thread *thread = notice->thread;
    struct ha_world *world = &notice->kernel->world;
    ha_locks_leave(notice->kernel, HA_RT_REGISTER_PNP, &notice->locks);
    ha_record_open(world, HA_PNP_CB_LEAVE, entry->link.id)->as.status.status = status;
    ha_thread_set_irql(thread, PASSIVE_LEVEL);
    thread->stamp.regions = notice->regions;
    if (thread->affinity.mask != notice->affinity.mask ||
        thread->affinity.group != notice->affinity.group)
        ha_thread_set_affinity(thread, notice->affinity);
    refresh(notice);
}

struct ha_called ha_callout_notified(const struct ha_kernel *kernel,
                                     const struct ha_pnp_entry *entry,
                                     const struct ha_news *news)
{
    bool of_processor = news->instance->unit == HA_UNIT_PROCESSOR;
    struct ha_called call = {
        .entry = entry,
        .instance = news->instance,
        .state = news->event == HA_PNP_REMOVAL ? HA_STATE_REMOVAL : HA_STATE_ARRIVAL,
        .index = of_processor ? news->instance->device : HA_NO_INDEX};
    if (of_processor)
        call.place = kernel->world.partition.place[call.index];
    return call;
}

/* Who waits for the call hears that it begins, or has ended. */
static void tell(const struct ha_notice *notice, const struct ha_pnp_entry *entry, bool entered)
{
    struct ha_kernel *kernel = notice->kernel;
    if (!kernel->hooks.called)
        return;
    const struct ha_called called = ha_callout_notified(kernel, entry, &notice->news);
    kernel->hooks.called(kernel, &called, entered);
}

/* The callback itself, called and recorded: in one record if nothing came of it. */
static inline void call(struct ha_notice *notice, const struct ha_pnp_entry *entry,
                 struct ha_told *told)
{
    struct ha_thread *thread = notice->thread;
    struct ha_world *world = &notice->kernel->world;
    thread->disturbed = false;
    const struct ha_record *behind = record_call(notice, entry) + 1;
    thread->stamp.driver = entry->driver->id;
    tell(notice, entry, true);
    ha_sched_point(world);
    struct ha_kernel *kernel = notice->kernel;
    PDRIVER_NOTIFICATION_CALLBACK_ROUTINE function = entry->function;
    PVOID context = entry->context;
    ha_order_take(world, entry);
    ha_interface_order(kernel, notice->news.instance);
    uint32_t depth = ha_kernel_go_out(kernel);
    NTSTATUS status = function(&told->change, context);
    ha_kernel_come_in(kernel, depth);
    ha_order_give(world, ha_order_of_calls(entry));
    ha_order_give(world, &entry->driver->unreferenced);
    ha_order_write(world, told, sizeof *told);          /* nobody keeps what was lent */
    ha_order_write(world, notice->text, notice->model.link.MaximumLength);
    /* Unless the thread is disturbed, the record is where it was: what follows it was added. */
    if (!thread->disturbed && world->trace.next == behind && status == STATUS_SUCCESS) {
        world->trace.next[-1].kind = HA_PNP_CB_CALL;
        world->trace.seq++;
    } else {
        leave_disturbed(notice, entry, status);
    }
    thread->stamp.driver = notice->driver;
}

void ha_callout_notify(struct ha_notice *notice, struct ha_pnp_entry *entry)
{
    struct ha_world *world = &notice->kernel->world;
    const struct ha_thread *thread = notice->thread;
    struct ha_told *told = &notice->copy[notice->turn];
    if (entry->link.marked) {
        record_call(notice, entry)->kind = HA_PNP_DEAD_CALL;
        return;
    }

    notice->turn ^= 1;
    *told = notice->model;
    told->change.SymbolicLinkName = &told->link;
    notice->callout.notified = entry;
    entry->calls++;
    entry->told = notice->news;
    call(notice, entry, told);
    *told = notice->poison;
    entry->calls--;
    notice->callout.notified = NULL;
    if (entry->removal_returned)
        ha_pnp_entry_let_go(entry);
    if (notice->kernel->call_ends.first_waiter)
        ha_event_set(world, &notice->kernel->call_ends);
    tell(notice, entry, false);
    ha_sched_point(world);
    if (thread->disturbed)              /* others may have run */
        refresh(notice);
}

bool ha_callout_is_notified(const struct ha_thread *thread, const struct ha_pnp_entry *entry)
{
    const struct ha_callout *inside = thread->callout;
    while (inside && inside->notified != entry)
        inside = inside->outer;
    return inside != NULL;
}

bool ha_callout_in_notification(const struct ha_thread *thread)
{
    const struct ha_callout *inside = thread->callout;
    while (inside && !inside->notified)
        inside = inside->outer;
    return inside != NULL;
}

/* Another thread that is in a call of the entry, or tells it of what exists; NULL for none. */
static const struct ha_thread *find_caller(const struct ha_kernel *kernel,
                                           const struct ha_pnp_entry *entry)
{
    const struct ha_thread *self = kernel->world.sched.running;
    for (const struct ha_thread *thread = kernel->world.sched.first_live; thread;
         thread = thread->next_live)
        if (thread != self && ha_callout_is_notified(thread, entry))
            return thread;
    return entry->replaying != self ? entry->replaying : NULL;
}

void ha_callout_wait_notified(struct ha_kernel *kernel, const struct ha_pnp_entry *entry)
{
    const struct ha_thread *caller;
    while ((caller = find_caller(kernel, entry)) != NULL) {
        kernel->call_ends.set = false;
        ha_event_wait_on(&kernel->world, &kernel->call_ends, caller);
    }
}
