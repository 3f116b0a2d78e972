/* records_memory - memory in the notation of records.h */
#include <stdlib.h>
#include <string.h>

#include "unit/records_parts.h"

static uint64_t number_at(const struct statement *statement, size_t index)
{
    return word_at(statement, index) ? strtoull(word_at(statement, index), NULL, 0) : 0;
}

static void range(struct records *records, const struct statement *statement, enum ha_kind kind)
{
    uint32_t id = (uint32_t)word_number(statement, "id", 1);
    struct ha_record *record = records_emit(records, statement, kind, HOT_ADD, id);
    record->as.memory.base = number_at(statement, 1);
    record->as.memory.size = number_at(statement, 2);
}

static void limits(struct records *records, const struct statement *statement, bool end)
{
    struct ha_record *record =
        records_emit(records, statement, end ? HA_MEM_ADD_END : HA_POOL_LIMITS, HOT_ADD,
                     (uint32_t)word_number(statement, "id", end));
    record->as.pool_limits.paged = number_at(statement, 1 + end);
    record->as.pool_limits.nonpaged = number_at(statement, 2 + end);
    if (end && word_at(statement, 1))
        record->as.pool_limits.status = word_status(word_at(statement, 1));
}

static void condition(struct records *records, const struct statement *statement, bool set)
{
    bool high = !strcmp(word_at(statement, 1), "high");
    records_emit(records, statement, set ? HA_EVENT_SET : HA_EVENT_CLEAR, HOT_ADD,
                 high ? HA_CONDITION_HIGH : HA_CONDITION_LOW);
}

static void free_pages(struct records *records, const struct statement *statement)
{
    struct ha_record *record = records_emit(records, statement, HA_FREE_PAGES, HOT_ADD, 0);
    record->as.pages.free = number_at(statement, 1);
    record->as.pages.low = number_at(statement, 2);
    record->as.pages.high = number_at(statement, 3);
}

bool records_memory(struct records *records, const struct statement *statement)
{
    const char *verb = word_at(statement, 0);

    if (!strcmp(verb, "memory"))
        range(records, statement, HA_MEMORY);
    else if (!strcmp(verb, "mem>"))
        range(records, statement, HA_MEM_ADD_BEGIN);
    else if (!strcmp(verb, "online"))
        range(records, statement, HA_MEM_ONLINE);
    else if (!strcmp(verb, "budget"))
        records_emit(records, statement, HA_BUDGET, HOT_ADD, 0)->as.budget.callback_ns =
            number_at(statement, 1);
    else if (!strcmp(verb, "limits") || !strcmp(verb, "mem<"))
        limits(records, statement, verb[0] == 'm');
    else if (!strcmp(verb, "free"))
        free_pages(records, statement);
    else if (!strcmp(verb, "signal") || !strcmp(verb, "clear"))
        condition(records, statement, verb[0] == 's');
    else
        return false;
    return true;
}
