/* locks: mutexes of each kind that a thread still has when code of a driver ends */
#include "unit/chorus.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define HELD ": it ends with a lock that it has not given back\n"
#define RAISED ": called at a raised IRQL\n"

static void make(struct chorus *c)
{
    bench_load(c->b);
    KeInitializeMutex(&c->mutex[0], 0);
    ExInitializeFastMutex(&c->fast);
    bench_forget(c->b);
}

/* Every misuse so far, a line each: the routine and what it is. All are of one driver. */
static void expect_misuses(struct chorus *c, uint16_t driver, const char *expected)
{
    struct ha_text seen = {0};
    size_t count = bench_count(c->b, HA_MISUSE);
    for (size_t i = 0; i < count; i++) {
        const struct ha_record *misuse = bench_record(c->b, HA_MISUSE, i);
        const char *name = ha_routine_name(misuse->as.misuse.routine);
        ha_text_addf(&seen, "%s: %s\n", name ? name : "?",
                     ha_misuse_name(misuse->as.misuse.misuse));
        assert_int_equal(misuse->driver, driver);
        assert_true(misuse->as.misuse.misuse != HA_MISUSE_HELD || misuse->id != 0);
    }
    expect_text("misuses", expected, ha_text_string(&seen));
    ha_text_close(&seen);
}

static void take_mutex(struct chorus *c)
{
    KeWaitForSingleObject(&c->mutex[0], Executive, KernelMode, FALSE, NULL);
}

static void give_mutex(struct chorus *c)
{
    KeReleaseMutex(&c->mutex[0], FALSE);
}

static void take_mutant(struct chorus *c)
{
    KeInitializeMutant((PRKMUTANT)&c->mutex[0], TRUE);
}

static void take_fast(struct chorus *c)
{
    ExAcquireFastMutex(&c->fast);
}

static void take_unsafe(struct chorus *c)
{
    KeEnterCriticalRegion();
    ExAcquireFastMutexUnsafe(&c->fast);
    KeLeaveCriticalRegion();
}

static void take_guarded(struct chorus *c)
{
    KeInitializeGuardedMutex(&c->fast);
    KeAcquireGuardedMutex(&c->fast);
}

static void give_guarded(struct chorus *c)
{
    KeReleaseGuardedMutex(&c->fast);
}

struct kind {
    void (*take)(struct chorus *c);
    const char *at_end;             /* of a thread that does no more */
    const char *at_unload;
};

static const struct kind kinds[] = {
    {take_mutex, "PsTerminateSystemThread" HELD, "?" HELD},
    {take_mutant, "", ""},
    {take_fast, "PsTerminateSystemThread" HELD "PsTerminateSystemThread" RAISED, "?" HELD},
    {take_unsafe, "PsTerminateSystemThread" HELD, "?" HELD},
    {take_guarded, "PsTerminateSystemThread" HELD, "?" HELD},
};

struct use {
    struct chorus *c;
    const struct kind *kind;
};

static VOID NTAPI take_and_end(PVOID StartContext)
{
    struct use *use = StartContext;
    use->kind->take(use->c);
}

static void start_it(void *argument)
{
    HANDLE handle;
    PsCreateSystemThread(&handle, THREAD_ALL_ACCESS, NULL, NULL, NULL, take_and_end, argument);
    ZwClose(handle);
}

/* OBJ-2 */
static void a_thread_that_ends_with_one_is_found_by_its_name(void **state)
{
    struct chorus *c = *state;
    c->b->drivers_err = true;
    for (size_t i = 0; i < COUNT(kinds); i++) {
        struct use use = {c, &kinds[i]};
        make(c);

        bench_run(c->b, c->driver, start_it, &use);

        expect_misuses(c, bench_count(c->b, HA_MISUSE) ? 1 : 0, kinds[i].at_end);
        assert_int_equal(c->b->machine->kernel.locks, 0);
    }
}

static void leave(struct driver *driver)
{
    struct use *use = driver->extra;
    use->kind->take(use->c);
}

/* DRV-12, OBJ-2 */
static void so_is_unload(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(kinds); i++) {
        struct chorus *c;
        assert_int_equal(chorus_setup((void **)&c), 0);
        struct use use = {c, &kinds[i]};
        c->b->drivers_err = true;
        c->driver->leave = leave;
        c->driver->extra = &use;
        make(c);

        bench_unload(c->b, c->driver);

        expect_misuses(c, bench_count(c->b, HA_MISUSE) ? 1 : 0, kinds[i].at_unload);
        assert_int_equal(c->b->machine->kernel.locks, 0);
        chorus_teardown((void **)&c);
    }
}

/* What a driver has from Start on, and what it does with it in the second call. */
struct keeper {
    struct chorus *c;
    void (*take)(struct chorus *c);
    void (*give)(struct chorus *c);         /* NULL: it does not */
};

static void keep(struct driver *driver, PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT change,
                 PNTSTATUS operation_status)
{
    struct keeper *keeper = driver->extra;
    (void)operation_status;
    if (change->State == KeProcessorAddStartNotify)
        keeper->take(keeper->c);
    else if (keeper->give)
        keeper->give(keeper->c);
}

static void do_something_else(struct chorus *c)
{
    (void)c;
    KeEnterCriticalRegion();
    KeLeaveCriticalRegion();
}

/* OBJ-2, CTX-7 */
static void one_that_is_kept_from_start_is_found_unless_the_second_call_gives_it_back(void **state)
{
    static const struct { struct keeper keeper; const char *found; } cases[] = {
        {{NULL, take_mutex, give_mutex}, ""},
        {{NULL, take_guarded, give_guarded}, ""},
        {{NULL, take_mutex, do_something_else}, "KeRegisterProcessorChangeCallback" HELD},
        {{NULL, take_mutex, NULL}, "KeRegisterProcessorChangeCallback" HELD},
        {{NULL, take_guarded, NULL}, "KeRegisterProcessorChangeCallback" HELD},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct chorus *c;
        assert_int_equal(chorus_setup((void **)&c), 0);
        struct keeper keeper = cases[i].keeper;
        keeper.c = c;
        c->b->drivers_err = true;
        c->driver->act = keep;
        c->driver->extra = &keeper;
        make(c);

        bench_add_processor(c->b);

        expect_misuses(c, bench_count(c->b, HA_MISUSE) ? 1 : 0, cases[i].found);
        chorus_teardown((void **)&c);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CHORUS_TEST(a_thread_that_ends_with_one_is_found_by_its_name),
        cmocka_unit_test(so_is_unload),
        cmocka_unit_test(one_that_is_kept_from_start_is_found_unless_the_second_call_gives_it_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
