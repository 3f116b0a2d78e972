/*
 * vocabulary - the table of fields
 *
 * Owns the names and shapes of all members of a record. A kind that is added to the trace gets
 * its row here and is then written and read.
 */
#include "check/vocabulary.h"

#include <assert.h>
#include <string.h>

#include "base/names.h"
#include "hotadd/profile.h"

#define COUNT(table) (sizeof(table) / sizeof(table)[0])
#define SIZE_OF(member) ((uint8_t)sizeof(((struct ha_record *)NULL)->member))
#define OFFSET_OF(member) ((uint16_t)offsetof(struct ha_record, member))
#define FIELD(name, shape, member) {name, shape, SIZE_OF(member), 0, OFFSET_OF(member), NULL}
#define WORD(name, member, word) \
    {name, HA_SHAPE_WORD, SIZE_OF(member), 0, OFFSET_OF(member), word}
#define FLAG_BIT(name, bit) {name, HA_SHAPE_FLAG, 1, bit, OFFSET_OF(flags), NULL}
#define FLAG_WORD(name, bits, word) {name, HA_SHAPE_WORD, 1, bits, OFFSET_OF(flags), word}
#define AFFINITY(part)                                                  \
    FIELD("affinity_group", HA_SHAPE_OR_NULL, as.part.affinity_group), \
    FIELD("affinity_mask", HA_SHAPE_HEX, as.part.affinity_mask)
#define REGISTRATION                                       \
    FIELD("function", HA_SHAPE_NUMBER, as.reg.function),   \
    FIELD("context", HA_SHAPE_NUMBER, as.reg.context),     \
    FIELD("flags", HA_SHAPE_NUMBER, as.reg.flags)
#define TARGET                                             \
    FIELD("target", HA_SHAPE_OR_NULL, as.dpc.target),      \
    FIELD("group", HA_SHAPE_NUMBER, as.dpc.group),         \
    FIELD("number", HA_SHAPE_NUMBER, as.dpc.number)
/* Written where it is known. */
#define CALLED_AT(part) FIELD("place", HA_SHAPE_IF_ANY, as.part.place)
#define CLIENT FLAG_WORD("client", HA_CB_OBJECT, client_word)
#define STATE FLAG_WORD("State", 3, ha_state_name)

/* A PLACE is read as three members that follow each other. */
#define PLACE_FOLLOWS(part)                                                      \
    _Static_assert(OFFSET_OF(as.part.number) == OFFSET_OF(as.part.group) + 2 &&  \
                   OFFSET_OF(as.part.reserved) == OFFSET_OF(as.part.group) + 3, "ProcNumber")
PLACE_FOLLOWS(existing);
PLACE_FOLLOWS(cb);
PLACE_FOLLOWS(up);

static const char *maker_word(unsigned maker)
{
    static const char *const words[] = {NULL, "hotadd", "other"};
    return maker < COUNT(words) ? words[maker] : NULL;
}

static const char *preset_word(unsigned preset)
{
    return ha_preset_name((enum ha_preset)preset);
}

static const char *knob_word(unsigned knob)
{
    return ha_knob_name((enum ha_knob)knob);
}

static const char *client_word(unsigned client)
{
    return client ? "object" : "ke";
}

static const struct ha_field all[] = {
    FIELD("seq", HA_SHAPE_SEQUENCE, seq_low),
    FIELD("t", HA_SHAPE_NUMBER, time_ns),
    WORD("event", kind, ha_kind_name),
    FIELD("thread", HA_SHAPE_NUMBER, thread),
    FIELD("processor", HA_SHAPE_NUMBER, processor),
    FIELD("irql", HA_SHAPE_NUMBER, irql),
    FIELD("regions", HA_SHAPE_NUMBER, regions),
    FIELD("driver", HA_SHAPE_NUMBER, driver),
    FIELD("active", HA_SHAPE_NUMBER, active),
    FIELD("id", HA_SHAPE_NUMBER, id),
};

static const struct ha_field begin[] = {
    FIELD("format", HA_SHAPE_NUMBER, as.begin.format),
    WORD("maker", as.begin.maker, maker_word),
    WORD("preset", as.begin.preset, preset_word),
    FIELD("scenario_hash", HA_SHAPE_HEX, as.begin.scenario_hash),
    FIELD("profile_hash", HA_SHAPE_HEX, as.begin.profile_hash),
    FIELD("groups", HA_SHAPE_NUMBER, as.begin.groups),
    FIELD("nodes", HA_SHAPE_NUMBER, as.begin.nodes),
    FIELD("processors", HA_SHAPE_NUMBER, as.begin.processors),
    FIELD("maximum", HA_SHAPE_NUMBER, as.begin.maximum),
};
static const struct ha_field knob[] = {
    WORD("knob", id, knob_word),
    FIELD("value", HA_SHAPE_KNOB_VALUE, as.knob.value),
};
static const struct ha_field group[] = {
    FIELD("maximum", HA_SHAPE_NUMBER, as.group.maximum),
    FIELD("active_mask", HA_SHAPE_HEX, as.group.active_mask),
};
static const struct ha_field node[] = {
    FIELD("group", HA_SHAPE_NUMBER, as.node.group),
    FIELD("mask", HA_SHAPE_HEX, as.node.mask),
};
static const struct ha_field processor[] = {
    FIELD("ProcNumber", HA_SHAPE_PLACE, as.existing.group),
};
static const struct ha_field memory[] = {
    FIELD("base", HA_SHAPE_HEX, as.memory.base),
    FIELD("size", HA_SHAPE_NUMBER, as.memory.size),
};
static const struct ha_field budget[] = {
    FIELD("callback_ns", HA_SHAPE_NUMBER, as.budget.callback_ns),
};
static const struct ha_field pool_limits[] = {
    FIELD("paged", HA_SHAPE_NUMBER, as.pool_limits.paged),
    FIELD("nonpaged", HA_SHAPE_NUMBER, as.pool_limits.nonpaged),
};
static const struct ha_field memory_end[] = {
    FIELD("status", HA_SHAPE_STATUS, as.pool_limits.status),
    FIELD("paged", HA_SHAPE_NUMBER, as.pool_limits.paged),
    FIELD("nonpaged", HA_SHAPE_NUMBER, as.pool_limits.nonpaged),
};
static const struct ha_field free_pages[] = {
    FIELD("free", HA_SHAPE_NUMBER, as.pages.free),
    FIELD("low", HA_SHAPE_NUMBER, as.pages.low),
    FIELD("high", HA_SHAPE_NUMBER, as.pages.high),
};
static const struct ha_field condition[] = {
    WORD("condition", id, ha_condition_name),
};
static const struct ha_field name[] = {
    FLAG_WORD("namespace", 0x7f, ha_namespace_name),
    FIELD("text", HA_SHAPE_TEXT, as.name.text),
    FLAG_BIT("more", HA_NAME_MORE),
};
static const struct ha_field thread[] = {
    WORD("kind", as.made.kind, ha_thread_kind_name),
    AFFINITY(made),
};
static const struct ha_field choice[] = {
    WORD("kind", as.choice.kind, ha_choice_kind_name),
    FIELD("answer", HA_SHAPE_NUMBER, as.choice.answer),
    FIELD("options", HA_SHAPE_NUMBER, as.choice.options),
    FIELD("label", HA_SHAPE_TEXT, as.choice.label),
};
static const struct ha_field end[] = {
    WORD("ending", as.end.ending, ha_ending_name),
    FIELD("status", HA_SHAPE_STATUS, as.end.status),
};
static const struct ha_field status[] = {
    FIELD("status", HA_SHAPE_STATUS, as.status.status),
};
static const struct ha_field reg_enter[] = {
    REGISTRATION,
    CALLED_AT(reg),
};
static const struct ha_field reg_return[] = {
    REGISTRATION,
    FIELD("handle", HA_SHAPE_HANDLE, as.reg.handle),
};
static const struct ha_field enter[] = {
    CLIENT,
    FIELD("operation", HA_SHAPE_NUMBER, as.cb.operation),
    FLAG_BIT("existing", HA_CB_EXISTING),
    FIELD("context", HA_SHAPE_NUMBER, as.cb.context),
    STATE,
    FIELD("NtNumber", HA_SHAPE_NUMBER, as.cb.nt_number),
    FIELD("ProcNumber", HA_SHAPE_PLACE, as.cb.group),
    FIELD("ctx_status", HA_SHAPE_STATUS, as.cb.status),
    FIELD("op_in", HA_SHAPE_STATUS, as.cb.op_in),
    AFFINITY(cb),
};
static const struct ha_field leave[] = {
    CLIENT,
    FLAG_BIT("existing", HA_CB_EXISTING),
    STATE,
    FIELD("op_out", HA_SHAPE_STATUS, as.cb_leave.op_out),
    FLAG_BIT("context_changed", HA_CB_CONTEXT_CHANGED),
    AFFINITY(cb_leave),
};
static const struct ha_field unit[] = {
    FIELD("processors", HA_SHAPE_NUMBER, as.unit.processors),
};
static const struct ha_field add[] = {
    FIELD("unit", HA_SHAPE_NUMBER, as.add.unit),
    FIELD("group", HA_SHAPE_OR_NULL, as.add.group),
    FIELD("number", HA_SHAPE_OR_NULL, as.add.number),
    FIELD("node", HA_SHAPE_OR_NULL, as.add.node),
    AFFINITY(add),
};
static const struct ha_field up[] = {
    FIELD("NtNumber", HA_SHAPE_NUMBER, as.up.nt_number),
    FIELD("ProcNumber", HA_SHAPE_PLACE, as.up.group),
};
static const struct ha_field query[] = {
    WORD("routine", as.query.routine, ha_routine_name),
    FIELD("argument", HA_SHAPE_ANSWER, as.query.argument),
    FIELD("result", HA_SHAPE_ANSWER, as.query.result),
    FIELD("output", HA_SHAPE_ANSWER, as.query.output),
    CALLED_AT(query),
};
static const struct ha_field wait[] = {
    FIELD("holder", HA_SHAPE_NUMBER, as.wait.holder),
    FIELD("waiter", HA_SHAPE_NUMBER, as.wait.waiter),
    FIELD("timeout_ns", HA_SHAPE_OR_NULL, as.wait.timeout_ns),
    FIELD("blocked", HA_SHAPE_FLAG, as.wait.blocked),
    WORD("reason", as.wait.reason, ha_reason_name),
};
static const struct ha_field alloc[] = {
    FIELD("size", HA_SHAPE_NUMBER, as.pool.size),
    FIELD("tag", HA_SHAPE_TAG, as.pool.tag),
    FIELD("registration", HA_SHAPE_HANDLE, as.pool.registration),
    FIELD("operation", HA_SHAPE_NUMBER, as.pool.operation),
    FLAG_BIT("existing", HA_CB_EXISTING),
    {"State", HA_SHAPE_WORD_OR_NULL, 1, HA_CB_NONE, OFFSET_OF(flags), ha_state_name},
    FIELD("NtNumber", HA_SHAPE_NUMBER, as.pool.nt_number),
    CALLED_AT(pool),
};
static const struct ha_field given_back[] = {
    FIELD("size", HA_SHAPE_NUMBER, as.pool.size),
    FIELD("tag", HA_SHAPE_TAG, as.pool.tag),
};
static const struct ha_field relation[] = {
    WORD("kind", as.relation.kind, ha_relation_name),
    FIELD("group", HA_SHAPE_NUMBER, as.relation.group),
    FIELD("active_count", HA_SHAPE_NUMBER, as.relation.active),
    FIELD("maximum", HA_SHAPE_NUMBER, as.relation.maximum),
    FIELD("active_mask", HA_SHAPE_HEX, as.relation.active_mask),
};
static const struct ha_field refused[] = {
    WORD("routine", as.refused.routine, ha_routine_name),
    WORD("reason", as.refused.reason, ha_reason_name),
    CALLED_AT(refused),
};
static const struct ha_field misuse[] = {
    WORD("routine", as.misuse.routine, ha_routine_name),
    WORD("misuse", as.misuse.misuse, ha_misuse_name),
    FIELD("argument", HA_SHAPE_NUMBER, as.misuse.argument),
    CALLED_AT(misuse),
};
static const struct ha_field fault[] = {
    WORD("routine", as.fault.routine, ha_routine_name),
};

static const struct ha_field debug_print[] = {
    FIELD("component", HA_SHAPE_NUMBER, as.debug.component),
    FIELD("level", HA_SHAPE_NUMBER, as.debug.level),
    FIELD("text", HA_SHAPE_TEXT, as.debug.text),
    FLAG_BIT("more", HA_PRINT_MORE),
};
static const struct ha_field bugcheck[] = {
    FIELD("code", HA_SHAPE_HEX, id),
    FIELD("parameter1", HA_SHAPE_HEX, as.bugcheck.parameter[0]),
    FIELD("parameter2", HA_SHAPE_HEX, as.bugcheck.parameter[1]),
    FIELD("parameter3", HA_SHAPE_HEX, as.bugcheck.parameter[2]),
    FIELD("parameter4", HA_SHAPE_HEX, as.bugcheck.parameter[3]),
};
static const struct ha_field affinity[] = {
    WORD("routine", id, ha_routine_name),
    FIELD("accepted", HA_SHAPE_FLAG, as.affinity.accepted),
    FIELD("asked_group", HA_SHAPE_OR_NULL, as.affinity.asked_group),
    FIELD("asked_mask", HA_SHAPE_HEX, as.affinity.asked_mask),
    FIELD("new_group", HA_SHAPE_OR_NULL, as.affinity.new_group),
    FIELD("new_mask", HA_SHAPE_HEX, as.affinity.new_mask),
    FIELD("has_output", HA_SHAPE_FLAG, as.affinity.has_output),
    FIELD("output_group", HA_SHAPE_OR_NULL, as.affinity.output_group),
    FIELD("output_mask", HA_SHAPE_HEX, as.affinity.output_mask),
};
static const struct ha_field dpc_target[] = {
    WORD("routine", as.dpc.routine, ha_routine_name),
    FIELD("asked", HA_SHAPE_NUMBER, as.dpc.asked),
    FIELD("status", HA_SHAPE_STATUS, as.dpc.status),
    TARGET,
};
static const struct ha_field dpc_insert[] = {
    TARGET,
    WORD("importance", as.dpc.importance, ha_importance_name),
    FIELD("result", HA_SHAPE_FLAG, as.dpc.result),
    FLAG_BIT("by_timer", HA_DPC_BY_TIMER),
    FLAG_BIT("waits", HA_DPC_WAITS),
    CALLED_AT(dpc),
};
static const struct ha_field dpc_drop[] = {
    TARGET,
    FLAG_BIT("by_driver", HA_DPC_BY_DRIVER),
};
static const struct ha_field dpc_run[] = {
    TARGET,
};
static const struct ha_field left_behind[] = {
    WORD("what", as.left.what, ha_left_name),
    CALLED_AT(left),
};
static const struct ha_field begun[] = {
    CALLED_AT(begun),
};
#include "check/vocabulary_notify.h"
static const struct ha_field crash[] = {
    FIELD("signal", HA_SHAPE_NUMBER, as.crash.signal),
    FIELD("exit_code", HA_SHAPE_NUMBER, as.crash.exit_code),
};

#define ROW(table) {table, COUNT(table)}

static const struct ha_field lock_order[] = {
    WORD("wants", as.lock_order.space, ha_namespace_name),
    FIELD("shared", HA_SHAPE_FLAG, as.lock_order.shared),
    FIELD("held", HA_SHAPE_NUMBER, as.lock_order.held),
    WORD("has", as.lock_order.held_space, ha_namespace_name),
    FIELD("held_shared", HA_SHAPE_FLAG, as.lock_order.held_shared),
    FIELD("other1", HA_SHAPE_HANDLE, as.lock_order.other[0]),
    FIELD("other2", HA_SHAPE_HANDLE, as.lock_order.other[1]),
    FIELD("other3", HA_SHAPE_HANDLE, as.lock_order.other[2]),
    FIELD("other4", HA_SHAPE_HANDLE, as.lock_order.other[3]),
    CALLED_AT(lock_order),
};

static const struct { const struct ha_field *field; size_t count; } kinds[HA_KIND_COUNT] = {
    [HA_TRACE_BEGIN] = ROW(begin), [HA_KNOB] = ROW(knob), [HA_GROUP] = ROW(group),
    [HA_NODE] = ROW(node),
    [HA_PROCESSOR] = ROW(processor), [HA_MEMORY] = ROW(memory), [HA_NAME] = ROW(name),
    [HA_THREAD] = ROW(thread), [HA_CHOICE] = ROW(choice), [HA_TRACE_END] = ROW(end),
    [HA_DRV_ENTRY_LEAVE] = ROW(status), [HA_UNLOAD_REQ] = ROW(status),
    [HA_REG_ENTER] = ROW(reg_enter), [HA_REG_RETURN] = ROW(reg_return),
    [HA_CB_ENTER] = ROW(enter), [HA_CB_LEAVE] = ROW(leave), [HA_DEAD_CALL] = ROW(enter),
    [HA_UNIT_BEGIN] = ROW(unit), [HA_UNIT_END] = ROW(unit),
    [HA_ADD_BEGIN] = ROW(add), [HA_ADD_END] = ROW(status), [HA_HW_START] = ROW(status),
    [HA_ACTIVE] = ROW(up), [HA_SCHED] = ROW(up),
    [HA_ALLOC] = ROW(alloc), [HA_FREE] = ROW(given_back),
    [HA_THREAD_START] = ROW(begun), [HA_THREAD_END] = ROW(status),
    [HA_WORK_QUEUED] = ROW(begun),
    [HA_QUERY] = ROW(query), [HA_RELATION] = ROW(relation),
    [HA_WAIT_BEGIN] = ROW(wait), [HA_WAIT_END] = ROW(wait),
    [HA_DEADLOCK] = ROW(wait),
    [HA_REFUSED] = ROW(refused), [HA_MISUSE] = ROW(misuse), [HA_FAULT] = ROW(fault),
    [HA_DEBUG_PRINT] = ROW(debug_print), [HA_BUGCHECK] = ROW(bugcheck),
    [HA_AFFINITY] = ROW(affinity),
    [HA_DPC_TARGET] = ROW(dpc_target), [HA_DPC_INSERT] = ROW(dpc_insert),
    [HA_DPC_DROP] = ROW(dpc_drop), [HA_DPC_RUN_ENTER] = ROW(dpc_run),
    [HA_DPC_RUN_LEAVE] = ROW(dpc_run),
    [HA_ADD_DEVICE_LEAVE] = ROW(status),
    [HA_LEFT_BEHIND] = ROW(left_behind), [HA_CRASH] = ROW(crash),
    [HA_MEM_ADD_BEGIN] = ROW(memory), [HA_MEM_ADD_END] = ROW(memory_end),
    [HA_MEM_ONLINE] = ROW(memory), [HA_FREE_PAGES] = ROW(free_pages),
    [HA_EVENT_SET] = ROW(condition), [HA_EVENT_CLEAR] = ROW(condition),
    [HA_POOL_LIMITS] = ROW(pool_limits), [HA_BUDGET] = ROW(budget),
    [HA_INTERFACE] = ROW(iface), [HA_DEVICE_STARTED] = ROW(iface), [HA_IFACE_UP] = ROW(iface),
    [HA_IFACE_DOWN] = ROW(iface), [HA_IFACE_SET] = ROW(iface_set),
    [HA_FILE_OPEN] = ROW(file), [HA_FILE_CLOSE] = ROW(file),
    [HA_REB_BEGIN] = ROW(rebalance), [HA_REB_END] = ROW(rebalance),
    [HA_PNP_REG_ENTER] = ROW(pnp_reg), [HA_PNP_REG_RETURN] = ROW(status),
    [HA_PNP_UNREG_ENTER] = ROW(pnp_unreg), [HA_PNP_UNREG_RETURN] = ROW(pnp_unreg_return),
    [HA_PNP_CB_ENTER] = ROW(pnp_cb), [HA_PNP_CB_LEAVE] = ROW(status),
    [HA_PNP_HOLD] = ROW(pnp_hold), [HA_PNP_DEAD_CALL] = ROW(pnp_cb), [HA_REF] = ROW(ref),
    [HA_EX_CREATE] = ROW(ex_create), [HA_EX_REG] = ROW(ex_reg), [HA_EX_UNREG] = ROW(ex_unreg),
    [HA_EX_NOTIFY] = ROW(ex_notify), [HA_LOCK_ORDER] = ROW(lock_order),
};

const struct ha_field *ha_fields_of_all(size_t *count)
{
    *count = COUNT(all);
    return all;
}

const struct ha_field *ha_fields_of_kind(unsigned kind, size_t *count)
{
    *count = kind < HA_KIND_COUNT ? kinds[kind].count : 0;
    return *count ? kinds[kind].field : NULL;
}

uint64_t ha_field_value(const struct ha_field *field, const struct ha_record *record)
{
    const unsigned char *member = (const unsigned char *)record + field->offset;
    uint16_t value16;
    uint32_t value32;
    uint64_t value64;

    if (field->shape == HA_SHAPE_SEQUENCE)
        return ha_record_seq(record);
    switch (field->size) {
    case 1:
        if (!field->bits)
            return *member;
        /* The lowest bit of the mask divides the bits down to their own number. */
        return (unsigned)(*member & field->bits) / (unsigned)(field->bits & -field->bits);
    case 2:
        memcpy(&value16, member, sizeof value16);
        return value16;
    case 4:
        memcpy(&value32, member, sizeof value32);
        return value32;
    default:
        assert(field->size == 8);
        memcpy(&value64, member, sizeof value64);
        return value64;
    }
}
