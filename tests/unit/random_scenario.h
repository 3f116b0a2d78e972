/*
 * random_scenario - small scenarios that nobody would think of, the same for the same seed
 *
 * A scenario consists of numbered parts: drivers, handlers, steps, events, faults. Parts may be
 * left out without changing what the others are, so that a failing scenario can be made smaller.
 */
#ifndef HA_TESTS_RANDOM_SCENARIO_H
#define HA_TESTS_RANDOM_SCENARIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

#define RANDOM_PARTS 512u       /* parts beyond this number cannot be left out */

/* splitmix64. Source: Steele, Lea, Flood, "Fast splittable pseudorandom number generators". */
uint64_t random_next(uint64_t *state);
/* A number below `limit`, which is not 0. */
unsigned random_below(uint64_t *state, unsigned limit);

/*
 * Append the text of a scenario.
 *
 *   left_out  RANDOM_PARTS flags; what is left may name what is not there, and then be no
 *             scenario any more. NULL for none
 *
 * Returns how many parts there are.
 */
size_t random_scenario(uint64_t seed, const bool *left_out, struct ha_text *text);

#endif
