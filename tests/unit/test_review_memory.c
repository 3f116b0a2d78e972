/* review, jsonl_read, judge: traces on a host that refuses; linked with the library
 * hotadd_failing */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "hotadd/review.h"
#include "unit/failing.h"
#include "unit/playground.h"

static int open_with_traces(void **state)
{
    playground_open(state);
    struct playground *p = *state;
    const struct ha_play_options jsonl = {.output = HA_OUTPUT_JSONL, .detail = HA_DETAIL_CALLS};
    playground_write("good.json", PLAYGROUND_GOOD);
    playground_write("forgets.json", PLAYGROUND_FORGETS);
    playground_play_as(p, "good.json", &jsonl);
    playground_write("good.jsonl", p->out);
    playground_play_as(p, "forgets.json", &jsonl);
    playground_write("forgets.jsonl", p->out);
    playground_write("wrong.jsonl", "{\"seq\":1,\"event\":\"IMAGE_FREE\"}\nkd> g\n");
    return 0;
}

/* Judge a trace with so many requests granted; the summary comes in any case. */
static bool review_with_refusal(const char *path, enum ha_output output, size_t good,
                                int last_code)
{
    FILE *out = tmpfile();
    const struct ha_review_options options = {
        .path = &path, .path_count = 1, .output = output, .coverage = output != HA_OUTPUT_VERDICT,
        .story = true, .out = out, .log = out};
    char said[65536] = "";

    assert_non_null(out);
    failing_after(good);
    int code = ha_review(&options);
    bool refused = failing_stop();
    rewind(out);
    said[fread(said, 1, sizeof said - 1, out)] = '\0';
    fclose(out);
    if (refused ? code != HA_EXIT_UNREADABLE : code != last_code)
        fail_msg("%s, %zu requests granted: exit code %d\n%s", path, good, code, said);
    if (refused && !strstr(said, "out of memory"))
        fail_msg("%s, %zu requests granted: nobody says so\n%s", path, good, said);
    return refused;
}

static void refuse_each(const char *path, int last_code)
{
    static const enum ha_output outputs[] = {HA_OUTPUT_VERDICT, HA_OUTPUT_JSONL, HA_OUTPUT_TAP,
                                             HA_OUTPUT_JUNIT};
    for (size_t i = 0; i < sizeof outputs / sizeof outputs[0]; i++) {
        size_t good = 0;
        while (review_with_refusal(path, outputs[i], good, last_code))
            good++;
        assert_true(good > 5);
    }
}

static void a_trace_that_passes_needs_all_it_asks_for(void **state)
{
    (void)state;
    refuse_each("good.jsonl", HA_EXIT_OK);
}

static void findings_need_all_they_ask_for(void **state)
{
    (void)state;
    refuse_each("forgets.jsonl", HA_EXIT_FAILED);
}

/* The nearest word is looked for in memory; without it there is no suggestion, and no harm. */
static void a_wrong_trace_is_refused_whatever_the_host_refuses(void **state)
{
    (void)state;
    static const char *const path = "wrong.jsonl";
    bool refused = true;

    for (size_t good = 0; refused; good++) {
        FILE *out = tmpfile();
        const struct ha_review_options options = {.path = &path, .path_count = 1, .out = out,
                                                  .log = out};
        assert_non_null(out);
        failing_after(good);
        int code = ha_review(&options);
        refused = failing_stop();
        fclose(out);
        assert_int_equal(code, HA_EXIT_UNREADABLE);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_with_traces, playground_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_trace_that_passes_needs_all_it_asks_for),
        TEST(findings_need_all_they_ask_for),
        TEST(a_wrong_trace_is_refused_whatever_the_host_refuses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
