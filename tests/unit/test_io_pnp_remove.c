/* io_pnp, pnp_entry: how entries go, and what comes meanwhile */
#include "unit/listener.h"

/* PNP-10, PNP-17: the reference goes when the call has left */
static void a_callback_may_remove_its_own_entry(void **state)
{
    struct bench *b = bench_of(state);
    struct listener *heard = listener_add(*state, "a",
        (struct listener){.act = listener_stop_itself});
    bench_load(b);
    bench_add_processor(b);
    assert_int_equal(heard->status, STATUS_SUCCESS);
    bench_add_processor(b);

    assert_int_equal(listener_calls(b), 1);
    assert_int_equal(bench_count(b, HA_MISUSE), 0);
    assert_int_equal(bench_count(b, HA_REF), 2);
    assert_true(ha_record_seq(bench_record(b, HA_REF, 1)) >
                ha_record_seq(bench_record(b, HA_PNP_CB_LEAVE, 0)));
    assert_int_equal(bench_record(b, HA_REF, 1)->as.ref.count, 0);
}

/* PNP-17 */
static void removal_with_ex_inside_a_replay_is_a_misuse_and_ends_the_replay(void **state)
{
    struct bench *b = bench_of(state);
    b->findings = "a PNP-17\n";
    listener_add(*state, "a",
        (struct listener){.flags = INCLUDE_EXISTING, .act = listener_stop_itself});

    bench_load(b);

    expect_records(b,
        "system-2 DRV_ENTRY_ENTER a [4]\n"
        "system-2 PNP_REG_ENTER a.pnp1 flags=1 [4]\n"
        "system-2 REF a +1: 1 [4]\n"
        "system-2 PNP_CB_ENTER a.pnp1 Arrival processor 0, which is there already [4]\n"
        "system-2 PNP_UNREG_ENTER a.pnp1 Ex [4]\n"
        "system-2 MISUSE removed from inside its own callback [4]\n"
        "system-2 PNP_UNREG_RETURN a.pnp1 0 [4]\n"
        "system-2 PNP_CB_LEAVE a.pnp1 0 [4]\n"
        "system-2 REF a -1: 0 [4]\n"
        "system-2 PNP_REG_RETURN a.pnp1 0 [4]\n"
        "system-2 DRV_ENTRY_LEAVE a 0 [4]\n");
}

/* PNP-17: the old routine may do that at any time */
static void removal_with_the_old_routine_inside_a_replay_is_fine(void **state)
{
    struct bench *b = bench_of(state);
    struct listener *heard = listener_add(*state, "a",
        (struct listener){.flags = INCLUDE_EXISTING, .act = listener_stop_itself, .old = true});

    bench_load(b);

    assert_int_equal(heard->status, STATUS_SUCCESS);
    assert_int_equal(listener_calls(b), 1);
    assert_int_equal(bench_count(b, HA_MISUSE), 0);
}

static void register_again(struct listener *listener)
{
    listener->act = NULL;
    listener->entry = NULL;
    listener_start(listener);
}

/* PNP-24 */
static void who_registers_inside_a_callback_does_not_get_that_event(void **state)
{
    struct bench *b = bench_of(state);
    listener_add(*state, "a",
        (struct listener){.act = register_again, .stays_registered = true});
    b->findings = "a DRV-7\na DRV-7\n";
    bench_load(b);

    bench_add_processor(b);
    assert_int_equal(listener_calls(b), 1);
    bench_add_processor(b);

    assert_int_equal(listener_calls(b), 3);
}

static void remove_meanwhile(struct listener *listener)
{
    listener->act = NULL;
    bench_interlude(listener->driver, listener_stop_in_thread, listener);
}

/* PNP-16, PNP-10 */
static void removal_with_ex_waits_for_the_call_of_another_thread(void **state)
{
    struct bench *b = bench_of(state);
    struct listener *heard = listener_add(*state, "a", (struct listener){.act = remove_meanwhile});
    bench_load(b);

    bench_add_processor(b);

    assert_true(ha_record_seq(bench_record(b, HA_PNP_UNREG_RETURN, 0)) >
                ha_record_seq(bench_record(b, HA_PNP_CB_LEAVE, 0)));
    assert_true(ha_record_seq(bench_record(b, HA_PNP_UNREG_ENTER, 0)) <
                ha_record_seq(bench_record(b, HA_PNP_CB_LEAVE, 0)));
    assert_true(ha_record_seq(bench_record(b, HA_REF, 1)) >
                ha_record_seq(bench_record(b, HA_PNP_UNREG_RETURN, 0)));
    assert_int_equal(bench_record(b, HA_WAIT_BEGIN, 0)->as.wait.holder,
                     listener_call(b, 0)->thread);
    assert_int_equal(heard->status, STATUS_SUCCESS);
}

/* PNP-18, PNP-10 */
static void the_old_routine_does_not_wait_for_a_call_that_runs(void **state)
{
    struct bench *b = bench_of(state);
    listener_add(*state, "a",
        (struct listener){.act = remove_meanwhile, .old = true});
    bench_load(b);

    bench_add_processor(b);

    assert_true(ha_record_seq(bench_record(b, HA_PNP_UNREG_RETURN, 0)) <
                ha_record_seq(bench_record(b, HA_PNP_CB_LEAVE, 0)));
    assert_true(ha_record_seq(bench_record(b, HA_REF, 1)) >
                ha_record_seq(bench_record(b, HA_PNP_CB_LEAVE, 0)));
}

/* PNP-17: the replay is waited for, whoever goes on in between */
static void removal_with_ex_waits_for_a_replay_of_another_thread(void **state)
{
    uint32_t asked = 10;
    (void)state;

    for (uint32_t question = 0; question < asked; question++) {
        struct ha_text token = {0};
        void *hall;
        listener_setup(&hall);
        struct bench *b = bench_of(&hall);
        bench_replay(b, &token, question, 1);
        b->findings = NULL;     /* what fails in such a run is not the matter here */
        listener_add(hall, "a",
            (struct listener){.flags = INCLUDE_EXISTING, .act = remove_meanwhile});
        bench_load(b);
        if (b->machine->kernel.world.tape.asked > asked)
            asked = b->machine->kernel.world.tape.asked;

        if (bench_count(b, HA_PNP_UNREG_RETURN)) {
            assert_int_equal(bench_count(b, HA_MISUSE), 0);
            assert_true(ha_record_seq(bench_record(b, HA_PNP_UNREG_RETURN, 0)) >
                        ha_record_seq(bench_record(b, HA_PNP_REG_RETURN, 0)));
            for (size_t n = 0; n < bench_count(b, HA_WAIT_BEGIN); n++)
                assert_int_equal(bench_record(b, HA_WAIT_BEGIN, n)->as.wait.holder,
                                 bench_record(b, HA_PNP_REG_ENTER, 0)->thread);
        }
        listener_teardown(&hall);
        ha_text_close(&token);
    }
    assert_true(asked > 10);
}

static void remove_twice(void *argument)
{
    struct listener *listener = argument;
    PVOID entry = listener->entry;
    listener_stop(listener);
    listener->entry = NULL;
    assert_int_equal(IoUnregisterPlugPlayNotification(entry), STATUS_INVALID_PARAMETER);
    assert_int_equal(IoUnregisterPlugPlayNotificationEx(NULL), STATUS_INVALID_PARAMETER);
    assert_int_equal(IoUnregisterPlugPlayNotificationEx(&entry), STATUS_INVALID_PARAMETER);
}

/* PNP-19 */
static void a_handle_that_leads_to_no_entry_is_a_misuse(void **state)
{
    struct bench *b = bench_of(state);
    struct listener *heard = listener_add(*state, "a", (struct listener){0});
    bench_forget(b);
    b->findings = "a PNP-19\na PNP-19\na PNP-19\n";

    bench_run(b, heard->driver, remove_twice, heard);

    assert_int_equal(heard->status, STATUS_SUCCESS);
    assert_int_equal(bench_count(b, HA_MISUSE), 3);
    assert_int_equal(bench_record(b, HA_MISUSE, 0)->as.misuse.misuse, HA_MISUSE_STALE_HANDLE);
    assert_int_equal(bench_record(b, HA_MISUSE, 1)->as.misuse.misuse, HA_MISUSE_NULL_HANDLE);
    assert_int_equal(bench_record(b, HA_MISUSE, 2)->as.misuse.misuse, HA_MISUSE_UNKNOWN_HANDLE);
    assert_int_equal(bench_count(b, HA_REF), 1);
}

static void remove_at_dispatch_level(struct listener *listener)
{
    KIRQL before;
    KeRaiseIrql(DISPATCH_LEVEL, &before);
    listener_stop(listener);
    KeLowerIrql(before);
    listener->entry = NULL;
}

/* PNP-6 */
static void removal_at_a_raised_irql_is_a_misuse_and_carried_out(void **state)
{
    struct bench *b = bench_of(state);
    struct listener *heard = listener_add(*state, "a",
        (struct listener){.act = remove_at_dispatch_level});
    b->findings = "a PNP-6\n";

    bench_add_processor(b);

    assert_int_equal(heard->status, STATUS_SUCCESS);
    assert_int_equal(bench_record(b, HA_MISUSE, 0)->as.misuse.misuse, HA_MISUSE_RAISED_IRQL);
    assert_int_equal(bench_record(b, HA_REF, 1)->as.ref.change, -1);
}

static void remove_in_thread_at_dispatch_level(void *listener)
{
    remove_at_dispatch_level(listener);
}

static void remove_meanwhile_at_dispatch_level(struct listener *listener)
{
    listener->act = NULL;
    bench_interlude(listener->driver, remove_in_thread_at_dispatch_level, listener);
}

/* PNP-6 */
static void removal_with_ex_does_not_wait_at_dispatch_level(void **state)
{
    struct bench *b = bench_of(state);
    listener_add(*state, "a", (struct listener){.act = remove_meanwhile_at_dispatch_level});
    bench_load(b);
    b->findings = "a PNP-6\n";

    bench_add_processor(b);

    assert_true(ha_record_seq(bench_record(b, HA_PNP_UNREG_RETURN, 0)) <
                ha_record_seq(bench_record(b, HA_PNP_CB_LEAVE, 0)));
    assert_int_equal(bench_count(b, HA_WAIT_BEGIN), 0);
    assert_int_equal(bench_count(b, HA_REFUSED), 0);
}

static void remove_other(struct listener *listener)
{
    listener_stop(listener->driver[1].extra);
}

/* PNP-24 */
static void an_entry_that_is_removed_before_its_turn_is_skipped(void **state)
{
    struct bench *b = bench_of(state);
    listener_add(*state, "a", (struct listener){.act = remove_other});
    struct listener *second = listener_add(*state, "b",
        (struct listener){.stays_registered = true});

    bench_add_processor(b);

    assert_int_equal(second->status, STATUS_SUCCESS);
    assert_int_equal(listener_calls(b), 1);
}

/* PNP-11: whose memory the newcomer gets does not matter */
static void who_stays_is_told_before_who_comes_when_others_have_gone(void **state)
{
    struct bench *b = bench_of(state);
    struct listener *first = listener_add(*state, "a", (struct listener){0});
    struct listener *second = listener_add(*state, "b", (struct listener){0});
    listener_add(*state, "c", (struct listener){0});
    bench_load(b);
    bench_unload(b, first->driver);
    bench_unload(b, second->driver);
    listener_add(*state, "d", (struct listener){0});
    bench_load(b);

    bench_add_processor(b);

    assert_int_equal(listener_calls(b), 2);
    assert_int_equal(listener_call(b, 0)->id, 3);
    assert_int_equal(listener_call(b, 1)->id, 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        LISTENER_TEST(a_callback_may_remove_its_own_entry),
        LISTENER_TEST(removal_with_ex_inside_a_replay_is_a_misuse_and_ends_the_replay),
        LISTENER_TEST(removal_with_the_old_routine_inside_a_replay_is_fine),
        LISTENER_TEST(who_registers_inside_a_callback_does_not_get_that_event),
        LISTENER_TEST(removal_with_ex_waits_for_the_call_of_another_thread),
        LISTENER_TEST(the_old_routine_does_not_wait_for_a_call_that_runs),
        LISTENER_TEST(removal_with_ex_waits_for_a_replay_of_another_thread),
        LISTENER_TEST(a_handle_that_leads_to_no_entry_is_a_misuse),
        LISTENER_TEST(removal_at_a_raised_irql_is_a_misuse_and_carried_out),
        LISTENER_TEST(removal_with_ex_does_not_wait_at_dispatch_level),
        LISTENER_TEST(an_entry_that_is_removed_before_its_turn_is_skipped),
        LISTENER_TEST(who_stays_is_told_before_who_comes_when_others_have_gone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
