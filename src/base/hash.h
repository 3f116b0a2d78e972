/* hash - FNV-1a with 64 bits, to recognise a text or a profile again. Not for adversaries. */
#ifndef HA_BASE_HASH_H
#define HA_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

#define HA_HASH_START 0xcbf29ce484222325u

static inline uint64_t ha_hash(uint64_t hash, const void *bytes, size_t length)
{
    const unsigned char *b = bytes;
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ b[i]) * 0x100000001b3u;
    return hash;
}

#endif
