/*
 * explore_check - options of a search that contradict each other
 */
#ifndef HA_EDGE_EXPLORE_CHECK_H
#define HA_EDGE_EXPLORE_CHECK_H

#include "edge/files.h"
#include "hotadd/explore.h"

/* HA_OK, or HA_EINVAL with a sentence. */
int ha_explore_check(const struct ha_explore_options *options, const struct ha_files *files,
                     struct ha_error *error);

#endif
