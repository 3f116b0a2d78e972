/* expect: the arrivals and removals that a scenario names */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "check/expect.h"
#include "check/expect_parts.h"
#include "unit/tale.h"

#define COUNT(table) (sizeof(table) / sizeof(table)[0])

enum { PNP = LOADER + 1, CALM_CPU = 1, BROKEN_ALL, PROCESSOR_4 = 1, RANGE_2, FIRST_OF_DRIVERS };

struct bench {
    struct tale tale;
    struct ha_expect expect;
    struct ha_judge *judge;
    struct ha_text report;
};

static void entry(struct tale *tale, uint32_t id, uint16_t driver, const char *name)
{
    tale_name(tale, HA_NS_ENTRY, id, name);
    tale_add(tale, HA_PNP_REG_ENTER, LOADER, id)->driver = driver;
    tale_add(tale, HA_PNP_REG_RETURN, LOADER, id)->driver = driver;
}

static void active(struct tale *tale, uint16_t index, uint16_t group, uint8_t number)
{
    struct ha_record *up = tale_add(tale, HA_ACTIVE, HOT_ADD, 1);
    up->as.up.nt_number = index;
    up->as.up.group = group;
    up->as.up.number = number;
}

static void instance(struct tale *tale, uint32_t id, enum ha_unit unit, uint32_t device)
{
    struct ha_record *up = tale_add(tale, HA_IFACE_UP, HOT_ADD, id);
    up->as.iface.unit = (uint8_t)unit;
    up->as.iface.device = device;
}

/* Processor 4 is 1:2, the second range begins at 16 GiB, and a driver has an interface. */
static int set_up(void **state)
{
    struct bench *b = calloc(1, sizeof *b);
    assert_non_null(b);
    struct tale *tale = &b->tale;
    tale_begin(tale);
    tale_add(tale, HA_MEMORY, 0, 1);
    entry(tale, CALM_CPU, CALM, "cpu");
    entry(tale, BROKEN_ALL, BROKEN, "all");
    active(tale, 4, 1, 2);
    tale_add(tale, HA_MEM_ONLINE, HOT_ADD, 1)->as.memory.base = 0x400000000;
    instance(tale, PROCESSOR_4, HA_UNIT_PROCESSOR, 4);
    instance(tale, RANGE_2, HA_UNIT_MEMORY, 2);
    instance(tale, FIRST_OF_DRIVERS, HA_UNIT_INTERFACE, 1);
    b->judge = ha_judge_create();
    assert_non_null(b->judge);
    *state = b;
    return 0;
}

static int tear_down(void **state)
{
    struct bench *b = *state;
    ha_judge_destroy(b->judge);
    ha_text_close(&b->report);
    free(b);
    return 0;
}

static struct ha_record *told(struct bench *b, enum ha_kind kind, uint32_t id, uint32_t interface,
                              enum ha_pnp_event event)
{
    struct ha_record *record = tale_add(&b->tale, kind, PNP, id);
    record->driver = id == CALM_CPU ? CALM : BROKEN;
    record->as.pnp_cb.interface = interface;
    record->as.pnp_cb.event = event;
    b->tale.seq += kind == HA_PNP_CB_CALL;
    return record;
}

/* In which the driver does nothing. Returns the record's number. */
static unsigned arrives(struct bench *b, uint32_t id, uint32_t interface)
{
    return told(b, HA_PNP_CB_CALL, id, interface, HA_PNP_ARRIVAL)->seq_low;
}

static int compare(struct bench *b)
{
    struct ha_matcher *matcher = ha_matcher_create(&b->expect);
    assert_non_null(matcher);
    tale_add(&b->tale, HA_TRACE_END, 0, 0)->as.end.ending = HA_END_NORMALLY;
    tale_tell(&b->tale, ha_matcher_sink(matcher));
    int differences = ha_matcher_compare(matcher, b->judge, &b->report);
    ha_matcher_destroy(matcher);
    return differences;
}

/* The run differs in what the report says, and in nothing else. */
static void __attribute__((format(printf, 3, 4)))
expect_report(struct bench *b, int differences, const char *format, ...)
{
    char report[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(report, sizeof report, format, arguments);
    va_end(arguments);
    assert_int_equal(compare(b), differences);
    assert_string_equal(ha_text_string(&b->report), report);
}

static void expect_no_difference(struct bench *b)
{
    assert_int_equal(compare(b), 0);
    assert_string_equal(ha_text_string(&b->report), "");
}

static const struct {
    const char *label, *pattern, *words;
    uint16_t group;
    bool matches;
} cases[] = {
    {"word by word", "a.cpu Arrival processor 4", "a.cpu Arrival processor 4", 1, true},
    {"any client", "* Arrival processor 4", "a.cpu Arrival processor 4", 1, true},
    {"any name", "a.* Arrival processor 4", "a.cpu Arrival processor 4", 1, true},
    {"any event", "a.cpu * processor 4", "a.cpu Removal processor 4", 1, true},
    {"any unit", "a.cpu Arrival * 1", "a.cpu Arrival interface 1", HA_NO_GROUP, true},
    {"any processor", "a.cpu Arrival processor *", "a.cpu Arrival processor 4", 1, true},
    {"all stars", "* * * *", "a.cpu Arrival memory 0x400000000", HA_NO_GROUP, true},
    {"group and number", "a.cpu Arrival processor 1:2", "a.cpu Arrival processor 4", 1, true},
    {"a base by value", "a.cpu Arrival memory 0x0400000000", "a.cpu Arrival memory 0x400000000",
     HA_NO_GROUP, true},
    {"another entry", "a.mem Arrival processor 4", "a.cpu Arrival processor 4", 1, false},
    {"another event", "a.cpu Removal processor 4", "a.cpu Arrival processor 4", 1, false},
    {"another unit", "a.cpu Arrival interface 4", "a.cpu Arrival processor 4", 1, false},
    {"another processor", "a.cpu Arrival processor 5", "a.cpu Arrival processor 4", 1, false},
    {"another group", "a.cpu Arrival processor 0:2", "a.cpu Arrival processor 4", 1, false},
    {"another base", "a.cpu Arrival memory 0x500000000", "a.cpu Arrival memory 0x400000000",
     HA_NO_GROUP, false},
    {"a place of what has none", "a.cpu Arrival * 65535:2", "a.cpu Arrival interface 1",
     HA_NO_GROUP, false},
    {"half a base", "a.cpu Arrival memory 0x", "a.cpu Arrival memory 0x400000000", HA_NO_GROUP,
     false},
    {"a call of processors", "a.cpu Arrival 4", "a.cpu Arrival processor 4", 1, false},
    {"an arrival for a call", "a.s Start processor 4", "a.s Start 4", 1, false},
    {"only stars of a call", "* * *", "a.cpu Arrival processor 4", 1, false},
    {"something more", "a.cpu Arrival processor 4 5", "a.cpu Arrival processor 4", 1, false},
};

static void a_pattern_matches_what_it_says_and_no_other_arrival(void **state)
{
    (void)state;

    for (size_t i = 0; i < COUNT(cases); i++) {
        struct ha_made_call call = {cases[i].words, cases[i].group, 2};
        if (ha_call_matches(cases[i].pattern, &call) != cases[i].matches)
            fail_msg("%s: \"%s\" and \"%s\"", cases[i].label, cases[i].pattern, cases[i].words);
    }
}

static void a_star_for_the_event_alone_stands_for_calls_of_both_sorts(void **state)
{
    (void)state;
    const struct ha_made_call processor = {"a.cpu Arrival processor 4", 1, 2},
                              range = {"a.mem Removal memory 0x0", HA_NO_GROUP, 0},
                              other = {"a.own Arrival interface 4", HA_NO_GROUP, 0};

    assert_true(ha_call_is_meant("a.cpu * *", &processor));
    assert_true(ha_call_is_meant("* * *", &range));
    assert_true(ha_call_is_meant("* * 4", &processor));
    assert_true(ha_call_is_meant("* * 1:2", &processor));
    assert_false(ha_call_is_meant("a.cpu * 5", &processor));
    assert_false(ha_call_is_meant("a.cpu * 1:4", &processor));
    assert_false(ha_call_is_meant("a.cpu Arrival *", &processor));
    assert_false(ha_call_is_meant("* * 0", &range));
    assert_false(ha_call_is_meant("* * 4", &other));
    assert_false(ha_call_is_meant("* * * -> *", &processor));
}

static void arrivals_as_expected_are_no_difference(void **state)
{
    struct bench *b = *state;
    static const struct ha_expected_arrival arrivals[] = {
        {"calm.cpu Arrival processor 4", 1, 1}, {"calm.cpu Arrival processor 1:2", 0, 2},
        {"broken.all Arrival memory 0x400000000", 1, 1}, {"*.all Removal interface 1", 1, 1},
        {"broken.all * * *", 2, 2}, {"* Removal processor *", 0, 0}};

    arrives(b, CALM_CPU, PROCESSOR_4);
    arrives(b, BROKEN_ALL, RANGE_2);
    told(b, HA_PNP_CB_ENTER, BROKEN_ALL, FIRST_OF_DRIVERS, HA_PNP_REMOVAL);
    tale_add(&b->tale, HA_PNP_CB_LEAVE, PNP, BROKEN_ALL);
    b->expect.arrival = arrivals;
    b->expect.arrival_count = COUNT(arrivals);

    expect_no_difference(b);
}

/* PNP-5, PNP-18 */
static void every_call_counts_however_it_came_about(void **state)
{
    struct bench *b = *state;
    static const struct ha_expected_arrival arrivals[] = {{"calm.cpu Arrival processor 4", 1, 1}};

    struct ha_record *replay = told(b, HA_PNP_CB_ENTER, CALM_CPU, PROCESSOR_4, HA_PNP_ARRIVAL);
    unsigned first = replay->seq_low;
    replay->as.pnp_cb.replay = 1;
    told(b, HA_PNP_CB_CALL, CALM_CPU, PROCESSOR_4, HA_PNP_ARRIVAL)->as.pnp_cb.second = 1;
    struct ha_record *late = told(b, HA_PNP_CB_CALL, CALM_CPU, PROCESSOR_4, HA_PNP_ARRIVAL);
    late->as.pnp_cb.late = 1;
    b->expect.arrival = arrivals;
    b->expect.arrival_count = 1;

    expect_report(b, 1, "arrivals: \"calm.cpu Arrival processor 4\" was expected once and came 3 "
                        "times (records %u to %u)\n", first, late->seq_low);
}

/* Interface 1 and range 2 have the numbers of processors, and not their places. */
static void only_processors_are_named_by_their_place(void **state)
{
    struct bench *b = *state;
    static const struct ha_expected_arrival arrivals[] = {
        {"broken.all Arrival * 0:1", 0, 0}, {"broken.all Arrival * 0:2", 0, 0},
        {"broken.all Arrival * 1:2", 1, 1}};

    active(&b->tale, 1, 0, 1);
    active(&b->tale, 2, 0, 2);
    arrives(b, BROKEN_ALL, FIRST_OF_DRIVERS);
    arrives(b, BROKEN_ALL, RANGE_2);
    arrives(b, BROKEN_ALL, PROCESSOR_4);
    b->expect.arrival = arrivals;
    b->expect.arrival_count = COUNT(arrivals);

    expect_no_difference(b);
}

static void what_is_not_called_does_not_count(void **state)
{
    struct bench *b = *state;
    static const struct ha_expected_arrival arrivals[] = {{"* * * *", 0, 0}};

    told(b, HA_PNP_DEAD_CALL, CALM_CPU, PROCESSOR_4, HA_PNP_ARRIVAL);
    b->expect.arrival = arrivals;
    b->expect.arrival_count = 1;

    expect_no_difference(b);
}

static void an_arrival_that_must_not_come_is_a_difference(void **state)
{
    struct bench *b = *state;
    static const struct ha_expected_arrival arrivals[] = {
        {"broken.all * memory *", 0, 0}, {"calm.cpu * * *", 0, 1}};

    unsigned range = arrives(b, BROKEN_ALL, RANGE_2);
    unsigned first = arrives(b, CALM_CPU, PROCESSOR_4);
    unsigned last = arrives(b, CALM_CPU, PROCESSOR_4);
    b->expect.arrival = arrivals;
    b->expect.arrival_count = 2;

    expect_report(b, 2, "arrivals: \"broken.all * memory *\" was not expected and came once "
                        "(record %u)\n"
                        "arrivals: \"calm.cpu * * *\" was expected 0 to 1 times and came 2 times "
                        "(records %u and %u)\n", range, first, last);
}

static void an_arrival_that_does_not_come_is_a_difference_that_names_what_came(void **state)
{
    struct bench *b = *state;
    static const struct ha_expected_arrival arrivals[] = {
        {"broken.all Arrival memory 0x500000000", 1, 2}, {"calm.cpu Arrival processor *", 2, 2}};

    unsigned first = arrives(b, BROKEN_ALL, RANGE_2);
    arrives(b, BROKEN_ALL, FIRST_OF_DRIVERS);
    b->expect.arrival = arrivals;
    b->expect.arrival_count = 2;

    expect_report(b, 2, "arrivals: \"broken.all Arrival memory 0x500000000\" was expected 1 to 2 "
                        "times and did not come; another that came is \"broken.all Arrival "
                        "memory 0x400000000\" (record %u)\n"
                        "arrivals: \"calm.cpu Arrival processor *\" was expected 2 times and did "
                        "not come\n", first);
}

/* ORD-3 */
static void an_order_holds_between_the_first_times_of_its_calls(void **state)
{
    struct bench *b = *state;
    static const struct ha_expected_order orders[] = {
        {"calm.sync Complete 4", "calm.cpu Arrival processor 4"},
        {"calm.sync Failure 4", "calm.cpu Arrival processor 4"},
        {"broken.sync Start 4 -> STATUS_INSUFFICIENT_RESOURCES", "calm.sync Failure 4"},
        {"calm.cpu Arrival processor 1:2", "broken.all Arrival processor 4"}};

    tale_veto(&b->tale, BROKEN_SYNC, HA_STATE_START, 4, INSUF);
    tale_call(&b->tale, CALM_SYNC, HA_STATE_FAILURE, 4, INSUF);
    tale_call(&b->tale, CALM_SYNC, HA_STATE_COMPLETE, 4, 0);
    arrives(b, CALM_CPU, PROCESSOR_4);
    arrives(b, BROKEN_ALL, PROCESSOR_4);
    arrives(b, CALM_CPU, PROCESSOR_4);
    tale_call(&b->tale, CALM_SYNC, HA_STATE_COMPLETE, 4, 0);
    b->expect.order = orders;
    b->expect.order_count = COUNT(orders);

    expect_no_difference(b);
}

static void the_other_order_is_a_difference(void **state)
{
    struct bench *b = *state;
    static const struct ha_expected_order orders[] = {
        {"calm.sync Complete 4", "calm.cpu Arrival processor 4"}};

    unsigned first = arrives(b, CALM_CPU, PROCESSOR_4);
    unsigned second = tale_call(&b->tale, CALM_SYNC, HA_STATE_COMPLETE, 4, 0)->seq_low;
    arrives(b, CALM_CPU, PROCESSOR_4);
    b->expect.order = orders;
    b->expect.order_count = 1;

    expect_report(b, 1, "arrivals: \"calm.sync Complete 4\" was expected before \"calm.cpu Arrival "
                        "processor 4\", but came after it (records %u and %u)\n", second, first);
}

static void an_order_of_calls_that_never_came_is_a_difference(void **state)
{
    struct bench *b = *state;
    static const struct ha_expected_order orders[] = {
        {"calm.cpu Arrival processor 4", "broken.all * * *"},
        {"calm.sync Start 5", "calm.cpu * * *"},
        {"calm.sync Start 5", "broken.all * * *"},
        {"calm.cpu * * *", "* Arrival processor 4"}};

    unsigned record = arrives(b, CALM_CPU, PROCESSOR_4);
    b->expect.order = orders;
    b->expect.order_count = COUNT(orders);

    expect_report(b, 4, "arrivals: \"calm.cpu Arrival processor 4\" was expected before "
                        "\"broken.all * * *\", but \"broken.all * * *\" did not come\n"
                        "arrivals: \"calm.sync Start 5\" was expected before \"calm.cpu * * *\", "
                        "but \"calm.sync Start 5\" did not come\n"
                        "arrivals: \"calm.sync Start 5\" was expected before \"broken.all * * *\", "
                        "but neither came\n"
                        "arrivals: \"calm.cpu * * *\" was expected before \"* Arrival processor "
                        "4\", but both are the same call (record %u)\n", record);
}

static void what_an_earlier_trace_told_is_forgotten(void **state)
{
    struct bench *b = *state;
    static const struct ha_expected_arrival arrivals[] = {{"calm.cpu * * *", 1, 1}};
    static const struct ha_expected_order orders[] = {{"calm.sync * *", "calm.cpu * * *"}};

    tale_enter(&b->tale, HA_CB_ENTER, PNP, CALM_SYNC, HA_STATE_START, 4);
    arrives(b, CALM_CPU, PROCESSOR_4);
    tale_add(&b->tale, HA_TRACE_END, 0, 0)->as.end.ending = HA_END_NORMALLY;
    b->expect.arrival = arrivals;
    b->expect.arrival_count = b->expect.order_count = 1;
    b->expect.order = orders;
    struct ha_matcher *matcher = ha_matcher_create(&b->expect);
    assert_non_null(matcher);
    tale_tell(&b->tale, ha_matcher_sink(matcher));
    tale_tell(&b->tale, ha_matcher_sink(matcher));

    assert_int_equal(ha_matcher_compare(matcher, b->judge, &b->report), 0);
    ha_matcher_destroy(matcher);
}

static void a_list_of_all_arrivals_is_kept_for_who_asks(void **state)
{
    struct bench *b = *state;
    static const char *const expected[] = {"broken.all Arrival memory 0x400000000",
                                           "calm.cpu Arrival processor 1:2"};
    struct ha_matcher *matcher = ha_matcher_create(&b->expect);
    assert_non_null(matcher);
    ha_matcher_keep_arrivals(matcher);
    arrives(b, BROKEN_ALL, FIRST_OF_DRIVERS);
    arrives(b, BROKEN_ALL, RANGE_2);
    arrives(b, CALM_CPU, PROCESSOR_4);
    tale_tell(&b->tale, ha_matcher_sink(matcher));

    assert_int_equal(ha_matcher_arrival_count(matcher), 3);
    assert_int_equal(ha_matcher_compare_arrivals(matcher, 1, expected, 2, &b->report), 0);
    assert_int_equal(ha_matcher_compare_arrivals(matcher, 2, expected, 2, &b->report), 1);
    assert_string_equal(
        ha_text_string(&b->report),
        "arrivals: 2 expected, 1 made; 1 missing (-), 0 not expected (+)\n"
        "     expected                                made\n"
        "  >- broken.all Arrival memory 0x400000000\n"
        "     calm.cpu Arrival processor 1:2          calm.cpu Arrival processor 4\n");
    ha_matcher_destroy(matcher);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pattern_matches_what_it_says_and_no_other_arrival),
        cmocka_unit_test(a_star_for_the_event_alone_stands_for_calls_of_both_sorts),
        CASE(arrivals_as_expected_are_no_difference),
        CASE(every_call_counts_however_it_came_about),
        CASE(only_processors_are_named_by_their_place),
        CASE(what_is_not_called_does_not_count),
        CASE(an_arrival_that_must_not_come_is_a_difference),
        CASE(an_arrival_that_does_not_come_is_a_difference_that_names_what_came),
        CASE(an_order_holds_between_the_first_times_of_its_calls),
        CASE(the_other_order_is_a_difference),
        CASE(an_order_of_calls_that_never_came_is_a_difference),
        CASE(what_an_earlier_trace_told_is_forgotten),
        CASE(a_list_of_all_arrivals_is_kept_for_who_asks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
