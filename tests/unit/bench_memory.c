/* bench_memory - what records about memory say, as text that tests compare */
#include <inttypes.h>

#include "base/names.h"
#include "unit/bench.h"

void bench_add_memory(struct ha_text *text, const struct ha_record *record)
{
    char buffer[HA_STATUS_TEXT];

    switch (record->kind) {
    case HA_MEM_ADD_BEGIN: case HA_MEM_ONLINE:
        ha_text_addf(text, " %u 0x%" PRIx64 "+0x%" PRIx64, (unsigned)record->id,
                     record->as.memory.base, record->as.memory.size);
        break;
    case HA_MEM_ADD_END:
        ha_text_addf(text, " %u %s pools 0x%" PRIx64 " 0x%" PRIx64, (unsigned)record->id,
                     record->as.pool_limits.status
                         ? ha_status_text(record->as.pool_limits.status, buffer) : "0",
                     record->as.pool_limits.paged, record->as.pool_limits.nonpaged);
        break;
    case HA_FREE_PAGES:
        ha_text_addf(text, " %" PRIu64 " low %" PRIu64 " high %" PRIu64, record->as.pages.free,
                     record->as.pages.low, record->as.pages.high);
        break;
    case HA_EVENT_SET: case HA_EVENT_CLEAR:
        ha_text_addf(text, " %s", ha_condition_name(record->id));
        break;
    default:
        break;
    }
}
