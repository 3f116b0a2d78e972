/*
 * bounds - how many answers a run may have that are not the ordinary ones, by what they decide
 *
 * A struct ha_search_bounds (hotadd/explore.h) says how many a run may have at most, another one
 * how many it has.
 */
#ifndef HA_SIM_BOUNDS_H
#define HA_SIM_BOUNDS_H

#include <stdbool.h>
#include <stdint.h>

#include "hotadd/explore.h"

/* What questions of a kind (enum ha_choice_kind) count as; NULL for what has no bound. */
uint32_t *ha_bound_of(struct ha_search_bounds *bounds, unsigned kind);

/* Whether a run that has used so much may answer one more such question otherwise. */
bool ha_bounds_allow(const struct ha_search_bounds *most, const struct ha_search_bounds *used,
                     unsigned kind);

/* The bounds of a strategy, with a number for each that is HA_BOUND_USUAL. */
struct ha_search_bounds ha_bounds_settle(struct ha_search_bounds bounds,
                                         enum ha_strategy strategy);

#endif
