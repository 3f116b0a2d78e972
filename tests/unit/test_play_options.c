/* edge: how much is told, what is chosen, and options that contradict each other */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "unit/playground.h"

#define PASS_GOOD "pass  good.json: a processor more (1 add, 2 calls)\n"
#define FAIL_FORGETS "FAIL  forgets.json: a processor more (1 add, 2 calls)\n"

static int open_with_files(void **state)
{
    playground_open(state);
    playground_write("good.json", PLAYGROUND_GOOD);
    playground_write("forgets.json", PLAYGROUND_FORGETS);
    playground_write("broken.json", PLAYGROUND_BROKEN);
    playground_write("f/empty.json", "{ \"format\": 1, \"name\": \"no driver at all\",\n"
                                     "  \"partition\": { \"groups\": [ { \"maximum\": 1,\n"
                                     "  \"active\": 1 } ] } }\n");
    return 0;
}

static void without_calls_there_are_findings_and_differences_and_no_story(void **state)
{
    struct playground *p = *state;

    playground_play_as(p, "good.json forgets.json",
                       &(struct ha_play_options){.detail = HA_DETAIL_VIOLATIONS});

    playground_in_order(p->out, (const char *const[]){
        PASS_GOOD "error DRV-5: ", "violations: DRV-5 was not expected", FAIL_FORGETS, NULL});
    playground_lacks(p->out, "DriverEntry");
}

static void without_anything_there_are_verdicts(void **state)
{
    struct playground *p = *state;

    for (enum ha_output output = HA_OUTPUT_VERDICT; output <= HA_OUTPUT_STORY; output++) {
        playground_play_as(p, "good.json forgets.json", &(struct ha_play_options){
            .output = output, .detail = HA_DETAIL_NONE});
        assert_string_equal(p->out, PASS_GOOD FAIL_FORGETS "1 passed, 1 failed\n");
    }
}

static void json_lines_without_calls_are_the_trace_s_own_words_and_the_findings(void **state)
{
    static const char *const left_out[] = {"CB_ENTER", "THREAD", "TRACE_END", "ADD_BEGIN"};
    struct playground *p = *state;

    playground_play_as(p, "forgets.json", &(struct ha_play_options){
        .output = HA_OUTPUT_JSONL, .detail = HA_DETAIL_VIOLATIONS});

    playground_in_order(p->out, (const char *const[]){
        "\"event\":\"TRACE_BEGIN\"", "\"event\":\"KNOB\"", "\"event\":\"GROUP\"",
        "\"event\":\"PROCESSOR\"", "\"event\":\"NAME\"",
        "{\"event\":\"VIOLATION\",\"rule\":\"DRV-5\"", NULL});
    for (size_t i = 0; i < sizeof left_out / sizeof left_out[0]; i++)
        playground_lacks(p->out, left_out[i]);

    playground_play_as(p, "forgets.json", &(struct ha_play_options){
        .output = HA_OUTPUT_JSONL, .detail = HA_DETAIL_NONE});
    assert_string_equal(p->out, "");
    assert_string_equal(p->log, FAIL_FORGETS "0 passed, 1 failed\n");
}

static void a_filter_matches_the_path_or_the_name(void **state)
{
    static const struct { const char *filter, *summary; } cases[] = {
        {"*", "2 passed, 0 failed\n"},
        {"good*", "1 passed, 0 failed\n"},
        {"*empty*", "1 passed, 0 failed\n"},
        {"no driver*", "1 passed, 0 failed\n"},
        {"a processor ?ore", "1 passed, 0 failed\n"},
        {"*[.]json", "2 passed, 0 failed\n"},
        {"ood", "0 passed, 0 failed\n"},
        {"GOOD*", "0 passed, 0 failed\n"},
    };
    struct playground *p = *state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        playground_play_as(p, "good.json f", &(struct ha_play_options){
            .filter = cases[i].filter, .quiet = true});
        assert_string_equal(p->out, cases[i].summary);
        assert_int_equal(p->code, cases[i].summary[0] == '0' ? HA_EXIT_NOTHING : HA_EXIT_OK);
    }
    assert_string_equal(p->log, "hotadd: no scenario matches 'GOOD*'\n");
}

static void a_file_that_cannot_be_read_is_told_of_whatever_the_filter(void **state)
{
    struct playground *p = *state;

    playground_play_as(p, "broken.json good.json", &(struct ha_play_options){.filter = "good*"});

    playground_has(p->out, "broken.json:4:1: error: ");
    playground_has(p->out, "1 passed, 1 failed\n");
    assert_int_equal(p->code, HA_EXIT_UNREADABLE);
}

static void a_list_names_what_would_be_played_and_plays_nothing(void **state)
{
    struct playground *p = *state;

    playground_play_as(p, "forgets.json f", &(struct ha_play_options){.list = true});
    assert_string_equal(p->out, "forgets.json: a processor more\n"
                                "f/empty.json: no driver at all\n");
    assert_int_equal(p->code, HA_EXIT_OK);

    playground_play_as(p, "good.json f", &(struct ha_play_options){
        .list = true, .filter = "good*", .profile = HA_PROFILE_ALL});
    assert_string_equal(p->out, "good.json [documented]: a processor more\n"
                                "good.json [observed]: a processor more\n"
                                "good.json [adversarial]: a processor more\n"
                                "good.json [strict_stop]: a processor more\n"
                                "good.json [intro]: a processor more\n");

    playground_play_as(p, "broken.json good.json", &(struct ha_play_options){.list = true});
    assert_string_equal(p->out, "good.json: a processor more\n");
    playground_has(p->log, "broken.json:4:1: error: ");
    assert_int_equal(p->code, HA_EXIT_UNREADABLE);

    playground_play_as(p, "good.json", &(struct ha_play_options){.list = true, .filter = "x"});
    assert_int_equal(p->code, HA_EXIT_NOTHING);
}

/* Whether the list that `label` begins in a coverage names a rule. */
static bool is_never_met(const char *text, const char *rule)
{
    const char *begin = strstr(text, " rules exercised\n    never   ");
    const char *end = strstr(text, "\n  hot-add   ");
    assert_non_null(begin);
    assert_true(end && begin < end);
    const char *at = strstr(begin, rule);
    return at && at < end;
}

static void coverage_tells_rules_states_and_knobs_of_all_runs(void **state)
{
    struct playground *p = *state;

    playground_play_as(p, "good.json f", &(struct ha_play_options){.coverage = true});
    playground_in_order(p->out, (const char *const[]){
        "pass  f/empty.json", "\ncoverage: ", " rules exercised\n    never   ",
        "\n  hot-add   Start 1, Complete 1\n    never   Failure\n"
        "  existing  none\n    never   Start, Complete, Failure\n"
        "  PnP       none\n    never   Arrival, Removal\n"
        "  adds      succeeded 1\n    never   vetoed, hardware not started, without room\n",
        "\n  endings   normally 2\n    never   deadlock, bugcheck, budget, crash, hang\n",
        "\n  knobs     none was turned\n    never   sync_start_vs_hw=after_start, ",
        "\n2 passed, 0 failed\n", NULL});
    assert_true(is_never_met(p->out, " EXIST-1,"));
    assert_false(is_never_met(p->out, " HOT-1,"));
    for (const char *line = strstr(p->out, "\n    never"); line[1] == ' ';) {
        size_t length = strcspn(line + 1, "\n");
        assert_in_range(length, 1, 100);
        line += length + 1;
    }

    playground_play_as(p, "good.json", &(struct ha_play_options){
        .coverage = true, .quiet = true, .profile = HA_PROFILE_ALL});
    playground_has(p->out, "  hot-add   Start 5, Complete 5\n");
    playground_has(p->out, "  knobs     sync_start_vs_hw=before_start|after_start, "
                           "hot_start_error=notify_all|stop_at_error,\n            ");
    playground_has(p->out, "failure_order=forward|reverse");
}

static void options_that_contradict_each_other_are_refused_with_a_reason(void **state)
{
    static const char *const knob[] = {"failure_order=reverse"};
    static const struct { struct ha_play_options options; const char *message; } cases[] = {
        {{.replay = "h1-0-0", .profile = HA_PROFILE_ALL}, "--replay and --profile all do not go"},
        {{.accept = true, .profile = HA_PROFILE_ALL}, "--accept and --profile do not go"},
        {{.accept = true, .set = knob, .set_count = 1}, "--accept and --set do not go"},
        {{.accept = true, .replay = "h1-0-0"}, "--accept and --replay do not go"},
        {{.list = true, .replay = "h1-0-0"}, "--list and --replay do not go"},
        {{.list = true, .accept = true}, "--list and --accept do not go"},
        {{.list = true, .coverage = true}, "--list and --coverage do not go"},
        {{.list = true, .output = HA_OUTPUT_TAP}, "--list and --format do not go"},
        {{.list = true, .out_path = "list"}, "--list and --out do not go"},
    };
    struct playground *p = *state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        playground_play_as(p, "good.json", &cases[i].options);
        playground_has(p->log, cases[i].message);
        playground_has(p->log, " together: ");
        playground_lacks(p->out, "good.json");
        assert_int_equal(p->code, HA_EXIT_USAGE);
    }
}

static void strict_goes_into_the_line_that_repeats_a_run(void **state)
{
    struct playground *p = *state;

    playground_play_as(p, "good.json forgets.json", &(struct ha_play_options){.strict = true});

    playground_has(p->out, PASS_GOOD);
    playground_has(p->out, "hotadd run forgets.json --strict --replay ");
}

#define with_files(test) cmocka_unit_test_setup_teardown(test, open_with_files, playground_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_files(without_calls_there_are_findings_and_differences_and_no_story),
        with_files(without_anything_there_are_verdicts),
        with_files(json_lines_without_calls_are_the_trace_s_own_words_and_the_findings),
        with_files(a_filter_matches_the_path_or_the_name),
        with_files(a_file_that_cannot_be_read_is_told_of_whatever_the_filter),
        with_files(a_list_names_what_would_be_played_and_plays_nothing),
        with_files(coverage_tells_rules_states_and_knobs_of_all_runs),
        with_files(options_that_contradict_each_other_are_refused_with_a_reason),
        with_files(strict_goes_into_the_line_that_repeats_a_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
