/*
 * judge_blocks - the pool that drivers hold
 *
 * Owns struct ha_pool: blocks by id and in the order of their taking, and the accounts of what
 * failed operations left behind.
 */
#include "check/judge_blocks.h"

#include <stddef.h>

#define OF_A_FUNCTION 0x80000000u       /* functions are counted from 1 and never come so far */

void ha_pool_init(struct ha_pool *pool)
{
    *pool = (struct ha_pool){.blocks = {.size = sizeof(struct ha_block)},
                             .accounts = {.size = sizeof(struct ha_account)}};
}

void ha_pool_close(struct ha_pool *pool)
{
    ha_table_close(&pool->blocks);
    ha_table_close(&pool->accounts);
    ha_pool_init(pool);
}

struct ha_block *ha_pool_block(const struct ha_pool *pool, uint32_t slot)
{
    return slot ? ha_table_at(&pool->blocks, slot) : NULL;
}

struct ha_block *ha_pool_find(const struct ha_pool *pool, uint32_t id)
{
    return ha_pool_block(pool, ha_table_find(&pool->blocks, id));
}

struct ha_block *ha_pool_after(const struct ha_pool *pool, uint64_t taken)
{
    struct ha_block *found = NULL, *block = ha_pool_block(pool, pool->newest);

    for (; block && block->order > taken; block = ha_pool_block(pool, block->older))
        found = block;
    return found;
}

struct ha_block *ha_pool_take(struct ha_pool *pool, const struct ha_record *alloc)
{
    uint32_t slot = ha_table_add(&pool->blocks, alloc->id);

    if (!slot)
        return NULL;
    struct ha_block *block = ha_pool_block(pool, slot);
    block->order = ++pool->taken;
    block->size = alloc->as.pool.size;
    block->tag = alloc->as.pool.tag;
    block->registration = alloc->as.pool.registration;
    block->operation = alloc->as.pool.operation;
    block->nt_number = alloc->as.pool.nt_number;
    block->made_at = alloc->as.pool.place;
    block->driver = alloc->driver;
    block->flags = alloc->flags;
    block->older = pool->newest;
    if (pool->newest)
        ha_pool_block(pool, pool->newest)->newer = slot;
    else
        pool->oldest = slot;
    pool->newest = slot;
    return block;
}

void ha_pool_drop(struct ha_pool *pool, struct ha_block *block)
{
    if (block->account) {
        struct ha_account *account = ha_table_at(&pool->accounts, block->account);
        account->bytes -= block->size;
    }
    if (block->older)
        ha_pool_block(pool, block->older)->newer = block->newer;
    else
        pool->oldest = block->newer;
    if (block->newer)
        ha_pool_block(pool, block->newer)->older = block->older;
    else
        pool->newest = block->older;
    ha_table_remove(&pool->blocks, ha_table_find(&pool->blocks, block->entry.key));
}

bool ha_pool_charge(struct ha_pool *pool, struct ha_block *block, uint32_t who, uint64_t seq)
{
    bool existing = block->flags & HA_CB_EXISTING;
    uint64_t key = (uint64_t)(existing ? who | OF_A_FUNCTION : who) << 32
                   | (uint32_t)block->driver << 16 | block->nt_number;
    uint32_t slot = ha_table_find(&pool->accounts, key);

    if (!slot)
        slot = ha_table_add(&pool->accounts, key);
    if (!slot)
        return false;
    struct ha_account *account = ha_table_at(&pool->accounts, slot);
    if (account->latest != seq) {
        account->latest = seq;
        account->operations++;
        account->tag = block->tag;
        account->made_at = block->made_at;
        account->settled = false;
    }
    account->bytes += block->size;
    if (account->operations == 1)
        account->first_bytes = account->bytes;
    block->account = slot;
    return true;
}
