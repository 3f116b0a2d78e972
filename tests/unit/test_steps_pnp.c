/* steps_pnp: what scripted drivers do with PnP notification */
#include <poclass.h>

#include "nt/belongings.h"
#include "nt/driver.h"
#include "unit/scripting.h"

#define ADD_MEMORY \
    .kind = HA_EVENT_ADD_MEMORY, \
    .memory = &(const struct ha_memory_add_options){UINT64_C(0x400000000), UINT64_C(1) << 32, 0}

static const struct ha_memory_options boot_memory[] = {{0, UINT64_C(16) << 30}};

/* Worked trace 4.6: ORD-3, ORD-5, ORD-6, PNP-12 */
static void a_driver_with_both_halves_hears_of_a_processor(void **state)
{
    struct bench *b = *state;
    static const struct ha_step entry[] = {REGISTER, LISTEN};
    const struct ha_script script[] = {{.name = "a", .entry = STEPS(entry)}};
    const struct ha_event_plan event[] = {{ADD}};

    bench_play(b, script, 1, event, 1);

    expect_middle(b, "hot-add UNIT_BEGIN 1 [4]\n"
                     "hot-add ADD_BEGIN [4]\n"
                     "hot-add a.sync Start 4 (0.4) st=0 op=0>0 [4]\n"
                     "hot-add HW_START 0 [4]\n"
                     "hot-add ACTIVE 4 [5]\n"
                     "hot-add SCHED 4 [5]\n"
                     "hot-add a.sync Complete 4 (0.4) st=0 op=0>0 [5]\n"
                     "hot-add DEVICE_STARTED 4 [5]\n"
                     "hot-add IFACE_UP 4 [5]\n"
                     "hot-add ADD_END 0 [5]\n"
                     "hot-add UNIT_END 1 [5]\n"
                     "PnP PNP_CB_CALL a.cpu Arrival processor 4 [5]\n");
}

/* Worked trace 4.7: MEM-1, MEM-2, PNP-1 */
static void a_driver_hears_of_memory_and_of_nothing_else(void **state)
{
    struct bench *b = *state;
    static const struct ha_step both[] = {REGISTER, LISTEN};
    static const struct ha_step memory[] = {LISTEN_TO("ram", GUID_DEVICE_MEMORY)};
    const struct ha_script script[] = {{.name = "m", .entry = STEPS(memory)},
                                       {.name = "a", .entry = STEPS(both)}};
    const struct ha_event_plan event[] = {{ADD_MEMORY}};
    b->options.partition.memory = boot_memory;
    b->options.partition.memory_count = 1;

    bench_play(b, script, 2, event, 1);

    expect_records(b, "system-2 DRV_ENTRY_ENTER m [4]\n"
                      "system-2 PNP_REG_ENTER m.ram flags=0 [4]\n"
                      "system-2 REF m +1: 1 [4]\n"
                      "system-2 PNP_REG_RETURN m.ram 0 [4]\n"
                      "system-2 DRV_ENTRY_LEAVE m 0 [4]\n"
                      "system-3 DRV_ENTRY_ENTER a [4]\n"
                      "system-3 REG_ENTER a.sync flags=0 [4]\n"
                      "system-3 REG_LOCKED a.sync [4]\n"
                      "system-3 REG_RETURN a.sync handle [4]\n"
                      "system-3 PNP_REG_ENTER a.cpu flags=0 [4]\n"
                      "system-3 REF a +1: 1 [4]\n"
                      "system-3 PNP_REG_RETURN a.cpu 0 [4]\n"
                      "system-3 DRV_ENTRY_LEAVE a 0 [4]\n"
                      "hot-add MEM_ADD_BEGIN 1 0x400000000+0x100000000 [4]\n"
                      "hot-add MEM_ONLINE 1 0x400000000+0x100000000 [4]\n"
                      "hot-add FREE_PAGES 5242880 low 16384 high 49152 [4]\n"
                      "hot-add DEVICE_STARTED 2 [4]\n"
                      "hot-add IFACE_UP 2 [4]\n"
                      "hot-add MEM_ADD_END 1 0 pools 0x200000000 0x100000000 [4]\n"
                      "PnP PNP_CB_CALL m.ram Arrival memory 0x400000000 [4]\n"
                      "caller UNLOAD_REQ a 0 [4]\n"
                      "system-6 UNLOAD_ENTER a [4]\n"
                      "system-6 PNP_UNREG_ENTER a.cpu Ex [4]\n"
                      "system-6 PNP_UNREG_RETURN a.cpu 0 [4]\n"
                      "system-6 REF a -1: 0 [4]\n"
                      "system-6 DEREG_ENTER a.sync [4]\n"
                      "system-6 DEREG_LOCKED a.sync [4]\n"
                      "system-6 DEREG_RETURN a.sync [4]\n"
                      "system-6 UNLOAD_LEAVE a [4]\n"
                      "system-6 IMAGE_FREED a [4]\n"
                      "caller UNLOAD_REQ m 0 [4]\n"
                      "system-7 UNLOAD_ENTER m [4]\n"
                      "system-7 PNP_UNREG_ENTER m.ram Ex [4]\n"
                      "system-7 PNP_UNREG_RETURN m.ram 0 [4]\n"
                      "system-7 REF m -1: 0 [4]\n"
                      "system-7 UNLOAD_LEAVE m [4]\n"
                      "system-7 IMAGE_FREED m [4]\n"
                      "caller TRACE_END normally [4]\n");
}

/* Handlers of an event, of a processor, of an instance, and of the first times only. */
static void handlers_are_for_an_event_an_instance_and_some_times(void **state)
{
    struct bench *b = *state;
    static const struct ha_instance_pattern fifth = {.unit = HA_UNIT_PROCESSOR, .device = 5};
    static const struct ha_instance_pattern range = {.unit = HA_UNIT_MEMORY,
                                                     .base = UINT64_C(0x400000000)};
    static const struct ha_instance_pattern other = {.unit = HA_UNIT_MEMORY, .base = 0};
    static const struct ha_step entry[] = {LISTEN, LISTEN_TO("ram", GUID_DEVICE_MEMORY)};
    static const struct ha_step ask[] = {ASK(ACTIVE_GROUPS)};
    static const struct ha_step ask_again[] = {ASK(MAXIMUM_GROUPS)};
    static const struct ha_step answer[] = {{.kind = HA_STEP_RETURN}, ASK(ACTIVE_GROUPS)};
    const struct ha_handler handler[] = {
        {ON_NEWS("cpu", HA_STATE_REMOVAL, ask)},
        {ON_NEWS("cpu", HA_STATE_ARRIVAL, ask), .instance = &fifth},
        {ON_NEWS("cpu", HA_STATE_ARRIVAL, ask_again), .times = 1},
        {.callback = "cpu", .state = HA_ANY_STATE, .processor = 4, .steps = STEPS(ask)},
        {ON_NEWS("ram", HA_ANY_STATE, ask_again), .instance = &range},
        {ON_NEWS("ram", HA_ANY_STATE, answer)},
        {ON_NEWS("ram", HA_ANY_STATE, ask), .instance = &other}};
    const struct ha_script script[] = {{.name = "a", .entry = STEPS(entry), .handler = handler,
                                        .handler_count = COUNT(handler)}};
    const struct ha_event_plan event[] = {{ADD}, {ADD}, {ADD_MEMORY}};
    b->options.partition.memory = boot_memory;
    b->options.partition.memory_count = 1;

    bench_play(b, script, 1, event, 3);

    expect_middle(b, ADDED("4", "5")
                     "PnP PNP_CB_ENTER a.cpu Arrival processor 4 [5]\n"
                     "PnP asks, KeQueryMaximumGroupCount [5]\n"
                     "PnP asks, KeQueryActiveGroupCount [5]\n"
                     "PnP PNP_CB_LEAVE a.cpu 0 [5]\n"
                     ADDED("5", "6")
                     "PnP PNP_CB_ENTER a.cpu Arrival processor 5 [6]\n"
                     "PnP asks, KeQueryActiveGroupCount [6]\n"
                     "PnP PNP_CB_LEAVE a.cpu 0 [6]\n"
                     "hot-add MEM_ADD_BEGIN 1 0x400000000+0x100000000 [6]\n"
                     "hot-add MEM_ONLINE 1 0x400000000+0x100000000 [6]\n"
                     "hot-add FREE_PAGES 5242880 low 16384 high 49152 [6]\n"
                     "hot-add DEVICE_STARTED 2 [6]\n"
                     "hot-add IFACE_UP 2 [6]\n"
                     "hot-add MEM_ADD_END 1 0 pools 0x200000000 0x100000000 [6]\n"
                     "PnP PNP_CB_ENTER a.ram Arrival memory 0x400000000 [6]\n"
                     "PnP asks, KeQueryMaximumGroupCount [6]\n"
                     "PnP PNP_CB_LEAVE a.ram 0 [6]\n");
}

static void a_callback_knows_the_processor_that_it_hears_of(void **state)
{
    struct bench *b = *state;
    static const struct ha_step entry[] = {LISTEN, LISTEN_TO("ram", GUID_DEVICE_MEMORY)};
    static const struct ha_step note[] = {
        {.kind = HA_STEP_SET, .name = "index", .value = VALUE(PROCESSOR)},
        {.kind = HA_STEP_SET, .name = "group", .value = VALUE(GROUP)},
        {.kind = HA_STEP_SET, .name = "number", .value = VALUE(IN_GROUP)},
        {.kind = HA_STEP_SET, .name = "node", .value = VALUE(NODE)}};
    static const struct ha_step note_memory[] = {
        {.kind = HA_STEP_SET, .name = "of memory", .value = VALUE(PROCESSOR)}};
    const struct ha_handler handler[] = {{ON_NEWS("cpu", HA_STATE_ARRIVAL, note)},
                                         {ON_NEWS("ram", HA_STATE_ARRIVAL, note_memory)}};
    const struct ha_script script[] = {{.name = "a", .entry = STEPS(entry), .handler = handler,
                                        .handler_count = 2}};
    const struct ha_event_plan event[] = {{ADD_OF(1, 3, HA_ANY_PLACE, 1, 0)}, {ADD_MEMORY}};
    bench_group(b, 8, 1);
    b->group[1].node = 2;

    bench_play(b, script, 1, event, 2);

    struct ha_driver *driver = ha_driver_find(&b->machine->kernel, "a");
    assert_int_equal(ha_own_variable(driver, "index")->value, 5);
    assert_int_equal(ha_own_variable(driver, "group")->value, 1);
    assert_int_equal(ha_own_variable(driver, "number")->value, 3);
    assert_int_equal(ha_own_variable(driver, "node")->value, 2);
    assert_int_equal(ha_own_variable(driver, "of memory")->value, 0);
    assert_int_equal(bench_count(b, HA_PNP_CB_CALL), 2);
}

/* PNP-13: what it returns is recorded, and others are called all the same */
static void what_a_callback_returns_is_recorded(void **state)
{
    struct bench *b = *state;
    static const struct ha_step entry[] = {LISTEN};
    static const struct ha_step fail[] = {{.kind = HA_STEP_RETURN, .nt_status = INSUF}};
    const struct ha_handler handler[] = {{ON_NEWS("cpu", HA_STATE_ARRIVAL, fail)}};
    const struct ha_script script[] = {
        {.name = "a", .entry = STEPS(entry), .handler = handler, .handler_count = 1},
        {.name = "c", .entry = STEPS(entry)}};
    const struct ha_event_plan event[] = {{ADD}};
    b->drivers_err = true;

    bench_play(b, script, 2, event, 1);

    assert_int_equal(bench_record(b, HA_PNP_CB_LEAVE, 0)->as.status.status, INSUF);
    assert_int_equal(bench_record(b, HA_PNP_CB_CALL, 0)->driver, 2);
}

/* PNP-19, PNP-21: what is refused is the step's failure, and the entry undoes what it did */
static void an_entry_that_is_refused_undoes_what_it_did(void **state)
{
    struct bench *b = *state;
    static const struct ha_step entry[] = {
        LISTEN, {.kind = HA_STEP_REGISTER, .name = "none", .notification = HA_DEVICE_INTERFACE,
                 .class_guid = &GUID_DEVICE_PROCESSOR, .null_function = true}};
    const struct ha_script script[] = {{.name = "a", .entry = STEPS(entry)}};
    b->drivers_err = true;

    bench_play(b, script, 1, NULL, 0);

    expect_records(b, "system-2 DRV_ENTRY_ENTER a [4]\n"
                      "system-2 PNP_REG_ENTER a.cpu flags=0 [4]\n"
                      "system-2 REF a +1: 1 [4]\n"
                      "system-2 PNP_REG_RETURN a.cpu 0 [4]\n"
                      "system-2 PNP_REG_ENTER a.none flags=0 [4]\n"
                      "system-2 REFUSED a pointer is NULL that must not be [4]\n"
                      "system-2 PNP_REG_RETURN a.none STATUS_INVALID_PARAMETER [4]\n"
                      "system-2 PNP_UNREG_ENTER a.cpu Ex [4]\n"
                      "system-2 PNP_UNREG_RETURN a.cpu 0 [4]\n"
                      "system-2 REF a -1: 0 [4]\n"
                      "system-2 DRV_ENTRY_LEAVE a STATUS_INVALID_PARAMETER [4]\n"
                      "system-2 IMAGE_FREED a [4]\n"
                      "caller TRACE_END normally [4]\n");
}

/* PNP-18, PNP-19: by name with either routine, twice, and with no handle at all */
static void either_routine_removes_and_refuses_what_is_gone(void **state)
{
    struct bench *b = *state;
    static const struct ha_step ask[] = {ASK(ACTIVE_GROUPS)};
    static const struct ha_step entry[] = {
        LISTEN, LISTEN_TO("old", GUID_DEVICE_MEMORY), STOP("cpu"),
        {.kind = HA_STEP_DEREGISTER, .name = "old", .old_routine = true},
        {.kind = HA_STEP_DEREGISTER, .name = "old", .has_if_fails = true,
         .if_fails = STEPS(ask)},
        {.kind = HA_STEP_DEREGISTER, .notification = HA_DEVICE_INTERFACE, .has_if_fails = true},
        {.kind = HA_STEP_DEREGISTER, .notification = HA_DEVICE_INTERFACE, .old_routine = true}};
    const struct ha_script script[] = {{.name = "a", .entry = STEPS(entry)}};
    b->drivers_err = true;

    bench_play(b, script, 1, NULL, 0);

    expect_records(b, "system-2 DRV_ENTRY_ENTER a [4]\n"
                      "system-2 PNP_REG_ENTER a.cpu flags=0 [4]\n"
                      "system-2 REF a +1: 1 [4]\n"
                      "system-2 PNP_REG_RETURN a.cpu 0 [4]\n"
                      "system-2 PNP_REG_ENTER a.old flags=0 [4]\n"
                      "system-2 REF a +1: 2 [4]\n"
                      "system-2 PNP_REG_RETURN a.old 0 [4]\n"
                      "system-2 PNP_UNREG_ENTER a.cpu Ex [4]\n"
                      "system-2 PNP_UNREG_RETURN a.cpu 0 [4]\n"
                      "system-2 REF a -1: 1 [4]\n"
                      "system-2 PNP_UNREG_ENTER a.old [4]\n"
                      "system-2 PNP_UNREG_RETURN a.old 0 [4]\n"
                      "system-2 REF a -1: 0 [4]\n"
                      "system-2 PNP_UNREG_ENTER an unknown entry Ex [4]\n"
                      "system-2 MISUSE handle was removed before [4]\n"
                      "system-2 PNP_UNREG_RETURN an unknown entry STATUS_INVALID_PARAMETER [4]\n"
                      "system-2 asks, KeQueryActiveGroupCount [4]\n"
                      "system-2 PNP_UNREG_ENTER an unknown entry Ex [4]\n"
                      "system-2 MISUSE handle is NULL [4]\n"
                      "system-2 PNP_UNREG_RETURN an unknown entry STATUS_INVALID_PARAMETER [4]\n"
                      "system-2 PNP_UNREG_ENTER an unknown entry [4]\n"
                      "system-2 MISUSE handle is NULL [4]\n"
                      "system-2 PNP_UNREG_RETURN an unknown entry STATUS_INVALID_PARAMETER [4]\n"
                      "system-2 DRV_ENTRY_LEAVE a STATUS_INVALID_PARAMETER [4]\n"
                      "system-2 IMAGE_FREED a [4]\n"
                      "caller TRACE_END normally [4]\n");
}

/* One driver removes what another one has registered. */
static void a_driver_removes_an_entry_of_another_one(void **state)
{
    struct bench *b = *state;
    static const struct ha_step entry[] = {LISTEN};
    static const struct ha_step steal[] = {
        {.kind = HA_STEP_DEREGISTER, .name = "cpu", .driver = "a"}};
    const struct ha_script script[] = {{.name = "a", .entry = STEPS(entry)},
                                       {.name = "c", .entry = STEPS(steal)}};
    const struct ha_event_plan event[] = {{ADD}};

    bench_play(b, script, 2, event, 1);

    assert_int_equal(bench_count(b, HA_PNP_CB_CALL), 0);
    assert_int_equal(bench_count(b, HA_PNP_UNREG_ENTER), 1);
}

/* PNP-6, CTX-7: what a callback leaves raised is recorded, and put back */
static void an_irql_that_a_callback_leaves_raised_is_recorded(void **state)
{
    struct bench *b = *state;
    static const struct ha_step entry[] = {LISTEN};
    static const struct ha_step raise[] = {{.kind = HA_STEP_RAISE_IRQL, .irql = DISPATCH_LEVEL}};
    const struct ha_handler handler[] = {{ON_NEWS("cpu", HA_STATE_ARRIVAL, raise)}};
    const struct ha_script script[] = {
        {.name = "a", .entry = STEPS(entry), .handler = handler, .handler_count = 1},
        {.name = "c", .entry = STEPS(entry)}};
    const struct ha_event_plan event[] = {{ADD}};
    b->drivers_err = true;

    bench_play(b, script, 2, event, 1);

    assert_int_equal(bench_record(b, HA_PNP_CB_LEAVE, 0)->irql, DISPATCH_LEVEL);
    assert_int_equal(bench_record(b, HA_PNP_CB_CALL, 0)->irql, PASSIVE_LEVEL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BENCH_TEST(a_driver_with_both_halves_hears_of_a_processor),
        BENCH_TEST(a_driver_hears_of_memory_and_of_nothing_else),
        BENCH_TEST(handlers_are_for_an_event_an_instance_and_some_times),
        BENCH_TEST(a_callback_knows_the_processor_that_it_hears_of),
        BENCH_TEST(what_a_callback_returns_is_recorded),
        BENCH_TEST(an_entry_that_is_refused_undoes_what_it_did),
        BENCH_TEST(either_routine_removes_and_refuses_what_is_gone),
        BENCH_TEST(a_driver_removes_an_entry_of_another_one),
        BENCH_TEST(an_irql_that_a_callback_leaves_raised_is_recorded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
