/*
 * tree - a parsed JSON file whose every value knows its place
 *
 * Owns struct ha_tree. The scan has accepted the text before cJSON sees it, so cJSON can fail
 * only for want of memory.
 *
 * Where the scan has left the rest of a list without marks, that rest is cut out of what the tree
 * is made from: the list then has its first element and, in cJSON's valueint, which has no meaning
 * for a list, the number of the others.
 */
#include "edge/tree.h"

#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "hotadd/error.h"

/* Where in the rest of the list we are. The marks of the element are numbered after the tree's. */
struct ha_walk {
    struct ha_rest rest;
    const cJSON *first;         /* the element before the rest, which the tree holds */
    cJSON *element;             /* of the rest; NULL when the walk is not there */
    struct ha_marks marks;      /* its own */
    size_t at;                  /* offset behind it */
    size_t left;                /* elements after it */
    bool no_memory;
};

static const struct ha_mark *mark_of(const struct ha_tree *tree, uint32_t number)
{
    size_t fixed = tree->marks.count;
    return number < fixed ? &tree->marks.mark[number] : &tree->walk->marks.mark[number - fixed];
}

/* cJSON passes over a byte order mark too, but not in a text of less than 5 bytes. */
static cJSON *parse(const char *bytes, size_t length, const struct ha_source *source)
{
    size_t mark = ha_source_mark(source);
    return cJSON_ParseWithLength(bytes + mark, length - mark);
}

static cJSON *parse_without(const struct ha_source *source, const struct ha_rest *rest)
{
    size_t head = rest->start, tail = source->length - rest->end;
    char *text = malloc(head + tail);
    if (!text)
        return NULL;
    memcpy(text, source->bytes, head);
    memcpy(text + head, source->bytes + rest->end, tail);
    cJSON *root = parse(text, head + tail, source);
    free(text);
    return root;
}

/* Prepare the walk over the list that was cut short. */
static int make_walk(struct ha_tree *tree, const struct ha_rest *rest)
{
    struct ha_walk *walk = calloc(1, sizeof *walk);
    if (!walk)
        return HA_ENOMEM;
    cJSON *list = tree->root->child;
    for (size_t mark = 1; mark != rest->list; mark = tree->marks.mark[mark].next)
        list = list->next;
    list->valueint = (int)rest->count;
    walk->rest = *rest;
    walk->first = list->child;
    tree->walk = walk;
    return HA_OK;
}

int ha_tree_init(struct ha_tree *tree, const struct ha_source *source,
                 struct ha_complaints *complaints)
{
    struct ha_tree made = {.source = *source};
    struct ha_rest rest;
    int err = ha_scan(source, &made.marks, &rest, complaints);
    if (!err) {
        made.root = rest.list ? parse_without(source, &rest)
                              : parse(source->bytes, source->length, source);
        err = made.root ? HA_OK : HA_ENOMEM;
    }
    if (!err && rest.list)
        err = make_walk(&made, &rest);
    if (err) {
        ha_tree_close(&made);
        return err;
    }
    *tree = made;
    return HA_OK;
}

void ha_tree_close(struct ha_tree *tree)
{
    if (tree->walk) {
        cJSON_Delete(tree->walk->element);
        ha_marks_close(&tree->walk->marks);
        free(tree->walk);
    }
    cJSON_Delete(tree->root);
    ha_marks_close(&tree->marks);
}

bool ha_tree_no_memory(const struct ha_tree *tree)
{
    return tree->walk && tree->walk->no_memory;
}

struct ha_node ha_tree_root(const struct ha_tree *tree)
{
    return (struct ha_node){.json = tree->root, .mark = 0};
}

struct ha_node ha_node_first(struct ha_node list)
{
    return (struct ha_node){.json = list.json->child, .mark = list.mark + 1};
}

/* Parse the next element of the rest in the place of the one before it. */
static struct ha_node next_of_rest(const struct ha_tree *tree)
{
    struct ha_walk *walk = tree->walk;
    struct ha_node next = {.json = NULL, .mark = (uint32_t)tree->marks.count};
    cJSON_Delete(walk->element);
    walk->element = NULL;
    if (walk->left == 0)
        return next;
    walk->left--;
    if (!ha_scan_element(&tree->source, &walk->at, &walk->marks)) {
        size_t start = walk->marks.mark[0].value;
        walk->element = cJSON_ParseWithLength(tree->source.bytes + start, walk->at - start);
    }
    walk->no_memory |= !walk->element;
    next.json = walk->element;
    return next;
}

struct ha_node ha_node_next(const struct ha_tree *tree, struct ha_node node)
{
    struct ha_walk *walk = tree->walk;
    if (walk && node.json == walk->first) {
        walk->at = walk->rest.start;
        walk->left = walk->rest.count;
        return next_of_rest(tree);
    }
    if (walk && node.json == walk->element)
        return next_of_rest(tree);
    uint32_t first = node.mark < tree->marks.count ? 0 : (uint32_t)tree->marks.count;
    return (struct ha_node){.json = node.json->next,
                            .mark = first + mark_of(tree, node.mark)->next};
}

size_t ha_node_count(struct ha_node list)
{
    size_t count = ha_node_kind(list) == HA_JSON_ARRAY ? (size_t)list.json->valueint : 0;
    for (const cJSON *item = list.json->child; item; item = item->next)
        count++;
    return count;
}

enum ha_json ha_node_kind(struct ha_node node)
{
    switch (node.json->type & 0xff) {
    case cJSON_True:
    case cJSON_False: return HA_JSON_BOOL;
    case cJSON_Number: return HA_JSON_NUMBER;
    case cJSON_String: return HA_JSON_STRING;
    case cJSON_Array: return HA_JSON_ARRAY;
    case cJSON_Object: return HA_JSON_OBJECT;
    default: return HA_JSON_NULL;
    }
}

const char *ha_node_key(struct ha_node node)
{
    return node.json->string;
}

const char *ha_node_string(struct ha_node string)
{
    return string.json->valuestring;
}

bool ha_node_is_true(struct ha_node node)
{
    return cJSON_IsTrue(node.json);
}

size_t ha_node_place(const struct ha_tree *tree, struct ha_node node)
{
    return mark_of(tree, node.mark)->value;
}

size_t ha_node_key_place(const struct ha_tree *tree, struct ha_node node)
{
    return mark_of(tree, node.mark)->key;
}

const char *ha_node_text(const struct ha_tree *tree, struct ha_node node)
{
    return tree->source.bytes + ha_node_place(tree, node);
}
