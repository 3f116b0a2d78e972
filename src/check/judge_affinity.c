/*
 * judge_affinity - on which processors a thread may run, as routines set and revert it
 *
 * Owns the memory of every thread's affinity: the one that it was made with, and the one that it
 * has. What a callback leaves changed the kernel puts back (HOT-11).
 */
#include <stdio.h>

#include "base/names.h"
#include "check/judge_rules.h"

struct affinity {
    uint64_t mask;
    uint16_t group;
};

static bool same(struct affinity one, struct affinity other)
{
    return one.mask == other.mask && one.group == other.group;
}

/* The active ones of the processors that were named; none when the mask is not valid. */
static struct affinity named(const struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;
    const struct ha_layout *layout = &judge->layout;
    uint64_t mask = record->as.affinity.asked_mask;
    uint16_t group = record->as.affinity.asked_group;
    struct affinity none = {0, group};

    if (group >= layout->groups || group >= HA_JUDGED_GROUPS)
        return none;
    uint32_t maximum = layout->group_maximum[group];
    if (maximum < 64 && mask >> maximum)
        return none;
    return (struct affinity){mask & layout->group_mask[group], group};
}

static void blame(struct ha_judge *judge, enum ha_rule_number rule, const char *what,
                  struct affinity right, struct affinity answer)
{
    char expected[96];

    snprintf(expected, sizeof expected, "%s %u:0x%llx", what, right.group,
             (unsigned long long)right.mask);
    ha_blame(judge, rule, 0, expected, "%s: %u:0x%llx", ha_routine_name(judge->record->id),
             answer.group, (unsigned long long)answer.mask);
}

static struct affinity now_of(const struct ha_seen_thread *thread)
{
    return (struct affinity){thread->affinity.mask, thread->affinity.group};
}

/* What a routine that sets gives as the affinity before it: none when none was set. */
static void judge_output(struct ha_judge *judge, bool accepted)
{
    const struct ha_record *record = judge->record;
    const struct ha_seen_thread *thread = judge->thread;
    struct affinity answer = {record->as.affinity.output_mask, record->as.affinity.output_group};
    struct affinity right = {0, 0};

    if (!record->as.affinity.has_output)
        return;
    if (accepted) {
        ha_exercise(judge, HA_RULE_QRY_18);
        if (thread->affinity.set == HA_SET_PERHAPS
            || (record->id == HA_RT_SET_AFFINITY_EX && thread->affinity.group))
            return;
        if (thread->affinity.set == HA_SET)
            right = now_of(thread);
    }
    if (!same(answer, right))
        blame(judge, accepted ? HA_RULE_QRY_18 : HA_RULE_QRY_13, "a previous affinity", right,
              answer);
}

/*
 * No page forbids it, and it does no harm by itself. Whoever names the new processor alone before
 * threads run there wants to be there, and goes on elsewhere.
 */
static void judge_too_early(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;
    const struct ha_add *add = &judge->add;

    if (!record->driver || !add->open || !add->placed || add->scheduled
        || record->as.affinity.asked_group != add->group
        || !(record->as.affinity.asked_mask >> add->number & 1))
        return;
    ha_advise(judge, HA_RULE_QRY_13, record->driver,
              "a move to the new processor when threads run there, as they do in Complete",
              "%s to processor %u, which changes nothing before", ha_routine_name(record->id),
              (unsigned)add->index);
}

static void judge_set(struct ha_judge *judge, struct affinity after)
{
    struct affinity right = named(judge);
    bool valid = right.mask, accepted = judge->record->as.affinity.accepted;

    ha_exercise(judge, HA_RULE_QRY_13);
    if (!valid)
        right = now_of(judge->thread);
    if (accepted != valid)
        ha_blame(judge, HA_RULE_QRY_13, 0,
                 valid ? "an affinity set when one of its processors is active"
                       : "nothing set without a processor that is active, or beyond the maximum",
                 "%s %s", ha_routine_name(judge->record->id), accepted ? "set it" : "did not");
    else if (!same(after, right))
        blame(judge, HA_RULE_QRY_13, "the affinity", right, after);
    else
        judge_output(judge, accepted);
    if (!accepted && !valid && same(after, right))
        judge_too_early(judge);
}

/* What reverting comes to, if there is anything to revert. */
static struct affinity reverted(const struct ha_judge *judge)
{
    const struct ha_seen_thread *thread = judge->thread;
    struct affinity asked = named(judge);

    if (!judge->record->as.affinity.asked_mask)
        return (struct affinity){thread->affinity.own_mask, thread->affinity.own_group};
    return asked.mask ? asked : now_of(thread);
}

static void judge_revert(struct ha_judge *judge, struct affinity after)
{
    struct affinity now = now_of(judge->thread), right = reverted(judge);
    unsigned set = judge->thread->affinity.set;

    ha_exercise(judge, HA_RULE_QRY_18);
    if (set == HA_SET_NOT)
        right = now;
    if (!same(after, right) && !(set == HA_SET_PERHAPS && same(after, now)))
        blame(judge, HA_RULE_QRY_18, "the affinity", right, after);
}

static bool sets(uint32_t routine)
{
    return routine == HA_RT_SET_AFFINITY || routine == HA_RT_SET_AFFINITY_EX
           || routine == HA_RT_SET_AFFINITY_OLD;
}

void ha_judge_affinity(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;
    struct affinity after = {record->as.affinity.new_mask, record->as.affinity.new_group};

    if (!judge->layout.known || judge->gap || !judge->thread->affinity.known)
        return;
    if (sets(record->id))
        judge_set(judge, after);
    else
        judge_revert(judge, after);
}

/* What is left by a driver that must leave the thread's affinity alone. */
static const char *left_there(unsigned kind)
{
    switch (kind) {
    case HA_DRV_ENTRY_LEAVE:  return "DriverEntry";
    case HA_UNLOAD_LEAVE:     return "Unload";
    case HA_WORK_LEAVE:       return "a work item";
    case HA_ADD_DEVICE_LEAVE: return "AddDevice";
    case HA_REINIT_LEAVE:     return "a Reinitialize routine";
    case HA_PNP_CB_LEAVE:     return "a PnP callback";
    default:                  return "a client";
    }
}

/*
 * Whoever lends the thread has others to serve there. A PnP callback or a client may be called on
 * a driver's own thread, which has moved before; what else is left here runs on the system's alone.
 */
void ha_judge_affinity_left(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;
    const struct ha_seen_affinity *seen = &judge->thread->affinity;
    struct affinity before = {seen->own_mask, seen->own_group}, after = now_of(judge->thread);
    char expected[96];

    if (record->kind == HA_EX_CALL_LEAVE) {
        if (judge->thread->client != record->id)
            return;
        before = (struct affinity){judge->thread->client_mask, judge->thread->client_group};
    } else if (record->kind == HA_PNP_CB_LEAVE && judge->telling) {
        const struct ha_telling *telling = (const void *)judge->telling;  /* its first member */
        before = (struct affinity){telling->affinity.mask, telling->affinity.group};
    }
    if (!seen->known || judge->gap || !record->driver)
        return;
    ha_exercise(judge, HA_RULE_DRV_14);
    if (same(before, after))
        return;
    snprintf(expected, sizeof expected, "%s left with group %u, mask 0x%llx",
             left_there(record->kind), before.group, (unsigned long long)before.mask);
    ha_blame(judge, HA_RULE_DRV_14, record->driver, expected, "left with group %u, mask 0x%llx",
             after.group, (unsigned long long)after.mask);
}

void ha_affinity_absorb(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;
    struct ha_seen_affinity *affinity = &judge->thread->affinity;

    /* After going back to an affinity that was set, there may or may not be one to revert. */
    if (sets(record->id) && record->as.affinity.accepted)
        affinity->set = HA_SET;
    else if (!sets(record->id) && affinity->set != HA_SET_NOT)
        affinity->set = record->as.affinity.asked_mask ? HA_SET_PERHAPS : HA_SET_NOT;
    affinity->mask = record->as.affinity.new_mask;
    affinity->group = record->as.affinity.new_group;
}

void ha_affinity_absorb_leave(struct ha_judge *judge, uint64_t mask, uint16_t group)
{
    struct ha_seen_affinity *affinity = &judge->thread->affinity;

    if (affinity->mask == mask && affinity->group == group)
        return;
    affinity->mask = mask;
    affinity->group = group;
    affinity->set = HA_SET_PERHAPS;
}

void ha_thread_absorb(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;
    struct ha_seen_thread *thread = ha_reach_thread(judge, record->id);
    uint64_t mask = record->as.made.affinity_mask;
    uint16_t group = record->as.made.affinity_group;

    if (!thread)
        return;
    thread->kind = (uint8_t)record->as.made.kind;
    thread->affinity = (struct ha_seen_affinity){mask, mask, group, group, mask != 0, HA_SET_NOT};
}
