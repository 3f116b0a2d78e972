/* points - see points.h */
#include "sim/points.h"

#define KIND_BITS 4u            /* of the number of a point: its kind, for whoever merges */
_Static_assert(HA_CHOICE_KIND_COUNT <= 1 << KIND_BITS, "a kind fits");

static uint64_t mix(uint64_t a, uint64_t b)
{
    uint64_t z = (a ^ b) * UINT64_C(0x9e3779b97f4a7c15);
    return z ^ z >> 29;
}

uint64_t ha_points_site(unsigned kind, const char *label, uint32_t about)
{
    uint64_t site = mix((uint64_t)kind << 32 | about, UINT64_C(0xcbf29ce484222325));
    for (const char *c = label; *c; c++)
        site = mix(site, (unsigned char)*c);
    return site;
}

static uint64_t point_of(unsigned kind, uint64_t site, uint32_t number)
{
    return mix(mix(site, number), 1) << KIND_BITS | kind;
}

static void count(struct ha_visited *visited, uint32_t *counts, uint64_t point)
{
    if (ha_visited_add(visited, point))
        counts[point & ((1u << KIND_BITS) - 1)]++;
}

void ha_points_meet(struct ha_points *points, unsigned kind, uint64_t site, uint32_t number)
{
    count(&points->met, points->met_count, point_of(kind, site, number));
}

void ha_points_turn(struct ha_points *points, unsigned kind, uint64_t site, uint32_t number)
{
    count(&points->turned, points->turned_count, point_of(kind, site, number));
}

void ha_points_merge(struct ha_points *points, const struct ha_points *other)
{
    for (size_t i = 0; i < other->met.room; i++)
        if (other->met.place[i].number)
            count(&points->met, points->met_count, other->met.place[i].number);
    for (size_t i = 0; i < other->turned.room; i++)
        if (other->turned.place[i].number)
            count(&points->turned, points->turned_count, other->turned.place[i].number);
}

bool ha_points_lost(const struct ha_points *points)
{
    return points->met.lost || points->turned.lost;
}

void ha_points_close(struct ha_points *points)
{
    ha_visited_close(&points->met);
    ha_visited_close(&points->turned);
}
