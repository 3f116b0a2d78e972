/* judge: what goes wrong when a callback is registered or removed, REG, EXIST, DEREG */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/judging.h"

/* Four processors exist; A has begun to register and hold the lock. */
#define PHASE "reg> A +; lock A; "
#define STARTS "A ES 0; A ES 1; A ES 2; A ES 3; "
#define COMPLETES "A EC 0; A EC 1; A EC 2; A EC 3; "
/* A hot-add of three, from the hardware start to SCHED. */
#define UP "hw; active; sched; "

/* REG-1, REG-2, REG-6, REG-8, REG-11 */
static void a_driver_that_registers_wrongly_is_found(void **state)
{
    (void)state;
    static const struct judging cases[] = {
        {"at DISPATCH_LEVEL", "REG-2(a)", "reg> A irql=2; refused irql; reg< A null;"},
        {"at APC_LEVEL", "REG-2(a)",
         "set callback_irql=apc; reg> A irql=1; refused irql; reg< A null;"},
        {"unknown flags, twice", "note REG-6(a)*2", "reg> A flags=2; lock A; reg< A; dereg A;"
         "reg> A flags=4; lock A; reg< A;"},
        {"unknown flags beside the known one", "note REG-6(b)",
         "partition 8:1; reg> B flags=3; lock B; B ES 0; B EC 0; reg< B;"},
        {"no function", "REG-8(a)", "reg> A fn=0; refused null; reg< A null;"},
        {"inside a callback", "REG-11(b)",
         "reg A; add; A> S; H reg> B; H refused inside; H reg< B null; A< S; " UP "A C; end;"},
        {"inside a callback at APC_LEVEL", "REG-11(b)",
         "set callback_irql=apc; reg A; add; A> S; H reg> B irql=1; H refused inside;"
         "H reg< B null; A< S; " UP "A C; end;"},
    };
    EXPECT_FINDINGS(cases);
}

/* REG-1 to REG-12: what the kernel makes of a registration */
static void a_kernel_that_registers_wrongly_is_found(void **state)
{
    (void)state;
    static const struct judging cases[] = {
        {"NULL for nothing", "REG-1", "reg> A; lock A; reg< A null; hot;"},
        {"NULL for unknown flags", "note REG-6(a) REG-1",
         "reg> A flags=2; refused flags; reg< A null;"},
        {"a handle after a fault", "REG-1", "reg> A; fault; lock A; reg< A; hot A;"},
        {"a handle without memory", "REG-1", "reg> A; refused memory; lock A; reg< A; hot A;"},
        {"a call of what was refused", "REG-1", "reg> A; refused memory; reg< A null; hot A;"},
        {"registered at DISPATCH_LEVEL", "REG-2(a) REG-2",
         "reg> A irql=2; lock A; reg< A;"},
        {"called though registered at DISPATCH_LEVEL", "REG-2(a) REG-2",
         "partition 8:1; reg> A + irql=2; A ES 0; refused irql; reg< A null;"},
        {"called at another IRQL", "REG-2", "reg A; add; A S irql=1; " UP "A C; end;"},
        {"called at PASSIVE_LEVEL", "REG-2",
         "set callback_irql=apc; reg A; add; A S irql=0; " UP "A C; end;"},
        {"another context", "REG-3", THREE "add; A S; B S ctx=21; C S; " UP "A C; B C; C C; end;"},
        {"no context", "REG-3", THREE "add; A S; B S; C S ctx=0; " UP "A C; B C; C C; end;"},
        {"a context for one that has none", "REG-3",
         "reg A ctx=0; add; A S; " UP "A C ctx=0; end;"},
        {"existing processors without the flag", "REG-4",
         "reg> A; lock A; A ES 0; reg< A;"},
        {"a call before the lock without the flag", "REG-4",
         "reg> A; A ES 0; lock A; reg< A;"},
        {"an add before the return", "REG-4",
         "add; R reg> A; A S; " UP "end; R lock A; R reg< A;"},
        {"existing processors left out", "REG-5", PHASE "reg< A;"},
        {"a handle of another", "REG-7", "reg A; reg> B; lock B; reg< B handle=1;"},
        {"one function, told once", "REG-7",
         "reg A fn=7; reg B fn=7 driver=1; add; A S; " UP "A C; end;"},
        {"registered without a function", "REG-8(a) REG-8", "reg> A fn=0; lock A; reg< A;"},
        {"called without a function", "REG-8(a) REG-8",
         "reg> A + fn=0; A ES 0; refused null; reg< A null;"},
        {"called without resources", "REG-9", "reg> A +; fault; A ES 0; reg< A null;"},
        {"registered during an add", "REG-10",
         "reg A; add; A S; R reg> X; R lock X; R reg< X; " UP "A C; end; hot A X;"},
        {"called before the lock", "REG-10",
         "partition 8:1; reg> A +; A ES 0; lock A; A ES 0; A EC 0; reg< A;"},
        {"told the second half of an add", "REG-10",
         "set register_during_add=late_join; reg A; add; A S; R reg X; " UP "A C; X C; end;"},
        {"registered inside a callback", "REG-11(b) REG-11",
         "set register_during_add=late_join; reg A; add; A> S; H reg> B; H lock B; H reg< B;"
         "A< S; " UP "A C; end;"},
        {"called though registered inside a callback", "REG-11(b) REG-11",
         "partition 8:1; reg> A +; lock A; A> ES 0; reg> B +; refused inside; reg< B null;"
         "A< ES 0; A EC 0; reg< A; hot A B;"},
        {"two registrations at a time", "REG-12",
         "reg> A; lock A; R reg> B; R lock B; R reg< B; reg< A;"},
        {"a registration during a removal", "REG-12",
         "reg A; dereg> A; dereg! A; R reg> B; R lock B; R reg< B; dereg< A;"},
        {"a handle without the lock", "REG-12", "reg> A; reg< A; hot A;"},
        {"an add during a registration", "REG-12", "reg> A; lock A; add; " UP "end; reg< A;"},
        {"an add during a removal", "REG-12",
         "reg A; dereg> A; dereg! A; add; " UP "end; dereg< A;"},
        {"two removals at a time", "REG-12",
         "reg A; reg B; dereg> A; dereg! A; R dereg> B; R dereg! B; R dereg< B; dereg< A;"},
    };
    EXPECT_FINDINGS(cases);
}

/* EXIST-1 to EXIST-12, STAT-7, STAT-8, STAT-10 */
static void a_kernel_that_announces_existing_processors_wrongly_is_found(void **state)
{
    (void)state;
    static const struct judging cases[] = {
        {"a Start missing", "EXIST-1",
         PHASE "A ES 0; A ES 1; A ES 3; A EC 0; A EC 1; A EC 3; reg< A;"},
        {"the last Start missing", "EXIST-1", PHASE "A ES 0; A ES 1; A ES 2; reg< A;"},
        {"a Start twice", "EXIST-1",
         PHASE "A ES 0; A ES 1; A ES 1; A ES 2; A ES 3; " COMPLETES "reg< A;"},
        {"a Start after a Complete", "EXIST-1", PHASE STARTS "A EC 0; A ES 1; A EC 1; reg< A;"},
        {"a Start for a processor that is not there", "EXIST-1",
         PHASE STARTS "A ES 4; " COMPLETES "reg< A;"},
        {"a Complete missing", "EXIST-2", PHASE STARTS "A EC 0; A EC 1; A EC 3; reg< A;"},
        {"a Complete twice", "EXIST-2",
         PHASE STARTS "A EC 0; A EC 0; A EC 1; A EC 2; A EC 3; reg< A;"},
        {"a Failure for nothing", "EXIST-2", PHASE STARTS "A EF 0 st=I; A EF 1 st=I; reg< A null;"},
        {"a call after the return", "EXIST-3", "reg A +; A EC 3;"},
        {"the return inside a call", "EXIST-3",
         PHASE STARTS "A EC 0; A EC 1; A EC 2; A> EC 3; reg< A; A< EC 3;"},
        {"Start out of order", "EXIST-4",
         PHASE "A ES 0; A ES 2; A ES 1; A ES 3; " COMPLETES "reg< A;"},
        {"Complete in descending order", "EXIST-4",
         PHASE STARTS "A EC 3; A EC 2; A EC 1; A EC 0; reg< A;"},
        {"another one called", "EXIST-5",
         "partition 8:1; reg B; " PHASE "A ES 0; S B S 0; A EC 0; reg< A;"},
        {"Start after an error", "EXIST-6",
         PHASE "A ES 0; A ES 1 out=I; A ES 2; A EF 0; reg< A null;"},
        {"Complete after an error", "EXIST-6",
         PHASE "A ES 0; A ES 1 out=I; A EF 0; A EC 0; reg< A null;"},
        {"Failure for the one that failed", "EXIST-7",
         PHASE "A ES 0; A ES 1 out=I; A EF 0; A EF 1; reg< A null;"},
        {"a Failure missing", "EXIST-7",
         PHASE "A ES 0; A ES 1; A ES 2 out=I; A EF 0; reg< A null;"},
        {"a Failure twice", "EXIST-7",
         PHASE "A ES 0; A ES 1; A ES 2 out=I; A EF 0; A EF 0; A EF 1; reg< A null;"},
        {"no Failure at all", "EXIST-7", PHASE "A ES 0; A ES 1 out=I; reg< A null;"},
        {"Failure in descending order", "EXIST-8",
         PHASE "A ES 0; A ES 1; A ES 2 out=I; A EF 1; A EF 0; reg< A null;"},
        {"Failure in ascending order", "EXIST-8",
         "set failure_order=reverse; " PHASE "A ES 0; A ES 1; A ES 2 out=I; A EF 0; A EF 1;"
         "reg< A null;"},
        {"a handle after an error", "EXIST-9", PHASE "A ES 0 out=I; reg< A; hot A;"},
        {"a hot-add call after an error", "EXIST-9", PHASE "A ES 0 out=I; reg< A null; hot A;"},
        {"a processor that was added left out", "EXIST-10",
         "hot; " PHASE STARTS COMPLETES "reg< A;"},
        {"a processor that was added left out, and no Complete", "EXIST-10",
         "hot; " PHASE STARTS "reg< A;"},
        {"a processor that could not be added", "EXIST-10",
         "reg B; add; B S out=I; B F; end; " PHASE STARTS "A ES 4; " COMPLETES "reg< A;"},
        {"another thread", "EXIST-11",
         PHASE "A ES 0; A ES 1; A ES 2; R A ES 3; " COMPLETES "reg< A;"},
        {"one call inside another", "EXIST-11",
         "partition 8:2; " PHASE "A> ES 0; A ES 1; A< ES 0; A EC 0; A EC 1; reg< A;"},
        {"hardware started", "EXIST-12", PHASE "H hw; " STARTS COMPLETES "reg< A;"},
        {"an old count", "EXIST-12",
         PHASE "A> ES 0; S query countex 0xffff 3; A< ES 0; A ES 1; A ES 2; A ES 3;"
         COMPLETES "reg< A;"},
        {"a success code stops the phase", "STAT-7(a) STAT-7",
         PHASE "A ES 0; A ES 1 out=P; A EF 0 st=P; reg< A null;"},
        {"a success code refuses the registration", "STAT-7(a) STAT-7",
         "partition 8:1; " PHASE "A ES 0 out=P; A EC 0; reg< A null;"},
        {"Complete instead of Failure", "STAT-8",
         "partition 8:2; " PHASE "A ES 0; A ES 1 out=I; A EC 0; A EC 1; reg< A;"},
        {"an error at Complete turns into Failure", "STAT-2(a) STAT-10",
         "partition 8:2; " PHASE "A ES 0; A ES 1; A EC 0 out=I; A EF 1 st=I; reg< A null;"},
        {"an error at Complete refuses the registration", "STAT-2(a) STAT-10",
         "partition 8:1; " PHASE "A ES 0; A EC 0 out=I; reg< A null;"},
    };
    EXPECT_FINDINGS(cases);
}

/* DEREG-1, DEREG-4, DEREG-5, DEREG-7 */
static void a_driver_that_removes_wrongly_is_found(void **state)
{
    (void)state;
    static const struct judging cases[] = {
        {"at DISPATCH_LEVEL", "DEREG-1(a)",
         "reg A; dereg> A irql=2; misuse irql; dereg! A; dereg< A; hot;"},
        {"at DISPATCH_LEVEL during an add", "DEREG-1(a)",
         "reg A; reg B; add; A S; R dereg> A irql=2; R misuse irql; R dereg! A; R dereg< A; B S; "
         UP "B C; end; hot B;"},
        {"itself", "DEREG-4(a)",
         "reg A; reg B; add; A> S; H dereg> A; H misuse self; H dereg! A; H dereg< A; A< S; B S; "
         UP "B C; end; hot B;"},
        {"itself at APC_LEVEL", "DEREG-4(a)",
         "set callback_irql=apc; reg A; add; A> S; H dereg> A irql=1; H misuse self; H dereg! A;"
         "H dereg< A; A< S; " UP "end; hot;"},
        {"at DISPATCH_LEVEL, where removals are put off", "DEREG-1(a)",
         "set dereg_wait=deferred; reg A; reg B; add; A S; R dereg> A irql=2; R misuse irql;"
         "R dereg! A; R dereg< A; B S; " UP "B C; end; hot B;"},
        {"NULL", "DEREG-5(a)", "dereg> A id=0 driver=1; misuse null driver=1; dereg< A id=0;"},
        {"twice", "DEREG-5(a)", "reg A; dereg A; dereg> A; misuse stale; dereg< A; hot;"},
        {"a registration that failed", "DEREG-5(a)",
         "reg> A; fault; reg< A null; dereg> A; misuse unknown; dereg< A; hot;"},
        {"a handle of which a trace from elsewhere says nothing", "DEREG-5(a)",
         "foreign; dereg> A id=0; dereg< A id=0;"},
        {"twice, in a trace from elsewhere", "DEREG-5(a)", "foreign; reg A; dereg A; dereg A;"},
        {"a registration that failed, in a trace from elsewhere", "DEREG-5(a)",
         "foreign; reg> A; fault; reg< A null; dereg A;"},
        {"twice, and both wait", "DEREG-5(a)",
         "reg A; reg B; add; A> S; R dereg> A; S dereg> A; A< S; B S; " UP "A C; B C; end;"
         "R dereg! A; R dereg< A; S dereg! A; S misuse stale; S dereg< A; hot B;"},
        {"removed by its callback while another thread waits for that", "DEREG-4(a) DEREG-5(a)",
         "reg A; reg B; add; A> S; R dereg> A; H dereg> A; H misuse self; H dereg! A; H dereg< A;"
         "A< S; B S; " UP "B C; end; R dereg! A; R misuse stale; R dereg< A; hot B;"},
        {"itself, and refuses the processor that it no longer hears of", "DEREG-4(a)",
         "set hot_failure_scope=exclude_writer; reg A; add; A> S; H dereg> A; H misuse self;"
         "H dereg! A; H dereg< A; A< S out=I; end; hot;"},
        {"frees the context before the removal", "DEREG-7(a)",
         "reg A; take 1 8; misuse clientcontext id=1; give 1; dereg A;"},
        {"frees the context while it is removed", "DEREG-7(a)",
         "reg A; take 1 8; add; A> S; R dereg> A; D misuse clientcontext id=1; give 1; A< S; " UP
         "A C; end; R dereg! A; R dereg< A;"},
        {"frees the context of a client of an object", "DEREG-7(a)",
         "client A; take 1 8; misuse clientcontext id=1; give 1; unclient A;"},
        {"frees the context of a registration that was never heard of", "",
         "take 1 8; misuse clientcontext id=9; give 1;"},
        {"twice at the same time", "DEREG-5(a)",
         "reg A; reg B; add; A> S; R dereg> A; A< S; B S; D dereg> A; D misuse stale; D dereg< A; "
         UP "A C; B C; end; R dereg! A; R dereg< A; hot B;"},
    };
    EXPECT_FINDINGS(cases);
}

/* DEREG-1, DEREG-2, DEREG-3, DEREG-4, DEREG-6 */
static void a_kernel_that_removes_wrongly_is_found(void **state)
{
    (void)state;
    static const struct judging cases[] = {
        {"called in a later add", "DEREG-1",
         "reg A; reg B; dereg A; add; A S; B S; " UP "B C; end;"},
        {"called after a removal at DISPATCH_LEVEL", "DEREG-1(a) DEREG-1",
         "reg A; reg B; add; A S; R dereg> A irql=2; R dereg! A; R dereg< A; B S; " UP
         "A C; B C; end;"},
        {"returned while the call runs", "DEREG-2",
         "set dereg_wait=per_call; reg A; add; A> S; R dereg> A; R dereg< A; A< S; " UP "end;"},
        {"called after a removal that waited for the call", "DEREG-2",
         "set dereg_wait=per_call; reg A; add; A> S; R dereg> A; A< S; R dereg< A; " UP "A C;"
         "end;"},
        {"called in the add after a removal that takes effect later", "DEREG-1",
         "set dereg_wait=deferred; reg A; reg B; add; A> S; R dereg> B; R dereg< B; A< S; B S; "
         UP "A C; end; add; A S; B S; " UP "A C; end;"},
        {"did not wait for the add, where others join late", "DEREG-3",
         "set register_during_add=late_join; reg A; reg B; add; A S; R dereg A; B S; " UP
         "B C; end;"},
        {"did not wait for the add", "DEREG-3",
         "reg A; reg B; add; A S; R dereg> A; R dereg! A; R dereg< A; B S; " UP "B C; end;"},
        {"did not wait for the add, without the lock", "DEREG-3",
         "reg A; reg B; add; A S; R dereg> A; R dereg< A; B S; " UP "B C; end;"},
        {"did not wait for the add, elsewhere, which its next call shows", "note DEREG-3",
         "foreign; reg A; reg B; add; A S; B S; R dereg A; " UP "B C; end;"},
        {"removed after the last call of an add whose end is not seen, elsewhere", "",
         "foreign; reg A; reg B; add; A S; B S; " UP "A C; B C; R dereg A; end;"},
        {"did not wait for a registration", "DEREG-3",
         "partition 8:1; reg B; " PHASE "A ES 0; R dereg> B; R dereg! B; R dereg< B; A EC 0;"
         "reg< A;"},
        {"called after a removal on its thread", "DEREG-3",
         "reg A; reg B; add; A S; B> S; H dereg A; B< S; " UP "A C; B C; end;"},
        {"called after it removed itself", "DEREG-4(a) DEREG-4",
         "reg A; add; A> S; H dereg A; A< S; " UP "A C; end;"},
        {"called after it removed itself, where removals are put off", "DEREG-4(a) DEREG-4",
         "set dereg_wait=deferred; reg A; add; A> S; H dereg> A; H misuse self; H dereg< A; A< S; "
         UP "A C; end;"},
        {"called after a removal at DISPATCH_LEVEL, where removals are put off",
         "DEREG-1(a) DEREG-1",
         "set dereg_wait=deferred; reg A; add; A> S; R dereg> A irql=2; R misuse irql; R dereg< A;"
         "A< S; " UP "A C; end;"},
        {"called after a removal at APC_LEVEL, where removals are put off", "DEREG-1(a) DEREG-1",
         "set dereg_wait=deferred; reg A; add; A> S; R dereg> A irql=1; R misuse irql; R dereg! A;"
         "R dereg< A; A< S; " UP "A C; end;"},
        {"did not wait for the add, at APC_LEVEL", "DEREG-1(a) DEREG-3",
         "reg A; reg B; add; A S; R dereg> A irql=1; R misuse irql; R dereg! A; R dereg< A; B S; "
         UP "B C; end;"},
        {"another one is forgotten", "DEREG-6",
         THREE "add; A> S; H dereg B; A< S; " UP "A C; end;"},
        {"another one gets no second call", "DEREG-6",
         THREE "add; A> S; H dereg B; A< S; C S; " UP "A C; end;"},
        {"the others change places", "DEREG-6",
         THREE "reg X; add; A> S; H dereg B; A< S; X S; C S; " UP "A C; C C; X C; end;"},
    };
    EXPECT_FINDINGS(cases);
}

/* DEREG-5 */
static void what_is_wrong_with_a_handle_is_said_exactly(void **state)
{
    (void)state;
    static const struct { const char *text, *seen; } cases[] = {
        {"dereg> A id=0; misuse null; dereg< A id=0;", "handle is NULL"},
        {"dereg> A id=0; misuse unknown; dereg< A id=0;", "handle was never given out"},
        {"reg A; dereg A; dereg> A id=0; misuse stale; dereg< A id=0;",
         "handle was removed before"},
        {"foreign; dereg> A id=0; dereg< A id=0;", "handle leads to no registration"},
        {"foreign; reg A; dereg A; dereg> A; dereg< A;", "handle was removed before"},
        {"foreign; reg> A; fault; reg< A null; dereg> A; dereg< A;",
         "handle of a registration that did not come to stand"},
    };
    struct ha_judge *judge = ha_judge_create();

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        size_t count;
        judge_text(judge, cases[i].text);
        const struct ha_finding *finding = ha_judge_findings(judge, &count, NULL);
        assert_int_equal(count, 1);
        assert_string_equal(finding->rule->id, "DEREG-5");
        assert_string_equal(finding->seen, cases[i].seen);
    }
    ha_judge_destroy(judge);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_driver_that_registers_wrongly_is_found),
        cmocka_unit_test(a_kernel_that_registers_wrongly_is_found),
        cmocka_unit_test(a_kernel_that_announces_existing_processors_wrongly_is_found),
        cmocka_unit_test(a_driver_that_removes_wrongly_is_found),
        cmocka_unit_test(a_kernel_that_removes_wrongly_is_found),
        cmocka_unit_test(what_is_wrong_with_a_handle_is_said_exactly),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
