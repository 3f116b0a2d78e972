/*
 * load_register - the steps "register" and "deregister"
 *
 * Owns what their members mean: a kind of notification, flags by name or number, and whose
 * registration is removed.
 */
#include <string.h>

#include "edge/load_parts.h"

#define ADD_EXISTING 1u             /* KE_PROCESSOR_CHANGE_ADD_EXISTING */

static void read_flag(struct ha_reader *reader, struct ha_node name, uint32_t *flags)
{
    static const char *const names[] = {"KE_PROCESSOR_CHANGE_ADD_EXISTING"};
    size_t choice;
    if (ha_read_choice(reader, name, "flag", names, 1, &choice))
        *flags |= ADD_EXISTING;
}

static void read_flags(struct ha_reader *reader, struct ha_node node, uint32_t *flags)
{
    switch (ha_node_kind(node)) {
    case HA_JSON_NUMBER:
        ha_read_number(reader, node, 0, UINT32_MAX, flags);
        break;
    case HA_JSON_STRING:
        read_flag(reader, node, flags);
        break;
    default:
        for (struct ha_node item = ha_node_first(node); item.json;
             item = ha_node_next(&reader->tree, item))
            if (ha_read_kind(reader, item, HA_JSON_STRING))
                read_flag(reader, item, flags);
    }
}

void ha_load_register(struct ha_loading *loading, uint32_t driver, struct ha_node value,
                      struct ha_node as, struct ha_node flags, struct ha_step *step)
{
    static const char *const kinds[] = {"processor-change", "callback-object"};
    struct ha_reader *reader = &loading->reader;
    size_t kind = 0;

    if (!strcmp(ha_node_string(value), "device-interface"))
        HA_COMPLAIN(reader, value, "\"device-interface\" is not simulated yet");
    else
        ha_read_choice(reader, value, "notification", kinds, 2, &kind);
    step->notification = kind == 1 ? HA_CALLBACK_OBJECT : HA_PROCESSOR_CHANGE;
    if (flags.json && step->notification == HA_CALLBACK_OBJECT)
        HA_COMPLAIN(reader, flags, "a client of a callback object has no flags");
    else if (flags.json)
        read_flags(reader, flags, &step->flags);
    if (!as.json || !(step->name = ha_read_name(reader, as)))
        return;
    if (!ha_load_give(loading, HA_SCOPE_REGISTRATIONS + driver, step->name, 0))
        HA_COMPLAIN(reader, as, "the driver has another registration called \"%s\"", step->name);
}

void ha_load_deregister(struct ha_loading *loading, uint32_t driver, struct ha_node value,
                        struct ha_step *step)
{
    struct ha_reader *reader = &loading->reader;
    if (ha_node_kind(value) == HA_JSON_NULL)
        return;
    const char *text = ha_read_string(reader, value);
    const char *point = text ? strchr(text, '.') : NULL;
    uint32_t owner = driver;
    if (!text)
        return;

    step->name = point ? point + 1 : text;
    if (point) {
        char *name = ha_bag_copy(&reader->bag, text, (size_t)(point - text));
        if (!name) {
            reader->no_memory = true;
            return;
        }
        if (!ha_load_find(loading, HA_SCOPE_DRIVERS, ha_read_place(reader, value), name, &owner))
            return;
        step->driver = owner == driver ? NULL : name;
    }
    ha_load_refer(loading, HA_SCOPE_REGISTRATIONS + owner, value, step->name);
}
