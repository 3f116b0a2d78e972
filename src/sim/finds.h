/*
 * finds - what a search has found, in groups
 *
 * The same rule, broken by the same driver in the same place, is one find. The place is the call,
 * whatever processor or range of memory was meant, for its words count without their numbers and
 * statuses; and in compiled code, where in that code it comes from. A find keeps the answers of the
 * run that needed the fewest, of several such runs those of the one that a search in depth comes to
 * first. Begin with zeroes, and the memory that all of it is to lie in; NULL for the heap.
 */
#ifndef HA_SIM_FINDS_H
#define HA_SIM_FINDS_H

#include <stddef.h>
#include <stdint.h>

#include "core/arena.h"
#include "core/tape.h"
#include "hotadd/trace.h"
#include "hotadd/verdict.h"

struct ha_find {
    struct ha_finding finding;      /* of the run with the fewest answers; without a rule: ... */
    enum ha_ending ending;          /* ... the run ended so, which was not foreseen */
    char driver[64];                /* who is at fault; empty for nobody */
    uint64_t runs;                  /* that show it */
    uint64_t last_run;              /* of these, by its number */
    struct ha_tape_input answers;
    char *words;                    /* on how the run ended; NULL for none */
    uint32_t variant, turned;       /* of the scenario, and how far it is from the scenario's own */
};

struct ha_finds {
    struct ha_arena *memory;
    struct ha_find *find;
    size_t count, room;
};

/* What a run shows: a finding, or for one without a rule how it ended. */
struct ha_shown {
    const struct ha_finding *finding;
    enum ha_ending ending;
    const char *driver;             /* NULL: nobody */
    const char *words;              /* on how it ended; NULL for none */
    uint64_t run;                   /* its number, from 1 */
};

/*
 * Note what a run with these answers shows.
 *
 * Returns HA_OK, or HA_ENOMEM with the finds as they were.
 */
int ha_finds_note(struct ha_finds *finds, const struct ha_shown *shown,
                  const struct ha_tape_input *answers);

/*
 * Add what was found in another variant of the scenario. The variant that is nearest to its own
 * stands for a find.
 *
 * Returns HA_OK, or HA_ENOMEM with some of it added.
 */
int ha_finds_merge(struct ha_finds *finds, const struct ha_finds *other, uint32_t variant,
                   uint32_t turned);

/* Order them by rule, driver, call and place; those without a rule come last. */
void ha_finds_sort(struct ha_finds *finds);

void ha_finds_close(struct ha_finds *finds);

#endif
