/*
 * calls - a notification call, bare and simulated; registration and removal; pool; a record
 *
 * The bare loop is what the fastest kernel could do: an array of {function, context}, walked.
 */
#include <ntddk.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "check/judge.h"
#include "core/world.h"
#include "hotadd/hotadd.h"

#define BLOCK_BYTES 512
#define FAILED_ADDS 256     /* in one unit: no time is spent on switching threads */

/* What a driver keeps for each of its registrations. */
struct client {
    PVOID handle;
    ULONG calls;
    unsigned char block[BLOCK_BYTES];
};

static VOID NTAPI counts(PVOID CallbackContext, PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext,
                         PNTSTATUS OperationStatus)
{
    struct client *client = CallbackContext;
    (void)ChangeContext;
    (void)OperationStatus;
    client->calls++;
}

static VOID NTAPI clears(PVOID CallbackContext, PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext,
                         PNTSTATUS OperationStatus)
{
    struct client *client = CallbackContext;
    (void)OperationStatus;
    client->calls++;
    memset(client->block, (int)ChangeContext->NtNumber, sizeof client->block);
}

static PPROCESSOR_CALLBACK_FUNCTION const functions[] = {
    [BENCH_COUNTS] = counts,
    [BENCH_CLEARS] = clears,
};

struct pair {
    PPROCESSOR_CALLBACK_FUNCTION function;
    PVOID context;
};

static void *must(void *memory)
{
    if (!memory) {
        fputs("bench: out of memory\n", stderr);
        exit(1);
    }
    return memory;
}

static void walk(const struct pair *pair, size_t count, NTSTATUS *status)
{
    KE_PROCESSOR_CHANGE_NOTIFY_CONTEXT context = {.NtNumber = 4};
    for (size_t i = 0; i < count; i++)
        pair[i].function(pair[i].context, &context, status);
}

static struct pair *make_pairs(size_t registrations, struct client *client,
                               enum bench_driver driver)
{
    /* Through a volatile pointer, so that the compiler does not know whom it calls. */
    PPROCESSOR_CALLBACK_FUNCTION volatile function = functions[driver];
    struct pair *pair = must(calloc(registrations, sizeof *pair));
    for (size_t i = 0; i < registrations; i++)
        pair[i] = (struct pair){function, &client[i]};
    return pair;
}

uint64_t bench_bare_loop_only(size_t registrations, uint64_t times)
{
    struct client *client = must(calloc(registrations, sizeof *client));
    struct pair *pair = make_pairs(registrations, client, BENCH_COUNTS);
    NTSTATUS status = STATUS_SUCCESS;
    for (uint64_t i = 0; i < times; i++)
        walk(pair, registrations, &status);
    free(pair);
    free(client);
    return times * registrations;
}

double bench_bare_loop(size_t registrations, enum bench_driver driver)
{
    struct client *client = must(calloc(registrations, sizeof *client));
    struct pair *pair = make_pairs(registrations, client, driver);
    NTSTATUS status = STATUS_SUCCESS;
    uint64_t times = 2000000 / registrations;
    double figure[BENCH_ROUNDS];
    for (int round = 0; round < BENCH_ROUNDS; round++) {
        uint64_t start = bench_now();
        for (uint64_t i = 0; i < times; i++)
            walk(pair, registrations, &status);
        figure[round] = (double)(bench_now() - start) / (double)(times * registrations);
    }
    free(pair);
    free(client);
    return bench_median(figure);
}

static void register_all(struct client *client, size_t count, enum bench_driver driver,
                         ULONG flags)
{
    for (size_t i = 0; i < count; i++)
        client[i].handle =
            must(KeRegisterProcessorChangeCallback(functions[driver], &client[i], flags));
}

struct setting {
    struct ha_machine *machine;
    struct ha_judge *judge;
    struct client *client;
    size_t registrations;
    enum bench_driver driver;
};

/* One registration hears of 2,048 existing processors; many hear of adds that fail. */
static uint64_t make_calls(const struct setting *s)
{
    struct ha_add_options add = {HA_ANYWHERE,
                                 .count = FAILED_ADDS,
                                 .hardware_start = STATUS_IO_TIMEOUT};
    if (s->registrations == 1) {
        register_all(s->client, 1, s->driver, KE_PROCESSOR_CHANGE_ADD_EXISTING);
        KeDeregisterProcessorChangeCallback(s->client->handle);
        return 2 * HA_MAXIMUM_PROCESSORS;
    }
    if (ha_machine_add_processor(s->machine, 0, &add) || ha_machine_run(s->machine))
        exit(1);
    return 2 * FAILED_ADDS * (uint64_t)s->registrations;
}

static struct setting set_up(size_t registrations, enum bench_driver driver, enum bench_judge judge)
{
    struct setting s = {.machine = bench_machine(registrations == 1 ? HA_MAXIMUM_PROCESSORS : 4),
                        .registrations = registrations, .driver = driver};
    s.client = must(calloc(registrations, sizeof *s.client));
    if (judge == BENCH_JUDGED) {
        s.judge = must(ha_judge_create());
        ha_machine_add_sink(s.machine, ha_judge_sink(s.judge));
    }
    if (registrations > 1)
        register_all(s.client, registrations, driver, 0);
    return s;
}

static void tear_down(struct setting *s)
{
    ha_machine_destroy(s->machine);
    if (s->judge) {
        size_t count;
        ha_judge_findings(s->judge, &count, NULL);
        if (count)
            fprintf(stderr, "bench: the judge found %zu things\n", count);
        ha_judge_destroy(s->judge);
    }
    free(s->client);
}

uint64_t bench_call_only(size_t registrations, enum bench_judge judge, uint64_t times)
{
    struct setting s = set_up(registrations, BENCH_COUNTS, judge);
    uint64_t calls = 0;
    for (uint64_t i = 0; i < times; i++)
        calls += make_calls(&s);
    ha_machine_flush(s.machine);
    tear_down(&s);
    return calls;
}

double bench_call(size_t registrations, enum bench_driver driver, enum bench_judge judge)
{
    struct setting s = set_up(registrations, driver, judge);
    double figure[BENCH_ROUNDS];
    for (int round = 0; round < BENCH_ROUNDS; round++) {
        uint64_t calls = 0, start = bench_now();
        while (calls < 400000)
            calls += make_calls(&s);
        ha_machine_flush(s.machine);
        figure[round] = (double)(bench_now() - start) / (double)calls;
    }
    tear_down(&s);
    return bench_median(figure);
}

double bench_register_pair(size_t others)
{
    struct setting s = set_up(others, BENCH_COUNTS, BENCH_UNJUDGED);
    struct client one = {0};
    double figure[BENCH_ROUNDS];
    for (int round = 0; round < BENCH_ROUNDS; round++) {
        uint64_t start = bench_now();
        for (int i = 0; i < 10000; i++) {
            register_all(&one, 1, BENCH_COUNTS, 0);
            KeDeregisterProcessorChangeCallback(one.handle);
        }
        figure[round] = (double)(bench_now() - start) / 10000;
    }
    tear_down(&s);
    return bench_median(figure);
}

double bench_removal(size_t others, enum bench_order order)
{
    struct setting s = set_up(others, BENCH_COUNTS, BENCH_UNJUDGED);
    PVOID *handle = must(calloc(others, sizeof *handle));
    double figure[BENCH_ROUNDS];
    /* Both steps meet every place: neither has a divisor in common with `others`. */
    size_t step = order == BENCH_JUMPS ? others / 3 * 2 + 1 : others - 1;
    for (int round = 0; round < BENCH_ROUNDS; round++) {
        for (size_t i = 0, at = others - 1; i < others; i++, at = (at + step) % others)
            handle[i] = s.client[at].handle;
        uint64_t start = bench_now();
        for (size_t i = 0; i < others; i++)
            KeDeregisterProcessorChangeCallback(handle[i]);
        figure[round] = (double)(bench_now() - start) / (double)others;
        register_all(s.client, others, BENCH_COUNTS, 0);
    }
    free(handle);
    tear_down(&s);
    return bench_median(figure);
}

static void take_nothing(struct ha_sink *sink, const struct ha_record *first, size_t count)
{
    (void)sink;
    (void)first;
    (void)count;
}

double bench_pool_pair(void)
{
    struct ha_sink sink = {take_nothing};
    struct ha_machine *machine = bench_machine(4);
    double figure[BENCH_ROUNDS];
    ha_machine_add_sink(machine, &sink);
    for (int round = 0; round < BENCH_ROUNDS; round++) {
        uint64_t start = bench_now();
        for (int i = 0; i < 100000; i++)
            ExFreePoolWithTag(must(ExAllocatePool2(POOL_FLAG_NON_PAGED, 64, 'x')), 'x');
        figure[round] = (double)(bench_now() - start) / 100000;
    }
    ha_machine_destroy(machine);
    return bench_median(figure);
}

double bench_record(void)
{
    struct ha_sink sink = {take_nothing};
    struct ha_machine *machine = bench_machine(4);
    struct ha_world *world = ha_thread_current()->world;
    double figure[BENCH_ROUNDS];
    ha_machine_add_sink(machine, &sink);
    for (int round = 0; round < BENCH_ROUNDS; round++) {
        uint64_t start = bench_now();
        for (uint32_t i = 0; i < 1000000; i++)
            ha_record_open(world, HA_QUERY, i)->as.query.routine = 1;
        figure[round] = (double)(bench_now() - start) / 1000000;
    }
    ha_machine_destroy(machine);
    return bench_median(figure);
}

double bench_record_bytes(void)
{
    struct ha_collector collector;
    struct ha_machine *machine = bench_machine(4);
    struct ha_world *world = ha_thread_current()->world;
    ha_collector_init(&collector);
    ha_machine_add_sink(machine, &collector.sink);
    while (world->trace.seq <= 1000000)
        ha_record_open(world, HA_QUERY, 0);
    ha_machine_flush(machine);
    double bytes = (double)sizeof(struct ha_record) +
                   (double)sizeof(struct ha_record) * HA_TRACE_WINDOW / (double)collector.count;
    ha_machine_destroy(machine);
    ha_collector_close(&collector);
    return bytes;
}
