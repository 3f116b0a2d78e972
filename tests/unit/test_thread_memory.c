/* threads and work of drivers when memory or threads are lacking; linked with hotadd_failing */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <ntddk.h>

#include "core/world.h"
#include "hotadd/machine.h"
#include "unit/failing.h"

static VOID NTAPI work(PDEVICE_OBJECT DeviceObject, PVOID Context)
{
    UNREFERENCED_PARAMETER(DeviceObject);
    KeSetEvent(Context, IO_NO_INCREMENT, FALSE);
}

static VOID NTAPI thread(PVOID StartContext)
{
    UNREFERENCED_PARAMETER(StartContext);
    KeGetCurrentThread();
}

/* A driver that has a thread and a work item done for it, and says what it lacked. */
static NTSTATUS NTAPI entry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    KEVENT done;
    HANDLE handle;
    PVOID object;
    UNREFERENCED_PARAMETER(RegistryPath);
    NTSTATUS status = PsCreateSystemThread(&handle, 0, NULL, NULL, NULL, thread, NULL);
    if (!NT_SUCCESS(status))
        return status;
    status = ObReferenceObjectByHandle(handle, 0, *PsThreadType, KernelMode, &object, NULL);
    ZwClose(handle);
    if (!NT_SUCCESS(status))
        return status;
    KeWaitForSingleObject(object, Executive, KernelMode, FALSE, NULL);
    ObDereferenceObject(object);

    PIO_WORKITEM item = IoAllocateWorkItem((PDEVICE_OBJECT)(void *)DriverObject);
    if (!item)
        return STATUS_NO_MEMORY;
    KeInitializeEvent(&done, NotificationEvent, FALSE);
    IoQueueWorkItem(item, work, DelayedWorkQueue, &done);
    KeWaitForSingleObject(&done, Executive, KernelMode, FALSE, NULL);
    IoFreeWorkItem(item);
    return STATUS_SUCCESS;
}

/* Returns the first error of the machine; `status` is DriverEntry's when there was none. */
static int live_once(enum ha_threads threads, size_t arena_bytes, ha_driver_entry *init,
                     int32_t *status)
{
    static const struct ha_group_options group = {.maximum = 4, .active_mask = 1};
    const struct ha_machine_options options = {.partition = {.group = &group, .group_count = 1},
                                               .arena_bytes = arena_bytes,
                                               .threads = threads};
    struct ha_machine *machine = NULL;
    int err = ha_machine_create(&options, &machine, NULL);
    if (err)
        return err;
    err = ha_machine_load(machine, "a", init);
    if (!err)
        err = ha_machine_driver_status(machine, "a", status);
    ha_machine_destroy(machine);
    return err;
}

static void refuse_everything_once(enum ha_threads threads)
{
    size_t told = 0, ended = 0;
    for (size_t good = 0;; good++) {
        int32_t status = STATUS_PENDING;
        failing_after(good);
        int err = live_once(threads, (size_t)1 << 20, entry, &status);
        if (!failing_stop()) {
            assert_int_equal(err, 0);
            assert_int_equal(status, STATUS_SUCCESS);
            break;
        }
        told += !err && status == STATUS_INSUFFICIENT_RESOURCES;
        ended += err != 0;
    }

    assert_true(told > 0);
    assert_true(ended > 0);
}

static void whatever_the_host_refuses_the_driver_hears_of_it_or_the_run_ends(void **state)
{
    (void)state;
    refuse_everything_once(HA_THREADS_ONE);
}

static void with_coroutines_the_driver_hears_of_it_too(void **state)
{
    (void)state;
    refuse_everything_once(HA_THREADS_COROUTINES);
}

static void with_free_threads_the_driver_hears_of_it_too(void **state)
{
    (void)state;
    refuse_everything_once(HA_THREADS_FREE);
}

/* The arena ends at every place in turn: in the machine, the thread, its handle. */
static void however_small_the_arena_the_driver_hears_of_it_or_the_run_ends(void **state)
{
    size_t told = 0;
    int32_t status = STATUS_PENDING;
    (void)state;
    for (size_t bytes = 64; status != STATUS_SUCCESS; bytes += 64) {
        status = STATUS_PENDING;
        int err = live_once(HA_THREADS_ONE, bytes, entry, &status);
        told += !err && status == STATUS_INSUFFICIENT_RESOURCES;
        assert_true(bytes < (size_t)1 << 20);
        if (err)
            status = STATUS_PENDING;
    }

    assert_true(told > 2);
}

/* How full the arena is after the first of many threads that the host refuses, and at last. */
static NTSTATUS NTAPI refused_entry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    const struct ha_arena *arena = &ha_thread_current()->world->host->arena;
    size_t used = 0;
    HANDLE handle;
    UNREFERENCED_PARAMETER(DriverObject);
    UNREFERENCED_PARAMETER(RegistryPath);
    for (int i = 0; i < 20; i++) {
        failing_after(0);
        NTSTATUS status = PsCreateSystemThread(&handle, 0, NULL, NULL, NULL, thread, NULL);
        if (!failing_stop() || status != STATUS_INSUFFICIENT_RESOURCES || handle)
            return STATUS_UNSUCCESSFUL;
        if (i == 0)
            used = ha_arena_used(arena);
    }
    return ha_arena_used(arena) == used ? STATUS_SUCCESS : STATUS_NO_MEMORY;
}

static void a_thread_that_the_host_refuses_leaves_nothing_behind(void **state)
{
    int32_t status;
    (void)state;

    assert_int_equal(live_once(HA_THREADS_ONE, (size_t)1 << 20, refused_entry, &status), 0);
    assert_int_equal(status, STATUS_SUCCESS);
    assert_int_equal(live_once(HA_THREADS_FREE, (size_t)1 << 20, refused_entry, &status), 0);
    assert_int_equal(status, STATUS_SUCCESS);
    assert_int_equal(live_once(HA_THREADS_COROUTINES, (size_t)1 << 20, refused_entry, &status), 0);
    assert_int_equal(status, STATUS_SUCCESS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whatever_the_host_refuses_the_driver_hears_of_it_or_the_run_ends),
        cmocka_unit_test(with_coroutines_the_driver_hears_of_it_too),
        cmocka_unit_test(with_free_threads_the_driver_hears_of_it_too),
        cmocka_unit_test(a_thread_that_the_host_refuses_leaves_nothing_behind),
        cmocka_unit_test(however_small_the_arena_the_driver_hears_of_it_or_the_run_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
