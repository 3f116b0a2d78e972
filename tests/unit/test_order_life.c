/* order_life: what is ordered with the making and the end of what drivers use, in free mode */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <ntifs.h>
#include <poclass.h>

#include "unit/duo.h"

#define TAG 0x6f7564u

static struct {
    KEVENT event;
    KSEMAPHORE semaphore;
    KMUTEX mutex;
    KTIMER timer;
    KDPC dpc;
    KSPIN_LOCK spin;
    EX_PUSH_LOCK push;
    EX_RUNDOWN_REF rundown;
    ERESOURCE resource;
    NPAGED_LOOKASIDE_LIST lookaside;
    _Alignas(16) SLIST_HEADER stack;
    LONG64 *volatile block;
    LONG told, heard;
    PVOID handle, entry;
    PDEVICE_OBJECT device;
    WORK_QUEUE_ITEM item;
    PIO_WORKITEM io_item;
} my;

static void make_nothing(void)
{
    my.told = my.heard = 0;
    my.block = NULL;
}

static VOID NTAPI do_nothing(PKDPC Dpc, PVOID DeferredContext, PVOID SystemArgument1,
                             PVOID SystemArgument2)
{
    (void)Dpc, (void)DeferredContext, (void)SystemArgument1, (void)SystemArgument2;
}

/* One tells the other, with an order or without one. */
static void tell(void)
{
    if (duo_other())
        WriteNoFence(&my.told, 1);
    else
        WriteRelease(&my.told, 1);
}

static void hear(void)
{
    while (!(duo_other() ? ReadNoFence(&my.told) : ReadAcquire(&my.told)))
        YieldProcessor();
}

#define MADE(name, make, use)                                                                     \
    static void make_##name(void)                                                                 \
    {                                                                                             \
        make;                                                                                     \
        tell();                                                                                   \
    }                                                                                             \
    static void use_##name(void)                                                                  \
    {                                                                                             \
        hear();                                                                                   \
        use;                                                                                      \
    }                                                                                             \
    static void watch_##name(void)                                                                \
    {                                                                                             \
        make_nothing();                                                                           \
        duo_watch(&my.name);                                                                      \
    }

MADE(event, KeInitializeEvent(&my.event, NotificationEvent, FALSE),
     KeSetEvent(&my.event, IO_NO_INCREMENT, FALSE))
MADE(semaphore, KeInitializeSemaphore(&my.semaphore, 0, 1),
     KeReleaseSemaphore(&my.semaphore, IO_NO_INCREMENT, 1, FALSE))
MADE(mutex, KeInitializeMutex(&my.mutex, 0),
     KeWaitForSingleObject(&my.mutex, Executive, KernelMode, FALSE, NULL);
     KeReleaseMutex(&my.mutex, FALSE))
MADE(timer, KeInitializeTimer(&my.timer), KeCancelTimer(&my.timer))
MADE(dpc, KeInitializeDpc(&my.dpc, do_nothing, NULL), KeRemoveQueueDpc(&my.dpc))
MADE(spin, KeInitializeSpinLock(&my.spin), KIRQL irql; KeAcquireSpinLock(&my.spin, &irql);
     KeReleaseSpinLock(&my.spin, irql))
MADE(push, ExInitializePushLock(&my.push), KeEnterCriticalRegion();
     ExAcquirePushLockShared(&my.push); ExReleasePushLockShared(&my.push);
     KeLeaveCriticalRegion())
MADE(rundown, ExInitializeRundownProtection(&my.rundown),
     ExAcquireRundownProtection(&my.rundown); ExReleaseRundownProtection(&my.rundown))
MADE(resource, ExInitializeResourceLite(&my.resource),
     ExEnterCriticalRegionAndAcquireResourceShared(&my.resource);
     ExReleaseResourceAndLeaveCriticalRegion(&my.resource))
MADE(stack, InitializeSListHead(&my.stack), SLIST_ENTRY entry;
     InterlockedPushEntrySList(&my.stack, &entry))
MADE(lookaside, ExInitializeNPagedLookasideList(&my.lookaside, NULL, NULL, 0, 64, TAG, 0),
     PVOID block = ExAllocateFromNPagedLookasideList(&my.lookaside);
     ExFreeToNPagedLookasideList(&my.lookaside, block))

static void delete_lookaside(void)
{
    ExDeleteNPagedLookasideList(&my.lookaside);
}

static void delete_resource(void)
{
    ExDeleteResourceLite(&my.resource);
}

static void what_is_made_is_used_by_who_comes_after_that(void **state)
{
    static const struct duo_case cases[] = {
        {"an event", watch_event, make_event, use_event, NULL, 0},
        {"a semaphore", watch_semaphore, make_semaphore, use_semaphore, NULL, 0},
        {"a mutex", watch_mutex, make_mutex, use_mutex, NULL, 0},
        {"a timer", watch_timer, make_timer, use_timer, NULL, 0},
        {"a DPC", watch_dpc, make_dpc, use_dpc, NULL, 0},
        {"a spin lock", watch_spin, make_spin, use_spin, NULL, 0},
        {"a push lock", watch_push, make_push, use_push, NULL, 0},
        {"rundown protection", watch_rundown, make_rundown, use_rundown, NULL, 0},
        {"a resource", watch_resource, make_resource, use_resource, delete_resource, 0},
        {"a stack", watch_stack, make_stack, use_stack, NULL, 0},
        {"a lookaside list", watch_lookaside, make_lookaside, use_lookaside, delete_lookaside, 0},
    };
    (void)state;
    DUO_EXPECT(cases);
}

static void publish_block_and_free(void)
{
    LONG64 *block = ExAllocatePool2(POOL_FLAG_NON_PAGED, 64, TAG);
    duo_watch(block);
    my.block = block;
    WriteRelease(&my.told, 1);
    while (!(duo_other() ? ReadNoFence(&my.heard) : ReadAcquire(&my.heard)))
        YieldProcessor();
    ExFreePoolWithTag(block, TAG);
}

static void write_block(void)
{
    while (!ReadAcquire(&my.told))
        YieldProcessor();
    *my.block = 1;
    if (duo_other())
        WriteNoFence(&my.heard, 1);
    else
        WriteRelease(&my.heard, 1);
}

static void create_device_and_delete(void)
{
    PDEVICE_OBJECT device;
    IoCreateDevice(duo_driver(), 64, NULL, FILE_DEVICE_UNKNOWN, 0, FALSE, &device);
    duo_watch(device->DeviceExtension);
    my.block = device->DeviceExtension;
    WriteRelease(&my.told, 1);
    while (!(duo_other() ? ReadNoFence(&my.heard) : ReadAcquire(&my.heard)))
        YieldProcessor();
    IoDeleteDevice(device);
}

/* What was done with a reference comes before the end of the device, by nothing but its count. */
static void refer_to_device_and_delete(void)
{
    IoCreateDevice(duo_driver(), 64, NULL, FILE_DEVICE_UNKNOWN, 0, FALSE, &my.device);
    duo_watch(my.device->DeviceExtension);
    my.block = my.device->DeviceExtension;
    if (!duo_other())
        ObReferenceObject(my.device);
    WriteRelease(&my.told, 1);
    while (!ReadNoFence(&my.heard))
        YieldProcessor();
    IoDeleteDevice(my.device);
}

static void write_and_dereference(void)
{
    while (!ReadAcquire(&my.told))
        YieldProcessor();
    *my.block = 1;
    if (!duo_other())
        ObDereferenceObject(my.device);
    WriteNoFence(&my.heard, 1);
}

static VOID NTAPI write_extension(PDEVICE_OBJECT DeviceObject, PVOID Context)
{
    (void)DeviceObject, (void)Context;
    *my.block = 1;
    WriteNoFence(&my.heard, 1);
    KeSetEvent(&my.event, IO_NO_INCREMENT, FALSE);
}

static VOID NTAPI write_extension_alone(PVOID Parameter)
{
    write_extension(NULL, Parameter);
}

/* Only one of the two kinds of items keeps a device until its routine has ended. */
static void queue_item_and_delete_device(void)
{
    PDEVICE_OBJECT device;
    IoCreateDevice(duo_driver(), 64, NULL, FILE_DEVICE_UNKNOWN, 0, FALSE, &device);
    duo_watch(device->DeviceExtension);
    my.block = device->DeviceExtension;
    my.io_item = IoAllocateWorkItem(device);
    if (duo_other())
        ExQueueWorkItem(&my.item, DelayedWorkQueue);
    else
        IoQueueWorkItem(my.io_item, write_extension, DelayedWorkQueue, NULL);
    while (duo_other() && !ReadNoFence(&my.heard))
        YieldProcessor();
    IoDeleteDevice(device);
}

static void make_items(void)
{
    make_nothing();
    KeInitializeEvent(&my.event, NotificationEvent, FALSE);
    ExInitializeWorkItem(&my.item, write_extension_alone, NULL);
}

static void free_item(void)
{
    KeWaitForSingleObject(&my.event, Executive, KernelMode, FALSE, NULL);
    IoFreeWorkItem(my.io_item);
}

static void nothing(void)
{
}

/* Each takes what the other has given back, again and again, and neither has heard of the other. */
static void take_and_give_back(void)
{
    for (int i = 0; i < 100; i++) {
        LONG64 *block = ExAllocatePool2(POOL_FLAG_NON_PAGED, 200, TAG);
        PDEVICE_OBJECT device;
        *block = i;
        ExFreePoolWithTag(block, TAG);
        IoCreateDevice(duo_driver(), 64, NULL, FILE_DEVICE_UNKNOWN, 0, FALSE, &device);
        *(LONG64 *)device->DeviceExtension = i;
        IoDeleteDevice(device);
    }
    if (duo_other())
        duo_touch();
}

static void memory_goes_back_after_all_who_use_it_and_before_who_has_it_next(void **state)
{
    static const struct duo_case cases[] = {
        {"a block of pool", make_nothing, publish_block_and_free, write_block, NULL, 0},
        {"a device", make_nothing, create_device_and_delete, write_block, NULL, 0},
        {"a device with a reference", make_nothing, refer_to_device_and_delete,
         write_and_dereference, NULL, 0},
        {"a device of a work item", make_items, queue_item_and_delete_device, nothing, free_item,
         0},
        {"memory from hand to hand", NULL, take_and_give_back, take_and_give_back, NULL, 0},
    };
    (void)state;
    DUO_EXPECT(cases);
}

static void delay(void)
{
    LARGE_INTEGER interval = {.QuadPart = -10000};
    KeDelayExecutionThread(KernelMode, FALSE, &interval);
}

static VOID NTAPI touch_at_start(PVOID CallbackContext,
                                 PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext,
                                 PNTSTATUS OperationStatus)
{
    (void)CallbackContext, (void)OperationStatus;
    if (ChangeContext->State == KeProcessorAddStartNotify)
        duo_touch();
    if (ChangeContext->State == KeProcessorAddCompleteNotify)
        WriteNoFence(&my.told, 1);
}

static void await_no_order(void)
{
    while (!ReadNoFence(&my.told))
        delay();
}

static void register_for_processors(void)
{
    make_nothing();
    my.handle = KeRegisterProcessorChangeCallback(touch_at_start, NULL, 0);
}

static void deregister(void)
{
    if (my.handle)
        KeDeregisterProcessorChangeCallback(my.handle);
}

static void count_and_touch(void)
{
    while (!duo_other() && KeQueryActiveProcessorCountEx(ALL_PROCESSOR_GROUPS) == 4)
        delay();
    await_no_order();
    duo_touch();
}

static void go_there_and_touch(void)
{
    await_no_order();
    if (!duo_other())
        KeSetSystemAffinityThread(1 << 4);
    duo_touch();
}

static void deregister_and_touch(void)
{
    await_no_order();
    if (!duo_other()) {
        KeDeregisterProcessorChangeCallback(my.handle);
        my.handle = NULL;
    }
    duo_touch();
}

static void who_learns_of_a_processor_comes_after_its_start_calls(void **state)
{
    static const struct duo_case cases[] = {
        {"who counts them", register_for_processors, nothing, count_and_touch, deregister, 1},
        {"who runs there", register_for_processors, nothing, go_there_and_touch, deregister, 1},
        {"who has removed the callback", register_for_processors, nothing, deregister_and_touch,
         deregister, 1},
    };
    (void)state;
    DUO_EXPECT(cases);
}

static VOID NTAPI touch_at_start_or_complete(PVOID CallbackContext,
                                             PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext,
                                             PNTSTATUS OperationStatus)
{
    (void)CallbackContext, (void)OperationStatus;
    if (ChangeContext->State == (duo_other() ? KeProcessorAddCompleteNotify
                                             : KeProcessorAddStartNotify))
        duo_touch();
}

static NTSTATUS NTAPI touch_at_arrival(PVOID NotificationStructure, PVOID Context)
{
    (void)NotificationStructure, (void)Context;
    duo_touch();
    return STATUS_SUCCESS;
}

static void register_for_both(void)
{
    static const GUID processors = {0x97fadb10, 0x4e33, 0x40ae,
                                    {0x35, 0x9c, 0x8b, 0xef, 0x02, 0x9d, 0xbd, 0xd0}};
    GUID class_guid = processors;
    make_nothing();
    my.handle = KeRegisterProcessorChangeCallback(touch_at_start_or_complete, NULL, 0);
    IoRegisterPlugPlayNotification(EventCategoryDeviceInterfaceChange, 0, &class_guid,
                                   duo_driver(), touch_at_arrival, NULL, &my.entry);
}

static void deregister_both(void)
{
    IoUnregisterPlugPlayNotificationEx(my.entry);
    deregister();
}

/* ORD-3, ORD-5: that it comes after Complete is no promise */
static void an_arrival_comes_after_the_start_calls_and_not_after_complete(void **state)
{
    static const struct duo_case cases[] = {
        {"an arrival", register_for_both, nothing, nothing, deregister_both, 1},
    };
    (void)state;
    DUO_EXPECT(cases);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_made_is_used_by_who_comes_after_that),
        cmocka_unit_test(memory_goes_back_after_all_who_use_it_and_before_who_has_it_next),
        cmocka_unit_test(who_learns_of_a_processor_comes_after_its_start_calls),
        cmocka_unit_test(an_arrival_comes_after_the_start_calls_and_not_after_complete),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
