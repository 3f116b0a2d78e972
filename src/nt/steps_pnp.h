/*
 * steps_pnp - what steps do with PnP notification
 */
#ifndef HA_NT_STEPS_PNP_H
#define HA_NT_STEPS_PNP_H

#include "nt/steps.h"

struct ha_interface;

/*
 * Register for the arrivals and removals of a class of device interfaces. Fails as the routine
 * does.
 */
NTSTATUS ha_step_register_entry(struct ha_own_registration *registration,
                                const struct ha_step *step);

/*
 * Register an interface of the driver's device, which the system finds at its first use, and enable
 * it; disable it. The name of the step tells the interfaces of a driver apart. Each fails as its
 * routines do, or when the arena is full.
 */
NTSTATUS ha_step_publish(struct ha_stage *stage, const struct ha_step *step);
NTSTATUS ha_step_withdraw(struct ha_stage *stage, const struct ha_step *step);
/* What a driver has published, and not withdrawn, is withdrawn. */
void ha_steps_withdraw_all(struct ha_driver *driver);

/* The callback of every PnP entry that a script makes. */
DRIVER_NOTIFICATION_CALLBACK_ROUTINE ha_steps_notified;

/* Whether that is an instance that the pattern names. */
bool ha_instance_fits(const struct ha_kernel *kernel, const struct ha_instance_pattern *pattern,
                      const struct ha_interface *instance);

#endif
