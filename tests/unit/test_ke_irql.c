/* ke_irql: raising and lowering, who may run meanwhile, and the two mistakes */
#include "unit/bench.h"

/* The levels that a thread went through. */
struct levels {
    KIRQL old, raised, older, high, lowered, end;
};

static void go_up_and_down(void *argument)
{
    struct levels *levels = argument;
    KeRaiseIrql(DISPATCH_LEVEL, &levels->old);
    levels->raised = KeGetCurrentIrql();
    KeRaiseIrql(HIGH_LEVEL, &levels->older);
    levels->high = KeGetCurrentIrql();
    KeLowerIrql(levels->older);
    levels->lowered = KeGetCurrentIrql();
    KeLowerIrql(levels->old);
    levels->end = KeGetCurrentIrql();
}

static void each_raise_gives_what_the_lower_wants(void **state)
{
    struct bench *b = *state;
    struct levels levels = {9, 9, 9, 9, 9, 9};

    bench_run(b, bench_driver(b, "a"), go_up_and_down, &levels);

    assert_int_equal(levels.old, PASSIVE_LEVEL);
    assert_int_equal(levels.raised, DISPATCH_LEVEL);
    assert_int_equal(levels.older, DISPATCH_LEVEL);
    assert_int_equal(levels.high, HIGH_LEVEL);
    assert_int_equal(levels.lowered, DISPATCH_LEVEL);
    assert_int_equal(levels.end, PASSIVE_LEVEL);
    assert_int_equal(bench_count(b, HA_MISUSE), 0);
}

static void a_change_shows_in_the_records_that_follow_and_leaves_none_itself(void **state)
{
    static const KIRQL expected[] = {DISPATCH_LEVEL, HIGH_LEVEL, DISPATCH_LEVEL, PASSIVE_LEVEL};
    struct bench *b = *state;
    struct levels levels;
    struct driver *a = bench_driver(b, "a");
    bench_load(b);
    bench_forget(b);

    bench_run(b, a, go_up_and_down, &levels);

    expect_records(b, "system-3 asks, KeGetCurrentIrql [4]\nsystem-3 asks, KeGetCurrentIrql [4]\n"
                      "system-3 asks, KeGetCurrentIrql [4]\nsystem-3 asks, KeGetCurrentIrql [4]\n");
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(bench_record(b, HA_QUERY, i)->irql, expected[i]);
}

static void stay_where_it_is(void *argument)
{
    KIRQL old, older;
    (void)argument;
    KeRaiseIrql(PASSIVE_LEVEL, &old);
    KeRaiseIrql(APC_LEVEL, &old);
    KeRaiseIrql(APC_LEVEL, &older);
    KeLowerIrql(APC_LEVEL);
    KeLowerIrql(PASSIVE_LEVEL);
    KeLowerIrql(PASSIVE_LEVEL);
}

static void the_level_of_now_is_no_mistake_in_either_direction(void **state)
{
    struct bench *b = *state;

    bench_run(b, bench_driver(b, "a"), stay_where_it_is, NULL);

    assert_int_equal(bench_count(b, HA_MISUSE), 0);
}

/* A mistake, and what it left: the IRQL, and what KeRaiseIrql gave as the old one. */
struct mistake {
    KIRQL at, asked;
    bool raises;
    KIRQL old, after;
};

static void make_it(void *argument)
{
    struct mistake *mistake = argument;
    KIRQL before;
    KeRaiseIrql(mistake->at, &before);
    if (mistake->raises)
        KeRaiseIrql(mistake->asked, &mistake->old);
    else
        KeLowerIrql(mistake->asked);
    mistake->after = KeGetCurrentIrql();
    KeLowerIrql(before);
}

static void the_wrong_direction_is_a_misuse_that_changes_nothing(void **state)
{
    static const struct mistake mistakes[] = {
        {.at = DISPATCH_LEVEL, .asked = PASSIVE_LEVEL, .raises = true},
        {.at = HIGH_LEVEL, .asked = DISPATCH_LEVEL, .raises = true},
        {.at = PASSIVE_LEVEL, .asked = HIGH_LEVEL + 1, .raises = true},
        {.at = APC_LEVEL, .asked = DISPATCH_LEVEL},
        {.at = PASSIVE_LEVEL, .asked = 255},
    };
    struct bench *b = *state;
    struct driver *a = bench_driver(b, "a");
    b->findings = "a IRQL-1\na IRQL-1\na IRQL-1\na IRQL-1\na IRQL-1\n";
    bench_load(b);
    for (size_t i = 0; i < sizeof mistakes / sizeof mistakes[0]; i++) {
        struct mistake mistake = mistakes[i];
        mistake.old = 99;
        bench_forget(b);

        bench_run(b, a, make_it, &mistake);

        const struct ha_record *misuse = bench_record(b, HA_MISUSE, 0);
        assert_int_equal(bench_count(b, HA_MISUSE), 1);
        assert_int_equal(misuse->as.misuse.routine,
                         mistake.raises ? HA_RT_RAISE_IRQL : HA_RT_LOWER_IRQL);
        assert_int_equal(misuse->as.misuse.misuse, HA_MISUSE_IRQL_ORDER);
        assert_int_equal(misuse->as.misuse.argument, mistake.asked);
        assert_int_equal(misuse->irql, mistake.at);
        assert_int_equal(mistake.after, mistake.at);
        assert_int_equal(mistake.old, mistake.raises ? mistake.at : 99);
    }
}

static void raise_for_a_while(struct driver *driver, PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT change,
                              PNTSTATUS operation_status)
{
    KIRQL old, *seen = driver->extra;
    (void)operation_status;
    KeRaiseIrql(DISPATCH_LEVEL, &old);
    seen[change->State] = KeGetCurrentIrql();
    KeLowerIrql(old);
}

/* CTX-7: a callback that lowers again what it raised leaves as it came */
static void a_callback_may_raise_and_lower_in_every_state(void **state)
{
    struct bench *b = *state;
    KIRQL seen[3] = {0};
    struct driver *a = bench_driver(b, "a");
    a->act = raise_for_a_while;
    a->extra = seen;

    bench_add_processor(b);
    bench_add(b, (struct ha_add_options){HA_ANYWHERE, .hardware_start = STATUS_IO_TIMEOUT});

    for (int i = 0; i < 3; i++)
        assert_int_equal(seen[i], DISPATCH_LEVEL);
    assert_int_equal(bench_count(b, HA_CB_LEAVE), 4);
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(bench_record(b, HA_CB_LEAVE, i)->irql, PASSIVE_LEVEL);
}

/* How often the tape was asked who goes on, at three points. */
struct questions {
    uint32_t before, raised, lowered;
};

static void do_nothing(void *argument)
{
    (void)argument;
}

static void count_questions(void *argument)
{
    struct questions *questions = argument;
    struct ha_world *world = ha_thread_current()->world;
    KIRQL old;
    KeRaiseIrql(DISPATCH_LEVEL, &old);
    ha_thread_create(world, HA_THREAD_SYSTEM, 0, do_nothing, NULL, NULL);
    questions->before = world->tape.asked;
    KeGetCurrentIrql();
    questions->raised = world->tape.asked;
    KeLowerIrql(old);
    questions->lowered = world->tape.asked;
}

static void another_thread_may_go_on_as_soon_as_the_irql_is_low_again(void **state)
{
    struct bench *b = *state;
    struct questions questions;
    b->options.partition.group_count = 0;
    bench_group(b, 2, 0x1);

    bench_run(b, bench_driver(b, "a"), count_questions, &questions);

    assert_int_equal(questions.raised, questions.before);
    assert_int_equal(questions.lowered, questions.raised + 1);
}

static void go_to_dispatch_level(void *argument)
{
    struct levels *levels = argument;
    KIRQL before;
    levels->old = KeRaiseIrqlToDpcLevel();
    levels->raised = KeGetCurrentIrql();
    levels->older = KeRaiseIrqlToDpcLevel();
    KeLowerIrql(levels->old);
    KeRaiseIrql(DISPATCH_LEVEL + 1, &before);
    levels->high = KeRaiseIrqlToDpcLevel();
    levels->end = KeGetCurrentIrql();
    KeLowerIrql(before);
}

/* IRQL-1 */
static void to_dispatch_level_goes_up_only(void **state)
{
    struct bench *b = *state;
    struct levels levels;
    b->findings = "a IRQL-1\n";

    bench_run(b, bench_driver(b, "a"), go_to_dispatch_level, &levels);

    assert_int_equal(levels.old, PASSIVE_LEVEL);
    assert_int_equal(levels.raised, DISPATCH_LEVEL);
    assert_int_equal(levels.older, DISPATCH_LEVEL);
    assert_int_equal(levels.high, DISPATCH_LEVEL + 1);
    assert_int_equal(levels.end, DISPATCH_LEVEL + 1);
    assert_int_equal(bench_count(b, HA_MISUSE), 1);
}

/* As drivers write it: with and without a semicolon, before declarations too. */
static int paged_work(void)
{
    PAGED_CODE();
    int work = 1;
    {
        PAGED_CODE()
        work++;
    }
    return work;
}

static void work_at_each_level(void *argument)
{
    int *work = argument;
    KIRQL old, older;
    *work += paged_work();
    KeRaiseIrql(APC_LEVEL, &old);
    *work += paged_work();
    KeRaiseIrql(DISPATCH_LEVEL, &older);
    *work += paged_work();
    KeLowerIrql(old);
}

static void paged_code_is_found_above_apc_level_and_goes_on(void **state)
{
    struct bench *b = *state;
    int work = 0;
    b->findings = NULL;

    bench_run(b, bench_driver(b, "a"), work_at_each_level, &work);

    assert_int_equal(work, 6);
    assert_int_equal(bench_count(b, HA_MISUSE), 2);
    for (size_t i = 0; i < 2; i++) {
        const struct ha_record *misuse = bench_record(b, HA_MISUSE, i);
        assert_int_equal(misuse->as.misuse.misuse, HA_MISUSE_PAGED_CODE);
        assert_int_equal(misuse->as.misuse.routine, HA_RT_PAGED_CODE);
        assert_int_equal(misuse->irql, DISPATCH_LEVEL);
        assert_int_equal(misuse->driver, 1);
    }
}

static void paged_code_means_nothing_where_no_machine_runs(void **state)
{
    (void)state;

    assert_int_equal(paged_work(), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BENCH_TEST(each_raise_gives_what_the_lower_wants),
        BENCH_TEST(a_change_shows_in_the_records_that_follow_and_leaves_none_itself),
        BENCH_TEST(the_level_of_now_is_no_mistake_in_either_direction),
        BENCH_TEST(the_wrong_direction_is_a_misuse_that_changes_nothing),
        BENCH_TEST(a_callback_may_raise_and_lower_in_every_state),
        BENCH_TEST(another_thread_may_go_on_as_soon_as_the_irql_is_low_again),
        BENCH_TEST(to_dispatch_level_goes_up_only),
        BENCH_TEST(paged_code_is_found_above_apc_level_and_goes_on),
        cmocka_unit_test(paged_code_means_nothing_where_no_machine_runs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
