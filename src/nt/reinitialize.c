/*
 * reinitialize - routines that drivers want to be called when DriverEntry has returned
 *
 * Owns struct ha_reinitialization, one routine that is due, and when it is called. Windows calls
 * them at boot once all boot drivers have been entered, and for a driver that is loaded later when
 * that one has. Our choice: every driver here counts as loaded by itself, so its routines follow
 * its own DriverEntry, on the same thread and before the first AddDevice, and it takes no request
 * to unload before they have returned.
 */
#include "nt/reinitialize.h"

#include "nt/callout.h"
#include "nt/driver.h"
#include "nt/ps_thread.h"

struct ha_reinitialization {
    struct ha_reinitialization *next;
    PDRIVER_REINITIALIZE routine;
    PVOID context;
};

static struct ha_reinitialization pop(struct ha_driver *driver)
{
    struct ha_reinitialization *first = driver->first_reinitialization, due = *first;
    driver->first_reinitialization = due.next;
    ha_arena_give(&driver->kernel->world.host->arena, first, sizeof *first);
    return due;
}

void ha_reinitialize(struct ha_driver *driver)
{
    ULONG count = 0;
    while (driver->first_reinitialization) {
        struct ha_reinitialization due = pop(driver);
        ha_callout_reinitialize(driver, due.routine, due.context, ++count);
    }
}

void ha_reinitializations_free(struct ha_driver *driver)
{
    while (driver->first_reinitialization)
        pop(driver);
}

/*
 * Have a routine called when DriverEntry has returned with success. The routine may register
 * itself, or another, once more, and is then called again.
 *
 *   DriverReinitializationRoutine  gets the driver object, Context, and how many calls of such
 *                                  routines of this driver there have been, with its own
 *
 * A driver that is loaded already, and none at all, is refused; so is no routine. Those of a
 * driver whose DriverEntry fails are never called. IRQL: PASSIVE_LEVEL; from above it is recorded
 * as a misuse and served.
 *
 * Source: WDK reference, ntddk.h, IoRegisterDriverReinitialization; DRIVER_REINITIALIZE.
 * Our choice, not documented: where it may be called but from DriverEntry and such a routine is
 * not said, and from elsewhere it is refused, as nothing would call the routine.
 */
VOID IoRegisterDriverReinitialization(PDRIVER_OBJECT DriverObject,
                                      PDRIVER_REINITIALIZE DriverReinitializationRoutine,
                                      PVOID Context)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("IoRegisterDriverReinitialization");
    ha_kernel_check_irql(kernel, HA_RT_REINITIALIZE, PASSIVE_LEVEL);
    struct ha_driver *driver = ha_driver_meant(kernel, HA_RT_REINITIALIZE, DriverObject);
    if (!driver)
        return;
    if (!DriverReinitializationRoutine || driver->state != HA_DRIVER_LOADING) {
        ha_record_refused(kernel, HA_RT_REINITIALIZE, DriverReinitializationRoutine
                                                          ? HA_REASON_LOADED
                                                          : HA_REASON_NULL_POINTER);
        return;
    }
    struct ha_reinitialization *entry =
        ha_arena_take(&kernel->world.host->arena, sizeof *entry);
    if (!entry)
        ha_ps_no_memory(kernel);    /* the routine has no status to say so with */
    *entry = (struct ha_reinitialization){.routine = DriverReinitializationRoutine,
                                          .context = Context};
    struct ha_reinitialization **last = &driver->first_reinitialization;
    while (*last)
        last = &(*last)->next;
    *last = entry;
}
