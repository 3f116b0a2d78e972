/*
 * tree - a parsed JSON file whose every value knows its place
 *
 * Owns struct ha_tree. The scan has accepted the text before cJSON sees it, so cJSON can fail
 * only for want of memory.
 */
#include "edge/tree.h"

#include <cjson/cJSON.h>

#include "hotadd/error.h"

int ha_tree_init(struct ha_tree *tree, const struct ha_source *source,
                 struct ha_complaints *complaints)
{
    struct ha_tree made = {.source = *source};
    int err = ha_scan(source, &made.marks, complaints);
    if (!err) {
        /* cJSON passes over a byte order mark too, but not in a text of less than 5 bytes. */
        size_t mark = ha_source_mark(source);
        made.root = cJSON_ParseWithLengthOpts(source->bytes + mark, source->length - mark, NULL,
                                              false);
        if (!made.root)
            err = HA_ENOMEM;
    }
    if (err) {
        ha_marks_close(&made.marks);
        return err;
    }
    *tree = made;
    return HA_OK;
}

void ha_tree_close(struct ha_tree *tree)
{
    cJSON_Delete(tree->root);
    ha_marks_close(&tree->marks);
}

struct ha_node ha_tree_root(const struct ha_tree *tree)
{
    return (struct ha_node){.json = tree->root, .mark = 0};
}

struct ha_node ha_node_first(struct ha_node list)
{
    return (struct ha_node){.json = list.json->child, .mark = list.mark + 1};
}

struct ha_node ha_node_next(const struct ha_tree *tree, struct ha_node node)
{
    return (struct ha_node){.json = node.json->next, .mark = tree->marks.mark[node.mark].next};
}

size_t ha_node_count(struct ha_node list)
{
    size_t count = 0;
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
    return tree->marks.mark[node.mark].value;
}

size_t ha_node_key_place(const struct ha_tree *tree, struct ha_node node)
{
    return tree->marks.mark[node.mark].key;
}

const char *ha_node_text(const struct ha_tree *tree, struct ha_node node)
{
    return tree->source.bytes + ha_node_place(tree, node);
}
