/*
 * identity - which orders of two threads make two runs, and which make one (sim/footprint)
 *
 * Two threads of nobody's each use an object once. In two runs they do so in the two orders there
 * are; a run is told from the other where the order matters to anybody.
 */
#include "unit/bench.h"

#include "core/tape.h"
#include "sim/footprint.h"

#define LOCK_TAG 0x74736554u        /* "Test" */

struct objects {
    KEVENT event[2];
    KSEMAPHORE semaphore[2];
    KMUTEX mutex[2];
    KTIMER timer[2];
    KDPC dpc[2];
    FAST_MUTEX fast[2];
    KGUARDED_MUTEX guarded[2];
    KSPIN_LOCK spin[2];
    EX_SPIN_LOCK shared[2];
    EX_PUSH_LOCK push[2];
    ERESOURCE resource[2];
    IO_REMOVE_LOCK remove[2];
    EX_RUNDOWN_REF rundown[2];
    SLIST_HEADER stack[2];
    SLIST_ENTRY card[2];
    LIST_ENTRY list[2], entry[2];
    WORK_QUEUE_ITEM item[4];            /* each of them is queued once */
    int items;
};

typedef void use(struct objects *objects, int n);

static void set_event(struct objects *objects, int n)
{
    KeSetEvent(&objects->event[n], IO_NO_INCREMENT, FALSE);
}

static void read_event(struct objects *objects, int n)
{
    KeReadStateEvent(&objects->event[n]);
}

static void wait_for_event(struct objects *objects, int n)
{
    LARGE_INTEGER at_once = {.QuadPart = 0};
    KeWaitForSingleObject(&objects->event[n], Executive, KernelMode, FALSE, &at_once);
}

static void wait_for_several(struct objects *objects, int n)
{
    LARGE_INTEGER at_once = {.QuadPart = 0};
    PVOID several[] = {&objects->event[n], &objects->semaphore[n], &objects->timer[n]};
    KeWaitForMultipleObjects(3, several, WaitAny, Executive, KernelMode, FALSE, &at_once, NULL);
}

static void release_semaphore(struct objects *objects, int n)
{
    KeReleaseSemaphore(&objects->semaphore[n], IO_NO_INCREMENT, 1, FALSE);
}

static void use_mutex(struct objects *objects, int n)
{
    KeWaitForSingleObject(&objects->mutex[n], Executive, KernelMode, FALSE, NULL);
    KeReleaseMutex(&objects->mutex[n], FALSE);
}

static void read_mutex(struct objects *objects, int n)
{
    KeReadStateMutex(&objects->mutex[n]);
}

static void cancel_timer(struct objects *objects, int n)
{
    KeCancelTimer(&objects->timer[n]);
}

static void read_timer(struct objects *objects, int n)
{
    KeReadStateTimer(&objects->timer[n]);
}

static void set_timer(struct objects *objects, int n)
{
    LARGE_INTEGER due = {.QuadPart = -10000};
    KeSetTimer(&objects->timer[n], due, NULL);
}

static void ignore_dpc(PKDPC Dpc, PVOID DeferredContext, PVOID SystemArgument1,
                       PVOID SystemArgument2)
{
    (void)Dpc, (void)DeferredContext, (void)SystemArgument1, (void)SystemArgument2;
}

static void queue_dpc(struct objects *objects, int n)
{
    KeInsertQueueDpc(&objects->dpc[n], NULL, NULL);
}

static void ignore_work(PVOID Parameter)
{
    (void)Parameter;
}

static void queue_work(struct objects *objects, int n)
{
    (void)n;
    ExQueueWorkItem(&objects->item[objects->items++], DelayedWorkQueue);
}

static void use_fast_mutex(struct objects *objects, int n)
{
    ExAcquireFastMutex(&objects->fast[n]);
    ExReleaseFastMutex(&objects->fast[n]);
}

static void use_guarded_mutex(struct objects *objects, int n)
{
    KeAcquireGuardedMutex(&objects->guarded[n]);
    KeReleaseGuardedMutex(&objects->guarded[n]);
}

static void use_spin_lock(struct objects *objects, int n)
{
    KIRQL old_irql;
    KeAcquireSpinLock(&objects->spin[n], &old_irql);
    KeReleaseSpinLock(&objects->spin[n], old_irql);
}

static void share_spin_lock(struct objects *objects, int n)
{
    KIRQL old_irql = ExAcquireSpinLockShared(&objects->shared[n]);
    ExReleaseSpinLockShared(&objects->shared[n], old_irql);
}

static void use_push_lock(struct objects *objects, int n)
{
    KeEnterCriticalRegion();
    ExAcquirePushLockExclusive(&objects->push[n]);
    ExReleasePushLockExclusive(&objects->push[n]);
    KeLeaveCriticalRegion();
}

static void use_resource(struct objects *objects, int n)
{
    KeEnterCriticalRegion();
    ExAcquireResourceExclusiveLite(&objects->resource[n], TRUE);
    ExReleaseResourceLite(&objects->resource[n]);
    KeLeaveCriticalRegion();
}

static void use_remove_lock(struct objects *objects, int n)
{
    if (NT_SUCCESS(IoAcquireRemoveLock(&objects->remove[n], objects)))
        IoReleaseRemoveLock(&objects->remove[n], objects);
}

static void use_rundown(struct objects *objects, int n)
{
    if (ExAcquireRundownProtection(&objects->rundown[n]))
        ExReleaseRundownProtection(&objects->rundown[n]);
}

static void use_slist(struct objects *objects, int n)
{
    ExInterlockedPushEntrySList(&objects->stack[n], &objects->card[n], NULL);
    ExInterlockedPopEntrySList(&objects->stack[n], NULL);
}

static void use_list(struct objects *objects, int n)
{
    ExInterlockedInsertTailList(&objects->list[n], &objects->entry[n], &objects->spin[n]);
    ExInterlockedRemoveHeadList(&objects->list[n], &objects->spin[n]);
}

static void count_processors(struct objects *objects, int n)
{
    (void)objects, (void)n;
    KeQueryActiveProcessorCountEx(ALL_PROCESSOR_GROUPS);
}

static void raise_irql(struct objects *objects, int n)
{
    KIRQL old_irql;
    (void)objects, (void)n;
    KeRaiseIrql(DISPATCH_LEVEL, &old_irql);
    KeLowerIrql(old_irql);
}

static void make_objects(struct objects *objects)
{
    for (int n = 0; n < 2; n++) {
        KeInitializeEvent(&objects->event[n], NotificationEvent, FALSE);
        KeInitializeSemaphore(&objects->semaphore[n], 0, 8);
        KeInitializeMutex(&objects->mutex[n], 0);
        KeInitializeTimer(&objects->timer[n]);
        KeInitializeDpc(&objects->dpc[n], ignore_dpc, NULL);
        ExInitializeFastMutex(&objects->fast[n]);
        KeInitializeGuardedMutex(&objects->guarded[n]);
        KeInitializeSpinLock(&objects->spin[n]);
        ExInitializePushLock(&objects->push[n]);
        ExInitializeResourceLite(&objects->resource[n]);
        IoInitializeRemoveLock(&objects->remove[n], LOCK_TAG, 0, 0);
        ExInitializeRundownProtection(&objects->rundown[n]);
        ExInitializeSListHead(&objects->stack[n]);
        InitializeListHead(&objects->list[n]);
    }
    for (int i = 0; i < 4; i++)
        ExInitializeWorkItem(&objects->item[i], ignore_work, NULL);
}

struct user {
    struct objects *objects;
    use *use;
    int n;
};

static void use_it(void *argument)
{
    const struct user *user = argument;
    user->use(user->objects, user->n);
}

/* Of the first question about two threads; all others have their ordinary answers. */
struct director {
    struct ha_oracle oracle;            /* first */
    uint32_t first;
    bool has_asked;
};

static uint32_t direct(struct ha_oracle *oracle, struct ha_world *world,
                       const struct ha_question *question)
{
    struct director *director = (struct director *)(void *)oracle;
    (void)world;
    if (question->kind != HA_CHOICE_THREAD || director->has_asked)
        return 0;
    director->has_asked = true;
    return director->first;
}

/* How the two are to go about it. Before that, somebody else has done both. */
struct pair {
    use *use[2];
    int n[2];
    uint32_t processor[2];
};

static void start(struct ha_world *world, struct user *user, uint32_t processor)
{
    world->sched.placed = processor;
    assert_int_equal(ha_thread_create(world, HA_THREAD_SYSTEM, 0, use_it, user, NULL), HA_OK);
}

/* The identity of the run in which this one of them goes first. */
static uint64_t identity_of(const struct pair *pair, uint32_t first)
{
    struct bench *b;
    struct objects objects = {0};
    struct director director = {.oracle.answer = direct, .first = first};
    struct ha_footprint footprint;
    struct user user[2];
    assert_int_equal(bench_setup((void **)&b), 0);
    bench_load(b);
    struct ha_world *world = &b->machine->kernel.world;
    make_objects(&objects);
    ha_footprint_init(&footprint, NULL);
    world->host->watcher = &footprint.watcher;
    for (int i = 0; i < 2; i++)
        pair->use[i](&objects, pair->n[i]);
    assert_int_equal(ha_machine_settle(b->machine, HA_OK), HA_OK);
    for (int i = 0; i < 2; i++) {
        user[i] = (struct user){&objects, pair->use[i], pair->n[i]};
        start(world, &user[i], pair->processor[i]);
    }
    world->host->oracle = &director.oracle;

    assert_int_equal(ha_machine_settle(b->machine, HA_OK), HA_OK);

    world->host->watcher = NULL;
    world->host->oracle = NULL;
    assert_true(director.has_asked);
    uint64_t identity = footprint.sum;
    ha_footprint_close(&footprint);
    for (int n = 0; n < 2; n++)
        ExDeleteResourceLite(&objects.resource[n]);
    assert_int_equal(bench_teardown((void **)&b), 0);
    return identity;
}

static bool order_matters(const struct pair *pair)
{
    return identity_of(pair, 0) != identity_of(pair, 1);
}

static const struct {
    const char *what;
    use *use;
    bool all_share;                     /* also those who use different objects */
} uses[] = {
    {"KeSetEvent", set_event, false},
    {"KeWaitForSingleObject", wait_for_event, false},
    {"KeWaitForMultipleObjects", wait_for_several, false},
    {"KeReleaseSemaphore", release_semaphore, false},
    {"KeReleaseMutex", use_mutex, false},
    {"KeCancelTimer", cancel_timer, false},
    {"ExAcquireFastMutex", use_fast_mutex, false},
    {"KeAcquireGuardedMutex", use_guarded_mutex, false},
    {"ExAcquireResourceExclusiveLite", use_resource, false},
    {"IoAcquireRemoveLock", use_remove_lock, false},
    /* These have no id, at least as long as a trace has nothing to say of them. */
    {"KeAcquireSpinLock", use_spin_lock, true},
    {"ExAcquireSpinLockShared", share_spin_lock, true},
    {"ExAcquirePushLockExclusive", use_push_lock, true},
    {"ExAcquireRundownProtection", use_rundown, true},
    {"ExInterlockedPushEntrySList", use_slist, true},
    {"ExInterlockedInsertTailList", use_list, true},
    /* There is one clock, and one queue of what is to come. */
    {"KeSetTimer", set_timer, true},
    {"KeInsertQueueDpc", queue_dpc, true},
    {"ExQueueWorkItem", queue_work, true},
};

static void who_comes_first_to_an_object_makes_another_run(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof uses / sizeof uses[0]; i++) {
        const struct pair same = {{uses[i].use, uses[i].use}, {0, 0}, {1, 2}};
        if (!order_matters(&same))
            fail_msg("%s: the orders are one run", uses[i].what);
    }
}

static void who_comes_first_to_something_else_makes_none(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof uses / sizeof uses[0]; i++) {
        const struct pair different = {{uses[i].use, uses[i].use}, {0, 1}, {1, 2}};
        if (order_matters(&different) != uses[i].all_share)
            fail_msg("%s: the orders are %s", uses[i].what,
                     uses[i].all_share ? "one run" : "two runs");
    }
}

static void who_looks_first_makes_none(void **state)
{
    static use *const looks[] = {read_event, read_mutex, read_timer, count_processors};
    (void)state;
    for (size_t i = 0; i < sizeof looks / sizeof looks[0]; i++) {
        const struct pair same = {{looks[i], looks[i]}, {0, 0}, {1, 2}};
        if (order_matters(&same))
            fail_msg("look %d: the orders are two runs", (int)i);
    }
}

static void a_look_before_a_change_is_another_one_than_behind_it(void **state)
{
    static const struct {
        const char *what;
        use *look, *change;
    } pairs[] = {
        {"KeReadStateEvent", read_event, set_event},
        {"KeReadStateMutex", read_mutex, use_mutex},
        {"KeReadStateTimer", read_timer, cancel_timer},
    };
    (void)state;
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        const struct pair both = {{pairs[i].look, pairs[i].change}, {0, 0}, {1, 2}};
        if (!order_matters(&both))
            fail_msg("%s: the orders are one run", pairs[i].what);
    }
}

static void a_raised_irql_is_a_matter_of_its_processor(void **state)
{
    const struct pair one = {{raise_irql, raise_irql}, {0, 0}, {1, 1}};
    const struct pair two = {{raise_irql, raise_irql}, {0, 0}, {1, 2}};
    (void)state;

    assert_true(order_matters(&one));
    assert_false(order_matters(&two));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_comes_first_to_an_object_makes_another_run),
        cmocka_unit_test(who_comes_first_to_something_else_makes_none),
        cmocka_unit_test(who_looks_first_makes_none),
        cmocka_unit_test(a_look_before_a_change_is_another_one_than_behind_it),
        cmocka_unit_test(a_raised_irql_is_a_matter_of_its_processor),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
