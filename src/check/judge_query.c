/*
 * judge_query - answers of the processor queries
 *
 * Owns what each query has to answer, from the partition as the trace describes it. A wrong
 * answer is found against the rule of the place it was asked at, else against the query's own.
 */
#include <stdio.h>

#include "base/names.h"
#include "check/judge_rules.h"

#define STATUS_INVALID_PARAMETER 0xC000000Du

void ha_blame_answer(struct ha_judge *judge, enum ha_rule_number rule, uint64_t right,
                     uint64_t answer, bool hex)
{
    char expected[96];
    const char *name = ha_routine_name(judge->record->as.query.routine);

    snprintf(expected, sizeof expected, hex ? "%s 0x%llx" : "%s %llu", name,
             (unsigned long long)right);
    ha_blame(judge, rule, 0, expected, hex ? "0x%llx" : "%llu", (unsigned long long)answer);
}

void ha_expect_answer(struct ha_judge *judge, enum ha_rule_number rule, uint64_t right,
                      uint64_t answer, bool hex)
{
    if (answer != right)
        ha_blame_answer(judge, rule, right, answer, hex);
}

/* Looking at the partition with one processor in or out that should not be so. */
struct view {
    const struct ha_judge *judge;
    bool flip;
    uint16_t group;
    uint8_t number;
    int difference;             /* to the active count: 1 when it is in, -1 when it is out */
};

static uint64_t group_mask(const struct view *view, uint32_t group)
{
    const struct ha_layout *layout = &view->judge->layout;

    if (group >= layout->groups || group >= HA_JUDGED_GROUPS)
        return 0;
    uint64_t flipped = view->flip && group == view->group ? UINT64_C(1) << view->number : 0;
    return layout->group_mask[group] ^ flipped;
}

static uint64_t active_count(const struct view *view)
{
    return view->judge->layout.active + (uint64_t)(int64_t)(view->flip ? view->difference : 0);
}

static uint64_t active_groups(const struct view *view)
{
    uint64_t count = 0;
    for (uint32_t group = 0; group < view->judge->layout.groups; group++)
        count += group_mask(view, group) != 0;
    return count;
}

/* What an active query answers in this view. */
static uint64_t active_answer(const struct view *view, uint32_t routine, uint32_t argument)
{
    switch (routine) {
    case HA_RT_ACTIVE_COUNT:
        if (view->judge->knob[HA_KNOB_LEGACY_COUNT] == HA_LEGACY_ALL)
            return active_count(view);
        return ha_bits(group_mask(view, 0));
    case HA_RT_ACTIVE_COUNT_EX:
        return argument == HA_NO_GROUP ? active_count(view) : ha_bits(group_mask(view, argument));
    case HA_RT_ACTIVE_PROCESSORS:
        return group_mask(view, 0);
    case HA_RT_GROUP_AFFINITY:
        return group_mask(view, argument);
    default:
        return active_groups(view);
    }
}

/* The processor whose presence is in question: being added, or the one that failed last. */
static struct view other_view(const struct ha_judge *judge)
{
    const struct ha_add *add = &judge->add;
    struct view view = {.judge = judge};

    if (add->open && (add->placed || add->called)) {
        view = (struct view){judge, true, add->group, add->number, add->active ? -1 : 1};
    } else if (judge->failed_index == judge->layout.active) {
        view = (struct view){judge, true, judge->failed_group, judge->failed_number, 1};
    }
    return view;
}

/* The state of the hot-add call that the query was made in; HA_NO_ROUND outside of one. */
static unsigned state_around(const struct ha_judge *judge)
{
    if (!judge->around || (judge->around->flags & HA_CB_EXISTING))
        return HA_NO_ROUND;
    return HA_CB_STATE(judge->around->flags);
}

static enum ha_rule_number rule_of_state(unsigned state)
{
    switch (state) {
    case HA_STATE_START:    return HA_RULE_QRY_1;
    case HA_STATE_COMPLETE: return HA_RULE_QRY_2;
    case HA_STATE_FAILURE:  return HA_RULE_QRY_3;
    default:                return HA_RULE_QRY_4;
    }
}

static uint64_t earlier_answer(const struct ha_judge *judge, uint32_t routine, uint32_t argument)
{
    switch (routine) {
    case HA_RT_ACTIVE_COUNT:
        return judge->counted[HA_JUDGED_GROUPS + 1];
    case HA_RT_ACTIVE_GROUPS:
        return judge->counted_groups;
    case HA_RT_ACTIVE_COUNT_EX:
        if (argument == HA_NO_GROUP)
            return judge->counted[HA_JUDGED_GROUPS];
        return argument < HA_JUDGED_GROUPS ? judge->counted[argument] : 0;
    default:
        return 0;
    }
}

static enum ha_rule_number own_rule(uint32_t routine)
{
    return routine == HA_RT_ACTIVE_COUNT || routine == HA_RT_ACTIVE_PROCESSORS ? HA_RULE_QRY_6
                                                                               : HA_RULE_QRY_7;
}

/* Which rule a wrong answer breaks. */
static enum ha_rule_number rule_of_wrong(const struct ha_judge *judge, uint64_t right,
                                         uint64_t answer)
{
    const struct ha_record *record = judge->record;
    uint32_t routine = record->as.query.routine, argument = record->as.query.argument;
    struct view other = other_view(judge);

    if (answer < right && ha_is_told_of_earlier_add(judge))
        return HA_RULE_ORD_8;
    if (other.flip && answer == active_answer(&other, routine, argument))
        return judge->add.open ? rule_of_state(state_around(judge)) : HA_RULE_QRY_3;
    if (ha_phase_of_thread(judge, record->thread))
        return HA_RULE_EXIST_12;
    if (answer < earlier_answer(judge, routine, argument))
        return HA_RULE_QRY_5;
    return own_rule(routine);
}

static void judge_active_query(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;
    uint32_t routine = record->as.query.routine, argument = record->as.query.argument;
    struct view view = {.judge = judge};
    uint64_t right = active_answer(&view, routine, argument), mask = group_mask(&view, 0);
    uint64_t answer = record->as.query.result, stored = record->as.query.output;
    bool is_mask = routine == HA_RT_ACTIVE_PROCESSORS || routine == HA_RT_GROUP_AFFINITY;

    ha_exercise(judge, own_rule(routine));
    if (judge->add.open)
        ha_exercise(judge, rule_of_state(state_around(judge)));
    else if (judge->failed_index != HA_NO_INDEX)
        ha_exercise(judge, HA_RULE_QRY_3);
    if (ha_phase_of_thread(judge, record->thread))
        ha_exercise(judge, HA_RULE_EXIST_12);
    if (answer != right)
        ha_blame_answer(judge, rule_of_wrong(judge, right, answer), right, answer, is_mask);
    else if (routine == HA_RT_ACTIVE_COUNT && stored && stored != mask)
        ha_blame_answer(judge, HA_RULE_QRY_6, mask, stored, true);
}

static void judge_maximum_query(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;
    const struct ha_layout *layout = &judge->layout;
    uint32_t argument = record->as.query.routine == HA_RT_MAXIMUM_COUNT
                            ? 0 : record->as.query.argument;
    size_t slot = record->as.query.routine == HA_RT_MAXIMUM_COUNT ? HA_JUDGED_GROUPS + 1
                  : argument == HA_NO_GROUP ? HA_JUDGED_GROUPS : argument;
    uint64_t answer = record->as.query.result, right = 0;

    if (argument == HA_NO_GROUP)
        for (uint32_t group = 0; group < layout->groups && group < HA_JUDGED_GROUPS; group++)
            right += layout->group_maximum[group];
    else if (argument < layout->groups && argument < HA_JUDGED_GROUPS)
        right = layout->group_maximum[argument];
    bool changed = slot < HA_JUDGED_GROUPS + 2 && judge->maxima[slot]
                   && judge->maxima[slot] != answer + 1;

    ha_exercise(judge, HA_RULE_QRY_19);
    if (answer != right)
        ha_blame_answer(judge, changed ? HA_RULE_QRY_5 : HA_RULE_QRY_19, right, answer, false);
}

/* Both answers are right between the two moments that the rule names. */
static bool may_go_either_way(const struct ha_judge *judge)
{
    const struct ha_add *add = &judge->add;
    bool valid = judge->knob[HA_KNOB_NUMBER_MAP_AT_START] == HA_MAP_VALID;

    if (judge->around && !(judge->around->flags & HA_CB_EXISTING))
        return false;
    return valid && (!add->called || (add->second_begun && add->ended >= add->heard));
}

/* Whether a processor that is not active is known to the conversions at this moment. */
static bool knows_incoming(const struct ha_judge *judge)
{
    return judge->knob[HA_KNOB_NUMBER_MAP_AT_START] == HA_MAP_VALID && judge->add.called
           && !judge->add.full;
}

struct conversion {
    bool incoming;              /* of the processor that is being added, or failed last */
    bool valid;
    uint64_t result, output;
};

static bool is_incoming(const struct ha_judge *judge, bool by_index, uint32_t argument)
{
    const struct ha_add *add = &judge->add;
    bool open = add->open && !add->active && (add->placed || add->called);
    uint32_t index = open ? add->index : judge->failed_index;
    uint32_t place = open ? (uint32_t)add->group << 16 | add->number
                          : (uint32_t)judge->failed_group << 16 | judge->failed_number;

    if (!open && (add->open || judge->failed_index != judge->layout.active))
        return false;
    return argument == (by_index ? index : place);
}

static struct conversion convert(const struct ha_judge *judge, bool by_index, uint32_t argument)
{
    const struct ha_layout *layout = &judge->layout;
    uint32_t group = argument >> 16, number = argument & 0xffff;
    struct conversion answer = {.incoming = is_incoming(judge, by_index, argument)};

    if (answer.incoming && judge->add.open) {
        answer.valid = knows_incoming(judge);
        answer.result = by_index ? 0 : judge->add.index;
        answer.output = (uint64_t)judge->add.group << 16 | judge->add.number;
    } else if (by_index && argument < layout->active && argument < HA_JUDGED_PROCESSORS) {
        answer.valid = true;
        answer.output = (uint64_t)layout->place[argument].group << 16
                        | layout->place[argument].number;
    } else if (!by_index && group < HA_JUDGED_GROUPS && number < 64) {
        answer.result = layout->index[group][number];
        answer.valid = answer.result != HA_NO_INDEX;
    }
    if (!answer.valid)
        answer.result = by_index ? STATUS_INVALID_PARAMETER : HA_NO_INDEX;
    return answer;
}

struct ha_named_processor ha_named_processor(const struct ha_judge *judge, uint32_t number)
{
    struct conversion answer = convert(judge, false, number);
    bool either = answer.incoming && judge->add.open && may_go_either_way(judge);

    return (struct ha_named_processor){answer.valid, either, answer.result};
}

static void judge_conversion(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;
    bool by_index = record->as.query.routine == HA_RT_NUMBER_FROM_INDEX;
    struct conversion right = convert(judge, by_index, record->as.query.argument);
    enum ha_rule_number rule = right.incoming ? HA_RULE_QRY_10 : HA_RULE_QRY_9;

    ha_exercise(judge, rule);
    if (right.incoming && judge->add.open && may_go_either_way(judge))
        return;
    if (record->as.query.result != right.result)
        ha_blame_answer(judge, rule, right.result, record->as.query.result, by_index);
    else if (by_index && right.valid && record->as.query.output != right.output)
        ha_blame_answer(judge, rule, right.output, record->as.query.output, true);
}

void ha_judge_group_zero(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;
    struct view view = {.judge = judge};

    if (record->as.query.routine == HA_RT_ACTIVE_COUNT
        && judge->knob[HA_KNOB_LEGACY_COUNT] == HA_LEGACY_ALL)
        return;
    ha_exercise(judge, HA_RULE_QRY_24);
    if (record->driver && active_groups(&view) > 1)
        ha_blame(judge, HA_RULE_QRY_24, record->driver,
                 "a routine that takes or gives a group, or an index",
                 "%s, while %u groups are active", ha_routine_name(record->as.query.routine),
                 (unsigned)active_groups(&view));
}

void ha_judge_query(struct ha_judge *judge)
{
    if (!judge->layout.known)
        return;
    switch (judge->record->as.query.routine) {
    case HA_RT_ACTIVE_COUNT:
    case HA_RT_ACTIVE_PROCESSORS:
        ha_judge_group_zero(judge);
        judge_active_query(judge);
        break;
    case HA_RT_ACTIVE_COUNT_EX:
    case HA_RT_GROUP_AFFINITY:
    case HA_RT_ACTIVE_GROUPS:
        judge_active_query(judge);
        break;
    case HA_RT_MAXIMUM_COUNT:
        ha_judge_group_zero(judge);
        judge_maximum_query(judge);
        break;
    case HA_RT_MAXIMUM_COUNT_EX:
        judge_maximum_query(judge);
        break;
    case HA_RT_MAXIMUM_GROUPS:
        ha_exercise(judge, HA_RULE_QRY_5);
        if (judge->record->as.query.result != judge->layout.groups)
            ha_blame_answer(judge, HA_RULE_QRY_5, judge->layout.groups,
                       judge->record->as.query.result, false);
        break;
    case HA_RT_NUMBER_FROM_INDEX:
    case HA_RT_INDEX_FROM_NUMBER:
        judge_conversion(judge);
        break;
    default:
        break;
    }
}

void ha_query_absorb(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;
    uint32_t argument = record->as.query.argument;
    size_t slot = argument == HA_NO_GROUP ? HA_JUDGED_GROUPS : argument;

    if (slot > HA_JUDGED_GROUPS && record->as.query.routine != HA_RT_SYSTEM_ROUTINE)
        return;
    switch (record->as.query.routine) {
    case HA_RT_ACTIVE_COUNT_EX:
        judge->counted[slot] = record->as.query.result;
        break;
    case HA_RT_ACTIVE_COUNT:
        judge->counted[HA_JUDGED_GROUPS + 1] = record->as.query.result;
        break;
    case HA_RT_ACTIVE_GROUPS:
        judge->counted_groups = record->as.query.result;
        break;
    case HA_RT_MAXIMUM_COUNT_EX:
        judge->maxima[slot] = record->as.query.result + 1;
        break;
    case HA_RT_MAXIMUM_COUNT:
        judge->maxima[HA_JUDGED_GROUPS + 1] = record->as.query.result + 1;
        break;
    case HA_RT_SYSTEM_ROUTINE:
        ha_routine_absorb(judge);
        break;
    default:
        break;
    }
}
