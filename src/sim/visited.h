/*
 * visited - a set of numbers that are hashes already, each with what it took to come there
 */
#ifndef HA_SIM_VISITED_H
#define HA_SIM_VISITED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ha_arena;
struct ha_search_bounds;

struct ha_visited_place {
    uint64_t number;            /* 0 for an empty place */
    uint32_t faults, preemptions, deliveries;
};

/* Begin with zeroes, and the memory that it is to lie in; NULL for the heap. */
struct ha_visited {
    struct ha_arena *memory;
    struct ha_visited_place *place;
    size_t count, room;
    bool lost;                  /* memory was lacking: what did not fit is new every time */
};

/* Whether the number was not in the set; it is now. */
bool ha_visited_add(struct ha_visited *visited, uint64_t number);
/* Add all of another set. */
void ha_visited_merge(struct ha_visited *visited, const struct ha_visited *other);
/*
 * Whether nobody came there yet who had used no more of any bound. It is known from now on that
 * somebody has.
 */
bool ha_visited_reach(struct ha_visited *visited, uint64_t number,
                      const struct ha_search_bounds *used);
void ha_visited_close(struct ha_visited *visited);

#endif
