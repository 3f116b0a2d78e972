/*
 * keep - the marking and rewinding of a machine, and what lies outside its arena and goes back too
 */
#ifndef HA_SIM_KEEP_H
#define HA_SIM_KEEP_H

#include "sim/machine.h"

/* The machine goes: nothing is kept any more. */
void ha_keep_close(struct ha_machine *machine);

#endif
