/*
 * load_event - what happens to the machine, and when
 *
 * Owns the member "events".
 */
#include <stdlib.h>

#include "base/names.h"
#include "edge/load_parts.h"

void ha_load_start_status(struct ha_reader *reader, struct ha_node node, int32_t *nt_status)
{
    if (!ha_read_status(reader, node, nt_status) || *nt_status == 0)
        return;
    if (ha_nt_success(*nt_status))
        HA_COMPLAIN(reader, node, "hardware that does not start gives an error status, "
                    "0x80000000 or above");
}

/* The NUMA node of a unit, which must be that of some place. */
static void read_node(struct ha_loading *loading, struct ha_node number, uint32_t *node)
{
    struct ha_reader *reader = &loading->reader;
    if (ha_read_number(reader, number, 0, HA_MAXIMUM_NODES - 1, node)
        && loading->made.plan.partition.group_count && !ha_load_has_node(loading, *node))
        HA_COMPLAIN(reader, number, "no place of the partition belongs to node %u",
                    (unsigned)*node);
}

static void load_add(struct ha_loading *loading, struct ha_node node, struct ha_add_options *add)
{
    enum { GROUP, NUMBER, COUNT, HARDWARE_START, NODE, KEYS };
    static const struct ha_key keys[KEYS] = {
        [GROUP] = {"group", HA_JSON_NUMBER, false},
        [NUMBER] = {"number", HA_JSON_NUMBER, false},
        [COUNT] = {"count", HA_JSON_NUMBER, false},
        [HARDWARE_START] = {"hardware_start", HA_JSON_STRING, false},
        [NODE] = {"node", HA_JSON_NUMBER, false},
    };
    struct ha_reader *reader = &loading->reader;
    const struct ha_partition_options *partition = &loading->made.plan.partition;
    struct ha_member member[KEYS];
    uint32_t maximum = HA_MAXIMUM_PROCESSORS;

    ha_read_members(reader, node, keys, KEYS, member);
    if (member[GROUP].value.json) {
        uint32_t groups = partition->group_count ? (uint32_t)partition->group_count
                                                 : HA_MAXIMUM_GROUPS;
        if (ha_read_number(reader, member[GROUP].value, 0, groups - 1, &add->group)
            && partition->group_count && partition->group[add->group].maximum)
            maximum = partition->group[add->group].maximum;
    }
    if (member[NUMBER].here.json && !member[GROUP].here.json)
        HA_COMPLAIN_OF_KEY(reader, member[NUMBER].here,
                           "\"number\" counts within a group: \"group\" is missing");
    else if (member[NUMBER].value.json)
        ha_read_number(reader, member[NUMBER].value, 0, maximum - 1, &add->number);
    if (member[NODE].value.json)
        read_node(loading, member[NODE].value, &add->node);
    if (member[COUNT].value.json)
        ha_read_number(reader, member[COUNT].value, 1, HA_MAXIMUM_PROCESSORS, &add->count);
    if (member[HARDWARE_START].value.json)
        ha_load_start_status(reader, member[HARDWARE_START].value, &add->hardware_start);
}

/* What is to be added. Most scenarios leave it all open, so that has one structure for all. */
static const struct ha_add_options *make_add(struct ha_loading *loading, struct ha_node object)
{
    static const struct ha_add_options anywhere = {HA_ANYWHERE, .count = 1};
    if (!ha_node_first(object).json)
        return &anywhere;
    struct ha_add_options *add = ha_read_take(&loading->reader, 1, sizeof *add);
    if (add) {
        *add = anywhere;
        load_add(loading, object, add);
    }
    return add;
}

/* What can happen comes first, numbered as enum ha_event_kind. */
enum {
    KINDS = HA_EVENT_KIND_COUNT, TRIGGER = KINDS, DO = TRIGGER + HA_TRIGGERS, ID, KEYS
};

static const struct ha_key event_keys[KEYS] = {
    [HA_EVENT_ADD_PROCESSOR] = {"add_processor", HA_JSON_OBJECT, false},
    [HA_EVENT_LOAD] = {"load", HA_JSON_STRING, false},
    [HA_EVENT_UNLOAD] = {"unload", HA_JSON_STRING, false},
    [HA_EVENT_RUN] = {"run", HA_JSON_STRING, false},
    [HA_EVENT_ADD_MEMORY] = {"add_memory", HA_JSON_OBJECT, false},
    [HA_EVENT_FREE_MEMORY] = {"free_memory", HA_JSON_STRING, false},
    [HA_EVENT_HOLD] = {"hold", HA_JSON_STRING, false},
    [HA_EVENT_RELEASE] = {"release", HA_JSON_STRING, false},
    [HA_EVENT_REMOVE_INTERFACE] = {"remove_interface", HA_JSON_STRING, false},
    [TRIGGER + HA_TRIGGER_AT] = {"at", HA_JSON_STRING, false},
    [TRIGGER + HA_TRIGGER_DURING] = {"during", HA_JSON_STRING, false},
    [TRIGGER + HA_TRIGGER_AFTER] = {"after", HA_JSON_STRING | HA_JSON_OBJECT, false},
    [DO] = {"do", HA_JSON_ARRAY, false},
    [ID] = {"id", HA_JSON_STRING, false},
};

/* The kind of an event; KINDS, with a complaint, when it is not exactly one. A key that is unknown
 * has been complained of, and is taken for the kind when there is no other. */
static unsigned kind_of(struct ha_reader *reader, struct ha_node node,
                        const struct ha_member *member, bool all_known)
{
    unsigned kind = KINDS;
    for (unsigned k = 0; k < KINDS; k++) {
        if (!member[k].here.json)
            continue;
        if (kind != KINDS) {
            HA_COMPLAIN_OF_KEY(reader, member[k].here,
                               "an event is one thing: \"%s\" or \"%s\"",
                               event_keys[kind].name, event_keys[k].name);
            return KINDS;
        }
        kind = k;
    }
    if (kind == KINDS && all_known)
        HA_COMPLAIN(reader, node, "nothing happens in this event: it needs \"add_processor\", "
                    "\"add_memory\", \"free_memory\", \"load\", \"unload\", \"run\", \"hold\", "
                    "\"release\" or \"remove_interface\"");
    return kind;
}

static void read_id(struct ha_loading *loading, struct ha_node string, size_t number)
{
    const char *id = ha_read_name(&loading->reader, string);
    if (id && !ha_load_give(loading, HA_SCOPE_EVENTS, id, (uint32_t)number))
        HA_COMPLAIN(&loading->reader, string, "there is another event called \"%s\"", id);
}

/* What a driver does or suffers. */
static void load_drivers_event(struct ha_loading *loading, size_t number, struct ha_node driver,
                               struct ha_node steps)
{
    struct ha_event_plan *event = &loading->event[number];
    if (!ha_load_find(loading, HA_SCOPE_DRIVERS, ha_read_place(&loading->reader, driver),
                      ha_node_string(driver), &event->driver))
        return;
    if (event->kind == HA_EVENT_LOAD)
        loading->loads_later[event->driver] = true;
    else if (event->trigger == HA_AT_TIME)
        ha_load_place_event(loading, number, driver);
    if (event->kind == HA_EVENT_RUN && steps.json) {
        struct ha_steps *run = ha_read_take(&loading->reader, 1, sizeof *run);
        if (run)
            *run = ha_load_steps(loading, steps, &(struct ha_setting){.driver = event->driver});
        event->run = run;
    }
}

/* What an event is about, in the member that names its kind. */
static void read_subject(struct ha_loading *loading, size_t number, struct ha_node value,
                         struct ha_node steps)
{
    static const char *const held[] = {"arrivals"};
    struct ha_event_plan *event = &loading->event[number];
    size_t choice;
    switch ((enum ha_event_kind)event->kind) {
    case HA_EVENT_ADD_PROCESSOR: event->add = make_add(loading, value); break;
    case HA_EVENT_ADD_MEMORY: event->memory = ha_load_memory_add(loading, value); break;
    case HA_EVENT_FREE_MEMORY:
        ha_read_size(&loading->reader, value, &event->free_bytes);
        break;
    case HA_EVENT_HOLD: case HA_EVENT_RELEASE:
        ha_read_choice(&loading->reader, value, "thing to be held", held, 1, &choice);
        break;
    case HA_EVENT_REMOVE_INTERFACE: event->instance = ha_load_instance(loading, value); break;
    default: load_drivers_event(loading, number, value, steps);
    }
}

static void load_event(struct ha_loading *loading, struct ha_node node, size_t number)
{
    struct ha_reader *reader = &loading->reader;
    struct ha_event_plan *event = &loading->event[number];
    struct ha_member member[KEYS];

    if (!ha_read_kind(reader, node, HA_JSON_OBJECT))
        return;
    bool all_known = ha_read_members(reader, node, event_keys, KEYS, member);
    ha_load_trigger(loading, node, number, member + TRIGGER, all_known);
    if (member[ID].value.json)
        read_id(loading, member[ID].value, number);
    unsigned kind = kind_of(reader, node, member, all_known);
    if (kind == KINDS)
        return;

    event->kind = (uint8_t)kind;
    if (kind == HA_EVENT_RUN && !member[DO].here.json && !member[DO].misspelt)
        HA_COMPLAIN(reader, node, "\"run\" needs \"do\", the steps");
    if (kind != HA_EVENT_RUN && member[DO].here.json)
        HA_COMPLAIN_OF_KEY(reader, member[DO].here, "\"%s\" does not take \"do\"",
                           event_keys[kind].name);
    if (member[kind].value.json)
        read_subject(loading, number, member[kind].value, member[DO].value);
}

void ha_load_events(struct ha_loading *loading, struct ha_node list)
{
    struct ha_reader *reader = &loading->reader;
    size_t i = 0, complaints = reader->complaints.count;
    loading->event_count = ha_node_count(list);
    loading->event = ha_read_take(reader, loading->event_count, sizeof *loading->event);
    if (!loading->event)
        return;
    for (struct ha_node node = ha_node_first(list); node.json;
         node = ha_node_next(&reader->tree, node))
        load_event(loading, node, i++);
    if (!reader->no_memory)
        ha_load_waits(loading);
    if (!reader->no_memory && reader->complaints.count == complaints)
        ha_load_order(loading);
    free(loading->event_place);
    loading->made.plan.event = loading->event;
    loading->made.plan.event_count = loading->event_count;
}
