/*
 * priorities - the order of threads by chance, for few runs that find much (PCT)
 *
 * Every thread gets a priority by chance, higher than those that are changed to; the highest one
 * that can goes on. At `depth` - 1 moments of the run, by chance, the one that runs falls to the
 * lowest priority so far. A mistake that takes `depth` decisions in n threads and k moments is then
 * met with a probability of at least 1 in n * k^(depth-1) (Burckhardt, Kothari, Musuvathi,
 * Nagarakatte: A Randomized Scheduler with Probabilistic Guarantees of Finding Bugs, 2010).
 */
#ifndef HA_SIM_PRIORITIES_H
#define HA_SIM_PRIORITIES_H

#include <stddef.h>
#include <stdint.h>

struct ha_question;
struct ha_world;

#define HA_DEPTH_MOST 16u

struct ha_priorities {
    uint32_t depth;
    uint64_t salt;                      /* of this run: priorities are made of it and the id */
    uint32_t moment, moments;           /* of this run, and as many as it may have */
    uint32_t change[HA_DEPTH_MOST];     /* the moments at which the running thread falls */
    struct ha_fallen { uint32_t thread, rank; } fallen[HA_DEPTH_MOST];
    uint32_t fallen_count;
};

/* The next of a series of numbers by chance: SplitMix64. */
uint64_t ha_random(uint64_t *state);

void ha_priorities_init(struct ha_priorities *priorities, uint32_t depth);
/* Deal anew, for the next run. */
void ha_priorities_deal(struct ha_priorities *priorities, uint64_t *random);
/* The answer to a question of kind THREAD or PREEMPT. */
uint32_t ha_priorities_choose(struct ha_priorities *priorities, const struct ha_world *world,
                              const struct ha_question *question);

#endif
