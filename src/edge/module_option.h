/*
 * module_option - modules that a caller gives drivers in place of those that scenarios name
 */
#ifndef HA_EDGE_MODULE_OPTION_H
#define HA_EDGE_MODULE_OPTION_H

#include <stdbool.h>

#include "edge/load.h"
#include "hotadd/scenario.h"

/* HA_OK, or HA_EINVAL with a sentence when one is not of the form name=path. */
int ha_module_option_check(const struct ha_play_options *options, struct ha_error *error);

/* The path for a driver; NULL when it keeps its own module. */
const char *ha_module_option(const struct ha_play_options *options, const char *driver);

/*
 * Put the modules in place in a plan: of a driver the one that was named for it, otherwise its
 * own, if it is relative in the folder that was named for those.
 *
 *   plan  of the scenario; gets other drivers where the options ask for that
 *   bag   takes these, and outlives the plan
 *
 * Returns HA_OK, or HA_ENOMEM with the plan as it was.
 */
int ha_module_option_turn(const struct ha_play_options *options,
                          const struct ha_scenario *scenario, struct ha_plan *plan,
                          struct ha_bag *bag);

/* Note in `met`, which has a flag for each of them, those that a driver of the scenario bears. */
void ha_module_option_meet(const struct ha_play_options *options,
                           const struct ha_scenario *scenario, bool *met);
/* HA_OK, or HA_EINVAL with a sentence when one was not met. */
int ha_module_option_unmet(const struct ha_play_options *options, const bool *met,
                           struct ha_error *error);

#endif
