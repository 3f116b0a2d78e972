/*
 * vocabulary_answer - how the answers of queries are shown
 *
 * Owns the table of their shapes by routine.
 */
#include "check/vocabulary.h"

#include "base/names.h"

/*
 * KeGetProcessorNumberFromIndex and KeGetCurrentProcessorNumberEx store a number as
 * Group << 16 | Number; statuses are kept as 32 bits without sign.
 */
static const struct ha_answer answers[HA_ROUTINE_COUNT] = {
    [HA_RT_ACTIVE_COUNT] = {HA_SHAPE_NUMBER, HA_SHAPE_HEX, HA_SHAPE_NUMBER},
    [HA_RT_ACTIVE_PROCESSORS] = {HA_SHAPE_HEX, HA_SHAPE_NUMBER, HA_SHAPE_NUMBER},
    [HA_RT_GROUP_AFFINITY] = {HA_SHAPE_HEX, HA_SHAPE_NUMBER, HA_SHAPE_NUMBER},
    [HA_RT_NUMBER_FROM_INDEX] = {HA_SHAPE_STATUS, HA_SHAPE_NUMBER, HA_SHAPE_NUMBER},
    [HA_RT_NODE_AFFINITY] = {HA_SHAPE_NUMBER, HA_SHAPE_HEX, HA_SHAPE_NUMBER},
    [HA_RT_NODE_AFFINITY2] = {HA_SHAPE_STATUS, HA_SHAPE_NUMBER, HA_SHAPE_NUMBER},
    [HA_RT_LOGICAL_RELATIONSHIP] = {HA_SHAPE_STATUS, HA_SHAPE_NUMBER, HA_SHAPE_RELATION},
};

struct ha_answer ha_answer_of(unsigned routine)
{
    return answers[routine < HA_ROUTINE_COUNT ? routine : HA_NO_ROUTINE];
}
