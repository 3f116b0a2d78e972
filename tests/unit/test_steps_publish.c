/* steps_pnp: device interfaces that scripted drivers publish and withdraw */
#include "unit/scripting.h"

static const GUID panels = {0x12345678, 0x9abc, 0xdef0,
                            {0x12, 0x34, 0x56, 0x78, 0x9a, 0xbc, 0xde, 0xf0}};

#define PUBLISH(what) {.kind = HA_STEP_PUBLISH, .name = (what), .class_guid = &panels}
#define WITHDRAW(what) {.kind = HA_STEP_WITHDRAW, .name = (what)}
#define INTERFACE(number) \
    .instance = &(const struct ha_instance_pattern){.unit = HA_UNIT_INTERFACE, .device = (number)}

static const struct ha_step listen[] = {LISTEN_TO("panels", panels)};
static const struct ha_step publish[] = {PUBLISH("panel")};
static const struct ha_step withdraw[] = {WITHDRAW("panel")};
static const struct ha_step ask[] = {ASK(ACTIVE_GROUPS)};
static const struct ha_script two[] = {{.name = "l", .entry = STEPS(listen)},
                                       {.name = "p", .entry = STEPS(publish)}};

/* PNP-8: and the default unload withdraws what is published then */
static void what_a_driver_publishes_arrives_and_goes_with_it(void **state)
{
    struct bench *b = *state;
    const struct ha_event_plan event[] = {{RUN(1, withdraw), .due_ns = 1},
                                          {RUN(1, publish), .due_ns = 2},
                                          {UNLOAD(1), .due_ns = 3}};

    bench_play(b, two, 2, event, 3);

    expect_records(b, "system-2 DRV_ENTRY_ENTER l [4]\n"
                      "system-2 PNP_REG_ENTER l.panels flags=0 [4]\n"
                      "system-2 REF l +1: 1 [4]\n"
                      "system-2 PNP_REG_RETURN l.panels 0 [4]\n"
                      "system-2 DRV_ENTRY_LEAVE l 0 [4]\n"
                      "system-3 DRV_ENTRY_ENTER p [4]\n"
                      "system-3 ALLOC 1 of 122 bytes 'Ilnk' [4]\n"
                      "system-3 IFACE_SET register 1 0 [4]\n"
                      "system-3 FREE 1 of 122 bytes 'Ilnk' [4]\n"
                      "system-3 IFACE_UP 1 [4]\n"
                      "system-3 IFACE_SET enable 1 0 [4]\n"
                      "system-3 DRV_ENTRY_LEAVE p 0 [4]\n"
                      "PnP PNP_CB_CALL l.panels Arrival interface 1 [4]\n"
                      "system-5 IFACE_DOWN 1 [4]\n"
                      "system-5 IFACE_SET disable 1 0 [4]\n"
                      "PnP PNP_CB_CALL l.panels Removal interface 1 [4]\n"
                      "system-6 ALLOC 2 of 122 bytes 'Ilnk' [4]\n"
                      "system-6 IFACE_SET register 1 STATUS_OBJECT_NAME_EXISTS [4]\n"
                      "system-6 FREE 2 of 122 bytes 'Ilnk' [4]\n"
                      "system-6 IFACE_UP 1 [4]\n"
                      "system-6 IFACE_SET enable 1 0 [4]\n"
                      "PnP PNP_CB_CALL l.panels Arrival interface 1 [4]\n"
                      "caller UNLOAD_REQ p 0 [4]\n"
                      "system-7 UNLOAD_ENTER p [4]\n"
                      "system-7 IFACE_DOWN 1 [4]\n"
                      "system-7 IFACE_SET disable 1 0 [4]\n"
                      "system-7 UNLOAD_LEAVE p [4]\n"
                      "system-7 IMAGE_FREED p [4]\n"
                      "PnP PNP_CB_CALL l.panels Removal interface 1 [4]\n"
                      "caller UNLOAD_REQ l 0 [4]\n"
                      "system-8 UNLOAD_ENTER l [4]\n"
                      "system-8 PNP_UNREG_ENTER l.panels Ex [4]\n"
                      "system-8 PNP_UNREG_RETURN l.panels 0 [4]\n"
                      "system-8 REF l -1: 0 [4]\n"
                      "system-8 UNLOAD_LEAVE l [4]\n"
                      "system-8 IMAGE_FREED l [4]\n"
                      "caller TRACE_END normally [4]\n");
}

/* DRV-12: the default unload waits for work before it withdraws */
static void what_work_publishes_during_the_unload_goes_as_well(void **state)
{
    struct bench *b = *state;
    static const struct ha_step work[] = {{.kind = HA_STEP_WAIT, .name = "go"}, PUBLISH("panel")};
    static const struct ha_step queue[] = {
        {.kind = HA_STEP_QUEUE_WORK, .name = "w", .body = STEPS(work)}};
    static const struct ha_step signal[] = {{.kind = HA_STEP_SIGNAL, .name = "go"}};
    const struct ha_script script[] = {{.name = "s"}, {.name = "p", .entry = STEPS(queue)}};
    const struct ha_event_plan event[] = {{UNLOAD(1), .due_ns = 1}, {RUN(0, signal), .due_ns = 2}};

    bench_play(b, script, 2, event, 2);

    expect_records(b, "system-2 DRV_ENTRY_ENTER s [4]\n"
                      "system-2 DRV_ENTRY_LEAVE s 0 [4]\n"
                      "system-3 DRV_ENTRY_ENTER p [4]\n"
                      "system-3 WORK_QUEUED [4]\n"
                      "system-3 DRV_ENTRY_LEAVE p 0 [4]\n"
                      "worker-4 WORK_ENTER [4]\n"
                      "worker-4 WAIT_BEGIN [4]\n"
                      "caller UNLOAD_REQ p 0 [4]\n"
                      "system-5 UNLOAD_ENTER p [4]\n"
                      "system-5 WAIT_BEGIN [4]\n"
                      "worker-4 WAIT_END [4]\n"
                      "worker-4 ALLOC 1 of 122 bytes 'Ilnk' [4]\n"
                      "worker-4 IFACE_SET register 1 0 [4]\n"
                      "worker-4 FREE 1 of 122 bytes 'Ilnk' [4]\n"
                      "worker-4 IFACE_UP 1 [4]\n"
                      "worker-4 IFACE_SET enable 1 0 [4]\n"
                      "worker-4 WORK_LEAVE [4]\n"
                      "system-5 WAIT_END [4]\n"
                      "system-5 IFACE_DOWN 1 [4]\n"
                      "system-5 IFACE_SET disable 1 0 [4]\n"
                      "system-5 UNLOAD_LEAVE p [4]\n"
                      "system-5 IMAGE_FREED p [4]\n"
                      "caller UNLOAD_REQ s 0 [4]\n"
                      "system-7 UNLOAD_ENTER s [4]\n"
                      "system-7 UNLOAD_LEAVE s [4]\n"
                      "system-7 IMAGE_FREED s [4]\n"
                      "caller TRACE_END normally [4]\n");
}

/* PNP-23: names tell interfaces apart, and what is published twice arrives once */
static void every_name_is_an_interface(void **state)
{
    struct bench *b = *state;
    static const struct ha_step three[] = {PUBLISH("left"), PUBLISH("right"), PUBLISH("left")};
    const struct ha_script script[] = {{.name = "l", .entry = STEPS(listen)},
                                       {.name = "p", .entry = STEPS(three)}};

    bench_play(b, script, 2, NULL, 0);

    assert_int_equal(bench_record(b, HA_DRV_ENTRY_LEAVE, 1)->as.status.status, STATUS_SUCCESS);
    assert_int_equal(bench_count(b, HA_IFACE_UP), 2);
    assert_int_equal(bench_count(b, HA_IFACE_DOWN), 2);
    assert_int_equal(bench_count(b, HA_PNP_CB_CALL), 4);
    assert_int_equal(bench_count(b, HA_ALLOC), bench_count(b, HA_FREE));
}

/* PNP-23: the entry fails, and undoes what it published */
static void what_was_never_published_cannot_be_withdrawn(void **state)
{
    struct bench *b = *state;
    static const struct ha_step wrong[] = {PUBLISH("panel"), WITHDRAW("other")};
    const struct ha_script script[] = {{.name = "l", .entry = STEPS(listen)},
                                       {.name = "p", .entry = STEPS(wrong)}};
    b->drivers_err = true;

    bench_play(b, script, 2, NULL, 0);

    assert_false(NT_SUCCESS(bench_record(b, HA_DRV_ENTRY_LEAVE, 1)->as.status.status));
    assert_int_equal(bench_count(b, HA_IFACE_UP), 1);
    assert_int_equal(bench_count(b, HA_IFACE_DOWN), 1);
    assert_int_equal(bench_count(b, HA_LEFT_BEHIND), 0);
}

/* What an unload forgets to withdraw is recorded as left. */
static void an_unload_that_forgets_what_is_published_leaves_it(void **state)
{
    struct bench *b = *state;
    const struct ha_script script[] = {
        {.name = "p", .entry = STEPS(publish), .has_unload = true}};
    b->drivers_err = true;

    bench_play(b, script, 1, NULL, 0);

    assert_int_equal(bench_count(b, HA_LEFT_BEHIND), 1);
    assert_int_equal(bench_record(b, HA_LEFT_BEHIND, 0)->as.left.what, HA_LEFT_INTERFACE);
}

/* PNP-8: the how-manieth that drivers registered, for triggers, handlers and removal by hand */
static void an_interface_is_known_by_its_number(void **state)
{
    struct bench *b = *state;
    static const struct ha_instance_pattern second = {.unit = HA_UNIT_INTERFACE, .device = 2};
    static const struct ha_step both[] = {PUBLISH("left"), PUBLISH("right")};
    const struct ha_handler handler[] = {
        {ON_NEWS("panels", HA_STATE_ARRIVAL, ask), .instance = &second}};
    const struct ha_script script[] = {
        {.name = "l", .entry = STEPS(listen), .handler = handler, .handler_count = 1},
        {.name = "p", .entry = STEPS(both)}};
    const struct ha_event_plan event[] = {
        {.kind = HA_EVENT_REMOVE_INTERFACE, INTERFACE(2), .due_ns = 1},
        {.kind = HA_EVENT_REMOVE_INTERFACE, INTERFACE(3), .due_ns = 1},
        {RUN(0, ask), DURING(CALL("l", "panels", HA_STATE_REMOVAL, HA_ANY_INDEX), INTERFACE(2))}};

    bench_play(b, script, 2, event, 3);

    expect_records(b, "system-2 DRV_ENTRY_ENTER l [4]\n"
                      "system-2 PNP_REG_ENTER l.panels flags=0 [4]\n"
                      "system-2 REF l +1: 1 [4]\n"
                      "system-2 PNP_REG_RETURN l.panels 0 [4]\n"
                      "system-2 DRV_ENTRY_LEAVE l 0 [4]\n"
                      "system-3 DRV_ENTRY_ENTER p [4]\n"
                      "system-3 ALLOC 1 of 120 bytes 'Ilnk' [4]\n"
                      "system-3 IFACE_SET register 1 0 [4]\n"
                      "system-3 FREE 1 of 120 bytes 'Ilnk' [4]\n"
                      "system-3 IFACE_UP 1 [4]\n"
                      "system-3 IFACE_SET enable 1 0 [4]\n"
                      "system-3 ALLOC 2 of 122 bytes 'Ilnk' [4]\n"
                      "system-3 IFACE_SET register 2 0 [4]\n"
                      "system-3 FREE 2 of 122 bytes 'Ilnk' [4]\n"
                      "system-3 IFACE_UP 2 [4]\n"
                      "system-3 IFACE_SET enable 2 0 [4]\n"
                      "system-3 DRV_ENTRY_LEAVE p 0 [4]\n"
                      "PnP PNP_CB_CALL l.panels Arrival interface 1 [4]\n"
                      "PnP PNP_CB_ENTER l.panels Arrival interface 2 [4]\n"
                      "PnP asks, KeQueryActiveGroupCount [4]\n"
                      "PnP PNP_CB_LEAVE l.panels 0 [4]\n"
                      "system-5 IFACE_DOWN 2 [4]\n"
                      "PnP PNP_CB_ENTER l.panels Removal interface 2 [4]\n"
                      "system-6 asks, KeQueryActiveGroupCount [4]\n"
                      "PnP PNP_CB_LEAVE l.panels 0 [4]\n"
                      "system-7 REFUSED no such interface is enabled [4]\n"
                      "caller UNLOAD_REQ p 0 [4]\n"
                      "system-8 UNLOAD_ENTER p [4]\n"
                      "system-8 IFACE_SET disable 2 STATUS_OBJECT_NAME_NOT_FOUND [4]\n"
                      "system-8 IFACE_DOWN 1 [4]\n"
                      "system-8 IFACE_SET disable 1 0 [4]\n"
                      "system-8 UNLOAD_LEAVE p [4]\n"
                      "system-8 IMAGE_FREED p [4]\n"
                      "PnP PNP_CB_CALL l.panels Removal interface 1 [4]\n"
                      "caller UNLOAD_REQ l 0 [4]\n"
                      "system-9 UNLOAD_ENTER l [4]\n"
                      "system-9 PNP_UNREG_ENTER l.panels Ex [4]\n"
                      "system-9 PNP_UNREG_RETURN l.panels 0 [4]\n"
                      "system-9 REF l -1: 0 [4]\n"
                      "system-9 UNLOAD_LEAVE l [4]\n"
                      "system-9 IMAGE_FREED l [4]\n"
                      "caller TRACE_END normally [4]\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BENCH_TEST(what_a_driver_publishes_arrives_and_goes_with_it),
        BENCH_TEST(what_work_publishes_during_the_unload_goes_as_well),
        BENCH_TEST(every_name_is_an_interface),
        BENCH_TEST(what_was_never_published_cannot_be_withdrawn),
        BENCH_TEST(an_unload_that_forgets_what_is_published_leaves_it),
        BENCH_TEST(an_interface_is_known_by_its_number),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
