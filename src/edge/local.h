/*
 * local - a plan that is played in this process: a machine, and the modules of compiled drivers
 */
#ifndef HA_EDGE_LOCAL_H
#define HA_EDGE_LOCAL_H

#include "edge/playing.h"

/* As ha_playing_open(). */
int ha_local_open(const struct ha_playing_options *options, struct ha_playing **playing,
                  struct ha_text *trouble);

#endif
