/*
 * judge_alive - what runs by itself, and must not outlive the image of its driver
 *
 * Owns the list of threads that drivers made and have not ended, and of work items that are
 * queued or run; speaks also for what the kernel says is left, and for DPCs.
 */
#include <string.h>

#include "base/names.h"
#include "check/judge_rules.h"

/* A DPC by its own records, when nothing else has told of it. */
static void judge_dpcs(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;

    for (uint32_t id = 1; id < judge->dpc_count; id++) {
        const struct ha_seen_dpc *dpc = &judge->dpcs[id];
        if (dpc->driver != record->driver || dpc->told || (!dpc->queued && !dpc->running))
            continue;
        judge->origin = dpc->made_at;
        ha_blame(judge, HA_RULE_DRV_12, record->driver,
                 "no DPC queued or running when the image is freed", "DPC %u %s",
                 (unsigned)id, dpc->queued ? "is still queued" : "still runs");
    }
}

/* The system keeps the image while an item of a device or driver object runs, so none does. */
static void judge_running_work(struct ha_judge *judge)
{
    for (size_t i = 0; i < judge->alive_count; i++) {
        const struct ha_alive *alive = &judge->alive[i];
        if (alive->driver != judge->record->driver || !alive->begun || alive->told)
            continue;
        judge->origin = alive->made_at;
        ha_blame(judge, HA_RULE_DRV_12, alive->driver,
                 "no work item runs when the image is freed", "work item %u still runs",
                 (unsigned)alive->id);
    }
}

static bool find_work(const struct ha_judge *judge, uint32_t id)
{
    for (size_t i = 0; i < judge->alive_count; i++)
        if (judge->alive[i].is_work && judge->alive[i].id == id)
            return true;
    return false;
}

/* What the kernel found of a driver whose image is freed. A handle costs the system, no more. */
static void judge_left(struct ha_judge *judge)
{
    static const char expected[] = "nothing left when the image is freed";
    const struct ha_record *record = judge->record;
    struct ha_seen_dpc *dpc;
    unsigned id = record->id;

    switch (record->as.left.what) {
    case HA_LEFT_TIMER:
        ha_blame(judge, HA_RULE_DRV_12, record->driver, expected, "timer %u is still set", id);
        break;
    case HA_LEFT_DPC:
        dpc = ha_reach_dpc(judge, id);
        if (!dpc || dpc->told)
            break;
        dpc->told = true;
        judge->origin = dpc->made_at;
        ha_blame(judge, HA_RULE_DRV_12, record->driver, expected, "DPC %u is still queued", id);
        break;
    case HA_LEFT_WORK_ITEM:         /* one that is queued was found when Unload returned */
        if (!find_work(judge, id))
            ha_blame(judge, HA_RULE_DRV_12, record->driver, expected,
                     "work item %u was not freed", id);
        break;
    case HA_LEFT_DEVICE:
        ha_blame(judge, HA_RULE_DRV_12, record->driver, expected,
                 "device object %u was not deleted", id);
        break;
    case HA_LEFT_INTERFACE:
        ha_blame(judge, HA_RULE_DRV_12, record->driver, expected,
                 "interface %u is still enabled", id);
        break;
    case HA_LEFT_CALLBACK_OBJECT:
        ha_blame(judge, HA_RULE_DRV_12, record->driver, expected,
                 "callback object %u was not given back", id);
        break;
    case HA_LEFT_REMOVE_LOCK:
        ha_blame(judge, HA_RULE_DRV_12, record->driver, expected,
                 "remove lock %u was not released", id);
        break;
    case HA_LEFT_MDL:
        ha_blame(judge, HA_RULE_DRV_12, record->driver, expected, "MDL %u was not freed", id);
        break;
    case HA_LEFT_LOOKASIDE_LIST:
        ha_blame(judge, HA_RULE_DRV_12, record->driver, expected,
                 "lookaside list %u was not deleted", id);
        break;
    case HA_LEFT_RESOURCE:
        ha_blame(judge, HA_RULE_DRV_12, record->driver, expected,
                 "resource %u was not deleted", id);
        break;
    default:
        ha_advise(judge, HA_RULE_DRV_12, record->driver, "every handle closed by its driver",
                  "handle %u was not", id);
        break;
    }
}

void ha_judge_alive(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;
    bool entry = record->kind == HA_DRV_ENTRY_LEAVE;
    const char *expected = entry ? "all threads ended and work done before DriverEntry fails"
                                 : "all threads ended and work done before Unload returns";

    if (record->kind == HA_LEFT_BEHIND) {
        judge_left(judge);
        return;
    }
    /* A host that is out of memory keeps drivers from what they would have put away. */
    if (record->kind == HA_TRACE_END) {
        if (record->as.end.ending == HA_END_MEMORY)
            ha_withdraw(judge, HA_RULE_DRV_12);
        return;
    }
    if (judge->gap || (entry && ha_nt_success(record->as.status.status)))
        return;
    if (record->kind == HA_IMAGE_FREED) {
        judge_dpcs(judge);
        judge_running_work(judge);
        return;
    }
    ha_exercise(judge, HA_RULE_DRV_12);
    for (size_t i = 0; i < judge->alive_count; i++) {
        struct ha_alive *alive = &judge->alive[i];
        if (alive->driver != record->driver || alive->begun)
            continue;
        alive->told = alive->is_work;
        judge->origin = alive->made_at;
        if (alive->is_work)
            ha_blame(judge, HA_RULE_DRV_12, record->driver, expected,
                     "work item %u is still queued", (unsigned)alive->id);
        else
            ha_blame(judge, HA_RULE_DRV_12, record->driver, expected, "thread %s has not ended",
                     ha_thread_name(judge, alive->id));
    }
}

/* The oldest of that id; a work item may be queued again, and begin, while its routine runs. */
static struct ha_alive *find(const struct ha_judge *judge, bool is_work, bool begun)
{
    for (size_t i = 0; i < judge->alive_count; i++)
        if (judge->alive[i].is_work == is_work && judge->alive[i].begun == begun &&
            judge->alive[i].id == judge->record->id)
            return &judge->alive[i];
    return NULL;
}

static void drop(struct ha_judge *judge, struct ha_alive *alive)
{
    struct ha_alive *end = judge->alive + judge->alive_count--;

    memmove(alive, alive + 1, (size_t)(end - (alive + 1)) * sizeof *alive);
}

/* Who is gone has had its verdict, and may be loaded again. */
static void drop_all_of_driver(struct ha_judge *judge)
{
    for (size_t i = judge->alive_count; i-- > 0;)
        if (judge->alive[i].driver == judge->record->driver)
            drop(judge, &judge->alive[i]);
}

void ha_alive_absorb(struct ha_judge *judge)
{
    bool is_work = judge->record->kind != HA_THREAD_START && judge->record->kind != HA_THREAD_END;
    struct ha_alive *alive;

    switch (judge->record->kind) {
    case HA_DRV_ENTRY_ENTER:
    case HA_IMAGE_FREED:
        drop_all_of_driver(judge);
        break;
    case HA_THREAD_START:
    case HA_WORK_QUEUED:
        ha_alive_add(judge, is_work);
        break;
    case HA_WORK_ENTER:
        alive = find(judge, is_work, false);
        if (alive)
            alive->begun = true;
        break;
    case HA_THREAD_END:
    case HA_WORK_LEAVE:
        alive = find(judge, is_work, is_work);
        if (alive)
            drop(judge, alive);
        break;
    default:
        break;
    }
}
