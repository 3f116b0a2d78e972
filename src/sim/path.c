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
    uint32_t thread = running ? running->stamp.thread : 0;
    uint32_t about = question->kind == HA_CHOICE_PREEMPT ? thread : question->about;
    return (struct ha_search_point){
        .label = question->label, .about = question->about, .options = question->options,
        .answer = chosen, .kind = (uint8_t)question->kind,
        .thread = thread, .seq = world->trace.seq,
        .site = ha_points_site(question->kind, question->label, about)};
}

uint32_t ha_path_occurrence(const struct ha_search_point *point, size_t count,
                            const struct ha_world *world)
{
    const struct ha_thread *running = world->sched.running;
    const struct ha_search_point *last = &point[count - 1];
    if (last->kind == HA_CHOICE_THREAD)
        return 0;
    if (last->kind == HA_CHOICE_PREEMPT)
        return running ? running->points : 0;
    for (const struct ha_search_point *before = last; before-- > point;)
        if (before->site == last->site)
            return before->occurrence + 1;
    return 0;
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
