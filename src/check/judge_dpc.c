/*
 * judge_dpc - deferred procedure calls: where they are sent, when and where they run
 *
 * Owns the memory of every DPC from the records that speak of it: its target, whether it is
 * queued, and what it was queued in.
 */
#include <stdio.h>

#include "base/names.h"
#include "check/judge_rules.h"
#include "check/who.h"

#define STATUS_INVALID_PARAMETER ((int32_t)0xC000000Du)
#define DISPATCH_LEVEL 2u

/* Whether threads may not run there yet. */
static bool is_to_come(const struct ha_judge *judge, uint16_t processor)
{
    return processor != HA_NO_GROUP && processor >= judge->running;
}

/* KeSetTargetProcessorDpc knows group 0 only, and there the numbers below the active count. */
static bool is_old_target(const struct ha_judge *judge, uint32_t asked)
{
    return asked < ha_bits(judge->layout.group_mask[0]);
}

static void judge_target(struct ha_judge *judge, const struct ha_seen_dpc *dpc)
{
    const struct ha_record *record = judge->record;
    uint32_t asked = record->as.dpc.asked;
    struct ha_named_processor named = ha_named_processor(judge, asked);
    bool old = record->as.dpc.routine == HA_RT_SET_TARGET_DPC;
    enum ha_rule_number rule = old ? HA_RULE_QRY_21 : HA_RULE_QRY_15;
    bool valid = old ? is_old_target(judge, asked) && named.exists : named.exists;
    int32_t status = valid ? 0 : STATUS_INVALID_PARAMETER;
    uint16_t right = valid ? (uint16_t)named.index : dpc->aimed ? dpc->aim : HA_NO_GROUP;
    char expected[HA_STATUS_TEXT], seen[HA_STATUS_TEXT];

    if (!judge->layout.known || (!old && record->as.dpc.routine != HA_RT_SET_TARGET_DPC_EX))
        return;
    ha_exercise(judge, rule);
    if (dpc->queued || named.either)
        return;         /* what becomes of a queued one is seen when it runs */
    if (!old && record->as.dpc.status != status)
        ha_blame(judge, rule, 0, ha_status_text(status, expected), "%s for processor %u:%u",
                 ha_status_text(record->as.dpc.status, seen), (unsigned)(asked >> 16),
                 (unsigned)(asked & 0xffff));
    else if (record->as.dpc.target != right && (valid || !dpc->aim_unsure))
        ha_blame(judge, rule, 0, valid ? "the DPC sent to the processor that was named"
                                       : "the target left alone when no processor is named",
                 "sent to processor %u", record->as.dpc.target);
}

/* What was queued goes where it was sent, or stays on the processor of who queues it. */
static void judge_insert_target(struct ha_judge *judge, const struct ha_seen_dpc *dpc)
{
    const struct ha_record *record = judge->record;
    uint16_t right = dpc->aimed ? dpc->aim : record->processor;
    char expected[48];

    if (record->as.dpc.target == right || record->as.dpc.target == HA_NO_GROUP || dpc->aim_unsure
        || (!dpc->aimed && record->flags & HA_DPC_BY_TIMER))
        return;
    snprintf(expected, sizeof expected, "queued for processor %u", right);
    ha_blame(judge, dpc->aimed_by_old ? HA_RULE_QRY_21 : HA_RULE_DPC_1, 0, expected,
             "queued for processor %u", record->as.dpc.target);
}

static void judge_insert(struct ha_judge *judge, const struct ha_seen_dpc *dpc)
{
    const struct ha_record *record = judge->record;
    bool waits = record->flags & HA_DPC_WAITS, queues = record->as.dpc.result;

    ha_exercise(judge, HA_RULE_DPC_1);
    ha_exercise(judge, HA_RULE_QRY_15);
    if (waits)
        ha_exercise(judge, HA_RULE_QRY_23);
    if (!judge->gap && queues == dpc->queued) {
        ha_blame(judge, waits ? HA_RULE_QRY_23 : HA_RULE_DPC_1, 0,
                 queues ? "FALSE, as the DPC is queued" : "TRUE, as the DPC is not queued",
                 "KeInsertQueueDpc of DPC %u answered %s", (unsigned)record->id,
                 queues ? "TRUE" : "FALSE");
        return;
    }
    if (!queues)
        return;
    if (waits)
        ha_blame(judge, HA_RULE_QRY_15, record->driver,
                 "a DPC queued when its processor takes threads, as it does in Complete",
                 "DPC %u queued for processor %u", (unsigned)record->id, record->as.dpc.target);
    if (!judge->layout.known || judge->gap)
        return;
    if (waits != is_to_come(judge, record->as.dpc.target)
        && record->as.dpc.target != HA_NO_GROUP)
        ha_blame(judge, HA_RULE_QRY_23, 0,
                 waits ? "no DPC waiting for a processor that takes threads"
                       : "a DPC waiting until its processor takes threads",
                 "DPC %u %s processor %u", (unsigned)record->id,
                 waits ? "waits for" : "does not wait for", record->as.dpc.target);
    else
        judge_insert_target(judge, dpc);
}

/* By nobody's word it is lost only together with the processor that it waited for. */
static void judge_drop(struct ha_judge *judge, const struct ha_seen_dpc *dpc)
{
    const struct ha_record *record = judge->record;
    const struct ha_add *add = &judge->add;
    uint16_t target = record->as.dpc.target;
    bool failed = add->open ? add->full || ha_add_cause(judge)
                            : judge->failed_add
                                  && (target == judge->failed_index || target == HA_NO_GROUP);

    if (judge->gap)
        return;
    if (record->flags & HA_DPC_BY_DRIVER) {
        ha_exercise(judge, HA_RULE_DPC_1);
        if (!dpc->queued)
            ha_blame(judge, HA_RULE_DPC_1, 0, "only what is queued taken out of the queue",
                     "DPC %u", (unsigned)record->id);
        return;
    }
    ha_exercise(judge, HA_RULE_QRY_23);
    if (!dpc->queued || !dpc->waits || !failed)
        ha_blame(judge, HA_RULE_QRY_23, 0, "a DPC lost only when its processor does not come",
                 "DPC %u lost", (unsigned)record->id);
}

/* Whether the callback that it was queued in has not returned. */
static bool is_inside_its_call(const struct ha_judge *judge, const struct ha_seen_dpc *dpc)
{
    return dpc->call && ha_innermost_call(judge, dpc->thread, dpc->call);
}

static void judge_run(struct ha_judge *judge, const struct ha_seen_dpc *dpc)
{
    const struct ha_record *record = judge->record;
    char expected[48], irql[HA_IRQL_TEXT];

    ha_exercise(judge, HA_RULE_DPC_1);
    if (dpc->waits)
        ha_exercise(judge, HA_RULE_QRY_23);
    if (dpc->sent_while_queued)
        ha_exercise(judge, HA_RULE_QRY_21);
    if (is_inside_its_call(judge, dpc))
        ha_exercise(judge, HA_RULE_HOT_14);
    if (record->irql != DISPATCH_LEVEL)
        ha_blame(judge, HA_RULE_DPC_1, 0, "a DPC at DISPATCH_LEVEL", "DPC %u at %s",
                 (unsigned)record->id, ha_irql_text(record->irql, irql));
    if (judge->gap)
        return;
    if (!dpc->queued) {
        ha_blame(judge, HA_RULE_DPC_1, 0, "a DPC run once for each time it was queued",
                 "DPC %u, which is not queued", (unsigned)record->id);
    } else if (judge->layout.known && is_to_come(judge, record->processor)) {
        ha_blame(judge, HA_RULE_QRY_23, 0, "a DPC run when its processor takes threads",
                 "DPC %u run on processor %u before that", (unsigned)record->id,
                 record->processor);
    } else if (dpc->target != HA_NO_GROUP && record->processor != dpc->target) {
        snprintf(expected, sizeof expected, "a DPC run on processor %u", dpc->target);
        ha_blame(judge, dpc->sent_while_queued ? HA_RULE_QRY_21 : HA_RULE_DPC_1, 0, expected,
                 "DPC %u run on processor %u", (unsigned)record->id, record->processor);
    }
}

/* A DPC that waited for the processor of an add that has failed since. */
static void judge_not_dropped(struct ha_judge *judge)
{
    for (uint32_t id = 1; judge->failed_add && id < judge->dpc_count; id++) {
        const struct ha_seen_dpc *dpc = &judge->dpcs[id];
        if (dpc->queued && dpc->waits && dpc->add == judge->failed_add)
            ha_blame(judge, HA_RULE_QRY_23, 0, "a DPC lost when its processor does not come",
                     "DPC %u is still queued for processor %u", (unsigned)id, dpc->target);
    }
}

/* What is queued to a processor that takes threads has run when nothing goes on any more. */
static void judge_end(struct ha_judge *judge)
{
    unsigned ending = judge->record->as.end.ending;
    bool deadlock = ending == HA_END_DEADLOCK && judge->add.open && !judge->spins;

    judge_not_dropped(judge);
    if (!judge->layout.known || (ending != HA_END_NORMALLY && !deadlock))
        return;
    for (uint32_t id = 1; id < judge->dpc_count; id++) {
        const struct ha_seen_dpc *dpc = &judge->dpcs[id];
        if (!dpc->queued || dpc->told || dpc->target >= judge->running)
            continue;
        if (deadlock && is_inside_its_call(judge, dpc))
            ha_blame(judge, HA_RULE_HOT_14, 0, "a DPC run while the callback waits that queued it",
                     "DPC %u never ran on processor %u", (unsigned)id, dpc->target);
        else if (!deadlock)
            ha_blame(judge, HA_RULE_DPC_1, 0, "every DPC run that is queued",
                     "DPC %u never ran on processor %u", (unsigned)id, dpc->target);
    }
}

void ha_judge_dpc(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;
    const struct ha_seen_dpc *dpc;

    if (record->kind == HA_TRACE_END || record->kind == HA_ADD_BEGIN) {
        if (judge->gap)
            return;
        if (record->kind == HA_ADD_BEGIN)
            judge_not_dropped(judge);
        else
            judge_end(judge);
        return;
    }
    dpc = ha_reach_dpc(judge, record->id);
    if (!dpc)
        return;
    switch (record->kind) {
    case HA_DPC_TARGET: judge_target(judge, dpc); break;
    case HA_DPC_INSERT: judge_insert(judge, dpc); break;
    case HA_DPC_DROP:   judge_drop(judge, dpc); break;
    default:            judge_run(judge, dpc); break;
    }
}

static void absorb_target(struct ha_judge *judge, struct ha_seen_dpc *dpc)
{
    const struct ha_record *record = judge->record;

    if (dpc->queued) {
        dpc->sent_while_queued = dpc->aim_unsure = true;
    } else if (ha_nt_success(record->as.dpc.status)) {
        dpc->aim = record->as.dpc.target;
        dpc->aimed = record->as.dpc.target != HA_NO_GROUP;
        dpc->aimed_by_old = record->as.dpc.routine == HA_RT_SET_TARGET_DPC;
        dpc->aim_unsure = false;
    }
}

static void absorb_insert(struct ha_judge *judge, struct ha_seen_dpc *dpc)
{
    const struct ha_record *record = judge->record;
    bool by_timer = record->flags & HA_DPC_BY_TIMER;

    if (!record->as.dpc.result)
        return;
    dpc->queued = true;
    dpc->told = dpc->sent_while_queued = false;
    dpc->waits = record->flags & HA_DPC_WAITS;
    dpc->target = record->as.dpc.target;
    dpc->driver = record->driver;
    dpc->add = judge->add.open ? judge->add.id : 0;
    dpc->thread = record->thread;
    dpc->made_at = record->as.dpc.place;
    dpc->call = judge->around && !by_timer ? judge->around->id : 0;
}

/* What is left of a driver that is gone has had its verdict, and may run. */
static void absorb_image(struct ha_judge *judge)
{
    for (uint32_t id = 1; id < judge->dpc_count; id++)
        judge->dpcs[id].told |= judge->dpcs[id].driver == judge->record->driver;
}

/* The kernel names it as it takes it out of its queue. */
static void absorb_left(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;

    if (record->as.left.what == HA_LEFT_DPC && record->id < judge->dpc_count)
        judge->dpcs[record->id].queued = false;
}

void ha_dpc_absorb(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;
    struct ha_seen_dpc *dpc = NULL;

    if (record->kind >= HA_DPC_TARGET && record->kind <= HA_DPC_RUN_LEAVE) {
        dpc = ha_reach_dpc(judge, record->id);
        if (!dpc)
            return;
    }
    switch (record->kind) {
    case HA_DPC_TARGET: absorb_target(judge, dpc); break;
    case HA_DPC_INSERT: absorb_insert(judge, dpc); break;
    case HA_DPC_DROP:   dpc->queued = false; break;
    case HA_DPC_RUN_ENTER:
        dpc->queued = false;
        dpc->driver = record->driver;
        dpc->running++;
        judge->thread->dpc_irql = record->irql;
        break;
    case HA_DPC_RUN_LEAVE:
        if (dpc->running)
            dpc->running--;
        break;
    case HA_IPI_ENTER:
        judge->thread->ipi_irql = record->irql;
        break;
    case HA_LEFT_BEHIND: absorb_left(judge); break;
    case HA_IMAGE_FREED: absorb_image(judge); break;
    /* Who spins at DISPATCH_LEVEL or above keeps DPCs off its processor. */
    case HA_WAIT_BEGIN:
        judge->thread->waits_below = record->irql < DISPATCH_LEVEL;
        break;
    case HA_DEADLOCK:
        judge->spins |= record->as.wait.waiter >= judge->thread_count
                        || !judge->threads[record->as.wait.waiter].waits_below;
        break;
    default:
        break;
    }
}
