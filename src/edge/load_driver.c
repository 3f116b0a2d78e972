/*
 * load_driver - the drivers of a scenario
 *
 * Owns the member "drivers": what each does when it is loaded, called and unloaded.
 */
#include "base/names.h"
#include "edge/load_parts.h"

#define MOST_DEVICES 4096u          /* of a driver */
#define MOST_DRIVERS UINT16_MAX     /* a trace's record has 16 bits for a driver */

static void read_processor(struct ha_loading *loading, struct ha_node node, int32_t *processor)
{
    uint32_t index;
    if (ha_read_number(&loading->reader, node, 0, ha_load_most_processors(loading) - 1, &index))
        *processor = (int32_t)index;
}

static void read_state(struct ha_reader *reader, struct ha_node node, int *state)
{
    const char *names[] = {
        [HA_STATE_START] = ha_state_name(HA_STATE_START),
        [HA_STATE_COMPLETE] = ha_state_name(HA_STATE_COMPLETE),
        [HA_STATE_FAILURE] = ha_state_name(HA_STATE_FAILURE),
    };
    size_t choice;
    if (ha_read_choice(reader, node, "state", names, sizeof names / sizeof names[0], &choice))
        *state = (int)choice;
}

static void load_handler(struct ha_loading *loading, struct ha_node node, uint32_t driver,
                         struct ha_handler *handler)
{
    enum { CALLBACK, STATE, PROCESSOR, TIMES, DO, KEYS };
    static const struct ha_key keys[KEYS] = {
        [CALLBACK] = {"callback", HA_JSON_STRING, true},
        [STATE] = {"state", HA_JSON_STRING, false},
        [PROCESSOR] = {"processor", HA_JSON_NUMBER, false},
        [TIMES] = {"times", HA_JSON_NUMBER, false},
        [DO] = {"do", HA_JSON_ARRAY, true},
    };
    struct ha_reader *reader = &loading->reader;
    struct ha_member member[KEYS];

    *handler = (struct ha_handler){.state = HA_ANY_STATE, .processor = HA_ANY_PROCESSOR};
    if (!ha_read_kind(reader, node, HA_JSON_OBJECT))
        return;
    ha_read_members(reader, node, keys, KEYS, member);
    if (member[CALLBACK].value.json) {
        handler->callback = ha_read_string(reader, member[CALLBACK].value);
        if (handler->callback)
            ha_load_refer(loading, HA_SCOPE_REGISTRATIONS + driver, member[CALLBACK].value,
                          handler->callback);
    }
    if (member[STATE].value.json)
        read_state(reader, member[STATE].value, &handler->state);
    if (member[PROCESSOR].value.json)
        read_processor(loading, member[PROCESSOR].value, &handler->processor);
    if (member[TIMES].value.json)
        ha_read_number(reader, member[TIMES].value, 1, UINT32_MAX, &handler->times);
    if (member[DO].value.json)
        handler->steps = ha_load_steps(loading, member[DO].value,
                                       &(struct ha_setting){.driver = driver,
                                                            .in_callback = true});
}

static void load_handlers(struct ha_loading *loading, struct ha_node list, uint32_t driver)
{
    struct ha_reader *reader = &loading->reader;
    size_t count = ha_node_count(list), i = 0;
    struct ha_handler *handler = ha_read_take(reader, count, sizeof *handler);
    if (!handler)
        return;
    for (struct ha_node node = ha_node_first(list); node.json;
         node = ha_node_next(&reader->tree, node))
        load_handler(loading, node, driver, &handler[i++]);
    loading->script[driver].handler = handler;
    loading->script[driver].handler_count = count;
}

enum { NAME, ENTRY, ON, UNLOAD, IGNORES, MODULE, NAMES, REGISTRY, DEVICES, KEYS };

static const struct ha_key driver_keys[KEYS] = {
    [NAME] = {"name", HA_JSON_STRING, true},
    [ENTRY] = {"entry", HA_JSON_ARRAY, false},
    [ON] = {"on", HA_JSON_ARRAY, false},
    [UNLOAD] = {"unload", HA_JSON_ARRAY, false},
    [IGNORES] = {"entry_ignores_errors", HA_JSON_BOOL, false},
    [MODULE] = {"module", HA_JSON_STRING, false},
    [NAMES] = {"names", HA_JSON_ARRAY, false},
    [REGISTRY] = {"registry", HA_JSON_OBJECT, false},
    [DEVICES] = {"devices", HA_JSON_NUMBER, false},
};

static void add_driver(struct ha_loading *loading, struct ha_node name, uint32_t driver)
{
    struct ha_reader *reader = &loading->reader;
    const char *text = ha_read_name(reader, name);
    if (!text)
        return;
    loading->script[driver].name = text;
    if (!ha_load_give(loading, HA_SCOPE_DRIVERS, text, driver))
        HA_COMPLAIN(reader, name, "there is another driver called \"%s\"", text);
}

/* Compiled code says itself what a script would say, and only it has registrations to be named. */
static void check_kind(struct ha_reader *reader, const struct ha_member *member)
{
    static const unsigned scripted[] = {ENTRY, ON, UNLOAD, IGNORES};
    bool compiled = member[MODULE].here.json;
    for (size_t i = 0; i < sizeof scripted / sizeof scripted[0] && compiled; i++)
        if (member[scripted[i]].here.json)
            HA_COMPLAIN_OF_KEY(reader, member[scripted[i]].here,
                               "a driver with a \"module\" is compiled code: \"%s\" is for "
                               "scripted drivers", driver_keys[scripted[i]].name);
    if (member[NAMES].here.json && !compiled)
        HA_COMPLAIN_OF_KEY(reader, member[NAMES].here,
                           "\"names\" are for the registrations of a \"module\"; a script gives "
                           "its own with \"as\"");
    if (member[REGISTRY].here.json && !compiled)
        HA_COMPLAIN_OF_KEY(reader, member[REGISTRY].here,
                           "a \"registry\" is for a \"module\": no step of a script reads it");
    if (member[DEVICES].here.json && !compiled)
        HA_COMPLAIN_OF_KEY(reader, member[DEVICES].here,
                           "\"devices\" are for a \"module\": a script has no AddDevice");
}

static void load_body(struct ha_loading *loading, const struct ha_member *member, uint32_t driver)
{
    const struct ha_setting setting = {.driver = driver};
    struct ha_script *script = &loading->script[driver];
    check_kind(&loading->reader, member);
    ha_load_module(loading, driver, member[MODULE].value, member[NAMES].value);
    if (member[REGISTRY].value.json)
        ha_load_registry(loading, driver, member[REGISTRY].value);
    if (member[DEVICES].value.json)
        ha_read_number(&loading->reader, member[DEVICES].value, 1, MOST_DEVICES,
                       &script->devices);
    if (member[ENTRY].value.json)
        script->entry = ha_load_steps(loading, member[ENTRY].value, &setting);
    if (member[ON].value.json)
        load_handlers(loading, member[ON].value, driver);
    if (member[UNLOAD].value.json)
        script->unload = ha_load_steps(loading, member[UNLOAD].value, &setting);
    script->has_unload = member[UNLOAD].here.json;
    if (member[IGNORES].value.json)
        script->entry_ignores_errors = ha_node_is_true(member[IGNORES].value);
}

void ha_load_drivers(struct ha_loading *loading, struct ha_node list)
{
    struct ha_reader *reader = &loading->reader;
    size_t count = ha_node_count(list), i = 0;
    if (count > MOST_DRIVERS) {
        HA_COMPLAIN(reader, list, "there must not be more than %u drivers", MOST_DRIVERS);
        return;
    }
    struct ha_member (*member)[KEYS] = ha_read_take(reader, count, sizeof *member);
    loading->script = ha_read_take(reader, count, sizeof *loading->script);
    loading->loads_later = ha_read_take(reader, count, sizeof *loading->loads_later);
    loading->module_place = ha_read_take(reader, count, sizeof *loading->module_place);
    if (!member || !loading->script || !loading->loads_later || !loading->module_place)
        return;

    /* First all names: a step may speak of a driver that comes later. */
    for (struct ha_node node = ha_node_first(list); node.json;
         node = ha_node_next(&reader->tree, node), i++) {
        if (!ha_read_kind(reader, node, HA_JSON_OBJECT))
            continue;
        ha_read_members(reader, node, driver_keys, KEYS, member[i]);
        if (member[i][NAME].value.json)
            add_driver(loading, member[i][NAME].value, (uint32_t)i);
    }
    for (i = 0; i < count; i++)
        load_body(loading, member[i], (uint32_t)i);
    loading->made.plan.driver = loading->script;
    loading->made.plan.loads_later = loading->loads_later;
    loading->made.module_place = loading->module_place;
    loading->made.plan.driver_count = count;
}
