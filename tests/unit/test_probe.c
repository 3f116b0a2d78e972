/* record_driver.h, review: what scenarios/drivers/probe.c prints is judged like any trace */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "check/jsonl_read.h"
#include "check/judge.h"
#include "hotadd/review.h"
#include "unit/playground.h"

#define SAMPLE(name) HA_TESTS_DIR "/../scenarios/drivers/" name ".json"

/* Play a scenario of the probe under a preset, and put together what it prints. */
static void play(struct playground *p, const char *scenario, const char *preset,
                 struct ha_text *printed)
{
    struct ha_jsonl_reader *reader = ha_jsonl_reader_create();

    playground_play_as(p, scenario, &(struct ha_play_options){
        .profile = preset, .modules = HA_DRIVERS, .output = HA_OUTPUT_JSONL, .hang_s = 60});
    assert_int_equal(p->code, HA_EXIT_OK);
    for (const char *at = p->out, *feed; *at; at = feed + 1) {
        struct ha_record record;
        feed = strchr(at, '\n');
        if (ha_jsonl_read(reader, at, (size_t)(feed - at), &record) != HA_LINE_RECORD
            || record.kind != HA_DEBUG_PRINT)
            continue;
        size_t room = sizeof record.as.debug.text;
        const char *nul = memchr(record.as.debug.text, '\0', room);
        ha_text_add_bytes(printed, record.as.debug.text,
                          nul ? (size_t)(nul - record.as.debug.text) : room);
    }
    ha_jsonl_reader_destroy(reader);
}

static void review(const char *path, int code, struct ha_text *said)
{
    FILE *out = tmpfile();
    char block[1024];

    assert_non_null(out);
    assert_int_equal(ha_review(&(struct ha_review_options){
        .path = &path, .path_count = 1, .story = true, .out = out, .log = out}), code);
    rewind(out);
    for (size_t length; (length = fread(block, 1, sizeof block, out)) > 0;)
        ha_text_add_bytes(said, block, length);
    fclose(out);
}

static void what_the_probe_prints_is_judged_and_passes(void **state)
{
    struct playground *p = *state;
    struct ha_text printed = {0}, said = {0};

    play(p, SAMPLE("probe"), NULL, &printed);
    playground_write("probe.jsonl", ha_text_string(&printed));
    review("probe.jsonl", HA_EXIT_OK, &said);

    playground_in_order(ha_text_string(&said), (const char *const[]){
        "2 of 6 processors in 1 group", "enters DriverEntry of probe",
        "probe.first registers, existing processors first", "enters probe.first Start 0",
        "enters probe.first Complete 1", "probe.first registered", "enters probe.second Start 0",
        "probe.cpu Arrival instance 2, which is there already", "leaves DriverEntry of probe",
        "add 1 begins", "enters probe.first Start 2", "enters probe.second Complete 2",
        "add 1 of processor 2 (0:2) succeeds, 3 active", "probe.cpu Arrival instance 3",
        "leaves probe.first Start 3 -> STATUS_INSUFFICIENT_RESOURCES",
        "enters probe.second Failure 3 (STATUS_INSUFFICIENT_RESOURCES)",
        "add 2 of processor 3 (0:3) fails: STATUS_INSUFFICIENT_RESOURCES",
        "probe.first removed", "leaves Unload of probe",
        "pass  probe.jsonl (", "(made elsewhere)", "1 passed, 0 failed", NULL});
    playground_lacks(ha_text_string(&said), "error ");
    ha_text_close(&printed);
    ha_text_close(&said);
}

/* What the judge, who believes in the preset "documented", finds the kernel to do otherwise. */
static void found_otherwise(const struct ha_text *printed, struct ha_text *found)
{
    struct ha_jsonl_reader *reader = ha_jsonl_reader_create();
    struct ha_judge *judge = ha_judge_create();
    bool seen[HA_KIND_COUNT] = {false};
    size_t count;

    for (const char *at = printed->bytes, *feed; *at; at = feed + 1) {
        struct ha_record record;
        feed = strchr(at, '\n');
        assert_int_equal(ha_jsonl_read(reader, at, (size_t)(feed - at), &record), HA_LINE_RECORD);
        seen[record.kind] = true;
        ha_judge_sink(judge)->take(ha_judge_sink(judge), &record, 1);
    }
    uint64_t lacking = ha_jsonl_reader_lacking(reader) | ha_lack_of_kinds(seen);
    const struct ha_finding *finding = ha_judge_findings(judge, &count, NULL);
    for (size_t i = 0; i < count; i++)
        if (!ha_lack_hides(lacking, finding[i].rule) && !finding[i].driver)
            ha_text_addf(found, "%s%s", found->length ? " " : "", finding[i].rule->id);
    ha_judge_destroy(judge);
    ha_jsonl_reader_destroy(reader);
}

/* So the probe would show on a real machine which of our readings is right. */
static void a_kernel_that_reads_the_documents_otherwise_is_found_to(void **state)
{
    static const struct { const char *scenario, *preset, *found; } cases[] = {
        {SAMPLE("probe"), "documented", ""},
        {SAMPLE("probe"), "observed", "REG-2"},
        {SAMPLE("probe"), "adversarial", "HOT-3"},
        {SAMPLE("probe"), "strict_stop", "HOT-5"},
        {SAMPLE("probe_refuses_existing"), "documented", ""},
        {SAMPLE("probe_refuses_existing"), "adversarial", "EXIST-8"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct ha_text printed = {0}, found = {0};
        play(*state, cases[i].scenario, cases[i].preset, &printed);
        found_otherwise(&printed, &found);
        if (strcmp(ha_text_string(&found), cases[i].found) != 0)
            fail_msg("%s: '%s' is found, not '%s'", cases[i].preset, ha_text_string(&found),
                     cases[i].found);
        ha_text_close(&printed);
        ha_text_close(&found);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, playground_open, playground_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_the_probe_prints_is_judged_and_passes),
        TEST(a_kernel_that_reads_the_documents_otherwise_is_found_to),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
