/*
 * round - one machine under stress, from its making to its end
 *
 * Drivers come and go, processors and memory come, and everything that drivers do they do at the
 * same time. What the machine is asked for follows from the seed alone; what becomes of it when
 * threads really run side by side does not, but it must be right in every case.
 */
#ifndef HA_TESTS_ROUND_H
#define HA_TESTS_ROUND_H

#include <stdbool.h>
#include <stdint.h>

#include "hotadd/machine.h"

/*
 * Play a round. False when something is wrong: the judge found something, or the run did not end
 * as it had to; standard error has the story then.
 */
bool round_play(uint64_t seed, enum ha_threads threads);

#endif
