/*
 * judge_layout - the partition as the trace describes it
 *
 * Owns struct ha_layout. Written anew for the judge, which shares no code with the kernel.
 */
#include "check/judge_layout.h"

#include <stddef.h>
#include <string.h>

#include "hotadd/profile.h"

unsigned ha_bits(uint64_t mask)
{
    unsigned count = 0;
    for (; mask; mask &= mask - 1)
        count++;
    return count;
}

void ha_layout_init(struct ha_layout *layout)
{
    memset(layout, 0, sizeof *layout);
    memset(layout->index, 0xff, sizeof layout->index);
}

/* Most of it was never written: a search resets it for each of its runs. */
void ha_layout_reset(struct ha_layout *layout)
{
    memset(layout->group_maximum, 0, layout->used_groups * sizeof layout->group_maximum[0]);
    memset(layout->group_mask, 0, layout->used_groups * sizeof layout->group_mask[0]);
    for (uint32_t node = 0; node < layout->nodes; node++)
        memset(layout->node_mask[node], 0, layout->used_groups * sizeof layout->node_mask[0][0]);
    memset(layout->place, 0, layout->used_places * sizeof layout->place[0]);
    memset(layout->index, 0xff, layout->used_groups * sizeof layout->index[0]);
    layout->known = false;
    layout->groups = layout->active = layout->maximum = layout->boot = layout->nodes = 0;
    layout->used_groups = layout->used_places = 0;
}

void ha_layout_walk(struct ha_layout *layout, struct ha_save_walk *walk)
{
    if (walk->mode == HA_SAVE_PUTS_BACK)
        ha_layout_reset(layout);
    ha_save_part(walk, layout, offsetof(struct ha_layout, group_maximum));
    uint32_t groups = layout->used_groups;
    ha_save_part(walk, layout->group_maximum, groups * sizeof layout->group_maximum[0]);
    ha_save_part(walk, layout->group_mask, groups * sizeof layout->group_mask[0]);
    for (uint32_t node = 0; node < layout->nodes; node++)
        ha_save_part(walk, layout->node_mask[node], groups * sizeof layout->node_mask[0][0]);
    ha_save_part(walk, layout->place, layout->used_places * sizeof layout->place[0]);
    ha_save_part(walk, layout->index, groups * sizeof layout->index[0]);
}

static void use_group(struct ha_layout *layout, uint32_t group)
{
    if (group >= layout->used_groups)
        layout->used_groups = group + 1;
}

void ha_layout_activate(struct ha_layout *layout, uint32_t index, uint32_t group, uint32_t number)
{
    if (index >= HA_JUDGED_PROCESSORS || group >= HA_JUDGED_GROUPS || number >= 64)
        return;
    use_group(layout, group);
    if (index >= layout->used_places)
        layout->used_places = index + 1;
    layout->place[index].group = (uint16_t)group;
    layout->place[index].number = (uint8_t)number;
    layout->index[group][number] = index;
    layout->group_mask[group] |= UINT64_C(1) << number;
}

void ha_layout_take(struct ha_layout *layout, const struct ha_record *companion)
{
    uint32_t id = companion->id;

    switch (companion->kind) {
    case HA_TRACE_BEGIN:
        layout->groups = companion->as.begin.groups;
        layout->active = companion->as.begin.processors;
        layout->maximum = companion->as.begin.maximum;
        break;
    case HA_GROUP:
        if (id >= HA_JUDGED_GROUPS)
            break;
        use_group(layout, id);
        layout->group_maximum[id] = companion->as.group.maximum;
        break;
    case HA_NODE:
        if (id >= HA_JUDGED_NODES || companion->as.node.group >= HA_JUDGED_GROUPS)
            break;
        use_group(layout, companion->as.node.group);
        layout->node_mask[id][companion->as.node.group] = companion->as.node.mask;
        if (id >= layout->nodes)
            layout->nodes = id + 1;
        break;
    case HA_PROCESSOR:
        ha_layout_activate(layout, id, companion->as.existing.group,
                           companion->as.existing.number);
        layout->boot++;
        layout->known = layout->boot == layout->active && layout->groups;
        break;
    default:
        break;
    }
}

bool ha_layout_can_place(const struct ha_layout *layout, unsigned rule,
                         const struct ha_asked *asked)
{
    bool by_node = rule == HA_ASSIGN_BY_NODE || asked->node != HA_NO_GROUP;

    return layout->known && (layout->nodes || !by_node);
}

/* The places of a group that are free. */
static uint64_t free_places(const struct ha_layout *layout, uint32_t group)
{
    uint32_t maximum = layout->group_maximum[group];
    uint64_t all = maximum >= 64 ? UINT64_MAX : (UINT64_C(1) << maximum) - 1;

    return all & ~layout->group_mask[group];
}

/* Among the places of one node, or of all for HA_NO_GROUP. */
static bool find_of_node(const struct ha_layout *layout, const struct ha_asked *asked,
                         uint32_t node, uint16_t *group, uint8_t *number)
{
    if (node != HA_NO_GROUP && node >= HA_JUDGED_NODES)
        return false;
    for (uint16_t g = 0; g < layout->groups && g < HA_JUDGED_GROUPS; g++) {
        uint64_t places = free_places(layout, g);
        if (asked->group != HA_NO_GROUP && asked->group != g)
            continue;
        if (node != HA_NO_GROUP)
            places &= layout->node_mask[node][g];
        if (asked->number != HA_NO_GROUP)
            places &= asked->number < 64 ? UINT64_C(1) << asked->number : 0;
        if (!places)
            continue;
        *group = g;
        *number = (uint8_t)ha_bits((places & -places) - 1);
        return true;
    }
    return false;
}

bool ha_layout_find_place(const struct ha_layout *layout, unsigned rule,
                          const struct ha_asked *asked, uint16_t *group, uint8_t *number)
{
    if (rule == HA_ASSIGN_EXPLICIT
        && (asked->group == HA_NO_GROUP || asked->number == HA_NO_GROUP))
        return false;
    if (rule != HA_ASSIGN_BY_NODE || asked->node != HA_NO_GROUP)
        return find_of_node(layout, asked, asked->node, group, number);
    for (uint32_t node = 0; node < layout->nodes; node++)
        if (find_of_node(layout, asked, node, group, number))
            return true;
    return false;
}

uint32_t ha_layout_node_of(const struct ha_layout *layout, uint32_t group, uint32_t number)
{
    uint32_t node = 0;

    if (group >= HA_JUDGED_GROUPS || number >= 64)
        return HA_JUDGED_NODES;
    while (node < HA_JUDGED_NODES && !(layout->node_mask[node][group] >> number & 1))
        node++;
    return node;
}

uint64_t ha_layout_node_active(const struct ha_layout *layout, uint32_t node, uint32_t group)
{
    if (node >= layout->nodes || group >= HA_JUDGED_GROUPS)
        return 0;
    return layout->node_mask[node][group] & layout->group_mask[group];
}

uint64_t ha_layout_node_shown(const struct ha_layout *layout, uint32_t node, uint32_t *group)
{
    uint64_t mask = 0;

    for (uint32_t g = 0; g < layout->groups && g < HA_JUDGED_GROUPS && !mask; g++) {
        mask = ha_layout_node_active(layout, node, g);
        *group = g;
    }
    return mask;
}
