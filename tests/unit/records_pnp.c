/*
 * records_pnp - PnP notification in the notation of records.h
 *
 * Owns instances of device interfaces, entries that are told of them, and the calls that do it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/names.h"
#include "unit/records_parts.h"

#define PNP 6                           /* the thread */
#define INCLUDE_EXISTING 1

/* GUIDs as they lie in memory: GUID_DEVICE_PROCESSOR, GUID_DEVICE_MEMORY, one of a driver's. */
static const struct {
    const char *word;
    uint64_t guid[2];
} classes[HA_UNIT_COUNT] = {
    [HA_UNIT_PROCESSOR] = {"processor", {0x40ae4e3397fadb10u, 0xd0bd9d02ef8b9c35u}},
    [HA_UNIT_MEMORY] = {"memory", {0x45fb92e03fd0f03du, 0x2110b0ffd85e5cb7u}},
    [HA_UNIT_INTERFACE] = {"panel", {0x9abc567812345678u, 0xf0debc9a78563412u}},
};

static unsigned unit_of(const char *word)
{
    for (unsigned unit = 0; word && unit < HA_UNIT_COUNT; unit++)
        if (!strcmp(classes[unit].word, word))
            return unit;
    return HA_UNIT_PROCESSOR;
}

static unsigned class_of(const struct statement *statement)
{
    const char *word = "";

    word_change(statement, "class", &word);
    return unit_of(word);
}

static uint32_t number_at(const struct statement *statement, size_t index, uint32_t otherwise)
{
    const char *word = word_at(statement, index);
    return word ? (uint32_t)strtoul(word, NULL, 0) : otherwise;
}

static uint32_t entry_at(const struct statement *statement, size_t index)
{
    return word_letter(word_at(statement, index), "PQVW");
}

static struct ha_record *emit(struct records *records, const struct statement *statement,
                              enum ha_kind kind, uint32_t thread, uint32_t entry)
{
    struct ha_record *record = records_emit(records, statement, kind, thread, entry);
    record->driver = (uint16_t)word_number(statement, "driver", entry);
    return record;
}

static void instance(struct records *records, const struct statement *statement,
                     enum ha_kind kind)
{
    uint32_t id = number_at(statement, 1, 0);
    unsigned unit = unit_of(word_at(statement, 2));
    bool boot = kind == HA_INTERFACE;
    struct ha_record *record = records_emit(records, statement, kind, boot ? SYSTEM : HOT_ADD, id);

    record->driver = (uint16_t)word_number(statement, "driver", 0);
    memcpy(record->as.iface.guid, classes[unit].guid, sizeof record->as.iface.guid);
    record->as.iface.unit = (uint8_t)word_number(statement, "unit", unit);
    record->as.iface.device =
        number_at(statement, 3, unit == HA_UNIT_PROCESSOR ? id - 1 : 1);
    record->as.iface.cause = (uint32_t)word_number(statement, "cause", boot ? 0 : records->add);
}

static void enable(struct records *records, const struct statement *statement, bool on)
{
    struct ha_record *record =
        records_emit(records, statement, HA_IFACE_SET, SYSTEM, number_at(statement, 1, 0));
    const char *status = word_at(statement, 2);

    record->driver = (uint16_t)word_number(statement, "driver", 1);
    record->as.iface_set.routine =
        word_at(statement, 3) ? HA_RT_REGISTER_INTERFACE : HA_RT_SET_INTERFACE;
    record->as.iface_set.enable = on;
    record->as.iface_set.device = 1;
    memcpy(record->as.iface_set.guid, classes[HA_UNIT_INTERFACE].guid, sizeof classes[0].guid);
    record->as.iface_set.status = status ? word_status(status) : 0;
}

static void reg_enter(struct records *records, const struct statement *statement)
{
    uint32_t id = entry_at(statement, 1);
    struct ha_record *record = emit(records, statement, HA_PNP_REG_ENTER, SYSTEM, id);
    const char *mark = word_at(statement, 2);
    bool existing = mark && mark[0] == '+';

    record->as.pnp_reg.category = (uint16_t)word_number(statement, "category", 2);
    record->as.pnp_reg.flags =
        (uint32_t)word_number(statement, "flags", existing ? INCLUDE_EXISTING : 0);
    record->as.pnp_reg.function = (uint32_t)word_number(statement, "fn", 30 + id);
    record->as.pnp_reg.context = (uint32_t)word_number(statement, "ctx", 40 + id);
    memcpy(record->as.pnp_reg.guid, classes[class_of(statement)].guid, sizeof classes[0].guid);
}

static void reference(struct records *records, const struct statement *statement, int32_t change)
{
    uint32_t entry = entry_at(statement, 1);
    uint16_t driver = (uint16_t)word_number(statement, "driver", entry);
    struct ha_record *record = records_emit(records, statement, HA_REF, SYSTEM, driver);

    record->driver = driver;
    records->references[driver] += (uint32_t)change;
    record->as.ref.change = change;
    record->as.ref.count = (uint32_t)word_number(statement, "count", records->references[driver]);
    record->as.ref.entry = entry;
}

static void reg_return(struct records *records, const struct statement *statement,
                       const char *status)
{
    emit(records, statement, HA_PNP_REG_RETURN, SYSTEM, entry_at(statement, 1))->as.status.status =
        status ? word_status(status) : 0;
}

/* unpnp P [ex], unpnp> P [ex], unpnp< P [ex] [STATUS] */
static void removal(struct records *records, const struct statement *statement)
{
    const char *part = word_at(statement, 0) + strlen("unpnp");
    const char *mark = word_at(statement, 2);
    bool ex = mark && !strcmp(mark, "ex");
    const char *status = word_at(statement, ex ? 3 : 2);

    if (*part != '<')
        emit(records, statement, HA_PNP_UNREG_ENTER, SYSTEM, entry_at(statement, 1))->flags =
            ex ? HA_PNP_EX : 0;
    if (*part != '>') {
        struct ha_record *record =
            emit(records, statement, HA_PNP_UNREG_RETURN, SYSTEM, entry_at(statement, 1));
        record->flags = ex ? HA_PNP_EX : 0;
        record->as.status.status = status ? word_status(status) : 0;
    }
    if (!*part)
        reference(records, statement, -1);
}

/* P> A 5 [replay|second|late], the same after `dead`; without > the whole call */
static void call(struct records *records, const struct statement *statement, size_t at,
                 enum ha_kind kind)
{
    const char *telling = word_at(statement, at + 3);
    bool replay = telling && !strcmp(telling, "replay");
    uint32_t entry = entry_at(statement, at);
    struct ha_record *record = emit(records, statement, kind, replay ? SYSTEM : PNP, entry);

    record->as.pnp_cb.interface = number_at(statement, at + 2, 0);
    record->as.pnp_cb.event = word_letter(word_at(statement, at + 1), "AR");
    record->as.pnp_cb.function = (uint32_t)word_number(statement, "fn", 30 + entry);
    record->as.pnp_cb.context = (uint32_t)word_number(statement, "ctx", 40 + entry);
    record->as.pnp_cb.version = (uint16_t)word_number(statement, "version", 1);
    record->as.pnp_cb.size = (uint16_t)word_number(statement, "size", 48);
    record->as.pnp_cb.live = !telling;
    record->as.pnp_cb.replay = replay;
    record->as.pnp_cb.second = telling && !strcmp(telling, "second");
    record->as.pnp_cb.late = telling && !strcmp(telling, "late");
    records->told_on[entry] = record->thread;
    if (kind == HA_PNP_CB_CALL)
        records->seq++;
}

static void leave(struct records *records, const struct statement *statement)
{
    uint32_t entry = entry_at(statement, 0);
    struct ha_record *record =
        emit(records, statement, HA_PNP_CB_LEAVE, records->told_on[entry], entry);

    record->regions = (uint8_t)word_number(statement, "regions", record->regions);
    record->as.status.status = word_at(statement, 1) ? word_status(word_at(statement, 1)) : 0;
}

static void rebalance(struct records *records, const struct statement *statement,
                      enum ha_kind kind)
{
    struct ha_record *record = records_emit(records, statement, kind, PNP, 0);
    record->as.rebalance.cause = (uint32_t)word_number(statement, "cause", records->add);
    record->as.rebalance.of_memory = word_at(statement, 1) != NULL;
}

/* choice KIND ANSWER [P], about that entry */
static void choice(struct records *records, const struct statement *statement)
{
    static const char *const kinds[] = {
        [HA_CHOICE_DELIVERY] = "delivery", [HA_CHOICE_TWICE] = "twice",
        [HA_CHOICE_EARLY] = "early",       [HA_CHOICE_LATE] = "late",
    };
    struct ha_record *record = records_emit(records, statement, HA_CHOICE, SYSTEM, 0);

    record->as.choice.options = 2;
    record->as.choice.answer = number_at(statement, 2, 0);
    for (uint32_t kind = HA_CHOICE_DELIVERY; kind <= HA_CHOICE_LATE; kind++)
        if (!strcmp(kinds[kind], word_at(statement, 1)))
            record->as.choice.kind = kind;
    if (word_at(statement, 3))
        snprintf(record->as.choice.label, sizeof record->as.choice.label, "entry %u",
                 (unsigned)entry_at(statement, 3));
}

static bool of_instances(struct records *records, const struct statement *statement)
{
    const char *verb = word_at(statement, 0);

    if (!strcmp(verb, "instance"))
        instance(records, statement, HA_INTERFACE);
    else if (!strcmp(verb, "started"))
        instance(records, statement, HA_DEVICE_STARTED);
    else if (!strcmp(verb, "up"))
        instance(records, statement, HA_IFACE_UP);
    else if (!strcmp(verb, "down"))
        instance(records, statement, HA_IFACE_DOWN);
    else if (!strcmp(verb, "enable") || !strcmp(verb, "disable"))
        enable(records, statement, verb[0] == 'e');
    else if (!strcmp(verb, "rebalance>"))
        rebalance(records, statement, HA_REB_BEGIN);
    else if (!strcmp(verb, "rebalance<"))
        rebalance(records, statement, HA_REB_END);
    else if (!strcmp(verb, "choice"))
        choice(records, statement);
    else
        return false;
    return true;
}

static bool of_entries(struct records *records, const struct statement *statement)
{
    const char *verb = word_at(statement, 0);

    if (!strncmp(verb, "unpnp", 5)) {
        removal(records, statement);
    } else if (!strcmp(verb, "ref+") || !strcmp(verb, "ref-")) {
        reference(records, statement, verb[3] == '+' ? 1 : -1);
    } else if (!strcmp(verb, "pnp>")) {
        reg_enter(records, statement);
    } else if (!strcmp(verb, "pnp<")) {
        reg_return(records, statement, word_at(statement, 2));
    } else if (!strcmp(verb, "pnp")) {
        reg_enter(records, statement);
        reference(records, statement, 1);
        reg_return(records, statement, NULL);
    } else {
        return false;
    }
    return true;
}

bool records_pnp(struct records *records, const struct statement *statement)
{
    const char *verb = word_at(statement, 0);
    bool of_entry = word_letter(verb, "PQVW") != 0;

    if (of_instances(records, statement) || of_entries(records, statement))
        return true;
    if (!strcmp(verb, "untold"))
        call(records, statement, 1, HA_PNP_DEAD_CALL);
    else if (of_entry && !strcmp(verb + 1, "<"))
        leave(records, statement);
    else if (of_entry && (!verb[1] || !strcmp(verb + 1, ">")) && statement->count > 2)
        call(records, statement, 0, verb[1] ? HA_PNP_CB_ENTER : HA_PNP_CB_CALL);
    else
        return false;
    return true;
}
