/* sim: finds - what a search has found, in groups */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "hotadd/error.h"
#include "sim/finds.h"

static void show(struct ha_finds *finds, uint64_t run, const char *rule, const char *driver,
                 const char *call, size_t answers)
{
    struct ha_answer answer[8] = {{0, 0}};
    struct ha_finding finding = {.rule = rule ? ha_rule_find(rule) : NULL};
    for (uint32_t i = 0; i < answers; i++)
        answer[i] = (struct ha_answer){i, 1};
    snprintf(finding.call, sizeof finding.call, "%s", call);
    assert_int_equal(ha_finds_note(finds,
                                   &(struct ha_shown){.finding = &finding, .driver = driver,
                                                      .ending = rule ? HA_END_NOT_YET
                                                                     : HA_END_DEADLOCK,
                                                      .run = run},
                                   &(struct ha_tape_input){answer, answers}),
                     HA_OK);
}

static void expect_finds(struct ha_finds *finds, const char *expected)
{
    struct ha_text text = {0};
    ha_finds_sort(finds);
    for (size_t i = 0; i < finds->count; i++) {
        const struct ha_find *find = &finds->find[i];
        ha_text_addf(&text, "%s %s, %s: %u runs, %zu answers\n",
                     find->finding.rule ? find->finding.rule->id : "ended",
                     find->driver[0] ? find->driver : "nobody", find->finding.call,
                     (unsigned)find->runs, find->answers.count);
    }
    assert_string_equal(ha_text_string(&text), expected);
    ha_text_close(&text);
    ha_finds_close(finds);
}

static void numbers_and_statuses_of_a_call_make_no_other_place(void **state)
{
    struct ha_finds finds = {0};
    (void)state;

    show(&finds, 1, "DRV-3", "a", "a.sync Start 4", 1);
    show(&finds, 2, "DRV-3", "a", "a.sync Start 15", 1);
    show(&finds, 3, "DRV-3", "a", "a.sync Start 1:2 -> STATUS_IO_TIMEOUT", 1);
    show(&finds, 3, "DRV-3", "a", "a.sync Failure 5 (STATUS_IO_TIMEOUT)", 1);
    show(&finds, 3, "DRV-3", "a", "a.sync Failure 4", 1);
    show(&finds, 4, "DRV-3", "a", "a.cpu Arrival memory 0x10000", 1);
    show(&finds, 5, "DRV-3", "a", "a.cpu Arrival memory 0xa000", 1);

    expect_finds(&finds, "DRV-3 a, a.cpu Arrival memory 0x10000: 2 runs, 1 answers\n"
                         "DRV-3 a, a.sync Failure 5 (STATUS_IO_TIMEOUT): 1 runs, 1 answers\n"
                         "DRV-3 a, a.sync Start 4: 3 runs, 1 answers\n");
}

static void a_number_in_a_name_makes_another_place(void **state)
{
    struct ha_finds finds = {0};
    (void)state;

    show(&finds, 1, "DRV-3", "a", "a.ke1 Start 4", 1);
    show(&finds, 2, "DRV-3", "a", "a.ke2 Start 4", 1);
    show(&finds, 3, "DRV-3", "b", "a.ke2 Start 4", 1);

    expect_finds(&finds, "DRV-3 a, a.ke1 Start 4: 1 runs, 1 answers\n"
                         "DRV-3 a, a.ke2 Start 4: 1 runs, 1 answers\n"
                         "DRV-3 b, a.ke2 Start 4: 1 runs, 1 answers\n");
}

static void another_place_in_the_code_makes_another_find(void **state)
{
    struct ha_finds finds = {0};
    const char *const places[] = {"a.so+0x20", "a.so+0x10", "", "a.so+0x10"};
    struct ha_finding finding = {.rule = ha_rule_find("POOL-3"), .call = "a.sync Start 4"};
    (void)state;

    for (uint64_t run = 0; run < 4; run++) {
        snprintf(finding.place, sizeof finding.place, "%s", places[run]);
        assert_int_equal(ha_finds_note(&finds,
                                       &(struct ha_shown){.finding = &finding, .driver = "a",
                                                          .ending = HA_END_NOT_YET,
                                                          .run = run + 1},
                                       &(struct ha_tape_input){.count = 0}),
                         HA_OK);
    }

    ha_finds_sort(&finds);
    assert_int_equal(finds.count, 3);
    assert_string_equal(finds.find[0].finding.place, "");
    assert_string_equal(finds.find[1].finding.place, "a.so+0x10");
    assert_int_equal(finds.find[1].runs, 2);
    assert_string_equal(finds.find[2].finding.place, "a.so+0x20");
    ha_finds_close(&finds);
}

static void the_run_with_the_fewest_answers_stands_for_a_find(void **state)
{
    struct ha_finds finds = {0};
    (void)state;

    show(&finds, 1, "DRV-3", "a", "a.sync Start 4", 3);
    show(&finds, 2, "DRV-3", "a", "a.sync Start 5", 2);
    show(&finds, 3, "DRV-3", "a", "a.sync Start 6", 2);

    expect_finds(&finds, "DRV-3 a, a.sync Start 5: 3 runs, 2 answers\n");
}

static void of_runs_with_as_many_answers_the_first_in_depth_stands_for_a_find(void **state)
{
    const struct ha_tape_input runs[] = {
        {(struct ha_answer[]){{1, 1}, {4, 2}}, 2}, {(struct ha_answer[]){{1, 1}, {5, 2}}, 2},
        {(struct ha_answer[]){{1, 2}, {9, 1}}, 2}, {(struct ha_answer[]){{1, 1}, {5, 1}}, 2},
        {(struct ha_answer[]){{1, 1}, {5, 1}}, 2},
    };
    const size_t count = sizeof runs / sizeof runs[0];
    const struct ha_finding finding = {.rule = ha_rule_find("DRV-3")};
    (void)state;
    for (size_t first = 0; first < count; first++) {
        struct ha_finds finds = {0};
        for (size_t i = 0; i < count; i++)
            assert_int_equal(ha_finds_note(&finds,
                                           &(struct ha_shown){.finding = &finding, .run = i + 1},
                                           &runs[(first + i) % count]), HA_OK);
        assert_int_equal(finds.count, 1);
        assert_memory_equal(finds.find[0].answers.answer, runs[3].answer,
                            2 * sizeof *runs[3].answer);
        ha_finds_close(&finds);
    }
}

static void a_run_that_shows_it_twice_counts_once(void **state)
{
    struct ha_finds finds = {0};
    (void)state;

    show(&finds, 1, "DRV-3", "a", "a.sync Start 4", 0);
    show(&finds, 1, "DRV-3", "a", "a.sync Start 5", 0);

    expect_finds(&finds, "DRV-3 a, a.sync Start 4: 1 runs, 0 answers\n");
}

static void finds_are_ordered_by_rule_driver_and_place(void **state)
{
    struct ha_finds finds = {0};
    (void)state;

    show(&finds, 1, NULL, NULL, "", 0);
    show(&finds, 2, "REG-5", "a", "", 0);
    show(&finds, 3, "DRV-3", "b", "", 0);
    show(&finds, 4, "DRV-3", "a", "a.sync Start 4", 0);
    show(&finds, 5, "DRV-3", "a", "a.sync Failure 4", 0);
    show(&finds, 6, NULL, NULL, "", 0);

    expect_finds(&finds, "REG-5 a, : 1 runs, 0 answers\n"
                         "DRV-3 a, a.sync Failure 4: 1 runs, 0 answers\n"
                         "DRV-3 a, a.sync Start 4: 1 runs, 0 answers\n"
                         "DRV-3 b, : 1 runs, 0 answers\n"
                         "ended nobody, : 2 runs, 0 answers\n");
}

static void the_variant_nearest_to_the_own_one_stands_for_a_find(void **state)
{
    struct ha_finds all = {0}, finds[3] = {{0}};
    (void)state;
    show(&finds[0], 1, "DRV-3", "a", "a.sync Start 4", 2);
    show(&finds[1], 1, "DRV-3", "a", "a.sync Start 5", 1);
    show(&finds[2], 1, "DRV-3", "a", "a.sync Start 6", 3);

    assert_int_equal(ha_finds_merge(&all, &finds[0], 7, 1), HA_OK);
    assert_int_equal(ha_finds_merge(&all, &finds[1], 8, 2), HA_OK);
    assert_int_equal(all.find[0].variant, 7);
    assert_int_equal(ha_finds_merge(&all, &finds[2], 0, 0), HA_OK);

    assert_int_equal(all.find[0].variant, 0);
    expect_finds(&all, "DRV-3 a, a.sync Start 6: 3 runs, 3 answers\n");
    for (size_t i = 0; i < 3; i++)
        ha_finds_close(&finds[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_and_statuses_of_a_call_make_no_other_place),
        cmocka_unit_test(a_number_in_a_name_makes_another_place),
        cmocka_unit_test(another_place_in_the_code_makes_another_find),
        cmocka_unit_test(the_run_with_the_fewest_answers_stands_for_a_find),
        cmocka_unit_test(of_runs_with_as_many_answers_the_first_in_depth_stands_for_a_find),
        cmocka_unit_test(a_run_that_shows_it_twice_counts_once),
        cmocka_unit_test(the_variant_nearest_to_the_own_one_stands_for_a_find),
        cmocka_unit_test(finds_are_ordered_by_rule_driver_and_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
