/* steps_later, steps_affinity, steps_pnp and events of a plan: when memory or threads are lacking;
   linked with hotadd_failing */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <ntddk.h>
#include <poclass.h>

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

/* It hears of what is there, of what comes, and of what goes, and begins anew at each arrival. */
static const struct ha_step listen[] = {
    LISTEN_EXISTING, LISTEN_TO("ram", GUID_DEVICE_MEMORY),
    {.kind = HA_STEP_PUBLISH, .name = "own", .class_guid = &GUID_DEVICE_PROCESSOR},
    {.kind = HA_STEP_WITHDRAW, .name = "own"},
    {.kind = HA_STEP_PUBLISH, .name = "own", .class_guid = &GUID_DEVICE_PROCESSOR}};
static const struct ha_step anew[] = {STOP("ram"), LISTEN_TO("ram", GUID_DEVICE_MEMORY)};
static const struct ha_handler handler[] = {{ON_NEWS("ram", HA_STATE_ARRIVAL, anew)}};
static const struct ha_add_options processor = {HA_ANYWHERE};
static const struct ha_memory_add_options range = {UINT64_C(1) << 32, 4096, 0};
static const struct ha_instance_pattern
    fourth = {.unit = HA_UNIT_PROCESSOR, .device = 2},
    added = {.unit = HA_UNIT_MEMORY, .base = UINT64_C(1) << 32};
static const struct ha_event_plan events[] = {
    {.kind = HA_EVENT_HOLD},
    {.kind = HA_EVENT_ADD_PROCESSOR, .add = &processor},
    {.kind = HA_EVENT_ADD_MEMORY, .memory = &range},
    {.kind = HA_EVENT_RELEASE, .due_ns = 1},
    {.kind = HA_EVENT_REMOVE_INTERFACE, .due_ns = 2, .instance = &fourth},
    {.kind = HA_EVENT_REMOVE_INTERFACE, .due_ns = 3, .instance = &added}};

static const struct ha_group_options group = {.maximum = 4, .active_mask = 3};
static const struct ha_script later = {.name = "a", .entry = STEPS(entry)};
static const struct ha_script hears = {.name = "a", .entry = STEPS(listen), .handler = handler,
                                       .handler_count = 1};
static const bool loads_later[1];
static const struct ha_plan plans[] = {
    {.name = "a plan", .partition = {.group = &group, .group_count = 1},
     .driver = &later, .driver_count = 1, .loads_later = loads_later},
    {.name = "a plan", .partition = {.group = &group, .group_count = 1},
     .driver = &hears, .driver_count = 1, .loads_later = loads_later, .event = events,
     .event_count = COUNT(events)}};

/*
 * A driver does all that, and is unloaded. Returns the first error of the machine; `status` is
 * that of its entry when there was none.
 */
static int play_once(const struct ha_plan *plan, size_t arena_bytes, int32_t *status)
{
    struct ha_machine_options options = ha_player_options(plan, NULL);
    struct ha_machine *machine = NULL;
    bool more = true;
    options.arena_bytes = arena_bytes;
    int err = ha_machine_create(&options, &machine, NULL);
    if (err)
        return err;
    err = ha_player_begin(machine, plan);
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
    (void)state;
    for (size_t i = 0; i < COUNT(plans); i++) {
        size_t refused = 0;
        bool failed = true;
        for (size_t good = 0; failed; good++) {
            int32_t status = STATUS_PENDING;
            failing_after(good);
            int err = play_once(&plans[i], (size_t)1 << 20, &status);
            failed = failing_stop();
            refused += !check(err, status);
            assert_true(failed || !err);
        }

        assert_true(refused > 5);
    }
}

static void however_small_the_arena_the_entry_says_so_or_the_run_ends(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(plans); i++) {
        size_t refused = 0, said = 0;
        for (size_t bytes = 64;; bytes += 16) {
            int32_t status = STATUS_PENDING;
            int err = play_once(&plans[i], bytes, &status);
            if (check(err, status))
                break;
            refused++;
            said += !err;
            assert_true(bytes < (size_t)1 << 20);
        }

        /* Events need more than an entry, so where that is refused they end the run. */
        assert_true(refused > 5 && (said > 0 || plans[i].event_count));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whatever_the_host_refuses_the_entry_says_so_or_the_run_ends),
        cmocka_unit_test(however_small_the_arena_the_entry_says_so_or_the_run_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
