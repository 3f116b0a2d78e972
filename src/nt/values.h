/*
 * values - what the numbers and conditions of a script come to
 */
#ifndef HA_NT_VALUES_H
#define HA_NT_VALUES_H

#include "nt/steps.h"

/* The processor whose turn it is in a FOR_EACH. */
struct ha_turn {
    uint32_t index;
    const PROCESSOR_NUMBER *number;     /* NULL until it is asked for */
};

/*
 * A number at this moment. What a driver would have to ask the kernel for is asked by the routine
 * it would call, and recorded.
 */
int64_t ha_value_now(const struct ha_stage *stage, const struct ha_value *value);

/* Whether a condition holds at this moment. */
bool ha_condition_holds(const struct ha_stage *stage, const struct ha_condition *condition);

/*
 * The slot that `value` names in a table, or NULL: then it lies beyond the table's end, which
 * has been recorded as misuse of `routine`.
 */
void **ha_slot_at(const struct ha_stage *stage, const char *table, const struct ha_value *value,
                  enum ha_routine routine);

#endif
