/*
 * records - traces written down as text, for the tests of the judge
 *
 * Owns the reading of the notation that records.h describes, what a trace starts from, and
 * registrations and drivers. Calls and hot-adds are in records_add.c, queries, memory and trouble
 * in records_fact.c, DPCs and affinity in records_dpc.c, callback objects in
 * records_callback.c, PnP notification in records_pnp.c.
 */
#include "unit/records.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit/records_parts.h"

static void reg_enter(struct records *records, const struct statement *statement, bool existing)
{
    uint32_t id = word_registration(statement, 1);
    struct ha_record *record = records_emit(records, statement, HA_REG_ENTER, SYSTEM, id);

    record->driver = (uint16_t)word_number(statement, "driver", id);
    record->as.reg.function = (uint32_t)word_number(statement, "fn", 10 + id);
    record->as.reg.context = (uint32_t)word_number(statement, "ctx", 20 + id);
    record->as.reg.flags = (uint32_t)word_number(statement, "flags", existing);
}

static void reg_return(struct records *records, const struct statement *statement, bool null)
{
    uint32_t id = word_registration(statement, 1);
    struct ha_record *record = records_emit(records, statement, HA_REG_RETURN, SYSTEM, id);

    record->driver = (uint16_t)word_number(statement, "driver", id);
    record->as.reg.handle = (uint32_t)word_number(statement, "handle", null ? 0 : id);
}

static void reg_locked(struct records *records, const struct statement *statement)
{
    records_emit(records, statement, HA_REG_LOCKED, SYSTEM, word_registration(statement, 1));
    records_begin_operation(records);
}

static void reg(struct records *records, const struct statement *statement)
{
    const char *mark = word_at(statement, 2);
    bool existing = mark && mark[0] == '+';
    uint32_t id = word_registration(statement, 1);

    reg_enter(records, statement, existing);
    reg_locked(records, statement);
    if (existing)
        records_existing_calls(records, id);
    reg_return(records, statement, false);
}

static void dereg(struct records *records, const struct statement *statement)
{
    static const enum ha_kind kinds[] = {HA_DEREG_ENTER, HA_DEREG_LOCKED, HA_DEREG_RETURN};
    const char *which = word_at(statement, 0) + strlen("dereg");
    uint32_t id = word_registration(statement, 1);
    uint16_t by = (uint16_t)word_number(statement, "driver", id);

    for (size_t i = 0; i < 3; i++)
        if (!*which || *which == ">!<"[i])
            records_emit(records, statement, kinds[i], SYSTEM, id)->driver = by;
}

static void unit(struct records *records, const struct statement *statement, bool end)
{
    struct ha_record *record = records_emit(records, statement, end ? HA_UNIT_END : HA_UNIT_BEGIN,
                                            HOT_ADD, end ? records->unit : records->unit + 1);

    record->as.unit.processors = (uint32_t)strtoul(word_at(statement, 1), NULL, 0);
    records->unit = end ? 0 : records->unit + 1;
}

static bool driver_life(struct records *records, const struct statement *statement)
{
    static const struct {
        const char *verb;
        enum ha_kind kind;
    } verbs[] = {
        {"enter", HA_DRV_ENTRY_ENTER}, {"leave", HA_DRV_ENTRY_LEAVE}, {"ask", HA_UNLOAD_REQ},
        {"unload", HA_UNLOAD_ENTER},   {"unloaded", HA_UNLOAD_LEAVE}, {"freed", HA_IMAGE_FREED},
    };
    for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++) {
        if (strcmp(word_at(statement, 0), verbs[i].verb))
            continue;
        struct ha_record *record = records_emit(records, statement, verbs[i].kind, SYSTEM, 0);
        record->driver = word_driver(statement);
        if (word_at(statement, 2))
            record->as.status.status = word_status(word_at(statement, 2));
        return true;
    }
    return false;
}

static void end(struct records *records, const struct statement *statement)
{
    struct ha_record *record = records_emit(records, statement, HA_TRACE_END, 0, 0);
    const char *how = word_at(statement, 1);

    record->as.end.ending = !how ? HA_END_NORMALLY
                            : strcmp(how, "memory") ? HA_END_DEADLOCK : HA_END_MEMORY;
}

static bool registering(struct records *records, const struct statement *statement)
{
    const char *verb = word_at(statement, 0), *mark = word_at(statement, 2);

    if (!strcmp(verb, "reg"))
        reg(records, statement);
    else if (!strcmp(verb, "reg>"))
        reg_enter(records, statement, mark && mark[0] == '+');
    else if (!strcmp(verb, "reg<"))
        reg_return(records, statement, mark != NULL);
    else if (!strcmp(verb, "lock"))
        reg_locked(records, statement);
    else if (!strncmp(verb, "dereg", 5))
        dereg(records, statement);
    else
        return false;
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

/* Places of a node, as node:group:mask. */
static void set_nodes(struct records *records, const struct statement *statement)
{
    for (size_t i = 1; i < statement->count; i++) {
        char *rest;
        uint32_t node = (uint32_t)strtoul(statement->word[i], &rest, 0);
        uint32_t group = (uint32_t)strtoul(rest + 1, &rest, 0);
        records->node_mask[node][group] = strtoull(rest + 1, NULL, 0);
        if (node >= records->node_count)
            records->node_count = node + 1;
    }
}

static void emit_nodes(struct records *records)
{
    for (uint32_t node = 0; node < records->node_count; node++) {
        for (uint16_t group = 0; group < records->group_count; group++) {
            if (!records->node_mask[node][group])
                continue;
            struct ha_record *record = records_emit(records, NULL, HA_NODE, 0, node);
            record->as.node.group = group;
            record->as.node.mask = records->node_mask[node][group];
        }
    }
}

static void set_knobs(struct records *records, const struct statement *statement)
{
    for (size_t i = 0; i < statement->change_count; i++) {
        char *value = strchr(statement->change[i], '=');
        *value++ = '\0';
        if (ha_profile_set(&records->profile, statement->change[i], value, NULL))
            records_give_up("no such knob or value", statement->change[i]);
    }
}

/* TRACE_BEGIN and its companions. */
static void introduce(struct records *records)
{
    static const uint16_t threads[] = {HA_THREAD_CALLER, HA_THREAD_HOT_ADD, HA_THREAD_SYSTEM,
                                       HA_THREAD_SYSTEM, HA_THREAD_DPC, HA_THREAD_PNP};
    static const char *const drivers[] = {"a", "b", "c", "x"};
    if (!records->group_count) {
        struct statement usual = {.word = {"partition", "8:4"}, .count = 2};
        set_partition(records, &usual);
    }
    records->introduced = true;
    struct ha_record *begin = records_emit(records, NULL, HA_TRACE_BEGIN, 0, 0);

    begin->as.begin.format = HA_TRACE_FORMAT;
    begin->as.begin.maker = records->maker;
    begin->as.begin.groups = records->group_count;
    begin->as.begin.nodes = (uint16_t)records->node_count;
    begin->as.begin.processors = records->active;
    for (uint32_t knob = 0; knob < HA_KNOB_COUNT; knob++)
        records_emit(records, NULL, HA_KNOB, 0, knob)->as.knob.value = records->profile.knob[knob];
    for (uint32_t group = 0; group < records->group_count; group++) {
        struct ha_record *record = records_emit(records, NULL, HA_GROUP, 0, group);
        record->as.group.active_mask = records->group_mask[group];
        record->as.group.maximum = records->group_maximum[group];
    }
    emit_nodes(records);
    for (uint32_t index = 0; index < records->active; index++) {
        struct ha_record *record = records_emit(records, NULL, HA_PROCESSOR, 0, index);
        record->as.existing.group = records->place[index].group;
        record->as.existing.number = records->place[index].number;
    }
    for (uint32_t thread = 1; thread <= 6; thread++) {
        struct ha_record *made = records_emit(records, NULL, HA_THREAD, 0, thread);
        made->as.made.kind = threads[thread - 1];
        made->as.made.affinity_mask = records->group_mask[0];
    }
    for (uint32_t id = 1; id <= 4; id++) {
        struct ha_record *record = records_emit(records, NULL, HA_NAME, 0, id);
        record->flags = HA_NS_DRIVER;
        record->as.name.text[0] = drivers[id - 1][0];
        record = records_emit(records, NULL, HA_NAME, 0, id);
        record->flags = HA_NS_REGISTRATION;
        memcpy(record->as.name.text, "sync", 4);
        record = records_emit(records, NULL, HA_NAME, 0, id);
        record->flags = HA_NS_ENTRY;
        memcpy(record->as.name.text, "async", 5);
    }
    struct ha_record *table = records_emit(records, NULL, HA_NAME, 0, 1);
    table->flags = HA_NS_OBJECT;
    table->as.name.text[0] = 't';
}

/* What the trace starts from. */
static void prepare(struct records *records, const struct statement *statement)
{
    if (records->introduced)
        records_give_up("too late", word_at(statement, 0));
    if (!strcmp(word_at(statement, 0), "partition"))
        set_partition(records, statement);
    else if (!strcmp(word_at(statement, 0), "nodes"))
        set_nodes(records, statement);
    else if (!strcmp(word_at(statement, 0), "set"))
        set_knobs(records, statement);
    else
        records->maker = HA_MAKER_OTHER;
}

/* place ID */
static void name_place(struct records *records, const struct statement *statement)
{
    uint32_t id = (uint32_t)strtoul(word_at(statement, 1), NULL, 0);
    struct ha_record *record = records_emit(records, statement, HA_NAME, SYSTEM, id);
    record->flags = HA_NS_PLACE;
    snprintf(record->as.name.text, sizeof record->as.name.text, "m.so+0x%x", (unsigned)id);
}

static void obey(struct records *records, const struct statement *statement)
{
    const char *verb = word_at(statement, 0);

    if (!strcmp(verb, "partition") || !strcmp(verb, "nodes") || !strcmp(verb, "set")
        || !strcmp(verb, "foreign")) {
        prepare(records, statement);
        return;
    }
    if (!records->introduced)
        introduce(records);
    if (registering(records, statement) || driver_life(records, statement)
        || records_fact(records, statement) || records_dpc(records, statement)
        || records_memory(records, statement) || records_callback(records, statement)
        || records_pnp(records, statement))
        return;
    if (!strcmp(verb, "add"))
        records_add_begin(records, statement);
    else if (!strcmp(verb, "hw"))
        records_hardware(records, statement);
    else if (!strcmp(verb, "active"))
        records_up(records, statement, HA_ACTIVE);
    else if (!strcmp(verb, "sched"))
        records_up(records, statement, HA_SCHED);
    else if (!strcmp(verb, "end"))
        records_add_end(records, statement);
    else if (!strcmp(verb, "hot"))
        records_hot(records, statement);
    else if (!strcmp(verb, "unit"))
        unit(records, statement, false);
    else if (!strcmp(verb, "unit<"))
        unit(records, statement, true);
    else if (!strcmp(verb, "over"))
        end(records, statement);
    else if (!strcmp(verb, "place"))
        name_place(records, statement);
    else if (!strcmp(verb, "dead"))
        records_emit(records, statement, HA_DEAD_CALL, HOT_ADD, word_registration(statement, 1))
            ->driver = (uint16_t)word_registration(statement, 1);
    else if (word_letter(verb, "ABCX") && statement->count > 1)
        records_call(records, statement);
    else
        records_give_up("what is this", verb);
}

/* Where the driver's code called what a record is about. */
static void set_place(struct ha_record *record, uint32_t place)
{
    switch (record->kind) {
    case HA_ALLOC:                             record->as.pool.place = place; break;
    case HA_REG_ENTER:                         record->as.reg.place = place; break;
    case HA_EX_REG:                            record->as.ex_reg.place = place; break;
    case HA_PNP_REG_ENTER:                     record->as.pnp_reg.place = (uint16_t)place; break;
    case HA_REFUSED:                           record->as.refused.place = place; break;
    case HA_MISUSE:                            record->as.misuse.place = place; break;
    case HA_DPC_INSERT:                        record->as.dpc.place = place; break;
    case HA_LEFT_BEHIND:                       record->as.left.place = place; break;
    case HA_QUERY:                             record->as.query.place = place; break;
    case HA_LOCK_ORDER:                        record->as.lock_order.place = place; break;
    case HA_THREAD_START: case HA_WORK_QUEUED: record->as.begun.place = place; break;
    default:                                   break;
    }
}

static void read_statement(struct records *records, const char *from, size_t length)
{
    static const char flags[] = " changed split ";
    struct statement statement = {0};

    if (length >= sizeof statement.text)
        records_give_up("statement too long", from);
    memcpy(statement.text, from, length);
    for (char *save, *word = strtok_r(statement.text, " \n", &save); word;
         word = strtok_r(NULL, " \n", &save)) {
        if (!statement.count && !statement.thread && !word[1] && word_letter(word, "THSRDN"))
            statement.thread = word_letter(word, "THSRDN");
        else if (strchr(word, '=') || (word[1] && strstr(flags, word)))
            statement.change[statement.change_count++] = word;
        else
            statement.word[statement.count++] = word;
        if (statement.count == MOST_WORDS || statement.change_count == MOST_WORDS)
            records_give_up("too many words", from);
    }
    if (!statement.count)
        return;
    size_t before = records->count;
    obey(records, &statement);
    if (word_has(&statement, "place"))
        for (size_t i = before; i < records->count; i++)
            set_place(&records->record[i], (uint32_t)word_number(&statement, "place", 0));
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
