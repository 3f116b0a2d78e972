/* edge: reports for other programs, and where they go */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "edge/report_parts.h"
#include "unit/playground.h"

#define PASS_GOOD "pass  good.json: a processor more (1 add, 2 calls)\n"
#define FIRST_LINE "1 of 4 processors in 1 group, profile documented\n"
#define LAST_CALL "d.sync Complete 1\n"

static int open_with_files(void **state)
{
    playground_open(state);
    playground_write("good.json", PLAYGROUND_GOOD);
    playground_write("wrong.json", PLAYGROUND_WRONG);
    playground_write("forgets.json", PLAYGROUND_FORGETS);
    playground_write("broken.json", PLAYGROUND_BROKEN);
    return 0;
}

static void play_tap(struct playground *p, const char *paths, const char *profile)
{
    playground_play_as(p, paths, &(struct ha_play_options){.output = HA_OUTPUT_TAP,
                                                           .profile = profile});
}

static void play_junit(struct playground *p, const char *paths, const char *profile)
{
    playground_play_as(p, paths, &(struct ha_play_options){.output = HA_OUTPUT_JUNIT,
                                                           .profile = profile});
}

static void tap_has_a_test_a_scenario_and_the_plan_at_its_end(void **state)
{
    struct playground *p = *state;

    play_tap(p, "good.json wrong.json", NULL);

    playground_in_order(p->out, (const char *const[]){
        "TAP version 13\nok 1 - good.json: a processor more\n"
        "not ok 2 - wrong.json: a processor more\n  ---\n  repeat: \"hotadd run wrong.json --rep",
        "\"\n  differences: |\n    active processors: 3 expected, 2 at the end\n  ...\n1..2\n",
        NULL});
    playground_has(p->log, PASS_GOOD);
    playground_has(p->log, "active processors: 3 expected");
    assert_int_equal(p->code, HA_EXIT_FAILED);
}

static void tap_tells_every_finding_of_what_fails(void **state)
{
    struct playground *p = *state;

    play_tap(p, "forgets.json", NULL);

    playground_in_order(p->out, (const char *const[]){
        "  findings:\n    - rule: \"DRV-5\"\n      severity: \"error\"\n      listed: \"no\"\n",
        "      driver: \"d\"\n      record: ", "      count: 1\n", "      expected: \"", "\"\n",
        "      seen: \"", "1..1\n", NULL});
}

static const char arrivals[] =
    "{ \"format\": 1, \"name\": \"two arrivals\",\n"
    "  \"partition\": { \"groups\": [ { \"maximum\": 4, \"active\": 1 } ] },\n"
    "  \"drivers\": [ { \"name\": \"d\", \"entry\": [ { \"register\": \"device-interface\",\n"
    "    \"as\": \"cpu\", \"class\": \"GUID_DEVICE_PROCESSOR\", \"flags\": 1 } ] } ],\n"
    "  \"events\": [ { \"at\": \"1ms\", \"add_processor\": {} } ],\n"
    "  \"expect\": { \"arrivals\": { \"never\": [ \"d.cpu Arrival processor 0\" ],\n"
    "    \"order\": [ [ \"d.cpu Arrival processor 0:1\", \"d.cpu Arrival processor 0\" ] ] } } }\n";

/* PNP-3 */
static void every_report_says_which_arrivals_are_not_as_expected(void **state)
{
    struct playground *p = *state;
    const char *never = "arrivals: \"d.cpu Arrival processor 0\" was not expected and came once";
    const char *order = "arrivals: \"d.cpu Arrival processor 0:1\" was expected before \"d.cpu "
                        "Arrival processor 0\", but came";
    playground_write("arrivals.json", arrivals);

    playground_play(p, "arrivals.json");
    playground_in_order(p->out, (const char *const[]){
        never, order, "FAIL  arrivals.json: two arrivals (1 add, 0 calls, 2 PnP calls)\n", NULL});
    play_tap(p, "arrivals.json", NULL);
    playground_in_order(p->out, (const char *const[]){"differences: |\n    ", never, order, NULL});
    play_junit(p, "arrivals.json", NULL);
    playground_in_order(p->out, (const char *const[]){
        "arrivals: &quot;d.cpu Arrival processor 0&quot; was not expected and came once",
        "arrivals: &quot;d.cpu Arrival processor 0:1&quot; was expected before", NULL});
    assert_int_equal(p->code, HA_EXIT_FAILED);
}

static void tap_names_the_profile_when_there_are_several(void **state)
{
    struct playground *p = *state;

    play_tap(p, "good.json", HA_PROFILE_ALL);

    playground_has(p->out, "ok 1 - good.json [documented]: a processor more\n");
    playground_has(p->out, "ok 5 - good.json [intro]: a processor more\n1..5\n");
}

static void a_file_that_cannot_be_read_is_a_test_that_fails(void **state)
{
    struct playground *p = *state;

    play_tap(p, "broken.json nowhere.json", HA_PROFILE_ALL);

    playground_in_order(p->out, (const char *const[]){
        "not ok 1 - broken.json\n  ---\n  errors: |\n    broken.json:4:1: error: ", "\n  ...\n",
        "not ok 2 - nowhere.json\n  ---\n  errors: |\n    nowhere.json: error: ", "\n  ...\n1..2\n",
        NULL});
    assert_int_equal(p->code, HA_EXIT_UNREADABLE);
}

/* Rights do not hold for root: then the folder is searched as somebody else. */
static void a_folder_that_cannot_be_searched_is_a_test_that_fails(void **state)
{
    struct playground *p = *state;
    uid_t user = geteuid();
    assert_int_equal(mkdir("closed", 0), 0);

    if (user == 0)
        assert_int_equal(seteuid(12345), 0);
    play_tap(p, "good.json closed", NULL);
    if (user == 0)
        assert_int_equal(seteuid(0), 0);

    playground_in_order(p->out, (const char *const[]){
        "not ok 1 - closed\n", "closed: error: cannot be searched: ", "ok 2 - good.json: ",
        "1..2\n", NULL});
}

static void nothing_to_play_is_a_plan_of_none(void **state)
{
    struct playground *p = *state;

    playground_play_as(p, "good.json", &(struct ha_play_options){.output = HA_OUTPUT_TAP,
                                                                 .filter = "bad*"});

    assert_string_equal(p->out, "TAP version 13\n1..0 # SKIP nothing to play\n");
    assert_int_equal(p->code, HA_EXIT_NOTHING);
}

/* "#" would begin a directive, as in "# SKIP". */
static void no_name_reads_as_a_directive(void **state)
{
    struct playground *p = *state;
    playground_write("#1 # TODO.json", PLAYGROUND_GOOD);
    const char *path = "#1 # TODO.json";
    struct ha_play_options options = {.path = &path, .path_count = 1, .output = HA_OUTPUT_TAP,
                                      .out = fopen("out", "w"), .log = fopen("log", "w")};

    p->code = ha_play(&options);

    fclose(options.out);
    fclose(options.log);
    char *out = playground_read("out");
    assert_string_equal(out, "TAP version 13\n"
                             "ok 1 - \\#1 \\# TODO.json: a processor more\n1..1\n");
    free(out);
}

static void junit_counts_cases_failures_and_errors(void **state)
{
    struct playground *p = *state;

    play_junit(p, "good.json wrong.json broken.json", NULL);

    playground_in_order(p->out, (const char *const[]){
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<testsuites tests=\"3\" failures=\"1\" errors=\"1\" skipped=\"0\" "
        "time=\"0.002000\">\n"
        "  <testsuite name=\"hotadd\" tests=\"3\" failures=\"1\" errors=\"1\" skipped=\"0\" "
        "time=\"0.002000\">\n"
        "    <testcase classname=\"good.json\" name=\"a processor more\" time=\"0.001000\">\n"
        "    </testcase>\n"
        "    <testcase classname=\"wrong.json\" name=\"a processor more\" time=\"0.001000\">\n"
        "      <failure message=\"not as expected\">active processors: 3 expected, 2 at the end\n",
        "</failure>\n      <system-out>" FIRST_LINE, LAST_CALL,
        "</system-out>\n    </testcase>\n"
        "    <testcase classname=\"broken.json\" name=\"can be read\" time=\"0.000000\">\n"
        "      <error message=\"not played\">broken.json:4:1: error: ",
        "</error>\n    </testcase>\n  </testsuite>\n</testsuites>\n", NULL});
    playground_lacks(p->log, LAST_CALL);
    playground_has(p->log, "1 passed, 2 failed\n");
}

static void junit_tells_what_was_found(void **state)
{
    struct playground *p = *state;

    play_junit(p, "forgets.json", NULL);

    playground_has(p->out, "<failure message=\"A driver removes its processor-change callbacks "
                           "before it is unloaded.\">error DRV-5: ");
    playground_has(p->out, "repeat: hotadd run forgets.json --replay h1-");
}

static const char *as_entity(uint32_t point)
{
    return point == '<' ? "&lt;" : NULL;
}

static void only_what_every_reader_takes_gets_into_a_report(void **state)
{
    (void)state;
    static const struct { const char *bytes, *text; } cases[] = {
        {"plain", "plain"},
        {"a<b", "a&lt;b"},
        {"tab\tand\nline", "tab\tand\nline"},
        {"\x1b[2J", "\xef\xbf\xbd[2J"},
        {"cut \xc3", "cut \xef\xbf\xbd"},
        {"\xff\xfe", "\xef\xbf\xbd\xef\xbf\xbd"},
        {"\xc3\xa4", "\xc3\xa4"},
        {"\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
        {"\xef\xbf\xbf", "\xef\xbf\xbd"},
        {"\xf0\x9f\xbf\xbe", "\xef\xbf\xbd"},
        {"\xef\xb7\x90", "\xef\xbf\xbd"},
        {"\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct ha_text text = {0};
        ha_add_harmless(&text, cases[i].bytes, strlen(cases[i].bytes), as_entity);
        assert_string_equal(ha_text_string(&text), cases[i].text);
        ha_text_close(&text);
    }
}

static void a_story_in_a_file_stands_by_itself(void **state)
{
    struct playground *p = *state;

    playground_play_as(p, "good.json forgets.json",
                       &(struct ha_play_options){.out_path = "story", .color = true});

    char *story = playground_read("story");
    playground_in_order(story, (const char *const[]){
        FIRST_LINE, LAST_CALL, PASS_GOOD FIRST_LINE, LAST_CALL, "error DRV-5: ",
        "FAIL  forgets.json", NULL});
    playground_lacks(story, "\033");
    playground_lacks(p->out, LAST_CALL);
    playground_has(p->out, "\033[32mpass\033[0m  good.json: ");
    playground_has(p->out, "1 passed, 1 failed\n");
    assert_string_equal(p->log, "");
    free(story);
}

static void a_protocol_in_a_file_leaves_standard_output_to_the_verdicts(void **state)
{
    static const struct { enum ha_output output; const char *begins; } cases[] = {
        {HA_OUTPUT_JSONL, "{\"seq\":1,"}, {HA_OUTPUT_TAP, "TAP version 13\n"},
        {HA_OUTPUT_JUNIT, "<?xml"},
    };
    struct playground *p = *state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        playground_play_as(p, "good.json", &(struct ha_play_options){
            .output = cases[i].output, .out_path = "report", .quiet = i == 2});
        char *report = playground_read("report");
        assert_true(!strncmp(report, cases[i].begins, strlen(cases[i].begins)));
        assert_string_equal(p->out, i == 2 ? "1 passed, 0 failed\n"
                                           : PASS_GOOD "1 passed, 0 failed\n");
        assert_string_equal(p->log, "");
        free(report);
    }
}

static void a_file_that_cannot_be_written_is_said_before_anything_is_played(void **state)
{
    struct playground *p = *state;

    playground_play_as(p, "good.json", &(struct ha_play_options){.out_path = "no/where\n"});

    assert_string_equal(p->log, "hotadd: error: no/where\\x0a cannot be written: "
                                "No such file or directory\n");
    assert_string_equal(p->out, "0 passed, 0 failed\n");
    assert_int_equal(p->code, HA_EXIT_UNREADABLE);
}

static void a_file_that_takes_only_a_part_is_no_success(void **state)
{
    struct playground *p = *state;
    if (access("/dev/full", W_OK))
        return;

    for (enum ha_output output = HA_OUTPUT_STORY; output <= HA_OUTPUT_JUNIT; output++) {
        playground_play_as(p, "good.json", &(struct ha_play_options){.output = output,
                                                                     .out_path = "/dev/full"});
        assert_string_equal(p->log, "hotadd: error: not everything could be written\n");
        assert_int_equal(p->code, HA_EXIT_UNREADABLE);
    }
}

static void a_scenario_is_not_written_over(void **state)
{
    struct playground *p = *state;

    playground_play_as(p, "good.json wrong.json",
                       &(struct ha_play_options){.out_path = "./wrong.json"});

    char *text = playground_read("wrong.json");
    assert_string_equal(text, PLAYGROUND_WRONG);
    assert_string_equal(p->log, "hotadd: error: --out would write over a scenario that is read\n");
    assert_int_equal(p->code, HA_EXIT_USAGE);
    free(text);
}

#define with_files(test) cmocka_unit_test_setup_teardown(test, open_with_files, playground_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_files(tap_has_a_test_a_scenario_and_the_plan_at_its_end),
        with_files(tap_tells_every_finding_of_what_fails),
        with_files(every_report_says_which_arrivals_are_not_as_expected),
        with_files(tap_names_the_profile_when_there_are_several),
        with_files(a_file_that_cannot_be_read_is_a_test_that_fails),
        with_files(a_folder_that_cannot_be_searched_is_a_test_that_fails),
        with_files(nothing_to_play_is_a_plan_of_none),
        with_files(no_name_reads_as_a_directive),
        with_files(junit_counts_cases_failures_and_errors),
        with_files(junit_tells_what_was_found),
        cmocka_unit_test(only_what_every_reader_takes_gets_into_a_report),
        with_files(a_story_in_a_file_stands_by_itself),
        with_files(a_protocol_in_a_file_leaves_standard_output_to_the_verdicts),
        with_files(a_file_that_cannot_be_written_is_said_before_anything_is_played),
        with_files(a_file_that_takes_only_a_part_is_no_success),
        with_files(a_scenario_is_not_written_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
