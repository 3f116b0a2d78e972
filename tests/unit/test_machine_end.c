/* machine: how a run ends: normally, stopped, out of budget, in a deadlock, out of memory */
#include "unit/bench.h"

#include <setjmp.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/object.h"

static const struct ha_add_options any_place = {HA_ANYWHERE};

/* An arrangement with a refusal, an EXIST phase and a unit, played to its end. */
static void describe(struct bench *b)
{
    struct driver *a = bench_driver(b, "a");
    struct driver *c = bench_driver(b, "c");
    a->flags = KE_PROCESSOR_CHANGE_ADD_EXISTING;
    a->asks = true;
    c->answer[KeProcessorAddStartNotify] = INSUF;
    c->only_for = 5;
}

static NTSTATUS NTAPI never_entered(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    UNREFERENCED_PARAMETER(DriverObject);
    UNREFERENCED_PARAMETER(RegistryPath);
    return STATUS_SUCCESS;
}

static void expect_ended(struct bench *b, enum ha_ending ending)
{
    const struct ha_record *last = &b->collector.record[b->collector.count - 1];
    assert_int_equal(ha_machine_ending(b->machine), ending);
    assert_int_equal(last->kind, HA_TRACE_END);
    assert_int_equal(last->as.end.ending, ending);
    assert_int_equal(bench_count(b, HA_TRACE_END), 1);
    assert_int_equal(ha_machine_step(b->machine, NULL), HA_EBUSY);
    assert_int_equal(ha_machine_finish(b->machine), HA_EBUSY);
    assert_int_equal(ha_machine_load(b->machine, "late", never_entered), HA_EBUSY);
    assert_int_equal(ha_machine_unload(b->machine, "a"), HA_EBUSY);
    assert_int_equal(ha_machine_add_processor(b->machine, 0, &any_place), HA_EBUSY);
    ha_machine_stop(b->machine, HA_END_SIGNAL);
    assert_int_equal(ha_machine_ending(b->machine), ending);
    assert_int_equal(bench_count(b, HA_TRACE_END), 1);
}

static void after_the_end_nothing_can_be_done(void **state)
{
    struct bench *b = *state;
    bench_driver(b, "a");

    bench_finish(b);

    expect_ended(b, HA_END_NORMALLY);
}

static void a_run_that_is_stopped_says_so(void **state)
{
    struct bench *b = *state;
    bench_driver(b, "a");
    bench_add_processor(b);

    ha_machine_stop(b->machine, HA_END_SIGNAL);

    expect_ended(b, HA_END_SIGNAL);
}

static NTSTATUS register_ten_times(struct driver *driver)
{
    for (int i = 0; i < 10; i++)
        driver_register(driver, 0);
    return STATUS_SUCCESS;
}

/* How many records a run within that budget has when its drivers are loaded, and in all. */
struct length {
    uint64_t loaded, whole;
};

static struct length length_within(uint64_t budget)
{
    struct bench *b;
    struct length length;
    assert_int_equal(bench_setup((void **)&b), 0);
    b->options.record_budget = budget;
    describe(b);
    bench_load(b);
    length.loaded = b->machine->kernel.world.trace.seq - 1;
    const struct ha_add_options add = {HA_ANYWHERE, .count = 3};
    assert_int_equal(ha_machine_add_processor(b->machine, 0, &add), HA_OK);
    assert_int_equal(ha_machine_run(b->machine), HA_OK);
    if (!ha_machine_ending(b->machine))
        assert_int_equal(ha_machine_finish(b->machine), HA_OK);
    length.whole = b->machine->kernel.world.trace.seq - 1;
    if (ha_machine_ending(b->machine) == HA_END_BUDGET)
        expect_ended(b, HA_END_BUDGET);
    bench_teardown((void **)&b);
    return length;
}

static void a_budget_ends_the_run_at_the_next_scheduling_point(void **state)
{
    (void)state;
    struct length full = length_within(0);
    assert_true(full.whole > full.loaded + 20);

    for (uint64_t budget = full.loaded; budget < full.whole; budget++) {
        struct length cut = length_within(budget);
        assert_true(cut.whole > budget);
        assert_true(cut.whole < budget + 12);       /* a call with its queries, the end */
    }
    assert_int_equal(length_within(full.whole).whole, full.whole);
}

/* The number of TRACE_END in a run whose add makes 20 calls, and that of the first of them. */
static uint64_t end_of_calls_within(uint64_t budget, uint64_t *first)
{
    struct bench *b;
    assert_int_equal(bench_setup((void **)&b), 0);
    b->options.record_budget = budget;
    struct driver *a = bench_driver(b, "a");
    a->enter = register_ten_times;
    bench_add_processor(b);
    if (!ha_machine_ending(b->machine))
        ha_machine_stop(b->machine, HA_END_SIGNAL);
    *first = ha_record_seq(bench_record(b, HA_CB_CALL, 0));
    uint64_t end = ha_record_seq(bench_record(b, HA_TRACE_END, 0));
    bench_teardown((void **)&b);
    return end;
}

/* A call that is one record counts as two, as its numbers do. */
static void a_budget_that_ends_among_calls_is_kept(void **state)
{
    uint64_t calls, again;
    (void)state;
    end_of_calls_within(0, &calls);

    for (uint64_t budget = calls; budget < calls + 16; budget++) {
        uint64_t end = end_of_calls_within(budget, &again);
        /* The record beyond the budget begins a call; that call is finished. */
        uint64_t beyond = calls + (budget - calls) / 2 * 2 + 2;
        assert_int_equal(again, calls);
        assert_int_equal(end, beyond + 2);
    }
}

static void the_65536th_driver_ends_the_run(void **state)
{
    struct bench *b = *state;
    bench_load(b);
    b->machine->kernel.drivers_made = UINT16_MAX - 1;
    assert_int_equal(ha_machine_load(b->machine, "last", never_entered), HA_OK);
    assert_int_equal(bench_record(b, HA_DRV_ENTRY_ENTER, 0)->driver, UINT16_MAX);

    assert_int_equal(ha_machine_load(b->machine, "one too many", never_entered), HA_ENOMEM);

    expect_ended(b, HA_END_MEMORY);
    assert_int_equal(bench_count(b, HA_DRV_ENTRY_ENTER), 1);
}

struct never {
    struct ha_object event;     /* nobody sets it */
    jmp_buf back;
};

static void wait_for_ever(struct driver *driver, PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT change,
                          PNTSTATUS operation_status)
{
    struct never *never = driver->extra;
    struct ha_world *world = ha_thread_current()->world;
    (void)change;
    (void)operation_status;
    ha_object_init(world, &never->event, "what never comes");
    ha_event_wait(world, &never->event);
}

static void an_add_that_cannot_end_is_a_deadlock(void **state)
{
    struct bench *b = *state;
    struct never never;
    struct driver *a = bench_driver(b, "a");
    a->act = wait_for_ever;
    a->extra = &never;
    bench_add_processor(b);
    assert_int_equal(ha_machine_ending(b->machine), HA_END_NOT_YET);

    bench_finish(b);

    expect_ended(b, HA_END_DEADLOCK);
    expect_calls(b, "a.ke1 Start 4\n");
    const struct ha_record *deadlock = bench_record(b, HA_DEADLOCK, 0);
    assert_int_equal(deadlock->id, never.event.id);
    assert_int_equal(deadlock->as.wait.waiter, bench_record(b, HA_ADD_BEGIN, 0)->thread);
    assert_int_equal(deadlock->as.wait.holder, 0);
}

static void jump_back(struct ha_machine *machine, void *argument)
{
    struct never *never = argument;
    (void)machine;
    longjmp(never->back, 1);
}

/* A machine whose add never ends, with the test about to wait for it. */
static struct driver *blocked_machine(struct bench *b, struct never *never)
{
    struct driver *a = bench_driver(b, "a");
    a->act = wait_for_ever;
    a->extra = never;
    bench_add_processor(b);
    return a;
}

static void a_run_that_ends_inside_a_routine_of_the_caller_calls_the_hook(void **state)
{
    struct bench *b = *state;
    struct never never;
    struct driver *a = blocked_machine(b, &never);
    ha_machine_set_fatal(b->machine, jump_back, &never);

    if (setjmp(never.back) == 0) {
        driver_register(a, 0);      /* it waits for the add, and that for ever */
        fail_msg("a registration came back from a deadlock");
    }

    expect_ended(b, HA_END_DEADLOCK);
    assert_int_equal(bench_count(b, HA_DEADLOCK), 2);
}

static void without_a_hook_the_program_says_so_and_exits_with_1(void **state)
{
    struct bench *b = *state;
    int status = 0;
    bench_finish(b);

    pid_t child = fork();
    if (child == 0) {
        struct bench *blocked;
        struct never never;
        bench_setup((void **)&blocked);
        struct driver *a = blocked_machine(blocked, &never);
        ha_machine_set_fatal(blocked->machine, NULL, NULL);
        close(STDERR_FILENO);
        driver_register(a, 0);
        _exit(99);
    }
    assert_true(child > 0);
    assert_int_equal(waitpid(child, &status, 0), child);

    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 1);
}

static VOID NTAPI changed(PVOID CallbackContext, PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext,
                          PNTSTATUS OperationStatus)
{
    UNREFERENCED_PARAMETER(CallbackContext);
    UNREFERENCED_PARAMETER(ChangeContext);
    UNREFERENCED_PARAMETER(OperationStatus);
}

static NTSTATUS NTAPI enter_and_register(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    UNREFERENCED_PARAMETER(DriverObject);
    UNREFERENCED_PARAMETER(RegistryPath);
    return KeRegisterProcessorChangeCallback(changed, NULL, KE_PROCESSOR_CHANGE_ADD_EXISTING)
               ? STATUS_SUCCESS : INSUF;
}

enum room { NO_ROOM, ROOM_BUT_FOR_A_REGISTRATION, ROOM };

/* What a run in an arena of that size says of it. */
static enum room room_in_an_arena_of(size_t bytes)
{
    struct bench *b;
    int32_t status = INSUF;
    assert_int_equal(bench_setup((void **)&b), 0);
    b->drivers_err = true;      /* the one here has no Unload */
    b->options.arena_bytes = bytes;
    bench_driver(b, "a")->loaded = true;
    int err = ha_machine_create(&b->options, &b->machine, NULL);
    if (!err) {
        assert_int_equal(ha_machine_add_sink(b->machine, &b->collector.sink), HA_OK);
        assert_int_equal(ha_machine_add_sink(b->machine, ha_judge_sink(b->judge)), HA_OK);
        err = ha_machine_load(b->machine, "a", enter_and_register);
    }
    if (!err)
        err = ha_machine_add_processor(b->machine, 0, &any_place);
    if (!err)
        err = ha_machine_run(b->machine);
    if (!err)
        err = ha_machine_finish(b->machine);
    if (!err) {
        assert_int_equal(ha_machine_ending(b->machine), HA_END_NORMALLY);
        status = bench_entry_status(b, &b->driver[0]);
        assert_int_equal(bench_count(b, HA_FAULT), status == STATUS_SUCCESS ? 0 : 1);
    } else {
        assert_int_equal(err, HA_ENOMEM);
    }
    bench_teardown((void **)&b);
    return err ? NO_ROOM : status == STATUS_SUCCESS ? ROOM : ROOM_BUT_FOR_A_REGISTRATION;
}

/* REG-9 */
static void an_arena_is_large_enough_or_the_run_says_that_it_is_not(void **state)
{
    size_t bytes = 64;
    (void)state;
    while (room_in_an_arena_of(bytes) != ROOM)
        bytes += 64;

    assert_true(bytes > 1024);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BENCH_TEST(after_the_end_nothing_can_be_done),
        BENCH_TEST(a_run_that_is_stopped_says_so),
        cmocka_unit_test(a_budget_ends_the_run_at_the_next_scheduling_point),
        cmocka_unit_test(a_budget_that_ends_among_calls_is_kept),
        BENCH_TEST(the_65536th_driver_ends_the_run),
        BENCH_TEST(an_add_that_cannot_end_is_a_deadlock),
        BENCH_TEST(a_run_that_ends_inside_a_routine_of_the_caller_calls_the_hook),
        BENCH_TEST(without_a_hook_the_program_says_so_and_exits_with_1),
        cmocka_unit_test(an_arena_is_large_enough_or_the_run_says_that_it_is_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
