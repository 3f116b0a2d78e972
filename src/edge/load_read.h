/*
 * load_read - typed values out of a tree, with a complaint where one is wrong
 *
 * Every function that returns false has complained at the value's place, or memory was lacking
 * and `no_memory` says so. So a loader goes on after a false and finds the next mistake too.
 */
#ifndef HA_EDGE_LOAD_READ_H
#define HA_EDGE_LOAD_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bag.h"
#include "edge/place.h"
#include "edge/tree.h"

struct ha_reader {
    struct ha_tree tree;
    struct ha_complaints complaints;
    struct ha_bag bag;          /* takes every string that is kept */
    bool no_memory;
};

/* A key that an object may have. */
struct ha_key {
    const char *name;
    unsigned kinds;             /* set of enum ha_json */
    bool required;
};

struct ha_member {
    struct ha_node here;        /* none when the key is missing */
    struct ha_node value;       /* the same; none also when it is of a wrong kind */
    bool misspelt;              /* an unknown key is near it, so a missing one is no news */
};

/* Complain about a value. */
#define HA_COMPLAIN(reader, node, ...) HA_COMPLAIN_AT(reader, ha_read_place(reader, node), \
                                                      __VA_ARGS__)

/* Complain about the byte at an offset. */
#define HA_COMPLAIN_AT(reader, place, ...) \
    ha_complain(&(reader)->complaints, place, __VA_ARGS__)

/* Complain about a member's key. */
#define HA_COMPLAIN_OF_KEY(reader, node, ...) \
    ha_complain(&(reader)->complaints, ha_node_key_place(&(reader)->tree, node), __VA_ARGS__)

/* Where a value stands. */
static inline size_t ha_read_place(const struct ha_reader *reader, struct ha_node node)
{
    return ha_node_place(&reader->tree, node);
}

/* Memory of the bag, zeroed; NULL sets no_memory. `count` may be 0. */
void *ha_read_take(struct ha_reader *reader, size_t count, size_t size);

/* Check a value's kind. */
bool ha_read_kind(struct ha_reader *reader, struct ha_node node, unsigned kinds);

/*
 * Sort an object's members under the keys that it may have. Complains of members that are
 * unknown, there twice, or of a wrong kind, and of required ones that are missing.
 *
 * Returns false when one was unknown.
 */
bool ha_read_members(struct ha_reader *reader, struct ha_node object, const struct ha_key *keys,
                     size_t count, struct ha_member *members);

/* A number that is whole, exact and within both bounds. */
bool ha_read_whole(struct ha_reader *reader, struct ha_node number, int64_t least, int64_t most,
                   int64_t *value);
bool ha_read_number(struct ha_reader *reader, struct ha_node number, uint32_t least,
                    uint32_t most, uint32_t *value);

/* One such number, or as "1..3" the least and the most of several; `what` it says, for people. */
bool ha_read_numbers(struct ha_reader *reader, struct ha_node node, uint32_t least, uint32_t most,
                     const char *what, uint32_t *from, uint32_t *to);

/* A copy of a string. */
const char *ha_read_text(struct ha_reader *reader, struct ha_node string);
/* A copy of a string that is fit to be printed: not empty, no control characters. Or NULL. */
const char *ha_read_string(struct ha_reader *reader, struct ha_node string);
/* A copy of a string that must be a name (ha_word_is_name). */
const char *ha_read_name(struct ha_reader *reader, struct ha_node string);

/* Times, sizes and statuses, in the forms of load_words.h. */
bool ha_read_time(struct ha_reader *reader, struct ha_node string, uint64_t *ns);
bool ha_read_size(struct ha_reader *reader, struct ha_node string, uint64_t *bytes);
bool ha_read_status(struct ha_reader *reader, struct ha_node string, int32_t *nt_status);

/* One word of a list; `kind` says in a complaint what the words are. */
bool ha_read_choice(struct ha_reader *reader, struct ha_node string, const char *kind,
                    const char *const *words, size_t count, size_t *choice);

/* Complain that a word, in the string at a place or all of it, is none of a list: with the one that
 * may be meant, or with all of them. */
void ha_read_no_choice(struct ha_reader *reader, size_t place, const char *kind,
                       const char *word, const char *const *words, size_t count);

/* Complain that there is no such thing; `nearest` is what may be meant, or NULL. */
void ha_read_no_such(struct ha_reader *reader, size_t place, const char *kind, const char *word,
                     const char *nearest);

#endif
