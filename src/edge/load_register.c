/*
 * load_register - the steps "register" and "deregister"
 *
 * Owns what their members mean: a kind of notification, flags by name or number, the class of
 * device interfaces, whose registration is removed and by which routine.
 */
#include <string.h>

#include "base/names.h"
#include "edge/load_reading.h"

/* What each kind of notification is called, and its one flag, which is bit 0. Source: WDK
 * reference, wdm.h, KeRegisterProcessorChangeCallback and IoRegisterPlugPlayNotification. */
static const char *const kinds[] = {
    [HA_PROCESSOR_CHANGE] = "processor-change", [HA_CALLBACK_OBJECT] = "callback-object",
    [HA_DEVICE_INTERFACE] = "device-interface",
};
static const char *const flag_names[] = {
    [HA_PROCESSOR_CHANGE] = "KE_PROCESSOR_CHANGE_ADD_EXISTING",
    [HA_DEVICE_INTERFACE] = "PNPNOTIFY_DEVICE_INTERFACE_INCLUDE_EXISTING_INTERFACES",
};

static void read_flag(struct ha_reader *reader, struct ha_node name, struct ha_step *step)
{
    size_t choice;
    if (ha_read_choice(reader, name, "flag", &flag_names[step->notification], 1, &choice))
        step->flags |= 1;
}

static void read_flags(struct ha_reader *reader, struct ha_node node, struct ha_step *step)
{
    switch (ha_node_kind(node)) {
    case HA_JSON_NUMBER:
        ha_read_number(reader, node, 0, UINT32_MAX, &step->flags);
        break;
    case HA_JSON_STRING:
        read_flag(reader, node, step);
        break;
    default:
        for (struct ha_node item = ha_node_first(node); item.json;
             item = ha_node_next(&reader->tree, item))
            if (ha_read_kind(reader, item, HA_JSON_STRING))
                read_flag(reader, item, step);
    }
}

/* Of device interfaces there are classes, and of nothing else. */
static void read_class(struct ha_reading *r, struct ha_step *step)
{
    const struct ha_member *class = &r->member[HA_OPT_CLASS];
    if (step->notification != HA_DEVICE_INTERFACE && class->here.json)
        HA_COMPLAIN_OF_KEY(r->reader, class->here, "\"%s\" does not take \"class\"",
                           kinds[step->notification]);
    else if (step->notification == HA_DEVICE_INTERFACE && !class->here.json && !class->misspelt)
        HA_COMPLAIN(r->reader, r->node, "\"device-interface\" needs the key \"class\"");
    else if (class->value.json)
        step->class_guid = ha_load_class(r->reader, class->value);
}

void ha_read_register(struct ha_reading *r, struct ha_node value, struct ha_step *step)
{
    struct ha_reader *reader = r->reader;
    struct ha_node as = r->member[HA_OPT_AS].value, flags = r->member[HA_OPT_FLAGS].value;
    size_t kind = 0;

    if (r->setting->in_for_each)
        HA_COMPLAIN(reader, r->node, "\"register\" cannot be repeated by a \"for_each\": there is "
                    "one registration of a name");
    step->null_function = r->member[HA_OPT_FUNCTION].here.json;
    bool known = ha_read_choice(reader, value, "notification", kinds, 3, &kind);
    step->notification = (uint8_t)kind;
    if (known)
        read_class(r, step);
    if (flags.json && kind == HA_CALLBACK_OBJECT)
        HA_COMPLAIN(reader, flags, "a client of a callback object has no flags");
    else if (flags.json && known)
        read_flags(reader, flags, step);
    if (!as.json || !(step->name = ha_read_name(reader, as)))
        return;
    if (!ha_load_give(r->loading, HA_SCOPE_REGISTRATIONS + r->setting->driver, step->name,
                      HA_REGISTERED(kind, ha_load_class_units(step->class_guid))))
        HA_COMPLAIN(reader, as, "the driver has another registration called \"%s\"", step->name);
}

/* By which of two routines an entry of PnP notification is removed. */
static bool read_routine(struct ha_reading *r, struct ha_node string, struct ha_step *step)
{
    const char *const names[] = {ha_routine_name(HA_RT_UNREGISTER_PNP_EX),
                                 ha_routine_name(HA_RT_UNREGISTER_PNP)};
    size_t choice = 0;
    step->notification = HA_DEVICE_INTERFACE;
    if (!ha_read_choice(r->reader, string, "routine that removes an entry", names, 2, &choice))
        return false;
    step->old_routine = choice == 1;
    return true;
}

void ha_read_deregister(struct ha_reading *r, struct ha_node value, struct ha_step *step)
{
    struct ha_reader *reader = r->reader;
    struct ha_node routine = r->member[HA_OPT_ROUTINE].value;
    bool has_routine = routine.json && read_routine(r, routine, step);
    if (ha_node_kind(value) == HA_JSON_NULL)
        return;
    const char *text = ha_read_string(reader, value);
    const char *point = text ? strchr(text, '.') : NULL;
    uint32_t owner = r->setting->driver;
    if (!text)
        return;

    step->name = point ? point + 1 : text;
    if (point) {
        char *name = ha_bag_copy(&reader->bag, text, (size_t)(point - text));
        if (!name) {
            reader->no_memory = true;
            return;
        }
        if (!ha_load_find(r->loading, HA_SCOPE_DRIVERS, ha_read_place(reader, value), name,
                          &owner))
            return;
        step->driver = owner == r->setting->driver ? NULL : name;
    }
    ha_load_refer(r->loading, HA_SCOPE_REGISTRATIONS + owner, ha_read_place(reader, value),
                  step->name);
    ha_load_tell_kind(r->loading, HA_SCOPE_REGISTRATIONS + owner, step->name, &step->notification);
    if (has_routine)
        ha_load_need(r->loading, HA_SCOPE_REGISTRATIONS + owner, ha_read_place(reader, routine),
                     step->name, HA_NEED_ROUTINE);
}
