/* ke_event: events and semaphores, whom they let go, and their limits */
#include "unit/chorus.h"

#include <string.h>

static void make_event(struct chorus *c, EVENT_TYPE type, BOOLEAN state)
{
    bench_load(c->b);
    KeInitializeEvent(&c->event[0], type, state);
}

static void wait_for_event(void *argument)
{
    struct chorus *c = argument;
    chorus_wait(c, &c->event[0], FOREVER);
}

static void set_event(void *argument)
{
    struct chorus *c = argument;
    chorus_say(c, KeSetEvent(&c->event[0], IO_NO_INCREMENT, FALSE) ? "was-set" : "set");
}

static void a_notification_event_lets_all_go_and_stays_set(void **state)
{
    struct chorus *c = *state;
    make_event(c, NotificationEvent, FALSE);
    chorus_start(c, wait_for_event);
    chorus_start(c, wait_for_event);
    chorus_start(c, set_event);

    chorus_expect(c, "set STATUS_SUCCESS STATUS_SUCCESS ");

    assert_int_equal(KeReadStateEvent(&c->event[0]), 1);
    chorus_start(c, wait_for_event);
    chorus_start(c, set_event);
    chorus_expect(c, "STATUS_SUCCESS was-set ");
}

static void a_synchronization_event_lets_the_first_go_and_is_reset_by_that(void **state)
{
    struct chorus *c = *state;
    make_event(c, SynchronizationEvent, FALSE);
    chorus_start(c, wait_for_event);
    chorus_start(c, wait_for_event);
    chorus_start(c, set_event);

    chorus_expect(c, "set STATUS_SUCCESS ");

    assert_int_equal(KeReadStateEvent(&c->event[0]), 0);
    chorus_start(c, set_event);
    chorus_expect(c, "set STATUS_SUCCESS ");
}

static void an_event_can_be_made_set(void **state)
{
    struct chorus *c = *state;
    make_event(c, SynchronizationEvent, 7);

    assert_int_equal(KeReadStateEvent(&c->event[0]), 1);
    chorus_start(c, wait_for_event);
    chorus_expect(c, "STATUS_SUCCESS ");
    assert_int_equal(KeReadStateEvent(&c->event[0]), 0);
}

static void a_reset_tells_what_the_state_was(void **state)
{
    struct chorus *c = *state;
    make_event(c, NotificationEvent, TRUE);

    assert_int_equal(KeResetEvent(&c->event[0]), 1);
    assert_int_equal(KeResetEvent(&c->event[0]), 0);
    KeSetEvent(&c->event[0], IO_NO_INCREMENT, FALSE);
    KeClearEvent(&c->event[0]);
    assert_int_equal(KeReadStateEvent(&c->event[0]), 0);
}

static void pulse(void *argument)
{
    struct chorus *c = argument;
    chorus_say(c, KePulseEvent(&c->event[0], IO_NO_INCREMENT, FALSE) ? "was-set" : "pulsed");
}

static void a_pulse_lets_go_who_waits_now_and_nobody_later(void **state)
{
    static const struct { EVENT_TYPE type; const char *said; } cases[] = {
        {NotificationEvent, "pulsed STATUS_SUCCESS STATUS_SUCCESS "},
        {SynchronizationEvent, "pulsed STATUS_SUCCESS "}};
    struct chorus *c = *state;
    for (size_t i = 0; i < 2; i++) {
        make_event(c, cases[i].type, FALSE);
        chorus_start(c, wait_for_event);
        chorus_start(c, wait_for_event);
        chorus_start(c, pulse);
        chorus_start(c, wait_for_event);

        chorus_expect(c, cases[i].said);

        assert_int_equal(KeReadStateEvent(&c->event[0]), 0);
        KeSetEvent(&c->event[0], IO_NO_INCREMENT, FALSE);
        chorus_expect(c, "STATUS_SUCCESS ");
    }
}

static void wait_for_semaphore(void *argument)
{
    struct chorus *c = argument;
    chorus_wait(c, &c->semaphore, FOREVER);
}

static void release_two(void *argument)
{
    struct chorus *c = argument;
    chorus_say(c, KeReleaseSemaphore(&c->semaphore, IO_NO_INCREMENT, 2, FALSE) ? "?" : "two");
}

static void a_semaphore_lets_as_many_go_as_it_counts(void **state)
{
    struct chorus *c = *state;
    bench_load(c->b);
    KeInitializeSemaphore(&c->semaphore, 1, 5);
    for (int i = 0; i < 4; i++)
        chorus_start(c, wait_for_semaphore);
    chorus_start(c, release_two);

    chorus_expect(c, "STATUS_SUCCESS two STATUS_SUCCESS STATUS_SUCCESS ");

    assert_int_equal(KeReadStateSemaphore(&c->semaphore), 0);
}

static void a_release_tells_what_the_count_was(void **state)
{
    struct chorus *c = *state;
    bench_load(c->b);
    KeInitializeSemaphore(&c->semaphore, 1, 5);

    assert_int_equal(KeReleaseSemaphore(&c->semaphore, IO_NO_INCREMENT, 4, FALSE), 1);
    assert_int_equal(KeReadStateSemaphore(&c->semaphore), 5);
}

static void release_too_much(void *argument)
{
    struct chorus *c = argument;
    KeReleaseSemaphore(&c->semaphore, IO_NO_INCREMENT, 2, FALSE);
    KeReleaseSemaphore(&c->semaphore, IO_NO_INCREMENT, 0, FALSE);
    KeReleaseSemaphore(&c->semaphore, IO_NO_INCREMENT, -1, FALSE);
    KeReleaseSemaphore(&c->semaphore, IO_NO_INCREMENT, MAXLONG, FALSE);
}

/* OBJ-3 */
static void a_count_beyond_the_limit_is_a_misuse_that_changes_nothing(void **state)
{
    static const LONG asked[] = {2, 0, -1, MAXLONG};
    struct chorus *c = *state;
    bench_load(c->b);
    c->b->findings = "a OBJ-3\na OBJ-3\na OBJ-3\na OBJ-3\n";
    KeInitializeSemaphore(&c->semaphore, 4, 5);
    chorus_start(c, release_too_much);

    chorus_expect(c, "");

    assert_int_equal(KeReadStateSemaphore(&c->semaphore), 4);
    for (size_t i = 0; i < 4; i++) {
        const struct ha_record *misuse = bench_record(c->b, HA_MISUSE, i);
        assert_int_equal(misuse->as.misuse.misuse, HA_MISUSE_LIMIT);
        assert_int_equal(misuse->as.misuse.routine, HA_RT_RELEASE_SEMAPHORE);
        assert_int_equal((LONG)misuse->as.misuse.argument, asked[i]);
    }
}

static void make_beyond_the_limits(void *argument)
{
    struct chorus *c = argument;
    KeInitializeSemaphore(&c->semaphore, 3, 2);
    KeInitializeSemaphore(&c->semaphore, -1, 2);
    KeInitializeSemaphore(&c->semaphore, 0, 0);
    KeInitializeSemaphore(&c->semaphore, 0, 1);
    KeInitializeSemaphore(&c->semaphore, MAXLONG, MAXLONG);
}

/* OBJ-3 */
static void a_semaphore_is_made_with_a_count_within_its_limit(void **state)
{
    struct chorus *c = *state;
    c->b->findings = "a OBJ-3\na OBJ-3\na OBJ-3\n";
    chorus_start(c, make_beyond_the_limits);

    chorus_expect(c, "");

    assert_int_equal(bench_record(c->b, HA_MISUSE, 1)->as.misuse.routine,
                     HA_RT_INITIALIZE_SEMAPHORE);
}

static void use_what_was_never_made(void *argument)
{
    struct chorus *c = argument;
    chorus_say(c, KeSetEvent(&c->event[0], IO_NO_INCREMENT, FALSE) ? "?" : "0");
    chorus_say(c, KePulseEvent(&c->event[0], IO_NO_INCREMENT, FALSE) ? "?" : "0");
    chorus_say(c, KeResetEvent(&c->event[0]) ? "?" : "0");
    KeClearEvent(&c->event[0]);
    chorus_say(c, KeReadStateEvent(&c->event[0]) ? "?" : "0");
    chorus_say(c, KeReleaseSemaphore(&c->semaphore, IO_NO_INCREMENT, 1, FALSE) ? "?" : "0");
    chorus_say(c, KeReadStateSemaphore(&c->semaphore) ? "?" : "0");
}

/* OBJ-1 */
static void an_object_that_was_never_made_is_a_misuse_in_every_routine(void **state)
{
    static const enum ha_routine routines[] = {
        HA_RT_SET_EVENT, HA_RT_PULSE_EVENT, HA_RT_RESET_EVENT, HA_RT_RESET_EVENT,
        HA_RT_READ_EVENT, HA_RT_RELEASE_SEMAPHORE, HA_RT_READ_SEMAPHORE};
    struct chorus *c = *state;
    c->b->findings = "a OBJ-1\na OBJ-1\na OBJ-1\na OBJ-1\na OBJ-1\na OBJ-1\na OBJ-1\n";
    memset(c->event, 0xa5, sizeof c->event);
    chorus_start(c, use_what_was_never_made);

    chorus_expect(c, "0 0 0 0 0 0 ");

    assert_int_equal(bench_count(c->b, HA_MISUSE), 7);
    for (size_t i = 0; i < 7; i++) {
        const struct ha_record *misuse = bench_record(c->b, HA_MISUSE, i);
        assert_int_equal(misuse->as.misuse.misuse, HA_MISUSE_NOT_MADE);
        assert_int_equal(misuse->as.misuse.routine, routines[i]);
    }
}

static void look_at_what_was_never_made(void *argument)
{
    struct chorus *c = argument;
    chorus_say(c, KeReadStateEvent(&c->event[0]) ? "?" : "0");
}

/* OBJ-1 */
static void memory_that_looks_much_like_an_object_is_none(void **state)
{
    static const DISPATCHER_HEADER wrong[] = {
        {.Lock = 0x00000001}, {.Lock = 0x7fffff01}, {.Lock = 0x00000103}, {.Lock = 0x000001ff}};
    struct chorus *c = *state;
    c->b->findings = "a OBJ-1\na OBJ-1\na OBJ-1\na OBJ-1\na OBJ-1\n";
    for (size_t i = 0; i < 4; i++) {
        c->event[0].Header = wrong[i];
        c->event[0].Header.SignalState = 1;
        c->event[0].Header.WaitListHead.Flink = &c->event[0].Header.WaitListHead;
        c->event[0].Header.WaitListHead.Blink = &c->event[0].Header.WaitListHead;
        chorus_start(c, look_at_what_was_never_made);
        chorus_expect(c, "0 ");
    }
    KeInitializeEvent(&c->event[0], NotificationEvent, TRUE);
    c->event[1] = c->event[0];
    c->event[0].Header.WaitListHead.Flink = &c->event[1].Header.WaitListHead;
    chorus_start(c, look_at_what_was_never_made);
    chorus_expect(c, "0 ");
}

static void make_what_is_waited_for(void *argument)
{
    struct chorus *c = argument;
    KeInitializeEvent(&c->event[0], NotificationEvent, TRUE);
    KeInitializeSemaphore(&c->semaphore, 1, 1);
    chorus_say(c, "made");
    KeSetEvent(&c->event[0], IO_NO_INCREMENT, FALSE);
    KeReleaseSemaphore(&c->semaphore, IO_NO_INCREMENT, 1, FALSE);
}

/* OBJ-6 */
static void one_that_a_thread_waits_for_is_not_made_anew(void **state)
{
    struct chorus *c = *state;
    c->b->findings = "a OBJ-6\na OBJ-6\n";
    make_event(c, SynchronizationEvent, FALSE);
    KeInitializeSemaphore(&c->semaphore, 0, 1);
    chorus_start(c, wait_for_event);
    chorus_start(c, wait_for_semaphore);
    chorus_start(c, make_what_is_waited_for);

    chorus_expect(c, "made STATUS_SUCCESS STATUS_SUCCESS ");

    assert_int_equal(bench_record(c->b, HA_MISUSE, 0)->as.misuse.routine, HA_RT_INITIALIZE_EVENT);
    assert_int_equal(bench_record(c->b, HA_MISUSE, 1)->as.misuse.routine,
                     HA_RT_INITIALIZE_SEMAPHORE);
}

static void use_as_what_it_is_not(void *argument)
{
    struct chorus *c = argument;
    KeInitializeMutex(&c->mutex[0], 0);
    KeInitializeEvent(&c->event[1], NotificationEvent, FALSE);
    ExInitializeFastMutex(&c->fast);
    KeSetEvent((PRKEVENT)(void *)&c->mutex[0], IO_NO_INCREMENT, FALSE);
    KeReleaseSemaphore((PRKSEMAPHORE)(void *)&c->event[1], IO_NO_INCREMENT, 1, FALSE);
    KeReleaseMutex((PRKMUTEX)(void *)&c->event[1], FALSE);
    chorus_wait(c, &c->fast.Event, 0);
    chorus_number(c, "event", KeReadStateEvent(&c->event[1]));
}

/* OBJ-1 */
static void an_object_of_another_type_was_never_made(void **state)
{
    struct chorus *c = *state;
    c->b->findings = "a OBJ-1\na OBJ-1\na OBJ-1\na OBJ-1\n";
    chorus_start(c, use_as_what_it_is_not);

    chorus_expect(c, "STATUS_UNSUCCESSFUL event=0 ");
}

static void write_over_it(void *argument)
{
    struct chorus *c = argument;
    memset(&c->event[0].Header.WaitListHead, 0x41, sizeof c->event[0].Header.WaitListHead);
    chorus_number(c, "set", KeSetEvent(&c->event[0], IO_NO_INCREMENT, FALSE));
}

static void wait_for_10(void *argument)
{
    struct chorus *c = argument;
    chorus_wait(c, &c->event[0], 10);
}

/* OBJ-1 */
static void one_that_was_written_over_while_it_is_waited_for_leads_nowhere(void **state)
{
    struct chorus *c = *state;
    c->b->findings = "a OBJ-1\n";
    make_event(c, NotificationEvent, FALSE);
    chorus_start(c, wait_for_10);
    chorus_start(c, write_over_it);

    chorus_expect(c, "set=0 STATUS_TIMEOUT@10 ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CHORUS_TEST(a_notification_event_lets_all_go_and_stays_set),
        CHORUS_TEST(a_synchronization_event_lets_the_first_go_and_is_reset_by_that),
        CHORUS_TEST(an_event_can_be_made_set),
        CHORUS_TEST(a_reset_tells_what_the_state_was),
        CHORUS_TEST(a_pulse_lets_go_who_waits_now_and_nobody_later),
        CHORUS_TEST(a_semaphore_lets_as_many_go_as_it_counts),
        CHORUS_TEST(a_release_tells_what_the_count_was),
        CHORUS_TEST(a_count_beyond_the_limit_is_a_misuse_that_changes_nothing),
        CHORUS_TEST(a_semaphore_is_made_with_a_count_within_its_limit),
        CHORUS_TEST(memory_that_looks_much_like_an_object_is_none),
        CHORUS_TEST(an_object_that_was_never_made_is_a_misuse_in_every_routine),
        CHORUS_TEST(one_that_a_thread_waits_for_is_not_made_anew),
        CHORUS_TEST(an_object_of_another_type_was_never_made),
        CHORUS_TEST(one_that_was_written_over_while_it_is_waited_for_leads_nowhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
