/*
 * judge_save - what a judge knows, forgotten, kept and put back
 *
 * Owns the walk through all of it. What is in hand while a record is judged is no part of that.
 */
#include <stdlib.h>
#include <string.h>

#include "check/judge_rules.h"
#include "hotadd/error.h"

#define PLAIN offsetof(struct ha_judge, lost)
#define PLAIN_BYTES (offsetof(struct ha_judge, speaking) - PLAIN)

static void *plain(struct ha_judge *judge)
{
    return (char *)judge + PLAIN;
}

static void walk_arrays(struct ha_judge *judge, struct ha_save_walk *walk)
{
    ha_save_part(walk, judge->registrations,
                 judge->registration_count * sizeof *judge->registrations);
    ha_save_part(walk, judge->drivers, judge->driver_count * sizeof *judge->drivers);
    ha_save_part(walk, judge->threads, judge->thread_count * sizeof *judge->threads);
    ha_save_part(walk, judge->calls, judge->call_count * sizeof *judge->calls);
    ha_save_part(walk, judge->phases, judge->phase_count * sizeof *judge->phases);
    ha_save_part(walk, judge->alive, judge->alive_count * sizeof *judge->alive);
    ha_save_part(walk, judge->dpcs, judge->dpc_count * sizeof *judge->dpcs);
    ha_save_part(walk, judge->entries, judge->entry_count * sizeof *judge->entries);
    ha_save_part(walk, judge->orders, judge->order_count * sizeof *judge->orders);
    ha_save_part(walk, judge->tellings, judge->telling_count * sizeof *judge->tellings);
    ha_save_part(walk, judge->findings, judge->finding_count * sizeof *judge->findings);
}

static void walk_all(struct ha_judge *judge, struct ha_save_walk *walk)
{
    ha_save_part(walk, plain(judge), PLAIN_BYTES);
    walk_arrays(judge, walk);
    ha_cast_walk(judge->cast, walk);
    ha_pool_walk(&judge->pool, walk);
    ha_instances_walk(&judge->instances, walk);
    ha_layout_walk(&judge->layout, walk);
}

void ha_judge_reset(struct ha_judge *judge)
{
    memset(plain(judge), 0, PLAIN_BYTES);
    judge->running = UINT32_MAX;
    judge->callback_budget_ns = HA_NO_BUDGET;
    judge->failed_index = HA_NO_INDEX;
    ha_cast_reset(judge->cast);
    ha_pool_reset(&judge->pool);
    ha_instances_reset(&judge->instances);
    ha_layout_reset(&judge->layout);
}

int ha_judge_save(struct ha_judge *judge, struct ha_judge_save *save)
{
    struct ha_save_walk walk = {.mode = HA_SAVE_MEASURES};
    walk_all(judge, &walk);
    if (walk.at > save->room) {
        unsigned char *bytes = malloc(walk.at);
        if (!bytes)
            return HA_ENOMEM;
        free(save->bytes);
        save->bytes = bytes;
        save->room = walk.at;
    }
    walk = (struct ha_save_walk){.mode = HA_SAVE_COPIES, .bytes = save->bytes};
    walk_all(judge, &walk);
    return HA_OK;
}

void ha_judge_restore(struct ha_judge *judge, const struct ha_judge_save *save)
{
    struct ha_save_walk walk = {.mode = HA_SAVE_PUTS_BACK, .bytes = save->bytes};
    walk_all(judge, &walk);
}

void ha_judge_save_close(struct ha_judge_save *save)
{
    free(save->bytes);
    *save = (struct ha_judge_save){0};
}
