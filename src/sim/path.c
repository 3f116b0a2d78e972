/* path - see path.h */
#include "sim/path.h"

#include <string.h>

#include "core/world.h"
#include "sim/points.h"
#include "sim/priorities.h"

struct ha_search_point ha_point_of(const struct ha_world *world,
                                   const struct ha_question *question, uint32_t chosen)
{
    const struct ha_thread *running = world->sched.running;
    return (struct ha_search_point){
        .label = question->label, .about = question->about, .options = question->options,
        .answer = chosen, .kind = (uint8_t)question->kind,
        .thread = running ? running->stamp.thread : 0, .seq = world->trace.seq,
        .site = ha_points_site(question->kind, question->label, question->about)};
}

bool ha_point_asks(const struct ha_search_point *point, const struct ha_question *question)
{
    return point->kind == question->kind && point->options == question->options &&
           point->about == question->about &&
           (point->label == question->label || !strcmp(point->label, question->label));
}

uint32_t ha_path_preemptions(const struct ha_search_point *point, size_t count)
{
    uint32_t preemptions = 0;
    for (size_t i = 0; i < count; i++)
        preemptions += point[i].kind == HA_CHOICE_PREEMPT;
    return preemptions;
}

uint64_t ha_path_sum(const struct ha_search_point *point, size_t count)
{
    uint64_t sum = count + 1;
    for (size_t i = 0; i < count; i++) {
        sum ^= point[i].site + ((uint64_t)point[i].options << 32);
        sum = ha_random(&sum);
    }
    return sum;
}
