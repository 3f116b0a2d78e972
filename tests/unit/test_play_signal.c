/* edge: a run that a signal ends is told as far as it came; one that is paced tells the same */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <cjson/cJSON.h>

#include "base/text.h"
#include "unit/playground.h"

#define EVENTS 20000        /* their trace is many times what a pipe holds */

/* A child that plays a file and then good.json; what it prints can be read here. */
struct child {
    pid_t id;
    FILE *out, *log;
};

static int open_with_files(void **state)
{
    struct ha_text text = {0};
    playground_open(state);
    playground_write("good.json", PLAYGROUND_GOOD);
    ha_text_add(&text, "{ \"format\": 1, \"name\": \"long\", \"partition\":\n"
                       "{ \"groups\": [ { \"maximum\": 1, \"active\": 1 } ] },\n\"events\": [\n");
    for (unsigned i = 0; i < EVENTS; i++)
        ha_text_addf(&text, "%s{ \"at\": \"%ums\", \"add_processor\": {} }", i ? ",\n" : "", i);
    ha_text_add(&text, "] }\n");
    playground_write("long.json", ha_text_string(&text));
    ha_text_close(&text);
    return 0;
}

static void play_as_child(struct child *child, const char *first,
                          const struct ha_play_options *options)
{
    const char *const paths[] = {first, "good.json"};
    struct ha_play_options play = *options;
    int pipes[2];
    assert_int_equal(pipe(pipes), 0);
    child->log = tmpfile();
    assert_non_null(child->log);
    fflush(NULL);
    child->id = fork();
    assert_true(child->id >= 0);
    if (child->id == 0) {
        close(pipes[0]);
        play.path = paths;
        play.path_count = 2;
        play.out = fdopen(pipes[1], "w");
        play.log = child->log;
        int code = ha_play(&play);
        fclose(play.out);
        fclose(play.log);
        _exit(code);
    }
    close(pipes[1]);
    child->out = fdopen(pipes[0], "r");
}

/* Wait for its end and close all. Gives the length of what `text` has got of the log. */
static size_t close_child(struct child *child, int code, char *text, size_t room)
{
    int status;
    assert_int_equal(waitpid(child->id, &status, 0), child->id);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), code);
    rewind(child->log);
    size_t length = fread(text, 1, room - 1, child->log);
    text[length] = '\0';
    fclose(child->out);
    fclose(child->log);
    return length;
}

static void expect_log(struct child *child, int code, const char *log)
{
    char text[4096];
    close_child(child, code, text, sizeof text);
    assert_string_equal(text, log);
}

static void expect_end(struct child *child, int code, const char *last_lines)
{
    char text[4096];
    size_t length = close_child(child, code, text, sizeof text);
    size_t expected = strlen(last_lines);
    if (length < expected || strcmp(text + length - expected, last_lines) != 0)
        fail_msg("the log ends otherwise:\n%s", text);
}

/* Read one line of the trace; true when it is the last, which must say how the run ended. */
static bool is_last(const char *text, const char *ending)
{
    cJSON *line = cJSON_Parse(text);
    if (!cJSON_IsObject(line))
        fail_msg("no line of JSON: %s", text);
    const char *event = cJSON_GetStringValue(cJSON_GetObjectItem(line, "event"));
    bool last = !strcmp(event, "TRACE_END");
    if (last)
        assert_string_equal(cJSON_GetStringValue(cJSON_GetObjectItem(line, "ending")), ending);
    cJSON_Delete(line);
    return last;
}

static void expect_a_signal_to_end_the_trace(int number, int code, const char *last_lines)
{
    char line[1024];
    struct child child;
    play_as_child(&child, "long.json", &(struct ha_play_options){.output = HA_OUTPUT_JSONL});
    assert_non_null(fgets(line, sizeof line, child.out));
    playground_has(line, "\"event\":\"TRACE_BEGIN\"");

    assert_int_equal(kill(child.id, number), 0);

    bool ended = false;
    while (fgets(line, sizeof line, child.out)) {
        assert_false(ended);
        ended = is_last(line, "signal");
    }
    assert_true(ended);
    expect_end(&child, code, last_lines);
}

static void sigint_ends_a_run_with_the_trace_so_far(void **state)
{
    (void)state;
    expect_a_signal_to_end_the_trace(SIGINT, HA_EXIT_SIGINT,
                                     "hotadd: ended by SIGINT\n0 passed, 1 failed\n");
}

static void sigterm_ends_a_run_with_the_trace_so_far(void **state)
{
    (void)state;
    expect_a_signal_to_end_the_trace(SIGTERM, HA_EXIT_SIGTERM,
                                     "hotadd: ended by SIGTERM\n0 passed, 1 failed\n");
}

static void sigint_ends_a_story_that_says_so(void **state)
{
    (void)state;
    char line[1024], text[1024] = "";
    struct child child;
    play_as_child(&child, "long.json", &(struct ha_play_options){.output = HA_OUTPUT_STORY});
    assert_non_null(fgets(line, sizeof line, child.out));

    assert_int_equal(kill(child.id, SIGINT), 0);

    while (fgets(line, sizeof line, child.out))
        if (strstr(line, "the run ended") || strstr(line, "hotadd:") || strstr(line, "passed"))
            strcat(text, line);
    playground_has(text, "the run ended: signal\n");
    playground_has(text, "hotadd: ended by SIGINT\n0 passed, 1 failed\n");
    expect_end(&child, HA_EXIT_SIGINT, "");
}

/* Opening the writer's end waits until the child has opened the other. */
static int open_pipe(const char *name)
{
    int pipe = open(name, O_WRONLY);
    assert_true(pipe >= 0);
    return pipe;
}

/* Nothing is known of a file that was not read: it counts neither way. */
static void a_signal_ends_the_wait_for_a_pipe(void **state)
{
    static const struct { int number, code; struct ha_play_options options; const char *log; }
    cases[] = {
        {SIGINT, HA_EXIT_SIGINT, {.output = HA_OUTPUT_JSONL},
         "hotadd: ended by SIGINT\n0 passed, 0 failed\n"},
        {SIGTERM, HA_EXIT_SIGTERM, {.output = HA_OUTPUT_JSONL},
         "hotadd: ended by SIGTERM\n0 passed, 0 failed\n"},
        {SIGINT, HA_EXIT_SIGINT, {.list = true}, "hotadd: ended by SIGINT\n"},
    };
    (void)state;
    assert_int_equal(mkfifo("pipe.json", 0600), 0);

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct child child;
        play_as_child(&child, "pipe.json", &cases[i].options);
        int pipe = open_pipe("pipe.json");
        assert_int_equal(write(pipe, "{ \"format\":", 11), 11);
        assert_int_equal(kill(child.id, cases[i].number), 0);
        assert_int_equal(fgetc(child.out), EOF);
        expect_log(&child, cases[i].code, cases[i].log);
        close(pipe);
    }
}

/* The trace of good.json shows that signals are caught; nobody ever opens the pipe. */
static void a_signal_ends_the_wait_for_a_writer(void **state)
{
    (void)state;
    char line[1024];
    int status;
    struct child child;
    playground_write("f/a.json", PLAYGROUND_GOOD);
    assert_int_equal(unlink("good.json"), 0);
    assert_int_equal(mkfifo("good.json", 0600), 0);
    play_as_child(&child, "f/a.json", &(struct ha_play_options){.output = HA_OUTPUT_JSONL});
    do
        assert_non_null(fgets(line, sizeof line, child.out));
    while (!is_last(line, "normally"));

    assert_int_equal(kill(child.id, SIGTERM), 0);

    assert_int_equal(waitpid(child.id, &status, 0), child.id);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), HA_EXIT_SIGTERM);
    fclose(child.out);
    fclose(child.log);
}

static void a_scenario_may_come_through_a_pipe_in_parts(void **state)
{
    (void)state;
    static const char text[] = PLAYGROUND_GOOD;
    struct child child;
    assert_int_equal(mkfifo("pipe.json", 0600), 0);
    play_as_child(&child, "pipe.json", &(struct ha_play_options){.quiet = true});
    int pipe = open_pipe("pipe.json");

    for (size_t i = 0; i < sizeof text - 1; i++)
        assert_int_equal(write(pipe, text + i, 1), 1);
    close(pipe);

    char line[1024];
    assert_non_null(fgets(line, sizeof line, child.out));
    assert_string_equal(line, "2 passed, 0 failed\n");
    expect_end(&child, HA_EXIT_OK, "");
}

/* Nothing of the driver's is under way any more when its entry has been left. */
static void a_signal_ends_the_wait_for_an_event_in_an_hour(void **state)
{
    static const struct { int number, code; const char *last_lines; } cases[] = {
        {SIGINT, HA_EXIT_SIGINT, "hotadd: ended by SIGINT\n0 passed, 1 failed\n"},
        {SIGTERM, HA_EXIT_SIGTERM, "hotadd: ended by SIGTERM\n0 passed, 1 failed\n"},
    };
    (void)state;
    playground_write("hour.json", PLAYGROUND_AT("3600s"));

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char line[1024];
        bool ended = false;
        struct child child;
        play_as_child(&child, "hour.json", &(struct ha_play_options){
                          .output = HA_OUTPUT_JSONL, .realtime = true});
        do
            assert_non_null(fgets(line, sizeof line, child.out));
        while (!strstr(line, "\"event\":\"DRV_ENTRY_LEAVE\""));

        assert_int_equal(kill(child.id, cases[i].number), 0);

        while (fgets(line, sizeof line, child.out)) {
            playground_lacks(line, "ADD_BEGIN");
            ended = is_last(line, "signal");
        }
        assert_true(ended);
        expect_end(&child, cases[i].code, cases[i].last_lines);
    }
}

static void a_paced_run_gives_the_same_trace(void **state)
{
    struct playground *p = *state;
    playground_write("soon.json", PLAYGROUND_AT("20ms"));
    playground_play_as(p, "soon.json", &(struct ha_play_options){.output = HA_OUTPUT_JSONL});
    char *unpaced = strdup(p->out);
    assert_non_null(unpaced);

    playground_play_as(p, "soon.json", &(struct ha_play_options){.output = HA_OUTPUT_JSONL,
                                                                 .realtime = true});

    assert_int_equal(p->code, HA_EXIT_OK);
    assert_string_equal(p->out, unpaced);
    playground_has(p->out, "\"event\":\"ADD_END\"");
    free(unpaced);
}

static volatile sig_atomic_t signals;

static void count_signal(int number)
{
    (void)number;
    signals++;
}

static void a_program_has_its_signals_back_after_playing(void **state)
{
    struct playground *p = *state;
    struct sigaction mine = {.sa_handler = count_signal}, before;
    sigemptyset(&mine.sa_mask);
    assert_int_equal(sigaction(SIGTERM, &mine, &before), 0);

    playground_play(p, "good.json");
    raise(SIGTERM);

    sigaction(SIGTERM, &before, NULL);
    assert_int_equal(signals, 1);
}

#define with_files(test) cmocka_unit_test_setup_teardown(test, open_with_files, playground_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_files(sigint_ends_a_run_with_the_trace_so_far),
        with_files(sigterm_ends_a_run_with_the_trace_so_far),
        with_files(sigint_ends_a_story_that_says_so),
        with_files(a_signal_ends_the_wait_for_a_pipe),
        with_files(a_signal_ends_the_wait_for_a_writer),
        with_files(a_scenario_may_come_through_a_pipe_in_parts),
        with_files(a_signal_ends_the_wait_for_an_event_in_an_hour),
        with_files(a_paced_run_gives_the_same_trace),
        with_files(a_program_has_its_signals_back_after_playing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
