/*
 * callout_pnp - the part of the one door through which callbacks of PnP notification are called
 *
 * The structure and the link lie in memory that is poisoned when the call has returned, so that
 * who keeps a pointer finds nothing there (PNP-15).
 */
#include <string.h>
#include <wdmguid.h>

#include "nt/callout.h"
#include "nt/locks.h"
#include "nt/interface.h"
#include "nt/pnp_entry.h"
#include "nt/ps_thread.h"
#include "nt/script.h"

#define POISON 0xdd

/* What one call is given. */
struct notification {
    DEVICE_INTERFACE_CHANGE_NOTIFICATION change;
    UNICODE_STRING link;
    WCHAR text[HA_LINK_LENGTH];
};

_Static_assert(sizeof(DEVICE_INTERFACE_CHANGE_NOTIFICATION) == 48, "as on 64-bit Windows (PNP-7)");

static struct notification *make_notification(struct ha_kernel *kernel,
                                              const struct ha_news *news)
{
    const struct ha_interface *instance = news->instance;
    struct notification *made = ha_arena_take(&kernel->world.host->arena, sizeof *made);
    if (!made)
        ha_ps_no_memory(kernel);
    size_t length = strlen(instance->link);
    for (size_t i = 0; i < length; i++)
        made->text[i] = (unsigned char)instance->link[i];
    made->link = (UNICODE_STRING){.Length = (USHORT)(length * sizeof(WCHAR)),
                                  .MaximumLength = (USHORT)((length + 1) * sizeof(WCHAR)),
                                  .Buffer = made->text};
    made->change = (DEVICE_INTERFACE_CHANGE_NOTIFICATION){
        .Version = 1, .Size = sizeof made->change,
        .Event = news->event == HA_PNP_REMOVAL ? GUID_DEVICE_INTERFACE_REMOVAL
                                               : GUID_DEVICE_INTERFACE_ARRIVAL,
        .InterfaceClassGuid = *instance->class_guid, .SymbolicLinkName = &made->link};
    return made;
}

static void record_call(struct ha_kernel *kernel, enum ha_kind kind,
                        const struct ha_pnp_entry *entry, const struct ha_news *news,
                        enum ha_telling telling)
{
    struct ha_record *record = ha_record_open(&kernel->world, kind, entry->link.id);
    record->driver = entry->driver->id;
    record->as.pnp_cb.interface = news->instance->id;
    record->as.pnp_cb.event = news->event;
    record->as.pnp_cb.function = entry->function_id;
    record->as.pnp_cb.context = entry->context_id;
    record->as.pnp_cb.version = 1;
    record->as.pnp_cb.size = sizeof(DEVICE_INTERFACE_CHANGE_NOTIFICATION);
    record->as.pnp_cb.live = telling == HA_TELL_LIVE;
    record->as.pnp_cb.replay = telling == HA_TELL_REPLAY;
    record->as.pnp_cb.second = telling == HA_TELL_SECOND;
    record->as.pnp_cb.late = telling == HA_TELL_LATE;
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
static void tell(struct ha_kernel *kernel, const struct ha_pnp_entry *entry,
                 const struct ha_news *news, bool entered)
{
    if (!kernel->hooks.called)
        return;
    const struct ha_called called = ha_callout_notified(kernel, entry, news);
    kernel->hooks.called(kernel, &called, entered);
}

/* The callback itself, called and recorded: in one record if nothing came of it. */
static void call(struct ha_kernel *kernel, struct ha_pnp_entry *entry,
                 const struct ha_news *news, enum ha_telling telling)
{
    struct ha_world *world = &kernel->world;
    struct ha_thread *thread = world->sched.running;
    struct notification *told = make_notification(kernel, news);
    thread->disturbed = false;
    record_call(kernel, HA_PNP_CB_ENTER, entry, news, telling);
    const struct ha_record *behind = world->trace.next;
    tell(kernel, entry, news, true);
    ha_sched_point(world);
    NTSTATUS status = entry->function(&told->change, entry->context);
    /* Unless the thread is disturbed, the record is where it was: what follows it was added. */
    if (!thread->disturbed && world->trace.next == behind && status == STATUS_SUCCESS) {
        world->trace.next[-1].kind = HA_PNP_CB_CALL;
        world->trace.seq++;
    } else {
        ha_spin_leave(kernel, HA_RT_REGISTER_PNP, 0);
        ha_record_open(world, HA_PNP_CB_LEAVE, entry->link.id)->as.status.status = status;
    }
    memset(told, POISON, sizeof *told);
    ha_arena_give(&world->host->arena, told, sizeof *told);
}

void ha_callout_notify(struct ha_kernel *kernel, struct ha_pnp_entry *entry,
                       const struct ha_news *news, enum ha_telling telling)
{
    struct ha_world *world = &kernel->world;
    struct ha_thread *thread = world->sched.running;
    const struct ha_affinity affinity = thread->affinity;
    const struct ha_record stamp = thread->stamp;
    struct ha_callout callout = {.outer = thread->callout, .notified = entry, .news = news};
    if (entry->link.marked) {
        record_call(kernel, HA_PNP_DEAD_CALL, entry, news, telling);
        return;
    }

    thread->callout = &callout;
    thread->stamp.driver = entry->driver->id;
    ha_thread_set_irql(thread, PASSIVE_LEVEL);
    entry->calls++;
    entry->told = *news;
    call(kernel, entry, news, telling);
    entry->calls--;
    ha_thread_set_irql(thread, stamp.irql);         /* and whatever it was called in is disturbed */
    thread->stamp.regions = stamp.regions;
    thread->stamp.driver = stamp.driver;
    if (thread->affinity.mask != affinity.mask || thread->affinity.group != affinity.group)
        ha_thread_set_affinity(thread, affinity);
    thread->callout = callout.outer;
    ha_pnp_entry_let_go(entry);
    if (kernel->call_ends.first_waiter)
        ha_event_set(world, &kernel->call_ends);
    tell(kernel, entry, news, false);
    ha_sched_point(world);
}

bool ha_callout_is_notified(const struct ha_thread *thread, const struct ha_pnp_entry *entry)
{
    const struct ha_callout *inside = thread->callout;
    while (inside && inside->notified != entry)
        inside = inside->outer;
    return inside != NULL;
}

static bool is_called_elsewhere(const struct ha_kernel *kernel, const struct ha_pnp_entry *entry)
{
    const struct ha_thread *self = kernel->world.sched.running;
    for (const struct ha_thread *thread = kernel->world.sched.first_live; thread;
         thread = thread->next_live)
        if (thread != self && ha_callout_is_notified(thread, entry))
            return true;
    return entry->replaying && entry->replaying != self;
}

void ha_callout_wait_notified(struct ha_kernel *kernel, const struct ha_pnp_entry *entry)
{
    while (is_called_elsewhere(kernel, entry)) {
        kernel->call_ends.set = false;
        ha_event_wait(&kernel->world, &kernel->call_ends);
    }
}
