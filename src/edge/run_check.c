/* run_check - a run that has ended, held against what is expected of it */
#include "edge/run.h"

#include "base/names.h"

/*
 * What waited for a call or an event that never came, and what was to fail and was never asked
 * for: the scenario does not show what it says.
 */
static int compare_causes(struct ha_run *run)
{
    const struct ha_plan *plan = &run->plan;
    int differences = 0;
    for (size_t i = 0; (i = ha_playing_waiting(run->playing, i)) < plan->event_count; i++) {
        ha_text_addf(&run->report, "events: what event %zu waits for never came\n", i + 1);
        differences++;
    }
    for (size_t i = 0; (i = ha_playing_unstruck(run->playing, i)) < plan->fault_count; i++) {
        ha_text_addf(&run->report, "faults: fault %zu never struck\n", i + 1);
        differences++;
    }
    return differences;
}

enum ha_ending ha_run_ending(const struct ha_run *run)
{
    return run->playing ? run->playing->state.ending : HA_END_NOT_YET;
}

int ha_run_compare(struct ha_run *run)
{
    enum ha_ending ending = ha_run_ending(run), foreseen = run->scenario->expect.ending;
    int differences = 0;
    ha_text_clear(&run->report);
    ha_breaches_close(&run->breaches);
    if (!run->rules_only)
        differences = ha_matcher_compare(run->matcher, run->judge, &run->report);
    if (differences < 0 || ha_matcher_lost(run->matcher))
        return HA_ENOMEM;
    if (!run->rules_only && ending == HA_END_NORMALLY)
        differences += compare_causes(run);
    int err = ha_breaches_add_run(&run->breaches, run->judge, run->matcher, run->options->strict,
                                  ending, foreseen);
    if (err)
        return err;
    if (ending != foreseen)
        ha_crash_tell(&run->crash, run->watch.cast, ending, run->options->hang_s, &run->report);
    if (run->rules_only && ha_breaches_hold_end(&run->breaches))
        ha_text_addf(&run->report, "end: the run ended by \"%s\", which nobody foresees\n",
                     ha_ending_name(ending));
    /* A breach that differs from no expectation is a warning that --strict makes an error. */
    return differences ? differences : (int)run->breaches.count;
}
