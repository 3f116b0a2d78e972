/* reinitialize: routines that follow DriverEntry */
#include "unit/bench.h"

/* What the routines of a test have seen; it must not assert itself. */
struct use {
    struct driver *driver;
    PDRIVER_OBJECT object;
    PVOID context[4];
    ULONG count[4];
    size_t calls, again;        /* so far; how often the routine still registers itself */
    PDRIVER_REINITIALIZE routine;
};

static VOID NTAPI reinitialize(PDRIVER_OBJECT DriverObject, PVOID Context, ULONG Count)
{
    struct use *use = Context;
    use->object = DriverObject;
    use->context[use->calls] = Context;
    use->count[use->calls++] = Count;
    if (use->again && use->again--)
        IoRegisterDriverReinitialization(DriverObject, reinitialize, Context);
}

static NTSTATUS register_once(struct driver *driver)
{
    struct use *use = driver->extra;
    IoRegisterDriverReinitialization(driver->object, use->routine, use);
    return STATUS_SUCCESS;
}

static struct driver *make(struct bench *b, struct use *use, NTSTATUS (*enter)(struct driver *))
{
    struct driver *driver = bench_driver(b, "a");
    driver->enter = enter;
    driver->extra = use;
    use->driver = driver;
    return driver;
}

static void a_routine_follows_the_entry_of_its_driver_and_again_if_it_says_so(void **state)
{
    struct bench *b = *state;
    struct use use = {.again = 1, .routine = reinitialize};
    make(b, &use, register_once);

    bench_load(b);

    expect_records(b, "system-2 DRV_ENTRY_ENTER a [4]\n"
                      "system-2 DRV_ENTRY_LEAVE a 0 [4]\n"
                      "system-2 REINIT_ENTER [4]\n"
                      "system-2 REINIT_LEAVE [4]\n"
                      "system-2 REINIT_ENTER [4]\n"
                      "system-2 REINIT_LEAVE [4]\n");
    assert_int_equal(use.calls, 2);
    assert_ptr_equal(use.object, use.driver->object);
    for (uint32_t i = 0; i < 2; i++) {
        assert_ptr_equal(use.context[i], &use);
        assert_int_equal(use.count[i], i + 1);
        assert_int_equal(bench_record(b, HA_REINIT_ENTER, i)->id, i + 1);
        assert_int_equal(bench_record(b, HA_REINIT_ENTER, i)->driver, 1);
        assert_int_equal(bench_record(b, HA_REINIT_ENTER, i)->irql, PASSIVE_LEVEL);
    }
}

static NTSTATUS register_and_fail(struct driver *driver)
{
    register_once(driver);
    return STATUS_UNSUCCESSFUL;
}

static void routines_of_a_driver_whose_entry_fails_are_never_called(void **state)
{
    struct bench *b = *state;
    struct use use = {.routine = reinitialize};
    make(b, &use, register_and_fail);

    bench_load(b);

    assert_int_equal(bench_count(b, HA_REINIT_ENTER), 0);
    assert_null(b->machine->kernel.last_driver->first_reinitialization);
}

static NTSTATUS register_nothing(struct driver *driver)
{
    IoRegisterDriverReinitialization(driver->object, NULL, NULL);
    IoRegisterDriverReinitialization((PDRIVER_OBJECT)(PVOID)driver, reinitialize, NULL);
    return STATUS_SUCCESS;
}

static void register_late(void *argument)
{
    const struct use *use = argument;
    IoRegisterDriverReinitialization(use->driver->object, reinitialize, argument);
}

/* OBJ-4 */
static void no_routine_no_driver_and_one_that_is_loaded_are_turned_away(void **state)
{
    static const uint32_t reasons[] = {HA_REASON_NULL_POINTER, HA_REASON_LOADED};
    struct bench *b = *state;
    struct use use = {.driver = NULL};
    struct driver *driver = make(b, &use, register_nothing);
    b->findings = "a OBJ-4\n";

    bench_run(b, driver, register_late, &use);

    assert_int_equal(bench_count(b, HA_REFUSED), 2);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(bench_record(b, HA_REFUSED, i)->as.refused.routine, HA_RT_REINITIALIZE);
        assert_int_equal(bench_record(b, HA_REFUSED, i)->as.refused.reason, reasons[i]);
    }
    assert_int_equal(bench_count(b, HA_MISUSE), 1);
    assert_int_equal(bench_record(b, HA_MISUSE, 0)->as.misuse.misuse, HA_MISUSE_NO_OBJECT);
    assert_int_equal(bench_count(b, HA_REINIT_ENTER), 0);
}

static VOID NTAPI raise(PDRIVER_OBJECT DriverObject, PVOID Context, ULONG Count)
{
    KIRQL old;
    (void)Count;
    KeRaiseIrql(APC_LEVEL, &old);
    IoRegisterDriverReinitialization(DriverObject, reinitialize, Context);
}

/* IRQL-3, IRQL-4 */
static void a_routine_that_leaves_its_irql_raised_is_found_and_put_back(void **state)
{
    struct bench *b = *state;
    struct use use = {.routine = raise};
    b->findings = "a IRQL-4\na IRQL-3\n";
    make(b, &use, register_once);

    bench_load(b);

    assert_int_equal(use.calls, 1);
    assert_int_equal(use.count[0], 2);
    assert_int_equal(bench_record(b, HA_REINIT_LEAVE, 0)->irql, APC_LEVEL);
    assert_int_equal(bench_record(b, HA_REINIT_ENTER, 1)->irql, PASSIVE_LEVEL);
}

static VOID NTAPI register_callback(PDRIVER_OBJECT DriverObject, PVOID Context, ULONG Count)
{
    struct use *use = Context;
    (void)DriverObject, (void)Count;
    driver_register(use->driver, 0);
}

static void what_a_routine_registers_is_its_driver_s(void **state)
{
    struct bench *b = *state;
    struct use use = {.routine = register_callback};
    make(b, &use, register_once);
    bench_load(b);

    bench_add_processor(b);

    expect_calls(b, "a.ke1 Start 4\na.ke1 Complete 4\n");
}

static NTSTATUS NTAPI take_all_memory(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    (void)RegistryPath;
    while (ha_arena_take(&ha_thread_current()->world->host->arena, 16))
        continue;
    IoRegisterDriverReinitialization(DriverObject, reinitialize, NULL);
    return STATUS_SUCCESS;
}

static void a_routine_for_which_there_is_no_memory_ends_the_run(void **state)
{
    struct bench *b = *state;
    bench_load(b);

    assert_int_not_equal(ha_machine_load(b->machine, "greedy", take_all_memory), HA_OK);

    assert_int_equal(ha_machine_ending(b->machine), HA_END_MEMORY);
    assert_int_equal(bench_count(b, HA_DRV_ENTRY_LEAVE), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BENCH_TEST(a_routine_follows_the_entry_of_its_driver_and_again_if_it_says_so),
        BENCH_TEST(routines_of_a_driver_whose_entry_fails_are_never_called),
        BENCH_TEST(no_routine_no_driver_and_one_that_is_loaded_are_turned_away),
        BENCH_TEST(a_routine_that_leaves_its_irql_raised_is_found_and_put_back),
        BENCH_TEST(what_a_routine_registers_is_its_driver_s),
        BENCH_TEST(a_routine_for_which_there_is_no_memory_ends_the_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
