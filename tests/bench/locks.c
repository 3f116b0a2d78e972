/* locks - taking a lock that nobody else wants, and giving it back */
#include <ntddk.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "bench.h"
#include "hotadd/hotadd.h"

#define PAIRS 1000000

double bench_fast_mutex_pair(bool recorded)
{
    struct ha_machine *machine = bench_machine_that(4, recorded);
    FAST_MUTEX mutex;
    double figure[BENCH_ROUNDS];
    ExInitializeFastMutex(&mutex);
    for (int round = 0; round < BENCH_ROUNDS; round++) {
        uint64_t start = bench_now();
        for (int i = 0; i < PAIRS; i++) {
            ExAcquireFastMutex(&mutex);
            ExReleaseFastMutex(&mutex);
        }
        figure[round] = (double)(bench_now() - start) / PAIRS;
    }
    ha_machine_destroy(machine);
    return bench_median(figure);
}

double bench_spin_lock_pair(bool recorded)
{
    struct ha_machine *machine = bench_machine_that(4, recorded);
    KSPIN_LOCK lock;
    KIRQL old;
    double figure[BENCH_ROUNDS];
    KeInitializeSpinLock(&lock);
    for (int round = 0; round < BENCH_ROUNDS; round++) {
        uint64_t start = bench_now();
        for (int i = 0; i < PAIRS; i++) {
            KeAcquireSpinLock(&lock, &old);
            KeReleaseSpinLock(&lock, old);
        }
        figure[round] = (double)(bench_now() - start) / PAIRS;
    }
    ha_machine_destroy(machine);
    return bench_median(figure);
}

double bench_host_mutex_pair(void)
{
    pthread_mutex_t mutex;
    double figure[BENCH_ROUNDS];
    if (pthread_mutex_init(&mutex, NULL)) {
        fputs("bench: no mutex\n", stderr);
        exit(1);
    }
    for (int round = 0; round < BENCH_ROUNDS; round++) {
        uint64_t start = bench_now();
        for (int i = 0; i < PAIRS; i++) {
            pthread_mutex_lock(&mutex);
            pthread_mutex_unlock(&mutex);
        }
        figure[round] = (double)(bench_now() - start) / PAIRS;
    }
    pthread_mutex_destroy(&mutex);
    return bench_median(figure);
}
