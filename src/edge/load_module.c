/*
 * load_module - drivers whose code is a module
 *
 * Owns a driver's members "module" and "names", and the names that registrations of compiled code
 * get by themselves: ke1, ke2, ..., cb1, ... and pnp1, .... No module is looked at here: what is
 * wrong with one is said when the scenario is played, in the words kept here.
 */
#include <string.h>

#include "edge/load_parts.h"
#include "edge/load_words.h"

/* A copy of a text that is made here; NULL when memory was lacking. */
static const char *keep_text(struct ha_reader *reader, struct ha_text *text)
{
    const char *copy = text->lost ? NULL : ha_bag_copy(&reader->bag, ha_text_string(text),
                                                       text->length);
    reader->no_memory |= !copy;
    ha_text_close(text);
    return copy;
}

/* Where a path leads that counts from the folder of the scenario file. */
static const char *resolve(struct ha_reader *reader, const char *path)
{
    const char *file = reader->tree.source.file, *slash = strrchr(file, '/');
    struct ha_text text = {0};
    if (path[0] == '/')
        return path;
    ha_text_add_bytes(&text, file, slash ? (size_t)(slash - file) + 1 : 0);
    ha_text_add(&text, path);
    return keep_text(reader, &text);
}

static void keep_place(struct ha_loading *loading, uint32_t driver, struct ha_node node,
                       const char *path)
{
    struct ha_reader *reader = &loading->reader;
    struct ha_module_place *place = &loading->module_place[driver];
    struct ha_text head = {0}, line = {0};
    ha_place_head(&reader->tree.source, ha_read_place(reader, node), &head);
    ha_place_line(&reader->tree.source, ha_read_place(reader, node), &line);
    place->head = keep_text(reader, &head);
    place->line = keep_text(reader, &line);
    place->named = path;
}

/* The number in ke1, ke2, ..., cb1, ..., pnp1, ...; 0 for any other name. */
static int64_t number_made_up(const char *name, int *kind)
{
    static const char *const before[HA_NOTIFICATION_COUNT] = {
        [HA_PROCESSOR_CHANGE] = "ke", [HA_CALLBACK_OBJECT] = "cb", [HA_DEVICE_INTERFACE] = "pnp",
    };
    for (int k = 0; k < HA_NOTIFICATION_COUNT; k++) {
        size_t length = strlen(before[k]);
        const char *digits = name + length;
        int64_t number;
        if (strncmp(name, before[k], length) || *digits < '1' || *digits > '9')
            continue;
        *kind = k;
        return !digits[strspn(digits, "0123456789")] && ha_word_number(digits, &number)
            && number <= UINT32_MAX ? number : 0;
    }
    return 0;
}

int ha_load_kind_made_up(const char *name)
{
    int kind = -1;
    return number_made_up(name, &kind) ? kind : -1;
}

static void add_name(struct ha_loading *loading, uint32_t driver, struct ha_node node,
                     enum ha_notification kind, const char **name, int64_t position)
{
    struct ha_reader *reader = &loading->reader;
    int kind_made_up = -1;
    if (!ha_read_kind(reader, node, HA_JSON_STRING) || !(*name = ha_read_name(reader, node)))
        return;
    int64_t number = number_made_up(*name, &kind_made_up);
    if (number && (number != position || kind_made_up != (int)kind))
        HA_COMPLAIN(reader, node, "\"%s\" is the name that another registration has by itself",
                    *name);
    else if (!ha_load_give(loading, HA_SCOPE_REGISTRATIONS + driver, *name, kind))
        HA_COMPLAIN(reader, node, "the driver has another registration called \"%s\"", *name);
}

static void load_list(struct ha_loading *loading, uint32_t driver, struct ha_node list,
                      enum ha_notification kind)
{
    struct ha_reader *reader = &loading->reader;
    struct ha_script *script = &loading->script[driver];
    size_t count = ha_node_count(list), i = 0;
    const char *const **const names[HA_NOTIFICATION_COUNT] = {
        [HA_PROCESSOR_CHANGE] = &script->registration, [HA_CALLBACK_OBJECT] = &script->client,
        [HA_DEVICE_INTERFACE] = &script->entry_name,
    };
    size_t *const counts[HA_NOTIFICATION_COUNT] = {
        [HA_PROCESSOR_CHANGE] = &script->registration_count,
        [HA_CALLBACK_OBJECT] = &script->client_count,
        [HA_DEVICE_INTERFACE] = &script->entry_name_count,
    };
    const char **name = ha_read_take(reader, count, sizeof *name);
    if (!name)
        return;
    for (struct ha_node node = ha_node_first(list); node.json;
         node = ha_node_next(&reader->tree, node), i++)
        add_name(loading, driver, node, kind, &name[i], (int64_t)i + 1);
    *names[kind] = name;
    *counts[kind] = count;
}

/* A list for each kind of notification; one alone is that of processor changes. */
static void load_names(struct ha_loading *loading, uint32_t driver, struct ha_node names)
{
    static const struct ha_key keys[HA_NOTIFICATION_COUNT] = {
        [HA_PROCESSOR_CHANGE] = {"processor-change", HA_JSON_ARRAY, false},
        [HA_CALLBACK_OBJECT] = {"callback-object", HA_JSON_ARRAY, false},
        [HA_DEVICE_INTERFACE] = {"device-interface", HA_JSON_ARRAY, false},
    };
    struct ha_member member[HA_NOTIFICATION_COUNT];
    if (ha_node_kind(names) == HA_JSON_ARRAY) {
        load_list(loading, driver, names, HA_PROCESSOR_CHANGE);
        return;
    }
    ha_read_members(&loading->reader, names, keys, HA_NOTIFICATION_COUNT, member);
    for (unsigned kind = 0; kind < HA_NOTIFICATION_COUNT; kind++)
        if (member[kind].value.json)
            load_list(loading, driver, member[kind].value, (enum ha_notification)kind);
}

void ha_load_module(struct ha_loading *loading, uint32_t driver, struct ha_node module,
                    struct ha_node names)
{
    const char *path = module.json ? ha_read_string(&loading->reader, module) : NULL;
    if (path) {
        loading->script[driver].module = resolve(&loading->reader, path);
        keep_place(loading, driver, module, path);
    }
    if (names.json)
        load_names(loading, driver, names);
}

/* The names of a list come before those that are made up. */
static bool has_made_up(const struct ha_script *script, int kind, int64_t number)
{
    const size_t named[] = {
        [HA_PROCESSOR_CHANGE] = script->registration_count,
        [HA_CALLBACK_OBJECT] = script->client_count,
        [HA_DEVICE_INTERFACE] = script->entry_name_count,
    };
    return script->module && (uint64_t)number > named[kind];
}

bool ha_load_is_made_up(const struct ha_loading *loading, uint32_t scope, const char *name)
{
    int kind = -1;
    int64_t number = number_made_up(name, &kind);
    if (!number)
        return false;
    if (scope < HA_SCOPE_TABLES)
        return has_made_up(&loading->script[scope - HA_SCOPE_REGISTRATIONS], kind, number);
    bool found = false;
    for (size_t i = 0; scope == HA_SCOPE_ANY_REGISTRATION && !found
                       && i < loading->made.plan.driver_count; i++)
        found = has_made_up(&loading->script[i], kind, number);
    return found;
}

void ha_scenario_blame_module(const struct ha_scenario *scenario, size_t driver,
                              const struct ha_text *sentences, struct ha_text *messages)
{
    const struct ha_module_place *place = &scenario->module_place[driver];
    for (const char *at = ha_text_string(sentences); *at;) {
        size_t length = strcspn(at, "\n");
        ha_text_add(messages, place->head);
        ha_text_add_bytes(messages, at, length);
        ha_text_add(messages, "\n");
        at += length + (at[length] == '\n');
    }
    ha_text_add(messages, place->line);
}
