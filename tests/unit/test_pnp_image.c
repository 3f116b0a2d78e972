/* PnP entries that scripted drivers make while their image goes, or has gone */
#include <poclass.h>

#include "unit/scripting.h"

#define THREAD(what, array) {.kind = HA_STEP_START_THREAD, .name = (what), .body = STEPS(array)}
#define FAIL {.kind = HA_STEP_RETURN, .nt_status = INSUF}

static const struct ha_step go[] = {SIGNAL("go")};
static const struct ha_step on[] = {SIGNAL("on")};

/* DRV-8, PNP-10: it stands and takes no reference; its turn comes, and no call */
static void an_entry_made_when_the_image_is_gone_is_dead(void **state)
{
    struct bench *b = *state;
    b->findings = "a DRV-12\na DRV-8\na DRV-8\na DRV-8\na DRV-8\na DRV-8\n";
    static const struct ha_step thread[] = {WAIT("go"), LISTEN_EXISTING};
    static const struct ha_step entry[] = {THREAD("t", thread), FAIL};
    static const struct ha_script script[] = {{.name = "a", .entry = STEPS(entry)},
                                              {.name = "b"}};
    const struct ha_event_plan event[] = {{RUN(1, go), .due_ns = 1}, {ADD, .due_ns = 2}};

    bench_play(b, script, 2, event, 2);

    expect_records(b, "system-2 DRV_ENTRY_ENTER a [4]\n"
                      "system-2 THREAD_START [4]\n"
                      "system-2 DRV_ENTRY_LEAVE a STATUS_INSUFFICIENT_RESOURCES [4]\n"
                      "system-2 IMAGE_FREED a [4]\n"
                      "system-3 WAIT_BEGIN [4]\n"
                      "system-4 DRV_ENTRY_ENTER b [4]\n"
                      "system-4 DRV_ENTRY_LEAVE b 0 [4]\n"
                      "system-3 WAIT_END [4]\n"
                      "system-3 PNP_REG_ENTER a.cpu flags=1 [4]\n"
                      "system-3 PNP_DEAD_CALL a.cpu Arrival processor 0, which is there "
                      "already [4]\n"
                      "system-3 PNP_DEAD_CALL a.cpu Arrival processor 1, which is there "
                      "already [4]\n"
                      "system-3 PNP_DEAD_CALL a.cpu Arrival processor 2, which is there "
                      "already [4]\n"
                      "system-3 PNP_DEAD_CALL a.cpu Arrival processor 3, which is there "
                      "already [4]\n"
                      "system-3 PNP_REG_RETURN a.cpu 0 [4]\n"
                      "system-3 THREAD_END [4]\n"
                      ADDED("4", "5")
                      "PnP PNP_DEAD_CALL a.cpu Arrival processor 4 [5]\n"
                      "caller UNLOAD_REQ b 0 [5]\n"
                      "system-8 UNLOAD_ENTER b [5]\n"
                      "system-8 UNLOAD_LEAVE b [5]\n"
                      "system-8 IMAGE_FREED b [5]\n"
                      "caller TRACE_END normally [5]\n");
}

/* DRV-7: a thread of the driver registers while the end of a callback is waited for */
static void an_entry_made_while_the_image_waits_for_a_callback_keeps_it(void **state)
{
    struct bench *b = *state;
    b->drivers_err = true;
    static const struct ha_step hold[] = {WAIT("on")};
    static const struct ha_step both[] = {WAIT("go"), LISTEN};
    static const struct ha_step entry[] = {REGISTER, THREAD("t", both)};
    static const struct ha_handler handler[] = {{WHEN(HA_STATE_START, hold)}};
    const struct ha_script script[] = {
        {.name = "a", .entry = STEPS(entry), .handler = handler, .handler_count = 1,
         .has_unload = true},
        {.name = "b"}};
    const struct ha_event_plan event[] = {
        {ADD, .due_ns = 1}, {UNLOAD(0), .due_ns = 2}, {RUN(1, go), .due_ns = 3},
        {RUN(1, on), .due_ns = 4}, {ADD, .due_ns = 5}};

    bench_play(b, script, 2, event, 5);

    expect_records(b, "system-2 DRV_ENTRY_ENTER a [4]\n"
                      "system-2 REG_ENTER a.sync flags=0 [4]\n"
                      "system-2 REG_LOCKED a.sync [4]\n"
                      "system-2 REG_RETURN a.sync handle [4]\n"
                      "system-2 THREAD_START [4]\n"
                      "system-2 DRV_ENTRY_LEAVE a 0 [4]\n"
                      "system-3 WAIT_BEGIN [4]\n"
                      "system-4 DRV_ENTRY_ENTER b [4]\n"
                      "system-4 DRV_ENTRY_LEAVE b 0 [4]\n"
                      "hot-add UNIT_BEGIN 1 [4]\n"
                      "hot-add ADD_BEGIN [4]\n"
                      "hot-add enters a.sync Start 4 (0.4) st=0 op=0 [4]\n"
                      "hot-add WAIT_BEGIN [4]\n"
                      "caller UNLOAD_REQ a 0 [4]\n"
                      "system-6 UNLOAD_ENTER a [4]\n"
                      "system-6 UNLOAD_LEAVE a [4]\n"
                      "system-6 WAIT_BEGIN [4]\n"
                      "system-3 WAIT_END [4]\n"
                      "system-3 PNP_REG_ENTER a.cpu flags=0 [4]\n"
                      "system-3 REF a +1: 1 [4]\n"
                      "system-3 PNP_REG_RETURN a.cpu 0 [4]\n"
                      "system-3 THREAD_END [4]\n"
                      "hot-add WAIT_END [4]\n"
                      "hot-add leaves a.sync Start op=0 [4]\n"
                      "hot-add HW_START 0 [4]\n"
                      "hot-add ACTIVE 4 [5]\n"
                      "hot-add SCHED 4 [5]\n"
                      "hot-add a.sync Complete 4 (0.4) st=0 op=0>0 [5]\n"
                      "hot-add DEVICE_STARTED 4 [5]\n"
                      "hot-add IFACE_UP 4 [5]\n"
                      "hot-add ADD_END 0 [5]\n"
                      "hot-add UNIT_END 1 [5]\n"
                      "system-6 WAIT_END [5]\n"
                      "system-6 WAIT_BEGIN [5]\n"
                      "PnP PNP_CB_CALL a.cpu Arrival processor 4 [5]\n"
                      "hot-add UNIT_BEGIN 1 [5]\n"
                      "hot-add ADD_BEGIN [5]\n"
                      "hot-add enters a.sync Start 5 (0.5) st=0 op=0 [5]\n"
                      "hot-add WAIT_BEGIN [5]\n"
                      "hot-add WAIT_END [5]\n"
                      "hot-add leaves a.sync Start op=0 [5]\n"
                      "hot-add HW_START 0 [5]\n"
                      "hot-add ACTIVE 5 [6]\n"
                      "hot-add SCHED 5 [6]\n"
                      "hot-add a.sync Complete 5 (0.5) st=0 op=0>0 [6]\n"
                      "hot-add DEVICE_STARTED 5 [6]\n"
                      "hot-add IFACE_UP 5 [6]\n"
                      "hot-add ADD_END 0 [6]\n"
                      "hot-add UNIT_END 1 [6]\n"
                      "PnP PNP_CB_CALL a.cpu Arrival processor 5 [6]\n"
                      "caller UNLOAD_REQ b 0 [6]\n"
                      "system-10 UNLOAD_ENTER b [6]\n"
                      "system-10 UNLOAD_LEAVE b [6]\n"
                      "system-10 IMAGE_FREED b [6]\n"
                      "caller TRACE_END normally [6]\n");
}

/* DRV-7: the same when the image has waited for an entry before that, which is removed now */
static void an_entry_made_when_the_last_one_has_gone_keeps_the_image(void **state)
{
    struct bench *b = *state;
    b->drivers_err = true;
    static const struct ha_step hold[] = {WAIT("on")};
    static const struct ha_step thread[] = {WAIT("go"), STOP("cpu"), WAIT("again"),
                                            LISTEN_TO("ram", GUID_DEVICE_MEMORY)};
    static const struct ha_step again[] = {SIGNAL("again")};
    static const struct ha_step entry[] = {REGISTER, LISTEN, THREAD("t", thread)};
    static const struct ha_handler handler[] = {{WHEN(HA_STATE_START, hold)}};
    const struct ha_script script[] = {
        {.name = "a", .entry = STEPS(entry), .handler = handler, .handler_count = 1,
         .has_unload = true},
        {.name = "b"}};
    const struct ha_event_plan event[] = {
        {ADD, .due_ns = 1}, {UNLOAD(0), .due_ns = 2}, {RUN(1, go), .due_ns = 3},
        {RUN(1, again), .due_ns = 4}, {RUN(1, on), .due_ns = 5}};

    bench_play(b, script, 2, event, 5);

    assert_int_equal(bench_count(b, HA_REF), 3);
    assert_int_equal(bench_record(b, HA_REF, 1)->as.ref.count, 0);
    assert_int_equal(bench_record(b, HA_REF, 2)->as.ref.count, 1);
    assert_int_equal(bench_count(b, HA_IMAGE_FREED), 1);
    assert_int_equal(bench_record(b, HA_IMAGE_FREED, 0)->driver, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BENCH_TEST(an_entry_made_when_the_image_is_gone_is_dead),
        BENCH_TEST(an_entry_made_while_the_image_waits_for_a_callback_keeps_it),
        BENCH_TEST(an_entry_made_when_the_last_one_has_gone_keeps_the_image),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
