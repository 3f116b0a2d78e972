/* bounds - see bounds.h */
#include "sim/bounds.h"

#include <stddef.h>

#include "hotadd/trace.h"

uint32_t *ha_bound_of(struct ha_search_bounds *bounds, unsigned kind)
{
    switch (kind) {
    case HA_CHOICE_THREAD:  return NULL;
    case HA_CHOICE_FAULT:   return &bounds->faults;
    case HA_CHOICE_PREEMPT: return &bounds->preemptions;
    default:                return &bounds->deliveries;
    }
}

bool ha_bounds_allow(const struct ha_search_bounds *most, const struct ha_search_bounds *used,
                     unsigned kind)
{
    struct ha_search_bounds limit = *most, so_far = *used;
    const uint32_t *here = ha_bound_of(&so_far, kind);
    return here ? *here < *ha_bound_of(&limit, kind) : !most->fixed_order;
}

static void settle(uint32_t *bound, uint32_t usual)
{
    if (*bound == HA_BOUND_USUAL)
        *bound = usual;
}

struct ha_search_bounds ha_bounds_settle(struct ha_search_bounds bounds,
                                         enum ha_strategy strategy)
{
    bool is_sweep = strategy == HA_SEARCH_FAULTS || strategy == HA_SEARCH_PAIRS;
    settle(&bounds.faults, strategy == HA_SEARCH_PAIRS ? 2 : 1);
    settle(&bounds.preemptions, is_sweep ? 0 : 1);
    settle(&bounds.deliveries, is_sweep ? 0 : 1);
    bounds.fixed_order |= is_sweep;
    return bounds;
}
