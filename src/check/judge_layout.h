/*
 * judge_layout - the partition as the trace describes it
 *
 * Which processors are active, which may come, and which node each place belongs to.
 */
#ifndef HA_CHECK_JUDGE_LAYOUT_H
#define HA_CHECK_JUDGE_LAYOUT_H

#include <stdbool.h>
#include <stdint.h>

#include "check/save.h"
#include "core/trace.h"

#define HA_JUDGED_PROCESSORS 4096u      /* 64 groups of 64: more cannot be named */
#define HA_JUDGED_GROUPS 64u
#define HA_JUDGED_NODES 64u

struct ha_layout {
    bool known;                 /* the trace said it all, and no record is missing since */
    uint32_t groups, active, maximum, boot;
    uint32_t nodes;             /* 0 when the trace did not tell of nodes */
    uint32_t used_groups, used_places;      /* behind these all is as at first, in what follows */
    uint32_t group_maximum[HA_JUDGED_GROUPS];
    uint64_t group_mask[HA_JUDGED_GROUPS];
    uint64_t node_mask[HA_JUDGED_NODES][HA_JUDGED_GROUPS];      /* places, by node and group */
    struct { uint16_t group; uint8_t number; } place[HA_JUDGED_PROCESSORS];
    uint32_t index[HA_JUDGED_GROUPS][64];       /* HA_NO_INDEX where none is active */
};

/* What ADD_BEGIN asked for; HA_NO_GROUP for each that it left open. */
struct ha_asked {
    uint16_t group, number, node;
};

unsigned ha_bits(uint64_t mask);
void ha_layout_init(struct ha_layout *layout);
/* Back to how it was at first. */
void ha_layout_reset(struct ha_layout *layout);
void ha_layout_walk(struct ha_layout *layout, struct ha_save_walk *walk);
/* What a companion of TRACE_BEGIN tells of the partition. */
void ha_layout_take(struct ha_layout *layout, const struct ha_record *companion);
void ha_layout_activate(struct ha_layout *layout, uint32_t index, uint32_t group, uint32_t number);

/* Whether the trace tells enough to find a place with this rule (enum ha_group_assign). */
bool ha_layout_can_place(const struct ha_layout *layout, unsigned rule,
                         const struct ha_asked *asked);
/*
 * Where the next processor goes: among the free places that were named the lowest number of the
 * lowest group; with by_node of the lowest node first; with explicit only a place of which both
 * were named. False when there is none.
 */
bool ha_layout_find_place(const struct ha_layout *layout, unsigned rule,
                          const struct ha_asked *asked, uint16_t *group, uint8_t *number);

/* The node of a place; HA_JUDGED_NODES when the trace did not tell. */
uint32_t ha_layout_node_of(const struct ha_layout *layout, uint32_t group, uint32_t number);
/* The places of a node in a group that are active; none for a node that does not exist. */
uint64_t ha_layout_node_active(const struct ha_layout *layout, uint32_t node, uint32_t group);
/* Those that one mask shows: of its lowest group that has any. 0 and some group when none is. */
uint64_t ha_layout_node_shown(const struct ha_layout *layout, uint32_t node, uint32_t *group);

#endif
