/*
 * surroundings - what a program puts around the drivers of its machine: parameters, devices,
 * and how much memory is free
 */
#include "nt/add_device.h"
#include "nt/driver.h"
#include "nt/free_memory.h"
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
