/* searches - runs of a search, one after another, as hotadd explore plays them */
#include <stdlib.h>

#include "bench.h"
#include "edge/hearing.h"
#include "edge/load.h"
#include "hotadd/hotadd.h"
#include "sim/checkpoint.h"
#include "sim/player.h"

#define CHECKPOINT_BYTES ((size_t)64 << 20)

/* Two drivers that register twice, and two processors that are added at the same time. */
#define DRIVER(name) "{ \"name\": \"" name "\", \"entry\": [ " \
    "{ \"register\": \"processor-change\", \"as\": \"sync\" }, " \
    "{ \"register\": \"device-interface\", \"as\": \"cpu\", " \
    "\"class\": \"GUID_DEVICE_PROCESSOR\" } ] }"
static const char arrivals[] =
    "{ \"format\": 1, \"name\": \"arrivals\", \"partition\": { \"groups\": [ "
    "{ \"maximum\": 8, \"active\": 4 } ] }, \"drivers\": [ " DRIVER("a") ", " DRIVER("b") " ], "
    "\"events\": [ { \"at\": \"1ms\", \"add_processor\": {} }, "
    "{ \"at\": \"1ms\", \"add_processor\": {} } ] }";

static const struct ha_search_options searches[] = {
    [BENCH_BY_CHANCE] = {.strategy = HA_SEARCH_RANDOM,
                         .bounds = {.preemptions = 2, .deliveries = 2}, .seed = 1},
    [BENCH_IN_DEPTH] = {.strategy = HA_SEARCH_DEPTH, .skips = true,
                        .bounds = {.faults = 2, .preemptions = 3, .deliveries = 3}},
};

/* Without checkpoints, which sanitizers do not bear. Returns HA_OK, or what ended the run. */
static int play_once(struct ha_machine *machine, const struct ha_plan *plan)
{
    bool more = true;
    ha_machine_rewind(machine);
    int err = ha_player_begin(machine, plan);
    while (!err && more)
        err = ha_player_step(machine, &more);
    return err;
}

/* A whole search, or as much of it as is wanted. Returns how many runs it had. */
static uint64_t search(const struct ha_plan *plan, const struct ha_search_options *options,
                       uint64_t most)
{
    struct ha_machine_options machine_options = ha_player_options(plan, NULL);
    struct ha_machine *machine;
    struct ha_search *search = ha_search_create(options);
    struct ha_judge *judge = ha_judge_create();
    struct ha_hearing hearing;
    uint64_t runs = 0;
    machine_options.threads = HA_THREADS_COROUTINES;
    if (!search || !judge || ha_machine_create(&machine_options, &machine, NULL))
        exit(1);
    ha_judge_spare_notes(judge);
    ha_hearing_init(&hearing, judge);
    ha_machine_add_sink(machine, &hearing.sink);
    ha_player_search(machine, search);
    if (ha_player_mark(machine))
        exit(1);
    struct ha_checkpoints *checkpoints =
        ha_checkpoints_create(machine, search, CHECKPOINT_BYTES);
    for (; runs < most && ha_search_next(search); runs++)
        if (ha_hearing_begin(&hearing, checkpoints) ||
            (checkpoints ? ha_checkpoints_play(checkpoints, plan) : play_once(machine, plan)))
            exit(1);
    ha_checkpoints_destroy(checkpoints);
    ha_machine_destroy(machine);
    ha_hearing_close(&hearing);
    ha_judge_destroy(judge);
    ha_search_destroy(search);
    return runs;
}

uint64_t bench_search_only(enum bench_searched how, uint64_t times)
{
    struct ha_scenario scenario;
    struct ha_text messages = {0};
    uint64_t ran = 0, more = 1;
    if (ha_scenario_load_text("arrivals", arrivals, sizeof arrivals - 1, &scenario, &messages))
        exit(1);
    for (; ran < times && more; ran += more)
        more = search(how == BENCH_IN_DEPTH ? &scenario.plan : bench_plan(), &searches[how],
                      times - ran);
    ha_scenario_close(&scenario);
    return ran;
}

double bench_search(enum bench_searched how)
{
    double figure[BENCH_ROUNDS];
    for (int round = 0; round < BENCH_ROUNDS; round++) {
        uint64_t start = bench_now();
        bench_search_only(how, 20000);
        figure[round] = (double)(bench_now() - start) / 20000;
    }
    return 1e9 / bench_median(figure);
}
