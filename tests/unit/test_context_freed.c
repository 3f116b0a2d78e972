/* pool, device, registration: memory given back that holds the context of a registration */
#include "unit/bench.h"

#include <string.h>

#define TAG 0x74787443u                         /* "Ctxt" */
#define MARK 7u

/* A driver whose context lies in a block of its own. */
struct keeper {
    unsigned char *block;
    ULONG offset;                               /* of the context in it */
    PVOID handle;
};

static VOID NTAPI hear(PVOID CallbackContext, PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext,
                       PNTSTATUS OperationStatus)
{
    (void)ChangeContext, (void)OperationStatus;
    assert_int_equal(*(unsigned char *)CallbackContext, MARK);
}

static VOID NTAPI hear_object(PVOID CallbackContext, PVOID Argument1, PVOID Argument2)
{
    (void)Argument1, (void)Argument2;
    assert_int_equal(*(unsigned char *)CallbackContext, MARK);
}

static PVOID take(struct keeper *keeper)
{
    keeper->block = ExAllocatePool2(POOL_FLAG_NON_PAGED, 64, TAG);
    memset(keeper->block, MARK, 64);
    return keeper->block + keeper->offset;
}

static NTSTATUS enter_and_free(struct driver *driver)
{
    struct keeper *keeper = driver->extra;
    keeper->handle = KeRegisterProcessorChangeCallback(hear, take(keeper), 0);
    ExFreePoolWithTag(keeper->block, TAG);
    return STATUS_SUCCESS;
}

static void leave(struct driver *driver)
{
    struct keeper *keeper = driver->extra;
    KeDeregisterProcessorChangeCallback(keeper->handle);
}

/* DEREG-7: the memory stays as it is, so that the calls find it */
static void a_context_that_is_freed_while_its_registration_stands_is_found(void **state)
{
    struct bench *b = *state;
    struct keeper whole = {0}, inside = {.offset = 8};
    struct driver *a = bench_driver(b, "a"), *c = bench_driver(b, "c");
    a->enter = c->enter = enter_and_free;
    a->leave = c->leave = leave;
    a->extra = &whole;
    c->extra = &inside;
    b->findings = "a DEREG-7\nc DEREG-7\n";

    bench_add_processor(b);
    bench_finish(b);

    assert_int_equal(bench_count(b, HA_MISUSE), 2);
    assert_int_equal(bench_record(b, HA_MISUSE, 1)->as.misuse.misuse, HA_MISUSE_CLIENT_CONTEXT);
    assert_int_equal(bench_record(b, HA_MISUSE, 1)->id, 2);
    assert_int_equal(bench_count(b, HA_CB_CALL), 4);
}

static NTSTATUS enter_and_keep(struct driver *driver)
{
    struct keeper *keeper = driver->extra;
    keeper->handle = KeRegisterProcessorChangeCallback(hear, take(keeper), 0);
    return STATUS_SUCCESS;
}

static void leave_and_free(struct driver *driver)
{
    struct keeper *keeper = driver->extra;
    leave(driver);
    ExFreePoolWithTag(keeper->block, TAG);
}

/* DEREG-7: also where the removal takes effect at the end of the round */
static void a_context_may_be_freed_after_the_removal(void **state)
{
    struct bench *b = *state;
    struct keeper keeper = {0};
    struct driver *a = bench_driver(b, "a");
    bench_turn(b, "dereg_wait", "deferred");
    a->enter = enter_and_keep;
    a->leave = leave_and_free;
    a->extra = &keeper;

    bench_add_processor(b);
    bench_unload(b, a);

    assert_int_equal(bench_count(b, HA_MISUSE), 0);
    assert_int_equal(bench_count(b, HA_FREE), 1);
}

static PCALLBACK_OBJECT open_object(const WCHAR *name)
{
    PCALLBACK_OBJECT object;
    UNICODE_STRING string;
    OBJECT_ATTRIBUTES attributes;
    RtlInitUnicodeString(&string, name);
    InitializeObjectAttributes(&attributes, &string, OBJ_CASE_INSENSITIVE, NULL, NULL);
    assert_int_equal(ExCreateCallback(&object, &attributes, TRUE, TRUE), STATUS_SUCCESS);
    return object;
}

static NTSTATUS enter_objects(struct driver *driver)
{
    static const WCHAR *const names[] = {u"\\Callback\\ProcessorAdd", u"\\Callback\\Own"};
    struct keeper *keeper = driver->extra;
    for (size_t i = 0; i < 2; i++) {
        PCALLBACK_OBJECT object = open_object(names[i]);
        PVOID client = ExRegisterCallback(object, hear_object, take(keeper));
        ExFreePoolWithTag(keeper->block, TAG);
        if (i)
            ExNotifyCallback(object, NULL, NULL);
        ExUnregisterCallback(client);
        client = ExRegisterCallback(object, hear_object, take(keeper));
        ExUnregisterCallback(client);
        ExFreePoolWithTag(keeper->block, TAG);
        ObDereferenceObject(object);
    }
    return STATUS_SUCCESS;
}

static void leave_nothing(struct driver *driver)
{
    (void)driver;
}

/* DEREG-7 */
static void the_context_of_a_client_of_an_object_is_freed_after_its_removal_only(void **state)
{
    struct bench *b = *state;
    struct keeper keeper = {0};
    struct driver *a = bench_driver(b, "a");
    a->enter = enter_objects;
    a->leave = leave_nothing;
    a->extra = &keeper;
    b->findings = "a DEREG-7\na DEREG-7\n";

    bench_load(b);

    assert_int_equal(bench_count(b, HA_MISUSE), 2);
    assert_int_equal(bench_record(b, HA_MISUSE, 0)->id, 1);
    assert_int_equal(bench_record(b, HA_MISUSE, 1)->id, 3);
}

/* A driver with a device. */
struct owner {
    struct driver *driver;
    PDEVICE_OBJECT device;
};

static NTSTATUS NTAPI hear_arrivals(PVOID NotificationStructure, PVOID Context)
{
    (void)NotificationStructure, (void)Context;
    return STATUS_SUCCESS;
}

static VOID NTAPI hear_nothing(PVOID CallbackContext,
                               PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext,
                               PNTSTATUS OperationStatus)
{
    (void)CallbackContext, (void)ChangeContext, (void)OperationStatus;
}

static void make_device(struct owner *owner, ULONG size)
{
    NTSTATUS status = IoCreateDevice(owner->driver->object, size, NULL, FILE_DEVICE_UNKNOWN, 0,
                                     FALSE, &owner->device);
    assert_int_equal(status, STATUS_SUCCESS);
}

static void delete_devices_too_early(void *argument)
{
    struct owner *owner = argument;
    GUID class = {0};
    PVOID handle;
    make_device(owner, 100);
    handle = KeRegisterProcessorChangeCallback(
        hear_nothing, (unsigned char *)owner->device->DeviceExtension + 99, 0);
    IoDeleteDevice(owner->device);
    KeDeregisterProcessorChangeCallback(handle);
    make_device(owner, 0);
    handle = KeRegisterProcessorChangeCallback(hear_nothing, owner->device, 0);
    IoDeleteDevice(owner->device);
    KeDeregisterProcessorChangeCallback(handle);
    make_device(owner, 8);
    IoRegisterPlugPlayNotification(EventCategoryDeviceInterfaceChange, 0, &class,
                                   owner->driver->object, hear_arrivals,
                                   owner->device->DeviceExtension, &handle);
    IoDeleteDevice(owner->device);
    IoUnregisterPlugPlayNotificationEx(handle);
}

/* DEREG-7, PNP-20 */
static void a_device_that_is_deleted_while_it_is_a_context_is_found(void **state)
{
    struct bench *b = *state;
    struct driver *a = bench_driver(b, "a");
    struct owner owner = {.driver = a};
    b->findings = "a DEREG-7\na DEREG-7\na PNP-20\n";

    bench_run(b, a, delete_devices_too_early, &owner);

    assert_int_equal(bench_count(b, HA_MISUSE), 3);
    assert_int_equal(bench_record(b, HA_MISUSE, 0)->as.misuse.routine, HA_RT_DELETE_DEVICE);
    assert_int_equal(bench_record(b, HA_MISUSE, 2)->as.misuse.routine, HA_RT_DELETE_DEVICE);
}

static void delete_devices_in_time(void *argument)
{
    struct owner *owner = argument;
    PVOID handle;
    make_device(owner, 8);
    handle = KeRegisterProcessorChangeCallback(hear_nothing, owner->device->DeviceExtension, 0);
    KeDeregisterProcessorChangeCallback(handle);
    IoDeleteDevice(owner->device);
    make_device(owner, 8);
    handle = KeRegisterProcessorChangeCallback(hear_nothing, owner->device, 0);
    ObReferenceObject(owner->device);
    IoDeleteDevice(owner->device);
    KeDeregisterProcessorChangeCallback(handle);
    ObDereferenceObject(owner->device);
}

/* DEREG-7 */
static void a_device_may_be_deleted_after_the_removal_and_while_it_stays(void **state)
{
    struct bench *b = *state;
    struct driver *a = bench_driver(b, "a");
    struct owner owner = {.driver = a};

    bench_run(b, a, delete_devices_in_time, &owner);

    assert_int_equal(bench_count(b, HA_MISUSE), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BENCH_TEST(a_context_that_is_freed_while_its_registration_stands_is_found),
        BENCH_TEST(a_context_may_be_freed_after_the_removal),
        BENCH_TEST(the_context_of_a_client_of_an_object_is_freed_after_its_removal_only),
        BENCH_TEST(a_device_that_is_deleted_while_it_is_a_context_is_found),
        BENCH_TEST(a_device_may_be_deleted_after_the_removal_and_while_it_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
