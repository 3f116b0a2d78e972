/*
 * playing - a plan that is being played, in this process or in a worker
 *
 * Both ways hand the same records to the same sinks. Compiled drivers may crash or run on without
 * an end, so they are played in a worker, unless somebody wants to debug them here.
 */
#ifndef HA_EDGE_PLAYING_H
#define HA_EDGE_PLAYING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "edge/loop.h"
#include "sim/plan.h"

#define HA_NO_LIMIT UINT64_MAX

struct ha_checkpoints;
struct ha_playing;
struct ha_search;

/* What is to be played, and for whom; all of it outlives the playing. */
struct ha_playing_options {
    const struct ha_plan *plan;
    const char *replay;             /* a token, or NULL */
    enum ha_threads threads;
    struct ha_search *search;       /* answers, and the run can be played again; NULL: the token */
    /* Of a search: play some runs. Where those are played that process calls it, not the parent. */
    int (*work)(void *argument, struct ha_playing *playing);
    uint64_t record_budget;
    bool record_locks, record_places;
    uint64_t break_at;              /* number of the record to stop before; 0 for none */
    uint32_t hang_s;                /* so long a step may do nothing that is seen; 0: for ever */
    struct ha_sink *const *sink;    /* take every record */
    size_t sink_count;
    struct ha_record *window;       /* where the trace is written; NULL for memory of its own */
    const struct ha_loop *loop;     /* of this process; a worker's own playing has none */
    /* Whether the run is to end, asked when records are handed over in the middle of a step. */
    bool (*is_called_off)(void *argument);
    /* Whether the slice shall end before the next step, because much was recorded. */
    bool (*has_enough)(void *argument);
    /* A module cannot be loaded: the driver's index in the plan, and sentences, one a line. */
    void (*blame)(void *argument, size_t driver, const struct ha_text *sentences);
    /* The module of a driver is about to be loaded; NULL for nobody who wants to know. */
    void (*is_loading)(void *argument, size_t driver);
    void *argument;
};

struct ha_playing_operations {
    int (*slice)(struct ha_playing *playing, uint64_t until_ns);
    int (*run)(struct ha_playing *playing);     /* NULL: the process that works does it */
    void (*begin_work)(struct ha_playing *playing);
    bool (*has_worked)(struct ha_playing *playing, int *err);
    void (*stop)(struct ha_playing *playing, enum ha_ending ending);
    size_t (*waiting)(const struct ha_playing *playing, size_t event);
    size_t (*unstruck)(const struct ha_playing *playing, size_t fault);
    void (*leave)(struct ha_playing *playing, struct ha_text *words);   /* NULL: nothing */
    void (*close)(struct ha_playing *playing);
};

/* How far it has come. */
struct ha_playing_state {
    bool over;
    bool has_due;               /* the next step has a time: */
    uint64_t due_ns;
    enum ha_ending ending;
    struct ha_record crash;     /* of a search whose worker was lost in a run: the last that it did,
                                   as a CRASH; without a kind where nobody knows */
    bool stale;                 /* at the end: the token that was replayed belongs elsewhere */
};

/* Each way of playing begins with this. */
struct ha_playing {
    const struct ha_playing_operations *operations;
    struct ha_playing_options options;
    struct ha_playing_state state;
    int file;                   /* of the stream to the worker; negative without one */
    struct ha_checkpoints *checkpoints;     /* of a search; NULL: each run begins with the mark */
};

/*
 * Begin to play, here or in a worker.
 *
 *   apart     in a worker; no machine may exist on this host thread
 *   playing   set on HA_OK only; ha_playing_close() gives it back
 *   trouble   gets a sentence on what is wrong, unless the code says it all or it is HA_EREAD
 *
 * Returns HA_OK; HA_EREAD when modules could not be loaded, each of which was blamed; HA_EINVAL,
 * HA_ESTALE, HA_ENOMEM as ha_machine_create(); HA_ETHREAD when the host refuses a thread or a
 * process.
 */
int ha_playing_open(const struct ha_playing_options *options, bool apart,
                    struct ha_playing **playing, struct ha_text *trouble);

/*
 * Play some steps that are due by `until_ns`, HA_NO_LIMIT for all, and hand over what they record.
 * Says in the state how it stands then.
 *
 * Returns HA_OK; HA_ENOMEM or HA_ETHREAD, which end the run; HA_EINTERNAL when hotadd itself has
 * failed in a worker.
 */
int ha_playing_slice(struct ha_playing *playing, uint64_t until_ns);

/*
 * Play the run that the search has come to, from how everything was before the first one: to its
 * end, or until the search leaves it. Sinks have heard how the trace begins, up to its first step,
 * before all runs, and do not hear it again.
 *
 * Returns as ha_playing_slice().
 */
int ha_playing_run(struct ha_playing *playing);

/*
 * Have the runs of a search played for a while, in the worker, while this process does something
 * else; without a worker they are played at once.
 */
void ha_playing_begin_work(struct ha_playing *playing);

/*
 * Whether the work that was begun is over; `file`, unless it is negative, can be read when it is. A
 * worker may be lost with the run in hand: then the state says that all is over, and nothing more
 * can be played.
 *
 *   err   is set when it is over, to what the work has returned, or as by ha_playing_slice()
 */
bool ha_playing_has_worked(struct ha_playing *playing, int *err);

/* End the run where it stands, unless it is over. */
void ha_playing_stop(struct ha_playing *playing, enum ha_ending ending);

/* As ha_player_waiting() and ha_player_unstruck(), of a run that is over. */
size_t ha_playing_waiting(const struct ha_playing *playing, size_t event);
size_t ha_playing_unstruck(const struct ha_playing *playing, size_t fault);

/*
 * A run that is over lets go of its modules, whose code may run once more. Appends a line when that
 * goes wrong. Nothing can be asked of the run any more.
 */
void ha_playing_leave(struct ha_playing *playing, struct ha_text *words);

/* NULL is allowed. */
void ha_playing_close(struct ha_playing *playing);

#endif
