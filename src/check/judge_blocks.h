/*
 * judge_blocks - the pool that drivers hold
 *
 * Room is taken for blocks that are held, not for those that were given back, and for each pair
 * of callback and processor of which anything was ever left behind.
 */
#ifndef HA_CHECK_JUDGE_BLOCKS_H
#define HA_CHECK_JUDGE_BLOCKS_H

#include <stdbool.h>
#include <stdint.h>

#include "check/table.h"
#include "core/trace.h"

/* A block that is held: what ALLOC said of it. */
struct ha_block {
    struct ha_table_entry entry;    /* key: its id */
    uint32_t newer, older;          /* slots of its neighbours in the order of taking */
    uint32_t account;               /* slot of the account that it was put on, 0 for none */
    uint32_t tag, registration, operation;
    uint32_t made_at;               /* in the driver's code, an id of HA_NS_PLACE */
    struct { uint32_t entry, interface, event; } telling;   /* PnP callback it was taken in, or 0 */
    uint64_t order;                 /* which block of the trace, from 1 */
    uint64_t size;
    uint16_t driver, nt_number;
    uint8_t flags;
};

/*
 * What failed operations left behind for one callback and one processor. It stays when all of it
 * is given back: what a later one leaves is held against the first. The callback is a registration
 * in hot-adds; among registrations that failed it is the function, as each of them was another
 * one.
 */
struct ha_account {
    struct ha_table_entry entry;
    uint64_t bytes, first_bytes;    /* held now; left behind by the first operation */
    uint64_t latest;                /* sequence number of the operation that added last */
    uint32_t operations;            /* that left anything */
    uint32_t tag, made_at;          /* of the first block that the latest operation left */
    bool settled;                   /* the latest operation has been judged */
};

struct ha_pool {
    struct ha_table blocks, accounts;
    uint32_t oldest, newest;        /* slots; from here on all is plain */
    uint64_t taken;                 /* blocks, ever */
};

void ha_pool_init(struct ha_pool *pool);
/* Nothing was ever taken; the room stays. */
void ha_pool_reset(struct ha_pool *pool);
void ha_pool_walk(struct ha_pool *pool, struct ha_save_walk *walk);
void ha_pool_close(struct ha_pool *pool);

/* The block in a slot, or NULL for slot 0. */
static inline struct ha_block *ha_pool_block(const struct ha_pool *pool, uint32_t slot)
{
    return slot ? (struct ha_block *)(void *)pool->blocks.entry + (slot - 1) : NULL;
}

/* The block of that id, or NULL when it is not held. */
static inline struct ha_block *ha_pool_find(const struct ha_pool *pool, uint32_t id)
{
    return ha_pool_block(pool, ha_table_find(&pool->blocks, id));
}

/* The oldest of the blocks that were taken after so many; NULL when none is held. */
struct ha_block *ha_pool_after(const struct ha_pool *pool, uint64_t taken);
/* A block that is not held is taken as ALLOC says. NULL when memory is lacking. */
struct ha_block *ha_pool_take(struct ha_pool *pool, const struct ha_record *alloc);
void ha_pool_drop(struct ha_pool *pool, struct ha_block *block);
/*
 * An operation that failed, at record `seq`, left the block behind: `who` is the registration of
 * a hot-add, or the function of a registration that failed. False when memory is lacking.
 */
bool ha_pool_charge(struct ha_pool *pool, struct ha_block *block, uint32_t who, uint64_t seq);

#endif
