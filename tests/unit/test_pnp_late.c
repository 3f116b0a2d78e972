/* calls that scripted drivers still get when the older routine has removed an entry */
#include <poclass.h>

#include "unit/scripting.h"

#define ON_ARRIVAL(array) {ON_NEWS("cpu", HA_STATE_ARRIVAL, array)}
#define STOP_OLD(who, what) \
    {.kind = HA_STEP_DEREGISTER, .driver = (who), .name = (what), .old_routine = true}
#define THREAD(what, array) {.kind = HA_STEP_START_THREAD, .name = (what), .body = STEPS(array)}
#define FAIL {.kind = HA_STEP_RETURN, .nt_status = INSUF}

static const struct ha_step listen[] = {LISTEN};
static const struct ha_step go[] = {SIGNAL("go")};
static const struct ha_step on[] = {SIGNAL("on")};

/* PNP-18, DRV-8 */
static void a_late_call_comes_before_the_image_of_a_failed_driver_goes(void **state)
{
    struct bench *b = *state;
    b->drivers_err = true;
    bench_turn(b, "legacy_late_call", "deliver");
    static const struct ha_step entry[] = {LISTEN, WAIT("go"), STOP_OLD(NULL, "cpu"), FAIL};
    static const struct ha_script script[] = {{.name = "a", .entry = STEPS(entry)},
                                              {.name = "b"}};
    const struct ha_event_plan event[] = {{.kind = HA_EVENT_HOLD, .due_ns = 1},
                                          {ADD, .due_ns = 2}, {RUN(1, go), .due_ns = 3}};

    bench_play(b, script, 2, event, 3);

    expect_records(b, "system-2 DRV_ENTRY_ENTER a [4]\n"
                      "system-2 PNP_REG_ENTER a.cpu flags=0 [4]\n"
                      "system-2 REF a +1: 1 [4]\n"
                      "system-2 PNP_REG_RETURN a.cpu 0 [4]\n"
                      "system-2 WAIT_BEGIN [4]\n"
                      "system-3 DRV_ENTRY_ENTER b [4]\n"
                      "system-3 DRV_ENTRY_LEAVE b 0 [4]\n"
                      "caller PNP_HOLD held [4]\n"
                      ADDED("4", "5")
                      "system-2 WAIT_END [5]\n"
                      "system-2 PNP_UNREG_ENTER a.cpu [5]\n"
                      "system-2 PNP_UNREG_RETURN a.cpu 0 [5]\n"
                      "system-2 DRV_ENTRY_LEAVE a STATUS_INSUFFICIENT_RESOURCES [5]\n"
                      "system-2 WAIT_BEGIN [5]\n"
                      "PnP PNP_CB_CALL a.cpu Arrival processor 4, though it is removed [5]\n"
                      "PnP REF a -1: 0 [5]\n"
                      "system-2 WAIT_END [5]\n"
                      "system-2 IMAGE_FREED a [5]\n"
                      "caller UNLOAD_REQ b 0 [5]\n"
                      "system-7 UNLOAD_ENTER b [5]\n"
                      "system-7 UNLOAD_LEAVE b [5]\n"
                      "system-7 IMAGE_FREED b [5]\n"
                      "caller TRACE_END normally [5]\n");
}

/* PNP-18, DRV-8 */
static void a_late_call_that_becomes_due_while_the_image_waits_for_another_call_comes_first(
    void **state)
{
    struct bench *b = *state;
    b->drivers_err = true;
    bench_turn(b, "legacy_late_call", "deliver");
    static const struct ha_step hold[] = {WAIT("on")}, hold_all[] = {WAIT("pnp")};
    static const struct ha_step release[] = {SIGNAL("pnp")};
    static const struct ha_step thread[] = {LISTEN_EXISTING};
    static const struct ha_step entry[] = {LISTEN_TO("late", GUID_DEVICE_PROCESSOR),
                                           THREAD("t", thread), WAIT("go"), FAIL};
    static const struct ha_step remove[] = {STOP_OLD("a", "late")};
    static const struct ha_handler in_a[] = {
        {ON_NEWS("cpu", HA_STATE_ARRIVAL, hold), .times = 1}};
    static const struct ha_handler in_b[] = {ON_ARRIVAL(hold_all)};
    const struct ha_script script[] = {
        {.name = "b", .entry = STEPS(listen), .handler = in_b, .handler_count = 1},
        {.name = "a", .entry = STEPS(entry), .handler = in_a, .handler_count = 1}};
    const struct ha_event_plan event[] = {
        {ADD, .due_ns = 1}, {RUN(0, go), .due_ns = 2}, {RUN(0, remove), .due_ns = 3},
        {RUN(0, on), .due_ns = 4}, {RUN(0, release), .due_ns = 5}};

    bench_play(b, script, 2, event, 5);

    expect_records(b, "system-2 DRV_ENTRY_ENTER b [4]\n"
                      "system-2 PNP_REG_ENTER b.cpu flags=0 [4]\n"
                      "system-2 REF b +1: 1 [4]\n"
                      "system-2 PNP_REG_RETURN b.cpu 0 [4]\n"
                      "system-2 DRV_ENTRY_LEAVE b 0 [4]\n"
                      "system-3 DRV_ENTRY_ENTER a [4]\n"
                      "system-3 PNP_REG_ENTER a.late flags=0 [4]\n"
                      "system-3 REF a +1: 1 [4]\n"
                      "system-3 PNP_REG_RETURN a.late 0 [4]\n"
                      "system-3 THREAD_START [4]\n"
                      "system-3 WAIT_BEGIN [4]\n"
                      "system-4 PNP_REG_ENTER a.cpu flags=1 [4]\n"
                      "system-4 REF a +1: 2 [4]\n"
                      "system-4 PNP_CB_ENTER a.cpu Arrival processor 0, which is there "
                      "already [4]\n"
                      "system-4 WAIT_BEGIN [4]\n"
                      ADDED("4", "5")
                      "PnP PNP_CB_ENTER b.cpu Arrival processor 4 [5]\n"
                      "PnP WAIT_BEGIN [5]\n"
                      "system-3 WAIT_END [5]\n"
                      "system-3 DRV_ENTRY_LEAVE a STATUS_INSUFFICIENT_RESOURCES [5]\n"
                      "system-3 WAIT_BEGIN [5]\n"
                      "system-8 PNP_UNREG_ENTER a.late [5]\n"
                      "system-8 PNP_UNREG_RETURN a.late 0 [5]\n"
                      "system-4 WAIT_END [5]\n"
                      "system-4 PNP_CB_LEAVE a.cpu 0 [5]\n"
                      "system-4 PNP_CB_CALL a.cpu Arrival processor 1, which is there already [5]\n"
                      "system-4 PNP_CB_CALL a.cpu Arrival processor 2, which is there already [5]\n"
                      "system-4 PNP_CB_CALL a.cpu Arrival processor 3, which is there already [5]\n"
                      "system-4 PNP_REG_RETURN a.cpu 0 [5]\n"
                      "system-4 THREAD_END [5]\n"
                      "system-3 WAIT_END [5]\n"
                      "system-3 WAIT_BEGIN [5]\n"
                      "PnP WAIT_END [5]\n"
                      "PnP PNP_CB_LEAVE b.cpu 0 [5]\n"
                      "PnP PNP_CB_CALL a.cpu Arrival processor 4 [5]\n"
                      "PnP PNP_CB_CALL a.late Arrival processor 4, though it is removed [5]\n"
                      "PnP REF a -1: 1 [5]\n"
                      "system-3 WAIT_END [5]\n"
                      "system-3 REF a -1: 0 [5]\n"
                      "system-3 IMAGE_FREED a [5]\n"
                      "caller UNLOAD_REQ b 0 [5]\n"
                      "system-11 UNLOAD_ENTER b [5]\n"
                      "system-11 PNP_UNREG_ENTER b.cpu Ex [5]\n"
                      "system-11 PNP_UNREG_RETURN b.cpu 0 [5]\n"
                      "system-11 REF b -1: 0 [5]\n"
                      "system-11 UNLOAD_LEAVE b [5]\n"
                      "system-11 IMAGE_FREED b [5]\n"
                      "caller TRACE_END normally [5]\n");
}

/* PNP-18, DRV-8: nothing of an image that is gone becomes due by a removal */
static void a_dead_entry_that_is_removed_the_old_way_gets_no_late_call(void **state)
{
    struct bench *b = *state;
    b->findings = "b DRV-4\n";
    bench_turn(b, "legacy_late_call", "deliver");
    static const struct ha_step fail[] = {LISTEN, FAIL};
    static const struct ha_step remove[] = {STOP_OLD("b", "cpu")};
    static const struct ha_handler handler[] = {ON_ARRIVAL(remove)};
    const struct ha_script script[] = {
        {.name = "a", .entry = STEPS(listen), .handler = handler, .handler_count = 1},
        {.name = "b", .entry = STEPS(fail)}};
    const struct ha_event_plan event[] = {{ADD, .due_ns = 1}};

    bench_play(b, script, 2, event, 1);

    expect_middle(b, ADDED("4", "5")
                     "PnP PNP_CB_ENTER a.cpu Arrival processor 4 [5]\n"
                     "PnP PNP_UNREG_ENTER b.cpu [5]\n"
                     "PnP PNP_UNREG_RETURN b.cpu 0 [5]\n"
                     "PnP PNP_CB_LEAVE a.cpu 0 [5]\n");
}

/* PNP-11, PNP-18 */
static void late_calls_come_in_the_order_of_the_removals(void **state)
{
    struct bench *b = *state;
    bench_turn(b, "legacy_late_call", "deliver");
    static const struct ha_step entry[] = {LISTEN, LISTEN_TO("one", GUID_DEVICE_PROCESSOR),
                                           LISTEN_TO("two", GUID_DEVICE_PROCESSOR),
                                           LISTEN_TO("three", GUID_DEVICE_PROCESSOR)};
    static const struct ha_step remove[] = {STOP_OLD(NULL, "one"), STOP_OLD(NULL, "two"),
                                            STOP_OLD(NULL, "three")};
    static const struct ha_handler handler[] = {ON_ARRIVAL(remove)};
    const struct ha_script script[] = {
        {.name = "a", .entry = STEPS(entry), .handler = handler, .handler_count = 1}};
    const struct ha_event_plan event[] = {{ADD, .due_ns = 1}};

    bench_play(b, script, 1, event, 1);

    expect_middle(b, ADDED("4", "5")
                     "PnP PNP_CB_ENTER a.cpu Arrival processor 4 [5]\n"
                     "PnP PNP_UNREG_ENTER a.one [5]\n"
                     "PnP PNP_UNREG_RETURN a.one 0 [5]\n"
                     "PnP PNP_UNREG_ENTER a.two [5]\n"
                     "PnP PNP_UNREG_RETURN a.two 0 [5]\n"
                     "PnP PNP_UNREG_ENTER a.three [5]\n"
                     "PnP PNP_UNREG_RETURN a.three 0 [5]\n"
                     "PnP PNP_CB_LEAVE a.cpu 0 [5]\n"
                     "PnP PNP_CB_CALL a.one Arrival processor 4, though it is removed [5]\n"
                     "PnP REF a -1: 3 [5]\n"
                     "PnP PNP_CB_CALL a.two Arrival processor 4, though it is removed [5]\n"
                     "PnP REF a -1: 2 [5]\n"
                     "PnP PNP_CB_CALL a.three Arrival processor 4, though it is removed [5]\n"
                     "PnP REF a -1: 1 [5]\n");
}

/* PNP-18: and not of what it was told last */
static void a_late_call_tells_of_what_was_queued(void **state)
{
    struct bench *b = *state;
    bench_turn(b, "legacy_late_call", "deliver");
    static const struct ha_step remove[] = {STOP_OLD(NULL, "cpu")};
    const struct ha_script script[] = {{.name = "a", .entry = STEPS(listen)}};
    const struct ha_event_plan event[] = {
        {ADD, .due_ns = 1}, {.kind = HA_EVENT_HOLD, .due_ns = 2}, {ADD, .due_ns = 3},
        {RUN(0, remove), .due_ns = 4}};

    bench_play(b, script, 1, event, 4);

    expect_middle(b, ADDED("4", "5")
                     "PnP PNP_CB_CALL a.cpu Arrival processor 4 [5]\n"
                     "caller PNP_HOLD held [5]\n"
                     ADDED("5", "6")
                     "system-5 PNP_UNREG_ENTER a.cpu [6]\n"
                     "system-5 PNP_UNREG_RETURN a.cpu 0 [6]\n"
                     "PnP PNP_CB_CALL a.cpu Arrival processor 5, though it is removed [6]\n"
                     "PnP REF a -1: 0 [6]\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BENCH_TEST(a_late_call_comes_before_the_image_of_a_failed_driver_goes),
        BENCH_TEST(a_late_call_that_becomes_due_while_the_image_waits_for_another_call_comes_first),
        BENCH_TEST(a_dead_entry_that_is_removed_the_old_way_gets_no_late_call),
        BENCH_TEST(late_calls_come_in_the_order_of_the_removals),
        BENCH_TEST(a_late_call_tells_of_what_was_queued),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
