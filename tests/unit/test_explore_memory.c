/* sim: a search of a linked driver when the host has no memory; linked with hotadd_failing */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <ntddk.h>

#include "hotadd/explore.h"
#include "unit/failing.h"

#define TAG 0x65726163u

static PVOID block;

static VOID unload(PDRIVER_OBJECT driver)
{
    (void)driver;
    ExFreePoolWithTag(block, TAG);
}

/* Forgets its first block when there is no second. */
static NTSTATUS enter(PDRIVER_OBJECT driver, PUNICODE_STRING path)
{
    (void)path;
    block = ExAllocatePool2(POOL_FLAG_NON_PAGED, 64, TAG);
    PVOID other = block ? ExAllocatePool2(POOL_FLAG_NON_PAGED, 64, TAG) : NULL;
    if (!other)
        return STATUS_INSUFFICIENT_RESOURCES;
    ExFreePoolWithTag(other, TAG);
    driver->DriverUnload = unload;
    return STATUS_SUCCESS;
}

static void add_processor(struct ha_machine *machine, void *argument)
{
    (void)argument;
    ha_test_add_processor(machine);
}

/*
 * Whether the whole search was made; then it has found the leak and nothing else. Where there is a
 * result, the test fails in any case.
 */
static bool explore_once(void)
{
    static const struct ha_group_options group = {.maximum = 8, .active_mask = 0xf};
    static const struct ha_variable variables[] = {HA_STATE(block)};
    const struct ha_machine_options small = {.partition = {.group = &group, .group_count = 1},
                                             .arena_bytes = (size_t)1 << 20};
    const struct ha_exploration exploration = {
        .name = "a leak", .test = {.machine = &small, .entry = enter}, .bounds = {.faults = 1},
        .keep_going = true, .state = variables, .state_count = 1};
    struct ha_explored explored;
    struct ha_error error = {""};
    if (ha_explore(add_processor, NULL, &exploration, &explored, &error) != HA_OK) {
        assert_null(explored.report);
        assert_int_equal(explored.found_count, 0);
        assert_true(error.text[0] != '\0');
        return false;
    }
    bool whole = explored.complete && explored.found_count == 1 && explored.found[0].rule;
    assert_true(explored.failed);
    ha_explored_close(&explored);
    return whole;
}

static void no_search_passes_because_memory_was_lacking(void **state)
{
    bool refused = true;
    (void)state;

    for (size_t good = 0; refused; good++) {
        failing_after(good);
        bool whole = explore_once();
        refused = failing_stop();
        assert_true(whole || refused);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_search_passes_because_memory_was_lacking),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
