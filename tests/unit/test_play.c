/* edge: many scenarios, what is said about them, and how it ends */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <cjson/cJSON.h>

#include "unit/playground.h"

#define PASS_LINE(file) "pass  " file ": a processor more (1 add, 2 calls)\n"
#define FAIL_LINE(file) "FAIL  " file ": a processor more (1 add, 2 calls)\n"
#define STORY_LINE "hot-add     d.sync Start 1\n"

static int open_with_files(void **state)
{
    playground_open(state);
    playground_write("good.json", PLAYGROUND_GOOD);
    playground_write("wrong.json", PLAYGROUND_WRONG);
    playground_write("forgets.json", PLAYGROUND_FORGETS);
    playground_write("broken.json", PLAYGROUND_BROKEN);
    return mkdir("empty", 0755);
}

static void one_file_shows_its_story(void **state)
{
    struct playground *p = *state;

    playground_play(p, "good.json");

    playground_in_order(p->out, (const char *const[]){
        "1 of 4 processors in 1 group, profile documented\n", "d.sync registered\n", STORY_LINE,
        "image of d freed\n", PASS_LINE("good.json"), "1 passed, 0 failed\n", NULL});
    assert_string_equal(p->log, "");
    assert_int_equal(p->code, HA_EXIT_OK);
}

static void several_files_show_a_line_each_in_their_order(void **state)
{
    struct playground *p = *state;
    playground_write("f/b.json", PLAYGROUND_GOOD);
    playground_write("f/a.json", PLAYGROUND_GOOD);

    playground_play(p, "good.json f good.json");

    assert_string_equal(p->out, PASS_LINE("good.json") PASS_LINE("f/a.json")
                                PASS_LINE("f/b.json") PASS_LINE("good.json")
                                "4 passed, 0 failed\n");
    assert_string_equal(p->log, "");
}

static void one_that_fails_among_several_shows_story_findings_and_differences(void **state)
{
    struct playground *p = *state;

    playground_play(p, "good.json forgets.json good.json");

    playground_in_order(p->out, (const char *const[]){
        PASS_LINE("good.json") "1 of 4 processors", STORY_LINE, "error DRV-5: ",
        "  repeat    hotadd run forgets.json --replay h1-", "violations: DRV-5 was not expected",
        FAIL_LINE("forgets.json") PASS_LINE("good.json") "2 passed, 1 failed\n", NULL});
    assert_int_equal(p->code, HA_EXIT_FAILED);
}

static void quiet_leaves_what_fails_and_the_summary(void **state)
{
    struct playground *p = *state;

    playground_play_as(p, "good.json wrong.json", &(struct ha_play_options){.quiet = true});

    assert_string_equal(p->out, "active processors: 3 expected, 2 at the end\n"
                                FAIL_LINE("wrong.json") "1 passed, 1 failed\n");

    playground_play_as(p, "good.json", &(struct ha_play_options){.quiet = true});

    assert_string_equal(p->out, "1 passed, 0 failed\n");
}

static void the_story_format_shows_every_story(void **state)
{
    struct playground *p = *state;

    playground_play_as(p, "good.json wrong.json",
                       &(struct ha_play_options){.output = HA_OUTPUT_STORY});

    playground_in_order(p->out, (const char *const[]){
        "1 of 4 processors", STORY_LINE, PASS_LINE("good.json") "1 of 4 processors", STORY_LINE,
        FAIL_LINE("wrong.json") "1 passed, 1 failed\n", NULL});
}

/* Pass over what the judge found; returns what follows. */
static const char *expect_findings(const char *text, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        const char *end = NULL;
        cJSON *line = cJSON_ParseWithOpts(text, &end, 0);
        if (!cJSON_IsObject(line) || *end != '\n')
            fail_msg("no line of JSON: %.200s", text);
        const char *event = cJSON_GetStringValue(cJSON_GetObjectItem(line, "event"));
        assert_true(!strcmp(event, "VIOLATION") || !strcmp(event, "NOTE"));
        assert_null(cJSON_GetObjectItem(line, "seq"));
        cJSON_Delete(line);
        text = end + 1;
    }
    return text;
}

/* Read a trace line by line with another reader of JSON; returns what follows its TRACE_END. */
static const char *expect_trace(const char *text)
{
    double seq = 0;
    for (bool more = true; more;) {
        const char *end = NULL;
        cJSON *line = cJSON_ParseWithOpts(text, &end, 0);
        if (!cJSON_IsObject(line) || *end != '\n')
            fail_msg("no line of JSON: %.200s", text);
        const char *event = cJSON_GetStringValue(cJSON_GetObjectItem(line, "event"));
        assert_true(cJSON_GetNumberValue(cJSON_GetObjectItem(line, "seq")) == ++seq);
        assert_int_equal(!strcmp(event, "TRACE_BEGIN"), seq == 1);
        more = strcmp(event, "TRACE_END") != 0;
        cJSON_Delete(line);
        text = end + 1;
    }
    return text;
}

static void json_lines_have_the_output_for_themselves(void **state)
{
    struct playground *p = *state;
    struct ha_play_options options = {.output = HA_OUTPUT_JSONL, .color = true};

    playground_play_as(p, "forgets.json broken.json nowhere.json good.json", &options);

    const char *rest = expect_findings(expect_trace(p->out), 1);
    playground_has(p->out, "{\"event\":\"VIOLATION\",\"rule\":\"DRV-5\",\"severity\":\"error\"");
    assert_string_equal(expect_trace(rest), "");
    playground_in_order(p->log, (const char *const[]){
        "DRV-5", "forgets.json: a processor more", "broken.json:4:1", "nowhere.json: error: ",
        "good.json: a processor more", "1 passed, 3 failed\n", NULL});

    options.quiet = true;
    playground_play_as(p, "good.json", &options);
    assert_string_equal(expect_trace(p->out), "");
    assert_string_equal(p->log, "1 passed, 0 failed\n");
}

static void color_is_used_when_asked_for_and_changes_no_word(void **state)
{
    struct playground *p = *state;
    char *plain, *to;

    playground_play(p, "forgets.json good.json");
    playground_lacks(p->out, "\033");
    plain = strdup(p->out);
    playground_play_as(p, "forgets.json good.json", &(struct ha_play_options){.color = true});
    playground_has(p->out, "\033[31mFAIL\033[0m");
    playground_has(p->out, "\033[32mpass\033[0m");
    to = p->out;
    for (const char *from = p->out; *from;)
        if (*from == '\033')
            from = strchr(from, 'm') + 1;
        else
            *to++ = *from++;
    *to = '\0';

    assert_string_equal(p->out, plain);
    free(plain);
}

/* When several apply, the first of 70, 3, 1, 5, 4, 0 is the code. */
static void the_worst_of_all_files_is_the_exit_code(void **state)
{
    static const struct { const char *paths; enum ha_exit code; const char *summary; } cases[] = {
        {"good.json", HA_EXIT_OK, "1 passed, 0 failed\n"},
        {"wrong.json", HA_EXIT_FAILED, "0 passed, 1 failed\n"},
        {"good.json wrong.json good.json", HA_EXIT_FAILED, "2 passed, 1 failed\n"},
        {"nowhere.json", HA_EXIT_UNREADABLE, "0 passed, 1 failed\n"},
        {"nowhere.json good.json", HA_EXIT_UNREADABLE, "1 passed, 1 failed\n"},
        {"broken.json wrong.json good.json", HA_EXIT_UNREADABLE, "1 passed, 2 failed\n"},
        {"empty", HA_EXIT_NOTHING, "0 passed, 0 failed\n"},
        {"empty good.json", HA_EXIT_OK, "1 passed, 0 failed\n"},
        {"empty wrong.json", HA_EXIT_FAILED, "0 passed, 1 failed\n"},
        {"empty nowhere.json", HA_EXIT_UNREADABLE, "0 passed, 1 failed\n"},
    };
    struct playground *p = *state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        playground_play(p, cases[i].paths);
        if (p->code != (int)cases[i].code)
            fail_msg("%s: exit code %d", cases[i].paths, p->code);
        playground_has(p->out, cases[i].summary);
    }
}

static void a_folder_without_scenarios_is_no_silent_success(void **state)
{
    struct playground *p = *state;

    playground_play(p, "empty");

    assert_string_equal(p->log, "hotadd: no scenario was found\n");
}

static void a_wrong_file_is_named_with_its_place_and_the_others_are_run(void **state)
{
    struct playground *p = *state;
    assert_int_equal(symlink("itself.json", "itself.json"), 0);

    playground_play(p, "broken.json itself.json nowhere.json good.json");

    playground_in_order(p->out, (const char *const[]){
        "broken.json:4:1", ": error: ", "itself.json: error: cannot be read: ",
        "nowhere.json: error: cannot be read: No such file or directory\n",
        PASS_LINE("good.json"), NULL});
    assert_int_equal(p->code, HA_EXIT_UNREADABLE);
}

static void a_wrong_profile_or_knob_is_said_once_and_nothing_is_run(void **state)
{
    static const struct { const char *profile, *set, *message; } cases[] = {
        {"adverserial", NULL, "there is no profile 'adverserial'; did you mean 'adversarial'?"},
        {NULL, "hot_start_eror=notify_all", "did you mean 'hot_start_error'?"},
        {NULL, "hot_start_error=stop_at_eror", "did you mean 'stop_at_error'?"},
        {NULL, "hot_start_error", "'hot_start_error' is not of the form knob=value"},
        {NULL, "=stop_at_error", "there is no knob ''"},
        {"", NULL, "there is no profile ''"},
    };
    struct playground *p = *state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct ha_play_options options = {.profile = cases[i].profile, .set = &cases[i].set,
                                          .set_count = cases[i].set != NULL};
        playground_play_as(p, "good.json broken.json", &options);
        assert_int_equal(p->code, HA_EXIT_USAGE);
        playground_has(p->log, cases[i].message);
        assert_string_equal(p->out, "0 passed, 0 failed\n");
    }
}

static void profile_and_knobs_of_the_command_line_reach_the_run(void **state)
{
    struct playground *p = *state;
    const char *set[] = {"dereg_wait=deferred", "dereg_wait=per_call"};

    playground_play_as(p, "good.json", &(struct ha_play_options){
        .output = HA_OUTPUT_JSONL, .profile = "strict_stop", .set = set, .set_count = 2});

    assert_int_equal(p->code, HA_EXIT_OK);
    playground_has(p->out, "\"preset\":\"strict_stop\"");
    playground_has(p->out, "\"knob\":\"hot_start_error\",\"value\":\"stop_at_error\"");
    playground_has(p->out, "\"knob\":\"dereg_wait\",\"value\":\"per_call\"");
}

static void a_run_over_budget_fails_unless_that_is_expected(void **state)
{
    struct playground *p = *state;
    struct ha_play_options options = {.record_budget = 40};
    playground_write("expects.json",
                     "{ \"format\": 1, \"name\": \"n\", \"partition\":\n"
                     "{ \"groups\": [ { \"maximum\": 2, \"active\": 1 } ] },\n"
                     "\"drivers\": [ { \"name\": \"d\" }, { \"name\": \"e\" } ],\n"
                     "\"events\": [ { \"at\": \"1ms\", \"add_processor\": {} } ],\n"
                     "\"expect\": { \"ends\": \"budget\" } }\n");

    playground_play_as(p, "good.json", &options);
    assert_int_equal(p->code, HA_EXIT_BUDGET);
    playground_has(p->out, "the run ended: budget\n");
    playground_has(p->out, "end: \"normally\" expected, but the run ended by \"budget\"\n");

    playground_play_as(p, "expects.json", &options);
    assert_int_equal(p->code, HA_EXIT_OK);
    playground_has(p->out, "the run ended: budget\n");

    playground_play(p, "expects.json");
    assert_int_equal(p->code, HA_EXIT_FAILED);
    playground_has(p->out, "end: \"budget\" expected, but the run ended by \"normally\"\n");
}

static void a_failure_outweighs_a_budget_that_ended_another_run(void **state)
{
    struct playground *p = *state;
    struct ha_play_options options = {.record_budget = 45};
    playground_write("short.json", "{ \"format\": 1, \"name\": \"n\", \"partition\":\n"
                                   "{ \"groups\": [ { \"maximum\": 2, \"active\": 1 } ] },\n"
                                   "\"expect\": { \"active_processors\": 2 } }\n");

    playground_play_as(p, "short.json good.json", &options);
    assert_int_equal(p->code, HA_EXIT_FAILED);
    playground_play_as(p, "good.json short.json", &options);
    assert_int_equal(p->code, HA_EXIT_FAILED);
}

static void a_driver_at_fault_outweighs_the_budget_that_ended_its_run(void **state)
{
    struct playground *p = *state;
    struct ha_play_options options = {.record_budget = 60};
    playground_write("late.json",
                     "{ \"format\": 1, \"name\": \"n\", \"partition\":\n"
                     "{ \"groups\": [ { \"maximum\": 9, \"active\": 1 } ] }, \"drivers\": [\n"
                     "{ \"name\": \"d\", \"entry\": [ { \"register\": \"processor-change\",\n"
                     "\"as\": \"sync\" } ], \"on\": [ { \"callback\": \"sync\", \"do\": [\n"
                     "{ \"modify_context\": true } ] } ] } ],\n"
                     "\"events\": [ { \"at\": \"1ms\",\n"
                     "\"add_processor\": { \"count\": 8 } } ] }\n");

    playground_play_as(p, "late.json", &options);

    playground_has(p->out, "the run ended: budget\n");
    playground_has(p->out, "error CTX-3: ");
    assert_int_equal(p->code, HA_EXIT_FAILED);
}

static void a_finding_that_is_expected_is_called_so(void **state)
{
    struct playground *p = *state;

    playground_play(p, HA_TESTS_DIR "/../scenarios/processor/veto_erased.json");
    playground_has(p->out, "\nexpected error STAT-6: ");
    assert_int_equal(p->code, HA_EXIT_OK);

    playground_play(p, "forgets.json");
    playground_has(p->out, "\nerror DRV-5: ");
    assert_int_equal(p->code, HA_EXIT_FAILED);
}

static void a_deadlock_says_who_waits_for_what_and_who_holds_it(void **state)
{
    struct playground *p = *state;

    playground_write("stuck.json",
                     "{ \"format\": 1, \"name\": \"n\", \"partition\":\n"
                     "{ \"groups\": [ { \"maximum\": 2, \"active\": 1 } ] },\n"
                     "\"drivers\": [ { \"name\": \"stuck\",\n"
                     "\"entry\": [ { \"register\": \"processor-change\", \"as\": \"sync\" } ],\n"
                     "\"on\": [ { \"callback\": \"sync\",\n"
                     "\"do\": [ { \"wait\": \"it\" } ] } ] } ],\n"
                     "\"events\": [ { \"at\": \"1ms\", \"add_processor\": {} },\n"
                     "{ \"during\": \"stuck.sync Start 1\", \"run\": \"stuck\", \"do\": [\n"
                     "{ \"register\": \"processor-change\", \"as\": \"late\" },\n"
                     "{ \"signal\": \"it\" } ] } ], \"expect\": { \"ends\": \"deadlock\" } }\n");

    playground_play(p, "stuck.json");

    playground_in_order(p->out, (const char *const[]){
        "deadlock: 2 threads wait for ever\n",
        "registering stuck.late for stuck, waits for the lock of registrations and adds, held by "
        "hot-add\n",
        "hot-add, in stuck.sync Start 1, waits for event \"it\"\n",
        "the run ended: deadlock\n", NULL});
    assert_int_equal(p->code, HA_EXIT_OK);
}

static void verdicts_that_cannot_be_written_are_no_success(void **state)
{
    struct playground *p = *state;
    const char *path = "good.json";
    struct ha_play_options options = {.path = &path, .path_count = 1,
                                      .output = HA_OUTPUT_JSONL};
    options.out = fopen("out", "w");
    options.log = fopen("good.json", "r");

    p->code = ha_play(&options);

    fclose(options.out);
    fclose(options.log);
    assert_int_equal(p->code, HA_EXIT_UNREADABLE);
}

/* Rights do not hold for root: then the files are played as somebody else. */
static void a_folder_that_cannot_be_searched_counts_as_failed(void **state)
{
    struct playground *p = *state;
    uid_t user = geteuid();
    assert_int_equal(mkdir("closed", 0), 0);

    if (user == 0)
        assert_int_equal(seteuid(12345), 0);
    playground_play(p, "closed good.json");
    if (user == 0)
        assert_int_equal(seteuid(0), 0);

    playground_has(p->out, "closed: error: cannot be searched: Permission denied\n");
    playground_has(p->out, "1 passed, 1 failed\n");
    assert_int_equal(p->code, HA_EXIT_UNREADABLE);
}

static void control_characters_of_a_file_name_are_not_printed(void **state)
{
    struct playground *p = *state;
    playground_write("g\033[2J.json", PLAYGROUND_GOOD);
    playground_write("f\n.json", PLAYGROUND_FORGETS);
    playground_write("b\xff.json", PLAYGROUND_BROKEN);
    playground_write("t\b.json", "{ \"format\": 1, \"name\": \"two groups\", \"partition\":\n"
                                 "{ \"groups\": [ { \"maximum\": 1, \"active\": 1 },\n"
                                 "{ \"maximum\": 1, \"active\": 1 } ] } }\n");

    playground_play_as(p, "g\033[2J.json f\n.json b\xff.json t\b.json n\a",
                       &(struct ha_play_options){.profile = "ws2008"});

    playground_in_order(p->out, (const char *const[]){
        "pass  g\\x1b[2J.json: a processor more (1 add, 2 calls) (rules only)\n",
        "  repeat    hotadd run $'f\\012.json' --profile ws2008 --",
        "FAIL  f\\x0a.json: a processor more (1 add, 2 calls) (rules only)\n",
        "b\\xff.json:4:1: error: ", "skip  t\\x08.json: target=ws2008",
        "n\\x07: error: cannot be read: ", NULL});
    for (const char *c = p->out; *c; c++)
        assert_true(*c == '\n' || (*c >= ' ' && *c < 0x7f));
}

static void output_that_cannot_be_written_is_no_success(void **state)
{
    struct playground *p = *state;
    const char *path = "good.json";
    struct ha_play_options options = {.path = &path, .path_count = 1};
    options.out = fopen("good.json", "r");      /* nothing can be written there */
    options.log = fopen("log", "w");

    p->code = ha_play(&options);

    fclose(options.out);
    fclose(options.log);
    assert_int_equal(p->code, HA_EXIT_UNREADABLE);
}

/* An event may name a registration that the script itself does not. */
static void a_driver_can_register_in_an_event(void **state)
{
    struct playground *p = *state;
    playground_write("event.json",
                     "{ \"format\": 1, \"name\": \"n\", \"partition\":\n"
                     "{ \"groups\": [ { \"maximum\": 2, \"active\": 1 } ] },\n"
                     "\"drivers\": [ { \"name\": \"d\" } ],\n"
                     "\"events\": [ { \"at\": \"1ms\", \"run\": \"d\", \"do\":\n"
                     "[ { \"register\": \"processor-change\", \"as\": \"late\" } ] },\n"
                     "{ \"at\": \"2ms\", \"add_processor\": {} } ], \"expect\": { \"calls\":\n"
                     "[ \"d.late Start 1\", \"d.late Complete 1\" ], \"violations\": [] } }\n");

    playground_play(p, "event.json");

    playground_has(p->out, "d.late removed\n");
    assert_int_equal(p->code, HA_EXIT_OK);
}

#define with_files(test) cmocka_unit_test_setup_teardown(test, open_with_files, playground_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_files(one_file_shows_its_story),
        with_files(several_files_show_a_line_each_in_their_order),
        with_files(one_that_fails_among_several_shows_story_findings_and_differences),
        with_files(quiet_leaves_what_fails_and_the_summary),
        with_files(the_story_format_shows_every_story),
        with_files(json_lines_have_the_output_for_themselves),
        with_files(color_is_used_when_asked_for_and_changes_no_word),
        with_files(the_worst_of_all_files_is_the_exit_code),
        with_files(a_folder_without_scenarios_is_no_silent_success),
        with_files(a_wrong_file_is_named_with_its_place_and_the_others_are_run),
        with_files(a_wrong_profile_or_knob_is_said_once_and_nothing_is_run),
        with_files(profile_and_knobs_of_the_command_line_reach_the_run),
        with_files(a_run_over_budget_fails_unless_that_is_expected),
        with_files(a_failure_outweighs_a_budget_that_ended_another_run),
        with_files(a_driver_at_fault_outweighs_the_budget_that_ended_its_run),
        with_files(a_finding_that_is_expected_is_called_so),
        with_files(a_deadlock_says_who_waits_for_what_and_who_holds_it),
        with_files(output_that_cannot_be_written_is_no_success),
        with_files(verdicts_that_cannot_be_written_are_no_success),
        with_files(a_folder_that_cannot_be_searched_counts_as_failed),
        with_files(control_characters_of_a_file_name_are_not_printed),
        with_files(a_driver_can_register_in_an_event),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
