/* steps_affinity - see steps_affinity.h */
#include "nt/steps_affinity.h"

#include "nt/values.h"

NTSTATUS ha_step_place(const struct ha_stage *stage, const struct ha_value *value,
                       PPROCESSOR_NUMBER place)
{
    int64_t index = ha_value_now(stage, value);
    bool fits = index >= 0 && index < INVALID_PROCESSOR_INDEX;
    return KeGetProcessorNumberFromIndex(fits ? (ULONG)index : INVALID_PROCESSOR_INDEX, place);
}

void ha_step_pin(const PROCESSOR_NUMBER *place, PGROUP_AFFINITY previous)
{
    GROUP_AFFINITY affinity = {.Mask = (KAFFINITY)1 << place->Number, .Group = place->Group};
    KeSetSystemGroupAffinityThread(&affinity, previous);
}

/* Where the affinity that a step names is kept. False when it names one and memory is lacking. */
static bool find_kept(struct ha_stage *stage, const struct ha_step *step, PGROUP_AFFINITY *kept)
{
    struct ha_own_affinity *own = step->name ? ha_own_affinity(stage->driver, step->name) : NULL;
    *kept = own ? &own->previous : NULL;
    return own || !step->name;
}

NTSTATUS ha_step_set_affinity(struct ha_stage *stage, const struct ha_step *step)
{
    PGROUP_AFFINITY previous;
    if (!find_kept(stage, step, &previous))
        return STATUS_INSUFFICIENT_RESOURCES;
    if (step->of_processor) {
        PROCESSOR_NUMBER place;
        NTSTATUS status = ha_step_place(stage, &step->value, &place);
        if (NT_SUCCESS(status))
            ha_step_pin(&place, previous);
        return status;
    }
    GROUP_AFFINITY affinity = {.Group = (USHORT)ha_value_now(stage, &step->value),
                               .Mask = (KAFFINITY)ha_value_now(stage, &step->second)};
    KeSetSystemGroupAffinityThread(&affinity, previous);
    return STATUS_SUCCESS;
}

NTSTATUS ha_step_revert_affinity(struct ha_stage *stage, const struct ha_step *step)
{
    GROUP_AFFINITY own = {.Mask = 0};
    PGROUP_AFFINITY kept;
    if (!find_kept(stage, step, &kept))
        return STATUS_INSUFFICIENT_RESOURCES;
    KeRevertToUserGroupAffinityThread(kept ? kept : &own);
    return STATUS_SUCCESS;
}
