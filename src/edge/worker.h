/*
 * worker - a plan that is played in a child process, whose end is no end of this one
 *
 * Driver code that crashes, aborts, exits or runs on for ever takes only the worker with it. The
 * trace lies in memory that both have, so what led there is not lost. Each run has a worker of its
 * own: forking costs less than loading the modules, and nothing of a run is left for the next. The
 * runs of a search share one until it is lost: they are thousands a second, and are judged there.
 */
#ifndef HA_EDGE_WORKER_H
#define HA_EDGE_WORKER_H

#include "edge/playing.h"

/*
 * As ha_playing_open(). A worker that is lost writes its last words into the trace: CRASH, and
 * TRACE_END with HA_END_CRASH or HA_END_HANG; or HA_END_SIGNAL when it was called off and did not
 * come to an end within a second. The runs of a search leave no trace here.
 */
int ha_worker_open(const struct ha_playing_options *options, struct ha_playing **playing,
                   struct ha_text *trouble);

#endif
