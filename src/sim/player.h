/*
 * player - plays a plan on a machine, one step after another
 *
 * First the drivers are loaded, in their order; then each event at its time; then, when nothing
 * is due any more, what is still loaded is unloaded and the run ends.
 */
#ifndef HA_SIM_PLAYER_H
#define HA_SIM_PLAYER_H

#include <stdbool.h>

#include "sim/plan.h"
#include "sim/search.h"

/* Options for a machine that is to play the plan; `replay` may be NULL. */
struct ha_machine_options ha_player_options(const struct ha_plan *plan, const char *replay);

/* Give a fresh machine the plan, which must outlive its run. Returns HA_OK or HA_ENOMEM. */
int ha_player_begin(struct ha_machine *machine, const struct ha_plan *plan);

/* The machine writes its trace into that memory, see ha_trace_lend(). */
void ha_player_lend(struct ha_machine *machine, struct ha_record *window);
/* The search answers the machine's questions; before it is marked. */
void ha_player_search(struct ha_machine *machine, struct ha_search *search);
/*
 * Mark the machine as ha_machine_mark() does, when its sinks have heard what it has recorded: a
 * rewind brings these records to nobody again.
 */
int ha_player_mark(struct ha_machine *machine);
/* A debugger gets control before the record with that number is written. */
void ha_player_break_at(struct ha_machine *machine, uint64_t seq);

/*
 * Do the next step: a driver, an event, or the end.
 *
 *   more  set to false when the run has ended
 *
 * Returns as ha_machine_step().
 */
int ha_player_step(struct ha_machine *machine, bool *more);

/*
 * The simulated time at which the next step begins, if it is one that has a time; one that has
 * passed means now. False when the next step has none.
 */
bool ha_player_next_due(const struct ha_machine *machine, uint64_t *due_ns);

/*
 * The first event at or behind `event` that waits for a call or another event that has not come;
 * the plan's event_count when there is none.
 */
size_t ha_player_waiting(const struct ha_machine *machine, size_t event);

/* The first fault at or behind `fault` that has not happened; the plan's fault_count for none. */
size_t ha_player_unstruck(const struct ha_machine *machine, size_t fault);

#endif
