/*
 * query_step - the queries that a script makes
 */
#ifndef HA_NT_QUERY_STEP_H
#define HA_NT_QUERY_STEP_H

#include "nt/steps.h"

/* Call the routine of a QUERY step. Returns its result; a status with its sign. */
int64_t ha_query_step(const struct ha_stage *stage, const struct ha_step *step);

#endif
