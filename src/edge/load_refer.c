/*
 * load_refer - who is meant by a name
 *
 * Owns the references: a registration, a table, a variable or an event may be named before it
 * is given its name, so that is looked up when all of them are known; and with that, whether a
 * registration is of the sort that is meant.
 */
#include <stdlib.h>

#include "edge/load_parts.h"
#include "edge/load_words.h"

#define FIRST_ROOM 64u

static const char *kind_of(uint32_t scope)
{
    static const char *const kinds[] = {
        [HA_SCOPE_REGISTRATIONS >> 16] = "registration", [HA_SCOPE_TABLES >> 16] = "table",
        [HA_SCOPE_VARIABLES >> 16] = "variable", [HA_SCOPE_AFFINITIES >> 16] = "affinity",
        [HA_SCOPE_DPCS >> 16] = "DPC", [HA_SCOPE_THREADS >> 16] = "thread",
        [HA_SCOPE_INTERFACES >> 16] = "interface", [HA_SCOPE_DRIVERS >> 16] = "driver",
        [HA_SCOPE_EVENTS >> 16] = "event", [HA_SCOPE_MEMORY >> 16] = "range of memory",
        [HA_SCOPE_ANY_REGISTRATION >> 16] = "registration",
    };
    return kinds[scope >> 16];
}

bool ha_load_give(struct ha_loading *loading, uint32_t scope, const char *name, uint32_t number)
{
    int err = ha_names_add(&loading->names, scope, name, number);
    loading->reader.no_memory |= err == HA_ENOMEM;
    return err != HA_EINVAL;
}

/* The name that may be meant by a misspelt one; NULL when none is near. */
static const char *nearest_of(const struct ha_names *names, uint32_t scope, const char *name)
{
    const char *nearest = ha_names_nearest(names, scope, name);
    const char *known = scope >> 16 == HA_SCOPE_VARIABLES >> 16
                      ? ha_load_known_nearest(name) : NULL;
    return known ? ha_word_nearer(name, nearest, known) : nearest;
}

/* Put the names of all drivers' registrations into one scope, and into one for their sort. */
static void know_any(struct ha_loading *loading)
{
    size_t count = loading->names.count;
    loading->any_known = true;
    for (size_t i = 0; i < count; i++) {
        struct ha_name name = loading->names.name[i];
        if (name.scope >= HA_SCOPE_TABLES)
            continue;
        bool entry = HA_REGISTERED_KIND(name.number) == HA_DEVICE_INTERFACE;
        unsigned units = HA_REGISTERED_UNITS(name.number);
        ha_load_give(loading, HA_SCOPE_ANY_REGISTRATION, name.text, 0);
        ha_load_give(loading, entry ? HA_SCOPE_ANY_ENTRY : HA_SCOPE_ANY_CLIENT, name.text, 0);
        for (unsigned unit = 0; entry && unit < HA_UNIT_COUNT; unit++)
            if (!units || units >> unit & 1)
                ha_load_give(loading, HA_SCOPE_ANY_ENTRY + 1 + unit, name.text, 0);
    }
}

bool ha_load_find(struct ha_loading *loading, uint32_t scope, size_t place, const char *name,
                  uint32_t *number)
{
    struct ha_reader *reader = &loading->reader;
    if (scope == HA_SCOPE_ANY_REGISTRATION && !loading->any_known)
        know_any(loading);
    const struct ha_name *found = ha_names_find(&loading->names, scope, name);
    if (found) {
        *number = found->number;
        return true;
    }
    if (ha_load_is_made_up(loading, scope, name)) {
        *number = 0;
        return true;
    }
    bool unseen = ha_complaint_counts_only(&reader->complaints, place);
    ha_read_no_such(reader, place, kind_of(scope), name,
                    unseen ? NULL : nearest_of(&loading->names, scope, name));
    return false;
}

/* Whether a scope has a registration of that name that is, or is not, for device interfaces. */
static bool has_sort(struct ha_loading *loading, uint32_t scope, const char *name, bool entry)
{
    int kind = ha_load_kind_made_up(name);
    if (scope == HA_SCOPE_ANY_REGISTRATION) {
        if (!loading->any_known)
            know_any(loading);
        if (ha_names_find(&loading->names, entry ? HA_SCOPE_ANY_ENTRY : HA_SCOPE_ANY_CLIENT, name))
            return true;
    } else {
        const struct ha_name *found = ha_names_find(&loading->names, scope, name);
        if (found)
            return (HA_REGISTERED_KIND(found->number) == HA_DEVICE_INTERFACE) == entry;
    }
    return kind >= 0 && (kind == HA_DEVICE_INTERFACE) == entry
        && ha_load_is_made_up(loading, scope, name);
}

/* Whether a registration of that name, if it is an entry, may hear of a unit. */
static bool may_hear(struct ha_loading *loading, uint32_t scope, const char *name, unsigned unit)
{
    if (!has_sort(loading, scope, name, true))
        return true;
    if (scope == HA_SCOPE_ANY_REGISTRATION)
        return ha_names_find(&loading->names, HA_SCOPE_ANY_ENTRY + 1 + unit, name)
            || has_sort(loading, scope, name, false) || ha_load_is_made_up(loading, scope, name);
    const struct ha_name *found = ha_names_find(&loading->names, scope, name);
    unsigned units = found ? HA_REGISTERED_UNITS(found->number) : 0;
    return !units || units >> unit & 1;
}

static bool check_class(struct ha_loading *loading, uint32_t scope, size_t place,
                        const char *name, bool of_memory)
{
    if (may_hear(loading, scope, name, of_memory ? HA_UNIT_MEMORY : HA_UNIT_PROCESSOR))
        return true;
    HA_COMPLAIN_AT(&loading->reader, place, "%s, and \"%s\" is registered for another one",
                   of_memory ? "memory is of the class GUID_DEVICE_MEMORY"
                             : "processors are of the class GUID_DEVICE_PROCESSOR", name);
    return false;
}

static bool check_need(struct ha_loading *loading, uint32_t scope, size_t place, const char *name,
                       enum ha_need need)
{
    static const char *const sorts[] = {"processor changes", "device interfaces"};
    static const char *const needs[] = {
        [HA_NEED_STATE] = "\"state\" is", [HA_NEED_STATE_VALUE] = "\"$state\" is",
        [HA_NEED_STATUS_VALUE] = "\"$status\" is",
        [HA_NEED_OPERATION_STATUS] = "\"set_operation_status\" is",
        [HA_NEED_CONTEXT] = "\"modify_context\" is",
        [HA_NEED_CALLS] = "Start, Complete and Failure are",
        [HA_NEED_EVENT] = "\"event\" is", [HA_NEED_MEMORY] = "\"memory\" is",
        [HA_NEED_INTERFACE] = "\"interface\" is", [HA_NEED_ROUTINE] = "\"routine\" is",
        [HA_NEED_ARRIVALS] = "Arrival and Removal are",
    };
    bool entry = need >= HA_NEED_EVENT;
    if (need >= HA_NEED_PROCESSORS)
        return check_class(loading, scope, place, name, need == HA_NEED_RANGES);
    if (has_sort(loading, scope, name, entry) || !has_sort(loading, scope, name, !entry))
        return true;
    HA_COMPLAIN_AT(&loading->reader, place, "%s for %s, and \"%s\" is registered for %s",
                   needs[need], sorts[entry], name, sorts[!entry]);
    return false;
}

static void tell_kind(const struct ha_names *names, uint32_t scope, const char *name,
                      uint8_t *notification)
{
    const struct ha_name *found = ha_names_find(names, scope, name);
    int kind = found ? (int)HA_REGISTERED_KIND(found->number) : ha_load_kind_made_up(name);
    if (kind >= 0)
        *notification = (uint8_t)kind;
}

/* Put it down for when all names are known. */
static void put_down(struct ha_loading *loading, const struct ha_reference *reference)
{
    if (loading->reference_count == loading->reference_room) {
        size_t room = loading->reference_room ? loading->reference_room * 2 : FIRST_ROOM;
        struct ha_reference *grown = realloc(loading->reference, room * sizeof *grown);
        if (!grown) {
            loading->reader.no_memory = true;
            return;
        }
        loading->reference = grown;
        loading->reference_room = room;
    }
    loading->reference[loading->reference_count++] = *reference;
}

void ha_load_refer(struct ha_loading *loading, uint32_t scope, size_t place, const char *name)
{
    uint32_t number;
    /* Only to an event does the reference matter when the name is known. */
    if (scope != HA_SCOPE_EVENTS && ha_names_find(&loading->names, scope, name))
        return;
    if (loading->all_known)
        ha_load_find(loading, scope, place, name, &number);
    else
        put_down(loading, &(struct ha_reference){.name = name, .place = (uint32_t)place,
                                                 .scope = scope});
}

bool ha_load_need(struct ha_loading *loading, uint32_t scope, size_t place, const char *name,
                  enum ha_need need)
{
    if (loading->all_known || ha_names_find(&loading->names, scope, name))
        return check_need(loading, scope, place, name, need);
    put_down(loading, &(struct ha_reference){.name = name, .place = (uint32_t)place,
                                             .scope = scope, .need = (uint8_t)need});
    return true;
}

void ha_load_tell_kind(struct ha_loading *loading, uint32_t scope, const char *name,
                       uint8_t *notification)
{
    if (ha_names_find(&loading->names, scope, name))
        tell_kind(&loading->names, scope, name, notification);
    else
        put_down(loading, &(struct ha_reference){.name = name, .scope = scope,
                                                 .notification = notification});
}

void ha_load_references(struct ha_loading *loading)
{
    uint32_t number;
    loading->all_known = true;
    for (size_t i = 0; i < loading->reference_count; i++) {
        const struct ha_reference *reference = &loading->reference[i];
        if (reference->notification)
            tell_kind(&loading->names, reference->scope, reference->name, reference->notification);
        else if (reference->need)
            check_need(loading, reference->scope, reference->place, reference->name,
                       (enum ha_need)reference->need);
        else
            ha_load_find(loading, reference->scope, reference->place, reference->name, &number);
    }
}
