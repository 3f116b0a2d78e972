/* DPCs, broadcasts and timers when memory or threads are lacking; linked with hotadd_failing */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <ntddk.h>

#include "core/world.h"
#include "hotadd/machine.h"
#include "unit/failing.h"

struct counts {
    volatile LONG dpcs, processors;
};

static VOID NTAPI count_dpc(PKDPC Dpc, PVOID DeferredContext, PVOID SystemArgument1,
                            PVOID SystemArgument2)
{
    struct counts *counts = DeferredContext;
    UNREFERENCED_PARAMETER(Dpc);
    UNREFERENCED_PARAMETER(SystemArgument1);
    UNREFERENCED_PARAMETER(SystemArgument2);
    counts->dpcs++;
}

static ULONG_PTR NTAPI count_processor(ULONG_PTR Argument)
{
    struct counts *counts = (struct counts *)Argument;
    counts->processors++;
    return 0;
}

/* A driver that uses all of them and waits for the end. */
static NTSTATUS NTAPI entry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    PROCESSOR_NUMBER place = {.Number = 1};
    LARGE_INTEGER due = {.QuadPart = -10};
    struct counts counts = {0, 0};
    KDPC dpc[2];
    KTIMER timer;
    UNREFERENCED_PARAMETER(DriverObject);
    UNREFERENCED_PARAMETER(RegistryPath);
    for (int i = 0; i < 2; i++)
        KeInitializeDpc(&dpc[i], count_dpc, &counts);
    KeSetTargetProcessorDpcEx(&dpc[0], &place);
    KeInsertQueueDpc(&dpc[0], NULL, NULL);
    KeFlushQueuedDpcs();
    KeIpiGenericCall(count_processor, (ULONG_PTR)&counts);
    KeInitializeTimer(&timer);
    KeSetTimer(&timer, due, &dpc[1]);
    KeWaitForSingleObject(&timer, Executive, KernelMode, FALSE, NULL);
    KeFlushQueuedDpcs();
    return counts.dpcs == 2 && counts.processors == 4 ? STATUS_SUCCESS : STATUS_UNSUCCESSFUL;
}

/* Returns the first error of the machine; `status` is DriverEntry's when there was none. */
static int live_once(size_t arena_bytes, int32_t *status)
{
    static const struct ha_group_options group = {.maximum = 4, .active_mask = 0xf};
    const struct ha_machine_options options = {.partition = {.group = &group, .group_count = 1},
                                               .arena_bytes = arena_bytes};
    struct ha_machine *machine = NULL;
    int err = ha_machine_create(&options, &machine, NULL);
    if (err)
        return err;
    err = ha_machine_load(machine, "a", entry);
    if (!err)
        err = ha_machine_driver_status(machine, "a", status);
    ha_machine_destroy(machine);
    return err;
}

static void whatever_the_host_refuses_all_runs_or_the_run_ends(void **state)
{
    size_t ended = 0;
    (void)state;
    for (size_t good = 0;; good++) {
        int32_t status = STATUS_PENDING;
        failing_after(good);
        int err = live_once((size_t)1 << 20, &status);
        bool failed = failing_stop();
        assert_true(err || status == STATUS_SUCCESS);
        ended += err != 0;
        if (!failed)
            break;
    }

    assert_true(ended > 5);     /* the contexts of four processors are among them */
}

static void however_small_the_arena_all_runs_or_the_run_ends(void **state)
{
    size_t ended = 0;
    int err = HA_ENOMEM;
    (void)state;
    for (size_t bytes = 64; err; bytes += 64) {
        int32_t status = STATUS_PENDING;
        err = live_once(bytes, &status);
        assert_true(err || status == STATUS_SUCCESS);
        ended += err == HA_ENOMEM;
        assert_true(bytes < (size_t)1 << 20);
    }

    assert_true(ended > 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whatever_the_host_refuses_all_runs_or_the_run_ends),
        cmocka_unit_test(however_small_the_arena_all_runs_or_the_run_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
