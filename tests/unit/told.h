/*
 * told - all that a loaded scenario says, in words
 */
#ifndef HA_TESTS_TOLD_H
#define HA_TESTS_TOLD_H

#include "base/text.h"
#include "edge/load.h"

/* A line for each driver, step, event, fault and expectation. The caller closes the text. */
struct ha_text told(const struct ha_scenario *scenario);

#endif
