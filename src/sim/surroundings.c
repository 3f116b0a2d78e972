/*
 * surroundings - what a program puts around the drivers of its machine: parameters, devices, how
 * much memory is free, and what becomes of PnP notification
 */
#include "nt/add_device.h"
#include "nt/driver.h"
#include "nt/free_memory.h"
#include "nt/interface.h"
#include "nt/pnp_queue.h"
#include "nt/registry.h"
#include "sim/machine.h"

int ha_machine_set_parameter(struct ha_machine *machine, const char *driver, const char *name,
                             uint32_t type, const void *data, size_t bytes)
{
    int err = ha_machine_enter(machine);
    if (err)
        return err;
    if (!driver[0] || bytes > UINT32_MAX)
        return HA_EINVAL;
    return ha_registry_set_parameter(&machine->kernel, driver, name, type, data, bytes);
}

int ha_machine_add_device(struct ha_machine *machine, const char *driver, int32_t *nt_status)
{
    int err = ha_machine_enter(machine);
    struct ha_driver *found = ha_driver_find(&machine->kernel, driver);
    if (err || !found)
        return err ? err : HA_EINVAL;
    err = ha_machine_settle_all(machine, ha_add_device_start(found));
    if (!err && nt_status)
        *nt_status = found->add_device_status;
    return err;
}

int ha_machine_set_free_memory(struct ha_machine *machine, uint64_t bytes)
{
    int err = ha_machine_enter(machine);
    if (err)
        return err;
    ha_free_memory_set(&machine->kernel, bytes / HA_MEMORY_PAGE);
    return ha_machine_settle_all(machine, HA_OK);
}

static int hold(struct ha_machine *machine, bool held)
{
    int err = ha_machine_enter(machine);
    if (err)
        return err;
    ha_pnp_hold(&machine->kernel, held);
    return ha_machine_settle_all(machine, HA_OK);
}

int ha_machine_hold_arrivals(struct ha_machine *machine)
{
    return hold(machine, true);
}

int ha_machine_release_arrivals(struct ha_machine *machine)
{
    return hold(machine, false);
}

int ha_machine_remove_interface(struct ha_machine *machine, enum ha_unit unit, uint32_t device)
{
    int err = ha_machine_enter(machine);
    if (err)
        return err;
    if (!ha_interface_down(&machine->kernel, unit, device))
        return HA_EINVAL;
    return ha_machine_settle_all(machine, HA_OK);
}
