/* always - see always.h */
#include "edge/always.h"

#include "hotadd/error.h"

static void take(struct ha_sink *sink, const struct ha_record *first, size_t count)
{
    struct ha_always *always = (struct ha_always *)(void *)sink;
    struct ha_sink *to = !always->matcher      ? NULL
                         : always->is_inside ? ha_matcher_sink(always->matcher)
                                             : &always->begun.sink;
    if (to)
        to->take(to, first, count);
}

int ha_always_open(struct ha_always *always, const struct ha_expect *expect)
{
    always->sink.take = take;
    ha_collector_init(&always->begun);
    if (expect->always)
        always->matcher = ha_matcher_create(expect->always);
    return expect->always && !always->matcher ? HA_ENOMEM : HA_OK;
}

void ha_always_close(struct ha_always *always)
{
    ha_matcher_destroy(always->matcher);
    ha_collector_close(&always->begun);
    ha_text_close(&always->report);
}

void ha_always_restart(struct ha_always *always)
{
    always->is_inside = false;
    ha_collector_clear(&always->begun);
}

void ha_always_begin(struct ha_always *always)
{
    always->is_inside = true;
    if (always->begun.count)
        take(&always->sink, always->begun.record, always->begun.count);
}

int ha_always_compare(struct ha_always *always)
{
    ha_text_clear(&always->report);
    if (always->begun.lost)
        return HA_ENOMEM;
    return always->matcher ? ha_matcher_compare_state(always->matcher, &always->report) : 0;
}
