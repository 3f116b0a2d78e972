/*
 * commons - see commons.h
 *
 * Owns struct ha_commons: a set of states and its lock. No code of a driver runs while a process
 * has the lock, so whatever ends a process there comes from outside, and ends the search.
 */
#include "sim/commons.h"

#include <sched.h>
#include <stdatomic.h>

#include "core/arena.h"
#include "sim/visited.h"

struct ha_commons {
    _Atomic uint32_t taken;
    struct ha_visited visited;
};

struct ha_commons *ha_commons_create(struct ha_arena *memory)
{
    struct ha_commons *commons = ha_heap_take(memory, sizeof *commons);
    if (commons)
        commons->visited.memory = memory;
    return commons;
}

bool ha_commons_reach(struct ha_commons *commons, uint64_t number,
                      const struct ha_search_bounds *used, bool *lost)
{
    while (atomic_exchange_explicit(&commons->taken, 1, memory_order_acquire))
        sched_yield();
    bool is_new = ha_visited_reach(&commons->visited, number, used);
    *lost |= commons->visited.lost;
    atomic_store_explicit(&commons->taken, 0, memory_order_release);
    return is_new;
}
