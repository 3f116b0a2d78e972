/* machine: when the host has no memory or threads; linked with the library hotadd_failing */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <ntddk.h>

#include "hotadd/machine.h"
#include "unit/failing.h"

static VOID NTAPI changed(PVOID CallbackContext, PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext,
                          PNTSTATUS OperationStatus)
{
    UNREFERENCED_PARAMETER(CallbackContext);
    UNREFERENCED_PARAMETER(ChangeContext);
    UNREFERENCED_PARAMETER(OperationStatus);
}

static NTSTATUS NTAPI entry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    UNREFERENCED_PARAMETER(DriverObject);
    UNREFERENCED_PARAMETER(RegistryPath);
    return KeRegisterProcessorChangeCallback(changed, NULL, KE_PROCESSOR_CHANGE_ADD_EXISTING)
               ? STATUS_SUCCESS : STATUS_UNSUCCESSFUL;
}

/* Everything a machine can be asked for. Returns the first error. */
static int live_once(enum ha_threads threads)
{
    static const struct ha_group_options group = {.maximum = 4, .active_mask = 1};
    const struct ha_machine_options options = {.partition = {.group = &group, .group_count = 1},
                                               .arena_bytes = (size_t)1 << 20,
                                               .threads = threads};
    const struct ha_add_options add = {HA_ANYWHERE};
    struct ha_machine *machine = NULL;
    struct ha_error error = {""};
    int32_t status;
    int kept = 0;
    int err = ha_machine_create(&options, &machine, &error);
    if (err) {
        assert_null(machine);
        assert_true(error.text[0] != '\0');
        return err;
    }
    err = ha_machine_set_parameter(machine, "a", "Kept", 3, &kept, sizeof kept);
    if (!err)
        err = ha_machine_load(machine, "a", entry);
    if (!err)
        err = ha_machine_add_device(machine, "a", &status);
    if (!err)
        err = ha_machine_keep(machine, &kept, sizeof kept);
    if (!err)
        err = ha_machine_mark(machine);
    if (!err)
        err = ha_machine_add_processor(machine, 0, &add);
    if (!err)
        err = ha_machine_run(machine);
    if (!err)
        err = ha_machine_rewind(machine);
    if (!err)
        err = ha_machine_finish(machine);
    if (!err)
        assert_int_equal(ha_machine_ending(machine), HA_END_NORMALLY);
    ha_machine_destroy(machine);
    return err;
}

static size_t refuse_everything_once(enum ha_threads threads)
{
    size_t refusals = 0;
    for (size_t good = 0;; good++) {
        failing_after(good);
        int err = live_once(threads);
        if (!failing_stop()) {
            assert_int_equal(err, HA_OK);
            break;
        }
        if (err != HA_ENOMEM && err != HA_ETHREAD)
            fail_msg("request %zu was refused, and the answer was %d", good, err);
        refusals++;
    }
    return refusals;
}

static void a_machine_that_the_host_refuses_something_leaves_nothing_behind(void **state)
{
    (void)state;
    assert_true(refuse_everything_once(HA_THREADS_ONE) > 5);
}

static void a_machine_of_coroutines_leaves_nothing_behind_either(void **state)
{
    (void)state;
    assert_true(refuse_everything_once(HA_THREADS_COROUTINES) > 5);
}

/* Which takes a thread that makes threads, and a host thread for each. */
static void a_machine_with_free_threads_leaves_nothing_behind_either(void **state)
{
    (void)state;
    assert_true(refuse_everything_once(HA_THREADS_FREE) >
                refuse_everything_once(HA_THREADS_ONE));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_machine_that_the_host_refuses_something_leaves_nothing_behind),
        cmocka_unit_test(a_machine_of_coroutines_leaves_nothing_behind_either),
        cmocka_unit_test(a_machine_with_free_threads_leaves_nothing_behind_either),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
