/* duo - see duo.h. Owns the variable, the driver, and the count of what is reported. */
#include "unit/duo.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/race.h"
#include "hotadd/error.h"
#include "hotadd/machine.h"
#include "hotadd/profile.h"

#define MOST_PLAYS 128u

static struct {
    const struct duo_case *now;
    size_t other;
    PDRIVER_OBJECT driver;
    PVOID thread[2];
    LONG64 variables[MOST_PLAYS];   /* one a play: where a race was told, reads are seen no more */
    LONG64 *variable;
    unsigned plays, reports, of_variable;
} duo;

/* Of the run-time library of ThreadSanitizer, which brings no header for them. */
const char *__tsan_default_options(void);
void __tsan_on_report(void *report);
int __tsan_get_report_mop(void *report, unsigned long index, int *thread, void **address,
                          int *size, int *write, int *atomic, void **trace,
                          unsigned long trace_size);

#if HA_RACES_ARE_WATCHED
/* Each report counts, also one like the last; nobody waits for names that nobody reads. */
const char *__tsan_default_options(void)
{
    return "exitcode=0 symbolize=0 suppress_equal_stacks=0 suppress_equal_addresses=0";
}

HA_RACE_UNSEEN void __tsan_on_report(void *report)
{
    int thread, size, write, atomic;
    void *address = NULL, *trace[1];
    duo.reports++;
    __tsan_get_report_mop(report, 0, &thread, &address, &size, &write, &atomic, trace, 1);
    duo.of_variable += address == (void *)duo.variable;
}
#endif

void duo_watch(PVOID address)
{
    duo.variable = address;
}

/* One access, as gcc watches a read and the write that follows it one by one. */
void duo_touch(void)
{
    *duo.variable = 1;
}

LONG64 duo_read(void)
{
    return *(volatile LONG64 *)duo.variable;
}

size_t duo_other(void)
{
    return duo.other;
}

PDRIVER_OBJECT duo_driver(void)
{
    return duo.driver;
}

static VOID NTAPI run(PVOID StartContext)
{
    if (StartContext)
        duo.now->second();
    else
        duo.now->first();
    PsTerminateSystemThread(STATUS_SUCCESS);
}

static void start(size_t n)
{
    HANDLE handle;
    if (!NT_SUCCESS(PsCreateSystemThread(&handle, THREAD_ALL_ACCESS, NULL, NULL, NULL, run,
                                         n ? &duo : NULL)))
        return;
    ObReferenceObjectByHandle(handle, THREAD_ALL_ACCESS, *PsThreadType, KernelMode,
                              &duo.thread[n], NULL);
    ZwClose(handle);
}

static VOID NTAPI unload(PDRIVER_OBJECT DriverObject)
{
    (void)DriverObject;
    for (size_t i = 0; i < 2; i++) {
        KeWaitForSingleObject(duo.thread[i], Executive, KernelMode, FALSE, NULL);
        ObDereferenceObject(duo.thread[i]);
    }
    if (duo.now->unmake)
        duo.now->unmake();
}

static NTSTATUS NTAPI enter(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    (void)RegistryPath;
    duo.driver = DriverObject;
    DriverObject->DriverUnload = unload;
    if (duo.now->make)
        duo.now->make();
    start(0);
    start(1);
    return STATUS_SUCCESS;
}

static void play(const struct duo_case *now, size_t other)
{
    const struct ha_group_options group = {.maximum = 8, .active_mask = 0xf};
    struct ha_machine_options options = {
        .partition = {.group = &group, .group_count = 1}, .threads = HA_THREADS_FREE};
    struct ha_machine *machine;
    struct ha_error error;
    options.profile = ha_profile_preset(HA_PRESET_DOCUMENTED);
    assert_in_range(duo.plays, 0, MOST_PLAYS - 1);
    duo.variable = &duo.variables[duo.plays++];
    duo.now = now;
    duo.other = other;
    duo.reports = duo.of_variable = 0;
    assert_int_equal(ha_machine_create(&options, &machine, &error), HA_OK);
    int err = ha_machine_load(machine, "duo", enter);
    for (unsigned i = 0; !err && i < now->adds; i++)
        err = ha_machine_add_processor(machine, 0, &(struct ha_add_options){HA_ANYWHERE});
    err = err ? err : ha_machine_run(machine);
    err = err ? err : ha_machine_finish(machine);
    enum ha_ending ending = ha_machine_ending(machine);
    ha_machine_destroy(machine);
    if (err || ending != HA_END_NORMALLY)
        print_error("%s\n", now->name);
    assert_int_equal(err, HA_OK);
    assert_int_equal(ending, HA_END_NORMALLY);
}

static void expect_reports(const struct duo_case *now, unsigned count)
{
    if (!HA_RACES_ARE_WATCHED || (duo.reports == count && duo.of_variable == count))
        return;
    print_error("%s, %s: %u reports, %u of them of the variable\n", now->name,
                duo.other ? "another object" : "one object", duo.reports, duo.of_variable);
    fail();
}

void duo_expect(const struct duo_case *cases, size_t count)
{
    for (const struct duo_case *now = cases; now < cases + count; now++) {
        play(now, 0);
        expect_reports(now, 0);
        play(now, 1);
        expect_reports(now, 1);
    }
}
