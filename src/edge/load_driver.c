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

static void read_event(struct ha_reader *reader, struct ha_node node, int *state)
{
    /* Source: WDK reference, wdmguid.h. */
    static const char *const names[] = {"GUID_DEVICE_INTERFACE_ARRIVAL",
                                        "GUID_DEVICE_INTERFACE_REMOVAL"};
    static const int states[] = {HA_STATE_ARRIVAL, HA_STATE_REMOVAL};
    size_t choice;
    if (ha_read_choice(reader, node, "event", names, 2, &choice))
        *state = states[choice];
}

enum { CALLBACK, STATE, EVENT, PROCESSOR, MEMORY, INTERFACE, TIMES, DO, HANDLER_KEYS };

static const struct ha_key handler_keys[HANDLER_KEYS] = {
    [CALLBACK] = {"callback", HA_JSON_STRING, true},
    [STATE] = {"state", HA_JSON_STRING, false},
    [EVENT] = {"event", HA_JSON_STRING, false},
    [PROCESSOR] = {"processor", HA_JSON_NUMBER, false},
    [MEMORY] = {"memory", HA_JSON_STRING, false},
    [INTERFACE] = {"interface", HA_JSON_NUMBER, false},
    [TIMES] = {"times", HA_JSON_NUMBER, false},
    [DO] = {"do", HA_JSON_ARRAY, true},
};

/* The instance of a range of memory, or of a driver's interface. */
static const struct ha_instance_pattern *read_instance(struct ha_loading *loading,
                                                       const struct ha_member *member)
{
    struct ha_reader *reader = &loading->reader;
    struct ha_instance_pattern *instance = ha_read_take(reader, 1, sizeof *instance);
    if (!instance)
        return NULL;
    *instance = (struct ha_instance_pattern){.device = HA_ANY_INDEX, .base = HA_ANY_BASE};
    if (member[MEMORY].value.json) {
        instance->unit = HA_UNIT_MEMORY;
        if (ha_read_size(reader, member[MEMORY].value, &instance->base))
            ha_load_refer_memory(loading, ha_read_place(reader, member[MEMORY].value),
                                 instance->base);
    } else {
        instance->unit = HA_UNIT_INTERFACE;
        ha_read_number(reader, member[INTERFACE].value, 1, HA_ANY_INDEX - 1, &instance->device);
    }
    return instance;
}

/* Of members that exclude each other there is one at most; none where there are more. */
static const struct ha_member *only_one(struct ha_reader *reader, const struct ha_member *member,
                                        unsigned first, unsigned last)
{
    const struct ha_member *only = NULL;
    for (unsigned i = first; i <= last; i++) {
        if (!member[i].here.json)
            continue;
        if (only) {
            HA_COMPLAIN_OF_KEY(reader, member[i].here, "a handler is for one thing: \"%s\" or "
                               "\"%s\"", handler_keys[only - member].name, handler_keys[i].name);
            return NULL;
        }
        only = &member[i];
    }
    return only;
}

/* What a handler is for: a state or an event, and a unit. */
static void read_situation(struct ha_loading *loading, uint32_t driver,
                           const struct ha_member *member, struct ha_handler *handler)
{
    static const uint8_t needs[] = {
        [STATE] = HA_NEED_STATE, [EVENT] = HA_NEED_EVENT, [PROCESSOR] = HA_NEED_PROCESSORS,
        [MEMORY] = HA_NEED_MEMORY, [INTERFACE] = HA_NEED_INTERFACE,
    };
    struct ha_reader *reader = &loading->reader;
    const struct ha_member *of[] = {only_one(reader, member, STATE, EVENT),
                                    only_one(reader, member, PROCESSOR, INTERFACE)};
    if (of[0] == &member[STATE] && of[0]->value.json)
        read_state(reader, of[0]->value, &handler->state);
    else if (of[0] && of[0]->value.json)
        read_event(reader, of[0]->value, &handler->state);
    if (of[1] == &member[PROCESSOR] && of[1]->value.json)
        read_processor(loading, of[1]->value, &handler->processor);
    else if (of[1] && of[1]->value.json)
        handler->instance = read_instance(loading, member);
    for (size_t i = 0; i < 2 && handler->callback; i++) {
        if (!of[i])
            continue;
        size_t place = ha_node_key_place(&reader->tree, of[i]->here);
        ha_load_need(loading, HA_SCOPE_REGISTRATIONS + driver, place, handler->callback,
                     (enum ha_need)needs[of[i] - member]);
        if (of[i] == &member[MEMORY])
            ha_load_need(loading, HA_SCOPE_REGISTRATIONS + driver, place, handler->callback,
                         HA_NEED_RANGES);
    }
}

static void load_handler(struct ha_loading *loading, struct ha_node node, uint32_t driver,
                         struct ha_handler *handler)
{
    struct ha_reader *reader = &loading->reader;
    struct ha_member member[HANDLER_KEYS];

    *handler = (struct ha_handler){.state = HA_ANY_STATE, .processor = HA_ANY_PROCESSOR};
    if (!ha_read_kind(reader, node, HA_JSON_OBJECT))
        return;
    ha_read_members(reader, node, handler_keys, HANDLER_KEYS, member);
    if (member[CALLBACK].value.json) {
        handler->callback = ha_read_string(reader, member[CALLBACK].value);
        if (handler->callback)
            ha_load_refer(loading, HA_SCOPE_REGISTRATIONS + driver,
                          ha_read_place(reader, member[CALLBACK].value), handler->callback);
    }
    read_situation(loading, driver, member, handler);
    if (member[TIMES].value.json)
        ha_read_number(reader, member[TIMES].value, 1, UINT32_MAX, &handler->times);
    if (member[DO].value.json)
        handler->steps = ha_load_steps(loading, member[DO].value,
                                       &(struct ha_setting){.driver = driver,
                                                            .callback = handler->callback,
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
    [NAMES] = {"names", HA_JSON_ARRAY | HA_JSON_OBJECT, false},
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
