/* core: trace and collector */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "unit/world.h"

static int open_world(void **state)
{
    *state = test_world_open(NULL);
    return 0;
}

static int close_world(void **state)
{
    if (*state)
        test_world_close(*state);
    return 0;
}

/* For tests that need options: the teardown closes it. */
static struct test_world *open_with_budget(void **state, uint64_t budget)
{
    test_world_close(*state);
    return *state = test_world_open(&(struct test_world_options){.budget = budget});
}

static void write_records(struct test_world *t, size_t count)
{
    for (size_t i = 0; i < count; i++)
        ha_record_open(t->world, HA_QUERY, (uint32_t)i);
}

/* Every record is there once: the numbers go from 1 to `last` without a gap. */
static void assert_complete(const struct ha_collector *kept, size_t last)
{
    assert_false(kept->lost);
    for (size_t i = 0; i < kept->count; i++)
        if (ha_record_seq(&kept->record[i]) != i + 1)
            fail_msg("record %zu has number %llu", i + 1,
                     (unsigned long long)ha_record_seq(&kept->record[i]));
    assert_int_equal(kept->count, last);
}

static void a_record_has_64_bytes(void **state)
{
    (void)state;

    assert_int_equal(sizeof(struct ha_record), 64);
}

static void a_new_record_carries_the_running_thread_and_is_clean_elsewhere(void **state)
{
    struct test_world *t = *state;
    struct ha_record *stamp = &t->world->sched.running->stamp;
    stamp->irql = 1;
    stamp->driver = 7;
    stamp->regions = 2;
    t->world->time_ns = 1234567;
    memset(t->world->trace.next, 0xee, sizeof(struct ha_record));

    struct ha_record *record = ha_record_open(t->world, HA_QUERY, 42);

    struct ha_record expected = {
        .time_ns = 1234567, .seq_low = 2, .kind = HA_QUERY, .irql = 1, .thread = 1, .active = 1,
        .driver = 7, .regions = 2, .id = 42,
    };
    assert_memory_equal(record, &expected, sizeof expected);
}

static void sequence_numbers_have_48_bits(void **state)
{
    struct test_world *t = *state;
    t->world->trace.seq = UINT64_C(0x1234ffffffff);

    assert_true(ha_record_seq(ha_record_open(t->world, HA_QUERY, 0)) == UINT64_C(0x1234ffffffff));
    assert_true(ha_record_seq(ha_record_open(t->world, HA_QUERY, 0)) == UINT64_C(0x123500000000));
}

static void a_sink_gets_every_record_once_and_in_order_around_the_window(void **state)
{
    static const size_t counts[] = {
        0, 1, HA_TRACE_WINDOW - 2, HA_TRACE_WINDOW - 1, HA_TRACE_WINDOW, HA_TRACE_WINDOW + 1,
        2 * HA_TRACE_WINDOW - 2, 2 * HA_TRACE_WINDOW - 1, 3 * HA_TRACE_WINDOW + 17,
    };
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        struct test_world *t = open_with_budget(state, 0);
        write_records(t, counts[i]);

        ha_trace_flush(t->world);

        assert_complete(&t->kept, 1 + counts[i]);   /* one is the THREAD record */
    }
}

static void a_full_window_keeps_its_last_record_writable(void **state)
{
    struct test_world *t = *state;
    write_records(t, HA_TRACE_WINDOW - 1);
    assert_int_equal(t->kept.count, 0);

    ha_record_open(t->world, HA_QUERY, 0);
    assert_int_equal(t->kept.count, HA_TRACE_WINDOW - 1);
    t->world->trace.next[-2].kind = HA_CB_CALL;
    ha_trace_flush(t->world);

    assert_complete(&t->kept, HA_TRACE_WINDOW + 1);
    assert_int_equal(t->kept.record[HA_TRACE_WINDOW - 1].kind, HA_CB_CALL);
}

static void a_second_flush_hands_over_nothing_twice(void **state)
{
    struct test_world *t = *state;
    write_records(t, 10);

    ha_trace_flush(t->world);
    ha_trace_flush(t->world);
    write_records(t, 1);
    ha_trace_flush(t->world);

    assert_complete(&t->kept, 12);
}

static void all_sinks_are_told_the_same(void **state)
{
    struct test_world *t = *state;
    struct ha_collector other;
    ha_collector_init(&other);
    t->host.store.sink[t->host.store.sink_count++] = &other.sink;

    write_records(t, HA_TRACE_WINDOW + 5);
    ha_trace_flush(t->world);

    assert_int_equal(other.count, t->kept.count);
    assert_memory_equal(other.record, t->kept.record, other.count * sizeof *other.record);
    ha_collector_close(&other);
}

static void a_collector_that_is_cleared_starts_anew(void **state)
{
    struct test_world *t = *state;
    write_records(t, 3000);
    ha_trace_flush(t->world);

    ha_collector_clear(&t->kept);
    write_records(t, 1);
    ha_trace_flush(t->world);

    assert_int_equal(t->kept.count, 1);
    assert_int_equal(ha_record_seq(&t->kept.record[0]), 3002);
}

static void the_budget_is_spent_by_the_first_record_beyond_it(void **state)
{
    for (uint64_t budget = 1; budget < 6; budget++) {
        for (uint64_t flushed_after = 0; flushed_after < 6; flushed_after++) {
            struct test_world *t = open_with_budget(state, budget);
            for (uint64_t written = 1; written < budget; written++) {
                if (written == flushed_after)
                    ha_trace_flush(t->world);
                ha_record_open(t->world, HA_QUERY, 0);
            }
            if (flushed_after == budget)
                ha_trace_flush(t->world);
            if (t->world->trace.spent)
                fail_msg("budget %u, flushed after %u: spent too early", (unsigned)budget,
                         (unsigned)flushed_after);

            ha_record_open(t->world, HA_QUERY, 0);

            if (!t->world->trace.spent)
                fail_msg("budget %u, flushed after %u: not spent", (unsigned)budget,
                         (unsigned)flushed_after);
            assert_true(t->world->sched.attention);
        }
    }
}

static void a_spent_budget_keeps_what_is_written_until_the_run_ends(void **state)
{
    struct test_world *t = open_with_budget(state, HA_TRACE_WINDOW);

    write_records(t, 2 * HA_TRACE_WINDOW);
    ha_trace_flush(t->world);

    assert_complete(&t->kept, 2 * HA_TRACE_WINDOW + 1);
    assert_true(t->world->trace.spent);
}

static void a_budget_around_the_window_is_spent_at_its_very_record(void **state)
{
    for (uint64_t budget = HA_TRACE_WINDOW - 2; budget < HA_TRACE_WINDOW + 3; budget++) {
        struct test_world *t = open_with_budget(state, budget);

        write_records(t, budget - 1);
        assert_false(t->world->trace.spent);
        write_records(t, 1);
        assert_true(t->world->trace.spent);
        ha_trace_flush(t->world);
        assert_complete(&t->kept, budget + 1);
    }
}

static void ask_for_room(void *argument)
{
    struct test_world *t = argument;
    for (int i = 0; i < 3; i++) {
        ha_record_open(t->world, HA_QUERY, 0);
        test_world_say(t, "record");
        ha_sched_point(t->world);
    }
}

static void a_run_ends_at_the_next_scheduling_point_after_its_budget(void **state)
{
    struct test_world *t = open_with_budget(state, 3);  /* two threads' records and one more */
    test_world_thread(t, ask_for_room, t);

    ha_sched_run_until_quiet(t->world);

    assert_int_equal(t->world->sched.ending, HA_END_BUDGET);
    assert_string_equal(t->said, "record record ");
}

static void ask_for_room_and_end(void *argument)
{
    struct test_world *t = argument;
    write_records(t, 3);
}

static void the_end_of_a_thread_is_a_scheduling_point_for_the_budget(void **state)
{
    struct test_world *t = open_with_budget(state, 4);
    test_world_thread(t, ask_for_room_and_end, t);

    ha_sched_run_until_quiet(t->world);

    assert_int_equal(t->world->sched.ending, HA_END_BUDGET);
}

static void a_rewound_trace_is_written_as_if_for_the_first_time(void **state)
{
    struct test_world *t = *state;
    write_records(t, 5);
    assert_int_equal(ha_trace_mark(t->world), HA_OK);
    assert_int_equal(ha_arena_mark(&t->host.arena), HA_OK);
    static const size_t runs[] = {3, HA_TRACE_WINDOW + 100, 0, 7};

    for (size_t i = 0; i < sizeof runs / sizeof *runs; i++) {
        ha_collector_clear(&t->kept);
        write_records(t, runs[i]);
        ha_trace_flush(t->world);
        assert_complete(&t->kept, 6 + runs[i]);
        assert_int_equal(t->kept.record[0].kind, HA_THREAD);
        for (size_t r = 1; r < 6; r++)
            assert_int_equal(t->kept.record[r].id, r - 1);
        ha_arena_rewind(&t->host.arena);
        ha_trace_rewind(t->world);
        assert_false(t->world->trace.flushed);
    }
}

static void a_flush_is_remembered_because_it_cannot_be_rewound(void **state)
{
    struct test_world *t = *state;

    assert_false(t->world->trace.flushed);
    ha_trace_flush(t->world);
    assert_true(t->world->trace.flushed);
}

static void a_name_takes_as_many_records_as_its_length_asks_for(void **state)
{
    static const struct { size_t length, records; } cases[] = {
        {0, 1}, {1, 1}, {31, 1}, {32, 1}, {33, 2}, {64, 2}, {65, 3}, {200, 7},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct test_world *t = open_with_budget(state, 0);
        char name[256] = "", joined[256] = "";
        for (size_t c = 0; c < cases[i].length; c++)
            name[c] = (char)('a' + c % 26);

        ha_record_name(t->world, HA_NS_DRIVER, 9, name);

        size_t n = 0;
        for (const struct ha_record *r; (r = test_world_record(t, HA_NAME, n)) != NULL; n++) {
            assert_int_equal(r->id, 9);
            assert_int_equal(r->flags,
                             HA_NS_DRIVER | (n + 1 < cases[i].records ? HA_NAME_MORE : 0));
            memcpy(joined + strlen(joined), r->as.name.text, sizeof r->as.name.text);
        }
        assert_int_equal(n, cases[i].records);
        assert_string_equal(joined, name);
    }
}

static void a_window_that_is_lent_gets_what_was_written_and_what_follows(void **state)
{
    struct test_world *t = *state;
    struct ha_record *window = calloc(HA_TRACE_WINDOW, sizeof *window);
    assert_non_null(window);
    write_records(t, 3);

    ha_trace_lend(t->world, window);
    write_records(t, HA_TRACE_WINDOW + 10);

    size_t in_window = (size_t)(t->world->trace.next - window);
    assert_true(in_window < HA_TRACE_WINDOW);
    assert_int_equal(ha_record_seq(&window[in_window - 1]), t->world->trace.seq - 1);
    ha_trace_flush(t->world);
    assert_complete(&t->kept, t->world->trace.seq - 1);
    ha_trace_close(&t->host.store);
    t->host.store.sink_count = 0;
    free(window);
    t->host.store.window = NULL;
}

static volatile sig_atomic_t traps;

static void count_trap(int number)
{
    (void)number;
    traps++;
}

/* Wherever the number lies: behind a record or two, in the window or beyond its end. */
static void a_stop_comes_before_the_very_record_and_once(void **state)
{
    struct test_world *t = *state;
    const uint64_t first = t->world->trace.seq;
    static const uint64_t places[] = {0, 1, 2, 3, 10, 1000, HA_TRACE_WINDOW, 40000};
    signal(SIGTRAP, count_trap);
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        uint64_t seq = t->world->trace.seq + places[i];
        traps = 0;
        ha_trace_break_at(t->world, seq);

        while (t->world->trace.seq < seq)
            write_records(t, 1);
        assert_int_equal(traps, 0);

        write_records(t, 1);
        assert_int_equal(traps, 1);
        write_records(t, 100);
        assert_int_equal(traps, 1);
    }
    signal(SIGTRAP, SIG_DFL);
    ha_trace_flush(t->world);
    assert_complete(&t->kept, t->world->trace.seq - 1);
    assert_true(first < t->world->trace.seq);
}

/* A CALL stands for two records, so an ENTER next to the number must not become one. */
static void a_call_is_not_told_as_one_record_where_a_stop_is_due(void **state)
{
    struct test_world *t = *state;
    struct ha_thread *thread = t->world->sched.running;
    thread->disturbed = false;
    ha_trace_break_at(t->world, t->world->trace.seq + 1);

    write_records(t, 1);

    assert_true(thread->disturbed);
    ha_trace_break_at(t->world, UINT64_MAX);
}

#define with_world(test) cmocka_unit_test_setup_teardown(test, open_world, close_world)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_record_has_64_bytes),
        with_world(a_new_record_carries_the_running_thread_and_is_clean_elsewhere),
        with_world(sequence_numbers_have_48_bits),
        with_world(a_sink_gets_every_record_once_and_in_order_around_the_window),
        with_world(a_full_window_keeps_its_last_record_writable),
        with_world(a_second_flush_hands_over_nothing_twice),
        with_world(all_sinks_are_told_the_same),
        with_world(a_collector_that_is_cleared_starts_anew),
        with_world(the_budget_is_spent_by_the_first_record_beyond_it),
        with_world(a_spent_budget_keeps_what_is_written_until_the_run_ends),
        with_world(a_budget_around_the_window_is_spent_at_its_very_record),
        with_world(a_run_ends_at_the_next_scheduling_point_after_its_budget),
        with_world(the_end_of_a_thread_is_a_scheduling_point_for_the_budget),
        with_world(a_rewound_trace_is_written_as_if_for_the_first_time),
        with_world(a_flush_is_remembered_because_it_cannot_be_rewound),
        with_world(a_window_that_is_lent_gets_what_was_written_and_what_follows),
        with_world(a_stop_comes_before_the_very_record_and_once),
        with_world(a_call_is_not_told_as_one_record_where_a_stop_is_due),
        with_world(a_name_takes_as_many_records_as_its_length_asks_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
