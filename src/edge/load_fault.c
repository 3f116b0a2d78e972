/*
 * load_fault - what is made to fail
 *
 * Owns the member "faults".
 */
#include "base/names.h"
#include "edge/load_parts.h"

static void read_routine(struct ha_reader *reader, struct ha_node string, uint32_t *routine)
{
    static const uint32_t routines[] = {HA_RT_ALLOCATE_POOL, HA_RT_REGISTER_PROCESSOR_CHANGE,
                                        HA_RT_CREATE_THREAD, HA_RT_ALLOCATE_WORK,
                                        HA_RT_CREATE_DEVICE, HA_RT_CREATE_LINK,
                                        HA_RT_DEVICE_POINTER, HA_RT_ADD_EXTENSION,
                                        HA_RT_OPEN_KEY, HA_RT_CREATE_KEY, HA_RT_SET_VALUE,
                                        HA_RT_QUERY_REGISTRY, HA_RT_WRITE_REGISTRY,
                                        HA_RT_MEMORY_RANGES, HA_RT_CREATE_EVENT,
                                        HA_RT_OPEN_EVENT, HA_RT_CREATE_CALLBACK,
                                        HA_RT_REGISTER_CALLBACK, HA_RT_REGISTER_PNP,
                                        HA_RT_REGISTER_INTERFACE, HA_RT_GET_INTERFACES,
                                        HA_RT_ALLOCATE_MDL, HA_RT_MAP_PAGES,
                                        HA_RT_ALLOCATE_PAGES, HA_RT_ALLOCATE_CONTIGUOUS};
    const char *names[sizeof routines / sizeof routines[0]];
    size_t choice;
    for (size_t i = 0; i < sizeof routines / sizeof routines[0]; i++)
        names[i] = ha_routine_name(routines[i]);
    if (ha_read_choice(reader, string, "routine that can be made to fail", names,
                       sizeof names / sizeof names[0], &choice))
        *routine = routines[choice];
}

static void load_fault(struct ha_loading *loading, struct ha_node node,
                       struct ha_fault_plan *fault)
{
    enum { FAIL, DRIVER, DURING, OCCURRENCE, PERSIST, KEYS };
    static const struct ha_key keys[KEYS] = {
        [FAIL] = {"fail", HA_JSON_STRING, true},
        [DRIVER] = {"driver", HA_JSON_STRING, false},
        [DURING] = {"during", HA_JSON_STRING, false},
        [OCCURRENCE] = {"occurrence", HA_JSON_NUMBER, false},
        [PERSIST] = {"persist", HA_JSON_BOOL, false},
    };
    struct ha_reader *reader = &loading->reader;
    struct ha_member member[KEYS];
    uint32_t driver;

    fault->occurrence = 1;
    if (!ha_read_kind(reader, node, HA_JSON_OBJECT))
        return;
    ha_read_members(reader, node, keys, KEYS, member);
    if (member[FAIL].value.json)
        read_routine(reader, member[FAIL].value, &fault->routine);
    if (member[DRIVER].value.json
        && ha_load_find(loading, HA_SCOPE_DRIVERS, ha_read_place(reader, member[DRIVER].value),
                        ha_node_string(member[DRIVER].value), &driver))
        fault->driver = loading->script[driver].name;
    if (member[DURING].value.json)
        fault->during = ha_load_call(loading, member[DURING].value);
    if (member[OCCURRENCE].value.json)
        ha_read_number(reader, member[OCCURRENCE].value, 1, UINT32_MAX, &fault->occurrence);
    if (member[PERSIST].value.json)
        fault->persist = ha_node_is_true(member[PERSIST].value);
}

void ha_load_faults(struct ha_loading *loading, struct ha_node list)
{
    struct ha_reader *reader = &loading->reader;
    size_t count = ha_node_count(list), i = 0;
    struct ha_fault_plan *fault = ha_read_take(reader, count, sizeof *fault);
    if (!fault)
        return;
    for (struct ha_node node = ha_node_first(list); node.json;
         node = ha_node_next(&reader->tree, node))
        load_fault(loading, node, &fault[i++]);
    loading->made.plan.fault = fault;
    loading->made.plan.fault_count = count;
}
