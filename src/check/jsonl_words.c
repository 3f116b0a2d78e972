/*
 * jsonl_words - the numbers of the words that a trace may hold, by their text
 *
 * Owns struct ha_words: open addressing over all words of all tables.
 */
#include "check/jsonl_words.h"

#include <stdlib.h>
#include <string.h>

#include "base/eight.h"
#include "base/hash.h"
#include "base/names.h"
#include "base/text.h"
#include "check/vocabulary.h"

#define SLOTS 2048u             /* a power of 2; there are less than 1,000 words */
#define WIDEST_GAP 32u          /* no table has so many numbers in a row without a new name ... */
#define APART 0xffffu           /* ... but for that of RelationAll */

struct word {
    const char *text;           /* NULL in a slot that is free */
    ha_word_table table;
    uint32_t length, number;
};

struct ha_words {
    struct word slot[SLOTS];
    size_t count;
};

/* Where words of these bytes begin to lie, whatever their table. */
static size_t place_of(const char *text, size_t length)
{
    uint64_t hash = length;

    if (length >= 8)
        hash ^= ha_eight_bytes(text) ^ ha_eight_bytes(text + length - 8) * 31
              ^ ha_eight_bytes(text + (length - 8) / 2) * 1021;
    else
        hash = ha_hash(hash, text, length);
    hash *= HA_HASH_PRIME;
    return (size_t)(hash ^ hash >> 29 ^ hash >> 43) & (SLOTS - 1);
}

static bool is_word(const struct word *word, ha_word_table table, const char *text, size_t length)
{
    return word->table == table && word->length == length && !memcmp(word->text, text, length);
}

bool ha_words_find(const struct ha_words *words, ha_word_table table, const char *text,
                   size_t length, uint32_t *number)
{
    size_t at = place_of(text, length);

    for (; words->slot[at].text; at = (at + 1) & (SLOTS - 1)) {
        if (is_word(&words->slot[at], table, text, length)) {
            *number = words->slot[at].number;
            return true;
        }
    }
    return false;
}

/* Returns whether the word is new in its table; the first number that has it is kept. */
static bool add(struct ha_words *words, ha_word_table table, const char *text, uint32_t number)
{
    size_t length = strlen(text), at = place_of(text, length);
    uint32_t known;

    if (ha_words_find(words, table, text, length, &known))
        return false;
    while (words->slot[at].text)
        at = (at + 1) & (SLOTS - 1);
    words->slot[at] = (struct word){text, table, (uint32_t)length, number};
    words->count++;
    return true;
}

/* One that was added before costs no more than a gap. */
static void add_table(struct ha_words *words, ha_word_table table)
{
    for (unsigned number = 0, gap = 0; gap < WIDEST_GAP; number++, gap++)
        if (table(number) && add(words, table, table(number), number))
            gap = 0;
    if (table(APART))
        add(words, table, table(APART), APART);
}

static void add_tables_of(struct ha_words *words, const struct ha_field *field, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (field[i].word)
            add_table(words, field[i].word);
}

struct ha_words *ha_words_create(void)
{
    struct ha_words *words = calloc(1, sizeof *words);
    const struct ha_field *field;
    const char *name;
    int32_t status;
    size_t count;

    if (!words)
        return NULL;
    field = ha_fields_of_all(&count);
    add_tables_of(words, field, count);
    for (unsigned kind = 0; kind < HA_KIND_COUNT; kind++) {
        field = ha_fields_of_kind(kind, &count);
        add_tables_of(words, field, count);
    }
    add_table(words, ha_relation_name);
    for (size_t i = 0; (name = ha_status_at(i, &status)) != NULL; i++)
        add(words, NULL, name, (uint32_t)status);
    return words;
}

void ha_words_destroy(struct ha_words *words)
{
    free(words);
}

const char *ha_words_nearest(const struct ha_words *words, ha_word_table table, const char *text)
{
    const char **names = calloc(words->count, sizeof *names);
    const char *nearest;
    size_t count = 0;

    for (size_t i = 0; i < SLOTS && names; i++)
        if (words->slot[i].text && words->slot[i].table == table)
            names[count++] = words->slot[i].text;
    nearest = ha_text_nearest(text, names, count);
    free(names);
    return nearest;
}
