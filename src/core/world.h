/*
 * world - what exists: partition, threads, time, queue, tape, trace
 *
 * A world lies in its own arena, so a rewind restores it whole. What must survive a rewind, and
 * what the host gave us, is in struct ha_host.
 */
#ifndef HA_CORE_WORLD_H
#define HA_CORE_WORLD_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/race.h"
#include "core/arena.h"
#include "core/carrier.h"
#include "core/free.h"
#include "core/ids.h"
#include "core/partition.h"
#include "core/poll.h"
#include "core/processor.h"
#include "core/queue.h"
#include "core/sched.h"
#include "core/tape.h"
#include "core/thread.h"
#include "core/trace.h"

struct ha_world;
struct ha_caller_name;

enum ha_touch_mode { HA_TOUCH_READ, HA_TOUCH_WRITE };

/* What is touched besides objects, whose ids come from the other end. */
#define HA_TOUCH_PARTITION UINT32_MAX           /* counts, masks, indices */
#define HA_TOUCH_QUEUE (UINT32_MAX - 1)         /* what is due, and the time */
#define HA_TOUCH_CHAIN (UINT32_MAX - 2)         /* who is registered */
#define HA_TOUCH_THREADS (UINT32_MAX - 3)       /* who was made when */
#define HA_TOUCH_UNNAMED 0u                     /* all objects that have no id, or none yet */
#define HA_TOUCH_DRIVER(driver) (UINT32_MAX - 4 - (uint32_t)(driver))  /* all that is its own */
#define HA_TOUCH_PROCESSOR(index) (UINT32_MAX - 0x10100 - (uint32_t)(index))    /* who keeps it */

/* Who is told of every object that a step depends on, while somebody explores. */
struct ha_watcher {
    void (*touched)(struct ha_watcher *watcher, const struct ha_world *world, uint32_t object,
                    enum ha_touch_mode mode);
};

/* What survives a rewind. */
struct ha_host {
    struct ha_arena arena;
    struct ha_trace_store store;
    struct ha_tape_input input;
    struct ha_oracle *oracle;       /* answers in place of the input; NULL: nobody does */
    struct ha_carrier *carrier;
    struct ha_free *monitor;        /* of free mode; NULL in the ordinary one */
    struct ha_watcher *watcher;     /* NULL unless somebody explores */
    struct ha_caller_name *callers; /* places that earlier runs have named; nt's */
    /* The run ended while the adopted thread was inside an NT routine; does not return. */
    void (*fatal)(struct ha_world *world, void *argument);
    void *fatal_argument;
};

struct ha_world {
    struct ha_host *host;
    struct ha_trace trace;
    struct ha_sched sched;
    struct ha_partition partition;
    struct ha_queue queue;
    struct ha_tape tape;
    struct ha_ids pointers;     /* functions and contexts of drivers, as ids */
    struct ha_ids places;       /* of calls in their code */
    uint64_t time_ns;
    uint32_t objects_made;
};


/* Note that the running step reads or writes an object. Costs nothing unless exploring. */
static inline void ha_touch(struct ha_world *world, uint32_t object, enum ha_touch_mode mode)
{
    struct ha_watcher *watcher = world->host->watcher;
    if (watcher)
        watcher->touched(watcher, world, object, mode);
}

/*
 * An order that Windows documents, told where races are watched: what the running thread did before
 * it gave a place comes before what others do after they take it.
 */
static inline void ha_order_give(struct ha_world *world, const void *place)
{
    if (HA_RACES_ARE_WATCHED && world->sched.is_free)
        ha_race_give(place);
}

static inline void ha_order_take(struct ha_world *world, const void *place)
{
    if (HA_RACES_ARE_WATCHED && world->sched.is_free)
        ha_race_take(place);
}

/* Nobody comes after what was given here before: the place stands for something new. */
static inline void ha_order_forget(struct ha_world *world, const void *place)
{
    if (HA_RACES_ARE_WATCHED && world->sched.is_free)
        ha_race_forget(place);
}

/* A routine reads, or writes, a driver's memory, as the driver could have done itself. */
static inline void ha_order_read(struct ha_world *world, const void *memory, size_t size)
{
    if (HA_RACES_ARE_WATCHED && world->sched.is_free)
        ha_race_read(memory, size);
}

static inline void ha_order_write(struct ha_world *world, const void *memory, size_t size)
{
    if (HA_RACES_ARE_WATCHED && world->sched.is_free)
        ha_race_write(memory, size);
}

/*
 * A routine makes an object in a driver's memory: nobody may use it at the same time, and what one
 * ordered that lay there before is over. An object is a place, and so are its next two bytes.
 */
static inline void ha_order_make(struct ha_world *world, const void *object, size_t size)
{
    ha_order_write(world, object, size);
    for (size_t i = 0; i < 3; i++)
        ha_order_forget(world, (const char *)object + i);
}

/* A routine uses such an object. */
static inline void ha_order_use(struct ha_world *world, const void *object)
{
    ha_order_read(world, object, 1);
}

/*
 * The same for a lock that threads have alone or share: those who share it come after who had it
 * alone, and before who has it alone next, but in no order to each other.
 */
static inline void ha_order_give_lock(struct ha_world *world, const void *lock, bool shared)
{
    ha_order_give(world, (const char *)lock + shared);
}

static inline void ha_order_take_lock(struct ha_world *world, const void *lock, bool shared)
{
    ha_order_take(world, lock);
    if (!shared)
        ha_order_take(world, (const char *)lock + 1);
}

/* A place where another thread may go on: each NT call, each entry to and return from a driver. */
static inline void ha_sched_point(struct ha_world *world)
{
    world->sched.running->points++;
    if (world->sched.attention)
        ha_sched_attend(world);
}

/* Hand the window to the sinks, keep its last record, make room. Returns the place of the next. */
struct ha_record *ha_trace_make_room(struct ha_world *world);

/* A new record with its header filled in by the running thread and a zeroed rest. */
static inline struct ha_record *ha_record_open(struct ha_world *world, enum ha_kind kind,
                                               uint32_t id)
{
    struct ha_trace *trace = &world->trace;
    struct ha_record *record = trace->next;
    if (record == trace->limit)
        record = ha_trace_make_room(world);
    *record = world->sched.running->stamp;
    record->time_ns = world->time_ns;
    ha_record_number(record, trace->seq++);
    record->kind = (uint8_t)kind;
    record->active = (uint16_t)world->partition.active;
    record->id = id;
    trace->next = record + 1;
    return record;
}

/* Give an id a name in the trace, in as many NAME records as its length asks for. */
void ha_record_name(struct ha_world *world, enum ha_namespace space, uint32_t id,
                    const char *name);

/*
 * Set up the trace of a world whose partition exists.
 *
 * Returns HA_OK or HA_ENOMEM.
 */
int ha_trace_open(struct ha_world *world, uint64_t budget);
void ha_trace_close(struct ha_trace_store *store);
/*
 * Write from now on into memory for HA_TRACE_WINDOW records that the caller keeps until the trace
 * is closed; what was not handed to the sinks yet moves there.
 */
void ha_trace_lend(struct ha_world *world, struct ha_record *window);
/* Raise SIGTRAP, once, when the record with that number is about to be written. */
void ha_trace_break_at(struct ha_world *world, uint64_t seq);
/* Remember the window, and put it back after the world itself was put back. HA_OK or HA_ENOMEM. */
int ha_trace_mark(struct ha_world *world);
void ha_trace_rewind(struct ha_world *world);
/* Hand everything that was written to the sinks. */
void ha_trace_flush(struct ha_world *world);

#endif
