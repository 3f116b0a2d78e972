/*
 * worker_wire - what a worker and its parent say to each other, and the memory that both have
 *
 * The parent commands and the worker answers. In the middle of a step it may also ask the parent
 * to take records out of the window before they are written over; that is answered with an
 * enum ha_taken.
 */
#ifndef HA_EDGE_WORKER_WIRE_H
#define HA_EDGE_WORKER_WIRE_H

#include <stdatomic.h>
#include <stdint.h>
#include <stdnoreturn.h>

#include "core/trace.h"
#include "edge/playing.h"

#define HA_BEATS_A_SECOND 10u
#define HA_WATCHDOG_SIGNAL SIGXCPU      /* no driver is expected to have a use for it */

struct ha_worker_shared {
    /* Counts on while the worker runs at all; it stands still under a debugger that stopped it. */
    _Atomic uint32_t beats;
    /* Counts what is handed over by runs whose records stay in the worker. */
    _Atomic uint32_t strides;
    /* Of the simulated thread that ran when the worker got into trouble, if it could be noted. */
    _Atomic uint32_t has_last;
    /* 1 more than the index of the driver whose module was loaded last; 0 before the first. */
    _Atomic uint32_t loading;
    struct ha_record last;
    struct ha_record window[HA_TRACE_WINDOW];
};

enum ha_command_kind {
    HA_COMMAND_SLICE,           /* argument: until when */
    HA_COMMAND_WORK,
    HA_COMMAND_STOP,            /* argument: the ending */
    HA_COMMAND_WAITING,         /* argument: an event */
    HA_COMMAND_UNSTRUCK,        /* argument: a fault */
    HA_COMMAND_QUIT             /* not answered */
};

struct ha_command {
    uint64_t kind, argument;
};

struct ha_answer_of_worker {
    int32_t err;
    uint32_t take;              /* the window begins with so many records to be taken; 0: none */
    struct ha_playing_state state;
    uint64_t number;            /* what was asked for; at first: the length of the words of trouble,
                                   which follow */
    uint32_t blames;            /* at first: 1 when those are about a module, and more comes; ... */
    uint32_t driver;            /* ... that of this driver */
};

/* After records were taken. */
enum ha_taken { HA_TAKEN, HA_TAKEN_ENOUGH, HA_TAKEN_CALLED_OFF };

/*
 * What the child does from the fork to its exit.
 *
 *   options  of the parent; sinks and callbacks are not called here
 *   end      of the stream of commands and answers
 *   life     is readable when the parent has gone
 */
noreturn void ha_worker_child(const struct ha_playing_options *options,
                              struct ha_worker_shared *shared, int end, int life);

#endif
