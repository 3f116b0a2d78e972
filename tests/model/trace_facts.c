/*
 * trace_facts - see play.h. The records of a run as facts that can be held against the model's.
 */
#include "model/play.h"

#define APC_LEVEL 1

static uint32_t around(const struct trace_facts *trace, const struct ha_record *record)
{
    return facts_around(record->active, record->irql,
                        trace->thread_kind[record->thread % TRACE_IDS]);
}

static uint32_t driver_of(const struct trace_facts *trace, const struct ha_record *record)
{
    return trace->loaded[record->driver];
}

/* The client whose registration of that series comes next. */
static uint32_t next_of(struct trace_facts *trace, enum play_series series)
{
    const struct play_order *order = &trace->asked[series];
    size_t n = trace->next[series]++;
    return n < order->count ? order->client[n] : CASE_ANY;
}

/* CASE_ANY: of none that there is. */
static uint32_t client_of(const struct trace_facts *trace, const struct ha_record *record)
{
    return !record->id ? CASE_ANY : trace->client[record->id % TRACE_IDS];
}

static uint32_t listener_of(const struct trace_facts *trace, const struct ha_record *record)
{
    return trace->listener[record->id % TRACE_IDS];
}

static void say(struct trace_facts *trace, enum stream stream, enum what what, uint32_t who,
                uint32_t state, int32_t status)
{
    facts_say(trace->facts, stream,
              (struct fact){.what = what, .who = who, .state = state, .status = status});
}

/* The stages of an add carry where and when; their IRQL is the kernel's own affair. */
static void say_stage(struct trace_facts *trace, const struct ha_record *record, enum what what,
                      uint32_t index, uint32_t place, int32_t status)
{
    facts_say(trace->facts, SYNC, (struct fact){
        .what = what, .index = index, .place = place, .status = status,
        .around = facts_around(record->active, 0,
                               trace->thread_kind[record->thread % TRACE_IDS])});
}

static bool has_strayed(const struct trace_facts *trace, uint16_t group, uint64_t mask)
{
    return group != trace->affinity_group || mask != trace->affinity_mask;
}

/* HOT-11: what a driver did to the thread's affinity in one add shows in none that follows. */
static void say_add(struct trace_facts *trace, const struct ha_record *record)
{
    uint64_t mask = record->as.add.affinity_mask;
    uint16_t group = record->as.add.affinity_group;
    if (!trace->affinity_mask) {
        trace->affinity_mask = mask;
        trace->affinity_group = group;
    }
    facts_say(trace->facts, SYNC, (struct fact){
        .what = ADD_BEGINS, .index = record->as.add.node,
        .place = (uint32_t)record->as.add.group << 16 | record->as.add.number,
        .around = facts_around(record->active, 0,
                               trace->thread_kind[record->thread % TRACE_IDS]) |
                  (has_strayed(trace, group, mask) ? FACTS_STRAYED : 0)});
}

static void say_up(struct trace_facts *trace, const struct ha_record *record, enum what what)
{
    say_stage(trace, record, what, record->as.up.nt_number,
              (uint32_t)record->as.up.group << 16 | record->as.up.number, 0);
}

static void say_call(struct trace_facts *trace, const struct ha_record *record, enum what what)
{
    bool old = trace->plan->profile.knob[HA_KNOB_TARGET] == HA_TARGET_WS2008;
    bool strayed =
        !(record->flags & HA_CB_EXISTING) && what == CALL &&
        has_strayed(trace, record->as.cb.affinity_group, record->as.cb.affinity_mask);
    facts_say(trace->facts, SYNC, (struct fact){
        .what = what, .who = client_of(trace, record), .state = HA_CB_STATE(record->flags),
        .index = record->as.cb.nt_number,
        .place = old ? 0 : (uint32_t)record->as.cb.group << 16 | record->as.cb.number,
        .status = record->as.cb.status, .op = record->as.cb.op_in,
        .around = around(trace, record) | (strayed ? FACTS_STRAYED : 0)});
}

static void say_answer(struct trace_facts *trace, const struct ha_record *record, int32_t op)
{
    facts_say(trace->facts, SYNC, (struct fact){
        .what = ANSWER, .who = client_of(trace, record),
        .state = (record->flags & HA_CB_CONTEXT_CHANGED) != 0, .op = op});
}

/* When a removal that had to wait returns is not for the rules to say. */
static void say_parting(struct trace_facts *trace, const struct ha_record *record)
{
    bool waited = trace->waits[record->id % TRACE_IDS];
    bool waits = (record->flags & HA_EX_WAITS) != 0;
    trace->waits[record->id % TRACE_IDS] = waits;
    say(trace, waited ? WAITERS : SYNC, PARTS, client_of(trace, record), waits, 0);
}

static void say_heard(struct trace_facts *trace, const struct ha_record *record)
{
    uint32_t instance = trace->instance[record->as.pnp_cb.interface % TRACE_IDS];
    uint32_t how = (uint32_t)record->as.pnp_cb.live | (uint32_t)record->as.pnp_cb.replay << 1 |
                   (uint32_t)record->as.pnp_cb.second << 2 |
                   (uint32_t)record->as.pnp_cb.late << 3;
    facts_say(trace->facts, PNP, (struct fact){
        .what = HEARS, .who = listener_of(trace, record),
        .state = how << 2 | (uint32_t)(record->as.pnp_cb.event == HA_PNP_REMOVAL) << 1 |
                 (instance & 1),
        .index = instance >> 1,
        .around = facts_around(0, record->irql,
                               trace->thread_kind[record->thread % TRACE_IDS])});
}

static void take_interface(struct trace_facts *trace, const struct ha_record *record)
{
    bool of_memory = record->as.iface.unit == HA_UNIT_MEMORY;
    uint32_t device = record->as.iface.device;
    trace->instance[record->id % TRACE_IDS] = device << 1 | of_memory;
    if (record->kind != HA_INTERFACE)
        facts_say(trace->facts, SYNC, (struct fact){
            .what = record->kind == HA_IFACE_UP ? UP : DOWN, .state = of_memory,
            .index = device});
}

/* Lives of drivers, adds. */
static void take_course(struct trace_facts *trace, const struct ha_record *record)
{
    int32_t status = record->as.status.status;
    switch (record->kind) {
    case HA_THREAD:
        trace->thread_kind[record->id % TRACE_IDS] = (uint8_t)record->as.made.kind;
        break;
    case HA_DRV_ENTRY_ENTER: say(trace, SYNC, ENTRY_BEGINS, driver_of(trace, record), 0, 0); break;
    case HA_DRV_ENTRY_LEAVE:
        say(trace, SYNC, ENTRY_ENDS, driver_of(trace, record), 0, status);
        break;
    case HA_UNLOAD_REQ: say(trace, SYNC, UNLOAD_ASKED, driver_of(trace, record), 0, status); break;
    case HA_UNLOAD_ENTER: say(trace, SYNC, UNLOAD_BEGINS, driver_of(trace, record), 0, 0); break;
    case HA_UNLOAD_LEAVE: say(trace, SYNC, UNLOAD_ENDS, driver_of(trace, record), 0, 0); break;
    case HA_IMAGE_FREED: say(trace, SYNC, IMAGE_GOES, driver_of(trace, record), 0, 0); break;
    case HA_UNIT_BEGIN:
    case HA_UNIT_END:
        facts_say(trace->facts, UNITS, (struct fact){
            .what = record->kind == HA_UNIT_BEGIN ? UNIT_BEGINS : UNIT_ENDS,
            .index = record->as.unit.processors});
        break;
    case HA_ADD_BEGIN: say_add(trace, record); break;
    case HA_HW_START: say_stage(trace, record, HARDWARE, 0, 0, status); break;
    case HA_ACTIVE: say_up(trace, record, ACTIVE); break;
    case HA_SCHED: say_up(trace, record, SCHED); break;
    case HA_ADD_END: say_stage(trace, record, ADD_ENDS, 0, 0, status); break;
    case HA_MEM_ADD_BEGIN: say_stage(trace, record, MEMORY_BEGINS, 0, 0, 0); break;
    case HA_MEM_ONLINE: say_stage(trace, record, ONLINE, 0, 0, 0); break;
    case HA_MEM_ADD_END:
        say_stage(trace, record, MEMORY_ENDS, 0, 0, record->as.pool_limits.status);
        break;
    case HA_DEVICE_STARTED:
        facts_say(trace->facts, SYNC, (struct fact){
            .what = STARTED, .state = record->as.iface.unit == HA_UNIT_MEMORY,
            .index = record->as.iface.device});
        break;
    case HA_INTERFACE:
    case HA_IFACE_UP:
    case HA_IFACE_DOWN: take_interface(trace, record); break;
    default: break;
    }
}

/* Registrations for processors, and their calls. */
static void take_call(struct trace_facts *trace, const struct ha_record *record)
{
    switch (record->kind) {
    case HA_REG_ENTER:
        trace->client[record->id % TRACE_IDS] = next_of(trace, ASKED_KE);
        say(trace, SYNC, ASKS, client_of(trace, record), record->as.reg.flags, 0);
        break;
    case HA_REG_LOCKED: say(trace, SYNC, LOCKED, client_of(trace, record), 0, 0); break;
    case HA_REG_RETURN:
        say(trace, SYNC, GETS, client_of(trace, record), 0, record->as.reg.handle != 0);
        break;
    case HA_DEREG_ENTER: say(trace, SYNC, LEAVES, client_of(trace, record), 0, 0); break;
    case HA_DEREG_LOCKED:
        if (trace->plan->profile.knob[HA_KNOB_DEREG_WAIT] == HA_DEREG_TRANSACTION &&
            trace->plan->client[client_of(trace, record)].leaves_at <= APC_LEVEL)
            say(trace, SYNC, LEAVE_LOCKED, client_of(trace, record), 0, 0);
        break;
    case HA_DEREG_RETURN: say(trace, SYNC, LEFT, client_of(trace, record), 0, 0); break;
    case HA_EX_REG:
        trace->client[record->id % TRACE_IDS] = next_of(trace, ASKED_OBJECT);
        say(trace, SYNC, JOINS, client_of(trace, record), 0, record->as.ex_reg.handle != 0);
        break;
    case HA_EX_UNREG: say_parting(trace, record); break;
    case HA_CB_ENTER: say_call(trace, record, CALL); break;
    case HA_CB_LEAVE: say_answer(trace, record, record->as.cb_leave.op_out); break;
    case HA_CB_CALL:
        say_call(trace, record, CALL);
        say_answer(trace, record, record->as.cb.op_in);
        break;
    case HA_DEAD_CALL: say_call(trace, record, DEAD_CALL); break;
    default: break;
    }
}

/* Registrations for device interfaces, and theirs. */
static void take_pnp(struct trace_facts *trace, const struct ha_record *record)
{
    int32_t status = record->as.status.status;
    switch (record->kind) {
    case HA_PNP_REG_ENTER:
        trace->listener[record->id % TRACE_IDS] = next_of(trace, ASKED_PNP);
        say(trace, PNP, LISTENS, listener_of(trace, record), record->as.pnp_reg.flags, 0);
        break;
    case HA_PNP_REG_RETURN:
        say(trace, PNP, LISTENING, listener_of(trace, record), 0, status);
        break;
    case HA_PNP_UNREG_ENTER:
        say(trace, PNP, STOPS, listener_of(trace, record), record->flags & HA_PNP_EX, 0);
        break;
    case HA_PNP_UNREG_RETURN:
        say(trace, PNP, STOPPED, listener_of(trace, record), record->flags & HA_PNP_EX, status);
        break;
    case HA_PNP_CB_ENTER: say_heard(trace, record); break;
    case HA_PNP_CB_LEAVE: say(trace, PNP, HEARD, listener_of(trace, record), 0, status); break;
    case HA_PNP_CB_CALL:
        say_heard(trace, record);
        say(trace, PNP, HEARD, listener_of(trace, record), 0, 0);
        break;
    case HA_REF:
        facts_say(trace->facts, REFERENCES, (struct fact){
            .what = REFERS, .who = trace->loaded[record->id], .index = record->as.ref.count,
            .op = record->as.ref.change});
        break;
    case HA_PNP_DEAD_CALL: say(trace, PNP, DEAD_ENTRY, listener_of(trace, record), 0, 0); break;
    default: break;
    }
}

static void take(struct ha_sink *sink, const struct ha_record *first, size_t count)
{
    struct trace_facts *trace = (struct trace_facts *)(void *)sink;
    for (const struct ha_record *record = first; record < first + count; record++) {
        take_course(trace, record);
        take_call(trace, record);
        take_pnp(trace, record);
    }
}

void trace_facts_init(struct trace_facts *trace, const struct case_plan *plan,
                      struct facts *facts, const struct play_order *asked,
                      const uint32_t *loaded)
{
    *trace = (struct trace_facts){.sink = {take}, .plan = plan, .facts = facts, .asked = asked,
                                  .loaded = loaded};
}
