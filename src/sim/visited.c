/* visited - see visited.h */
#include "sim/visited.h"

#include "core/arena.h"

#define FIRST_ROOM 256u

static size_t place_of(const struct ha_visited *visited, uint64_t number)
{
    size_t mask = visited->room - 1, at = (size_t)(number >> 7) & mask;
    while (visited->number[at] && visited->number[at] != number)
        at = (at + 1) & mask;
    return at;
}

static bool grow(struct ha_visited *visited)
{
    struct ha_visited grown = {.memory = visited->memory,
                               .room = visited->room ? 2 * visited->room : FIRST_ROOM,
                               .lost = visited->lost};
    grown.number = ha_heap_take(grown.memory, grown.room * sizeof *grown.number);
    if (!grown.number)
        return false;
    for (size_t i = 0; i < visited->room; i++)
        if (visited->number[i])
            grown.number[place_of(&grown, visited->number[i])] = visited->number[i];
    grown.count = visited->count;
    ha_heap_give(grown.memory, visited->number, visited->room * sizeof *visited->number);
    *visited = grown;
    return true;
}

bool ha_visited_add(struct ha_visited *visited, uint64_t number)
{
    if (!number)
        number = 1;
    if (2 * visited->count >= visited->room && !grow(visited)) {
        visited->lost = true;
        return true;
    }
    size_t at = place_of(visited, number);
    if (visited->number[at])
        return false;
    visited->number[at] = number;
    visited->count++;
    return true;
}

void ha_visited_merge(struct ha_visited *visited, const struct ha_visited *other)
{
    for (size_t i = 0; i < other->room; i++)
        if (other->number[i])
            ha_visited_add(visited, other->number[i]);
}

void ha_visited_close(struct ha_visited *visited)
{
    ha_heap_give(visited->memory, visited->number, visited->room * sizeof *visited->number);
    *visited = (struct ha_visited){.memory = visited->memory};
}
