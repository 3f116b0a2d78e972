/* order_wait: what Windows orders by objects that threads wait for, in free mode */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/duo.h"

#define TAG 0x6f7564u

static struct {
    KEVENT event[2], always;
    KSEMAPHORE semaphore[2];
    KMUTEX mutex[2];
    FAST_MUTEX fast[2];
    KGUARDED_MUTEX guarded[2];
    KTIMER timer[2];
    EX_RUNDOWN_REF rundown[2];
    IO_REMOVE_LOCK remove[2];
    PVOID thread[2];
} my;

static void wait_for(PVOID object)
{
    KeWaitForSingleObject(object, Executive, KernelMode, FALSE, NULL);
}

/* The second's own other object is free from the start, so that it has nothing to wait for. */
static void make_events(void)
{
    KeInitializeEvent(&my.event[0], NotificationEvent, FALSE);
    KeInitializeEvent(&my.event[1], NotificationEvent, TRUE);
    KeInitializeEvent(&my.always, NotificationEvent, TRUE);
}

static void touch_and_set(void)
{
    duo_touch();
    KeSetEvent(&my.event[0], IO_NO_INCREMENT, FALSE);
}

static void wait_and_touch(void)
{
    wait_for(&my.event[duo_other()]);
    duo_touch();
}

static void look_and_touch(void)
{
    while (!KeReadStateEvent(&my.event[duo_other()]))
        YieldProcessor();
    duo_touch();
}

/* With both signalled a wait for any is ended by the one that is named first. */
static void wait_for_any_and_touch(void)
{
    PVOID object[] = {&my.always, &my.event[0]};
    if (!duo_other())
        KeClearEvent(&my.always);
    KeWaitForMultipleObjects(2, object, WaitAny, Executive, KernelMode, FALSE, NULL, NULL);
    duo_touch();
}

static void wait_for_all_and_touch(void)
{
    PVOID object[] = {&my.always, &my.event[duo_other()]};
    KeWaitForMultipleObjects(2, object, WaitAll, Executive, KernelMode, FALSE, NULL, NULL);
    duo_touch();
}

static void time_out_and_touch(void)
{
    LARGE_INTEGER interval = {.QuadPart = -10000};
    KeClearEvent(&my.event[1]);
    KeWaitForSingleObject(&my.event[duo_other()], Executive, KernelMode, FALSE,
                          duo_other() ? &interval : NULL);
    duo_touch();
}

static void make_semaphores(void)
{
    KeInitializeSemaphore(&my.semaphore[0], 0, 2);
    KeInitializeSemaphore(&my.semaphore[1], 1, 2);
}

static void touch_and_release(void)
{
    duo_touch();
    KeReleaseSemaphore(&my.semaphore[0], IO_NO_INCREMENT, 1, FALSE);
}

static void take_semaphore_and_touch(void)
{
    wait_for(&my.semaphore[duo_other()]);
    duo_touch();
}

static void make_mutexes(void)
{
    for (int i = 0; i < 2; i++) {
        KeInitializeMutex(&my.mutex[i], 0);
        ExInitializeFastMutex(&my.fast[i]);
        KeInitializeGuardedMutex(&my.guarded[i]);
    }
}

static void with_mutex(size_t i)
{
    wait_for(&my.mutex[i]);
    duo_touch();
    KeReleaseMutex(&my.mutex[i], FALSE);
}

static void with_fast(size_t i)
{
    ExAcquireFastMutex(&my.fast[i]);
    duo_touch();
    ExReleaseFastMutex(&my.fast[i]);
}

static void with_tried_fast(size_t i)
{
    while (!ExTryToAcquireFastMutex(&my.fast[i]))
        YieldProcessor();
    duo_touch();
    ExReleaseFastMutex(&my.fast[i]);
}

static void with_guarded(size_t i)
{
    KeAcquireGuardedMutex(&my.guarded[i]);
    duo_touch();
    KeReleaseGuardedMutex(&my.guarded[i]);
}

#define BOTH(with)                                                                                \
    static void with##_first(void)                                                                \
    {                                                                                             \
        with(0);                                                                                  \
    }                                                                                             \
    static void with##_second(void)                                                               \
    {                                                                                             \
        with(duo_other());                                                                        \
    }
BOTH(with_mutex)
BOTH(with_fast)
BOTH(with_tried_fast)
BOTH(with_guarded)

static VOID NTAPI touch(PVOID StartContext)
{
    (void)StartContext;
    duo_touch();
}

static VOID NTAPI do_nothing(PVOID StartContext)
{
    (void)StartContext;
}

static PVOID start(PKSTART_ROUTINE routine)
{
    HANDLE handle;
    PVOID thread = NULL;
    if (!NT_SUCCESS(PsCreateSystemThread(&handle, THREAD_ALL_ACCESS, NULL, NULL, NULL, routine,
                                         NULL)))
        return NULL;
    ObReferenceObjectByHandle(handle, THREAD_ALL_ACCESS, *PsThreadType, KernelMode, &thread, NULL);
    ZwClose(handle);
    return thread;
}

static void make_threads(void)
{
    my.thread[0] = start(touch);
    my.thread[1] = start(do_nothing);
}

static void nothing(void)
{
}

static void wait_for_thread_and_touch(void)
{
    wait_for(my.thread[duo_other()]);
    duo_touch();
}

static void drop_threads(void)
{
    wait_for(my.thread[0]);
    wait_for(my.thread[1]);
    ObDereferenceObject(my.thread[0]);
    ObDereferenceObject(my.thread[1]);
}

static void touch_and_start(void)
{
    if (!duo_other())
        duo_touch();
    my.thread[0] = start(touch);
    if (duo_other())
        duo_touch();
}

static void drop_thread(void)
{
    wait_for(my.thread[0]);
    ObDereferenceObject(my.thread[0]);
}

static void make_timers(void)
{
    LARGE_INTEGER now = {.QuadPart = 0};
    KeInitializeTimer(&my.timer[0]);
    KeInitializeTimer(&my.timer[1]);
    KeSetTimer(&my.timer[1], now, NULL);
}

static void touch_and_set_timer(void)
{
    LARGE_INTEGER soon = {.QuadPart = -10};
    duo_touch();
    KeSetTimer(&my.timer[0], soon, NULL);
}

static void wait_for_timer_and_touch(void)
{
    wait_for(&my.timer[duo_other()]);
    duo_touch();
}

static void look_at_timer_and_touch(void)
{
    while (!KeReadStateTimer(&my.timer[duo_other()]))
        YieldProcessor();
    duo_touch();
}

static void make_rundowns(void)
{
    make_events();
    for (int i = 0; i < 2; i++) {
        ExInitializeRundownProtection(&my.rundown[i]);
        ExAcquireRundownProtection(&my.rundown[i]);
    }
    ExReleaseRundownProtection(&my.rundown[1]);
}

static void touch_and_run_down(void)
{
    duo_touch();
    ExReleaseRundownProtection(&my.rundown[0]);
}

static void wait_for_rundown_and_touch(void)
{
    ExWaitForRundownProtectionRelease(&my.rundown[duo_other()]);
    duo_touch();
}

static void make_remove_locks(void)
{
    for (int i = 0; i < 2; i++) {
        IoInitializeRemoveLock(&my.remove[i], TAG, 0, 0);
        IoAcquireRemoveLock(&my.remove[i], &my);
        IoAcquireRemoveLock(&my.remove[i], &my.remove);
    }
    IoReleaseRemoveLock(&my.remove[1], &my);
}

static void touch_and_release_remove_lock(void)
{
    duo_touch();
    IoReleaseRemoveLock(&my.remove[0], &my);
}

static void wait_for_remove_lock_and_touch(void)
{
    IoReleaseRemoveLockAndWait(&my.remove[duo_other()], &my.remove);
    duo_touch();
}

static void tell_and_pulse(void)
{
    duo_touch();
    KePulseEvent(&my.event[0], IO_NO_INCREMENT, FALSE);
    KeSetEvent(&my.event[0], IO_NO_INCREMENT, FALSE);
}

static void who_waits_comes_after_who_lets_it_go(void **state)
{
    static const struct duo_case cases[] = {
        {"an event", make_events, touch_and_set, wait_and_touch, NULL, 0},
        {"an event that is looked at", make_events, touch_and_set, look_and_touch, NULL, 0},
        {"any of several", make_events, touch_and_set, wait_for_any_and_touch, NULL, 0},
        {"a time-out", make_events, touch_and_set, time_out_and_touch, NULL, 0},
        {"all of several", make_events, touch_and_set, wait_for_all_and_touch, NULL, 0},
        {"a pulse", make_events, tell_and_pulse, wait_and_touch, NULL, 0},
        {"a semaphore", make_semaphores, touch_and_release, take_semaphore_and_touch, NULL, 0},
        {"the end of a thread", make_threads, nothing, wait_for_thread_and_touch, drop_threads, 0},
        {"the start of a thread", NULL, touch_and_start, nothing, drop_thread, 0},
        {"a timer", make_timers, touch_and_set_timer, wait_for_timer_and_touch, NULL, 0},
        {"a timer that is looked at", make_timers, touch_and_set_timer, look_at_timer_and_touch,
         NULL, 0},
    };
    (void)state;
    DUO_EXPECT(cases);
}

static void a_mutex_orders_who_has_it(void **state)
{
    static const struct duo_case cases[] = {
        {"a mutex", make_mutexes, with_mutex_first, with_mutex_second, NULL, 0},
        {"a fast mutex", make_mutexes, with_fast_first, with_fast_second, NULL, 0},
        {"a fast mutex, tried", make_mutexes, with_tried_fast_first, with_tried_fast_second, NULL,
         0},
        {"a guarded mutex", make_mutexes, with_guarded_first, with_guarded_second, NULL, 0},
    };
    (void)state;
    DUO_EXPECT(cases);
}

static void who_waits_for_users_comes_after_them(void **state)
{
    static const struct duo_case cases[] = {
        {"rundown protection", make_rundowns, touch_and_run_down, wait_for_rundown_and_touch,
         NULL, 0},
        {"a remove lock", make_remove_locks, touch_and_release_remove_lock,
         wait_for_remove_lock_and_touch, NULL, 0},
    };
    (void)state;
    DUO_EXPECT(cases);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_waits_comes_after_who_lets_it_go),
        cmocka_unit_test(a_mutex_orders_who_has_it),
        cmocka_unit_test(who_waits_for_users_comes_after_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
