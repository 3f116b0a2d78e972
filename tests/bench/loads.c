/* loads - a scenario file of very many events */
#include <stdio.h>
#include <stdlib.h>

#include "bench.h"
#include "edge/load.h"
#include "many_events.h"

static void load_once(const struct ha_text *text)
{
    struct ha_scenario scenario;
    struct ha_text messages = {0};
    if (ha_scenario_load_text("bench", text->bytes, text->length, &scenario, &messages)) {
        fprintf(stderr, "bench: %s", ha_text_string(&messages));
        exit(1);
    }
    ha_scenario_close(&scenario);
}

double bench_load(size_t events)
{
    struct ha_text text = bench_many_events(events);
    double figure[BENCH_ROUNDS];
    for (int round = 0; round < BENCH_ROUNDS; round++) {
        uint64_t start = bench_now();
        load_once(&text);
        figure[round] = (double)(bench_now() - start) / (double)events;
    }
    ha_text_close(&text);
    return bench_median(figure);
}
