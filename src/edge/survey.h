/*
 * survey - a scenario that was searched, in each variant that is wanted
 */
#ifndef HA_EDGE_SURVEY_H
#define HA_EDGE_SURVEY_H

#include "edge/axes.h"
#include "edge/jobs.h"

struct ha_survey {
    const struct ha_scenario *scenario;
    const struct ha_explore_options *options;
    struct ha_axes axes;
    struct ha_profile profile;      /* of variant 0: the scenario's, or what the options say */
    struct ha_finds finds;          /* of all variants */
    struct ha_finds strays;         /* how a run was not the same when it was played again */
    struct ha_points points;
    uint64_t runs, left, traces;    /* in all variants */
    uint32_t unplayable;            /* variants that do not go with the partition */
    struct ha_search_bounds bounds;
    bool complete, strayed;
    struct ha_jobs last;            /* the variant that was searched last */
};

/*
 * Search a scenario as the options say.
 *
 *   survey    zeroed; ha_survey_close() in any case
 *   messages  gets lines for the user when something cannot be played
 *
 * Otherwise as ha_jobs_run().
 */
int ha_survey_run(struct ha_survey *survey, const struct ha_scenario *scenario,
                  const struct ha_explore_options *options, struct ha_loop *loop,
                  struct ha_text *messages);

/* The command line that repeats a find, fit for bash and zsh. */
void ha_survey_add_command(const struct ha_survey *survey, const struct ha_find *find,
                           struct ha_text *text);

/* "knob=value" for each knob that a variant turns, with something before the first and the next. */
void ha_survey_add_knobs(const struct ha_survey *survey, uint32_t variant, const char *first,
                         const char *next, struct ha_text *text);

void ha_survey_close(struct ha_survey *survey);

#endif
