/*
 * table - entries that are found by a number and whose room is used again
 *
 * Room is taken in proportion to the entries that were there at the same time. An entry is named
 * by its slot, which stays when others come and go; a pointer to it does not.
 */
#ifndef HA_CHECK_TABLE_H
#define HA_CHECK_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include "check/save.h"

/* What every entry begins with. */
struct ha_table_entry {
    uint64_t key;
    uint32_t next;                  /* slot of the next one in the bucket, or that is unused */
};

/* All zero but for `size`: empty. */
struct ha_table {
    size_t size;                    /* of an entry, bytes */
    unsigned char *entry;
    uint32_t *bucket;
    uint32_t widest;                /* entries and buckets that there is memory for */
    uint32_t room;                  /* entries and buckets; a power of two, or 0. From here on
                                       all is plain */
    uint32_t made, unused, count;   /* slots in use ever, first unused slot, entries */
};

/* The entry in a slot, which count from 1. */
static inline void *ha_table_at(const struct ha_table *table, uint32_t slot)
{
    return table->entry + (slot - 1) * table->size;
}

/* The bucket of a key; there must be any. */
static inline uint32_t *ha_table_bucket(const struct ha_table *table, uint64_t key)
{
    return &table->bucket[(key * UINT64_C(0x9e3779b97f4a7c15) >> 32) & (table->room - 1)];
}

/* The slot of a key, 0 when there is none. */
static inline uint32_t ha_table_find(const struct ha_table *table, uint64_t key)
{
    uint32_t slot = table->count ? *ha_table_bucket(table, key) : 0;

    while (slot && ((struct ha_table_entry *)ha_table_at(table, slot))->key != key)
        slot = ((struct ha_table_entry *)ha_table_at(table, slot))->next;
    return slot;
}

/*
 * The slot of a new entry with that key, which must be new. 0: memory is lacking.
 *
 * All behind its struct ha_table_entry is for the caller to fill; of what was removed before,
 * the remains are there.
 */
uint32_t ha_table_add(struct ha_table *table, uint64_t key);
void ha_table_remove(struct ha_table *table, uint32_t slot);
/* Empty it; its memory stays. */
void ha_table_reset(struct ha_table *table);
void ha_table_walk(struct ha_table *table, struct ha_save_walk *walk);
/* Empty it; its memory is given back. */
void ha_table_close(struct ha_table *table);

#endif
