/* ke_mutex, ex_mutex, ke_region: mutexes, fast mutexes, critical regions, and who has them */
#include "nt/dispatcher.h"
#include "nt/locks.h"
#include "unit/chorus.h"

#include <string.h>

static void make_mutex(struct chorus *c)
{
    bench_load(c->b);
    KeInitializeMutex(&c->mutex[0], 0);
    KeInitializeEvent(&c->event[0], SynchronizationEvent, FALSE);
}

static void take_twice(void *argument)
{
    struct chorus *c = argument;
    chorus_wait(c, &c->mutex[0], FOREVER);
    chorus_wait(c, &c->mutex[0], 0);
    chorus_number(c, "state", KeReadStateMutex(&c->mutex[0]));
    chorus_delay(10);
    chorus_number(c, "release", KeReleaseMutex(&c->mutex[0], FALSE));
    chorus_delay(10);
    chorus_number(c, "release", KeReleaseMutex(&c->mutex[0], FALSE));
}

static void take_once(void *argument)
{
    struct chorus *c = argument;
    chorus_wait(c, &c->mutex[0], FOREVER);
    chorus_number(c, "release", KeReleaseMutex(&c->mutex[0], FALSE));
}

static void look_at_it(void *argument)
{
    struct chorus *c = argument;
    chorus_wait(c, &c->mutex[0], 0);
}

static void a_mutex_is_free_when_its_owner_gave_it_back_as_often_as_it_took_it(void **state)
{
    struct chorus *c = *state;
    make_mutex(c);
    chorus_start(c, take_twice);
    chorus_start(c, take_once);
    chorus_start(c, look_at_it);

    chorus_expect(c, "STATUS_SUCCESS STATUS_SUCCESS state=-1 STATUS_TIMEOUT release=-1 release=0 "
                     "STATUS_SUCCESS@20 release=0 ");

    assert_int_equal(KeReadStateMutex(&c->mutex[0]), 1);
    assert_null(c->mutex[0].OwnerThread);
}

static void a_wait_names_the_holder(void **state)
{
    struct chorus *c = *state;
    make_mutex(c);
    chorus_start(c, take_twice);
    chorus_start(c, take_once);

    assert_int_equal(ha_machine_settle(c->b->machine, HA_OK), HA_OK);

    const struct ha_record *first = bench_record(c->b, HA_WAIT_BEGIN, 0);
    const struct ha_record *second = bench_record(c->b, HA_WAIT_BEGIN, 3);
    assert_int_equal(first->as.wait.holder, 0);
    assert_int_equal(bench_record(c->b, HA_WAIT_END, 0)->as.wait.holder, first->thread);
    assert_int_equal(second->as.wait.holder, first->thread);
    assert_int_not_equal(second->thread, first->thread);
    assert_true(second->as.wait.blocked);
    chorus_expect(c, "STATUS_SUCCESS STATUS_SUCCESS state=-1 release=-1 release=0 "
                     "STATUS_SUCCESS@20 release=0 ");
}

static void give_back(void *argument)
{
    struct chorus *c = argument;
    chorus_number(c, "release", KeReleaseMutex(&c->mutex[0], FALSE));
    chorus_number(c, "mutant", KeReleaseMutant(&c->mutex[0], IO_NO_INCREMENT, FALSE, FALSE));
    chorus_number(c, "unmade", KeReleaseMutex(&c->mutex[1], FALSE));
    chorus_number(c, "unmade", KeReadStateMutex(&c->mutex[1]));
}

/* OBJ-1, OBJ-2 */
static void who_does_not_have_a_mutex_cannot_give_it_back(void **state)
{
    struct chorus *c = *state;
    make_mutex(c);
    c->b->findings = "a OBJ-2\na OBJ-2\na OBJ-1\na OBJ-1\na OBJ-2\na OBJ-2\na OBJ-1\na OBJ-1\n";
    chorus_start(c, give_back);
    chorus_expect(c, "release=1 mutant=1 unmade=0 unmade=0 ");
    chorus_start(c, take_twice);
    chorus_start(c, give_back);

    chorus_expect(c, "STATUS_SUCCESS STATUS_SUCCESS state=-1 "
                     "release=-1 mutant=-1 unmade=0 unmade=0 release=-1 release=0 ");
}

/* As a thread ends that has mutexes. */
static void end_with_two(void *argument)
{
    struct chorus *c = argument;
    KeWaitForSingleObject(&c->mutex[0], Executive, KernelMode, FALSE, NULL);
    KeWaitForSingleObject(&c->mutex[1], Executive, KernelMode, FALSE, NULL);
    chorus_delay(10);
    ha_locks_abandon(&c->b->machine->kernel, ha_thread_current());
}

static void wait_for_both(void *argument)
{
    struct chorus *c = argument;
    c->object[0] = &c->mutex[0];
    c->object[1] = &c->mutex[1];
    chorus_wait_multiple(c, 2, WaitAll, FOREVER);
    KeReleaseMutex(&c->mutex[0], FALSE);
    KeReleaseMutex(&c->mutex[1], FALSE);
}

static void an_abandoned_mutex_says_so_once(void **state)
{
    struct chorus *c = *state;
    make_mutex(c);
    KeInitializeMutex(&c->mutex[1], 0);
    chorus_start(c, end_with_two);
    chorus_start(c, take_once);
    chorus_start(c, wait_for_both);

    chorus_expect(c, "STATUS_ABANDONED@10 release=0 STATUS_ABANDONED@10 ");

    chorus_start(c, wait_for_both);
    chorus_expect(c, "STATUS_SUCCESS@10 ");
}

static void end_with_an_abandoned_mutant(void *argument)
{
    struct chorus *c = argument;
    KeInitializeMutant(&c->mutex[0], TRUE);
    chorus_number(c, "state", KeReadStateMutex(&c->mutex[0]));
    chorus_number(c, "disabled", KeAreApcsDisabled());
    chorus_number(c, "release", KeReleaseMutant(&c->mutex[0], IO_NO_INCREMENT, TRUE, FALSE));
    chorus_wait(c, &c->mutex[0], FOREVER);
    chorus_number(c, "release", KeReleaseMutant(&c->mutex[0], IO_NO_INCREMENT, FALSE, FALSE));
    chorus_wait(c, &c->mutex[0], 0);
    chorus_number(c, "release", KeReleaseMutant(&c->mutex[0], IO_NO_INCREMENT, FALSE, FALSE));
}

static void a_mutant_can_be_made_with_an_owner_and_be_abandoned(void **state)
{
    struct chorus *c = *state;
    chorus_start(c, end_with_an_abandoned_mutant);

    chorus_expect(c, "state=0 disabled=0 release=0 STATUS_ABANDONED release=0 STATUS_SUCCESS "
                     "release=0 ");
}

static void hold_fast(void *argument)
{
    struct chorus *c = argument;
    ExAcquireFastMutex(&c->fast);
    chorus_number(c, "irql", KeGetCurrentIrql());
    chorus_delay(10);
    ExReleaseFastMutex(&c->fast);
    chorus_number(c, "irql", KeGetCurrentIrql());
}

static void try_fast(void *argument)
{
    struct chorus *c = argument;
    chorus_number(c, "got", ExTryToAcquireFastMutex(&c->fast));
    chorus_number(c, "irql", KeGetCurrentIrql());
    chorus_delay(50);
    chorus_number(c, "got", ExTryToAcquireFastMutex(&c->fast));
    chorus_number(c, "irql", KeGetCurrentIrql());
    ExReleaseFastMutex(&c->fast);
}

static void make_fast(struct chorus *c)
{
    bench_load(c->b);
    ExInitializeFastMutex(&c->fast);
}

static void a_fast_mutex_raises_to_apc_level_and_gives_the_irql_back(void **state)
{
    struct chorus *c = *state;
    make_fast(c);
    chorus_start(c, hold_fast);

    chorus_expect(c, "irql=1 irql=0 ");

    assert_int_equal(c->fast.Count, 1);
    assert_null(c->fast.Owner);
}

static void hold_fast_at_apc_level(void *argument)
{
    KIRQL old;
    KeRaiseIrql(APC_LEVEL, &old);
    hold_fast(argument);
    KeLowerIrql(old);
}

static void a_fast_mutex_taken_at_apc_level_leaves_the_thread_there(void **state)
{
    struct chorus *c = *state;
    make_fast(c);
    chorus_start(c, hold_fast_at_apc_level);

    chorus_expect(c, "irql=1 irql=1 ");
}

static void a_fast_mutex_goes_from_hand_to_hand(void **state)
{
    struct chorus *c = *state;
    make_fast(c);
    chorus_start(c, hold_fast);
    chorus_start(c, hold_fast);
    chorus_start(c, try_fast);

    chorus_expect(c, "irql=1 got=0 irql=0 irql=0 irql=1 irql=0 got=1 irql=1 ");

    assert_int_equal(c->fast.Contention, 1);
    const struct ha_record *wait = bench_record(c->b, HA_WAIT_BEGIN, 1);
    assert_int_not_equal(wait->as.wait.holder, 0);
    assert_int_not_equal(wait->as.wait.holder, wait->thread);
}

static void take_unsafe(void *argument)
{
    struct chorus *c = argument;
    KeEnterCriticalRegion();
    ExAcquireFastMutexUnsafe(&c->fast);
    chorus_number(c, "irql", KeGetCurrentIrql());
    chorus_number(c, "free", STATE(c->fast.Event));
    ExReleaseFastMutexUnsafe(&c->fast);
    KeLeaveCriticalRegion();
    chorus_number(c, "free", STATE(c->fast.Event));
}

static void the_unsafe_pair_leaves_the_irql_alone(void **state)
{
    struct chorus *c = *state;
    make_fast(c);
    chorus_start(c, take_unsafe);

    chorus_expect(c, "irql=0 free=0 free=1 ");
}

static void misuse_fast(void *argument)
{
    struct chorus *c = argument;
    FAST_MUTEX unmade;
    KIRQL old;
    memset(&unmade, 0, sizeof unmade);
    ExReleaseFastMutex(&c->fast);
    ExAcquireFastMutex(&unmade);
    ExAcquireFastMutex(&c->fast);
    ExAcquireFastMutex(&c->fast);
    ExReleaseFastMutex(&c->fast);
    chorus_number(c, "irql", KeGetCurrentIrql());
    ExReleaseFastMutex(&c->fast);
    chorus_number(c, "irql", KeGetCurrentIrql());
    KeRaiseIrql(DISPATCH_LEVEL, &old);
    ExAcquireFastMutex(&c->fast);
    chorus_number(c, "got", ExTryToAcquireFastMutex(&c->fast));
    KeLowerIrql(old);
}

/* OBJ-1, OBJ-2, IRQL-2 */
static void misuses_of_a_fast_mutex_are_noted_and_do_no_harm(void **state)
{
    struct chorus *c = *state;
    make_fast(c);
    c->b->findings = "a OBJ-2\na OBJ-1\na OBJ-2\na IRQL-2\na IRQL-2\n";
    chorus_start(c, misuse_fast);

    chorus_expect(c, "irql=1 irql=0 got=0 ");

    assert_int_equal(c->fast.Count, 1);
    assert_int_equal(bench_record(c->b, HA_MISUSE, 2)->as.misuse.misuse, HA_MISUSE_TAKEN_TWICE);
}

static void count_regions(void *argument)
{
    struct chorus *c = argument;
    chorus_number(c, "disabled", KeAreApcsDisabled());
    KeEnterCriticalRegion();
    KeEnterCriticalRegion();
    KeLeaveCriticalRegion();
    chorus_number(c, "disabled", KeAreApcsDisabled());
    KeLeaveCriticalRegion();
    chorus_number(c, "disabled", KeAreApcsDisabled());
    KeLeaveCriticalRegion();
    chorus_wait(c, &c->mutex[0], FOREVER);
    chorus_number(c, "disabled", KeAreApcsDisabled());
    KeReleaseMutex(&c->mutex[0], FALSE);
    chorus_number(c, "disabled", KeAreApcsDisabled());
    for (int i = 0; i < 256; i++)
        KeEnterCriticalRegion();
    for (int i = 0; i < 255; i++)
        KeLeaveCriticalRegion();
    chorus_number(c, "disabled", KeAreApcsDisabled());
}

/* OBJ-3 */
static void regions_count_and_a_mutex_is_one(void **state)
{
    struct chorus *c = *state;
    make_mutex(c);
    c->b->findings = "a OBJ-3\na OBJ-3\n";
    chorus_start(c, count_regions);

    chorus_expect(c, "disabled=0 disabled=1 disabled=0 STATUS_SUCCESS disabled=1 disabled=0 "
                     "disabled=0 ");
}

static void enter_in_start(struct driver *driver, PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT change,
                           PNTSTATUS operation_status)
{
    struct chorus *c = driver->extra;
    (void)operation_status;
    chorus_number(c, "before", ha_thread_current()->stamp.regions);
    if (change->State == KeProcessorAddStartNotify)
        KeEnterCriticalRegion();
    else if (change->NtNumber == 4)
        KeLeaveCriticalRegion();
}

/* CTX-7 */
static void a_region_may_last_from_start_to_complete_and_no_longer(void **state)
{
    struct chorus *c = *state;
    c->driver->act = enter_in_start;
    c->driver->extra = c;
    c->b->findings = "a CTX-7\na CTX-7\n";
    bench_add_processor(c->b);
    bench_add_processor(c->b);
    bench_add_processor(c->b);

    chorus_expect(c, "before=0 before=1 before=0 before=1 before=0 before=1 ");
}

static void write_over_and_end(void *argument)
{
    struct chorus *c = argument;
    chorus_wait(c, &c->mutex[0], FOREVER);
    chorus_wait(c, &c->mutex[1], FOREVER);
    memset(&c->mutex[0], 0x41, sizeof c->mutex[0]);
}

static void one_that_was_written_over_is_not_abandoned_and_the_others_are(void **state)
{
    unsigned char written[sizeof(KMUTEX)];
    struct chorus *c = *state;
    c->b->drivers_err = true;
    make_mutex(c);
    KeInitializeMutex(&c->mutex[1], 0);
    chorus_start(c, write_over_and_end);

    chorus_expect(c, "STATUS_SUCCESS STATUS_SUCCESS ");

    memset(written, 0x41, sizeof written);
    assert_memory_equal(&c->mutex[0], written, sizeof written);
    assert_int_equal(KeReadStateMutex(&c->mutex[1]), 1);
    assert_true(c->mutex[1].Abandoned);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CHORUS_TEST(a_mutex_is_free_when_its_owner_gave_it_back_as_often_as_it_took_it),
        CHORUS_TEST(a_wait_names_the_holder),
        CHORUS_TEST(who_does_not_have_a_mutex_cannot_give_it_back),
        CHORUS_TEST(an_abandoned_mutex_says_so_once),
        CHORUS_TEST(a_mutant_can_be_made_with_an_owner_and_be_abandoned),
        CHORUS_TEST(a_fast_mutex_raises_to_apc_level_and_gives_the_irql_back),
        CHORUS_TEST(a_fast_mutex_taken_at_apc_level_leaves_the_thread_there),
        CHORUS_TEST(a_fast_mutex_goes_from_hand_to_hand),
        CHORUS_TEST(the_unsafe_pair_leaves_the_irql_alone),
        CHORUS_TEST(misuses_of_a_fast_mutex_are_noted_and_do_no_harm),
        CHORUS_TEST(regions_count_and_a_mutex_is_one),
        CHORUS_TEST(a_region_may_last_from_start_to_complete_and_no_longer),
        CHORUS_TEST(one_that_was_written_over_is_not_abandoned_and_the_others_are),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
