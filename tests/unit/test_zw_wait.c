/* ke_wait: waiting for the object of a handle */
#include "unit/chorus.h"

/* What the thread of the chorus waits for, and by which handle. */
static HANDLE handle_of(struct chorus *c)
{
    return c->object[0];
}

static void say_wait(struct chorus *c, int ms)
{
    LARGE_INTEGER timeout = chorus_in(ms);
    char buffer[HA_STATUS_TEXT];
    NTSTATUS status = ZwWaitForSingleObject(handle_of(c), FALSE, ms == FOREVER ? NULL : &timeout);
    chorus_say(c, ha_status_text(status, buffer));
}

static PKEVENT make_event(struct chorus *c)
{
    UNICODE_STRING name;
    RtlInitUnicodeString(&name, (PCWSTR)u"\\BaseNamedObjects\\Waited");
    PKEVENT event = IoCreateSynchronizationEvent(&name, (PHANDLE)&c->object[0]);
    KeClearEvent(event);
    return event;
}

static void wait_for_an_event(void *argument)
{
    struct chorus *c = argument;
    c->object[1] = make_event(c);
    say_wait(c, 0);
    say_wait(c, 5);
    say_wait(c, FOREVER);
    say_wait(c, 0);
    ZwClose(handle_of(c));
}

static void set_it(void *argument)
{
    struct chorus *c = argument;
    chorus_delay(10);
    KeSetEvent(c->object[1], 0, FALSE);
}

static void an_event_ends_a_wait_by_its_handle_and_time_ends_another(void **state)
{
    struct chorus *c = *state;
    chorus_start(c, wait_for_an_event);
    chorus_start(c, set_it);

    chorus_expect(c, "STATUS_TIMEOUT STATUS_TIMEOUT@5 STATUS_SUCCESS@10 STATUS_TIMEOUT@10 ");
}

static VOID NTAPI live_a_while(PVOID StartContext)
{
    (void)StartContext;
    chorus_delay(10);
    PsTerminateSystemThread(STATUS_SUCCESS);
}

static void wait_for_a_thread(void *argument)
{
    struct chorus *c = argument;
    PsCreateSystemThread((PHANDLE)&c->object[0], 0, NULL, NULL, NULL, live_a_while, NULL);
    say_wait(c, FOREVER);
    say_wait(c, 0);
    ZwClose(handle_of(c));
}

static void the_end_of_a_thread_ends_the_wait_for_it_for_good(void **state)
{
    struct chorus *c = *state;
    chorus_start(c, wait_for_a_thread);

    chorus_expect(c, "STATUS_SUCCESS@10 STATUS_SUCCESS@10 ");
}

static void close_under_who_waits(void *argument)
{
    struct chorus *c = argument;
    chorus_delay(5);
    ZwClose(handle_of(c));
    chorus_say(c, "closed");
}

static void wait_and_look_again(void *argument)
{
    struct chorus *c = argument;
    PsCreateSystemThread((PHANDLE)&c->object[0], 0, NULL, NULL, NULL, live_a_while, NULL);
    say_wait(c, FOREVER);
    say_wait(c, 0);
}

static void a_handle_that_is_closed_meanwhile_does_not_end_the_wait(void **state)
{
    struct chorus *c = *state;
    chorus_start(c, wait_and_look_again);
    chorus_start(c, close_under_who_waits);

    chorus_expect(c, "closed@5 STATUS_SUCCESS@10 STATUS_INVALID_HANDLE@10 ");
}

static void wait_for_what_cannot_be(void *argument)
{
    struct chorus *c = argument;
    UNICODE_STRING name;
    OBJECT_ATTRIBUTES attributes;
    KIRQL old;
    say_wait(c, 0);
    RtlInitUnicodeString(&name, (PCWSTR)u"\\Registry\\Machine\\System\\CurrentControlSet\\Services");
    InitializeObjectAttributes(&attributes, &name, OBJ_KERNEL_HANDLE, NULL, NULL);
    ZwOpenKey((PHANDLE)&c->object[0], KEY_READ, &attributes);
    say_wait(c, 0);
    ZwClose(handle_of(c));
    KeRaiseIrql(APC_LEVEL, &old);
    say_wait(c, 0);
    KeLowerIrql(old);
}

/* IRQL-4 */
static void no_handle_a_key_and_a_raised_irql_are_answered_with_their_status(void **state)
{
    struct chorus *c = *state;
    c->b->findings = "a IRQL-4\n";
    chorus_start(c, wait_for_what_cannot_be);

    chorus_expect(c, "STATUS_INVALID_HANDLE STATUS_OBJECT_TYPE_MISMATCH STATUS_UNSUCCESSFUL ");

    assert_int_equal(bench_count(c->b, HA_REFUSED), 1);
    assert_int_equal(bench_record(c->b, HA_REFUSED, 0)->as.refused.routine, HA_RT_WAIT_HANDLE);
    assert_int_equal(bench_count(c->b, HA_WAIT_BEGIN), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CHORUS_TEST(an_event_ends_a_wait_by_its_handle_and_time_ends_another),
        CHORUS_TEST(the_end_of_a_thread_ends_the_wait_for_it_for_good),
        CHORUS_TEST(a_handle_that_is_closed_meanwhile_does_not_end_the_wait),
        CHORUS_TEST(no_handle_a_key_and_a_raised_irql_are_answered_with_their_status),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
