/*
 * accept - what a run came to becomes what its scenario expects
 */
#ifndef HA_EDGE_ACCEPT_H
#define HA_EDGE_ACCEPT_H

#include "edge/run.h"

/*
 * Write the calls and the violations of a run into the file of its scenario.
 *
 * A member of "expect" that the run meets already stays as it is. The file changes at once and
 * whole, or not at all. A run that its scenario will not repeat, or that differs from what is
 * expected in more than these two, is not accepted: the run then has a difference, and its
 * report says why.
 *
 *   run    played with the option `accept`, with a verdict. Afterwards `accepted` is the scenario
 *          as it now stands in the file, and what still differs differs from that
 *   error  without a text; gets a sentence when the file cannot be written
 *
 * Returns HA_OK, also when the run is not accepted; HA_EREAD, HA_ENOMEM.
 */
int ha_accept(struct ha_run *run, struct ha_error *error);

#endif
