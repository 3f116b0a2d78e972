/* triggers, faults and names: events of a plan that have to do with arrivals */
#include <poclass.h>

#include "sim/triggers.h"
#include "unit/scripting.h"

#define MEMORY_AT UINT64_C(0x400000000)
#define ADD_MEMORY \
    .kind = HA_EVENT_ADD_MEMORY, \
    .memory = &(const struct ha_memory_add_options){MEMORY_AT, UINT64_C(1) << 32, 0}
#define ARRIVAL(who, what) CALL(who, what, HA_STATE_ARRIVAL, HA_ANY_INDEX)
#define PATTERN(...) .instance = &(const struct ha_instance_pattern){__VA_ARGS__}
#define TAKE_AWAY(...) .kind = HA_EVENT_REMOVE_INTERFACE, PATTERN(__VA_ARGS__)
#define PROCESSOR(number) .unit = HA_UNIT_PROCESSOR, .device = (number)
#define MEMORY(where) .unit = HA_UNIT_MEMORY, .device = HA_ANY_INDEX, .base = (where)

static const struct ha_memory_options boot_memory[] = {{0, UINT64_C(16) << 30}};
static const struct ha_step listen[] = {LISTEN, LISTEN_TO("ram", GUID_DEVICE_MEMORY)};
static const struct ha_step ask_active[] = {ASK(ACTIVE_GROUPS)};
static const struct ha_step ask_maximum[] = {ASK(MAXIMUM_GROUPS)};
static const struct ha_script two[] = {{.name = "a", .entry = STEPS(listen)},
                                       {.name = "c", .entry = STEPS(listen)}};

/* The driver has been entered and has not run; or it has returned, and the next one is not told. */
static void during_and_after_an_arrival_are_moments_of_its_call(void **state)
{
    struct bench *b = *state;
    const struct ha_handler handler[] = {{ON_NEWS("cpu", HA_STATE_ARRIVAL, ask_maximum)}};
    const struct ha_script script[] = {
        {.name = "a", .entry = STEPS(listen), .handler = handler, .handler_count = 1},
        {.name = "c", .entry = STEPS(listen)}};
    const struct ha_event_plan event[] = {{ADD}, {RUN(1, ask_active), DURING(ARRIVAL("a", "cpu"))},
                                          {RUN(1, ask_active), AFTER(ARRIVAL("a", "cpu"))}};

    bench_play(b, script, 2, event, 3);

    expect_middle(b, ADDED("4", "5")
                     "PnP PNP_CB_ENTER a.cpu Arrival processor 4 [5]\n"
                     "system-6 asks, KeQueryActiveGroupCount [5]\n"
                     "PnP asks, KeQueryMaximumGroupCount [5]\n"
                     "PnP PNP_CB_LEAVE a.cpu 0 [5]\n"
                     "system-7 asks, KeQueryActiveGroupCount [5]\n"
                     "PnP PNP_CB_CALL c.cpu Arrival processor 4 [5]\n");
}

/* Which of the arrivals begins the event: the records of its thread stand inside that call. */
static void a_pattern_picks_its_arrivals(void **state)
{
    const struct {
        const char *label;
        struct ha_call_pattern pattern;
        uint32_t entry;             /* of the call in which the event begins; 0 for none */
        uint32_t interface;
    } cases[] = {
        {"any arrival", {ARRIVAL(NULL, NULL)}, 1, 6},
        {"the second of all", {ARRIVAL(NULL, NULL), .occurrence = 2}, 3, 6},
        {"the second of one entry", {ARRIVAL("c", "cpu"), .occurrence = 2}, 3, 7},
        {"by index", {CALL("c", "cpu", HA_STATE_ARRIVAL, 5)}, 3, 7},
        {"by place", {.driver = "a", .registration = "cpu", .state = HA_STATE_ARRIVAL,
                      .index = HA_ANY_INDEX, .group = 0, .number = 5}, 1, 7},
        {"by place of another group", {.driver = "a", .registration = "cpu",
                                       .state = HA_STATE_ARRIVAL, .index = HA_ANY_INDEX,
                                       .group = 1, .number = 5}, 0, 0},
        {"any processor", {ARRIVAL("c", NULL), PATTERN(PROCESSOR(HA_ANY_INDEX))}, 3, 6},
        {"processor 5", {ARRIVAL("c", NULL), PATTERN(PROCESSOR(5))}, 3, 7},
        {"any memory", {ARRIVAL("c", NULL), PATTERN(MEMORY(HA_ANY_BASE))}, 4, 8},
        {"memory by its base", {ARRIVAL(NULL, "ram"), PATTERN(MEMORY(MEMORY_AT))}, 2, 8},
        {"memory at another base", {ARRIVAL(NULL, "ram"), PATTERN(MEMORY(0))}, 0, 0},
        {"memory is at no place", {.state = HA_STATE_ARRIVAL, .registration = "ram",
                                   .index = HA_ANY_INDEX, .group = 0, .number = 0}, 0, 0},
        {"a removal", {CALL(NULL, NULL, HA_STATE_REMOVAL, HA_ANY_INDEX)}, 0, 0},
        {"a processor-change call", {CALL("a", "cpu", HA_STATE_START, 4)}, 0, 0},
        {"any call", {CALL("c", NULL, HA_ANY_STATE, HA_ANY_INDEX)}, 3, 6},
        {"any call for an instance",
         {CALL("c", NULL, HA_ANY_STATE, HA_ANY_INDEX), PATTERN(PROCESSOR(5))}, 3, 7},
        {"of nobody", {ARRIVAL("b", NULL)}, 0, 0},
        {"of a name that nobody has", {ARRIVAL(NULL, "sync")}, 0, 0},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct ha_event_plan event[] = {
            {ADD}, {ADD}, {ADD_MEMORY},
            {RUN(0, ask_active), .trigger = HA_DURING_CALL, .call = &cases[i].pattern}};
        struct bench *b;
        bench_setup((void **)&b);
        b->options.partition.memory = boot_memory;
        b->options.partition.memory_count = 1;

        bench_play(b, two, 2, event, COUNT(event));

        bool none = ha_triggers_waiting(b->machine, 0) < COUNT(event);
        const struct ha_record *inside = none ? NULL : bench_record(b, HA_QUERY, 0) - 1;
        while (inside && inside->kind != HA_PNP_CB_ENTER)
            inside--;
        if (none != !cases[i].entry ||
            (inside && (inside->id != cases[i].entry ||
                        inside->as.pnp_cb.interface != cases[i].interface)))
            fail_msg("%s: entry %u, interface %u", cases[i].label,
                     inside ? (unsigned)inside->id : 0,
                     inside ? (unsigned)inside->as.pnp_cb.interface : 0);
        bench_teardown((void **)&b);
    }
}

/* ORD-7, ORD-8: what is raised while arrivals are held comes after the release, in its order */
static void arrivals_are_held_and_released_by_events(void **state)
{
    struct bench *b = *state;
    const struct ha_event_plan event[] = {
        {.kind = HA_EVENT_HOLD, .due_ns = 1}, {ADD, .due_ns = 2}, {ADD, .due_ns = 3},
        {.kind = HA_EVENT_RELEASE, .due_ns = 4}, {RUN(0, ask_active), AFTER_EVENT(3)}};

    bench_play(b, two, 1, event, COUNT(event));

    assert_int_equal(bench_count(b, HA_PNP_CB_CALL), 2);
    assert_int_equal(bench_record(b, HA_PNP_CB_CALL, 0)->time_ns, 4);
    assert_int_equal(bench_record(b, HA_PNP_CB_CALL, 0)->as.pnp_cb.interface, 5);
    assert_int_equal(bench_record(b, HA_PNP_CB_CALL, 1)->as.pnp_cb.interface, 6);
    assert_int_equal(bench_count(b, HA_QUERY), 1);
}

/* ORD-8: what follows a release comes when all that it let go has been told, if anything was */
static void a_release_ends_when_what_it_let_go_has_been_told(void **state)
{
    struct bench *b = *state;
    const struct ha_event_plan event[] = {
        {.kind = HA_EVENT_HOLD, .due_ns = 1}, {ADD, .due_ns = 2}, {ADD, .due_ns = 3},
        {.kind = HA_EVENT_RELEASE, .due_ns = 4}, {ADD, AFTER_EVENT(3)},
        {.kind = HA_EVENT_RELEASE, AFTER_EVENT(4)}, {RUN(0, ask_active), AFTER_EVENT(5)}};

    bench_play(b, two, 1, event, COUNT(event));

    static const unsigned active[] = {6, 6, 7};
    assert_int_equal(bench_count(b, HA_PNP_CB_CALL), COUNT(active));
    for (size_t i = 0; i < COUNT(active); i++)
        assert_int_equal(bench_record(b, HA_PNP_CB_CALL, i)->active, active[i]);
    assert_int_equal(bench_count(b, HA_QUERY), 1);
}

/* PNP-8, PNP-9: by hand, in a driver's call or not; what is not enabled is not disabled */
static void an_interface_is_removed_by_an_event_or_the_reason_is_told(void **state)
{
    struct bench *b = *state;
    const struct ha_event_plan event[] = {
        {ADD, .due_ns = 1},
        {TAKE_AWAY(PROCESSOR(4)), AFTER(ARRIVAL("a", "cpu"))},
        {TAKE_AWAY(PROCESSOR(4)), AFTER_EVENT(1)},
        {TAKE_AWAY(MEMORY(0)), .due_ns = 2},
        {TAKE_AWAY(MEMORY(MEMORY_AT)), .due_ns = 3}};
    b->options.partition.memory = boot_memory;
    b->options.partition.memory_count = 1;

    bench_play(b, two, 2, event, COUNT(event));

    assert_int_equal(ha_triggers_waiting(b->machine, 0), COUNT(event));
    expect_middle(b, ADDED("4", "5")
                     "PnP PNP_CB_CALL a.cpu Arrival processor 4 [5]\n"
                     "system-6 IFACE_DOWN 4 [5]\n"
                     "system-7 REFUSED no such interface is enabled [5]\n"
                     "PnP PNP_CB_CALL c.cpu Arrival processor 4 [5]\n"
                     "PnP PNP_CB_CALL a.cpu Removal processor 4 [5]\n"
                     "PnP PNP_CB_CALL c.cpu Removal processor 4 [5]\n"
                     "system-8 IFACE_DOWN 1 [5]\n"
                     "PnP PNP_CB_CALL a.ram Removal memory 0x0 [5]\n"
                     "PnP PNP_CB_CALL c.ram Removal memory 0x0 [5]\n"
                     "system-9 REFUSED no such interface is enabled [5]\n");
}

/* What is made to fail during an arrival: in that call only, and in the one of several. */
static void a_fault_strikes_during_the_arrival_that_it_names(void **state)
{
    const struct {
        struct ha_call_pattern during;
        const char *expected;       /* two tables, then a and c in turn for 4, 5 and memory */
    } cases[] = {
        {{ARRIVAL("a", "cpu")}, "yynyyyyy"},
        {{ARRIVAL("c", "cpu"), .occurrence = 2}, "yyyyynyy"},
        {{ARRIVAL(NULL, "ram"), PATTERN(MEMORY(MEMORY_AT))}, "yyyyyyny"},
        {{CALL("a", "cpu", HA_STATE_START, HA_ANY_INDEX)}, "yyyyyyyy"},
    };
    static const struct ha_step take[] = {ALLOCATE(NUMBER(0)), FREE(NUMBER(0))};
    static const struct ha_step entry[] = {LISTEN, LISTEN_TO("ram", GUID_DEVICE_MEMORY),
                                           TABLE(NUMBER(1))};
    static const struct ha_handler handler[] = {{ON_NEWS("cpu", HA_ANY_STATE, take)},
                                                {ON_NEWS("ram", HA_ANY_STATE, take)}};
    const struct ha_script script[] = {
        {.name = "a", .entry = STEPS(entry), .handler = handler, .handler_count = 2},
        {.name = "c", .entry = STEPS(entry), .handler = handler, .handler_count = 2}};
    const struct ha_event_plan event[] = {{ADD}, {ADD}, {ADD_MEMORY}};
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct ha_fault_plan fault = {.routine = HA_RT_ALLOCATE_POOL,
                                            .during = &cases[i].during, .occurrence = 1};
        char seen[9] = "";
        size_t length = 0;
        struct bench *b;
        bench_setup((void **)&b);
        b->options.partition.memory = boot_memory;
        b->options.partition.memory_count = 1;
        b->fault = &fault;
        b->fault_count = 1;
        b->drivers_err = true;

        bench_play(b, script, 2, event, COUNT(event));

        ha_machine_flush(b->machine);
        for (size_t n = 0; n < b->collector.count; n++) {
            uint8_t kind = b->collector.record[n].kind;
            if ((kind == HA_ALLOC || kind == HA_FAULT) && length < sizeof seen - 1)
                seen[length++] = kind == HA_ALLOC ? 'y' : 'n';
        }
        expect_text("allocations", cases[i].expected, seen);
        bench_teardown((void **)&b);
    }
}

/* PNP-17: another thread's removal waits until the replay has ended */
static void a_removal_triggered_by_a_replay_call_waits_for_the_end_of_the_replay(void **state)
{
    struct bench *b = *state;
    static const struct ha_step all[] = {LISTEN_EXISTING};
    static const struct ha_step stop[] = {STOP("cpu")};
    const struct ha_script script[] = {{.name = "a", .entry = STEPS(all)}};
    const struct ha_event_plan event[] = {{RUN(0, stop), DURING(ARRIVAL("a", "cpu"))}};
    b->group[0].active_mask = 3;

    bench_play(b, script, 1, event, 1);

    expect_records(b, "system-2 DRV_ENTRY_ENTER a [2]\n"
                      "system-2 PNP_REG_ENTER a.cpu flags=1 [2]\n"
                      "system-2 REF a +1: 1 [2]\n"
                      "system-2 PNP_CB_ENTER a.cpu Arrival processor 0, "
                      "which is there already [2]\n"
                      "system-3 PNP_UNREG_ENTER a.cpu Ex [2]\n"
                      "system-3 WAIT_BEGIN [2]\n"
                      "system-2 PNP_CB_LEAVE a.cpu 0 [2]\n"
                      "system-2 PNP_REG_RETURN a.cpu 0 [2]\n"
                      "system-2 DRV_ENTRY_LEAVE a 0 [2]\n"
                      "system-3 WAIT_END [2]\n"
                      "system-3 PNP_UNREG_RETURN a.cpu 0 [2]\n"
                      "system-3 REF a -1: 0 [2]\n"
                      "caller UNLOAD_REQ a 0 [2]\n"
                      "system-4 UNLOAD_ENTER a [2]\n"
                      "system-4 UNLOAD_LEAVE a [2]\n"
                      "system-4 IMAGE_FREED a [2]\n"
                      "caller TRACE_END normally [2]\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BENCH_TEST(during_and_after_an_arrival_are_moments_of_its_call),
        cmocka_unit_test(a_pattern_picks_its_arrivals),
        BENCH_TEST(arrivals_are_held_and_released_by_events),
        BENCH_TEST(a_release_ends_when_what_it_let_go_has_been_told),
        BENCH_TEST(an_interface_is_removed_by_an_event_or_the_reason_is_told),
        cmocka_unit_test(a_fault_strikes_during_the_arrival_that_it_names),
        BENCH_TEST(a_removal_triggered_by_a_replay_call_waits_for_the_end_of_the_replay),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
