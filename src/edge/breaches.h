/*
 * breaches - what counts against a run whatever profile it was played under
 *
 * That is an error that the scenario does not list, and an end that it does not foresee. From
 * one profile to another a breach is the same if rule and driver are.
 */
#ifndef HA_EDGE_BREACHES_H
#define HA_EDGE_BREACHES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"
#include "check/cast.h"
#include "check/expect.h"
#include "check/judge.h"

struct ha_breach {
    const struct ha_rule *rule;     /* NULL: the run did not come to its end */
    uint16_t driver;                /* 0: nobody's, or not known whose */
};

struct ha_breaches {
    struct ha_breach *breach;       /* each once */
    size_t count, room;
};

/* Whether a finding of such weight fails a scenario that does not list it. */
bool ha_severity_fails(enum ha_severity severity, bool strict);

/*
 * Add what a run shows.
 *
 *   ending    how it ended; a budget or a signal is nobody's breach
 *   foreseen  how the scenario says that it ends
 *
 * Returns HA_OK, or HA_ENOMEM with some of them added.
 */
int ha_breaches_add_run(struct ha_breaches *breaches, const struct ha_judge *judge,
                        const struct ha_matcher *matcher, bool strict, enum ha_ending ending,
                        enum ha_ending foreseen);

/* Whether the run did not come to its end. */
bool ha_breaches_hold_end(const struct ha_breaches *breaches);

/* Add all of another list. HA_OK or HA_ENOMEM. */
int ha_breaches_add_all(struct ha_breaches *breaches, const struct ha_breaches *more);

/* Whether none of them is in `known`, and none is the kernel's: then a profile brought them. */
bool ha_breaches_are_new(const struct ha_breaches *breaches, const struct ha_breaches *known);

/* Append who is at fault, "calm, tight"; "a driver" where nobody is named. Returns how many. */
size_t ha_breaches_add_drivers(const struct ha_breaches *breaches, const struct ha_cast *cast,
                               struct ha_text *text);

void ha_breaches_close(struct ha_breaches *breaches);

#endif
