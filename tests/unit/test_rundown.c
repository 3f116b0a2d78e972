/* rundown: who uses an object, who waits for its users, and who comes too late */
#include "unit/chorus.h"

/* The reference lies where the chorus keeps an object to wait for. */
static PEX_RUNDOWN_REF reference_of(struct chorus *c)
{
    return (PEX_RUNDOWN_REF)(void *)&c->object[0];
}

static void use_for_a_while(void *argument)
{
    struct chorus *c = argument;
    PEX_RUNDOWN_REF reference = reference_of(c);
    chorus_number(c, "in", ExAcquireRundownProtection(reference));
    chorus_number(c, "in", ExAcquireRundownProtectionEx(reference, 2));
    chorus_delay(10);
    ExReleaseRundownProtectionEx(reference, 2);
    chorus_say(c, "two");
    chorus_delay(10);
    ExReleaseRundownProtection(reference);
    chorus_say(c, "out");
}

static void wait_for_users(void *argument)
{
    struct chorus *c = argument;
    ExWaitForRundownProtectionRelease(reference_of(c));
    chorus_say(c, "alone");
    chorus_number(c, "in", ExAcquireRundownProtection(reference_of(c)));
    ExWaitForRundownProtectionRelease(reference_of(c));
    ExReInitializeRundownProtection(reference_of(c));
    chorus_number(c, "in", ExAcquireRundownProtection(reference_of(c)));
    ExReleaseRundownProtection(reference_of(c));
}

static void come_late(void *argument)
{
    struct chorus *c = argument;
    chorus_number(c, "late", ExAcquireRundownProtection(reference_of(c)));
    chorus_number(c, "late", ExAcquireRundownProtectionEx(reference_of(c), 3));
}

static void who_waits_goes_on_when_the_last_user_has_left_and_lets_nobody_in(void **state)
{
    struct chorus *c = *state;
    bench_load(c->b);
    ExInitializeRundownProtection(reference_of(c));
    chorus_start(c, use_for_a_while);
    chorus_start(c, wait_for_users);
    chorus_start(c, come_late);

    chorus_expect(c, "in=1 in=1 late=0 late=0 two@10 out@20 alone@20 in=0 in=1 ");

    assert_int_equal(reference_of(c)->Count, 0);
}

static void nobody_is_waited_for_where_nobody_is(void **state)
{
    struct chorus *c = *state;
    bench_load(c->b);
    ExInitializeRundownProtection(reference_of(c));
    bench_forget(c->b);
    chorus_start(c, wait_for_users);

    chorus_expect(c, "alone in=0 in=1 ");

    assert_int_equal(bench_count(c->b, HA_WAIT_BEGIN), 0);
}

static void complete(void *argument)
{
    struct chorus *c = argument;
    ExRundownCompleted(reference_of(c));
    chorus_number(c, "in", ExAcquireRundownProtection(reference_of(c)));
    ExReInitializeRundownProtection(reference_of(c));
    chorus_number(c, "in", ExAcquireRundownProtection(reference_of(c)));
    ExReleaseRundownProtection(reference_of(c));
}

static void what_is_said_to_be_run_down_lets_nobody_in_until_it_is_made_again(void **state)
{
    struct chorus *c = *state;
    bench_load(c->b);
    ExInitializeRundownProtection(reference_of(c));
    chorus_start(c, complete);

    chorus_expect(c, "in=0 in=1 ");
}

static void go_wrong(void *argument)
{
    struct chorus *c = argument;
    PEX_RUNDOWN_REF reference = reference_of(c);
    KIRQL old;
    ExReleaseRundownProtection(reference);
    ExReInitializeRundownProtection(reference);
    KeRaiseIrql(DISPATCH_LEVEL, &old);
    chorus_number(c, "in", ExAcquireRundownProtection(reference));
    ExWaitForRundownProtectionRelease(reference);
    ExReleaseRundownProtectionEx(reference, 2);
    KeLowerIrql(old);
    chorus_delay(10);
    ExReInitializeRundownProtection(reference);
    ExWaitForRundownProtectionRelease(reference);
    ExReleaseRundownProtectionEx(reference, 2);
    ExReleaseRundownProtection(reference);
    chorus_say(c, "out");
}

static void wait_a_little_later(void *argument)
{
    struct chorus *c = argument;
    ExWaitForRundownProtectionRelease(reference_of(c));
    chorus_say(c, "alone");
    ExReleaseRundownProtection(reference_of(c));
}

static void misuses_are_noted_and_do_no_harm(void **state)
{
    static const struct { uint32_t routine, misuse; } expected[] = {
        {HA_RT_RELEASE_RUNDOWN, HA_MISUSE_LIMIT},
        {HA_RT_REINITIALIZE_RUNDOWN, HA_MISUSE_IN_USE},
        {HA_RT_RELEASE_RUNDOWN, HA_MISUSE_LIMIT},
        {HA_RT_REINITIALIZE_RUNDOWN, HA_MISUSE_IN_USE},
        {HA_RT_WAIT_RUNDOWN, HA_MISUSE_IN_USE},
        {HA_RT_RELEASE_RUNDOWN, HA_MISUSE_LIMIT},
        {HA_RT_RELEASE_RUNDOWN, HA_MISUSE_LIMIT},
    };
    struct chorus *c = *state;
    c->b->findings = NULL;
    bench_load(c->b);
    ExInitializeRundownProtection(reference_of(c));
    chorus_start(c, go_wrong);
    chorus_start(c, wait_a_little_later);

    chorus_expect(c, "in=1 out@10 alone@10 ");

    assert_int_equal(bench_count(c->b, HA_MISUSE), sizeof expected / sizeof expected[0]);
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        const struct ha_record *misuse = bench_record(c->b, HA_MISUSE, i);
        assert_int_equal(misuse->as.misuse.routine, expected[i].routine);
        assert_int_equal(misuse->as.misuse.misuse, expected[i].misuse);
    }
    assert_int_equal(bench_count(c->b, HA_REFUSED), 1);
}

static void use_what_was_never_made(void *argument)
{
    struct chorus *c = argument;
    PEX_RUNDOWN_REF reference = reference_of(c);
    chorus_number(c, "in", ExAcquireRundownProtection(reference));
    ExReleaseRundownProtection(reference);
    ExWaitForRundownProtectionRelease(reference);
    ExReInitializeRundownProtection(reference);
}

/* OBJ-1 */
static void what_was_never_made_is_a_misuse_that_changes_nothing(void **state)
{
    static const ULONG_PTR never_made[] = {(ULONG_PTR)UINT64_C(0xdddddddddddddddd), 3,
                                           (ULONG_PTR)UINT64_C(0x00007ffc12345678)};
    static const enum ha_routine routines[] = {
        HA_RT_ACQUIRE_RUNDOWN, HA_RT_RELEASE_RUNDOWN, HA_RT_WAIT_RUNDOWN,
        HA_RT_REINITIALIZE_RUNDOWN};
    struct chorus *c = *state;
    c->b->drivers_err = true;
    for (size_t i = 0; i < 3; i++) {
        reference_of(c)->Count = never_made[i];
        chorus_start(c, use_what_was_never_made);
        bench_forget(c->b);

        chorus_expect(c, "in=0 ");

        assert_true(reference_of(c)->Count == never_made[i]);
        assert_int_equal(bench_count(c->b, HA_MISUSE), 4);
        for (size_t n = 0; n < 4; n++) {
            const struct ha_record *misuse = bench_record(c->b, HA_MISUSE, n);
            assert_int_equal(misuse->as.misuse.routine, routines[n]);
            assert_int_equal(misuse->as.misuse.misuse, HA_MISUSE_NOT_MADE);
        }
    }
}

static void free_while_waited_for(void *argument)
{
    struct chorus *c = argument;
    ExInitializeRundownProtection(c->object[0]);
    ExRundownCompleted(c->object[0]);
    ExFreePool(c->object[0]);
    ExReleaseRundownProtection(c->object[0]);
    chorus_say(c, "released");
}

static void wait_for_a_block(void *argument)
{
    struct chorus *c = argument;
    PEX_RUNDOWN_REF reference = ExAllocatePool2(POOL_FLAG_NON_PAGED, sizeof *reference, 1);
    c->object[0] = reference;
    ExAcquireRundownProtection(reference);
    ExWaitForRundownProtectionRelease(reference);
    chorus_say(c, "alone");
}

/* OBJ-6 */
static void one_that_is_waited_for_is_neither_made_anew_nor_given_back(void **state)
{
    static const enum ha_routine routines[] = {HA_RT_INITIALIZE_RUNDOWN, HA_RT_RUNDOWN_COMPLETED,
                                               HA_RT_FREE_POOL};
    struct chorus *c = *state;
    c->b->findings = "a OBJ-6\na OBJ-6\na OBJ-6\n";
    chorus_start(c, wait_for_a_block);
    chorus_start(c, free_while_waited_for);
    bench_forget(c->b);

    chorus_expect(c, "released alone ");

    for (size_t i = 0; i < 3; i++)
        assert_int_equal(bench_record(c->b, HA_MISUSE, i)->as.misuse.routine, routines[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CHORUS_TEST(who_waits_goes_on_when_the_last_user_has_left_and_lets_nobody_in),
        CHORUS_TEST(nobody_is_waited_for_where_nobody_is),
        CHORUS_TEST(what_is_said_to_be_run_down_lets_nobody_in_until_it_is_made_again),
        CHORUS_TEST(misuses_are_noted_and_do_no_harm),
        CHORUS_TEST(what_was_never_made_is_a_misuse_that_changes_nothing),
        CHORUS_TEST(one_that_is_waited_for_is_neither_made_anew_nor_given_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
