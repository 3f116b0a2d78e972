/* machine: made, driven, marked, rewound, replayed */
#include "unit/bench.h"

#include <pthread.h>
#include <string.h>

#define MANY_GROUPS (HA_MAXIMUM_GROUPS + 1)

static const struct ha_add_options any_place = {HA_ANYWHERE};

struct wrong_options {
    const char *label;
    struct ha_group_options group[2];
    size_t group_count;
    struct ha_memory_options memory[2];
    size_t memory_count;
    enum ha_target target;
    const char *replay;
    int err;
    const char *text;
};

static const struct wrong_options wrong_options[] = {
    {.label = "no groups", .err = HA_EINVAL, .text = "groups, not 0"},
    {.label = "an empty group", .group = {{.maximum = 0, .active_mask = 1}}, .group_count = 1,
     .err = HA_EINVAL, .text = "maximum is 1 to 64, not 0"},
    {.label = "a large group", .group = {{.maximum = 65, .active_mask = 1}}, .group_count = 1,
     .err = HA_EINVAL, .text = "maximum is 1 to 64, not 65"},
    {.label = "active beyond the maximum", .group = {{.maximum = 2, .active_mask = 4}},
     .group_count = 1, .err = HA_EINVAL, .text = "active beyond its maximum of 2"},
    {.label = "nobody to boot on",
     .group = {{.maximum = 2}, {.maximum = 2, .active_mask = 1}}, .group_count = 2,
     .err = HA_EINVAL, .text = "no active processor"},
    {.label = "empty memory", .group = {{.maximum = 2, .active_mask = 1}}, .group_count = 1,
     .memory = {{.base = 4096, .size = 0}}, .memory_count = 1, .err = HA_EINVAL,
     .text = "empty or wraps"},
    {.label = "memory that wraps", .group = {{.maximum = 2, .active_mask = 1}}, .group_count = 1,
     .memory = {{.base = UINT64_MAX - 4095, .size = 8192}}, .memory_count = 1, .err = HA_EINVAL,
     .text = "empty or wraps"},
    {.label = "memory twice", .group = {{.maximum = 2, .active_mask = 1}}, .group_count = 1,
     .memory = {{.base = 0, .size = 8192}, {.base = 8191, .size = 1}}, .memory_count = 2,
     .err = HA_EINVAL, .text = "overlap"},
    {.label = "groups before Windows 7",
     .group = {{.maximum = 2, .active_mask = 1}, {.maximum = 2}}, .group_count = 2,
     .target = HA_TARGET_WS2008, .err = HA_EINVAL, .text = "no processor groups"},
    {.label = "no token", .group = {{.maximum = 2, .active_mask = 1}}, .group_count = 1,
     .replay = "0.2.1", .err = HA_EINVAL, .text = "is not a replay token"},
    {.label = "a token of another scenario", .group = {{.maximum = 2, .active_mask = 1}},
     .group_count = 1, .replay = "h1-00000001-00000000", .err = HA_ESTALE, .text = "scenario"},
    {.label = "a token of another profile", .group = {{.maximum = 2, .active_mask = 1}},
     .group_count = 1, .replay = "h1-00000000-00000000", .err = HA_ESTALE, .text = "profile"},
};

static void wrong_options_make_a_sentence_and_leave_the_earlier_machine_in_charge(void **state)
{
    bench_load(*state);
    for (size_t i = 0; i < sizeof wrong_options / sizeof wrong_options[0]; i++) {
        const struct wrong_options *wrong = &wrong_options[i];
        struct ha_machine_options options = {
            .partition = {wrong->group, wrong->group_count, wrong->memory, wrong->memory_count},
            .arena_bytes = (size_t)1 << 20, .replay = wrong->replay};
        struct ha_machine *machine = NULL;
        struct ha_error error = {""};
        options.profile.knob[HA_KNOB_TARGET] = (uint8_t)wrong->target;

        int err = ha_machine_create(&options, &machine, &error);

        if (err != wrong->err || machine || !strstr(error.text, wrong->text))
            fail_msg("%s: %d '%s'", wrong->label, err, error.text);
        assert_int_equal(ha_machine_create(&options, &machine, NULL), wrong->err);
        assert_int_equal(KeQueryMaximumProcessorCount(), 8);
    }
}

static void too_many_groups_or_processors_make_no_machine(void **state)
{
    struct ha_group_options group[MANY_GROUPS];
    struct ha_machine_options options = {.partition = {.group = group},
                                         .arena_bytes = (size_t)4 << 20};
    struct ha_machine *machine = NULL;
    (void)state;
    for (size_t g = 0; g < MANY_GROUPS; g++)
        group[g] = (struct ha_group_options){.maximum = 64, .active_mask = 1};

    options.partition.group_count = MANY_GROUPS;
    assert_int_equal(ha_machine_create(&options, &machine, NULL), HA_EINVAL);
    options.partition.group_count = HA_MAXIMUM_PROCESSORS / 64 + 1;
    assert_int_equal(ha_machine_create(&options, &machine, NULL), HA_EINVAL);
    options.partition.group_count = HA_MAXIMUM_PROCESSORS / 64;
    assert_int_equal(ha_machine_create(&options, &machine, NULL), HA_OK);
    ha_machine_destroy(machine);
    ha_machine_destroy(NULL);
}

static void the_trace_begins_with_what_the_run_starts_from(void **state)
{
    struct bench *b = *state;
    const struct ha_memory_options memory[] = {{0, 4096}, {8192, 4096}};
    b->options.partition.memory = memory;
    b->options.partition.memory_count = 2;
    b->options.name = "a scenario";
    bench_group(b, 2, 0x2);

    bench_finish(b);

    const struct ha_record *begin = &b->collector.record[0];
    assert_true(begin->kind == HA_TRACE_BEGIN && ha_record_seq(begin) == 1);
    assert_int_equal(begin->as.begin.groups, 2);
    assert_int_equal(begin->as.begin.processors, 5);
    assert_int_equal(begin->as.begin.maximum, 10);
    assert_int_equal(begin->as.begin.maker, HA_MAKER_HOTADD);
    assert_int_equal(bench_count(b, HA_KNOB), HA_KNOB_COUNT);
    assert_int_equal(bench_count(b, HA_GROUP), 2);
    assert_int_equal(bench_record(b, HA_PROCESSOR, 4)->as.existing.number, 1);
    assert_int_equal(bench_count(b, HA_MEMORY), 2);
    assert_memory_equal(bench_record(b, HA_NAME, 0)->as.name.text, "a scenario", 11);
    assert_int_equal(b->collector.record[b->collector.count - 1].kind, HA_TRACE_END);
}

static void a_late_sink_gets_what_was_not_yet_handed_over(void **state)
{
    struct bench *b = *state;
    struct ha_collector late;
    ha_collector_init(&late);
    bench_load(b);
    ha_machine_flush(b->machine);
    size_t seen = b->collector.count;
    assert_true(seen > 0);
    assert_int_equal(ha_machine_add_processor(b->machine, 0, &any_place), HA_OK);
    assert_int_equal(ha_machine_run(b->machine), HA_OK);

    assert_int_equal(ha_machine_add_sink(b->machine, &late.sink), HA_OK);
    bench_finish(b);

    assert_true(late.count > 0);
    assert_int_equal(late.count, b->collector.count - seen);
    assert_memory_equal(late.record, b->collector.record + seen,
                        late.count * sizeof *late.record);
    ha_collector_close(&late);
}

static void a_ninth_sink_is_refused(void **state)
{
    struct bench *b = *state;
    struct ha_collector collector[HA_TRACE_SINKS];
    bench_load(b);      /* the bench's own two */
    for (size_t i = 0; i < HA_TRACE_SINKS; i++)
        ha_collector_init(&collector[i]);
    for (size_t i = 2; i < HA_TRACE_SINKS; i++)
        assert_int_equal(ha_machine_add_sink(b->machine, &collector[i].sink), HA_OK);

    assert_int_equal(ha_machine_add_sink(b->machine, &collector[0].sink), HA_EINVAL);

    bench_finish(b);
    for (size_t i = 0; i < HA_TRACE_SINKS; i++)
        ha_collector_close(&collector[i]);
}

/* An arrangement with a refusal, an EXIST phase and a unit, played to its end. */
static void describe(struct bench *b)
{
    struct driver *a = bench_driver(b, "a");
    struct driver *c = bench_driver(b, "c");
    a->flags = KE_PROCESSOR_CHANGE_ADD_EXISTING;
    a->asks = true;
    c->answer[KeProcessorAddStartNotify] = INSUF;
    c->only_for = 5;
}

static void play(struct bench *b)
{
    bench_add(b, (struct ha_add_options){HA_ANYWHERE,
                                         .count = 3});
    bench_finish(b);
}

static void expect_same_records(const struct ha_collector *a, const struct ha_collector *b)
{
    assert_true(a->count > 50);
    assert_int_equal(a->count, b->count);
    assert_memory_equal(a->record, b->record, a->count * sizeof *a->record);
}

static void the_same_run_gives_the_same_bytes(void **state)
{
    struct bench *b = *state, *again;
    assert_int_equal(bench_setup((void **)&again), 0);
    describe(b);
    describe(again);

    play(b);
    play(again);

    expect_same_records(&b->collector, &again->collector);
    bench_teardown((void **)&again);
}

static void the_run_of_its_own_token_gives_the_same_bytes(void **state)
{
    struct bench *b = *state, *again;
    struct ha_text first = {0}, second = {0};
    assert_int_equal(bench_setup((void **)&again), 0);
    describe(b);
    describe(again);
    b->options.scenario_hash = again->options.scenario_hash = 0x12345678;
    bench_replay(b, &first, 1, 1);
    bench_load(b);
    ha_tape_write(&second, &b->machine->kernel.world.host->input, b->options.scenario_hash,
                  ha_profile_hash(&b->options.profile));
    assert_string_equal(ha_text_string(&first), ha_text_string(&second));
    again->options.replay = ha_text_string(&second);

    play(b);
    play(again);

    expect_same_records(&b->collector, &again->collector);
    assert_int_equal(ha_machine_replayed(b->machine), HA_OK);
    bench_teardown((void **)&again);
    ha_text_close(&first);
    ha_text_close(&second);
}

static void a_token_with_an_answer_that_was_not_asked_for_is_stale(void **state)
{
    struct bench *b = *state;
    struct ha_text token = {0};
    bench_replay(b, &token, 1000, 1);

    bench_finish(b);

    assert_int_equal(ha_machine_replayed(b->machine), HA_ESTALE);
    ha_text_close(&token);
}

static void a_rewound_machine_gives_the_same_bytes_again_and_again(void **state)
{
    struct bench *b = *state;
    struct driver as_loaded[BENCH_DRIVERS];
    struct ha_collector first;
    describe(b);
    bench_load(b);
    assert_int_equal(ha_machine_mark(b->machine), HA_OK);
    memcpy(as_loaded, b->driver, sizeof as_loaded);
    play(b);
    first = b->collector;

    for (int i = 0; i < 3; i++) {
        ha_collector_init(&b->collector);
        ha_judge_reset(b->judge);
        memcpy(b->driver, as_loaded, sizeof as_loaded);
        assert_int_equal(ha_machine_rewind(b->machine), HA_OK);
        assert_int_equal(ha_machine_ending(b->machine), HA_END_NOT_YET);
        assert_int_equal(bench_active_count(b), 4);
        play(b);
        expect_same_records(&first, &b->collector);
        if (i < 2)
            ha_collector_close(&b->collector);
    }
    ha_collector_close(&first);
}

static void a_rewind_in_the_middle_of_a_run_is_no_different(void **state)
{
    struct bench *b = *state, *whole;
    assert_int_equal(bench_setup((void **)&whole), 0);
    describe(whole);
    play(whole);
    describe(b);
    bench_load(b);
    assert_int_equal(ha_machine_mark(b->machine), HA_OK);
    struct driver as_loaded[BENCH_DRIVERS];
    memcpy(as_loaded, b->driver, sizeof as_loaded);
    bench_add_processor(b);     /* its thread waits for more when the machine is rewound */
    ha_machine_flush(b->machine);
    bench_add_processor(b);     /* its records lie where those before the mark were */
    ha_collector_clear(&b->collector);
    ha_judge_reset(b->judge);

    assert_int_equal(ha_machine_rewind(b->machine), HA_OK);
    memcpy(b->driver, as_loaded, sizeof as_loaded);
    play(b);

    expect_same_records(&whole->collector, &b->collector);
    bench_teardown((void **)&whole);
}

static void a_mark_is_refused_when_records_were_seen_or_threads_live(void **state)
{
    struct bench *b = *state, *seen;
    assert_int_equal(bench_setup((void **)&seen), 0);
    bench_load(seen);
    ha_machine_flush(seen->machine);
    bench_add_processor(b);

    assert_int_equal(ha_machine_mark(seen->machine), HA_EBUSY);
    assert_int_equal(ha_machine_rewind(seen->machine), HA_EINVAL);
    assert_int_equal(ha_machine_mark(b->machine), HA_EBUSY);
    bench_teardown((void **)&seen);
}

static void what_is_due_first_is_done_first_and_time_jumps_there(void **state)
{
    struct bench *b = *state;
    bool ran = false;
    bench_driver(b, "a");
    bench_load(b);
    struct ha_add_options seven = {.group = 0, .number = 7, .node = HA_ANY_PLACE};
    struct ha_add_options five = {.group = 0, .number = 5, .node = HA_ANY_PLACE};
    assert_int_equal(ha_machine_add_processor(b->machine, 2000, &five), HA_OK);
    assert_int_equal(ha_machine_add_processor(b->machine, 1000, &seven), HA_OK);

    assert_int_equal(ha_machine_step(b->machine, &ran), HA_OK);
    assert_true(ran);
    assert_int_equal(bench_record(b, HA_ADD_END, 0)->time_ns, 1000);
    assert_int_equal(bench_record(b, HA_ACTIVE, 0)->as.up.number, 7);
    assert_int_equal(ha_machine_step(b->machine, NULL), HA_OK);
    assert_int_equal(bench_record(b, HA_ACTIVE, 1)->time_ns, 2000);
    assert_int_equal(ha_machine_add_processor(b->machine, 500, &any_place), HA_OK);
    assert_int_equal(ha_machine_step(b->machine, &ran), HA_OK);
    assert_int_equal(bench_record(b, HA_ACTIVE, 2)->time_ns, 2000);
    assert_int_equal(ha_machine_step(b->machine, &ran), HA_OK);
    assert_false(ran);

    expect_calls(b, "a.ke1 Start 4\na.ke1 Complete 4\na.ke1 Start 5\na.ke1 Complete 5\n"
                    "a.ke1 Start 6\na.ke1 Complete 6\n");
}

static void two_machines_on_one_thread_do_not_meet(void **state)
{
    struct bench *b = *state, *other;
    assert_int_equal(bench_setup((void **)&other), 0);
    bench_driver(b, "a");
    other->group[0] = (struct ha_group_options){.maximum = 2, .active_mask = 1};
    bench_driver(other, "c");
    bench_load(b);
    bench_load(other);

    bench_add_processor(b);
    bench_add_processor(other);
    assert_int_equal(KeQueryMaximumProcessorCount(), 2);
    bench_add_processor(b);
    assert_int_equal(KeQueryMaximumProcessorCount(), 8);
    assert_int_equal(ha_machine_add_processor(other->machine, 0, &any_place), HA_OK);
    assert_int_equal(KeQueryMaximumProcessorCount(), 2);

    expect_calls(b, "a.ke1 Start 4\na.ke1 Complete 4\na.ke1 Start 5\na.ke1 Complete 5\n");
    expect_calls(other, "c.ke1 Start 1\nc.ke1 Complete 1\n");
    bench_teardown((void **)&other);
}

static void *play_on_a_host_thread(void *argument)
{
    struct bench *b = argument;
    describe(b);
    play(b);
    ha_machine_destroy(b->machine);
    b->machine = NULL;
    return NULL;
}

static void machines_on_several_host_threads_give_the_same_bytes(void **state)
{
    enum { THREADS = 4 };
    struct bench *b = *state, *each[THREADS];
    pthread_t thread[THREADS];
    describe(b);
    play(b);
    for (size_t i = 0; i < THREADS; i++)
        assert_int_equal(bench_setup((void **)&each[i]), 0);

    for (size_t i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&thread[i], NULL, play_on_a_host_thread, each[i]), 0);
    for (size_t i = 0; i < THREADS; i++)
        assert_int_equal(pthread_join(thread[i], NULL), 0);

    for (size_t i = 0; i < THREADS; i++) {
        expect_same_records(&b->collector, &each[i]->collector);
        bench_teardown((void **)&each[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BENCH_TEST(wrong_options_make_a_sentence_and_leave_the_earlier_machine_in_charge),
        cmocka_unit_test(too_many_groups_or_processors_make_no_machine),
        BENCH_TEST(the_trace_begins_with_what_the_run_starts_from),
        BENCH_TEST(a_late_sink_gets_what_was_not_yet_handed_over),
        BENCH_TEST(a_ninth_sink_is_refused),
        BENCH_TEST(the_same_run_gives_the_same_bytes),
        BENCH_TEST(the_run_of_its_own_token_gives_the_same_bytes),
        BENCH_TEST(a_token_with_an_answer_that_was_not_asked_for_is_stale),
        BENCH_TEST(a_rewound_machine_gives_the_same_bytes_again_and_again),
        BENCH_TEST(a_rewind_in_the_middle_of_a_run_is_no_different),
        BENCH_TEST(a_mark_is_refused_when_records_were_seen_or_threads_live),
        BENCH_TEST(what_is_due_first_is_done_first_and_time_jumps_there),
        BENCH_TEST(two_machines_on_one_thread_do_not_meet),
        BENCH_TEST(machines_on_several_host_threads_give_the_same_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
