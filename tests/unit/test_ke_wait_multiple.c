/* ke_wait: waits for any and for all of several objects */
#include "unit/chorus.h"

static void two_events(struct chorus *c, EVENT_TYPE type)
{
    bench_load(c->b);
    for (size_t i = 0; i < 2; i++) {
        KeInitializeEvent(&c->event[i], type, FALSE);
        c->object[i] = &c->event[i];
    }
}

static void wait_for_any(void *argument)
{
    chorus_wait_multiple(argument, 2, WaitAny, FOREVER);
}

static void wait_for_all(void *argument)
{
    chorus_wait_multiple(argument, 2, WaitAll, 10);
}

static void a_wait_for_any_tells_which(void **state)
{
    struct chorus *c = *state;
    two_events(c, SynchronizationEvent);
    chorus_start(c, wait_for_any);
    assert_int_equal(ha_machine_settle(c->b->machine, HA_OK), HA_OK);

    KeSetEvent(&c->event[1], IO_NO_INCREMENT, FALSE);

    chorus_expect(c, "STATUS_WAIT_1 ");
    assert_int_equal(STATE(c->event[1]), 0);
    KeSetEvent(&c->event[1], IO_NO_INCREMENT, FALSE);
    KeSetEvent(&c->event[0], IO_NO_INCREMENT, FALSE);
    chorus_start(c, wait_for_any);
    chorus_expect(c, "STATUS_SUCCESS ");
    assert_int_equal(STATE(c->event[0]), 0);
    assert_int_equal(STATE(c->event[1]), 1);
}

static void a_wait_for_all_takes_nothing_until_it_can_take_everything(void **state)
{
    struct chorus *c = *state;
    two_events(c, SynchronizationEvent);
    chorus_start(c, wait_for_all);
    assert_int_equal(ha_machine_settle(c->b->machine, HA_OK), HA_OK);

    KeSetEvent(&c->event[1], IO_NO_INCREMENT, FALSE);
    assert_int_equal(STATE(c->event[1]), 1);
    KeSetEvent(&c->event[0], IO_NO_INCREMENT, FALSE);

    chorus_expect(c, "STATUS_SUCCESS ");
    assert_int_equal(STATE(c->event[0]), 0);
    assert_int_equal(STATE(c->event[1]), 0);
    KeSetEvent(&c->event[0], IO_NO_INCREMENT, FALSE);
    chorus_start(c, wait_for_all);
    chorus_expect(c, "STATUS_TIMEOUT@10 ");
    assert_int_equal(STATE(c->event[0]), 1);
}

static void one_event_may_be_waited_for_twice(void **state)
{
    struct chorus *c = *state;
    two_events(c, SynchronizationEvent);
    c->object[1] = c->object[0];
    chorus_start(c, wait_for_any);
    chorus_start(c, wait_for_all);
    assert_int_equal(ha_machine_settle(c->b->machine, HA_OK), HA_OK);

    KeSetEvent(&c->event[0], IO_NO_INCREMENT, FALSE);
    KeSetEvent(&c->event[0], IO_NO_INCREMENT, FALSE);

    chorus_expect(c, "STATUS_SUCCESS STATUS_SUCCESS ");
    assert_int_equal(STATE(c->event[0]), 0);
    assert_ptr_equal(c->event[0].Header.WaitListHead.Flink, &c->event[0].Header.WaitListHead);
}

static void all_who_wait_twice_for_a_notification_event_go_on(void **state)
{
    struct chorus *c = *state;
    two_events(c, NotificationEvent);
    c->object[1] = c->object[0];
    for (int i = 0; i < 3; i++)
        chorus_start(c, wait_for_any);
    assert_int_equal(ha_machine_settle(c->b->machine, HA_OK), HA_OK);

    KeSetEvent(&c->event[0], IO_NO_INCREMENT, FALSE);

    chorus_expect(c, "STATUS_SUCCESS STATUS_SUCCESS STATUS_SUCCESS ");
}

static void a_semaphore_that_is_named_twice_is_taken_twice(void **state)
{
    struct chorus *c = *state;
    bench_load(c->b);
    KeInitializeSemaphore(&c->semaphore, 1, 5);
    c->object[0] = c->object[1] = &c->semaphore;
    chorus_start(c, wait_for_all);
    assert_int_equal(ha_machine_settle(c->b->machine, HA_OK), HA_OK);
    assert_int_equal(STATE(c->semaphore), 1);

    KeReleaseSemaphore(&c->semaphore, IO_NO_INCREMENT, 2, FALSE);

    chorus_expect(c, "STATUS_SUCCESS ");
    assert_int_equal(STATE(c->semaphore), 1);
}

static void wait_for_64(void *argument)
{
    chorus_wait_multiple(argument, MAXIMUM_WAIT_OBJECTS, WaitAny, FOREVER);
}

static void the_last_of_64_objects_counts_like_the_first(void **state)
{
    struct chorus *c = *state;
    two_events(c, SynchronizationEvent);
    for (size_t i = 0; i < MAXIMUM_WAIT_OBJECTS; i++)
        c->object[i] = i < MAXIMUM_WAIT_OBJECTS - 1 ? &c->event[0] : &c->event[1];
    chorus_start(c, wait_for_64);
    assert_int_equal(ha_machine_settle(c->b->machine, HA_OK), HA_OK);

    KeSetEvent(&c->event[1], IO_NO_INCREMENT, FALSE);

    chorus_expect(c, "STATUS_WAIT_63 ");
}

static void wait_for_too_many(void *argument)
{
    struct chorus *c = argument;
    chorus_wait_multiple(c, 0, WaitAny, FOREVER);
    chorus_wait_multiple(c, MAXIMUM_WAIT_OBJECTS + 1, WaitAny, FOREVER);
    chorus_say(c, KeWaitForMultipleObjects(4, c->object, WaitAny, Executive, KernelMode, FALSE,
                                           NULL, NULL) ? "refused" : "?");
    chorus_say(c, KeWaitForMultipleObjects(3, c->object, WaitAny, Executive, KernelMode, FALSE,
                                           NULL, NULL) ? "refused" : "3");
}

/* OBJ-3 */
static void more_objects_than_there_are_blocks_for_are_a_misuse(void **state)
{
    static const uint32_t counts[] = {0, 65, 4};
    struct chorus *c = *state;
    two_events(c, NotificationEvent);
    for (size_t i = 0; i <= MAXIMUM_WAIT_OBJECTS; i++)
        c->object[i] = &c->event[0];
    KeSetEvent(&c->event[0], IO_NO_INCREMENT, FALSE);
    c->b->findings = "a OBJ-3\na OBJ-3\na OBJ-3\n";
    chorus_start(c, wait_for_too_many);

    chorus_expect(c, "STATUS_INVALID_PARAMETER STATUS_INVALID_PARAMETER refused 3 ");

    for (size_t i = 0; i < 3; i++)
        assert_int_equal(bench_record(c->b, HA_MISUSE, i)->as.misuse.argument, counts[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CHORUS_TEST(a_wait_for_any_tells_which),
        CHORUS_TEST(a_wait_for_all_takes_nothing_until_it_can_take_everything),
        CHORUS_TEST(one_event_may_be_waited_for_twice),
        CHORUS_TEST(all_who_wait_twice_for_a_notification_event_go_on),
        CHORUS_TEST(a_semaphore_that_is_named_twice_is_taken_twice),
        CHORUS_TEST(the_last_of_64_objects_counts_like_the_first),
        CHORUS_TEST(more_objects_than_there_are_blocks_for_are_a_misuse),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
