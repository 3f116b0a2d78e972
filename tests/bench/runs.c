/* runs - a whole scenario, and the start of the program that plays one */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"
#include "hotadd/hotadd.h"
#include "sim/player.h"

/* Two drivers that register, and two processors that are added. */
static const struct ha_step entry[] = {{.kind = HA_STEP_REGISTER, .name = "sync"}};

static const struct ha_script drivers[] = {
    {.name = "a", .entry = {entry, 1}},
    {.name = "b", .entry = {entry, 1}},
};

static const struct ha_event_plan events[] = {
    {.due_ns = 1000000, .kind = HA_EVENT_ADD_PROCESSOR,
     .add = &(const struct ha_add_options){HA_ANYWHERE}},
    {.due_ns = 2000000, .kind = HA_EVENT_ADD_PROCESSOR,
     .add = &(const struct ha_add_options){HA_ANYWHERE}},
};

static const bool loads_later[2];
static const struct ha_group_options group = {.maximum = 8, .active_mask = 0xf};

static const struct ha_plan plan = {
    .name = "two drivers, two processors",
    .partition = {.group = &group, .group_count = 1},
    .driver = drivers, .loads_later = loads_later, .driver_count = 2,
    .event = events, .event_count = 2,
};

#define NOT_ALL_PLAYED 5        /* how a search by chance ends that finds nothing */

static struct ha_machine *marked_machine(void)
{
    const struct ha_machine_options options = ha_player_options(&plan, NULL);
    struct ha_machine *machine;
    if (ha_machine_create(&options, &machine, NULL) || ha_machine_mark(machine))
        exit(1);
    return machine;
}

const struct ha_plan *bench_plan(void)
{
    return &plan;
}

static void play_once(struct ha_machine *machine)
{
    bool more = true;
    if (ha_player_begin(machine, &plan))
        exit(1);
    while (more)
        if (ha_player_step(machine, &more))
            exit(1);
    ha_machine_rewind(machine);
}

uint64_t bench_scenario_only(uint64_t times)
{
    struct ha_machine *machine = marked_machine();
    for (uint64_t i = 0; i < times; i++)
        play_once(machine);
    ha_machine_destroy(machine);
    return times;
}

double bench_scenario(void)
{
    struct ha_machine *machine = marked_machine();
    double figure[BENCH_ROUNDS];
    for (int round = 0; round < BENCH_ROUNDS; round++) {
        uint64_t start = bench_now();
        for (int i = 0; i < 500; i++)
            play_once(machine);
        figure[round] = (double)(bench_now() - start) / 500e3;
    }
    ha_machine_destroy(machine);
    return bench_median(figure);
}

/* Microseconds of a program that is to end with that code. */
static double start_once(const char *const *command, int code)
{
    uint64_t start = bench_now();
    pid_t child = fork();
    if (child == 0) {
        int nothing = open("/dev/null", O_WRONLY);
        dup2(nothing, STDOUT_FILENO);
        dup2(nothing, STDERR_FILENO);
        execv(command[0], (char *const *)(uintptr_t)command);
        _exit(127);
    }
    int status;
    if (child < 0 || waitpid(child, &status, 0) != child || !WIFEXITED(status) ||
        WEXITSTATUS(status) != code) {
        fprintf(stderr, "bench: %s could not be run\n", command[0]);
        exit(1);
    }
    return (double)(bench_now() - start) / 1e3;
}

/* The two in turn, so that the host's moods meet both. */
double bench_start(const char *const *command, const char *const *other, double *other_us)
{
    double a[BENCH_ROUNDS], b[BENCH_ROUNDS];
    for (int round = 0; round < BENCH_ROUNDS; round++) {
        a[round] = b[round] = 0;
        for (int i = 0; i < 20; i++) {
            a[round] += start_once(command, 0) / 20;
            b[round] += start_once(other, 0) / 20;
        }
    }
    *other_us = bench_median(b);
    return bench_median(a);
}

/* The start of the program and of its worker cancels out. */
double bench_module_search(const char *hotadd, const char *modules, const char *scenario)
{
    const char *few[] = {hotadd, "explore", "--modules", modules, "--keep-going", "--strategy",
                         "random", "--runs", "100", scenario, NULL};
    const char *many[] = {hotadd, "explore", "--modules", modules, "--keep-going", "--strategy",
                          "random", "--runs", "10100", scenario, NULL};
    double figure[BENCH_ROUNDS];
    for (int round = 0; round < BENCH_ROUNDS; round++)
        figure[round] = start_once(many, NOT_ALL_PLAYED) - start_once(few, NOT_ALL_PLAYED);
    return 10000 / (bench_median(figure) / 1e6);
}
