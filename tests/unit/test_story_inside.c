/* story: what happens inside calls and routines: questions, mistakes, waiting, and for ever */
#include "unit/telling.h"

static void ask(struct bench *b, uint32_t routine, uint32_t argument, uint64_t result,
                uint64_t output)
{
    struct ha_record *query = by_broken(tale_add(&b->tale, HA_QUERY, HOT_ADD, 0));
    query->as.query.routine = routine;
    query->as.query.argument = argument;
    query->as.query.result = result;
    query->as.query.output = output;
}

static void queries_show_argument_and_answer_inside_their_call(void **state)
{
    struct bench *b = *state;

    tale_enter(&b->tale, HA_CB_ENTER, HOT_ADD, BROKEN_SYNC, HA_STATE_START, 4);
    ask(b, HA_RT_ACTIVE_COUNT, 0, 4, 0xf);
    ask(b, HA_RT_ACTIVE_COUNT, 0, 4, 0);
    ask(b, HA_RT_ACTIVE_COUNT_EX, 0xffff, 4, 0);
    ask(b, HA_RT_GROUP_AFFINITY, 1, 0x1f, 0);
    ask(b, HA_RT_ACTIVE_PROCESSORS, 0, 0xf, 0);
    ask(b, HA_RT_NUMBER_FROM_INDEX, 68, 0, 0x10004);
    ask(b, HA_RT_NUMBER_FROM_INDEX, 68, 0xC000000D, 0);
    ask(b, HA_RT_INDEX_FROM_NUMBER, 0x10004, 68, 0);
    ask(b, HA_RT_INDEX_FROM_NUMBER, 4, 0xffffffff, 0);
    ask(b, HA_RT_CURRENT_IRQL, 0, 0, 0);
    tale_leave(&b->tale, HOT_ADD, BROKEN_SYNC, HA_STATE_START, INSUF);

    expect_story(b, HEAD
                 "    1.000 ms  hot-add   enters broken.sync Start 4\n"
                 "    1.000 ms  hot-add     KeQueryActiveProcessorCount() = 4, mask 0xf\n"
                 "    1.000 ms  hot-add     KeQueryActiveProcessorCount() = 4\n"
                 "    1.000 ms  hot-add     "
                 "KeQueryActiveProcessorCountEx(ALL_PROCESSOR_GROUPS) = 4\n"
                 "    1.000 ms  hot-add     KeQueryGroupAffinity(1) = 0x1f\n"
                 "    1.000 ms  hot-add     KeQueryActiveProcessors() = 0xf\n"
                 "    1.000 ms  hot-add     KeGetProcessorNumberFromIndex(68) = "
                 "STATUS_SUCCESS, 1:4\n"
                 "    1.000 ms  hot-add     KeGetProcessorNumberFromIndex(68) = "
                 "STATUS_INVALID_PARAMETER\n"
                 "    1.000 ms  hot-add     KeGetProcessorIndexFromNumber(1:4) = 68\n"
                 "    1.000 ms  hot-add     KeGetProcessorIndexFromNumber(0:4) = "
                 "INVALID_PROCESSOR_INDEX\n"
                 "    1.000 ms  hot-add     KeGetCurrentIrql() = PASSIVE_LEVEL\n"
                 "    1.000 ms  hot-add   leaves broken.sync Start 4 -> "
                 "STATUS_INSUFFICIENT_RESOURCES\n");
}

static struct ha_record *complete(struct bench *b)
{
    tale_enter(&b->tale, HA_CB_ENTER, HOT_ADD, BROKEN_SYNC, HA_STATE_COMPLETE, 4);
    return tale_leave(&b->tale, HOT_ADD, BROKEN_SYNC, HA_STATE_COMPLETE, 0);
}

/* CTX-3, CTX-7, HOT-11 */
static void what_a_callback_leaves_behind_is_named(void **state)
{
    struct bench *b = *state;
    struct ha_record *leave;

    complete(b)->flags |= HA_CB_CONTEXT_CHANGED;
    complete(b)->irql = 2;
    complete(b)->regions = 1;
    complete(b)->as.cb_leave.affinity_mask = 0x10;
    complete(b)->as.cb_leave.affinity_group = 1;
    leave = complete(b);
    leave->irql = 1;
    leave->as.cb_leave.affinity_mask = 0x20;

    expect_story(b, HEAD
                 "    1.000 ms  hot-add   broken.sync Complete 4, changed the context\n"
                 "    1.000 ms  hot-add   broken.sync Complete 4, "
                 "PASSIVE_LEVEL became DISPATCH_LEVEL\n"
                 "    1.000 ms  hot-add   broken.sync Complete 4, critical regions 0 became 1\n"
                 "    1.000 ms  hot-add   broken.sync Complete 4, affinity became 0:0x10\n"
                 "    1.000 ms  hot-add   broken.sync Complete 4, affinity became 1:0x0\n"
                 "    1.000 ms  hot-add   broken.sync Complete 4, PASSIVE_LEVEL became APC_LEVEL, "
                 "affinity became 0:0x20\n");
}

/* REG-11, DEREG-4 */
static void refusals_misuse_and_faults_stand_inside_their_routine(void **state)
{
    struct bench *b = *state;
    struct ha_record *record;

    tale_name(&b->tale, HA_NS_REGISTRATION, BROKEN_LATE, "late");
    by_broken(tale_add(&b->tale, HA_REG_ENTER, HOT_ADD, BROKEN_LATE));
    record = by_broken(tale_add(&b->tale, HA_REFUSED, HOT_ADD, 0));
    record->as.refused.routine = HA_RT_REGISTER_PROCESSOR_CHANGE;
    record->as.refused.reason = HA_REASON_INSIDE_CALLBACK;
    tale_add(&b->tale, HA_REG_RETURN, HOT_ADD, BROKEN_LATE);
    by_broken(tale_add(&b->tale, HA_DEREG_ENTER, HOT_ADD, CALM_SYNC));
    record = by_broken(tale_add(&b->tale, HA_MISUSE, HOT_ADD, 0));
    record->as.misuse.routine = HA_RT_DEREGISTER_PROCESSOR_CHANGE;
    record->as.misuse.misuse = HA_MISUSE_SELF_REMOVAL;
    tale_add(&b->tale, HA_DEREG_RETURN, HOT_ADD, CALM_SYNC);
    tale_add(&b->tale, HA_FAULT, HOT_ADD, 0)->as.fault.routine = HA_RT_REGISTER_PROCESSOR_CHANGE;

    expect_story(b, HEAD
                 "    1.000 ms  hot-add   broken.late registers\n"
                 "    1.000 ms  hot-add     KeRegisterProcessorChangeCallback refused: "
                 "called from inside a processor-change callback\n"
                 "    1.000 ms  hot-add   broken.late not registered: NULL\n"
                 "    1.000 ms  hot-add   broken removes calm.sync\n"
                 "    1.000 ms  hot-add     KeDeregisterProcessorChangeCallback misused: "
                 "removed from inside its own callback\n"
                 "    1.000 ms  hot-add   calm.sync removed\n"
                 "    1.000 ms  hot-add   KeRegisterProcessorChangeCallback is made to fail\n");
}

static void removing(struct bench *b, uint32_t thread, uint32_t registration)
{
    by_broken(tale_add(&b->tale, HA_DEREG_ENTER, thread, registration));
}

static void misused(struct bench *b, uint32_t thread, enum ha_misuse misuse)
{
    struct ha_record *record = by_broken(tale_add(&b->tale, HA_MISUSE, thread, 0));
    record->as.misuse.routine = HA_RT_DEREGISTER_PROCESSOR_CHANGE;
    record->as.misuse.misuse = misuse;
}

static void removed(struct bench *b, uint32_t thread, uint32_t registration)
{
    by_broken(tale_add(&b->tale, HA_DEREG_RETURN, thread, registration));
}

/* DEREG-5 */
static void a_removal_that_is_refused_says_why_and_that_nothing_was_removed(void **state)
{
    struct bench *b = *state;
    struct ha_record *wait;

    removing(b, CALLER, 0);
    misused(b, CALLER, HA_MISUSE_NULL_HANDLE);
    removed(b, CALLER, 0);
    tale_enter(&b->tale, HA_CB_ENTER, HOT_ADD, BROKEN_SYNC, HA_STATE_START, 4);
    removing(b, HOT_ADD, 0);
    misused(b, HOT_ADD, HA_MISUSE_STALE_HANDLE);
    removed(b, HOT_ADD, 0);
    removing(b, CALLER, CALM_SYNC);
    wait = tale_add(&b->tale, HA_WAIT_BEGIN, CALLER, 9);
    wait->as.wait.blocked = 1;
    wait->as.wait.timeout_ns = HA_FOREVER;
    tale_add(&b->tale, HA_WAIT_END, CALLER, 9);
    misused(b, CALLER, HA_MISUSE_STALE_HANDLE);
    removed(b, CALLER, CALM_SYNC);
    misused(b, CALLER, HA_MISUSE_UNKNOWN_HANDLE);

    expect_story(b, HEAD
                 "    1.000 ms  caller    broken removes nothing: handle is NULL\n"
                 "    1.000 ms  hot-add   enters broken.sync Start 4\n"
                 "    1.000 ms  hot-add     removes nothing: handle was removed before\n"
                 "    1.000 ms  caller    broken removes calm.sync\n"
                 "    1.000 ms  caller      waits for object 9\n"
                 "    1.000 ms  caller      has waited for object 9\n"
                 "    1.000 ms  caller    calm.sync not removed: handle was removed before\n"
                 "    1.000 ms  caller    broken KeDeregisterProcessorChangeCallback misused: "
                 "handle was never given out\n");
}

static void lines_inside_a_driver_name_others_and_not_itself(void **state)
{
    struct bench *b = *state;

    tale_enter(&b->tale, HA_CB_ENTER, HOT_ADD, BROKEN_SYNC, HA_STATE_START, 4);
    by_broken(tale_add(&b->tale, HA_FREE, HOT_ADD, 1));
    tale_add(&b->tale, HA_FREE, HOT_ADD, 2)->driver = CALM;
    by_broken(tale_add(&b->tale, HA_FREE, CALLER, 3));
    tale_leave(&b->tale, HOT_ADD, BROKEN_SYNC, HA_STATE_START, 0);

    expect_story(b, HEAD
                 "    1.000 ms  hot-add   enters broken.sync Start 4\n"
                 "    1.000 ms  hot-add     gives back block 1\n"
                 "    1.000 ms  hot-add     calm gives back block 2\n"
                 "    1.000 ms  caller    broken gives back block 3\n"
                 "    1.000 ms  hot-add   leaves broken.sync Start 4\n");
}

static void the_status_of_a_call_is_said_once(void **state)
{
    struct bench *b = *state;

    tale_enter(&b->tale, HA_CB_ENTER, HOT_ADD, BROKEN_SYNC, HA_STATE_FAILURE, 4)->as.cb.status =
        INSUF;
    by_broken(tale_add(&b->tale, HA_FREE, HOT_ADD, 1));
    tale_leave(&b->tale, HOT_ADD, BROKEN_SYNC, HA_STATE_FAILURE, TIMED_OUT);

    expect_story(b, HEAD
                 "    1.000 ms  hot-add   enters broken.sync Failure 4 "
                 "(STATUS_INSUFFICIENT_RESOURCES)\n"
                 "    1.000 ms  hot-add     gives back block 1\n"
                 "    1.000 ms  hot-add   leaves broken.sync Failure 4 -> STATUS_IO_TIMEOUT\n");
}

/* QRY-16 */
static void what_a_driver_does_at_another_irql_says_so(void **state)
{
    struct bench *b = *state;

    tale_enter(&b->tale, HA_CB_ENTER, HOT_ADD, BROKEN_SYNC, HA_STATE_START, 4)->irql = 1;
    ask(b, HA_RT_ACTIVE_GROUPS, 0, 1, 0);
    b->tale.record[b->tale.count - 1].irql = 1;
    ask(b, HA_RT_ACTIVE_GROUPS, 0, 1, 0);
    b->tale.record[b->tale.count - 1].irql = 2;
    by_broken(tale_add(&b->tale, HA_FREE, CALLER, 1))->irql = 2;
    tale_leave(&b->tale, HOT_ADD, BROKEN_SYNC, HA_STATE_START, 0)->irql = 1;

    expect_story(b, HEAD
                 "    1.000 ms  hot-add   enters broken.sync Start 4\n"
                 "    1.000 ms  hot-add     KeQueryActiveGroupCount() = 1\n"
                 "    1.000 ms  hot-add     KeQueryActiveGroupCount() = 1, at DISPATCH_LEVEL\n"
                 "    1.000 ms  caller    broken gives back block 1, at DISPATCH_LEVEL\n"
                 "    1.000 ms  hot-add   leaves broken.sync Start 4\n");
}

/* DRV-1, DRV-3, IRQL-3 */
static void the_life_of_a_driver_is_told(void **state)
{
    struct bench *b = *state;

    by_broken(tale_add(&b->tale, HA_DRV_ENTRY_ENTER, LOADER, BROKEN));
    by_broken(tale_add(&b->tale, HA_DRV_ENTRY_LEAVE, LOADER, BROKEN))->as.status.status = INSUF;
    by_broken(tale_add(&b->tale, HA_IMAGE_FREED, LOADER, BROKEN));
    tale_add(&b->tale, HA_UNLOAD_REQ, CALLER, CALM)->driver = CALM;
    by_broken(tale_add(&b->tale, HA_UNLOAD_REQ, CALLER, BROKEN))->as.status.status =
        (int32_t)0xC0000010u;
    tale_add(&b->tale, HA_UNLOAD_ENTER, LOADER, CALM)->driver = CALM;
    tale_add(&b->tale, HA_DEREG_ENTER, LOADER, CALM_SYNC)->driver = CALM;
    tale_add(&b->tale, HA_DEREG_LOCKED, LOADER, CALM_SYNC);
    tale_add(&b->tale, HA_DEREG_RETURN, LOADER, CALM_SYNC);
    tale_add(&b->tale, HA_UNLOAD_LEAVE, LOADER, CALM)->driver = CALM;
    tale_add(&b->tale, HA_UNLOAD_ENTER, LOADER, CALM)->driver = CALM;
    tale_add(&b->tale, HA_UNLOAD_LEAVE, LOADER, CALM)->driver = CALM;
    b->tale.record[b->tale.count - 1].irql = 2;
    tale_enter(&b->tale, HA_DEAD_CALL, HOT_ADD, CALM_SYNC, HA_STATE_START, 5);

    expect_story(b, HEAD
                 "    1.000 ms  system-3  DriverEntry of broken: STATUS_INSUFFICIENT_RESOURCES\n"
                 "    1.000 ms  system-3  image of broken freed\n"
                 "    1.000 ms  caller    calm is asked to unload\n"
                 "    1.000 ms  caller    broken is asked to unload: "
                 "STATUS_INVALID_DEVICE_REQUEST\n"
                 "    1.000 ms  system-3  enters Unload of calm\n"
                 "    1.000 ms  system-3    calm.sync removed\n"
                 "    1.000 ms  system-3  leaves Unload of calm\n"
                 "    1.000 ms  system-3  Unload of calm, PASSIVE_LEVEL became DISPATCH_LEVEL\n"
                 "    1.000 ms  hot-add   calm.sync Start 5 not called: the driver is gone\n");
}

static struct ha_record *waiting(struct bench *b, enum ha_kind kind, uint32_t thread, bool blocked)
{
    struct ha_record *record = tale_add(&b->tale, kind, thread, 1);
    record->as.wait.timeout_ns = HA_FOREVER;
    record->as.wait.blocked = blocked;
    record->as.wait.waiter = thread;
    return record;
}

static void waits_are_told_when_they_block(void **state)
{
    struct bench *b = *state;

    tale_name(&b->tale, HA_NS_OBJECT, 1, "gate");
    by_broken(&b->tale.record[b->tale.count - 1]);
    waiting(b, HA_WAIT_BEGIN, CALLER, false);
    waiting(b, HA_WAIT_END, CALLER, false);
    waiting(b, HA_WAIT_BEGIN, CALLER, true)->as.wait.timeout_ns = 2500000;
    waiting(b, HA_WAIT_BEGIN, LOADER, true)->as.wait.holder = HOT_ADD;
    b->tale.time_ns = 1234567;
    waiting(b, HA_WAIT_END, CALLER, true);
    waiting(b, HA_WAIT_END, LOADER, true)->as.wait.reason = HA_REASON_INTERRUPTED;

    expect_story(b, HEAD
                 "    1.000 ms  caller    waits for event \"gate\", at most 2.500 ms\n"
                 "    1.000 ms  system-3  waits for event \"gate\", held by hot-add\n"
                 "    1.234 ms  caller    has waited for event \"gate\"\n"
                 "    1.234 ms  system-3  has waited for event \"gate\": the run ended\n");
}

static void a_wait_for_no_object_lets_time_pass(void **state)
{
    struct bench *b = *state;

    waiting(b, HA_WAIT_BEGIN, CALLER, true)->id = 0;
    b->tale.time_ns = 3500000;
    waiting(b, HA_WAIT_END, CALLER, true)->id = 0;

    expect_story(b, HEAD
                 "    1.000 ms  caller    waits for time to pass\n"
                 "    3.500 ms  caller    has waited for time to pass\n");
}

static struct ha_record *stuck(struct bench *b, uint32_t thread, uint32_t object, uint32_t holder)
{
    struct ha_record *record = waiting(b, HA_DEADLOCK, CALLER, true);

    record->id = object;
    record->as.wait.waiter = thread;
    record->as.wait.holder = holder;
    return record;
}

static void a_deadlock_follows_the_holders_and_says_what_each_is_inside_of(void **state)
{
    struct bench *b = *state;

    tale_name(&b->tale, HA_NS_OBJECT, 1, "the lock");
    tale_name(&b->tale, HA_NS_OBJECT, 2, "nobody");
    by_broken(&b->tale.record[b->tale.count - 1]);
    tale_name(&b->tale, HA_NS_REGISTRATION, BROKEN_LATE, "late");
    tale_enter(&b->tale, HA_CB_ENTER, HOT_ADD, CALM_SYNC, HA_STATE_START, 4);
    waiting(b, HA_WAIT_BEGIN, HOT_ADD, true)->id = 2;
    tale_add(&b->tale, HA_UNLOAD_ENTER, LOADER, CALM)->driver = CALM;
    tale_add(&b->tale, HA_DEREG_ENTER, LOADER, CALM_SYNC)->driver = CALM;
    waiting(b, HA_WAIT_BEGIN, LOADER, true)->as.wait.holder = HOT_ADD;
    by_broken(tale_add(&b->tale, HA_REG_ENTER, 7, BROKEN_LATE));
    tale_add_begin(&b->tale, 3, HA_NO_GROUP)->thread = 8;
    stuck(b, HOT_ADD, 2, 0)->driver = CALM;
    stuck(b, LOADER, 1, HOT_ADD)->driver = CALM;
    by_broken(stuck(b, 6, 2, 0));
    by_broken(stuck(b, 7, 1, HOT_ADD));
    stuck(b, 8, 1, 0);
    stuck(b, 9, 1, 0);
    tale_add(&b->tale, HA_TRACE_END, CALLER, 0)->as.end.ending = HA_END_DEADLOCK;
    tale_tell(&b->tale, ha_story_sink(b->story));

    const char *told = strstr(ha_text_string(ha_story_text(b->story)), "    1.000 ms  caller");
    assert_non_null(told);
    assert_string_equal(told,
        "    1.000 ms  caller    deadlock: 6 threads wait for ever\n"
        "    1.000 ms  caller      system-3, removing calm.sync in Unload of calm, waits for "
        "the lock, held by hot-add\n"
        "    1.000 ms  caller      thread-6, in a thread of broken, waits for event "
        "\"nobody\"\n"
        "    1.000 ms  caller      thread-7, registering broken.late for broken, waits for "
        "the lock, held by hot-add\n"
        "    1.000 ms  caller      hot-add, in calm.sync Start 4, waits for event \"nobody\"\n"
        "    1.000 ms  caller      thread-8, in add 3, waits for the lock\n"
        "    1.000 ms  caller      thread-9 waits for the lock\n"
        "    1.000 ms  caller    the run ended: deadlock\n");
}

static void a_deadlock_tells_circles_apart(void **state)
{
    struct bench *b = *state;

    stuck(b, LOADER, 1, HOT_ADD);
    stuck(b, 6, 2, 7);
    stuck(b, HOT_ADD, 3, CALLER);
    stuck(b, CALLER, 4, HOT_ADD);
    stuck(b, 7, 5, 6);
    stuck(b, 8, 6, 8);

    expect_story(b, HEAD
                 "    1.000 ms  caller    deadlock: 6 threads wait for ever\n"
                 "    1.000 ms  caller      system-3 waits for object 1, held by hot-add\n"
                 "    1.000 ms  caller      2 of them in a circle:\n"
                 "    1.000 ms  caller        caller waits for object 4, held by hot-add\n"
                 "    1.000 ms  caller        hot-add waits for object 3, held by caller\n"
                 "    1.000 ms  caller      2 of them in a circle:\n"
                 "    1.000 ms  caller        thread-6 waits for object 2, held by thread-7\n"
                 "    1.000 ms  caller        thread-7 waits for object 5, held by thread-6\n"
                 "    1.000 ms  caller      1 of them in a circle:\n"
                 "    1.000 ms  caller        thread-8 waits for object 6, held by thread-8\n");
}

static void one_thread_alone_can_be_a_deadlock(void **state)
{
    struct bench *b = *state;

    stuck(b, LOADER, 1, 0);

    expect_story(b, HEAD
                 "    1.000 ms  caller    deadlock: 1 thread waits for ever\n"
                 "    1.000 ms  caller      system-3 waits for object 1\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(queries_show_argument_and_answer_inside_their_call),
        CASE(what_a_callback_leaves_behind_is_named),
        CASE(refusals_misuse_and_faults_stand_inside_their_routine),
        CASE(a_removal_that_is_refused_says_why_and_that_nothing_was_removed),
        CASE(lines_inside_a_driver_name_others_and_not_itself),
        CASE(the_status_of_a_call_is_said_once),
        CASE(what_a_driver_does_at_another_irql_says_so),
        CASE(the_life_of_a_driver_is_told),
        CASE(waits_are_told_when_they_block),
        CASE(a_wait_for_no_object_lets_time_pass),
        CASE(a_deadlock_follows_the_holders_and_says_what_each_is_inside_of),
        CASE(a_deadlock_tells_circles_apart),
        CASE(one_thread_alone_can_be_a_deadlock),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
