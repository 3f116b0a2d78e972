/*
 * play_check - what is wrong with the options of a play, whatever the scenarios are
 */
#ifndef HA_EDGE_PLAY_CHECK_H
#define HA_EDGE_PLAY_CHECK_H

#include "edge/files.h"
#include "hotadd/scenario.h"

/* HA_OK, or HA_EINVAL with a sentence. */
int ha_play_check(const struct ha_play_options *options, const struct ha_files *files,
                  struct ha_error *error);

#endif
