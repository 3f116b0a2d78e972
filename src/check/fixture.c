/*
 * fixture - a machine that a unit test holds, and those who watch it
 *
 * Owns struct fixture, which goes with its machine as the machine's watcher: judge, matcher and
 * story, a list of the checks that failed, and the report that is made of all of them.
 */
#include "hotadd/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/code.h"
#include "base/error.h"
#include "base/race.h"
#include "base/symbolizer.h"
#include "base/text.h"
#include "check/cast.h"
#include "check/expect.h"
#include "check/judge.h"
#include "check/story.h"

#define DRIVER_NAME "driver"

struct fixture {
    struct ha_sink sink;            /* first: takes names and failed checks */
    void (*fatal)(const char *report);
    struct ha_expect expect;
    struct ha_expected_driver driver;
    struct ha_expected_violation violation[HA_TEST_VIOLATIONS];
    struct ha_judge *judge;
    struct ha_matcher *matcher;
    struct ha_story *story;
    struct ha_cast *cast;
    size_t compared_calls;          /* how many were held against a list */
    size_t compared_arrivals;
    struct ha_text failures, report;
    bool told;                      /* the fatal hook has had the report */
};

static struct fixture *fixture_of(const struct ha_machine *machine)
{
    return ha_machine_watcher(machine);
}

static void take(struct ha_sink *sink, const struct ha_record *first, size_t count)
{
    struct fixture *fixture = (struct fixture *)(void *)sink;
    for (size_t i = 0; i < count; i++) {
        fixture->failures.lost |= !ha_cast_take(fixture->cast, &first[i]);
        if (first[i].kind != HA_CHECK_FAILED)
            continue;
        const char *what = ha_cast_name(fixture->cast, HA_NS_CHECK, first[i].id);
        ha_text_addf(&fixture->failures, "check failed: %s\n", what ? what : "?");
    }
}

static void close_fixture(struct fixture *fixture)
{
    ha_judge_destroy(fixture->judge);
    ha_matcher_destroy(fixture->matcher);
    ha_story_destroy(fixture->story);
    ha_cast_destroy(fixture->cast);
    ha_text_close(&fixture->failures);
    ha_text_close(&fixture->report);
    free(fixture);
}

static struct fixture *open_fixture(const struct ha_test_options *options)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    if (!fixture)
        return NULL;
    ha_race_listen();
    fixture->sink.take = take;
    fixture->fatal = options->fatal;
    fixture->driver.name = options->driver ? options->driver : DRIVER_NAME;
    fixture->expect.driver = &fixture->driver;
    fixture->expect.driver_count = options->entry != NULL;
    fixture->expect.violation = fixture->violation;
    fixture->judge = ha_judge_create();
    fixture->matcher = ha_matcher_create(&fixture->expect);
    fixture->story = ha_story_create(false);
    fixture->cast = ha_cast_create();
    if (!fixture->judge || !fixture->matcher || !fixture->story || !fixture->cast) {
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

static void tell_findings(struct fixture *fixture)
{
    size_t count;
    const struct ha_finding *finding = ha_judge_findings(fixture->judge, &count, NULL);
    struct ha_text line = {0};
    for (size_t i = 0; i < count; i++) {
        if (finding[i].severity != HA_ERROR || ha_matcher_expects(fixture->matcher, &finding[i]))
            continue;
        look_up(finding[i].place, &line);
        ha_story_add_finding(&fixture->report, &finding[i],
                             ha_cast_name(fixture->cast, HA_NS_DRIVER, finding[i].driver),
                             line.length ? ha_text_string(&line) : NULL, NULL, false);
    }
    ha_text_close(&line);
}

/* What there is to say of a run that has ended; NULL when all is well. */
static const char *tell(struct fixture *fixture)
{
    const struct ha_text *story = ha_story_text(fixture->story);
    struct ha_text differences = {0};
    ha_text_clear(&fixture->report);
    ha_text_addf(&fixture->report, "%s", ha_text_string(story));
    tell_findings(fixture);
    ha_text_add(&fixture->report, ha_text_string(&fixture->failures));
    int found = ha_matcher_compare(fixture->matcher, fixture->judge, &differences);
    ha_text_add(&fixture->report, ha_text_string(&differences));
    bool lost = found < 0 || story->lost || fixture->failures.lost || fixture->report.lost;
    ha_text_close(&differences);
    if (lost)
        return "out of memory: the test cannot be judged\n";
    return found || fixture->failures.length ? ha_text_string(&fixture->report) : NULL;
}

static void on_fatal(struct ha_machine *machine, void *argument)
{
    struct fixture *fixture = argument;
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

static int watch(struct ha_machine *machine, struct fixture *fixture)
{
    struct ha_sink *sinks[] = {&fixture->sink, ha_judge_sink(fixture->judge),
                               ha_matcher_sink(fixture->matcher), ha_story_sink(fixture->story)};
    int err = HA_OK;
    for (size_t i = 0; i < sizeof sinks / sizeof sinks[0] && !err; i++)
        err = ha_machine_add_sink(machine, sinks[i]);
    ha_machine_set_watcher(machine, fixture);
    ha_machine_set_fatal(machine, on_fatal, fixture);
    return err;
}

int ha_test_begin(const struct ha_test_options *options, struct ha_machine **machine,
                  struct ha_error *error)
{
    static const struct ha_group_options group = {.maximum = 8, .active_mask = 0xf};
    static const struct ha_test_options nothing = {.driver = NULL};
    struct ha_machine_options usual = {.partition = {.group = &group, .group_count = 1}};
    struct ha_machine *made;

    if (!options)
        options = &nothing;
    struct fixture *fixture = open_fixture(options);
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
    if (!err && options->entry)
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

/*
 * Patterns as scenarios have them: a client whose driver is not said may be anyone's. Each is
 * terminated by a NUL, and they lie one behind another.
 */
static void complete(struct ha_text *patterns, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        size_t client = strcspn(words[i], " ");
        if (!memchr(words[i], '.', client))
            ha_text_add(patterns, "*.");
        ha_text_add_bytes(patterns, words[i], strlen(words[i]) + 1);
    }
}

/* What the matcher has kept from the `first` on, against words that are completed to patterns. */
static int compare(struct fixture *fixture, const char *const *words, size_t count, size_t first,
                   int (*compare_kept)(const struct ha_matcher *matcher, size_t first,
                                       const char *const *pattern, size_t pattern_count,
                                       struct ha_text *report))
{
    const char **pattern = calloc(count + 1, sizeof *pattern);
    struct ha_text patterns = {0};
    int found = HA_ENOMEM;

    ha_text_clear(&fixture->report);
    complete(&patterns, words, count);
    if (pattern && !patterns.lost) {
        const char *next = patterns.bytes;
        for (size_t i = 0; i < count; next += strlen(next) + 1)
            pattern[i++] = next;
        found = compare_kept(fixture->matcher, first, pattern, count, &fixture->report);
    }
    ha_text_close(&patterns);
    free(pattern);
    return ha_matcher_lost(fixture->matcher) ? HA_ENOMEM : found;
}

static const char *report_of(const struct fixture *fixture, int found)
{
    if (found < 0)
        return "out of memory: the calls cannot be compared\n";
    return found ? ha_text_string(&fixture->report) : NULL;
}

const char *ha_test_compare_calls(struct ha_machine *machine, const char *const *words,
                                  size_t count)
{
    struct fixture *fixture = fixture_of(machine);

    ha_machine_flush(machine);
    int found = compare(fixture, words, count, fixture->compared_calls, ha_matcher_compare_calls);
    fixture->compared_calls = ha_matcher_call_count(fixture->matcher);
    return report_of(fixture, found);
}

const char *ha_test_compare_arrivals(struct ha_machine *machine, const char *const *words,
                                     size_t count)
{
    struct fixture *fixture = fixture_of(machine);

    ha_machine_flush(machine);
    int found = compare(fixture, words, count, fixture->compared_arrivals,
                        ha_matcher_compare_arrivals);
    fixture->compared_arrivals = ha_matcher_arrival_count(fixture->matcher);
    return report_of(fixture, found);
}

int ha_test_expect_violation(struct ha_machine *machine, const char *rule)
{
    struct fixture *fixture = fixture_of(machine);
    const struct ha_rule *found = ha_rule_find(rule);
    if (!found || fixture->expect.violation_count == HA_TEST_VIOLATIONS)
        return HA_EINVAL;
    fixture->violation[fixture->expect.violation_count++].rule = found->id;
    return HA_OK;
}

const char *ha_test_end(struct ha_machine *machine)
{
    struct fixture *fixture = fixture_of(machine);
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
    struct fixture *fixture = fixture_of(machine);
    ha_machine_destroy(machine);
    close_fixture(fixture);
}
