/*
 * hash - FNV-1a with 64 bits, to recognise a text or a profile again. Not for adversaries.
 *
 * Values are shown (in traces and tokens), so they are the same on every host.
 */
#ifndef HA_BASE_HASH_H
#define HA_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

#include "base/eight.h"

#define HA_HASH_START 0xcbf29ce484222325u
#define HA_HASH_PRIME 0x100000001b3u

static inline uint64_t ha_hash(uint64_t hash, const void *bytes, size_t length)
{
    const unsigned char *b = bytes;
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ b[i]) * HA_HASH_PRIME;
    return hash;
}

/*
 * The hash of a whole text, which may be long: eight bytes at a time, the last seven or fewer as
 * above. A product hands its bits only upwards, so after each the upper half goes into the lower:
 * there it meets what follows, and it is the lower half that tokens show.
 */
static inline uint64_t ha_hash_text(const void *bytes, size_t length)
{
    const unsigned char *b = bytes;
    uint64_t hash = HA_HASH_START;
    for (; length >= 8; b += 8, length -= 8) {
        hash = (hash ^ ha_eight_bytes(b)) * HA_HASH_PRIME;
        hash ^= hash >> 32;
    }
    return ha_hash(hash, b, length);
}

#endif
