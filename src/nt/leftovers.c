/* leftovers - see leftovers.h. Owns the list of those who look. */
#include "nt/leftovers.h"

#include "nt/callback_object.h"
#include "nt/device.h"
#include "nt/dispatcher.h"
#include "nt/dpc.h"
#include "nt/driver_interface.h"
#include "nt/lookaside.h"
#include "nt/mdl.h"
#include "nt/ob.h"
#include "nt/remove_lock.h"
#include "nt/resource.h"
#include "nt/work.h"

static void (*const lookers[])(struct ha_kernel *kernel, const struct ha_driver *driver) = {
    ha_timers_look_over,
    ha_dpcs_look_over,
    ha_work_look_over,
    ha_remove_locks_look_over,
    ha_driver_interfaces_look_over,     /* before their devices go */
    ha_devices_look_over,
    ha_lookasides_look_over,
    ha_resources_look_over,
    ha_mdls_look_over,
    ha_ob_handles_look_over,
    ha_callback_objects_look_over,
};

void ha_leftovers_look_over(struct ha_kernel *kernel, const struct ha_driver *driver)
{
    for (size_t i = 0; i < sizeof lookers / sizeof lookers[0]; i++)
        lookers[i](kernel, driver);
}

void ha_record_left(const struct ha_driver *driver, enum ha_left what, uint32_t id,
                    uint32_t made_at)
{
    struct ha_record *record = ha_record_open(&driver->kernel->world, HA_LEFT_BEHIND, id);
    record->driver = driver->id;
    record->as.left.what = what;
    record->as.left.place = made_at;
}
