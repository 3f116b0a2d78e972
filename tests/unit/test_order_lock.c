/* order_lock: what locks order, in free mode */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <ntifs.h>

#include "unit/duo.h"

static struct {
    KSPIN_LOCK spin[2];
    EX_SPIN_LOCK shared[2];
    EX_PUSH_LOCK push[2];
    ERESOURCE resource[2];
} my;

static void make(void)
{
    for (int i = 0; i < 2; i++) {
        KeInitializeSpinLock(&my.spin[i]);
        my.shared[i] = 0;
        ExInitializePushLock(&my.push[i]);
        ExInitializeResourceLite(&my.resource[i]);
    }
}

static void unmake(void)
{
    ExDeleteResourceLite(&my.resource[0]);
    ExDeleteResourceLite(&my.resource[1]);
}

static void with_spin_lock(size_t i)
{
    KIRQL irql;
    KeAcquireSpinLock(&my.spin[i], &irql);
    duo_touch();
    KeReleaseSpinLock(&my.spin[i], irql);
}

static void with_queued_spin_lock(size_t i)
{
    KLOCK_QUEUE_HANDLE handle;
    KeAcquireInStackQueuedSpinLock(&my.spin[i], &handle);
    duo_touch();
    KeReleaseInStackQueuedSpinLock(&handle);
}

static void with_tried_spin_lock(size_t i)
{
    KIRQL irql;
    KeRaiseIrql(DISPATCH_LEVEL, &irql);
    while (!KeTryToAcquireSpinLockAtDpcLevel(&my.spin[i]))
        YieldProcessor();
    duo_touch();
    KeReleaseSpinLockFromDpcLevel(&my.spin[i]);
    KeLowerIrql(irql);
}

static void with_shared_alone(size_t i)
{
    KIRQL irql = ExAcquireSpinLockExclusive(&my.shared[i]);
    duo_touch();
    ExReleaseSpinLockExclusive(&my.shared[i], irql);
}

static void with_push_lock(size_t i)
{
    KeEnterCriticalRegion();
    ExAcquirePushLockExclusive(&my.push[i]);
    duo_touch();
    ExReleasePushLockExclusive(&my.push[i]);
    KeLeaveCriticalRegion();
}

static void with_resource(size_t i)
{
    ExEnterCriticalRegionAndAcquireResourceExclusive(&my.resource[i]);
    duo_touch();
    ExReleaseResourceAndLeaveCriticalRegion(&my.resource[i]);
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
BOTH(with_spin_lock)
BOTH(with_queued_spin_lock)
BOTH(with_tried_spin_lock)
BOTH(with_shared_alone)
BOTH(with_push_lock)
BOTH(with_resource)

/* Who shares a lock reads, which needs no order to others who do; two of them must not write. */
static void share_spin_lock_and_look(void)
{
    KIRQL irql = ExAcquireSpinLockShared(&my.shared[0]);
    (void)duo_read();
    ExReleaseSpinLockShared(&my.shared[0], irql);
}

static void alone_or_shared_spin_lock(void)
{
    KIRQL irql = duo_other() ? ExAcquireSpinLockShared(&my.shared[0])
                             : ExAcquireSpinLockExclusive(&my.shared[0]);
    duo_touch();
    if (duo_other())
        ExReleaseSpinLockShared(&my.shared[0], irql);
    else
        ExReleaseSpinLockExclusive(&my.shared[0], irql);
}

static void share_push_lock_and_look(void)
{
    KeEnterCriticalRegion();
    ExAcquirePushLockShared(&my.push[0]);
    (void)duo_read();
    ExReleasePushLockShared(&my.push[0]);
    KeLeaveCriticalRegion();
}

static void alone_or_shared_push_lock(void)
{
    KeEnterCriticalRegion();
    if (duo_other())
        ExAcquirePushLockShared(&my.push[0]);
    else
        ExAcquirePushLockExclusive(&my.push[0]);
    duo_touch();
    if (duo_other())
        ExReleasePushLockShared(&my.push[0]);
    else
        ExReleasePushLockExclusive(&my.push[0]);
    KeLeaveCriticalRegion();
}

static void share_resource_and_look(void)
{
    ExEnterCriticalRegionAndAcquireResourceShared(&my.resource[0]);
    (void)duo_read();
    ExReleaseResourceAndLeaveCriticalRegion(&my.resource[0]);
}

static void alone_or_shared_resource(void)
{
    if (duo_other())
        ExEnterCriticalRegionAndAcquireResourceShared(&my.resource[0]);
    else
        ExEnterCriticalRegionAndAcquireResourceExclusive(&my.resource[0]);
    duo_touch();
    ExReleaseResourceAndLeaveCriticalRegion(&my.resource[0]);
}

static void share_converted_resource_and_look(void)
{
    LARGE_INTEGER interval = {.QuadPart = -10000};
    KeDelayExecutionThread(KernelMode, FALSE, &interval);
    share_resource_and_look();
}

/* What is written after the conversion is not ordered with what others read. */
static void convert_resource(void)
{
    ExEnterCriticalRegionAndAcquireResourceExclusive(&my.resource[0]);
    if (!duo_other())
        duo_touch();
    ExConvertExclusiveToSharedLite(&my.resource[0]);
    if (duo_other())
        duo_touch();
    ExReleaseResourceAndLeaveCriticalRegion(&my.resource[0]);
}

/* On one processor nobody comes between a thread at DISPATCH_LEVEL and its end. */
static void raised_on(KAFFINITY processor)
{
    KIRQL irql;
    KeSetSystemAffinityThread(processor);
    KeRaiseIrql(DISPATCH_LEVEL, &irql);
    duo_touch();
    KeLowerIrql(irql);
    KeRevertToUserAffinityThread();
}

static void raised_first(void)
{
    raised_on(1);
}

static void raised_second(void)
{
    raised_on(duo_other() ? 2 : 1);
}

static void a_lock_orders_who_has_it(void **state)
{
    static const struct duo_case cases[] = {
        {"a spin lock", make, with_spin_lock_first, with_spin_lock_second, unmake, 0},
        {"a queued spin lock", make, with_queued_spin_lock_first, with_queued_spin_lock_second,
         unmake, 0},
        {"a spin lock, tried", make, with_tried_spin_lock_first, with_tried_spin_lock_second,
         unmake, 0},
        {"a reader-writer spin lock", make, with_shared_alone_first, with_shared_alone_second,
         unmake, 0},
        {"a push lock", make, with_push_lock_first, with_push_lock_second, unmake, 0},
        {"a resource", make, with_resource_first, with_resource_second, unmake, 0},
        {"a processor", NULL, raised_first, raised_second, NULL, 0},
    };
    (void)state;
    DUO_EXPECT(cases);
}

static void who_shares_a_lock_is_ordered_with_who_has_it_alone(void **state)
{
    static const struct duo_case cases[] = {
        {"a reader-writer spin lock", make, share_spin_lock_and_look, alone_or_shared_spin_lock,
         unmake, 0},
        {"a push lock", make, share_push_lock_and_look, alone_or_shared_push_lock, unmake, 0},
        {"a resource", make, share_resource_and_look, alone_or_shared_resource, unmake, 0},
        {"a resource that is shared from then on", make, share_converted_resource_and_look,
         convert_resource, unmake, 0},
    };
    (void)state;
    DUO_EXPECT(cases);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_lock_orders_who_has_it),
        cmocka_unit_test(who_shares_a_lock_is_ordered_with_who_has_it_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
