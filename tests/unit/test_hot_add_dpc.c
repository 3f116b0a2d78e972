/* hot_add, dpc: DPCs for the processor that is coming, and callbacks that wait for DPCs */
#include "unit/chorus.h"

static VOID NTAPI set_event(PKDPC Dpc, PVOID DeferredContext, PVOID SystemArgument1,
                            PVOID SystemArgument2)
{
    struct chorus *c = DeferredContext;
    chorus_dpc(Dpc, c, SystemArgument1, SystemArgument2);
    KeSetEvent(&c->event[0], IO_NO_INCREMENT, FALSE);
}

static void set_up(struct chorus *c, driver_act *act)
{
    c->driver->act = act;
    c->driver->extra = c;
    bench_load(c->b);
    KeInitializeEvent(&c->event[0], SynchronizationEvent, FALSE);
    chorus_make_dpcs(c, set_event);
    bench_forget(c->b);
}

static void wait_in_complete_for_one_there(struct driver *driver,
                                           PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT change,
                                           PNTSTATUS operation_status)
{
    struct chorus *c = driver->extra;
    (void)operation_status;
    if (change->State != KeProcessorAddCompleteNotify)
        return;
    KeSetTargetProcessorDpcEx(&c->dpc[0], &change->ProcNumber);
    chorus_insert(c, 0);
    chorus_wait(c, &c->event[0], FOREVER);
}

/* HOT-14 */
static void complete_may_wait_for_a_dpc_on_the_new_processor(void **state)
{
    struct chorus *c = *state;
    set_up(c, wait_in_complete_for_one_there);

    bench_add_processor(c->b);

    expect_records(c->b, "hot-add UNIT_BEGIN 1 [4]\n"
                         "hot-add ADD_BEGIN [4]\n"
                         "hot-add a.ke1 Start 4 (0.4) st=0 op=0>0 [4]\n"
                         "hot-add HW_START 0 [4]\n"
                         "hot-add ACTIVE 4 [5]\n"
                         "hot-add SCHED 4 [5]\n"
                         "hot-add enters a.ke1 Complete 4 (0.4) st=0 op=0 [5]\n"
                         "hot-add DPC_TARGET 1 to 4 [5]\n"
                         "hot-add DPC_INSERT 1 to 4 [5]\n"
                         "hot-add WAIT_BEGIN [5]\n"
                         "DPC-4 DPC_RUN_ENTER 1 to 4 [5]\n"
                         "DPC-4 DPC_RUN_LEAVE 1 to 4 [5]\n"
                         "hot-add WAIT_END [5]\n"
                         "hot-add leaves a.ke1 Complete op=0 [5]\n"
                         "hot-add DEVICE_STARTED 4 [5]\n"
                         "hot-add IFACE_UP 4 [5]\n"
                         "hot-add ADD_END 0 [5]\n"
                         "hot-add UNIT_END 1 [5]\n");
    assert_int_equal(bench_record(c->b, HA_DPC_RUN_ENTER, 0)->processor, 4);
    chorus_expect(c, "in d0:4/2 STATUS_SUCCESS ");
}

static void wait_in_start_for_all(struct driver *driver,
                                  PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT change,
                                  PNTSTATUS operation_status)
{
    struct chorus *c = driver->extra;
    (void)operation_status;
    if (change->State != KeProcessorAddStartNotify)
        return;
    for (int i = 0; i < 4; i++) {
        chorus_aim(c, i, 0, (UCHAR)i);
        KeInsertQueueDpc(&c->dpc[i], NULL, NULL);
    }
    KeFlushQueuedDpcs();
    chorus_say(c, "flushed");
}

/* HOT-14 */
static void start_may_wait_for_dpcs_on_all_others(void **state)
{
    struct chorus *c = *state;
    set_up(c, wait_in_start_for_all);

    bench_add_processor(c->b);

    /* The hot-add thread is on 2. */
    chorus_expect(c, "d2:2/2 d0:0/2 d1:1/2 d3:3/2 flushed ");
    expect_calls(c->b, "a.ke1 Start 4\na.ke1 Complete 4\n");
    assert_int_equal(bench_active_count(c->b), 5);
    for (size_t i = 0; i < 4; i++) {
        assert_true(ha_record_seq(bench_record(c->b, HA_DPC_RUN_LEAVE, i)) <
                    ha_record_seq(bench_record(c->b, HA_CB_LEAVE, 0)));
    }
}

static void queue_too_early(struct driver *driver, PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT change,
                            PNTSTATUS operation_status)
{
    struct chorus *c = driver->extra;
    (void)operation_status;
    if (change->State != KeProcessorAddStartNotify)
        return;
    KeSetTargetProcessorDpcEx(&c->dpc[0], &change->ProcNumber);
    chorus_insert(c, 0);
    chorus_insert(c, 0);
    KeFlushQueuedDpcs();
    chorus_say(c, "flushed");
}

/* QRY-15, QRY-23 */
static void one_for_the_incoming_processor_waits_until_threads_may_run_there(void **state)
{
    struct chorus *c = *state;
    set_up(c, queue_too_early);
    c->b->findings = "a QRY-15\n";

    bench_add_processor(c->b);

    expect_records(c->b, "hot-add UNIT_BEGIN 1 [4]\n"
                         "hot-add ADD_BEGIN [4]\n"
                         "hot-add enters a.ke1 Start 4 (0.4) st=0 op=0 [4]\n"
                         "hot-add DPC_TARGET 1 to 4 [4]\n"
                         "hot-add DPC_INSERT 1 to 4 waits [4]\n"
                         "hot-add DPC_INSERT 1 to 4 again [4]\n"
                         "hot-add leaves a.ke1 Start op=0 [4]\n"
                         "hot-add HW_START 0 [4]\n"
                         "hot-add ACTIVE 4 [5]\n"
                         "hot-add SCHED 4 [5]\n"
                         "hot-add a.ke1 Complete 4 (0.4) st=0 op=0>0 [5]\n"
                         "hot-add DEVICE_STARTED 4 [5]\n"
                         "hot-add IFACE_UP 4 [5]\n"
                         "hot-add ADD_END 0 [5]\n"
                         "hot-add UNIT_END 1 [5]\n"
                         "DPC-4 DPC_RUN_ENTER 1 to 4 [5]\n"
                         "DPC-4 DPC_RUN_LEAVE 1 to 4 [5]\n");
    assert_int_equal(bench_record(c->b, HA_DPC_INSERT, 0)->as.dpc.number, 4);
    chorus_expect(c, "in again flushed d0:4/2 ");
}

/* QRY-23 */
static void it_is_dropped_when_the_add_fails_and_may_be_queued_again(void **state)
{
    struct chorus *c = *state;
    set_up(c, queue_too_early);
    c->b->findings = "a QRY-15\na QRY-15\n";

    bench_add(c->b, (struct ha_add_options){HA_ANYWHERE, .hardware_start = STATUS_IO_TIMEOUT});

    expect_records(c->b, "hot-add UNIT_BEGIN 1 [4]\n"
                         "hot-add ADD_BEGIN [4]\n"
                         "hot-add enters a.ke1 Start 4 (0.4) st=0 op=0 [4]\n"
                         "hot-add DPC_TARGET 1 to 4 [4]\n"
                         "hot-add DPC_INSERT 1 to 4 waits [4]\n"
                         "hot-add DPC_INSERT 1 to 4 again [4]\n"
                         "hot-add leaves a.ke1 Start op=0 [4]\n"
                         "hot-add HW_START STATUS_IO_TIMEOUT [4]\n"
                         "hot-add a.ke1 Failure 4 (0.4) st=STATUS_IO_TIMEOUT op=0>0 [4]\n"
                         "hot-add DPC_DROP 1 to 4 [4]\n"
                         "hot-add ADD_END STATUS_IO_TIMEOUT [4]\n"
                         "hot-add UNIT_END 0 [4]\n");
    assert_int_equal(bench_record(c->b, HA_DPC_DROP, 0)->as.dpc.number, 4);
    bench_add_processor(c->b);
    chorus_expect(c, "in again flushed in again flushed d0:4/2 ");
}

/* QRY-23: a veto is a failed add as well */
static void it_is_dropped_when_a_driver_refuses_the_processor(void **state)
{
    struct chorus *c = *state;
    c->driver->answer[KeProcessorAddStartNotify] = INSUF;
    set_up(c, queue_too_early);
    c->b->findings = "a QRY-15\n";

    bench_add_processor(c->b);

    chorus_expect(c, "in again flushed ");
    assert_int_equal(bench_count(c->b, HA_DPC_DROP), 1);
    assert_int_equal(bench_count(c->b, HA_DPC_RUN_ENTER), 0);
}

static void aim_in_start_queue_in_complete(struct driver *driver,
                                           PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT change,
                                           PNTSTATUS operation_status)
{
    struct chorus *c = driver->extra;
    (void)operation_status;
    if (change->State == KeProcessorAddStartNotify)
        KeSetTargetProcessorDpcEx(&c->dpc[0], &change->ProcNumber);
    else
        chorus_insert(c, 0);
}

/* QRY-15 */
static void a_target_that_is_set_in_start_is_good_in_complete(void **state)
{
    struct chorus *c = *state;
    set_up(c, aim_in_start_queue_in_complete);

    bench_add_processor(c->b);

    chorus_expect(c, "in d0:4/2 ");
    assert_int_equal(bench_record(c->b, HA_DPC_TARGET, 0)->active, 4);
    assert_int_equal(bench_record(c->b, HA_DPC_INSERT, 0)->flags, 0);
}

/* QRY-10, QRY-15 */
static void no_target_can_be_set_in_start_when_the_conversions_do_not_know_it(void **state)
{
    struct chorus *c = *state;
    bench_turn(c->b, "number_map_at_start", "invalid");
    set_up(c, aim_in_start_queue_in_complete);

    bench_add_processor(c->b);

    assert_int_equal(bench_record(c->b, HA_DPC_TARGET, 0)->as.dpc.status,
                     STATUS_INVALID_PARAMETER);
    assert_int_equal(bench_record(c->b, HA_DPC_INSERT, 0)->as.dpc.target,
                     bench_record(c->b, HA_DPC_INSERT, 0)->processor);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CHORUS_TEST(complete_may_wait_for_a_dpc_on_the_new_processor),
        CHORUS_TEST(start_may_wait_for_dpcs_on_all_others),
        CHORUS_TEST(one_for_the_incoming_processor_waits_until_threads_may_run_there),
        CHORUS_TEST(it_is_dropped_when_the_add_fails_and_may_be_queued_again),
        CHORUS_TEST(it_is_dropped_when_a_driver_refuses_the_processor),
        CHORUS_TEST(a_target_that_is_set_in_start_is_good_in_complete),
        CHORUS_TEST(no_target_can_be_set_in_start_when_the_conversions_do_not_know_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
