/* ke_deregister: KeDeregisterProcessorChangeCallback at rest, and on the thread of an operation */
#include "unit/bench.h"

/* A thread that removes the registrations of the driver that it is given. */
static void deregister_on_a_thread(void *argument)
{
    struct driver *driver = argument;
    for (size_t n = 0; n < driver->handle_count; n++)
        if (driver->handle[n])
            driver_deregister(driver, n);
}

/* In the Start call, on the thread of the operation: remove another driver's registration. */
static void remove_other(struct driver *driver, PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT change,
                         PNTSTATUS operation_status)
{
    struct driver *other = driver->extra;
    (void)operation_status;
    if (change->State == KeProcessorAddStartNotify && other->handle[0])
        driver_deregister(other, 0);
}

/* DEREG-1 */
static void a_removed_registration_hears_of_no_later_add(void **state)
{
    struct bench *b = *state;
    struct driver *a = bench_driver(b, "a");
    bench_driver(b, "c");
    bench_load(b);
    bench_forget(b);

    bench_run(b, a, deregister_on_a_thread, a);
    bench_add_processor(b);

    expect_calls(b, "c.ke1 Start 4\nc.ke1 Complete 4\n");
    assert_int_equal(bench_count(b, HA_DEREG_LOCKED), 1);
    assert_int_equal(bench_count(b, HA_MISUSE), 0);
}

static void deregister_at_apc_level(void *argument)
{
    driver_deregister_at(argument, APC_LEVEL);
}

/* DEREG-1 */
static void at_raised_irql_it_is_a_misuse_and_removes_all_the_same(void **state)
{
    struct bench *b = *state;
    struct driver *a = bench_driver(b, "a");
    b->findings = "a DEREG-1\n";
    bench_load(b);
    bench_forget(b);

    bench_run(b, a, deregister_at_apc_level, a);
    bench_add_processor(b);

    expect_calls(b, "");
    assert_int_equal(bench_record(b, HA_MISUSE, 0)->as.misuse.misuse, HA_MISUSE_RAISED_IRQL);
}

static void remove_and_register_at_apc_level(void *argument)
{
    struct driver *driver = argument;
    driver_deregister_at(driver, APC_LEVEL);
    ha_thread_set_irql(ha_thread_current(), APC_LEVEL);
    driver_register(driver, 0);
    ha_thread_set_irql(ha_thread_current(), PASSIVE_LEVEL);
}

/* DEREG-1, REG-2: callback_irql=apc: outside callbacks APC_LEVEL is raised all the same */
static void outside_callbacks_apc_level_is_a_misuse_under_every_profile(void **state)
{
    struct bench *b = *state;
    bench_turn(b, "callback_irql", "apc");
    struct driver *a = bench_driver(b, "a");
    b->findings = "a DEREG-1\na REG-2\n";

    bench_run(b, a, remove_and_register_at_apc_level, a);
    bench_add_processor(b);

    expect_calls(b, "");
    assert_int_equal(bench_record(b, HA_MISUSE, 0)->as.misuse.misuse, HA_MISUSE_RAISED_IRQL);
    assert_int_equal(bench_record(b, HA_REFUSED, 0)->as.refused.reason, HA_REASON_IRQL);
}

/* DEREG-1, REG-2: callback_irql=apc: inside a callback its IRQL counts as PASSIVE_LEVEL */
static void inside_a_callback_at_apc_level_it_is_no_misuse(void **state)
{
    struct bench *b = *state;
    bench_turn(b, "callback_irql", "apc");
    struct driver *a = bench_driver(b, "a");
    struct driver *c = bench_driver(b, "c");
    a->act = remove_other;
    a->extra = c;

    bench_add_processor(b);

    expect_calls(b, "a.ke1 Start 4\na.ke1 Complete 4\n");
    assert_int_equal(bench_count(b, HA_MISUSE), 0);
}

/* DEREG-3, REG-12: the one removal that may lie inside another operation */
static void inside_a_phase_of_its_own_thread_it_works_at_once(void **state)
{
    struct bench *b = *state;
    b->group[0] = (struct ha_group_options){.maximum = 2, .active_mask = 1};
    struct driver *first = bench_driver(b, "first");
    bench_forget(b);
    struct driver *late = bench_driver(b, "late");
    late->flags = KE_PROCESSOR_CHANGE_ADD_EXISTING;
    late->extra = first;
    late->act = remove_other;

    bench_load(b);

    expect_records(b,
        "system-3 DRV_ENTRY_ENTER late [1]\n"
        "system-3 REG_ENTER late.ke1 flags=1 [1]\n"
        "system-3 REG_LOCKED late.ke1 [1]\n"
        "system-3 enters late.ke1 Start 0 (0.0) st=0 op=0 [1]\n"
        "system-3 DEREG_ENTER first.ke1 [1]\n"
        "system-3 DEREG_LOCKED first.ke1 [1]\n"
        "system-3 DEREG_RETURN first.ke1 [1]\n"
        "system-3 leaves late.ke1 Start op=0 [1]\n"
        "system-3 late.ke1 Complete 0 (0.0) st=0 op=0>0 [1]\n"
        "system-3 REG_RETURN late.ke1 handle [1]\n"
        "system-3 DRV_ENTRY_LEAVE late 0 [1]\n");
}

/* DEREG-3, DEREG-6, worked trace 4.9: on the thread of the add, a client that heard Start */
static void a_removal_inside_anothers_callback_drops_the_second_call(void **state)
{
    struct bench *b = *state;
    struct driver *a = bench_driver(b, "a");
    struct driver *remover = bench_driver(b, "b");
    bench_driver(b, "c");
    remover->act = remove_other;
    remover->extra = a;

    bench_add_processor(b);

    expect_calls(b, "a.ke1 Start 4\nb.ke1 Start 4\nc.ke1 Start 4\n"
                    "b.ke1 Complete 4\nc.ke1 Complete 4\n");
    assert_int_equal(a->held, 0x10);
}

/* DEREG-6: a removes b, which has not been told yet, and c is still called */
static void a_client_removed_before_its_turn_is_skipped_and_the_next_is_called(void **state)
{
    struct bench *b = *state;
    struct driver *a = bench_driver(b, "a");
    a->extra = bench_driver(b, "b");
    a->act = remove_other;
    bench_driver(b, "c");

    bench_add_processor(b);

    expect_calls(b, "a.ke1 Start 4\nc.ke1 Start 4\na.ke1 Complete 4\nc.ke1 Complete 4\n");
}

static void remove_self(struct driver *driver, PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT change,
                        PNTSTATUS operation_status)
{
    (void)change;
    (void)operation_status;
    if (driver->handle[0])
        driver_deregister(driver, 0);
}

/* DEREG-4 */
static void self_removal_is_a_misuse_that_does_not_hang(void **state)
{
    struct bench *b = *state;
    struct driver *a = bench_driver(b, "a");
    bench_driver(b, "c");
    a->act = remove_self;
    b->findings = "a DEREG-4\n";

    bench_add_processor(b);
    bench_add_processor(b);

    expect_calls(b, "a.ke1 Start 4\nc.ke1 Start 4\nc.ke1 Complete 4\n"
                    "c.ke1 Start 5\nc.ke1 Complete 5\n");
    assert_int_equal(bench_record(b, HA_MISUSE, 0)->as.misuse.misuse, HA_MISUSE_SELF_REMOVAL);
}

/* DEREG-4: dereg_wait=per_call does not wait for itself either */
static void self_removal_does_not_hang_when_calls_are_waited_for(void **state)
{
    struct bench *b = *state;
    bench_turn(b, "dereg_wait", "per_call");
    bench_driver(b, "a")->act = remove_self;
    b->findings = "a DEREG-4\n";

    bench_add_processor(b);

    expect_calls(b, "a.ke1 Start 4\n");
    assert_int_equal(bench_active_count(b), 5);
}

static void deregister_nonsense(void *argument)
{
    struct driver *driver = argument;
    PVOID gone = driver->handle[0];
    driver_deregister(driver, 0);
    KeDeregisterProcessorChangeCallback(NULL);
    KeDeregisterProcessorChangeCallback((PVOID)(uintptr_t)0xdead0);
    KeDeregisterProcessorChangeCallback(driver);
    KeDeregisterProcessorChangeCallback(gone);
}

/* DEREG-5 */
static void handles_that_are_not_live_harm_nobody(void **state)
{
    static const uint32_t misuses[] = {HA_MISUSE_NULL_HANDLE, HA_MISUSE_UNKNOWN_HANDLE,
                                       HA_MISUSE_UNKNOWN_HANDLE, HA_MISUSE_STALE_HANDLE};
    struct bench *b = *state;
    struct driver *a = bench_driver(b, "a");
    bench_driver(b, "c");
    b->findings = "a DEREG-5\na DEREG-5\na DEREG-5\na DEREG-5\n";

    bench_run(b, a, deregister_nonsense, a);
    bench_add_processor(b);

    expect_calls(b, "c.ke1 Start 4\nc.ke1 Complete 4\n");
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(bench_record(b, HA_MISUSE, i)->as.misuse.misuse, misuses[i]);
    assert_int_equal(bench_count(b, HA_MISUSE), 4);
}

static void register_again(void *argument)
{
    struct driver *driver = argument;
    PVOID old = driver->handle[0];
    driver_deregister(driver, 0);
    driver_register(driver, 0);
    KeDeregisterProcessorChangeCallback(old);
}

/* DEREG-5: the place of a handle is used again, the handle is not */
static void an_old_handle_does_not_remove_a_new_registration(void **state)
{
    struct bench *b = *state;
    struct driver *a = bench_driver(b, "a");
    b->findings = "a DEREG-5\n";

    bench_run(b, a, register_again, a);
    bench_add_processor(b);

    expect_calls(b, "a.ke2 Start 4\na.ke2 Complete 4\n");
    assert_int_equal(bench_record(b, HA_MISUSE, 0)->as.misuse.misuse, HA_MISUSE_STALE_HANDLE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BENCH_TEST(a_removed_registration_hears_of_no_later_add),
        BENCH_TEST(at_raised_irql_it_is_a_misuse_and_removes_all_the_same),
        BENCH_TEST(outside_callbacks_apc_level_is_a_misuse_under_every_profile),
        BENCH_TEST(inside_a_callback_at_apc_level_it_is_no_misuse),
        BENCH_TEST(inside_a_phase_of_its_own_thread_it_works_at_once),
        BENCH_TEST(a_removal_inside_anothers_callback_drops_the_second_call),
        BENCH_TEST(a_client_removed_before_its_turn_is_skipped_and_the_next_is_called),
        BENCH_TEST(self_removal_is_a_misuse_that_does_not_hang),
        BENCH_TEST(self_removal_does_not_hang_when_calls_are_waited_for),
        BENCH_TEST(handles_that_are_not_live_harm_nobody),
        BENCH_TEST(an_old_handle_does_not_remove_a_new_registration),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
