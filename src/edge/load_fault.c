/*
 * load_fault - what is made to fail
 *
 * Owns the member "faults".
 */
#include "base/failures.h"
#include "base/names.h"
#include "edge/load_parts.h"

static void read_routine(struct ha_reader *reader, struct ha_node string, uint32_t *routine)
{
    const char *names[HA_FALLIBLE_ROUTINES];
    size_t choice;
    for (size_t i = 0; i < HA_FALLIBLE_ROUTINES; i++)
        names[i] = ha_routine_name(ha_fallible_routine(i));
    if (ha_read_choice(reader, string, "routine that can be made to fail", names,
                       HA_FALLIBLE_ROUTINES, &choice))
        *routine = ha_fallible_routine(choice);
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
