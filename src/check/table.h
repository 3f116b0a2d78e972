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
    uint32_t buckets, room;         /* a power of two, or 0; entries that there is room for */
    uint32_t made, unused, count;   /* slots in use ever, first unused slot, entries */
};

/* The entry in a slot, which count from 1. */
static inline void *ha_table_at(const struct ha_table *table, uint32_t slot)
{
    return table->entry + (slot - 1) * table->size;
}

/* The slot of a key, 0 when there is none. */
uint32_t ha_table_find(const struct ha_table *table, uint64_t key);
/* The slot of a new entry, zeroed but for its key, which must be new. 0: memory is lacking. */
uint32_t ha_table_add(struct ha_table *table, uint64_t key);
void ha_table_remove(struct ha_table *table, uint32_t slot);
/* Empty it; its room is given back. */
void ha_table_close(struct ha_table *table);

#endif
