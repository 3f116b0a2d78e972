/*
 * load_names - which names a scenario has given, each within a scope
 *
 * Owns struct ha_names: a list in the order of adding, and a hash table over it, because a file
 * may have a hundred thousand of them.
 */
#include "edge/load_names.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "edge/load_words.h"
#include "hotadd/error.h"

#define FIRST_ROOM 16u

/* The slot that holds the name, or the free one where it belongs. */
static uint32_t *slot_of(const struct ha_names *names, uint32_t scope, const char *text)
{
    uint64_t hash = ha_hash(HA_HASH_START, &scope, sizeof scope);
    size_t mask = names->slot_count - 1;
    size_t at = (size_t)ha_hash(hash, text, strlen(text)) & mask;

    while (names->slot[at]) {
        const struct ha_name *name = &names->name[names->slot[at] - 1];
        if (name->scope == scope && !strcmp(name->text, text))
            break;
        at = (at + 1) & mask;
    }
    return &names->slot[at];
}

static int grow(struct ha_names *names)
{
    size_t room = names->room ? names->room * 2 : FIRST_ROOM;
    struct ha_name *name = realloc(names->name, room * sizeof *name);
    if (!name)
        return HA_ENOMEM;
    names->name = name;
    uint32_t *slot = calloc(room * 2, sizeof *slot);
    if (!slot)
        return HA_ENOMEM;

    free(names->slot);
    names->slot = slot;
    names->slot_count = room * 2;
    names->room = room;
    for (size_t i = 0; i < names->count; i++)
        *slot_of(names, name[i].scope, name[i].text) = (uint32_t)(i + 1);
    return HA_OK;
}

int ha_names_add(struct ha_names *names, uint32_t scope, const char *text, uint32_t number)
{
    if (names->count == names->room && grow(names))
        return HA_ENOMEM;

    uint32_t *slot = slot_of(names, scope, text);
    if (*slot)
        return HA_EINVAL;
    names->name[names->count] = (struct ha_name){.text = text, .scope = scope, .number = number};
    *slot = (uint32_t)++names->count;
    return HA_OK;
}

const struct ha_name *ha_names_find(const struct ha_names *names, uint32_t scope, const char *text)
{
    uint32_t slot = names->count ? *slot_of(names, scope, text) : 0;
    return slot ? &names->name[slot - 1] : NULL;
}

const char *ha_names_nearest(const struct ha_names *names, uint32_t scope, const char *text)
{
    const char *nearest = NULL;
    for (size_t i = 0; i < names->count; i++)
        if (names->name[i].scope == scope)
            nearest = ha_word_nearer(text, nearest, names->name[i].text);
    return nearest;
}

void ha_names_close(struct ha_names *names)
{
    free(names->name);
    free(names->slot);
    *names = (struct ha_names){0};
}
