/* ke_existing: the calls for existing processors that a registration may ask for */
#include "unit/bench.h"

#include "nt/registration.h"

/* A driver that loads although its registration was refused. */
static NTSTATUS enter_regardless(struct driver *driver)
{
    driver_register(driver, driver->flags);
    return STATUS_SUCCESS;
}

/* Worked trace 4.1: REG-1, REG-12, EXIST-1, EXIST-2, EXIST-3, EXIST-4, EXIST-12 */
static void existing_processors_are_all_started_before_the_first_completes(void **state)
{
    struct bench *b = *state;
    struct driver *a = bench_driver(b, "a");
    a->flags = KE_PROCESSOR_CHANGE_ADD_EXISTING;
    a->asks = true;

    bench_load(b);

    expect_records(b,
        "system-2 DRV_ENTRY_ENTER a [4]\n"
        "system-2 REG_ENTER a.ke1 flags=1 [4]\n"
        "system-2 REG_LOCKED a.ke1 [4]\n"
        "system-2 a.ke1 Start 0 (0.0) st=0 op=0>0, act 4, mask 0xF, map(0) 0.0 [4]\n"
        "system-2 a.ke1 Start 1 (0.1) st=0 op=0>0, act 4, mask 0xF, map(1) 0.1 [4]\n"
        "system-2 a.ke1 Start 2 (0.2) st=0 op=0>0, act 4, mask 0xF, map(2) 0.2 [4]\n"
        "system-2 a.ke1 Start 3 (0.3) st=0 op=0>0, act 4, mask 0xF, map(3) 0.3 [4]\n"
        "system-2 a.ke1 Complete 0 (0.0) st=0 op=0>0, act 4, mask 0xF, map(0) 0.0 [4]\n"
        "system-2 a.ke1 Complete 1 (0.1) st=0 op=0>0, act 4, mask 0xF, map(1) 0.1 [4]\n"
        "system-2 a.ke1 Complete 2 (0.2) st=0 op=0>0, act 4, mask 0xF, map(2) 0.2 [4]\n"
        "system-2 a.ke1 Complete 3 (0.3) st=0 op=0>0, act 4, mask 0xF, map(3) 0.3 [4]\n"
        "system-2 REG_RETURN a.ke1 handle [4]\n"
        "system-2 DRV_ENTRY_LEAVE a 0 [4]\n");
    assert_int_equal(a->handle_count, 1);
    assert_int_equal(a->held, 0xf);
}

/* Worked trace 4.2: EXIST-6, EXIST-7, EXIST-8, EXIST-9, STAT-8, DRV-2, DRV-3, REG-1 */
static void a_refused_existing_processor_ends_the_phase_and_the_registration(void **state)
{
    struct bench *b = *state;
    struct driver *a = bench_driver(b, "a");
    a->flags = KE_PROCESSOR_CHANGE_ADD_EXISTING;
    a->asks = true;
    a->answer[KeProcessorAddStartNotify] = INSUF;
    a->only_for = 2;

    bench_load(b);

    expect_records(b,
        "system-2 DRV_ENTRY_ENTER a [4]\n"
        "system-2 REG_ENTER a.ke1 flags=1 [4]\n"
        "system-2 REG_LOCKED a.ke1 [4]\n"
        "system-2 a.ke1 Start 0 (0.0) st=0 op=0>0, act 4, mask 0xF, map(0) 0.0 [4]\n"
        "system-2 a.ke1 Start 1 (0.1) st=0 op=0>0, act 4, mask 0xF, map(1) 0.1 [4]\n"
        "system-2 a.ke1 Start 2 (0.2) st=0 op=0>" INSUF_TEXT ", act 4, mask 0xF, map(2) 0.2 [4]\n"
        "system-2 a.ke1 Failure 0 (0.0) st=" INSUF_TEXT " op=" INSUF_TEXT ">" INSUF_TEXT
        ", act 4, mask 0xF, map(0) 0.0 [4]\n"
        "system-2 a.ke1 Failure 1 (0.1) st=" INSUF_TEXT " op=" INSUF_TEXT ">" INSUF_TEXT
        ", act 4, mask 0xF, map(1) 0.1 [4]\n"
        "system-2 REG_RETURN a.ke1 NULL [4]\n"
        "system-2 DRV_ENTRY_LEAVE a " INSUF_TEXT " [4]\n"
        "system-2 IMAGE_FREED a [4]\n");
    assert_int_equal(a->held, 0);
    assert_int_equal(bench_entry_status(b, a), INSUF);
}

/* EXIST-7 */
static void a_refusal_of_the_first_processor_is_a_single_call(void **state)
{
    struct bench *b = *state;
    struct driver *a = bench_driver(b, "a");
    a->flags = KE_PROCESSOR_CHANGE_ADD_EXISTING;
    a->answer[KeProcessorAddStartNotify] = STATUS_NO_MEMORY;

    bench_load(b);

    expect_calls(b, "a.ke1 Start 0 -> STATUS_NO_MEMORY\n");
    assert_int_equal(a->handle_count, 0);
}

/* EXIST-8: failure_order=reverse */
static void failures_of_the_phase_come_backwards_when_the_profile_says_so(void **state)
{
    struct bench *b = *state;
    struct driver *a = bench_driver(b, "a");
    bench_turn(b, "failure_order", "reverse");
    a->flags = KE_PROCESSOR_CHANGE_ADD_EXISTING;
    a->answer[KeProcessorAddStartNotify] = STATUS_NO_MEMORY;
    a->only_for = 3;

    bench_load(b);

    expect_calls(b, "a.ke1 Start 0\n"
                    "a.ke1 Start 1\n"
                    "a.ke1 Start 2\n"
                    "a.ke1 Start 3 -> STATUS_NO_MEMORY\n"
                    "a.ke1 Failure 2 (STATUS_NO_MEMORY)\n"
                    "a.ke1 Failure 1 (STATUS_NO_MEMORY)\n"
                    "a.ke1 Failure 0 (STATUS_NO_MEMORY)\n");
}

/* EXIST-9 */
static void a_refused_registration_hears_of_no_later_add(void **state)
{
    struct bench *b = *state;
    struct driver *a = bench_driver(b, "a");
    a->flags = KE_PROCESSOR_CHANGE_ADD_EXISTING;
    a->enter = enter_regardless;
    a->answer[KeProcessorAddStartNotify] = STATUS_NO_MEMORY;
    a->only_for = 1;
    b->findings = "a DRV-2\n";

    bench_add_processor(b);

    expect_calls(b, "a.ke1 Start 0\n"
                    "a.ke1 Start 1 -> STATUS_NO_MEMORY\n"
                    "a.ke1 Failure 0 (STATUS_NO_MEMORY)\n");
    assert_int_equal(bench_active_count(b), 5);
}

/* EXIST-5 */
static void a_registration_before_it_hears_nothing_of_the_phase(void **state)
{
    struct bench *b = *state;
    bench_driver(b, "early")->flags = 0;
    bench_driver(b, "late")->flags = KE_PROCESSOR_CHANGE_ADD_EXISTING;

    bench_load(b);

    expect_calls(b, "late.ke1 Start 0\nlate.ke1 Start 1\nlate.ke1 Start 2\nlate.ke1 Start 3\n"
                    "late.ke1 Complete 0\nlate.ke1 Complete 1\nlate.ke1 Complete 2\n"
                    "late.ke1 Complete 3\n");
}

/* EXIST-11 */
static void the_phase_runs_on_the_thread_that_registers(void **state)
{
    struct bench *b = *state;
    bench_driver(b, "a")->flags = KE_PROCESSOR_CHANGE_ADD_EXISTING;

    bench_load(b);

    uint32_t thread = bench_record(b, HA_REG_ENTER, 0)->thread;
    assert_int_equal(bench_count(b, HA_CB_CALL), 8);
    for (size_t i = 0; i < 8; i++)
        assert_int_equal(bench_record(b, HA_CB_CALL, i)->thread, thread);
}

/* EXIST-12 */
static void the_phase_starts_no_hardware_and_activates_nothing(void **state)
{
    struct bench *b = *state;
    bench_driver(b, "a")->flags = KE_PROCESSOR_CHANGE_ADD_EXISTING;

    bench_load(b);

    assert_int_equal(bench_count(b, HA_CB_CALL), 8);
    assert_int_equal(bench_count(b, HA_HW_START), 0);
    assert_int_equal(bench_count(b, HA_ACTIVE), 0);
    assert_int_equal(bench_count(b, HA_ADD_BEGIN), 0);
    assert_int_equal(bench_active_count(b), 4);
}

/* EXIST-4, CTX-2: holes and groups do not disturb the order of the indices */
static void the_phase_walks_groups_with_holes_by_index(void **state)
{
    struct bench *b = *state;
    b->options.partition.group_count = 0;
    bench_group(b, 8, 0x5);
    bench_group(b, 4, 0x2);
    bench_driver(b, "a")->flags = KE_PROCESSOR_CHANGE_ADD_EXISTING;

    bench_load(b);

    expect_records(b,
        "system-2 DRV_ENTRY_ENTER a [3]\n"
        "system-2 REG_ENTER a.ke1 flags=1 [3]\n"
        "system-2 REG_LOCKED a.ke1 [3]\n"
        "system-2 a.ke1 Start 0 (0.0) st=0 op=0>0 [3]\n"
        "system-2 a.ke1 Start 1 (0.2) st=0 op=0>0 [3]\n"
        "system-2 a.ke1 Start 2 (1.1) st=0 op=0>0 [3]\n"
        "system-2 a.ke1 Complete 0 (0.0) st=0 op=0>0 [3]\n"
        "system-2 a.ke1 Complete 1 (0.2) st=0 op=0>0 [3]\n"
        "system-2 a.ke1 Complete 2 (1.1) st=0 op=0>0 [3]\n"
        "system-2 REG_RETURN a.ke1 handle [3]\n"
        "system-2 DRV_ENTRY_LEAVE a 0 [3]\n");
}

/* At the second Start: the driver guesses the handle that it has not been given yet. */
static void remove_by_guess(struct driver *driver, PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT change,
                            PNTSTATUS operation_status)
{
    const struct ha_kernel *kernel = ha_kernel_of(ha_thread_current());
    (void)driver;
    (void)operation_status;
    if (change->State == KeProcessorAddStartNotify && change->NtNumber == 1)
        KeDeregisterProcessorChangeCallback((PVOID)(uintptr_t)ha_registration_handle(
            kernel, ha_registration_of(kernel->chain.last)));
}

/* DEREG-3, DEREG-4, REG-1 */
static void a_registration_that_is_removed_in_its_own_phase_hears_no_more(void **state)
{
    static const char *const waits[] = {"transaction", "per_call"};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct bench *b;
        assert_int_equal(bench_setup((void **)&b), 0);
        bench_turn(b, "dereg_wait", waits[i]);
        struct driver *a = bench_driver(b, "a");
        a->flags = KE_PROCESSOR_CHANGE_ADD_EXISTING;
        a->enter = enter_regardless;
        a->act = remove_by_guess;
        b->findings = "a DEREG-4\na DRV-2\n";

        bench_add_processor(b);

        expect_calls(b, "a.ke1 Start 0\na.ke1 Start 1\n");
        assert_int_equal(a->handle_count, 0);
        assert_int_equal(bench_record(b, HA_REG_RETURN, 0)->as.reg.handle, 0);
        bench_teardown((void **)&b);
    }
}

/* DEREG-4, REG-1: dereg_wait=deferred puts off no removal from inside the callback itself */
static void a_removal_in_its_own_phase_works_at_once_though_others_are_deferred(void **state)
{
    struct bench *b = *state;
    bench_turn(b, "dereg_wait", "deferred");
    b->group[0] = (struct ha_group_options){.maximum = 3, .active_mask = 3};
    struct driver *a = bench_driver(b, "a");
    a->flags = KE_PROCESSOR_CHANGE_ADD_EXISTING;
    a->enter = enter_regardless;
    a->act = remove_by_guess;
    b->findings = "a DEREG-4\na DRV-2\n";

    bench_add_processor(b);

    expect_calls(b, "a.ke1 Start 0\na.ke1 Start 1\n");
    assert_int_equal(a->handle_count, 0);
    assert_int_equal(bench_record(b, HA_REG_RETURN, 0)->as.reg.handle, 0);
}

static NTSTATUS enter_only(struct driver *driver)
{
    (void)driver;
    return STATUS_SUCCESS;
}

static void register_on_a_thread(void *argument)
{
    struct driver *driver = argument;
    driver_register(driver, driver->flags);
}

/* In its first Start call, on a thread of its own: another driver registers. */
static void start_registering(struct driver *driver, PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT change,
                              PNTSTATUS operation_status)
{
    struct driver *other = driver->extra;
    (void)operation_status;
    if (change->State == KeProcessorAddStartNotify && !other->heard_count)
        bench_interlude(other, register_on_a_thread, other);
}

/* The same with register_during_add=late_join, and an add around the phase */
static void a_removal_in_its_own_phase_is_final_although_an_add_goes_on(void **state)
{
    struct bench *b = *state;
    bench_turn(b, "dereg_wait", "deferred");
    bench_turn(b, "register_during_add", "late_join");
    b->group[0] = (struct ha_group_options){.maximum = 4, .active_mask = 3};
    struct driver *a = bench_driver(b, "a");
    struct driver *x = bench_driver(b, "x");
    a->act = start_registering;
    a->extra = x;
    x->enter = enter_only;
    x->flags = KE_PROCESSOR_CHANGE_ADD_EXISTING;
    x->act = remove_by_guess;
    b->findings = "x DEREG-4\n";

    bench_add_processor(b);
    bench_add_processor(b);

    expect_calls(b, "a.ke1 Start 2\n"
                    "x.ke1 Start 0\nx.ke1 Start 1\n"
                    "a.ke1 Complete 2\na.ke1 Start 3\na.ke1 Complete 3\n");
    assert_int_equal(x->handle_count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BENCH_TEST(existing_processors_are_all_started_before_the_first_completes),
        BENCH_TEST(a_refused_existing_processor_ends_the_phase_and_the_registration),
        BENCH_TEST(a_refusal_of_the_first_processor_is_a_single_call),
        BENCH_TEST(failures_of_the_phase_come_backwards_when_the_profile_says_so),
        BENCH_TEST(a_refused_registration_hears_of_no_later_add),
        BENCH_TEST(a_registration_before_it_hears_nothing_of_the_phase),
        BENCH_TEST(the_phase_runs_on_the_thread_that_registers),
        BENCH_TEST(the_phase_starts_no_hardware_and_activates_nothing),
        BENCH_TEST(the_phase_walks_groups_with_holes_by_index),
        cmocka_unit_test(a_registration_that_is_removed_in_its_own_phase_hears_no_more),
        BENCH_TEST(a_removal_in_its_own_phase_works_at_once_though_others_are_deferred),
        BENCH_TEST(a_removal_in_its_own_phase_is_final_although_an_add_goes_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
