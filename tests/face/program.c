/*
 * program - tests of a driver, of which some must fail
 *
 *   program NAME    runs the test of that name; tests/face/check looks at what it says
 */
#include <hotadd/cmocka.h>

#include <stdlib.h>

#include "driver.h"

static int setup(void **state)
{
    return ha_setup(state, DriverEntry);
}

#define SETUP_WITH(mistake) \
    static int setup_##mistake(void **state) \
    { \
        Mistake = mistake; \
        return setup(state); \
    }
SETUP_WITH(KeepsMemory)
SETUP_WITH(WritesTooLate)
SETUP_WITH(ChecksWrongly)
SETUP_WITH(AssertsWrongly)
SETUP_WITH(WaitsForever)
SETUP_WITH(WaitsInStart)
SETUP_WITH(EntryFails)

static int setup_budget(void **state)
{
    struct ha_group_options group = {.maximum = 4, .active_mask = 0x1};
    struct ha_machine_options machine = {.partition = {.group = &group, .group_count = 1},
                                         .record_budget = 70};
    struct ha_test_options options = {.machine = &machine, .driver = "mine", .entry = DriverEntry};
    return ha_setup_with(state, &options);
}

static void welcome(void **state)
{
    ha_add_processor(*state);
    ha_expect_calls(*state, "ke1 Start 4", "driver.ke1 Complete 4");
    ha_expect_calls(*state);
    assert_int_equal(KeQueryActiveProcessorCount(NULL), 5);
}

static void two_adds(void **state)
{
    ha_add_processor(*state);
    ha_add_processor(*state);
    ha_expect_calls(*state, "ke1 Start 4", "ke1 Complete *", "ke1 Start 0:5", "*.ke1 Complete 5");
}

static void wrong_calls(void **state)
{
    ha_add_processor(*state);
    ha_expect_calls(*state, "ke1 Start 4", "ke1 Failure 4");
}

static void wrong_assertion(void **state)
{
    ha_add_processor(*state);
    assert_int_equal(KeQueryActiveProcessorCount(NULL), 6);
}

static void no_such_rule(void **state)
{
    ha_expect_violation(*state, "DRV-9000");
}

static void only_adds(void **state)
{
    ha_add_processor(*state);
}

static void expects_finding(void **state)
{
    ha_expect_violation(*state, "STAT-2");
    ha_add_processor(*state);
}

static void ends_itself(void **state)
{
    ha_add_processor(*state);
    ha_machine_finish((struct ha_machine *)*state);
}

static void waits_forever(void **state)
{
    (void)state;
    KeWaitForSingleObject(&NeverSet, Executive, KernelMode, FALSE, NULL);
    fail_msg("%s", "the wait came back");
}

static void adds_many(void **state)
{
    for (int i = 0; i < 3; i++)
        ha_add_processor(*state);
}

static void welcome_whatever_happens(void **state)
{
    ha_explore_test(state, welcome, DriverEntry);
}

static void leak_whatever_happens(void **state)
{
    Mistake = ForgetsFirst;
    ha_explore_test(state, only_adds, DriverEntry);
}

/* Its own assertion does not hold in the ordinary course either. */
static void wrong_whatever_happens(void **state)
{
    ha_explore_test(state, wrong_assertion, DriverEntry);
}

static void wrong_calls_whatever_happens(void **state)
{
    ha_explore_test(state, wrong_calls, DriverEntry);
}

static void few_runs(void **state)
{
    struct ha_exploration exploration = ha_usual_exploration(DriverEntry);
    exploration.name = "few runs";
    exploration.runs = 2;
    ha_explore_test_with(state, only_adds, &exploration);
}

static void pairs_of_failures(void **state)
{
    struct ha_exploration exploration = ha_usual_exploration(DriverEntry);
    exploration.strategy = HA_SEARCH_PAIRS;
    ha_explore_test_with(state, only_adds, &exploration);
}

#define CASE(name, test, prepare) \
    {name, cmocka_unit_test_setup_teardown(test, prepare, ha_teardown)}

static const struct {
    const char *name;
    struct CMUnitTest test;
} cases[] = {
    CASE("welcome", welcome, setup),
    CASE("two_adds", two_adds, setup),
    CASE("wrong_calls", wrong_calls, setup),
    CASE("wrong_assertion", wrong_assertion, setup),
    CASE("no_such_rule", no_such_rule, setup),
    CASE("leak", only_adds, setup_KeepsMemory),
    CASE("finding", only_adds, setup_WritesTooLate),
    CASE("expected_finding", expects_finding, setup_WritesTooLate),
    CASE("missing_finding", expects_finding, setup),
    CASE("check", only_adds, setup_ChecksWrongly),
    CASE("assertions", only_adds, setup_AssertsWrongly),
    CASE("ends_itself", ends_itself, setup),
    CASE("stuck_in_unload", only_adds, setup_WaitsForever),
    CASE("stuck_in_start", only_adds, setup_WaitsInStart),
    CASE("waits_forever", waits_forever, setup),
    CASE("budget", adds_many, setup_budget),
    CASE("entry", only_adds, setup_EntryFails),
    {"explored", cmocka_unit_test(welcome_whatever_happens)},
    {"explored_leak", cmocka_unit_test(leak_whatever_happens)},
    {"explored_pairs", cmocka_unit_test(pairs_of_failures)},
    {"explored_calls", cmocka_unit_test(wrong_calls_whatever_happens)},
    {"explored_wrong", cmocka_unit_test(wrong_whatever_happens)},
    {"explored_few", cmocka_unit_test(few_runs)},
};

int main(int argc, char **argv)
{
    for (size_t i = 0; argc == 2 && i < sizeof cases / sizeof cases[0]; i++) {
        if (strcmp(argv[1], cases[i].name) == 0) {
            struct CMUnitTest tests[] = {cases[i].test};
            return cmocka_run_group_tests(tests, NULL, NULL) ? EXIT_FAILURE : EXIT_SUCCESS;
        }
    }
    fprintf(stderr, "program: no such test\n");
    return 2;
}
