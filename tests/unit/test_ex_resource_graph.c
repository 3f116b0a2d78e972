/* ex_resource: who waits for whom, where resources are among what they wait for */
#include "unit/chorus.h"

static void make(struct chorus *c)
{
    c->driver->extra = c;
    bench_load(c->b);
    for (size_t i = 0; i < 2; i++)
        ExInitializeResourceLite(&c->resource[i]);
    KeInitializeEvent(&c->event[0], NotificationEvent, FALSE);
    ExInitializeFastMutex(&c->fast);
    bench_forget(c->b);
}

static void take_second_then_first(void *argument)
{
    struct chorus *c = argument;
    KeEnterCriticalRegion();
    ExAcquireResourceExclusiveLite(&c->resource[1], TRUE);
    chorus_delay(10);
    ExAcquireResourceExclusiveLite(&c->resource[0], TRUE);
    chorus_say(c, "never");
}

static void share_first_then_second(struct driver *driver)
{
    struct chorus *c = driver->extra;
    KeEnterCriticalRegion();
    ExAcquireResourceSharedLite(&c->resource[0], TRUE);
    chorus_delay(10);
    ExAcquireResourceSharedLite(&c->resource[1], TRUE);
    chorus_say(c, "never");
}

static void two_that_take_two_in_opposite_order_wait_for_each_other(void **state)
{
    struct chorus *c = *state;
    c->b->findings = "a OBJ-8\n";
    c->driver->leave = share_first_then_second;
    make(c);
    chorus_start(c, take_second_then_first);

    bench_finish(c->b);

    expect_records(c->b, "system-3 WAIT_BEGIN [4]\n"
                         "caller UNLOAD_REQ a 0 [4]\n"
                         "system-4 UNLOAD_ENTER a [4]\n"
                         "system-4 WAIT_BEGIN [4]\n"
                         "system-3 WAIT_END [4]\n"
                         "system-3 WAIT_BEGIN [4]\n"
                         "system-4 WAIT_END [4]\n"
                         "system-4 WAIT_BEGIN [4]\n"
                         "caller DEADLOCK system-3 waits for \"resource 3\" of system-4 [4]\n"
                         "caller DEADLOCK system-4 waits for \"resource 4\" of system-3 [4]\n"
                         "caller TRACE_END deadlock [4]\n");
}

static void share_in_start(struct driver *driver, PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT change,
                           PNTSTATUS operation_status)
{
    struct chorus *c = driver->extra;
    (void)change, (void)operation_status;
    ExEnterCriticalRegionAndAcquireResourceShared(&c->resource[0]);
    chorus_say(c, "never");
}

static void deregister_with_it(void *argument)
{
    struct chorus *c = argument;
    ExEnterCriticalRegionAndAcquireResourceExclusive(&c->resource[0]);
    chorus_delay(10);
    driver_deregister(c->driver, 0);
    chorus_say(c, "never");
}

/* DEREG-3: the removal waits for the add, whose callback waits for the resource */
static void a_removal_with_what_the_callback_wants_waits_for_it(void **state)
{
    struct chorus *c = *state;
    c->b->findings = "a OBJ-8\n";
    c->driver->act = share_in_start;
    make(c);
    chorus_start(c, deregister_with_it);

    bench_add_processor(c->b);
    bench_finish(c->b);

    assert_int_equal(ha_machine_ending(c->b->machine), HA_END_DEADLOCK);
    expect_records(c->b,
                   "system-3 WAIT_BEGIN [4]\n"
                   "hot-add UNIT_BEGIN 1 [4]\n"
                   "hot-add ADD_BEGIN [4]\n"
                   "hot-add enters a.ke1 Start 4 (0.4) st=0 op=0 [4]\n"
                   "hot-add WAIT_BEGIN [4]\n"
                   "system-3 WAIT_END [4]\n"
                   "system-3 DEREG_ENTER a.ke1 [4]\n"
                   "system-3 WAIT_BEGIN [4]\n"
                   "caller DEADLOCK system-3 waits for \"the lock of registrations and adds\" "
                   "of hot-add [4]\n"
                   "caller DEADLOCK hot-add waits for \"resource 3\" of system-3 [4]\n"
                   "caller TRACE_END deadlock [4]\n");
}

static void share_for_ever(void *argument)
{
    struct chorus *c = argument;
    ExEnterCriticalRegionAndAcquireResourceShared(&c->resource[0]);
    chorus_wait(c, &c->event[0], FOREVER);
}

static void share_and_want_the_mutex(void *argument)
{
    struct chorus *c = argument;
    ExEnterCriticalRegionAndAcquireResourceShared(&c->resource[0]);
    chorus_delay(10);
    ExAcquireFastMutex(&c->fast);
    chorus_say(c, "never");
}

static void share_both(void *argument)
{
    struct chorus *c = argument;
    ExEnterCriticalRegionAndAcquireResourceShared(&c->resource[0]);
    ExEnterCriticalRegionAndAcquireResourceShared(&c->resource[1]);
    chorus_delay(20);
    ExReleaseResourceAndLeaveCriticalRegion(&c->resource[0]);
    chorus_wait(c, &c->event[0], FOREVER);
}

static void want_the_resource_with_the_mutex(struct driver *driver)
{
    struct chorus *c = driver->extra;
    ExAcquireFastMutex(&c->fast);
    chorus_delay(5);
    ExAcquireResourceExclusiveLite(&c->resource[0], TRUE);
    chorus_say(c, "never");
}

static void of_several_who_share_one_that_closes_the_circle_is_named(void **state)
{
    struct chorus *c = *state;
    c->b->findings = "a OBJ-8\n";
    c->driver->leave = want_the_resource_with_the_mutex;
    make(c);
    chorus_start(c, share_for_ever);
    chorus_start(c, share_both);
    chorus_start(c, share_and_want_the_mutex);

    bench_finish(c->b);

    expect_records(c->b, "system-3 WAIT_BEGIN [4]\n"
                         "system-4 WAIT_BEGIN [4]\n"
                         "system-5 WAIT_BEGIN [4]\n"
                         "caller UNLOAD_REQ a 0 [4]\n"
                         "system-6 UNLOAD_ENTER a [4]\n"
                         "system-6 WAIT_BEGIN [4]\n"
                         "system-6 WAIT_END [4]\n"
                         "system-6 WAIT_BEGIN [4]\n"
                         "system-5 WAIT_END [4]\n"
                         "system-5 WAIT_BEGIN [4]\n"
                         "system-4 WAIT_END [4]\n"
                         "system-4 WAIT_BEGIN [4]\n"
                         "caller DEADLOCK system-5 waits for \"fast mutex 6\" of system-6 [4]\n"
                         "caller DEADLOCK system-6 waits for \"resource 3\" of system-5 [4]\n"
                         "caller TRACE_END deadlock [4]\n");
    const struct ha_record *wait = bench_record(c->b, HA_WAIT_BEGIN, 4);
    assert_int_equal(wait->as.wait.holder, 3);
}

static VOID NTAPI want_it_in_a_call(PVOID CallbackContext, PVOID Argument1, PVOID Argument2)
{
    struct chorus *c = CallbackContext;
    (void)Argument1, (void)Argument2;
    chorus_delay(10);
    KeEnterCriticalRegion();
    ExAcquireResourceExclusiveLite(&c->resource[0], TRUE);
    chorus_say(c, "never");
}

static void notify(struct driver *driver)
{
    struct chorus *c = driver->extra;
    ExNotifyCallback(c->object[0], NULL, NULL);
}

static void share_and_remove_the_callback(void *argument)
{
    struct chorus *c = argument;
    OBJECT_ATTRIBUTES attributes;
    PCALLBACK_OBJECT object;
    InitializeObjectAttributes(&attributes, NULL, 0, NULL, NULL);
    ExCreateCallback(&object, &attributes, TRUE, TRUE);
    PVOID handle = ExRegisterCallback(object, want_it_in_a_call, c);
    c->object[0] = object;
    KeEnterCriticalRegion();
    ExAcquireResourceSharedLite(&c->resource[0], TRUE);
    chorus_delay(5);
    ExUnregisterCallback(handle);
    chorus_say(c, "never");
}

static void the_circle_is_found_through_the_end_of_a_call(void **state)
{
    struct chorus *c = *state;
    c->b->findings = "a OBJ-8\n";
    c->driver->leave = notify;
    make(c);
    chorus_start(c, share_for_ever);
    chorus_start(c, share_and_remove_the_callback);

    bench_finish(c->b);

    expect_records(c->b, "system-3 WAIT_BEGIN [4]\n"
                         "system-4 EX_CREATE STATUS_SUCCESS [4]\n"
                         "system-4 EX_REG a.cb1 [4]\n"
                         "system-4 WAIT_BEGIN [4]\n"
                         "caller UNLOAD_REQ a 0 [4]\n"
                         "system-5 UNLOAD_ENTER a [4]\n"
                         "system-5 EX_CALL_ENTER a.cb1 [4]\n"
                         "system-5 WAIT_BEGIN [4]\n"
                         "system-4 WAIT_END [4]\n"
                         "system-4 EX_UNREG a.cb1 waits [4]\n"
                         "system-4 WAIT_BEGIN [4]\n"
                         "system-5 WAIT_END [4]\n"
                         "system-5 WAIT_BEGIN [4]\n"
                         "caller DEADLOCK system-4 waits for \"the end of a running callback\" "
                         "of system-5 [4]\n"
                         "caller DEADLOCK system-5 waits for \"resource 3\" of system-4 [4]\n"
                         "caller TRACE_END deadlock [4]\n");
}

static void share_both_for_ever(void *argument)
{
    struct chorus *c = argument;
    ExEnterCriticalRegionAndAcquireResourceShared(&c->resource[0]);
    ExEnterCriticalRegionAndAcquireResourceShared(&c->resource[1]);
    chorus_wait(c, &c->event[0], FOREVER);
}

static void share_second_and_want_the_mutex(void *argument)
{
    struct chorus *c = argument;
    ExEnterCriticalRegionAndAcquireResourceShared(&c->resource[1]);
    chorus_delay(10);
    ExAcquireFastMutex(&c->fast);
    chorus_say(c, "never");
}

static void share_first_and_want_second(void *argument)
{
    struct chorus *c = argument;
    ExEnterCriticalRegionAndAcquireResourceShared(&c->resource[0]);
    chorus_delay(10);
    ExAcquireResourceExclusiveLite(&c->resource[1], TRUE);
    chorus_say(c, "never");
}

static void the_circle_is_found_through_several_that_are_shared(void **state)
{
    struct chorus *c = *state;
    c->b->findings = "a OBJ-8\n";
    c->driver->leave = want_the_resource_with_the_mutex;
    make(c);
    chorus_start(c, share_both_for_ever);
    chorus_start(c, share_second_and_want_the_mutex);
    chorus_start(c, share_first_and_want_second);

    bench_finish(c->b);

    expect_records(c->b, "system-3 WAIT_BEGIN [4]\n"
                         "system-4 WAIT_BEGIN [4]\n"
                         "system-5 WAIT_BEGIN [4]\n"
                         "caller UNLOAD_REQ a 0 [4]\n"
                         "system-6 UNLOAD_ENTER a [4]\n"
                         "system-6 WAIT_BEGIN [4]\n"
                         "system-6 WAIT_END [4]\n"
                         "system-6 WAIT_BEGIN [4]\n"
                         "system-4 WAIT_END [4]\n"
                         "system-4 WAIT_BEGIN [4]\n"
                         "system-5 WAIT_END [4]\n"
                         "system-5 WAIT_BEGIN [4]\n"
                         "caller DEADLOCK system-4 waits for \"fast mutex 6\" of system-6 [4]\n"
                         "caller DEADLOCK system-5 waits for \"resource 4\" of system-4 [4]\n"
                         "caller DEADLOCK system-6 waits for \"resource 3\" of system-5 [4]\n"
                         "caller TRACE_END deadlock [4]\n");
}

static void share_and_want_it_alone(struct driver *driver)
{
    struct chorus *c = driver->extra;
    KeEnterCriticalRegion();
    ExAcquireResourceSharedLite(&c->resource[0], TRUE);
    chorus_number(c, "got", ExAcquireResourceExclusiveLite(&c->resource[0], FALSE));
    ExAcquireResourceExclusiveLite(&c->resource[0], TRUE);
    chorus_say(c, "never");
}

/* OBJ-2 */
static void who_shares_it_and_waits_to_be_alone_waits_for_itself(void **state)
{
    struct chorus *c = *state;
    c->driver->leave = share_and_want_it_alone;
    c->b->findings = "a OBJ-2\n";
    make(c);

    bench_finish(c->b);

    expect_text("what was said", "got=0 ", ha_text_string(&c->said));
    expect_records(c->b, "caller UNLOAD_REQ a 0 [4]\n"
                         "system-3 UNLOAD_ENTER a [4]\n"
                         "system-3 MISUSE taken by the thread that has it [4]\n"
                         "system-3 WAIT_BEGIN [4]\n"
                         "caller DEADLOCK system-3 waits for \"resource 3\" of system-3 [4]\n"
                         "caller TRACE_END deadlock [4]\n");
}

static void end_with_it(void *argument)
{
    struct chorus *c = argument;
    ExEnterCriticalRegionAndAcquireResourceShared(&c->resource[0]);
    chorus_delay(10);
}

static void who_waits_for_a_thread_that_has_ended_waits_for_nobody(void **state)
{
    struct chorus *c = *state;
    c->driver->leave = want_the_resource_with_the_mutex;
    make(c);
    chorus_start(c, end_with_it);

    bench_finish(c->b);

    expect_records(c->b, "system-3 WAIT_BEGIN [4]\n"
                         "caller UNLOAD_REQ a 0 [4]\n"
                         "system-4 UNLOAD_ENTER a [4]\n"
                         "system-4 WAIT_BEGIN [4]\n"
                         "system-4 WAIT_END [4]\n"
                         "system-4 WAIT_BEGIN [4]\n"
                         "system-3 WAIT_END [4]\n"
                         "caller DEADLOCK system-4 waits for \"resource 3\" [4]\n"
                         "caller TRACE_END deadlock [4]\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CHORUS_TEST(two_that_take_two_in_opposite_order_wait_for_each_other),
        CHORUS_TEST(a_removal_with_what_the_callback_wants_waits_for_it),
        CHORUS_TEST(of_several_who_share_one_that_closes_the_circle_is_named),
        CHORUS_TEST(the_circle_is_found_through_the_end_of_a_call),
        CHORUS_TEST(the_circle_is_found_through_several_that_are_shared),
        CHORUS_TEST(who_shares_it_and_waits_to_be_alone_waits_for_itself),
        CHORUS_TEST(who_waits_for_a_thread_that_has_ended_waits_for_nobody),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
