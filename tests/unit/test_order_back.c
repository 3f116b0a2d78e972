/* order_back: who takes back what another has set, or finds it so by a result, in free mode */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <ntifs.h>

#include "unit/duo.h"

static struct {
    KTIMER timer;
    KDPC dpc;
    KEVENT event;
    KSEMAPHORE semaphore;
    KMUTEX mutex;
    LONG polled[2];
} my;

static void signal_no_order(size_t i)
{
    WriteNoFence(&my.polled[i], 1);
}

static void await_no_order(size_t i)
{
    while (!ReadNoFence(&my.polled[i]))
        YieldProcessor();
}

static VOID NTAPI pass_in_dpc(PKDPC Dpc, PVOID DeferredContext, PVOID SystemArgument1,
                              PVOID SystemArgument2)
{
    (void)Dpc, (void)DeferredContext, (void)SystemArgument1, (void)SystemArgument2;
}

static void make(void)
{
    PROCESSOR_NUMBER place = {0};
    my.polled[0] = my.polled[1] = 0;
    KeInitializeTimer(&my.timer);
    KeInitializeDpc(&my.dpc, pass_in_dpc, NULL);
    KeSetTargetProcessorDpcEx(&my.dpc, &place);
    KeInitializeEvent(&my.event, NotificationEvent, FALSE);
    KeInitializeSemaphore(&my.semaphore, 0, 2);
    KeInitializeMutex(&my.mutex, 0);
}

static void touch_if(BOOLEAN it)
{
    if (it)
        duo_touch();
}

static BOOLEAN set_timer(void)
{
    LARGE_INTEGER in_an_hour = {.QuadPart = -36000000000};
    return KeSetTimer(&my.timer, in_an_hour, &my.dpc);
}

static void touch_and_set_timer(void)
{
    duo_touch();
    set_timer();
    signal_no_order(0);
}

/* The other one does not look at what the routine finds: it is in no order to who was before. */
static void touch_and_cancel(void)
{
    await_no_order(0);
    touch_if(duo_other() != 0);
    touch_if(KeCancelTimer(&my.timer) && !duo_other());
}

static void touch_and_set_again(void)
{
    await_no_order(0);
    touch_if(duo_other() != 0);
    touch_if(set_timer() && !duo_other());
    KeCancelTimer(&my.timer);
}

/* At DISPATCH_LEVEL on the processor of the DPC, so that it stays in the queue. */
static void touch_and_queue_dpc(void)
{
    KIRQL irql;
    KeSetSystemAffinityThread(1);
    KeRaiseIrql(DISPATCH_LEVEL, &irql);
    duo_touch();
    KeInsertQueueDpc(&my.dpc, NULL, NULL);
    signal_no_order(0);
    await_no_order(1);
    KeLowerIrql(irql);
}

static void touch_and_remove_dpc(void)
{
    KeSetSystemAffinityThread(2);
    await_no_order(0);
    touch_if(duo_other() != 0);
    touch_if(KeRemoveQueueDpc(&my.dpc) && !duo_other());
    signal_no_order(1);
}

static void touch_and_set_event(void)
{
    duo_touch();
    KeSetEvent(&my.event, IO_NO_INCREMENT, FALSE);
    signal_no_order(0);
}

static void touch_and_reset(void)
{
    await_no_order(0);
    touch_if(duo_other() != 0);
    touch_if(KeResetEvent(&my.event) && !duo_other());
}

static void touch_and_release(void)
{
    duo_touch();
    KeReleaseSemaphore(&my.semaphore, IO_NO_INCREMENT, 1, FALSE);
    signal_no_order(0);
}

static void touch_and_look_at_semaphore(void)
{
    await_no_order(0);
    touch_if(duo_other() != 0);
    touch_if(KeReadStateSemaphore(&my.semaphore) && !duo_other());
}

static void touch_with_mutex(void)
{
    KeWaitForSingleObject(&my.mutex, Executive, KernelMode, FALSE, NULL);
    duo_touch();
    KeReleaseMutex(&my.mutex, FALSE);
    signal_no_order(0);
}

static void touch_and_look_at_mutex(void)
{
    await_no_order(0);
    touch_if(duo_other() != 0);
    touch_if(KeReadStateMutex(&my.mutex) && !duo_other());
}

static void who_takes_back_what_was_set_comes_after_who_set_it(void **state)
{
    static const struct duo_case cases[] = {
        {"KeCancelTimer", make, touch_and_set_timer, touch_and_cancel, NULL, 0},
        {"KeSetTimer once more", make, touch_and_set_timer, touch_and_set_again, NULL, 0},
        {"KeRemoveQueueDpc", make, touch_and_queue_dpc, touch_and_remove_dpc, NULL, 0},
        {"KeResetEvent", make, touch_and_set_event, touch_and_reset, NULL, 0},
    };
    (void)state;
    DUO_EXPECT(cases);
}

static void who_finds_an_object_signalled_comes_after_who_did_that(void **state)
{
    static const struct duo_case cases[] = {
        {"KeReadStateSemaphore", make, touch_and_release, touch_and_look_at_semaphore, NULL, 0},
        {"KeReadStateMutex", make, touch_with_mutex, touch_and_look_at_mutex, NULL, 0},
    };
    (void)state;
    DUO_EXPECT(cases);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_takes_back_what_was_set_comes_after_who_set_it),
        cmocka_unit_test(who_finds_an_object_signalled_comes_after_who_did_that),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
