/*
 * records - traces written down as text, for the tests of the judge
 *
 * Owns the reading of the notation that records.h describes, and a small picture of what is
 * ordinary, so that a text need only say what is not.
 */
#include "unit/records.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/names.h"

#define MOST_WORDS 16
#define HOT_ADD 2
#define SYSTEM 3

struct statement {
    char text[160];
    char *word[MOST_WORDS];     /* verb and arguments */
    size_t count;
    char *change[MOST_WORDS];   /* name=value, or a flag */
    size_t change_count;
    uint32_t thread;            /* 0 when it does not say */
};

static void give_up(const char *what, const char *text)
{
    fprintf(stderr, "records: %s: %s\n", what, text);
    abort();
}

static int32_t status_of(const char *word)
{
    static const struct { char letter; uint32_t value; } statuses[] = {
        {'I', 0xC000009Au}, {'T', 0xC00000B5u}, {'P', 0x103u}, {'U', 0xC0000001u},
        {'R', 0xC0000010u},
    };
    for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++)
        if (word[0] == statuses[i].letter && !word[1])
            return (int32_t)statuses[i].value;
    return (int32_t)strtoul(word, NULL, 0);
}

static bool find_change(const struct statement *statement, const char *name, const char **value)
{
    size_t length = strlen(name);

    for (size_t i = 0; i < statement->change_count; i++) {
        const char *change = statement->change[i];
        if (!strncmp(change, name, length) && (change[length] == '=' || !change[length])) {
            *value = change[length] ? change + length + 1 : "";
            return true;
        }
    }
    return false;
}

static bool has(const struct statement *statement, const char *name)
{
    const char *value;
    return find_change(statement, name, &value);
}

static uint64_t number_of(const struct statement *statement, const char *name, uint64_t otherwise)
{
    const char *value;
    return find_change(statement, name, &value) ? strtoull(value, NULL, 0) : otherwise;
}

static int32_t status_change(const struct statement *statement, const char *name,
                             int32_t otherwise)
{
    const char *value;
    return find_change(statement, name, &value) ? status_of(value) : otherwise;
}

static uint32_t letter(const char *word, const char *letters)
{
    const char *at = word && word[0] ? strchr(letters, word[0]) : NULL;
    return at ? (uint32_t)(at - letters) + 1 : 0;
}

static const char *argument(const struct statement *statement, size_t index)
{
    return index < statement->count ? statement->word[index] : NULL;
}

static uint32_t registration(const struct statement *statement, size_t index)
{
    return letter(argument(statement, index), "ABCX");
}

static uint16_t driver(const struct statement *statement)
{
    return (uint16_t)letter(argument(statement, 1), "abcx");
}

static struct ha_record *emit(struct records *records, const struct statement *statement,
                              enum ha_kind kind, uint32_t thread, uint32_t id)
{
    if (records->count == records->room) {
        records->room = records->room ? 2 * records->room : 64;
        records->record = realloc(records->record, records->room * sizeof *records->record);
        if (!records->record)
            give_up("no memory", "");
    }
    if (statement) {
        thread = statement->thread ? statement->thread : thread;
        records->seq += number_of(statement, "skip", 0);
        id = (uint32_t)number_of(statement, "id", id);
    }
    struct ha_record *record = &records->record[records->count++];
    *record = (struct ha_record){.kind = (uint8_t)kind, .thread = thread, .id = id,
                                 .seq_low = (uint32_t)++records->seq, .active = records->active,
                                 .regions = records->regions[thread]};
    if (statement) {
        record->irql = (uint8_t)number_of(statement, "irql", 0);
        record->processor = (uint16_t)number_of(statement, "cpu", 0);
        record->active = (uint16_t)number_of(statement, "active", record->active);
    }
    return record;
}

static void begin_operation(struct records *records)
{
    records->variable = records->first_error = records->final = records->hw_error = 0;
}

static int32_t cause(const struct records *records)
{
    const uint8_t *knob = records->profile.knob;
    bool first = knob[HA_KNOB_OPSTATUS_DECISION] || knob[HA_KNOB_OPSTATUS_SCOPE]
                 || knob[HA_KNOB_HOT_START_ERROR];
    int32_t veto = first ? records->first_error : records->final < 0 ? records->final : 0;
    return veto ? veto : records->hw_error;
}

static struct ha_record *enter(struct records *records, const struct statement *statement,
                               enum ha_kind kind, uint32_t thread, uint32_t id, bool existing,
                               unsigned state, uint16_t index)
{
    struct ha_record *record = emit(records, statement, kind, thread, id);
    bool per_call = records->profile.knob[HA_KNOB_OPSTATUS_SCOPE] == HA_OPSTATUS_PER_CALL;
    int32_t failed = existing ? records->first_error : cause(records);

    record->driver = (uint16_t)id;
    record->irql = records->profile.knob[HA_KNOB_CALLBACK_IRQL] == HA_CALLBACK_APC;
    record->flags = (uint8_t)(state | (existing ? HA_CB_EXISTING : 0));
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

    record->irql = (uint8_t)number_of(statement, "irql", record->irql);
    record->flags = (uint8_t)((record->flags & ~3u)
                              | number_of(statement, "state", record->flags & 3u));
    record->as.cb.operation = (uint32_t)number_of(statement, "op", record->as.cb.operation);
    record->as.cb.context = (uint32_t)number_of(statement, "ctx", record->as.cb.context);
    record->as.cb.nt_number = (uint16_t)number_of(statement, "nt", record->as.cb.nt_number);
    record->as.cb.reserved = (uint8_t)number_of(statement, "res", 0);
    record->as.cb.affinity_mask = number_of(statement, "aff", record->as.cb.affinity_mask);
    record->as.cb.status = status_change(statement, "st", record->as.cb.status);
    record->as.cb.op_in = status_change(statement, "in", record->as.cb.op_in);
    if (find_change(statement, "at", &at)) {
        char *end;
        record->as.cb.group = (uint16_t)strtoul(at, &end, 0);
        record->as.cb.number = (uint8_t)strtoul(end + 1, NULL, 0);
    }
}

static void leave(struct records *records, const struct statement *statement,
                  const struct ha_record *entered)
{
    struct ha_record *record = emit(records, statement, HA_CB_LEAVE, entered->thread,
                                    entered->id);
    int32_t out = status_change(statement, "out", entered->as.cb.op_in);
    int regions = (int)(int64_t)number_of(statement, "regions", 0);

    record->thread = entered->thread;
    record->driver = entered->driver;
    record->flags = (uint8_t)(entered->flags
                              | (has(statement, "changed") ? HA_CB_CONTEXT_CHANGED : 0));
    record->irql = (uint8_t)number_of(statement, "lirql", entered->irql);
    record->regions = (uint8_t)(entered->regions + regions);
    record->as.cb_leave.op_out = out;
    record->as.cb_leave.affinity_mask = number_of(statement, "laff",
                                                  entered->as.cb.affinity_mask);
    record->as.cb_leave.affinity_group = entered->as.cb.affinity_group;
    records->regions[record->thread] = record->regions;

    records->variable = out;
    if (HA_CB_STATE(entered->flags) != HA_STATE_START)
        return;
    records->final = out;
    if (out < 0 && out != entered->as.cb.op_in && !records->first_error)
        records->first_error = out;
}

static void call(struct records *records, const struct statement *statement)
{
    const char *verb = argument(statement, 0), *situation = argument(statement, 1);
    uint32_t id = letter(verb, "ABCX");
    bool existing = situation && situation[0] == 'E';
    unsigned state = letter(situation + existing, "SCF?") - 1;
    uint16_t index = records->index;
    bool split = has(statement, "out") || has(statement, "lirql") || has(statement, "laff")
                 || has(statement, "regions") || has(statement, "changed")
                 || has(statement, "split");

    if (verb[1] == '<') {
        leave(records, statement, &records->entered[id]);
        return;
    }
    if (argument(statement, 2))
        index = (uint16_t)strtoul(argument(statement, 2), NULL, 0);
    struct ha_record *record = enter(records, statement,
                                     verb[1] == '>' || split ? HA_CB_ENTER : HA_CB_CALL,
                                     existing ? SYSTEM : HOT_ADD, id, existing, state, index);
    change_entry(statement, record);
    records->entered[id] = *record;
    if (record->kind == HA_CB_CALL)
        records->seq++;
    else if (split && verb[1] != '>')
        leave(records, statement, &records->entered[id]);
    if (record->kind == HA_CB_CALL && state == HA_STATE_START)
        records->final = record->as.cb.op_in;
}

static void reg_enter(struct records *records, const struct statement *statement, bool existing)
{
    uint32_t id = registration(statement, 1);
    struct ha_record *record = emit(records, statement, HA_REG_ENTER, SYSTEM, id);

    record->driver = (uint16_t)number_of(statement, "driver", id);
    record->as.reg.function = (uint32_t)number_of(statement, "fn", 10 + id);
    record->as.reg.context = (uint32_t)number_of(statement, "ctx", 20 + id);
    record->as.reg.flags = (uint32_t)number_of(statement, "flags", existing);
}

static void reg_return(struct records *records, const struct statement *statement, bool null)
{
    uint32_t id = registration(statement, 1);
    struct ha_record *record = emit(records, statement, HA_REG_RETURN, SYSTEM, id);

    record->driver = (uint16_t)number_of(statement, "driver", id);
    record->as.reg.handle = (uint32_t)number_of(statement, "handle", null ? 0 : id);
}

static void reg_locked(struct records *records, const struct statement *statement)
{
    emit(records, statement, HA_REG_LOCKED, SYSTEM, registration(statement, 1));
    begin_operation(records);
}

static void existing_calls(struct records *records, uint32_t id)
{
    for (unsigned state = HA_STATE_START; state <= HA_STATE_COMPLETE; state++) {
        for (uint16_t index = 0; index < records->active; index++) {
            enter(records, NULL, HA_CB_CALL, SYSTEM, id, true, state, index);
            records->seq++;
        }
    }
}

static void reg(struct records *records, const struct statement *statement)
{
    const char *mark = argument(statement, 2);
    bool existing = mark && mark[0] == '+';
    uint32_t id = registration(statement, 1);

    reg_enter(records, statement, existing);
    reg_locked(records, statement);
    if (existing)
        existing_calls(records, id);
    reg_return(records, statement, false);
}

static void dereg(struct records *records, const struct statement *statement)
{
    static const enum ha_kind kinds[] = {HA_DEREG_ENTER, HA_DEREG_LOCKED, HA_DEREG_RETURN};
    const char *which = argument(statement, 0) + strlen("dereg");
    uint32_t id = registration(statement, 1);
    uint16_t by = (uint16_t)number_of(statement, "driver", id);

    for (size_t i = 0; i < 3; i++)
        if (!*which || *which == ">!<"[i])
            emit(records, statement, kinds[i], SYSTEM, id)->driver = by;
}

static void trouble(struct records *records, const struct statement *statement)
{
    static const struct { const char *word; unsigned reason, misuse; } kinds[] = {
        {"irql", HA_REASON_IRQL, HA_MISUSE_RAISED_IRQL},
        {"null", HA_REASON_NULL_FUNCTION, HA_MISUSE_NULL_HANDLE},
        {"inside", HA_REASON_INSIDE_CALLBACK, HA_MISUSE_NONE},
        {"flags", HA_REASON_UNKNOWN_FLAGS, HA_MISUSE_NONE},
        {"memory", HA_REASON_NO_MEMORY, HA_MISUSE_NONE},
        {"stopped", HA_REASON_INTERRUPTED, HA_MISUSE_NONE},
        {"stale", HA_REASON_NONE, HA_MISUSE_STALE_HANDLE},
        {"unknown", HA_REASON_NONE, HA_MISUSE_UNKNOWN_HANDLE},
        {"self", HA_REASON_NONE, HA_MISUSE_SELF_REMOVAL},
    };
    bool misuse = !strcmp(argument(statement, 0), "misuse");
    struct ha_record *record = emit(records, statement, misuse ? HA_MISUSE : HA_REFUSED, SYSTEM,
                                    0);

    record->driver = (uint16_t)number_of(statement, "driver", 1);
    record->as.refused.routine = misuse ? HA_RT_DEREGISTER_PROCESSOR_CHANGE
                                        : HA_RT_REGISTER_PROCESSOR_CHANGE;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (!strcmp(kinds[i].word, argument(statement, 1)))
            record->as.refused.reason = misuse ? kinds[i].misuse : kinds[i].reason;
}

/* The lowest free place in the group that was named, or in any. */
static void choose_place(struct records *records, uint16_t asked)
{
    for (uint16_t group = 0; group < records->group_count; group++) {
        for (uint8_t number = 0; number < records->group_maximum[group]; number++) {
            if ((asked == HA_NO_GROUP || asked == group)
                && !(records->group_mask[group] >> number & 1)) {
                records->group = group;
                records->number = number;
                return;
            }
        }
    }
}

static void add_begin(struct records *records, const struct statement *statement)
{
    uint16_t asked = (uint16_t)number_of(statement, "group", HA_NO_GROUP);
    struct ha_record *record = emit(records, statement, HA_ADD_BEGIN, HOT_ADD, ++records->add);

    record->as.add.unit = (uint32_t)number_of(statement, "unit", records->unit);
    record->as.add.group = asked;
    record->as.add.affinity_mask = 0xf;
    records->index = records->active;
    choose_place(records, asked);
    begin_operation(records);
}

static void up(struct records *records, const struct statement *statement, enum ha_kind kind)
{
    const char *at;

    if (kind == HA_ACTIVE) {
        records->place[records->active].group = records->group;
        records->place[records->active].number = records->number;
        records->group_mask[records->group] |= UINT64_C(1) << records->number;
        records->active++;
    }
    struct ha_record *record = emit(records, statement, kind, HOT_ADD, records->add);
    record->as.up.nt_number = (uint16_t)number_of(statement, "nt", records->index);
    record->as.up.group = records->group;
    record->as.up.number = records->number;
    if (find_change(statement, "at", &at)) {
        char *end;
        record->as.up.group = (uint16_t)strtoul(at, &end, 0);
        record->as.up.number = (uint8_t)strtoul(end + 1, NULL, 0);
    }
}

static void hardware(struct records *records, const struct statement *statement)
{
    int32_t status = argument(statement, 1) ? status_of(argument(statement, 1)) : 0;

    emit(records, statement, HA_HW_START, HOT_ADD, records->add)->as.status.status = status;
    records->hw_error = status < 0 ? status : 0;
}

static void add_end(struct records *records, const struct statement *statement)
{
    int32_t status = argument(statement, 1) ? status_of(argument(statement, 1)) : cause(records);

    emit(records, statement, HA_ADD_END, HOT_ADD, records->add)->as.status.status = status;
}

static void hot(struct records *records, const struct statement *statement)
{
    add_begin(records, statement);
    for (unsigned state = HA_STATE_START; state <= HA_STATE_COMPLETE; state++) {
        for (size_t i = 1; i < statement->count; i++) {
            enter(records, NULL, HA_CB_CALL, HOT_ADD, registration(statement, i), false, state,
                  records->index);
            records->seq++;
        }
        if (state == HA_STATE_START) {
            emit(records, NULL, HA_HW_START, HOT_ADD, records->add);
            up(records, statement, HA_ACTIVE);
            up(records, statement, HA_SCHED);
        }
    }
    emit(records, NULL, HA_ADD_END, HOT_ADD, records->add);
}

static void unit(struct records *records, const struct statement *statement, bool end)
{
    struct ha_record *record = emit(records, statement, end ? HA_UNIT_END : HA_UNIT_BEGIN,
                                    HOT_ADD, end ? records->unit : records->unit + 1);

    record->as.unit.processors = (uint32_t)strtoul(argument(statement, 1), NULL, 0);
    records->unit = end ? 0 : records->unit + 1;
}

static void query(struct records *records, const struct statement *statement)
{
    static const struct { const char *word; unsigned routine; } routines[] = {
        {"count", HA_RT_ACTIVE_COUNT}, {"countex", HA_RT_ACTIVE_COUNT_EX},
        {"processors", HA_RT_ACTIVE_PROCESSORS}, {"maximum", HA_RT_MAXIMUM_COUNT},
        {"maximumex", HA_RT_MAXIMUM_COUNT_EX}, {"mask", HA_RT_GROUP_AFFINITY},
        {"groups", HA_RT_ACTIVE_GROUPS}, {"maximumgroups", HA_RT_MAXIMUM_GROUPS},
        {"number", HA_RT_NUMBER_FROM_INDEX}, {"index", HA_RT_INDEX_FROM_NUMBER},
    };
    struct ha_record *record = emit(records, statement, HA_QUERY, HOT_ADD, 0);

    for (size_t i = 0; i < sizeof routines / sizeof routines[0]; i++)
        if (!strcmp(routines[i].word, argument(statement, 1)))
            record->as.query.routine = routines[i].routine;
    if (!record->as.query.routine || statement->count < 4)
        give_up("no such query", argument(statement, 1));
    record->as.query.argument = (uint32_t)strtoul(argument(statement, 2), NULL, 0);
    record->as.query.result = strtoull(argument(statement, 3), NULL, 0);
    if (argument(statement, 4))
        record->as.query.output = strtoull(argument(statement, 4), NULL, 0);
}

static bool driver_life(struct records *records, const struct statement *statement)
{
    static const struct { const char *verb; enum ha_kind kind; } verbs[] = {
        {"enter", HA_DRV_ENTRY_ENTER}, {"leave", HA_DRV_ENTRY_LEAVE}, {"ask", HA_UNLOAD_REQ},
        {"unload", HA_UNLOAD_ENTER}, {"unloaded", HA_UNLOAD_LEAVE}, {"freed", HA_IMAGE_FREED},
    };
    for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++) {
        if (strcmp(argument(statement, 0), verbs[i].verb))
            continue;
        struct ha_record *record = emit(records, statement, verbs[i].kind, SYSTEM, 0);
        record->driver = driver(statement);
        if (argument(statement, 2))
            record->as.status.status = status_of(argument(statement, 2));
        return true;
    }
    return false;
}

static void end(struct records *records, const struct statement *statement)
{
    struct ha_record *record = emit(records, statement, HA_TRACE_END, 0, 0);

    record->as.end.ending = argument(statement, 1) ? HA_END_DEADLOCK : HA_END_NORMALLY;
}

static bool registering(struct records *records, const struct statement *statement)
{
    const char *verb = argument(statement, 0), *mark = argument(statement, 2);

    if (!strcmp(verb, "reg")) reg(records, statement);
    else if (!strcmp(verb, "reg>")) reg_enter(records, statement, mark && mark[0] == '+');
    else if (!strcmp(verb, "reg<")) reg_return(records, statement, mark != NULL);
    else if (!strcmp(verb, "lock")) reg_locked(records, statement);
    else if (!strncmp(verb, "dereg", 5)) dereg(records, statement);
    else if (!strcmp(verb, "refused") || !strcmp(verb, "misuse")) trouble(records, statement);
    else if (!strcmp(verb, "fault"))
        emit(records, statement, HA_FAULT, SYSTEM, 0)->as.fault.routine =
            HA_RT_REGISTER_PROCESSOR_CHANGE;
    else return false;
    return true;
}

static void set_partition(struct records *records, const struct statement *statement)
{
    for (size_t i = 1; i < statement->count; i++) {
        char *rest;
        uint16_t group = records->group_count++;
        records->group_maximum[group] = (uint32_t)strtoul(statement->word[i], &rest, 0);
        uint8_t active = (uint8_t)strtoul(rest + 1, NULL, 0);
        for (uint8_t number = 0; number < active; number++) {
            records->place[records->active].group = group;
            records->place[records->active++].number = number;
            records->group_mask[group] |= UINT64_C(1) << number;
        }
    }
}

static void set_knobs(struct records *records, const struct statement *statement)
{
    for (size_t i = 0; i < statement->change_count; i++) {
        char *value = strchr(statement->change[i], '=');
        *value++ = '\0';
        if (ha_profile_set(&records->profile, statement->change[i], value, NULL))
            give_up("no such knob or value", statement->change[i]);
    }
}

/* TRACE_BEGIN and its companions. */
static void introduce(struct records *records)
{
    static const uint16_t threads[] = {HA_THREAD_CALLER, HA_THREAD_HOT_ADD, HA_THREAD_SYSTEM,
                                       HA_THREAD_SYSTEM, HA_THREAD_DPC};
    static const char *const drivers[] = {"a", "b", "c", "x"};
    if (!records->group_count) {
        struct statement usual = {.word = {"partition", "8:4"}, .count = 2};
        set_partition(records, &usual);
    }
    records->introduced = true;
    struct ha_record *begin = emit(records, NULL, HA_TRACE_BEGIN, 0, 0);

    begin->as.begin.format = HA_TRACE_FORMAT;
    begin->as.begin.maker = records->maker;
    begin->as.begin.groups = records->group_count;
    begin->as.begin.processors = records->active;
    for (uint32_t knob = 0; knob < HA_KNOB_COUNT; knob++)
        emit(records, NULL, HA_KNOB, 0, knob)->as.knob.value = records->profile.knob[knob];
    for (uint32_t group = 0; group < records->group_count; group++) {
        struct ha_record *record = emit(records, NULL, HA_GROUP, 0, group);
        record->as.group.active_mask = records->group_mask[group];
        record->as.group.maximum = records->group_maximum[group];
    }
    for (uint32_t index = 0; index < records->active; index++) {
        struct ha_record *record = emit(records, NULL, HA_PROCESSOR, 0, index);
        record->as.existing.group = records->place[index].group;
        record->as.existing.number = records->place[index].number;
    }
    for (uint32_t thread = 1; thread <= 5; thread++)
        emit(records, NULL, HA_THREAD, 0, thread)->as.made.kind = threads[thread - 1];
    for (uint32_t id = 1; id <= 4; id++) {
        struct ha_record *record = emit(records, NULL, HA_NAME, 0, id);
        record->flags = HA_NS_DRIVER;
        record->as.name.text[0] = drivers[id - 1][0];
        record = emit(records, NULL, HA_NAME, 0, id);
        record->flags = HA_NS_REGISTRATION;
        memcpy(record->as.name.text, "sync", 4);
    }
}

/* What the trace starts from. */
static void prepare(struct records *records, const struct statement *statement)
{
    if (records->introduced)
        give_up("too late", argument(statement, 0));
    if (!strcmp(argument(statement, 0), "partition"))
        set_partition(records, statement);
    else if (!strcmp(argument(statement, 0), "set"))
        set_knobs(records, statement);
    else
        records->maker = HA_MAKER_OTHER;
}

static void obey(struct records *records, const struct statement *statement)
{
    const char *verb = argument(statement, 0);

    if (!strcmp(verb, "partition") || !strcmp(verb, "set") || !strcmp(verb, "foreign")) {
        prepare(records, statement);
        return;
    }
    if (!records->introduced)
        introduce(records);
    if (registering(records, statement) || driver_life(records, statement)) return;
    if (!strcmp(verb, "add")) add_begin(records, statement);
    else if (!strcmp(verb, "hw")) hardware(records, statement);
    else if (!strcmp(verb, "active")) up(records, statement, HA_ACTIVE);
    else if (!strcmp(verb, "sched")) up(records, statement, HA_SCHED);
    else if (!strcmp(verb, "end")) add_end(records, statement);
    else if (!strcmp(verb, "hot")) hot(records, statement);
    else if (!strcmp(verb, "unit")) unit(records, statement, false);
    else if (!strcmp(verb, "unit<")) unit(records, statement, true);
    else if (!strcmp(verb, "query")) query(records, statement);
    else if (!strcmp(verb, "over")) end(records, statement);
    else if (!strcmp(verb, "dead"))
        emit(records, statement, HA_DEAD_CALL, HOT_ADD, registration(statement, 1))->driver =
            (uint16_t)registration(statement, 1);
    else if (letter(verb, "ABCX") && statement->count > 1) call(records, statement);
    else give_up("what is this", verb);
}

static void read_statement(struct records *records, const char *from, size_t length)
{
    static const char flags[] = " changed split ";
    struct statement statement = {0};

    if (length >= sizeof statement.text)
        give_up("statement too long", from);
    memcpy(statement.text, from, length);
    for (char *save, *word = strtok_r(statement.text, " \n", &save); word;
         word = strtok_r(NULL, " \n", &save)) {
        if (!statement.count && !statement.thread && !word[1] && letter(word, "THSRD"))
            statement.thread = letter(word, "THSRD");
        else if (strchr(word, '=') || (word[1] && strstr(flags, word)))
            statement.change[statement.change_count++] = word;
        else
            statement.word[statement.count++] = word;
        if (statement.count == MOST_WORDS || statement.change_count == MOST_WORDS)
            give_up("too many words", from);
    }
    if (statement.count)
        obey(records, &statement);
}

void records_make(struct records *records, const char *text)
{
    memset(records, 0, sizeof *records);
    records->maker = HA_MAKER_HOTADD;
    records->profile = ha_profile_preset(HA_PRESET_DOCUMENTED);
    while (*text) {
        size_t length = strcspn(text, ";");
        read_statement(records, text, length);
        text += length + (text[length] == ';');
    }
}

void records_close(struct records *records)
{
    free(records->record);
    memset(records, 0, sizeof *records);
}
