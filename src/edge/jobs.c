/*
 * jobs - see jobs.h
 *
 * Owns the shares. Their workers are children of this process, which looks after all of them at
 * once: it waits for the first that has something to say.
 */
#include "edge/jobs.h"

#include <stdlib.h>

#include "base/error.h"

#define TURN_MS 100             /* between two looks at how the workers do */

_Static_assert(HA_JOBS_MOST <= HA_LOOP_FILES, "all workers can be waited for");

/* A share without a run needs no process. */
static uint32_t count_jobs(const struct ha_explore_options *options)
{
    uint32_t count = options->jobs ? options->jobs : 1;
    return options->runs && options->runs < count ? (uint32_t)options->runs : count;
}

/* Whether what one share has come to ends the whole search. */
static bool ends_all(const struct ha_explorer *share)
{
    const struct ha_result *result = share->result;
    return share->err || result->strayed ||
           (result->finds.count && !share->options->keep_going);
}

static uint64_t search_slice(void *argument)
{
    const struct ha_jobs *jobs = argument;
    int file[HA_JOBS_MOST];
    size_t at_work = 0, open = 0;
    for (uint32_t i = 0; i < jobs->count; i++) {
        struct ha_explorer *share = &jobs->share[i];
        if (ha_explorer_is_over(share))
            continue;
        ha_explorer_go_on(share);
        if (ends_all(share))
            return HA_LOOP_DONE;
        open += !ha_explorer_is_over(share);
        if (share->at_work)
            file[at_work++] = share->playing->file;
    }
    if (at_work && at_work == open)
        ha_loop_has_any(jobs->loop, file, at_work, TURN_MS);
    return open ? 0 : HA_LOOP_DONE;
}

static int open_commons(struct ha_jobs *jobs)
{
    int err = ha_arena_open_shared(&jobs->memory);
    if (err)
        return err;
    jobs->commons = ha_commons_create(&jobs->memory);
    return jobs->commons ? HA_OK : HA_ENOMEM;
}

static int open_shares(struct ha_jobs *jobs, const struct ha_scenario *scenario,
                       const struct ha_profile *profile,
                       const struct ha_explore_options *options, struct ha_text *messages)
{
    uint32_t count = count_jobs(options);
    int err = count > 1 ? open_commons(jobs) : HA_OK;
    if (err)
        return err;
    jobs->share = calloc(count, sizeof *jobs->share);
    if (!jobs->share)
        return HA_ENOMEM;
    while (jobs->count < count && !err) {
        struct ha_explorer *share = &jobs->share[jobs->count];
        err = ha_explorer_open(share, scenario, profile, options,
                               (struct ha_share){jobs->count, count, jobs->commons},
                               jobs->loop, messages);
        share->err = err;
        jobs->count++;
    }
    return err;
}

static void call_off(struct ha_jobs *jobs, bool called_off)
{
    for (uint32_t i = 0; i < jobs->count; i++)
        jobs->share[i].called_off = called_off;
}

/* Have all workers come to rest. */
static void rest(struct ha_jobs *jobs)
{
    int file[HA_JOBS_MOST];
    size_t at_work;
    call_off(jobs, true);
    do {
        at_work = 0;
        for (uint32_t i = 0; i < jobs->count; i++)
            if (!ha_explorer_rests(&jobs->share[i]))
                file[at_work++] = jobs->share[i].playing->file;
        if (at_work)
            ha_loop_has_any(jobs->loop, file, at_work, TURN_MS);
    } while (at_work);
    call_off(jobs, false);
}

int ha_jobs_run(struct ha_jobs *jobs, const struct ha_scenario *scenario,
                const struct ha_profile *profile, const struct ha_explore_options *options,
                struct ha_loop *loop, struct ha_text *messages)
{
    *jobs = (struct ha_jobs){.loop = loop};
    int err = open_shares(jobs, scenario, profile, options, messages);
    if (!err) {
        ha_loop_run(loop, search_slice, jobs);
        rest(jobs);
    }
    for (uint32_t i = 0; i < jobs->count && !err; i++)
        err = jobs->share[i].err;
    return err;
}

const char *ha_jobs_trouble(const struct ha_jobs *jobs, int err)
{
    for (uint32_t i = 0; i < jobs->count; i++)
        if (jobs->share[i].err == err && jobs->share[i].trouble.length)
            return ha_text_string(&jobs->share[i].trouble);
    return ha_err_text(err);
}

void ha_jobs_close(struct ha_jobs *jobs)
{
    for (uint32_t i = 0; i < jobs->count; i++)
        ha_explorer_close(&jobs->share[i]);
    free(jobs->share);
    ha_arena_close(&jobs->memory);
    *jobs = (struct ha_jobs){.count = 0};
}
