/*
 * reference_add - see reference.h. Where a new processor goes, and the course of a hot-add.
 */
#include "model/reference.h"

#define INSUFFICIENT_RESOURCES ((int32_t)0xC000009A)

static void say(struct reference *r, enum what what, uint32_t index, uint32_t place,
                int32_t status)
{
    facts_say(r->facts, SYNC, (struct fact){.what = what, .index = index, .place = place,
                                            .status = status,
                                            .around = reference_around(r, 0)});
}

uint64_t reference_mask(const struct reference *r, uint32_t group)
{
    uint64_t mask = 0;
    for (uint32_t i = 0; i < r->active; i++)
        if (r->place[i] >> 16 == group)
            mask |= UINT64_C(1) << (r->place[i] & 63);
    return mask;
}

/* The lowest free place that fits; QRY-11. */
static bool find_place(const struct reference *r, const struct case_event *event, uint32_t node,
                       uint32_t *place)
{
    for (uint32_t g = 0; g < r->plan->groups; g++) {
        const struct case_group *group = &r->plan->group[g];
        uint64_t taken = reference_mask(r, g);
        if (event->group != CASE_ANY && event->group != g)
            continue;
        for (uint32_t n = 0; n < group->maximum; n++) {
            if ((taken >> n & 1) || (node != CASE_ANY && group->node[n] != node) ||
                (event->number != CASE_ANY && event->number != n))
                continue;
            *place = g << 16 | n;
            return true;
        }
    }
    return false;
}

static bool choose_place(const struct reference *r, const struct case_event *event,
                         uint32_t *place)
{
    bool open = event->number == CASE_ANY && event->node == CASE_ANY;
    uint8_t rule = reference_knob(r, HA_KNOB_GROUP_ASSIGN);
    if (event->number == CASE_ANY && rule == HA_ASSIGN_EXPLICIT)
        return false;                                       /* nobody says where */
    if (open && rule == HA_ASSIGN_BY_NODE) {
        for (uint32_t node = 0; node < CASE_NODES; node++)
            if (find_place(r, event, node, place))
                return true;
        return false;
    }
    return find_place(r, event, event->node, place);
}

/* Who is told of an add, in their order (HOT-3, CB-6). Returns how many. */
static uint32_t line_up(struct reference *r, struct member *line[])
{
    uint8_t chain = reference_knob(r, HA_KNOB_CALLBACK_CHAIN);
    uint32_t count = 0;
    for (uint32_t part = 0; part < (chain == HA_CHAIN_SINGLE ? 1u : 2u); part++)
        for (uint32_t i = 0; i < r->members; i++) {
            struct member *member = &r->member[i];
            bool of_object = reference_client(r, member->client)->kind == OF_OBJECT;
            bool object_part = (chain == HA_CHAIN_OBJECT_FIRST) == (part == 0);
            member->told = member->wrote = false;
            if (!member->gone && (chain == HA_CHAIN_SINGLE || of_object == object_part))
                line[count++] = member;
        }
    return count;
}

/* The first round. Returns the status that decides (STAT-9), 0 to go on. */
static int32_t start_round(struct reference *r, struct member *line[], uint32_t count,
                           uint32_t index, int32_t *op)
{
    bool per_call = reference_knob(r, HA_KNOB_OPSTATUS_SCOPE) == HA_OPSTATUS_PER_CALL;
    bool stops = reference_knob(r, HA_KNOB_HOT_START_ERROR) == HA_STOP_AT_ERROR;
    bool first_decides =
        per_call || reference_knob(r, HA_KNOB_OPSTATUS_DECISION) == HA_FIRST_ERROR;
    int32_t first = 0;
    for (uint32_t i = 0; i < count && !(stops && first); i++) {
        if (line[i]->gone)
            continue;
        if (per_call)
            *op = 0;
        line[i]->told = true;
        line[i]->wrote = reference_call(r, line[i], 0, index, 0, op);
        if (line[i]->wrote && !first)
            first = *op;
    }
    if (first_decides || stops)
        return first;
    return reference_is_error(*op) ? *op : 0;
}

/* The second round: Complete, or Failure with a status. `spares` whoever reported an error. */
static void second_round(struct reference *r, struct member *line[], uint32_t count,
                         uint32_t index, int32_t status, bool spares, int32_t *op)
{
    bool per_call = reference_knob(r, HA_KNOB_OPSTATUS_SCOPE) == HA_OPSTATUS_PER_CALL;
    bool backwards =
        status && reference_knob(r, HA_KNOB_FAILURE_ORDER) == HA_FAILURE_REVERSE;
    for (uint32_t i = 0; i < count; i++) {
        struct member *member = line[backwards ? count - 1 - i : i];
        if (member->gone || !member->told || (spares && member->wrote))
            continue;
        if (per_call)
            *op = 0;
        reference_call(r, member, status ? 2 : 1, index, status, op);
    }
}

static void announce(struct reference *r, bool of_memory, uint32_t device)
{
    facts_say(r->facts, SYNC, (struct fact){.what = STARTED, .state = of_memory,
                                            .index = device});
    facts_say(r->facts, SYNC, (struct fact){.what = UP, .state = of_memory, .index = device});
    reference_raise(r, of_memory, device);
}

/* ORD-1. Returns the status of the add. */
static int32_t add(struct reference *r, const struct case_event *event)
{
    bool after_start = reference_knob(r, HA_KNOB_SYNC_START_VS_HW) == HA_AFTER_START;
    bool early = reference_knob(r, HA_KNOB_ASYNC_AFTER) == HA_ASYNC_AFTER_SCHED;
    struct member *line[MOST_MEMBERS];
    uint32_t index = r->active, place, count;
    int32_t op = 0, status = 0;

    if (!choose_place(r, event, &place))
        return INSUFFICIENT_RESOURCES;                      /* HOT-13 */
    r->place[index] = place;                                /* QRY-8 */
    if (after_start) {
        say(r, HARDWARE, 0, 0, event->start);
        if (event->start)
            return event->start;
    }
    r->incoming = true;
    count = line_up(r, line);
    status = start_round(r, line, count, index, &op);
    bool vetoed = status != 0;
    if (!vetoed && !after_start) {
        say(r, HARDWARE, 0, 0, event->start);
        status = event->start;
    }
    if (status) {
        second_round(r, line, count, index, status,
                     vetoed && reference_knob(r, HA_KNOB_HOT_FAILURE_SCOPE) == HA_EXCLUDE_WRITER,
                     &op);
    } else {
        r->active++;                                        /* QRY-4 */
        say(r, ACTIVE, index, place, 0);
        say(r, SCHED, index, place, 0);
        if (early)
            announce(r, false, index);
        second_round(r, line, count, index, 0, false, &op);
        if (!early)
            announce(r, false, index);
    }
    r->incoming = false;
    return status;
}

void reference_add_unit(struct reference *r, const struct case_event *event)
{
    uint32_t added = 0;
    facts_say(r->facts, UNITS, (struct fact){.what = UNIT_BEGINS, .index = event->count});
    for (uint32_t n = 0; n < event->count; n++) {           /* HOT-10 */
        uint32_t news = r->news_end;
        r->thread_kind = ON_HOT_ADD;                        /* HOT-11 */
        r->busy = true;
        say(r, ADD_BEGINS, event->node & 0xffff,
            (event->group & 0xffff) << 16 | (event->number & 0xffff), 0);
        int32_t status = add(r, event);
        say(r, ADD_ENDS, 0, 0, status);
        added += !status;
        r->busy = false;
        reference_release(r, news);
        reference_unlock(r);
    }
    facts_say(r->facts, UNITS, (struct fact){.what = UNIT_ENDS, .index = added});
}

/* MEM-1, MEM-2, MEM-7 */
void reference_add_memory(struct reference *r, const struct case_event *event)
{
    uint32_t news = r->news_end;
    r->thread_kind = ON_HOT_ADD;
    say(r, MEMORY_BEGINS, 0, 0, 0);
    if (!event->start) {
        r->range[r->ranges++] = case_range_base(CASE_RANGES + r->step);
        say(r, ONLINE, 0, 0, 0);
        announce(r, true, r->ranges);
    }
    say(r, MEMORY_ENDS, 0, 0, event->start);
    reference_release(r, news);
}
