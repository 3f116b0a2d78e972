/*
 * nest - what every thread is inside of, as ENTER and BEGIN records without their partners
 *
 * Threads may leave out of order only by ending early: what was entered later is then gone too.
 */
#ifndef HA_CHECK_NEST_H
#define HA_CHECK_NEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/trace.h"

struct ha_nest_thread {
    struct ha_record *inside;       /* innermost last */
    size_t count, room;
};

struct ha_nest {
    struct ha_nest_thread *thread;  /* indexed by id */
    uint32_t count;
};

/* The kind of record that a kind ends; HA_NO_RECORD when it ends none. */
unsigned ha_opener_of(unsigned kind);
/* Whether some kind of record ends this one. */
bool ha_opens(unsigned kind);
/* Whether `closer` ends what `opener` began. */
bool ha_belongs(const struct ha_record *opener, const struct ha_record *closer);

/* Its thread is now inside of this. False when memory is lacking. */
bool ha_nest_push(struct ha_nest *nest, const struct ha_record *opener);
/* Leave what `closer` ends, into `opener`. False when the trace never told of its beginning. */
bool ha_nest_pop(struct ha_nest *nest, const struct ha_record *closer, struct ha_record *opener);
/*
 * What the thread is inside of: 0 is the innermost, NULL what lies beyond the outermost. The record
 * is the nest's own copy, and the pointer good until the nest changes.
 */
struct ha_record *ha_nest_at(const struct ha_nest *nest, uint32_t thread, size_t outwards);
/* How many things the thread is inside of. */
size_t ha_nest_depth(const struct ha_nest *nest, uint32_t thread);
/* All threads are outside again. */
void ha_nest_clear(struct ha_nest *nest);
void ha_nest_close(struct ha_nest *nest);

#endif
