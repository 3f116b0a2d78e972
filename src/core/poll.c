/* poll - see poll.h. Owns how often a thread has looked. */
#include "core/poll.h"

#include "core/object.h"
#include "core/world.h"

#define SPINS_IN_A_ROW 1000u            /* before the others run */
#define SPINS_ALONE 1000000u            /* before time passes */
#define PAUSE_NS UINT64_C(100)          /* at first; twice as long ... */
#define PAUSES_A_LENGTH 64u             /* ... after so many, and so on, up to ... */
#define LONGEST 13u                     /* ... so many times twice: 0.8 ms */
#define PAUSES_IN_VAIN 20000u

/* What was recorded since may be what the thread looks for. */
static void count_anew(struct ha_thread *thread)
{
    uint64_t seq = thread->world->trace.seq;
    if (thread->polled_seq == seq)
        return;
    thread->polled_seq = seq;
    thread->spins = thread->pauses = 0;
}

static void give_way(struct ha_thread *self)
{
    if (self->spins < SPINS_ALONE) {
        ha_sched_yield(self->world);
    } else {
        self->spins = SPINS_ALONE;
        ha_sched_pause(self->world);
    }
}

void ha_sched_spin(struct ha_world *world)
{
    struct ha_thread *self = world->sched.running;
    ha_sched_point(world);
    count_anew(self);
    if (++self->spins % SPINS_IN_A_ROW == 0)
        give_way(self);
}

HA_RACE_UNSEEN void ha_free_poll(struct ha_thread *self)
{
    if (++self->spins % SPINS_IN_A_ROW)
        return;
    ha_free_enter(self);
    count_anew(self);
    give_way(self);
    ha_free_leave(self->world);
}

static void go_on(struct ha_world *world, void *argument)
{
    (void)world;
    ha_sched_ready(argument);
}

void ha_sched_stall(struct ha_world *world, uint64_t ns)
{
    struct ha_thread *self = world->sched.running;
    struct ha_object nothing = {.id = 0};       /* that a deadlock could name */
    struct ha_alarm alarm = {.action = go_on, .argument = self};
    uint64_t due_ns = ns > HA_FOREVER - world->time_ns ? HA_FOREVER : world->time_ns + ns;
    if (!ha_alarm_set(world, &alarm, due_ns))
        ha_sched_end(world, HA_END_MEMORY);
    self->waits_for = &nothing;
    ha_sched_block(world);
    self->waits_for = NULL;
}

void ha_sched_pause(struct ha_world *world)
{
    struct ha_thread *self = world->sched.running;
    count_anew(self);
    uint32_t length = self->pauses++ / PAUSES_A_LENGTH;
    if (self->pauses > PAUSES_IN_VAIN &&
        (self->operations || self->stamp.irql >= HA_DISPATCH_LEVEL)) {
        ha_sched_give_up(world);
        return;
    }
    ha_sched_stall(world, PAUSE_NS << (length < LONGEST ? length : LONGEST));
}
