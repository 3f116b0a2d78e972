/* expect: what a scenario says must come out, held against what came out */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "check/expect.h"
#include "check/expect_parts.h"
#include "hotadd/error.h"
#include "unit/tale.h"

#define COUNT(table) (sizeof(table) / sizeof(table)[0])

static const struct {
    const char *label, *pattern, *words;
    bool matches;
} cases[] = {
    {"word by word", "calm.sync Start 68", "calm.sync Start 68", true},
    {"any client", "* Start 68", "calm.sync Start 68", true},
    {"any driver", "*.sync Start 68", "calm.sync Start 68", true},
    {"any name", "calm.* Start 68", "calm.sync Start 68", true},
    {"any driver and name", "*.* Start 68", "calm.sync Start 68", true},
    {"all stars", "* * *", "calm.sync Start 68", true},
    {"group and number", "calm.sync Start 1:4", "calm.sync Start 68", true},
    {"spaces", "  calm.sync  Start   68 ", "calm.sync Start 68", true},
    {"another driver", "loud.sync Start 68", "calm.sync Start 68", false},
    {"another name", "calm.late Start 68", "calm.sync Start 68", false},
    {"another name of any driver", "*.late Start 68", "calm.sync Start 68", false},
    {"the end of a name", "*.nc Start 68", "calm.sync Start 68", false},
    {"the end of a driver's name", "lm.* Start 68", "calm.sync Start 68", false},
    {"the beginning of a name", "calm Start 68", "calm.sync Start 68", false},
    {"another state", "calm.sync Complete 68", "calm.sync Start 68", false},
    {"another index", "calm.sync Start 4", "calm.sync Start 68", false},
    {"another group", "calm.sync Start 0:4", "calm.sync Start 68", false},
    {"another number", "calm.sync Start 1:5", "calm.sync Start 68", false},
    {"no number", "calm.sync Start 1:", "calm.sync Start 68", false},
    {"no group", "calm.sync Start :4", "calm.sync Start 68", false},
    {"half a number", "calm.sync Start 1:4x", "calm.sync Start 68", false},
    {"a status", "c.s Failure 68 (STATUS_IO_TIMEOUT)", "c.s Failure 68 (STATUS_IO_TIMEOUT)", true},
    {"a status by value", "c.s Failure 68 (0xc00000b5)", "c.s Failure 68 (STATUS_IO_TIMEOUT)",
     true},
    {"any status", "c.s Failure 68 (*)", "c.s Failure 68 (STATUS_IO_TIMEOUT)", true},
    {"a status without a name", "c.s Failure 68 (0xC1234567)", "c.s Failure 68 (0xC1234567)", true},
    {"another status", "c.s Failure 68 (STATUS_NO_MEMORY)", "c.s Failure 68 (STATUS_IO_TIMEOUT)",
     false},
    {"a status that the call has not", "c.s Failure 68 (*)", "c.s Failure 68", false},
    {"a status that the pattern has not", "c.s Failure 68", "c.s Failure 68 (STATUS_IO_TIMEOUT)",
     false},
    {"a written status", "c.s Start 68 -> STATUS_IO_TIMEOUT", "c.s Start 68 -> STATUS_IO_TIMEOUT",
     true},
    {"any written status", "c.s Start 68 -> *", "c.s Start 68 -> STATUS_IO_TIMEOUT", true},
    {"a written status by value", "c.s Start 68 -> 0xC00000B5",
     "c.s Start 68 -> STATUS_IO_TIMEOUT", true},
    {"another written status", "c.s Start 68 -> STATUS_SUCCESS",
     "c.s Start 68 -> STATUS_IO_TIMEOUT", false},
    {"an unexpected veto", "c.s Start 68", "c.s Start 68 -> STATUS_IO_TIMEOUT", false},
    {"an unexpected veto of anybody", "* * *", "c.s Start 68 -> STATUS_IO_TIMEOUT", false},
    {"a missing veto", "c.s Start 68 -> *", "c.s Start 68", false},
    {"both statuses", "c.s Failure 68 (*) -> STATUS_SUCCESS",
     "c.s Failure 68 (STATUS_IO_TIMEOUT) -> STATUS_SUCCESS", true},
    {"only the first", "c.s Failure 68 (*)",
     "c.s Failure 68 (STATUS_IO_TIMEOUT) -> STATUS_SUCCESS", false},
    {"only the second", "c.s Failure 68 -> STATUS_SUCCESS",
     "c.s Failure 68 (STATUS_IO_TIMEOUT) -> STATUS_SUCCESS", false},
    {"a star in a status's place", "c.s Failure 68 * -> *",
     "c.s Failure 68 (STATUS_IO_TIMEOUT) -> STATUS_SUCCESS", false},
    {"a star in the arrow's place", "c.s Start 68 * *", "c.s Start 68 -> STATUS_IO_TIMEOUT", false},
    {"something more", "c.s Start 68 and more", "c.s Start 68", false},
    {"nothing", "", "c.s Start 68", false},
};

static void a_pattern_matches_what_it_says_and_no_other_call(void **state)
{
    (void)state;

    for (size_t i = 0; i < COUNT(cases); i++) {
        struct ha_made_call call = {.words = cases[i].words, .group = 1, .number = 4};
        if (ha_call_matches(cases[i].pattern, &call) != cases[i].matches)
            fail_msg("%s: \"%s\" and \"%s\"", cases[i].label, cases[i].pattern, cases[i].words);
    }
}

static void the_call_of_a_finding_may_be_told_without_its_statuses(void **state)
{
    (void)state;
    const struct ha_made_call call = {"calm.sync Complete 4 -> STATUS_IO_TIMEOUT", 1, 3};

    assert_true(ha_call_is_meant("*.sync * 4", &call));
    assert_true(ha_call_is_meant("calm.sync Complete 1:3", &call));
    assert_true(ha_call_is_meant("calm.sync Complete 4 -> 0xC00000B5", &call));
    assert_false(ha_call_is_meant("calm.sync Start 4", &call));
    assert_false(ha_call_is_meant("calm.sync Complete 0:3", &call));
    assert_false(ha_call_is_meant("calm.sync Complete 4 -> STATUS_SUCCESS", &call));
    assert_false(ha_call_is_meant("calm.sync Complete 4 -> * *", &call));
    assert_false(ha_call_is_meant("calm.sync * *", &(struct ha_made_call){"", HA_NO_GROUP, 0}));
}

/* The report on two lists of words; the caller closes it. */
static int compare_lists(const char *const *pattern, size_t pattern_count,
                         const char *const *words, size_t count, struct ha_text *report)
{
    struct ha_made_call *call = calloc(count + 1, sizeof *call);
    int differences;

    assert_non_null(call);
    for (size_t i = 0; i < count; i++)
        call[i].words = words[i];
    differences = ha_calls_compare("calls", pattern, pattern_count, call, count, report);
    free(call);
    return differences;
}

static void lists_that_agree_say_nothing(void **state)
{
    (void)state;
    static const char *const pattern[] = {"a.s Start 4", "* * *"};
    static const char *const words[] = {"a.s Start 4", "b.s Start 4"};
    struct ha_text report = {0};

    assert_int_equal(compare_lists(pattern, 2, words, 2, &report), 0);
    assert_int_equal(compare_lists(NULL, 0, NULL, 0, &report), 0);
    assert_string_equal(ha_text_string(&report), "");
}

static void both_lists_are_shown_with_a_mark_at_every_difference(void **state)
{
    (void)state;
    static const char *const pattern[] = {
        "a.s Start 4", "b.s Start 4 -> STATUS_NO_MEMORY", "a.s Failure 4 (STATUS_NO_MEMORY)",
        "b.s Failure 4 (STATUS_NO_MEMORY)", "a.s Start 4", "b.s Start 4", "a.s Complete 4"};
    static const char *const words[] = {
        "a.s Start 4", "b.s Start 4 -> STATUS_NO_MEMORY", "a.s Failure 4 (STATUS_NO_MEMORY)",
        "a.s Start 4", "b.s Start 4 -> STATUS_NO_MEMORY", "a.s Complete 4", "b.s Complete 4"};
    struct ha_text report = {0};

    assert_int_equal(compare_lists(pattern, 7, words, 7, &report), 1);

    assert_string_equal(
        ha_text_string(&report),
        "calls: 7 expected, 7 made; 2 missing (-), 2 not expected (+)\n"
        "     expected                           made\n"
        "     a.s Start 4                        a.s Start 4\n"
        "     b.s Start 4 -> STATUS_NO_MEMORY    b.s Start 4 -> STATUS_NO_MEMORY\n"
        "     a.s Failure 4 (STATUS_NO_MEMORY)   a.s Failure 4 (STATUS_NO_MEMORY)\n"
        "  >- b.s Failure 4 (STATUS_NO_MEMORY)\n"
        "     a.s Start 4                        a.s Start 4\n"
        "   ! b.s Start 4                        b.s Start 4 -> STATUS_NO_MEMORY\n"
        "     a.s Complete 4                     a.s Complete 4\n"
        "   +                                    b.s Complete 4\n");
    ha_text_close(&report);
}

static void as_few_lines_as_possible_differ(void **state)
{
    (void)state;
    static const char *const pattern[] = {"a.s Start 4", "b.s Start 4", "c.s Start 4",
                                          "d.s Start 4"};
    static const char *const words[] = {"c.s Start 4", "d.s Start 4", "a.s Start 4"};
    struct ha_text report = {0};

    assert_int_equal(compare_lists(pattern, 4, words, 3, &report), 1);
    assert_string_equal(ha_text_string(&report),
                        "calls: 4 expected, 3 made; 2 missing (-), 1 not expected (+)\n"
                        "     expected      made\n"
                        "  >- a.s Start 4\n"
                        "   - b.s Start 4\n"
                        "     c.s Start 4   c.s Start 4\n"
                        "     d.s Start 4   d.s Start 4\n"
                        "   +               a.s Start 4\n");
    ha_text_close(&report);
}

static void an_empty_list_against_a_full_one_is_shown(void **state)
{
    (void)state;
    static const char *const lines[] = {"a.s Start 4", "a.s Complete 4"};
    struct ha_text report = {0};

    assert_int_equal(compare_lists(lines, 2, NULL, 0, &report), 1);
    assert_string_equal(ha_text_string(&report),
                        "calls: 2 expected, 0 made; 2 missing (-), 0 not expected (+)\n"
                        "     expected         made\n"
                        "  >- a.s Start 4\n"
                        "   - a.s Complete 4\n");
    ha_text_clear(&report);
    assert_int_equal(compare_lists(NULL, 0, lines, 2, &report), 1);
    assert_string_equal(ha_text_string(&report),
                        "calls: 0 expected, 2 made; 0 missing (-), 2 not expected (+)\n"
                        "     expected   made\n"
                        "  >+            a.s Start 4\n"
                        "   +            a.s Complete 4\n");
    ha_text_close(&report);
}

#define MANY 5000

static void long_lists_are_folded_where_they_agree(void **state)
{
    (void)state;
    static const char *words[MANY], *pattern[MANY];
    struct ha_text report = {0};

    for (size_t i = 0; i < MANY; i++)
        words[i] = pattern[i] = "a.s Start 4";
    words[MANY / 2] = "b.s Start 4";
    assert_int_equal(compare_lists(pattern, MANY, words, MANY, &report), 1);

    assert_string_equal(ha_text_string(&report),
                        "calls: 5000 expected, 5000 made; 1 missing (-), 1 not expected (+)\n"
                        "     expected      made\n"
                        "     a.s Start 4   a.s Start 4\n"
                        "     a.s Start 4   a.s Start 4\n"
                        "     a.s Start 4   a.s Start 4\n"
                        "     ... 2494 more alike\n"
                        "     a.s Start 4   a.s Start 4\n"
                        "     a.s Start 4   a.s Start 4\n"
                        "     a.s Start 4   a.s Start 4\n"
                        "  >! a.s Start 4   b.s Start 4\n"
                        "     a.s Start 4   a.s Start 4\n"
                        "     a.s Start 4   a.s Start 4\n"
                        "     a.s Start 4   a.s Start 4\n"
                        "     ... 2493 more alike\n"
                        "     a.s Start 4   a.s Start 4\n"
                        "     a.s Start 4   a.s Start 4\n"
                        "     a.s Start 4   a.s Start 4\n");
    ha_text_close(&report);
}

static const struct ha_rule rules[] = {
    {"STAT-2", "Only Start may write.", "001", HA_DOCUMENTED, HA_BINDS_DRIVER, HA_ERROR},
    {"CTX-3", "The context stays as it is.", "001", HA_DOCUMENTED, HA_BINDS_DRIVER, HA_ERROR},
};

static const struct ha_finding findings[] = {
    {&rules[0], HA_ERROR, 57, 1, BROKEN, "broken.sync Complete 4 -> STATUS_IO_TIMEOUT",
     "no change", "STATUS_IO_TIMEOUT", 1, 0, ""},
    {&rules[0], HA_ERROR, 61, 2, BROKEN, "broken.sync Failure 5", "no change", "something", 1, 1,
     ""},
    {&rules[1], HA_ERROR, 70, 1, 0, "", "", "", HA_NO_GROUP, 0, ""},
    {&rules[1], HA_NOTE, 71, 1, CALM, "calm.sync Start 4", "", "", 1, 0, ""},
};

static int compare_violations(const struct ha_expected_violation *expected, size_t count,
                              const char *report)
{
    struct ha_cast *cast = ha_cast_create();
    struct ha_text text = {0};
    struct tale tale;
    int differences;

    assert_non_null(cast);
    tale_begin(&tale);
    for (size_t i = 0; i < tale.count; i++)
        ha_cast_take(cast, &tale.record[i]);
    differences = ha_violations_compare(expected, count, findings, COUNT(findings), cast, &text);
    assert_string_equal(ha_text_string(&text), report);
    ha_text_close(&text);
    ha_cast_destroy(cast);
    return differences;
}

static void errors_that_are_expected_are_no_difference(void **state)
{
    (void)state;
    static const struct ha_expected_violation by_rule[] = {{"STAT-2", NULL, NULL, 0},
                                                           {"CTX-3", NULL, NULL, 1}};
    static const struct ha_expected_violation any[] = {{NULL, NULL, NULL, 4}};
    static const struct ha_expected_violation by_call[] = {
        {"STAT-2", "broken", "*.sync Complete 4", 1},
        {NULL, "broken", "broken.sync Failure *", 2},
        {NULL, NULL, "broken.sync * 1:1", 2},
        {"CTX-3", NULL, NULL, 0}};

    assert_int_equal(compare_violations(by_rule, 2, ""), 0);
    assert_int_equal(compare_violations(any, 1, ""), 0);
    assert_int_equal(compare_violations(by_call, 4, ""), 0);
}

static void errors_that_are_not_expected_are_differences(void **state)
{
    (void)state;
    static const struct ha_expected_violation expected[] = {
        {"STAT-2", NULL, "broken.sync Complete 1:0", 0}};

    assert_int_equal(compare_violations(expected, 1,
        "violations: STAT-2 was not expected, in \"broken.sync Failure 5\" (record 61, the first "
        "of 2)\n"
        "violations: CTX-3 was not expected (record 70)\n"), 2);
}

static void an_expected_error_that_is_missing_is_a_difference(void **state)
{
    (void)state;
    static const struct ha_expected_violation expected[] = {
        {"STAT-2", NULL, NULL, 2}, {"CTX-3", "calm", "calm.sync Start 4", 0},
        {"CTX-3", NULL, NULL, 0},  {"HOT-5", "broken", NULL, 0}, {"STAT-2", "calm", NULL, 0}};

    assert_int_equal(compare_violations(expected, 5,
        "violations: STAT-2 was expected 2 times and occurred 3 times\n"
        "violations: CTX-3 by calm in \"calm.sync Start 4\" occurred as a note (record 71), "
        "which cannot be expected\n"
        "violations: HOT-5 by broken was expected and did not occur\n"
        "violations: STAT-2 by calm was expected and did not occur\n"), 4);
}

/* The whole matcher, over a trace in which broken vetoes an add. */
struct bench {
    struct tale tale;
    struct ha_expect expect;
    struct ha_judge *judge;
    struct ha_text report;
};

static int set_up(void **state)
{
    struct bench *b = calloc(1, sizeof *b);
    assert_non_null(b);
    tale_begin(&b->tale);
    tale_call(&b->tale, CALM_SYNC, HA_STATE_START, 4, 0);
    tale_veto(&b->tale, BROKEN_SYNC, HA_STATE_START, 4, INSUF);
    tale_call(&b->tale, CALM_SYNC, HA_STATE_FAILURE, 4, INSUF);
    tale_call(&b->tale, BROKEN_SYNC, HA_STATE_FAILURE, 4, INSUF);
    b->judge = ha_judge_create();
    assert_non_null(b->judge);
    *state = b;
    return 0;
}

static int tear_down(void **state)
{
    struct bench *b = *state;
    ha_judge_destroy(b->judge);
    ha_text_close(&b->report);
    free(b);
    return 0;
}

static void run_ends(struct bench *b, enum ha_ending ending)
{
    tale_add(&b->tale, HA_TRACE_END, 0, 0)->as.end.ending = ending;
}

static int compare(struct bench *b)
{
    struct ha_matcher *matcher = ha_matcher_create(&b->expect);
    int differences;

    assert_non_null(matcher);
    tale_tell(&b->tale, ha_matcher_sink(matcher));
    differences = ha_matcher_compare(matcher, b->judge, &b->report);
    ha_matcher_destroy(matcher);
    return differences;
}

static const char *const veto_calls[] = {
    "calm.sync Start 0:4", "broken.sync Start 4 -> STATUS_INSUFFICIENT_RESOURCES",
    "calm.sync Failure 4 (STATUS_INSUFFICIENT_RESOURCES)", "*.sync Failure * (*)"};

static void expect_veto(struct bench *b, size_t count)
{
    b->expect.has_calls = true;
    b->expect.call = veto_calls;
    b->expect.call_count = count;
}

/* RULES 4.4 */
static void a_run_that_comes_out_as_said_has_no_difference(void **state)
{
    struct bench *b = *state;

    run_ends(b, HA_END_NORMALLY);
    expect_veto(b, COUNT(veto_calls));
    b->expect.has_active_processors = true;
    b->expect.active_processors = (struct ha_expected_number){4, 4};

    assert_int_equal(compare(b), 0);
    assert_string_equal(ha_text_string(&b->report), "");
}

static void a_run_of_which_nothing_is_said_need_only_end_normally(void **state)
{
    struct bench *b = *state;

    run_ends(b, HA_END_NORMALLY);

    assert_int_equal(compare(b), 0);
}

static void every_kind_of_difference_is_a_paragraph(void **state)
{
    struct bench *b = *state;

    run_ends(b, HA_END_DEADLOCK);
    expect_veto(b, 3);
    b->expect.has_active_processors = true;
    b->expect.active_processors = (struct ha_expected_number){5, 5};

    assert_int_equal(compare(b), 3);
    assert_string_equal(
        ha_text_string(&b->report),
        "calls: 3 expected, 4 made; 0 missing (-), 1 not expected (+)\n"
        "     expected                                               made\n"
        "     calm.sync Start 0:4                                    calm.sync Start 4\n"
        "     broken.sync Start 4 -> STATUS_INSUFFICIENT_RESOURCES  "
        " broken.sync Start 4 -> STATUS_INSUFFICIENT_RESOURCES\n"
        "     calm.sync Failure 4 (STATUS_INSUFFICIENT_RESOURCES)   "
        " calm.sync Failure 4 (STATUS_INSUFFICIENT_RESOURCES)\n"
        "  >+                                                       "
        " broken.sync Failure 4 (STATUS_INSUFFICIENT_RESOURCES)\n"
        "active processors: 5 expected, 4 at the end\n"
        "end: \"normally\" expected, but the run ended by \"deadlock\"\n");
}

static void a_deadlock_that_is_expected_is_no_difference(void **state)
{
    struct bench *b = *state;

    run_ends(b, HA_END_DEADLOCK);
    b->expect.ending = HA_END_DEADLOCK;

    assert_int_equal(compare(b), 0);
}

static void a_trace_without_an_end_is_a_difference(void **state)
{
    struct bench *b = *state;

    assert_int_equal(compare(b), 1);
    assert_string_equal(ha_text_string(&b->report),
                        "end: \"normally\" expected, but the trace has no end\n");
}

static void a_call_that_never_left_counts_as_made(void **state)
{
    struct bench *b = *state;
    static const char *const calls[] = {"* * *", "* * * -> *", "* * * (*)", "* * * (*)",
                                        "calm.sync Complete 4",
                                        "broken.sync Start 5 -> STATUS_INSUFFICIENT_RESOURCES"};

    tale_enter(&b->tale, HA_CB_ENTER, HOT_ADD, CALM_SYNC, HA_STATE_COMPLETE, 4);
    tale_enter(&b->tale, HA_CB_ENTER, CALLER, BROKEN_SYNC, HA_STATE_START, 5);
    tale_leave(&b->tale, CALLER, BROKEN_SYNC, HA_STATE_START, INSUF);
    tale_leave(&b->tale, CALLER, BROKEN_SYNC, HA_STATE_START, TIMED_OUT);
    run_ends(b, HA_END_NORMALLY);
    b->expect.has_calls = true;
    b->expect.call = calls;
    b->expect.call_count = COUNT(calls);

    assert_int_equal(compare(b), 0);
}

static void a_status_belongs_to_the_call_of_its_thread(void **state)
{
    struct bench *b = *state;
    static const char *const calls[] = {"* * *", "* * * -> *", "* * * (*)", "* * * (*)",
                                        "broken.sync Start 5 -> STATUS_IO_TIMEOUT",
                                        "broken.sync Start 6 -> STATUS_INSUFFICIENT_RESOURCES"};

    tale_enter(&b->tale, HA_CB_ENTER, CALLER, BROKEN_SYNC, HA_STATE_START, 5);
    tale_enter(&b->tale, HA_CB_ENTER, LOADER, BROKEN_SYNC, HA_STATE_START, 6);
    tale_leave(&b->tale, CALLER, BROKEN_SYNC, HA_STATE_START, TIMED_OUT);
    tale_leave(&b->tale, LOADER, BROKEN_SYNC, HA_STATE_START, INSUF);
    run_ends(b, HA_END_NORMALLY);
    b->expect.has_calls = true;
    b->expect.call = calls;
    b->expect.call_count = COUNT(calls);

    assert_int_equal(compare(b), 0);
}

static void a_matcher_forgets_an_earlier_trace(void **state)
{
    struct bench *b = *state;
    expect_veto(b, COUNT(veto_calls));
    struct ha_matcher *matcher = ha_matcher_create(&b->expect);

    assert_non_null(matcher);
    tale_tell(&b->tale, ha_matcher_sink(matcher));
    run_ends(b, HA_END_NORMALLY);
    tale_tell(&b->tale, ha_matcher_sink(matcher));

    assert_int_equal(ha_matcher_compare(matcher, b->judge, &b->report), 0);
    ha_matcher_destroy(matcher);
}

static void calls_are_kept_only_for_who_asks(void **state)
{
    struct bench *b = *state;
    for (int asked = 0; asked < 3; asked++) {
        struct ha_text words = {0};
        b->expect.has_calls = asked == 1;
        struct ha_matcher *matcher = ha_matcher_create(&b->expect);
        assert_non_null(matcher);
        if (asked == 2)
            ha_matcher_keep_calls(matcher);
        tale_tell(&b->tale, ha_matcher_sink(matcher));

        assert_int_equal(ha_matcher_write_calls(matcher, &words), asked ? 4 : 0);

        if (asked)
            assert_string_equal(words.bytes + strlen(words.bytes) + 1,
                                "broken.sync Start 4 -> STATUS_INSUFFICIENT_RESOURCES");
        ha_text_close(&words);
        ha_matcher_destroy(matcher);
    }
}

static void a_run_can_be_held_against_something_else(void **state)
{
    struct bench *b = *state;
    struct ha_expect other = {.has_calls = true, .call = veto_calls, .call_count = 3};
    expect_veto(b, COUNT(veto_calls));
    run_ends(b, HA_END_NORMALLY);
    struct ha_matcher *matcher = ha_matcher_create(&b->expect);
    assert_non_null(matcher);
    tale_tell(&b->tale, ha_matcher_sink(matcher));

    ha_matcher_expect(matcher, &other);
    assert_int_equal(ha_matcher_compare(matcher, b->judge, &b->report), 1);
    ha_matcher_expect(matcher, &b->expect);
    assert_int_equal(ha_matcher_compare(matcher, b->judge, &b->report), 0);
    ha_matcher_destroy(matcher);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pattern_matches_what_it_says_and_no_other_call),
        cmocka_unit_test(the_call_of_a_finding_may_be_told_without_its_statuses),
        cmocka_unit_test(lists_that_agree_say_nothing),
        cmocka_unit_test(both_lists_are_shown_with_a_mark_at_every_difference),
        cmocka_unit_test(as_few_lines_as_possible_differ),
        cmocka_unit_test(an_empty_list_against_a_full_one_is_shown),
        cmocka_unit_test(long_lists_are_folded_where_they_agree),
        cmocka_unit_test(errors_that_are_expected_are_no_difference),
        cmocka_unit_test(errors_that_are_not_expected_are_differences),
        cmocka_unit_test(an_expected_error_that_is_missing_is_a_difference),
        CASE(a_run_that_comes_out_as_said_has_no_difference),
        CASE(a_run_of_which_nothing_is_said_need_only_end_normally),
        CASE(every_kind_of_difference_is_a_paragraph),
        CASE(a_deadlock_that_is_expected_is_no_difference),
        CASE(a_trace_without_an_end_is_a_difference),
        CASE(a_call_that_never_left_counts_as_made),
        CASE(a_status_belongs_to_the_call_of_its_thread),
        CASE(a_matcher_forgets_an_earlier_trace),
        CASE(calls_are_kept_only_for_who_asks),
        CASE(a_run_can_be_held_against_something_else),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
