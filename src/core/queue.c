/*
 * queue - what is due at which simulated time
 *
 * Owns struct ha_queue, a binary heap in the arena whose entries know their alarms.
 */
#include "core/queue.h"

#include <assert.h>

#include "core/world.h"

#define MOST_TOGETHER 8u        /* of what is due at once, so many may come first */

static bool earlier(const struct ha_due *a, const struct ha_due *b)
{
    return a->due_ns != b->due_ns ? a->due_ns < b->due_ns : a->order < b->order;
}

static void put(struct ha_queue *queue, size_t i, struct ha_due due)
{
    queue->heap[i] = due;
    if (due.alarm)
        due.alarm->place = i + 1;
}

static void swap(struct ha_queue *queue, size_t i, size_t j)
{
    struct ha_due due = queue->heap[i];
    put(queue, i, queue->heap[j]);
    put(queue, j, due);
}

static void rise(struct ha_queue *queue, size_t i)
{
    for (; i > 0 && earlier(&queue->heap[i], &queue->heap[(i - 1) / 2]); i = (i - 1) / 2)
        swap(queue, i, (i - 1) / 2);
}

static void sink(struct ha_queue *queue, size_t i)
{
    for (;;) {
        size_t least = i;
        for (size_t child = 2 * i + 1; child <= 2 * i + 2 && child < queue->count; child++)
            if (earlier(&queue->heap[child], &queue->heap[least]))
                least = child;
        if (least == i)
            return;
        swap(queue, i, least);
        i = least;
    }
}

static bool post(struct ha_world *world, uint64_t due_ns, const struct ha_due *what)
{
    struct ha_queue *queue = &world->queue;
    ha_touch(world, HA_TOUCH_QUEUE, HA_TOUCH_WRITE);
    if (queue->count == queue->room) {
        struct ha_due *heap = ha_arena_grow(&world->host->arena, queue->heap, &queue->room,
                                            sizeof *heap);
        if (!heap)
            return false;
        queue->heap = heap;
    }
    struct ha_due due = *what;
    due.due_ns = due_ns < world->time_ns ? world->time_ns : due_ns;
    due.order = queue->posted++;
    queue->events += !due.alarm;
    put(queue, queue->count, due);
    rise(queue, queue->count++);
    world->sched.attention = world->sched.attention || ha_queue_may_cut_in(world);
    return true;
}

/* Take out the entry at a place. */
static struct ha_due take(struct ha_queue *queue, size_t i)
{
    struct ha_due due = queue->heap[i];
    if (due.alarm)
        due.alarm->place = 0;
    if (i != --queue->count) {
        put(queue, i, queue->heap[queue->count]);
        rise(queue, i);
        sink(queue, i);
    }
    return due;
}

bool ha_queue_post(struct ha_world *world, uint64_t due_ns, ha_action *action, void *argument)
{
    return post(world, due_ns, &(struct ha_due){.action = action, .argument = argument});
}

/* Which entry comes next, of those that are due first: the tape says. */
static size_t choose(struct ha_world *world)
{
    const struct ha_queue *queue = &world->queue;
    size_t place[MOST_TOGETHER] = {0}, count = 1;
    /* The children of an entry in the heap are not due before it. */
    for (size_t i = 0; i < count; i++)
        for (size_t child = 2 * place[i] + 1;
             child <= 2 * place[i] + 2 && child < queue->count && count < MOST_TOGETHER; child++)
            if (queue->heap[child].due_ns == queue->heap[0].due_ns)
                place[count++] = child;
    return count > 1 ? place[ha_choose(world, HA_CHOICE_DUE, "first", (uint32_t)count)] : 0;
}

bool ha_queue_may_cut_in(const struct ha_world *world)
{
    const struct ha_queue *queue = &world->queue;
    if (!queue->count)
        return false;
    const struct ha_due *first = &queue->heap[0];
    return first->due_ns <= world->time_ns ||
           (first->alarm && first->due_ns - queue->last_event_ns <= HA_QUEUE_GRACE_NS);
}

bool ha_queue_run_next(struct ha_world *world)
{
    struct ha_queue *queue = &world->queue;
    ha_touch(world, HA_TOUCH_QUEUE, HA_TOUCH_WRITE);
    if (queue->count == 0)
        return false;
    struct ha_due due = take(queue, choose(world));
    world->time_ns = due.due_ns;
    if (!due.alarm) {
        queue->events--;
        queue->last_event_ns = due.due_ns;
    }
    due.action(world, due.argument);
    return true;
}

bool ha_queue_is_awaited(struct ha_world *world)
{
    const struct ha_queue *queue = &world->queue;
    ha_touch(world, HA_TOUCH_QUEUE, HA_TOUCH_READ);
    return queue->events ||
           (queue->count && queue->heap[0].due_ns - queue->last_event_ns <= HA_QUEUE_GRACE_NS);
}

bool ha_alarm_set(struct ha_world *world, struct ha_alarm *alarm, uint64_t due_ns)
{
    assert(!alarm->place);
    return post(world, due_ns, &(struct ha_due){.action = alarm->action,
                                                .argument = alarm->argument, .alarm = alarm});
}

bool ha_alarm_stop(struct ha_world *world, struct ha_alarm *alarm)
{
    if (!alarm->place)
        return false;
    ha_touch(world, HA_TOUCH_QUEUE, HA_TOUCH_WRITE);
    take(&world->queue, alarm->place - 1);
    return true;
}
