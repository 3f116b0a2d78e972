/*
 * jsonl_read, judge: the traces of all scenarios, read back
 *
 * The judge, who has no engine here, must say of them what it said of the runs.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "check/jsonl.h"
#include "check/judge.h"
#include "unit/collected.h"

static int open_all(void **state)
{
    static struct collected all;
    collected_open(&all);
    *state = &all;
    return 0;
}

static int close_all(void **state)
{
    collected_close(*state);
    return 0;
}

static void every_line_is_read_back_as_it_was_written(void **state)
{
    struct collected *all = *state;
    struct ha_text line = {0};
    struct ha_record record;
    size_t records = 0;

    for (const char *at = all->bytes, *feed; *at; at = feed + 1) {
        feed = strchr(at, '\n');
        if (collected_read(all, at, (size_t)(feed - at), &record) != HA_LINE_RECORD)
            continue;
        ha_text_clear(&line);
        ha_jsonl_add(&line, &record);
        if (line.length != (size_t)(feed + 1 - at) || memcmp(line.bytes, at, line.length))
            fail_msg("%.*s is read as %s", (int)(feed - at), at, line.bytes);
        records++;
    }
    assert_true(records > 10000);
    ha_text_close(&line);
}

/* The findings of a trace that has been judged, as lines. */
static void add_findings(const struct ha_judge *judge, struct ha_text *lines)
{
    size_t count;
    const struct ha_finding *finding = ha_judge_findings(judge, &count, NULL);
    for (size_t i = 0; i < count; i++)
        ha_jsonl_add_finding(lines, &finding[i], NULL);
}

static void the_judge_says_of_what_was_read_what_it_said_of_the_run(void **state)
{
    struct collected *all = *state;
    struct ha_text told = {0}, found = {0};
    struct ha_judge *judge = ha_judge_create();
    struct ha_record record;

    assert_non_null(judge);
    for (const char *at = all->bytes, *feed; *at; at = feed + 1) {
        feed = strchr(at, '\n');
        if (collected_read(all, at, (size_t)(feed - at), &record) == HA_LINE_FINDING) {
            ha_text_add_bytes(&told, at, (size_t)(feed + 1 - at));
            continue;
        }
        if (record.kind == HA_TRACE_BEGIN) {
            add_findings(judge, &found);
            ha_judge_reset(judge);
        }
        ha_judge_sink(judge)->take(ha_judge_sink(judge), &record, 1);
    }
    add_findings(judge, &found);

    assert_true(told.length > 1000);
    assert_string_equal(ha_text_string(&found), ha_text_string(&told));
    ha_judge_destroy(judge);
    ha_text_close(&told);
    ha_text_close(&found);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_line_is_read_back_as_it_was_written),
        cmocka_unit_test(the_judge_says_of_what_was_read_what_it_said_of_the_run),
    };
    /* No symbolizer is found: it would say of the run what nobody finds in its trace. */
    setenv("PATH", "/nowhere", 1);
    return cmocka_run_group_tests(tests, open_all, close_all);
}
