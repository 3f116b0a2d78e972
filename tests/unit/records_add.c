/*
 * records_add - the calls and the hot-adds of the notation of records.h
 *
 * Owns the small picture of what is ordinary: what the status variable holds, what stopped the
 * add, where the processor goes. A text need only say what is not so.
 */
#include <stdlib.h>

#include "unit/records_parts.h"

static int32_t cause(const struct records *records)
{
    const uint8_t *knob = records->profile.knob;
    bool first = knob[HA_KNOB_OPSTATUS_DECISION] || knob[HA_KNOB_OPSTATUS_SCOPE] ||
                 knob[HA_KNOB_HOT_START_ERROR];
    int32_t veto = first ? records->first_error : records->final < 0 ? records->final : 0;
    return veto ? veto : records->hw_error;
}

static struct ha_record *enter(struct records *records, const struct statement *statement,
                               enum ha_kind kind, uint32_t thread, uint32_t id, bool existing,
                               unsigned state, uint16_t index)
{
    struct ha_record *record = records_emit(records, statement, kind, thread, id);
    bool per_call = records->profile.knob[HA_KNOB_OPSTATUS_SCOPE] == HA_OPSTATUS_PER_CALL;
    int32_t failed = existing ? records->first_error : cause(records);

    record->driver = (uint16_t)id;
    record->irql = records->profile.knob[HA_KNOB_CALLBACK_IRQL] == HA_CALLBACK_APC;
    record->flags = (uint8_t)(state | (existing ? HA_CB_EXISTING : 0)
                              | (records->is_client[id] ? HA_CB_OBJECT : 0));
    record->as.cb.operation = existing ? id : records->add;
    record->as.cb.context = 20 + id;
    record->as.cb.nt_number = index;
    record->as.cb.group = existing ? records->place[index].group : records->group;
    record->as.cb.number = existing ? records->place[index].number : records->number;
    record->as.cb.status = state == HA_STATE_FAILURE ? failed : 0;
    record->as.cb.op_in = per_call ? 0 : records->variable;
    record->as.cb.affinity_mask = 0xf;
    return record;
}

/* What the statement says is otherwise about the entry of a call. */
static void change_entry(const struct statement *statement, struct ha_record *record)
{
    const char *at;

    record->irql = (uint8_t)word_number(statement, "irql", record->irql);
    record->flags =
        (uint8_t)((record->flags & ~3u) | word_number(statement, "state", record->flags & 3u));
    record->as.cb.operation = (uint32_t)word_number(statement, "op", record->as.cb.operation);
    record->as.cb.context = (uint32_t)word_number(statement, "ctx", record->as.cb.context);
    record->as.cb.nt_number = (uint16_t)word_number(statement, "nt", record->as.cb.nt_number);
    record->as.cb.reserved = (uint8_t)word_number(statement, "res", 0);
    record->as.cb.affinity_mask = word_number(statement, "aff", record->as.cb.affinity_mask);
    record->as.cb.status = word_status_change(statement, "st", record->as.cb.status);
    record->as.cb.op_in = word_status_change(statement, "in", record->as.cb.op_in);
    if (word_change(statement, "at", &at)) {
        char *end;
        record->as.cb.group = (uint16_t)strtoul(at, &end, 0);
        record->as.cb.number = (uint8_t)strtoul(end + 1, NULL, 0);
    }
}

static void leave(struct records *records, const struct statement *statement,
                  const struct ha_record *entered)
{
    struct ha_record *record =
        records_emit(records, statement, HA_CB_LEAVE, entered->thread, entered->id);
    int32_t out = word_status_change(statement, "out", entered->as.cb.op_in);
    int regions = (int)(int64_t)word_number(statement, "regions", 0);

    record->thread = entered->thread;
    record->driver = entered->driver;
    record->flags =
        (uint8_t)(entered->flags | (word_has(statement, "changed") ? HA_CB_CONTEXT_CHANGED : 0));
    record->irql = (uint8_t)word_number(statement, "lirql", entered->irql);
    record->regions = (uint8_t)(entered->regions + regions);
    record->as.cb_leave.op_out = out;
    record->as.cb_leave.affinity_mask =
        word_number(statement, "laff", entered->as.cb.affinity_mask);
    record->as.cb_leave.affinity_group = entered->as.cb.affinity_group;
    records->regions[record->thread] = record->regions;

    records->variable = out;
    if (HA_CB_STATE(entered->flags) != HA_STATE_START)
        return;
    records->final = out;
    if (out < 0 && out != entered->as.cb.op_in && !records->first_error)
        records->first_error = out;
}

void records_call(struct records *records, const struct statement *statement)
{
    const char *verb = word_at(statement, 0), *situation = word_at(statement, 1);
    uint32_t id = word_letter(verb, "ABCX");
    bool existing = situation && situation[0] == 'E';
    unsigned state = word_letter(situation + existing, "SCF?") - 1;
    uint16_t index = records->index;
    bool split = word_has(statement, "out") || word_has(statement, "lirql") ||
                 word_has(statement, "laff") || word_has(statement, "regions") ||
                 word_has(statement, "changed") || word_has(statement, "split");

    if (verb[1] == '<') {
        leave(records, statement, &records->entered[id]);
        return;
    }
    if (word_at(statement, 2))
        index = (uint16_t)strtoul(word_at(statement, 2), NULL, 0);
    struct ha_record *record =
        enter(records, statement, verb[1] == '>' || split ? HA_CB_ENTER : HA_CB_CALL,
              existing ? SYSTEM : HOT_ADD, id, existing, state, index);
    change_entry(statement, record);
    records->entered[id] = *record;
    if (state == HA_STATE_START)
        records->final = record->as.cb.op_in;
    if (record->kind == HA_CB_CALL)
        records->seq++;
    else if (split && verb[1] != '>')
        leave(records, statement, &records->entered[id]);
}

void records_existing_calls(struct records *records, uint32_t id)
{
    for (unsigned state = HA_STATE_START; state <= HA_STATE_COMPLETE; state++) {
        for (uint16_t index = 0; index < records->active; index++) {
            enter(records, NULL, HA_CB_CALL, SYSTEM, id, true, state, index);
            records->seq++;
        }
    }
}

/* Whether a place is free, and one of those that were asked for. */
static bool is_open(const struct records *records, const struct ha_record *add, uint32_t node,
                    uint16_t group, uint8_t number)
{
    return !(records->group_mask[group] >> number & 1)
           && (add->as.add.group == HA_NO_GROUP || add->as.add.group == group)
           && (add->as.add.number == HA_NO_GROUP || add->as.add.number == number)
           && (node == HA_NO_GROUP
               || (node < records->node_count
                   && records->node_mask[node][group] >> number & 1));
}

static bool choose_of_node(struct records *records, const struct ha_record *add, uint32_t node)
{
    for (uint16_t group = 0; group < records->group_count; group++) {
        for (uint8_t number = 0; number < records->group_maximum[group]; number++) {
            if (is_open(records, add, node, group, number)) {
                records->group = group;
                records->number = number;
                return true;
            }
        }
    }
    return false;
}

/* The lowest free place of what was named, with by_node of the lowest node first. */
static void choose_place(struct records *records, const struct ha_record *add)
{
    bool by_node = records->profile.knob[HA_KNOB_GROUP_ASSIGN] == HA_ASSIGN_BY_NODE;

    if (!by_node || add->as.add.node != HA_NO_GROUP) {
        choose_of_node(records, add, add->as.add.node);
        return;
    }
    for (uint32_t node = 0; node < records->node_count; node++)
        if (choose_of_node(records, add, node))
            return;
}

void records_add_begin(struct records *records, const struct statement *statement)
{
    struct ha_record *record =
        records_emit(records, statement, HA_ADD_BEGIN, HOT_ADD, ++records->add);

    record->as.add.unit = (uint32_t)word_number(statement, "unit", records->unit);
    record->as.add.group = (uint16_t)word_number(statement, "group", HA_NO_GROUP);
    record->as.add.number = (uint16_t)word_number(statement, "number", HA_NO_GROUP);
    record->as.add.node = (uint16_t)word_number(statement, "node", HA_NO_GROUP);
    record->as.add.affinity_mask = 0xf;
    records->index = records->active;
    choose_place(records, record);
    records_begin_operation(records);
}

void records_up(struct records *records, const struct statement *statement, enum ha_kind kind)
{
    const char *at;

    if (kind == HA_ACTIVE) {
        records->place[records->active].group = records->group;
        records->place[records->active].number = records->number;
        records->group_mask[records->group] |= UINT64_C(1) << records->number;
        records->active++;
    }
    struct ha_record *record = records_emit(records, statement, kind, HOT_ADD, records->add);
    record->as.up.nt_number = (uint16_t)word_number(statement, "nt", records->index);
    record->as.up.group = records->group;
    record->as.up.number = records->number;
    if (word_change(statement, "at", &at)) {
        char *end;
        record->as.up.group = (uint16_t)strtoul(at, &end, 0);
        record->as.up.number = (uint8_t)strtoul(end + 1, NULL, 0);
    }
}

void records_hardware(struct records *records, const struct statement *statement)
{
    int32_t status = word_at(statement, 1) ? word_status(word_at(statement, 1)) : 0;

    records_emit(records, statement, HA_HW_START, HOT_ADD, records->add)->as.status.status = status;
    records->hw_error = status < 0 ? status : 0;
}

void records_add_end(struct records *records, const struct statement *statement)
{
    int32_t status = word_at(statement, 1) ? word_status(word_at(statement, 1)) : cause(records);

    records_emit(records, statement, HA_ADD_END, HOT_ADD, records->add)->as.status.status = status;
}

void records_hot(struct records *records, const struct statement *statement)
{
    records_add_begin(records, statement);
    for (unsigned state = HA_STATE_START; state <= HA_STATE_COMPLETE; state++) {
        for (size_t i = 1; i < statement->count; i++) {
            enter(records, NULL, HA_CB_CALL, HOT_ADD, word_registration(statement, i), false, state,
                  records->index);
            records->seq++;
        }
        if (state == HA_STATE_START) {
            records_emit(records, NULL, HA_HW_START, HOT_ADD, records->add);
            records_up(records, statement, HA_ACTIVE);
            records_up(records, statement, HA_SCHED);
        }
    }
    records_emit(records, NULL, HA_ADD_END, HOT_ADD, records->add);
}
