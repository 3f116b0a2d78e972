/*
 * judge_pool - what drivers leave behind
 *
 * Owns when the pool that a driver holds is too much: after an operation that failed, after a
 * DriverEntry that failed, and after Unload.
 */
#include <stdio.h>

#include "base/names.h"
#include "check/judge_rules.h"
#include "check/who.h"

/* Whether a block was taken to prepare for a processor of the operation that ends here. */
static bool is_of_operation(const struct ha_judge *judge, const struct ha_block *block)
{
    bool of_phase = judge->record->kind == HA_REG_RETURN;
    const struct ha_seen_registration *registration =
        ha_seen_registration(judge, block->registration);

    if (HA_CB_STATE(block->flags) != HA_STATE_START || !registration
        || of_phase != !!(block->flags & HA_CB_EXISTING))
        return false;
    if (of_phase)
        return block->registration == judge->record->id;
    /* Who was removed in between hears no Failure, and gives it back when it likes. */
    return block->operation == judge->add.id && registration->listed;
}

/* Whether a registration of the same function came as far as that processor before it failed. */
static bool was_announced(const struct ha_judge *judge, const struct ha_block *block)
{
    for (uint32_t id = 1; id < judge->registration_count; id++) {
        const struct ha_seen_registration *one = &judge->registrations[id];
        if (one->reached > block->nt_number && one->driver == block->driver
            && one->function == judge->registration->function)
            return true;
    }
    return false;
}

/* Whether an operation of the same pair failed before and left nothing: then it has no account. */
static bool was_tried(const struct ha_judge *judge, const struct ha_block *block)
{
    if (judge->record->kind == HA_REG_RETURN)
        return was_announced(judge, block);
    return block->nt_number == judge->tried.index
           && judge->registrations[block->registration].place < judge->tried.limit;
}

static void judge_account(struct ha_judge *judge, const struct ha_block *block)
{
    struct ha_account *account = ha_table_at(&judge->pool.accounts, block->account);
    char expected[96], tag[HA_TAG_TEXT];

    if (account->settled)
        return;
    account->settled = true;
    if (account->operations == 1 && was_tried(judge, block))
        account->first_bytes = 0;
    unsigned long long bytes = account->bytes, first = account->first_bytes;
    ha_tag_text(account->tag, tag);
    judge->origin = account->made_at;
    if (bytes <= first) {
        ha_advise(judge, HA_RULE_DRV_9, block->driver,
                  "what a failed add or registration prepared given back",
                  "%llu bytes '%s' for processor %u still held by %s", bytes, tag,
                  block->nt_number, ha_client(judge, block->registration));
        return;
    }
    snprintf(expected, sizeof expected, "no more left behind than by the first failure, %llu bytes",
             first);
    ha_blame(judge, HA_RULE_DRV_9, block->driver, expected,
             "%llu bytes for processor %u, the latest '%s', held by %s", bytes, block->nt_number,
             tag, ha_client(judge, block->registration));
}

/* Whether the operation that ends here failed, and its callbacks were called as they should. */
static bool has_failed(const struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;

    if (judge->gap)
        return false;
    if (record->kind == HA_ADD_END)
        return judge->add.open && record->id == judge->add.id && !judge->add.strayed
               && !ha_nt_success(record->as.status.status);
    return !record->as.reg.handle && judge->phase && judge->phase->cause
           && !judge->phase->strayed;
}

/* All blocks go onto their accounts first: a pair is judged once, by the sum. */
void ha_judge_leftovers(struct ha_judge *judge)
{
    struct ha_pool *pool = &judge->pool;
    const struct ha_record *record = judge->record;

    if (!has_failed(judge))
        return;
    uint64_t before = record->kind == HA_ADD_END ? judge->add.first_block
                                                 : judge->phase->first_block;
    struct ha_block *first = ha_pool_after(pool, before);
    if (pool->taken > before)
        ha_exercise(judge, HA_RULE_DRV_9);
    for (struct ha_block *block = first; block; block = ha_pool_block(pool, block->newer)) {
        if (!is_of_operation(judge, block))
            continue;
        uint32_t who = record->kind == HA_ADD_END ? block->registration
                                                  : judge->registration->function;
        if (!ha_pool_charge(pool, block, who, ha_record_seq(record)))
            judge->lost = true;
    }
    for (const struct ha_block *block = first; block; block = ha_pool_block(pool, block->newer))
        if (block->account)
            judge_account(judge, block);
}

static const struct ha_block *first_of_driver(const struct ha_judge *judge, uint16_t driver)
{
    const struct ha_block *block = ha_pool_block(&judge->pool, judge->pool.oldest);

    while (block && block->driver != driver)
        block = ha_pool_block(&judge->pool, block->newer);
    return block;
}

/* "a.sync Start 4", "a.cpu Arrival processor 4", or that it was in no callback. */
static void where_taken(struct ha_judge *judge, const struct ha_block *block, char *words,
                        size_t size)
{
    const char *state = ha_state_short(HA_CB_STATE(block->flags));
    struct ha_record telling = {.id = block->telling.entry};

    telling.as.pnp_cb.interface = block->telling.interface;
    telling.as.pnp_cb.event = block->telling.event;
    if (block->registration && state)
        snprintf(words, size, "%s %s %u", ha_client(judge, block->registration), state,
                 block->nt_number);
    else if (block->telling.entry)
        snprintf(words, size, "%s", ha_arrival_name(judge, &telling));
    else
        snprintf(words, size, "no callback");
}

void ha_judge_held(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;
    const struct ha_seen_driver *driver = judge->driver;
    bool entry = record->kind == HA_DRV_ENTRY_LEAVE;
    char where[96], tag[HA_TAG_TEXT];

    if (judge->gap || !driver->took || (entry && ha_nt_success(record->as.status.status)))
        return;
    ha_exercise(judge, HA_RULE_DRV_9);
    if (!driver->held)
        return;
    const struct ha_block *first = first_of_driver(judge, record->driver);
    where_taken(judge, first, where, sizeof where);
    ha_tag_text(first->tag, tag);
    judge->origin = first->made_at;
    ha_blame(judge, HA_RULE_DRV_9, record->driver,
             entry ? "all pool given back before DriverEntry fails"
                   : "all pool given back before Unload returns",
             "%u block%s, %llu bytes; the first '%s', taken in %s", (unsigned)driver->held,
             driver->held == 1 ? "" : "s", (unsigned long long)driver->held_bytes, tag, where);
}

static void forget(struct ha_judge *judge, struct ha_block *block)
{
    struct ha_seen_driver *holder = &judge->drivers[block->driver];

    holder->held--;
    holder->held_bytes -= block->size;
    ha_pool_drop(&judge->pool, block);
}

/* All who were there have heard Start, or those up to the first error where that ends the round. */
static void note_tried(struct ha_judge *judge)
{
    const struct ha_add *add = &judge->add;
    bool stopped = judge->knob[HA_KNOB_HOT_START_ERROR] == HA_STOP_AT_ERROR && add->first_error;
    uint32_t limit = stopped ? add->first_writer + 1 : add->place_limit;

    if (!add->told)
        return;
    if (judge->tried.index != add->index || judge->tried.limit < limit)
        judge->tried.limit = limit;
    judge->tried.index = add->index;
}

void ha_pool_absorb_failure(struct ha_judge *judge)
{
    if (!has_failed(judge))
        return;
    if (judge->record->kind == HA_ADD_END)
        note_tried(judge);
    else
        judge->registration->reached = (uint16_t)(judge->phase->failed_at + 1);
}

void ha_pool_absorb_taken(struct ha_judge *judge)
{
    struct ha_block *again = ha_pool_find(&judge->pool, judge->record->id);
    if (again)                  /* in a trace from elsewhere an id may come again */
        forget(judge, again);
    struct ha_block *block = ha_pool_take(&judge->pool, judge->record);
    if (!block) {
        judge->lost = true;
        return;
    }
    if (judge->telling) {
        block->telling.entry = judge->telling->id;
        block->telling.interface = judge->telling->as.pnp_cb.interface;
        block->telling.event = judge->telling->as.pnp_cb.event;
    }
    judge->driver->took = true;
    judge->driver->held++;
    judge->driver->held_bytes += block->size;
}

void ha_pool_absorb_given_back(struct ha_judge *judge)
{
    struct ha_block *block = ha_pool_find(&judge->pool, judge->record->id);

    if (block)
        forget(judge, block);
}

void ha_pool_absorb_driver_gone(struct ha_judge *judge, uint16_t driver)
{
    struct ha_block *next, *block = ha_pool_block(&judge->pool, judge->pool.oldest);

    for (; block && judge->drivers[driver].held; block = next) {
        next = ha_pool_block(&judge->pool, block->newer);
        if (block->driver == driver)
            forget(judge, block);
    }
}
