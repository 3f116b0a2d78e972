/*
 * save - what a judge knows, as one row of bytes
 *
 * Each structure that a judge is made of walks through its parts in one order, whether they are
 * measured, copied out or put back. Counts come before what they count: when they are put back,
 * the parts that follow are as long as they were. Where arrays lie, and how long they could be,
 * is no part of it.
 */
#ifndef HA_CHECK_SAVE_H
#define HA_CHECK_SAVE_H

#include <stddef.h>
#include <string.h>

enum ha_save_mode { HA_SAVE_MEASURES, HA_SAVE_COPIES, HA_SAVE_PUTS_BACK };

struct ha_save_walk {
    enum ha_save_mode mode;
    unsigned char *bytes;       /* NULL while they are measured */
    size_t at;                  /* how many were passed */
};

static inline void ha_save_part(struct ha_save_walk *walk, void *part, size_t size)
{
    if (size && walk->mode == HA_SAVE_COPIES)
        memcpy(walk->bytes + walk->at, part, size);
    else if (size && walk->mode == HA_SAVE_PUTS_BACK)
        memcpy(part, walk->bytes + walk->at, size);
    walk->at += size;
}

#endif
