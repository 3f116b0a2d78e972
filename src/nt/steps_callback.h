/*
 * steps_callback - what steps do with callback objects
 */
#ifndef HA_NT_STEPS_CALLBACK_H
#define HA_NT_STEPS_CALLBACK_H

#include "nt/belongings.h"
#include "nt/script.h"

/* Register the callback of a scripted driver with \Callback\ProcessorAdd. */
NTSTATUS ha_step_register_client(struct ha_own_registration *registration,
                                 const struct ha_step *step);
/* Open the object of a name and notify it. */
NTSTATUS ha_step_notify(const struct ha_step *step);

/* What is registered there. */
CALLBACK_FUNCTION ha_steps_client;

#endif
