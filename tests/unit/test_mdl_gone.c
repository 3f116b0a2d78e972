/* mdl: what becomes of an MDL when the memory that it describes goes */
#include "nt/ob.h"
#include "unit/bench.h"

#define EXTENSION 64u

/* What a body works with; it must not assert itself. */
struct use {
    struct driver *driver;
    PDEVICE_OBJECT device;
    bool kept;
};

/* A device, and an MDL for so many bytes from so many bytes into its extension. */
static PMDL describe(struct use *use, LONG from, ULONG length)
{
    IoCreateDevice(use->driver->object, EXTENSION, NULL, FILE_DEVICE_UNKNOWN, 0, FALSE,
                   &use->device);
    return IoAllocateMdl((PCHAR)use->device->DeviceExtension + from, length, FALSE, FALSE, NULL);
}

static void delete_with_locked_pages(void *argument)
{
    struct use *use = argument;
    PMDL mdl = describe(use, EXTENSION - 4, 8);
    MmProbeAndLockPages(mdl, KernelMode, IoReadAccess);
    IoDeleteDevice(use->device);
    use->kept = ha_ob_is(ha_kernel_of(ha_thread_current()), use->device, *ha_device_type);
    MmUnlockPages(mdl);
    IoFreeMdl(mdl);
}

/* OBJ-6 */
static void a_device_whose_extension_is_locked_is_found_and_its_memory_stays(void **state)
{
    struct bench *b = *state;
    struct use use = {.driver = bench_driver(b, "a")};
    b->findings = "a OBJ-6\n";

    bench_run(b, use.driver, delete_with_locked_pages, &use);

    const struct ha_record *misuse = bench_record(b, HA_MISUSE, 0);
    assert_int_equal(bench_count(b, HA_MISUSE), 1);
    assert_int_equal(misuse->as.misuse.routine, HA_RT_DELETE_DEVICE);
    assert_int_equal(misuse->as.misuse.misuse, HA_MISUSE_IN_USE);
    assert_int_equal(misuse->as.misuse.argument, HA_LEFT_MDL);
    assert_int_equal(misuse->id, 1);
    assert_true(use.kept);
}

static void delete_in_time(void *argument)
{
    struct use *use = argument;
    PMDL mdl = describe(use, 0, EXTENSION);
    MmProbeAndLockPages(mdl, KernelMode, IoReadAccess);
    MmUnlockPages(mdl);
    IoDeleteDevice(use->device);
    IoFreeMdl(mdl);
    mdl = describe(use, 0, EXTENSION);
    MmBuildMdlForNonPagedPool(mdl);
    IoDeleteDevice(use->device);
    IoFreeMdl(mdl);
    mdl = describe(use, EXTENSION, 8);
    MmProbeAndLockPages(mdl, KernelMode, IoReadAccess);
    IoDeleteDevice(use->device);
    MmUnlockPages(mdl);
    IoFreeMdl(mdl);
    use->kept = ha_ob_is(ha_kernel_of(ha_thread_current()), use->device, *ha_device_type);
}

static void an_mdl_that_locks_nothing_of_it_keeps_no_device(void **state)
{
    struct bench *b = *state;
    struct use use = {.driver = bench_driver(b, "a")};

    bench_run(b, use.driver, delete_in_time, &use);

    assert_int_equal(bench_count(b, HA_MISUSE), 0);
    assert_false(use.kept);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BENCH_TEST(a_device_whose_extension_is_locked_is_found_and_its_memory_stays),
        BENCH_TEST(an_mdl_that_locks_nothing_of_it_keeps_no_device),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
