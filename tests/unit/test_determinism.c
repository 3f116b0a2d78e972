/* sim, check: the same scenario gives the same bytes, whatever came before */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "check/jsonl.h"
#include "check/judge.h"
#include "core/tape.h"
#include "core/trace.h"
#include "edge/files.h"
#include "edge/load.h"
#include "hotadd/error.h"
#include "sim/player.h"

/* Every scenario of the project whose drivers are scripts, loaded. */
struct bench {
    struct ha_files files;
    size_t count;
    struct ha_scenario scenario[1024];
};

/* Modules are loaded by whoever plays, into a worker. */
static bool is_scripted(const struct ha_plan *plan)
{
    for (size_t i = 0; i < plan->driver_count; i++)
        if (plan->driver[i].module)
            return false;
    return true;
}

static int load_all(void **state)
{
    static struct bench bench;
    struct ha_text messages = {0};
    bench = (struct bench){.files = {0}};
    assert_int_equal(ha_files_add(&bench.files, HA_TESTS_DIR "/../scenarios", &messages), HA_OK);
    assert_in_range(bench.files.count, 1, sizeof bench.scenario / sizeof bench.scenario[0]);
    for (size_t i = 0; i < bench.files.count; i++) {
        struct ha_scenario *scenario = &bench.scenario[bench.count];
        assert_int_equal(ha_scenario_load_file(bench.files.path[i], NULL, scenario, &messages),
                         HA_OK);
        if (is_scripted(&scenario->plan))
            bench.count++;
        else
            ha_scenario_close(scenario);
    }
    ha_text_close(&messages);
    *state = &bench;
    return 0;
}

static int close_all(void **state)
{
    struct bench *b = *state;
    for (size_t i = 0; i < b->count; i++)
        ha_scenario_close(&b->scenario[i]);
    ha_files_close(&b->files);
    return 0;
}

static struct ha_machine *machine_for(const struct ha_plan *plan, const char *token)
{
    struct ha_machine_options options = ha_player_options(plan, token);
    struct ha_machine *machine = NULL;
    struct ha_error error = {""};
    options.arena_bytes = (size_t)4 << 20;
    if (ha_machine_create(&options, &machine, &error) != HA_OK)
        fail_msg("%s: %s", plan->name, error.text);
    return machine;
}

/* Play to the end; the trace as it would be printed. */
static void play(struct ha_machine *machine, const struct ha_plan *plan,
                 struct ha_collector *collector, struct ha_text *text)
{
    bool more = true;
    ha_collector_clear(collector);
    ha_text_clear(text);
    assert_int_equal(ha_player_begin(machine, plan), HA_OK);
    while (more)
        assert_int_equal(ha_player_step(machine, &more), HA_OK);
    ha_machine_flush(machine);
    assert_false(collector->lost);
    for (size_t i = 0; i < collector->count; i++)
        ha_jsonl_add(text, &collector->record[i]);
    assert_false(text->lost);
}

/* What a fresh machine makes of a plan. */
static void play_fresh(const struct ha_plan *plan, const char *token, struct ha_text *text)
{
    struct ha_collector collector;
    struct ha_machine *machine = machine_for(plan, token);
    ha_collector_init(&collector);
    assert_int_equal(ha_machine_add_sink(machine, &collector.sink), HA_OK);
    play(machine, plan, &collector, text);
    assert_int_equal(ha_machine_replayed(machine), HA_OK);
    ha_machine_destroy(machine);
    ha_collector_close(&collector);
}

static void expect_same(const char *name, const struct ha_text *expected,
                        const struct ha_text *seen)
{
    assert_true(expected->length > 0);
    if (strcmp(ha_text_string(expected), ha_text_string(seen)) != 0)
        fail_msg("%s\n%s\ndiffers from\n%s", name, ha_text_string(seen), ha_text_string(expected));
}

static void two_fresh_machines_give_the_same_bytes(void **state)
{
    struct bench *b = *state;
    struct ha_text first = {0}, second = {0};

    for (size_t i = 0; i < b->count; i++) {
        play_fresh(&b->scenario[i].plan, NULL, &first);
        play_fresh(&b->scenario[i].plan, NULL, &second);
        expect_same(b->scenario[i].file, &first, &second);
    }
    ha_text_close(&first);
    ha_text_close(&second);
}

static void a_machine_that_is_rewound_gives_the_same_bytes_however_its_run_ended(void **state)
{
    struct bench *b = *state;
    struct ha_text fresh = {0}, again = {0};
    struct ha_collector collector;
    unsigned deadlocks = 0;
    ha_collector_init(&collector);

    for (size_t i = 0; i < b->count; i++) {
        const struct ha_plan *plan = &b->scenario[i].plan;
        play_fresh(plan, NULL, &fresh);
        struct ha_machine *machine = machine_for(plan, NULL);
        assert_int_equal(ha_machine_add_sink(machine, &collector.sink), HA_OK);
        assert_int_equal(ha_machine_mark(machine), HA_OK);
        for (int run = 0; run < 3; run++) {
            play(machine, plan, &collector, &again);
            expect_same(b->scenario[i].file, &fresh, &again);
            deadlocks += ha_machine_ending(machine) == HA_END_DEADLOCK;
            assert_int_equal(ha_machine_rewind(machine), HA_OK);
        }
        ha_machine_destroy(machine);
    }
    assert_true(deadlocks >= 3);
    ha_collector_close(&collector);
    ha_text_close(&fresh);
    ha_text_close(&again);
}

static void a_run_that_is_left_in_the_middle_leaves_no_trace_in_the_next(void **state)
{
    struct bench *b = *state;
    struct ha_text fresh = {0}, again = {0};
    struct ha_collector collector;
    ha_collector_init(&collector);

    for (size_t i = 0; i < b->count; i++) {
        const struct ha_plan *plan = &b->scenario[i].plan;
        play_fresh(plan, NULL, &fresh);
        struct ha_machine *machine = machine_for(plan, NULL);
        assert_int_equal(ha_machine_add_sink(machine, &collector.sink), HA_OK);
        assert_int_equal(ha_machine_mark(machine), HA_OK);
        bool more = true;
        for (int steps = 1; more; steps++) {
            assert_int_equal(ha_player_begin(machine, plan), HA_OK);
            for (int step = 0; step < steps && more; step++)
                assert_int_equal(ha_player_step(machine, &more), HA_OK);
            assert_int_equal(ha_machine_rewind(machine), HA_OK);
        }
        play(machine, plan, &collector, &again);
        expect_same(b->scenario[i].file, &fresh, &again);
        ha_machine_destroy(machine);
    }
    ha_collector_close(&collector);
    ha_text_close(&fresh);
    ha_text_close(&again);
}

static void a_scenario_with_its_own_token_gives_the_same_bytes(void **state)
{
    struct bench *b = *state;
    struct ha_text fresh = {0}, again = {0}, token = {0};

    for (size_t i = 0; i < b->count; i++) {
        const struct ha_plan *plan = &b->scenario[i].plan;
        ha_text_clear(&token);
        ha_tape_write(&token, &(struct ha_tape_input){0}, plan->scenario_hash,
                      ha_profile_hash(&plan->profile));
        play_fresh(plan, NULL, &fresh);
        play_fresh(plan, ha_text_string(&token), &again);
        expect_same(b->scenario[i].file, &fresh, &again);
    }
    ha_text_close(&fresh);
    ha_text_close(&again);
    ha_text_close(&token);
}

/* Play under a token with one answer. False when the question has no such answer. */
static bool play_answered(const struct ha_plan *plan, uint32_t question, uint32_t answer,
                          struct ha_text *text)
{
    struct ha_answer answers[] = {{question, answer}};
    struct ha_text token = {0};
    struct ha_collector collector;
    ha_tape_write(&token, &(struct ha_tape_input){answers, 1}, plan->scenario_hash,
                  ha_profile_hash(&plan->profile));
    struct ha_machine *machine = machine_for(plan, ha_text_string(&token));
    ha_collector_init(&collector);
    assert_int_equal(ha_machine_add_sink(machine, &collector.sink), HA_OK);
    play(machine, plan, &collector, text);
    bool fits = ha_machine_replayed(machine) == HA_OK;
    ha_machine_destroy(machine);
    ha_collector_close(&collector);
    ha_text_close(&token);
    return fits;
}

static void every_other_answer_changes_the_run_and_repeats_byte_for_byte(void **state)
{
    struct bench *b = *state;
    struct ha_text fresh = {0}, first = {0}, second = {0};
    unsigned answers = 0;

    for (size_t i = 0; i < b->count; i++) {
        const struct ha_plan *plan = &b->scenario[i].plan;
        play_fresh(plan, NULL, &fresh);
        for (uint32_t question = 0; play_answered(plan, question, 1, &first); question++) {
            assert_true(play_answered(plan, question, 1, &second));
            expect_same(b->scenario[i].file, &first, &second);
            assert_string_not_equal(ha_text_string(&fresh), ha_text_string(&first));
            assert_non_null(strstr(ha_text_string(&first), "\"event\":\"CHOICE\""));
            answers++;
        }
    }
    assert_true(answers > b->count);
    ha_text_close(&fresh);
    ha_text_close(&first);
    ha_text_close(&second);
}

/* Fail on the first finding against the kernel itself. */
static void expect_a_faultless_kernel(const char *file, const char *preset,
                                      const struct ha_judge *judge)
{
    size_t count;
    bool lost;
    const struct ha_finding *finding = ha_judge_findings(judge, &count, &lost);
    assert_false(lost);
    for (size_t i = 0; i < count; i++)
        if (finding[i].driver == 0)
            fail_msg("%s, %s: %s at record %llu: expected %s, seen %s", file, preset,
                     finding[i].rule->id, (unsigned long long)finding[i].seq, finding[i].expected,
                     finding[i].seen);
}

/* RULES 2.2: Windows Server 2008 knows one processor group only. */
static void no_preset_makes_the_kernel_break_a_rule(void **state)
{
    struct bench *b = *state;
    struct ha_collector collector;
    struct ha_text text = {0};
    ha_collector_init(&collector);

    for (size_t i = 0; i < b->count; i++) {
        for (unsigned preset = 0; preset < HA_PRESET_COUNT; preset++) {
            struct ha_plan plan = b->scenario[i].plan;
            plan.profile = ha_profile_preset((enum ha_preset)preset);
            if (preset == HA_PRESET_WS2008 && plan.partition.group_count > 1)
                continue;
            struct ha_judge *judge = ha_judge_create();
            struct ha_machine *machine = machine_for(&plan, NULL);
            assert_int_equal(ha_machine_add_sink(machine, &collector.sink), HA_OK);
            assert_int_equal(ha_machine_add_sink(machine, ha_judge_sink(judge)), HA_OK);
            play(machine, &plan, &collector, &text);
            expect_a_faultless_kernel(b->scenario[i].file, ha_preset_name((enum ha_preset)preset),
                                      judge);
            ha_machine_destroy(machine);
            ha_judge_destroy(judge);
        }
    }
    ha_collector_close(&collector);
    ha_text_close(&text);
}

static void a_machine_with_groups_is_refused_where_there_are_none(void **state)
{
    struct bench *b = *state;
    unsigned refused = 0;

    for (size_t i = 0; i < b->count; i++) {
        struct ha_plan plan = b->scenario[i].plan;
        struct ha_machine *machine = NULL;
        struct ha_error error = {""};
        plan.profile = ha_profile_preset(HA_PRESET_WS2008);
        struct ha_machine_options options = ha_player_options(&plan, NULL);
        int err = ha_machine_create(&options, &machine, &error);
        assert_int_equal(err, plan.partition.group_count > 1 ? HA_EINVAL : HA_OK);
        assert_int_equal(error.text[0] != '\0', err != HA_OK);
        refused += err != HA_OK;
        ha_machine_destroy(machine);
    }
    assert_true(refused > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_fresh_machines_give_the_same_bytes),
        cmocka_unit_test(a_machine_that_is_rewound_gives_the_same_bytes_however_its_run_ended),
        cmocka_unit_test(a_run_that_is_left_in_the_middle_leaves_no_trace_in_the_next),
        cmocka_unit_test(a_scenario_with_its_own_token_gives_the_same_bytes),
        cmocka_unit_test(every_other_answer_changes_the_run_and_repeats_byte_for_byte),
        cmocka_unit_test(no_preset_makes_the_kernel_break_a_rule),
        cmocka_unit_test(a_machine_with_groups_is_refused_where_there_are_none),
    };
    return cmocka_run_group_tests(tests, load_all, close_all);
}
