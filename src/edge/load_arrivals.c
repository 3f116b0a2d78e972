/*
 * load_arrivals - what a scenario says of arrivals and removals
 *
 * Owns the member "arrivals" of what is expected: how often each comes, which come before which
 * others, and which never come. Words are compared as they are written.
 */
#include <string.h>

#include "edge/load_parts.h"
#include "edge/load_words.h"

/* Note words, or a pair of them. False when they were noted before. */
static bool note(struct ha_reader *reader, struct ha_names *seen, const char *words)
{
    int err = ha_names_add(seen, 0, words, 0);
    reader->no_memory |= err == HA_ENOMEM;
    return err != HA_EINVAL;
}

/* Words that stand at a place for the first time. */
static void read_arrival(struct ha_loading *loading, size_t place, const char *text,
                         struct ha_names *seen, struct ha_expected_arrival *arrival)
{
    struct ha_reader *reader = &loading->reader;
    if (!text)
        return;
    arrival->call = ha_load_words(loading, place, text, HA_WORDS_ARRIVAL);
    if (arrival->call && !note(reader, seen, text))
        HA_COMPLAIN_AT(reader, place, "\"%s\" is said twice", text);
}

/* A key, which is kept; NULL when it cannot be words. */
static const char *copy_key(struct ha_reader *reader, struct ha_node node)
{
    const char *key = ha_node_key(node);
    const char *copy = ha_bag_copy(&reader->bag, key, strlen(key));
    reader->no_memory |= !copy;
    return copy;
}

static void load_counts(struct ha_loading *loading, struct ha_node each, struct ha_node never)
{
    struct ha_reader *reader = &loading->reader;
    struct ha_expect *expect = &loading->made.expect;
    size_t count = (each.json ? ha_node_count(each) : 0) + (never.json ? ha_node_count(never) : 0);
    size_t i = 0;
    struct ha_expected_arrival *arrival = ha_read_take(reader, count, sizeof *arrival);
    struct ha_names seen = {0};
    if (!arrival)
        return;
    for (struct ha_node node = each.json ? ha_node_first(each) : each; node.json;
         node = ha_node_next(&reader->tree, node), i++) {
        read_arrival(loading, ha_node_key_place(&reader->tree, node), copy_key(reader, node),
                     &seen, &arrival[i]);
        ha_read_numbers(reader, node, 0, UINT32_MAX, "how often", &arrival[i].least,
                        &arrival[i].most);
    }
    for (struct ha_node node = never.json ? ha_node_first(never) : never; node.json;
         node = ha_node_next(&reader->tree, node), i++)
        if (ha_read_kind(reader, node, HA_JSON_STRING))
            read_arrival(loading, ha_read_place(reader, node), ha_read_string(reader, node),
                         &seen, &arrival[i]);
    ha_names_close(&seen);
    expect->arrival = arrival;
    expect->arrival_count = count;
}

/* Both words of a pair; false when there are not two, or they are wrong. */
static bool read_pair(struct ha_loading *loading, struct ha_node pair, const char *words[2])
{
    struct ha_reader *reader = &loading->reader;
    size_t i = 0;
    words[0] = words[1] = NULL;
    if (!ha_read_kind(reader, pair, HA_JSON_ARRAY))
        return false;
    if (ha_node_count(pair) != 2) {
        HA_COMPLAIN(reader, pair, "an order is of two: what comes first, and what comes later");
        return false;
    }
    for (struct ha_node node = ha_node_first(pair); node.json;
         node = ha_node_next(&reader->tree, node), i++) {
        const char *text = ha_read_kind(reader, node, HA_JSON_STRING)
                         ? ha_read_string(reader, node) : NULL;
        if (text)
            words[i] = ha_load_words(loading, ha_read_place(reader, node), text, HA_WORDS_ORDER);
    }
    return words[0] && words[1];
}

/* The pair as one text; NULL when memory was lacking. */
static const char *join(struct ha_reader *reader, const char *first, const char *second)
{
    struct ha_text text = {0};
    ha_text_addf(&text, "%s < %s", first, second);
    const char *copy = text.lost ? NULL : ha_bag_copy(&reader->bag, text.bytes, text.length);
    reader->no_memory |= !copy;
    ha_text_close(&text);
    return copy;
}

static void check_pair(struct ha_reader *reader, struct ha_node pair,
                       const struct ha_expected_order *order, struct ha_names *seen)
{
    const char *forward = join(reader, order->before, order->after);
    const char *backward = join(reader, order->after, order->before);
    if (!forward || !backward)
        return;
    if (!strcmp(order->before, order->after))
        HA_COMPLAIN(reader, pair, "nothing comes before itself");
    else if (ha_names_find(seen, 0, backward))
        HA_COMPLAIN(reader, pair, "the same two are asked for in the other order, too");
    else if (!note(reader, seen, forward))
        HA_COMPLAIN(reader, pair, "this order is asked for twice");
}

static void load_orders(struct ha_loading *loading, struct ha_node list)
{
    struct ha_reader *reader = &loading->reader;
    size_t count = ha_node_count(list), i = 0;
    struct ha_expected_order *order = ha_read_take(reader, count, sizeof *order);
    struct ha_names seen = {0};
    const char *words[2];
    if (!order)
        return;
    for (struct ha_node pair = ha_node_first(list); pair.json;
         pair = ha_node_next(&reader->tree, pair), i++) {
        if (!read_pair(loading, pair, words))
            continue;
        order[i] = (struct ha_expected_order){words[0], words[1]};
        check_pair(reader, pair, &order[i], &seen);
    }
    ha_names_close(&seen);
    loading->made.expect.order = order;
    loading->made.expect.order_count = count;
}

void ha_load_arrivals(struct ha_loading *loading, struct ha_node object)
{
    enum { EACH, ORDER, NEVER, KEYS };
    static const struct ha_key keys[KEYS] = {
        [EACH] = {"each", HA_JSON_OBJECT, false},
        [ORDER] = {"order", HA_JSON_ARRAY, false},
        [NEVER] = {"never", HA_JSON_ARRAY, false},
    };
    struct ha_member member[KEYS];
    ha_read_members(&loading->reader, object, keys, KEYS, member);
    load_counts(loading, member[EACH].value, member[NEVER].value);
    if (member[ORDER].value.json)
        load_orders(loading, member[ORDER].value);
}
