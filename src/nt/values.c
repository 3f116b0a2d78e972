/* values - see values.h */
#include "nt/values.h"

/* Group and number of the processor that a step speaks of. */
static PROCESSOR_NUMBER number_now(const struct ha_stage *stage)
{
    PROCESSOR_NUMBER number = {.Group = ALL_PROCESSOR_GROUPS, .Number = 0xff};     /* of nobody */
    if (stage->turn && stage->turn->number)
        return *stage->turn->number;
    if (stage->turn)
        KeGetProcessorNumberFromIndex(stage->turn->index, &number);
    else
        number = stage->as_given.ProcNumber;     /* 0.0 outside a callback */
    return number;
}

/* The partition says to which node a place belongs; no routine tells it of a place to be filled. */
static uint32_t node_now(const struct ha_stage *stage)
{
    const struct ha_partition *partition = &stage->driver->kernel->world.partition;
    PROCESSOR_NUMBER number = number_now(stage);
    if (number.Group >= partition->group_count || number.Number >= HA_GROUP_SIZE)
        return 0;
    return partition->group[number.Group].node[number.Number];
}

static int64_t own_now(const struct ha_stage *stage, const char *name)
{
    const struct ha_own_variable *variable = ha_own_variable(stage->driver, name);
    return variable ? variable->value : 0;
}

int64_t ha_value_now(const struct ha_stage *stage, const struct ha_value *value)
{
    switch (value->kind) {
    case HA_VALUE_OWN: return own_now(stage, value->name);
    case HA_VALUE_PROCESSOR: return stage->turn ? stage->turn->index : stage->as_given.NtNumber;
    case HA_VALUE_GROUP: return number_now(stage).Group;
    case HA_VALUE_IN_GROUP: return number_now(stage).Number;
    case HA_VALUE_NODE: return node_now(stage);
    case HA_VALUE_STATE: return stage->as_given.State;
    case HA_VALUE_STATUS: return stage->as_given.Status;
    case HA_VALUE_ACTIVE: return KeQueryActiveProcessorCountEx(ALL_PROCESSOR_GROUPS);
    case HA_VALUE_MAXIMUM: return KeQueryMaximumProcessorCountEx(ALL_PROCESSOR_GROUPS);
    default: return value->number;
    }
}

void **ha_slot_at(const struct ha_stage *stage, const char *table, const struct ha_value *value,
                  enum ha_routine routine)
{
    struct ha_own_table *own = ha_own_table(stage->driver, table);
    int64_t index = ha_value_now(stage, value);
    bool known = index >= 0 && index < HA_NO_INDEX;
    if (own && index >= 0 && index < own->count)
        return &own->slot[index];
    if (own && !own->slot)      /* freed, or never made: no end to be beyond of */
        ha_record_misuse(stage->driver->kernel, routine, HA_MISUSE_NOTHING_THERE, own->object,
                         HA_NO_INDEX);
    else
        ha_record_misuse(stage->driver->kernel, routine, HA_MISUSE_OVERRUN,
                         own ? own->object : 0, known ? (uint32_t)index : HA_NO_INDEX);
    return NULL;
}

bool ha_condition_holds(const struct ha_stage *stage, const struct ha_condition *condition)
{
    if (condition->comparison == HA_SLOT_TAKEN || condition->comparison == HA_SLOT_NOT_TAKEN) {
        void **slot = ha_slot_at(stage, condition->table, &condition->left, HA_NO_ROUTINE);
        return slot && (*slot != NULL) == (condition->comparison == HA_SLOT_TAKEN);
    }
    int64_t left = ha_value_now(stage, &condition->left);
    int64_t right = ha_value_now(stage, &condition->right);
    switch (condition->comparison) {
    case HA_EQUAL: return left == right;
    case HA_NOT_EQUAL: return left != right;
    case HA_LESS: return left < right;
    case HA_LESS_OR_EQUAL: return left <= right;
    case HA_GREATER: return left > right;
    default: return left >= right;
    }
}
