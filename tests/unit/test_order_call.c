/* order_call: what is ordered with routines that Windows calls, in free mode */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <ntifs.h>

#include "unit/duo.h"

static struct {
    KEVENT event;                   /* is set when the other piece shall go on */
    KDPC dpc[2];
    KTIMER timer;
    WORK_QUEUE_ITEM item[2];
    PDEVICE_OBJECT device;
    PIO_WORKITEM io_item[2];
    PCALLBACK_OBJECT object;
    PVOID client[2];
    LONG polled[2];
    LONG calls;
} my;

static void nothing(void)
{
}

/* Tells the other piece to go on, and orders nothing. */
static void signal_no_order(void)
{
    WriteNoFence(&my.polled[0], 1);
}

static void await_no_order(void)
{
    while (!ReadNoFence(&my.polled[0]))
        YieldProcessor();
}

static VOID NTAPI touch_in_dpc(PKDPC Dpc, PVOID DeferredContext, PVOID SystemArgument1,
                               PVOID SystemArgument2)
{
    (void)Dpc, (void)DeferredContext, (void)SystemArgument1, (void)SystemArgument2;
    duo_touch();
    signal_no_order();
}

static VOID NTAPI pass_in_dpc(PKDPC Dpc, PVOID DeferredContext, PVOID SystemArgument1,
                              PVOID SystemArgument2)
{
    (void)Dpc, (void)DeferredContext, (void)SystemArgument1, (void)SystemArgument2;
}

/* Each DPC has a processor where no piece runs: what is raised on one is ordered by that. */
static void make_dpcs(void)
{
    PROCESSOR_NUMBER place = {0};
    my.polled[0] = 0;
    KeInitializeTimer(&my.timer);
    KeInitializeDpc(&my.dpc[0], touch_in_dpc, NULL);
    KeInitializeDpc(&my.dpc[1], pass_in_dpc, NULL);
    KeSetTargetProcessorDpcEx(&my.dpc[0], &place);
    place.Number = 1;
    KeSetTargetProcessorDpcEx(&my.dpc[1], &place);
}

static void touch_and_queue_dpc(void)
{
    if (!duo_other())
        duo_touch();
    KeInsertQueueDpc(&my.dpc[0], NULL, NULL);
    if (duo_other())
        duo_touch();
}

static void touch_and_set_timer(void)
{
    LARGE_INTEGER soon = {.QuadPart = -10};
    if (!duo_other())
        duo_touch();
    KeSetTimer(&my.timer, soon, &my.dpc[0]);
    if (duo_other())
        duo_touch();
    await_no_order();
}

static void queue_dpc(void)
{
    KeInsertQueueDpc(&my.dpc[0], NULL, NULL);
}

static void flush_dpcs_and_touch(void)
{
    await_no_order();
    if (!duo_other())
        KeFlushQueuedDpcs();
    duo_touch();
}

static void remove_dpc_and_touch(void)
{
    await_no_order();
    KeRemoveQueueDpcEx(&my.dpc[duo_other()], TRUE);
    duo_touch();
}

static void cancel_timer_and_touch(void)
{
    await_no_order();
    KeCancelTimer(&my.timer);
    if (!duo_other())
        KeFlushQueuedDpcs();
    duo_touch();
}

static void set_timer(void)
{
    LARGE_INTEGER soon = {.QuadPart = -10};
    KeSetTimer(&my.timer, soon, &my.dpc[0]);
}

static void a_dpc_comes_after_who_queues_it_and_before_who_waits_for_it(void **state)
{
    static const struct duo_case cases[] = {
        {"a DPC that is queued", make_dpcs, touch_and_queue_dpc, nothing, KeFlushQueuedDpcs, 0},
        {"a DPC of a timer", make_dpcs, touch_and_set_timer, nothing, KeFlushQueuedDpcs, 0},
        {"KeFlushQueuedDpcs", make_dpcs, queue_dpc, flush_dpcs_and_touch, NULL, 0},
        {"KeFlushQueuedDpcs for a timer", make_dpcs, set_timer, cancel_timer_and_touch, NULL, 0},
        {"KeRemoveQueueDpcEx", make_dpcs, queue_dpc, remove_dpc_and_touch, NULL, 0},
    };
    (void)state;
    DUO_EXPECT(cases);
}

static void make_nothing(void)
{
    my.polled[0] = my.polled[1] = my.calls = 0;
}

/* On one processor only, and not on that of the caller, so that none is ordered by its own. */
static ULONG_PTR NTAPI touch_in_broadcast(ULONG_PTR Argument)
{
    (void)Argument;
    if (KeGetCurrentProcessorNumberEx(NULL) == 0)
        duo_touch();
    return 0;
}

static void touch_and_broadcast(void)
{
    if (duo_other())
        signal_no_order();
    else
        duo_touch();
    KeIpiGenericCall(touch_in_broadcast, 0);
}

static void touch_if_other(void)
{
    if (!duo_other())
        return;
    await_no_order();
    duo_touch();
}

static void broadcast_and_touch(void)
{
    KeIpiGenericCall(touch_in_broadcast, 0);
    if (duo_other())
        signal_no_order();
    else
        duo_touch();
}

static VOID NTAPI touch_in_generic_dpc(PKDPC Dpc, PVOID DeferredContext, PVOID SystemArgument1,
                                       PVOID SystemArgument2)
{
    (void)Dpc, (void)DeferredContext;
    if (KeGetCurrentProcessorNumberEx(NULL) == 0)
        duo_touch();
    KeSignalCallDpcDone(SystemArgument1);
    (void)SystemArgument2;
}

static void call_generic_and_touch(void)
{
    KeGenericCallDpc(touch_in_generic_dpc, NULL);
    if (duo_other())
        signal_no_order();
    else
        duo_touch();
}

static VOID NTAPI meet_in_generic_dpc(PKDPC Dpc, PVOID DeferredContext, PVOID SystemArgument1,
                                      PVOID SystemArgument2)
{
    (void)Dpc, (void)DeferredContext;
    if (KeGetCurrentProcessorNumberEx(NULL) == 0)
        duo_touch();
    if (!duo_other())
        KeSignalCallDpcSynchronize(SystemArgument2);
    if (KeGetCurrentProcessorNumberEx(NULL) == 1)
        duo_touch();
    KeSignalCallDpcDone(SystemArgument1);
}

static void call_generic(void)
{
    KeGenericCallDpc(meet_in_generic_dpc, NULL);
}

static void calls_on_all_processors_come_between_what_their_caller_does(void **state)
{
    static const struct duo_case cases[] = {
        {"before KeIpiGenericCall", make_nothing, touch_and_broadcast, touch_if_other, NULL, 0},
        {"after KeIpiGenericCall", make_nothing, broadcast_and_touch, touch_if_other, NULL, 0},
        {"after KeGenericCallDpc", make_nothing, call_generic_and_touch, touch_if_other, NULL, 0},
        {"KeSignalCallDpcSynchronize", make_nothing, call_generic, nothing, NULL, 0},
    };
    (void)state;
    DUO_EXPECT(cases);
}

static VOID NTAPI touch_in_work(PVOID Parameter)
{
    (void)Parameter;
    duo_touch();
    KeSetEvent(&my.event, IO_NO_INCREMENT, FALSE);
}

static void make_items(void)
{
    make_nothing();
    KeInitializeEvent(&my.event, NotificationEvent, FALSE);
    ExInitializeWorkItem(&my.item[0], touch_in_work, NULL);
}

static void touch_and_queue_work(void)
{
    if (!duo_other())
        duo_touch();
    ExQueueWorkItem(&my.item[0], DelayedWorkQueue);
    if (duo_other())
        duo_touch();
}

static void await_work(void)
{
    KeWaitForSingleObject(&my.event, Executive, KernelMode, FALSE, NULL);
}

static VOID NTAPI touch_in_io_work(PDEVICE_OBJECT DeviceObject, PVOID Context)
{
    (void)DeviceObject, (void)Context;
    touch_in_work(NULL);
}

static void make_device(void)
{
    make_items();
    IoCreateDevice(duo_driver(), sizeof(LONG), NULL, FILE_DEVICE_UNKNOWN, 0, FALSE, &my.device);
    my.io_item[0] = IoAllocateWorkItem(my.device);
}

static void touch_and_queue_io_work(void)
{
    if (!duo_other())
        duo_touch();
    IoQueueWorkItem(my.io_item[0], touch_in_io_work, DelayedWorkQueue, NULL);
    if (duo_other())
        duo_touch();
}

static void delete_device(void)
{
    await_work();
    IoFreeWorkItem(my.io_item[0]);
    IoDeleteDevice(my.device);
}

static void work_comes_after_who_queues_it(void **state)
{
    static const struct duo_case cases[] = {
        {"ExQueueWorkItem", make_items, touch_and_queue_work, nothing, await_work, 0},
        {"IoQueueWorkItem", make_device, touch_and_queue_io_work, nothing, delete_device, 0},
    };
    (void)state;
    DUO_EXPECT(cases);
}

static VOID NTAPI touch_in_callback(PVOID CallbackContext, PVOID Argument1, PVOID Argument2)
{
    (void)CallbackContext, (void)Argument1, (void)Argument2;
    duo_touch();
    signal_no_order();
}

static void make_callback_object(void)
{
    OBJECT_ATTRIBUTES attributes;
    make_nothing();
    InitializeObjectAttributes(&attributes, NULL, 0, NULL, NULL);
    ExCreateCallback(&my.object, &attributes, TRUE, TRUE);
    my.client[0] = NULL;
}

static void drop_callback_object(void)
{
    if (my.client[0])
        ExUnregisterCallback(my.client[0]);
    ObDereferenceObject(my.object);
}

/* Who registers the client goes on without an order; the object finds it when it is there. */
static void touch_and_register(void)
{
    if (!duo_other())
        duo_touch();
    my.client[0] = ExRegisterCallback(my.object, touch_in_callback, NULL);
    if (duo_other())
        duo_touch();
}

static void notify_until_called(void)
{
    while (!ReadNoFence(&my.polled[0])) {
        ExNotifyCallback(my.object, NULL, NULL);
        YieldProcessor();
    }
}

static void make_client(void)
{
    make_callback_object();
    my.client[0] = ExRegisterCallback(my.object, touch_in_callback, NULL);
}

static void notify(void)
{
    ExNotifyCallback(my.object, NULL, NULL);
}

static void unregister_and_touch(void)
{
    await_no_order();
    if (!duo_other()) {
        ExUnregisterCallback(my.client[0]);
        my.client[0] = NULL;
    }
    duo_touch();
}

/* Two threads may call one client at the same time: neither call comes before the other. */
static VOID NTAPI touch_in_parallel(PVOID CallbackContext, PVOID Argument1, PVOID Argument2)
{
    (void)CallbackContext, (void)Argument2;
    if (Argument1 || duo_other())
        duo_touch();
}

static void make_parallel_client(void)
{
    make_callback_object();
    my.client[0] = ExRegisterCallback(my.object, touch_in_parallel, NULL);
}

static void notify_with_touch(void)
{
    ExNotifyCallback(my.object, &my, NULL);
}

static void a_callback_comes_after_its_registration_and_before_its_removal(void **state)
{
    static const struct duo_case cases[] = {
        {"ExRegisterCallback", make_callback_object, touch_and_register, notify_until_called,
         drop_callback_object, 0},
        {"ExUnregisterCallback", make_client, notify, unregister_and_touch, drop_callback_object,
         0},
        {"ExNotifyCallback twice", make_parallel_client, notify_with_touch, notify,
         drop_callback_object, 0},
    };
    (void)state;
    DUO_EXPECT(cases);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_dpc_comes_after_who_queues_it_and_before_who_waits_for_it),
        cmocka_unit_test(calls_on_all_processors_come_between_what_their_caller_does),
        cmocka_unit_test(work_comes_after_who_queues_it),
        cmocka_unit_test(a_callback_comes_after_its_registration_and_before_its_removal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
