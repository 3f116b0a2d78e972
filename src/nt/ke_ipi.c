/*
 * ke_ipi - a function that runs on all processors at once: KeIpiGenericCall
 *
 * Owns struct ha_broadcast, which lies on the stack of the caller. The others are interrupted at
 * IPI_LEVEL, each in a context of its own, and may wait for each other by looking.
 */
#include "nt/dpc.h"
#include "nt/locks.h"

struct ha_broadcast {
    PKIPI_BROADCAST_WORKER function;
    ULONG_PTR argument;
    uint32_t id;
    uint32_t left;              /* processors where it has not ended */
    uint16_t driver;
    const struct ha_thread *self;   /* of the caller */
    struct ha_thread *caller;   /* who waits for the last of them; NULL until it does */
};

bool ha_broadcast_comes_from(const struct ha_kernel *kernel, const struct ha_thread *thread)
{
    return kernel->broadcasts.now && kernel->broadcasts.now->self == thread;
}

/* What comes after the function has returned on all processors. */
static const void *end_of(const struct ha_kernel *kernel)
{
    return (const char *)&kernel->broadcasts + 1;
}

static ULONG_PTR call(struct ha_kernel *kernel, const struct ha_broadcast *broadcast)
{
    struct ha_thread *thread = kernel->world.sched.running;
    uint16_t driver = thread->stamp.driver;
    uint8_t regions = thread->stamp.regions, lowest = thread->lowest;
    struct ha_locks_had locks = ha_locks_count(thread);
    thread->lowest = IPI_LEVEL;
    thread->stamp.driver = broadcast->driver;
    ha_record_open(&kernel->world, HA_IPI_ENTER, broadcast->id);
    ha_sched_point(&kernel->world);
    PKIPI_BROADCAST_WORKER function = broadcast->function;
    ULONG_PTR argument = broadcast->argument;
    ha_order_take(&kernel->world, &kernel->broadcasts);
    ha_order_take(&kernel->world, ha_order_of_start(&kernel->world, thread->stamp.processor));
    uint32_t depth = ha_kernel_go_out(kernel);
    ULONG_PTR result = function(argument);
    ha_kernel_come_in(kernel, depth);
    ha_order_give(&kernel->world, end_of(kernel));
    ha_locks_leave(kernel, HA_RT_IPI_CALL, &locks);
    ha_record_open(&kernel->world, HA_IPI_LEAVE, broadcast->id);
    thread->lowest = lowest;
    ha_thread_set_irql(thread, IPI_LEVEL);
    thread->stamp.driver = driver;
    thread->stamp.regions = regions;
    return result;
}

/* Runs in the context of a processor. */
static void interrupted(struct ha_world *world)
{
    struct ha_kernel *kernel = (struct ha_kernel *)(void *)world;
    struct ha_broadcast *broadcast = kernel->broadcasts.now;
    call(kernel, broadcast);
    if (--broadcast->left == 0 && broadcast->caller)
        ha_sched_ready(broadcast->caller);
}

void ha_broadcasts_init(struct ha_kernel *kernel)
{
    kernel->world.sched.serve[HA_INTERRUPT_IPI] = interrupted;
}

/* One at a time: two callers would wait for each other's processors. */
static void wait_for_turn(struct ha_kernel *kernel)
{
    struct ha_object *done = &kernel->broadcasts.done;
    while (kernel->broadcasts.now) {
        if (!done->id)
            ha_object_init(&kernel->world, done, "the end of a broadcast");
        done->set = false;
        ha_event_wait(&kernel->world, done);
    }
}

/*
 * Call a function on every processor that takes threads, at IPI_LEVEL, and wait until all have
 * returned.
 *
 * Returns what the function returned on the caller's processor. IRQL: below IPI_LEVEL; at or above
 * it the call is refused and 0 is returned, which is our choice.
 *
 * Source: WDK reference, wdm.h, KeIpiGenericCall.
 */
ULONG_PTR KeIpiGenericCall(PKIPI_BROADCAST_WORKER BroadcastFunction, ULONG_PTR Context)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("KeIpiGenericCall");
    struct ha_world *world = &kernel->world;
    struct ha_thread *self = world->sched.running;
    KIRQL irql = self->stamp.irql;
    if (irql >= IPI_LEVEL) {
        ha_record_refused(kernel, HA_RT_IPI_CALL, HA_REASON_IRQL);
        return 0;
    }
    wait_for_turn(kernel);
    struct ha_broadcast broadcast = {
        .function = BroadcastFunction, .argument = Context, .driver = self->stamp.driver,
        .id = ++kernel->broadcasts.made, .left = world->partition.scheduled, .self = self};
    ha_touch(world, HA_TOUCH_PARTITION, HA_TOUCH_READ);
    kernel->broadcasts.now = &broadcast;
    ha_order_forget(world, &kernel->broadcasts);
    ha_order_forget(world, end_of(kernel));
    ha_order_give(world, &kernel->broadcasts);
    ha_thread_set_irql(self, IPI_LEVEL);
    for (uint32_t i = 0; i < broadcast.left; i++)
        if (i != self->stamp.processor &&
            ha_processor_interrupt(world, i, HA_INTERRUPT_IPI) != HA_OK)
            ha_sched_end(world, HA_END_MEMORY);
    ULONG_PTR result = call(kernel, &broadcast);
    broadcast.left--;
    broadcast.caller = self;
    while (broadcast.left)
        ha_sched_block(world);
    ha_order_take(world, end_of(kernel));
    kernel->broadcasts.now = NULL;
    ha_thread_set_irql(self, irql);
    if (kernel->broadcasts.done.first_waiter)
        ha_event_set(world, &kernel->broadcasts.done);
    ha_sched_point(world);
    return result;
}
