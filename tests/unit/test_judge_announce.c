/* judge: instances of device interfaces that come and go, and rebalancing */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/judging.h"

#define TWO "partition 8:2; instance 1; instance 2; "
#define UP3 "add; hw; active; sched; started 3; up 3; end; "
#define MEMORY "memory 0 0x1000; "
#define RANGE "mem> 0x1000 0x1000; online 0x1000 0x1000; "
#define EXISTS "0x40000000"
#define NOT_FOUND "0xC0000034"

static void right_traces_have_no_findings(void **state)
{
    (void)state;
    static const struct judging cases[] = {
        {"an add announces what it brought", "", TWO "pnp P;" UP3 "P A 3; over"},
        {"an add that fails announces nothing", "", TWO "pnp P; reg A; add; A S out=I; A F; end I;"
         "over"},
        {"the next add announces its own", "", TWO "pnp P;"
         "reg A; add; A S out=I; A F; end I; add; A S; hw; active; sched; A C; started 3; up 3;"
         "end; P A 3; over"},
        {"early, by the profile", "", "set async_after=sched;" TWO
         "reg A; add; A S; hw; active; sched; started 3; up 3; A C; end; over"},
        {"early, by choice", "", TWO
         "reg A; add; A S; hw; active; sched; choice early 1; started 3; up 3; A C; end; over"},
        {"the chosen answer is the ordinary one", "", TWO
         "reg A; add; A S; hw; active; sched; choice early 0; A C; started 3; up 3; end; over"},
        {"memory is announced", "", TWO MEMORY
         "instance 3 memory; pnp P class=memory;" RANGE
         "started 4 memory 2 cause=1; up 4 memory 2 cause=1; mem<; P A 4; over"},
        {"memory that fails is not", "", TWO "pnp P class=memory; mem> 0x1000 0x1000; mem< T;"
         "over"},
        {"a rebalance when the processor is active", "", TWO
         "add; hw; active; rebalance>; sched; started 3; up 3; end; rebalance<; over"},
        {"a rebalance before the arrival", "", TWO "pnp P;" UP3 "rebalance>; P A 3; rebalance<;"
         "over"},
        {"an instance is disabled by hand", "", TWO "down 2 processor cause=0; over"},
        {"an interface of a driver comes and goes", "", TWO
         "enable 3 0 register; S up 3 panel cause=0 driver=1; over"},
        {"a trace that speaks of no instances", "", "partition 8:2;"
         "add; hw; active; sched; end; over"},
        {"records are missing", "", TWO "add; hw; active; sched; end skip=2; over"},
        {"a run that was cut short", "", TWO "add; hw; active; sched; end; over deadlock"},
    };

    EXPECT_FINDINGS(cases);
}

/* PNP-9 */
static void each_device_has_one_instance(void **state)
{
    (void)state;
    static const struct judging cases[] = {
        {"none for one that was there", "PNP-9", "partition 8:2; instance 1; pnp P; over"},
        {"one too many", "PNP-9", TWO "instance 3; pnp P; over"},
        {"none for memory that was there", "PNP-9", TWO MEMORY "memory 0x1000 0x1000 id=2;"
         "instance 3 memory; pnp P; over"},
        {"none by an add", "PNP-9", TWO "add; hw; active; sched; end; over"},
        {"none by an add before another one", "PNP-9", TWO "add; hw; active; sched; end;"
         "add; hw; active; sched; started 3; up 3; end; over"},
        {"two by an add", "PNP-9", TWO "add; hw; active; sched; started 3; up 3; up 4; end; over"},
        {"one that is disabled because of an add", "PNP-9", TWO UP3 "down 3; over"},
    };

    EXPECT_FINDINGS(cases);
}

/* PNP-23 */
static void an_interface_of_a_driver_has_one_state(void **state)
{
    (void)state;
    static const struct judging cases[] = {
        {"a first time is no other", "PNP-23", TWO "enable 3 " EXISTS " register; over"},
        {"another time is no first", "PNP-23", TWO
         "enable 3 0 register; enable 3 0 register; over"},
        {"enabled, enabled again", "", TWO "enable 3 0 register; enable 3 " EXISTS
         " register; S up 3 panel cause=0 driver=1; enable 3; enable 3 " EXISTS "; over"},
        {"success without a change", "PNP-23", TWO "S up 3 panel cause=0 driver=1; enable 3;"
         "enable 3; over"},
        {"enabled before its device has started", "", TWO "enable 3 0 register; enable 3;"
         "up 3 panel cause=0; enable 3 " EXISTS "; over"},
        {"disabled by hand", "", TWO "enable 3 0 register; enable 3; up 3 panel cause=0;"
         "down 3 panel cause=0; disable 3 " NOT_FOUND "; over"},
        {"a change without success", "PNP-23", TWO
         "S up 3 panel cause=0 driver=1; enable 3 " EXISTS "; over"},
        {"disabled though it never was enabled", "PNP-23", TWO "enable 3 0 register; disable 3;"
         "over"},
        {"not found, though it is enabled", "PNP-23", TWO
         "S up 3 panel cause=0 driver=1; enable 3; disable 3 " NOT_FOUND "; over"},
        {"disabled twice", "", TWO "S up 3 panel cause=0 driver=1; enable 3;"
         "S down 3 panel cause=0 driver=1; disable 3; disable 3 " NOT_FOUND "; over"},
        {"an arrival for what is enabled", "PNP-23", TWO
         "S up 3 panel cause=0 driver=1; enable 3; S up 3 panel cause=0 driver=1; enable 3 " EXISTS
         "; over"},
        {"a refusal", "", TWO "enable 0 0xC0000010; over"},
    };

    EXPECT_FINDINGS(cases);
}

/* ORD-5, ORD-9, ORD-10 */
static void an_add_announces_when_it_is_through(void **state)
{
    (void)state;
    static const struct judging cases[] = {
        {"before the last Complete call", "ORD-5", TWO
         "reg A; reg B; add; A S; B S; hw; active; sched; A C; started 3; up 3; B C; end; over"},
        {"inside the last Complete call", "ORD-5", TWO
         "reg A; add; A S; hw; active; sched; A> C; started 3; up 3; A< C; end; over"},
        {"before it is schedulable", "ORD-5", "set async_after=sched;" TWO
         "reg A; add; A S; hw; active; started 3; up 3; sched; A C; end; over"},
        {"after the Complete calls", "ORD-5", "set async_after=sched;" TWO
         "reg A; add; A S; hw; active; sched; A C; started 3; up 3; end; over"},
        {"a choice of the add before", "ORD-5", TWO
         "reg A; add; choice early 1; A S; hw; active; sched; started 3; up 3; A C; end;"
         "add; A S; hw; active; sched; started 4; up 4; A C; end; over"},
        {"in an add that was refused", "ORD-9", TWO
         "reg A; add; A S out=I; A F; up 3; end I; over"},
        {"a device starts there", "ORD-9", TWO
         "reg A; add; A S out=I; A F; started 3; end I; over"},
        {"after an add that failed", "ORD-9", TWO "add; hw T; end; up 3; over"},
        {"in an add that fails for no reason", "STAT-11 ORD-9", TWO
         "add; hw; active; sched; started 3; up 3; end U; over"},
        {"a rebalance after an add that failed", "ORD-9", TWO "add; hw T; end; rebalance>; over"},
        {"a rebalance before the processor is active", "ORD-10", TWO
         "add; hw; rebalance>; active; sched; started 3; up 3; end; rebalance<; over"},
        {"it differs elsewhere, too", "note ORD-10", "foreign;" TWO
         "add; hw; rebalance>; active; sched; started 3; up 3; end; rebalance<; over"},
    };

    EXPECT_FINDINGS(cases);
}

/* MEM-2, MEM-4, MEM-7 */
static void memory_is_announced_and_nothing_else_follows(void **state)
{
    (void)state;
    static const struct judging cases[] = {
        {"before the range is there", "MEM-2", TWO "mem> 0x1000 0x1000;"
         "up 3 memory 1 cause=1; online 0x1000 0x1000; mem<; over"},
        {"not at all", "MEM-2", TWO RANGE "mem<; over"},
        {"not before the next one", "MEM-2", TWO RANGE "mem<; mem> 0x2000 0x1000 id=2;"
         "mem< T id=2; over"},
        {"though it failed", "MEM-2 MEM-7", TWO
         "mem> 0x1000 0x1000; up 3 memory 1 cause=1; mem< T; over"},
        {"a rebalance", "MEM-4", TWO RANGE "up 3 memory 1 cause=1; mem<;"
         "rebalance> memory cause=1; over"},
    };

    EXPECT_FINDINGS(cases);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(right_traces_have_no_findings),
        cmocka_unit_test(each_device_has_one_instance),
        cmocka_unit_test(an_interface_of_a_driver_has_one_state),
        cmocka_unit_test(an_add_announces_when_it_is_through),
        cmocka_unit_test(memory_is_announced_and_nothing_else_follows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
