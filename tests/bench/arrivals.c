/*
 * arrivals - a PnP event, bare and simulated: queued, told to entries; registration and removal
 *
 * The bare loop calls the same function for an array of contexts, with one structure for all.
 */
#include <ntddk.h>
#include <poclass.h>
#include <stdio.h>
#include <stdlib.h>
#include <wdmguid.h>

#include "bench.h"
#include "hotadd/hotadd.h"
#include "nt/interface.h"
#include "nt/pnp_queue.h"

#define BATCH 256           /* events that are queued before the first is told */
#define CALLS 400000

static void must(bool good, const char *what)
{
    if (good)
        return;
    fprintf(stderr, "bench: %s\n", what);
    exit(1);
}

struct listener {
    PVOID entry;
    ULONG calls;
};

static NTSTATUS NTAPI counts(PVOID NotificationStructure, PVOID Context)
{
    struct listener *listener = Context;
    (void)NotificationStructure;
    listener->calls++;
    return STATUS_SUCCESS;
}

static NTSTATUS NTAPI enter(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    (void)DriverObject;
    (void)RegistryPath;
    return STATUS_SUCCESS;
}

struct setting {
    struct ha_machine *machine;
    struct ha_kernel *kernel;
    const struct ha_interface *processor;
    struct listener *listener;
    size_t entries;
};

/* In the driver's name: another one's object is refused (PNP-21). */
static void start(struct setting *s, struct listener *listener)
{
    struct ha_thread *thread = ha_thread_current();
    thread->stamp.driver = s->kernel->last_driver->id;
    must(IoRegisterPlugPlayNotification(EventCategoryDeviceInterfaceChange, 0,
                                        (PVOID)(uintptr_t)&GUID_DEVICE_PROCESSOR,
                                        &s->kernel->last_driver->object, counts, listener,
                                        &listener->entry) == STATUS_SUCCESS, "no registration");
    thread->stamp.driver = 0;
}

static struct setting set_up(size_t entries)
{
    bool ok;
    struct setting s = {.machine = bench_machine(4), .entries = entries,
                        .listener = calloc(entries, sizeof *s.listener)};
    must(s.listener && !ha_machine_load(s.machine, "d", enter), "no driver");
    s.kernel = ha_kernel_of(ha_thread_current());
    s.processor = ha_interfaces(s.kernel, &ok);
    must(ok, "no interface");
    for (size_t i = 0; i < entries; i++)
        start(&s, &s.listener[i]);
    return s;
}

static void tear_down(struct setting *s)
{
    ha_machine_destroy(s->machine);
    free(s->listener);
}

static void queue(const struct setting *s)
{
    for (int i = 0; i < BATCH; i++)
        ha_pnp_raise(s->kernel, s->processor, HA_PNP_ARRIVAL);
}

static void tell(const struct setting *s)
{
    must(!ha_machine_run(s->machine), "the events were not told");
}

uint64_t bench_bare_arrivals_only(size_t entries, uint64_t times)
{
    /* Through a volatile pointer, so that the compiler does not know whom it calls. */
    PDRIVER_NOTIFICATION_CALLBACK_ROUTINE volatile function = counts;
    struct listener *listener = calloc(entries, sizeof *listener);
    DEVICE_INTERFACE_CHANGE_NOTIFICATION change = {.Version = 1};
    must(listener != NULL, "out of memory");
    for (uint64_t n = 0; n < times; n++)
        for (size_t i = 0; i < entries; i++)
            function(&change, &listener[i]);
    free(listener);
    return times * entries;
}

double bench_bare_arrivals(size_t entries)
{
    double figure[BENCH_ROUNDS];
    for (int round = 0; round < BENCH_ROUNDS; round++) {
        uint64_t began = bench_now();
        uint64_t calls = bench_bare_arrivals_only(entries, CALLS / entries);
        figure[round] = (double)(bench_now() - began) / (double)calls;
    }
    return bench_median(figure);
}

uint64_t bench_arrivals_only(size_t entries, uint64_t times)
{
    struct setting s = set_up(entries);
    for (uint64_t i = 0; i < times; i++) {
        queue(&s);
        tell(&s);
    }
    tear_down(&s);
    return times * BATCH * entries;
}

double bench_arrivals(size_t entries, double *queue_ns)
{
    struct setting s = set_up(entries);
    double figure[BENCH_ROUNDS], queued[BENCH_ROUNDS];
    size_t batches = CALLS / BATCH / entries + 1;
    for (int round = 0; round < BENCH_ROUNDS; round++) {
        uint64_t queueing = 0, began = bench_now();
        for (size_t i = 0; i < batches; i++) {
            uint64_t before = bench_now();
            queue(&s);
            queueing += bench_now() - before;
            tell(&s);
        }
        ha_machine_flush(s.machine);
        figure[round] = (double)(bench_now() - began) / (double)(batches * BATCH * entries);
        queued[round] = (double)queueing / (double)(batches * BATCH);
    }
    tear_down(&s);
    *queue_ns = bench_median(queued);
    return bench_median(figure);
}

double bench_entry_pair(size_t others)
{
    struct setting s = set_up(others);
    struct listener one = {0};
    double figure[BENCH_ROUNDS];
    for (int round = 0; round < BENCH_ROUNDS; round++) {
        uint64_t began = bench_now();
        for (int i = 0; i < 10000; i++) {
            start(&s, &one);
            IoUnregisterPlugPlayNotificationEx(one.entry);
        }
        figure[round] = (double)(bench_now() - began) / 10000;
    }
    tear_down(&s);
    return bench_median(figure);
}
