/* story: what a person reads of a trace */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "check/story.h"
#include "hotadd/profile.h"
#include "unit/tale.h"

#define HEAD "4 of 8 processors in 1 group, profile documented\n" \
             "    0.000 ms  system-3  calm.sync registered\n"     \
             "    0.000 ms  system-3  broken.sync registered\n"

struct bench {
    struct tale tale;
    struct ha_story *story;
};

static int set_up(void **state)
{
    struct bench *b = calloc(1, sizeof *b);
    assert_non_null(b);
    tale_begin(&b->tale);
    b->story = ha_story_create(false);
    assert_non_null(b->story);
    *state = b;
    return 0;
}

static int tear_down(void **state)
{
    struct bench *b = *state;
    ha_story_destroy(b->story);
    free(b);
    return 0;
}

static void expect_story(struct bench *b, const char *expected)
{
    tale_tell(&b->tale, ha_story_sink(b->story));
    assert_string_equal(ha_text_string(ha_story_text(b->story)), expected);
    assert_false(ha_story_text(b->story)->lost);
}

static struct ha_record *by_broken(struct ha_record *record)
{
    record->driver = BROKEN;
    return record;
}

static void add_begins(struct bench *b)
{
    tale_add_begin(&b->tale, 1, HA_NO_GROUP);
}

static void processor_4_comes_up(struct bench *b)
{
    b->tale.active++;
    struct ha_record *up = tale_add(&b->tale, HA_ACTIVE, HOT_ADD, 1);
    up->as.up.nt_number = 4;
    up->as.up.number = 4;
    tale_add(&b->tale, HA_SCHED, HOT_ADD, 1);
}

/* RULES 4.3 */
static void a_successful_add_is_a_line_a_call(void **state)
{
    struct bench *b = *state;

    add_begins(b);
    tale_call(&b->tale, CALM_SYNC, HA_STATE_START, 4, 0);
    tale_call(&b->tale, BROKEN_SYNC, HA_STATE_START, 4, 0);
    tale_add(&b->tale, HA_HW_START, HOT_ADD, 1);
    processor_4_comes_up(b);
    tale_call(&b->tale, CALM_SYNC, HA_STATE_COMPLETE, 4, 0);
    tale_call(&b->tale, BROKEN_SYNC, HA_STATE_COMPLETE, 4, 0);
    tale_add(&b->tale, HA_ADD_END, HOT_ADD, 1);
    tale_add(&b->tale, HA_TRACE_END, 0, 0)->as.end.ending = HA_END_NORMALLY;

    expect_story(b, HEAD
                 "    1.000 ms  hot-add   add 1 begins\n"
                 "    1.000 ms  hot-add     calm.sync Start 4\n"
                 "    1.000 ms  hot-add     broken.sync Start 4\n"
                 "    1.000 ms  hot-add     calm.sync Complete 4\n"
                 "    1.000 ms  hot-add     broken.sync Complete 4\n"
                 "    1.000 ms  hot-add   add 1 of processor 4 (0:4) succeeds, 5 active\n");
}

/* RULES 4.4 */
static void a_veto_shows_who_wrote_and_who_hears_of_it(void **state)
{
    struct bench *b = *state;

    add_begins(b);
    tale_call(&b->tale, CALM_SYNC, HA_STATE_START, 4, 0);
    tale_veto(&b->tale, BROKEN_SYNC, HA_STATE_START, 4, INSUF);
    tale_call(&b->tale, CALM_SYNC, HA_STATE_FAILURE, 4, INSUF);
    tale_call(&b->tale, BROKEN_SYNC, HA_STATE_FAILURE, 4, INSUF);
    tale_add(&b->tale, HA_ADD_END, HOT_ADD, 1)->as.status.status = INSUF;

    expect_story(b, HEAD
                 "    1.000 ms  hot-add   add 1 begins\n"
                 "    1.000 ms  hot-add     calm.sync Start 4\n"
                 "    1.000 ms  hot-add     broken.sync Start 4 -> STATUS_INSUFFICIENT_RESOURCES\n"
                 "    1.000 ms  hot-add     calm.sync Failure 4 (STATUS_INSUFFICIENT_RESOURCES)\n"
                 "    1.000 ms  hot-add     broken.sync Failure 4 (STATUS_INSUFFICIENT_RESOURCES)\n"
                 "    1.000 ms  hot-add   add 1 of processor 4 (0:4) fails: "
                 "STATUS_INSUFFICIENT_RESOURCES\n");
}

/* RULES 4.5 */
static void hardware_that_does_not_start_is_told(void **state)
{
    struct bench *b = *state;

    add_begins(b);
    tale_call(&b->tale, CALM_SYNC, HA_STATE_START, 4, 0);
    tale_add(&b->tale, HA_HW_START, HOT_ADD, 1)->as.status.status = TIMED_OUT;
    tale_call(&b->tale, CALM_SYNC, HA_STATE_FAILURE, 4, TIMED_OUT);
    tale_add(&b->tale, HA_ADD_END, HOT_ADD, 1)->as.status.status = TIMED_OUT;

    expect_story(b, HEAD
                 "    1.000 ms  hot-add   add 1 begins\n"
                 "    1.000 ms  hot-add     calm.sync Start 4\n"
                 "    1.000 ms  hot-add     hardware of add 1 does not start: STATUS_IO_TIMEOUT\n"
                 "    1.000 ms  hot-add     calm.sync Failure 4 (STATUS_IO_TIMEOUT)\n"
                 "    1.000 ms  hot-add   add 1 of processor 4 (0:4) fails: STATUS_IO_TIMEOUT\n");
}

/* HOT-13 */
static void an_add_in_which_nothing_happens_is_one_line(void **state)
{
    struct bench *b = *state;

    add_begins(b);
    tale_add(&b->tale, HA_ADD_END, HOT_ADD, 1)->as.status.status = INSUF;

    expect_story(b, HEAD
                 "    1.000 ms  hot-add   add 1 fails: STATUS_INSUFFICIENT_RESOURCES\n");
}

/* HOT-1 */
static void an_add_of_which_nobody_hears_names_its_processor(void **state)
{
    struct bench *b = *state;

    add_begins(b);
    processor_4_comes_up(b);
    tale_add(&b->tale, HA_ADD_END, HOT_ADD, 1);

    expect_story(b, HEAD
                 "    1.000 ms  hot-add   add 1 of processor 4 (0:4) succeeds, 5 active\n");
}

/* HOT-10 */
static void a_unit_of_several_processors_surrounds_its_adds(void **state)
{
    struct bench *b = *state;

    tale_add(&b->tale, HA_UNIT_BEGIN, HOT_ADD, 1)->as.unit.processors = 2;
    tale_add_begin(&b->tale, 1, 0);
    tale_call(&b->tale, CALM_SYNC, HA_STATE_START, 4, 0);
    processor_4_comes_up(b);
    tale_add(&b->tale, HA_ADD_END, HOT_ADD, 1);
    tale_add_begin(&b->tale, 2, 0);
    tale_add(&b->tale, HA_ADD_END, HOT_ADD, 2)->as.status.status = INSUF;
    tale_add(&b->tale, HA_UNIT_END, HOT_ADD, 1)->as.unit.processors = 1;

    expect_story(b, HEAD
                 "    1.000 ms  hot-add   unit 1 of 2 processors begins\n"
                 "    1.000 ms  hot-add     add 1 begins in group 0\n"
                 "    1.000 ms  hot-add       calm.sync Start 4\n"
                 "    1.000 ms  hot-add     add 1 of processor 4 (0:4) succeeds, 5 active\n"
                 "    1.000 ms  hot-add     add 2 fails: STATUS_INSUFFICIENT_RESOURCES\n"
                 "    1.000 ms  hot-add   unit 1 ends: 1 of 2 added\n");
}

static void a_unit_of_one_processor_makes_no_line(void **state)
{
    struct bench *b = *state;

    tale_add(&b->tale, HA_UNIT_BEGIN, HOT_ADD, 1)->as.unit.processors = 1;
    add_begins(b);
    tale_add(&b->tale, HA_ADD_END, HOT_ADD, 1)->as.status.status = INSUF;
    tale_add(&b->tale, HA_UNIT_END, HOT_ADD, 1)->as.unit.processors = 0;

    expect_story(b, HEAD
                 "    1.000 ms  hot-add   add 1 fails: STATUS_INSUFFICIENT_RESOURCES\n");
}

static void existing(struct bench *b, uint32_t registration, unsigned state, uint16_t first,
                     uint16_t last, int32_t status)
{
    for (uint16_t i = first; i <= last; i++) {
        struct ha_record *call = tale_call(&b->tale, registration, state | HA_CB_EXISTING, i,
                                           status);
        call->thread = LOADER;
        call->as.cb.operation = registration;
    }
}

static void broken_late_is_made(struct bench *b)
{
    tale_name(&b->tale, HA_NS_REGISTRATION, BROKEN_LATE, "late");
    by_broken(tale_add(&b->tale, HA_REG_ENTER, LOADER, BROKEN_LATE))->as.reg.flags = 1;
    tale_add(&b->tale, HA_REG_LOCKED, LOADER, BROKEN_LATE);
}

/* RULES 4.1 */
static void the_calls_for_existing_processors_are_folded(void **state)
{
    struct bench *b = *state;

    by_broken(tale_add(&b->tale, HA_DRV_ENTRY_ENTER, LOADER, BROKEN));
    broken_late_is_made(b);
    existing(b, BROKEN_LATE, HA_STATE_START, 0, 63, 0);
    existing(b, BROKEN_LATE, HA_STATE_COMPLETE, 0, 63, 0);
    tale_add(&b->tale, HA_REG_RETURN, LOADER, BROKEN_LATE)->as.reg.handle = BROKEN_LATE;
    by_broken(tale_add(&b->tale, HA_DRV_ENTRY_LEAVE, LOADER, BROKEN));

    expect_story(b, HEAD
                 "    1.000 ms  system-3  enters broken DriverEntry\n"
                 "    1.000 ms  system-3    broken.late registers, existing processors first\n"
                 "    1.000 ms  system-3      broken.late Start 0..63\n"
                 "    1.000 ms  system-3      broken.late Complete 0..63\n"
                 "    1.000 ms  system-3    broken.late registered\n"
                 "    1.000 ms  system-3  leaves broken DriverEntry: STATUS_SUCCESS\n");
}

/* RULES 4.2 */
static void folding_stops_where_a_driver_writes_a_status(void **state)
{
    struct bench *b = *state;
    struct ha_record *enter;

    broken_late_is_made(b);
    existing(b, BROKEN_LATE, HA_STATE_START, 0, 1, 0);
    enter = tale_enter(&b->tale, HA_CB_ENTER, LOADER, BROKEN_LATE,
                       HA_STATE_START | HA_CB_EXISTING, 2);
    enter->as.cb.operation = BROKEN_LATE;
    tale_leave(&b->tale, LOADER, BROKEN_LATE, HA_STATE_START | HA_CB_EXISTING, INSUF);
    existing(b, BROKEN_LATE, HA_STATE_FAILURE, 0, 1, INSUF);
    tale_add(&b->tale, HA_REG_RETURN, LOADER, BROKEN_LATE);

    expect_story(b, HEAD
                 "    1.000 ms  system-3  broken.late registers, existing processors first\n"
                 "    1.000 ms  system-3    broken.late Start 0..1\n"
                 "    1.000 ms  system-3    broken.late Start 2 -> STATUS_INSUFFICIENT_RESOURCES\n"
                 "    1.000 ms  system-3    broken.late Failure 0..1 "
                 "(STATUS_INSUFFICIENT_RESOURCES)\n"
                 "    1.000 ms  system-3  broken.late not registered: NULL\n");
}

static void calls_that_differ_are_not_folded(void **state)
{
    struct bench *b = *state;

    existing(b, CALM_SYNC, HA_STATE_START, 0, 0, 0);
    existing(b, BROKEN_SYNC, HA_STATE_START, 1, 1, 0);
    existing(b, BROKEN_SYNC, HA_STATE_START, 3, 3, 0);
    existing(b, BROKEN_SYNC, HA_STATE_FAILURE, 4, 4, 0);
    existing(b, BROKEN_SYNC, HA_STATE_FAILURE, 5, 5, INSUF);
    existing(b, BROKEN_SYNC, HA_STATE_FAILURE, 6, 6, INSUF);
    b->tale.record[b->tale.count - 1].thread = CALLER;
    existing(b, BROKEN_SYNC, HA_STATE_FAILURE, 7, 7, INSUF);
    b->tale.record[b->tale.count - 1].thread = CALLER;
    b->tale.record[b->tale.count - 1].as.cb.operation++;

    expect_story(b, HEAD
                 "    1.000 ms  system-3  calm.sync Start 0\n"
                 "    1.000 ms  system-3  broken.sync Start 1\n"
                 "    1.000 ms  system-3  broken.sync Start 3\n"
                 "    1.000 ms  system-3  broken.sync Failure 4\n"
                 "    1.000 ms  system-3  broken.sync Failure 5 (STATUS_INSUFFICIENT_RESOURCES)\n"
                 "    1.000 ms  caller    broken.sync Failure 6 (STATUS_INSUFFICIENT_RESOURCES)\n"
                 "    1.000 ms  caller    broken.sync Failure 7 (STATUS_INSUFFICIENT_RESOURCES)\n");
}

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
                 "    1.000 ms  hot-add     broken KeQueryActiveProcessorCount() = 4, mask 0xf\n"
                 "    1.000 ms  hot-add     broken KeQueryActiveProcessorCount() = 4\n"
                 "    1.000 ms  hot-add     broken "
                 "KeQueryActiveProcessorCountEx(ALL_PROCESSOR_GROUPS) = 4\n"
                 "    1.000 ms  hot-add     broken KeQueryGroupAffinity(1) = 0x1f\n"
                 "    1.000 ms  hot-add     broken KeQueryActiveProcessors() = 0xf\n"
                 "    1.000 ms  hot-add     broken KeGetProcessorNumberFromIndex(68) = "
                 "STATUS_SUCCESS, 1:4\n"
                 "    1.000 ms  hot-add     broken KeGetProcessorNumberFromIndex(68) = "
                 "STATUS_INVALID_PARAMETER\n"
                 "    1.000 ms  hot-add     broken KeGetProcessorIndexFromNumber(1:4) = 68\n"
                 "    1.000 ms  hot-add     broken KeGetProcessorIndexFromNumber(0:4) = "
                 "INVALID_PROCESSOR_INDEX\n"
                 "    1.000 ms  hot-add     broken KeGetCurrentIrql() = 0\n"
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
                 "    1.000 ms  hot-add   broken.sync Complete 4, IRQL 0 became 2\n"
                 "    1.000 ms  hot-add   broken.sync Complete 4, critical regions 0 became 1\n"
                 "    1.000 ms  hot-add   broken.sync Complete 4, affinity became 0:0x10\n"
                 "    1.000 ms  hot-add   broken.sync Complete 4, affinity became 1:0x0\n"
                 "    1.000 ms  hot-add   broken.sync Complete 4, IRQL 0 became 1, "
                 "affinity became 0:0x20\n");
}

/* REG-11, DEREG-5 */
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
    by_broken(tale_add(&b->tale, HA_DEREG_ENTER, HOT_ADD, 0));
    record = by_broken(tale_add(&b->tale, HA_MISUSE, HOT_ADD, 0));
    record->as.misuse.routine = HA_RT_DEREGISTER_PROCESSOR_CHANGE;
    record->as.misuse.misuse = HA_MISUSE_NULL_HANDLE;
    tale_add(&b->tale, HA_DEREG_RETURN, HOT_ADD, 0);
    tale_add(&b->tale, HA_FAULT, HOT_ADD, 0)->as.fault.routine = HA_RT_REGISTER_PROCESSOR_CHANGE;

    expect_story(b, HEAD
                 "    1.000 ms  hot-add   broken.late registers\n"
                 "    1.000 ms  hot-add     broken KeRegisterProcessorChangeCallback refused: "
                 "called from inside a processor-change callback\n"
                 "    1.000 ms  hot-add   broken.late not registered: NULL\n"
                 "    1.000 ms  hot-add   broken removes an unknown handle\n"
                 "    1.000 ms  hot-add     broken KeDeregisterProcessorChangeCallback misused: "
                 "handle is NULL\n"
                 "    1.000 ms  hot-add   an unknown handle not removed\n"
                 "    1.000 ms  hot-add   KeRegisterProcessorChangeCallback is made to fail\n");
}

/* DRV-1, DRV-3 */
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
    tale_enter(&b->tale, HA_DEAD_CALL, HOT_ADD, CALM_SYNC, HA_STATE_START, 5);

    expect_story(b, HEAD
                 "    1.000 ms  system-3  broken DriverEntry: STATUS_INSUFFICIENT_RESOURCES\n"
                 "    1.000 ms  system-3  broken image freed\n"
                 "    1.000 ms  caller    calm is asked to unload\n"
                 "    1.000 ms  caller    broken is asked to unload: "
                 "STATUS_INVALID_DEVICE_REQUEST\n"
                 "    1.000 ms  system-3  enters calm Unload\n"
                 "    1.000 ms  system-3    calm.sync removed\n"
                 "    1.000 ms  system-3  leaves calm Unload\n"
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
    waiting(b, HA_WAIT_BEGIN, CALLER, false);
    waiting(b, HA_WAIT_END, CALLER, false);
    waiting(b, HA_WAIT_BEGIN, CALLER, true)->as.wait.timeout_ns = 2500000;
    waiting(b, HA_WAIT_BEGIN, LOADER, true)->as.wait.holder = HOT_ADD;
    b->tale.time_ns = 1234567;
    waiting(b, HA_WAIT_END, CALLER, true);
    waiting(b, HA_WAIT_END, LOADER, true)->as.wait.reason = HA_REASON_INTERRUPTED;

    expect_story(b, HEAD
                 "    1.000 ms  caller    waits for \"gate\", at most 2.500 ms\n"
                 "    1.000 ms  system-3  waits for \"gate\", held by hot-add\n"
                 "    1.234 ms  caller    has waited for \"gate\"\n"
                 "    1.234 ms  system-3  has waited for \"gate\": the run ended\n");
}

static void a_deadlock_names_who_waits_and_who_holds(void **state)
{
    struct bench *b = *state;

    tale_name(&b->tale, HA_NS_OBJECT, 1, "the lock");
    waiting(b, HA_DEADLOCK, 0, true)->as.wait.waiter = LOADER;
    b->tale.record[b->tale.count - 1].as.wait.holder = HOT_ADD;
    tale_add(&b->tale, HA_TRACE_END, 0, 0)->as.end.ending = HA_END_DEADLOCK;

    expect_story(b, HEAD
                 "    1.000 ms            deadlock: system-3 waits for \"the lock\", "
                 "held by hot-add\n"
                 "    1.000 ms            the run ended: deadlock\n");
}

static void other_threads_do_not_disturb_the_indentation(void **state)
{
    struct bench *b = *state;

    tale_enter(&b->tale, HA_CB_ENTER, HOT_ADD, BROKEN_SYNC, HA_STATE_START, 4);
    tale_add(&b->tale, HA_DEREG_ENTER, CALLER, CALM_SYNC)->driver = CALM;
    tale_leave(&b->tale, HOT_ADD, BROKEN_SYNC, HA_STATE_START, 0);
    tale_add(&b->tale, HA_DEREG_RETURN, CALLER, CALM_SYNC);

    expect_story(b, HEAD
                 "    1.000 ms  hot-add   enters broken.sync Start 4\n"
                 "    1.000 ms  caller    calm removes calm.sync\n"
                 "    1.000 ms  hot-add   leaves broken.sync Start 4\n"
                 "    1.000 ms  caller    calm.sync removed\n");
}

static void the_opening_line_names_the_knobs_that_were_turned(void **state)
{
    struct bench *b = *state;
    struct ha_profile profile = ha_profile_preset(HA_PRESET_STRICT_STOP);

    memset(&b->tale, 0, sizeof b->tale);
    struct ha_record *begin = tale_add(&b->tale, HA_TRACE_BEGIN, 0, 0);
    begin->as.begin.preset = HA_PRESET_STRICT_STOP;
    begin->as.begin.groups = 2;
    begin->as.begin.processors = 65;
    begin->as.begin.maximum = 128;
    profile.knob[HA_KNOB_FAILURE_ORDER] = HA_FAILURE_REVERSE;
    profile.knob[HA_KNOB_HOT_START_ERROR] = HA_NOTIFY_ALL;
    for (uint32_t k = 0; k < HA_KNOB_COUNT; k++)
        tale_add(&b->tale, HA_KNOB, 0, k)->as.knob.value = profile.knob[k];
    tale_add(&b->tale, HA_TRACE_END, 0, 0)->as.end.ending = HA_END_NORMALLY;

    expect_story(b, "65 of 128 processors in 2 groups, profile strict_stop, "
                    "hot_start_error=notify_all, failure_order=reverse\n");
}

static void the_opening_line_counts_nodes_where_there_are_several(void **state)
{
    struct bench *b = *state;
    struct ha_record *node;

    b->tale.record[0].as.begin.nodes = 2;
    for (uint32_t number = 0; number < 2; number++) {
        node = tale_add(&b->tale, HA_NODE, 0, number);
        node->as.node.mask = number ? 0xf0 : 0xf;
    }
    tale_tell(&b->tale, ha_story_sink(b->story));

    assert_string_equal(ha_text_string(ha_story_text(b->story)),
                        "4 of 8 processors in 1 group, 2 nodes, profile documented\n"
                        "    0.000 ms  system-3  calm.sync registered\n"
                        "    0.000 ms  system-3  broken.sync registered\n");
}

static void a_trace_without_its_first_half_is_still_told(void **state)
{
    struct bench *b = *state;

    memset(&b->tale, 0, sizeof b->tale);
    tale_leave(&b->tale, HOT_ADD, BROKEN_SYNC, HA_STATE_START, INSUF);
    tale_add(&b->tale, HA_ADD_END, HOT_ADD, 1);
    tale_add(&b->tale, HA_KIND_COUNT, HOT_ADD, 1);
    tale_enter(&b->tale, HA_CB_ENTER, UINT32_MAX, BROKEN_SYNC, 3, 4);
    tale_add(&b->tale, HA_TRACE_END, 0, 0)->as.end.ending = 200;

    expect_story(b, "    0.000 ms  thread-2  add 1 succeeds, 0 active\n"
                    "    0.000 ms  thread-4294967295 enters driver2.#2 ? 4\n"
                    "    0.000 ms            the run ended: ?\n");
}

static void a_second_trace_starts_over(void **state)
{
    struct bench *b = *state;

    tale_enter(&b->tale, HA_CB_ENTER, HOT_ADD, CALM_SYNC, HA_STATE_START, 4);
    tale_tell(&b->tale, ha_story_sink(b->story));
    assert_non_null(strstr(ha_text_string(ha_story_text(b->story)), "enters calm.sync Start 4\n"));
    ha_text_clear(ha_story_text(b->story));
    tale_begin(&b->tale);
    tale_call(&b->tale, CALM_SYNC, HA_STATE_START, 4, 0);

    expect_story(b, HEAD "    1.000 ms  hot-add   calm.sync Start 4\n");
}

static void colours_are_few_and_end_with_their_line(void **state)
{
    struct bench *b = *state;
    struct ha_story *story = ha_story_create(true);

    assert_non_null(story);
    tale_call(&b->tale, CALM_SYNC, HA_STATE_START, 4, 0);
    tale_call(&b->tale, CALM_SYNC, HA_STATE_COMPLETE, 4, 0);
    tale_call(&b->tale, CALM_SYNC, HA_STATE_FAILURE, 4, 0);
    tale_veto(&b->tale, BROKEN_SYNC, HA_STATE_START, 4, TIMED_OUT);
    tale_tell(&b->tale, ha_story_sink(story));

    assert_non_null(strstr(ha_text_string(ha_story_text(story)),
                           "\033[2m    1.000 ms  hot-add  \033[0m calm.sync Start 4\n"
                           "\033[2m    1.000 ms  hot-add  \033[0m "
                           "\033[32mcalm.sync Complete 4\033[0m\n"
                           "\033[2m    1.000 ms  hot-add  \033[0m "
                           "\033[31mcalm.sync Failure 4\033[0m\n"
                           "\033[2m    1.000 ms  hot-add  \033[0m "
                           "\033[33mbroken.sync Start 4 -> STATUS_IO_TIMEOUT\033[0m\n"));
    ha_story_destroy(story);
}

static const struct ha_rule rule = {"STAT-2", "Only Start may write.", "001", HA_DOCUMENTED,
                                    HA_BINDS_DRIVER, HA_ERROR};

static void a_finding_reads_like_a_remark(void **state)
{
    (void)state;
    struct ha_text text = {0};
    struct ha_finding finding = {&rule, HA_ERROR, 57, 1, BROKEN, "broken.sync Complete 4",
                                 "OperationStatus as it was", "STATUS_IO_TIMEOUT"};

    ha_story_add_finding(&text, &finding, "broken", "hotadd run x.json --replay 1.2", false);

    assert_string_equal(ha_text_string(&text),
                        "error STAT-2: Only Start may write.\n"
                        "  call      broken.sync Complete 4 (record 57)\n"
                        "  expected  OperationStatus as it was\n"
                        "  seen      STATUS_IO_TIMEOUT\n"
                        "  source    001 (documented)\n"
                        "  repeat    hotadd run x.json --replay 1.2\n");
    ha_text_close(&text);
}

static void a_finding_without_a_call_names_its_driver_and_its_count(void **state)
{
    (void)state;
    struct ha_text text = {0};
    struct ha_finding finding = {&rule, HA_NOTE, 9, 12, BROKEN, "", "", "something else"};

    ha_story_add_finding(&text, &finding, "broken", NULL, false);
    finding.severity = HA_WARNING;
    ha_story_add_finding(&text, &finding, NULL, NULL, true);

    assert_string_equal(ha_text_string(&text),
                        "note STAT-2: Only Start may write.\n"
                        "  record    9, the first of 12\n"
                        "  driver    broken\n"
                        "  seen      something else\n"
                        "  source    001 (documented)\n"
                        "\033[33mwarning STAT-2\033[0m: Only Start may write.\n"
                        "  \033[2mrecord  \033[0m  9, the first of 12\n"
                        "  \033[2mseen    \033[0m  something else\n"
                        "  \033[2msource  \033[0m  001 (documented)\n");
    ha_text_close(&text);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_successful_add_is_a_line_a_call),
        CASE(a_veto_shows_who_wrote_and_who_hears_of_it),
        CASE(hardware_that_does_not_start_is_told),
        CASE(an_add_in_which_nothing_happens_is_one_line),
        CASE(an_add_of_which_nobody_hears_names_its_processor),
        CASE(a_unit_of_several_processors_surrounds_its_adds),
        CASE(a_unit_of_one_processor_makes_no_line),
        CASE(the_calls_for_existing_processors_are_folded),
        CASE(folding_stops_where_a_driver_writes_a_status),
        CASE(calls_that_differ_are_not_folded),
        CASE(queries_show_argument_and_answer_inside_their_call),
        CASE(what_a_callback_leaves_behind_is_named),
        CASE(refusals_misuse_and_faults_stand_inside_their_routine),
        CASE(the_life_of_a_driver_is_told),
        CASE(waits_are_told_when_they_block),
        CASE(a_deadlock_names_who_waits_and_who_holds),
        CASE(other_threads_do_not_disturb_the_indentation),
        CASE(the_opening_line_names_the_knobs_that_were_turned),
        CASE(the_opening_line_counts_nodes_where_there_are_several),
        CASE(a_trace_without_its_first_half_is_still_told),
        CASE(a_second_trace_starts_over),
        CASE(colours_are_few_and_end_with_their_line),
        cmocka_unit_test(a_finding_reads_like_a_remark),
        cmocka_unit_test(a_finding_without_a_call_names_its_driver_and_its_count),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
