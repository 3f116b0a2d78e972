/* edge: the tree of a file, and where its nodes stand */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "edge/tree.h"
#include "hotadd/error.h"

/* Hold a string against how it is written, up to the first escape. */
static void check_string(const char *written, const char *string)
{
    assert_int_equal(*written, '"');
    if (strncmp(written + 1, string, strcspn(written + 1, "\\\"")))
        fail_msg("\"%s\" is not at its place", string);
}

/* Walk all nodes and hold each string against the text at its place. */
static void check_places(const struct ha_tree *tree, struct ha_node node, size_t *seen)
{
    (*seen)++;
    if (ha_node_key(node))
        check_string(tree->source.bytes + ha_node_key_place(tree, node), ha_node_key(node));
    if (ha_node_kind(node) == HA_JSON_STRING)
        check_string(ha_node_text(tree, node), ha_node_string(node));
    for (struct ha_node child = ha_node_first(node); child.json; child = ha_node_next(tree, child))
        check_places(tree, child, seen);
}

/* The tree of a text that is right; the text must outlive it. */
static struct ha_tree tree_of(const char *text)
{
    struct ha_source source = {.file = "f", .bytes = text, .length = strlen(text)};
    struct ha_complaints complaints = {.count = 0};
    struct ha_tree tree;
    assert_int_equal(ha_tree_init(&tree, &source, &complaints), HA_OK);
    return tree;
}

static void every_node_of_a_tree_knows_its_place(void **state)
{
    (void)state;
    static const char text[] = "{\"a\": {\"b\": [\"one\", [\"two\", {}], \"three\"], \"c\": []},\n"
                               " \"d\": \"four\", \"e\": [[[]], \"five\"], \"f\": null}";
    struct ha_tree tree = tree_of(text);
    size_t seen = 0;

    check_places(&tree, ha_tree_root(&tree), &seen);

    assert_int_equal(seen, 15);
    assert_int_equal(tree.marks.count, 15);
    ha_tree_close(&tree);
}

/* Twelve nodes, seven of them up to the end of the first element. */
#define EVENTS "[\n {\"at\": \"\\u00e9]\", \"b\": [1, {\"c\": \"\\\"\"}]} , [ ],\r\t\"two\"," \
               "{\"x\":{},\"y\":\"z\"}\n ]"

static void events_know_their_places_though_they_are_not_kept(void **state)
{
    (void)state;
    static const struct { const char *text; size_t nodes, marks; } cases[] = {
        {"{\"a\": \"one\", \"events\": " EVENTS ", \"z\": [\"last\"]}", 16, 11},
        {"\xef\xbb\xbf{ \"events\" : " EVENTS "}", 13, 8},
        {"{\"events\": [[\"x\"], [\"y\"]], \"events\": [[\"x\"], \"z\"]}", 10, 8},
        {"{\"events\": [[\"x\"]], \"events\": [[\"x\"], \"z\"]}", 8, 7},
        {"{\"events\": [], \"a\": \"b\"}", 3, 3},
        {"{\"events\": [ \"x\" ], \"a\": \"b\"}", 4, 4},
        {"{\"events\": {\"a\": [1, 2]}}", 5, 5},
        {"{\"a\": {\"events\": [\"x\", \"y\"]}}", 5, 5},
        {"{\"\\u0065vents\": [\"x\", \"y\"], \"event\": [1, 2]}", 7, 7},
        {"[\"events\", [1, 2]]", 5, 5},
        {"\"events\"", 1, 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct ha_tree tree = tree_of(cases[i].text);
        size_t nodes = 0;
        check_places(&tree, ha_tree_root(&tree), &nodes);
        if (nodes != cases[i].nodes || tree.marks.count != cases[i].marks)
            fail_msg("%s: %zu nodes, %zu marks", cases[i].text, nodes, tree.marks.count);
        ha_tree_close(&tree);
    }
}

static void the_list_of_events_can_be_walked_again_also_when_a_walk_was_left(void **state)
{
    (void)state;
    struct ha_tree tree = tree_of("{\"events\": [\"one\", [\"two\"], \"three\"], \"end\": 1}");
    struct ha_node events = ha_node_first(ha_tree_root(&tree));
    struct ha_node second = ha_node_next(&tree, ha_node_first(events));
    size_t seen = 0;

    assert_int_equal(ha_node_count(events), 3);
    assert_string_equal(ha_node_string(ha_node_first(second)), "two");
    check_places(&tree, ha_tree_root(&tree), &seen);
    check_places(&tree, ha_tree_root(&tree), &seen);

    assert_int_equal(seen, 14);
    assert_string_equal(ha_node_key(ha_node_next(&tree, events)), "end");
    ha_tree_close(&tree);
}

static void a_byte_order_mark_before_the_shortest_text_is_no_trouble(void **state)
{
    (void)state;
    struct ha_tree tree = tree_of("\xef\xbb\xbf" "0");

    assert_int_equal(ha_node_kind(ha_tree_root(&tree)), HA_JSON_NUMBER);
    assert_int_equal(ha_node_place(&tree, ha_tree_root(&tree)), 3);
    ha_tree_close(&tree);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_node_of_a_tree_knows_its_place),
        cmocka_unit_test(events_know_their_places_though_they_are_not_kept),
        cmocka_unit_test(the_list_of_events_can_be_walked_again_also_when_a_walk_was_left),
        cmocka_unit_test(a_byte_order_mark_before_the_shortest_text_is_no_trouble),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
