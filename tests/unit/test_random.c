/*
 * nt, sim, check: thousands of small scenarios, each of which must load, come to an end, give the
 * same trace again, show no fault of the kernel, and leave no arrival undelivered
 *
 * HOTADD_RANDOM_RUNS says how many, HOTADD_RANDOM_SEED with which seed to begin. What fails is
 * made smaller and printed as a scenario file.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/hash.h"
#include "check/judge.h"
#include "core/tape.h"
#include "core/trace.h"
#include "edge/load.h"
#include "hotadd/error.h"
#include "sim/machine.h"
#include "sim/player.h"
#include "unit/random_scenario.h"
#include "unit/seeds.h"

#define RUNS 3000
#define MOST_RECORDS 1000000u
#define ARENA_BYTES ((size_t)16 << 20)

/* What is wrong with a scenario; the same if trouble and rule are. */
enum trouble { NO_TROUBLE, DOES_NOT_LOAD, DOES_NOT_END, DIFFERS, KERNEL_AT_FAULT, UNDELIVERED };

struct outcome {
    enum trouble trouble;
    const struct ha_rule *rule;
    struct ha_text told;            /* in words; to be closed */
};

/* Takes the records of a run into a number. */
struct hash_sink {
    struct ha_sink sink;
    uint64_t hash;
};

static void take(struct ha_sink *sink, const struct ha_record *first, size_t count)
{
    struct hash_sink *taker = (struct hash_sink *)(void *)sink;
    taker->hash = ha_hash(taker->hash, first, count * sizeof *first);
}

/* Play to the end. False when the run failed for want of means. */
static bool play(struct ha_machine *machine, const struct ha_plan *plan, struct hash_sink *taker)
{
    bool more = true;
    int err = ha_player_begin(machine, plan);
    taker->hash = HA_HASH_START;
    while (!err && more)
        err = ha_player_step(machine, &more);
    ha_machine_flush(machine);
    return !err;
}

static struct ha_machine *machine_for(const struct ha_plan *plan, const char *token,
                                      struct hash_sink *taker)
{
    struct ha_machine_options options = ha_player_options(plan, token);
    struct ha_machine *machine = NULL;
    struct ha_error error = {""};
    options.arena_bytes = ARENA_BYTES;
    options.record_budget = MOST_RECORDS;
    taker->sink.take = take;
    if (ha_machine_create(&options, &machine, &error) ||
        ha_machine_add_sink(machine, &taker->sink))
        fail_msg("%s: no machine: %s", plan->name, error.text);
    return machine;
}

static bool is_the_kernels(const struct ha_finding *finding)
{
    return finding->driver == 0 || finding->rule->binds == HA_BINDS_KERNEL;
}

static void look_at_findings(const struct ha_judge *judge, struct outcome *outcome)
{
    size_t count;
    bool lost;
    const struct ha_finding *finding = ha_judge_findings(judge, &count, &lost);
    assert_false(lost);
    for (size_t i = 0; i < count && !outcome->trouble; i++) {
        if (!is_the_kernels(&finding[i]))
            continue;
        outcome->trouble = KERNEL_AT_FAULT;
        outcome->rule = finding[i].rule;
        ha_text_addf(&outcome->told, "%s at record %llu, in '%s': expected %s, seen %s",
                     finding[i].rule->id, (unsigned long long)finding[i].seq, finding[i].call,
                     finding[i].expected, finding[i].seen);
    }
}

/* Play under a token, twice in one machine that is rewound and once in another. */
static void play_thrice(const struct ha_plan *plan, const char *token, struct outcome *outcome)
{
    struct hash_sink first, second;
    struct ha_judge *judge = ha_judge_create();
    struct ha_machine *machine = machine_for(plan, token, &first);
    assert_non_null(judge);
    assert_int_equal(ha_machine_add_sink(machine, ha_judge_sink(judge)), HA_OK);
    assert_int_equal(ha_machine_mark(machine), HA_OK);
    bool ended = play(machine, plan, &first);
    uint64_t hash = first.hash;
    enum ha_ending ending = ha_machine_ending(machine);

    if (!ended || (ending != HA_END_NORMALLY && ending != HA_END_DEADLOCK)) {
        outcome->trouble = DOES_NOT_END;
        ha_text_addf(&outcome->told, "the run ended by %d", (int)ending);
    }
    look_at_findings(judge, outcome);
    if (!outcome->trouble && ending == HA_END_NORMALLY && machine->kernel.pnp.first) {
        outcome->trouble = UNDELIVERED;
        ha_text_add(&outcome->told, "an arrival is still queued at the end");
    }
    ha_judge_reset(judge);
    assert_int_equal(ha_machine_rewind(machine), HA_OK);
    play(machine, plan, &first);
    ha_machine_destroy(machine);
    ha_judge_destroy(judge);
    machine = machine_for(plan, token, &second);
    play(machine, plan, &second);
    ha_machine_destroy(machine);
    if (!outcome->trouble && (first.hash != hash || second.hash != hash)) {
        outcome->trouble = DIFFERS;
        ha_text_addf(&outcome->told, "another trace %s",
                     first.hash != hash ? "after rewinding" : "in another machine");
    }
}

/* Answers other than the ordinary ones to a few of the run's first questions. */
static void write_token(uint64_t seed, const struct ha_plan *plan, struct ha_text *token)
{
    struct ha_answer answer[3];
    struct ha_tape_input input = {answer, 0};
    uint32_t question = 0;
    while (input.count < sizeof answer / sizeof answer[0]) {
        question += 1 + random_below(&seed, 12);
        answer[input.count++] = (struct ha_answer){question, 1};
    }
    ha_tape_write(token, &input, plan->scenario_hash, ha_profile_hash(&plan->profile));
    assert_false(token->lost);
}

/* In its ordinary course and, with the seed's lowest bit, in another one. */
static struct outcome try_text(uint64_t seed, const struct ha_text *text)
{
    struct outcome outcome = {NO_TROUBLE, NULL, {0}};
    struct ha_scenario scenario;
    struct ha_text token = {0};
    assert_false(text->lost);
    if (ha_scenario_load_text("random.json", text->bytes, text->length, &scenario,
                              &outcome.told)) {
        outcome.trouble = DOES_NOT_LOAD;
        return outcome;
    }
    if (seed & 1)
        write_token(seed, &scenario.plan, &token);
    play_thrice(&scenario.plan, seed & 1 ? token.bytes : NULL, &outcome);
    if (outcome.trouble && seed & 1)
        ha_text_addf(&outcome.told, " (--replay %s)", token.bytes);
    ha_text_close(&token);
    ha_scenario_close(&scenario);
    return outcome;
}

/* Leave out one part after the other for as long as the trouble stays what it is. */
static void make_smaller(uint64_t seed, size_t parts, struct outcome *outcome,
                         struct ha_text *text)
{
    bool left_out[RANDOM_PARTS] = {false};
    bool smaller = true;
    while (smaller) {
        smaller = false;
        for (size_t i = 0; i < parts && i < RANDOM_PARTS; i++) {
            struct ha_text less = {0};
            if (left_out[i])
                continue;
            left_out[i] = true;
            random_scenario(seed, left_out, &less);
            struct outcome now = try_text(seed, &less);
            left_out[i] = now.trouble == outcome->trouble && now.rule == outcome->rule &&
                          less.length < text->length;
            if (left_out[i]) {
                struct outcome before = *outcome;
                struct ha_text more = *text;
                *outcome = now;
                *text = less;
                now = before;
                less = more;
                smaller = true;
            }
            ha_text_close(&now.told);
            ha_text_close(&less);
        }
    }
}

static void no_scenario_finds_the_kernel_at_fault_or_chance_at_work(void **state)
{
    uint64_t first = seeds_setting("HOTADD_RANDOM_SEED", 0);
    uint64_t runs = seeds_setting("HOTADD_RANDOM_RUNS", RUNS);
    (void)state;

    for (uint64_t seed = first; seed < first + runs; seed++) {
        struct ha_text text = {0};
        seeds_begin(seed);
        size_t parts = random_scenario(seed, NULL, &text);
        struct outcome outcome = try_text(seed, &text);
        if (outcome.trouble) {
            if (outcome.trouble != DOES_NOT_LOAD)   /* what is missing would not be, either */
                make_smaller(seed, parts, &outcome, &text);
            fprintf(stderr, "%s", text.bytes);      /* cmocka would cut it */
            fail_msg("HOTADD_RANDOM_SEED=%llu: %s", (unsigned long long)seed,
                     ha_text_string(&outcome.told));
        }
        ha_text_close(&outcome.told);
        ha_text_close(&text);
    }
    seeds_end();
}

static void a_scenario_is_the_same_for_the_same_seed_and_smaller_without_its_parts(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 100; seed++) {
        bool left_out[RANDOM_PARTS] = {false};
        struct ha_text one = {0}, again = {0}, less = {0};
        size_t parts = random_scenario(seed, NULL, &one);
        random_scenario(seed, left_out, &again);
        assert_in_range(parts, 1, RANDOM_PARTS);
        left_out[parts - 1] = true;
        random_scenario(seed, left_out, &less);

        assert_string_equal(one.bytes, again.bytes);
        assert_true(less.length < one.length);

        ha_text_close(&one);
        ha_text_close(&again);
        ha_text_close(&less);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_scenario_is_the_same_for_the_same_seed_and_smaller_without_its_parts),
        cmocka_unit_test(no_scenario_finds_the_kernel_at_fault_or_chance_at_work),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
