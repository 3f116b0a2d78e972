/* edge: one scenario under profiles that are not its own */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "unit/playground.h"

#define NAMED(word, preset, rest) word "  good.json [" preset "]: a processor more" rest "\n"
#define CALLS " (1 add, 2 calls)"

/*
 * It refuses a processor, and then waits for the Failure call that everybody who heard Start is
 * owed. Where the one who refused is left out, it waits for ever.
 */
static const char waits[] =
    "{ \"format\": 1, \"name\": \"waits\",\n"
    "  \"partition\": { \"groups\": [ { \"maximum\": 2, \"active\": 1 } ] },\n"
    "  \"drivers\": [ { \"name\": \"d\",\n"
    "    \"entry\": [ { \"register\": \"processor-change\", \"as\": \"sync\" } ],\n"
    "    \"on\": [ { \"callback\": \"sync\", \"state\": \"KeProcessorAddStartNotify\", \"do\":\n"
    "                [ { \"set_operation_status\": \"STATUS_INSUFFICIENT_RESOURCES\" } ] },\n"
    "              { \"callback\": \"sync\", \"state\": \"KeProcessorAddFailureNotify\",\n"
    "                \"do\": [ { \"signal\": \"over\" } ] } ] } ],\n"
    "  \"events\": [ { \"at\": \"1ms\", \"add_processor\": {} },\n"
    "              { \"at\": \"2ms\", \"run\": \"d\", \"do\": [ { \"wait\": \"over\" } ] } ] }\n";

/* The same with memory, which it holds until that Failure call. */
static const char keeps[] =
    "{ \"format\": 1, \"name\": \"keeps\",\n"
    "  \"partition\": { \"groups\": [ { \"maximum\": 2, \"active\": 1 } ] },\n"
    "  \"drivers\": [ { \"name\": \"d\",\n"
    "    \"entry\": [ { \"table\": \"t\", \"size\": \"$maximum\" },\n"
    "                 { \"register\": \"processor-change\", \"as\": \"sync\" } ],\n"
    "    \"on\": [ { \"callback\": \"sync\", \"state\": \"KeProcessorAddStartNotify\", \"do\":\n"
    "                [ { \"allocate\": \"t[$processor]\" },\n"
    "                  { \"set_operation_status\": \"STATUS_INSUFFICIENT_RESOURCES\" } ] },\n"
    "              { \"callback\": \"sync\", \"state\": \"KeProcessorAddFailureNotify\",\n"
    "                \"do\": [ { \"free\": \"t[$processor]\" } ] } ],\n"
    "    \"unload\": [ { \"deregister\": \"sync\" }, { \"free\": \"t\" } ] } ],\n"
    "  \"events\": [ { \"at\": \"1ms\", \"add_processor\": {} } ] }\n";

static int open_with_files(void **state)
{
    playground_open(state);
    playground_write("good.json", PLAYGROUND_GOOD);
    playground_write("wrong.json", PLAYGROUND_WRONG);
    playground_write("forgets.json", PLAYGROUND_FORGETS);
    playground_write("waits.json", waits);
    playground_write("keeps.json", keeps);
    return 0;
}

static void play_all(struct playground *p, const char *paths)
{
    playground_play_as(p, paths, &(struct ha_play_options){.profile = HA_PROFILE_ALL});
}

/* RULES 2.2: what a driver should pass, and the two other readings. */
static void all_profiles_have_a_line_each_and_only_one_is_the_scenarios_own(void **state)
{
    struct playground *p = *state;

    play_all(p, "good.json");

    assert_string_equal(p->out, NAMED("pass", "documented", CALLS)
                                NAMED("pass", "observed", CALLS " (rules only)")
                                NAMED("pass", "adversarial", CALLS " (rules only)")
                                NAMED("pass", "strict_stop", CALLS " (rules only)")
                                NAMED("pass", "intro", CALLS " (rules only)")
                                "5 passed, 0 failed\n");
    assert_int_equal(p->code, HA_EXIT_OK);
}

static void what_a_scenario_expects_is_held_against_its_own_profile_only(void **state)
{
    struct playground *p = *state;

    play_all(p, "wrong.json");

    playground_has(p->out, "FAIL  wrong.json [documented]: ");
    playground_has(p->out, "pass  wrong.json [observed]: ");
    playground_has(p->out, "\n4 passed, 1 failed\n");
    assert_int_equal(p->code, HA_EXIT_FAILED);
}

static void an_error_fails_under_every_profile(void **state)
{
    struct playground *p = *state;

    play_all(p, "forgets.json");

    playground_in_order(p->out, (const char *const[]){
        "error DRV-5: ", "--replay", "FAIL  forgets.json [documented]: ",
        "error DRV-5: ", "--profile observed --replay", "FAIL  forgets.json [observed]: ",
        "FAIL  forgets.json [adversarial]: ", "FAIL  forgets.json [strict_stop]: ",
        "FAIL  forgets.json [intro]: ", "0 passed, 5 failed\n", NULL});
    assert_int_equal(p->code, HA_EXIT_FAILED);
}

/* RULES 2.2: such a driver is told of, and not at fault. */
static void what_fails_under_another_reading_alone_is_a_remark(void **state)
{
    struct playground *p = *state;

    play_all(p, "waits.json");

    playground_has(p->out, "pass  waits.json [adversarial]: waits (1 add, 2 calls) (rules only)\n"
                           "note  waits.json [strict_stop]: a driver relies on the documented "
                           "second call\npass  waits.json [intro]: ");
    playground_has(p->out, "\n5 passed, 0 failed\n");
    assert_int_equal(p->code, HA_EXIT_OK);
}

/* RULES 2.2, DRV-9 */
static void a_remark_names_the_driver_and_is_in_every_format(void **state)
{
#define REMARK "d relies on the documented second call"
    struct playground *p = *state;

    play_all(p, "keeps.json");
    playground_has(p->out, "\nnote  keeps.json [strict_stop]: " REMARK "\n");
    playground_has(p->out, "\n5 passed, 0 failed\n");

    playground_play_as(p, "keeps.json", &(struct ha_play_options){.profile = HA_PROFILE_ALL,
                                                                  .output = HA_OUTPUT_TAP});
    playground_has(p->out, "\nok 4 - keeps.json [strict_stop]: keeps\n# " REMARK "\nok 5");

    playground_play_as(p, "keeps.json", &(struct ha_play_options){.profile = HA_PROFILE_ALL,
                                                                  .output = HA_OUTPUT_JUNIT});
    playground_has(p->out, "      <system-out>" REMARK "</system-out>\n");
    playground_has(p->out, " failures=\"0\"");

    playground_play_as(p, "keeps.json", &(struct ha_play_options){.profile = HA_PROFILE_ALL,
                                                                  .quiet = true});
    assert_string_equal(p->out, "5 passed, 0 failed\n");
}

static void the_same_is_a_failure_for_who_asks_for_that_reading(void **state)
{
    struct playground *p = *state;

    playground_play_as(p, "waits.json", &(struct ha_play_options){.profile = "strict_stop"});

    playground_has(p->out, "end: the run ended by \"deadlock\", which nobody foresees\n"
                           "FAIL  waits.json: waits (1 add, 1 call) (rules only)\n");
    assert_int_equal(p->code, HA_EXIT_FAILED);
}

static void violations_that_are_listed_need_not_occur_under_another_profile(void **state)
{
    struct playground *p = *state;

    playground_play_as(p, HA_TESTS_DIR "/../scenarios/processor/veto_erased.json",
                       &(struct ha_play_options){.profile = "strict_stop"});

    playground_lacks(p->out, "STAT-6");
    assert_int_equal(p->code, HA_EXIT_OK);
}

static void violations_that_are_listed_are_expected_under_every_profile(void **state)
{
    struct playground *p = *state;

    playground_play_as(p, HA_TESTS_DIR "/../scenarios/processor/veto_erased.json",
                       &(struct ha_play_options){.profile = "adversarial"});

    playground_has(p->out, "expected error STAT-6: ");
    assert_int_equal(p->code, HA_EXIT_OK);
}

static void a_profile_that_equals_the_scenarios_own_is_judged_in_full(void **state)
{
    static const char *const sets[] = {"callback_irql=passive", "callback_irql=apc"};
    struct playground *p = *state;

    playground_play_as(p, "wrong.json", &(struct ha_play_options){.profile = "documented"});
    assert_int_equal(p->code, HA_EXIT_FAILED);
    playground_lacks(p->out, "(rules only)");

    playground_play_as(p, "wrong.json", &(struct ha_play_options){.set = &sets[0],
                                                                  .set_count = 1});
    assert_int_equal(p->code, HA_EXIT_FAILED);

    playground_play_as(p, "wrong.json", &(struct ha_play_options){.set = &sets[1],
                                                                  .set_count = 1});
    assert_int_equal(p->code, HA_EXIT_OK);
    playground_has(p->out, "(rules only)");

    playground_play_as(p, "wrong.json", &(struct ha_play_options){
        .profile = "observed", .set = &sets[0], .set_count = 1});
    assert_int_equal(p->code, HA_EXIT_FAILED);
}

static void a_budget_that_ends_a_run_is_no_remark(void **state)
{
    struct playground *p = *state;

    playground_play_as(p, "good.json", &(struct ha_play_options){.profile = HA_PROFILE_ALL,
                                                                 .record_budget = 40});

    playground_has(p->out, "0 passed, 5 failed\n");
    assert_int_equal(p->code, HA_EXIT_BUDGET);
}

#define with_files(test) cmocka_unit_test_setup_teardown(test, open_with_files, playground_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_files(all_profiles_have_a_line_each_and_only_one_is_the_scenarios_own),
        with_files(what_a_scenario_expects_is_held_against_its_own_profile_only),
        with_files(an_error_fails_under_every_profile),
        with_files(what_fails_under_another_reading_alone_is_a_remark),
        with_files(a_remark_names_the_driver_and_is_in_every_format),
        with_files(the_same_is_a_failure_for_who_asks_for_that_reading),
        with_files(violations_that_are_listed_need_not_occur_under_another_profile),
        with_files(violations_that_are_listed_are_expected_under_every_profile),
        with_files(a_profile_that_equals_the_scenarios_own_is_judged_in_full),
        with_files(a_budget_that_ends_a_run_is_no_remark),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
