/* hot_add: where a new processor goes, by group, number, node and the rule of the profile */
#include "unit/scripting.h"

#define FAILS -1

/*
 * Group 0: nodes 1 1 0 0, 0.0 is there. Group 1: nodes 0 0 2 2, 1.2 is there. Node 0 is behind
 * node 1 in group 0, so that rules which go by place and by node differ.
 */
static void two_groups(struct bench *b)
{
    static const uint16_t low[] = {1, 1, 0, 0}, high[] = {0, 0, 2, 2};
    b->group[0] = (struct ha_group_options){.maximum = 4, .active_mask = 1, .nodes = low};
    bench_group(b, 4, 4);
    b->group[1].nodes = high;
}

/* Adds to that machine; each one's place as GROUP * 10 + NUMBER, or FAILS. */
struct request {
    struct ha_add_options add;
    int place[8];               /* one for each processor of the unit */
};

static void expect_places(const char *rule, const struct request *request, size_t count)
{
    struct bench *b;
    assert_int_equal(bench_setup((void **)&b), 0);
    two_groups(b);
    bench_turn(b, "group_assign", rule);
    bench_driver(b, "a");
    for (size_t i = 0, add = 0, up = 0; i < count; i++) {
        bench_add(b, request[i].add);
        uint32_t unit = request[i].add.count ? request[i].add.count : 1, added = 0;
        for (uint32_t n = 0; n < unit; n++, add++) {
            int seen = FAILS;
            const struct ha_record *end = bench_record(b, HA_ADD_END, add);
            if (!end->as.status.status) {
                const struct ha_record *active = bench_record(b, HA_ACTIVE, up++);
                seen = active->as.up.group * 10 + active->as.up.number;
                added++;
            } else {
                assert_int_equal(end->as.status.status, INSUF);
            }
            if (seen != request[i].place[n])
                fail_msg("%s: processor %u of add %zu goes to %d, not %d", rule, (unsigned)n, i,
                         seen, request[i].place[n]);
        }
        assert_int_equal(bench_record(b, HA_UNIT_END, i)->as.unit.processors, added);
    }
    bench_teardown((void **)&b);
}

#define ANY HA_ANY_PLACE

/* QRY-11, HOT-13 */
static void lowest_free_goes_by_group_and_number(void **state)
{
    static const struct request requests[] = {
        {{HA_ANYWHERE}, {1}}, {{ANY, ANY, 0, 0, 0}, {2}}, {{ANY, ANY, 2, 0, 0}, {13}},
        {{ANY, ANY, 2, 0, 0}, {FAILS}}, {{1, ANY, ANY, 0, 0}, {10}}, {{HA_ANYWHERE}, {3}},
        {{0, ANY, ANY, 0, 0}, {FAILS}}, {{HA_ANYWHERE}, {11}}, {{HA_ANYWHERE}, {FAILS}}};
    (void)state;
    expect_places("lowest_free", requests, COUNT(requests));
}

static void by_node_goes_by_node_first(void **state)
{
    static const struct request requests[] = {
        {{HA_ANYWHERE}, {2}}, {{HA_ANYWHERE}, {3}}, {{ANY, ANY, 1, 0, 0}, {1}},
        {{HA_ANYWHERE}, {10}}, {{HA_ANYWHERE}, {11}}, {{ANY, ANY, 0, 0, 0}, {FAILS}},
        {{ANY, ANY, 1, 0, 0}, {FAILS}}, {{HA_ANYWHERE}, {13}}, {{HA_ANYWHERE}, {FAILS}}};
    (void)state;
    expect_places("by_node", requests, COUNT(requests));
}

static void by_node_in_a_named_group_stays_there(void **state)
{
    static const struct request requests[] = {
        {{0, ANY, ANY, 3, 0}, {2, 3, 1}}, {{1, ANY, 0, 0, 0}, {10}}, {{1, ANY, 1, 0, 0}, {FAILS}},
        {{1, ANY, ANY, 0, 0}, {11}}, {{1, ANY, ANY, 0, 0}, {13}}};
    (void)state;
    expect_places("by_node", requests, COUNT(requests));
}

static void explicit_places_nothing_that_is_not_named(void **state)
{
    static const struct request requests[] = {
        {{HA_ANYWHERE}, {FAILS}}, {{0, ANY, ANY, 0, 0}, {FAILS}}, {{ANY, ANY, 1, 0, 0}, {FAILS}},
        {{1, ANY, ANY, 2, 0}, {FAILS, FAILS}},
        {{0, 3, ANY, 0, 0}, {3}}, {{0, 3, ANY, 0, 0}, {FAILS}}, {{1, 0, 0, 0, 0}, {10}},
        {{1, 1, 2, 0, 0}, {FAILS}}, {{1, 4, ANY, 0, 0}, {FAILS}}, {{2, 0, ANY, 0, 0}, {FAILS}}};
    (void)state;
    expect_places("explicit", requests, COUNT(requests));
}

/* A number that is named is that of the unit's first processor; the rest follows the rule. */
static void a_unit_with_a_number_begins_there(void **state)
{
    static const struct { const char *rule; struct request request[2]; } cases[] = {
        {"lowest_free", {{{0, 2, ANY, 3, 0}, {2, 1, 3}}, {{1, 3, ANY, 2, 0}, {13, 10}}}},
        {"by_node", {{{0, 3, ANY, 3, 0}, {3, 2, 1}}, {{1, 3, ANY, 2, 0}, {13, 10}}}},
        {"explicit", {{{0, 1, ANY, 3, 0}, {1, 2, 3}}, {{1, 1, ANY, 3, 0}, {11, FAILS, 13}}}}};
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
        expect_places(cases[i].rule, cases[i].request, 2);
}

/* HOT-13: what does not fit is refused one by one, and the unit says how many came. */
static void a_unit_that_is_too_large_for_its_node_comes_in_part(void **state)
{
    static const struct request requests[] = {
        {{ANY, ANY, 0, 6, 0}, {2, 3, 10, 11, FAILS, FAILS}}, {{HA_ANYWHERE, .count = 3},
                                                              {1, 13, FAILS}}};
    (void)state;
    expect_places("lowest_free", requests, COUNT(requests));
    expect_places("by_node", requests, COUNT(requests));
}

/* What was asked for stands in the record; what was left open does not. */
static void the_record_of_an_add_says_what_was_asked_for(void **state)
{
    struct bench *b = *state;
    two_groups(b);

    bench_add(b, (struct ha_add_options){1, 3, 2, 2, 0});
    bench_add(b, (struct ha_add_options){HA_ANY_PLACE, HA_ANY_PLACE, 1, 1, 0});

    static const uint16_t asked[][3] = {{1, 3, 2}, {1, HA_NO_GROUP, 2},
                                        {HA_NO_GROUP, HA_NO_GROUP, 1}};
    for (size_t i = 0; i < COUNT(asked); i++) {
        const struct ha_record *begin = bench_record(b, HA_ADD_BEGIN, i);
        assert_int_equal(begin->as.add.group, asked[i][0]);
        assert_int_equal(begin->as.add.number, asked[i][1]);
        assert_int_equal(begin->as.add.node, asked[i][2]);
    }
}

/* HOT-12: a place that was not taken is free again, whatever the rule. */
static void a_failed_add_leaves_its_place_free(void **state)
{
    static const char *const rules[] = {"lowest_free", "by_node", "explicit"};
    (void)state;
    for (size_t i = 0; i < COUNT(rules); i++) {
        struct bench *b;
        assert_int_equal(bench_setup((void **)&b), 0);
        two_groups(b);
        bench_turn(b, "group_assign", rules[i]);
        bench_add(b, (struct ha_add_options){0, 2, 0, 1, STATUS_IO_TIMEOUT});
        bench_add(b, (struct ha_add_options){0, 2, 0, 1, 0});
        assert_int_equal(bench_record(b, HA_ACTIVE, 0)->as.up.number, 2);
        assert_int_equal(bench_record(b, HA_ACTIVE, 0)->as.up.nt_number, 2);
        bench_teardown((void **)&b);
    }
}

/* HOT-13: nobody is called, nothing happens between the two records. */
static void an_add_without_a_place_calls_nobody(void **state)
{
    struct bench *b = *state;
    two_groups(b);
    bench_driver(b, "a");
    bench_forget(b);

    bench_add(b, (struct ha_add_options){HA_ANY_PLACE, HA_ANY_PLACE, 3, 2, 0});

    expect_records(b, "hot-add UNIT_BEGIN 2 [2]\n"
                      "hot-add ADD_BEGIN [2]\n"
                      "hot-add ADD_END STATUS_INSUFFICIENT_RESOURCES [2]\n"
                      "hot-add ADD_BEGIN [2]\n"
                      "hot-add ADD_END STATUS_INSUFFICIENT_RESOURCES [2]\n"
                      "hot-add UNIT_END 0 [2]\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lowest_free_goes_by_group_and_number),
        cmocka_unit_test(by_node_goes_by_node_first),
        cmocka_unit_test(by_node_in_a_named_group_stays_there),
        cmocka_unit_test(explicit_places_nothing_that_is_not_named),
        cmocka_unit_test(a_unit_with_a_number_begins_there),
        cmocka_unit_test(a_unit_that_is_too_large_for_its_node_comes_in_part),
        BENCH_TEST(the_record_of_an_add_says_what_was_asked_for),
        cmocka_unit_test(a_failed_add_leaves_its_place_free),
        BENCH_TEST(an_add_without_a_place_calls_nobody),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
