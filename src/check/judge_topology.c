/*
 * judge_topology - answers about nodes and about the current processor
 *
 * Owns what those queries have to answer, from the partition as the trace describes it, and at
 * which IRQL any query may be made.
 */
#include "base/names.h"
#include "check/judge_rules.h"
#include "check/who.h"

#define STATUS_INVALID_PARAMETER 0xC000000Du
#define STATUS_BUFFER_TOO_SMALL 0xC0000023u
#define DISPATCH_LEVEL 2u

struct counts {
    uint32_t active, maximum, groups;
};

static struct counts count_node(const struct ha_layout *layout, uint32_t node)
{
    struct counts counts = {0};

    for (uint32_t g = 0; g < layout->groups && g < HA_JUDGED_GROUPS; g++) {
        uint64_t mask = ha_layout_node_active(layout, node, g);
        counts.active += ha_bits(mask);
        counts.groups += mask != 0;
        if (node < layout->nodes)
            counts.maximum += ha_bits(layout->node_mask[node][g]);
    }
    return counts;
}

static void judge_node_affinity(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;
    uint32_t group;
    uint64_t mask = ha_layout_node_shown(&judge->layout, record->as.query.argument, &group);

    if (record->as.query.output != mask)
        ha_blame_answer(judge, HA_RULE_QRY_12, mask, record->as.query.output, true);
    else
        ha_expect_answer(judge, HA_RULE_QRY_12, ha_bits(mask), record->as.query.result, false);
}

static void judge_node_affinity2(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;
    uint32_t status = (uint32_t)record->as.query.result;
    bool exists = record->as.query.argument < judge->layout.nodes;
    uint32_t groups = count_node(&judge->layout, record->as.query.argument).groups;

    if (exists ? status != 0 && status != STATUS_BUFFER_TOO_SMALL
               : status != STATUS_INVALID_PARAMETER)
        ha_blame_answer(judge, HA_RULE_QRY_12, exists ? 0 : STATUS_INVALID_PARAMETER, status,
                        true);
    else if (exists)
        ha_expect_answer(judge, HA_RULE_QRY_12, groups, record->as.query.output, false);
}

static void judge_node(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;
    const struct ha_layout *layout = &judge->layout;
    uint64_t answer = record->as.query.result;
    struct counts counts = count_node(layout, record->as.query.argument);

    if (!layout->nodes)
        return;
    ha_exercise(judge, HA_RULE_QRY_12);
    switch (record->as.query.routine) {
    case HA_RT_HIGHEST_NODE:
        ha_expect_answer(judge, HA_RULE_QRY_12, layout->nodes - 1, answer, false);
        break;
    case HA_RT_NODE_AFFINITY:
        judge_node_affinity(judge);
        break;
    case HA_RT_NODE_AFFINITY2:
        judge_node_affinity2(judge);
        break;
    case HA_RT_NODE_ACTIVE_COUNT:
        ha_expect_answer(judge, HA_RULE_QRY_12, counts.active, answer, false);
        break;
    default:
        ha_expect_answer(judge, HA_RULE_QRY_12, counts.maximum, answer, false);
        break;
    }
}

/* Where the thread runs, as its record says; HOT-11 and ORD-2 judge whether it may. */
static void judge_current(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;
    const struct ha_layout *layout = &judge->layout;
    uint32_t processor = record->processor, routine = record->as.query.routine;
    uint64_t answer = record->as.query.result, pair;

    if (processor >= layout->active || processor >= HA_JUDGED_PROCESSORS)
        return;
    uint16_t group = layout->place[processor].group;
    uint8_t number = layout->place[processor].number;
    if (routine == HA_RT_CURRENT_NODE) {
        ha_exercise(judge, HA_RULE_QRY_12);
        uint32_t node = ha_layout_node_of(layout, group, number);
        if (node < HA_JUDGED_NODES)
            ha_expect_answer(judge, HA_RULE_QRY_12, node, answer, false);
    } else if (routine == HA_RT_CURRENT_PROCESSOR) {
        ha_judge_group_zero(judge);
        ha_exercise(judge, HA_RULE_QRY_17);
        unsigned limit = ha_bits(layout->group_mask[0]);
        if (!group)
            ha_expect_answer(judge, HA_RULE_QRY_17, number, answer, false);
        else if (answer >= limit)
            ha_blame(judge, HA_RULE_QRY_17, 0, "a number below the active count of group 0",
                     "%llu of %u", (unsigned long long)answer, limit);
    } else {
        ha_exercise(judge, HA_RULE_QRY_14);
        pair = (uint64_t)group << 16 | number;
        if (answer != processor)
            ha_blame_answer(judge, HA_RULE_QRY_14, processor, answer, false);
        else if (record->as.query.output)       /* 0 also when the caller did not want it */
            ha_expect_answer(judge, HA_RULE_QRY_14, pair, record->as.query.output, true);
    }
}

bool ha_has_affinity_level(uint32_t routine)
{
    return routine >= HA_RT_SET_AFFINITY && routine <= HA_RT_REVERT_AFFINITY_OLD;
}

/* Above DISPATCH_LEVEL a driver must not ask for relations, or change affinity; all else may be
   asked anywhere. */
static void judge_level(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;
    bool refused = record->kind == HA_REFUSED, misuse = record->kind == HA_MISUSE;
    uint32_t routine = refused || misuse ? record->as.refused.routine : record->as.query.routine;
    char irql[HA_IRQL_TEXT];

    if (ha_has_affinity_level(routine)) {
        if (refused ? record->as.refused.reason == HA_REASON_IRQL
                    : misuse && record->as.misuse.misuse == HA_MISUSE_RAISED_IRQL)
            ha_blame(judge, HA_RULE_QRY_16, record->driver, "called at or below DISPATCH_LEVEL",
                     "%s at %s", ha_routine_name(routine), ha_irql_text(record->irql, irql));
        return;
    }
    if (misuse || routine < HA_RT_ACTIVE_COUNT || routine >= HA_ROUTINE_COUNT
        || routine == HA_RT_MEMORY_RANGES       /* which is for PASSIVE_LEVEL */
        || (refused && record->as.refused.reason != HA_REASON_IRQL))
        return;
    ha_exercise(judge, HA_RULE_QRY_16);
    if (routine == HA_RT_LOGICAL_RELATIONSHIP && record->irql > DISPATCH_LEVEL)
        ha_blame(judge, HA_RULE_QRY_16, record->driver, "asked at or below DISPATCH_LEVEL",
                 "%s at %s", ha_routine_name(routine), ha_irql_text(record->irql, irql));
    else if (refused)
        ha_blame(judge, HA_RULE_QRY_16, 0, "an answer at this IRQL", "%s refused at %s",
                 ha_routine_name(routine), ha_irql_text(record->irql, irql));
}

void ha_judge_topology(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;

    judge_level(judge);
    if (record->kind != HA_QUERY || !judge->layout.known)
        return;
    switch (record->as.query.routine) {
    case HA_RT_HIGHEST_NODE:
    case HA_RT_NODE_AFFINITY:
    case HA_RT_NODE_AFFINITY2:
    case HA_RT_NODE_ACTIVE_COUNT:
    case HA_RT_NODE_MAXIMUM_COUNT:
        judge_node(judge);
        break;
    case HA_RT_CURRENT_NODE:
    case HA_RT_CURRENT_PROCESSOR:
    case HA_RT_CURRENT_PROCESSOR_EX:
        judge_current(judge);
        break;
    default:
        break;
    }
}
