/*
 * load_refer - who is meant by a name
 *
 * Owns the references: a registration, a table, a variable or an event may be named before it
 * is given its name, so that is looked up when all of them are known.
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
        [HA_SCOPE_DRIVERS >> 16] = "driver", [HA_SCOPE_EVENTS >> 16] = "event",
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

/* Put the names of all drivers' registrations into one scope. */
static void know_any(struct ha_loading *loading)
{
    size_t count = loading->names.count;
    for (size_t i = 0; i < count; i++)
        if (loading->names.name[i].scope < HA_SCOPE_TABLES)
            ha_load_give(loading, HA_SCOPE_ANY_REGISTRATION, loading->names.name[i].text, 0);
    loading->any_known = true;
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

void ha_load_refer(struct ha_loading *loading, uint32_t scope, struct ha_node string,
                   const char *name)
{
    /* What is known needs no place to complain at; only to an event does the reference matter. */
    if (scope != HA_SCOPE_EVENTS && ha_names_find(&loading->names, scope, name))
        return;
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
    loading->reference[loading->reference_count++] = (struct ha_reference){
        .name = name, .place = (uint32_t)ha_read_place(&loading->reader, string), .scope = scope};
}

void ha_load_references(struct ha_loading *loading)
{
    uint32_t number;
    for (size_t i = 0; i < loading->reference_count; i++) {
        const struct ha_reference *reference = &loading->reference[i];
        ha_load_find(loading, reference->scope, reference->place, reference->name, &number);
    }
}
