/* main - the table of figures, or one measurement alone for counting instructions */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench.h"
#include "hotadd/hotadd.h"

uint64_t bench_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double bench_median(double *figure)
{
    qsort(figure, BENCH_ROUNDS, sizeof *figure, ascending);
    return figure[BENCH_ROUNDS / 2];
}

struct ha_machine *bench_machine(unsigned active)
{
    return bench_machine_that(active, false);
}

struct ha_machine *bench_machine_that(unsigned active, bool records_locks)
{
    static struct ha_group_options groups[32];
    for (unsigned g = 0; g < 32; g++) {
        unsigned here = active > g * 64 ? active - g * 64 : 0;
        groups[g].maximum = 64;
        groups[g].active_mask = here >= 64 ? UINT64_MAX : (UINT64_C(1) << here) - 1;
    }
    struct ha_machine_options options = {.partition = {.group = groups, .group_count = 32},
                                         .arena_bytes = (size_t)1 << 30,
                                         .record_locks = records_locks};
    struct ha_machine *machine;
    struct ha_error error;
    if (ha_machine_create(&options, &machine, &error)) {
        fprintf(stderr, "bench: %s\n", error.text);
        exit(1);
    }
    return machine;
}

static void print_calls(enum bench_driver driver, const char *what)
{
    static const size_t counts[] = {1, 16, 1000};
    printf("a call of a driver that %s\n", what);
    puts("  registrations   bare loop   simulated   ratio   with the judge   ratio");
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        double bare = bench_bare_loop(counts[i], driver);
        double call = bench_call(counts[i], driver, BENCH_UNJUDGED);
        double judged = bench_call(counts[i], driver, BENCH_JUDGED);
        printf("  %13zu %8.1f ns %8.1f ns %7.2f %13.1f ns %7.2f\n", counts[i], bare, call,
               call / bare, judged, judged / bare);
    }
}

static void print_registrations(void)
{
    static const size_t counts[] = {10, 1000, 100000};
    double newest_at_1000 = 1, jumps_at_1000 = 1;
    puts("registration and removal");
    puts("  others registered   pair        newest first   ratio   in jumps   ratio");
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        double pair = bench_register_pair(counts[i]);
        double newest = bench_removal(counts[i], BENCH_NEWEST_FIRST);
        double jumps = bench_removal(counts[i], BENCH_JUMPS);
        if (counts[i] == 1000) {
            newest_at_1000 = newest;
            jumps_at_1000 = jumps;
        }
        printf("  %17zu %8.1f ns %11.1f ns", counts[i], pair, newest);
        if (counts[i] > 1000)
            printf(" %7.2f %7.1f ns %7.2f\n", newest / newest_at_1000, jumps,
                   jumps / jumps_at_1000);
        else
            printf("         %7.1f ns\n", jumps);
    }
}

static void print_arrivals(void)
{
    static const size_t counts[] = {1, 100, 1000};
    puts("an arrival, queued and told");
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        double queue, bare = bench_bare_arrivals(counts[i]);
        double told = bench_arrivals(counts[i], &queue);
        printf("  %5zu entries: bare call %.1f ns, simulated %.1f ns, +%.1f; queueing %.1f ns\n",
               counts[i], bare, told, told - bare, queue);
    }
    double few = bench_entry_pair(10), many = bench_entry_pair(10000);
    printf("  registration and removal: %.1f ns beside 10, %.1f ns beside 10000, ratio %.2f\n", few,
           many, many / few);
}

static void print_locks(void)
{
    double host = bench_host_mutex_pair();
    printf("a lock taken and given back: %.1f ns for one of the host's\n", host);
    for (int recorded = 0; recorded < 2; recorded++) {
        double fast = bench_fast_mutex_pair(recorded), spin = bench_spin_lock_pair(recorded);
        printf("  %-17s fast mutex %5.1f ns, ratio %.2f; spin lock %5.1f ns, ratio %.2f\n",
               recorded ? "recorded" : "not recorded", fast, fast / host, spin, spin / host);
    }
}

static void print_workers(void)
{
    static const unsigned counts[] = {128, 256, 2048};
    puts("a worker thread on each processor, made by a driver");
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        struct bench_workers workers = bench_workers(counts[i]);
        printf("  %4u: %.1f us to start one, %.1f us for its answer, %.1f MiB\n", counts[i],
               workers.start_us, workers.answer_us, workers.mib);
    }
}

static size_t print_judged(size_t which)
{
    struct bench_judged judged = bench_judged(which);
    printf("  %-22s %5zu records, run %8.1f us, with the judge %8.1f us, judge/run %.2f, "
           "judge alone %5.1f ns a record\n", judged.name, judged.records, judged.run_us,
           judged.judged_us, (judged.judged_us - judged.run_us) / judged.run_us, judged.record_ns);
    return judged.records;
}

static void print_start(const char *hotadd, const char *empty, const char *scenario)
{
    const char *run[] = {hotadd, "run", scenario, NULL};
    const char *nothing[] = {empty, NULL};
    double empty_us;
    double run_us = bench_start(run, nothing, &empty_us);
    printf("process start: empty program %.0f us, hotadd run %.0f us, ratio %.2f\n", empty_us,
           run_us, run_us / empty_us);
}

static void print_size(const char *hotadd)
{
    struct bench_size few = bench_many_calls_run(hotadd, 200, 500);
    struct bench_size many = bench_many_calls_run(hotadd, 2000, 10000);
    struct bench_size events = bench_many_events_run(hotadd, 100000);
    puts("hotadd run --trace none, from start to end");
    printf("  200 adds, 500 registrations: %.1f ns a call, %.1f MiB\n", few.ns, few.mib);
    printf("  2000 adds, 10000 registrations: %.1f ns a call, %.1f MiB\n", many.ns, many.mib);
    printf("  100000 events: %.0f ns an event, %.1f MiB\n", events.ns, events.mib);
}

/* "call 1000 50": the measurement alone. Prints how often it ran. */
static int run_only(int count, char **argument)
{
    size_t registrations = count > 3 ? strtoul(argument[3], NULL, 10) : 0;
    uint64_t times = strtoull(argument[2], NULL, 10), ran = 0;
    if (!strcmp(argument[1], "bare"))
        ran = bench_bare_loop_only(registrations, times);
    else if (!strcmp(argument[1], "call"))
        ran = bench_call_only(registrations, BENCH_UNJUDGED, times);
    else if (!strcmp(argument[1], "judged"))
        ran = bench_call_only(registrations, BENCH_JUDGED, times);
    else if (!strcmp(argument[1], "bare-arrivals"))
        ran = bench_bare_arrivals_only(registrations, times);
    else if (!strcmp(argument[1], "arrivals"))
        ran = bench_arrivals_only(registrations, times);
    else if (!strcmp(argument[1], "scenario"))
        ran = bench_scenario_only(times);
    else if (!strcmp(argument[1], "search"))
        ran = bench_search_only(BENCH_BY_CHANCE, times);
    else if (!strcmp(argument[1], "depth"))
        ran = bench_search_only(BENCH_IN_DEPTH, times);
    else if (!strcmp(argument[1], "traces"))
        ran = bench_trace(true) > 0 ? times : 0;
    else if (!strcmp(argument[1], "judging"))
        ran = times < bench_judged_shapes() && print_judged(times);
    else if (!strcmp(argument[1], "judge"))
        ran = registrations < bench_judged_shapes() ? bench_judge_only(registrations, times) : 0;
    else if (!strcmp(argument[1], "workers"))
        ran = bench_workers((unsigned)times).mib > 0 ? times : 0;
    printf("%llu\n", (unsigned long long)ran);
    return ran ? 0 : 2;
}

int main(int count, char **argument)
{
    if (count >= 3 && strcmp(argument[1], "all") != 0)
        return run_only(count, argument);
    print_workers();        /* first, while this program is small: each begins as a copy of it */
    print_calls(BENCH_COUNTS, "counts");
    print_calls(BENCH_CLEARS, "clears the 512 bytes it keeps for a processor");
    print_registrations();
    print_arrivals();
    printf("64 bytes of pool taken and given back: %.1f ns\n", bench_pool_pair());
    print_locks();
    printf("a trace record: %.1f ns, %.1f bytes kept\n", bench_record(), bench_record_bytes());
    printf("a small scenario in a machine that is rewound: %.1f us\n", bench_scenario());
    printf("the same searched by chance, on coroutines and judged: %.0f runs a second\n",
           bench_search(BENCH_BY_CHANCE));
    printf("one with arrivals searched in depth, on coroutines and judged: %.0f runs a second\n",
           bench_search(BENCH_IN_DEPTH));
    puts("a scenario that is played and judged");
    for (size_t i = 0; i < bench_judged_shapes(); i++)
        print_judged(i);
    printf("loading a scenario of 100000 events: %.0f ns an event\n", bench_load(100000));
    printf("a trace in JSON Lines: read with %.0f MB/s, read and judged with %.0f MB/s\n",
           bench_trace(false), bench_trace(true));
    if (count == 7) {
        print_start(argument[2], argument[3], argument[4]);
        printf("a compiled driver searched, in a worker and judged: %.0f runs a second\n",
               bench_module_search(argument[2], argument[5], argument[6]));
        print_size(argument[2]);
    }
    return 0;
}
