/* judge: DPCs, where they are sent, when they run and what becomes of them */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/judging.h"

/* An add by hand, in which A does what a case says. */
#define STARTED "hw; active; sched; "

static void a_dpc_that_is_sent_queued_and_run_is_no_finding(void **state)
{
    (void)state;
    static const struct judging cases[] = {
        {"on its own processor", "", "queue 1 0; run> 1 0; run< 1 0; over;"},
        {"on another", "", "aim ex 1 2 2; queue 1 2; run> 1 2; run< 1 2; over;"},
        {"queued again while it runs", "",
         "queue 1 0; run> 1 0; queue 1 0; run< 1 0; run> 1 0; run< 1 0; over;"},
        {"queued twice", "", "queue 1 0; queue 1 0 res=0; run> 1 0; run< 1 0; over;"},
        {"taken out of the queue", "", "queue 1 0; drop 1 0 driver; over;"},
        {"by a timer, on any processor", "", "queue 1 3 timer; run> 1 3; run< 1 3; over;"},
        {"sent elsewhere later", "",
         "aim ex 1 2 2; queue 1 2; run> 1 2; run< 1 2; aim ex 1 3 3; queue 1 3; run> 1 3; "
         "run< 1 3; over;"},
        {"in a trace with a gap", "", "run> 1 0 skip=1; run< 1 0; over;"},
        {"sent before a gap, perhaps", "", "queue 1 3 cpu=1 skip=1;"},
        {"after a number that is none", "", "aim ex 1 9 0xffff 0xC000000D; queue 1 0; run> 1 0;"},
        {"still queued when the run ends otherwise", "", "queue 1 0; over deadlock;"},
        {"queued by one driver while another leaves a timer", "DRV-12(a)",
         "enter a; leave a; queue 1 0 driver=2; ask a; unload a; unloaded a; left timer 1; "
         "freed a; queue 1 0 driver=2 res=0; run> 1 0 driver=2; run< 1 0 driver=2; over;"},
        {"queued again by what outlives the image", "DRV-12(a)",
         "enter a; leave a; ask a; unload a; queue 1 0; unloaded a; left dpc 1; freed a; "
         "queue 1 0; run> 1 0; run< 1 0; over;"},
    };

    EXPECT_FINDINGS(cases);
}

/* DPC-1 */
static void a_dpc_runs_once_at_dispatch_level_where_it_was_sent(void **state)
{
    (void)state;
    static const struct judging cases[] = {
        {"not queued", "DPC-1", "run> 1 0;"},
        {"twice", "DPC-1", "queue 1 0; run> 1 0; run< 1 0; run> 1 0;"},
        {"after it was taken out", "DPC-1", "queue 1 0; drop 1 0 driver; run> 1 0;"},
        {"below DISPATCH_LEVEL", "DPC-1", "queue 1 0; run> 1 0 irql=0;"},
        {"on another processor than that of its target", "DPC-1",
         "aim ex 1 2 2; queue 1 2; run> 1 3;"},
        {"queued for another processor than its target", "DPC-1", "aim ex 1 2 2; queue 1 3;"},
        {"queued for another processor than the current one", "DPC-1", "queue 1 3 cpu=1;"},
        {"queued while it is queued", "DPC-1", "queue 1 0; queue 1 0;"},
        {"not queued though it was not", "DPC-1", "queue 1 0 res=0;"},
        {"taken out though it is not there", "DPC-1", "drop 1 0 driver;"},
        {"never run", "DPC-1", "queue 1 0; over;"},
    };

    EXPECT_FINDINGS(cases);
}

/* QRY-15 */
static void a_dpc_is_sent_where_the_conversions_know_a_processor(void **state)
{
    (void)state;
    static const struct judging cases[] = {
        {"the incoming one, in Start", "",
         "reg A; add; A> S; aim ex 1 4 4; A< S; " STARTED "A> C; queue 1 4; run> 1 4; "
         "run< 1 4; A< C; end;"},
        {"refused in Start", "QRY-15", "reg A; add; A> S; aim ex 1 4 0xffff 0xC000000D; A< S;"},
        {"the incoming one, under number_map_at_start=invalid", "",
         "set number_map_at_start=invalid; reg A; add; A> S; "
         "aim ex 1 4 0xffff 0xC000000D; A< S;"},
        {"sent there under number_map_at_start=invalid", "QRY-15",
         "set number_map_at_start=invalid; reg A; add; A> S; aim ex 1 4 4; A< S;"},
        {"before the first Start call, either way", "",
         "reg A; add; aim ex 1 4 4; aim ex 2 4 0xffff 0xC000000D; A S;"},
        {"a number that is none", "QRY-15", "aim ex 1 9 0xffff;"},
        {"another status", "QRY-15", "aim ex 1 9 0xffff U;"},
        {"elsewhere", "QRY-15", "aim ex 1 2 3;"},
        {"a processor of group 1", "", "partition 2:2 2:2; aim ex 1 0x10001 3;"},
        {"in a partition that is not known any more", "", "aim ex 1 9 2 skip=1 active=6;"},
    };

    EXPECT_FINDINGS(cases);
}

/* QRY-15, QRY-23 */
static void a_dpc_that_is_queued_too_early_is_its_drivers_and_waits(void **state)
{
    (void)state;
    static const struct judging cases[] = {
        {"runs after SCHED", "QRY-15(a)",
         "reg A; add; A> S; aim ex 1 4 4; queue 1 4 waits; A< S; " STARTED
         "run> 1 4; run< 1 4; A C; end; over;"},
        {"by a timer of b", "QRY-15(b)",
         "reg A; add; A> S; aim ex 1 4 4; queue 1 4 waits timer driver=2; A< S; " STARTED
         "run> 1 4 driver=2; run< 1 4 driver=2; A C; end; over;"},
        {"lost with the add", "QRY-15(a)",
         "reg A; add; A> S; aim ex 1 4 4; queue 1 4 waits; A< S out=I; A F; drop 1 4; end I; "
         "over;"},
        {"lost when the add has ended", "QRY-15(a)",
         "reg A; add; A> S; aim ex 1 4 4; queue 1 4 waits; A< S out=I; A F; end I; drop 1 4; "
         "over;"},
        {"waits for the next one", "QRY-15(a)",
         "reg A; add; A> S; aim ex 1 4 4; A< S out=I; A F; end I; queue 1 4 waits; add; A S; "
         STARTED
         "run> 1 4; run< 1 4; A C; end; over;"},
        {"when no processor comes any more", "QRY-15(a)", "queue 1 0xffff waits; over;"},
        {"lost when its number has no index any more", "QRY-15(a)",
         "reg A; add; A> S; aim ex 1 4 4; queue 1 4 waits; A< S out=I; A F; end I; "
         "drop 1 0xffff; over;"},
    };

    EXPECT_FINDINGS(cases);
}

/* QRY-23 */
static void a_dpc_that_waits_runs_after_sched_or_is_lost(void **state)
{
    (void)state;
#define EARLY "reg A; add; A> S; aim ex 1 4 4; queue 1 4 waits; "
    static const struct judging cases[] = {
        {"before SCHED", "QRY-15(a) QRY-23", EARLY "run> 1 4;"},
        {"lost though the add goes on", "QRY-15(a) QRY-23", EARLY "drop 1 4;"},
        {"lost though no add has failed", "QRY-15(a) QRY-23",
         "queue 1 0xffff waits; drop 1 0xffff;"},
        {"lost though it did not wait", "QRY-23", "queue 1 0; drop 1 0;"},
        {"kept when the add has failed", "QRY-15(a) QRY-23",
         EARLY "A< S out=I; A F; end I; over;"},
        {"kept until the next add", "QRY-15(a) QRY-23",
         EARLY "A< S out=I; A F; end I; add; A S; hw;"},
        {"FALSE", "QRY-23", "reg A; add; A> S; queue 1 4 waits res=0; A< S;"},
        {"waits for a processor that takes threads", "QRY-15(a) QRY-23", "queue 1 0 waits;"},
        {"does not wait", "QRY-23", "reg A; add; A> S; aim ex 1 4 4; queue 1 4; A< S;"},
        {"never run though its processor came", "QRY-15(a) DPC-1",
         EARLY "A< S; " STARTED "A C; end; over;"},
    };

    EXPECT_FINDINGS(cases);
}

/* QRY-21 */
static void the_old_routine_knows_group_0_and_a_queued_dpc_keeps_its_target(void **state)
{
    (void)state;
    static const struct judging cases[] = {
        {"below the count", "", "aim old 1 3 3; queue 1 3; run> 1 3; run< 1 3; over;"},
        {"at the count, with the target left alone", "",
         "aim old 1 3 3; aim old 1 4 3 0xC000000D; queue 1 3; run> 1 3; run< 1 3; over;"},
        {"at the count, with the target moved", "QRY-21", "aim old 1 3 3; aim old 1 4 0;"},
        {"above the count, with the target lost", "QRY-21",
         "aim old 1 3 3; aim old 1 9 0xffff;"},
        {"queued elsewhere", "QRY-21", "aim old 1 3 3; queue 1 0;"},
        {"elsewhere", "QRY-21", "aim old 1 3 2;"},
        {"the incoming one, which is not below the count", "",
         "reg A; add; A> S; aim old 1 4 0xffff 0xC000000D; A< S;"},
        {"of group 0 only", "", "partition 2:2 2:2; aim old 1 2 0xffff; queue 1 0; run> 1 0;"},
        {"sent while it is queued", "",
         "queue 1 0; aim ex 1 2 2; run> 1 0; run< 1 0; queue 1 2; run> 1 2; run< 1 2; over;"},
        {"sent while it is queued, without effect later", "",
         "queue 1 0; aim ex 1 2 0xffff; run> 1 0; run< 1 0; queue 1 0; run> 1 0; run< 1 0; "
         "over;"},
        {"sent while it is queued, and run there", "QRY-21",
         "queue 1 0; aim ex 1 2 2; run> 1 2;"},
        {"sent there by the old routine, and run there", "QRY-21",
         "queue 1 0; aim old 1 2 2; run> 1 2;"},
    };

    EXPECT_FINDINGS(cases);
}

/* HOT-14 */
static void a_callback_may_wait_for_the_dpcs_that_it_queues(void **state)
{
    (void)state;
#define WAITING "reg A; add; A> S; H aim ex 1 2 2; H queue 1 2; H wait; "
    static const struct judging cases[] = {
        {"that run", "", WAITING "run> 1 2; run< 1 2; A< S; " STARTED "A C; end; over;"},
        {"that never run", "HOT-14", WAITING "stuck H; over deadlock;"},
        {"behind one who spins", "", WAITING "S wait irql=2; stuck H; stuck S; over deadlock;"},
        {"behind one who was never seen to wait", "",
         WAITING "stuck H; stuck S; over deadlock;"},
        {"that wait for the processor", "QRY-15(a)",
         "reg A; add; A> S; H aim ex 1 4 4; H queue 1 4 waits; H wait; stuck H; over deadlock;"},
        {"after the callback has returned", "",
         "reg A; add; A> S; H queue 1 0; A< S; H wait; stuck H; over deadlock;"},
    };

    EXPECT_FINDINGS(cases);
}

/* IRQL-3 */
static void code_that_the_kernel_calls_ends_at_the_irql_of_its_call(void **state)
{
    (void)state;
    static const struct judging cases[] = {
        {"a DPC", "IRQL-3(a)", "queue 1 0; run> 1 0; run< 1 0 irql=0;"},
        {"a broadcast", "IRQL-3(a)", "ipi> 1; ipi< 1 irql=2;"},
        {"AddDevice", "IRQL-3(a)", "enter a; leave a 0; device> 1; device< 1 irql=2;"},
        {"a Reinitialize routine", "IRQL-3(a)",
         "enter a; leave a 0; reinit> 1; reinit< 1 irql=2;"},
        {"all of them as they were called", "",
         "enter a; leave a 0; device> 1; device< 1; ipi> 1; ipi< 1; queue 1 0; run> 1 0; "
         "run< 1 0;"},
    };

    EXPECT_FINDINGS(cases);
}

/* QRY-22 */
static void an_address_is_given_to_the_same_names_throughout(void **state)
{
    (void)state;
    static const struct judging cases[] = {
        {"given and not given", "",
         "query routine 7 1; query routine 8 0; query routine 7 1; query routine 8 0; "
         "query routine 0 0;"},
        {"no longer given", "QRY-22", "query routine 7 1; query routine 7 0;"},
        {"given later", "QRY-22", "query routine 700 0; query routine 700 1;"},
        {"to a name that is none", "QRY-22", "query routine 0 1;"},
        {"beyond what is remembered", "", "query routine 70000 1; query routine 70000 0;"},
    };

    EXPECT_FINDINGS(cases);
}

static bool is_exercised(const struct ha_judge *judge, const char *id)
{
    return ha_judge_exercised(judge, ha_rule_find(id));
}

/* A rule that is kept was exercised, and one that a trace has nothing of was not. */
static void a_rule_is_exercised_by_what_it_speaks_of(void **state)
{
    (void)state;
    static const struct { const char *id, *without, *with; } cases[] = {
        {"DPC-1", "aim ex 1 0 0;", "queue 1 0;"},
        {"DPC-1", "aim ex 1 0 0;", "run> 1 0 skip=1;"},
        {"DPC-1", "aim ex 1 0 0;", "drop 1 0 driver;"},
        {"QRY-15", "run> 1 0;", "queue 1 0;"},
        {"QRY-15", "aim old 1 0 0;", "aim ex 1 0 0;"},
        {"QRY-21", "aim ex 1 0 0;", "aim old 1 0 0;"},
        {"QRY-21", "queue 1 0; run> 1 0;", "queue 1 0; aim ex 1 0 0; run> 1 0;"},
        {"QRY-22", "query irql 0 1;", "query routine 1 1;"},
        {"QRY-23", "queue 1 0; run> 1 0;", "queue 1 0xffff waits;"},
        {"QRY-23", "queue 1 0; drop 1 0 driver;", "drop 1 0;"},
        {"HOT-14", "reg A; add; A> S; H queue 1 0; A< S; run> 1 0;",
         "reg A; add; A> S; H queue 1 0; run> 1 0; A< S;"},
        {"HOT-14", "reg A; add; A> S; H queue 1 0 timer; run> 1 0;",
         "reg A; add; A> S; H queue 1 0; run> 1 0; A< S;"},
        {"IRQL-3", "queue 1 0; run> 1 0;", "queue 1 0; run> 1 0; run< 1 0;"},
    };
    struct ha_judge *judge = ha_judge_create();

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        judge_text(judge, cases[i].without);
        bool without = is_exercised(judge, cases[i].id);
        judge_text(judge, cases[i].with);
        bool with = is_exercised(judge, cases[i].id);
        if (without || !with)
            fail_msg("%s: exercised by \"%s\": %d, by \"%s\": %d", cases[i].id,
                     cases[i].without, without, cases[i].with, with);
    }
    ha_judge_destroy(judge);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_dpc_that_is_sent_queued_and_run_is_no_finding),
        cmocka_unit_test(a_dpc_runs_once_at_dispatch_level_where_it_was_sent),
        cmocka_unit_test(a_dpc_is_sent_where_the_conversions_know_a_processor),
        cmocka_unit_test(a_dpc_that_is_queued_too_early_is_its_drivers_and_waits),
        cmocka_unit_test(a_dpc_that_waits_runs_after_sched_or_is_lost),
        cmocka_unit_test(the_old_routine_knows_group_0_and_a_queued_dpc_keeps_its_target),
        cmocka_unit_test(a_callback_may_wait_for_the_dpcs_that_it_queues),
        cmocka_unit_test(code_that_the_kernel_calls_ends_at_the_irql_of_its_call),
        cmocka_unit_test(an_address_is_given_to_the_same_names_throughout),
        cmocka_unit_test(a_rule_is_exercised_by_what_it_speaks_of),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
