/* pnp_entry, pnp_queue, callout_pnp: entries and the life of their driver; what profiles change */
#include "unit/listener.h"

#include <poclass.h>

/* PNP-15 */
static void the_structure_is_poison_after_the_call(void **state)
{
    struct bench *b = bench_of(state);
    struct listener *heard = listener_add(*state, "a", (struct listener){0});

    bench_add_processor(b);

    assert_int_not_equal(heard->kept->Version, 1);
    assert_memory_not_equal(&heard->kept->InterfaceClassGuid, &GUID_DEVICE_PROCESSOR,
                            sizeof(GUID));
}

static void look_at_the_one_before(struct listener *listener)
{
    const struct listener *before = listener->driver[-1].extra;
    ULONG *seen = listener->extra;
    *seen = before->kept->Version;
}

/* PNP-15 */
static void the_structure_is_poison_in_the_call_of_the_next_entry(void **state)
{
    struct bench *b = bench_of(state);
    ULONG seen = 1;
    listener_add(*state, "a", (struct listener){0});
    listener_add(*state, "b", (struct listener){.act = look_at_the_one_before, .extra = &seen});

    bench_add_processor(b);

    assert_int_equal(seen, 0xdddd);
}

/* ORD-9 */
static void a_failed_add_is_followed_by_no_arrival(void **state)
{
    struct bench *b = bench_of(state);
    listener_add(*state, "a", (struct listener){0});

    bench_add(b, (struct ha_add_options){HA_ANYWHERE, .hardware_start = STATUS_IO_TIMEOUT});

    assert_int_equal(bench_count(b, HA_DEVICE_STARTED), 0);
    assert_int_equal(bench_count(b, HA_IFACE_UP), 0);
    assert_int_equal(listener_calls(b), 0);
}

static void wait_a_turn(struct listener *listener)
{
    (void)listener;
    bench_yield();
}

/* ORD-5, ORD-6 */
static void the_profile_may_announce_a_processor_before_complete(void **state)
{
    struct bench *b = bench_of(state);
    bench_turn(b, "async_after", "sched");
    listener_add(*state, "a", (struct listener){0});
    bench_driver(b, "s");
    bench_forget(b);

    bench_add_processor(b);

    expect_records(b, "hot-add UNIT_BEGIN 1 [4]\n"
                      "hot-add ADD_BEGIN [4]\n"
                      "hot-add s.ke1 Start 4 (0.4) st=0 op=0>0 [4]\n"
                      "hot-add HW_START 0 [4]\n"
                      "hot-add ACTIVE 4 [5]\n"
                      "hot-add SCHED 4 [5]\n"
                      "hot-add DEVICE_STARTED 4 [5]\n"
                      "hot-add IFACE_UP 4 [5]\n"
                      "hot-add s.ke1 Complete 4 (0.4) st=0 op=0>0 [5]\n"
                      "hot-add ADD_END 0 [5]\n"
                      "hot-add UNIT_END 1 [5]\n"
                      "PnP PNP_CB_CALL a.pnp1 Arrival processor 4 [5]\n");
}

/* ORD-7, ORD-8: the preset holds an arrival until the next add has ended, or the run drains */
static void adversarial_holds_arrivals_until_the_next_add_has_ended(void **state)
{
    struct bench *b = bench_of(state);
    b->options.profile = ha_profile_preset(HA_PRESET_ADVERSARIAL);
    listener_add(*state, "a", (struct listener){0});
    bench_load(b);

    bench_add_processor(b);
    assert_int_equal(listener_calls(b), 0);
    bench_add_processor(b);
    assert_int_equal(listener_calls(b), 1);
    assert_int_equal(listener_call(b, 0)->active, 6);
    bench_finish(b);

    assert_int_equal(listener_calls(b), 2);
    assert_true(ha_record_seq(listener_call(b, 1)) <
                ha_record_seq(bench_record(b, HA_UNLOAD_REQ, 0)));
}

/* PNP-5, ORD-7 */
static void adversarial_holds_second_reports_as_well(void **state)
{
    struct bench *b = bench_of(state);
    b->options.profile = ha_profile_preset(HA_PRESET_ADVERSARIAL);
    listener_add(*state, "a", (struct listener){.flags = INCLUDE_EXISTING});
    bench_load(b);
    assert_int_equal(listener_calls(b), 4);

    bench_add_processor(b);

    assert_int_equal(listener_calls(b), 8);
    assert_true(listener_call(b, 4)->as.pnp_cb.second);
    assert_true(ha_record_seq(listener_call(b, 4)) >
                ha_record_seq(bench_record(b, HA_ADD_END, 0)));
}

/* PNP-2, PNP-24: it is live from its REF on, and the event was raised before */
static void who_registers_while_an_arrival_is_held_does_not_get_it(void **state)
{
    struct bench *b = bench_of(state);
    b->options.profile = ha_profile_preset(HA_PRESET_ADVERSARIAL);
    listener_add(*state, "a", (struct listener){0});
    bench_add_processor(b);
    listener_add(*state, "b", (struct listener){0});
    bench_load(b);

    bench_finish(b);

    assert_int_equal(listener_calls(b), 1);
    assert_int_equal(listener_call(b, 0)->id, 1);
}

/* Worked trace 4.10 with one entry: PNP-10, PNP-16 */
static void unload_removes_the_entry_and_the_image_goes(void **state)
{
    struct bench *b = bench_of(state);
    struct listener *heard = listener_add(*state, "a", (struct listener){0});
    bench_forget(b);

    bench_unload(b, heard->driver);

    expect_records(b, "caller UNLOAD_REQ a 0 [4]\n"
                      "system-3 UNLOAD_ENTER a [4]\n"
                      "system-3 PNP_UNREG_ENTER a.pnp1 Ex [4]\n"
                      "system-3 PNP_UNREG_RETURN a.pnp1 0 [4]\n"
                      "system-3 REF a -1: 0 [4]\n"
                      "system-3 UNLOAD_LEAVE a [4]\n"
                      "system-3 IMAGE_FREED a [4]\n");
}

/* DRV-7: and what is told goes on being told */
static void an_entry_that_is_left_keeps_the_image(void **state)
{
    struct bench *b = bench_of(state);
    b->findings = "a DRV-7\n";
    struct listener *heard = listener_add(*state, "a",
        (struct listener){.stays_registered = true});
    bench_load(b);

    bench_unload(b, heard->driver);
    bench_add_processor(b);

    assert_int_equal(bench_count(b, HA_IMAGE_FREED), 0);
    assert_int_equal(listener_calls(b), 1);
    bench_finish(b);
    assert_int_equal(ha_machine_ending(b->machine), HA_END_NORMALLY);
}

static NTSTATUS enter_with_both(struct driver *driver)
{
    driver_register(driver, 0);
    return listener_start(driver->extra);
}

/* DRV-5, DRV-6, DRV-7: that the image stays is no fault of the kernel's */
static void who_leaves_both_kinds_is_blamed_for_the_synchronous_one(void **state)
{
    struct bench *b = bench_of(state);
    struct listener *both = listener_add(*state, "a",
        (struct listener){.stays_registered = true});
    both->driver->enter = enter_with_both;
    b->findings = "a DRV-5\na DRV-7\n";

    bench_finish(b);

    assert_int_equal(bench_count(b, HA_UNLOAD_LEAVE), 1);
    assert_int_equal(bench_count(b, HA_IMAGE_FREED), 0);
}

/* DRV-7: the last reference lets it go */
static void an_image_that_was_kept_goes_with_the_last_entry(void **state)
{
    struct bench *b = bench_of(state);
    b->findings = "a DRV-7\n";
    struct listener *heard = listener_add(*state, "a",
        (struct listener){.stays_registered = true});
    bench_load(b);
    bench_unload(b, heard->driver);

    bench_run(b, NULL, listener_stop_in_thread, heard);

    assert_int_equal(heard->status, STATUS_SUCCESS);
    assert_int_equal(bench_count(b, HA_IMAGE_FREED), 1);
    assert_true(ha_record_seq(bench_record(b, HA_IMAGE_FREED, 0)) >
                ha_record_seq(bench_record(b, HA_REF, 1)));
}

/* DRV-7: the reading of the other page */
static void a_strict_gate_keeps_unload_until_the_last_entry_is_gone(void **state)
{
    struct bench *b = bench_of(state);
    bench_turn(b, "unload_gate", "strict");
    struct listener *heard = listener_add(*state, "a",
        (struct listener){.stays_registered = true});
    bench_load(b);

    bench_unload(b, heard->driver);
    assert_int_equal(bench_record(b, HA_UNLOAD_REQ, 0)->as.status.status, STATUS_PENDING);
    assert_int_equal(bench_count(b, HA_UNLOAD_ENTER), 0);
    bench_run(b, NULL, listener_stop_in_thread, heard);

    assert_int_equal(bench_count(b, HA_IMAGE_FREED), 1);
}

static NTSTATUS enter_and_fail(struct driver *driver)
{
    listener_start(driver->extra);
    return STATUS_UNSUCCESSFUL;
}

/* DRV-8, PNP-10: its entry is dead, and its reference goes before the image */
static void an_entry_of_a_driver_that_failed_is_dead(void **state)
{
    struct bench *b = bench_of(state);
    b->findings = "a DRV-4\na DRV-8\n";
    struct listener *heard = listener_add(*state, "a", (struct listener){0});
    heard->driver->enter = enter_and_fail;

    bench_add_processor(b);

    assert_int_equal(listener_calls(b), 0);
    assert_int_equal(bench_record(b, HA_PNP_DEAD_CALL, 0)->driver, 1);
    assert_true(ha_record_seq(bench_record(b, HA_REF, 1)) <
                ha_record_seq(bench_record(b, HA_IMAGE_FREED, 0)));
    assert_int_equal(bench_record(b, HA_REF, 1)->as.ref.count, 0);
}

/* What a callback leaves raised or entered is put back behind the record that tells of it. */
static void raise_and_stay(struct listener *listener)
{
    KIRQL before;
    (void)listener;
    KeRaiseIrql(APC_LEVEL, &before);
    KeEnterCriticalRegion();
}

static void irql_and_regions_are_put_back_after_the_call(void **state)
{
    struct bench *b = bench_of(state);
    b->findings = "a CTX-7\n";
    listener_add(*state, "a", (struct listener){.act = raise_and_stay});
    listener_add(*state, "b", (struct listener){.act = wait_a_turn});

    bench_add_processor(b);

    assert_int_equal(bench_record(b, HA_PNP_CB_LEAVE, 0)->irql, APC_LEVEL);
    assert_int_equal(bench_record(b, HA_PNP_CB_LEAVE, 0)->regions, 1);
    assert_int_equal(listener_call(b, 1)->irql, PASSIVE_LEVEL);
    assert_int_equal(listener_call(b, 1)->regions, 0);
}

static void end_the_thread(struct listener *listener)
{
    listener->status = PsTerminateSystemThread(STATUS_SUCCESS);
}

static VOID NTAPI start_in_thread(PVOID StartContext)
{
    struct listener *listener = StartContext;
    listener_start(listener);
}

static NTSTATUS enter_and_start_in_a_thread(struct driver *driver)
{
    HANDLE handle;
    PsCreateSystemThread(&handle, 0, NULL, NULL, NULL, start_in_thread, driver->extra);
    return ZwClose(handle);
}

/* OBJ-7, PNP-4: the replay goes on, and the registration returns */
static void a_thread_is_not_ended_inside_a_call_for_what_exists(void **state)
{
    struct bench *b = bench_of(state);
    struct listener *a = listener_add(*state, "a",
        (struct listener){.flags = INCLUDE_EXISTING, .act = end_the_thread});
    a->driver->enter = enter_and_start_in_a_thread;
    b->findings = "a OBJ-7\na OBJ-7\na OBJ-7\na OBJ-7\n";

    bench_load(b);

    assert_int_equal(listener_calls(b), 4);
    assert_int_equal(bench_count(b, HA_REFUSED), 4);
    assert_int_equal(bench_record(b, HA_REFUSED, 0)->as.refused.reason,
                     HA_REASON_INSIDE_CALLBACK);
    assert_int_equal(bench_count(b, HA_PNP_REG_RETURN), 1);
    assert_int_equal(bench_count(b, HA_THREAD_END), 1);
}

/* It would get the reference of the one, and be called for the other. */
static void start_with_the_object_of_another(void *argument)
{
    struct listener *listener = argument;
    PVOID entry = listener;
    listener->status = IoRegisterPlugPlayNotification(
        EventCategoryDeviceInterfaceChange, 0, (PVOID)(uintptr_t)&GUID_DEVICE_PROCESSOR,
        listener->driver[-1].object, listener_callback, listener, &entry);
    assert_ptr_equal(entry, listener);
}

/* PNP-21: with that of a driver that is loaded, and with that of one that is gone */
static void the_driver_object_of_another_driver_is_a_misuse(void **state)
{
    struct bench *b = bench_of(state);
    struct listener *a = listener_add(*state, "a", (struct listener){0});
    struct listener *other = listener_add(*state, "b", (struct listener){0});
    b->findings = "b PNP-21\nb PNP-21\n";
    bench_load(b);
    bench_forget(b);

    for (size_t i = 0; i < 2; i++) {
        bench_run(b, other->driver, start_with_the_object_of_another, other);
        assert_int_equal(other->status, STATUS_INVALID_PARAMETER);
        assert_int_equal(bench_record(b, HA_MISUSE, i)->as.misuse.misuse, HA_MISUSE_NO_OBJECT);
        assert_int_equal(bench_count(b, HA_REF), i);
        if (a->entry)
            bench_unload(b, a->driver);
        a->entry = NULL;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        LISTENER_TEST(the_structure_is_poison_after_the_call),
        LISTENER_TEST(the_structure_is_poison_in_the_call_of_the_next_entry),
        LISTENER_TEST(a_failed_add_is_followed_by_no_arrival),
        LISTENER_TEST(the_profile_may_announce_a_processor_before_complete),
        LISTENER_TEST(adversarial_holds_arrivals_until_the_next_add_has_ended),
        LISTENER_TEST(adversarial_holds_second_reports_as_well),
        LISTENER_TEST(who_registers_while_an_arrival_is_held_does_not_get_it),
        LISTENER_TEST(unload_removes_the_entry_and_the_image_goes),
        LISTENER_TEST(an_entry_that_is_left_keeps_the_image),
        LISTENER_TEST(who_leaves_both_kinds_is_blamed_for_the_synchronous_one),
        LISTENER_TEST(an_image_that_was_kept_goes_with_the_last_entry),
        LISTENER_TEST(a_strict_gate_keeps_unload_until_the_last_entry_is_gone),
        LISTENER_TEST(an_entry_of_a_driver_that_failed_is_dead),
        LISTENER_TEST(irql_and_regions_are_put_back_after_the_call),
        LISTENER_TEST(a_thread_is_not_ended_inside_a_call_for_what_exists),
        LISTENER_TEST(the_driver_object_of_another_driver_is_a_misuse),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
