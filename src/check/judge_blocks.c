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

void ha_pool_reset(struct ha_pool *pool)
{
    ha_table_reset(&pool->blocks);
    ha_table_reset(&pool->accounts);
    pool->oldest = pool->newest = 0;
    pool->taken = 0;
}

void ha_pool_walk(struct ha_pool *pool, struct ha_save_walk *walk)
{
    ha_table_walk(&pool->blocks, walk);
    ha_table_walk(&pool->accounts, walk);
    ha_save_part(walk, &pool->oldest, sizeof *pool - offsetof(struct ha_pool, oldest));
}

void ha_pool_close(struct ha_pool *pool)
{
    ha_table_close(&pool->blocks);
    ha_table_close(&pool->accounts);
    ha_pool_init(pool);
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
    *block = (struct ha_block){
        .entry = block->entry, .older = pool->newest, .tag = alloc->as.pool.tag,
        .registration = alloc->as.pool.registration, .operation = alloc->as.pool.operation,
        .order = ++pool->taken, .size = alloc->as.pool.size, .driver = alloc->driver,
        .nt_number = alloc->as.pool.nt_number, .made_at = alloc->as.pool.place,
        .flags = alloc->flags};
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
    ha_table_remove(&pool->blocks, (uint32_t)(block - ha_pool_block(pool, 1)) + 1);
}

bool ha_pool_charge(struct ha_pool *pool, struct ha_block *block, uint32_t who, uint64_t seq)
{
    bool existing = block->flags & HA_CB_EXISTING;
    uint64_t key = (uint64_t)(existing ? who | OF_A_FUNCTION : who) << 32
                   | (uint32_t)block->driver << 16 | block->nt_number;
    uint32_t known = ha_table_find(&pool->accounts, key);
    uint32_t slot = known ? known : ha_table_add(&pool->accounts, key);

    if (!slot)
        return false;
    struct ha_account *account = ha_table_at(&pool->accounts, slot);
    if (!known)
        *account = (struct ha_account){.entry = account->entry};
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
