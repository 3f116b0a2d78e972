/*
 * visited - see visited.h
 *
 * A number that was come to in several ways of which none used less than another has as many
 * places.
 */
#include "sim/visited.h"

#include "core/arena.h"
#include "hotadd/explore.h"

#define FIRST_ROOM 256u

/* The place of the number, or the empty one where it would be, from `at` on. */
static size_t find(const struct ha_visited *visited, uint64_t number, size_t at)
{
    size_t mask = visited->room - 1;
    at &= mask;
    while (visited->place[at].number && visited->place[at].number != number)
        at = (at + 1) & mask;
    return at;
}

static size_t first_of(uint64_t number)
{
    return (size_t)(number >> 7);
}

/* A place of its own, whatever other places the number has. */
static void put(struct ha_visited *visited, const struct ha_visited_place *place)
{
    size_t at = find(visited, place->number, first_of(place->number));
    while (visited->place[at].number)
        at = find(visited, place->number, at + 1);
    visited->place[at] = *place;
    visited->count++;
}

static bool grow(struct ha_visited *visited)
{
    struct ha_visited grown = {.memory = visited->memory,
                               .room = visited->room ? 2 * visited->room : FIRST_ROOM,
                               .lost = visited->lost};
    grown.place = ha_heap_take(grown.memory, grown.room * sizeof *grown.place);
    if (!grown.place)
        return false;
    for (size_t i = 0; i < visited->room; i++)
        if (visited->place[i].number)
            put(&grown, &visited->place[i]);
    ha_heap_give(grown.memory, visited->place, visited->room * sizeof *visited->place);
    *visited = grown;
    return true;
}

static bool is_no_more(const struct ha_visited_place *place, const struct ha_visited_place *other)
{
    return place->faults <= other->faults && place->preemptions <= other->preemptions &&
           place->deliveries <= other->deliveries;
}

/* Whether somebody came to the number who had used no more. */
static bool is_known(const struct ha_visited *visited, const struct ha_visited_place *place)
{
    size_t at = find(visited, place->number, first_of(place->number));
    while (visited->place[at].number && !is_no_more(&visited->place[at], place))
        at = find(visited, place->number, at + 1);
    return visited->place[at].number;
}

bool ha_visited_reach(struct ha_visited *visited, uint64_t number,
                      const struct ha_search_bounds *used)
{
    const struct ha_visited_place place = {.number = number ? number : 1, .faults = used->faults,
                                           .preemptions = used->preemptions,
                                           .deliveries = used->deliveries};
    if (visited->room && is_known(visited, &place))
        return false;
    if (2 * visited->count >= visited->room && !grow(visited))
        visited->lost = true;
    else
        put(visited, &place);
    return true;
}

bool ha_visited_add(struct ha_visited *visited, uint64_t number)
{
    return ha_visited_reach(visited, number, &(const struct ha_search_bounds){.faults = 0});
}

void ha_visited_merge(struct ha_visited *visited, const struct ha_visited *other)
{
    for (size_t i = 0; i < other->room; i++)
        if (other->place[i].number)
            ha_visited_add(visited, other->place[i].number);
}

void ha_visited_close(struct ha_visited *visited)
{
    ha_heap_give(visited->memory, visited->place, visited->room * sizeof *visited->place);
    *visited = (struct ha_visited){.memory = visited->memory};
}
