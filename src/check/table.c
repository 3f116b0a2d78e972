/*
 * table - entries that are found by a number and whose room is used again
 *
 * Owns struct ha_table: buckets of chained slots, and a chain of those that are unused.
 */
#include "check/table.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define FEWEST 16u

static struct ha_table_entry *header(const struct ha_table *table, uint32_t slot)
{
    return ha_table_at(table, slot);
}

static void put(struct ha_table *table, uint32_t slot)
{
    uint32_t *bucket = ha_table_bucket(table, header(table, slot)->key);

    header(table, slot)->next = *bucket;
    *bucket = slot;
}

static bool widen(struct ha_table *table, uint32_t room)
{
    unsigned char *entry = realloc(table->entry, room * table->size);
    if (!entry)
        return false;
    table->entry = entry;
    uint32_t *bucket = realloc(table->bucket, room * sizeof *bucket);
    if (!bucket)
        return false;
    table->bucket = bucket;
    table->widest = room;
    return true;
}

/* Twice the room and twice the buckets. All slots are in use. False when memory is lacking. */
static bool grow(struct ha_table *table)
{
    uint32_t room = table->room ? 2 * table->room : FEWEST;
    if (room > table->widest && !widen(table, room))
        return false;
    memset(table->bucket, 0, room * sizeof *table->bucket);
    table->room = room;
    for (uint32_t slot = 1; slot <= table->made; slot++)
        put(table, slot);
    return true;
}

uint32_t ha_table_add(struct ha_table *table, uint64_t key)
{
    uint32_t slot = table->unused;

    if (!slot && table->made == table->room && !grow(table))
        return 0;
    if (slot)
        table->unused = header(table, slot)->next;
    else
        slot = ++table->made;
    header(table, slot)->key = key;
    put(table, slot);
    table->count++;
    return slot;
}

void ha_table_remove(struct ha_table *table, uint32_t slot)
{
    uint32_t *link = ha_table_bucket(table, header(table, slot)->key);

    while (*link != slot)
        link = &header(table, *link)->next;
    *link = header(table, slot)->next;
    header(table, slot)->next = table->unused;
    table->unused = slot;
    table->count--;
}

void ha_table_reset(struct ha_table *table)
{
    table->room = table->made = table->unused = table->count = 0;
}

void ha_table_walk(struct ha_table *table, struct ha_save_walk *walk)
{
    ha_save_part(walk, &table->room, sizeof *table - offsetof(struct ha_table, room));
    ha_save_part(walk, table->entry, table->made * table->size);
    ha_save_part(walk, table->bucket, table->room * sizeof *table->bucket);
}

void ha_table_close(struct ha_table *table)
{
    free(table->entry);
    free(table->bucket);
    *table = (struct ha_table){.size = table->size};
}
