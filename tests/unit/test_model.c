/*
 * nt: thousands of random cases, in each of which the simulator does what an independent model of
 * the notification protocol, made from the rules alone, has foreseen
 *
 * A case in which they differ is printed, without the acts that are not needed for that, with both
 * lists up to the difference. `test_model --seed N` repeats one.
 *
 * HOTADD_MODEL_RUNS says how many, HOTADD_MODEL_SEED with which seed to begin.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "model/case.h"
#include "model/facts.h"
#include "model/play.h"
#include "model/reference.h"
#include "unit/seeds.h"

#define RUNS 4000

/* What comes of a case, on either side, and where that differs. */
struct outcome {
    struct facts expected, seen;
    enum stream stream;             /* STREAMS: nowhere */
    size_t at;
    enum ha_ending ending;
};

/* Returns whether both agree. */
static bool try(const struct case_plan *plan, struct outcome *outcome)
{
    facts_clear(&outcome->expected);
    facts_clear(&outcome->seen);
    reference_foresee(plan, &outcome->expected);
    outcome->ending = play_case(plan, &outcome->seen);
    assert_false(outcome->expected.lost || outcome->seen.lost);
    outcome->stream = facts_differ(&outcome->expected, &outcome->seen, &outcome->at);
    return outcome->stream == STREAMS && outcome->ending == HA_END_NORMALLY;
}

/* Leave out what drivers do, one act after the other, for as long as there is a difference. */
static void make_smaller(struct case_plan *plan, struct outcome *outcome)
{
    for (uint32_t a = plan->acts; a-- > 0;) {
        struct case_plan less = *plan;
        less.acts--;
        memmove(&less.act[a], &less.act[a + 1], (less.acts - a) * sizeof less.act[0]);
        if (!try(&less, outcome))
            *plan = less;
    }
    try(plan, outcome);
}

static void print(const struct case_plan *plan, const struct outcome *outcome)
{
    case_print(stderr, plan);
    if (outcome->stream != STREAMS)
        facts_print(stderr, &outcome->expected, &outcome->seen, outcome->stream, outcome->at);
    fprintf(stderr, "the run ended by %d\n", (int)outcome->ending);
}

static void every_case_comes_as_the_rules_foresee(void **state)
{
    uint64_t first = seeds_setting("HOTADD_MODEL_SEED", 0);
    uint64_t runs = seeds_setting("HOTADD_MODEL_RUNS", RUNS);
    struct outcome outcome = {0};
    (void)state;
    for (uint64_t seed = first; seed < first + runs; seed++) {
        struct case_plan plan;
        seeds_begin(seed);
        case_deal(seed, &plan);
        if (try(&plan, &outcome))
            continue;
        make_smaller(&plan, &outcome);
        print(&plan, &outcome);
        fail_msg("the simulator and the model differ; to repeat it: test_model --seed %llu",
                 (unsigned long long)seed);
    }
    seeds_end();
    facts_close(&outcome.expected);
    facts_close(&outcome.seen);
}

/* Otherwise the two might agree about nothing. */
static void the_cases_bring_about_every_kind_of_fact(void **state)
{
    struct facts facts = {0};
    size_t count[WHATS] = {0};
    (void)state;
    for (uint64_t seed = 0; seed < RUNS / 4; seed++) {
        struct case_plan plan;
        case_deal(seed, &plan);
        facts_clear(&facts);
        reference_foresee(&plan, &facts);
        for (unsigned s = 0; s < STREAMS; s++)
            for (size_t i = 0; i < facts.count[s]; i++)
                count[facts.fact[s][i].what]++;
    }
    for (unsigned what = 0; what < WHATS; what++)
        assert_true(count[what] >= 20);
    facts_close(&facts);
}

/* Whether another value of a knob makes a difference to what the case of a seed comes to. */
static bool matters(unsigned knob, uint64_t seed, struct facts *one, struct facts *other)
{
    struct case_plan plan;
    size_t at;
    case_deal(seed, &plan);
    facts_clear(one);
    facts_clear(other);
    reference_foresee(&plan, one);
    uint8_t *value = &plan.profile.knob[knob];
    *value = ha_knob_value_name((enum ha_knob)knob, *value + 1u) ? (uint8_t)(*value + 1) : 0;
    reference_foresee(&plan, other);
    assert_false(one->lost || other->lost);
    return facts_differ(one, other, &at) != STREAMS;
}

/* All but two: nothing is rebalanced, and when a late call comes is not for the rules to say. */
static void every_knob_that_the_model_knows_decides_something(void **state)
{
    struct facts one = {0}, other = {0};
    (void)state;
    for (unsigned k = 0; k < HA_KNOB_COUNT; k++) {
        bool known = k != HA_KNOB_REBALANCE_VS_ASYNC && k != HA_KNOB_LEGACY_LATE_CALL;
        uint64_t seed = 0;
        while (seed < RUNS && !matters(k, seed, &one, &other))
            seed++;
        if ((seed < RUNS) != known)
            fail_msg("%s: %s", ha_knob_name((enum ha_knob)k), known ? "decides nothing"
                                                                    : "decides something");
    }
    facts_close(&one);
    facts_close(&other);
}

static void one_fact_that_is_missing_too_many_or_another_is_a_difference(void **state)
{
    const struct fact fact = {.what = CALL, .who = 1};
    (void)state;
    for (unsigned s = 0; s < STREAMS; s++) {
        struct facts one = {0}, other = {0};
        size_t at;
        facts_say(&one, (enum stream)s, fact);
        assert_int_equal(facts_differ(&one, &other, &at), s);
        assert_int_equal(at, 0);
        assert_int_equal(facts_differ(&other, &one, &at), s);
        assert_int_equal(at, 0);
        facts_say(&other, (enum stream)s, fact);
        assert_int_equal(facts_differ(&one, &other, &at), STREAMS);
        facts_say(&one, (enum stream)s, fact);
        facts_say(&other, (enum stream)s, (struct fact){.what = CALL, .who = 1, .around = 1});
        assert_int_equal(facts_differ(&one, &other, &at), s);
        assert_int_equal(at, 1);
        facts_close(&one);
        facts_close(&other);
    }
}

int main(int count, char *argument[])
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_fact_that_is_missing_too_many_or_another_is_a_difference),
        cmocka_unit_test(every_knob_that_the_model_knows_decides_something),
        cmocka_unit_test(the_cases_bring_about_every_kind_of_fact),
        cmocka_unit_test(every_case_comes_as_the_rules_foresee),
    };
    if (count == 3 && !strcmp(argument[1], "--seed")) {
        setenv("HOTADD_MODEL_SEED", argument[2], 1);
        setenv("HOTADD_MODEL_RUNS", "1", 1);
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
