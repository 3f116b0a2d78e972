/* visited: numbers, and with how much used they were come to */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "hotadd/explore.h"
#include "sim/visited.h"

#define MANY 1000u

static struct ha_search_bounds used(uint32_t faults, uint32_t preemptions, uint32_t deliveries)
{
    return (struct ha_search_bounds){
        .faults = faults, .preemptions = preemptions, .deliveries = deliveries};
}

static bool reach(struct ha_visited *visited, uint64_t number, struct ha_search_bounds bounds)
{
    return ha_visited_reach(visited, number, &bounds);
}

static void a_number_is_new_once(void **state)
{
    struct ha_visited visited = {.count = 0};
    (void)state;

    for (uint64_t number = 0; number < MANY; number++)
        assert_true(ha_visited_add(&visited, number << 20 | 2));
    for (uint64_t number = 0; number < MANY; number++)
        assert_false(ha_visited_add(&visited, number << 20 | 2));

    assert_int_equal(visited.count, MANY);
    ha_visited_close(&visited);
}

static void who_comes_with_no_less_used_is_not_the_first(void **state)
{
    struct ha_visited visited = {.count = 0};
    (void)state;

    assert_true(reach(&visited, 7, used(1, 0, 2)));
    assert_false(reach(&visited, 7, used(1, 0, 2)));
    assert_false(reach(&visited, 7, used(1, 1, 2)));
    assert_false(reach(&visited, 7, used(2, 5, 3)));
    assert_true(reach(&visited, 8, used(2, 5, 3)));
    ha_visited_close(&visited);
}

static void who_has_used_less_of_anything_is_the_first(void **state)
{
    struct ha_visited visited = {.count = 0};
    (void)state;

    assert_true(reach(&visited, 7, used(1, 1, 1)));
    assert_true(reach(&visited, 7, used(0, 9, 9)));
    assert_true(reach(&visited, 7, used(9, 0, 9)));
    assert_true(reach(&visited, 7, used(9, 9, 0)));
    assert_false(reach(&visited, 7, used(9, 9, 1)));
    assert_true(reach(&visited, 7, used(0, 0, 9)));
    ha_visited_close(&visited);
}

static void what_a_number_was_come_to_with_outlives_that_the_set_grows(void **state)
{
    struct ha_visited visited = {.count = 0};
    (void)state;

    for (uint32_t i = 0; i < MANY; i++)
        assert_true(reach(&visited, 10 + i / 4, used(i % 4, 3 - i % 4, 0)));
    for (uint32_t i = 0; i < MANY; i++)
        assert_false(reach(&visited, 10 + i / 4, used(i % 4, 3 - i % 4, 1)));
    for (uint32_t i = 1; i < MANY; i++)
        assert_int_equal(reach(&visited, 10 + i / 4, used(i % 4, 2, 0)), i % 4 == 0);
    ha_visited_close(&visited);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_number_is_new_once),
        cmocka_unit_test(who_comes_with_no_less_used_is_not_the_first),
        cmocka_unit_test(who_has_used_less_of_anything_is_the_first),
        cmocka_unit_test(what_a_number_was_come_to_with_outlives_that_the_set_grows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
