/*
 * checkpoint - how the run of a search stands at some of its questions, to go on from there
 *
 * Two runs of a search in depth are the same up to the question that is answered otherwise. So the
 * machine, its stacks and what the search knows of the run are copied where a question may be
 * answered otherwise later; the next run begins with the copy of its last common question, in the
 * middle of that question, and only what follows is played. Copies are dropped as the search backs
 * up over them. Where there is no room for one more, or one lies so near that it is not worth it,
 * the run that would have begun with it begins with an earlier one, or with the machine's mark.
 *
 * Nothing but scripted drivers may take part: variables of compiled ones do not go back.
 */
#ifndef HA_SIM_CHECKPOINT_H
#define HA_SIM_CHECKPOINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ha_checkpoints;
struct ha_machine;
struct ha_plan;
struct ha_search;

/*
 * Begin to keep copies of a machine that is marked and whose questions the search answers.
 *
 *   bytes  for all copies together; memory is taken as it is used
 *
 * NULL when the machine's threads cannot be copied, or memory is lacking: then each run begins with
 * the mark.
 */
struct ha_checkpoints *ha_checkpoints_create(struct ha_machine *machine, struct ha_search *search,
                                             size_t bytes);
/* Before the machine and the search; NULL is allowed. */
void ha_checkpoints_destroy(struct ha_checkpoints *checkpoints);

/*
 * Play the run that ha_search_next() has come to, until it ends or is left. Its whole trace lies in
 * the window when it ends; only what is longer than the window was handed over before.
 *
 * Returns HA_OK, or what ended the run for want of means.
 */
int ha_checkpoints_play(struct ha_checkpoints *checkpoints, const struct ha_plan *plan);

/* One of those that are kept, from 0; the earliest comes first. */
struct ha_checkpoint {
    uint64_t serial;            /* no other has had the same */
    size_t records;             /* of the trace that all runs have in common that begin with it */
    bool is_open;               /* a run may begin with it yet */
};
size_t ha_checkpoints_count(const struct ha_checkpoints *checkpoints);
struct ha_checkpoint ha_checkpoints_at(const struct ha_checkpoints *checkpoints, size_t i);

#endif
