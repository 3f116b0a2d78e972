/* traces - what it takes to read a trace in JSON Lines, and to judge it */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "bench.h"
#include "check/jsonl_read.h"
#include "check/judge.h"
#include "hotadd/scenario.h"

#define ADDS 60u
#define REGISTRATIONS 40u
#define TIMES 10u               /* the trace is read so often for one figure */

static void must(bool good, const char *what)
{
    if (good)
        return;
    fprintf(stderr, "bench: %s\n", what);
    exit(1);
}

static void write_scenario(FILE *file)
{
    fputs("{ \"format\": 1, \"name\": \"calls\", \"partition\": { \"groups\": [ { \"maximum\": 64, "
          "\"active\": 4 } ] }, \"drivers\": [ { \"name\": \"d\", \"entry\": [", file);
    for (unsigned i = 0; i < REGISTRATIONS; i++)
        fprintf(file, "%s{ \"register\": \"processor-change\", \"as\": \"r%u\" }", i ? "," : "", i);
    fputs("] } ], \"events\": [", file);
    for (unsigned i = 0; i < ADDS; i++)
        fprintf(file, "%s{ \"at\": \"%uus\", \"add_processor\": {} }", i ? "," : "", i);
    fputs("] }", file);
}

/* The trace of a run with many calls. */
static struct ha_text make_trace(void)
{
    char path[] = "/tmp/hotadd-bench.XXXXXX";
    const char *paths[] = {path};
    int descriptor = mkstemp(path);
    FILE *scenario = descriptor < 0 ? NULL : fdopen(descriptor, "w");
    FILE *out = tmpfile(), *log = tmpfile();
    struct ha_text trace = {0};
    char block[4096];

    must(scenario && out && log, "no file for a trace");
    write_scenario(scenario);
    fclose(scenario);
    must(!ha_play(&(struct ha_play_options){.path = paths, .path_count = 1, .hang_s = 10,
                                            .output = HA_OUTPUT_JSONL, .out = out, .log = log}),
         "a scenario of many calls fails");
    unlink(path);
    rewind(out);
    for (size_t length; (length = fread(block, 1, sizeof block, out)) > 0;)
        ha_text_add_bytes(&trace, block, length);
    must(!trace.lost && trace.length, "no trace");
    fclose(out);
    fclose(log);
    return trace;
}

static void read_once(const struct ha_text *trace, struct ha_jsonl_reader *reader,
                      struct ha_judge *judge)
{
    const char *end = trace->bytes + trace->length;

    if (judge)
        ha_judge_reset(judge);
    for (const char *at = trace->bytes, *feed; at < end; at = feed + 1) {
        struct ha_record record;
        feed = memchr(at, '\n', (size_t)(end - at));
        enum ha_line is = ha_jsonl_read(reader, at, (size_t)(feed - at), &record);
        must(is != HA_LINE_WRONG, "a line is wrong");
        if (is == HA_LINE_RECORD && judge)
            ha_judge_sink(judge)->take(ha_judge_sink(judge), &record, 1);
    }
}

double bench_trace(bool judged)
{
    struct ha_text trace = make_trace();
    struct ha_jsonl_reader *reader = ha_jsonl_reader_create();
    struct ha_judge *judge = ha_judge_create();
    double figure[BENCH_ROUNDS];

    must(reader && judge, "no memory");
    for (int round = 0; round < BENCH_ROUNDS; round++) {
        uint64_t start = bench_now();
        for (unsigned i = 0; i < TIMES; i++)
            read_once(&trace, reader, judged ? judge : NULL);
        figure[round] = (double)trace.length * TIMES * 1e3 / (double)(bench_now() - start);
    }
    ha_judge_destroy(judge);
    ha_jsonl_reader_destroy(reader);
    ha_text_close(&trace);
    return bench_median(figure);
}
