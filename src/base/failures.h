/*
 * failures - what can go wrong in a run, as far as there is a list of it
 *
 * The engine goes by these lists (it asserts that what it does stands there), the loader offers
 * them, and a coverage report says which of them no run has shown.
 */
#ifndef HA_BASE_FAILURES_H
#define HA_BASE_FAILURES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The n-th routine that can be made to fail, an enum ha_routine; 0 behind the last. */
uint32_t ha_fallible_routine(size_t n);
#define HA_FALLIBLE_ROUTINES 25u
bool ha_routine_can_fail(uint32_t routine);

/* Whether the simulator gives it, an enum ha_reason; the others are of traces from elsewhere. */
bool ha_reason_is_given(unsigned reason);

/* Whether a scenario may expect a run to end so, an enum ha_ending. */
bool ha_ending_is_foreseeable(unsigned ending);

#endif
