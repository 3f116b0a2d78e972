/*
 * judge_announce - instances of device interfaces that come and go, and rebalancing
 *
 * Owns when an add announces what it has brought, what follows an add that failed, and what
 * drivers may do with the instances that they registered. Who is told of it: judge_arrival.c.
 */
#include <string.h>

#include "base/names.h"
#include "check/judge_rules.h"

#define NAME_EXISTS 0x40000000          /* STATUS_OBJECT_NAME_EXISTS, a success */
#define NAME_NOT_FOUND ((int32_t)0xC0000034u)

/* The GUIDs of the classes that the system itself has instances of, as they lie in memory.
   Source: WDK, poclass.h. */
static const uint64_t guids[HA_UNIT_INTERFACE][2] = {
    [HA_UNIT_PROCESSOR] = {0x40ae4e3397fadb10u, 0xd0bd9d02ef8b9c35u},
    [HA_UNIT_MEMORY] = {0x45fb92e03fd0f03du, 0x2110b0ffd85e5cb7u},
};

static const char *unit_name(unsigned unit)
{
    return unit == HA_UNIT_MEMORY ? "memory" : "a processor";
}

/* Whether the add, the one that is going on or an earlier one, has failed. */
static bool has_failed(const struct ha_judge *judge, uint32_t add)
{
    if (!add)
        return false;
    return add == judge->instances.failed_add
           || (judge->add.open && judge->add.id == add && ha_add_cause(judge));
}

static void judge_class(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;
    unsigned unit = record->as.iface.unit;

    if (unit >= HA_UNIT_INTERFACE)
        return;
    ha_exercise(judge, HA_RULE_PNP_1);
    if (memcmp(record->as.iface.guid, guids[unit], sizeof guids[unit]) != 0)
        ha_blame(judge, HA_RULE_PNP_1, 0, "the class of processors, and that of memory",
                 "%s of another class", unit_name(unit));
}

/* The arrival of a processor is raised, against the stages of its add. */
static void judge_stage(struct ha_judge *judge)
{
    const struct ha_add *add = &judge->add;
    bool sched = judge->knob[HA_KNOB_ASYNC_AFTER] == HA_ASYNC_AFTER_SCHED;
    bool early = sched || judge->instances.early_add == add->id;

    ha_exercise(judge, HA_RULE_ORD_5);
    if (!add->open || add->id != judge->record->as.iface.cause || add->strayed || judge->gap)
        return;
    if (!add->scheduled)
        ha_blame(judge, HA_RULE_ORD_5, 0, "an arrival raised when threads may run on the processor",
                 "one raised before that");
    else if (!early && (add->ended < add->heard || ha_innermost_call(judge, add->thread, 0)))
        ha_blame(judge, HA_RULE_ORD_5, 0, "an arrival raised after the last Complete call",
                 "one raised before it");
    else if (sched && add->second_begun)
        ha_blame(judge, HA_RULE_ORD_5, 0,
                 "an arrival raised before the first Complete call (async_after)",
                 "one raised after it");
}

static void judge_memory(struct ha_judge *judge)
{
    const struct ha_seen_memory *memory = &judge->memory;

    ha_exercise(judge, HA_RULE_MEM_2);
    if (memory->add && memory->add == judge->record->as.iface.cause && !memory->online
        && !judge->gap)
        ha_blame(judge, HA_RULE_MEM_2, 0, "an arrival raised when the range is there",
                 "one raised before that");
}

/* A second instance from one add. */
static void judge_count(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;
    const struct ha_brought *brought = &judge->instances.brought[record->as.iface.unit];

    ha_exercise(judge, HA_RULE_PNP_9);
    if (brought->cause == record->as.iface.cause && brought->count)
        ha_blame(judge, HA_RULE_PNP_9, 0, "one instance from one add", "another one");
}

static bool judge_failed(struct ha_judge *judge, uint32_t add)
{
    if (judge->instances.failed_add)
        ha_exercise(judge, HA_RULE_ORD_9);
    if (!has_failed(judge, add))
        return false;
    ha_blame(judge, HA_RULE_ORD_9, 0, "neither an arrival nor a rebalance after an add that failed",
             "%s", judge->record->kind == HA_REB_BEGIN ? "a rebalance" : "an interface of it");
    return true;
}

static void judge_up(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;
    const struct ha_seen_instance *instance = ha_seen_instance(&judge->instances, record->id);
    unsigned unit = record->as.iface.unit;
    bool up = record->kind == HA_IFACE_UP;

    judge_class(judge);
    if (instance && instance->up == up && !judge->gap && judge->own)
        ha_blame(judge, HA_RULE_PNP_23, 0, "nothing when the instance is in that state already",
                 "it is %s again", up ? "enabled" : "disabled");
    if (!record->as.iface.cause || unit >= HA_UNIT_INTERFACE)
        return;
    if (!up)
        ha_blame(judge, HA_RULE_PNP_9, 0, "no instance disabled but by hand",
                 "that of %s is", unit_name(unit));
    else if (unit == HA_UNIT_PROCESSOR && judge_failed(judge, record->as.iface.cause))
        return;
    else
        judge_count(judge);
    if (up && unit == HA_UNIT_PROCESSOR)
        judge_stage(judge);
    else if (up)
        judge_memory(judge);
}

static void judge_started(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;

    if (record->as.iface.unit == HA_UNIT_PROCESSOR)
        judge_failed(judge, record->as.iface.cause);
}

static void judge_rebalance(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;
    uint32_t cause = record->as.rebalance.cause;

    if (record->as.rebalance.of_memory) {
        ha_blame(judge, HA_RULE_MEM_4, 0, "no rebalance after a memory add", "one");
        return;
    }
    ha_exercise(judge, HA_RULE_ORD_10);
    if (judge_failed(judge, cause) || judge->gap)
        return;
    if (judge->add.open && judge->add.id == cause && !judge->add.active)
        ha_blame(judge, HA_RULE_ORD_10, 0, "a rebalance when the processor is active",
                 "one before that");
}

static void judge_registered(struct ha_judge *judge, const struct ha_seen_instance *instance)
{
    int32_t status = judge->record->as.iface_set.status;
    bool known = instance && instance->registered;

    if (known ? status == 0 : status == NAME_EXISTS)
        ha_blame(judge, HA_RULE_PNP_23, 0,
                 known ? "STATUS_OBJECT_NAME_EXISTS for an instance registered again"
                       : "STATUS_SUCCESS for a new instance", "the other one");
}

/* What a driver wants is known from the answers alone: a device that has yet to start makes its
   instances wait. */
static void judge_set(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;
    const struct ha_seen_instance *instance = ha_seen_instance(&judge->instances, record->id);
    bool on = record->as.iface_set.enable;
    bool is_so = instance && instance->wanted == on;
    int32_t status = record->as.iface_set.status;

    ha_exercise(judge, HA_RULE_PNP_23);
    if (!record->id || judge->gap || !judge->own)
        return;
    if (record->as.iface_set.routine == HA_RT_REGISTER_INTERFACE)
        judge_registered(judge, instance);
    else if (is_so && status == 0)
        ha_blame(judge, HA_RULE_PNP_23, 0,
                 on ? "STATUS_OBJECT_NAME_EXISTS, as it is enabled"
                    : "STATUS_OBJECT_NAME_NOT_FOUND, as it is not enabled", "success");
    else if (instance && !is_so && status == (on ? NAME_EXISTS : NAME_NOT_FOUND))
        ha_blame(judge, HA_RULE_PNP_23, 0, "success, as the state changes", "%s",
                 on ? "STATUS_OBJECT_NAME_EXISTS" : "STATUS_OBJECT_NAME_NOT_FOUND");
}

/* What was there when the system started, known as soon as somebody asks for it. */
static void judge_boot(struct ha_judge *judge)
{
    const struct ha_instances *all = &judge->instances;
    const uint64_t there[HA_UNIT_INTERFACE] = {
        [HA_UNIT_PROCESSOR] = judge->layout.boot, [HA_UNIT_MEMORY] = judge->memory.boot_ranges,
    };

    if (!judge->own || judge->gap || !judge->layout.known || judge->record->as.ref.change < 0)
        return;
    for (unsigned unit = 0; unit < HA_UNIT_INTERFACE; unit++) {
        if (!all->at_boot[unit])
            continue;           /* the trace does not speak of such */
        ha_exercise(judge, HA_RULE_PNP_9);
        if (all->at_boot[unit] != there[unit])
            ha_blame(judge, HA_RULE_PNP_9, 0, "an instance for all that was there at boot",
                     "%u for %u of %s", (unsigned)all->at_boot[unit], (unsigned)there[unit],
                     unit == HA_UNIT_MEMORY ? "memory" : "processors");
    }
}

/* The next add begins, or the run ends: the one before has announced what it brought. */
static void judge_brought(struct ha_judge *judge, unsigned unit)
{
    const struct ha_brought *brought = &judge->instances.brought[unit];
    bool of_memory = unit == HA_UNIT_MEMORY;

    if (!brought->pending || !judge->instances.known || !judge->own || judge->gap)
        return;
    ha_exercise(judge, of_memory ? HA_RULE_MEM_2 : HA_RULE_PNP_9);
    if (!brought->count)
        ha_blame(judge, of_memory ? HA_RULE_MEM_2 : HA_RULE_PNP_9, 0,
                 "an instance enabled by each add that succeeded", "none by the add of %s",
                 unit_name(unit));
}

/* An add that failed has announced nothing; if it is seen earlier, it was found then. */
static void judge_end_of_failed(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;
    bool of_memory = record->kind == HA_MEM_ADD_END;
    int32_t status = of_memory ? record->as.pool_limits.status : record->as.status.status;
    const struct ha_brought *brought =
        &judge->instances.brought[of_memory ? HA_UNIT_MEMORY : HA_UNIT_PROCESSOR];

    if (ha_nt_success(status)) {
        if (of_memory)
            ha_exercise(judge, HA_RULE_MEM_4);
        return;
    }
    ha_exercise(judge, of_memory ? HA_RULE_MEM_7 : HA_RULE_ORD_9);
    if (brought->cause != record->id || !brought->count)
        return;
    if (of_memory)
        ha_blame(judge, HA_RULE_MEM_7, 0, "no arrival of memory that fails to start", "one");
    else if (!ha_add_cause(judge))
        ha_blame(judge, HA_RULE_ORD_9, 0, "no arrival from an add that fails", "one");
}

void ha_judge_announce(struct ha_judge *judge)
{
    switch (judge->record->kind) {
    case HA_INTERFACE:      judge_class(judge); break;
    case HA_DEVICE_STARTED: judge_started(judge); break;
    case HA_IFACE_UP:
    case HA_IFACE_DOWN:     judge_up(judge); break;
    case HA_IFACE_SET:      judge_set(judge); break;
    case HA_REF:            judge_boot(judge); break;
    case HA_REB_BEGIN:      judge_rebalance(judge); break;
    case HA_ADD_BEGIN:      judge_brought(judge, HA_UNIT_PROCESSOR); break;
    case HA_MEM_ADD_BEGIN:  judge_brought(judge, HA_UNIT_MEMORY); break;
    case HA_ADD_END:
    case HA_MEM_ADD_END:    judge_end_of_failed(judge); break;
    default:
        if (judge->record->as.end.ending == HA_END_NORMALLY) {
            judge_brought(judge, HA_UNIT_PROCESSOR);
            judge_brought(judge, HA_UNIT_MEMORY);
        }
        break;
    }
}
