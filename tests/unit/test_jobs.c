/* edge: how many processes a search has */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/playground.h"

static void explore(struct playground *p, uint32_t jobs, uint64_t runs)
{
    playground_explore(p, "good.json",
                       &(struct ha_explore_options){
                           .strategy = HA_SEARCH_RANDOM,
                           .bounds = {.faults = 1, .preemptions = 1, .deliveries = 1},
                           .seed = 1, .runs = runs, .jobs = jobs});
}

static void more_processes_than_can_be_waited_for_are_refused(void **state)
{
    struct playground *p = *state;

    explore(p, 65, 100);

    assert_int_equal(p->code, HA_EXIT_USAGE);
    assert_string_equal(p->log, "hotadd: error: a search has at most 64 jobs, not 65\n");
}

static void no_more_is_played_than_the_limit_by_however_many(void **state)
{
    static const uint32_t jobs[] = {0, 1, 2, 3, 64};
    struct playground *p = *state;
    for (size_t i = 0; i < sizeof jobs / sizeof jobs[0]; i++) {
        explore(p, jobs[i], 5);

        assert_int_equal(p->code, HA_EXIT_BUDGET);
        playground_has(p->out, "(5 runs, ");
        assert_string_equal(p->log, "");
    }
}

static int open_with_file(void **state)
{
    playground_open(state);
    playground_write("good.json", PLAYGROUND_GOOD);
    return 0;
}

#define in_playground(test) \
    cmocka_unit_test_setup_teardown(test, open_with_file, playground_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_playground(more_processes_than_can_be_waited_for_are_refused),
        in_playground(no_more_is_played_than_the_limit_by_however_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
