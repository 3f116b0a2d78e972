/* faults: what a plan makes fail, and how drivers and kernel come through it */
#include "unit/scripting.h"

#include <string.h>

#include "sim/player.h"
#include "sim/triggers.h"

#define POOL .routine = HA_RT_ALLOCATE_POOL
#define REGISTRATION .routine = HA_RT_REGISTER_PROCESSOR_CHANGE

static const struct ha_step register_sync[] = {REGISTER};
static const struct ha_step table_and_register[] = {TABLE(VALUE(MAXIMUM)), REGISTER};

/* Refuse the processor when its memory cannot be had; give it back at Failure. */
static const struct ha_step refuse[] = {REFUSE};
static const struct ha_step take[] = {
    {.kind = HA_STEP_ALLOCATE, .name = "t", .value = VALUE(PROCESSOR), .size = 64, .tag = PERP,
     .has_if_fails = true, .if_fails = STEPS(refuse)}};
static const struct ha_step give[] = {FREE(VALUE(PROCESSOR))};
static const struct ha_step give_if_taken[] = {
    {.kind = HA_STEP_IF, .body = STEPS(give),
     .condition = {HA_SLOT_TAKEN, VALUE(PROCESSOR), NUMBER(0), "t"}}};
static const struct ha_handler careful[] = {{WHEN(HA_STATE_START, take)},
                                            {WHEN(HA_STATE_FAILURE, give_if_taken)}};
static const struct ha_script two[] = {
    {.name = "a", .entry = STEPS(table_and_register), .handler = careful, .handler_count = 2},
    {.name = "c", .entry = STEPS(table_and_register), .handler = careful, .handler_count = 2}};
static const struct ha_event_plan three_adds[] = {{ADD}, {ADD}, {ADD}};

static void play(struct bench *b, const struct ha_script *script, size_t script_count,
                 const struct ha_fault_plan *fault, size_t fault_count)
{
    b->fault = fault;
    b->fault_count = fault_count;
    bench_play(b, script, script_count, three_adds, COUNT(three_adds));
}

/* DRV-9, HOT-12: one lacks memory for the processor, all hear Failure, the next attempt succeeds */
static void an_allocation_in_one_call_fails_and_the_driver_refuses(void **state)
{
    struct bench *b = *state;
    static const struct ha_call_pattern call = {CALL("c", "sync", HA_STATE_START, 4)};
    static const struct ha_fault_plan fault[] = {{POOL, .during = &call, .occurrence = 1}};
    b->group[0].maximum = 6;

    play(b, two, 2, fault, 1);

    expect_calls(b, "a.sync Start 4\n"
                    "c.sync Start 4 -> STATUS_INSUFFICIENT_RESOURCES\n"
                    "a.sync Failure 4 (STATUS_INSUFFICIENT_RESOURCES)\n"
                    "c.sync Failure 4 (STATUS_INSUFFICIENT_RESOURCES)\n"
                    "a.sync Start 4\n"
                    "c.sync Start 4\n"
                    "a.sync Complete 4\n"
                    "c.sync Complete 4\n"
                    "a.sync Start 5\n"
                    "c.sync Start 5\n"
                    "a.sync Complete 5\n"
                    "c.sync Complete 5\n");
    assert_int_equal(bench_count(b, HA_FAULT), 1);
    assert_int_equal(bench_record(b, HA_FAULT, 0)->as.fault.routine, HA_RT_ALLOCATE_POOL);
    assert_int_equal(bench_record(b, HA_FAULT, 0)->driver, 2);
    assert_int_equal(bench_count(b, HA_ALLOC), bench_count(b, HA_FREE));
}

/* Which of the twelve allocations fail: two of the entries, then a and c in turn for 4, 5, 6. */
static void expect_failures(const char *label, const struct ha_fault_plan *fault, size_t count,
                            const char *expected)
{
    static const struct ha_step take_in_all[] = {ALLOCATE(VALUE(PROCESSOR))};
    static const struct ha_handler handler[] = {{WHEN(HA_STATE_START, take_in_all)}};
    const struct ha_script script[] = {
        {.name = "a", .entry = STEPS(table_and_register), .handler = handler, .handler_count = 1,
         .entry_ignores_errors = true},
        {.name = "c", .entry = STEPS(table_and_register), .handler = handler, .handler_count = 1,
         .entry_ignores_errors = true}};
    char seen[16] = "";
    size_t length = 0;
    struct bench *b;
    assert_int_equal(bench_setup((void **)&b), 0);
    b->drivers_err = true;
    play(b, script, 2, fault, count);
    ha_machine_flush(b->machine);
    for (size_t i = 0; i < b->collector.count; i++) {
        const struct ha_record *record = &b->collector.record[i];
        bool overrun = record->kind == HA_MISUSE;
        if (record->kind == HA_ALLOC || record->kind == HA_FAULT || overrun)
            seen[length++] = record->kind == HA_ALLOC ? 'y' : overrun ? '-' : 'n';
    }
    if (strcmp(seen, expected) != 0)
        fail_msg("%s: %s, not %s", label, seen, expected);
    bench_teardown((void **)&b);
}

static void a_fault_comes_where_driver_call_and_occurrence_say(void **state)
{
    static const struct ha_call_pattern
        any_start = {CALL(NULL, NULL, HA_STATE_START, HA_ANY_INDEX)},
        start_5 = {CALL(NULL, NULL, HA_STATE_START, 5)},
        a_start = {CALL("a", "sync", HA_ANY_STATE, HA_ANY_INDEX)},
        a_second = {CALL("a", "sync", HA_STATE_START, HA_ANY_INDEX), .occurrence = 2},
        third = {CALL(NULL, NULL, HA_STATE_START, HA_ANY_INDEX), .occurrence = 3},
        place_6 = {.state = HA_ANY_STATE, .index = HA_ANY_INDEX, .group = 0, .number = 6},
        complete = {CALL(NULL, NULL, HA_STATE_COMPLETE, HA_ANY_INDEX)};
    static const struct {
        const char *label;
        struct ha_fault_plan fault[2];
        const char *expected;
    } cases[] = {
        {"the first of all", {{POOL, .occurrence = 1}}, "ny-y-y-y"},
        {"the second of all", {{POOL, .occurrence = 2}}, "yny-y-y-"},
        {"the fifth of all", {{POOL, .occurrence = 5}}, "yyyynyyy"},
        {"the ninth of eight", {{POOL, .occurrence = 9}}, "yyyyyyyy"},
        {"from the fifth on", {{POOL, .occurrence = 5, .persist = true}}, "yyyynnnn"},
        {"a driver's third", {{POOL, .driver = "c", .occurrence = 3}}, "yyyyynyy"},
        {"a driver's, from then on", {{POOL, .driver = "a", .occurrence = 2, .persist = true}},
         "yynynyny"},
        {"of a driver that is not there", {{POOL, .driver = "d", .occurrence = 1}}, "yyyyyyyy"},
        {"in any call", {{POOL, .during = &any_start, .occurrence = 1}}, "yynyyyyy"},
        {"in calls for an index", {{POOL, .during = &start_5, .occurrence = 1}}, "yyyynyyy"},
        {"in all calls for an index",
         {{POOL, .during = &start_5, .occurrence = 1, .persist = true}}, "yyyynnyy"},
        {"the second time in calls for an index", {{POOL, .during = &start_5, .occurrence = 2}},
         "yyyyynyy"},
        {"in calls of a driver", {{POOL, .during = &a_start, .occurrence = 3}}, "yyyyyyny"},
        {"in calls for a place", {{POOL, .during = &place_6, .occurrence = 1}}, "yyyyyyny"},
        {"in calls of a state without any", {{POOL, .during = &complete, .occurrence = 1}},
         "yyyyyyyy"},
        {"in the second call of a driver", {{POOL, .during = &a_second, .occurrence = 1}},
         "yyyynyyy"},
        {"always in the third call",
         {{POOL, .during = &third, .occurrence = 1, .persist = true}}, "yyyynyyy"},
        {"the second time in the third call", {{POOL, .during = &third, .occurrence = 2}},
         "yyyyyyyy"},
        {"another driver in calls of the first",
         {{POOL, .driver = "c", .during = &a_start, .occurrence = 1}}, "yyyyyyyy"},
        {"two of them", {{POOL, .occurrence = 3}, {POOL, .driver = "c", .occurrence = 4}},
         "yynyyyyn"},
        {"two at once", {{POOL, .occurrence = 3}, {POOL, .driver = "a", .occurrence = 2}},
         "yynyyyyy"}};
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
        expect_failures(cases[i].label, cases[i].fault, cases[i].fault[1].routine ? 2 : 1,
                        cases[i].expected);
}

/* REG-9: no call was made, nothing was stored, so the entry's own status is all there is */
static void a_registration_that_lacks_memory_makes_no_call(void **state)
{
    struct bench *b = *state;
    static const struct ha_step existing[] = {REGISTER_EXISTING};
    const struct ha_script script[] = {{.name = "a", .entry = STEPS(existing)},
                                       {.name = "c", .entry = STEPS(register_sync)}};
    static const struct ha_fault_plan fault[] = {{REGISTRATION, .driver = "a", .occurrence = 1}};
    b->fault = fault;
    b->fault_count = 1;

    bench_play(b, script, 2, NULL, 0);

    expect_records(b, "system-2 DRV_ENTRY_ENTER a [4]\n"
                      "system-2 REG_ENTER a.sync flags=1 [4]\n"
                      "system-2 FAULT KeRegisterProcessorChangeCallback [4]\n"
                      "system-2 REG_RETURN a.sync NULL [4]\n"
                      "system-2 DRV_ENTRY_LEAVE a STATUS_UNSUCCESSFUL [4]\n"
                      "system-2 IMAGE_FREED a [4]\n"
                      "system-3 DRV_ENTRY_ENTER c [4]\n"
                      "system-3 REG_ENTER c.sync flags=0 [4]\n"
                      "system-3 REG_LOCKED c.sync [4]\n"
                      "system-3 REG_RETURN c.sync handle [4]\n"
                      "system-3 DRV_ENTRY_LEAVE c 0 [4]\n"
                      "caller UNLOAD_REQ c 0 [4]\n"
                      "system-4 UNLOAD_ENTER c [4]\n"
                      "system-4 DEREG_ENTER c.sync [4]\n"
                      "system-4 DEREG_LOCKED c.sync [4]\n"
                      "system-4 DEREG_RETURN c.sync [4]\n"
                      "system-4 UNLOAD_LEAVE c [4]\n"
                      "system-4 IMAGE_FREED c [4]\n"
                      "caller TRACE_END normally [4]\n");
}

/* DRV-2: the second attempt succeeds */
static void a_registration_may_fail_once_and_be_tried_again(void **state)
{
    struct bench *b = *state;
    static const struct ha_step entry[] = {
        {.kind = HA_STEP_REGISTER, .name = "sync", .has_if_fails = true,
         .if_fails = STEPS(register_sync)}};
    const struct ha_script script[] = {{.name = "a", .entry = STEPS(entry)}};
    static const struct ha_fault_plan fault[] = {{REGISTRATION, .occurrence = 1}};

    play(b, script, 1, fault, 1);

    assert_int_equal(bench_count(b, HA_REG_ENTER), 2);
    assert_int_equal(bench_count(b, HA_CB_CALL), 6);
    assert_int_equal(bench_entry_status(b, &b->driver[0]), STATUS_SUCCESS);
}

/* DRV-4, DRV-9: the entry that lacks memory undoes what it did and says why */
static void an_entry_that_lacks_memory_undoes_itself(void **state)
{
    struct bench *b = *state;
    static const struct ha_step entry[] = {
        REGISTER,
        TABLE(NUMBER(3)), ALLOCATE(NUMBER(0)),
        ALLOCATE(NUMBER(1)), ALLOCATE(NUMBER(2))};
    const struct ha_script script[] = {{.name = "a", .entry = STEPS(entry)}};
    static const struct ha_fault_plan fault[] = {{POOL, .occurrence = 3}};

    play(b, script, 1, fault, 1);

    expect_calls(b, "");
    assert_int_equal(bench_count(b, HA_ALLOC), 2);
    assert_int_equal(bench_count(b, HA_FREE), 2);
    assert_int_equal(bench_count(b, HA_DEREG_LOCKED), 1);
    assert_int_equal(bench_entry_status(b, &b->driver[0]), INSUF);
}

/* EXIST-7, DRV-9: Start of processor 2 lacks memory; 0 and 1 are given back at Failure */
static void a_phase_that_lacks_memory_gives_back_what_it_took(void **state)
{
    struct bench *b = *state;
    static const struct ha_step entry[] = {
        TABLE(VALUE(MAXIMUM)),
        REGISTER_EXISTING};
    const struct ha_script script[] = {
        {.name = "a", .entry = STEPS(entry), .handler = careful, .handler_count = 2}};
    static const struct ha_call_pattern call = {CALL("a", "sync", HA_STATE_START, 2)};
    static const struct ha_fault_plan fault[] = {{POOL, .during = &call, .occurrence = 1}};

    play(b, script, 1, fault, 1);

    expect_calls(b, "a.sync Start 0\n"
                    "a.sync Start 1\n"
                    "a.sync Start 2 -> STATUS_INSUFFICIENT_RESOURCES\n"
                    "a.sync Failure 0 (STATUS_INSUFFICIENT_RESOURCES)\n"
                    "a.sync Failure 1 (STATUS_INSUFFICIENT_RESOURCES)\n");
    assert_int_equal(bench_entry_status(b, &b->driver[0]), INSUF);
    assert_int_equal(bench_count(b, HA_ALLOC), bench_count(b, HA_FREE));
}

/* Two at a time: in one thread the call, in the other not. */
static void a_fault_during_a_call_spares_other_threads(void **state)
{
    struct bench *b = *state;
    static const struct ha_step take_five[] = {ALLOCATE(NUMBER(5))};
    static const struct ha_call_pattern start = {CALL("a", "sync", HA_STATE_START, 4),
                                                 .occurrence = 1};
    static const struct ha_fault_plan fault[] = {
        {POOL, .driver = "a", .during = &start, .occurrence = 1, .persist = true}};
    const struct ha_event_plan event[] = {
        {ADD}, {RUN(0, take_five), .trigger = HA_DURING_CALL, .call = &start}};
    b->fault = fault;
    b->fault_count = 1;

    bench_play(b, two, 1, event, 2);

    assert_int_equal(bench_count(b, HA_FAULT), 1);
    assert_int_equal(bench_record(b, HA_FAULT, 0)->thread, 3);
    assert_int_equal(bench_record(b, HA_ALLOC, 1)->thread, 4);
    expect_calls(b, "a.sync Start 4 -> " INSUF_TEXT "\na.sync Failure 4 (" INSUF_TEXT ")\n");
}

/* Who tests with a machine may take pool, too, and is none of its drivers. */
static void a_fault_of_a_driver_spares_a_thread_that_is_no_drivers(void **state)
{
    struct bench *b = *state;
    static const struct ha_fault_plan fault[] = {
        {POOL, .driver = "a", .occurrence = 1, .persist = true}};
    const struct ha_script script[] = {{.name = "a", .entry = STEPS(register_sync)}};
    const struct ha_plan plan = {
        .name = "a plan", .partition = b->options.partition, .profile = b->options.profile,
        .driver = script, .loads_later = b->loads_later, .driver_count = 1, .fault = fault,
        .fault_count = 1};
    struct ha_machine_options options = ha_player_options(&plan, NULL);
    struct ha_machine *machine;
    assert_int_equal(ha_machine_create(&options, &machine, NULL), HA_OK);
    assert_int_equal(ha_player_begin(machine, &plan), HA_OK);

    void *memory = ExAllocatePool2(POOL_FLAG_NON_PAGED, 64, PERP);

    assert_non_null(memory);
    ExFreePoolWithTag(memory, PERP);
    ha_machine_destroy(machine);
}

/* Play on an arena of that size. Returns how the run ended, HA_END_MEMORY also when none began. */
static enum ha_ending play_small(const struct ha_plan *plan, size_t arena_bytes,
                                 struct ha_collector *collector)
{
    struct ha_machine_options options = ha_player_options(plan, NULL);
    struct ha_machine *machine;
    bool more = true;
    options.arena_bytes = arena_bytes;
    int err = ha_machine_create(&options, &machine, NULL);
    if (err) {
        assert_int_equal(err, HA_ENOMEM);
        return HA_END_MEMORY;
    }
    assert_int_equal(ha_machine_add_sink(machine, &collector->sink), HA_OK);
    err = ha_player_begin(machine, plan);
    while (!err && more)
        err = ha_player_step(machine, &more);
    enum ha_ending ending = err ? HA_END_MEMORY : ha_machine_ending(machine);
    assert_true(!err || err == HA_ENOMEM);
    ha_machine_destroy(machine);
    return ending;
}

/* Where the pool is full drivers are told so; where the machine itself needs more the run ends. */
static void an_arena_of_any_size_is_enough_or_ends_the_run(void **state)
{
    struct bench *b = *state;
    static const struct ha_step more[] = {
        {.kind = HA_STEP_REGISTER, .name = "more"}, SIGNAL("one"), SIGNAL("two"),
        {.kind = HA_STEP_SET, .name = "n", .value = NUMBER(1)},
        {.kind = HA_STEP_QUERY, .routine = HA_RT_LOGICAL_RELATIONSHIP,
         .value = NUMBER(RelationAll)}};
    const struct ha_event_plan event[] = {
        {ADD_OF(HA_ANYWHERE, .count = 2)}, {RUN(1, more), WHILE_A_STARTS},
        {UNLOAD(0), AFTER_EVENT(1)}, {LOAD(0), AFTER_EVENT(2)}};
    static const struct ha_fault_plan fault[] = {{POOL, .occurrence = 2}};
    const struct ha_plan plan = {
        .name = "a plan", .partition = b->options.partition, .profile = b->options.profile,
        .driver = two, .loads_later = b->loads_later, .driver_count = 2, .event = event,
        .event_count = COUNT(event), .fault = fault, .fault_count = 1};
    size_t ended = 0, normal = 0;

    for (size_t bytes = 1024; bytes < 40000; bytes += 160) {
        enum ha_ending ending = play_small(&plan, bytes, &b->collector);
        assert_true(ending == HA_END_MEMORY || ending == HA_END_NORMALLY);
        ended += ending == HA_END_MEMORY;
        normal += ending == HA_END_NORMALLY;
    }

    assert_true(ended > 20 && normal > 20);
}

static void faults_alone_are_no_triggers_that_wait(void **state)
{
    struct bench *b = *state;
    static const struct ha_fault_plan fault[] = {{POOL, .occurrence = 99}};

    play(b, two, 2, fault, 1);

    assert_int_equal(ha_triggers_waiting(b->machine, 0), COUNT(three_adds));
    assert_int_equal(bench_count(b, HA_FAULT), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BENCH_TEST(an_allocation_in_one_call_fails_and_the_driver_refuses),
        cmocka_unit_test(a_fault_comes_where_driver_call_and_occurrence_say),
        BENCH_TEST(a_registration_that_lacks_memory_makes_no_call),
        BENCH_TEST(a_registration_may_fail_once_and_be_tried_again),
        BENCH_TEST(an_entry_that_lacks_memory_undoes_itself),
        BENCH_TEST(a_phase_that_lacks_memory_gives_back_what_it_took),
        BENCH_TEST(a_fault_during_a_call_spares_other_threads),
        BENCH_TEST(a_fault_of_a_driver_spares_a_thread_that_is_no_drivers),
        BENCH_TEST(an_arena_of_any_size_is_enough_or_ends_the_run),
        BENCH_TEST(faults_alone_are_no_triggers_that_wait),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
