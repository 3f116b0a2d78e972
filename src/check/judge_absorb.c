/*
 * judge_absorb - how a record goes into a judge's memory, once it has been judged
 *
 * Owns what happens to registrations, adds and the partition. Calls are absorbed by judge_round.c
 * and judge_phase.c, PnP notification by judge_entries.c and judge_instance.c, a driver's life by
 * judge_driver.c, its pool by judge_pool.c, threads by judge_affinity.c, answers by judge_query.c.
 */
#include <string.h>

#include "base/names.h"
#include "check/judge_rules.h"

static void absorb_companion(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;

    ha_layout_take(&judge->layout, record);
    if (record->kind == HA_TRACE_BEGIN) {
        judge->own = record->as.begin.maker == HA_MAKER_HOTADD;
        judge->shown = judge->layout.active;
        judge->running = judge->layout.active;
    } else if (record->kind == HA_KNOB && record->id < HA_KNOB_COUNT) {
        judge->knob[record->id] = (uint8_t)record->as.knob.value;
    } else if (record->kind == HA_BUDGET) {
        judge->callback_budget_ns = record->as.budget.callback_ns;
    } else if (record->kind == HA_CHOICE) {
        ha_entry_absorb_choice(judge);
        ha_instance_absorb_choice(judge);
    }
}

static void register_entered(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;
    struct ha_seen_registration *registration = judge->registration;

    ha_list_unlink(judge, record->id);      /* in a trace from elsewhere an id may come again */
    if (judge->phase)
        ha_phase_close(judge, judge->phase);
    memset(registration, 0, sizeof *registration);
    registration->function = record->as.reg.function;
    registration->context = record->as.reg.context;
    registration->thread = record->thread;
    registration->made_at = record->as.reg.place;
    registration->outer = judge->thread->registering;
    registration->driver = record->driver;
    registration->standing = HA_ENTERED;
    registration->existing = record->as.reg.flags & 1;
    registration->unknown_flags = record->as.reg.flags & ~1u;
    registration->in_entry = judge->driver->in_entry
                             && judge->driver->entry_thread == record->thread;
    if (!ha_may_be_at_passive(judge))
        registration->why = HA_WHY_IRQL;
    else if (!registration->function)
        registration->why = HA_WHY_NULL_FUNCTION;
    else if (judge->around)
        registration->why = HA_WHY_INSIDE_CALLBACK;
    judge->thread->registering = record->id;
}

void ha_absorb_join(struct ha_judge *judge, uint32_t id, enum ha_standing standing)
{
    struct ha_seen_registration *registration = &judge->registrations[id];

    if (ha_is_orphan(judge, registration))
        standing = HA_DEAD;
    else if (!registration->listed)
        ha_list_append(judge, id);
    registration->standing = (uint8_t)standing;
}

void ha_absorb_lock(struct ha_judge *judge, uint32_t id, uint32_t thread)
{
    if (judge->registrations[id].standing != HA_ENTERED)
        return;
    ha_absorb_join(judge, id, HA_LOCKED);
    ha_phase_open(judge, id, thread);
}

static void register_returned(struct ha_judge *judge)
{
    struct ha_seen_registration *registration = judge->registration;
    uint32_t id = judge->record->id;
    bool start_error = judge->phase && judge->phase->cause;

    ha_pool_absorb_failure(judge);
    if (judge->thread->registering == id)
        judge->thread->registering = registration->outer;
    if (judge->phase)
        ha_phase_close(judge, judge->phase);
    registration->regions = 0;
    if (judge->record->as.reg.handle) {
        ha_absorb_join(judge, id, HA_LIVE);
        return;
    }
    ha_list_unlink(judge, id);
    registration->standing = HA_FAILED;
    if (registration->why == HA_WHY_NONE)
        registration->why = start_error ? HA_WHY_START_ERROR : HA_WHY_OTHER;
    if (registration->in_entry)
        judge->driver->failed_registration = true;
}

/* Something went wrong inside the registration that the thread is making, or the removal. */
static void absorb_trouble(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;
    struct ha_seen_registration *registration =
        ha_seen_registration(judge, judge->thread->registering);

    ha_entry_absorb_trouble(judge);
    if (record->as.refused.routine == HA_RT_REGISTER_CALLBACK)
        judge->thread->client_refused = true;
    if (record->kind == HA_MISUSE) {
        unsigned misuse = record->as.misuse.misuse;
        if (misuse == HA_MISUSE_NULL_HANDLE || misuse == HA_MISUSE_UNKNOWN_HANDLE
            || misuse == HA_MISUSE_STALE_HANDLE)
            judge->thread->removing_misused = true;
    } else if (registration && record->as.refused.routine == HA_RT_REGISTER_PROCESSOR_CHANGE) {
        if (record->kind == HA_REFUSED)
            registration->refused = (uint16_t)record->as.refused.reason;
        else
            registration->why = HA_WHY_FAULT;
    }
}

static bool removes_itself(const struct ha_judge *judge)
{
    return judge->around && judge->around->id == judge->record->id;
}

/* Takes effect now (HA_REMOVED), or at a moment that the trace does not show (HA_LEAVING). */
static void take_out(struct ha_judge *judge, enum ha_standing standing)
{
    struct ha_seen_registration *leaver = judge->registration;

    if (removes_itself(judge))
        leaver->why = HA_WHY_SELF_REMOVAL;
    else if (judge->thread->removing_irql)
        leaver->why = HA_WHY_IRQL;
    leaver->standing = (uint8_t)standing;
    leaver->left_during = judge->add.open ? judge->add.id : 0;
    leaver->thread = judge->record->thread;
    ha_list_unlink(judge, judge->record->id);
}

/*
 * Whether its end may come before the removal returns, or where the profile puts removals off,
 * after it. What a misuse removes is gone when it returns (DEREG-1, DEREG-4).
 */
static bool may_leave_late(const struct ha_judge *judge)
{
    unsigned wait = judge->knob[HA_KNOB_DEREG_WAIT];

    if (wait == HA_DEREG_DEFERRED)
        return !judge->thread->removing_irql && !removes_itself(judge);
    return wait == HA_DEREG_PER_CALL;
}

static void remove_entered(struct ha_judge *judge)
{
    struct ha_seen_thread *thread = judge->thread;

    thread->removing = judge->record->id;
    thread->removing_open = true;
    thread->removing_locked = false;
    thread->removing_misused = false;
    thread->removing_irql = ha_may_be_at_passive(judge) ? 0 : judge->record->irql;
    /* Who guesses its handle can remove it from inside its own EXIST phase. */
    if (judge->registration && judge->registration->standing == HA_LOCKED)
        judge->registration->why = HA_WHY_SELF_REMOVAL;
    if (judge->registration && ha_is_removable(judge->registration) && may_leave_late(judge))
        take_out(judge, HA_LEAVING);
}

static void remove_locked(struct ha_judge *judge)
{
    judge->thread->removing_locked = true;
    judge->locked_removals++;
    if (judge->registration && ha_is_removable(judge->registration))
        take_out(judge, HA_REMOVED);
}

static void remove_returned(struct ha_judge *judge)
{
    struct ha_seen_registration *leaver = judge->registration;
    bool per_call = judge->knob[HA_KNOB_DEREG_WAIT] == HA_DEREG_PER_CALL;

    if (leaver && ha_is_removable(leaver) && !judge->thread->removing_misused)
        take_out(judge, HA_REMOVED);
    else if (leaver && leaver->standing == HA_LEAVING && (per_call || !judge->add.open))
        leaver->standing = HA_REMOVED;
    if (judge->thread->removing_locked)
        judge->locked_removals--;
    judge->thread->removing_open = judge->thread->removing_locked = false;
}

static uint32_t registrations_to_call(const struct ha_judge *judge)
{
    uint32_t count = judge->listed;

    for (size_t i = 0; i < judge->phase_count; i++) {
        const struct ha_seen_registration *one =
            &judge->registrations[judge->phases[i].registration];
        count -= one->listed && !ha_is_called_by_adds(judge, one);
    }
    return count;
}

static void add_began(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;
    struct ha_add *add = &judge->add;
    unsigned rule = judge->knob[HA_KNOB_GROUP_ASSIGN];
    bool overlaps = add->open;

    if (overlaps)
        judge->abandoned_add = add->id;
    memset(add, 0, sizeof *add);
    add->strayed = overlaps;
    add->id = record->id;
    add->unit = record->as.add.unit;
    add->thread = record->thread;
    add->affinity_mask = record->as.add.affinity_mask;
    add->affinity_group = record->as.add.affinity_group;
    add->asked = (struct ha_asked){record->as.add.group, record->as.add.number,
                                   record->as.add.node};
    add->index = (uint16_t)judge->layout.active;
    add->open = true;
    add->second_state = HA_NO_ROUND;
    add->due = registrations_to_call(judge);
    add->place_limit = judge->next_place + 1;
    if (ha_layout_can_place(&judge->layout, rule, &add->asked)) {
        add->placed = ha_layout_find_place(&judge->layout, rule, &add->asked, &add->group,
                                           &add->number);
        add->full = !add->placed;
    }
    add->first_block = judge->pool.taken;
    judge->instances.brought[HA_UNIT_PROCESSOR].pending = false;
    if (add->unit == judge->unit.id)
        judge->unit.begun++;
    if (judge->knob[HA_KNOB_SYNC_START_VS_HW] == HA_BEFORE_START)
        ha_round_open(judge, HA_STATE_START);
    else
        add->round = HA_NO_ROUND;
}

static bool is_of_add(const struct ha_judge *judge)
{
    return judge->add.open && judge->record->id == judge->add.id;
}

static void hardware_started(struct ha_judge *judge)
{
    struct ha_add *add = &judge->add;
    int32_t status = judge->record->as.status.status;

    if (!is_of_add(judge))
        return;
    add->hw_started = true;
    add->hw_status = ha_nt_success(status) ? 0 : status;
    add->round = HA_NO_ROUND;
    if (judge->knob[HA_KNOB_SYNC_START_VS_HW] == HA_AFTER_START && !add->hw_status)
        ha_round_open(judge, HA_STATE_START);
}

static void became_active(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;

    if (is_of_add(judge)) {
        judge->add.active = true;
        judge->add.group = record->as.up.group;
        judge->add.number = record->as.up.number;
        judge->add.placed = true;
        judge->add.round = HA_NO_ROUND;
    }
    if (judge->layout.known)
        ha_layout_activate(&judge->layout, judge->layout.active++, record->as.up.group,
                           record->as.up.number);
}

static void became_schedulable(struct ha_judge *judge)
{
    struct ha_add *add = &judge->add;

    judge->running = judge->layout.active;
    if (!is_of_add(judge))
        return;
    add->scheduled = true;
    if (add->told == add->due && !ha_add_cause(judge))
        ha_round_open(judge, HA_STATE_COMPLETE);
}

static void add_ended(struct ha_judge *judge)
{
    struct ha_add *add = &judge->add;
    bool failed = !ha_nt_success(judge->record->as.status.status);

    if (!is_of_add(judge))
        return;
    for (uint32_t id = judge->first; id && add->unbalanced; id = judge->registrations[id].next)
        judge->registrations[id].regions = 0;
    ha_pool_absorb_failure(judge);
    judge->failed_add = failed ? add->id : 0;
    judge->failed_index = failed && add->placed && !add->full ? add->index : HA_NO_INDEX;
    judge->failed_group = add->group;
    judge->failed_number = add->number;
    ha_instance_absorb_end(judge, HA_UNIT_PROCESSOR, add->id, failed);
    if (!failed && add->unit == judge->unit.id)
        judge->unit.succeeded++;
    add->open = false;
    add->round = HA_NO_ROUND;
}

/* Records that introduce somebody whom a finding may name, or a place. */
static const bool introduces[HA_KIND_COUNT] = {
    [HA_NAME] = true, [HA_THREAD] = true, [HA_REG_ENTER] = true, [HA_EX_REG] = true,
    [HA_PNP_REG_ENTER] = true, [HA_INTERFACE] = true, [HA_IFACE_UP] = true, [HA_MEMORY] = true,
    [HA_MEM_ONLINE] = true, [HA_PROCESSOR] = true, [HA_ACTIVE] = true,
};

static void absorb_unit(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;

    memset(&judge->unit, 0, sizeof judge->unit);
    if (record->kind == HA_UNIT_BEGIN) {
        judge->unit.id = record->id;
        judge->unit.processors = record->as.unit.processors;
        judge->unit.open = true;
    }
}

void ha_absorb(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;

    if (!judge->layout.known && record->kind >= HA_DRV_ENTRY_ENTER)
        judge->layout.active = record->active;
    if (record->kind >= HA_DRV_ENTRY_ENTER)
        judge->shown = record->active;
    if (introduces[record->kind] && !ha_cast_take(judge->cast, record))
        judge->lost = true;
    if (record->kind == HA_QUERY || judge->listing.open)
        ha_relation_absorb(judge);

    switch (record->kind) {
    case HA_THREAD:        ha_thread_absorb(judge); break;
    case HA_REG_ENTER:     register_entered(judge); break;
    case HA_REG_LOCKED:    ha_absorb_lock(judge, record->id, record->thread); break;
    case HA_REG_RETURN:    register_returned(judge); break;
    case HA_DEREG_ENTER:   remove_entered(judge); break;
    case HA_DEREG_LOCKED:  remove_locked(judge); break;
    case HA_DEREG_RETURN:  remove_returned(judge); break;
    case HA_REFUSED:
    case HA_MISUSE:
    case HA_FAULT:         absorb_trouble(judge); break;
    case HA_CB_ENTER:      ha_absorb_entry(judge); break;
    case HA_CB_LEAVE:      ha_absorb_leave(judge); break;
    case HA_CB_CALL:       ha_absorb_entry(judge); ha_absorb_leave(judge); break;
    case HA_UNIT_BEGIN:
    case HA_UNIT_END:      absorb_unit(judge); break;
    case HA_ADD_BEGIN:     add_began(judge); break;
    case HA_ADD_END:       add_ended(judge); break;
    case HA_HW_START:      hardware_started(judge); break;
    case HA_ACTIVE:        became_active(judge); break;
    case HA_SCHED:         became_schedulable(judge); break;
    case HA_QUERY:         ha_query_absorb(judge); break;
    case HA_AFFINITY:      ha_affinity_absorb(judge); break;
    case HA_LOCK_ORDER:    ha_order_absorb(judge); break;
    case HA_ALLOC:         ha_pool_absorb_taken(judge); break;
    case HA_EX_REG:        case HA_EX_UNREG:
    case HA_EX_CALL_ENTER: case HA_EX_CALL_LEAVE: ha_callback_absorb(judge); break;
    case HA_PNP_REG_ENTER: case HA_PNP_REG_RETURN: case HA_PNP_UNREG_ENTER:
    case HA_PNP_UNREG_RETURN: case HA_PNP_CB_ENTER: case HA_PNP_CB_LEAVE: case HA_REF:
        ha_entry_absorb(judge);
        ha_instance_absorb(judge);
        break;
    case HA_INTERFACE: case HA_DEVICE_STARTED: case HA_IFACE_UP: case HA_IFACE_DOWN:
    case HA_IFACE_SET: case HA_PNP_CB_CALL: case HA_PNP_DEAD_CALL:
        ha_instance_absorb(judge);
        break;
    case HA_FREE:          ha_pool_absorb_given_back(judge); break;
    case HA_MEMORY: case HA_POOL_LIMITS: case HA_MEM_ADD_BEGIN: case HA_MEM_ADD_END:
    case HA_MEM_ONLINE: case HA_FREE_PAGES: case HA_EVENT_SET: case HA_EVENT_CLEAR:
        ha_memory_absorb(judge);
        break;
    case HA_DEADLOCK:
        ha_entry_absorb_deadlock(judge);
        ha_driver_absorb(judge);
        break;
    default:
        if (record->kind < HA_DRV_ENTRY_ENTER)
            absorb_companion(judge);
        else
            ha_driver_absorb(judge);
        break;
    }
}
