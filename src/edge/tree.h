/*
 * tree - a parsed JSON file whose every value knows its place
 *
 * cJSON holds the values, the scan's marks their places. A node is the pair of both; moving to
 * the first child and to the next sibling moves both, so a walk over a list is linear in its
 * length. cJSON itself is not seen outside tree.c.
 *
 * Of the top object's list "events" one element at a time is parsed: a node of such an element, or
 * below it, lives until ha_node_next() leaves that element. Walks over that list follow one
 * another; each begins with ha_node_first(). Whoever needs an event later keeps its offset.
 */
#ifndef HA_EDGE_TREE_H
#define HA_EDGE_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "edge/place.h"
#include "edge/scan.h"

struct cJSON;
struct ha_walk;

/* Kinds of value, as bits, so that a set of them can be asked for. */
enum ha_json {
    HA_JSON_NULL = 1, HA_JSON_BOOL = 2, HA_JSON_NUMBER = 4, HA_JSON_STRING = 8,
    HA_JSON_ARRAY = 16, HA_JSON_OBJECT = 32
};

struct ha_tree {
    struct ha_source source;
    struct ha_marks marks;
    struct cJSON *root;
    struct ha_walk *walk;       /* over the list "events"; NULL when the tree holds all of it */
};

struct ha_node {
    const struct cJSON *json;   /* NULL: there is no such node */
    uint32_t mark;
};

/*
 * Parse a text of at most HA_SCAN_MOST_BYTES, which must outlive the tree.
 *
 * Returns HA_OK, HA_EREAD with one complaint, HA_ENOMEM. Close it on HA_OK only.
 */
int ha_tree_init(struct ha_tree *tree, const struct ha_source *source,
                 struct ha_complaints *complaints);
void ha_tree_close(struct ha_tree *tree);

struct ha_node ha_tree_root(const struct ha_tree *tree);
/* Whether memory was lacking for an event, so that a walk over them ended too early. */
bool ha_tree_no_memory(const struct ha_tree *tree);
/* The first element or member, and the next one of the same list. */
struct ha_node ha_node_first(struct ha_node list);
struct ha_node ha_node_next(const struct ha_tree *tree, struct ha_node node);
/* How many elements or members a list has. Walks over those that the tree holds. */
size_t ha_node_count(struct ha_node list);

enum ha_json ha_node_kind(struct ha_node node);
/* A member's key; NULL for an element. */
const char *ha_node_key(struct ha_node node);
const char *ha_node_string(struct ha_node string);
bool ha_node_is_true(struct ha_node node);

/* Offset of the value, and of its key (of the value itself where there is none). */
size_t ha_node_place(const struct ha_tree *tree, struct ha_node node);
size_t ha_node_key_place(const struct ha_tree *tree, struct ha_node node);
/* The value as it is written; the file goes on behind it. */
const char *ha_node_text(const struct ha_tree *tree, struct ha_node node);

#endif
