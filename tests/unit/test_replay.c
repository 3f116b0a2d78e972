/* edge: a run is repeated from its token, or refused with a reason */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "unit/playground.h"

#define TOKEN_ROOM 64

static int open_with_files(void **state)
{
    playground_open(state);
    playground_write("good.json", PLAYGROUND_GOOD);
    playground_write("forgets.json", PLAYGROUND_FORGETS);
    return 0;
}

/* What stands behind `mark` to the end of its line, from a log that a finding has gone to. */
static void copy_rest_of_line(const char *log, const char *mark, char *rest, size_t room)
{
    const char *at = strstr(log, mark);
    if (!at)
        fail_msg("not found:\n%s\nin:\n%s", mark, log);
    at += strlen(mark);
    size_t length = strcspn(at, "\n");
    assert_true(length < room);
    memcpy(rest, at, length);
    rest[length] = '\0';
}

/* The token of the run that was played last. */
static void copy_token(const struct playground *p, char *token)
{
    copy_rest_of_line(p->log, " --replay ", token, TOKEN_ROOM);
}

/* Play as JSON Lines; returns the trace, which the caller frees. */
static char *trace_of(struct playground *p, const char *path, const char *token)
{
    playground_play_as(p, path, &(struct ha_play_options){.output = HA_OUTPUT_JSONL,
                                                          .replay = token});
    char *trace = p->out;
    p->out = NULL;
    return trace;
}

static void expect_repeat(struct playground *p, const char *path, const struct ha_play_options *as,
                          const char *command)
{
    struct ha_play_options options = *as;
    char line[256];
    options.output = HA_OUTPUT_JSONL;
    playground_play_as(p, path, &options);
    copy_rest_of_line(p->log, "  repeat    ", line, sizeof line);
    if (strncmp(line, command, strlen(command)) != 0)
        fail_msg("%s\ndoes not begin with\n%s", line, command);
}

static void the_token_of_a_finding_repeats_the_run_byte_for_byte(void **state)
{
    struct playground *p = *state;
    char token[TOKEN_ROOM];
    char *first = trace_of(p, "forgets.json", NULL);
    char *first_log = p->log;
    p->log = NULL;
    copy_rest_of_line(first_log, " --replay ", token, sizeof token);

    char *second = trace_of(p, "forgets.json", token);

    assert_string_equal(second, first);
    assert_string_equal(p->log, first_log);
    free(first);
    free(first_log);
    free(second);
}

static void the_line_that_repeats_a_run_names_all_that_shaped_it(void **state)
{
    struct playground *p = *state;
    const char *set[] = {"dereg_wait=per_call", "target=win7"};

    expect_repeat(p, "forgets.json", &(struct ha_play_options){.quiet = false},
                  "hotadd run forgets.json --replay h1-");
    expect_repeat(p, "forgets.json", &(struct ha_play_options){.profile = "intro"},
                  "hotadd run forgets.json --profile intro --replay h1-");
    expect_repeat(p, "forgets.json",
                  &(struct ha_play_options){.profile = "intro", .set = set, .set_count = 2},
                  "hotadd run forgets.json --profile intro --set dereg_wait=per_call "
                  "--set target=win7 --replay h1-");
    expect_repeat(p, "forgets.json", &(struct ha_play_options){.record_budget = 1000},
                  "hotadd run forgets.json --replay h1-");
}

static void the_line_that_repeats_a_run_names_the_budget_that_ended_it(void **state)
{
    struct playground *p = *state;
    playground_write("early.json", "{ \"format\": 1, \"name\": \"n\", \"partition\":\n"
                                   "{ \"groups\": [ { \"maximum\": 1, \"active\": 1 } ] },\n"
                                   "\"drivers\": [ { \"name\": \"d\", \"unload\": [], \"entry\":\n"
                                   "[ { \"register\": \"processor-change\", \"as\": \"s\" } ] },\n"
                                   "{ \"name\": \"e\" } ],\n\"events\": [\n"
                                   "{ \"at\": \"1ms\", \"unload\": \"d\" },\n"
                                   "{ \"at\": \"2ms\", \"unload\": \"e\" } ] }\n");

    expect_repeat(p, "early.json", &(struct ha_play_options){.record_budget = 46},
                  "hotadd run early.json --budget 46 --replay h1-");
}

static void a_name_that_a_shell_would_tear_is_quoted(void **state)
{
    struct playground *p = *state;
    playground_write("two\twords.json", PLAYGROUND_FORGETS);
    playground_write("it's.json", PLAYGROUND_FORGETS);
    playground_write("a$b.json", PLAYGROUND_FORGETS);
    playground_write("~a.json", PLAYGROUND_FORGETS);

    const struct ha_play_options options = {.quiet = true};
    expect_repeat(p, "two\twords.json", &options, "hotadd run $'two\\011words.json' --replay");
    expect_repeat(p, "it's.json", &options, "hotadd run 'it'\\''s.json' --replay");
    expect_repeat(p, "a$b.json", &options, "hotadd run 'a$b.json' --replay");
    expect_repeat(p, "~a.json", &options, "hotadd run '~a.json' --replay");
}

static void an_answer_changes_the_run_and_repeats_byte_for_byte(void **state)
{
    struct playground *p = *state;
    char token[TOKEN_ROOM], answered[TOKEN_ROOM + 8];
    char *plain = trace_of(p, "forgets.json", NULL);
    copy_token(p, token);
    snprintf(answered, sizeof answered, "%s-0:1", token);

    char *first = trace_of(p, "forgets.json", answered);
    char *second = trace_of(p, "forgets.json", answered);

    playground_has(first, "\"event\":\"CHOICE\"");
    playground_has(first, "\"event\":\"FAULT\"");
    playground_lacks(plain, "\"event\":\"FAULT\"");
    assert_string_equal(first, second);
    free(plain);
    free(first);
    free(second);
}

static void what_is_no_token_is_refused_and_nothing_is_run(void **state)
{
    static const char *const malformed[] = {
        "", "x", "h", "h1", "h1-", "h2-00000000-00000000", "h1-00000000", "h1-00000000-",
        "h1-0000000g-00000000", "h1-123456789-00000000", "h1-00000000-00000000-",
        "h1-00000000-00000000-1", "h1-00000000-00000000-1:", "h1-00000000-00000000-1:0",
        "h1-00000000-00000000-1:1,", "h1-00000000-00000000-2:1,1:1",
        "h1-00000000-00000000-1:1,1:1", "h1-00000000-00000000-4294967296:1",
        "h1-00000000-00000000-1:1 ", " h1-00000000-00000000", "H1-00000000-00000000",
    };
    struct playground *p = *state;

    for (size_t i = 0; i < sizeof malformed / sizeof *malformed; i++) {
        char *trace = trace_of(p, "good.json", malformed[i]);
        if (p->code != HA_EXIT_USAGE || !strstr(p->log, "is not a replay token"))
            fail_msg("'%s': exit code %d\n%s", malformed[i], p->code, p->log);
        assert_string_equal(trace, "");
        free(trace);
    }
}

static void a_token_is_stale_when_the_scenario_has_changed(void **state)
{
    struct playground *p = *state;
    char token[TOKEN_ROOM];
    free(trace_of(p, "forgets.json", NULL));
    copy_token(p, token);
    playground_write("forgets.json", PLAYGROUND_FORGETS " ");

    char *trace = trace_of(p, "forgets.json", token);

    assert_int_equal(p->code, HA_EXIT_USAGE);
    playground_has(p->log, "error: the token is stale: the scenario has changed since");
    assert_string_equal(trace, "");
    free(trace);
}

static void a_token_is_stale_under_another_profile(void **state)
{
    struct playground *p = *state;
    char token[TOKEN_ROOM];
    free(trace_of(p, "forgets.json", NULL));
    copy_token(p, token);

    playground_play_as(p, "forgets.json", &(struct ha_play_options){.replay = token,
                                                                    .profile = "intro"});

    assert_int_equal(p->code, HA_EXIT_USAGE);
    playground_has(p->out, "error: the token is stale: the profile has changed since");
    playground_lacks(p->out, "DriverEntry");
}

static void a_token_is_stale_when_its_answers_do_not_fit_the_questions(void **state)
{
    static const char *const answers[] = {"-9999:1", "-0:9", "-0:1,9999:1", "-0:4294967295"};
    struct playground *p = *state;
    char token[TOKEN_ROOM], answered[TOKEN_ROOM + 16];
    free(trace_of(p, "forgets.json", NULL));
    copy_token(p, token);

    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        snprintf(answered, sizeof answered, "%s%s", token, answers[i]);
        free(trace_of(p, "forgets.json", answered));
        if (p->code != HA_EXIT_USAGE || !strstr(p->log, "error: the token is stale: the run does"))
            fail_msg("%s: exit code %d\n%s", answers[i], p->code, p->log);
        playground_has(p->log, "0 passed, 1 failed\n");
    }
}

static void a_token_is_for_one_scenario(void **state)
{
    struct playground *p = *state;
    char token[TOKEN_ROOM];
    playground_write("f/forgets.json", PLAYGROUND_FORGETS);
    free(trace_of(p, "forgets.json", NULL));
    copy_token(p, token);

    playground_play_as(p, "forgets.json good.json", &(struct ha_play_options){.replay = token});
    assert_int_equal(p->code, HA_EXIT_USAGE);
    assert_string_equal(p->log, "hotadd: error: a token repeats one scenario, not 2\n");
    assert_string_equal(p->out, "0 passed, 0 failed\n");

    playground_play_as(p, "f", &(struct ha_play_options){.replay = token});
    assert_int_equal(p->code, HA_EXIT_FAILED);
    playground_has(p->out, "DRV-5");
}

#define with_files(test) cmocka_unit_test_setup_teardown(test, open_with_files, playground_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_files(the_token_of_a_finding_repeats_the_run_byte_for_byte),
        with_files(the_line_that_repeats_a_run_names_all_that_shaped_it),
        with_files(the_line_that_repeats_a_run_names_the_budget_that_ended_it),
        with_files(a_name_that_a_shell_would_tear_is_quoted),
        with_files(an_answer_changes_the_run_and_repeats_byte_for_byte),
        with_files(what_is_no_token_is_refused_and_nothing_is_run),
        with_files(a_token_is_stale_when_the_scenario_has_changed),
        with_files(a_token_is_stale_under_another_profile),
        with_files(a_token_is_stale_when_its_answers_do_not_fit_the_questions),
        with_files(a_token_is_for_one_scenario),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
