/* fixture: when the host has no memory or threads; linked with the library hotadd_failing */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <ntddk.h>
#include <poclass.h>

#include "hotadd/check.h"
#include "unit/failing.h"

static PVOID handle, entry_of_arrivals;

static VOID changed(PVOID context, PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT change, PNTSTATUS status)
{
    (void)context;
    (void)change;
    (void)status;
}

static NTSTATUS arrived(PVOID change, PVOID context)
{
    (void)change;
    (void)context;
    return STATUS_SUCCESS;
}

static VOID unload(PDRIVER_OBJECT driver)
{
    (void)driver;
    IoUnregisterPlugPlayNotificationEx(entry_of_arrivals);
    KeDeregisterProcessorChangeCallback(handle);
}

static NTSTATUS entry(PDRIVER_OBJECT driver, PUNICODE_STRING path)
{
    (void)path;
    driver->DriverUnload = unload;
    handle = KeRegisterProcessorChangeCallback(changed, NULL, 0);
    return IoRegisterPlugPlayNotification(EventCategoryDeviceInterfaceChange, 0,
                                          (PVOID)&GUID_DEVICE_PROCESSOR, driver, arrived, NULL,
                                          &entry_of_arrivals);
}

/* A test that passes. Returns whether it did. */
static bool test_once(void)
{
    static const struct ha_group_options group = {.maximum = 8, .active_mask = 0xf};
    static const char *const calls[] = {"ke1 Start 4", "ke1 Complete 4"};
    static const char *const arrivals[] = {"pnp1 Arrival processor 4"};
    const struct ha_machine_options small = {.partition = {.group = &group, .group_count = 1},
                                             .arena_bytes = (size_t)1 << 20};
    const struct ha_test_options options = {.machine = &small, .entry = entry};
    struct ha_machine *machine = NULL;
    struct ha_error error = {""};

    if (ha_test_begin(&options, &machine, &error) != HA_OK) {
        assert_null(machine);
        assert_true(error.text[0] != '\0');
        return false;
    }
    bool passed = ha_test_add_processor(machine) == HA_OK;
    passed &= ha_test_compare_calls(machine, calls, 2) == NULL;
    passed &= ha_test_compare_arrivals(machine, arrivals, 1) == NULL;
    passed &= ha_test_end(machine) == NULL;
    ha_test_destroy(machine);
    return passed;
}

static void a_test_for_which_anything_was_lacking_does_not_pass(void **state)
{
    bool refused = true;
    (void)state;

    for (size_t good = 0; refused; good++) {
        failing_after(good);
        bool passed = test_once();
        refused = failing_stop();
        assert_true(passed == !refused);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_test_for_which_anything_was_lacking_does_not_pass),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
