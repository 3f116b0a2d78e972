/* order_quiet: what a test does itself with what its driver has, in free mode */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <ntifs.h>

#include "base/race.h"
#include "hotadd/error.h"
#include "hotadd/machine.h"
#include "hotadd/profile.h"

static struct {
    KEVENT event;                   /* lets the driver's thread go */
    PVOID thread, registration;
    LONG64 variable;
    LONG polled;
    unsigned reports;
} my;

/* Of the run-time library of ThreadSanitizer, which brings no header for them. */
const char *__tsan_default_options(void);
void __tsan_on_report(void *report);

#if HA_RACES_ARE_WATCHED
const char *__tsan_default_options(void)
{
    return "exitcode=0 symbolize=0 suppress_equal_stacks=0 suppress_equal_addresses=0";
}

HA_RACE_UNSEEN void __tsan_on_report(void *report)
{
    (void)report;
    my.reports++;
}
#endif

static void touch(void)
{
    my.variable = 1;
}

static VOID NTAPI touch_when_told(PVOID StartContext)
{
    (void)StartContext;
    KeWaitForSingleObject(&my.event, Executive, KernelMode, FALSE, NULL);
    touch();
    WriteNoFence(&my.polled, 1);
}

static VOID NTAPI unload(PDRIVER_OBJECT DriverObject)
{
    (void)DriverObject;
    KeDeregisterProcessorChangeCallback(my.registration);
    KeSetEvent(&my.event, IO_NO_INCREMENT, FALSE);
    KeWaitForSingleObject(my.thread, Executive, KernelMode, FALSE, NULL);
    ObDereferenceObject(my.thread);
}

static NTSTATUS NTAPI enter(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    HANDLE handle;
    (void)RegistryPath;
    DriverObject->DriverUnload = unload;
    KeInitializeEvent(&my.event, NotificationEvent, FALSE);
    touch();
    PsCreateSystemThread(&handle, THREAD_ALL_ACCESS, NULL, NULL, NULL, touch_when_told, NULL);
    ObReferenceObjectByHandle(handle, THREAD_ALL_ACCESS, *PsThreadType, KernelMode, &my.thread,
                              NULL);
    ZwClose(handle);
    return STATUS_SUCCESS;
}

static VOID NTAPI touch_once(PVOID CallbackContext,
                             PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext,
                             PNTSTATUS OperationStatus)
{
    (void)OperationStatus;
    if (ChangeContext->State != KeProcessorAddStartNotify || ChangeContext->NtNumber)
        return;
    while (CallbackContext && !ReadNoFence(&my.polled))
        YieldProcessor();
    touch();
}

/* A call of the driver's, on the thread of the test. */
static void register_on_the_thread_of_the_test(PVOID waits)
{
    my.registration = KeRegisterProcessorChangeCallback(touch_once, waits,
                                                        KE_PROCESSOR_CHANGE_ADD_EXISTING);
    assert_non_null(my.registration);
}

static struct ha_machine *make(void)
{
    const struct ha_group_options group = {.maximum = 4, .active_mask = 0x3};
    struct ha_machine_options options = {
        .partition = {.group = &group, .group_count = 1}, .threads = HA_THREADS_FREE};
    struct ha_machine *machine;
    struct ha_error error;
    options.profile = ha_profile_preset(HA_PRESET_DOCUMENTED);
    assert_int_equal(ha_machine_create(&options, &machine, &error), HA_OK);
    return machine;
}

static struct ha_machine *begin(void)
{
    struct ha_machine *machine = make();
    my.polled = 0;
    my.reports = 0;
    assert_int_equal(ha_machine_load(machine, "driver", enter), HA_OK);
    return machine;
}

static void end(struct ha_machine *machine)
{
    assert_int_equal(ha_machine_finish(machine), HA_OK);
    ha_machine_destroy(machine);
}

static void expect_reports(unsigned count)
{
    if (HA_RACES_ARE_WATCHED)
        assert_int_equal(my.reports, count);
}

static void a_test_comes_after_all_that_ran_until_it_was_quiet(void **state)
{
    (void)state;
    struct ha_machine *machine = begin();

    register_on_the_thread_of_the_test(NULL);
    KeSetEvent(&my.event, IO_NO_INCREMENT, FALSE);

    end(machine);
    expect_reports(0);
}

static void a_test_is_in_no_order_to_what_runs_since_then(void **state)
{
    (void)state;
    struct ha_machine *machine = begin();

    KeSetEvent(&my.event, IO_NO_INCREMENT, FALSE);
    register_on_the_thread_of_the_test(&my);

    end(machine);
    expect_reports(1);
}

static void a_race_is_found_while_there_are_other_machines(void **state)
{
    (void)state;
    struct ha_machine *one = make(), *other = make();
    ha_machine_destroy(one);
    struct ha_machine *machine = begin();

    KeSetEvent(&my.event, IO_NO_INCREMENT, FALSE);
    register_on_the_thread_of_the_test(&my);

    end(machine);
    ha_machine_destroy(other);
    expect_reports(1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_test_comes_after_all_that_ran_until_it_was_quiet),
        cmocka_unit_test(a_test_is_in_no_order_to_what_runs_since_then),
        cmocka_unit_test(a_race_is_found_while_there_are_other_machines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
