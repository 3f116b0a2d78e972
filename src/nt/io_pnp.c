/*
 * io_pnp - IoRegisterPlugPlayNotification and the two routines that undo it
 *
 * Source of each routine: WDK reference, wdm.h, the page of its name. Entries for hardware profiles
 * stand and are never called, because no profile ever changes here.
 */
#include <string.h>

#include "nt/caller.h"
#include "nt/callout_pnp.h"
#include "nt/driver.h"
#include "nt/interface.h"
#include "nt/lock_order.h"
#include "nt/pnp_entry.h"
#include "nt/pnp_queue.h"
#include "nt/scripted.h"

#define REGISTER HA_RT_REGISTER_PNP

/* What is asked for, in one place. */
struct wish {
    IO_NOTIFICATION_EVENT_CATEGORY category;
    ULONG flags;
    const void *data;
    PDRIVER_OBJECT object;
    PDRIVER_NOTIFICATION_CALLBACK_ROUTINE function;
    PVOID context;
    PVOID *handle;
    struct ha_own_registration *own;    /* what a plan knows of it; NULL for none */
};

/* Inside a processor-change callback its own IRQL counts as PASSIVE_LEVEL (REG-2). */
static bool irql_is_raised(const struct ha_kernel *kernel, const struct ha_thread *thread)
{
    KIRQL allowed = ha_kernel_knob(kernel, HA_KNOB_CALLBACK_IRQL) == HA_CALLBACK_APC &&
                    ha_callout_inside(thread) ? APC_LEVEL : PASSIVE_LEVEL;
    return thread->stamp.irql > allowed;
}

/* The trace is told of the entry's name. Returns what a plan knows of it, be it of a script. */
static struct ha_own_registration *announce(struct ha_kernel *kernel, uint32_t id)
{
    struct ha_driver *driver = ha_driver_by_id(kernel, kernel->world.sched.running->stamp.driver);
    const char *name = driver ? driver->next_name : NULL;
    struct ha_own_registration *own =
        ha_scripted_announce(kernel, driver, HA_DEVICE_INTERFACE, id);
    return name ? ha_own_registration_find(driver, name) : own;
}

static struct ha_record *record_asking(struct ha_kernel *kernel, const struct wish *wish,
                                       uint32_t id)
{
    struct ha_world *world = &kernel->world;
    struct ha_arena *arena = &world->host->arena;
    uint32_t function = ha_id_of(&world->pointers, arena, (uintptr_t)wish->function);
    uint32_t context = ha_id_of(&world->pointers, arena, (uintptr_t)wish->context);
    uint32_t place = ha_caller_place(kernel);
    struct ha_record *record = ha_record_open(world, HA_PNP_REG_ENTER, id);
    record->as.pnp_reg.place = (uint16_t)(place <= UINT16_MAX ? place : 0);
    record->as.pnp_reg.category = (uint16_t)wish->category;
    record->as.pnp_reg.flags = wish->flags;
    record->as.pnp_reg.function = function;
    record->as.pnp_reg.context = context;
    if (wish->category == EventCategoryDeviceInterfaceChange && wish->data)
        memcpy(record->as.pnp_reg.guid, wish->data, sizeof record->as.pnp_reg.guid);
    return record;
}

static enum ha_reason wrong_parameter(const struct wish *wish)
{
    bool existing = wish->flags & PNPNOTIFY_DEVICE_INTERFACE_INCLUDE_EXISTING_INTERFACES;
    if (!wish->object || !wish->function || !wish->handle)
        return HA_REASON_NULL_POINTER;
    switch (wish->category) {
    case EventCategoryDeviceInterfaceChange:
        return wish->data ? HA_REASON_NONE : HA_REASON_PARAMETER;
    case EventCategoryHardwareProfileChange:
        return wish->data || existing ? HA_REASON_PARAMETER : HA_REASON_NONE;
    case EventCategoryTargetDeviceChange:
        return existing ? HA_REASON_PARAMETER : HA_REASON_NOT_SIMULATED;
    default:
        return HA_REASON_PARAMETER;
    }
}

/*
 * The driver in charge, be its image gone (DRV-8), if the object is its own: that of another one
 * would keep the wrong image. NULL after the misuse has been recorded.
 */
static struct ha_driver *own_driver(struct ha_kernel *kernel, const DRIVER_OBJECT *object)
{
    struct ha_driver *driver = ha_driver_by_id(kernel, kernel->world.sched.running->stamp.driver);
    if (driver && &driver->object == object)
        return driver;
    ha_record_misuse(kernel, REGISTER, HA_MISUSE_NO_OBJECT, 0, 0);
    return NULL;
}

/* STATUS_SUCCESS, or that of a refusal, which has been recorded. */
static NTSTATUS examine(struct ha_kernel *kernel, const struct wish *wish,
                        struct ha_driver **driver)
{
    enum ha_reason reason = irql_is_raised(kernel, kernel->world.sched.running)
                                ? HA_REASON_IRQL : wrong_parameter(wish);
    if (reason) {
        ha_record_refused(kernel, REGISTER, reason);
        return reason == HA_REASON_IRQL            ? STATUS_INVALID_DEVICE_STATE
               : reason == HA_REASON_NOT_SIMULATED ? STATUS_NOT_SUPPORTED
                                                   : STATUS_INVALID_PARAMETER;
    }
    *driver = own_driver(kernel, wish->object);
    return *driver ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER;
}

static void tell(struct ha_kernel *kernel, struct ha_pnp_entry *entry,
                 const struct ha_interface *instance)
{
    struct ha_notice notice;
    const struct ha_news news = {instance, HA_PNP_ARRIVAL};
    ha_notice_begin(&notice, kernel);
    ha_notice_set(&notice, &news, HA_TELL_REPLAY);
    ha_callout_notify(&notice, entry);
    ha_notice_end(&notice);
}

/*
 * Tell a new entry of what was enabled when it became live, up to that enabling, and is so now; or
 * have it told once more.
 */
static void replay(struct ha_kernel *kernel, struct ha_pnp_entry *entry, uint64_t last, bool again)
{
    const struct ha_interface *at = kernel->interfaces.first;
    while (at && at->order <= last && !entry->link.left) {
        uint64_t order = at->order;
        if (at->is_up && at->audience == entry->audience) {
            if (again)
                ha_pnp_raise_again(kernel, at, entry);
            else
                tell(kernel, entry, at);
        }
        at = ha_interface_after(kernel, at, order);
    }
}

static NTSTATUS no_memory(struct ha_kernel *kernel)
{
    ha_record_fault(kernel, REGISTER);
    return STATUS_INSUFFICIENT_RESOURCES;
}

/* An entry that nobody knows of, NULL when the arena is full. */
static struct ha_pnp_entry *make_entry(struct ha_kernel *kernel, const struct wish *wish,
                                       struct ha_driver *driver, const struct ha_record *asked)
{
    bool known = asked->as.pnp_reg.function && (asked->as.pnp_reg.context || !wish->context);
    bool has_class = wish->category == EventCategoryDeviceInterfaceChange;
    struct ha_audience *audience = has_class ? ha_audience_of(kernel, wish->data) : NULL;
    struct ha_pnp_entry *entry = known && (audience || !has_class) ? ha_pnp_entry_make(kernel)
                                                                   : NULL;
    if (!entry)
        return NULL;
    entry->link.id = asked->id;
    entry->function = wish->function;
    entry->context = wish->context;
    entry->driver = driver;
    entry->function_id = asked->as.pnp_reg.function;
    entry->context_id = asked->as.pnp_reg.context;
    entry->audience = audience;
    return entry;
}

/*
 * The second reports of include_existing_dup=twice are raised after PNP_REG_RETURN: they are due to
 * the entry that is left in `told`, up to the enabling in `last`.
 */
static NTSTATUS register_entry(struct ha_kernel *kernel, const struct wish *wish,
                               const struct ha_record *asked, struct ha_pnp_entry **told,
                               uint64_t *last)
{
    struct ha_driver *driver;
    bool ok;
    NTSTATUS status = examine(kernel, wish, &driver);
    if (!NT_SUCCESS(status))
        return status;
    if (ha_kernel_faults(kernel, REGISTER))
        return STATUS_INSUFFICIENT_RESOURCES;
    if (asked->as.pnp_reg.function == HA_NO_ID || asked->as.pnp_reg.context == HA_NO_ID)
        return no_memory(kernel);
    ha_interfaces(kernel, &ok);
    struct ha_pnp_entry *entry = ok ? make_entry(kernel, wish, driver, asked) : NULL;
    if (!entry)
        return no_memory(kernel);
    *wish->handle = ha_pnp_entry_handle(kernel, entry);
    if (wish->own)
        ha_own_registration_made(wish->own, *wish->handle);
    ha_pnp_entry_join(kernel, entry);
    if (!(wish->flags & PNPNOTIFY_DEVICE_INTERFACE_INCLUDE_EXISTING_INTERFACES))
        return STATUS_SUCCESS;
    *told = entry;
    *last = kernel->interfaces.enablings;
    entry->replaying = kernel->world.sched.running;
    replay(kernel, entry, *last, false);
    return STATUS_SUCCESS;
}

/* The registration has returned: who waits for the end of a replay goes on. */
static void end_replay(struct ha_kernel *kernel, struct ha_pnp_entry *entry, uint64_t last)
{
    entry->replaying = NULL;
    if (kernel->call_ends.first_waiter)
        ha_event_set(&kernel->world, &kernel->call_ends);
    if (ha_pnp_comes_twice(kernel, entry))
        replay(kernel, entry, last, true);
}

/*
 * Register a function that is told of PnP events.
 *
 *   EventCategory       device interfaces, or hardware profiles; of target devices nothing is
 *                       known yet
 *   EventCategoryFlags  PNPNOTIFY_DEVICE_INTERFACE_INCLUDE_EXISTING_INTERFACES: it is told of every
 *                       instance of the class that is enabled, on this thread, before this returns
 *   EventCategoryData   the GUID of a class of device interfaces; NULL for hardware profiles
 *   DriverObject        that of the calling driver; another one is a misuse, our choice
 *   NotificationEntry   gets what the removal asks for, before the first call
 *
 * Returns STATUS_SUCCESS or STATUS_INSUFFICIENT_RESOURCES. Our choices, not documented: a raised
 * IRQL gives STATUS_INVALID_DEVICE_STATE, any other misuse STATUS_INVALID_PARAMETER, and what is
 * not simulated STATUS_NOT_SUPPORTED. IRQL: PASSIVE_LEVEL.
 *
 * Source: WDK reference, wdm.h, IoRegisterPlugPlayNotification; for the moment of the calls, the
 * guide, Registering for Device Interface Change Notification.
 */
NTSTATUS IoRegisterPlugPlayNotification(IO_NOTIFICATION_EVENT_CATEGORY EventCategory,
                                        ULONG EventCategoryFlags,
                                        HOTADD_SAMPLE_CONST VOID *EventCategoryData,
                                        PDRIVER_OBJECT DriverObject,
                                        PDRIVER_NOTIFICATION_CALLBACK_ROUTINE CallbackRoutine,
                                        PVOID Context, PVOID *NotificationEntry)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("IoRegisterPlugPlayNotification");
    struct ha_world *world = &kernel->world;
    struct ha_thread *thread = world->sched.running;
    struct wish wish = {EventCategory, EventCategoryFlags, EventCategoryData, DriverObject,
                        CallbackRoutine, Context, NotificationEntry, NULL};
    struct ha_pnp_entry *told = NULL;
    uint64_t last = 0;
    uint32_t id = ++kernel->pnp.made;
    wish.own = announce(kernel, id);
    const struct ha_record asked = *record_asking(kernel, &wish, id);
    ha_sched_point(world);

    thread->operations++;
    ha_notify_begin(&kernel->pnp.entries, false);   /* who removes it inside a call frees nothing */
    NTSTATUS status = register_entry(kernel, &wish, &asked, &told, &last);
    thread->operations--;
    ha_record_open(world, HA_PNP_REG_RETURN, id)->as.status.status = status;
    if (told)
        end_replay(kernel, told, last);
    ha_notify_end(&kernel->pnp.entries);
    ha_sched_point(world);
    return status;
}

static void record_removal(struct ha_kernel *kernel, enum ha_kind kind, uint32_t id,
                           enum ha_routine routine, NTSTATUS status)
{
    struct ha_record *record = ha_record_open(&kernel->world, kind, id);
    record->flags = routine == HA_RT_UNREGISTER_PNP_EX ? HA_PNP_EX : 0;
    record->as.status.status = status;
}

/* Returns whether a call is due although the entry is removed, and with what. */
static bool remove_entry(struct ha_kernel *kernel, struct ha_pnp_entry *entry,
                         enum ha_routine routine, struct ha_news *news)
{
    struct ha_thread *thread = kernel->world.sched.running;
    bool inside = ha_callout_is_notified(thread, entry);
    bool ex = routine == HA_RT_UNREGISTER_PNP_EX;
    if (irql_is_raised(kernel, thread))
        ha_record_misuse(kernel, routine, HA_MISUSE_RAISED_IRQL, entry->link.id, 0);
    if (ex && inside && entry->replaying == thread)
        ha_record_misuse(kernel, routine, HA_MISUSE_SELF_REMOVAL, entry->link.id, 0);
    bool late = !ex && ha_pnp_is_late(kernel, entry, news);
    ha_pnp_entry_remove(kernel, entry);
    if (ex && !inside && thread->stamp.irql <= APC_LEVEL) {
        if (ha_lock_order_matters(kernel))
            ha_lock_order_look(kernel, HA_NS_ENTRY, entry->link.id, false);
        ha_callout_wait_notified(kernel, entry);
        ha_order_take(&kernel->world, ha_order_of_calls(entry));
    }
    return late;
}

static NTSTATUS unregister(struct ha_kernel *kernel, PVOID handle, enum ha_routine routine)
{
    struct ha_thread *thread = kernel->world.sched.running;
    void *found = NULL;
    enum ha_slot_answer answer =
        ha_slots_get(&kernel->pnp.handles, (uint64_t)(uintptr_t)handle, &found);
    struct ha_pnp_entry *entry = answer == HA_HANDLE_LIVE ? found : NULL;
    uint32_t id = entry ? entry->link.id : 0;
    record_removal(kernel, HA_PNP_UNREG_ENTER, id, routine, STATUS_SUCCESS);
    if (!entry)
        ha_record_misuse(kernel, routine, !handle                      ? HA_MISUSE_NULL_HANDLE
                                          : answer == HA_HANDLE_STALE ? HA_MISUSE_STALE_HANDLE
                                                                      : HA_MISUSE_UNKNOWN_HANDLE,
                         0, 0);
    NTSTATUS status = entry ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER;
    struct ha_news news;
    bool late = false;
    ha_notify_begin(&kernel->pnp.entries, false);
    if (entry) {
        thread->operations++;
        late = remove_entry(kernel, entry, routine, &news);
        thread->operations--;
    }
    record_removal(kernel, HA_PNP_UNREG_RETURN, id, routine, status);
    if (entry) {
        entry->removal_returned = true;
        ha_pnp_entry_let_go(entry);
    }
    if (late)
        ha_pnp_raise_late(kernel, &news, entry);
    ha_notify_end(&kernel->pnp.entries);
    ha_sched_point(&kernel->world);
    return status;
}

/*
 * Remove an entry: a call that runs is not waited for. What is queued for it is dropped, unless the
 * profile has one call come after all.
 *
 *   NotificationEntry  from IoRegisterPlugPlayNotification; what is none, or none any more, is a
 *                      misuse
 *
 * Returns STATUS_SUCCESS; STATUS_INVALID_PARAMETER after that misuse, our choice. IRQL:
 * PASSIVE_LEVEL; from above it is a misuse, and carried out.
 *
 * Source: WDK reference, wdm.h, IoUnregisterPlugPlayNotification.
 */
NTSTATUS IoUnregisterPlugPlayNotification(PVOID NotificationEntry)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("IoUnregisterPlugPlayNotification");
    return unregister(kernel, NotificationEntry, HA_RT_UNREGISTER_PNP);
}

/*
 * Remove an entry, and wait until no other thread is in a call of it, or still tells it of existing
 * instances. From inside a call of the entry it does not wait; inside one for an existing instance
 * that is a misuse. Above APC_LEVEL it cannot wait. The rest is as above.
 *
 * Source: WDK reference, wdm.h, IoUnregisterPlugPlayNotificationEx.
 */
NTSTATUS IoUnregisterPlugPlayNotificationEx(PVOID NotificationEntry)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("IoUnregisterPlugPlayNotificationEx");
    return unregister(kernel, NotificationEntry, HA_RT_UNREGISTER_PNP_EX);
}
