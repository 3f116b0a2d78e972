/* edge: a scenario that the command line's profile does not go with counts neither way */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/playground.h"

#define REASON "target=ws2008 has no processor groups, and the partition has 2"
#define PASS_GOOD "pass  good.json: a processor more (1 add, 2 calls) (rules only)\n"

static int open_with_files(void **state)
{
    playground_open(state);
    playground_write("good.json", PLAYGROUND_GOOD);
    playground_write("two.json", "{ \"format\": 1, \"name\": \"two groups\", \"partition\":\n"
                                 "{ \"groups\": [ { \"maximum\": 1, \"active\": 1 },\n"
                                 "{ \"maximum\": 1, \"active\": 1 } ] } }\n");
    return 0;
}

/* RULES 2.2: Windows Server 2008 knows no processor groups. */
static void it_is_left_out_with_a_line_and_hides_no_other(void **state)
{
    static const char *const set[] = {"target=ws2008"};
    static const struct ha_play_options cases[] = {
        {.profile = "ws2008"}, {.set = set, .set_count = 1}, {.profile = "ws2008", .strict = true},
    };
    struct playground *p = *state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        playground_play_as(p, "two.json good.json", &cases[i]);
        assert_string_equal(p->out, "skip  two.json: " REASON "\n" PASS_GOOD
                                    "1 passed, 0 failed\n");
        assert_string_equal(p->log, "");
        assert_int_equal(p->code, HA_EXIT_OK);
    }
}

static void it_is_told_of_when_only_what_matters_is(void **state)
{
    struct playground *p = *state;

    playground_play_as(p, "two.json good.json",
                       &(struct ha_play_options){.profile = "ws2008", .quiet = true});

    assert_string_equal(p->out, "skip  two.json: " REASON "\n1 passed, 0 failed\n");
}

static void alone_it_is_nothing_that_was_run(void **state)
{
    struct playground *p = *state;

    playground_play_as(p, "two.json", &(struct ha_play_options){.profile = "ws2008"});

    assert_string_equal(p->out, "skip  two.json: " REASON "\n0 passed, 0 failed\n");
    assert_string_equal(p->log, "");
    assert_int_equal(p->code, HA_EXIT_NOTHING);
}

static void under_its_own_profile_it_is_played(void **state)
{
    struct playground *p = *state;

    playground_play(p, "two.json good.json");

    playground_has(p->out, "pass  two.json: two groups (0 adds, 0 calls)\n");
    playground_has(p->out, "2 passed, 0 failed\n");
}

static void every_profile_of_all_leaves_it_out(void **state)
{
    static const char *const set[] = {"target=ws2008"};
    struct playground *p = *state;

    playground_play_as(p, "two.json", &(struct ha_play_options){
        .profile = HA_PROFILE_ALL, .set = set, .set_count = 1});

    assert_string_equal(p->out, "skip  two.json [documented]: " REASON "\n"
                                "skip  two.json [observed]: " REASON "\n"
                                "skip  two.json [adversarial]: " REASON "\n"
                                "skip  two.json [strict_stop]: " REASON "\n"
                                "skip  two.json [intro]: " REASON "\n0 passed, 0 failed\n");
    assert_int_equal(p->code, HA_EXIT_NOTHING);
}

static void a_list_does_not_name_it_and_says_why(void **state)
{
    struct playground *p = *state;

    playground_play_as(p, "two.json good.json",
                       &(struct ha_play_options){.profile = "ws2008", .list = true});
    assert_string_equal(p->out, "good.json: a processor more\n");
    assert_string_equal(p->log, "skip  two.json: " REASON "\n");
    assert_int_equal(p->code, HA_EXIT_OK);

    playground_play_as(p, "two.json",
                       &(struct ha_play_options){.profile = "ws2008", .list = true});
    assert_string_equal(p->out, "");
    assert_int_equal(p->code, HA_EXIT_NOTHING);
}

static void the_protocols_have_a_test_that_was_skipped(void **state)
{
    struct playground *p = *state;

    playground_play_as(p, "two.json good.json", &(struct ha_play_options){
        .profile = "ws2008", .output = HA_OUTPUT_TAP});
    assert_string_equal(p->out, "TAP version 13\n"
                                "ok 1 - two.json: two groups # SKIP " REASON "\n"
                                "ok 2 - good.json: a processor more\n1..2\n");
    assert_string_equal(p->log, "skip  two.json: " REASON "\n" PASS_GOOD "1 passed, 0 failed\n");

    playground_play_as(p, "two.json good.json", &(struct ha_play_options){
        .profile = "ws2008", .output = HA_OUTPUT_JUNIT});
    playground_in_order(p->out, (const char *const[]){
        "<testsuites tests=\"2\" failures=\"0\" errors=\"0\" skipped=\"1\" ",
        "<testcase classname=\"two.json\" name=\"two groups\" time=\"0.000000\">\n"
        "      <skipped message=\"" REASON "\"></skipped>\n    </testcase>\n",
        "<testcase classname=\"good.json\"", NULL});
}

#define with_files(test) cmocka_unit_test_setup_teardown(test, open_with_files, playground_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_files(it_is_left_out_with_a_line_and_hides_no_other),
        with_files(it_is_told_of_when_only_what_matters_is),
        with_files(alone_it_is_nothing_that_was_run),
        with_files(under_its_own_profile_it_is_played),
        with_files(every_profile_of_all_leaves_it_out),
        with_files(a_list_does_not_name_it_and_says_why),
        with_files(the_protocols_have_a_test_that_was_skipped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
