/*
 * eight - eight bytes of a text at once, as one number
 *
 * The first byte is the lowest on every host, so what is computed from such a number is the same
 * everywhere. Compilers make one load of it.
 */
#ifndef HA_BASE_EIGHT_H
#define HA_BASE_EIGHT_H

#include <stdint.h>

#define HA_EIGHT_ONES UINT64_C(0x0101010101010101)  /* times a byte: that byte eight times */

static inline uint64_t ha_eight_bytes(const void *bytes)
{
    const unsigned char *b = bytes;
    return (uint64_t)b[0] | (uint64_t)b[1] << 8 | (uint64_t)b[2] << 16 | (uint64_t)b[3] << 24
         | (uint64_t)b[4] << 32 | (uint64_t)b[5] << 40 | (uint64_t)b[6] << 48
         | (uint64_t)b[7] << 56;
}

/* The number of the first byte whose top bit is set, of a number that has some and no others. */
static inline unsigned ha_eight_first(uint64_t tops)
{
    /* The lowest bit alone, as 1 in its byte, moves the byte that says which one it is to the
     * top. */
    return (unsigned)(((tops & (~tops + 1)) >> 7) * UINT64_C(0x0001020304050607) >> 56);
}

#endif
