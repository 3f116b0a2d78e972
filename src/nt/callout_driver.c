/*
 * callout_driver - the part of the one door through which DriverEntry, DriverUnload and AddDevice
 *                   are called
 */
#include <string.h>

#include "nt/callout.h"
#include "nt/locks.h"
#include "nt/pnp_queue.h"

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
}

static void leave_entered(struct ha_driver *driver, struct ha_callout *call, enum ha_kind kind,
                          uint32_t id, NTSTATUS status)
{
    struct ha_world *world = &driver->kernel->world;
    struct ha_thread *thread = world->sched.running;
    ha_spin_leave(driver->kernel, HA_NO_ROUTINE, 0);
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
    NTSTATUS status = driver->object.DriverInit(&driver->object, &driver->path->string);
    memset(driver->path, POISON, sizeof *driver->path);
    leave_entered(driver, &call, HA_DRV_ENTRY_LEAVE, driver->id, status);
    return status;
}

void ha_callout_unload(struct ha_driver *driver)
{
    struct ha_callout call;
    enter_driver(driver, &call, HA_UNLOAD_ENTER, driver->id);
    driver->object.DriverUnload(&driver->object);
    ha_pnp_wait_late(driver->kernel, driver);
    leave_entered(driver, &call, HA_UNLOAD_LEAVE, driver->id, STATUS_SUCCESS);
}

NTSTATUS ha_callout_add_device(struct ha_driver *driver, PDEVICE_OBJECT device, uint32_t number)
{
    struct ha_callout call;
    enter_driver(driver, &call, HA_ADD_DEVICE_ENTER, number);
    NTSTATUS status = driver->extension.AddDevice(&driver->object, device);
    leave_entered(driver, &call, HA_ADD_DEVICE_LEAVE, number, status);
    return status;
}

bool ha_callout_in_add_device(const struct ha_thread *thread)
{
    const struct ha_callout *call = thread->callout;
    while (call && !call->in_add_device)
        call = call->outer;
    return call != NULL;
}
