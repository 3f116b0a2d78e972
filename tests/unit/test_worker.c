/* edge: a plan that is played in a worker, whose drivers are those of tests/module/trouble.c */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "edge/load.h"
#include "edge/playing.h"
#include "unit/playground.h"

#define LEAKS_ARE_CHECKED 0
#if defined(__SANITIZE_ADDRESS__)
#undef LEAKS_ARE_CHECKED
#define LEAKS_ARE_CHECKED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#undef LEAKS_ARE_CHECKED
#define LEAKS_ARE_CHECKED 1
#endif
#endif

/* One run, and all that it recorded. */
struct play {
    struct ha_scenario scenario;
    struct ha_loop *loop;
    struct ha_collector kept;
    struct ha_sink *sink[1];
    struct ha_playing_options options;
    struct ha_playing *playing;
    bool called_off;
    size_t blamed;                      /* drivers, and what was said of them */
    struct ha_text words;
    int err;
};

static bool is_called_off(void *argument)
{
    return ((const struct play *)argument)->called_off;
}

static bool has_enough(void *argument)
{
    (void)argument;
    return false;
}

static void blame(void *argument, size_t driver, const struct ha_text *sentences)
{
    struct play *p = argument;
    p->blamed++;
    ha_text_addf(&p->words, "%zu: %s\n", driver, ha_text_string(sentences));
}

/* A scenario with the driver of that name, which gets into trouble as it says. */
static void load(struct play *p, const char *driver)
{
    char text[1024];
    struct ha_text messages = {0};
    *p = (struct play){.loop = ha_loop_open()};
    assert_non_null(p->loop);
    snprintf(text, sizeof text,
             "{ \"format\": 1, \"name\": \"trouble\",\n"
             "  \"partition\": { \"groups\": [ { \"maximum\": 8, \"active\": 4 } ] },\n"
             "  \"drivers\": [ { \"name\": \"%s\", \"module\": \"%s/trouble\" } ],\n"
             "  \"events\": [ { \"at\": \"1ms\", \"add_processor\": {} } ] }\n", driver,
             HA_MODULES);
    playground_write("trouble.json", text);
    assert_int_equal(ha_scenario_load_file("trouble.json", NULL, &p->scenario, &messages), HA_OK);
    ha_text_close(&messages);
    ha_collector_init(&p->kept);
    p->sink[0] = &p->kept.sink;
    p->options = (struct ha_playing_options){
        .plan = &p->scenario.plan, .sink = p->sink, .sink_count = 1, .loop = p->loop,
        .is_called_off = is_called_off, .has_enough = has_enough, .blame = blame,
        .argument = p};
}

static void play_to_the_end(struct play *p, bool apart)
{
    struct ha_text trouble = {0};
    p->err = ha_playing_open(&p->options, apart, &p->playing, &trouble);
    if (p->err)
        fail_msg("%d, %s", p->err, ha_text_string(&trouble));
    ha_text_close(&trouble);
    do
        p->err = ha_playing_slice(p->playing, HA_NO_LIMIT);
    while (!p->err && !p->playing->state.over);
}

static void unload(struct play *p)
{
    ha_playing_close(p->playing);
    ha_text_close(&p->words);
    ha_collector_close(&p->kept);
    ha_scenario_close(&p->scenario);
    ha_loop_close(p->loop);
}

/* A run in a worker that ended so; its last records are given back. */
static const struct ha_record *expect_end(const struct play *p, enum ha_ending ending)
{
    uint64_t next = 1;
    assert_int_equal(p->err, HA_OK);
    assert_int_equal(p->playing->state.ending, ending);
    assert_true(p->kept.count > 2);
    for (size_t i = 0; i < p->kept.count; i++) {
        assert_int_equal(ha_record_seq(&p->kept.record[i]), next);
        next += ha_record_span(&p->kept.record[i]);
    }
    const struct ha_record *end = &p->kept.record[p->kept.count - 1];
    assert_int_equal(end->kind, HA_TRACE_END);
    assert_int_equal(end->as.end.ending, ending);
    return end - 1;
}

static void a_worker_hands_over_what_a_machine_here_records(void **state)
{
    static const char *const drivers[] = {"good", "take_start", "poll_never"};
    (void)state;
    for (size_t i = 0; i < sizeof drivers / sizeof drivers[0]; i++) {
        struct play here, apart;
        load(&here, drivers[i]);
        here.options.record_budget = 100000;
        play_to_the_end(&here, false);
        enum ha_ending ending = here.playing->state.ending;
        ha_playing_close(here.playing);
        here.playing = NULL;
        load(&apart, drivers[i]);
        apart.options.record_budget = 100000;

        play_to_the_end(&apart, true);

        expect_end(&apart, ending);
        assert_int_equal(apart.kept.count, here.kept.count);
        assert_memory_equal(apart.kept.record, here.kept.record,
                            here.kept.count * sizeof *here.kept.record);
        unload(&here);
        unload(&apart);
    }
}

static void a_crash_is_told_in_the_name_of_the_thread_that_ran(void **state)
{
    struct play p;
    (void)state;
    load(&p, "crash_start");

    play_to_the_end(&p, true);

    const struct ha_record *crash = expect_end(&p, HA_END_CRASH);
    assert_int_equal(crash->kind, HA_CRASH);
    assert_true(crash->as.crash.signal || crash->as.crash.exit_code);
    assert_int_equal(crash[-1].kind, HA_CB_ENTER);
    assert_int_equal(crash->thread, crash[-1].thread);
    assert_int_equal(crash->driver, 1);
    assert_int_equal(crash->time_ns, 1000000);
    unload(&p);
}

static void an_abort_and_an_exit_are_told_apart(void **state)
{
    static const struct { const char *driver; uint32_t number, exit_code; } cases[] = {
        {"abort_start", SIGABRT, 0}, {"exit_start", 0, 3}, {"abort_thread", SIGABRT, 0},
        {"exit_thread", 0, 3}, {"abort_unload", SIGABRT, 0}, {"exit_entry", 0, 3},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct play p;
        load(&p, cases[i].driver);

        play_to_the_end(&p, true);

        const struct ha_record *crash = expect_end(&p, HA_END_CRASH);
        assert_int_equal(crash->as.crash.signal, cases[i].number);
        /* A checker of leaks that finds the run's memory has a code of its own. */
        assert_int_equal(crash->as.crash.exit_code != 0, cases[i].exit_code != 0);
        if (!LEAKS_ARE_CHECKED)
            assert_int_equal(crash->as.crash.exit_code, cases[i].exit_code);
        assert_int_equal(crash->driver, 1);
        unload(&p);
    }
}

static void a_parent_that_ignores_its_children_hears_of_their_end_all_the_same(void **state)
{
    struct play p;
    (void)state;
    load(&p, "abort_start");
    signal(SIGCHLD, SIG_IGN);

    play_to_the_end(&p, true);

    assert_int_equal(expect_end(&p, HA_END_CRASH)->as.crash.signal, SIGABRT);
    unload(&p);
}

static void the_last_words_keep_the_irql_that_no_record_tells(void **state)
{
    static const char *const drivers[] = {"exit_raised_start", "abort_raised_start",
                                          "crash_raised_start"};
    (void)state;
    for (size_t i = 0; i < sizeof drivers / sizeof drivers[0]; i++) {
        struct play p;
        load(&p, drivers[i]);

        play_to_the_end(&p, true);

        const struct ha_record *crash = expect_end(&p, HA_END_CRASH);
        assert_int_equal(crash[-1].irql, 0);
        /* A sanitizer ends a process that crashes before anybody could note anything. */
        if (crash->as.crash.signal || i == 0)
            assert_int_equal(crash->irql, 2);
        unload(&p);
    }
}

static void code_that_runs_on_is_stopped_and_told_where_it_was(void **state)
{
    struct play p;
    (void)state;
    load(&p, "loop_start");
    p.options.hang_s = 1;

    play_to_the_end(&p, true);

    const struct ha_record *crash = expect_end(&p, HA_END_HANG);
    assert_int_equal(crash->as.crash.signal, SIGKILL);
    assert_int_equal(crash->driver, 1);
    assert_int_equal(crash->thread, crash[-1].thread);
    unload(&p);
}

static void code_that_runs_on_is_stopped_soon_when_the_run_is_called_off(void **state)
{
    struct play p;
    (void)state;
    load(&p, "loop_start");
    p.called_off = true;

    play_to_the_end(&p, true);

    const struct ha_record *before = expect_end(&p, HA_END_SIGNAL);
    assert_int_equal(before->kind, HA_CB_ENTER);
    unload(&p);
}

static void code_that_calls_is_ended_by_the_machine_when_the_run_is_called_off(void **state)
{
    struct play p;
    (void)state;
    load(&p, "take_start");
    p.called_off = true;

    play_to_the_end(&p, true);

    const struct ha_record *before = expect_end(&p, HA_END_SIGNAL);
    assert_true(before->kind == HA_ALLOC || before->kind == HA_FREE);
    unload(&p);
}

static void a_run_can_be_stopped_between_two_steps(void **state)
{
    struct ha_text trouble = {0};
    struct play p;
    (void)state;
    load(&p, "good");
    assert_int_equal(ha_playing_open(&p.options, true, &p.playing, &trouble), HA_OK);
    assert_int_equal(ha_playing_slice(p.playing, 0), HA_OK);
    assert_true(p.playing->state.has_due);
    assert_int_equal(p.playing->state.due_ns, 1000000);

    ha_playing_stop(p.playing, HA_END_SIGNAL);

    expect_end(&p, HA_END_SIGNAL);
    assert_true(p.playing->state.over);
    unload(&p);
}

static void nothing_is_left_of_a_worker_when_it_is_closed(void **state)
{
    static const char *const drivers[] = {"good", "crash_start", "abort_entry"};
    (void)state;
    for (size_t i = 0; i < sizeof drivers / sizeof drivers[0]; i++) {
        struct play p;
        load(&p, drivers[i]);
        play_to_the_end(&p, true);

        unload(&p);

        assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
        assert_int_equal(errno, ECHILD);
    }
}

/* Begin to play with the modules of those paths, which cannot be. */
static void expect_blame(struct play *p, const char *first, const char *second, bool apart)
{
    struct ha_script script[2] = {*p->scenario.plan.driver, *p->scenario.plan.driver};
    struct ha_text trouble = {0};
    script[0].module = first;
    script[1].module = second;
    p->scenario.plan.driver = script;
    p->scenario.plan.driver_count = second ? 2 : 1;

    assert_int_equal(ha_playing_open(&p->options, apart, &p->playing, &trouble), HA_EREAD);

    assert_int_equal(trouble.length, 0);
    ha_text_close(&trouble);
}

static void every_module_that_cannot_be_loaded_is_named_with_its_driver(void **state)
{
    (void)state;
    for (int apart = 0; apart < 2; apart++) {
        struct play p;
        load(&p, "good");

        expect_blame(&p, HA_MODULES "/nowhere", HA_MODULES "/nothing", apart);

        assert_int_equal(p.blamed, 2);
        assert_non_null(strstr(ha_text_string(&p.words), "0: module "));
        assert_non_null(strstr(ha_text_string(&p.words), "/nowhere: there is no such file"));
        assert_non_null(strstr(ha_text_string(&p.words), "\n1: module "));
        assert_non_null(strstr(ha_text_string(&p.words), "it exports no DriverEntry"));
        unload(&p);
    }
}

static void a_module_that_ends_its_process_while_it_is_loaded_is_named(void **state)
{
    struct play p;
    (void)state;
    load(&p, "good");

    expect_blame(&p, HA_MODULES "/trouble", HA_MODULES "/constructor", true);

    assert_int_equal(p.blamed, 1);
    assert_non_null(strstr(ha_text_string(&p.words), "1: module "));
    assert_non_null(strstr(ha_text_string(&p.words),
                           "/constructor: SIGABRT while it is loaded\n"));
    unload(&p);
}

#define in_folder(test) \
    cmocka_unit_test_setup_teardown(test, playground_open, playground_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_folder(a_worker_hands_over_what_a_machine_here_records),
        in_folder(a_crash_is_told_in_the_name_of_the_thread_that_ran),
        in_folder(an_abort_and_an_exit_are_told_apart),
        in_folder(a_parent_that_ignores_its_children_hears_of_their_end_all_the_same),
        in_folder(the_last_words_keep_the_irql_that_no_record_tells),
        in_folder(code_that_runs_on_is_stopped_and_told_where_it_was),
        in_folder(code_that_runs_on_is_stopped_soon_when_the_run_is_called_off),
        in_folder(code_that_calls_is_ended_by_the_machine_when_the_run_is_called_off),
        in_folder(a_run_can_be_stopped_between_two_steps),
        in_folder(nothing_is_left_of_a_worker_when_it_is_closed),
        in_folder(every_module_that_cannot_be_loaded_is_named_with_its_driver),
        in_folder(a_module_that_ends_its_process_while_it_is_loaded_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
