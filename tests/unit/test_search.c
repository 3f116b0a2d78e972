/* sim: search - which run comes next, held against machines of questions without a simulator */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/arena.h"
#include "core/world.h"
#include "sim/search.h"
#include "sim/search_words.h"

/* A machine that asks one question after another; what it asks may depend on what it heard. */
struct asker {
    struct ha_world world;
    struct ha_host host;
    struct ha_search *search;
    uint32_t asked;
    char heard[64];             /* the answers of this run, as digits */
};

static uint32_t ask(struct asker *asker, enum ha_choice_kind kind, uint32_t options)
{
    const struct ha_question question = {.number = asker->asked++, .options = options,
                                         .kind = kind, .label = "it", .about = HA_NOTHING};
    struct ha_oracle *oracle = ha_search_oracle(asker->search);
    uint32_t answer = oracle->answer(oracle, &asker->world, &question);
    assert_true(answer < options);
    assert_true(asker->asked < sizeof asker->heard);
    asker->heard[question.number] = (char)('0' + answer);
    return answer;
}

static bool next(struct asker *asker)
{
    asker->asked = 0;
    memset(asker->heard, 0, sizeof asker->heard);
    return ha_search_next(asker->search);
}

static void begin(struct asker *asker, const struct ha_search_options *options)
{
    memset(asker, 0, sizeof *asker);
    asker->world.host = &asker->host;
    asker->search = ha_search_create(options);
    assert_non_null(asker->search);
}

static const struct ha_search_bounds wide = {.faults = 9, .preemptions = 9, .deliveries = 9};

static void depth_first_gives_every_sequence_of_answers_once(void **state)
{
    struct asker asker;
    char all[256] = "";
    (void)state;
    begin(&asker, &(struct ha_search_options){.bounds = wide});

    while (next(&asker)) {
        if (ask(&asker, HA_CHOICE_THREAD, 2))
            ask(&asker, HA_CHOICE_FAULT, 3);
        ask(&asker, HA_CHOICE_PREEMPT, 2);
        strcat(strcat(all, asker.heard), " ");
    }

    assert_string_equal(all, "00 01 100 101 110 111 120 121 ");
    ha_search_destroy(asker.search);
}

/* Of the four kinds in turn, twice, with one other answer each. */
static size_t runs_within(const struct ha_search_bounds *bounds)
{
    struct asker asker;
    size_t runs = 0;
    begin(&asker, &(struct ha_search_options){.bounds = *bounds});
    for (; next(&asker); runs++)
        for (int i = 0; i < 2; i++) {
            ask(&asker, HA_CHOICE_THREAD, 2);
            ask(&asker, HA_CHOICE_FAULT, 2);
            ask(&asker, HA_CHOICE_PREEMPT, 2);
            ask(&asker, HA_CHOICE_TWICE, 2);
        }
    ha_search_destroy(asker.search);
    return runs;
}

static void no_run_has_more_of_a_kind_than_its_bound(void **state)
{
    (void)state;
    static const struct { struct ha_search_bounds bounds; size_t runs; } cases[] = {
        {{.fixed_order = true}, 1},
        {{.faults = 0}, 4},                             /* the order of threads alone */
        {{.faults = 1, .fixed_order = true}, 3},
        {{.preemptions = 1, .fixed_order = true}, 3},
        {{.deliveries = 1, .fixed_order = true}, 3},
        {{.faults = 1, .preemptions = 1, .fixed_order = true}, 9},
        {{.faults = 2, .preemptions = 1, .deliveries = 1}, 4 * 4 * 3 * 3},
        {{.faults = 2, .preemptions = 2, .deliveries = 2}, 256},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(runs_within(&cases[i].bounds), cases[i].runs);
}

static void the_answers_of_a_run_are_those_that_are_not_ordinary(void **state)
{
    struct asker asker;
    struct ha_tape_input answers;
    (void)state;
    begin(&asker, &(struct ha_search_options){.bounds = wide});
    for (int run = 0; run < 4; run++) {
        assert_true(next(&asker));
        ask(&asker, HA_CHOICE_FAULT, 3);
        ask(&asker, HA_CHOICE_FAULT, 3);
    }

    assert_string_equal(asker.heard, "10");
    assert_int_equal(ha_search_answers(asker.search, &answers), 0);
    assert_int_equal(answers.count, 1);
    assert_int_equal(answers.answer[0].question, 0);
    assert_int_equal(answers.answer[0].answer, 1);
    ha_tape_close(&answers);
    ha_search_destroy(asker.search);
}

static void a_run_that_asks_something_else_has_strayed(void **state)
{
    struct asker asker;
    (void)state;
    begin(&asker, &(struct ha_search_options){.bounds = wide});
    assert_true(next(&asker));
    ask(&asker, HA_CHOICE_FAULT, 2);
    ask(&asker, HA_CHOICE_FAULT, 2);
    assert_true(next(&asker));
    assert_false(ha_search_strayed(asker.search));
    ask(&asker, HA_CHOICE_TWICE, 2);

    assert_true(ha_search_strayed(asker.search));
    const struct ha_search_stray *stray = ha_search_stray(asker.search);
    assert_int_equal(stray->number, 0);
    assert_int_equal(stray->was.kind, HA_CHOICE_FAULT);
    assert_int_equal(stray->is.kind, HA_CHOICE_TWICE);
    assert_false(next(&asker));
    ha_search_destroy(asker.search);
}

static void a_run_that_ends_where_it_has_more_to_repeat_has_strayed(void **state)
{
    struct asker asker;
    (void)state;
    begin(&asker, &(struct ha_search_options){.bounds = wide});
    assert_true(next(&asker));
    ask(&asker, HA_CHOICE_FAULT, 2);
    ask(&asker, HA_CHOICE_TWICE, 2);
    ha_search_end(asker.search);
    assert_null(ha_search_stray(asker.search));
    assert_true(next(&asker));
    ask(&asker, HA_CHOICE_FAULT, 2);

    ha_search_end(asker.search);

    assert_true(ha_search_strayed(asker.search));
    const struct ha_search_stray *stray = ha_search_stray(asker.search);
    assert_int_equal(stray->number, 1);
    assert_int_equal(stray->was.kind, HA_CHOICE_TWICE);
    assert_null(stray->is.label);
    ha_search_destroy(asker.search);
}

/* Ten runs of twenty questions by chance. */
static void play_by_chance(uint64_t seed, enum ha_strategy strategy, char *heard)
{
    struct asker asker;
    begin(&asker, &(struct ha_search_options){.strategy = strategy, .bounds = wide, .seed = seed});
    *heard = '\0';
    for (int run = 0; run < 10; run++) {
        assert_true(next(&asker));
        for (int i = 0; i < 20; i++)
            ask(&asker, i % 2 ? HA_CHOICE_FAULT : HA_CHOICE_LATE, 2);
        strcat(strcat(heard, asker.heard), " ");
    }
    ha_search_destroy(asker.search);
}

static void a_seed_gives_the_same_runs_again_and_another_seed_gives_others(void **state)
{
    char first[256], again[256], other[256];
    (void)state;
    play_by_chance(1, HA_SEARCH_RANDOM, first);
    play_by_chance(1, HA_SEARCH_RANDOM, again);
    play_by_chance(2, HA_SEARCH_RANDOM, other);

    assert_string_equal(first, again);
    assert_string_not_equal(first, other);
    assert_memory_equal(first, "00000000000000000000 ", 21);    /* the ordinary one comes first */
    assert_non_null(strchr(first, '1'));
}

static void a_run_that_was_played_twice_binds_no_later_one_by_chance(void **state)
{
    struct asker asker;
    (void)state;
    begin(&asker, &(struct ha_search_options){.strategy = HA_SEARCH_RANDOM, .bounds = wide});
    assert_true(next(&asker));
    for (int i = 0; i < 20; i++)
        ask(&asker, HA_CHOICE_FAULT, 2);
    ha_search_again(asker.search);
    asker.asked = 0;
    for (int i = 0; i < 20; i++)
        assert_int_equal(ask(&asker, HA_CHOICE_FAULT, 2), 0);

    bool differs = false;
    for (int run = 0; run < 10; run++) {
        assert_true(next(&asker));
        for (int i = 0; i < 20; i++)
            ask(&asker, HA_CHOICE_FAULT, 2);
        differs |= strchr(asker.heard, '1') != NULL;
    }

    assert_true(differs);
    ha_search_destroy(asker.search);
}

/* A process that is forked plays the second run, and is lost in the middle of it. */
static void a_search_goes_on_behind_a_run_that_took_its_process_with_it(void **state)
{
    struct ha_arena memory;
    struct asker asker;
    size_t count;
    (void)state;
    assert_int_equal(ha_arena_open_shared(&memory), 0);
    begin(&asker, &(struct ha_search_options){.bounds = wide, .memory = &memory});
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        next(&asker);
        ask(&asker, HA_CHOICE_FAULT, 2);
        ask(&asker, HA_CHOICE_FAULT, 3);
        next(&asker);
        ask(&asker, HA_CHOICE_FAULT, 2);
        ask(&asker, HA_CHOICE_FAULT, 3);
        raise(SIGKILL);
    }
    assert_int_equal(waitpid(child, NULL, 0), child);

    const struct ha_search_point *point = ha_search_points(asker.search, &count);
    assert_int_equal(count, 2);
    assert_int_equal(point[1].answer, 1);
    char all[64] = "";
    while (next(&asker)) {
        ask(&asker, HA_CHOICE_FAULT, 2);
        ask(&asker, HA_CHOICE_FAULT, 3);
        strcat(strcat(all, asker.heard), " ");
    }
    assert_string_equal(all, "02 10 11 12 ");
    ha_search_destroy(asker.search);
    ha_arena_close(&memory);
}

static void a_sweep_of_faults_is_a_search_in_depth_that_lets_threads_alone(void **state)
{
    const struct ha_search_bounds usual = {HA_BOUND_USUAL, HA_BOUND_USUAL, HA_BOUND_USUAL, false};
    struct asker asker;
    char all[256] = "";
    (void)state;
    const struct ha_search_options pairs = ha_search_settle(
        (struct ha_search_options){.strategy = HA_SEARCH_PAIRS, .bounds = usual});
    begin(&asker, &pairs);

    while (next(&asker)) {
        for (int i = 0; i < 3; i++)
            ask(&asker, HA_CHOICE_FAULT, 2);
        ask(&asker, HA_CHOICE_THREAD, 2);
        ask(&asker, HA_CHOICE_PREEMPT, 2);
        ask(&asker, HA_CHOICE_LATE, 2);
        snprintf(all + strlen(all), sizeof all - strlen(all), "%s ", asker.heard);
    }

    assert_string_equal(all, "000000 001000 010000 011000 100000 101000 110000 ");
    ha_search_destroy(asker.search);
}

static void a_point_is_covered_when_some_run_answered_it_otherwise(void **state)
{
    struct asker asker;
    (void)state;
    begin(&asker, &(struct ha_search_options){.bounds = {.faults = 1}});

    while (next(&asker)) {
        ask(&asker, HA_CHOICE_PREEMPT, 2);
        if (ask(&asker, HA_CHOICE_FAULT, 3))
            continue;
        ask(&asker, HA_CHOICE_FAULT, 2);
    }

    const struct ha_points *points = ha_search_covered(asker.search);
    assert_int_equal(points->met_count[HA_CHOICE_PREEMPT], 1);
    assert_int_equal(points->turned_count[HA_CHOICE_PREEMPT], 0);
    assert_int_equal(points->met_count[HA_CHOICE_FAULT], 2);
    assert_int_equal(points->turned_count[HA_CHOICE_FAULT], 2);
    struct ha_points sum = {0};
    ha_points_merge(&sum, points);
    ha_points_merge(&sum, points);
    assert_int_equal(sum.met_count[HA_CHOICE_FAULT], 2);
    assert_int_equal(sum.turned_count[HA_CHOICE_FAULT], 2);
    ha_points_close(&sum);
    ha_search_destroy(asker.search);
}

/* Append the runs of a share, each in its order: of two threads, a failure and a preemption. */
static void play_share(const struct ha_search_options *options, int most, char *all)
{
    struct asker asker;
    begin(&asker, options);
    for (int run = 0; run < most && next(&asker); run++) {
        if (ask(&asker, HA_CHOICE_THREAD, 2))
            ask(&asker, HA_CHOICE_FAULT, 3);
        ask(&asker, HA_CHOICE_PREEMPT, 2);
        ask(&asker, HA_CHOICE_LATE, 3);
        strcat(strcat(all, asker.heard), " ");
    }
    ha_search_destroy(asker.search);
}

static void shares_in_depth_are_branches_off_the_ordinary_course_in_turn(void **state)
{
    struct ha_search_options options = {
        .bounds = {.faults = 1, .preemptions = 1, .deliveries = 1}};
    char share[3][256] = {"", "", ""};
    (void)state;

    for (uint32_t i = 0; i < 3; i++) {
        options.share = (struct ha_share){.index = i, .count = 3};
        play_share(&options, 100, share[i]);
    }

    /* The branches are 001, 002, 01 and 1. */
    assert_string_equal(share[0], "000 001 1000 1001 1002 1010 1011 1012 1100 1101 1102 1110 1111 "
                                  "1112 1200 1201 1202 1210 1211 1212 ");
    assert_string_equal(share[1], "000 002 ");
    assert_string_equal(share[2], "000 010 011 012 ");
}

static void what_goes_by_chance_in_a_run_is_not_a_matter_of_its_share(void **state)
{
    static const enum ha_strategy strategies[] = {HA_SEARCH_RANDOM, HA_SEARCH_PCT};
    (void)state;
    for (size_t i = 0; i < sizeof strategies / sizeof strategies[0]; i++) {
        struct ha_search_options options = {.strategy = strategies[i], .bounds = wide, .seed = 7};
        char all[256] = "", share[3][256] = {"", "", ""}, merged[256] = "";
        play_share(&options, 30, all);
        for (uint32_t k = 0; k < 3; k++) {
            options.share = (struct ha_share){.index = k, .count = 3};
            play_share(&options, k ? 11 : 10, share[k]);
        }

        char *rest[3] = {share[0], strchr(share[1], ' ') + 1, strchr(share[2], ' ') + 1};
        for (int run = 0; run < 30; run++) {
            char *end = strchr(rest[run % 3], ' ') + 1;
            strncat(merged, rest[run % 3], (size_t)(end - rest[run % 3]));
            rest[run % 3] = end;
        }
        assert_string_equal(merged, all);
    }
}

/* Notes which questions it could keep. */
struct noting {
    struct ha_keeper keeper;        /* first */
    char kept[64];
};

static void note_kept(struct ha_keeper *keeper, struct ha_world *world, uint32_t number)
{
    char *kept = ((struct noting *)(void *)keeper)->kept;
    (void)world;
    assert_true(strlen(kept) < sizeof ((struct noting *)0)->kept - 1);
    kept[strlen(kept)] = (char)('0' + number);
}

static void none_is_left(struct ha_keeper *keeper, struct ha_world *world)
{
    (void)keeper;
    (void)world;
    fail();
}

static void questions_are_kept_that_may_be_answered_otherwise_and_no_others(void **state)
{
    struct asker asker;
    struct noting noting = {.keeper = {note_kept, none_is_left}};
    (void)state;
    begin(&asker, &(struct ha_search_options){
                      .bounds = {.faults = 1, .deliveries = 0, .fixed_order = true}});
    ha_search_set_keeper(asker.search, &noting.keeper);
    static const size_t common[] = {0, 4, 2};
    for (int run = 0; run < 3; run++) {
        assert_true(next(&asker));
        assert_int_equal(ha_search_common(asker.search), common[run]);
        ask(&asker, HA_CHOICE_THREAD, 2);
        ask(&asker, HA_CHOICE_FAULT, 2);
        ask(&asker, HA_CHOICE_TWICE, 2);
        ask(&asker, HA_CHOICE_FAULT, 2);
        strcat(noting.kept, " ");
    }

    /* One that was kept before is named again: it may have been dropped since. */
    assert_string_equal(noting.kept, "13 1  ");
    assert_false(next(&asker));
    ha_search_destroy(asker.search);
}

static void by_chance_the_way_to_the_first_question_is_kept(void **state)
{
    struct asker asker;
    struct noting noting = {.keeper = {note_kept, none_is_left}};
    (void)state;
    begin(&asker, &(struct ha_search_options){.strategy = HA_SEARCH_RANDOM, .bounds = wide});
    ha_search_set_keeper(asker.search, &noting.keeper);
    for (int run = 0; run < 2; run++) {
        assert_true(next(&asker));
        assert_int_equal(ha_search_common(asker.search), run);
        ask(&asker, HA_CHOICE_THREAD, 2);
        ask(&asker, HA_CHOICE_FAULT, 2);
    }

    assert_string_equal(noting.kept, "00");
    ha_search_destroy(asker.search);
}

static void a_run_that_is_played_again_begins_anew(void **state)
{
    struct asker asker;
    (void)state;
    begin(&asker, &(struct ha_search_options){.bounds = wide});
    for (int run = 0; run < 2; run++) {
        assert_true(next(&asker));
        ask(&asker, HA_CHOICE_FAULT, 2);
    }
    assert_int_equal(ha_search_common(asker.search), 1);

    ha_search_again(asker.search);

    assert_int_equal(ha_search_common(asker.search), 0);
    ha_search_destroy(asker.search);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shares_in_depth_are_branches_off_the_ordinary_course_in_turn),
        cmocka_unit_test(what_goes_by_chance_in_a_run_is_not_a_matter_of_its_share),
        cmocka_unit_test(a_sweep_of_faults_is_a_search_in_depth_that_lets_threads_alone),
        cmocka_unit_test(a_point_is_covered_when_some_run_answered_it_otherwise),
        cmocka_unit_test(depth_first_gives_every_sequence_of_answers_once),
        cmocka_unit_test(questions_are_kept_that_may_be_answered_otherwise_and_no_others),
        cmocka_unit_test(by_chance_the_way_to_the_first_question_is_kept),
        cmocka_unit_test(a_run_that_is_played_again_begins_anew),
        cmocka_unit_test(no_run_has_more_of_a_kind_than_its_bound),
        cmocka_unit_test(the_answers_of_a_run_are_those_that_are_not_ordinary),
        cmocka_unit_test(a_run_that_asks_something_else_has_strayed),
        cmocka_unit_test(a_run_that_ends_where_it_has_more_to_repeat_has_strayed),
        cmocka_unit_test(a_seed_gives_the_same_runs_again_and_another_seed_gives_others),
        cmocka_unit_test(a_run_that_was_played_twice_binds_no_later_one_by_chance),
        cmocka_unit_test(a_search_goes_on_behind_a_run_that_took_its_process_with_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
