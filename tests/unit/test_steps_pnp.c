/* steps_pnp: what scripted drivers do with PnP notification */
#include <poclass.h>

#include "unit/scripting.h"

#define HELD(array) .kind = HA_EVENT_RUN, .run = &(const struct ha_steps)STEPS(array)
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        BENCH_TEST(a_driver_with_both_halves_hears_of_a_processor),
        BENCH_TEST(a_driver_hears_of_memory_and_of_nothing_else),
        BENCH_TEST(the_default_unload_removes_what_was_registered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
