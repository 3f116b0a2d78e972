/*
 * load - from the text of a scenario file to a plan and its expectations
 *
 * Everything that can be wrong with a file is found here, before anything of it is run. Messages
 * read `file:line:column: error: what; did you mean "x"?` with the line and a caret below. Only
 * modules are not looked at: they are found wrong when the scenario is played.
 */
#ifndef HA_EDGE_LOAD_H
#define HA_EDGE_LOAD_H

#include <stddef.h>

#include "base/bag.h"
#include "base/text.h"
#include "check/expect.h"
#include "edge/loop.h"
#include "sim/plan.h"

/* What goes around a sentence about a module: the place that names it, and the line with it. */
struct ha_module_place {
    const char *head, *line;    /* "file:9:14: error: ", "    ...\n    ^\n" */
    const char *named;          /* the path as it stands there */
};

struct ha_scenario {
    const char *file;           /* as it was named */
    const char *name;
    const char *why, *source;   /* NULL when the file does not say */
    struct ha_plan plan;
    struct ha_expect expect;
    const struct ha_module_place *module_place;     /* one for each driver; NULL for no driver */
    struct ha_bag bag;          /* owns all that the members above point to */
};

/*
 * Read a scenario from `length` bytes of text.
 *
 *   file      how messages name it; copied
 *   scenario  set on HA_OK only; give it back with ha_scenario_close()
 *   messages  gets every error that was found, several in one go, in the order of their places
 *
 * Returns HA_OK, HA_EREAD when the text is wrong, HA_ENOMEM.
 */
int ha_scenario_load_text(const char *file, const char *bytes, size_t length,
                          struct ha_scenario *scenario, struct ha_text *messages);

/*
 * The same from a file. One that cannot be read is HA_EREAD, with the system's reason; so is one
 * that a signal cut short (ha_loop_signal).
 *
 *   loop  what looks out for signals while a pipe or a terminal is waited for; NULL for nothing
 */
int ha_scenario_load_file(const char *path, struct ha_loop *loop, struct ha_scenario *scenario,
                          struct ha_text *messages);

/*
 * Append the whole of a file, or as much as shows that it is too large; `loop` as above.
 *
 * Returns HA_OK, HA_EREAD with the reason in errno, HA_ENOMEM.
 */
int ha_scenario_read_file(const char *path, struct ha_loop *loop, struct ha_text *bytes);

/*
 * Append to the messages about a scenario what is wrong with the module of one of its drivers.
 *
 *   driver     index into the plan's drivers, one with a module
 *   sentences  as ha_module_load() gives them
 */
void ha_scenario_blame_module(const struct ha_scenario *scenario, size_t driver,
                              const struct ha_text *sentences, struct ha_text *messages);

/* Whether a plan can be played under a profile: before Windows 7 there was one group. */
bool ha_plan_suits(const struct ha_plan *plan, const struct ha_profile *profile);

void ha_scenario_close(struct ha_scenario *scenario);

#endif
