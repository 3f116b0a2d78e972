/* coverage and mishaps: what they count of the records that they take */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "edge/coverage.h"
#include "unit/tale.h"

static struct ha_record *told(struct tale *tale, enum ha_kind kind, enum ha_pnp_event event)
{
    struct ha_record *record = tale_add(tale, kind, LOADER, 1);
    record->as.pnp_cb.event = event;
    return record;
}

static void calls_are_counted_by_state_and_event(void **state)
{
    (void)state;
    struct ha_coverage coverage;
    struct ha_text text = {0};
    struct tale tale;
    tale_begin(&tale);
    tale_call(&tale, CALM_SYNC, HA_STATE_START, 4, 0);
    tale_call(&tale, CALM_SYNC, HA_STATE_COMPLETE, 4, 0)->flags |= HA_CB_EXISTING;
    tale_veto(&tale, BROKEN_SYNC, HA_STATE_START, 4, INSUF);
    told(&tale, HA_PNP_CB_CALL, HA_PNP_ARRIVAL);
    told(&tale, HA_PNP_CB_ENTER, HA_PNP_ARRIVAL);
    told(&tale, HA_PNP_CB_LEAVE, HA_PNP_NO_EVENT);
    told(&tale, HA_PNP_CB_CALL, HA_PNP_REMOVAL);
    told(&tale, HA_PNP_DEAD_CALL, HA_PNP_ARRIVAL);
    told(&tale, HA_PNP_CB_CALL, HA_PNP_EVENT_COUNT);

    ha_coverage_init(&coverage);
    tale_tell(&tale, &coverage.sink);
    ha_coverage_write(&coverage, &text);

    assert_non_null(strstr(ha_text_string(&text),
                           "\n  hot-add   Start 2\n    never   Complete, Failure\n"
                           "  existing  Complete 1\n    never   Start, Failure\n"
                           "  PnP       Arrival 2, Removal 1\n"));
    ha_text_close(&text);
    ha_coverage_close(&coverage);
}

/* Whether the report of a tale has this piece of text. */
static void reports(const struct tale *tale, const char *piece)
{
    struct ha_coverage coverage;
    struct ha_text text = {0};
    ha_coverage_init(&coverage);
    tale_tell(tale, &coverage.sink);
    ha_coverage_write(&coverage, &text);
    if (!strstr(ha_text_string(&text), piece)) {
        print_error("%s\nis missing in\n%s", piece, ha_text_string(&text));
        fail();
    }
    ha_text_close(&text);
    ha_coverage_close(&coverage);
}

static void ends_with(struct tale *tale, enum ha_kind kind, uint32_t id, int32_t status)
{
    tale_add(tale, kind, HOT_ADD, id)->as.status.status = status;
}

static void an_add_counts_by_what_stopped_it(void **state)
{
    (void)state;
    struct tale tale;
    tale_begin(&tale);
    tale_add_begin(&tale, 1, HA_NO_GROUP);
    tale_call(&tale, CALM_SYNC, HA_STATE_START, 4, 0);
    ends_with(&tale, HA_HW_START, 1, 0);
    ends_with(&tale, HA_ADD_END, 1, 0);
    tale_add_begin(&tale, 2, HA_NO_GROUP);
    tale_veto(&tale, CALM_SYNC, HA_STATE_START, 5, INSUF);
    ends_with(&tale, HA_ADD_END, 2, INSUF);
    tale_add_begin(&tale, 3, HA_NO_GROUP);
    tale_call(&tale, CALM_SYNC, HA_STATE_START, 5, 0);
    ends_with(&tale, HA_HW_START, 3, TIMED_OUT);
    ends_with(&tale, HA_ADD_END, 3, TIMED_OUT);
    tale_add_begin(&tale, 4, 3);
    tale_call(&tale, CALM_SYNC, HA_STATE_START, 0, 0)->flags |= HA_CB_EXISTING;
    ends_with(&tale, HA_ADD_END, 4, INSUF);
    tale_add(&tale, HA_MEM_ADD_END, HOT_ADD, 1)->as.pool_limits.status = TIMED_OUT;

    reports(&tale, "\n  adds      succeeded 1, vetoed 1, hardware not started 1, without room 1\n"
                   "  memory    failed 1\n    never   succeeded\n");
}

static void a_registration_is_vetoed_where_it_has_made_calls(void **state)
{
    (void)state;
    struct tale tale;
    tale_begin(&tale);
    tale_call(&tale, BROKEN_LATE, HA_STATE_START, 0, 0)->flags |= HA_CB_EXISTING;
    tale.record[tale.count - 1].as.cb.operation = BROKEN_LATE;
    tale_add(&tale, HA_REG_RETURN, LOADER, BROKEN_LATE);
    tale_add(&tale, HA_REG_RETURN, LOADER, BROKEN_LATE + 1);
    ends_with(&tale, HA_DRV_ENTRY_LEAVE, 0, INSUF);

    reports(&tale, "\n  registers succeeded 2, vetoed 1, failed 1\n"
                   "  entries   failed 1\n    never   succeeded\n");
}

static void fault(struct tale *tale, uint32_t thread, uint32_t routine)
{
    tale_add(tale, HA_FAULT, thread, 0)->as.fault.routine = routine;
}

static void a_fault_counts_for_its_routine_and_for_the_code_around_it(void **state)
{
    (void)state;
    struct tale tale;
    tale_begin(&tale);
    tale_enter(&tale, HA_CB_ENTER, HOT_ADD, CALM_SYNC, HA_STATE_FAILURE, 4);
    fault(&tale, LOADER, HA_RT_ALLOCATE_WORK);
    fault(&tale, HOT_ADD, HA_RT_ALLOCATE_POOL);
    tale_add(&tale, HA_EX_CALL_ENTER, HOT_ADD, 9);
    fault(&tale, HOT_ADD, HA_RT_ALLOCATE_POOL);
    tale_add(&tale, HA_EX_CALL_LEAVE, HOT_ADD, 9);
    tale_leave(&tale, HOT_ADD, CALM_SYNC, HA_STATE_FAILURE, 0);
    fault(&tale, HOT_ADD, HA_RT_ALLOCATE_POOL);
    tale_enter(&tale, HA_CB_ENTER, HOT_ADD, CALM_SYNC, HA_STATE_COMPLETE, 4)->flags |=
        HA_CB_EXISTING;
    fault(&tale, HOT_ADD, HA_RT_ALLOCATE_POOL);

    reports(&tale, "\n  faults    ExAllocatePool2 4, IoAllocateWorkItem 1\n"
                   "    never   KeRegisterProcessorChangeCallback, PsCreateSystemThread, ");
    reports(&tale, "\n  faults in Failure 1, existing Complete 1, elsewhere 3\n"
                   "    never   DriverEntry, AddDevice, Start, Complete, existing Start, "
                   "existing Failure, a PnP call\n");
}

static void refusals_and_endings_that_no_scenario_can_have_are_not_missed(void **state)
{
    (void)state;
    struct tale tale;
    tale_begin(&tale);
    tale_add(&tale, HA_REFUSED, LOADER, 0)->as.refused.reason = HA_REASON_IRQL;
    tale_add(&tale, HA_DEADLOCK, LOADER, 0)->as.wait.reason = HA_REASON_POLLS;
    tale_add(&tale, HA_TRACE_END, CALLER, 0)->as.end.ending = HA_END_SIGNAL;

    reports(&tale, "\n  endings   signal 1\n"
                   "    never   normally, deadlock, bugcheck, budget, crash, hang\n"
                   "  refusals  IRQL is too high 1, "
                   "it looks again and again for what does not come 1\n"
                   "    never   CallbackFunction is NULL, ");
    reports(&tale, " the driver is not loaded,");
}

static void a_knob_is_told_with_the_values_that_it_had_and_those_that_it_never_had(void **state)
{
    (void)state;
    struct tale tale;
    tale_begin(&tale);
    for (uint32_t value = 0; value < 4; value += 2) {
        tale_add(&tale, HA_KNOB, 0, HA_KNOB_DEREG_WAIT)->as.knob.value = value;
        tale_add(&tale, HA_KNOB, 0, HA_KNOB_FAILURE_ORDER)->as.knob.value = 0;
    }

    reports(&tale, "\n  knobs     dereg_wait=transaction|deferred\n    never   ");
    reports(&tale, " failure_order=reverse, ");
    reports(&tale, " dereg_wait=per_call,");
}

/* RACE-1 */
static void a_rule_with_a_need_is_told_apart_until_it_was_met(void **state)
{
    (void)state;
    struct ha_coverage coverage;
    struct ha_text text = {0};
    ha_coverage_init(&coverage);
    ha_coverage_write(&coverage, &text);
    assert_non_null(strstr(ha_text_string(&text), "coverage: 0 of "));
    assert_non_null(strstr(ha_text_string(&text), "\n  RACE-1    needs --threads free"));
    assert_null(strstr(ha_text_string(&text), "RACE-1,"));

    ha_text_clear(&text);
    ha_coverage_add_races(&coverage);
    ha_coverage_write(&coverage, &text);
    assert_non_null(strstr(ha_text_string(&text), "coverage: 1 of "));
    assert_null(strstr(ha_text_string(&text), "RACE-1"));
    ha_text_close(&text);
    ha_coverage_close(&coverage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(calls_are_counted_by_state_and_event),
        cmocka_unit_test(an_add_counts_by_what_stopped_it),
        cmocka_unit_test(a_registration_is_vetoed_where_it_has_made_calls),
        cmocka_unit_test(a_fault_counts_for_its_routine_and_for_the_code_around_it),
        cmocka_unit_test(refusals_and_endings_that_no_scenario_can_have_are_not_missed),
        cmocka_unit_test(a_knob_is_told_with_the_values_that_it_had_and_those_that_it_never_had),
        cmocka_unit_test(a_rule_with_a_need_is_told_apart_until_it_was_met),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
