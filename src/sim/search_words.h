/*
 * search_words - what is said of a search, whoever plays it
 */
#ifndef HA_SIM_SEARCH_WORDS_H
#define HA_SIM_SEARCH_WORDS_H

#include <stdint.h>

#include "base/text.h"
#include "hotadd/explore.h"
#include "sim/search.h"

/* Append a number of things: "1 run", "2 runs". */
void ha_search_add_number(struct ha_text *text, uint64_t number, const char *one,
                          const char *many);

/* Append the line of a find that says in how many of all runs it was found. */
void ha_search_add_found(struct ha_text *text, uint64_t found, uint64_t runs);

/* Append "5 runs, 2 left, 3 distinct traces". */
void ha_search_add_counts(struct ha_text *text, uint64_t runs, uint64_t left, uint64_t traces);

/* Append the line that names the seed of a search by chance; nothing for another one. */
void ha_search_add_seed(struct ha_text *text, enum ha_strategy strategy, uint64_t seed);

/* Append the line of a choice point: its kind, what is asked, and when. */
void ha_search_add_point(struct ha_text *text, const struct ha_search_point *point);

/* Append the lines that say how a run has strayed. */
void ha_search_add_stray(struct ha_text *text, const struct ha_search_stray *stray);

/* Append the line that all within the bounds was played, in so many runs. */
void ha_search_add_complete(struct ha_text *text, uint64_t runs,
                            const struct ha_search_bounds *bounds);

/* The non-zero answers of the run, for a token. HA_OK or HA_ENOMEM; ha_tape_close() after use. */
int ha_search_answers(const struct ha_search *search, struct ha_tape_input *answers);

#endif
