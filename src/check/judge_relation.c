/*
 * judge_relation - answers of KeQueryLogicalProcessorRelationship
 *
 * Owns which status and length such a query gives, and the entries that its RELATION records
 * show: one for each active group, one for each node.
 *
 * A QUERY holds neither the length of the buffer nor the processor number that was given. So a
 * buffer called too small may have been large enough, and an invalid processor may be an active
 * one: these two answers are taken as they come.
 */
#include "base/names.h"
#include "check/judge_rules.h"
#include "check/vocabulary.h"

#define STATUS_INVALID_PARAMETER 0xC000000Du
#define STATUS_INFO_LENGTH_MISMATCH 0xC0000004u
#define STATUS_NOT_SUPPORTED 0xC00000BBu

/* LOGICAL_PROCESSOR_RELATIONSHIP */
#define RELATION_NODE 1u
#define RELATION_GROUP 4u
#define RELATION_ALL 0xffffu

/* Sizes of SYSTEM_LOGICAL_PROCESSOR_INFORMATION_EX. Source: WDK, winnt.h. */
#define GROUPS_LENGTH 32u           /* without its groups */
#define GROUP_LENGTH 48u
#define NODE_LENGTH 48u

static uint32_t active_groups(const struct ha_layout *layout)
{
    uint32_t count = 0;
    for (uint32_t group = 0; group < layout->groups && group < HA_JUDGED_GROUPS; group++)
        count += layout->group_mask[group] != 0;
    return count;
}

static bool tells_groups(uint32_t relation)
{
    return relation == RELATION_GROUP || relation == RELATION_ALL;
}

static bool tells_nodes(uint32_t relation)
{
    return relation == RELATION_NODE || relation == RELATION_ALL;
}

/* What a query of a relation has to show: a processor is of one node, which it does not name. */
static struct ha_listing listing_of(const struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;
    uint32_t argument = record->as.query.argument, relation = HA_RELATION_ASKED(argument);
    struct ha_listing listing = {.thread = record->thread};

    if (tells_groups(relation))
        listing.groups = active_groups(&judge->layout);
    if (tells_nodes(relation))
        listing.nodes = argument & HA_RELATION_OF_PROCESSOR ? 1 : judge->layout.nodes;
    return listing;
}

static void judge_query_of_relation(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;
    uint32_t argument = record->as.query.argument, relation = HA_RELATION_ASKED(argument);
    uint32_t status = (uint32_t)record->as.query.result;
    bool known = tells_groups(relation) || tells_nodes(relation);
    struct ha_listing due = listing_of(judge);
    uint32_t right = !known ? STATUS_NOT_SUPPORTED : argument & HA_RELATION_INTO_BUFFER ? 0
                                                   : STATUS_INFO_LENGTH_MISMATCH;
    uint32_t length = due.nodes * NODE_LENGTH;

    ha_exercise(judge, HA_RULE_QRY_20);
    if (due.groups)
        length += GROUPS_LENGTH + due.groups * GROUP_LENGTH;
    if (status == STATUS_INVALID_PARAMETER && argument & HA_RELATION_OF_PROCESSOR)
        return;                     /* a number that the trace does not show */
    if (status != right && !(known && status == STATUS_INFO_LENGTH_MISMATCH))
        ha_blame_answer(judge, HA_RULE_QRY_20, right, status, true);
    else if (known && judge->layout.nodes)
        ha_expect_answer(judge, HA_RULE_QRY_20, length, record->as.query.output, false);
}

static void judge_entry(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;
    const struct ha_layout *layout = &judge->layout;
    const struct ha_listing *listing = &judge->listing;
    bool of_group = record->as.relation.kind == RELATION_GROUP;
    uint32_t id = record->id, group = id;
    uint64_t mask = !of_group ? ha_layout_node_shown(layout, id, &group)
                    : id < HA_JUDGED_GROUPS ? layout->group_mask[id] : 0;
    uint64_t shown = of_group ? listing->group_shown : listing->node_shown;
    const char *what = of_group ? "group" : "node";

    if (!listing->open || listing->thread != record->thread)
        return;
    if (id >= 64 || shown >> id & 1 || (of_group ? !listing->groups || !mask
                                                 : !listing->nodes || id >= layout->nodes))
        ha_blame(judge, HA_RULE_QRY_20, 0, "an entry for each active group or each node",
                 "another one, %s %u", what, (unsigned)id);
    else if (record->as.relation.active_mask != mask || record->as.relation.active != ha_bits(mask)
             || (mask && record->as.relation.group != group))
        ha_blame(judge, HA_RULE_QRY_20, 0, "the active processors of each group or node",
                 "%u, mask 0x%llx, group %u for %s %u", record->as.relation.active,
                 (unsigned long long)record->as.relation.active_mask, record->as.relation.group,
                 what, (unsigned)id);
    else if (of_group && record->as.relation.maximum != layout->group_maximum[id])
        ha_blame_answer(judge, HA_RULE_QRY_20, layout->group_maximum[id],
                        record->as.relation.maximum, false);
}

void ha_judge_relation(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;

    if (!judge->layout.known)
        return;
    if (record->kind == HA_RELATION)
        judge_entry(judge);
    else if (record->as.query.routine == HA_RT_LOGICAL_RELATIONSHIP)
        judge_query_of_relation(judge);
}

/* Whether the record in hand is one more entry of the answer. */
static bool goes_on(const struct ha_judge *judge)
{
    return judge->record->kind == HA_RELATION
           && judge->record->thread == judge->listing.thread;
}

/* At any record that is no entry the answer is seen to be over. */
void ha_judge_listing(struct ha_judge *judge)
{
    const struct ha_listing *listing = &judge->listing;

    if (!listing->open || goes_on(judge) || judge->gap)
        return;
    unsigned groups = ha_bits(listing->group_shown), nodes = ha_bits(listing->node_shown);
    if (groups < listing->groups || nodes < listing->nodes)
        ha_blame(judge, HA_RULE_QRY_20, 0, "an entry for each active group or each node",
                 "%u of %u groups, %u of %u nodes", groups, (unsigned)listing->groups, nodes,
                 (unsigned)listing->nodes);
}

/*
 * A listing opens with a query that succeeded. The record behind it must not take the shortcut,
 * which would not see what is missing.
 */
void ha_relation_absorb(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;
    struct ha_listing *listing = &judge->listing;

    if (record->kind == HA_RELATION && goes_on(judge) && record->id < 64) {
        if (record->as.relation.kind == RELATION_GROUP)
            listing->group_shown |= UINT64_C(1) << record->id;
        else
            listing->node_shown |= UINT64_C(1) << record->id;
        return;
    }
    if (!goes_on(judge))
        listing->open = false;
    if (record->kind != HA_QUERY || record->as.query.routine != HA_RT_LOGICAL_RELATIONSHIP
        || record->as.query.result || !judge->layout.known || !judge->layout.nodes)
        return;
    *listing = listing_of(judge);
    listing->open = true;
    judge->looked = 0;
}
