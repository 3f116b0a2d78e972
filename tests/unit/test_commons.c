/* sim: commons - what processes know together */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/arena.h"
#include "hotadd/explore.h"
#include "sim/commons.h"
#include "sim/priorities.h"

#define PROCESSES 3u
#define NUMBERS 20000u

static const struct ha_search_bounds nothing = {.faults = 0};

/* Come to all numbers, from one of them on. Returns how many nobody came to before. */
static uint32_t reach_all(struct ha_commons *commons, uint32_t from, bool *lost)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < NUMBERS; i++) {
        uint64_t number = (from + i) % NUMBERS;
        count += ha_commons_reach(commons, ha_random(&number), &nothing, lost);
    }
    return count;
}

static void of_processes_that_come_to_a_number_one_is_the_first(void **state)
{
    struct ha_arena memory;
    pid_t child[PROCESSES];
    uint32_t sum = 0;
    bool lost = false;
    (void)state;
    assert_int_equal(ha_arena_open_shared(&memory), 0);
    struct ha_commons *commons = ha_commons_create(&memory);
    uint32_t *count = ha_heap_take(&memory, PROCESSES * sizeof *count);

    for (uint32_t i = 0; i < PROCESSES; i++) {
        child[i] = fork();
        assert_true(child[i] >= 0);
        if (child[i] == 0) {
            count[i] = reach_all(commons, i * NUMBERS / PROCESSES, &lost);
            _exit(lost ? EXIT_FAILURE : EXIT_SUCCESS);
        }
    }

    for (uint32_t i = 0; i < PROCESSES; i++) {
        int status;
        assert_int_equal(waitpid(child[i], &status, 0), child[i]);
        assert_int_equal(status, 0);
        sum += count[i];
    }
    assert_int_equal(sum, NUMBERS);
    assert_int_equal(reach_all(commons, 0, &lost), 0);
    ha_arena_close(&memory);
}

static void who_has_more_left_of_the_bounds_is_the_first_again(void **state)
{
    const struct ha_search_bounds more = {.faults = 1};
    struct ha_arena memory;
    bool lost = false;
    (void)state;
    assert_int_equal(ha_arena_open_shared(&memory), 0);
    struct ha_commons *commons = ha_commons_create(&memory);

    assert_true(ha_commons_reach(commons, 7, &more, &lost));
    assert_false(ha_commons_reach(commons, 7, &more, &lost));
    assert_true(ha_commons_reach(commons, 7, &nothing, &lost));
    assert_false(ha_commons_reach(commons, 7, &more, &lost));
    assert_false(lost);
    ha_arena_close(&memory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(of_processes_that_come_to_a_number_one_is_the_first),
        cmocka_unit_test(who_has_more_left_of_the_bounds_is_the_first_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
