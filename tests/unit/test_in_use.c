/* in_use: what of the kernel's lies on the stack of a thread that ends leads nowhere afterwards */
#include "unit/chorus.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* What lies on the stack of the thread that ends. */
struct place {
    KEVENT event;
    KMUTEX mutex;
    FAST_MUTEX fast;
    KSPIN_LOCK spin;
    EX_PUSH_LOCK push;
    EX_RUNDOWN_REF rundown;
    IO_REMOVE_LOCK remove;
    NPAGED_LOOKASIDE_LIST list;
    WORK_QUEUE_ITEM item;
    KTIMER timer;
    KDPC dpc;
};

struct use {
    struct chorus *c;
    const struct thing *thing;
    struct place *place;
};

/* One kind of thing. */
struct thing {
    void (*leave)(struct use *use);         /* on the thread that ends */
    void (*have)(struct use *use);          /* meanwhile on another one; NULL for nobody */
    const char *said;
};

static void make_event(struct use *use)
{
    KeInitializeEvent(&use->place->event, NotificationEvent, FALSE);
}

static void wait_for_a_while(struct use *use)
{
    chorus_wait(use->c, &use->place->event, 20);
}

static void wait_for_either(struct use *use)
{
    use->c->object[0] = &use->place->event;
    use->c->object[1] = &use->c->event[1];
    chorus_wait_multiple(use->c, 2, WaitAny, 30);
}

static void wait_for_both(struct use *use)
{
    use->c->object[0] = &use->c->event[1];
    use->c->object[1] = &use->place->event;
    chorus_wait_multiple(use->c, 2, WaitAll, 30);
}

static void make_mutex(struct use *use)
{
    KeInitializeMutex(&use->place->mutex, 0);
}

static void have_mutex(struct use *use)
{
    KeWaitForSingleObject(&use->place->mutex, Executive, KernelMode, FALSE, NULL);
    chorus_delay(20);
    chorus_number(use->c, "disabled", KeAreApcsDisabled());
}

static void make_fast_mutex(struct use *use)
{
    ExInitializeFastMutex(&use->place->fast);
}

static void have_fast_mutex(struct use *use)
{
    KeEnterCriticalRegion();
    ExAcquireFastMutexUnsafe(&use->place->fast);
    chorus_delay(20);
    KeLeaveCriticalRegion();
}

static void make_spin_lock(struct use *use)
{
    KeInitializeSpinLock(&use->place->spin);
}

static void have_spin_lock(struct use *use)
{
    KIRQL old;
    KeAcquireSpinLock(&use->place->spin, &old);
    while (!KeReadStateEvent(&use->c->event[1]))
        YieldProcessor();
}

static void keep_spin_lock(struct use *use)
{
    KIRQL old;
    make_spin_lock(use);
    KeAcquireSpinLock(&use->place->spin, &old);
    KeLowerIrql(old);
}

static void want_spin_lock(struct use *use)
{
    KeAcquireSpinLockAtDpcLevel(&use->place->spin);
}

static void make_push_lock(struct use *use)
{
    ExInitializePushLock(&use->place->push);
}

static void have_push_lock(struct use *use)
{
    KeEnterCriticalRegion();
    ExAcquirePushLockExclusive(&use->place->push);
    chorus_delay(20);
    KeLeaveCriticalRegion();
}

static void have_and_want_push_lock(struct use *use)
{
    KeEnterCriticalRegion();
    ExAcquirePushLockShared(&use->place->push);
    ExAcquirePushLockExclusive(&use->place->push);
}

static void use_rundown(struct use *use)
{
    ExInitializeRundownProtection(&use->place->rundown);
    chorus_number(use->c, "in", ExAcquireRundownProtection(&use->place->rundown));
}

static void wait_for_rundown(struct use *use)
{
    ExWaitForRundownProtectionRelease(&use->place->rundown);
}

static void acquire_remove_lock(struct use *use)
{
    IoInitializeRemoveLock(&use->place->remove, 1, 0, 0);
    for (int i = 0; i < 2; i++)
        (void)!IoAcquireRemoveLock(&use->place->remove, NULL);
}

static void make_list(struct use *use)
{
    ExInitializeNPagedLookasideList(&use->place->list, NULL, NULL, 0, 16, 1, 0);
}

static VOID NTAPI work(PVOID Parameter)
{
    (void)Parameter;
}

/* The thread ends before a worker runs. */
static void queue_item(struct use *use)
{
    ExInitializeWorkItem(&use->place->item, work, NULL);
    ExQueueWorkItem(&use->place->item, DelayedWorkQueue);
}

static void set_timer(struct use *use)
{
    KeInitializeTimer(&use->place->timer);
    KeSetTimer(&use->place->timer, chorus_in(20), NULL);
}

static const struct thing things[] = {
    {make_event, wait_for_a_while, "STATUS_TIMEOUT@20 "},
    {make_event, wait_for_either, "STATUS_WAIT_1@15 "},
    {make_event, wait_for_both, "STATUS_TIMEOUT@30 "},
    {make_mutex, have_mutex, "disabled=0 "},
    {make_fast_mutex, have_fast_mutex, ""},
    {make_spin_lock, have_spin_lock, ""},
    {keep_spin_lock, want_spin_lock, ""},
    {make_push_lock, have_push_lock, ""},
    {make_push_lock, have_and_want_push_lock, ""},
    {use_rundown, wait_for_rundown, "in=1 "},
    {acquire_remove_lock, NULL, ""},
    {make_list, NULL, ""},
    {queue_item, NULL, ""},
    {set_timer, NULL, ""},
};

static VOID NTAPI leave_it(PVOID StartContext)
{
    struct use *use = StartContext;
    struct place place;
    use->place = &place;
    use->thing->leave(use);
    if (use->thing->have) {
        KeSetEvent(&use->c->event[0], 0, FALSE);
        chorus_delay(5);
    }
    use->place = NULL;
}

/* As what another thread's stack looks like after that. */
static VOID NTAPI write_all_over(PVOID StartContext)
{
    volatile unsigned char bytes[2 * sizeof(struct place)];
    (void)StartContext;
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = 0xdd;
}

static void start(struct use *use, PKSTART_ROUTINE routine)
{
    HANDLE handle;
    PsCreateSystemThread(&handle, THREAD_ALL_ACCESS, NULL, NULL, NULL, routine, use);
    ZwClose(handle);
}

static void direct(void *argument)
{
    struct use *use = argument;
    start(use, leave_it);
    chorus_delay(10);
    start(use, write_all_over);
    chorus_delay(5);
    KeSetEvent(&use->c->event[1], 0, FALSE);
}

static void have_meanwhile(void *argument)
{
    struct use *use = argument;
    KeWaitForSingleObject(&use->c->event[0], Executive, KernelMode, FALSE, NULL);
    use->thing->have(use);
}

static void play(struct chorus *c, const struct thing *thing)
{
    struct use use = {.c = c, .thing = thing};
    struct ha_world *world = &c->b->machine->kernel.world;
    for (size_t i = 0; i < COUNT(c->event); i++)
        KeInitializeEvent(&c->event[i], NotificationEvent, FALSE);
    world->sched.placed = 1;
    assert_int_equal(ha_thread_create(world, HA_THREAD_SYSTEM, 1, direct, &use, NULL), HA_OK);
    world->sched.placed = 2;
    if (thing->have)
        assert_int_equal(ha_thread_create(world, HA_THREAD_SYSTEM, 1, have_meanwhile, &use, NULL),
                         HA_OK);
    ha_text_clear(&c->said);
    assert_int_equal(ha_machine_settle(c->b->machine, HA_OK), HA_OK);
    assert_int_equal(ha_machine_run(c->b->machine), HA_OK);
    expect_text("what was said", thing->said, ha_text_string(&c->said));
}

/* How many misuses there are of a thread that ends while something is in use. */
static size_t found(struct chorus *c)
{
    size_t count = 0, all = bench_count(c->b, HA_MISUSE);
    for (size_t i = 0; i < all; i++) {
        const struct ha_record *misuse = bench_record(c->b, HA_MISUSE, i);
        count += misuse->as.misuse.routine == HA_RT_TERMINATE_THREAD &&
                 misuse->as.misuse.misuse == HA_MISUSE_IN_USE;
    }
    return count;
}

/* OBJ-6 */
static void what_lies_on_the_stack_of_a_thread_that_ends_is_found_once_and_forgotten(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(things); i++) {
        struct chorus *c;
        assert_int_equal(chorus_setup((void **)&c), 0);
        c->b->drivers_err = true;
        bench_load(c->b);

        play(c, &things[i]);

        const struct ha_kernel *kernel = &c->b->machine->kernel;
        if (found(c) != 1)
            print_error("case %zu: found %zu times\n", i, found(c));
        assert_int_equal(found(c), 1);
        assert_int_equal(kernel->mutants, 0);
        assert_int_equal(kernel->locks, 0);
        assert_null(kernel->remove_holds);
        assert_null(kernel->lookasides);
        assert_null(kernel->timers);
        assert_null(kernel->work.first);
        assert_int_equal(bench_count(c->b, HA_WORK_ENTER), 0);
        chorus_teardown((void **)&c);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_lies_on_the_stack_of_a_thread_that_ends_is_found_once_and_forgotten),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
