/* run_check - a run that has ended, held against what is expected of it */
#include "edge/run.h"

#include "base/names.h"

enum ha_ending ha_run_ending(const struct ha_run *run)
{
    return run->playing ? run->playing->state.ending : HA_END_NOT_YET;
}

void ha_run_ask(struct ha_run *run)
{
    const struct ha_plan *plan = &run->plan;
    struct ha_text *causes = &run->causes;
    bool asks = !run->rules_only && ha_run_ending(run) == HA_END_NORMALLY;
    for (size_t i = 0; asks && (i = ha_playing_waiting(run->playing, i)) < plan->event_count; i++) {
        ha_text_addf(causes, "events: what event %zu waits for never came\n", i + 1);
        run->cause_count++;
    }
    for (size_t i = 0;
         asks && (i = ha_playing_unstruck(run->playing, i)) < plan->fault_count; i++) {
        ha_text_addf(causes, "faults: fault %zu never struck\n", i + 1);
        run->cause_count++;
    }
    size_t before = causes->length;
    ha_playing_leave(run->playing, causes);
    run->cause_count += causes->length > before;
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
    ha_text_add(&run->report, ha_text_string(&run->causes));
    differences += run->cause_count;
    bool as_foreseen = ending == (foreseen ? foreseen : HA_END_NORMALLY);
    int always = as_foreseen ? ha_always_compare(&run->always) : 0;
    if (always < 0)
        return HA_ENOMEM;
    if (always)
        ha_text_addf(&run->report, "always:\n%s", ha_text_string(&run->always.report));
    differences += always;
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
