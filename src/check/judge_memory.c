/*
 * judge_memory - memory hot-add, the list of ranges, and free memory
 *
 * Owns struct ha_seen_memory: what the trace has told of memory so far. A condition is judged
 * when the next thing is told of it: only then it is known that no event has come.
 */
#include <inttypes.h>

#include "base/names.h"
#include "check/judge_rules.h"
#include "hotadd/machine.h"


/* Whether a condition has to be set with so much memory free. */
static bool is_due(const struct ha_seen_memory *memory, unsigned condition)
{
    return condition == HA_CONDITION_HIGH ? memory->free > memory->high
                                          : memory->free < memory->low;
}

void ha_judge_mem_add(struct ha_judge *judge)
{
    const struct ha_seen_memory *memory = &judge->memory;
    const struct ha_record *record = judge->record;
    bool failed = !ha_nt_success(record->as.pool_limits.status);

    if (memory->limited) {
        ha_exercise(judge, HA_RULE_MEM_5);
        if (record->as.pool_limits.paged != memory->paged ||
            record->as.pool_limits.nonpaged != memory->nonpaged)
            ha_blame(judge, HA_RULE_MEM_5, 0, "the limits of the pools at boot", "others");
    }
    if (memory->add != record->id)
        return;
    ha_exercise(judge, HA_RULE_MEM_1);
    ha_exercise(judge, failed ? HA_RULE_MEM_7 : HA_RULE_MEM_3);
    if (failed && memory->online)
        ha_blame(judge, HA_RULE_MEM_7, 0, "no range from memory that fails to start",
                 "a range that is there");
    else if (!failed && !memory->online)
        ha_blame(judge, HA_RULE_MEM_3, 0, "the new range before the add ends", "none");
}

void ha_judge_ranges(struct ha_judge *judge)
{
    const struct ha_seen_memory *memory = &judge->memory;
    const struct ha_record *record = judge->record;

    if (record->as.query.routine != HA_RT_MEMORY_RANGES || !judge->own || judge->gap)
        return;
    ha_exercise(judge, HA_RULE_MEM_3);
    if (record->as.query.result != memory->ranges)
        ha_blame_answer(judge, HA_RULE_MEM_3, memory->ranges, record->as.query.result, false);
    else if (record->as.query.output != memory->size)
        ha_blame(judge, HA_RULE_MEM_3, 0, "ranges with all bytes that are there",
                 "%" PRIu64 " bytes", record->as.query.output);
}

/* An event that came: it tells of a crossing. */
static void judge_event(struct ha_judge *judge, unsigned condition)
{
    const struct ha_seen_memory *memory = &judge->memory;
    bool set = judge->record->kind == HA_EVENT_SET;

    if (condition == HA_NO_CONDITION || condition >= HA_CONDITION_COUNT)
        return;
    if (!memory->told || is_due(memory, condition) != set || memory->is_set[condition] == set)
        ha_blame(judge, HA_RULE_MEM_6, 0, "an event when free memory crosses its threshold",
                 "%s %s", ha_condition_name(condition), set ? "set" : "cleared");
}

void ha_judge_condition(struct ha_judge *judge)
{
    const struct ha_seen_memory *memory = &judge->memory;

    if (!judge->own || judge->gap)
        return;
    if (judge->record->kind != HA_TRACE_END)
        ha_exercise(judge, HA_RULE_MEM_6);
    if (judge->record->kind == HA_EVENT_SET || judge->record->kind == HA_EVENT_CLEAR) {
        judge_event(judge, judge->record->id);
        return;
    }
    for (unsigned i = HA_CONDITION_HIGH; memory->told && i < HA_CONDITION_COUNT; i++)
        if (is_due(memory, i) != memory->is_set[i])
            ha_blame(judge, HA_RULE_MEM_6, 0, "an event for each threshold that was crossed",
                     "%s left %s", ha_condition_name(i), memory->is_set[i] ? "set" : "clear");
}

/* Before the first word on it all memory is free. */
static void free_pages(struct ha_seen_memory *memory, const struct ha_record *record)
{
    bool first = !memory->told;

    memory->told = true;
    memory->low = record->as.pages.low;
    memory->high = record->as.pages.high;
    memory->free = memory->boot_size / HA_MEMORY_PAGE;
    for (unsigned i = HA_CONDITION_HIGH; first && i < HA_CONDITION_COUNT; i++)
        memory->is_set[i] = is_due(memory, i);
    memory->free = record->as.pages.free;
}

static void range_came(struct ha_seen_memory *memory, const struct ha_record *record)
{
    memory->ranges++;
    memory->boot_ranges += record->kind == HA_MEMORY;
    memory->size += record->as.memory.size;
    if (record->kind == HA_MEMORY)
        memory->boot_size += record->as.memory.size;
    else
        memory->online = memory->add != 0;
}

void ha_memory_absorb(struct ha_judge *judge)
{
    struct ha_seen_memory *memory = &judge->memory;
    const struct ha_record *record = judge->record;

    switch (record->kind) {
    case HA_MEMORY:
    case HA_MEM_ONLINE:
        range_came(memory, record);
        break;
    case HA_POOL_LIMITS:
        memory->limited = true;
        memory->paged = record->as.pool_limits.paged;
        memory->nonpaged = record->as.pool_limits.nonpaged;
        break;
    case HA_MEM_ADD_BEGIN:
        memory->add = record->id;
        memory->thread = record->thread;
        memory->online = false;
        judge->instances.brought[HA_UNIT_MEMORY].pending = false;
        break;
    case HA_MEM_ADD_END:
        ha_instance_absorb_end(judge, HA_UNIT_MEMORY, record->id,
                               !ha_nt_success(record->as.pool_limits.status));
        memory->add = 0;
        break;
    case HA_FREE_PAGES:
        free_pages(memory, record);
        break;
    default:
        if (record->id < HA_CONDITION_COUNT)
            memory->is_set[record->id] = record->kind == HA_EVENT_SET;
        break;
    }
}
