/* steps_later: what steps have played elsewhere, in DPCs, work items and threads */
#include "unit/scripting.h"

static const struct ha_event_plan one_add[] = {{ADD}};

/* What is played elsewhere, under the names that these tests use. */
#define DPC(array) \
    {.kind = HA_STEP_QUEUE_DPC, .name = "d", .importance = MediumImportance, .body = STEPS(array)}
#define DPC_ON(processor, array) \
    {.kind = HA_STEP_QUEUE_DPC, .name = "d", .importance = MediumImportance, \
     .of_processor = true, .value = processor, .body = STEPS(array)}
#define WORK(array) {.kind = HA_STEP_QUEUE_WORK, .name = "w", .body = STEPS(array)}
#define THREAD(array) {.kind = HA_STEP_START_THREAD, .name = "t", .body = STEPS(array)}
#define THREAD_ON(processor, array) \
    {.kind = HA_STEP_START_THREAD, .name = "t", .of_processor = true, .value = processor, \
     .body = STEPS(array)}
#define JOIN {.kind = HA_STEP_JOIN, .name = "t"}
#define NOTE_AS(variable, what) {.kind = HA_STEP_SET, .name = (variable), .value = what}
/* A query whose record shows what a variable held. */
#define SHOW(variable) \
    {.kind = HA_STEP_QUERY, .routine = HA_RT_NUMBER_FROM_INDEX, .value = OWN(variable)}

/* One of four processors is there, so that traces are short. */
static void small(struct bench *b)
{
    b->group[0] = (struct ha_group_options){.maximum = 4, .active_mask = 1};
}

/* HOT-14, QRY-15 */
static void a_dpc_plays_its_steps_on_the_new_processor_while_the_callback_waits(void **state)
{
    struct bench *b = *state;
    static const struct ha_step entry[] = {REGISTER};
    static const struct ha_step there[] = {ASK(CURRENT_PROCESSOR), SIGNAL("there")};
    static const struct ha_step complete[] = {DPC_ON(VALUE(PROCESSOR), there), WAIT("there")};
    const struct ha_handler handler[] = {{WHEN(HA_STATE_COMPLETE, complete)}};
    const struct ha_script script[] = {
        {.name = "a", .entry = STEPS(entry), .handler = handler, .handler_count = 1}};
    small(b);

    bench_play(b, script, 1, one_add, 1);

    expect_middle(b, "hot-add UNIT_BEGIN 1 [1]\n"
                     "hot-add ADD_BEGIN [1]\n"
                     "hot-add a.sync Start 1 (0.1) st=0 op=0>0 [1]\n"
                     "hot-add HW_START 0 [1]\n"
                     "hot-add ACTIVE 1 [2]\n"
                     "hot-add SCHED 1 [2]\n"
                     "hot-add enters a.sync Complete 1 (0.1) st=0 op=0 [2]\n"
                     "hot-add asks, map(1) 0.1 [2]\n"
                     "hot-add DPC_TARGET 1 to 1 [2]\n"
                     "hot-add DPC_INSERT 1 to 1 [2]\n"
                     "hot-add WAIT_BEGIN [2]\n"
                     "DPC-4 DPC_RUN_ENTER 1 to 1 [2]\n"
                     "DPC-4 asks, KeGetCurrentProcessorNumber [2]\n"
                     "DPC-4 DPC_RUN_LEAVE 1 to 1 [2]\n"
                     "hot-add WAIT_END [2]\n"
                     "hot-add leaves a.sync Complete op=0 [2]\n"
                     "hot-add DEVICE_STARTED 1 [2]\n"
                     "hot-add IFACE_UP 1 [2]\n"
                     "hot-add ADD_END 0 [2]\n"
                     "hot-add UNIT_END 1 [2]\n");
    assert_int_equal(bench_record(b, HA_DPC_RUN_ENTER, 0)->processor, 1);
    assert_int_equal(bench_record(b, HA_DPC_RUN_ENTER, 0)->irql, DISPATCH_LEVEL);
}

/* QRY-23 */
static void a_dpc_that_waits_for_a_processor_is_dropped_with_it_and_may_be_queued_again(
    void **state)
{
    struct bench *b = *state;
    static const struct ha_step entry[] = {REGISTER};
    static const struct ha_step there[] = {ASK(CURRENT_PROCESSOR)};
    static const struct ha_step start[] = {DPC_ON(VALUE(PROCESSOR), there)};
    const struct ha_handler handler[] = {{WHEN(HA_STATE_START, start)}};
    const struct ha_script script[] = {
        {.name = "a", .entry = STEPS(entry), .handler = handler, .handler_count = 1}};
    const struct ha_event_plan event[] = {
        {ADD_OF(HA_ANYWHERE, .hardware_start = STATUS_IO_TIMEOUT)}, {.due_ns = 1, ADD}};
    small(b);
    b->drivers_err = true;

    bench_play(b, script, 1, event, 2);

    expect_middle(b, "hot-add UNIT_BEGIN 1 [1]\n"
                     "hot-add ADD_BEGIN [1]\n"
                     "hot-add enters a.sync Start 1 (0.1) st=0 op=0 [1]\n"
                     "hot-add asks, map(1) 0.1 [1]\n"
                     "hot-add DPC_TARGET 1 to 1 [1]\n"
                     "hot-add DPC_INSERT 1 to 1 waits [1]\n"
                     "hot-add leaves a.sync Start op=0 [1]\n"
                     "hot-add HW_START STATUS_IO_TIMEOUT [1]\n"
                     "hot-add a.sync Failure 1 (0.1) st=STATUS_IO_TIMEOUT op=0>0 [1]\n"
                     "hot-add DPC_DROP 1 to 1 [1]\n"
                     "hot-add ADD_END STATUS_IO_TIMEOUT [1]\n"
                     "hot-add UNIT_END 0 [1]\n"
                     "hot-add UNIT_BEGIN 1 [1]\n"
                     "hot-add ADD_BEGIN [1]\n"
                     "hot-add enters a.sync Start 1 (0.1) st=0 op=0 [1]\n"
                     "hot-add asks, map(1) 0.1 [1]\n"
                     "hot-add DPC_TARGET 1 to 1 [1]\n"
                     "hot-add DPC_INSERT 1 to 1 waits [1]\n"
                     "hot-add leaves a.sync Start op=0 [1]\n"
                     "hot-add HW_START 0 [1]\n"
                     "hot-add ACTIVE 1 [2]\n"
                     "hot-add SCHED 1 [2]\n"
                     "hot-add a.sync Complete 1 (0.1) st=0 op=0>0 [2]\n"
                     "hot-add DEVICE_STARTED 1 [2]\n"
                     "hot-add IFACE_UP 1 [2]\n"
                     "hot-add ADD_END 0 [2]\n"
                     "hot-add UNIT_END 1 [2]\n"
                     "DPC-4 DPC_RUN_ENTER 1 to 1 [2]\n"
                     "DPC-4 asks, KeGetCurrentProcessorNumber [2]\n"
                     "DPC-4 DPC_RUN_LEAVE 1 to 1 [2]\n");
}

/* The steps of a second insertion would speak of another callback than the one that counts. */
static void a_dpc_that_is_queued_keeps_the_steps_and_the_values_of_its_first_insertion(
    void **state)
{
    struct bench *b = *state;
    static const struct ha_step first[] = {NOTE_AS("seen", VALUE(PROCESSOR)), SHOW("seen")};
    static const struct ha_step second[] = {ASK(ACTIVE_GROUPS)};
    static const struct ha_step each[] = {DPC(first)};
    static const struct ha_step entry[] = {
        {.kind = HA_STEP_RAISE_IRQL, .irql = DISPATCH_LEVEL},
        {.kind = HA_STEP_FOR_EACH, .each = HA_EACH_OF_GROUP, .value = NUMBER(0),
         .body = STEPS(each)},
        DPC(second), {.kind = HA_STEP_LOWER_IRQL, .irql = PASSIVE_LEVEL}};
    const struct ha_script script[] = {{.name = "a", .entry = STEPS(entry)}};
    b->group[0] = (struct ha_group_options){.maximum = 4, .active_mask = 0xc};

    bench_play(b, script, 1, NULL, 0);

    assert_int_equal(bench_count(b, HA_DPC_INSERT), 3);
    assert_int_equal(bench_count(b, HA_DPC_RUN_ENTER), 1);
    const struct ha_record *asked = bench_record(b, HA_QUERY, bench_count(b, HA_QUERY) - 1);
    assert_int_equal(asked->as.query.routine, HA_RT_NUMBER_FROM_INDEX);
    assert_int_equal(asked->as.query.argument, 0);
}

/* $state and the rest are those of the callback that queued the steps, which has long returned. */
static void steps_that_are_played_later_know_the_callback_that_they_come_from(void **state)
{
    struct bench *b = *state;
    static const struct ha_step entry[] = {REGISTER};
    static const struct ha_step later[] = {
        WAIT("go"), NOTE_AS("n", VALUE(PROCESSOR)), SHOW("n"), NOTE_AS("n", VALUE(IN_GROUP)),
        SHOW("n"), NOTE_AS("n", VALUE(STATE)), SHOW("n"), NOTE_AS("n", VALUE(STATUS)), SHOW("n")};
    static const struct ha_step failure[] = {WORK(later)};
    static const struct ha_step go[] = {SIGNAL("go")};
    const struct ha_handler handler[] = {{WHEN(HA_STATE_FAILURE, failure)}};
    const struct ha_script script[] = {
        {.name = "a", .entry = STEPS(entry), .handler = handler, .handler_count = 1}};
    const struct ha_event_plan event[] = {
        {ADD_OF(HA_ANYWHERE, .hardware_start = STATUS_IO_TIMEOUT)}, {.due_ns = 1, RUN(0, go)}};
    static const uint32_t expected[] = {1, 1, HA_STATE_FAILURE, (uint32_t)STATUS_IO_TIMEOUT};
    small(b);

    bench_play(b, script, 1, event, 2);

    assert_int_equal(bench_count(b, HA_QUERY), COUNT(expected));
    for (size_t i = 0; i < COUNT(expected); i++)
        if (bench_record(b, HA_QUERY, i)->as.query.argument != expected[i])
            fail_msg("value %zu", i);
}

/* Before each has come to its end the unload goes on to nothing that they use. */
static void the_default_unload_waits_for_work_and_takes_back_what_is_queued(void **state)
{
    struct bench *b = *state;
    static const struct ha_step dpc[] = {ASK(CURRENT_PROCESSOR)};
    static const struct ha_step work[] = {
        WAIT("go"), USE(NUMBER(0)), DPC_ON(NUMBER(1), dpc), USE(NUMBER(0))};
    static const struct ha_step entry[] = {TABLE(NUMBER(1)), ALLOCATE(NUMBER(0)), WORK(work)};
    static const struct ha_step go[] = {SIGNAL("go")};
    const struct ha_script script[] = {{.name = "a", .entry = STEPS(entry)},
                                       {.name = "b"}};
    const struct ha_event_plan event[] = {{.due_ns = 1, UNLOAD(0)}, {.due_ns = 2, RUN(1, go)}};
    b->group[0] = (struct ha_group_options){.maximum = 4, .active_mask = 3};

    bench_play(b, script, 2, event, 2);

    assert_int_equal(bench_count(b, HA_MISUSE), 0);
    assert_int_equal(bench_count(b, HA_WORK_LEAVE), 1);
    assert_int_equal(bench_count(b, HA_FREE), 2);
    assert_true(bench_record(b, HA_FREE, 0) > bench_record(b, HA_WORK_LEAVE, 0));
    assert_true(bench_record(b, HA_FREE, 0) > bench_record(b, HA_DPC_RUN_LEAVE, 0));
}

static void a_dpc_that_was_removed_is_not_played(void **state)
{
    struct bench *b = *state;
    static const struct ha_step dpc[] = {ASK(CURRENT_PROCESSOR)};
    static const struct ha_step entry[] = {
        {.kind = HA_STEP_REMOVE_DPC, .name = "d"},      /* is in no queue */
        {.kind = HA_STEP_RAISE_IRQL, .irql = DISPATCH_LEVEL}, DPC(dpc),
        {.kind = HA_STEP_REMOVE_DPC, .name = "d"},
        {.kind = HA_STEP_LOWER_IRQL, .irql = PASSIVE_LEVEL}};
    const struct ha_script script[] = {{.name = "a", .entry = STEPS(entry)}};

    bench_play(b, script, 1, NULL, 0);

    assert_int_equal(bench_count(b, HA_DPC_DROP), 1);
    assert_int_equal(bench_count(b, HA_DPC_RUN_ENTER), 0);
    assert_int_equal(bench_count(b, HA_MISUSE), 0);
}

/* DPCs are called at DISPATCH_LEVEL, in the name of the driver that made them. */
static void a_dpc_may_queue_work_but_neither_wait_nor_start_a_thread(void **state)
{
    struct bench *b = *state;
    static const struct ha_step none[] = {ASK(ACTIVE_GROUPS)}, work[] = {ASK(MAXIMUM_GROUPS)};
    static const struct ha_step failed[] = {ASK(HIGHEST_NODE)};
    static const struct ha_step dpc[] = {
        WORK(work), WAIT("never"), JOIN,
        {.kind = HA_STEP_START_THREAD, .name = "t", .body = STEPS(none), .has_if_fails = true,
         .if_fails = STEPS(failed)}};
    static const struct ha_step entry[] = {DPC_ON(NUMBER(1), dpc),
                                           {.kind = HA_STEP_FLUSH_DPCS}};
    const struct ha_script script[] = {{.name = "a", .entry = STEPS(entry)}};
    b->drivers_err = true;

    bench_play(b, script, 1, NULL, 0);

    assert_int_equal(bench_count(b, HA_REFUSED), 2);
    assert_int_equal(bench_count(b, HA_WORK_LEAVE), 1);
    assert_int_equal(bench_count(b, HA_THREAD_START), 0);
    assert_int_equal(bench_record(b, HA_WORK_ENTER, 0)->driver, 1);
    assert_int_equal(bench_record(b, HA_QUERY, 1)->as.query.routine, HA_RT_HIGHEST_NODE);
}

/* DRV-12: an unload that waits for its threads leaves none. */
static void join_waits_for_the_end_of_every_thread_of_a_name(void **state)
{
    struct bench *b = *state;
    static const struct ha_step first[] = {ASK(HIGHEST_NODE)}, second[] = {WAIT("go")};
    static const struct ha_step entry[] = {THREAD(first), THREAD(second)};
    static const struct ha_step unload[] = {JOIN, ASK(ACTIVE_GROUPS)};
    static const struct ha_step go[] = {SIGNAL("go")};
    const struct ha_script script[] = {{.name = "a", .entry = STEPS(entry),
                                        .unload = STEPS(unload), .has_unload = true},
                                       {.name = "b"}};
    const struct ha_event_plan event[] = {{.due_ns = 1, UNLOAD(0)}, {.due_ns = 2, RUN(1, go)}};

    bench_play(b, script, 2, event, 2);

    assert_int_equal(bench_count(b, HA_THREAD_END), 2);
    assert_true(bench_record(b, HA_QUERY, 1) > bench_record(b, HA_THREAD_END, 1));
}

/* DRV-12 */
static void two_joins_wait_for_one_thread(void **state)
{
    struct bench *b = *state;
    static const struct ha_step waits[] = {WAIT("go")}, go[] = {SIGNAL("go")};
    static const struct ha_step entry[] = {THREAD(waits)};
    static const struct ha_step joins[] = {JOIN, ASK(ACTIVE_GROUPS)};
    const struct ha_script script[] = {{.name = "a", .entry = STEPS(entry)}};
    const struct ha_event_plan event[] = {
        {.due_ns = 1, RUN(0, joins)}, {.due_ns = 2, RUN(0, joins)}, {.due_ns = 3, RUN(0, go)}};

    bench_play(b, script, 1, event, 3);

    assert_int_equal(bench_count(b, HA_THREAD_END), 1);
    assert_int_equal(bench_count(b, HA_WAIT_BEGIN), 3);
    assert_int_equal(bench_count(b, HA_QUERY), 2);
    for (size_t i = 0; i < 2; i++)
        assert_true(bench_record(b, HA_QUERY, i) > bench_record(b, HA_THREAD_END, 0));
}

/* The default unload waits for no thread: nobody knows when that would end. */
static void a_thread_that_runs_on_is_found_when_its_driver_goes(void **state)
{
    struct bench *b = *state;
    static const struct ha_step runs_on[] = {WAIT("never")};
    static const struct ha_step entry[] = {THREAD(runs_on)};
    const struct ha_script script[] = {{.name = "a", .entry = STEPS(entry)}};
    b->findings = "a DRV-12\n";

    bench_play(b, script, 1, NULL, 0);

    assert_int_equal(bench_count(b, HA_THREAD_END), 0);
    assert_int_equal(bench_count(b, HA_IMAGE_FREED), 1);
}

static void a_thread_of_a_processor_runs_there_and_nowhere_else(void **state)
{
    struct bench *b = *state;
    static const struct ha_step body[] = {ASK(CURRENT_PROCESSOR)};
    static const struct ha_step each[] = {THREAD_ON(VALUE(PROCESSOR), body), JOIN};
    static const struct ha_step entry[] = {
        THREAD_ON(NUMBER(3), body), THREAD_ON(NUMBER(3), body), JOIN,
        {.kind = HA_STEP_FOR_EACH, .each = HA_EACH_ACTIVE, .body = STEPS(each)}};
    static const uint16_t expected[] = {3, 3, 0, 1, 2, 3};
    const struct ha_script script[] = {{.name = "a", .entry = STEPS(entry)}};
    size_t seen = 0;

    bench_play(b, script, 1, NULL, 0);

    for (size_t i = 0; i < bench_count(b, HA_QUERY); i++) {
        const struct ha_record *record = bench_record(b, HA_QUERY, i);
        if (record->as.query.routine != HA_RT_CURRENT_PROCESSOR)
            continue;
        assert_true(seen < COUNT(expected));
        assert_int_equal(record->processor, expected[seen++]);
    }
    assert_int_equal(seen, COUNT(expected));
}

static void a_thread_of_a_processor_that_is_not_there_does_nothing(void **state)
{
    struct bench *b = *state;
    static const struct ha_step body[] = {ASK(CURRENT_PROCESSOR)};
    static const struct ha_step entry[] = {THREAD_ON(NUMBER(7), body), THREAD_ON(NUMBER(-1), body),
                                           JOIN};
    const struct ha_script script[] = {{.name = "a", .entry = STEPS(entry)}};

    bench_play(b, script, 1, NULL, 0);

    assert_int_equal(bench_count(b, HA_THREAD_END), 2);
    assert_int_equal(bench_count(b, HA_QUERY), 2);
    assert_int_equal(bench_count(b, HA_AFFINITY), 0);
}

/* An entry ends at the first step that fails, and returns that step's status. */
static void what_cannot_be_queued_fails_its_step(void **state)
{
    static const struct ha_step body[] = {ASK(CURRENT_PROCESSOR)};
    static const struct { const char *label; uint32_t fails; struct ha_step step; NTSTATUS status; }
    cases[] = {
        {"a DPC for nobody", 0, DPC_ON(NUMBER(7), body), STATUS_INVALID_PARAMETER},
        {"no work item", HA_RT_ALLOCATE_WORK, WORK(body), INSUF},
        {"no thread", HA_RT_CREATE_THREAD, THREAD(body), INSUF},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        void *own = NULL;
        bench_setup(&own);
        struct bench *b = own;
        const struct ha_step entry[] = {cases[i].step, ASK(ACTIVE_GROUPS)};
        const struct ha_script script[] = {{.name = "a", .entry = STEPS(entry)}};
        const struct ha_fault_plan fault = {.routine = cases[i].fails, .occurrence = 1};
        b->fault = &fault;
        b->fault_count = cases[i].fails != 0;

        bench_play(b, script, 1, NULL, 0);

        if (bench_record(b, HA_DRV_ENTRY_LEAVE, 0)->as.status.status != cases[i].status
            || bench_count(b, HA_DPC_RUN_ENTER) || bench_count(b, HA_WORK_QUEUED)
            || bench_count(b, HA_THREAD_START))
            fail_msg("%s", cases[i].label);
        bench_teardown(&own);
    }
}

/* Bytes in use behind so many rounds of everything, all of which has been played. */
static size_t used_behind(int64_t rounds)
{
    static const struct ha_step none[] = {ASK(ACTIVE_GROUPS)};
    static const struct ha_step again[] = {
        DPC_ON(NUMBER(0), none), DPC_ON(NUMBER(0), none), {.kind = HA_STEP_FLUSH_DPCS},
        {.kind = HA_STEP_RAISE_IRQL, .irql = DISPATCH_LEVEL}, DPC_ON(NUMBER(0), none),
        {.kind = HA_STEP_REMOVE_DPC, .name = "d"},
        {.kind = HA_STEP_LOWER_IRQL, .irql = PASSIVE_LEVEL},
        WORK(none), THREAD(none), JOIN};
    static const struct ha_step turn[] = {
        {.kind = HA_STEP_IF, .condition = {HA_LESS, VALUE(PROCESSOR), OWN("rounds"), NULL},
         .body = STEPS(again)}};
    const struct ha_step entry[] = {
        NOTE_AS("rounds", NUMBER(rounds)),
        {.kind = HA_STEP_FOR_EACH, .each = HA_EACH_MAXIMUM, .body = STEPS(turn)}};
    const struct ha_script script[] = {{.name = "a", .entry = STEPS(entry)}};
    struct bench *b;
    assert_int_equal(bench_setup((void **)&b), 0);
    b->group[0] = (struct ha_group_options){.maximum = 64, .active_mask = 3};

    bench_play(b, script, 1, NULL, 0);

    assert_int_equal(bench_count(b, HA_THREAD_END), rounds);
    assert_int_equal(bench_count(b, HA_WORK_LEAVE), rounds);
    size_t used = ha_arena_used(&b->machine->kernel.world.host->arena);
    bench_teardown((void **)&b);
    return used;
}

static void what_has_been_played_leaves_nothing_behind(void **state)
{
    (void)state;

    assert_int_equal(used_behind(50), used_behind(5));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BENCH_TEST(a_dpc_plays_its_steps_on_the_new_processor_while_the_callback_waits),
        BENCH_TEST(a_dpc_that_waits_for_a_processor_is_dropped_with_it_and_may_be_queued_again),
        BENCH_TEST(a_dpc_that_is_queued_keeps_the_steps_and_the_values_of_its_first_insertion),
        BENCH_TEST(steps_that_are_played_later_know_the_callback_that_they_come_from),
        BENCH_TEST(the_default_unload_waits_for_work_and_takes_back_what_is_queued),
        BENCH_TEST(a_dpc_that_was_removed_is_not_played),
        BENCH_TEST(a_dpc_may_queue_work_but_neither_wait_nor_start_a_thread),
        BENCH_TEST(join_waits_for_the_end_of_every_thread_of_a_name),
        BENCH_TEST(two_joins_wait_for_one_thread),
        BENCH_TEST(a_thread_that_runs_on_is_found_when_its_driver_goes),
        BENCH_TEST(a_thread_of_a_processor_runs_there_and_nowhere_else),
        BENCH_TEST(a_thread_of_a_processor_that_is_not_there_does_nothing),
        cmocka_unit_test(what_cannot_be_queued_fails_its_step),
        cmocka_unit_test(what_has_been_played_leaves_nothing_behind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
