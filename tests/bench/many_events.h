/* many_events - the text of a scenario with as many events as a benchmark asks for */
#ifndef HA_BENCH_MANY_EVENTS_H
#define HA_BENCH_MANY_EVENTS_H

#include <stddef.h>

#include "base/text.h"

/*
 * A third of the events adds a processor anywhere, a third adds one that does not start, in a
 * given group, a third runs a step on a thread of its own. To be closed; `lost` without memory.
 */
struct ha_text bench_many_events(size_t events);

#endif
