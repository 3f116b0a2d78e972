/*
 * path - the questions of a run, as they were asked and answered
 */
#ifndef HA_SIM_PATH_H
#define HA_SIM_PATH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/tape.h"

/* An answer as it was given; the number of the question is the place in the list. */
struct ha_search_point {
    const char *label;
    uint32_t about, options, answer;
    uint8_t kind;               /* enum ha_choice_kind */
    uint64_t site;              /* of these, a number for what is asked ... */
    uint32_t occurrence;        /* ... and which of such questions it is; see sim/points.h */
    uint32_t thread;            /* that ran when it was asked; 0 for none */
    uint64_t seq;               /* the number of the record behind it */
};

/* A question that the running thread is asked, with its answer; the occurrence is 0. */
struct ha_search_point ha_point_of(const struct ha_world *world,
                                   const struct ha_question *question, uint32_t chosen);

/* Which of the questions like it the last one of the path is, which the running thread is asked. */
uint32_t ha_path_occurrence(const struct ha_search_point *point, size_t count,
                            const struct ha_world *world);

/* Whether the question is the one that was asked there. */
bool ha_point_asks(const struct ha_search_point *point, const struct ha_question *question);

/* How many of the questions are whether another thread goes first. */
uint32_t ha_path_preemptions(const struct ha_search_point *point, size_t count);

/* Equal for paths that ask the same, whatever the answers are. */
uint64_t ha_path_sum(const struct ha_search_point *point, size_t count);

#endif
