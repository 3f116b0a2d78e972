/*
 * judged - what the judge costs: a record of a trace that is there, and a run that it looks at
 *
 * Each shape is a scenario of its own, played in one machine over and over: bare, with a sink that
 * keeps the trace, and with the judge. Then the judge alone takes the trace that was kept.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/text.h"
#include "bench.h"
#include "check/judge.h"
#include "core/trace.h"
#include "edge/load.h"
#include "hotadd/hotadd.h"
#include "sim/player.h"

#define PASSES 50u              /* one round plays, or judges, so often */

static void must(bool good, const char *what)
{
    if (good)
        return;
    fprintf(stderr, "bench: %s\n", what);
    exit(1);
}

/* Nanoseconds of processor time: whoever else is busy on the host takes nothing from it. */
static double used(void)
{
    return (double)clock() * (1e9 / CLOCKS_PER_SEC);
}

/* A table as long as there may be processors, and a callback that keeps a block in it for each. */
#define TABLE "{ \"table\": \"t\", \"size\": \"$maximum\" }, "
#define KEEPS "\"on\": [ { \"callback\": \"sync\", \"do\": [ " \
    "{ \"if\": \"$state == KeProcessorAddStartNotify\", \"then\": [ " \
    "{ \"allocate\": \"t[$processor]\", \"size\": 64, \"tag\": \"tsuj\" } ] }, " \
    "{ \"if\": \"$state == KeProcessorAddFailureNotify\", \"then\": [ " \
    "{ \"free\": \"t[$processor]\" } ] } ] } ], "
#define GIVES_BACK "\"unload\": [ { \"deregister\": \"sync\" }, { \"for_each\": \"maximum\", " \
    "\"do\": [ { \"if\": \"t[$processor]\", \"then\": [ { \"free\": \"t[$processor]\" } ] } ] }, " \
    "{ \"free\": \"t\" } ] "
#define SYNC "{ \"register\": \"processor-change\", \"as\": \"sync\" }"
#define CPU(name) "{ \"register\": \"device-interface\", \"as\": \"" name \
    "\", \"class\": \"GUID_DEVICE_PROCESSOR\" }"
#define ASKS "{ \"query\": \"KeQueryActiveProcessorCountEx\", \"group\": 0 }, " \
    "{ \"query\": \"KeQueryGroupAffinity\", \"group\": 0 }, " \
    "{ \"query\": \"KeGetProcessorNumberFromIndex\", \"index\": 1 }"
#define POOL "{ \"for_each\": \"maximum\", \"do\": [ { \"allocate\": \"t[$processor]\", " \
    "\"size\": 64, \"tag\": \"tsuj\" } ] }, { \"for_each\": \"maximum\", \"do\": [ " \
    "{ \"free\": \"t[$processor]\" } ] }"

static const struct shape {
    const char *name;
    const char *drivers;        /* without what closes the last entry of `many` */
    unsigned many;              /* registrations of one driver more */
    const char *event;          /* "%u" is its time */
    unsigned events;
} shapes[] = {
    {"two drivers, two adds", "{ \"name\": \"a\", \"entry\": [ " SYNC " ], \"unload\": [ "
     "{ \"deregister\": \"sync\" } ] }, { \"name\": \"b\", \"entry\": [ " SYNC " ], "
     "\"unload\": [ { \"deregister\": \"sync\" } ] }", 0, "\"add_processor\": {}", 2},
    {"many registrations", "{ \"name\": \"a\", \"entry\": [] }", 200, "\"add_processor\": {}", 50},
    {"arrivals", "{ \"name\": \"a\", \"entry\": [ " CPU("p") ", " CPU("q") ", " CPU("r") ", "
     CPU("s") " ], \"unload\": [ { \"deregister\": \"p\" }, { \"deregister\": \"q\" }, "
     "{ \"deregister\": \"r\" }, { \"deregister\": \"s\" } ] }", 0, "\"add_processor\": {}", 50},
    {"pool", "{ \"name\": \"a\", \"entry\": [ " TABLE SYNC " ], " GIVES_BACK "}", 0,
     "\"run\": \"a\", \"do\": [ " POOL " ]", 50},
    {"mixed", "{ \"name\": \"a\", \"entry\": [ " TABLE SYNC " ], " KEEPS GIVES_BACK "}, "
     "{ \"name\": \"b\", \"entry\": [ " SYNC ", " CPU("p") " ], \"on\": [ { \"callback\": \"sync\", "
     "\"do\": [ " ASKS " ] } ], \"unload\": [ { \"deregister\": \"sync\" }, "
     "{ \"deregister\": \"p\" } ] }, { \"name\": \"c\", \"entry\": [ " SYNC " ], "
     "\"unload\": [ { \"deregister\": \"sync\" } ] }", 0, "\"add_processor\": {}", 50},
};

static struct ha_scenario load(const struct shape *shape)
{
    struct ha_scenario scenario;
    struct ha_text text = {0}, messages = {0};

    ha_text_addf(&text, "{ \"format\": 1, \"name\": \"%s\", \"partition\": { \"groups\": [ "
                 "{ \"maximum\": 64, \"active\": 4 } ] }, \"drivers\": [ %s", shape->name,
                 shape->drivers);
    for (unsigned i = 0; i < shape->many; i++)
        ha_text_addf(&text, "%s{ \"register\": \"processor-change\", \"as\": \"r%u\" }",
                     i ? ", " : ", { \"name\": \"many\", \"entry\": [ ", i);
    for (unsigned i = 0; i < shape->many; i++)
        ha_text_addf(&text, "%s{ \"deregister\": \"r%u\" }", i ? ", " : " ], \"unload\": [ ", i);
    ha_text_addf(&text, "%s ], \"events\": [ ", shape->many ? " ] }" : "");
    for (unsigned i = 0; i < shape->events; i++)
        ha_text_addf(&text, "%s{ \"at\": \"%uus\", %s }", i ? ", " : "", i + 1, shape->event);
    ha_text_add(&text, " ] }");
    must(!text.lost, "no memory");
    if (ha_scenario_load_text(shape->name, text.bytes, text.length, &scenario, &messages)) {
        fprintf(stderr, "bench: %s", ha_text_string(&messages));
        exit(1);
    }
    ha_text_close(&text);
    ha_text_close(&messages);
    return scenario;
}

/* A machine of the scenario that hands its records to `sink`, unless that is NULL. */
static struct ha_machine *make(const struct ha_scenario *scenario, struct ha_sink *sink)
{
    struct ha_machine_options options = ha_player_options(&scenario->plan, NULL);
    struct ha_machine *machine;

    must(!ha_machine_create(&options, &machine, NULL), "no machine");
    if (sink)
        ha_machine_add_sink(machine, sink);
    must(!ha_machine_mark(machine), "no mark");
    return machine;
}

static void play(struct ha_machine *machine, const struct ha_scenario *scenario)
{
    bool more = true;

    must(!ha_player_begin(machine, &scenario->plan), "the player does not begin");
    while (more)
        must(!ha_player_step(machine, &more), "a step fails");
    ha_machine_flush(machine);
    ha_machine_rewind(machine);
}

static double play_often(struct ha_machine *machine, const struct ha_scenario *scenario,
                         struct ha_judge *judge)
{
    double began = used();

    for (unsigned i = 0; i < PASSES; i++) {
        if (judge)
            ha_judge_reset(judge);
        play(machine, scenario);
    }
    return (used() - began) / PASSES;
}

static void judge_once(struct ha_judge *judge, const struct ha_collector *trace)
{
    ha_judge_reset(judge);
    for (size_t at = 0; at < trace->count; at += HA_TRACE_WINDOW) {
        size_t left = trace->count - at;
        ha_judge_sink(judge)->take(ha_judge_sink(judge), trace->record + at,
                                   left < HA_TRACE_WINDOW ? left : HA_TRACE_WINDOW);
    }
}

static double judge_often(struct ha_judge *judge, const struct ha_collector *trace)
{
    double began = used();

    for (unsigned i = 0; i < PASSES; i++)
        judge_once(judge, trace);
    return (used() - began) / PASSES;
}

/* The trace of one run. */
static void keep(struct ha_collector *trace, const struct ha_scenario *scenario)
{
    ha_collector_init(trace);
    struct ha_machine *machine = make(scenario, &trace->sink);
    play(machine, scenario);
    must(!trace->lost && trace->count, "no trace");
    ha_machine_destroy(machine);
}

size_t bench_judged_shapes(void)
{
    return sizeof shapes / sizeof shapes[0];
}

uint64_t bench_judge_only(size_t which, uint64_t times)
{
    struct ha_scenario scenario = load(&shapes[which]);
    struct ha_judge *judge = ha_judge_create();
    struct ha_collector trace;

    must(judge, "no judge");
    keep(&trace, &scenario);
    for (uint64_t i = 0; i < times; i++)
        judge_once(judge, &trace);
    times *= trace.count;
    ha_collector_close(&trace);
    ha_judge_destroy(judge);
    ha_scenario_close(&scenario);
    return times;
}

struct bench_judged bench_judged(size_t which)
{
    struct ha_scenario scenario = load(&shapes[which]);
    struct ha_judge *judge = ha_judge_create(), *alone = ha_judge_create();
    struct ha_collector trace;
    double run[BENCH_ROUNDS], judged[BENCH_ROUNDS], record[BENCH_ROUNDS];
    size_t found;

    must(judge && alone, "no judge");
    keep(&trace, &scenario);

    struct ha_machine *bare = make(&scenario, NULL);
    for (int round = 0; round < BENCH_ROUNDS; round++)
        run[round] = play_often(bare, &scenario, NULL);
    ha_machine_destroy(bare);
    struct ha_machine *watched = make(&scenario, ha_judge_sink(judge));
    for (int round = 0; round < BENCH_ROUNDS; round++)
        judged[round] = play_often(watched, &scenario, judge);
    ha_machine_destroy(watched);
    for (int round = 0; round < BENCH_ROUNDS; round++)
        record[round] = judge_often(alone, &trace) / (double)trace.count;

    const struct ha_finding *finding = ha_judge_findings(alone, &found, NULL);
    for (size_t i = 0; i < found; i++)
        if (finding[i].severity != HA_NOTE)
            fprintf(stderr, "bench: %s: the judge finds %s\n", shapes[which].name,
                    finding[i].rule->id);
    struct bench_judged result = {.name = shapes[which].name, .records = trace.count,
                                  .run_us = bench_median(run) / 1e3,
                                  .judged_us = bench_median(judged) / 1e3,
                                  .record_ns = bench_median(record)};
    ha_collector_close(&trace);
    ha_judge_destroy(judge);
    ha_judge_destroy(alone);
    ha_scenario_close(&scenario);
    return result;
}
