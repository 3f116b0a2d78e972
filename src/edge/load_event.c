/*
 * load_event - what happens to the machine, and when
 *
 * Owns the member "events".
 */
#include <string.h>

#include "base/names.h"
#include "edge/load_parts.h"

static void read_hardware_start(struct ha_reader *reader, struct ha_node node, int32_t *nt_status)
{
    if (!ha_read_status(reader, node, nt_status) || *nt_status == 0)
        return;
    if (ha_nt_success(*nt_status))
        HA_COMPLAIN(reader, node, "hardware that does not start gives an error status, "
                    "0x80000000 or above");
}

static void load_add(struct ha_loading *loading, struct ha_node node, struct ha_add_options *add)
{
    enum { GROUP, NUMBER, COUNT, HARDWARE_START, NODE, KEYS };
    static const struct ha_key keys[KEYS] = {
        [GROUP] = {"group", HA_JSON_NUMBER, false},
        [NUMBER] = {"number", HA_JSON_NUMBER, false},
        [COUNT] = {"count", HA_JSON_NUMBER, false},
        [HARDWARE_START] = {"hardware_start", HA_JSON_STRING, false},
        [NODE] = HA_KEY_LATER("node"),
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
    if (member[COUNT].value.json)
        ha_read_number(reader, member[COUNT].value, 1, HA_MAXIMUM_PROCESSORS, &add->count);
    if (member[HARDWARE_START].value.json)
        read_hardware_start(reader, member[HARDWARE_START].value, &add->hardware_start);
}

/* What can happen comes first, numbered as enum ha_event_kind. */
enum {
    KINDS = HA_EVENT_RUN + 1, AT = KINDS, DO, DURING, AFTER, ID, ADD_MEMORY, HOLD, RELEASE, KEYS
};

static const struct ha_key event_keys[KEYS] = {
    [HA_EVENT_ADD_PROCESSOR] = {"add_processor", HA_JSON_OBJECT, false},
    [HA_EVENT_LOAD] = {"load", HA_JSON_STRING, false},
    [HA_EVENT_UNLOAD] = {"unload", HA_JSON_STRING, false},
    [HA_EVENT_RUN] = {"run", HA_JSON_STRING, false},
    [AT] = {"at", HA_JSON_STRING, true},
    [DO] = {"do", HA_JSON_ARRAY, false},
    [DURING] = HA_KEY_LATER("during"),
    [AFTER] = HA_KEY_LATER("after"),
    [ID] = HA_KEY_LATER("id"),
    [ADD_MEMORY] = HA_KEY_LATER("add_memory"),
    [HOLD] = HA_KEY_LATER("hold"),
    [RELEASE] = HA_KEY_LATER("release"),
};

/* The kind of an event; KINDS, with a complaint, when it is not exactly one. A key that is unknown
 * or for later has been complained of, and is taken for the kind when there is no other. */
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
                    "\"load\", \"unload\" or \"run\"");
    return kind;
}

static void load_event(struct ha_loading *loading, struct ha_node node,
                       struct ha_event_plan *event)
{
    struct ha_reader *reader = &loading->reader;
    struct ha_member member[KEYS];

    if (!ha_read_kind(reader, node, HA_JSON_OBJECT))
        return;
    bool all_known = ha_read_members(reader, node, event_keys, KEYS, member);
    if (member[AT].value.json)
        ha_read_time(reader, member[AT].value, &event->due_ns);
    unsigned kind = kind_of(reader, node, member, all_known);
    if (kind == KINDS)
        return;

    event->kind = (uint8_t)kind;
    if (kind == HA_EVENT_RUN && !member[DO].here.json)
        HA_COMPLAIN(reader, node, "\"run\" needs \"do\", the steps");
    if (kind != HA_EVENT_RUN && member[DO].here.json)
        HA_COMPLAIN_OF_KEY(reader, member[DO].here, "\"%s\" does not take \"do\"",
                           event_keys[kind].name);
    struct ha_node value = member[kind].value;
    if (!value.json)
        return;
    if (kind == HA_EVENT_ADD_PROCESSOR) {
        struct ha_add_options *add = ha_read_take(reader, 1, sizeof *add);
        if (add) {
            *add = (struct ha_add_options){HA_ANYWHERE, .count = 1};
            load_add(loading, value, add);
            event->add = add;
        }
        return;
    }
    if (!ha_load_driver(loading, value, ha_node_string(value), &event->driver))
        return;
    if (kind == HA_EVENT_LOAD)
        loading->loads_later[event->driver] = true;
    if (kind == HA_EVENT_RUN && member[DO].value.json) {
        struct ha_steps *steps = ha_read_take(reader, 1, sizeof *steps);
        if (steps) {
            *steps = ha_load_steps(loading, member[DO].value, event->driver, false);
            event->run = steps;
        }
    }
}

/* A member of an event that is known to have it. */
static struct ha_node member_of(const struct ha_tree *tree, struct ha_node event, unsigned key)
{
    struct ha_node member = ha_node_first(event);
    while (strcmp(ha_node_key(member), event_keys[key].name))
        member = ha_node_next(tree, member);
    return member;
}

/* Of events that are right each by itself: what a driver does or suffers needs it to be loaded. */
static void check_order(struct ha_loading *loading, struct ha_node list,
                        const struct ha_event_plan *event, size_t count)
{
    struct ha_reader *reader = &loading->reader;
    const struct ha_event_plan **first_load =
        ha_read_take(reader, loading->made.plan.driver_count, sizeof *first_load);
    if (!first_load)
        return;

    for (size_t i = 0; i < count; i++) {
        const struct ha_event_plan **first = &first_load[event[i].driver];
        if (event[i].kind == HA_EVENT_LOAD && (!*first || event[i].due_ns < (*first)->due_ns))
            *first = &event[i];
    }
    for (struct ha_node node = ha_node_first(list); node.json;
         node = ha_node_next(&reader->tree, node), event++) {
        if (event->kind != HA_EVENT_RUN && event->kind != HA_EVENT_UNLOAD)
            continue;
        const struct ha_event_plan *first = first_load[event->driver];
        if (!first || first->due_ns < event->due_ns
            || (first->due_ns == event->due_ns && first < event))
            continue;
        HA_COMPLAIN(reader, member_of(&reader->tree, node, event->kind),
                    "driver \"%s\" is not loaded before %s",
                    loading->script[event->driver].name,
                    ha_node_string(member_of(&reader->tree, node, AT)));
    }
}

void ha_load_events(struct ha_loading *loading, struct ha_node list)
{
    struct ha_reader *reader = &loading->reader;
    size_t count = ha_node_count(list), i = 0, complaints = reader->complaints.count;
    struct ha_event_plan *event = ha_read_take(reader, count, sizeof *event);
    if (!event)
        return;
    for (struct ha_node node = ha_node_first(list); node.json;
         node = ha_node_next(&reader->tree, node))
        load_event(loading, node, &event[i++]);
    if (reader->complaints.count == complaints)
        check_order(loading, list, event, count);
    loading->made.plan.event = event;
    loading->made.plan.event_count = count;
}
