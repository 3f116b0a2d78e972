/*
 * explorer_repeat - a run of a search that took its worker with it, played once more
 *
 * The search still knows its path, and the worker its last records only. So the run is repeated as
 * its token says, as `hotadd run` does it: then the judge hears all of it, and what happened is
 * told in the same words.
 */
#include "edge/explorer.h"

#include "sim/search_words.h"

void ha_explorer_add_token(const struct ha_explorer *explorer,
                           const struct ha_tape_input *answers, struct ha_text *token)
{
    ha_tape_write(token, answers, explorer->plan.scenario_hash,
                  ha_profile_hash(&explorer->plan.profile));
}

int ha_explorer_repeat(struct ha_explorer *explorer, struct ha_crash *crash,
                       enum ha_ending *ending)
{
    struct ha_sink *const sinks[] = {ha_judge_sink(explorer->judge), &crash->sink};
    struct ha_playing_options options = ha_explorer_playing(explorer);
    struct ha_playing *playing = NULL;
    struct ha_tape_input answers;
    struct ha_text token = {0};
    int err = ha_search_answers(explorer->search, &answers);
    if (err)
        return err;
    ha_explorer_add_token(explorer, &answers, &token);
    ha_tape_close(&answers);
    options.search = NULL;
    options.replay = ha_text_string(&token);
    options.sink = sinks;
    options.sink_count = sizeof sinks / sizeof sinks[0];
    ha_judge_reset(explorer->judge);
    err = token.lost ? HA_ENOMEM : ha_playing_open(&options, true, &playing,
                                                           &explorer->trouble);
    while (!err && !playing->state.over)
        err = ha_playing_slice(playing, HA_NO_LIMIT);
    if (!err)
        *ending = playing->state.ending;
    ha_playing_close(playing);
    ha_text_close(&token);
    return err;
}
