/* ex_resource: those that a thread still has when a region, or code that the kernel calls, ends */
#include "nt/resource.h"
#include "unit/chorus.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static void make(struct chorus *c)
{
    bench_load(c->b);
    for (size_t i = 0; i < COUNT(c->resource); i++)
        ExInitializeResourceLite(&c->resource[i]);
    bench_forget(c->b);
}

/* Every misuse so far, a line each: the routine, what it is, and which resource it names. */
static void expect_misuses(struct chorus *c, const char *expected)
{
    struct ha_text seen = {0};
    size_t count = bench_count(c->b, HA_MISUSE);
    for (size_t i = 0; i < count; i++) {
        const struct ha_record *misuse = bench_record(c->b, HA_MISUSE, i);
        const char *name = ha_routine_name(misuse->as.misuse.routine);
        const struct ha_resource *resource = c->b->machine->kernel.resources;
        while (resource && resource->id != misuse->id)
            resource = resource->older;
        ha_text_addf(&seen, "%s: %s", name ? name : "?",
                     ha_misuse_name(misuse->as.misuse.misuse));
        if (resource)
            ha_text_addf(&seen, ", %d", (int)(resource->place - c->resource));
        ha_text_add(&seen, "\n");
    }
    expect_text("misuses", expected, ha_text_string(&seen));
    ha_text_close(&seen);
}

#define EXPOSED ": APCs are enabled again while the thread has a resource, "
#define HELD    ": it ends with a lock that it has not given back, "

/* Ways to keep APCs away, and to let them come again. */
static void enter_region(struct chorus *c)
{
    (void)c;
    KeEnterCriticalRegion();
}

static void leave_region(struct chorus *c)
{
    (void)c;
    KeLeaveCriticalRegion();
}

static void enter_guarded(struct chorus *c)
{
    (void)c;
    KeEnterGuardedRegion();
}

static void leave_guarded(struct chorus *c)
{
    (void)c;
    KeLeaveGuardedRegion();
}

static void raise_irql(struct chorus *c)
{
    KIRQL old;
    (void)c;
    KeRaiseIrql(APC_LEVEL, &old);
}

static void lower_irql(struct chorus *c)
{
    (void)c;
    KeLowerIrql(PASSIVE_LEVEL);
}

static void take_fast_mutex(struct chorus *c)
{
    ExInitializeFastMutex(&c->fast);
    ExAcquireFastMutex(&c->fast);
}

static void give_fast_mutex(struct chorus *c)
{
    ExReleaseFastMutex(&c->fast);
}

static void take_guarded_mutex(struct chorus *c)
{
    KeInitializeGuardedMutex(&c->fast);
    KeAcquireGuardedMutex(&c->fast);
}

static void give_guarded_mutex(struct chorus *c)
{
    KeReleaseGuardedMutex(&c->fast);
}

static void take_mutex(struct chorus *c)
{
    KeInitializeMutex(&c->mutex[0], 0);
    KeWaitForSingleObject(&c->mutex[0], Executive, KernelMode, FALSE, NULL);
}

static void give_mutex(struct chorus *c)
{
    KeReleaseMutex(&c->mutex[0], FALSE);
}

static void take_other(struct chorus *c)
{
    ExEnterCriticalRegionAndAcquireResourceShared(&c->resource[1]);
}

static void give_other(struct chorus *c)
{
    ExReleaseResourceAndLeaveCriticalRegion(&c->resource[1]);
}

static const struct way {
    void (*close)(struct chorus *c);
    void (*open)(struct chorus *c);
    const char *told;
} ways[] = {
    {enter_region, leave_region, "KeLeaveCriticalRegion" EXPOSED "0\n"},
    {enter_guarded, leave_guarded, "KeLeaveGuardedRegion" EXPOSED "0\n"},
    {raise_irql, lower_irql, "KeLowerIrql" EXPOSED "0\n"},
    {take_fast_mutex, give_fast_mutex, "ExReleaseFastMutex" EXPOSED "0\n"},
    {take_guarded_mutex, give_guarded_mutex, "KeReleaseGuardedMutex" EXPOSED "0\n"},
    {take_mutex, give_mutex, "KeReleaseMutex" EXPOSED "0\n"},
    {take_other, give_other, "KeLeaveCriticalRegion" EXPOSED "0\n"},
};

struct use {
    struct chorus *c;
    const struct way *way;
};

static void let_apcs_come_meanwhile(void *argument)
{
    struct use *use = argument;
    PERESOURCE resource = &use->c->resource[0];
    use->way->close(use->c);
    ExAcquireResourceSharedLite(resource, TRUE);
    for (int i = 0; i < 2; i++) {
        use->way->open(use->c);
        use->way->close(use->c);
    }
    ExReleaseResourceLite(resource);
    use->way->open(use->c);
}

/* OBJ-2 */
static void who_leaves_what_keeps_apcs_away_is_found_though_it_enters_it_again(void **state)
{
    struct chorus *c = *state;
    c->b->drivers_err = true;
    make(c);
    for (size_t i = 0; i < COUNT(ways); i++) {
        struct use use = {c, &ways[i]};
        bench_forget(c->b);

        bench_run(c->b, c->driver, let_apcs_come_meanwhile, &use);

        expect_misuses(c, ways[i].told);
    }
}

static void leave_the_inner_one_only(void *argument)
{
    struct use *use = argument;
    PERESOURCE resource = &use->c->resource[0];
    KeEnterCriticalRegion();
    use->way->close(use->c);
    ExAcquireResourceExclusiveLite(resource, TRUE);
    use->way->open(use->c);
    ExReleaseResourceLite(resource);
    KeLeaveCriticalRegion();
}

static void inside_another_region_nothing_is_wrong_with_that(void **state)
{
    struct chorus *c = *state;
    make(c);
    for (size_t i = 0; i < COUNT(ways); i++) {
        struct use use = {c, &ways[i]};

        bench_run(c->b, c->driver, leave_the_inner_one_only, &use);

        expect_misuses(c, "");
    }
    for (size_t i = 0; i < COUNT(c->resource); i++)
        ExDeleteResourceLite(&c->resource[i]);
}

/* Take the first in a callback, and leave the region. */
static void keep_one(struct chorus *c)
{
    KeEnterCriticalRegion();
    ExAcquireResourceExclusiveLite(&c->resource[0], TRUE);
    KeLeaveCriticalRegion();
}

static void want_it(void *argument)
{
    struct chorus *c = argument;
    KeEnterCriticalRegion();
    chorus_number(c, "free", ExAcquireResourceExclusiveLite(&c->resource[0], FALSE));
    KeLeaveCriticalRegion();
}

static void keep_one_in_start(struct driver *driver, PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT change,
                              PNTSTATUS operation_status)
{
    (void)operation_status;
    if (change->State == KeProcessorAddStartNotify)
        keep_one(driver->extra);
}

/* OBJ-2 */
static void a_callback_that_returns_with_one_is_found_and_nobody_has_it(void **state)
{
    struct chorus *c = *state;
    c->b->findings = "a OBJ-2\na OBJ-2\n";
    c->driver->act = keep_one_in_start;
    c->driver->extra = c;
    make(c);

    bench_add_processor(c->b);

    expect_misuses(c, "KeLeaveCriticalRegion" EXPOSED "0\n"
                      "KeRegisterProcessorChangeCallback" HELD "0\n");
    assert_int_equal(c->b->machine->kernel.resources->older->owners->thread, 0);
    chorus_start(c, want_it);
    chorus_expect(c, "free=0 ");
}

static void keep_one_at_apc_level(struct driver *driver,
                                  PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT change,
                                  PNTSTATUS operation_status)
{
    struct chorus *c = driver->extra;
    (void)operation_status;
    if (change->State == KeProcessorAddStartNotify)
        ExAcquireResourceSharedLite(&c->resource[1], TRUE);
}

/* OBJ-2 */
static void one_that_changed_nothing_else_is_found_too(void **state)
{
    struct chorus *c = *state;
    bench_turn(c->b, "callback_irql", "apc");
    c->b->findings = "a OBJ-2\n";
    c->driver->act = keep_one_at_apc_level;
    c->driver->extra = c;
    make(c);

    bench_add_processor(c->b);

    expect_misuses(c, "KeRegisterProcessorChangeCallback" HELD "1\n");
}

/* What a driver of the next tests does: it has its locks from Start on, and the processor. */
struct keeper {
    struct chorus *c;
    size_t which;                           /* of the resources and push locks */
    bool gives;                             /* them back in the second call */
};

static void keep_until_the_second_call(struct driver *driver,
                                       PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT change,
                                       PNTSTATUS operation_status)
{
    struct keeper *keeper = driver->extra;
    struct chorus *c = keeper->c;
    (void)operation_status;
    if (change->State == KeProcessorAddStartNotify) {
        KeEnterCriticalRegion();
        ExAcquirePushLockExclusive(&c->push[keeper->which]);
        ExAcquireResourceExclusiveLite(&c->resource[keeper->which], TRUE);
        return;
    }
    if (keeper->gives) {
        ExReleaseResourceLite(&c->resource[keeper->which]);
        ExReleasePushLockExclusive(&c->push[keeper->which]);
    }
    KeLeaveCriticalRegion();
}

/* Two drivers that do so. */
static void make_keepers(struct chorus *c, struct keeper keeper[2], bool first_gives)
{
    struct driver *driver[2] = {c->driver, bench_driver(c->b, "b")};
    for (size_t i = 0; i < 2; i++) {
        keeper[i] = (struct keeper){c, i, i || first_gives};
        driver[i]->act = keep_until_the_second_call;
        driver[i]->extra = &keeper[i];
    }
    make(c);
}

/* CTX-7: a working design */
static void locks_may_be_kept_in_a_region_from_start_to_the_second_call(void **state)
{
    struct chorus *c = *state;
    struct keeper keeper[2];
    make_keepers(c, keeper, true);

    bench_add_processor(c->b);

    expect_misuses(c, "");
    assert_null(c->b->machine->kernel.resources->owners);
    assert_null(c->b->machine->kernel.resources->older->owners);
    assert_int_equal(c->b->machine->kernel.locks, 0);
}

/* Of each processor that exists; the one that a call refuses gets no second call. */
static void keep_for_each_processor(struct driver *driver,
                                    PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT change,
                                    PNTSTATUS operation_status)
{
    struct chorus *c = driver->extra;
    (void)operation_status;
    if (change->State == KeProcessorAddStartNotify)
        ExEnterCriticalRegionAndAcquireResourceExclusive(&c->resource[0]);
    if (change->State != KeProcessorAddStartNotify || change->NtNumber == driver->only_for)
        ExReleaseResourceAndLeaveCriticalRegion(&c->resource[0]);
}

static void keep_in_an_exist_phase(struct chorus *c, ULONG refused)
{
    make(c);
    c->driver->act = keep_for_each_processor;
    c->driver->extra = c;
    c->driver->only_for = refused;
    c->driver->answer[KeProcessorAddStartNotify] = INSUF;

    PVOID handle = driver_register(c->driver, KE_PROCESSOR_CHANGE_ADD_EXISTING);

    assert_int_equal(handle != NULL, refused == 4);
    expect_misuses(c, "");
    assert_null(c->b->machine->kernel.resources->older->owners);
}

/* CTX-7: the calls of an EXIST phase are one operation */
static void one_may_be_kept_for_each_processor_that_exists(void **state)
{
    keep_in_an_exist_phase(*state, 4);
}

/* CTX-7, EXIST-7 */
static void who_refuses_may_keep_those_of_the_processors_before(void **state)
{
    keep_in_an_exist_phase(*state, 2);
}

static void keep_the_last(struct driver *driver, PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT change,
                          PNTSTATUS operation_status)
{
    struct chorus *c = driver->extra;
    (void)operation_status;
    if (change->State == KeProcessorAddStartNotify)
        ExEnterCriticalRegionAndAcquireResourceExclusive(&c->resource[0]);
    else if (change->NtNumber < 3)
        ExReleaseResourceAndLeaveCriticalRegion(&c->resource[0]);
    else
        KeLeaveCriticalRegion();
}

/* OBJ-2 */
static void one_that_is_kept_when_the_phase_is_over_is_found(void **state)
{
    struct chorus *c = *state;
    c->b->findings = "kernel OBJ-2\nkernel OBJ-2\n";
    make(c);
    c->driver->act = keep_the_last;
    c->driver->extra = c;

    driver_register(c->driver, KE_PROCESSOR_CHANGE_ADD_EXISTING);

    expect_misuses(c, "KeLeaveCriticalRegion" EXPOSED "0\n"
                      "KeRegisterProcessorChangeCallback" HELD "0\n");
}

#define NAMELESS ": it ends with a lock that it has not given back\n"

/* OBJ-2 */
static void those_that_the_second_call_does_not_give_back_are_found(void **state)
{
    struct chorus *c = *state;
    struct keeper keeper[2];
    c->b->findings = "a OBJ-2\na OBJ-2\n";
    make_keepers(c, keeper, false);

    bench_add_processor(c->b);

    expect_misuses(c, "KeRegisterProcessorChangeCallback" HELD "0\n"
                      "KeRegisterProcessorChangeCallback" NAMELESS);
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(bench_record(c->b, HA_MISUSE, i)->driver, 1);
    assert_int_equal(c->b->machine->kernel.locks, 0);
}

/* OBJ-2, CTX-7: who writes an error is not called again under this knob */
static void those_of_who_gets_no_second_call_are_found_when_the_add_has_ended(void **state)
{
    struct chorus *c = *state;
    struct keeper keeper[2];
    bench_turn(c->b, "hot_failure_scope", "exclude_writer");
    c->b->findings = "b OBJ-2\nb OBJ-2\nb CTX-7\n";
    make_keepers(c, keeper, true);
    c->b->driver[1].answer[KeProcessorAddStartNotify] = INSUF;

    bench_add_processor(c->b);

    expect_misuses(c, "KeRegisterProcessorChangeCallback" HELD "1\n"
                      "KeRegisterProcessorChangeCallback" NAMELESS);
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(bench_record(c->b, HA_MISUSE, i)->driver, 2);
    assert_int_equal(c->b->machine->kernel.locks, 0);
}

static VOID NTAPI reinitialize(PDRIVER_OBJECT DriverObject, PVOID Context, ULONG Count)
{
    (void)DriverObject, (void)Count;
    keep_one(Context);
}

static NTSTATUS keep_one_in_entry(struct driver *driver)
{
    struct chorus *c = driver->extra;
    for (size_t i = 0; i < COUNT(c->resource); i++)
        ExInitializeResourceLite(&c->resource[i]);
    KeEnterCriticalRegion();
    ExAcquireResourceSharedLite(&c->resource[1], TRUE);
    KeLeaveCriticalRegion();
    IoRegisterDriverReinitialization(driver->object, reinitialize, c);
    return STATUS_SUCCESS;
}

static void leave(struct driver *driver)
{
    struct chorus *c = driver->extra;
    ExInitializeResourceLite((PERESOURCE)(void *)&c->object);
    KeEnterCriticalRegion();
    ExAcquireResourceSharedLite((PERESOURCE)(void *)&c->object, TRUE);
}

/* OBJ-2, CTX-7, DRV-12 */
static void so_is_an_entry_point(void **state)
{
    struct chorus *c = *state;
    c->b->findings = NULL;
    c->driver->enter = keep_one_in_entry;
    c->driver->leave = leave;
    c->driver->extra = c;

    bench_load(c->b);

    expect_misuses(c, "KeLeaveCriticalRegion" EXPOSED "1\n"
                      "?" HELD "1\n"
                      "KeLeaveCriticalRegion" EXPOSED "0\n"
                      "?" HELD "0\n");
    bench_forget(c->b);
    bench_unload(c->b, c->driver);
    assert_int_equal(bench_count(c->b, HA_MISUSE), 1);
    assert_int_equal(bench_record(c->b, HA_MISUSE, 0)->as.misuse.misuse, HA_MISUSE_HELD);
    assert_int_equal(bench_count(c->b, HA_LEFT_BEHIND), 3);
}

static VOID NTAPI keep_another(PVOID CallbackContext, PVOID Argument1, PVOID Argument2)
{
    struct chorus *c = CallbackContext;
    (void)Argument1, (void)Argument2;
    ExAcquireResourceExclusiveLite(&c->resource[1], TRUE);
}

static void notify_with_one(void *argument)
{
    struct chorus *c = argument;
    OBJECT_ATTRIBUTES attributes;
    PCALLBACK_OBJECT object;
    InitializeObjectAttributes(&attributes, NULL, 0, NULL, NULL);
    ExCreateCallback(&object, &attributes, TRUE, TRUE);
    PVOID handle = ExRegisterCallback(object, keep_another, c);
    ExEnterCriticalRegionAndAcquireResourceExclusive(&c->resource[0]);
    ExNotifyCallback(object, NULL, NULL);
    chorus_number(c, "kept", ExIsResourceAcquiredExclusiveLite(&c->resource[0]));
    chorus_number(c, "kept", ExIsResourceAcquiredExclusiveLite(&c->resource[1]));
    ExReleaseResourceAndLeaveCriticalRegion(&c->resource[0]);
    ExUnregisterCallback(handle);
    ObDereferenceObject(object);
}

/* OBJ-2 */
static void what_the_caller_had_before_the_call_stays_with_it(void **state)
{
    struct chorus *c = *state;
    c->b->findings = "a OBJ-2\n";
    make(c);
    chorus_start(c, notify_with_one);

    chorus_expect(c, "kept=1 kept=0 ");

    expect_misuses(c, "ExNotifyCallback" HELD "1\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CHORUS_TEST(who_leaves_what_keeps_apcs_away_is_found_though_it_enters_it_again),
        CHORUS_TEST(inside_another_region_nothing_is_wrong_with_that),
        CHORUS_TEST(a_callback_that_returns_with_one_is_found_and_nobody_has_it),
        CHORUS_TEST(one_that_changed_nothing_else_is_found_too),
        CHORUS_TEST(locks_may_be_kept_in_a_region_from_start_to_the_second_call),
        CHORUS_TEST(one_may_be_kept_for_each_processor_that_exists),
        CHORUS_TEST(who_refuses_may_keep_those_of_the_processors_before),
        CHORUS_TEST(one_that_is_kept_when_the_phase_is_over_is_found),
        CHORUS_TEST(those_that_the_second_call_does_not_give_back_are_found),
        CHORUS_TEST(those_of_who_gets_no_second_call_are_found_when_the_add_has_ended),
        CHORUS_TEST(so_is_an_entry_point),
        CHORUS_TEST(what_the_caller_had_before_the_call_stays_with_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
