/* driver: loaded, initialised, unloaded, gone */
#include "unit/bench.h"

#include <string.h>

#include "nt/driver.h"

/* DRV-1 */
static void entry_and_unload_run_at_passive_level_on_a_system_thread(void **state)
{
    struct bench *b = *state;
    struct driver *a = bench_driver(b, "a");

    bench_load(b);
    bench_unload(b, a);

    expect_records(b, "system-2 DRV_ENTRY_ENTER a [4]\n"
                      "system-2 REG_ENTER a.ke1 flags=0 [4]\n"
                      "system-2 REG_LOCKED a.ke1 [4]\n"
                      "system-2 REG_RETURN a.ke1 handle [4]\n"
                      "system-2 DRV_ENTRY_LEAVE a 0 [4]\n"
                      "caller UNLOAD_REQ a 0 [4]\n"
                      "system-3 UNLOAD_ENTER a [4]\n"
                      "system-3 DEREG_ENTER a.ke1 [4]\n"
                      "system-3 DEREG_LOCKED a.ke1 [4]\n"
                      "system-3 DEREG_RETURN a.ke1 [4]\n"
                      "system-3 UNLOAD_LEAVE a [4]\n"
                      "system-3 IMAGE_FREED a [4]\n");
    assert_int_equal(bench_record(b, HA_DRV_ENTRY_ENTER, 0)->irql, PASSIVE_LEVEL);
    assert_int_equal(bench_record(b, HA_UNLOAD_ENTER, 0)->irql, PASSIVE_LEVEL);
}

static NTSTATUS enter_regardless(struct driver *driver)
{
    driver_register(driver, driver->flags);
    return STATUS_SUCCESS;
}

static NTSTATUS enter_again(struct driver *driver)
{
    driver_register(driver, KE_PROCESSOR_CHANGE_ADD_EXISTING);
    driver->answer[KeProcessorAddStartNotify] = STATUS_SUCCESS;
    driver_register(driver, KE_PROCESSOR_CHANGE_ADD_EXISTING);
    return STATUS_SUCCESS;
}

/* DRV-2: a note, and none when a later registration of the function stands */
static void loading_after_a_refused_registration_earns_a_note(void **state)
{
    struct bench *b = *state;
    b->group[0] = (struct ha_group_options){.maximum = 2, .active_mask = 1};
    struct driver *stubborn = bench_driver(b, "stubborn");
    struct driver *second = bench_driver(b, "second");
    stubborn->enter = enter_regardless;
    second->enter = enter_again;
    stubborn->flags = KE_PROCESSOR_CHANGE_ADD_EXISTING;
    stubborn->answer[KeProcessorAddStartNotify] = INSUF;
    second->answer[KeProcessorAddStartNotify] = INSUF;
    b->findings = "stubborn DRV-2\n";

    bench_load(b);

    expect_calls(b, "stubborn.ke1 Start 0 -> " INSUF_TEXT "\n"
                    "second.ke1 Start 0 -> " INSUF_TEXT "\n"
                    "second.ke2 Start 0\n"
                    "second.ke2 Complete 0\n");
}

static NTSTATUS enter_and_fail(struct driver *driver)
{
    (void)driver;
    return STATUS_NO_SUCH_DEVICE;
}

/* DRV-3, DRV-8 */
static void a_failed_entry_frees_the_image_without_unload(void **state)
{
    struct bench *b = *state;
    struct driver *a = bench_driver(b, "a");
    a->enter = enter_and_fail;
    bench_load(b);
    bench_unload(b, a);

    expect_records(b, "system-2 DRV_ENTRY_ENTER a [4]\n"
                      "system-2 DRV_ENTRY_LEAVE a STATUS_NO_SUCH_DEVICE [4]\n"
                      "system-2 IMAGE_FREED a [4]\n"
                      "caller UNLOAD_REQ a STATUS_INVALID_DEVICE_REQUEST [4]\n");
    assert_int_equal(bench_entry_status(b, a), STATUS_NO_SUCH_DEVICE);
}

static NTSTATUS enter_with_information(struct driver *driver)
{
    driver_register(driver, 0);
    return STATUS_PENDING;
}

/* DRV-3: NT_SUCCESS decides, not zero */
static void an_informational_status_of_the_entry_loads_the_driver(void **state)
{
    struct bench *b = *state;
    bench_driver(b, "a")->enter = enter_with_information;

    bench_add_processor(b);

    expect_calls(b, "a.ke1 Start 4\na.ke1 Complete 4\n");
    assert_int_equal(bench_count(b, HA_IMAGE_FREED), 0);
}

static void forget_everything(struct driver *driver)
{
    (void)driver;
}

/* DRV-6, DRV-8: the registration does not hold the image; it is dead, and the add goes on */
static void a_registration_that_outlives_its_image_is_not_called(void **state)
{
    struct bench *b = *state;
    struct driver *a = bench_driver(b, "a");
    bench_driver(b, "c");
    a->leave = forget_everything;
    b->findings = "a DRV-5\na DRV-8\na DRV-8\n";
    bench_load(b);
    bench_unload(b, a);
    bench_forget(b);

    bench_add_processor(b);

    expect_records(b, "hot-add UNIT_BEGIN 1 [4]\n"
                      "hot-add ADD_BEGIN [4]\n"
                      "hot-add DEAD_CALL a.ke1 [4]\n"
                      "hot-add c.ke1 Start 4 (0.4) st=0 op=0>0 [4]\n"
                      "hot-add HW_START 0 [4]\n"
                      "hot-add ACTIVE 4 [5]\n"
                      "hot-add SCHED 4 [5]\n"
                      "hot-add DEAD_CALL a.ke1 [5]\n"
                      "hot-add c.ke1 Complete 4 (0.4) st=0 op=0>0 [5]\n"
                      "hot-add DEVICE_STARTED 4 [5]\n"
                      "hot-add IFACE_UP 4 [5]\n"
                      "hot-add ADD_END 0 [5]\n"
                      "hot-add UNIT_END 1 [5]\n");
    const struct ha_record *dead = bench_record(b, HA_DEAD_CALL, 0);
    assert_int_equal(dead->driver, 1);
    assert_int_not_equal(dead->as.cb.context, 0);
    assert_int_not_equal(dead->as.cb.context, bench_record(b, HA_CB_CALL, 0)->as.cb.context);
}

static NTSTATUS enter_and_leave_it_registered(struct driver *driver)
{
    driver_register(driver, 0);
    return STATUS_UNSUCCESSFUL;
}

/* DRV-4, DRV-8 */
static void a_failed_entry_leaves_dead_registrations_behind(void **state)
{
    struct bench *b = *state;
    bench_driver(b, "a")->enter = enter_and_leave_it_registered;
    b->findings = "a DRV-4\na DRV-8\na DRV-8\n";

    bench_add_processor(b);

    expect_calls(b, "");
    assert_int_equal(bench_count(b, HA_DEAD_CALL), 2);
}

/* In the Start call: somebody asks for the driver itself to be unloaded. */
static void ask_for_unload(struct driver *driver, PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT change,
                           PNTSTATUS operation_status)
{
    (void)operation_status;
    if (change->State != KeProcessorAddStartNotify)
        return;
    ha_driver_unload((struct ha_driver *)(void *)driver->object, NULL);
    bench_yield();
}

/* DRV-8: Unload forgets the registration; the image waits until no call is running */
static void the_image_stays_until_the_running_call_has_left(void **state)
{
    struct bench *b = *state;
    struct driver *a = bench_driver(b, "a");
    a->leave = forget_everything;
    a->act = ask_for_unload;
    b->findings = "a DRV-5\n";
    bench_forget(b);

    bench_add_processor(b);

    expect_calls(b, "a.ke1 Start 4\na.ke1 Complete 4\n");
    uint64_t left = ha_record_seq(bench_record(b, HA_CB_LEAVE, 0));
    assert_true(ha_record_seq(bench_record(b, HA_UNLOAD_LEAVE, 0)) < left);
    assert_true(ha_record_seq(bench_record(b, HA_IMAGE_FREED, 0)) > left);
}

static void unload_on_a_thread(void *argument)
{
    struct driver *driver = argument;
    ha_driver_unload((struct ha_driver *)(void *)driver->object, NULL);
}

/* DRV-8: an add and the unload of a forgetful driver; one answer of the tape is turned at a time */
static void no_call_meets_a_freed_image_however_the_race_ends(void **state)
{
    struct ha_text token = {0};
    uint32_t asked = 1;
    (void)state;
    for (uint32_t question = 0; question < asked; question++) {
        struct bench *b;
        assert_int_equal(bench_setup((void **)&b), 0);
        struct driver *a = bench_driver(b, "a");
        bench_driver(b, "c");
        a->leave = forget_everything;
        b->drivers_err = true;
        bench_replay(b, &token, question, 1);
        uint32_t count = bench_race(b, true, a, unload_on_a_thread);

        asked = count > asked ? count : asked;
        if (!bench_count(b, HA_FAULT)) {
            assert_int_equal(bench_count(b, HA_IMAGE_FREED), 1);
            assert_int_equal(a->heard_count + bench_count(b, HA_DEAD_CALL), 2);
        }
        bench_teardown((void **)&b);
    }
    assert_true(asked > 5);
    ha_text_close(&token);
}

/* DRV-10 */
static void a_driver_without_unload_is_not_unloaded(void **state)
{
    struct bench *b = *state;
    struct driver *a = bench_driver(b, "a");
    a->stays = true;
    bench_forget(b);

    bench_unload(b, a);
    bench_add_processor(b);
    bench_finish(b);

    expect_calls(b, "a.ke1 Start 4\na.ke1 Complete 4\n");
    assert_int_equal(bench_record(b, HA_UNLOAD_REQ, 0)->as.status.status,
                     STATUS_INVALID_DEVICE_REQUEST);
    assert_int_equal(bench_count(b, HA_UNLOAD_ENTER), 0);
    assert_int_equal(bench_count(b, HA_IMAGE_FREED), 0);
}

/* DRV-10 */
static void a_driver_is_unloaded_once(void **state)
{
    struct bench *b = *state;
    struct driver *a = bench_driver(b, "a");

    bench_unload(b, a);
    bench_unload(b, a);
    bench_finish(b);

    assert_int_equal(bench_count(b, HA_UNLOAD_ENTER), 1);
    assert_int_equal(bench_record(b, HA_UNLOAD_REQ, 1)->as.status.status,
                     STATUS_INVALID_DEVICE_REQUEST);
}

/* DRV-5: at the end of a run what is still loaded is unloaded, the last first */
static void the_end_unloads_the_last_driver_first(void **state)
{
    struct bench *b = *state;
    bench_driver(b, "a");
    bench_driver(b, "c");
    bench_load(b);

    bench_finish(b);

    assert_int_equal(bench_count(b, HA_UNLOAD_ENTER), 2);
    assert_int_equal(bench_record(b, HA_UNLOAD_ENTER, 0)->driver, 2);
    assert_int_equal(bench_record(b, HA_UNLOAD_ENTER, 1)->driver, 1);
}

static void wait_for_ever(struct driver *driver)
{
    ha_event_wait(ha_thread_current()->world, driver->extra);
}

static void an_unload_that_cannot_end_is_a_deadlock(void **state)
{
    struct bench *b = *state;
    struct ha_object never;
    struct driver *a = bench_driver(b, "a");
    a->enter = enter_with_information;
    a->leave = wait_for_ever;
    a->extra = &never;
    bench_load(b);
    ha_object_init(&b->machine->kernel.world, &never, "what never comes");

    bench_finish(b);

    assert_int_equal(ha_machine_ending(b->machine), HA_END_DEADLOCK);
    assert_int_equal(bench_record(b, HA_DEADLOCK, 0)->driver, 1);
    assert_int_equal(bench_record(b, HA_DEADLOCK, 0)->as.wait.waiter,
                     bench_record(b, HA_UNLOAD_ENTER, 0)->thread);
}

static void a_driver_that_was_never_loaded_is_an_invalid_argument(void **state)
{
    struct bench *b = *state;
    int32_t status = 7;
    bench_load(b);

    assert_int_equal(ha_machine_unload(b->machine, "nobody"), HA_EINVAL);
    assert_int_equal(ha_machine_driver_status(b->machine, "nobody", &status), HA_EINVAL);
    assert_int_equal(status, 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BENCH_TEST(entry_and_unload_run_at_passive_level_on_a_system_thread),
        BENCH_TEST(loading_after_a_refused_registration_earns_a_note),
        BENCH_TEST(a_failed_entry_frees_the_image_without_unload),
        BENCH_TEST(an_informational_status_of_the_entry_loads_the_driver),
        BENCH_TEST(a_registration_that_outlives_its_image_is_not_called),
        BENCH_TEST(a_failed_entry_leaves_dead_registrations_behind),
        BENCH_TEST(the_image_stays_until_the_running_call_has_left),
        cmocka_unit_test(no_call_meets_a_freed_image_however_the_race_ends),
        BENCH_TEST(a_driver_without_unload_is_not_unloaded),
        BENCH_TEST(a_driver_is_unloaded_once),
        BENCH_TEST(the_end_unloads_the_last_driver_first),
        BENCH_TEST(an_unload_that_cannot_end_is_a_deadlock),
        BENCH_TEST(a_driver_that_was_never_loaded_is_an_invalid_argument),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
