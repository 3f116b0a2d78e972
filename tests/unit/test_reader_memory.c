/* cast, nest, story, matcher, collector: every allocation refused in turn */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "check/expect.h"
#include "check/expect_parts.h"
#include "check/jsonl.h"
#include "check/story.h"
#include "hotadd/error.h"
#include "unit/failing.h"
#include "unit/tale.h"

/* Long enough that every array grows, and with something open on many threads. */
static void tell_a_long_tale(struct tale *tale)
{
    tale_begin(tale);
    for (uint32_t thread = 10; thread < 40; thread++)
        tale_enter(tale, HA_CB_ENTER, thread, CALM_SYNC, HA_STATE_START, 4);
    for (uint16_t i = 0; i < 12; i++)
        tale_enter(tale, HA_CB_ENTER, HOT_ADD, BROKEN_SYNC, HA_STATE_START, i);
    for (uint16_t i = 0; i < 100; i++)
        tale_call(tale, CALM_SYNC, HA_STATE_FAILURE, i, INSUF);
    tale_name(tale, HA_NS_DRIVER, 40, "forty");
    for (unsigned part = 0; part < 20; part++) {
        struct ha_record *print = tale_add(tale, HA_DEBUG_PRINT, HOT_ADD, 1);
        memset(print->as.debug.text, 'x', sizeof print->as.debug.text);
        print->flags = part < 19 ? HA_PRINT_MORE : 0;
    }
    for (uint32_t thread = 10; thread < 40; thread++) {
        struct ha_record *stuck = tale_add(tale, HA_DEADLOCK, CALLER, 1);
        stuck->as.wait.waiter = thread;
        stuck->as.wait.holder = thread + 1;
    }
    for (uint32_t i = 1; i < 40; i++) {
        tale_add(tale, HA_MEM_ONLINE, HOT_ADD, i)->as.memory.base = (uint64_t)i << 20;
        struct ha_record *arrival = tale_add(tale, HA_PNP_CB_CALL, HOT_ADD, 1);
        arrival->as.pnp_cb.event = HA_PNP_ARRIVAL;
        tale->seq++;
    }
    tale_add(tale, HA_TRACE_END, 0, 0)->as.end.ending = HA_END_NORMALLY;
}

/* Run `body` with its first, second, ... allocation refused until nothing is refused any more. */
static void refuse_each(void (*body)(const struct tale *tale, bool *noticed))
{
    static struct tale tale;
    size_t refusals = 0;

    tell_a_long_tale(&tale);
    for (;; refusals++) {
        bool noticed = false;
        failing_after(refusals);
        body(&tale, &noticed);
        if (!failing_stop())
            break;
        if (!noticed)
            fail_msg("allocation %zu was refused and nobody noticed", refusals);
    }
    assert_true(refusals > 2);
}

static void tell_story(const struct tale *tale, bool *noticed)
{
    struct ha_story *story = ha_story_create(false);

    if (!story) {
        *noticed = true;
        return;
    }
    tale_tell(tale, ha_story_sink(story));
    *noticed = ha_story_text(story)->lost;
    ha_story_destroy(story);
}

static void a_story_that_lost_something_says_so(void **state)
{
    (void)state;
    refuse_each(tell_story);
}

static void take_cast(const struct tale *tale, bool *noticed)
{
    struct ha_cast *cast = ha_cast_create();

    if (!cast) {
        *noticed = true;
        return;
    }
    for (size_t i = 0; i < tale->count; i++)
        *noticed |= !ha_cast_take(cast, &tale->record[i]);
    ha_cast_destroy(cast);
}

static void a_cast_that_could_not_grow_says_so(void **state)
{
    (void)state;
    refuse_each(take_cast);
}

static void collect(const struct tale *tale, bool *noticed)
{
    struct ha_collector collector;

    ha_collector_init(&collector);
    for (unsigned i = 0; i < 30; i++)
        tale_tell(tale, &collector.sink);
    *noticed = collector.lost;
    ha_collector_close(&collector);
}

static void a_collector_that_lost_records_says_so(void **state)
{
    (void)state;
    refuse_each(collect);
}

static void write_lines(const struct tale *tale, bool *noticed)
{
    struct ha_text text = {0};

    for (size_t i = 0; i < tale->count; i++)
        ha_jsonl_add(&text, &tale->record[i]);
    *noticed = text.lost;
    ha_text_close(&text);
}

static void lines_that_found_no_memory_are_told_to_be_lost(void **state)
{
    (void)state;
    refuse_each(write_lines);
}

static void match(const struct tale *tale, bool *noticed)
{
    static const char *const calls[] = {"* * 4", "calm.sync Start 4"};
    const struct ha_expect expect = {.has_calls = true, .call = calls, .call_count = 2};
    struct ha_matcher *matcher = ha_matcher_create(&expect);
    struct ha_text report = {0};
    struct ha_judge *judge = NULL;
    int differences;

    if (!matcher) {
        *noticed = true;
        return;
    }
    tale_tell(tale, ha_matcher_sink(matcher));
    judge = ha_judge_create();
    differences = judge ? ha_matcher_compare(matcher, judge, &report) : HA_ENOMEM;
    *noticed = differences == HA_ENOMEM;
    if (!*noticed)
        assert_int_equal(differences, 1);
    ha_judge_destroy(judge);
    ha_text_close(&report);
    ha_matcher_destroy(matcher);
}

static void match_arrivals(const struct tale *tale, bool *noticed)
{
    static const char *const calls[] = {"* * * *"};
    static const struct ha_expected_arrival arrival = {"* * * *", 39, 39};
    static const struct ha_expected_order order = {"* * 4", "* * * *"};
    const struct ha_expect expect = {.arrival = &arrival, .arrival_count = 1,
                                     .order = &order, .order_count = 1};
    struct ha_matcher *matcher = ha_matcher_create(&expect);
    struct ha_judge *judge = ha_judge_create();
    struct ha_text report = {0};

    *noticed = true;
    if (matcher && judge) {
        ha_matcher_keep_arrivals(matcher);
        tale_tell(tale, ha_matcher_sink(matcher));
        int differences = ha_matcher_compare(matcher, judge, &report);
        int kept = ha_matcher_compare_arrivals(matcher, 38, calls, 1, &report);
        *noticed = differences == HA_ENOMEM || kept == HA_ENOMEM;
        if (!*noticed)
            assert_int_equal(differences + kept, 0);
    }
    ha_judge_destroy(judge);
    ha_text_close(&report);
    ha_matcher_destroy(matcher);
}

static void a_matcher_without_memory_for_arrivals_says_so(void **state)
{
    (void)state;
    refuse_each(match_arrivals);
}

static void a_matcher_without_memory_says_so(void **state)
{
    (void)state;
    refuse_each(match);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_story_that_lost_something_says_so),
        cmocka_unit_test(a_cast_that_could_not_grow_says_so),
        cmocka_unit_test(a_collector_that_lost_records_says_so),
        cmocka_unit_test(lines_that_found_no_memory_are_told_to_be_lost),
        cmocka_unit_test(a_matcher_without_memory_says_so),
        cmocka_unit_test(a_matcher_without_memory_for_arrivals_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
