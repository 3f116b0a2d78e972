/*
 * search - which run comes next, of all that the tape allows
 *
 * A run answers questions (core/tape.h); a search is asked them in place of a token, run after run,
 * and knows which answers it has not given yet. It knows nothing of machines and verdicts: whoever
 * holds it plays the runs.
 *
 *   struct ha_search *search = ha_search_create(&options);
 *   while (ha_search_next(search)) { play with ha_search_oracle(search); look at the run; }
 *
 * Depth first gives every sequence of answers within its bounds exactly once, the last question
 * varying first. With `skips` a run is left where it comes to a state that an earlier run was in
 * with no less left of its bounds (sim/footprint.h): all that can follow was, or will be, played
 * from there. Random and PCT runs have no end; what a run does by chance is a matter of the seed
 * and its number alone, and for PCT of the length of the ordinary course.
 *
 * A search can be shared out. Every share plays the ordinary course, which belongs to the first.
 * Behind it a share has the runs by chance with numbers of its own, or in depth the branches off
 * the ordinary course with such numbers, in the order in which the search comes to them. All shares
 * together give what the search gives by itself.
 *
 * When all that it knows lies in common memory and a process is lost in a run, its parent still has
 * the path of that run, and goes on behind it with ha_search_next().
 */
#ifndef HA_SIM_SEARCH_H
#define HA_SIM_SEARCH_H

#include <stdbool.h>
#include <stdint.h>

#include "core/tape.h"
#include "hotadd/explore.h"
#include "sim/path.h"
#include "sim/points.h"

struct ha_arena;
struct ha_commons;
struct ha_footprint;
struct ha_search;
struct ha_watcher;

/* One of `count` searches of the same. Begin with zeroes for all of it. */
struct ha_share {
    uint32_t index, count;
    struct ha_commons *commons; /* where runs were; NULL: the share knows of its own only */
};

struct ha_search_options {
    enum ha_strategy strategy;
    struct ha_search_bounds bounds;
    uint32_t depth;             /* of PCT, from 1 */
    uint64_t seed;
    bool skips;                 /* depth first: a run ends where one like it was before */
    struct ha_share share;
    struct ha_arena *memory;    /* all that it knows lies there; NULL: on the heap */
};

/* How a run asked otherwise than an earlier one that began with the same answers. */
struct ha_search_stray {
    size_t number;              /* of the question */
    struct ha_search_point was; /* what was asked there */
    struct ha_search_point is;  /* what is asked now; without a label when there is nothing more */
};

/*
 * What options come to: a sweep of faults is a search in depth with bounds of its own, and a bound
 * that is HA_BOUND_USUAL is one.
 */
struct ha_search_options ha_search_settle(struct ha_search_options options);

/* Of options that are settled. NULL: no memory. */
struct ha_search *ha_search_create(const struct ha_search_options *options);
void ha_search_destroy(struct ha_search *search);

/* Go on to the next run; the first has 0 for every answer. False when the share has no more. */
bool ha_search_next(struct ha_search *search);

/* Whether the run belongs to the share; if not, what it shows is the business of another one. */
bool ha_search_is_mine(const struct ha_search *search);

/*
 * Who keeps how runs stand at questions that may be answered otherwise later, so that the next run
 * need not be played from its beginning. Both are called while the question is asked.
 */
struct ha_keeper {
    /*
     * The question with that number is about to be answered, once or more often: each time that it
     * returns, what the search has been told in between holds.
     */
    void (*keep)(struct ha_keeper *keeper, struct ha_world *world, uint32_t number);
    /* The run is left here, and need not go on; may return. */
    void (*leave)(struct ha_keeper *keeper, struct ha_world *world);
};
/* NULL: nobody does. */
void ha_search_set_keeper(struct ha_search *search, struct ha_keeper *keeper);
/*
 * How many questions the next run has in common with the one before, the first that is answered
 * otherwise included: what was kept at these is good for it.
 */
size_t ha_search_common(const struct ha_search *search);
/* Whether question `number` of the run may be answered in one more way later. */
bool ha_search_is_open(const struct ha_search *search, uint32_t number);
/* What is known of the run so far, besides its answers. */
struct ha_footprint *ha_search_footprint(struct ha_search *search);

/* Play the run that has ended once more, with the same answers. */
void ha_search_again(struct ha_search *search);

/* Answers the questions of the run, and watches what its steps touch: both are the machine's. */
struct ha_oracle *ha_search_oracle(struct ha_search *search);
struct ha_watcher *ha_search_watcher(struct ha_search *search);

/* Whether the run was left, and so says nothing. */
bool ha_search_left(const struct ha_search *search);
/* The identity of the run that has ended: equal where only what is independent was reordered. */
uint64_t ha_search_identity(const struct ha_search *search);

/* A number for what the ordinary course asks, once another run was begun; 0 before. */
uint64_t ha_search_ordinary(const struct ha_search *search);

/* What was asked in the run so far, in order; until the next one. */
const struct ha_search_point *ha_search_points(const struct ha_search *search, size_t *count);

/* All that was asked in any run. */
const struct ha_points *ha_search_covered(const struct ha_search *search);

/* The run in hand has come to its end by itself: it has asked all that it is going to. */
void ha_search_end(struct ha_search *search);
/* Whether a run asked something else where it should have repeated an earlier one, and what. */
bool ha_search_strayed(const struct ha_search *search);
/* NULL: no run has. */
const struct ha_search_stray *ha_search_stray(const struct ha_search *search);
/* Whether memory was lacking, and so answers were not kept. */
bool ha_search_lost(const struct ha_search *search);

#endif
