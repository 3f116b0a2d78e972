/*
 * load_trigger - when events happen, and whether they can
 *
 * Owns the members "at", "during" and "after" of an event, and the checks of all events together:
 * none waits for itself, and what concerns a driver comes after its load. Until all are known,
 * an event that waits for another holds the number of the reference to that one's name.
 */
#include <stdlib.h>

#include "edge/load_parts.h"

#define NOBODY UINT32_MAX           /* waited for by an event whose "after" is wrong */

void ha_load_place_event(struct ha_loading *loading, size_t number, struct ha_node value)
{
    if (!loading->event_place)
        loading->event_place = calloc(loading->event_count, sizeof *loading->event_place);
    if (loading->event_place)
        loading->event_place[number] = (uint32_t)ha_read_place(&loading->reader, value);
    else
        loading->reader.no_memory = true;
}

static void read_call(struct ha_loading *loading, struct ha_node string, enum ha_trigger trigger,
                      struct ha_event_plan *event)
{
    event->trigger = (uint8_t)trigger;
    event->call = ha_load_call(loading, string);
}

static void read_after_event(struct ha_loading *loading, struct ha_node object, size_t number)
{
    static const struct ha_key keys[] = {{"event", HA_JSON_STRING, true}};
    struct ha_event_plan *event = &loading->event[number];
    struct ha_member id;

    event->trigger = HA_AFTER_EVENT;
    event->event = NOBODY;
    ha_read_members(&loading->reader, object, keys, 1, &id);
    const char *name = id.value.json ? ha_read_string(&loading->reader, id.value) : NULL;
    if (!name)
        return;
    event->event = (uint32_t)loading->reference_count;
    ha_load_refer(loading, HA_SCOPE_EVENTS, ha_read_place(&loading->reader, id.value), name);
    ha_load_place_event(loading, number, id.value);
}

void ha_load_trigger(struct ha_loading *loading, struct ha_node node, size_t number,
                     const struct ha_member *trigger, bool all_known)
{
    static const char *const names[HA_TRIGGERS] = {
        [HA_TRIGGER_AT] = "at", [HA_TRIGGER_DURING] = "during", [HA_TRIGGER_AFTER] = "after",
    };
    struct ha_reader *reader = &loading->reader;
    struct ha_event_plan *event = &loading->event[number];
    unsigned found = HA_TRIGGERS;

    for (unsigned i = 0; i < HA_TRIGGERS; i++) {
        if (!trigger[i].here.json)
            continue;
        if (found != HA_TRIGGERS)
            HA_COMPLAIN_OF_KEY(reader, trigger[i].here, "an event happens once: \"%s\" or \"%s\"",
                               names[found], names[i]);
        found = i;
    }
    if (found == HA_TRIGGERS && all_known)
        HA_COMPLAIN(reader, node, "when? It needs the key \"at\", \"during\" or \"after\"");
    if (found == HA_TRIGGERS || !trigger[found].value.json)
        return;
    struct ha_node value = trigger[found].value;
    if (found == HA_TRIGGER_AT)
        ha_read_time(reader, value, &event->due_ns);
    else if (found == HA_TRIGGER_DURING)
        read_call(loading, value, HA_DURING_CALL, event);
    else if (ha_node_kind(value) == HA_JSON_STRING)
        read_call(loading, value, HA_AFTER_CALL, event);
    else
        read_after_event(loading, value, number);
}

/* Put the events themselves in the place of the references to them. */
static size_t resolve(struct ha_loading *loading)
{
    size_t waiting = 0;
    for (size_t i = 0; i < loading->event_count; i++) {
        struct ha_event_plan *event = &loading->event[i];
        if (event->trigger != HA_AFTER_EVENT)
            continue;
        const struct ha_name *found = event->event < loading->reference_count
            ? ha_names_find(&loading->names, HA_SCOPE_EVENTS,
                            loading->reference[event->event].name) : NULL;
        event->event = found ? found->number : NOBODY;
        waiting++;
    }
    return waiting;
}

void ha_load_waits(struct ha_loading *loading)
{
    struct ha_event_plan *event = loading->event;
    if (!resolve(loading))
        return;
    uint32_t *walk = calloc(loading->event_count, sizeof *walk);    /* that met it, plus 1 */
    if (!walk) {
        loading->reader.no_memory = true;
        return;
    }
    for (uint32_t i = 0; i < loading->event_count; i++) {
        uint32_t at = i;
        while (!walk[at]) {
            walk[at] = i + 1;
            if (event[at].trigger != HA_AFTER_EVENT || event[at].event == NOBODY)
                break;
            at = event[at].event;
            if (walk[at] == i + 1)
                HA_COMPLAIN_AT(&loading->reader, loading->event_place[at],
                               event[at].event == at ? "an event cannot wait for itself"
                               : "this event would wait for itself, by way of others");
        }
    }
    free(walk);
}

void ha_load_order(struct ha_loading *loading)
{
    struct ha_reader *reader = &loading->reader;
    const struct ha_event_plan *event = loading->event, *end = event + loading->event_count;
    const struct ha_event_plan **first_load =
        ha_read_take(reader, loading->made.plan.driver_count, sizeof *first_load);
    if (!first_load)
        return;

    for (; event < end; event++) {
        if (event->kind != HA_EVENT_LOAD)
            continue;
        const struct ha_event_plan **first = &first_load[event->driver];
        if (!*first || event->trigger != HA_AT_TIME
            || ((*first)->trigger == HA_AT_TIME && event->due_ns < (*first)->due_ns))
            *first = event;
    }
    for (event = loading->event; event < end; event++) {
        if ((event->kind != HA_EVENT_RUN && event->kind != HA_EVENT_UNLOAD)
            || event->trigger != HA_AT_TIME)
            continue;
        /* When a call or another event brings the load, nobody knows before the run. */
        const struct ha_event_plan *first = first_load[event->driver];
        if (!first || first->trigger != HA_AT_TIME || first->due_ns < event->due_ns
            || (first->due_ns == event->due_ns && first < event))
            continue;
        HA_COMPLAIN_AT(reader, loading->event_place[event - loading->event],
                       "driver \"%s\" is not loaded by that time: a \"load\" event names it, so it "
                       "is not loaded at the start", loading->script[event->driver].name);
    }
}
