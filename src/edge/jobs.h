/*
 * jobs - a search that is shared out to processes
 *
 * Each share is a search of its own in a worker of its own; what it has come to lies in memory that
 * this process has, too. One job is no share: it is played as a run of the scenario would be.
 */
#ifndef HA_EDGE_JOBS_H
#define HA_EDGE_JOBS_H

#include "edge/explorer.h"
#include "sim/commons.h"

#define HA_JOBS_MOST 64u

struct ha_jobs {
    struct ha_explorer *share;
    uint32_t count;
    struct ha_loop *loop;
    struct ha_arena memory;         /* of the commons; not opened for one job */
    struct ha_commons *commons;
};

/*
 * Search a scenario under a profile, in so many processes as the options say, until all within the
 * bounds was played, or enough was found, or the time or number of runs is over, or a signal came.
 *
 *   jobs      zeroed; ha_jobs_close() in any case
 *   messages  gets lines for the user about modules that cannot be loaded
 *
 * Returns HA_OK when every share has a result; HA_EINVAL, HA_EREAD, HA_ENOMEM, HA_ETHREAD as
 * ha_run_play().
 */
int ha_jobs_run(struct ha_jobs *jobs, const struct ha_scenario *scenario,
                const struct ha_profile *profile, const struct ha_explore_options *options,
                struct ha_loop *loop, struct ha_text *messages);

/* What is wrong, in a sentence; of the first share that knows more than the code says. */
const char *ha_jobs_trouble(const struct ha_jobs *jobs, int err);

void ha_jobs_close(struct ha_jobs *jobs);

#endif
