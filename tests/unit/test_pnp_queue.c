/* pnp_queue: events that are held, and events that are raised while others are told */
#include "unit/listener.h"

#include <poclass.h>

#include "nt/interface.h"
#include "nt/pnp_queue.h"

#define POISON 0xdddd

static void hold(struct bench *b)
{
    bench_load(b);
    assert_int_equal(ha_machine_hold_arrivals(b->machine), HA_OK);
    bench_forget(b);
}

static void release(struct bench *b)
{
    assert_int_equal(ha_machine_release_arrivals(b->machine), HA_OK);
}

static void wait_a_turn(struct listener *listener)
{
    (void)listener;
    bench_yield();
}

/* ORD-7, ORD-8, PNP-11: and in the order in which they were raised */
static void held_arrivals_come_after_two_adds_in_their_order(void **state)
{
    struct bench *b = bench_of(state);
    listener_add(*state, "a", (struct listener){0});
    listener_add(*state, "b", (struct listener){0});
    hold(b);
    bench_add_processor(b);
    bench_add_processor(b);
    assert_int_equal(listener_calls(b), 0);
    bench_forget(b);

    release(b);

    expect_records(b, "caller PNP_HOLD released [6]\n"
                      "PnP PNP_CB_CALL a.pnp1 Arrival processor 4 [6]\n"
                      "PnP PNP_CB_CALL b.pnp1 Arrival processor 4 [6]\n"
                      "PnP PNP_CB_CALL a.pnp1 Arrival processor 5 [6]\n"
                      "PnP PNP_CB_CALL b.pnp1 Arrival processor 5 [6]\n");
}

static void what_is_raised_after_the_release_is_not_held(void **state)
{
    struct bench *b = bench_of(state);
    listener_add(*state, "a", (struct listener){0});
    hold(b);
    release(b);

    bench_add_processor(b);

    assert_int_equal(listener_calls(b), 1);
}

/* ORD-7: the drain comes before drivers are unloaded. */
static void held_arrivals_come_when_the_run_drains(void **state)
{
    struct bench *b = bench_of(state);
    listener_add(*state, "a", (struct listener){0});
    hold(b);
    bench_add_processor(b);

    bench_finish(b);

    assert_int_equal(listener_calls(b), 1);
    assert_true(ha_record_seq(listener_call(b, 0)) <
                ha_record_seq(bench_record(b, HA_UNLOAD_REQ, 0)));
}

/* The end of an add does not end what the scenario holds. */
static void adversarial_holds_what_the_scenario_holds_until_it_is_released(void **state)
{
    struct bench *b = bench_of(state);
    b->options.profile = ha_profile_preset(HA_PRESET_ADVERSARIAL);
    listener_add(*state, "a", (struct listener){0});
    hold(b);
    for (int i = 0; i < 3; i++)
        bench_add_processor(b);
    assert_int_equal(listener_calls(b), 0);

    release(b);

    assert_int_equal(listener_calls(b), 3);
}

static void remove_a_processor_by_hand(struct listener *listener)
{
    struct bench *b = listener->driver->bench;
    listener->act = NULL;
    ha_interface_down(&b->machine->kernel, HA_UNIT_PROCESSOR, 0);
}

/* PNP-8: nobody waits for events that unloading raises unless they go at once. */
static void what_is_raised_while_the_run_drains_is_told(void **state)
{
    struct bench *b = bench_of(state);
    b->options.profile = ha_profile_preset(HA_PRESET_ADVERSARIAL);
    listener_add(*state, "a", (struct listener){.act = remove_a_processor_by_hand});
    bench_add_processor(b);

    bench_finish(b);

    assert_int_equal(listener_calls(b), 2);
    assert_int_equal(listener_call(b, 1)->as.pnp_cb.event, HA_PNP_REMOVAL);
}

static void hold_and_remove_by_hand(struct listener *listener)
{
    ha_pnp_hold(&listener->driver->bench->machine->kernel, true);
    remove_a_processor_by_hand(listener);
}

/* ORD-7 */
static void nothing_is_held_while_the_run_drains(void **state)
{
    struct bench *b = bench_of(state);
    listener_add(*state, "a", (struct listener){.act = hold_and_remove_by_hand});
    hold(b);
    bench_add_processor(b);

    bench_finish(b);

    assert_int_equal(listener_calls(b), 2);
    assert_int_equal(listener_call(b, 1)->as.pnp_cb.event, HA_PNP_REMOVAL);
}

/* PNP-18: a late call is owed by the removal, not by the event. */
static void a_late_call_is_not_held(void **state)
{
    struct bench *b = bench_of(state);
    bench_turn(b, "legacy_late_call", "deliver");
    struct listener *heard = listener_add(*state, "a", (struct listener){.old = true});
    hold(b);
    bench_add_processor(b);
    assert_int_equal(listener_calls(b), 0);

    bench_run(b, heard->driver, listener_stop_in_thread, heard);

    assert_int_equal(listener_calls(b), 1);
    assert_true(listener_call(b, 0)->as.pnp_cb.late);
}

/* PNP-24: the entry is gone before its turn, and the other one has its own. */
static void an_unload_with_a_held_arrival_is_not_told_of_it(void **state)
{
    struct bench *b = bench_of(state);
    struct listener *leaves = listener_add(*state, "a", (struct listener){0});
    listener_add(*state, "b", (struct listener){0});
    hold(b);
    bench_add_processor(b);
    bench_unload(b, leaves->driver);
    assert_int_equal(bench_count(b, HA_IMAGE_FREED), 1);
    bench_forget(b);

    release(b);

    expect_records(b, "caller PNP_HOLD released [5]\n"
                      "PnP PNP_CB_CALL b.pnp1 Arrival processor 4 [5]\n");
}

static void remove_in_thread(void *listener)
{
    remove_a_processor_by_hand(listener);
}

static void let_a_thread_remove(struct listener *listener)
{
    if (!listener->act)
        return;
    bench_interlude(listener->driver, remove_in_thread, listener);
    bench_yield();
}

/* PNP-11, PNP-12: the event of another thread is told when this one has been told to all. */
static void what_is_raised_while_a_callback_runs_is_told_after_it(void **state)
{
    struct bench *b = bench_of(state);
    listener_add(*state, "a", (struct listener){.act = let_a_thread_remove});
    listener_add(*state, "b", (struct listener){.act = wait_a_turn});
    bench_load(b);

    bench_add_processor(b);

    static const struct { uint32_t entry, event; } calls[] = {
        {1, HA_PNP_ARRIVAL}, {2, HA_PNP_ARRIVAL}, {1, HA_PNP_REMOVAL}, {2, HA_PNP_REMOVAL}};
    assert_int_equal(listener_calls(b), 4);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(listener_call(b, i)->id, calls[i].entry);
        assert_int_equal(listener_call(b, i)->as.pnp_cb.event, calls[i].event);
        assert_int_equal(listener_call(b, i)->thread, listener_call(b, 0)->thread);
    }
}

static void keep_link(struct listener *listener)
{
    PUNICODE_STRING link = listener->told.SymbolicLinkName;
    listener->link_text = link->Buffer;
    listener->behind_link = link->Buffer[link->MaximumLength / sizeof(WCHAR)];
}

/* PNP-15 */
static void a_link_is_poison_when_all_events_are_told(void **state)
{
    struct bench *b = bench_of(state);
    struct listener *heard = listener_add(*state, "a", (struct listener){.act = keep_link});

    bench_add_processor(b);

    for (size_t i = 0; i < sizeof u"\\??\\ACPI#" / sizeof(WCHAR); i++)
        assert_int_equal(heard->link_text[i], POISON);
}

/* PNP-15: the link of memory is the shorter one */
static void nothing_is_left_of_a_link_behind_that_of_the_next_event(void **state)
{
    const struct ha_memory_add_options range = {.base = UINT64_C(1) << 40, .size = 1 << 30};
    struct bench *b = bench_of(state);
    struct listener *p = listener_add(*state, "p", (struct listener){.act = keep_link});
    struct listener *m = listener_add(*state, "m", (struct listener){
        .act = keep_link, .class_guid = &GUID_DEVICE_MEMORY});
    hold(b);
    bench_add_processor(b);
    assert_int_equal(ha_machine_add_memory(b->machine, 0, &range), HA_OK);
    assert_int_equal(ha_machine_run(b->machine), HA_OK);

    release(b);

    assert_ptr_equal(m->link_text, p->link_text);
    assert_int_equal(m->behind_link, POISON);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        LISTENER_TEST(held_arrivals_come_after_two_adds_in_their_order),
        LISTENER_TEST(what_is_raised_after_the_release_is_not_held),
        LISTENER_TEST(held_arrivals_come_when_the_run_drains),
        LISTENER_TEST(adversarial_holds_what_the_scenario_holds_until_it_is_released),
        LISTENER_TEST(what_is_raised_while_the_run_drains_is_told),
        LISTENER_TEST(nothing_is_held_while_the_run_drains),
        LISTENER_TEST(a_late_call_is_not_held),
        LISTENER_TEST(an_unload_with_a_held_arrival_is_not_told_of_it),
        LISTENER_TEST(what_is_raised_while_a_callback_runs_is_told_after_it),
        LISTENER_TEST(a_link_is_poison_when_all_events_are_told),
        LISTENER_TEST(nothing_is_left_of_a_link_behind_that_of_the_next_event),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
