/*
 * judge_misuse - what drivers do with memory
 *
 * Owns the rules that are not about processors at all, but are what a mistake with processors
 * most often comes to: a table that is too small, memory that is not there. The kernel has noted
 * the misuse and done nothing.
 */
#include <stdio.h>

#include "base/names.h"
#include "check/judge_rules.h"
#include "check/who.h"


static const char *object_name(struct ha_judge *judge, uint32_t object)
{
    ha_text_clear(&judge->words);
    ha_object_words(judge->cast, object, &judge->words);
    if (judge->words.lost)
        judge->lost = true;
    return ha_text_string(&judge->words);
}

/* A slot beyond the end. When it is the index of the call's processor, the table is to blame. */
static void judge_overrun(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;
    unsigned slot = record->as.misuse.argument;
    const struct ha_record *call = judge->around;
    const char *why = "", *table = object_name(judge, record->id);
    char where[32] = "an impossible slot";

    if (slot != HA_NO_INDEX)
        snprintf(where, sizeof where, "slot %u", slot);
    if (call && slot == call->as.cb.nt_number)
        why = slot >= judge->layout.boot ? ", by the index of a processor that came later"
                                         : ", by the index of the processor";
    ha_blame(judge, HA_RULE_POOL_1, record->driver,
             "a slot of the table; one for each index takes the maximum count, not the active",
             "%s of table %s%s", where, table, why);
}

/* Who wrote it is not known; who took the block has to answer for it. */
static void judge_beyond_block(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;
    const struct ha_block *block = ha_pool_find(&judge->pool, record->id);
    unsigned beyond = record->as.misuse.argument;
    const char *plural = beyond == 1 ? "" : "s";
    char tag[HA_TAG_TEXT], taken[40] = "";

    if (!block) {               /* a trace from elsewhere */
        ha_blame(judge, HA_RULE_POOL_1, record->driver, "a block written within its bounds",
                 "block %u written %u byte%s beyond its end", (unsigned)record->id, beyond, plural);
        return;
    }
    ha_tag_text(block->tag, tag);
    judge->origin = block->made_at;
    if (HA_CB_STATE(block->flags) != HA_CB_NONE)
        snprintf(taken, sizeof taken, ", taken for processor %u,", block->nt_number);
    ha_blame(judge, HA_RULE_POOL_1, record->driver, "a block written within its bounds",
             "block %u of %llu bytes '%s'%s written %u byte%s beyond its end", (unsigned)record->id,
             (unsigned long long)block->size, tag, taken, beyond, plural);
}

static void judge_other_tag(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;
    const struct ha_block *block = ha_pool_find(&judge->pool, record->id);
    char own[HA_TAG_TEXT] = "....", given[HA_TAG_TEXT], expected[48];

    if (block) {
        ha_tag_text(block->tag, own);
        judge->origin = block->made_at;
    }
    ha_tag_text(record->as.misuse.argument, given);
    snprintf(expected, sizeof expected, "given back with its tag '%s'", own);
    ha_blame(judge, HA_RULE_POOL_3, record->driver, expected, "block %u given back as '%s'",
             (unsigned)record->id, given);
}

static void judge_other_routine(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;
    const struct ha_block *block = ha_pool_find(&judge->pool, record->id);

    judge->origin = block ? block->made_at : 0;
    ha_blame(judge, HA_RULE_POOL_3, record->driver,
             "given back by the routine that goes with the one that it came from",
             "block %u given to %s", (unsigned)record->id,
             ha_routine_name(record->as.misuse.routine));
}

static bool is_of_bitmap(const struct ha_record *misuse)
{
    uint32_t routine = misuse->as.misuse.routine;

    return routine >= HA_RT_INITIALIZE_BITMAP && routine <= HA_RT_FIND_BITS;
}

static bool gives_memory_back(const struct ha_record *misuse)
{
    uint32_t routine = misuse->as.misuse.routine;

    return routine == HA_RT_FREE_POOL || routine == HA_RT_FREE_PAGES
           || routine == HA_RT_FREE_CONTIGUOUS;
}

/* Given back when it is not held, or used when it was given back. */
static void judge_bad_block(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;

    if (record->as.misuse.routine == HA_NO_ROUTINE)
        ha_blame(judge, HA_RULE_POOL_2, record->driver, "memory that the driver holds",
                 "block %u written after it was given back, at byte %u", (unsigned)record->id,
                 (unsigned)record->as.misuse.argument);
    else if (gives_memory_back(record))
        ha_blame(judge, HA_RULE_POOL_2, record->driver,
                 "memory that the driver holds, given back once", "given back: %s",
                 ha_misuse_name(HA_MISUSE_BAD_BLOCK));
    else
        ha_blame(judge, HA_RULE_POOL_2, record->driver, "memory that the driver holds",
                 "%s of %s in memory that was given back",
                 ha_routine_name(record->as.misuse.routine),
                 is_of_bitmap(record) ? "a bitmap" : "an object");
}

/* A bitmap that is larger than its memory, or used as if it were larger than it is. */
static void judge_bitmap(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;
    unsigned argument = record->as.misuse.argument;

    if (record->as.misuse.misuse == HA_MISUSE_BEYOND_BITMAP)
        ha_blame(judge, HA_RULE_POOL_1, record->driver, "bits that the bitmap has",
                 "%s of bit %u, beyond the end of the bitmap",
                 ha_routine_name(record->as.misuse.routine), argument);
    else
        ha_blame(judge, HA_RULE_POOL_1, record->driver, "a bitmap that its memory holds",
                 "a bitmap that reaches %u byte%s beyond the end of block %u", argument,
                 argument == 1 ? "" : "s", (unsigned)record->id);
}

/* An MDL that describes what it must not. */
static void judge_described(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;
    const char *routine = ha_routine_name(record->as.misuse.routine);
    unsigned block = record->id, beyond = record->as.misuse.argument;

    if (record->as.misuse.misuse == HA_MISUSE_PAGED_POOL)
        ha_blame(judge, HA_RULE_POOL_5, record->driver, "memory that is never paged out",
                 "%s of block %u, which is paged pool", routine, block);
    else
        ha_blame(judge, HA_RULE_POOL_5, record->driver, "memory that the driver holds",
                 "%s of block %u and %u byte%s beyond its end", routine, block, beyond,
                 beyond == 1 ? "" : "s");
}

static void judge_pool_irql(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;
    uint32_t routine = record->as.misuse.routine;
    char highest[HA_IRQL_TEXT], irql[HA_IRQL_TEXT], expected[48];

    if (routine != HA_RT_ALLOCATE_POOL && routine != HA_RT_FREE_POOL)
        return;
    const char *what = routine == HA_RT_ALLOCATE_POOL ? "taken" : "given back";
    snprintf(expected, sizeof expected, "pool %s at %s at most", what,
             ha_irql_text(record->as.misuse.argument, highest));
    ha_blame(judge, HA_RULE_POOL_4, record->driver, expected, "%s at %s", what,
             ha_irql_text(record->irql, irql));
}

void ha_judge_memory(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;

    if (record->kind == HA_ALLOC) {
        ha_exercise(judge, HA_RULE_POOL_1);
        ha_exercise(judge, HA_RULE_POOL_4);
        return;
    }
    if (record->kind == HA_FREE) {
        ha_exercise(judge, HA_RULE_POOL_2);
        ha_exercise(judge, HA_RULE_POOL_3);
        ha_exercise(judge, HA_RULE_POOL_4);
        return;
    }
    switch (record->as.misuse.misuse) {
    case HA_MISUSE_OVERRUN:
        judge_overrun(judge);
        break;
    case HA_MISUSE_NOTHING_THERE:
        if (record->as.misuse.argument == HA_NO_INDEX)
            ha_blame(judge, HA_RULE_POOL_2, record->driver, "memory that the driver holds",
                     "there is no table %s", object_name(judge, record->id));
        else
            ha_blame(judge, HA_RULE_POOL_2, record->driver, "memory that the driver holds",
                     "slot %u of table %s holds no memory", (unsigned)record->as.misuse.argument,
                     object_name(judge, record->id));
        break;
    case HA_MISUSE_BAD_BLOCK:
        judge_bad_block(judge);
        break;
    case HA_MISUSE_BEYOND_BLOCK:
        judge_beyond_block(judge);
        break;
    case HA_MISUSE_OTHER_TAG:
        judge_other_tag(judge);
        break;
    case HA_MISUSE_OTHER_ROUTINE:
        judge_other_routine(judge);
        break;
    case HA_MISUSE_BEYOND_BITMAP:
        judge_bitmap(judge);
        break;
    case HA_MISUSE_PAGED_POOL:
    case HA_MISUSE_BEYOND_MEMORY:
        if (is_of_bitmap(record))
            judge_bitmap(judge);
        else
            judge_described(judge);
        break;
    case HA_MISUSE_RAISED_IRQL:
        judge_pool_irql(judge);
        break;
    default:
        break;
    }
}
