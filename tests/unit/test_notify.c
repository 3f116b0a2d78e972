/* core: notify */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/notify.h"

/* A chain of members named a, b, c ... whose memory is watched. */
struct member {
    struct ha_notify_entry entry;       /* first */
    struct bench *bench;
    unsigned freed;
    uint32_t walks_when_freed;
};

struct bench {
    struct ha_notify notify;            /* first */
    struct member member[26];
    char told[64];
    size_t told_count;
};

static void free_entry(struct ha_notify *notify, struct ha_notify_entry *entry)
{
    struct member *member = (struct member *)entry;
    member->freed++;
    member->walks_when_freed = notify->walks;
    memset(entry, 0xee, sizeof *entry);         /* who looks at it now goes astray */
}

static struct member *member_of(struct bench *b, char name)
{
    return &b->member[name - 'a'];
}

static void join(struct bench *b, const char *names)
{
    for (; *names; names++)
        ha_notify_join(&b->notify, &member_of(b, *names)->entry);
}

static void leave(struct bench *b, const char *names)
{
    for (; *names; names++)
        ha_notify_leave(&b->notify, &member_of(b, *names)->entry);
}

/* A walk and where it stands. */
struct tour {
    struct ha_notify_walk walk;
    struct ha_notify_entry *at;         /* NULL before the first */
};

static struct tour set_out(struct bench *b, bool backwards)
{
    return (struct tour){.walk = ha_notify_begin(&b->notify, backwards)};
}

/* Tell the next one; returns its name, 0 at the end. */
static char tell(struct bench *b, struct tour *tour)
{
    tour->at = tour->at ? ha_notify_after(&tour->walk, tour->at) : ha_notify_first(&tour->walk);
    struct member *member = (struct member *)tour->at;
    if (!member)
        return '\0';
    char name = (char)('a' + (member - b->member));
    b->told[b->told_count++] = name;
    b->told[b->told_count] = '\0';
    return name;
}

/* A whole walk during which others leave and join while one of them is told. */
static void walk_through(struct bench *b, bool backwards, char at, const char *leavers,
                         const char *joiners)
{
    char name;

    b->told[b->told_count = 0] = '\0';
    struct tour tour = set_out(b, backwards);
    while ((name = tell(b, &tour)) != '\0') {
        if (name == at) {
            leave(b, leavers);
            join(b, joiners);
        }
    }
    ha_notify_end(&b->notify);
}

static int open_bench(void **state)
{
    struct bench *b = calloc(1, sizeof *b);
    *state = b;
    if (!b)
        return -1;
    b->notify.free_entry = free_entry;
    return 0;
}

static int close_bench(void **state)
{
    free(*state);
    return 0;
}

static void those_told_are_told_in_the_order_of_joining_or_backwards(void **state)
{
    struct bench *b = *state;
    join(b, "cabd");

    walk_through(b, false, '\0', "", "");
    assert_string_equal(b->told, "cabd");
    walk_through(b, true, '\0', "", "");
    assert_string_equal(b->told, "dbac");
}

static void a_walk_over_nobody_ends_at_once(void **state)
{
    struct bench *b = *state;

    walk_through(b, false, '\0', "", "");
    walk_through(b, true, '\0', "", "");
    assert_string_equal(b->told, "");
}

static void one_that_joins_during_a_walk_is_told_by_the_next_walk_only(void **state)
{
    static const struct { const char *label; char at; bool backwards; } cases[] = {
        {"at the first", 'a', false}, {"in the middle", 'b', false}, {"at the last", 'c', false},
        {"backwards, at the newest", 'c', true}, {"backwards, at the oldest", 'a', true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct bench *b = *state;
        *b = (struct bench){.notify.free_entry = free_entry};
        join(b, "abc");

        walk_through(b, cases[i].backwards, cases[i].at, "", "de");

        if (strcmp(b->told, cases[i].backwards ? "cba" : "abc") != 0)
            fail_msg("%s: %s", cases[i].label, b->told);
        walk_through(b, cases[i].backwards, '\0', "", "");
        assert_string_equal(b->told, cases[i].backwards ? "edcba" : "abcde");
    }
}

static void one_that_joins_behind_those_who_leave_is_not_told_either(void **state)
{
    static const struct { const char *label; char at; const char *leavers, *told; } cases[] = {
        {"the last, while told", 'c', "c", "abc"}, {"the last, before", 'b', "c", "ab"},
        {"all that come next", 'a', "bc", "a"},    {"all", 'a', "cba", "a"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct bench *b = *state;
        *b = (struct bench){.notify.free_entry = free_entry};
        join(b, "abc");

        walk_through(b, false, cases[i].at, cases[i].leavers, "de");

        if (strcmp(b->told, cases[i].told) != 0)
            fail_msg("%s: told %s, not %s", cases[i].label, b->told, cases[i].told);
    }
}

static void who_leaves_during_a_walk_is_not_told_again_and_all_others_are(void **state)
{
    static const struct {
        const char *label;
        bool backwards;
        char at;
        const char *leavers, *told, *remaining;
    } cases[] = {
        {"itself, first", false, 'a', "a", "abcd", "bcd"},
        {"itself, in the middle", false, 'b', "b", "abcd", "acd"},
        {"itself, last", false, 'd', "d", "abcd", "abc"},
        {"the next", false, 'b', "c", "abd", "abd"},
        {"the two next", false, 'b', "cd", "ab", "ab"},
        {"the two next, from behind", false, 'b', "dc", "ab", "ab"},
        {"itself and the next", false, 'b', "bc", "abd", "ad"},
        {"the previous", false, 'b', "a", "abcd", "bcd"},
        {"the one after next", false, 'b', "d", "abc", "abc"},
        {"all, at the first", false, 'a', "abcd", "a", ""},
        {"all, at the last", false, 'd', "abcd", "abcd", ""},
        {"backwards, itself", true, 'c', "c", "dcba", "abd"},
        {"backwards, the next to be told", true, 'c', "b", "dca", "acd"},
        {"backwards, one told before", true, 'c', "d", "dcba", "abc"},
        {"backwards, all", true, 'd', "badc", "d", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct bench *b = *state;
        *b = (struct bench){.notify.free_entry = free_entry};
        join(b, "abcd");

        walk_through(b, cases[i].backwards, cases[i].at, cases[i].leavers, "");
        if (strcmp(b->told, cases[i].told) != 0)
            fail_msg("%s: told %s, not %s", cases[i].label, b->told, cases[i].told);

        walk_through(b, false, '\0', "", "");
        if (strcmp(b->told, cases[i].remaining) != 0)
            fail_msg("%s: %s remain, not %s", cases[i].label, b->told, cases[i].remaining);
        assert_int_equal(b->notify.count, strlen(cases[i].remaining));
        for (const char *name = "abcd"; *name; name++)
            assert_int_equal(member_of(b, *name)->freed, strchr(cases[i].remaining, *name) == NULL);
    }
}

static void outside_of_walks_memory_is_freed_at_once(void **state)
{
    struct bench *b = *state;
    join(b, "abc");

    leave(b, "b");
    assert_int_equal(member_of(b, 'b')->freed, 1);
    leave(b, "ca");

    assert_int_equal(member_of(b, 'a')->freed, 1);
    assert_int_equal(member_of(b, 'c')->freed, 1);
    assert_null(b->notify.first);
    assert_null(b->notify.last);
    assert_int_equal(b->notify.count, 0);
}

static void memory_is_freed_once_and_only_when_the_last_walk_ends(void **state)
{
    struct bench *b = *state;
    join(b, "abc");
    struct tour outer = set_out(b, false);
    assert_int_equal(tell(b, &outer), 'a');
    struct tour inner = set_out(b, false);
    assert_int_equal(tell(b, &inner), 'a');

    leave(b, "ab");
    assert_int_equal(b->notify.count, 1);
    assert_int_equal(tell(b, &inner), 'c');
    ha_notify_end(&b->notify);
    assert_int_equal(member_of(b, 'a')->freed + member_of(b, 'b')->freed, 0);
    assert_int_equal(tell(b, &outer), 'c');
    assert_int_equal(tell(b, &outer), '\0');
    ha_notify_end(&b->notify);

    for (const char *name = "ab"; *name; name++) {
        assert_int_equal(member_of(b, *name)->freed, 1);
        assert_int_equal(member_of(b, *name)->walks_when_freed, 0);
    }
    assert_int_equal(member_of(b, 'c')->freed, 0);
}

static void an_inner_walk_tells_who_joined_during_the_outer_one(void **state)
{
    struct bench *b = *state;
    join(b, "ab");
    struct tour outer = set_out(b, false);
    tell(b, &outer);
    join(b, "c");
    struct tour inner = set_out(b, true);
    join(b, "d");

    while (tell(b, &inner))
        continue;
    ha_notify_end(&b->notify);
    while (tell(b, &outer))
        continue;
    ha_notify_end(&b->notify);

    assert_string_equal(b->told, "acbab");
}

static void a_walk_that_stops_early_frees_what_left(void **state)
{
    struct bench *b = *state;
    join(b, "abc");
    struct tour tour = set_out(b, false);
    tell(b, &tour);
    leave(b, "ac");

    ha_notify_end(&b->notify);

    assert_int_equal(member_of(b, 'a')->freed, 1);
    assert_int_equal(member_of(b, 'c')->freed, 1);
    walk_through(b, false, '\0', "", "");
    assert_string_equal(b->told, "b");
}

#define with_bench(test) cmocka_unit_test_setup_teardown(test, open_bench, close_bench)

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_bench(those_told_are_told_in_the_order_of_joining_or_backwards),
        with_bench(a_walk_over_nobody_ends_at_once),
        with_bench(one_that_joins_during_a_walk_is_told_by_the_next_walk_only),
        with_bench(one_that_joins_behind_those_who_leave_is_not_told_either),
        with_bench(who_leaves_during_a_walk_is_not_told_again_and_all_others_are),
        with_bench(outside_of_walks_memory_is_freed_at_once),
        with_bench(memory_is_freed_once_and_only_when_the_last_walk_ends),
        with_bench(an_inner_walk_tells_who_joined_during_the_outer_one),
        with_bench(a_walk_that_stops_early_frees_what_left),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
