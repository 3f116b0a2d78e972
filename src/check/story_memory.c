/* story_memory - memory that is added, and how much is free, in words */
#include <inttypes.h>

#include "base/names.h"
#include "check/story_words.h"
#include "hotadd/machine.h"

void ha_bytes_words(uint64_t bytes, struct ha_text *words)
{
    static const char units[] = "KMGT";
    const char *unit = units;

    if (!bytes || bytes % 1024) {
        ha_text_addf(words, "%" PRIu64 " bytes", bytes);
        return;
    }
    for (bytes /= 1024; bytes % 1024 == 0 && unit[1]; unit++)
        bytes /= 1024;
    ha_text_addf(words, "%" PRIu64 " %ciB", bytes, *unit);
}

static void range_words(const struct ha_record *record, struct ha_text *words)
{
    ha_bytes_words(record->as.memory.size, words);
    ha_text_addf(words, " at 0x%" PRIx64, record->as.memory.base);
}

enum ha_paint ha_story_memory(const struct ha_record *record, struct ha_text *words)
{
    char buffer[HA_STATUS_TEXT];
    const char *condition;

    switch (record->kind) {
    case HA_MEM_ADD_BEGIN:
        ha_text_addf(words, "memory add %u begins: ", (unsigned)record->id);
        range_words(record, words);
        return HA_PLAIN;
    case HA_MEM_ONLINE:
        ha_text_add(words, "there are now ");
        range_words(record, words);
        return HA_PLAIN;
    case HA_FREE_PAGES:
        ha_text_add(words, "free memory: ");
        ha_bytes_words(record->as.pages.free * HA_MEMORY_PAGE, words);
        return HA_PLAIN;
    case HA_EVENT_SET: case HA_EVENT_CLEAR:
        condition = ha_condition_name(record->id);
        ha_text_addf(words, "%s is %s", condition ? condition : "an unknown condition",
                     record->kind == HA_EVENT_SET ? "set" : "cleared");
        return HA_PLAIN;
    default:
        ha_text_addf(words, "memory add %u ", (unsigned)record->id);
        if (record->as.pool_limits.status)
            ha_text_addf(words, "fails: %s",
                         ha_status_text(record->as.pool_limits.status, buffer));
        else
            ha_text_add(words, "succeeds");
        return record->as.pool_limits.status ? HA_RED : HA_GREEN;
    }
}
