/*
 * tally - see tally.h
 *
 * Owns struct ha_tally: one scenario under the profiles that are wanted, and how that counts.
 */
#include "edge/tally.h"

#include <string.h>

#include "edge/accept.h"
#include "edge/breaches.h"
#include "edge/place.h"
#include "edge/report_parts.h"
#include "edge/run.h"

/*
 * The presets that a driver is to pass, and then two readings of the documents that some hold:
 * what fails there alone is no fault, but shows what the driver relies on.
 * Source: the rule book, section 2.2.
 */
static const struct {
    enum ha_preset preset;
    const char *relies_on;      /* NULL for one that must be passed */
} all_profiles[] = {
    {HA_PRESET_DOCUMENTED, NULL},
    {HA_PRESET_OBSERVED, NULL},
    {HA_PRESET_ADVERSARIAL, NULL},
    {HA_PRESET_STRICT_STOP, "the documented second call"},
    {HA_PRESET_INTRO, "the documented order"},
};

#define PROFILES (sizeof all_profiles / sizeof all_profiles[0])

bool ha_wants_all_profiles(const struct ha_play_options *options)
{
    return options->profile && !strcmp(options->profile, HA_PROFILE_ALL);
}

void ha_tally_lost(struct ha_tally *tally)
{
    fprintf(tally->messages, "hotadd: error: %s\n", ha_err_text(HA_ENOMEM));
    tally->unreadable = true;
}

void ha_tally_fail(struct ha_tally *tally, const struct ha_outcome *outcome)
{
    struct ha_outcome unplayed = *outcome;
    unplayed.verdict = HA_UNPLAYED;
    tally->failed++;
    if (!tally->options->list)
        ha_report_add(&tally->report, &unplayed);
    else
        ha_report_print(&tally->report, tally->messages, outcome->message);
    tally->unreadable |= tally->report.lost;
    ha_text_close(outcome->message);
}

/* What a run comes to. `known` is what other profiles have shown, NULL when there are none. */
static enum ha_verdict judge_run(const struct ha_tally *tally, const struct ha_run *run,
                                 bool over_budget, const struct ha_breaches *known)
{
    if (tally->signal || over_budget)
        return HA_FAILED;
    if (!run->differences)
        return HA_PASSED;
    bool relies = known && run->rules_only && run->breaches.count &&
                  ha_breaches_are_new(&run->breaches, known);
    return relies ? HA_REMARKED : HA_FAILED;
}

static bool is_told(const void *run, const struct ha_finding *finding)
{
    (void)run;
    (void)finding;
    return true;
}

static bool is_expected(const void *run, const struct ha_finding *finding)
{
    return ha_matcher_expects(((const struct ha_run *)run)->matcher, finding);
}

static struct ha_account account_of(const struct ha_run *run, const struct ha_text *command)
{
    return (struct ha_account){
        .judge = run->judge, .cast = run->watch.cast, .story = run->story, .command = command,
        .symbols = run->symbols, .differences = &run->report, .time_ns = run->watch.time_ns,
        .broken = run->breaches.count ? run->breaches.breach[0].rule : NULL,
        .owner = run, .is_told = is_told, .is_expected = is_expected,
    };
}

static void count_run(struct ha_tally *tally, struct ha_run *run, struct ha_outcome *outcome,
                      const char *relies_on, const struct ha_breaches *known)
{
    struct ha_text remark = {0}, command = {0};
    ha_run_add_command(run, ha_run_ending(run), &command);
    const struct ha_account account = account_of(run, &command);
    if (command.lost)
        ha_tally_lost(tally);
    bool over_budget = ha_run_ending(run) == HA_END_BUDGET &&
                       run->scenario->expect.ending != HA_END_BUDGET;
    outcome->run = run;
    outcome->account = &account;
    outcome->verdict = judge_run(tally, run, over_budget, known);
    if (outcome->verdict == HA_REMARKED) {
        size_t drivers = ha_breaches_add_drivers(&run->breaches, run->watch.cast, &remark);
        ha_text_addf(&remark, " %s on %s", drivers == 1 ? "relies" : "rely", relies_on);
        outcome->message = &remark;
    }
    bool failed = outcome->verdict == HA_FAILED;
    tally->wrong |= failed && (!over_budget || run->breaches.count);
    tally->failed += failed;
    tally->passed += !failed;
    ha_report_add(&tally->report, outcome);
    tally->unreadable |= tally->report.lost;
    ha_text_close(&remark);
    ha_text_close(&command);
}

static void say_accepted(struct ha_tally *tally, const struct ha_run *run)
{
    struct ha_text line = {0};
    if (!run->accepted.file)
        return;
    ha_text_add(&line, "accepted ");
    ha_add_file_name(&line, run->accepted.file);
    ha_text_add(&line, "\n");
    ha_report_print(&tally->report, tally->options->log, &line);
    tally->unreadable |= tally->report.lost;
}

/*
 * Whether a scenario cannot be played, or listed, under the profile that the command line asks
 * for. Nobody is at fault then, so it counts neither way.
 */
static bool leave_out(struct ha_tally *tally, const struct ha_scenario *scenario,
                      const struct ha_play_options *options, struct ha_outcome outcome)
{
    struct ha_profile profile = scenario->plan.profile;
    struct ha_text reason = {0};
    /* The names of profile and knobs were checked before anything is played. */
    if (ha_run_turn_profile(options, &profile, NULL) || ha_plan_suits(&scenario->plan, &profile))
        return false;
    ha_text_addf(&reason, "target=ws2008 has no processor groups, and the partition has %zu",
                 scenario->plan.partition.group_count);
    outcome.verdict = HA_LEFT_OUT;
    outcome.message = &reason;
    tally->left_out++;
    if (options->list)
        ha_report_tell(&tally->report, &outcome, tally->messages, false);
    else
        ha_report_add(&tally->report, &outcome);
    tally->unreadable |= tally->report.lost;
    ha_text_close(&reason);
    return true;
}

/*
 * Play a scenario under one profile.
 *
 *   options    with that profile
 *   outcome    has file, name and preset
 *   relies_on  what is shown by failing here alone; NULL: it is a failure
 *   seen       breaches under other profiles; gets those of this one; NULL when there are none
 */
static void play_once(struct ha_tally *tally, const struct ha_scenario *scenario,
                      const struct ha_play_options *options, struct ha_outcome outcome,
                      const char *relies_on, struct ha_breaches *seen, struct ha_loop *loop)
{
    struct ha_run run = {.coverage = options->coverage ? &tally->coverage : NULL};
    struct ha_error reason = {""};
    struct ha_text message = {0};
    if (leave_out(tally, scenario, options, outcome))
        return;
    int err = ha_run_play(&run, scenario, options, loop, &tally->signal, &message);
    if (!err && options->accept) {
        err = ha_accept(&run, &reason);
        if (err) {
            ha_add_file_name(&message, scenario->file);
            ha_text_addf(&message, ": error: %s\n", reason.text);
        }
    }
    if (!err) {
        say_accepted(tally, &run);
        count_run(tally, &run, &outcome, relies_on, relies_on ? seen : NULL);
        if (seen && !relies_on && ha_breaches_add_all(seen, &run.breaches))
            ha_tally_lost(tally);
    } else {
        outcome.message = &message;
        ha_tally_fail(tally, &outcome);
        /* Profile and knobs were checked before: what is left to be wrong there is the token. */
        if (options->replay && (err == HA_EINVAL || err == HA_ESTALE))
            tally->refused = HA_EXIT_USAGE;
        else if (err == HA_EINTERNAL)
            tally->refused = HA_EXIT_INTERNAL;
        else
            tally->unreadable = true;
    }
    ha_run_close(&run);
}

void ha_tally_play(struct ha_tally *tally, const struct ha_scenario *scenario,
                   struct ha_loop *loop)
{
    struct ha_outcome outcome = {.file = scenario->file, .name = scenario->name};
    struct ha_play_options options = *tally->options;
    struct ha_breaches seen = {0};
    if (!ha_wants_all_profiles(&options)) {
        play_once(tally, scenario, &options, outcome, NULL, NULL, loop);
        return;
    }
    for (size_t i = 0; i < PROFILES && !tally->signal; i++) {
        options.profile = outcome.preset = ha_preset_name(all_profiles[i].preset);
        play_once(tally, scenario, &options, outcome, all_profiles[i].relies_on, &seen, loop);
    }
    ha_breaches_close(&seen);
}

void ha_tally_list(struct ha_tally *tally, const struct ha_scenario *scenario)
{
    struct ha_outcome outcome = {.file = scenario->file, .name = scenario->name};
    size_t profiles = ha_wants_all_profiles(tally->options) ? PROFILES : 1;
    struct ha_play_options options = *tally->options;
    struct ha_text lines = {0};
    size_t left_out = tally->left_out;
    for (size_t i = 0; i < profiles; i++) {
        if (profiles > 1)
            options.profile = outcome.preset = ha_preset_name(all_profiles[i].preset);
        if (leave_out(tally, scenario, &options, outcome))
            continue;
        ha_outcome_title(&outcome, &lines);
        ha_text_add(&lines, "\n");
    }
    ha_report_print(&tally->report, tally->options->out, &lines);
    tally->unreadable |= tally->report.lost;
    tally->listed += tally->left_out - left_out < profiles;
}
