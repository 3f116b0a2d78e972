/*
 * callout_driver - the part of the one door through which DriverEntry, Reinitialize routines,
 *                   DriverUnload and AddDevice are called, and the clients of drivers' callback
 *                   objects
 */
#include <string.h>

#include "nt/callout.h"
#include "nt/locks.h"
#include "nt/pnp_queue.h"
#include "nt/registration.h"

#define POISON 0xdd

/*
 * Around these calls the driver is in charge, and IRQL and regions are put back. The records are
 * about `id`.
 */
static void enter_driver(struct ha_driver *driver, struct ha_callout *call, enum ha_kind kind,
                         uint32_t id)
{
    struct ha_world *world = &driver->kernel->world;
    struct ha_thread *thread = world->sched.running;
    *call = (struct ha_callout){.outer = thread->callout,
                                .in_add_device = kind == HA_ADD_DEVICE_ENTER};
    thread->callout = call;
    thread->stamp.driver = driver->id;
    ha_record_open(world, kind, id);
    ha_sched_point(world);
    ha_order_take(world, driver);
    ha_order_take(world, &driver->kernel->last_driver);     /* one is loaded after the other */
}

static void leave_entered(struct ha_driver *driver, struct ha_callout *call, enum ha_kind kind,
                          uint32_t id, NTSTATUS status)
{
    struct ha_world *world = &driver->kernel->world;
    struct ha_thread *thread = world->sched.running;
    ha_order_give(world, driver);
    if (kind == HA_DRV_ENTRY_LEAVE || kind == HA_UNLOAD_LEAVE)
        ha_order_give(world, &driver->kernel->last_driver);
    ha_locks_leave(driver->kernel, HA_NO_ROUTINE, NULL);
    ha_record_open(world, kind, id)->as.status.status = status;
    ha_thread_set_irql(thread, PASSIVE_LEVEL);
    thread->stamp.regions = 0;
    thread->stamp.driver = 0;
    thread->callout = call->outer;
    ha_sched_point(world);
}

NTSTATUS ha_callout_entry(struct ha_driver *driver)
{
    struct ha_callout call;
    enter_driver(driver, &call, HA_DRV_ENTRY_ENTER, driver->id);
    struct ha_kernel *kernel = driver->kernel;
    PDRIVER_INITIALIZE entry = driver->object.DriverInit;
    PUNICODE_STRING path = &driver->path->string;
    uint32_t depth = ha_kernel_go_out(kernel);
    NTSTATUS status = entry(&driver->object, path);
    ha_kernel_come_in(kernel, depth);
    ha_order_write(&kernel->world, driver->path, sizeof *driver->path);
    memset(driver->path, POISON, sizeof *driver->path);
    leave_entered(driver, &call, HA_DRV_ENTRY_LEAVE, driver->id, status);
    return status;
}

void ha_callout_reinitialize(struct ha_driver *driver, PDRIVER_REINITIALIZE routine,
                             PVOID context, uint32_t count)
{
    struct ha_callout call;
    enter_driver(driver, &call, HA_REINIT_ENTER, count);
    struct ha_kernel *kernel = driver->kernel;
    uint32_t depth = ha_kernel_go_out(kernel);
    routine(&driver->object, context, count);
    ha_kernel_come_in(kernel, depth);
    leave_entered(driver, &call, HA_REINIT_LEAVE, count, STATUS_SUCCESS);
}

void ha_callout_unload(struct ha_driver *driver)
{
    struct ha_callout call;
    enter_driver(driver, &call, HA_UNLOAD_ENTER, driver->id);
    struct ha_kernel *kernel = driver->kernel;
    PDRIVER_UNLOAD unload = driver->object.DriverUnload;
    uint32_t depth = ha_kernel_go_out(kernel);
    unload(&driver->object);
    ha_kernel_come_in(kernel, depth);
    ha_pnp_wait_late(driver->kernel, driver);
    leave_entered(driver, &call, HA_UNLOAD_LEAVE, driver->id, STATUS_SUCCESS);
}

NTSTATUS ha_callout_add_device(struct ha_driver *driver, PDEVICE_OBJECT device, uint32_t number)
{
    struct ha_callout call;
    enter_driver(driver, &call, HA_ADD_DEVICE_ENTER, number);
    struct ha_kernel *kernel = driver->kernel;
    PDRIVER_ADD_DEVICE add_device = driver->extension.AddDevice;
    uint32_t depth = ha_kernel_go_out(kernel);
    NTSTATUS status = add_device(&driver->object, device);
    ha_kernel_come_in(kernel, depth);
    leave_entered(driver, &call, HA_ADD_DEVICE_LEAVE, number, status);
    return status;
}

void ha_callout_client(struct ha_kernel *kernel, struct ha_registration *client, PVOID argument1,
                       PVOID argument2)
{
    struct ha_world *world = &kernel->world;
    struct ha_thread *thread = world->sched.running;
    struct ha_callout call = {.outer = thread->callout, .client = client};
    uint16_t driver = thread->stamp.driver;
    uint8_t irql = thread->stamp.irql, regions = thread->stamp.regions;
    struct ha_locks_had locks = ha_locks_count(thread);
    thread->callout = &call;
    thread->stamp.driver = client->driver_id;
    ha_record_open(world, HA_EX_CALL_ENTER, client->link.id);
    ha_sched_point(world);
    PCALLBACK_FUNCTION function = client->object_function;
    PVOID context = client->context;
    ha_order_take(world, client);
    uint32_t depth = ha_kernel_go_out(kernel);
    function(context, argument1, argument2);
    ha_kernel_come_in(kernel, depth);
    ha_order_give(world, ha_order_of_calls(client));
    ha_locks_leave(kernel, HA_RT_NOTIFY_CALLBACK, &locks);
    ha_record_open(world, HA_EX_CALL_LEAVE, client->link.id);
    ha_thread_set_irql(thread, irql);           /* CTX-7 */
    thread->stamp.regions = regions;
    thread->stamp.driver = driver;
    thread->callout = call.outer;
    thread->disturbed = true;
    if (kernel->call_ends.first_waiter)
        ha_event_set(world, &kernel->call_ends);
}

bool ha_callout_in_add_device(const struct ha_thread *thread)
{
    const struct ha_callout *call = thread->callout;
    while (call && !call->in_add_device)
        call = call->outer;
    return call != NULL;
}
