/* ke_spin, locks: memory that holds no spin lock, locks that are made anew, and those that leak */
#include "unit/chorus.h"

#include <string.h>

/* As left on a stack or in pool: a pointer, poison, and half a pointer. */
static const KSPIN_LOCK never_made[] = {
    UINT64_C(0x00007ffc12345678), UINT64_C(0xdddddddddddddddd), UINT64_C(0x00007ffc00000000)};

static void use_what_was_never_made(void *argument)
{
    struct chorus *c = argument;
    KIRQL old;
    for (size_t i = 0; i < 3; i++) {
        c->lock = never_made[i];
        KeAcquireSpinLock(&c->lock, &old);
        KeReleaseSpinLock(&c->lock, old);
        KeAcquireSpinLock(&c->lock, &old);
        KeReleaseSpinLock(&c->lock, old);
        c->lock = never_made[i];
        KeReleaseSpinLock(&c->lock, old);
        KeRaiseIrql(DISPATCH_LEVEL, &old);
        c->lock = never_made[i];
        chorus_say(c, KeTryToAcquireSpinLockAtDpcLevel(&c->lock) ? "has" : "?");
        KeReleaseSpinLock(&c->lock, old);
        c->lock = never_made[i];
        chorus_say(c, KeTestSpinLock(&c->lock) ? "free" : "?");
    }
}

/* OBJ-1 */
static void what_was_never_made_is_a_misuse_once_and_then_a_free_lock(void **state)
{
    struct chorus *c = *state;
    c->b->drivers_err = true;
    chorus_start_on(c, 1, use_what_was_never_made);
    bench_forget(c->b);

    chorus_expect(c, "has free has free has free ");

    assert_int_equal(bench_count(c->b, HA_MISUSE), 12);
    for (size_t i = 0; i < 12; i++) {
        const struct ha_record *misuse = bench_record(c->b, HA_MISUSE, i);
        assert_int_equal(misuse->as.misuse.misuse, HA_MISUSE_NOT_MADE);
        assert_int_equal(misuse->id, 0);
    }
    assert_int_equal(bench_count(c->b, HA_WAIT_BEGIN), 0);
}

static void release_handles_that_hold_no_lock(void *argument)
{
    struct chorus *c = argument;
    KLOCK_QUEUE_HANDLE handle, zeroed = {.OldIrql = 0}, poison;
    memset(&poison, 0xdd, sizeof poison);
    KeAcquireInStackQueuedSpinLock(&c->lock, &handle);
    KeReleaseInStackQueuedSpinLock(&handle);
    KeReleaseInStackQueuedSpinLock(&handle);
    KeReleaseInStackQueuedSpinLock(&zeroed);
    KeReleaseInStackQueuedSpinLockFromDpcLevel(&poison);
    chorus_say_place(c, "went-on");
}

/* OBJ-1 */
static void a_handle_that_holds_no_lock_gives_none_back(void **state)
{
    struct chorus *c = *state;
    c->b->findings = "a OBJ-1\na OBJ-1\na OBJ-1\n";
    chorus_start_on(c, 1, release_handles_that_hold_no_lock);

    chorus_expect(c, "went-on:1/0 ");
}

static void make_while_held(void *argument)
{
    struct chorus *c = argument;
    KIRQL old;
    KeAcquireSpinLock(&c->lock, &old);
    KeInitializeSpinLock(&c->lock);
    bench_yield();
    chorus_say_place(c, "gives");
    KeReleaseSpinLock(&c->lock, old);
}

static void make_that_of_another(void *argument)
{
    struct chorus *c = argument;
    KIRQL old;
    KeInitializeSpinLock(&c->lock);
    KeAcquireSpinLock(&c->lock, &old);
    chorus_say_place(c, "has");
    KeReleaseSpinLock(&c->lock, old);
    KeInitializeSpinLock(&c->lock);
}

/* OBJ-6 */
static void making_one_anew_that_a_thread_has_is_a_misuse_that_changes_nothing(void **state)
{
    struct chorus *c = *state;
    c->b->findings = "a OBJ-6\na OBJ-6\n";
    chorus_start_on(c, 1, make_while_held);
    chorus_start_on(c, 2, make_that_of_another);
    bench_forget(c->b);

    chorus_expect(c, "gives:1/2 has:2/2 ");

    assert_int_equal(bench_record(c->b, HA_MISUSE, 0)->as.misuse.routine,
                     HA_RT_INITIALIZE_SPIN_LOCK);
    assert_int_equal(bench_count(c->b, HA_WAIT_BEGIN), 1);
}

static void free_memory_of_locks(void *argument)
{
    struct chorus *c = argument;
    KIRQL old, older;
    KSPIN_LOCK *lock = ExAllocatePool2(POOL_FLAG_NON_PAGED, 16 * sizeof *lock, 1);
    KSPIN_LOCK *other = ExAllocatePool2(POOL_FLAG_NON_PAGED, sizeof *other, 1);
    for (int i = 0; i < 3; i++)
        KeAcquireSpinLock(&lock[i], i ? &older : &old);
    KeAcquireSpinLock(other, &older);
    KeReleaseSpinLock(&lock[0], DISPATCH_LEVEL);
    KeReleaseSpinLock(&lock[2], DISPATCH_LEVEL);
    ExFreePool(lock);           /* the one in the middle is held */
    c->object[0] = other;
    bench_yield();
    KeReleaseSpinLock(&lock[1], DISPATCH_LEVEL);
    KeReleaseSpinLock(other, old);
    chorus_say(c, "gave");
}

static void free_memory_of_the_other(void *argument)
{
    struct chorus *c = argument;
    ExFreePool(c->object[0]);
    chorus_say(c, "tried");
}

/* OBJ-6 */
static void memory_with_one_that_a_thread_has_is_not_given_back(void **state)
{
    struct chorus *c = *state;
    c->b->findings = "a OBJ-6\na OBJ-6\n";
    chorus_start_on(c, 1, free_memory_of_locks);
    chorus_start_on(c, 2, free_memory_of_the_other);
    bench_forget(c->b);

    chorus_expect(c, "tried gave ");

    assert_int_equal(bench_count(c->b, HA_MISUSE), 2);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(bench_record(c->b, HA_MISUSE, i)->as.misuse.misuse, HA_MISUSE_IN_USE);
        assert_int_not_equal(bench_record(c->b, HA_MISUSE, i)->id, 0);
    }
}

/* The facts that a lock was held too long, as the names of their routines. */
static void expect_held(struct chorus *c, const char *expected)
{
    struct ha_text seen = {0};
    for (size_t i = 0; i < bench_count(c->b, HA_MISUSE); i++) {
        const struct ha_record *misuse = bench_record(c->b, HA_MISUSE, i);
        const char *name = ha_routine_name(misuse->as.misuse.routine);
        if (misuse->as.misuse.misuse == HA_MISUSE_LOCK_HELD)
            ha_text_addf(&seen, "%s %u\n", name ? name : "-",
                         (unsigned)misuse->as.misuse.argument);
    }
    expect_text("held", expected, ha_text_string(&seen));
    ha_text_close(&seen);
}

static void lower_and_wait(void *argument)
{
    struct chorus *c = argument;
    KIRQL old;
    KeAcquireSpinLock(&c->lock, &old);
    KeLowerIrql(old);
    chorus_delay(1);
    chorus_wait(c, &c->event[0], FOREVER);
    KeReleaseSpinLock(&c->lock, old);
    KeRaiseIrql(DISPATCH_LEVEL, &old);
    chorus_say(c, KeTryToAcquireSpinLockAtDpcLevel(&c->lock) ? "has" : "?");
    KeLowerIrql(old);
    KeReleaseSpinLock(&c->lock, old);
}

/* OBJ-2 */
static void falling_below_dispatch_level_with_one_is_a_misuse_once(void **state)
{
    struct chorus *c = *state;
    c->b->findings = "a OBJ-2\na OBJ-2\n";
    chorus_start_on(c, 1, lower_and_wait);
    KeInitializeEvent(&c->event[0], NotificationEvent, TRUE);

    chorus_expect(c, "STATUS_SUCCESS@1 has@1 ");

    expect_held(c, "KeLowerIrql 1\nKeLowerIrql 1\n");
}

static void give_the_outer_one_first(void *argument)
{
    struct chorus *c = argument;
    KSPIN_LOCK other = 0;
    KIRQL old, older;
    KeAcquireSpinLock(&c->lock, &old);
    KeAcquireSpinLock(&other, &older);
    KeReleaseSpinLock(&c->lock, old);
    KeReleaseSpinLock(&other, old);
}

/* OBJ-2 */
static void giving_back_the_outer_one_first_lowers_too_early(void **state)
{
    struct chorus *c = *state;
    c->b->findings = "a OBJ-2\n";
    chorus_start_on(c, 1, give_the_outer_one_first);

    chorus_expect(c, "");

    expect_held(c, "KeReleaseSpinLock 1\n");
}

static void wait_in_many_ways(void *argument)
{
    struct chorus *c = argument;
    KeAcquireSpinLockAtDpcLevel(&c->lock);
    chorus_wait(c, &c->event[0], 0);        /* a look is no wait */
    chorus_say(c, "looked");
    chorus_wait_multiple(c, 1, WaitAny, FOREVER);
    KeReleaseSpinLockFromDpcLevel(&c->lock);
    KeAcquireSpinLockAtDpcLevel(&c->lock);
    chorus_delay(1);
    KeReleaseSpinLockFromDpcLevel(&c->lock);
    KeAcquireSpinLockAtDpcLevel(&c->lock);
    chorus_wait(c, &c->event[0], FOREVER);
    KeReleaseSpinLockFromDpcLevel(&c->lock);
}

/* OBJ-2 */
static void waiting_with_one_is_a_misuse(void **state)
{
    struct chorus *c = *state;
    c->b->drivers_err = true;
    chorus_start_on(c, 1, wait_in_many_ways);
    KeInitializeEvent(&c->event[0], NotificationEvent, TRUE);
    c->object[0] = &c->event[0];

    chorus_expect(c, "STATUS_SUCCESS looked STATUS_SUCCESS STATUS_SUCCESS@1 ");

    expect_held(c, "KeWaitForMultipleObjects 1\nKeDelayExecutionThread 1\n"
                   "KeWaitForSingleObject 1\n");
}

static VOID NTAPI take_and_leave(PKDPC Dpc, PVOID DeferredContext, PVOID SystemArgument1,
                                 PVOID SystemArgument2)
{
    struct chorus *c = DeferredContext;
    (void)Dpc, (void)SystemArgument1, (void)SystemArgument2;
    KeAcquireSpinLockAtDpcLevel(&c->lock);
    chorus_say_place(c, "d");
}

static void insert_and_take(void *argument)
{
    struct chorus *c = argument;
    KIRQL old;
    chorus_make_dpcs(c, take_and_leave);
    chorus_insert(c, 0);
    KeAcquireSpinLock(&c->lock, &old);
    chorus_say(c, "?");
}

/* OBJ-2 */
static void a_dpc_that_returns_with_one_has_it_no_more_and_nobody_else_gets_it(void **state)
{
    struct chorus *c = *state;
    c->b->drivers_err = true;
    chorus_start_on(c, 1, insert_and_take);

    chorus_expect(c, "d:1/2 in ");
    expect_held(c, "KeInsertQueueDpc 1\n");
    bench_finish(c->b);

    assert_int_equal(ha_machine_ending(c->b->machine), HA_END_DEADLOCK);
    assert_int_equal(bench_record(c->b, HA_DEADLOCK, 0)->as.wait.holder, 0);
}

static void take_it(void *argument)
{
    struct chorus *c = argument;
    KIRQL old;
    KeAcquireSpinLock(&c->lock, &old);
}

static ULONG_PTR NTAPI take_own(ULONG_PTR Argument)
{
    KSPIN_LOCK *lock = (KSPIN_LOCK *)Argument;
    KeAcquireSpinLockAtDpcLevel(&lock[KeGetCurrentProcessorNumber()]);
    return 0;
}

static ULONG_PTR NTAPI take_none(ULONG_PTR Argument)
{
    return Argument;
}

static void call_with_one(void *argument)
{
    struct chorus *c = argument;
    KSPIN_LOCK lock[8] = {0};
    KIRQL old;
    KeAcquireSpinLock(&c->lock, &old);
    KeIpiGenericCall(take_none, 0);         /* which leaves the caller what it has */
    KeIpiGenericCall(take_own, (ULONG_PTR)lock);
    KeReleaseSpinLock(&c->lock, old);
}

/* OBJ-2 */
static void whatever_the_kernel_calls_returns_without_those_that_it_took(void **state)
{
    static const struct { void (*body)(void *argument); const char *held; } cases[] = {
        {take_it, "PsTerminateSystemThread 1\n"},
        {call_with_one, "KeIpiGenericCall 2\nKeIpiGenericCall 1\nKeIpiGenericCall 1\n"
                        "KeIpiGenericCall 1\n"}};
    struct chorus *c = *state;
    c->b->findings = NULL;      /* the test itself starts the threads */
    for (size_t i = 0; i < 2; i++) {
        HANDLE handle;
        bench_load(c->b);
        c->lock = 0;
        bench_forget(c->b);
        assert_int_equal(PsCreateSystemThread(&handle, THREAD_ALL_ACCESS, NULL, NULL, NULL,
                                              cases[i].body, c), STATUS_SUCCESS);
        ZwClose(handle);

        chorus_expect(c, "");

        expect_held(c, cases[i].held);
    }
}

static void take_in_callback(struct driver *driver, PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT change,
                             PNTSTATUS operation_status)
{
    KIRQL old;
    (void)operation_status;
    if (change->State == KeProcessorAddStartNotify)
        KeAcquireSpinLock(driver->extra, &old);
}

/* OBJ-2 */
static void a_callback_that_returns_with_one_is_a_misuse(void **state)
{
    struct chorus *c = *state;
    c->b->drivers_err = true;
    c->driver->act = take_in_callback;
    c->driver->extra = &c->lock;

    bench_add_processor(c->b);

    expect_held(c, "KeRegisterProcessorChangeCallback 1\n");
}

static void take_fall_and_look(void *argument)
{
    struct chorus *c = argument;
    KSPIN_LOCK lock[12] = {0};
    KIRQL old;
    KeRaiseIrql(DISPATCH_LEVEL, &old);
    for (int i = 0; i < 12; i++)
        KeAcquireSpinLockAtDpcLevel(&lock[i]);
    for (int i = 0; i < 12; i++)
        KeReleaseSpinLockFromDpcLevel(&lock[i]);
    KeLowerIrql(old);
    chorus_say(c, "gave");
}

static void any_number_of_them_may_be_held(void **state)
{
    struct chorus *c = *state;
    chorus_start_on(c, 1, take_fall_and_look);
    bench_forget(c->b);

    chorus_expect(c, "gave ");

    expect_records(c->b, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CHORUS_TEST(what_was_never_made_is_a_misuse_once_and_then_a_free_lock),
        CHORUS_TEST(a_handle_that_holds_no_lock_gives_none_back),
        CHORUS_TEST(making_one_anew_that_a_thread_has_is_a_misuse_that_changes_nothing),
        CHORUS_TEST(memory_with_one_that_a_thread_has_is_not_given_back),
        CHORUS_TEST(falling_below_dispatch_level_with_one_is_a_misuse_once),
        CHORUS_TEST(giving_back_the_outer_one_first_lowers_too_early),
        CHORUS_TEST(waiting_with_one_is_a_misuse),
        CHORUS_TEST(a_dpc_that_returns_with_one_has_it_no_more_and_nobody_else_gets_it),
        CHORUS_TEST(whatever_the_kernel_calls_returns_without_those_that_it_took),
        CHORUS_TEST(a_callback_that_returns_with_one_is_a_misuse),
        CHORUS_TEST(any_number_of_them_may_be_held),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
