/*
 * queue - what is due at which simulated time
 *
 * Owns struct ha_queue, a binary heap in the arena.
 */
#include "core/queue.h"

#include "core/world.h"

static bool earlier(const struct ha_due *a, const struct ha_due *b)
{
    return a->due_ns != b->due_ns ? a->due_ns < b->due_ns : a->order < b->order;
}

static void swap(struct ha_due *a, struct ha_due *b)
{
    struct ha_due c = *a;
    *a = *b;
    *b = c;
}

bool ha_queue_post(struct ha_world *world, uint64_t due_ns, ha_action *action, void *argument)
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
    if (due_ns < world->time_ns)
        due_ns = world->time_ns;
    size_t i = queue->count++;
    queue->heap[i] = (struct ha_due){due_ns, queue->posted++, action, argument};
    for (; i > 0 && earlier(&queue->heap[i], &queue->heap[(i - 1) / 2]); i = (i - 1) / 2)
        swap(&queue->heap[i], &queue->heap[(i - 1) / 2]);
    return true;
}

bool ha_queue_run_next(struct ha_world *world)
{
    struct ha_queue *queue = &world->queue;
    ha_touch(world, HA_TOUCH_QUEUE, HA_TOUCH_WRITE);
    if (queue->count == 0)
        return false;

    struct ha_due due = queue->heap[0];
    queue->heap[0] = queue->heap[--queue->count];
    for (size_t i = 0;;) {
        size_t least = i;
        for (size_t child = 2 * i + 1; child <= 2 * i + 2 && child < queue->count; child++)
            if (earlier(&queue->heap[child], &queue->heap[least]))
                least = child;
        if (least == i)
            break;
        swap(&queue->heap[i], &queue->heap[least]);
        i = least;
    }
    world->time_ns = due.due_ns;
    due.action(world, due.argument);
    return true;
}
