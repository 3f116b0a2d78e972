/* story: what a person reads of a trace */
#include "hotadd/profile.h"
#include "unit/telling.h"

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
                 "    1.000 ms  hot-add     add 1 begins, asked for group 0\n"
                 "    1.000 ms  hot-add       calm.sync Start 4\n"
                 "    1.000 ms  hot-add     add 1 of processor 4 (0:4) succeeds, 5 active\n"
                 "    1.000 ms  hot-add     add 2, asked for group 0, fails: "
                 "STATUS_INSUFFICIENT_RESOURCES\n"
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
                 "    1.000 ms  system-3  enters DriverEntry of broken\n"
                 "    1.000 ms  system-3    broken.late registers, existing processors first\n"
                 "    1.000 ms  system-3      broken.late Start 0..63\n"
                 "    1.000 ms  system-3      broken.late Complete 0..63\n"
                 "    1.000 ms  system-3    broken.late registered\n"
                 "    1.000 ms  system-3  leaves DriverEntry of broken: STATUS_SUCCESS\n");
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

static void calls_that_go_down_are_folded_too(void **state)
{
    struct bench *b = *state;

    for (uint16_t i = 3; i > 0; i--)
        existing(b, CALM_SYNC, HA_STATE_FAILURE, i, i, INSUF);
    existing(b, CALM_SYNC, HA_STATE_FAILURE, 2, 2, INSUF);

    expect_story(b, HEAD
                 "    1.000 ms  system-3  calm.sync Failure 3..1 (STATUS_INSUFFICIENT_RESOURCES)\n"
                 "    1.000 ms  system-3  calm.sync Failure 2 (STATUS_INSUFFICIENT_RESOURCES)\n");
}

static void wide_thread_names_widen_their_column(void **state)
{
    struct bench *b = *state;

    tale_name(&b->tale, HA_NS_THREAD, 7, "a thread with a name");
    by_broken(tale_add(&b->tale, HA_FREE, 7, 1));
    by_broken(tale_add(&b->tale, HA_FREE, CALLER, 2));

    expect_story(b, HEAD
                 "    1.000 ms  a thread with a name broken gives back block 1\n"
                 "    1.000 ms  caller               broken gives back block 2\n");
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
                    "    0.000 ms                    the run ended: ?\n");
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
        CASE(calls_that_go_down_are_folded_too),
        CASE(wide_thread_names_widen_their_column),
        CASE(other_threads_do_not_disturb_the_indentation),
        CASE(the_opening_line_names_the_knobs_that_were_turned),
        CASE(the_opening_line_counts_nodes_where_there_are_several),
        CASE(a_trace_without_its_first_half_is_still_told),
        CASE(a_second_trace_starts_over),
        CASE(colours_are_few_and_end_with_their_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
