/* unloads of scripted drivers that have PnP entries, or forget them */
#include <poclass.h>

#include "unit/scripting.h"

#define ON_ARRIVAL(array) {ON_NEWS("cpu", HA_STATE_ARRIVAL, array)}
#define ONE(who, from, handlers) \
    {.name = (who), .entry = STEPS(from), .handler = (handlers), .handler_count = COUNT(handlers)}

static const struct ha_step listen[] = {LISTEN};

/* Worked trace 4.10: DRV-1, DEREG-1, PNP-10, PNP-16; the newest goes first */
static void the_default_unload_removes_what_was_registered(void **state)
{
    struct bench *b = *state;
    static const struct ha_step entry[] = {REGISTER, LISTEN, LISTEN_TO("ram", GUID_DEVICE_MEMORY)};
    const struct ha_script script[] = {{.name = "a", .entry = STEPS(entry)}};

    bench_play(b, script, 1, NULL, 0);

    expect_records(b, "system-2 DRV_ENTRY_ENTER a [4]\n"
                      "system-2 REG_ENTER a.sync flags=0 [4]\n"
                      "system-2 REG_LOCKED a.sync [4]\n"
                      "system-2 REG_RETURN a.sync handle [4]\n"
                      "system-2 PNP_REG_ENTER a.cpu flags=0 [4]\n"
                      "system-2 REF a +1: 1 [4]\n"
                      "system-2 PNP_REG_RETURN a.cpu 0 [4]\n"
                      "system-2 PNP_REG_ENTER a.ram flags=0 [4]\n"
                      "system-2 REF a +1: 2 [4]\n"
                      "system-2 PNP_REG_RETURN a.ram 0 [4]\n"
                      "system-2 DRV_ENTRY_LEAVE a 0 [4]\n"
                      "caller UNLOAD_REQ a 0 [4]\n"
                      "system-3 UNLOAD_ENTER a [4]\n"
                      "system-3 PNP_UNREG_ENTER a.ram Ex [4]\n"
                      "system-3 PNP_UNREG_RETURN a.ram 0 [4]\n"
                      "system-3 REF a -1: 1 [4]\n"
                      "system-3 PNP_UNREG_ENTER a.cpu Ex [4]\n"
                      "system-3 PNP_UNREG_RETURN a.cpu 0 [4]\n"
                      "system-3 REF a -1: 0 [4]\n"
                      "system-3 DEREG_ENTER a.sync [4]\n"
                      "system-3 DEREG_LOCKED a.sync [4]\n"
                      "system-3 DEREG_RETURN a.sync [4]\n"
                      "system-3 UNLOAD_LEAVE a [4]\n"
                      "system-3 IMAGE_FREED a [4]\n"
                      "caller TRACE_END normally [4]\n");
}

/* DRV-7: what the unload forgets keeps the image */
static void an_unload_that_forgets_an_entry_keeps_the_image(void **state)
{
    struct bench *b = *state;
    static const struct ha_script script[] = {
        {.name = "a", .entry = STEPS(listen), .has_unload = true}};
    const struct ha_event_plan event[] = {{UNLOAD(0), .due_ns = 1}, {ADD, .due_ns = 2}};
    b->drivers_err = true;

    bench_play(b, script, 1, event, 2);

    expect_records(b, "system-2 DRV_ENTRY_ENTER a [4]\n"
                      "system-2 PNP_REG_ENTER a.cpu flags=0 [4]\n"
                      "system-2 REF a +1: 1 [4]\n"
                      "system-2 PNP_REG_RETURN a.cpu 0 [4]\n"
                      "system-2 DRV_ENTRY_LEAVE a 0 [4]\n"
                      "caller UNLOAD_REQ a 0 [4]\n"
                      "system-3 UNLOAD_ENTER a [4]\n"
                      "system-3 UNLOAD_LEAVE a [4]\n"
                      "system-3 WAIT_BEGIN [4]\n"
                      ADDED("4", "5")
                      "PnP PNP_CB_CALL a.cpu Arrival processor 4 [5]\n"
                      "caller TRACE_END normally [5]\n");
}

/* PNP-10, PNP-16, DRV-7: the unload begins while the callback runs, and waits for it */
static void an_unload_with_a_call_in_flight_waits_for_its_end(void **state)
{
    struct bench *b = *state;
    b->findings = "a PNP-14\n";
    static const struct ha_step hold[] = {WAIT("go")};
    static const struct ha_step go[] = {SIGNAL("go")};
    static const struct ha_handler handler[] = {ON_ARRIVAL(hold)};
    static const struct ha_script script[] = {ONE("a", listen, handler)};
    const struct ha_event_plan event[] = {
        {ADD, .due_ns = 1}, {UNLOAD(0), .due_ns = 2}, {RUN(0, go), .due_ns = 3}};

    bench_play(b, script, 1, event, 3);

    expect_records(b, "system-2 DRV_ENTRY_ENTER a [4]\n"
                      "system-2 PNP_REG_ENTER a.cpu flags=0 [4]\n"
                      "system-2 REF a +1: 1 [4]\n"
                      "system-2 PNP_REG_RETURN a.cpu 0 [4]\n"
                      "system-2 DRV_ENTRY_LEAVE a 0 [4]\n"
                      ADDED("4", "5")
                      "PnP PNP_CB_ENTER a.cpu Arrival processor 4 [5]\n"
                      "PnP WAIT_BEGIN [5]\n"
                      "caller UNLOAD_REQ a 0 [5]\n"
                      "system-5 UNLOAD_ENTER a [5]\n"
                      "system-5 PNP_UNREG_ENTER a.cpu Ex [5]\n"
                      "system-5 WAIT_BEGIN [5]\n"
                      "PnP WAIT_END [5]\n"
                      "PnP PNP_CB_LEAVE a.cpu 0 [5]\n"
                      "system-5 WAIT_END [5]\n"
                      "system-5 PNP_UNREG_RETURN a.cpu 0 [5]\n"
                      "system-5 REF a -1: 0 [5]\n"
                      "system-5 UNLOAD_LEAVE a [5]\n"
                      "system-5 IMAGE_FREED a [5]\n"
                      "caller TRACE_END normally [5]\n");
}

/* PNP-10, PNP-24: what is held for an entry that goes is dropped */
static void an_unload_with_an_arrival_held_drops_it(void **state)
{
    struct bench *b = *state;
    static const struct ha_script script[] = {{.name = "a", .entry = STEPS(listen)},
                                              {.name = "c", .entry = STEPS(listen)}};
    const struct ha_event_plan event[] = {
        {.kind = HA_EVENT_HOLD, .due_ns = 1}, {ADD, .due_ns = 2}, {UNLOAD(0), .due_ns = 3},
        {.kind = HA_EVENT_RELEASE, .due_ns = 4}};

    bench_play(b, script, 2, event, 4);

    assert_int_equal(bench_count(b, HA_PNP_CB_CALL), 1);
    assert_int_equal(bench_record(b, HA_PNP_CB_CALL, 0)->driver, 2);
    assert_true(ha_record_seq(bench_record(b, HA_PNP_CB_CALL, 0)) >
                ha_record_seq(bench_record(b, HA_IMAGE_FREED, 0)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BENCH_TEST(the_default_unload_removes_what_was_registered),
        BENCH_TEST(an_unload_that_forgets_an_entry_keeps_the_image),
        BENCH_TEST(an_unload_with_a_call_in_flight_waits_for_its_end),
        BENCH_TEST(an_unload_with_an_arrival_held_drops_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
