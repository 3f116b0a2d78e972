/* add_device, leftovers: devices that come, AddDevice, and what a driver leaves behind */
#include "unit/bench.h"

#include <string.h>

#include "nt/ob.h"
#include "nt/script.h"

/* What a driver does with its devices, and what it saw. */
struct use {
    struct bench *b;
    struct driver *driver;
    NTSTATUS answer;
    bool names, refers;
    PDEVICE_OBJECT pdo, own, top;
    NTSTATUS status[4];
    KIRQL irql;
    uint32_t calls;
};

/* The test's structure is found as a driver finds its own memory: by its driver object. */
static DRIVER_ADD_DEVICE add_device;

static struct use *use_of(PDRIVER_OBJECT driver)
{
    struct use **use = IoGetDriverObjectExtension(driver, (PVOID)(uintptr_t)add_device);
    return *use;
}

/* As drivers do: a device of its own on top of the one that it is given. */
static NTSTATUS NTAPI add_device(PDRIVER_OBJECT DriverObject, PDEVICE_OBJECT PhysicalDeviceObject)
{
    struct use *use = use_of(DriverObject);
    UNICODE_STRING name;
    RtlInitUnicodeString(&name, u"\\Device\\Mine");
    use->calls++;
    use->pdo = PhysicalDeviceObject;
    use->irql = KeGetCurrentIrql();
    use->status[0] = IoCreateDevice(DriverObject, 16, use->names ? &name : NULL,
                                    FILE_DEVICE_UNKNOWN, 0, FALSE, &use->own);
    if (!NT_SUCCESS(use->status[0]))
        return use->status[0];
    use->top = IoAttachDeviceToDeviceStack(use->own, PhysicalDeviceObject);
    use->own->Flags &= ~(ULONG)DO_DEVICE_INITIALIZING;
    if (!NT_SUCCESS(use->answer)) {
        IoDetachDevice(use->top);
        IoDeleteDevice(use->own);
    }
    return use->answer;
}

static NTSTATUS enter(struct driver *driver)
{
    PVOID memory;
    NTSTATUS status = IoAllocateDriverObjectExtension(driver->object,
                                                      (PVOID)(uintptr_t)add_device,
                                                      sizeof driver->extra, &memory);
    memcpy(memory, &driver->extra, sizeof driver->extra);
    driver->object->DriverExtension->AddDevice = add_device;
    return status;
}

static void load(struct bench *b, struct use *use)
{
    use->b = b;
    use->driver = bench_driver(b, "a");
    use->driver->enter = enter;
    use->driver->extra = use;
    bench_load(b);
}

static int32_t add(struct bench *b)
{
    int32_t status = 99;
    assert_int_equal(ha_machine_add_device(b->machine, "a", &status), HA_OK);
    return status;
}

static void a_device_comes_and_the_driver_is_called_for_it(void **state)
{
    struct bench *b = *state;
    struct use use = {.calls = 0};
    load(b, &use);

    assert_int_equal(add(b), STATUS_SUCCESS);
    assert_int_equal(add(b), STATUS_SUCCESS);

    assert_int_equal(use.calls, 2);
    assert_int_equal(use.irql, PASSIVE_LEVEL);
    assert_int_equal(use.status[0], STATUS_SUCCESS);
    assert_ptr_equal(use.top, use.pdo);
    assert_int_equal(use.own->StackSize, 2);
    assert_int_equal(use.pdo->Flags, DO_BUS_ENUMERATED_DEVICE | DO_DEVICE_HAS_NAME);
    assert_ptr_not_equal(use.pdo->DriverObject, use.driver->object);
    for (uint32_t i = 0; i < 2; i++) {
        const struct ha_record *entered = bench_record(b, HA_ADD_DEVICE_ENTER, i);
        const struct ha_record *left = bench_record(b, HA_ADD_DEVICE_LEAVE, i);
        assert_int_equal(entered->id, i + 1);
        assert_int_equal(entered->driver, 1);
        assert_int_equal(left->id, i + 1);
        assert_int_equal(left->driver, 1);
        assert_int_equal(left->as.status.status, STATUS_SUCCESS);
        assert_int_equal(entered->thread, left->thread);
        assert_int_not_equal(entered->thread, 1);
    }
}

static void a_device_that_the_driver_refuses_goes_again(void **state)
{
    struct bench *b = *state;
    struct use use = {.answer = STATUS_NO_SUCH_DEVICE};
    load(b, &use);

    assert_int_equal(add(b), STATUS_NO_SUCH_DEVICE);

    assert_int_equal(bench_record(b, HA_ADD_DEVICE_LEAVE, 0)->as.status.status,
                     STATUS_NO_SUCH_DEVICE);
    assert_false(ha_ob_is(&b->machine->kernel, use.pdo, NULL));
    assert_null(use.driver->object->DeviceObject);
}

static void devices_of_add_device_go_with_their_driver_and_are_no_leftovers(void **state)
{
    struct bench *b = *state;
    struct use use = {.names = true};
    load(b, &use);
    assert_int_equal(add(b), STATUS_SUCCESS);

    bench_unload(b, use.driver);

    assert_int_equal(bench_count(b, HA_LEFT_BEHIND), 0);
    assert_false(ha_ob_is(&b->machine->kernel, use.pdo, NULL));
    assert_false(ha_ob_is(&b->machine->kernel, use.own, NULL));
}

static void the_name_of_such_a_device_is_free_when_its_driver_comes_again(void **state)
{
    struct bench *b = *state;
    struct use use = {.names = true}, again = {.names = true};
    load(b, &use);
    assert_int_equal(add(b), STATUS_SUCCESS);
    bench_unload(b, use.driver);
    load(b, &again);

    assert_int_equal(add(b), STATUS_SUCCESS);

    assert_int_equal(again.calls, 1);
    assert_int_equal(again.status[0], STATUS_SUCCESS);
}

static void a_driver_without_add_device_or_that_is_gone_is_refused(void **state)
{
    struct bench *b = *state;
    struct driver *a = bench_driver(b, "a");
    bench_load(b);

    assert_int_equal(add(b), STATUS_INVALID_DEVICE_REQUEST);
    bench_unload(b, a);
    assert_int_equal(add(b), STATUS_INVALID_DEVICE_REQUEST);

    const struct ha_record *first = bench_record(b, HA_REFUSED, 0);
    assert_int_equal(first->as.refused.routine, HA_NO_ROUTINE);
    assert_int_equal(first->as.refused.reason, HA_REASON_NO_ADD_DEVICE);
    assert_int_equal(first->driver, 1);
    assert_int_equal(bench_record(b, HA_REFUSED, 1)->as.refused.reason, HA_REASON_NOT_LOADED);
    assert_int_equal(bench_count(b, HA_ADD_DEVICE_ENTER), 0);
    assert_int_equal(ha_machine_add_device(b->machine, "nobody", NULL), HA_EINVAL);
    bench_finish(b);
    assert_int_equal(ha_machine_add_device(b->machine, "a", NULL), HA_EBUSY);
}

static NTSTATUS NTAPI wait_for_ever(PDRIVER_OBJECT DriverObject,
                                    PDEVICE_OBJECT PhysicalDeviceObject)
{
    KEVENT event;
    (void)DriverObject, (void)PhysicalDeviceObject;
    KeInitializeEvent(&event, NotificationEvent, FALSE);
    return KeWaitForSingleObject(&event, Executive, KernelMode, FALSE, NULL);
}

static NTSTATUS enter_and_wait_later(struct driver *driver)
{
    driver->object->DriverExtension->AddDevice = wait_for_ever;
    return STATUS_SUCCESS;
}

static void an_add_device_that_does_not_return_is_pending_and_a_deadlock(void **state)
{
    struct bench *b = *state;
    struct driver *a = bench_driver(b, "a");
    a->enter = enter_and_wait_later;
    b->findings = NULL;
    bench_load(b);

    assert_int_equal(add(b), STATUS_PENDING);
    bench_finish(b);

    assert_int_equal(ha_machine_ending(b->machine), HA_END_DEADLOCK);
}

static NTSTATUS NTAPI raise(PDRIVER_OBJECT DriverObject, PDEVICE_OBJECT PhysicalDeviceObject)
{
    KIRQL old;
    (void)DriverObject;
    KeRaiseIrql(APC_LEVEL, &old);
    IoDeleteDevice(PhysicalDeviceObject);   /* it is not the driver's */
    return STATUS_SUCCESS;
}

static NTSTATUS enter_and_raise_later(struct driver *driver)
{
    driver->object->DriverExtension->AddDevice = raise;
    return STATUS_SUCCESS;
}

static void the_device_that_a_driver_is_given_is_not_its_own_to_delete(void **state)
{
    struct bench *b = *state;
    struct driver *a = bench_driver(b, "a");
    a->enter = enter_and_raise_later;
    b->findings = "a OBJ-6\na IRQL-3\n";
    bench_load(b);

    assert_int_equal(add(b), STATUS_SUCCESS);

    assert_int_equal(bench_record(b, HA_MISUSE, 0)->as.misuse.routine, HA_RT_DELETE_DEVICE);
    assert_int_equal(bench_record(b, HA_MISUSE, 0)->as.misuse.misuse, HA_MISUSE_IN_USE);
    assert_int_equal(bench_record(b, HA_ADD_DEVICE_LEAVE, 0)->irql, APC_LEVEL);
    assert_non_null(b->machine->kernel.devices.enumerator->object.DeviceObject);
}

static VOID NTAPI end_at_once(PVOID StartContext)
{
    (void)StartContext;
}

/* Two devices and two handles, and of each only the first is given back. */
static NTSTATUS enter_and_leave_things(struct driver *driver)
{
    PDEVICE_OBJECT device[2];
    HANDLE thread, key;
    UNICODE_STRING path = *driver->path;
    OBJECT_ATTRIBUTES attributes;
    for (size_t i = 0; i < 2; i++)
        (void)!IoCreateDevice(driver->object, 0, NULL, FILE_DEVICE_UNKNOWN, 0, FALSE, &device[i]);
    PsCreateSystemThread(&thread, THREAD_ALL_ACCESS, NULL, NULL, NULL, end_at_once, NULL);
    InitializeObjectAttributes(&attributes, &path, OBJ_KERNEL_HANDLE, NULL, NULL);
    ZwOpenKey(&key, KEY_READ, &attributes);
    IoDeleteDevice(device[0]);
    ZwClose(thread);
    return STATUS_SUCCESS;
}

static void devices_and_handles_that_stay_are_left_behind(void **state)
{
    struct bench *b = *state;
    struct driver *a = bench_driver(b, "a"), *other = bench_driver(b, "b");
    a->enter = other->enter = enter_and_leave_things;
    b->findings = "b DRV-12\nb DRV-12\na DRV-12\na DRV-12\n";
    bench_load(b);

    bench_unload(b, other);

    const struct ha_record *device = bench_record(b, HA_LEFT_BEHIND, 0);
    const struct ha_record *handle = bench_record(b, HA_LEFT_BEHIND, 1);
    assert_int_equal(bench_count(b, HA_LEFT_BEHIND), 2);
    assert_int_equal(device->as.left.what, HA_LEFT_DEVICE);
    assert_int_equal(device->id, 4);
    assert_int_equal(device->driver, 2);
    assert_int_equal(handle->as.left.what, HA_LEFT_HANDLE);
    assert_int_equal(handle->id, 4);
    assert_int_equal(handle->driver, 2);
    assert_true(ha_record_seq(handle) < ha_record_seq(bench_record(b, HA_IMAGE_FREED, 0)));
}

static NTSTATUS enter_and_fail(struct driver *driver)
{
    enter_and_leave_things(driver);
    return STATUS_UNSUCCESSFUL;
}

static void a_driver_entry_that_fails_leaves_things_behind_too(void **state)
{
    struct bench *b = *state;
    struct driver *a = bench_driver(b, "a");
    a->enter = enter_and_fail;
    b->findings = "a DRV-12\na DRV-12\na DRV-12\n";     /* its thread too */

    bench_load(b);

    assert_int_equal(bench_count(b, HA_LEFT_BEHIND), 2);
}

static NTSTATUS scripted_add(PDRIVER_OBJECT DriverObject, PDEVICE_OBJECT PhysicalDeviceObject)
{
    (void)DriverObject, (void)PhysicalDeviceObject;
    return STATUS_SUCCESS;
}

/* What a plan says of compiled code: its parameters and how many devices come for it. */
static NTSTATUS NTAPI compiled_entry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    RTL_QUERY_REGISTRY_TABLE table[3] = {
        {.Flags = RTL_QUERY_REGISTRY_SUBKEY, .Name = (PWSTR)(uintptr_t)u"Parameters"},
        {.Flags = RTL_QUERY_REGISTRY_DIRECT, .Name = (PWSTR)(uintptr_t)u"Status"},
    };
    NTSTATUS status = STATUS_UNSUCCESSFUL;
    table[1].EntryContext = &status;
    DriverObject->DriverExtension->AddDevice = scripted_add;
    NTSTATUS asked = RtlQueryRegistryValues(RTL_REGISTRY_ABSOLUTE, RegistryPath->Buffer, table,
                                            NULL, NULL);
    return NT_SUCCESS(asked) ? status : asked;
}

static void a_plan_gives_a_driver_its_parameters_and_devices(void **state)
{
    static const uint32_t status = (uint32_t)STATUS_OBJECT_NAME_EXISTS;
    static const struct ha_registry_value value = {"Status", REG_DWORD, sizeof status, &status};
    const struct ha_script script = {.name = "code", .module = "code.so",
                                     .code = compiled_entry, .value = &value, .value_count = 1,
                                     .devices = 3};
    struct bench *b = *state;

    bench_play(b, &script, 1, NULL, 0);

    assert_int_equal(bench_record(b, HA_DRV_ENTRY_LEAVE, 0)->as.status.status,
                     STATUS_OBJECT_NAME_EXISTS);
    assert_int_equal(bench_count(b, HA_ADD_DEVICE_ENTER), 3);
    assert_int_equal(bench_record(b, HA_ADD_DEVICE_LEAVE, 2)->id, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BENCH_TEST(a_device_comes_and_the_driver_is_called_for_it),
        BENCH_TEST(a_device_that_the_driver_refuses_goes_again),
        BENCH_TEST(devices_of_add_device_go_with_their_driver_and_are_no_leftovers),
        BENCH_TEST(the_name_of_such_a_device_is_free_when_its_driver_comes_again),
        BENCH_TEST(a_driver_without_add_device_or_that_is_gone_is_refused),
        BENCH_TEST(an_add_device_that_does_not_return_is_pending_and_a_deadlock),
        BENCH_TEST(the_device_that_a_driver_is_given_is_not_its_own_to_delete),
        BENCH_TEST(devices_and_handles_that_stay_are_left_behind),
        BENCH_TEST(a_driver_entry_that_fails_leaves_things_behind_too),
        BENCH_TEST(a_plan_gives_a_driver_its_parameters_and_devices),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
