/*
 * load_words - the small notations inside a scenario's strings and numbers
 *
 * Each function returns false, and stores nothing, when the text is not of its form or its value
 * does not fit.
 */
#ifndef HA_EDGE_LOAD_WORDS_H
#define HA_EDGE_LOAD_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A letter or underscore, then letters, digits, underscores, hyphens; 31 characters at most. */
bool ha_word_is_name(const char *text, size_t length);

/*
 * A JSON number that is whole and that a double holds exactly: 3, 3.0, 1e3, -0. What follows
 * the number is not looked at.
 */
bool ha_word_number(const char *text, int64_t *value);

/* A whole number of so many digits, without a needless 0 before them. */
bool ha_word_index(const char *text, size_t length, uint32_t *value);

/* "250ns", "20us", "1.5ms", "3s", "0": whole nanoseconds, at most INT64_MAX of them. */
bool ha_word_time(const char *text, uint64_t *ns);
/* Whether a text has the form of a time and ha_word_time() refuses it because it is too large. */
bool ha_word_is_late(const char *text);

/* "0x1000", "4096", "16GiB": bytes, with KiB, MiB, GiB or TiB. */
bool ha_word_size(const char *text, uint64_t *bytes);

/* "G:N" with G up to 65535 and N up to 255. */
bool ha_word_pair(const char *text, size_t length, uint32_t *group, uint32_t *number);

/*
 * The better of two guesses at a misspelt word: `best`, which may be NULL, or `name`. NULL when
 * neither is near. Called for one name after the other it finds the nearest without a list.
 */
const char *ha_word_nearer(const char *word, const char *best, const char *name);

/* A status by its name, or as 0x with exactly eight digits. */
bool ha_word_status(const char *text, int32_t *nt_status);

#endif
