/* PnP entries of scripted drivers that are removed, and made, while there are calls of them */
#include <poclass.h>

#include "unit/scripting.h"

#define ON_ARRIVAL(array) {ON_NEWS("cpu", HA_STATE_ARRIVAL, array)}
#define ONE(who, from, handlers) \
    {.name = (who), .entry = STEPS(from), .handler = (handlers), .handler_count = COUNT(handlers)}
#define WORK(array) {.kind = HA_STEP_QUEUE_WORK, .name = "w", .body = STEPS(array)}
#define THREAD(array) {.kind = HA_STEP_START_THREAD, .name = "t", .body = STEPS(array)}
#define JOIN {.kind = HA_STEP_JOIN, .name = "t"}

static const struct ha_step listen[] = {LISTEN};
static const struct ha_step listen_to_all[] = {LISTEN_EXISTING};
static const struct ha_step stop[] = {STOP("cpu")};
static const struct ha_step stop_old[] = {
    {.kind = HA_STEP_DEREGISTER, .name = "cpu", .old_routine = true}};
static const struct ha_event_plan two_adds[] = {{ADD}, {ADD}};

/* PNP-16, PNP-17: a live call removes its own entry and is not waited for */
static void an_entry_removes_itself_inside_a_live_call(void **state)
{
    struct bench *b = *state;
    static const struct ha_handler handler[] = {ON_ARRIVAL(stop)};
    static const struct ha_script script[] = {ONE("a", listen, handler)};

    bench_play(b, script, 1, two_adds, 2);

    expect_records(b, "system-2 DRV_ENTRY_ENTER a [4]\n"
                      "system-2 PNP_REG_ENTER a.cpu flags=0 [4]\n"
                      "system-2 REF a +1: 1 [4]\n"
                      "system-2 PNP_REG_RETURN a.cpu 0 [4]\n"
                      "system-2 DRV_ENTRY_LEAVE a 0 [4]\n"
                      ADDED("4", "5")
                      "PnP PNP_CB_ENTER a.cpu Arrival processor 4 [5]\n"
                      "PnP PNP_UNREG_ENTER a.cpu Ex [5]\n"
                      "PnP PNP_UNREG_RETURN a.cpu 0 [5]\n"
                      "PnP PNP_CB_LEAVE a.cpu 0 [5]\n"
                      "PnP REF a -1: 0 [5]\n"
                      ADDED("5", "6")
                      "caller UNLOAD_REQ a 0 [6]\n"
                      "system-5 UNLOAD_ENTER a [6]\n"
                      "system-5 UNLOAD_LEAVE a [6]\n"
                      "system-5 IMAGE_FREED a [6]\n"
                      "caller TRACE_END normally [6]\n");
}

/* PNP-17: a misuse inside a replay call; both statuses are success, and no further call comes */
static void an_entry_removes_itself_inside_a_replay_call(void **state)
{
    struct bench *b = *state;
    static const struct ha_handler handler[] = {ON_ARRIVAL(stop)};
    static const struct ha_script script[] = {ONE("a", listen_to_all, handler)};
    b->drivers_err = true;

    bench_play(b, script, 1, two_adds, 1);

    expect_records(b, "system-2 DRV_ENTRY_ENTER a [4]\n"
                      "system-2 PNP_REG_ENTER a.cpu flags=1 [4]\n"
                      "system-2 REF a +1: 1 [4]\n"
                      "system-2 PNP_CB_ENTER a.cpu Arrival processor 0, which is there "
                      "already [4]\n"
                      "system-2 PNP_UNREG_ENTER a.cpu Ex [4]\n"
                      "system-2 MISUSE removed from inside its own callback [4]\n"
                      "system-2 PNP_UNREG_RETURN a.cpu 0 [4]\n"
                      "system-2 PNP_CB_LEAVE a.cpu 0 [4]\n"
                      "system-2 REF a -1: 0 [4]\n"
                      "system-2 PNP_REG_RETURN a.cpu 0 [4]\n"
                      "system-2 DRV_ENTRY_LEAVE a 0 [4]\n"
                      ADDED("4", "5")
                      "caller UNLOAD_REQ a 0 [5]\n"
                      "system-4 UNLOAD_ENTER a [5]\n"
                      "system-4 UNLOAD_LEAVE a [5]\n"
                      "system-4 IMAGE_FREED a [5]\n"
                      "caller TRACE_END normally [5]\n");
}

/* PNP-17: the older routine may be called there */
static void the_older_routine_is_allowed_inside_a_replay_call(void **state)
{
    struct bench *b = *state;
    static const struct ha_handler handler[] = {ON_ARRIVAL(stop_old)};
    static const struct ha_script script[] = {ONE("a", listen_to_all, handler)};

    bench_play(b, script, 1, NULL, 0);

    expect_records(b, "system-2 DRV_ENTRY_ENTER a [4]\n"
                      "system-2 PNP_REG_ENTER a.cpu flags=1 [4]\n"
                      "system-2 REF a +1: 1 [4]\n"
                      "system-2 PNP_CB_ENTER a.cpu Arrival processor 0, which is there "
                      "already [4]\n"
                      "system-2 PNP_UNREG_ENTER a.cpu [4]\n"
                      "system-2 PNP_UNREG_RETURN a.cpu 0 [4]\n"
                      "system-2 PNP_CB_LEAVE a.cpu 0 [4]\n"
                      "system-2 REF a -1: 0 [4]\n"
                      "system-2 PNP_REG_RETURN a.cpu 0 [4]\n"
                      "system-2 DRV_ENTRY_LEAVE a 0 [4]\n"
                      "caller UNLOAD_REQ a 0 [4]\n"
                      "system-3 UNLOAD_ENTER a [4]\n"
                      "system-3 UNLOAD_LEAVE a [4]\n"
                      "system-3 IMAGE_FREED a [4]\n"
                      "caller TRACE_END normally [4]\n");
}

/* PNP-16: a work item that was queued by the callback waits until that has left */
static void a_work_item_that_removes_the_entry_waits_for_the_call(void **state)
{
    struct bench *b = *state;
    b->findings = "a PNP-14\n";
    static const struct ha_step queue[] = {WORK(stop), WAIT("go"), ASK(ACTIVE_GROUPS)};
    static const struct ha_step go[] = {SIGNAL("go")};
    static const struct ha_handler handler[] = {ON_ARRIVAL(queue)};
    static const struct ha_script script[] = {ONE("a", listen, handler)};
    const struct ha_event_plan event[] = {{ADD, .due_ns = 1}, {RUN(0, go), .due_ns = 2}};

    bench_play(b, script, 1, event, 2);

    expect_middle(b, ADDED("4", "5")
                     "PnP PNP_CB_ENTER a.cpu Arrival processor 4 [5]\n"
                     "PnP WORK_QUEUED [5]\n"
                     "PnP WAIT_BEGIN [5]\n"
                     "worker-5 WORK_ENTER [5]\n"
                     "worker-5 PNP_UNREG_ENTER a.cpu Ex [5]\n"
                     "worker-5 WAIT_BEGIN [5]\n"
                     "PnP WAIT_END [5]\n"
                     "PnP asks, KeQueryActiveGroupCount [5]\n"
                     "PnP PNP_CB_LEAVE a.cpu 0 [5]\n"
                     "worker-5 WAIT_END [5]\n"
                     "worker-5 PNP_UNREG_RETURN a.cpu 0 [5]\n"
                     "worker-5 REF a -1: 0 [5]\n"
                     "worker-5 WORK_LEAVE [5]\n");
}

/* PNP-18: the older routine does not wait */
static void the_older_routine_does_not_wait_for_the_call(void **state)
{
    struct bench *b = *state;
    b->findings = "a PNP-14\n";
    static const struct ha_step hold[] = {WAIT("go")};
    static const struct ha_step go[] = {SIGNAL("go")};
    static const struct ha_handler handler[] = {ON_ARRIVAL(hold)};
    static const struct ha_script script[] = {ONE("a", listen, handler)};
    const struct ha_event_plan event[] = {
        {ADD, .due_ns = 1}, {RUN(0, stop_old), .due_ns = 2}, {RUN(0, go), .due_ns = 3}};

    bench_play(b, script, 1, event, 3);

    expect_middle(b, ADDED("4", "5")
                     "PnP PNP_CB_ENTER a.cpu Arrival processor 4 [5]\n"
                     "PnP WAIT_BEGIN [5]\n"
                     "system-5 PNP_UNREG_ENTER a.cpu [5]\n"
                     "system-5 PNP_UNREG_RETURN a.cpu 0 [5]\n"
                     "PnP WAIT_END [5]\n"
                     "PnP PNP_CB_LEAVE a.cpu 0 [5]\n"
                     "PnP REF a -1: 0 [5]\n");
}

/* PNP-24: an entry that is made inside a callback hears of what comes, not of what is told now */
static void an_entry_made_anew_inside_its_callback_hears_of_the_next_arrival(void **state)
{
    struct bench *b = *state;
    static const struct ha_step anew[] = {STOP("cpu"), LISTEN};
    static const struct ha_handler handler[] = {ON_ARRIVAL(anew)};
    static const struct ha_script script[] = {ONE("a", listen, handler)};

    bench_play(b, script, 1, two_adds, 2);

    expect_records(b, "system-2 DRV_ENTRY_ENTER a [4]\n"
                      "system-2 PNP_REG_ENTER a.cpu flags=0 [4]\n"
                      "system-2 REF a +1: 1 [4]\n"
                      "system-2 PNP_REG_RETURN a.cpu 0 [4]\n"
                      "system-2 DRV_ENTRY_LEAVE a 0 [4]\n"
                      ADDED("4", "5")
                      "PnP PNP_CB_ENTER a.cpu Arrival processor 4 [5]\n"
                      "PnP PNP_UNREG_ENTER a.cpu Ex [5]\n"
                      "PnP PNP_UNREG_RETURN a.cpu 0 [5]\n"
                      "PnP PNP_REG_ENTER a.cpu flags=0 [5]\n"
                      "PnP REF a +1: 2 [5]\n"
                      "PnP PNP_REG_RETURN a.cpu 0 [5]\n"
                      "PnP PNP_CB_LEAVE a.cpu 0 [5]\n"
                      "PnP REF a -1: 1 [5]\n"
                      ADDED("5", "6")
                      "PnP PNP_CB_ENTER a.cpu Arrival processor 5 [6]\n"
                      "PnP PNP_UNREG_ENTER a.cpu Ex [6]\n"
                      "PnP PNP_UNREG_RETURN a.cpu 0 [6]\n"
                      "PnP PNP_REG_ENTER a.cpu flags=0 [6]\n"
                      "PnP REF a +1: 2 [6]\n"
                      "PnP PNP_REG_RETURN a.cpu 0 [6]\n"
                      "PnP PNP_CB_LEAVE a.cpu 0 [6]\n"
                      "PnP REF a -1: 1 [6]\n"
                      "caller UNLOAD_REQ a 0 [6]\n"
                      "system-5 UNLOAD_ENTER a [6]\n"
                      "system-5 PNP_UNREG_ENTER a.cpu Ex [6]\n"
                      "system-5 PNP_UNREG_RETURN a.cpu 0 [6]\n"
                      "system-5 REF a -1: 0 [6]\n"
                      "system-5 UNLOAD_LEAVE a [6]\n"
                      "system-5 IMAGE_FREED a [6]\n"
                      "caller TRACE_END normally [6]\n");
}

/* PNP-17, PNP-24: and inside a replay call it is told of all that there is */
static void an_entry_made_anew_inside_a_replay_call_is_the_one_that_stands(void **state)
{
    struct bench *b = *state;
    static const struct ha_step anew[] = {
        {.kind = HA_STEP_DEREGISTER, .name = "cpu", .old_routine = true}, LISTEN};
    static const struct ha_handler handler[] = {ON_ARRIVAL(anew)};
    static const struct ha_script script[] = {ONE("a", listen_to_all, handler)};
    b->group[0].active_mask = 3;

    bench_play(b, script, 1, NULL, 0);

    expect_records(b, "system-2 DRV_ENTRY_ENTER a [2]\n"
                      "system-2 PNP_REG_ENTER a.cpu flags=1 [2]\n"
                      "system-2 REF a +1: 1 [2]\n"
                      "system-2 PNP_CB_ENTER a.cpu Arrival processor 0, which is there "
                      "already [2]\n"
                      "system-2 PNP_UNREG_ENTER a.cpu [2]\n"
                      "system-2 PNP_UNREG_RETURN a.cpu 0 [2]\n"
                      "system-2 PNP_REG_ENTER a.cpu flags=0 [2]\n"
                      "system-2 REF a +1: 2 [2]\n"
                      "system-2 PNP_REG_RETURN a.cpu 0 [2]\n"
                      "system-2 PNP_CB_LEAVE a.cpu 0 [2]\n"
                      "system-2 REF a -1: 1 [2]\n"
                      "system-2 PNP_REG_RETURN a.cpu 0 [2]\n"
                      "system-2 DRV_ENTRY_LEAVE a 0 [2]\n"
                      "caller UNLOAD_REQ a 0 [2]\n"
                      "system-3 UNLOAD_ENTER a [2]\n"
                      "system-3 PNP_UNREG_ENTER a.cpu Ex [2]\n"
                      "system-3 PNP_UNREG_RETURN a.cpu 0 [2]\n"
                      "system-3 REF a -1: 0 [2]\n"
                      "system-3 UNLOAD_LEAVE a [2]\n"
                      "system-3 IMAGE_FREED a [2]\n"
                      "caller TRACE_END normally [2]\n");
}

/* PNP-14, PNP-16: the callback waits for a thread that waits for the callback */
static void a_callback_that_waits_for_who_removes_its_entry_is_a_deadlock(void **state)
{
    struct bench *b = *state;
    static const struct ha_step wait[] = {THREAD(stop), JOIN};
    static const struct ha_handler handler[] = {ON_ARRIVAL(wait)};
    static const struct ha_script script[] = {ONE("a", listen, handler)};
    b->findings = "a PNP-14\na PNP-14\n";

    bench_play(b, script, 1, two_adds, 1);

    assert_int_equal(ha_machine_ending(b->machine), HA_END_DEADLOCK);
    expect_middle(b, ADDED("4", "5")
                     "PnP PNP_CB_ENTER a.cpu Arrival processor 4 [5]\n"
                     "PnP THREAD_START [5]\n"
                     "PnP WAIT_BEGIN [5]\n"
                     "system-5 PNP_UNREG_ENTER a.cpu Ex [5]\n"
                     "system-5 WAIT_BEGIN [5]\n"
                     "caller DEADLOCK PnP waits for \"thread system-5\" [5]\n"
                     "caller DEADLOCK system-5 waits for \"the end of a running callback\" of PnP "
                     "[5]\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BENCH_TEST(an_entry_removes_itself_inside_a_live_call),
        BENCH_TEST(an_entry_removes_itself_inside_a_replay_call),
        BENCH_TEST(the_older_routine_is_allowed_inside_a_replay_call),
        BENCH_TEST(a_work_item_that_removes_the_entry_waits_for_the_call),
        BENCH_TEST(the_older_routine_does_not_wait_for_the_call),
        BENCH_TEST(an_entry_made_anew_inside_its_callback_hears_of_the_next_arrival),
        BENCH_TEST(an_entry_made_anew_inside_a_replay_call_is_the_one_that_stands),
        BENCH_TEST(a_callback_that_waits_for_who_removes_its_entry_is_a_deadlock),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
