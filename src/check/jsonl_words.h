/*
 * jsonl_words - the numbers of the words that a trace may hold, by their text
 *
 * Made once from the tables that name numbers (base/names.h), so that no name is written down
 * twice; then a word costs one look into a hash table.
 */
#ifndef HA_CHECK_JSONL_WORDS_H
#define HA_CHECK_JSONL_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ha_words;

/* A table of names, as the fields of records have it; NULL stands for status codes. */
typedef const char *(*ha_word_table)(unsigned number);

/* NULL when memory is lacking. */
struct ha_words *ha_words_create(void);
void ha_words_destroy(struct ha_words *words);

/* The number that a table calls so. False when it calls none so. */
bool ha_words_find(const struct ha_words *words, ha_word_table table, const char *text,
                   size_t length, uint32_t *number);
/* The word of the table that is nearest to a misspelt one; NULL when none is near. */
const char *ha_words_nearest(const struct ha_words *words, ha_word_table table, const char *text);

#endif
