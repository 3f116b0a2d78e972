/* publisher - see publisher.h. Owns struct publisher. */
#include "unit/publisher.h"

#include <string.h>

const GUID panel_class = {0x12345678, 0x9abc, 0xdef0,
                          {0x12, 0x34, 0x56, 0x78, 0x9a, 0xbc, 0xde, 0xf0}};

static DRIVER_ADD_DEVICE add_device;

static NTSTATUS NTAPI add_device(PDRIVER_OBJECT DriverObject, PDEVICE_OBJECT PhysicalDeviceObject)
{
    struct publisher *publisher;
    memcpy(&publisher, IoGetDriverObjectExtension(DriverObject, (PVOID)(uintptr_t)add_device),
           sizeof publisher);
    publisher->device = PhysicalDeviceObject;
    if (publisher->act)
        publisher->act(publisher);
    return publisher->answer;
}

static NTSTATUS enter(struct driver *driver)
{
    PVOID memory;
    NTSTATUS status = IoAllocateDriverObjectExtension(
        driver->object, (PVOID)(uintptr_t)add_device, sizeof driver->extra, &memory);
    memcpy(memory, &driver->extra, sizeof driver->extra);
    driver->object->DriverExtension->AddDevice = add_device;
    return status;
}

static void leave(struct driver *driver)
{
    (void)driver;
}

void publisher_add(struct bench *bench, const char *name, struct publisher *publisher)
{
    publisher->driver = bench_driver(bench, name);
    publisher->driver->enter = enter;
    publisher->driver->leave = leave;
    publisher->driver->extra = publisher;
}

int32_t publisher_found(struct bench *bench, const struct publisher *publisher)
{
    int32_t status = 99;
    bench_load(bench);
    assert_int_equal(ha_machine_add_device(bench->machine, publisher->driver->name, &status),
                     HA_OK);
    return status;
}

NTSTATUS publisher_register(struct publisher *publisher, const WCHAR *reference)
{
    UNICODE_STRING string;
    RtlInitUnicodeString(&string, reference);
    return IoRegisterDeviceInterface(publisher->device, &panel_class,
                                     reference ? &string : NULL, &publisher->link);
}

NTSTATUS publisher_set(struct publisher *publisher, BOOLEAN enable)
{
    return IoSetDeviceInterfaceState(&publisher->link, enable);
}

void publisher_forget(struct publisher *publisher)
{
    RtlFreeUnicodeString(&publisher->link);
}
