/*
 * points - which questions a search has met, and which of them it has answered otherwise
 *
 * A choice point is the n-th question of a run about the same thing, as the second allocation by
 * the same routine. How often threads could take turns hangs on the way that a run has come, also
 * where it comes to the same: so a question whether a thread shall wait counts by that thread and
 * how far it is, and one about which thread goes on by what it is for alone. Then searches that
 * leave other runs meet the same points. The same point of many runs counts once.
 */
#ifndef HA_SIM_POINTS_H
#define HA_SIM_POINTS_H

#include <stdint.h>

#include "hotadd/trace.h"
#include "sim/visited.h"

struct ha_points {
    struct ha_visited met, turned;
    uint32_t met_count[HA_CHOICE_KIND_COUNT], turned_count[HA_CHOICE_KIND_COUNT];
};

/* A number for what a question is about. */
uint64_t ha_points_site(unsigned kind, const char *label, uint32_t about);

/* The point with that site and number was met; it was answered otherwise than ordinarily. */
void ha_points_meet(struct ha_points *points, unsigned kind, uint64_t site, uint32_t number);
void ha_points_turn(struct ha_points *points, unsigned kind, uint64_t site, uint32_t number);

/* Add what another search has met. */
void ha_points_merge(struct ha_points *points, const struct ha_points *other);

/* Whether memory was lacking. */
bool ha_points_lost(const struct ha_points *points);
void ha_points_close(struct ha_points *points);

#endif
