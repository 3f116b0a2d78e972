/*
 * callout_driver - the part of the one door through which DriverEntry and DriverUnload are called
 */
#include <string.h>

#include "nt/callout.h"

#define POISON 0xdd

/* Around DriverEntry and Unload: the driver is in charge, and IRQL and regions are put back. */
static void enter_driver(struct ha_driver *driver, struct ha_callout *call, enum ha_kind kind)
{
    struct ha_world *world = &driver->kernel->world;
    struct ha_thread *thread = world->sched.running;
    *call = (struct ha_callout){thread->callout, NULL};
    thread->callout = call;
    thread->stamp.driver = driver->id;
    ha_record_open(world, kind, driver->id);
    ha_sched_point(world);
}

static void leave_entered(struct ha_driver *driver, struct ha_callout *call, enum ha_kind kind,
                          NTSTATUS status)
{
    struct ha_world *world = &driver->kernel->world;
    struct ha_thread *thread = world->sched.running;
    ha_record_open(world, kind, driver->id)->as.status.status = status;
    ha_thread_set_irql(thread, PASSIVE_LEVEL);
    thread->stamp.regions = 0;
    thread->stamp.driver = 0;
    thread->callout = call->outer;
    ha_sched_point(world);
}

NTSTATUS ha_callout_entry(struct ha_driver *driver)
{
    struct ha_callout call;
    enter_driver(driver, &call, HA_DRV_ENTRY_ENTER);
    NTSTATUS status = driver->object.DriverInit(&driver->object, &driver->path->string);
    memset(driver->path, POISON, sizeof *driver->path);
    leave_entered(driver, &call, HA_DRV_ENTRY_LEAVE, status);
    return status;
}

void ha_callout_unload(struct ha_driver *driver)
{
    struct ha_callout call;
    enter_driver(driver, &call, HA_UNLOAD_ENTER);
    driver->object.DriverUnload(&driver->object);
    leave_entered(driver, &call, HA_UNLOAD_LEAVE, STATUS_SUCCESS);
}
