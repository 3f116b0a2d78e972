/* workers - a driver with a thread on every processor, as many drivers have; in a process each */
#include <ntddk.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"
#include "hotadd/hotadd.h"

#ifdef __APPLE__
#define RSS_UNIT 1u             /* ru_maxrss counts bytes there, and kilobytes elsewhere */
#else
#define RSS_UNIT 1024u
#endif

static void must(int good, const char *what)
{
    if (good)
        return;
    fprintf(stderr, "bench: %s\n", what);
    exit(1);
}

struct workers;
struct worker {
    struct workers *all;
    ULONG index;
    KEVENT work;
};

/* What the driver has, and what is measured. */
struct workers {
    struct worker *worker;
    ULONG count;
    volatile LONG waiting, answered, strayed;
    KEVENT done;
    uint64_t start_ns, started_ns, answered_ns;
};

static VOID NTAPI work(PVOID StartContext)
{
    struct worker *worker = StartContext;
    struct workers *all = worker->all;
    PROCESSOR_NUMBER number;
    KeGetProcessorNumberFromIndex(worker->index, &number);
    GROUP_AFFINITY affinity = {.Mask = (KAFFINITY)1 << number.Number, .Group = number.Group};
    KeSetSystemGroupAffinityThread(&affinity, NULL);
    if ((ULONG)InterlockedIncrement(&all->waiting) == all->count)
        KeSetEvent(&all->done, IO_NO_INCREMENT, FALSE);
    KeWaitForSingleObject(&worker->work, Executive, KernelMode, FALSE, NULL);
    if (KeGetCurrentProcessorNumberEx(NULL) != worker->index)
        InterlockedIncrement(&all->strayed);
    if ((ULONG)InterlockedIncrement(&all->answered) == all->count)
        KeSetEvent(&all->done, IO_NO_INCREMENT, FALSE);
    PsTerminateSystemThread(STATUS_SUCCESS);
}

static NTSTATUS start_all(struct workers *all)
{
    for (ULONG i = 0; i < all->count; i++) {
        HANDLE handle;
        all->worker[i] = (struct worker){.all = all, .index = i};
        KeInitializeEvent(&all->worker[i].work, SynchronizationEvent, FALSE);
        NTSTATUS status =
            PsCreateSystemThread(&handle, 0, NULL, NULL, NULL, work, &all->worker[i]);
        if (!NT_SUCCESS(status))
            return status;
        ZwClose(handle);
    }
    return STATUS_SUCCESS;
}

/* On the thread of the program, as a unit test does it. */
static void run_workers(struct workers *all)
{
    KeInitializeEvent(&all->done, SynchronizationEvent, FALSE);
    all->start_ns = bench_now();
    must(NT_SUCCESS(start_all(all)), "a worker thread could not be made");
    KeWaitForSingleObject(&all->done, Executive, KernelMode, FALSE, NULL);
    all->started_ns = bench_now();
    for (ULONG i = 0; i < all->count; i++)
        KeSetEvent(&all->worker[i].work, IO_NO_INCREMENT, FALSE);
    KeWaitForSingleObject(&all->done, Executive, KernelMode, FALSE, NULL);
    all->answered_ns = bench_now();
    must(!all->strayed, "a worker was not on its processor");
}

static struct bench_workers measure(unsigned processors)
{
    struct ha_machine *machine = bench_machine(processors);
    struct workers all = {.count = processors};
    all.worker = calloc(processors, sizeof *all.worker);
    must(all.worker != NULL, "out of memory");
    run_workers(&all);
    ha_machine_destroy(machine);
    free(all.worker);
    return (struct bench_workers){
        .start_us = (double)(all.started_ns - all.start_ns) / 1000 / processors,
        .answer_us = (double)(all.answered_ns - all.started_ns) / 1000 / processors};
}

struct bench_workers bench_workers(unsigned processors)
{
    struct bench_workers workers;
    struct rusage usage;
    int ends[2], status;
    must(!pipe(ends), "no pipe");
    pid_t child = fork();
    must(child >= 0, "no process");
    if (child == 0) {
        workers = measure(processors);
        _exit(write(ends[1], &workers, sizeof workers) != (ssize_t)sizeof workers);
    }
    must(read(ends[0], &workers, sizeof workers) == (ssize_t)sizeof workers, "no figures");
    must(wait4(child, &status, 0, &usage) == child && status == 0, "the workers failed");
    close(ends[0]);
    close(ends[1]);
    workers.mib = (double)usage.ru_maxrss * RSS_UNIT / (1024 * 1024);
    return workers;
}
