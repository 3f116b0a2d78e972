/*
 * fixture - see fixture.h
 *
 * Owns its making and end, its runs, and the report of a run.
 */
#include "check/fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/code.h"
#include "base/error.h"
#include "base/names.h"
#include "base/race.h"
#include "base/symbolizer.h"
#include "check/cast.h"
#include "check/difference.h"
#include "check/story.h"

#define DRIVER_NAME "driver"

static const struct ha_cast *cast_of(const struct ha_fixture *fixture)
{
    return ha_judge_cast(fixture->judge);
}

static void hand_on(struct ha_sink *sink, const struct ha_record *first, size_t count)
{
    sink->take(sink, first, count);
}

static void take(struct ha_sink *sink, const struct ha_record *first, size_t count)
{
    struct ha_fixture *fixture = (struct ha_fixture *)(void *)sink;
    hand_on(ha_judge_sink(fixture->judge), first, count);
    if (fixture->runs <= 1) {
        hand_on(ha_matcher_sink(fixture->matcher), first, count);
        hand_on(ha_story_sink(fixture->story), first, count);
    }
    for (size_t i = 0; i < count; i++) {
        if (first[i].kind == HA_CHOICE)
            fixture->is_ordinary = false;
        if (first[i].kind == HA_TRACE_END)
            fixture->ending = first[i].as.end.ending;
        if (first[i].kind != HA_CHECK_FAILED)
            continue;
        const char *what = ha_cast_name(cast_of(fixture), HA_NS_CHECK, first[i].id);
        ha_text_addf(&fixture->failures, "check failed: %s\n", what ? what : "?");
    }
}

static void close_fixture(struct ha_fixture *fixture)
{
    ha_judge_destroy(fixture->judge);
    ha_matcher_destroy(fixture->matcher);
    ha_story_destroy(fixture->story);
    ha_text_close(&fixture->failures);
    ha_text_close(&fixture->report);
    free(fixture);
}

static struct ha_fixture *open_fixture(const struct ha_test_options *options)
{
    struct ha_fixture *fixture = calloc(1, sizeof *fixture);
    if (!fixture)
        return NULL;
    ha_race_listen();
    fixture->sink.take = take;
    fixture->fatal = options->fatal;
    fixture->driver.name = options->driver ? options->driver : DRIVER_NAME;
    fixture->entry = options->entry;
    fixture->explored = options->explored;
    fixture->is_ordinary = true;
    fixture->expect.driver = &fixture->driver;
    fixture->expect.driver_count = options->entry != NULL;
    fixture->expect.violation = fixture->violation;
    fixture->judge = ha_judge_create();
    fixture->matcher = ha_matcher_create(&fixture->expect);
    fixture->story = ha_story_create(false);
    if (!fixture->judge || !fixture->matcher || !fixture->story) {
        close_fixture(fixture);
        return NULL;
    }
    ha_matcher_keep_calls(fixture->matcher);
    ha_matcher_keep_arrivals(fixture->matcher);
    return fixture;
}

/* The line of a place in the program that the test is; driver and fixture are in the same. */
static void look_up(const char *place, struct ha_text *line)
{
    static const char here = 0;
    const char *plus = strrchr(place, '+'), *offset = plus ? plus + 1 : NULL;
    struct ha_code own;
    ha_text_clear(line);
    if (offset && ha_code_find(&here, &own) && ha_code_is_in(place, own.file))
        ha_symbolizer_ask(own.file, &offset, 1, HA_SYMBOLIZER_PATIENCE_MS, line);
}

static void tell_finding(struct ha_fixture *fixture, const struct ha_finding *finding,
                         const char *driver, const char *repeat)
{
    struct ha_text line = {0};
    look_up(finding->place, &line);
    ha_story_add_finding(&fixture->report, finding, driver,
                         line.length ? ha_text_string(&line) : NULL, repeat, false);
    ha_text_close(&line);
}

/* The next error at or behind `*at` that the test does not expect; NULL when there is none. */
static const struct ha_finding *next_error(const struct ha_fixture *fixture, size_t *at)
{
    size_t count;
    const struct ha_finding *finding = ha_judge_findings(fixture->judge, &count, NULL);
    for (; *at < count; ++*at)
        if (finding[*at].severity == HA_ERROR &&
            !ha_violation_is_expected(&finding[*at], fixture->violation,
                                      fixture->expect.violation_count, cast_of(fixture)))
            return &finding[(*at)++];
    return NULL;
}

static const char *driver_of(const struct ha_fixture *fixture, const struct ha_finding *finding)
{
    return ha_cast_name(cast_of(fixture), HA_NS_DRIVER, finding->driver);
}

/* Returns how many errors there are. */
static int tell_findings(struct ha_fixture *fixture)
{
    const struct ha_finding *finding;
    int count = 0;
    for (size_t at = 0; (finding = next_error(fixture, &at)) != NULL; count++)
        tell_finding(fixture, finding, driver_of(fixture, finding), NULL);
    return count;
}

/* How the run differs from what was expected; as ha_matcher_compare(). */
static int compare_run(struct ha_fixture *fixture, int errors, struct ha_text *differences)
{
    if (!ha_fixture_is_elsewhere(fixture))
        return ha_matcher_compare(fixture->matcher, fixture->judge, differences);
    if (fixture->ending == HA_END_NORMALLY)
        return errors;
    ha_text_addf(differences, "the run ended by \"%s\"\n", ha_ending_name(fixture->ending));
    return errors + 1;
}

/* What there is to say of a run that has ended; NULL when all is well. */
static const char *tell(struct ha_fixture *fixture)
{
    const struct ha_text *story = ha_story_text(fixture->story);
    struct ha_text differences = {0};
    ha_text_clear(&fixture->report);
    ha_text_addf(&fixture->report, "%s", ha_text_string(story));
    int errors = tell_findings(fixture);
    ha_text_add(&fixture->report, ha_text_string(&fixture->failures));
    int found = compare_run(fixture, errors, &differences);
    ha_text_add(&fixture->report, ha_text_string(&differences));
    bool lost = found < 0 || story->lost || fixture->failures.lost || fixture->report.lost;
    ha_text_close(&differences);
    if (lost)
        return "out of memory: the test cannot be judged\n";
    return found || fixture->failures.length ? ha_text_string(&fixture->report) : NULL;
}

static void on_fatal(struct ha_machine *machine, void *argument)
{
    struct ha_fixture *fixture = argument;
    const char *report = tell(fixture);
    (void)machine;
    fixture->told = true;
    if (!report)
        report = "the run ended while the test was inside an NT routine\n";
    if (fixture->fatal)
        fixture->fatal(report);
    fputs(report, stderr);
    exit(1);
}

static int watch(struct ha_machine *machine, struct ha_fixture *fixture)
{
    int err = ha_machine_add_sink(machine, &fixture->sink);
    ha_machine_set_watcher(machine, fixture);
    ha_machine_set_fatal(machine, on_fatal, fixture);
    return err;
}

struct ha_machine_options ha_test_usual_machine(void)
{
    static const struct ha_group_options group = {.maximum = 8, .active_mask = 0xf};
    return (struct ha_machine_options){.partition = {.group = &group, .group_count = 1}};
}

int ha_test_begin(const struct ha_test_options *options, struct ha_machine **machine,
                  struct ha_error *error)
{
    static const struct ha_test_options nothing = {.driver = NULL};
    struct ha_machine_options usual = ha_test_usual_machine();
    struct ha_machine *made;

    if (!options)
        options = &nothing;
    struct ha_fixture *fixture = open_fixture(options);
    if (!fixture)
        return ha_error_set(error, HA_ENOMEM, "out of memory");
    if (options->machine)
        usual = *options->machine;
    usual.record_places = true;
    if (options->threads == HA_THREADS_FREE)
        usual.threads = HA_THREADS_FREE;
    int err = ha_machine_create(&usual, &made, error);
    if (err) {
        close_fixture(fixture);
        return err;
    }
    err = watch(made, fixture);
    if (!err && options->entry && !options->explored)
        err = ha_machine_load(made, fixture->driver.name, options->entry);
    if (err) {
        ha_test_destroy(made);
        return ha_error_set(error, err, "%s", ha_err_text(err));
    }
    *machine = made;
    return HA_OK;
}

int ha_test_add_processor(struct ha_machine *machine)
{
    static const struct ha_add_options anywhere = {HA_ANYWHERE};
    int err = ha_machine_add_processor(machine, 0, &anywhere);
    return err ? err : ha_machine_step(machine, NULL);
}

int ha_test_expect_violation(struct ha_machine *machine, const char *rule)
{
    struct ha_fixture *fixture = ha_fixture_of(machine);
    const struct ha_rule *found = ha_rule_find(rule);
    if (!found || fixture->expect.violation_count == HA_TEST_VIOLATIONS)
        return HA_EINVAL;
    fixture->violation[fixture->expect.violation_count++].rule = found->id;
    return HA_OK;
}

int ha_test_again(struct ha_machine *machine, bool *loaded)
{
    struct ha_fixture *fixture = ha_fixture_of(machine);
    int32_t nt_status = 0;
    int err = ha_machine_rewind(machine);
    if (err)
        return err;
    fixture->runs++;
    fixture->is_ordinary = true;
    fixture->ending = HA_END_NOT_YET;
    fixture->compared_calls = fixture->compared_arrivals = 0;
    fixture->expect.violation_count = 0;
    ha_text_clear(&fixture->failures);
    ha_judge_reset(fixture->judge);
    if (fixture->entry) {
        err = ha_machine_load(machine, fixture->driver.name, fixture->entry);
        ha_machine_driver_status(machine, fixture->driver.name, &nt_status);
    }
    *loaded = !err && nt_status >= 0 && !ha_machine_ending(machine);
    return err;
}

int ha_test_show(struct ha_machine *machine,
                 void (*show)(void *argument, const struct ha_finding *finding,
                              const char *driver),
                 void *argument)
{
    const struct ha_fixture *fixture = ha_fixture_of(machine);
    const struct ha_finding *finding;
    size_t at = 0;
    bool lost;
    while ((finding = next_error(fixture, &at)) != NULL)
        show(argument, finding, driver_of(fixture, finding));
    if (fixture->failures.length) {
        struct ha_finding failed = {.rule = NULL};
        const char *words = ha_text_string(&fixture->failures);
        snprintf(failed.call, sizeof failed.call, "%.*s", (int)strcspn(words, "\n"), words);
        snprintf(failed.seen, sizeof failed.seen, "%s", words);
        show(argument, &failed, NULL);
    }
    ha_judge_findings(fixture->judge, &at, &lost);
    return lost || fixture->failures.lost ? HA_ENOMEM : HA_OK;
}

const char *ha_test_tell(struct ha_machine *machine, const struct ha_finding *finding,
                         const char *driver, const char *repeat)
{
    struct ha_fixture *fixture = ha_fixture_of(machine);
    ha_text_clear(&fixture->report);
    if (finding->rule) {
        tell_finding(fixture, finding, driver, repeat);
    } else {
        const char *end = strchr(finding->seen, '\0');
        ha_text_addf(&fixture->report, "error: %s%s", finding->seen,
                     end > finding->seen && end[-1] == '\n' ? "" : "\n");
        if (repeat)
            ha_text_addf(&fixture->report, "  repeat    %s\n", repeat);
    }
    return fixture->report.lost ? NULL : ha_text_string(&fixture->report);
}

const char *ha_test_tell_difference(struct ha_machine *machine, const struct ha_record *first,
                                    size_t first_count, const struct ha_record *second,
                                    size_t second_count)
{
    struct ha_text *report = &ha_fixture_of(machine)->report;
    ha_text_clear(report);
    ha_difference_add(report, first, first_count, second, second_count);
    return report->lost ? NULL : ha_text_string(report);
}

const char *ha_test_end(struct ha_machine *machine)
{
    struct ha_fixture *fixture = ha_fixture_of(machine);
    if (fixture->told)
        return NULL;
    if (!ha_machine_ending(machine))
        ha_machine_finish(machine);     /* what goes wrong here is how the run ends */
    return tell(fixture);
}

void ha_test_destroy(struct ha_machine *machine)
{
    if (!machine)
        return;
    struct ha_fixture *fixture = ha_fixture_of(machine);
    ha_machine_destroy(machine);
    close_fixture(fixture);
}
