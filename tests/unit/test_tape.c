/* core: tape */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "unit/world.h"

#define SCENARIO UINT64_C(0xaaaaaaaa00c0ffee)
#define PROFILE UINT64_C(0xbbbbbbbb12345678)
#define HASHES "h1-00c0ffee-12345678"

static int open_world(void **state)
{
    *state = test_world_open(NULL);
    return 0;
}

static int close_world(void **state)
{
    test_world_close(*state);
    return 0;
}

static uint32_t ask(struct test_world *t, uint32_t options)
{
    return ha_choose(t->world, HA_CHOICE_FAULT, "a question", options);
}

static void a_token_is_read_as_it_was_written(void **state)
{
    (void)state;
    static const char *const tokens[] = {
        HASHES,
        HASHES "-0:1",
        HASHES "-0:1,1:2,7:4294967295,4294967295:3",
    };
    static const struct ha_answer answers[] = {{0, 1}, {1, 2}, {7, UINT32_MAX}, {UINT32_MAX, 3}};
    static const size_t counts[] = {0, 1, 4};

    for (size_t i = 0; i < 3; i++) {
        struct ha_tape_input input = {0};
        struct ha_text text = {0};
        struct ha_error error = {""};
        if (ha_tape_read(&input, tokens[i], SCENARIO, PROFILE, &error) != HA_OK)
            fail_msg("%s: %s", tokens[i], error.text);
        assert_int_equal(input.count, counts[i]);
        for (size_t a = 0; a < counts[i]; a++) {
            assert_int_equal(input.answer[a].question, answers[a].question);
            assert_int_equal(input.answer[a].answer, answers[a].answer);
        }
        ha_tape_write(&text, &input, SCENARIO, PROFILE);
        assert_string_equal(ha_text_string(&text), tokens[i]);
        ha_text_close(&text);
        ha_tape_close(&input);
    }
}

static void a_text_that_is_no_token_is_refused_with_the_place(void **state)
{
    (void)state;
    static const struct { const char *token; size_t place; } cases[] = {
        {"", 1},
        {"0.2.1", 1},
        {" " HASHES, 1},
        {"h", 2},
        {"h2-00c0ffee-12345678", 2},
        {"h10c0ffee-12345678", 3},
        {"h1--12345678", 4},
        {"h1-0x0ffee-12345678", 5},
        {"h1- 0c0ffee-12345678", 4},
        {"h1-+0c0ffee-12345678", 4},
        {"h1-100c0ffee-12345678", 4},           /* more than 32 bits */
        {"h1-00000c0ffee-12345678", 4},         /* and as long */
        {"h1-00c0ffee", 12},
        {"h1-00c0ffee-", 13},
        {"h1-00c0ffee-1234567g", 20},
        {HASHES " ", 21},
        {HASHES "-", 22},
        {HASHES ",1:1", 21},
        {HASHES "-1", 23},
        {HASHES "-:1", 22},
        {HASHES "-1:", 24},
        {HASHES "-1:0", 24},                    /* the ordinary answer is not written down */
        {HASHES "-1:1,", 26},
        {HASHES "-1:1-2:1", 25},
        {HASHES "-1:1,1:2", 26},                /* the same question twice */
        {HASHES "-5:1,4:1", 26},                /* not ascending */
        {HASHES "-a:1", 22},
        {HASHES "-0x1:1", 23},
        {HASHES "-1:-1", 24},
        {HASHES "-4294967296:1", 22},
        {HASHES "-1:4294967296", 24},
        {HASHES "-1:00000000001", 24},
        {HASHES "-4294967295:1,0:1", 35},
        {HASHES "-1:1:1", 25},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ha_answer answer = {5, 6};
        struct ha_tape_input input = {&answer, 1};
        struct ha_error error = {""};
        char place[32];
        int err = ha_tape_read(&input, cases[i].token, SCENARIO, PROFILE, &error);
        snprintf(place, sizeof place, "character %zu ", cases[i].place);
        if (err != HA_EINVAL || !strstr(error.text, place))
            fail_msg("'%s': %d, '%s' does not name %s", cases[i].token, err, error.text, place);
        assert_ptr_equal(input.answer, &answer);
        assert_int_equal(input.count, 1);
    }
}

static void a_token_of_another_scenario_or_profile_is_stale(void **state)
{
    (void)state;
    struct ha_tape_input input = {0};
    struct ha_error error = {""};

    assert_int_equal(ha_tape_read(&input, HASHES "-0:1", SCENARIO + 1, PROFILE, &error),
                     HA_ESTALE);
    assert_non_null(strstr(error.text, "the scenario has changed"));
    assert_int_equal(ha_tape_read(&input, HASHES, SCENARIO, PROFILE - 1, &error), HA_ESTALE);
    assert_non_null(strstr(error.text, "the profile has changed"));
    assert_int_equal(ha_tape_read(&input, HASHES "-0:0", SCENARIO + 1, PROFILE, NULL), HA_EINVAL);
    assert_null(input.answer);
}

static void without_a_token_every_answer_is_the_ordinary_one_and_unrecorded(void **state)
{
    struct test_world *t = *state;

    for (int i = 0; i < 10; i++)
        assert_int_equal(ask(t, 3), 0);

    assert_null(test_world_record(t, HA_CHOICE, 0));
    assert_int_equal(t->world->tape.asked, 10);
    assert_true(ha_tape_fits(t->world));
}

static void answers_are_given_at_their_questions(void **state)
{
    struct test_world *t = *state;
    static const uint32_t expected[] = {2, 0, 0, 1, 4, 0};
    test_world_answer(t, 0, 2);
    test_world_answer(t, 3, 1);
    test_world_answer(t, 4, 4);

    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
        assert_int_equal(ask(t, 5), expected[i]);

    assert_true(ha_tape_fits(t->world));
}

static void an_answer_that_is_not_ordinary_is_recorded_with_its_question(void **state)
{
    struct test_world *t = *state;
    test_world_answer(t, 1, 2);

    ask(t, 3);
    ha_choose(t->world, HA_CHOICE_THREAD, "which thread goes first of all", 3);

    const struct ha_record *record = test_world_record(t, HA_CHOICE, 0);
    assert_non_null(record);
    assert_int_equal(record->id, 1);
    assert_int_equal(record->as.choice.kind, HA_CHOICE_THREAD);
    assert_int_equal(record->as.choice.answer, 2);
    assert_int_equal(record->as.choice.options, 3);
    assert_string_equal(record->as.choice.label, "which thread goes f");   /* what has room */
    assert_null(test_world_record(t, HA_CHOICE, 1));
}

static void an_answer_beyond_the_options_makes_the_tape_stale(void **state)
{
    struct test_world *t = *state;
    test_world_answer(t, 0, 2);

    assert_int_equal(ask(t, 2), 0);

    assert_false(ha_tape_fits(t->world));
    assert_null(test_world_record(t, HA_CHOICE, 0));
}

static void an_answer_that_nobody_asked_for_makes_the_tape_stale(void **state)
{
    struct test_world *t = *state;
    test_world_answer(t, 0, 1);
    test_world_answer(t, 2, 1);

    ask(t, 2);
    ask(t, 2);
    assert_false(ha_tape_fits(t->world));
    ask(t, 2);
    assert_true(ha_tape_fits(t->world));
}

static void a_rewound_tape_gives_its_answers_again(void **state)
{
    struct test_world *t = *state;
    test_world_answer(t, 1, 1);
    assert_int_equal(ha_arena_mark(&t->host.arena), HA_OK);

    for (int run = 0; run < 3; run++) {
        assert_int_equal(ask(t, 2), 0);
        assert_int_equal(ask(t, 2), 1);
        assert_true(ha_tape_fits(t->world));
        ha_arena_rewind(&t->host.arena);
    }
}

#define with_world(test) cmocka_unit_test_setup_teardown(test, open_world, close_world)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_token_is_read_as_it_was_written),
        cmocka_unit_test(a_text_that_is_no_token_is_refused_with_the_place),
        cmocka_unit_test(a_token_of_another_scenario_or_profile_is_stale),
        with_world(without_a_token_every_answer_is_the_ordinary_one_and_unrecorded),
        with_world(answers_are_given_at_their_questions),
        with_world(an_answer_that_is_not_ordinary_is_recorded_with_its_question),
        with_world(an_answer_beyond_the_options_makes_the_tape_stale),
        with_world(an_answer_that_nobody_asked_for_makes_the_tape_stale),
        with_world(a_rewound_tape_gives_its_answers_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
