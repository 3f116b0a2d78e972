/* steps: what each kind of step does, in an entry, a callback, an unload and a thread of its own */
#include "unit/scripting.h"

static const struct ha_event_plan one_add[] = {{ADD}};

/* One of four processors is there, so that loops are short. */
static void small(struct bench *b)
{
    b->group[0] = (struct ha_group_options){.maximum = 4, .active_mask = 1};
}

/* DRV-9: the way it should be done */
static void a_driver_takes_memory_at_start_and_gives_it_back_at_failure(void **state)
{
    struct bench *b = *state;
    static const struct ha_step entry[] = {TABLE(VALUE(MAXIMUM)), REGISTER};
    static const struct ha_step take[] = {ALLOCATE(VALUE(PROCESSOR)), USE(VALUE(PROCESSOR))};
    static const struct ha_step give[] = {FREE(VALUE(PROCESSOR))};
    const struct ha_handler handler[] = {{WHEN(HA_STATE_START, take)},
                                         {WHEN(HA_STATE_FAILURE, give)}};
    const struct ha_script script[] = {
        {.name = "a", .entry = STEPS(entry), .handler = handler, .handler_count = 2}};
    const struct ha_event_plan event[] = {
        {ADD_OF(HA_ANYWHERE, .hardware_start = STATUS_IO_TIMEOUT)}, {.due_ns = 1, ADD}};
    small(b);

    bench_play(b, script, 1, event, 2);

    expect_records(b, "system-2 DRV_ENTRY_ENTER a [1]\n"
                      "system-2 asks, max 4 [1]\n"
                      "system-2 ALLOC 1 of 32 bytes 'Scrp' [1]\n"
                      "system-2 REG_ENTER a.sync flags=0 [1]\n"
                      "system-2 REG_LOCKED a.sync [1]\n"
                      "system-2 REG_RETURN a.sync handle [1]\n"
                      "system-2 DRV_ENTRY_LEAVE a 0 [1]\n"
                      "hot-add UNIT_BEGIN 1 [1]\n"
                      "hot-add ADD_BEGIN [1]\n"
                      "hot-add enters a.sync Start 1 (0.1) st=0 op=0 [1]\n"
                      "hot-add ALLOC 2 of 64 bytes 'Perp' in a.sync Start 1 [1]\n"
                      "hot-add leaves a.sync Start op=0 [1]\n"
                      "hot-add HW_START STATUS_IO_TIMEOUT [1]\n"
                      "hot-add enters a.sync Failure 1 (0.1) st=STATUS_IO_TIMEOUT op=0 [1]\n"
                      "hot-add FREE 2 of 64 bytes 'Perp' [1]\n"
                      "hot-add leaves a.sync Failure op=0 [1]\n"
                      "hot-add ADD_END STATUS_IO_TIMEOUT [1]\n"
                      "hot-add UNIT_END 0 [1]\n"
                      "hot-add UNIT_BEGIN 1 [1]\n"
                      "hot-add ADD_BEGIN [1]\n"
                      "hot-add enters a.sync Start 1 (0.1) st=0 op=0 [1]\n"
                      "hot-add ALLOC 3 of 64 bytes 'Perp' in a.sync Start 1 [1]\n"
                      "hot-add leaves a.sync Start op=0 [1]\n"
                      "hot-add HW_START 0 [1]\n"
                      "hot-add ACTIVE 1 [2]\n"
                      "hot-add SCHED 1 [2]\n"
                      "hot-add a.sync Complete 1 (0.1) st=0 op=0>0 [2]\n"
                      "hot-add DEVICE_STARTED 1 [2]\n"
                      "hot-add IFACE_UP 1 [2]\n"
                      "hot-add ADD_END 0 [2]\n"
                      "hot-add UNIT_END 1 [2]\n"
                      "caller UNLOAD_REQ a 0 [2]\n"
                      "system-4 UNLOAD_ENTER a [2]\n"
                      "system-4 DEREG_ENTER a.sync [2]\n"
                      "system-4 DEREG_LOCKED a.sync [2]\n"
                      "system-4 DEREG_RETURN a.sync [2]\n"
                      "system-4 FREE 3 of 64 bytes 'Perp' [2]\n"
                      "system-4 FREE 1 of 32 bytes 'Scrp' [2]\n"
                      "system-4 UNLOAD_LEAVE a [2]\n"
                      "system-4 IMAGE_FREED a [2]\n"
                      "caller TRACE_END normally [2]\n");
}

/* The four places where a driver's steps run, with pool in each. */
static void steps_work_in_entry_callback_unload_and_run(void **state)
{
    struct bench *b = *state;
    static const struct ha_step entry[] = {TABLE(NUMBER(4)), ALLOCATE(NUMBER(0)), REGISTER};
    static const struct ha_step start[] = {ALLOCATE(VALUE(PROCESSOR))};
    static const struct ha_step thread[] = {ALLOCATE(NUMBER(2)), USE(NUMBER(0)), FREE(NUMBER(1))};
    static const struct ha_step unload[] = {
        REMOVE(NULL), FREE(NUMBER(0)), FREE(NUMBER(2)),
        FREE_TABLE};
    const struct ha_handler handler[] = {{WHEN(HA_STATE_START, start)}};
    const struct ha_script script[] = {
        {.name = "a", .entry = STEPS(entry), .handler = handler, .handler_count = 1,
         .unload = STEPS(unload), .has_unload = true}};
    const struct ha_event_plan event[] = {{ADD}, {.due_ns = 1, RUN(0, thread)}};
    small(b);

    bench_play(b, script, 1, event, 2);

    expect_records(b, "system-2 DRV_ENTRY_ENTER a [1]\n"
                      "system-2 ALLOC 1 of 32 bytes 'Scrp' [1]\n"
                      "system-2 ALLOC 2 of 64 bytes 'Perp' [1]\n"
                      "system-2 REG_ENTER a.sync flags=0 [1]\n"
                      "system-2 REG_LOCKED a.sync [1]\n"
                      "system-2 REG_RETURN a.sync handle [1]\n"
                      "system-2 DRV_ENTRY_LEAVE a 0 [1]\n"
                      "hot-add UNIT_BEGIN 1 [1]\n"
                      "hot-add ADD_BEGIN [1]\n"
                      "hot-add enters a.sync Start 1 (0.1) st=0 op=0 [1]\n"
                      "hot-add ALLOC 3 of 64 bytes 'Perp' in a.sync Start 1 [1]\n"
                      "hot-add leaves a.sync Start op=0 [1]\n"
                      "hot-add HW_START 0 [1]\n"
                      "hot-add ACTIVE 1 [2]\n"
                      "hot-add SCHED 1 [2]\n"
                      "hot-add a.sync Complete 1 (0.1) st=0 op=0>0 [2]\n"
                      "hot-add DEVICE_STARTED 1 [2]\n"
                      "hot-add IFACE_UP 1 [2]\n"
                      "hot-add ADD_END 0 [2]\n"
                      "hot-add UNIT_END 1 [2]\n"
                      "system-4 ALLOC 4 of 64 bytes 'Perp' [2]\n"
                      "system-4 FREE 3 of 64 bytes 'Perp' [2]\n"
                      "caller UNLOAD_REQ a 0 [2]\n"
                      "system-5 UNLOAD_ENTER a [2]\n"
                      "system-5 DEREG_ENTER a.sync [2]\n"
                      "system-5 DEREG_LOCKED a.sync [2]\n"
                      "system-5 DEREG_RETURN a.sync [2]\n"
                      "system-5 FREE 2 of 64 bytes 'Perp' [2]\n"
                      "system-5 FREE 4 of 64 bytes 'Perp' [2]\n"
                      "system-5 FREE 1 of 32 bytes 'Scrp' [2]\n"
                      "system-5 UNLOAD_LEAVE a [2]\n"
                      "system-5 IMAGE_FREED a [2]\n"
                      "caller TRACE_END normally [2]\n");
}

/* Nothing of a table lies beyond its end; the fact is recorded with routine, table and slot. */
static void beyond_the_end_of_a_table_nothing_is_done_but_recorded(void **state)
{
    struct bench *b = *state;
    static const struct ha_step entry[] = {TABLE(VALUE(ACTIVE)), REGISTER};
    static const struct ha_step start[] = {
        ALLOCATE(VALUE(PROCESSOR)), USE(VALUE(PROCESSOR)), FREE(VALUE(PROCESSOR)),
        {.kind = HA_STEP_IF, .condition = {HA_SLOT_TAKEN, VALUE(PROCESSOR), NUMBER(0), "t"}},
        USE(NUMBER(-1)), USE(NUMBER(INT64_C(1) << 32))};
    const struct ha_handler handler[] = {{WHEN(HA_STATE_START, start)}};
    const struct ha_script script[] = {
        {.name = "a", .entry = STEPS(entry), .handler = handler, .handler_count = 1}};
    b->drivers_err = true;
    small(b);

    bench_play(b, script, 1, one_add, 1);

    expect_records(b, "system-2 DRV_ENTRY_ENTER a [1]\n"
                      "system-2 asks, act 1 [1]\n"
                      "system-2 ALLOC 1 of 8 bytes 'Scrp' [1]\n"
                      "system-2 REG_ENTER a.sync flags=0 [1]\n"
                      "system-2 REG_LOCKED a.sync [1]\n"
                      "system-2 REG_RETURN a.sync handle [1]\n"
                      "system-2 DRV_ENTRY_LEAVE a 0 [1]\n"
                      "hot-add UNIT_BEGIN 1 [1]\n"
                      "hot-add ADD_BEGIN [1]\n"
                      "hot-add enters a.sync Start 1 (0.1) st=0 op=0 [1]\n"
                      "hot-add MISUSE beyond the end of a table: \"t\" 1 ExAllocatePool2 [1]\n"
                      "hot-add MISUSE beyond the end of a table: \"t\" 1 [1]\n"
                      "hot-add MISUSE beyond the end of a table: \"t\" 1 ExFreePoolWithTag [1]\n"
                      "hot-add MISUSE beyond the end of a table: \"t\" 1 [1]\n"
                      "hot-add MISUSE beyond the end of a table: \"t\" -1 [1]\n"
                      "hot-add MISUSE beyond the end of a table: \"t\" -1 [1]\n"
                      "hot-add leaves a.sync Start op=0 [1]\n"
                      "hot-add HW_START 0 [1]\n"
                      "hot-add ACTIVE 1 [2]\n"
                      "hot-add SCHED 1 [2]\n"
                      "hot-add a.sync Complete 1 (0.1) st=0 op=0>0 [2]\n"
                      "hot-add DEVICE_STARTED 1 [2]\n"
                      "hot-add IFACE_UP 1 [2]\n"
                      "hot-add ADD_END 0 [2]\n"
                      "hot-add UNIT_END 1 [2]\n"
                      "caller UNLOAD_REQ a 0 [2]\n"
                      "system-4 UNLOAD_ENTER a [2]\n"
                      "system-4 DEREG_ENTER a.sync [2]\n"
                      "system-4 DEREG_LOCKED a.sync [2]\n"
                      "system-4 DEREG_RETURN a.sync [2]\n"
                      "system-4 FREE 1 of 8 bytes 'Scrp' [2]\n"
                      "system-4 UNLOAD_LEAVE a [2]\n"
                      "system-4 IMAGE_FREED a [2]\n"
                      "caller TRACE_END normally [2]\n");
    assert_int_equal(bench_record(b, HA_MISUSE, 0)->id, bench_record(b, HA_MISUSE, 1)->id);
    assert_int_equal(bench_record(b, HA_MISUSE, 0)->driver, 1);
    assert_int_equal(bench_record(b, HA_MISUSE, 0)->as.misuse.argument, 1);
}

static void an_empty_slot_and_a_missing_table_are_recorded(void **state)
{
    struct bench *b = *state;
    static const struct ha_step entry[] = {
        FREE_TABLE, USE(NUMBER(0)), TABLE(NUMBER(2)), USE(NUMBER(1)), FREE(NUMBER(0)),
        ALLOCATE(NUMBER(1)), FREE(NUMBER(1)), FREE(NUMBER(1)), FREE_TABLE, FREE_TABLE,
        ALLOCATE(NUMBER(0))};
    const struct ha_script script[] = {{.name = "a", .entry = STEPS(entry)}};
    b->drivers_err = true;

    bench_play(b, script, 1, NULL, 0);

    expect_records(b, "system-2 DRV_ENTRY_ENTER a [4]\n"
                      "system-2 MISUSE there is no memory in this slot: \"t\" ExFreePoolWithTag "
                      "[4]\n"
                      "system-2 MISUSE there is no memory in this slot: \"t\" [4]\n"
                      "system-2 ALLOC 1 of 16 bytes 'Scrp' [4]\n"
                      "system-2 MISUSE there is no memory in this slot: \"t\" 1 [4]\n"
                      "system-2 MISUSE there is no memory in this slot: \"t\" 0 "
                      "ExFreePoolWithTag [4]\n"
                      "system-2 ALLOC 2 of 64 bytes 'Perp' [4]\n"
                      "system-2 FREE 2 of 64 bytes 'Perp' [4]\n"
                      "system-2 MISUSE there is no memory in this slot: \"t\" 1 "
                      "ExFreePoolWithTag [4]\n"
                      "system-2 FREE 1 of 16 bytes 'Scrp' [4]\n"
                      "system-2 MISUSE there is no memory in this slot: \"t\" ExFreePoolWithTag "
                      "[4]\n"
                      "system-2 MISUSE there is no memory in this slot: \"t\" ExAllocatePool2 "
                      "[4]\n"
                      "system-2 DRV_ENTRY_LEAVE a 0 [4]\n"
                      "caller UNLOAD_REQ a 0 [4]\n"
                      "system-3 UNLOAD_ENTER a [4]\n"
                      "system-3 UNLOAD_LEAVE a [4]\n"
                      "system-3 IMAGE_FREED a [4]\n"
                      "caller TRACE_END normally [4]\n");
}

static void a_table_that_is_no_table_fails_its_step(void **state)
{
    static const struct { int64_t slots; bool fits; } cases[] = {
        {-1, false}, {(1 << 20) + 1, false}, {1 << 20, true}, {0, true}};
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct bench *b;
        const struct ha_step entry[] = {TABLE(NUMBER(cases[i].slots)), REGISTER};
        const struct ha_script script[] = {{.name = "a", .entry = STEPS(entry)}};
        assert_int_equal(bench_setup((void **)&b), 0);
        b->options.arena_bytes = (size_t)32 << 20;
        bench_play(b, script, 1, NULL, 0);
        assert_int_equal(bench_entry_status(b, &b->driver[0]),
                         cases[i].fits ? STATUS_SUCCESS : INSUF);
        assert_int_equal(bench_count(b, HA_ALLOC), cases[i].fits);
        assert_int_equal(bench_count(b, HA_FAULT), 0);
        bench_teardown((void **)&b);
    }
}

static void the_irql_of_the_records_follows_raise_and_lower(void **state)
{
    struct bench *b = *state;
    static const struct ha_step entry[] = {
        {.kind = HA_STEP_RAISE_IRQL, .irql = APC_LEVEL}, ASK(ACTIVE_GROUPS),
        {.kind = HA_STEP_RAISE_IRQL, .irql = DISPATCH_LEVEL}, ASK(ACTIVE_GROUPS),
        {.kind = HA_STEP_RAISE_IRQL, .irql = APC_LEVEL}, ASK(ACTIVE_GROUPS),
        {.kind = HA_STEP_LOWER_IRQL, .irql = PASSIVE_LEVEL}, ASK(ACTIVE_GROUPS),
        {.kind = HA_STEP_LOWER_IRQL, .irql = APC_LEVEL}, ASK(ACTIVE_GROUPS)};
    static const unsigned irql[] = {APC_LEVEL, DISPATCH_LEVEL, DISPATCH_LEVEL, PASSIVE_LEVEL,
                                    PASSIVE_LEVEL};
    const struct ha_script script[] = {{.name = "a", .entry = STEPS(entry)}};
    b->drivers_err = true;

    bench_play(b, script, 1, NULL, 0);

    for (size_t i = 0; i < COUNT(irql); i++)
        assert_int_equal(bench_record(b, HA_QUERY, i)->irql, irql[i]);
    expect_records(b, "system-2 DRV_ENTRY_ENTER a [4]\n"
                      "system-2 asks, KeQueryActiveGroupCount [4]\n"
                      "system-2 asks, KeQueryActiveGroupCount [4]\n"
                      "system-2 MISUSE the new IRQL lies on the wrong side of the old one: "
                      "KeRaiseIrql 1 [4]\n"
                      "system-2 asks, KeQueryActiveGroupCount [4]\n"
                      "system-2 asks, KeQueryActiveGroupCount [4]\n"
                      "system-2 MISUSE the new IRQL lies on the wrong side of the old one: "
                      "KeLowerIrql 1 [4]\n"
                      "system-2 asks, KeQueryActiveGroupCount [4]\n"
                      "system-2 DRV_ENTRY_LEAVE a 0 [4]\n"
                      "caller UNLOAD_REQ a 0 [4]\n"
                      "system-3 UNLOAD_ENTER a [4]\n"
                      "system-3 UNLOAD_LEAVE a [4]\n"
                      "system-3 IMAGE_FREED a [4]\n"
                      "caller TRACE_END normally [4]\n");
}

/* CTX-7: the kernel puts the IRQL back that a callback left raised */
static void a_callback_that_returns_at_a_raised_irql_is_put_right(void **state)
{
    struct bench *b = *state;
    static const struct ha_step entry[] = {REGISTER};
    static const struct ha_step raise[] = {{.kind = HA_STEP_RAISE_IRQL, .irql = DISPATCH_LEVEL}};
    const struct ha_handler handler[] = {{WHEN(HA_STATE_START, raise)}};
    const struct ha_script script[] = {
        {.name = "a", .entry = STEPS(entry), .handler = handler, .handler_count = 1},
        {.name = "c", .entry = STEPS(entry)}};
    b->drivers_err = true;

    bench_play(b, script, 2, one_add, 1);

    assert_int_equal(bench_record(b, HA_CB_LEAVE, 0)->irql, DISPATCH_LEVEL);
    assert_int_equal(bench_record(b, HA_CB_CALL, 0)->irql, PASSIVE_LEVEL);
    expect_calls(b, "a.sync Start 4\nc.sync Start 4\na.sync Complete 4\nc.sync Complete 4\n");
}

static void a_wait_at_dispatch_level_is_refused_and_fails_its_step(void **state)
{
    struct bench *b = *state;
    static const struct ha_step lower[] = {{.kind = HA_STEP_LOWER_IRQL, .irql = PASSIVE_LEVEL},
                                           ASK(ACTIVE_GROUPS)};
    static const struct ha_step entry[] = {
        {.kind = HA_STEP_RAISE_IRQL, .irql = DISPATCH_LEVEL},
        {.kind = HA_STEP_WAIT, .name = "never", .has_if_fails = true, .if_fails = STEPS(lower)}};
    const struct ha_script script[] = {{.name = "a", .entry = STEPS(entry)}};
    b->drivers_err = true;

    bench_play(b, script, 1, NULL, 0);

    expect_records(b, "system-2 DRV_ENTRY_ENTER a [4]\n"
                      "system-2 REFUSED IRQL is too high [4]\n"
                      "system-2 asks, KeQueryActiveGroupCount [4]\n"
                      "system-2 DRV_ENTRY_LEAVE a 0 [4]\n"
                      "caller UNLOAD_REQ a 0 [4]\n"
                      "system-3 UNLOAD_ENTER a [4]\n"
                      "system-3 UNLOAD_LEAVE a [4]\n"
                      "system-3 IMAGE_FREED a [4]\n"
                      "caller TRACE_END normally [4]\n");
    assert_int_equal(bench_record(b, HA_REFUSED, 0)->as.refused.routine, HA_RT_WAIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BENCH_TEST(a_driver_takes_memory_at_start_and_gives_it_back_at_failure),
        BENCH_TEST(steps_work_in_entry_callback_unload_and_run),
        BENCH_TEST(beyond_the_end_of_a_table_nothing_is_done_but_recorded),
        BENCH_TEST(an_empty_slot_and_a_missing_table_are_recorded),
        cmocka_unit_test(a_table_that_is_no_table_fails_its_step),
        BENCH_TEST(the_irql_of_the_records_follows_raise_and_lower),
        BENCH_TEST(a_callback_that_returns_at_a_raised_irql_is_put_right),
        BENCH_TEST(a_wait_at_dispatch_level_is_refused_and_fails_its_step),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
