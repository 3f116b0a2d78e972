/* steps_affinity: where the thread that plays the steps may run */
#include "unit/scripting.h"

static const struct ha_event_plan one_add[] = {{ADD}};

#define AFFINITY(of_group, mask) \
    {.kind = HA_STEP_SET_AFFINITY, .value = of_group, .second = mask}
#define TO(processor) {.kind = HA_STEP_SET_AFFINITY, .of_processor = true, .value = processor}
#define TO_KEEPING(processor, as) \
    {.kind = HA_STEP_SET_AFFINITY, .of_processor = true, .value = processor, .name = (as)}
#define BACK_TO(kept) {.kind = HA_STEP_REVERT_AFFINITY, .name = (kept)}
#define BACK {.kind = HA_STEP_REVERT_AFFINITY}

/* The masks after each call, with what the caller learned; all in group 0. */
static void expect_masks(struct bench *b, const uint64_t (*masks)[2], size_t count)
{
    assert_int_equal(bench_count(b, HA_AFFINITY), count);
    for (size_t i = 0; i < count; i++) {
        const struct ha_record *record = bench_record(b, HA_AFFINITY, i);
        if (record->as.affinity.new_mask != masks[i][0]
            || record->as.affinity.output_mask != masks[i][1])
            fail_msg("call %zu: 0x%llx, previous 0x%llx", i,
                     (unsigned long long)record->as.affinity.new_mask,
                     (unsigned long long)record->as.affinity.output_mask);
    }
}

/* QRY-13, HOT-11 */
static void a_callback_moves_to_the_new_processor_in_complete_but_not_in_start(void **state)
{
    struct bench *b = *state;
    static const struct ha_step entry[] = {REGISTER};
    static const struct ha_step move[] = {TO(VALUE(PROCESSOR)), ASK(CURRENT_PROCESSOR), BACK};
    const struct ha_handler handler[] = {{WHEN(HA_ANY_STATE, move)}};
    const struct ha_script script[] = {
        {.name = "a", .entry = STEPS(entry), .handler = handler, .handler_count = 1}};
    static const uint64_t masks[][2] = {{0xf, 0}, {0xf, 0}, {0x10, 0}, {0xf, 0}};
    b->findings = "a QRY-13\n";

    bench_play(b, script, 1, one_add, 1);

    expect_masks(b, masks, COUNT(masks));
    assert_false(bench_record(b, HA_AFFINITY, 0)->as.affinity.accepted);
    assert_true(bench_record(b, HA_AFFINITY, 2)->as.affinity.accepted);
    assert_int_equal(bench_record(b, HA_AFFINITY, 2)->processor, 4);
}

/* QRY-18 */
static void an_affinity_that_was_kept_can_be_gone_back_to(void **state)
{
    struct bench *b = *state;
    static const struct ha_step entry[] = {
        TO_KEEPING(NUMBER(1), "first"), TO_KEEPING(NUMBER(2), "second"), BACK_TO("second"),
        BACK_TO("first"), TO(NUMBER(3)), BACK};
    const struct ha_script script[] = {{.name = "a", .entry = STEPS(entry)}};
    static const uint64_t masks[][2] = {{2, 0}, {4, 2}, {2, 0}, {0xf, 0}, {8, 0}, {0xf, 0}};

    bench_play(b, script, 1, NULL, 0);

    expect_masks(b, masks, COUNT(masks));
}

/* What a step does not keep the routine is not asked for. */
static void without_a_name_no_previous_affinity_is_asked_for(void **state)
{
    struct bench *b = *state;
    static const struct ha_step entry[] = {TO(NUMBER(1)), TO_KEEPING(NUMBER(1), "kept"), BACK};
    const struct ha_script script[] = {{.name = "a", .entry = STEPS(entry)}};

    bench_play(b, script, 1, NULL, 0);

    assert_false(bench_record(b, HA_AFFINITY, 0)->as.affinity.has_output);
    assert_true(bench_record(b, HA_AFFINITY, 1)->as.affinity.has_output);
}

static void group_and_mask_reach_the_routine_as_they_are(void **state)
{
    struct bench *b = *state;
    static const struct ha_step entry[] = {
        AFFINITY(NUMBER(0), NUMBER(6)), AFFINITY(NUMBER(9), NUMBER(1)),
        AFFINITY(NUMBER(0), NUMBER(INT64_MIN)), BACK};
    const struct ha_script script[] = {{.name = "a", .entry = STEPS(entry)}};

    bench_play(b, script, 1, NULL, 0);

    assert_int_equal(bench_record(b, HA_AFFINITY, 0)->as.affinity.asked_mask, 6);
    assert_int_equal(bench_record(b, HA_AFFINITY, 1)->as.affinity.asked_group, 9);
    assert_int_equal(bench_record(b, HA_AFFINITY, 2)->as.affinity.asked_mask,
                     UINT64_C(1) << 63);
    assert_int_equal(bench_record(b, HA_AFFINITY, 2)->as.affinity.new_mask, 6);
}

static void a_processor_that_no_index_belongs_to_fails_the_step(void **state)
{
    struct bench *b = *state;
    static const struct ha_step entry[] = {TO(NUMBER(4)), ASK(ACTIVE_GROUPS)};
    const struct ha_script script[] = {{.name = "a", .entry = STEPS(entry)}};

    bench_play(b, script, 1, NULL, 0);

    assert_int_equal(bench_count(b, HA_AFFINITY), 0);
    assert_int_equal(bench_record(b, HA_DRV_ENTRY_LEAVE, 0)->as.status.status,
                     STATUS_INVALID_PARAMETER);
}

/* HOT-11 is about other processors: here nothing has to be put back, and nothing is. */
static void a_callback_that_sets_the_same_processors_leaves_them_set(void **state)
{
    struct bench *b = *state;
    static const struct ha_step entry[] = {REGISTER_EXISTING, TO_KEEPING(NUMBER(0), "kept"), BACK};
    static const struct ha_step stay[] = {TO(NUMBER(0))};
    const struct ha_handler handler[] = {{WHEN(HA_STATE_COMPLETE, stay)}};
    const struct ha_script script[] = {
        {.name = "a", .entry = STEPS(entry), .handler = handler, .handler_count = 1}};
    static const uint64_t masks[][2] = {{1, 0}, {1, 1}, {1, 0}};
    b->group[0] = (struct ha_group_options){.maximum = 4, .active_mask = 1};

    bench_play(b, script, 1, NULL, 0);

    expect_masks(b, masks, COUNT(masks));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BENCH_TEST(a_callback_moves_to_the_new_processor_in_complete_but_not_in_start),
        BENCH_TEST(an_affinity_that_was_kept_can_be_gone_back_to),
        BENCH_TEST(without_a_name_no_previous_affinity_is_asked_for),
        BENCH_TEST(group_and_mask_reach_the_routine_as_they_are),
        BENCH_TEST(a_processor_that_no_index_belongs_to_fails_the_step),
        BENCH_TEST(a_callback_that_sets_the_same_processors_leaves_them_set),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
