/*
 * priorities - see priorities.h
 */
#include "sim/priorities.h"

#include "core/world.h"

uint64_t ha_random(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

void ha_priorities_init(struct ha_priorities *priorities, uint32_t depth)
{
    *priorities = (struct ha_priorities){
        .depth = depth < 1 ? 1 : depth > HA_DEPTH_MOST ? HA_DEPTH_MOST : depth};
}

void ha_priorities_deal(struct ha_priorities *priorities, uint64_t *random)
{
    priorities->moment = priorities->fallen_count = 0;
    priorities->salt = ha_random(random);
    for (uint32_t i = 0; i + 1 < priorities->depth; i++)
        priorities->change[i] =
            priorities->moments ? (uint32_t)(ha_random(random) % priorities->moments) : 0;
}

/* Of a thread; the later it fell the lower it is. */
static uint64_t priority_of(const struct ha_priorities *priorities, const struct ha_thread *thread)
{
    uint64_t seed = priorities->salt + thread->stamp.thread;
    for (uint32_t i = priorities->fallen_count; i-- > 0;)
        if (priorities->fallen[i].thread == thread->stamp.thread)
            return HA_DEPTH_MOST - priorities->fallen[i].rank;
    return ha_random(&seed) | UINT64_C(1) << 63;
}

static void pass_moment(struct ha_priorities *priorities, const struct ha_thread *running)
{
    for (uint32_t i = 0; i + 1 < priorities->depth; i++) {
        if (priorities->change[i] != priorities->moment)
            continue;
        priorities->fallen[priorities->fallen_count] =
            (struct ha_fallen){running->stamp.thread, priorities->fallen_count};
        priorities->fallen_count++;
    }
    priorities->moment++;
}

uint32_t ha_priorities_choose(struct ha_priorities *priorities, const struct ha_world *world,
                              const struct ha_question *question)
{
    uint32_t best = 0;
    uint64_t highest = 0;
    if (question->kind == HA_CHOICE_PREEMPT)
        pass_moment(priorities, world->sched.running);
    for (uint32_t i = 0; i < question->options; i++) {
        const struct ha_thread *thread = ha_sched_option(world, question, i);
        uint64_t priority = thread ? priority_of(priorities, thread) : 0;
        if (priority > highest) {
            highest = priority;
            best = i;
        }
    }
    return best;
}
