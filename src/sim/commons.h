/*
 * commons - what the shares of a search know together: in which states their runs have been
 *
 * A run is left where a run of any share was before, for that share plays all that can follow; off
 * the ordinary course, which all of them play, each plays its own branches. So nothing is known of
 * a whole search of which one share has not come to its end.
 */
#ifndef HA_SIM_COMMONS_H
#define HA_SIM_COMMONS_H

#include <stdbool.h>
#include <stdint.h>

struct ha_arena;
struct ha_commons;
struct ha_search_bounds;

/* In memory that all processes have; it goes with that. NULL: there is none. */
struct ha_commons *ha_commons_create(struct ha_arena *memory);

/*
 * As ha_visited_reach(), for whichever process.
 *
 *   lost  is set when memory was lacking
 */
bool ha_commons_reach(struct ha_commons *commons, uint64_t number,
                      const struct ha_search_bounds *used, bool *lost);

#endif
