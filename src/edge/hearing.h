/*
 * hearing - a judge that hears many runs, and what they have in common only once
 *
 * Runs of a search that go on from checkpoints (sim/checkpoint.h) have their first records in
 * common. What the judge knew at a checkpoint is kept when it first hears a run that has passed it,
 * and put back for the next run that begins there.
 */
#ifndef HA_EDGE_HEARING_H
#define HA_EDGE_HEARING_H

#include <stdbool.h>
#include <stddef.h>

#include "check/judge.h"
#include "core/trace.h"
#include "sim/checkpoint.h"

struct ha_heard;

struct ha_hearing {
    struct ha_sink sink;                /* first; takes the records of the runs */
    struct ha_judge *judge;
    const struct ha_checkpoints *checkpoints;   /* of the run; NULL: it begins with the mark */
    struct ha_judge_save begun;         /* when it had heard what all runs begin with */
    struct ha_heard *heard;             /* one for each checkpoint, as far as there is room */
    size_t room;
    bool is_run;                        /* a run has begun; before, all is heard as it comes */
    size_t taken;                       /* records of the run */
};

void ha_hearing_init(struct ha_hearing *hearing, struct ha_judge *judge);
/* The judge stays with whoever has it. */
void ha_hearing_close(struct ha_hearing *hearing);

/*
 * A run begins; its records will come as ha_checkpoints_play() or, when `checkpoints` is NULL, the
 * sinks of a rewound machine get them. Once the first one has begun the judge knows what all begin
 * with, see ha_player_mark().
 *
 * Returns HA_OK or HA_ENOMEM.
 */
int ha_hearing_begin(struct ha_hearing *hearing, const struct ha_checkpoints *checkpoints);

#endif
