/* free - see free.h. Owns struct ha_free: who is inside, and who waits to come in. */
#include "core/free.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>

#include "base/race.h"
#include "core/processor.h"
#include "core/world.h"

struct ha_free {
    pthread_mutex_t lock;
    pthread_cond_t arrived;             /* somebody more waits to come in */
    struct ha_thread *first, *last;     /* who waits to come in */
    uint32_t waiting;
    bool down;                          /* nobody has the baton */
};

/*
 * A host thread that has several machines is hidden once, not once for each. What counts them is
 * there in builds with ThreadSanitizer only, as hiding is.
 */
#if HA_RACES_ARE_WATCHED
static _Thread_local unsigned machines;

static void hide(void)
{
    if (machines++ == 0)
        ha_race_hide();
}

static void show(void)
{
    if (--machines == 0)
        ha_race_show();
}
#else
static void hide(void)
{
}

static void show(void)
{
}
#endif

/* The calls below can only fail when they are called wrongly. */
static void must(int result)
{
    assert(result == 0);
    (void)result;
}

struct ha_free *ha_free_open(void)
{
    struct ha_free *monitor = calloc(1, sizeof *monitor);
    if (!monitor)
        return NULL;
    if (pthread_mutex_init(&monitor->lock, NULL))
        goto free_monitor;
    if (pthread_cond_init(&monitor->arrived, NULL))
        goto destroy_lock;
    hide();
    return monitor;

destroy_lock:
    must(pthread_mutex_destroy(&monitor->lock));
free_monitor:
    free(monitor);
    return NULL;
}

void ha_free_close(struct ha_free *monitor)
{
    if (!monitor)
        return;
    ha_race_take(monitor);
    show();
    must(pthread_cond_destroy(&monitor->arrived));
    must(pthread_mutex_destroy(&monitor->lock));
    free(monitor);
}

void ha_free_begin(struct ha_world *world)
{
    world->sched.adopted->inside = 1;
    world->sched.is_free = true;
}

/* Who has ended the run lets nobody in any more but the adopted thread. */
static bool may_pick_up(const struct ha_free *monitor, const struct ha_thread *self)
{
    const struct ha_sched *sched = &self->world->sched;
    return monitor->down && (!sched->ending || self == sched->adopted);
}

/* What a sanitizer has said of the thread while it was outside. */
static void record_race(struct ha_thread *self)
{
#if HA_RACES_ARE_WATCHED
    struct ha_world *world = self->world;
    if (!self->race[0])
        return;
    ha_record_name(world, HA_NS_RACE, ++world->sched.races, self->race);
    ha_record_open(world, HA_DATA_RACE, world->sched.races);
    self->race[0] = '\0';
#else
    (void)self;
#endif
}

/* Take the baton, at once or when somebody hands it on. */
static void pick_up(struct ha_thread *self)
{
    struct ha_world *world = self->world;
    struct ha_free *monitor = world->host->monitor;
    struct ha_carrier *carrier = world->host->carrier;
    ha_race_give(monitor);      /* before all that comes when there is no machine any more */
    must(pthread_mutex_lock(&monitor->lock));
    bool now = may_pick_up(monitor, self);
    if (now) {
        monitor->down = false;
        world->sched.outside--;
        world->sched.running = self;
        self->state = HA_THREAD_RUNNING;
    } else {
        self->next_ready = NULL;
        if (monitor->last)
            monitor->last->next_ready = self;
        else
            monitor->first = self;
        monitor->last = self;
        monitor->waiting++;
        must(pthread_cond_signal(&monitor->arrived));
    }
    must(pthread_mutex_unlock(&monitor->lock));
    if (!now)
        carrier->operations->wait(carrier, self->context);
    record_race(self);
    if (world->sched.ending || !ha_processor_lets(&world->sched, self))
        ha_sched_attend(world);
}

/* The program itself calls a routine: what it does comes after all that ran until it was quiet. */
static void go_on_from_quiet(struct ha_sched *sched, const struct ha_free *monitor)
{
    sched->is_quiet = false;
    ha_race_take(monitor);
}

HA_RACE_UNSEEN void ha_free_enter(struct ha_thread *self)
{
    struct ha_sched *sched = &self->world->sched;
    if (self == sched->adopted && sched->is_quiet)
        go_on_from_quiet(sched, self->world->host->monitor);
    if (self->inside++)
        return;
    ha_race_hide();
    pick_up(self);
}

/* Give the baton to whoever goes on, or put it down. */
static void put_outside(struct ha_world *world)
{
    struct ha_carrier *carrier = world->host->carrier;
    struct ha_thread *self = world->sched.running;
    self->inside = 0;
    self->state = HA_THREAD_OUTSIDE;
    world->sched.outside++;
    struct ha_thread *next = ha_sched_next(world);
    if (next)
        carrier->operations->hand(carrier, next->context);
    ha_race_show();
}

void ha_free_leave(struct ha_world *world)
{
    struct ha_thread *self = world->sched.running;
    if (self->inside > 1)
        self->inside--;
    else
        put_outside(world);
}

uint32_t ha_free_go_out(struct ha_world *world)
{
    uint32_t depth = world->sched.running->inside;
    put_outside(world);
    return depth;
}

HA_RACE_UNSEEN void ha_free_come_in(struct ha_world *world, uint32_t depth)
{
    struct ha_thread *self = ha_thread_current();
    ha_race_hide();
    self->inside = depth;
    pick_up(self);
    assert(world == self->world && self->inside == depth);
    self->disturbed = true;         /* others may have written records meanwhile */
}

void ha_free_collect(struct ha_world *world)
{
    struct ha_free *monitor = world->host->monitor;
    must(pthread_mutex_lock(&monitor->lock));
    struct ha_thread *next, *thread = monitor->first;
    world->sched.outside -= monitor->waiting;
    monitor->waiting = 0;
    monitor->first = monitor->last = NULL;
    must(pthread_mutex_unlock(&monitor->lock));
    for (; thread; thread = next) {
        next = thread->next_ready;
        ha_sched_ready(thread);
    }
}

bool ha_free_put_down(struct ha_world *world)
{
    struct ha_free *monitor = world->host->monitor;
    must(pthread_mutex_lock(&monitor->lock));
    bool done = !monitor->first;
    monitor->down = done;
    must(pthread_mutex_unlock(&monitor->lock));
    return done;
}

void ha_free_gather(struct ha_world *world)
{
    struct ha_free *monitor = world->host->monitor;
    must(pthread_mutex_lock(&monitor->lock));
    while (monitor->waiting < world->sched.outside)
        must(pthread_cond_wait(&monitor->arrived, &monitor->lock));
    must(pthread_mutex_unlock(&monitor->lock));
    ha_free_collect(world);
}
