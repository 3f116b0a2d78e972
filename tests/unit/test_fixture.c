/* The fixture of unit tests as plain C functions, as any framework may call them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <ntddk.h>
#include <poclass.h>

#include "hotadd/hotadd.h"

#define SAYS(report, words) assert_non_null(strstr((report) ? (report) : "nothing", (words)))

static PVOID handle, row;
static bool keeps_memory, checks_wrongly;

static VOID unload(PDRIVER_OBJECT driver)
{
    (void)driver;
    KeDeregisterProcessorChangeCallback(handle);
    if (row && !keeps_memory)
        ExFreePool(row);
}

static VOID changed(PVOID context, PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT change, PNTSTATUS status)
{
    (void)context;
    (void)status;
    if (change->State == KeProcessorAddStartNotify)
        row = ExAllocatePool2(POOL_FLAG_NON_PAGED, 32, 0x68526f77);
    if (checks_wrongly)
        ha_check(!ha_in_driver());
    ha_check(ha_in_driver());
}

static NTSTATUS enter(PDRIVER_OBJECT driver, PUNICODE_STRING path)
{
    (void)path;
    row = NULL;
    driver->DriverUnload = unload;
    handle = KeRegisterProcessorChangeCallback(changed, NULL, 0);
    return STATUS_SUCCESS;
}

static PVOID entries[2];

static NTSTATUS arrived(PVOID change, PVOID context)
{
    (void)change;
    (void)context;
    return STATUS_SUCCESS;
}

static VOID unload_listener(PDRIVER_OBJECT driver)
{
    (void)driver;
    for (unsigned i = 0; i < 2; i++)
        IoUnregisterPlugPlayNotificationEx(entries[i]);
}

/* Registers for processors and memory. */
static NTSTATUS enter_listener(PDRIVER_OBJECT driver, PUNICODE_STRING path)
{
    const GUID *const classes[] = {&GUID_DEVICE_PROCESSOR, &GUID_DEVICE_MEMORY};
    NTSTATUS status = STATUS_SUCCESS;
    (void)path;
    driver->DriverUnload = unload_listener;
    for (unsigned i = 0; i < 2 && NT_SUCCESS(status); i++)
        status = IoRegisterPlugPlayNotification(EventCategoryDeviceInterfaceChange, 0,
                                                (PVOID)(uintptr_t)classes[i], driver, arrived,
                                                NULL, &entries[i]);
    return status;
}

static _Atomic unsigned met;

/* No routine is called in here, so ordinarily nobody else would come. */
static VOID meet(PVOID context)
{
    (void)context;
    met++;
    for (unsigned long i = 0; met < 2 && i < 2000000000; i++)
        continue;
    ha_check(met == 2);
}

static NTSTATUS enter_meeting(PDRIVER_OBJECT driver, PUNICODE_STRING path)
{
    HANDLE thread;
    PVOID object[2];
    (void)driver;
    (void)path;
    met = 0;
    for (unsigned i = 0; i < 2; i++) {
        PsCreateSystemThread(&thread, THREAD_ALL_ACCESS, NULL, NULL, NULL, meet, NULL);
        ObReferenceObjectByHandle(thread, THREAD_ALL_ACCESS, *PsThreadType, KernelMode,
                                  &object[i], NULL);
        ZwClose(thread);
    }
    for (unsigned i = 0; i < 2; i++) {
        KeWaitForSingleObject(object[i], Executive, KernelMode, FALSE, NULL);
        ObDereferenceObject(object[i]);
    }
    return STATUS_UNSUCCESSFUL;         /* there is nothing more to be done */
}

static struct ha_machine *begin_with(ha_driver_entry *entry)
{
    struct ha_test_options options = {.entry = entry};
    struct ha_machine *machine = NULL;
    keeps_memory = checks_wrongly = false;
    assert_int_equal(ha_test_begin(&options, &machine, NULL), HA_OK);
    return machine;
}

static struct ha_machine *begin(void)
{
    return begin_with(enter);
}

static void a_right_driver_leaves_nothing_to_report(void **state)
{
    static const char *const calls[] = {"ke1 Start 4", "driver.ke1 Complete 0:4"};
    struct ha_machine *machine = begin();
    (void)state;

    assert_int_equal(ha_test_add_processor(machine), HA_OK);

    assert_null(ha_test_compare_calls(machine, calls, 2));
    assert_null(ha_test_compare_calls(machine, NULL, 0));
    assert_null(ha_test_end(machine));
    ha_test_destroy(machine);
}

static void other_calls_are_shown_beside_those_expected(void **state)
{
    static const char *const calls[] = {"ke1 Start 4", "ke2 Complete 4"};
    struct ha_machine *machine = begin();
    (void)state;
    ha_test_add_processor(machine);

    const char *report = ha_test_compare_calls(machine, calls, 2);

    assert_string_equal(report,
                        "calls: 2 expected, 2 made; 1 missing (-), 1 not expected (+)\n"
                        "     expected           made\n"
                        "     *.ke1 Start 4      driver.ke1 Start 4\n"
                        "  >! *.ke2 Complete 4   driver.ke1 Complete 4\n");
    assert_null(ha_test_end(machine));
    ha_test_destroy(machine);
}

/* MEM-2 */
static void arrivals_are_compared_with_those_since_the_last_comparison(void **state)
{
    static const char *const processor[] = {"pnp1 Arrival processor 0:4"};
    static const char *const memory[] = {"driver.pnp2 Arrival memory 0x400000000"};
    static const struct ha_memory_add_options range = {.base = 0x400000000, .size = 0x100000};
    struct ha_machine *machine = begin_with(enter_listener);
    (void)state;

    assert_null(ha_test_compare_arrivals(machine, NULL, 0));
    assert_int_equal(ha_test_add_processor(machine), HA_OK);
    assert_null(ha_test_compare_arrivals(machine, processor, 1));
    assert_int_equal(ha_machine_add_memory(machine, 0, &range), HA_OK);
    assert_int_equal(ha_machine_step(machine, NULL), HA_OK);
    assert_null(ha_test_compare_arrivals(machine, memory, 1));
    assert_null(ha_test_compare_calls(machine, NULL, 0));
    assert_null(ha_test_end(machine));
    ha_test_destroy(machine);
}

static void other_arrivals_are_shown_beside_those_expected(void **state)
{
    static const char *const arrivals[] = {"pnp2 Arrival processor 4"};
    struct ha_machine *machine = begin_with(enter_listener);
    (void)state;
    ha_test_add_processor(machine);

    const char *report = ha_test_compare_arrivals(machine, arrivals, 1);

    assert_string_equal(report,
                        "arrivals: 1 expected, 1 made; 1 missing (-), 1 not expected (+)\n"
                        "     expected                     made\n"
                        "  >! *.pnp2 Arrival processor 4   driver.pnp1 Arrival processor 4\n");
    assert_null(ha_test_end(machine));
    ha_test_destroy(machine);
}

/* DRV-9 */
static void memory_kept_at_unload_is_reported_with_the_story(void **state)
{
    struct ha_machine *machine = begin();
    (void)state;
    keeps_memory = true;
    ha_test_add_processor(machine);

    const char *report = ha_test_end(machine);

    SAYS(report, "driver.ke1 Start 4");
    SAYS(report, "error DRV-9: ");
    SAYS(report, "violations: DRV-9 was not expected");
    ha_test_destroy(machine);
}

/* Beside it stands the line, where this host has a program that knows it. */
static void a_finding_names_the_place_in_the_test_that_it_comes_from(void **state)
{
    struct ha_machine *machine = begin();
    (void)state;
    keeps_memory = true;
    ha_test_add_processor(machine);

    const char *report = ha_test_end(machine);

    const char *from = report ? strstr(report, "\n  from      ") : NULL;
    const char *place = from ? strstr(from, "test_fixture+0x") : NULL;
    assert_non_null(place);
    assert_true(place < strchr(from + 1, '\n'));
    ha_test_destroy(machine);
}

static void a_failed_check_in_a_callback_fails_the_end(void **state)
{
    struct ha_machine *machine = begin();
    (void)state;
    checks_wrongly = true;
    ha_test_add_processor(machine);

    const char *report = ha_test_end(machine);

    SAYS(report, "check failed: test_fixture.c:");
    SAYS(report, "\ncheck failed: test_fixture.c:");
    SAYS(report, ": !ha_in_driver()\n");
    assert_null(strstr(report, "violations"));
    ha_test_destroy(machine);
}

static void the_thread_of_the_test_is_no_driver(void **state)
{
    struct ha_machine *machine = begin();
    (void)state;

    assert_false(ha_in_driver());
    ha_check(ha_in_driver());

    SAYS(ha_test_end(machine), ": ha_in_driver()\n");
    ha_test_destroy(machine);
    assert_false(ha_in_driver());
}

static VOID hear(PVOID context, PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT change, PNTSTATUS status)
{
    (void)change;
    (void)status;
    *(bool *)context = ha_in_driver();
}

static void a_callback_on_the_thread_of_the_test_is_a_driver(void **state)
{
    struct ha_machine *machine = begin();
    bool inside = false;
    (void)state;

    PVOID ours = KeRegisterProcessorChangeCallback(hear, &inside, KE_PROCESSOR_CHANGE_ADD_EXISTING);

    assert_true(inside);
    assert_false(ha_in_driver());
    KeDeregisterProcessorChangeCallback(ours);
    assert_null(ha_test_end(machine));
    ha_test_destroy(machine);
}

static VOID body(PVOID context)
{
    *(bool *)context = ha_in_driver();
}

static void a_thread_of_a_driver_is_the_driver(void **state)
{
    struct ha_machine *machine = begin();
    bool inside = false;
    HANDLE thread = NULL;
    (void)state;

    PsCreateSystemThread(&thread, 0, NULL, NULL, NULL, body, &inside);
    ZwClose(thread);
    ha_test_add_processor(machine);

    assert_true(inside);
    ha_test_destroy(machine);
}

static void an_expected_violation_that_does_not_come_is_reported(void **state)
{
    struct ha_machine *machine = begin();
    (void)state;

    assert_int_equal(ha_test_expect_violation(machine, "drv-9"), HA_OK);
    assert_int_equal(ha_test_expect_violation(machine, "DRV-999"), HA_EINVAL);

    SAYS(ha_test_end(machine), "DRV-9");
    ha_test_destroy(machine);
}

static void only_so_many_violations_can_be_expected(void **state)
{
    struct ha_machine *machine = begin();
    (void)state;
    for (unsigned i = 0; i < HA_TEST_VIOLATIONS; i++)
        assert_int_equal(ha_test_expect_violation(machine, "DRV-9"), HA_OK);

    assert_int_equal(ha_test_expect_violation(machine, "DRV-9"), HA_EINVAL);

    ha_test_destroy(machine);
}

static void a_test_may_load_drivers_itself(void **state)
{
    static const char *const calls[] = {"b.ke1 Start 4", "b.ke1 Complete 4"};
    struct ha_machine *machine = NULL;
    (void)state;
    keeps_memory = checks_wrongly = false;
    assert_int_equal(ha_test_begin(NULL, &machine, NULL), HA_OK);

    ha_machine_load(machine, "b", enter);
    ha_test_add_processor(machine);

    assert_null(ha_test_compare_calls(machine, calls, 2));
    assert_null(ha_test_end(machine));
    ha_test_destroy(machine);
}

static void free_threads_of_a_driver_run_side_by_side(void **state)
{
    (void)state;
    const struct ha_test_options options = {.entry = enter_meeting, .threads = HA_THREADS_FREE};
    struct ha_machine *machine = NULL;
    assert_int_equal(ha_test_begin(&options, &machine, NULL), HA_OK);
    const char *report = ha_test_end(machine);
    assert_non_null(report);            /* of the DriverEntry that fails */
    assert_null(strstr(report, "check failed"));
    ha_test_destroy(machine);
    assert_int_equal(met, 2);
}

static void options_that_are_wrong_make_no_machine(void **state)
{
    struct ha_machine_options nothing = {.name = "no groups"};
    struct ha_test_options options = {.machine = &nothing};
    struct ha_machine *machine = NULL;
    struct ha_error error = {""};
    (void)state;

    assert_int_equal(ha_test_begin(&options, &machine, &error), HA_EINVAL);

    assert_null(machine);
    assert_string_not_equal(error.text, "");
    ha_test_destroy(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_right_driver_leaves_nothing_to_report),
        cmocka_unit_test(other_calls_are_shown_beside_those_expected),
        cmocka_unit_test(arrivals_are_compared_with_those_since_the_last_comparison),
        cmocka_unit_test(other_arrivals_are_shown_beside_those_expected),
        cmocka_unit_test(memory_kept_at_unload_is_reported_with_the_story),
        cmocka_unit_test(a_finding_names_the_place_in_the_test_that_it_comes_from),
        cmocka_unit_test(a_failed_check_in_a_callback_fails_the_end),
        cmocka_unit_test(the_thread_of_the_test_is_no_driver),
        cmocka_unit_test(a_callback_on_the_thread_of_the_test_is_a_driver),
        cmocka_unit_test(a_thread_of_a_driver_is_the_driver),
        cmocka_unit_test(an_expected_violation_that_does_not_come_is_reported),
        cmocka_unit_test(only_so_many_violations_can_be_expected),
        cmocka_unit_test(a_test_may_load_drivers_itself),
        cmocka_unit_test(free_threads_of_a_driver_run_side_by_side),
        cmocka_unit_test(options_that_are_wrong_make_no_machine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
