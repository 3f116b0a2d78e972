/* kept - see kept.h. Owns struct ha_kept. */
#include "base/kept.h"

#include <stdint.h>
#include <stdlib.h>

struct ha_kept {
    struct ha_kept *next;
    unsigned char *bytes;           /* where they belong */
    size_t count;
    unsigned char saved[];
};

/*
 * Byte by byte, and unseen by AddressSanitizer: between the variables of a module it guards
 * stretches that nobody may read but us.
 */
__attribute__((no_sanitize_address))
static void copy(volatile unsigned char *to, const volatile unsigned char *from, size_t count)
{
    for (size_t i = 0; i < count; i++)
        to[i] = from[i];
}

bool ha_kept_add(struct ha_kept **kept, void *address, size_t bytes)
{
    struct ha_kept *made = bytes <= SIZE_MAX - sizeof *made ? malloc(sizeof *made + bytes) : NULL;
    if (!made)
        return false;
    made->bytes = address;
    made->count = bytes;
    made->next = *kept;
    *kept = made;
    return true;
}

void ha_kept_save(struct ha_kept *kept)
{
    for (; kept; kept = kept->next)
        copy(kept->saved, kept->bytes, kept->count);
}

void ha_kept_restore(const struct ha_kept *kept)
{
    for (; kept; kept = kept->next)
        copy(kept->bytes, kept->saved, kept->count);
}

void ha_kept_close(struct ha_kept **kept)
{
    while (*kept) {
        struct ha_kept *made = *kept;
        *kept = made->next;
        free(made);
    }
}
