/* sim: a search of a linked driver when the host has no memory; linked with hotadd_failing */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

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

static ULONG times_loaded;

/* Is another one when it is loaded again. */
static NTSTATUS enter_rememberer(PDRIVER_OBJECT driver, PUNICODE_STRING path)
{
    (void)path;
    driver->DriverUnload = unload;
    block = ExAllocatePool2(POOL_FLAG_NON_PAGED, 64 + times_loaded++, TAG);
    return block ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
}

static void add_processor(struct ha_machine *machine, void *argument)
{
    (void)argument;
    ha_test_add_processor(machine);
}

/*
 * Whether there is a result, which is left in `explored`. Where there is none, nothing of it is
 * there, and somebody has said why.
 */
static bool explore(ha_driver_entry *entry, struct ha_explored *explored)
{
    static const struct ha_group_options group = {.maximum = 8, .active_mask = 0xf};
    static const struct ha_variable variables[] = {HA_STATE(block)};
    const struct ha_machine_options small = {.partition = {.group = &group, .group_count = 1},
                                             .arena_bytes = (size_t)1 << 20};
    const struct ha_exploration exploration = {
        .name = "a test", .test = {.machine = &small, .entry = entry}, .bounds = {.faults = 1},
        .keep_going = true, .state = variables, .state_count = 1};
    struct ha_error error = {""};
    if (ha_explore(add_processor, NULL, &exploration, explored, &error) == HA_OK)
        return true;
    assert_null(explored->report);
    assert_int_equal(explored->found_count, 0);
    assert_true(error.text[0] != '\0');
    return false;
}

/*
 * Whether the whole search was made; then it has found the leak and nothing else. Where there is a
 * result, the test fails in any case.
 */
static bool explore_leak(void)
{
    struct ha_explored explored;
    if (!explore(enter, &explored))
        return false;
    bool whole = explored.complete && explored.found_count == 1 && explored.found[0].rule;
    assert_true(explored.failed);
    ha_explored_close(&explored);
    return whole;
}

/* Whether it was noticed that the ordinary course is not the same twice, and said where. */
static bool explore_difference(void)
{
    struct ha_explored explored;
    times_loaded = 0;
    if (!explore(enter_rememberer, &explored))
        return false;
    bool whole = explored.strayed && strstr(explored.report, "differ first here:\n{\"seq\":");
    assert_true(explored.failed);
    ha_explored_close(&explored);
    return whole;
}

static void no_search_passes_because_memory_was_lacking(void **state)
{
    static bool (*const explorations[])(void) = {explore_leak, explore_difference};
    (void)state;

    for (size_t i = 0; i < sizeof explorations / sizeof explorations[0]; i++) {
        bool refused = true;
        for (size_t good = 0; refused; good++) {
            failing_after(good);
            bool whole = explorations[i]();
            refused = failing_stop();
            assert_true(whole || refused);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_search_passes_because_memory_was_lacking),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
