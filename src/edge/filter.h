/*
 * filter - which of the scenarios are wanted
 */
#ifndef HA_EDGE_FILTER_H
#define HA_EDGE_FILTER_H

#include "edge/load.h"

/*
 * Whether a scenario's path, as it is printed, or its name matches a glob; NULL matches all.
 * `lost` becomes true when memory was lacking to tell.
 */
bool ha_filter_matches(const char *filter, const struct ha_scenario *scenario, bool *lost);

#endif
