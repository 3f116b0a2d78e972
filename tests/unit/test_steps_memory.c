/* steps_later, steps_affinity: when memory or threads are lacking; linked with hotadd_failing */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <ntddk.h>

#include "sim/machine.h"
#include "sim/player.h"
#include "unit/failing.h"
#include "unit/scripting.h"

static const struct ha_step body[] = {ASK(ACTIVE_GROUPS)};
static const struct ha_step queue[] = {
    {.kind = HA_STEP_QUEUE_DPC, .name = "other", .of_processor = true, .value = NUMBER(1),
     .body = STEPS(body)}};
static const struct ha_step entry[] = {
    {.kind = HA_STEP_SET_AFFINITY, .name = "kept", .of_processor = true, .value = NUMBER(1)},
    {.kind = HA_STEP_REVERT_AFFINITY, .name = "kept"},
    {.kind = HA_STEP_QUEUE_DPC, .name = "d", .of_processor = true, .value = NUMBER(1),
     .body = STEPS(body)},
    {.kind = HA_STEP_REMOVE_DPC, .name = "d"},
    {.kind = HA_STEP_QUEUE_WORK, .name = "w", .body = STEPS(queue)},
    {.kind = HA_STEP_START_THREAD, .name = "t", .body = STEPS(body)},
    {.kind = HA_STEP_JOIN, .name = "t"}};

/*
 * A driver does all that, and is unloaded. Returns the first error of the machine; `status` is
 * that of its entry when there was none.
 */
static int play_once(size_t arena_bytes, int32_t *status)
{
    static const struct ha_group_options group = {.maximum = 4, .active_mask = 3};
    static const struct ha_script script = {.name = "a", .entry = STEPS(entry)};
    static const bool loads_later[1];
    static const struct ha_plan plan = {
        .name = "a plan", .partition = {.group = &group, .group_count = 1},
        .driver = &script, .driver_count = 1, .loads_later = loads_later};
    struct ha_machine_options options = ha_player_options(&plan, NULL);
    struct ha_machine *machine = NULL;
    bool more = true;
    options.arena_bytes = arena_bytes;
    int err = ha_machine_create(&options, &machine, NULL);
    if (err)
        return err;
    err = ha_player_begin(machine, &plan);
    while (!err && more)
        err = ha_player_step(machine, &more);
    if (!err)
        err = ha_machine_driver_status(machine, "a", status);
    if (!err) {
        assert_null(machine->kernel.work.first);
        assert_int_equal(machine->kernel.dpcs.queued, 0);
    }
    ha_machine_destroy(machine);
    return err;
}

/* Whether all went well; otherwise the entry said why, or the run ended. */
static bool check(int err, int32_t status)
{
    bool lacking = err == HA_ENOMEM || err == HA_ETHREAD || (!err && status == INSUF);
    if (!lacking && (err || status != STATUS_SUCCESS))
        fail_msg("error %d, status 0x%08x", err, (unsigned)status);
    return !lacking;
}

static void whatever_the_host_refuses_the_entry_says_so_or_the_run_ends(void **state)
{
    size_t refused = 0;
    bool failed = true;
    (void)state;
    for (size_t good = 0; failed; good++) {
        int32_t status = STATUS_PENDING;
        failing_after(good);
        int err = play_once((size_t)1 << 20, &status);
        failed = failing_stop();
        refused += !check(err, status);
        assert_true(failed || !err);
    }

    assert_true(refused > 5);
}

static void however_small_the_arena_the_entry_says_so_or_the_run_ends(void **state)
{
    size_t refused = 0, said = 0;
    (void)state;
    for (size_t bytes = 64;; bytes += 16) {
        int32_t status = STATUS_PENDING;
        int err = play_once(bytes, &status);
        if (check(err, status))
            break;
        refused++;
        said += !err;
        assert_true(bytes < (size_t)1 << 20);
    }

    assert_true(refused > 5 && said > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whatever_the_host_refuses_the_entry_says_so_or_the_run_ends),
        cmocka_unit_test(however_small_the_arena_the_entry_says_so_or_the_run_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
