/* story: DPCs, broadcasts, affinity, what is left behind, and code that ends its process */
#include <signal.h>

#include "unit/telling.h"

enum { DPC_THREAD = LOADER + 1 };

static struct ha_record *dpc(struct bench *b, enum ha_kind kind, uint32_t thread, uint16_t target)
{
    struct ha_record *record = by_broken(tale_add(&b->tale, kind, thread, 3));
    record->as.dpc.target = target;
    record->as.dpc.number = (uint8_t)target;
    record->as.dpc.result = 1;
    return record;
}

static struct ha_record *run(struct bench *b, enum ha_kind kind)
{
    struct ha_record *record = dpc(b, kind, DPC_THREAD, 2);
    record->irql = 2;
    record->processor = 2;
    return record;
}

static void bench_dpc_thread(struct bench *b)
{
    tale_thread(&b->tale, HA_THREAD_DPC, DPC_THREAD);
}

static void a_dpc_in_which_nothing_happens_is_one_line(void **state)
{
    struct bench *b = *state;

    bench_dpc_thread(b);
    run(b, HA_DPC_RUN_ENTER);
    run(b, HA_DPC_RUN_LEAVE);

    expect_story(b, HEAD
                 "    1.000 ms  DPC-4     DPC 3 of broken on processor 2\n");
}

static void a_dpc_in_which_something_happens_is_entered_and_left(void **state)
{
    struct bench *b = *state;

    bench_dpc_thread(b);
    run(b, HA_DPC_RUN_ENTER);
    struct ha_record *query = by_broken(tale_add(&b->tale, HA_QUERY, DPC_THREAD, 0));
    query->irql = 2;
    query->as.query.routine = HA_RT_ACTIVE_GROUPS;
    query->as.query.result = 1;
    run(b, HA_DPC_RUN_LEAVE)->irql = 0;

    expect_story(b, HEAD
                 "    1.000 ms  DPC-4     enters DPC 3 of broken on processor 2\n"
                 "    1.000 ms  DPC-4       KeQueryActiveGroupCount() = 1\n"
                 "    1.000 ms  DPC-4     leaves DPC 3 of broken on processor 2, "
                 "DISPATCH_LEVEL became PASSIVE_LEVEL\n");
}

static void a_broadcast_tells_each_of_its_processors(void **state)
{
    struct bench *b = *state;

    for (uint16_t processor = 0; processor < 2; processor++) {
        for (unsigned leave = 0; leave < 2; leave++) {
            struct ha_record *record = by_broken(
                tale_add(&b->tale, leave ? HA_IPI_LEAVE : HA_IPI_ENTER, LOADER, 7));
            record->processor = processor;
            record->irql = 14;
        }
    }

    expect_story(b, HEAD
                 "    1.000 ms  system-3  broadcast 7 of broken on processor 0\n"
                 "    1.000 ms  system-3  broadcast 7 of broken on processor 1\n");
}

static void add_device_tells_its_status(void **state)
{
    struct bench *b = *state;

    by_broken(tale_add(&b->tale, HA_ADD_DEVICE_ENTER, LOADER, 1));
    by_broken(tale_add(&b->tale, HA_ADD_DEVICE_LEAVE, LOADER, 1))->as.status.status = INSUF;

    expect_story(b, HEAD
                 "    1.000 ms  system-3  AddDevice of broken for device 1: "
                 "STATUS_INSUFFICIENT_RESOURCES\n");
}

static void a_reinitialize_routine_is_told_with_its_number(void **state)
{
    struct bench *b = *state;

    by_broken(tale_add(&b->tale, HA_REINIT_ENTER, LOADER, 2));
    by_broken(tale_add(&b->tale, HA_REINIT_LEAVE, LOADER, 2));

    expect_story(b, HEAD
                 "    1.000 ms  system-3  Reinitialize 2 of broken\n");
}

/* QRY-15, QRY-23 */
static void what_becomes_of_a_queued_dpc_is_told(void **state)
{
    struct bench *b = *state;

    dpc(b, HA_DPC_INSERT, HOT_ADD, 2);
    dpc(b, HA_DPC_INSERT, HOT_ADD, 4)->flags = HA_DPC_WAITS;
    dpc(b, HA_DPC_INSERT, HOT_ADD, 2)->flags = HA_DPC_BY_TIMER;
    dpc(b, HA_DPC_INSERT, HOT_ADD, HA_NO_GROUP)->flags = HA_DPC_BY_TIMER | HA_DPC_WAITS;
    dpc(b, HA_DPC_INSERT, HOT_ADD, 2)->as.dpc.result = 0;
    dpc(b, HA_DPC_DROP, HOT_ADD, 4);
    dpc(b, HA_DPC_DROP, HOT_ADD, 2)->flags = HA_DPC_BY_DRIVER;

    expect_story(b, HEAD
                 "    1.000 ms  hot-add   broken queues DPC 3 for processor 2\n"
                 "    1.000 ms  hot-add   broken queues DPC 3, which waits for processor 4 "
                 "to come\n"
                 "    1.000 ms  hot-add   broken queues DPC 3 for processor 2, by a timer\n"
                 "    1.000 ms  hot-add   broken queues DPC 3, which waits for processor 0:255 "
                 "to come, by a timer\n"
                 "    1.000 ms  hot-add   broken queues DPC 3: it is queued already\n"
                 "    1.000 ms  hot-add   broken loses DPC 3: processor 4 did not come\n"
                 "    1.000 ms  hot-add   broken takes DPC 3 out of its queue\n");
}

/* QRY-15, QRY-21 */
static void the_target_of_a_dpc_is_told_with_its_status(void **state)
{
    struct bench *b = *state;

    struct ha_record *given = dpc(b, HA_DPC_TARGET, HOT_ADD, 68);
    given->as.dpc.routine = HA_RT_SET_TARGET_DPC_EX;
    given->as.dpc.asked = 0x10004;
    struct ha_record *refused = dpc(b, HA_DPC_TARGET, HOT_ADD, HA_NO_GROUP);
    refused->as.dpc.routine = HA_RT_SET_TARGET_DPC_EX;
    refused->as.dpc.asked = 9;
    refused->as.dpc.status = (int32_t)0xC000000Du;
    struct ha_record *old = dpc(b, HA_DPC_TARGET, HOT_ADD, HA_NO_GROUP);
    old->as.dpc.routine = HA_RT_SET_TARGET_DPC;
    old->as.dpc.asked = 9;
    dpc(b, HA_DPC_TARGET, HOT_ADD, 3)->as.dpc.routine = HA_RT_INSERT_DPC;

    expect_story(b, HEAD
                 "    1.000 ms  hot-add   broken KeSetTargetProcessorDpcEx(DPC 3, 1:4): "
                 "processor 68\n"
                 "    1.000 ms  hot-add   broken KeSetTargetProcessorDpcEx(DPC 3, 0:9) = "
                 "STATUS_INVALID_PARAMETER\n"
                 "    1.000 ms  hot-add   broken KeSetTargetProcessorDpc(DPC 3, 0:9)\n"
                 "    1.000 ms  hot-add   broken DPC 3 is a copy of another, for processor 3\n");
}

/* QRY-13, QRY-18 */
static void affinity_tells_what_was_asked_and_what_it_is(void **state)
{
    struct bench *b = *state;
    const struct { enum ha_routine routine; uint64_t asked, now; uint8_t accepted, output; }
        calls[] = {
            {HA_RT_SET_AFFINITY, 0x10, 0x10, 1, 1},
            {HA_RT_SET_AFFINITY, 0x20, 0xf, 0, 1},
            {HA_RT_SET_AFFINITY_EX, 0x2, 0x2, 1, 0},
            {HA_RT_REVERT_AFFINITY_OLD, 0, 0xf, 1, 0},
        };

    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
        struct ha_record *record =
            by_broken(tale_add(&b->tale, HA_AFFINITY, HOT_ADD, calls[i].routine));
        record->as.affinity.asked_mask = calls[i].asked;
        record->as.affinity.new_mask = calls[i].now;
        record->as.affinity.accepted = calls[i].accepted;
        record->as.affinity.has_output = calls[i].output;
    }

    expect_story(b, HEAD
                 "    1.000 ms  hot-add   broken KeSetSystemGroupAffinityThread(0:0x10): "
                 "affinity 0:0x10, previous 0:0x0\n"
                 "    1.000 ms  hot-add   broken KeSetSystemGroupAffinityThread(0:0x20): "
                 "nothing changes, affinity 0:0xf, previous 0:0x0\n"
                 "    1.000 ms  hot-add   broken KeSetSystemAffinityThreadEx(0:0x2): "
                 "affinity 0:0x2\n"
                 "    1.000 ms  hot-add   broken KeRevertToUserAffinityThread(): "
                 "affinity 0:0xf\n");
}

/* DRV-12 */
static void what_is_left_behind_is_named(void **state)
{
    struct bench *b = *state;

    for (uint32_t what = HA_LEFT_TIMER; what < HA_LEFT_COUNT; what++)
        by_broken(tale_add(&b->tale, HA_LEFT_BEHIND, LOADER, 10 + what))->as.left.what = what;

    expect_story(b, HEAD
                 "    1.000 ms  system-3  broken leaves set timer 11 behind\n"
                 "    1.000 ms  system-3  broken leaves queued DPC 12 behind\n"
                 "    1.000 ms  system-3  broken leaves work item 13 behind\n"
                 "    1.000 ms  system-3  broken leaves device object 14 behind\n"
                 "    1.000 ms  system-3  broken leaves handle 15 behind\n"
                 "    1.000 ms  system-3  broken leaves lookaside list 16 behind\n"
                 "    1.000 ms  system-3  broken leaves callback object 17 behind\n"
                 "    1.000 ms  system-3  broken leaves enabled interface 18 behind\n"
                 "    1.000 ms  system-3  broken leaves resource 19 behind\n"
                 "    1.000 ms  system-3  broken leaves remove lock 20 behind\n"
                 "    1.000 ms  system-3  broken leaves MDL 21 behind\n");
}

static struct ha_record *crash(struct bench *b, uint32_t thread, uint32_t number)
{
    struct ha_record *record = by_broken(tale_add(&b->tale, HA_CRASH, thread, 0));
    record->as.crash.signal = number;
    record->processor = 2;
    return record;
}

static void a_crash_says_which_signal_and_where(void **state)
{
    struct bench *b = *state;

    tale_enter(&b->tale, HA_CB_ENTER, HOT_ADD, BROKEN_SYNC, HA_STATE_START, 4);
    crash(b, HOT_ADD, SIGSEGV);
    tale_add(&b->tale, HA_TRACE_END, 0, 0)->as.end.ending = HA_END_CRASH;

    expect_story(b, HEAD
                 "    1.000 ms  hot-add   enters broken.sync Start 4\n"
                 "    1.000 ms  hot-add     crash: SIGSEGV in broken.sync Start 4, "
                 "on processor 2\n"
                 "    1.000 ms            the run ended: crash\n");
}

static void a_crash_outside_any_call_names_the_driver(void **state)
{
    struct bench *b = *state;

    crash(b, LOADER, 77);
    crash(b, LOADER, 0)->as.crash.exit_code = 3;

    expect_story(b, HEAD
                 "    1.000 ms  system-3  crash: signal 77 in a thread of broken, on processor 2\n"
                 "    1.000 ms  system-3  crash: the process was ended with exit code 3 "
                 "in a thread of broken, on processor 2\n");
}

static void a_deadlock_names_the_dpc_that_a_thread_is_in(void **state)
{
    struct bench *b = *state;

    bench_dpc_thread(b);
    run(b, HA_DPC_RUN_ENTER);
    struct ha_record *waits = tale_add(&b->tale, HA_DEADLOCK, LOADER, 5);
    waits->as.wait.waiter = DPC_THREAD;
    waits->as.wait.timeout_ns = HA_FOREVER;

    expect_story(b, HEAD
                 "    1.000 ms  DPC-4     enters DPC 3 of broken on processor 2\n"
                 "    1.000 ms  system-3  deadlock: 1 thread waits for ever\n"
                 "    1.000 ms  system-3    DPC-4, in DPC 3 of broken on processor 2, "
                 "waits for object 5\n");
}

/* QRY-22 */
static void an_address_that_was_asked_for_is_none_that_is_shown(void **state)
{
    struct bench *b = *state;

    for (uint32_t routine = 0; routine < 2; routine++) {
        struct ha_record *query = by_broken(tale_add(&b->tale, HA_QUERY, LOADER, 0));
        query->as.query.routine = HA_RT_SYSTEM_ROUTINE;
        query->as.query.argument = 12 * routine;
        query->as.query.result = routine;
    }

    expect_story(b, HEAD
                 "    1.000 ms  system-3  broken MmGetSystemRoutineAddress(an unknown name) = "
                 "NULL\n"
                 "    1.000 ms  system-3  broken MmGetSystemRoutineAddress(routine 12) = "
                 "an address\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_dpc_in_which_nothing_happens_is_one_line),
        CASE(a_dpc_in_which_something_happens_is_entered_and_left),
        CASE(a_broadcast_tells_each_of_its_processors),
        CASE(add_device_tells_its_status),
        CASE(a_reinitialize_routine_is_told_with_its_number),
        CASE(what_becomes_of_a_queued_dpc_is_told),
        CASE(the_target_of_a_dpc_is_told_with_its_status),
        CASE(affinity_tells_what_was_asked_and_what_it_is),
        CASE(what_is_left_behind_is_named),
        CASE(a_crash_says_which_signal_and_where),
        CASE(a_crash_outside_any_call_names_the_driver),
        CASE(a_deadlock_names_the_dpc_that_a_thread_is_in),
        CASE(an_address_that_was_asked_for_is_none_that_is_shown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
