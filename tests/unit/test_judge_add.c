/* judge: what goes wrong in a hot-add, HOT, STAT, CTX, ORD */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/judging.h"

#define UP "hw; active; sched; "
#define AFTER "set sync_start_vs_hw=after_start; "
#define STARTS "A S; B S; C S; "
#define COMPLETES "A C; B C; C C; "

/* HOT-1, HOT-3, HOT-5, HOT-6, HOT-7, HOT-8, REG-7, HOT-12, DEREG-6 */
static void a_call_that_is_missing_or_out_of_turn_is_found(void **state)
{
    (void)state;
    static const struct judging cases[] = {
        {"nobody called", "HOT-1", THREE "add; " UP "end;"},
        {"no Start for the last", "HOT-1", THREE "add; A S; B S; " UP "A C; B C; end;"},
        {"no Start for the first", "HOT-1", THREE "add; B S; C S; " UP "B C; C C; end;"},
        {"no Complete for the last", "HOT-1", THREE "add; " STARTS UP "A C; B C; end;"},
        {"no Complete for the first", "HOT-1", THREE "add; " STARTS UP "B C; C C; end;"},
        {"no Complete at all", "HOT-1", THREE "add; " STARTS UP "end;"},
        {"Start twice", "HOT-1", THREE "add; A S; A S; B S; C S; " UP COMPLETES "end;"},
        {"Complete twice", "HOT-1", THREE "add; " STARTS UP "A C; A C; B C; C C; end;"},
        {"Complete without Start", "HOT-1", THREE "add; A S; B S; " UP "C C; A C; B C; end;"},
        {"Start after Complete", "HOT-1", THREE "add; " STARTS UP "A C; B S; B C; C C; end;"},
        {"Complete and Failure", "HOT-1", THREE "add; " STARTS UP "A C; B F; C C; end;"},
        {"a call after the end", "HOT-1", "reg A; hot A; A C;"},
        {"Start out of order", "HOT-3", THREE "add; A S; C S; B S; " UP COMPLETES "end;"},
        {"Complete backwards", "HOT-3", THREE "add; " STARTS UP "C C; B C; A C; end;"},
        {"Failure backwards", "HOT-3", THREE "add; " STARTS "hw T; C F; B F; A F; end;"},
        {"Failure forwards", "HOT-3",
         "set failure_order=reverse; " THREE "add; " STARTS "hw T; A F; B F; C F; end;"},
        {"who left and came back is told first", "HOT-3",
         THREE "dereg A; reg A; add; A S; B S; C S; " UP "B C; C C; A C; end;"},
        {"the round stops at the error", "HOT-5", THREE "add; A S; B S out=I; A F; B F; end;"},
        {"the writer is spared", "HOT-6", THREE "add; A S; B S out=I; C S; A F; C F; end;"},
        {"nobody hears Failure", "HOT-6", THREE "add; A S; B S out=I; C S; end;"},
        {"Complete after a refusal", "HOT-6",
         THREE "add; A S; B S out=I; C S; A C; B C; C C; end;"},
        {"the writer is not spared", "HOT-6",
         "set hot_failure_scope=exclude_writer; "
         THREE "add; A S; B S out=I; C S; A F; B F; C F; end;"},
        {"Failure for who was not told", "HOT-1",
         "set hot_start_error=stop_at_error; " THREE "add; A S; B S out=I; A F; B F; C F; end;"},
        {"a writer who was overruled is spared when the hardware fails", "STAT-6(b) HOT-7",
         "set hot_failure_scope=exclude_writer; reg A; reg B; add; A S out=I; B S out=0; hw T;"
         "B F; end;"},
        {"Start after the second round, behind a call that changed its context",
         "CTX-3(a) HOT-1",
         "set hot_start_error=stop_at_error opstatus_scope=per_call; " THREE "hot A B C; add;"
         "A S out=I; A F changed; B S; C S; end;"},
        {"a writer is removed, and another one is forgotten", "DEREG-6",
         "set hot_failure_scope=exclude_writer; " THREE "add; A S out=I; B> S; H dereg A; B< S;"
         "C S; B F; end;"},
        {"nobody hears that the hardware failed", "HOT-7", THREE "add; " STARTS "hw T; end;"},
        {"one does not hear that the hardware failed", "HOT-7",
         THREE "add; " STARTS "hw T; A F; B F; end;"},
        {"Complete though the hardware failed", "HOT-7",
         THREE "add; " STARTS "hw T; " COMPLETES "end;"},
        {"Failure for nothing", "HOT-7",
         THREE "add; " STARTS "A F st=I; B F st=I; C F st=I; end I;"},
        {"calls though the hardware had failed", "HOT-7", AFTER THREE "add; hw T; " STARTS "end;"},
        {"active though the hardware failed", "HOT-7",
         "reg A; add; A S; hw T; active; sched; A C; end;"},
        {"schedulable though the hardware failed", "HOT-7", "add; hw T; sched; end;"},
        {"Complete too early", "HOT-8",
         THREE "add; " STARTS "hw; active; " COMPLETES "sched; end;"},
        {"Failure though all went well", "HOT-8", THREE "add; " STARTS UP "A F; B F; C F; end;"},
        {"forgotten after a failed add", "HOT-12",
         THREE "add; " STARTS "hw T; A F; B F; C F; end; add; A S; C S; " UP "A C; C C; end;"},
        {"one of two twins is forgotten", "REG-7",
         "reg A; reg B fn=7; reg C fn=7 driver=2; add; A S; B S; " UP "A C; B C; end;"},
    };
    EXPECT_FINDINGS(cases);
}

/* HOT-2, HOT-4, HOT-9 to HOT-13, STAT-9, ORD-1, ORD-2, QRY-4 */
static void a_stage_that_comes_wrongly_is_found(void **state)
{
    (void)state;
    static const struct judging cases[] = {
        {"Start after the hardware start", "HOT-2",
         THREE "add; A S; B S; hw; C S; active; sched; " COMPLETES "end;"},
        {"the hardware start inside a Start call", "HOT-2",
         "reg A; add; A> S; R hw; A< S; active; sched; A C; end;"},
        {"hardware started after a refusal", "HOT-4",
         THREE "add; A S; B S out=I; C S; hw; A F; B F; C F; end;"},
        {"active after a refusal", "HOT-4",
         AFTER THREE "add; hw; A S; B S out=I; C S; active; A F; B F; C F; end;"},
        {"schedulable after a refusal", "HOT-4",
         AFTER THREE "add; hw; A S; B S out=I; C S; sched; A F; B F; C F; end;"},
        {"an add inside an add", "HOT-9", "reg A; add; A S; R add; R end I;"},
        {"a unit cut short", "HOT-10", "reg A; unit 2; add; A S; hw T; A F; end; unit< 0;"},
        {"a unit that counts wrongly", "HOT-10", "unit 2; hot; hot; unit< 1;"},
        {"an add outside its unit", "HOT-10", "unit 1; hot; unit< 1; hot unit=1;"},
        {"on the caller's thread", "HOT-11", "T add; T " UP "T end;"},
        {"a call on another thread", "HOT-11", THREE "add; A S; R B S; C S; " UP COMPLETES "end;"},
        {"with another affinity", "HOT-11", "reg A; add; A S aff=0x1; " UP "A C; end;"},
        {"left with another affinity", "HOT-11(a)", "reg A; add; A S laff=0x1; " UP "A C; end;"},
        {"on the new processor too early", "HOT-11", "reg A; add; A S cpu=4; " UP "A C; end;"},
        {"an index skipped after a failed add", "HOT-12",
         "reg A; add; A S; hw T; A F; end; add; A S nt=5; hw; active nt=5; sched nt=5; A C nt=5;"
         "end;"},
        {"called without room", "HOT-13",
         "partition 4:4; reg A; add; A S at=0.4; A F st=I; end I;"},
        {"hardware started without room", "HOT-13", "partition 4:4; add; hw; end I;"},
        {"success without room", "HOT-13", "partition 4:4; reg A; add; end 0;"},
        {"another status without room", "HOT-13", "partition 4:4; reg A; add; end U;"},
        {"without room in the group that was named", "HOT-13",
         "partition 4:4 4:0; reg A; add group=0; A S; A F st=I; end I;"},
        {"a masked error stops the add", "STAT-6(c) STAT-9",
         THREE "add; A S; B S out=I; C S out=0; A F st=I; B F st=I; C F st=I; end I;"},
        {"a masked error stops nothing", "STAT-6(c) STAT-9",
         "set opstatus_decision=first_error; "
         THREE "add; A S; B S out=I; C S out=0; hw; active; sched; " COMPLETES "end 0;"},
        {"a masked error ends in Complete", "STAT-6(c) STAT-9",
         AFTER THREE "add; hw; A S; B S out=I; C S out=U; active; sched; " COMPLETES "end 0;"},
        {"the round goes on after an error", "STAT-9",
         "set hot_start_error=stop_at_error; "
         THREE "add; A S; B S out=I; C S; A F; B F; C F; end;"},
        {"a success code stops the add", "STAT-7(b) STAT-7",
         THREE "add; A S; B S out=P; C S; A F st=P; B F st=P; C F st=P; end P;"},
        {"hardware started twice", "ORD-1", "add; hw; hw; active; sched; end;"},
        {"schedulable before active", "ORD-1", "add; hw; sched; active; end;"},
        {"success without anything", "ORD-1", "add; end 0;"},
        {"stages without an add", "ORD-1", "hw;"},
        {"Start before the hardware", "ORD-1", AFTER "reg A; add; A S; " UP "A C; end;"},
        {"Start after active", "ORD-1", AFTER "reg A; add; hw; active; A S; sched; A C; end;"},
        {"active inside a Start call", "ORD-1",
         AFTER "reg A; add; hw; A> S; R active; A< S; sched; A C; end;"},
        {"Start after schedulable", "ORD-2", THREE "add; A S; B S; " UP "C S; " COMPLETES "end;"},
        {"a thread on the new processor too early", "ORD-2", "reg A; add; A S; R reg> B cpu=4; " UP
         "A C; end; R lock B; R reg< B;"},
        {"active without hardware", "QRY-4", "reg A; add; A S; active; sched; A C; end;"},
        {"active twice", "QRY-4", "add; hw; active; active; sched; end;"},
        {"a count that rises by itself", "QRY-4",
         "reg A; add active=5; A S active=5; hw active=5; active; sched; A C; end;"},
        {"a count that falls", "QRY-5", "reg A; dereg A active=3;"},
    };
    EXPECT_FINDINGS(cases);
}

/* STAT-1 to STAT-7, STAT-10 to STAT-12 */
static void a_status_that_is_wrong_is_found(void **state)
{
    (void)state;
    static const struct judging cases[] = {
        {"the variable does not begin with success", "STAT-1",
         "reg A; add; A S in=I; A F in=I; end;"},
        {"nor for existing processors", "STAT-1",
         "partition 8:1; reg> A +; lock A; A ES 0 in=P; A EC 0 in=P; reg< A;"},
        {"nor for each call", "STAT-1",
         "set opstatus_scope=per_call; reg A; reg B; add; A S out=I; B S in=I; A F st=I; B F st=I;"
         "end I;"},
        {"written in Complete", "STAT-2(a)", "reg A; add; A S; " UP "A C out=I; end;"},
        {"written in Failure", "STAT-2(b)",
         "reg A; reg B; add; A S out=I; B S; A F; B F out=U; end;"},
        {"cleared in Failure", "STAT-2(a)", "reg A; add; A S out=I; A F out=0; end;"},
        {"not kept between existing processors", "STAT-4",
         "partition 8:2; reg> A +; lock A; A ES 0; A ES 1 out=I; A EF 0 in=0; reg< A null;"},
        {"not kept between clients", "STAT-5",
         THREE "add; A S; B S out=I; C S in=0; A F in=I st=I; B F in=I st=I; C F st=I; end I;"},
        {"written by the kernel", "STAT-5", "reg A; add; A S; hw T; A F in=T; end T;"},
        {"an error replaced", "STAT-6(b)",
         "reg A; reg B; add; A S out=I; B S out=U; A F; B F; end;"},
        {"an error cleared", "STAT-6(b)",
         "reg A; reg B; add; A S out=I; B S out=0; " UP "A C; B C; end 0;"},
        {"a success code written", "STAT-7(a)", "reg A; add; A S out=P; " UP "A C; end;"},
        {"an error written in Complete fails the add", "STAT-2(a) STAT-10",
         "reg A; add; A S; " UP "A C out=I; end I;"},
        {"an error written in Failure is carried on", "STAT-2(a) STAT-10",
         "reg A; reg B; add; A S out=I; B S; A F out=U; B F st=U; end I;"},
        {"an error written in Failure is the result", "STAT-2(a) STAT-10",
         "reg A; add; A S out=I; A F out=U; end U;"},
        {"another status in Failure", "STAT-11", "reg A; add; A S; hw T; A F st=U; end;"},
        {"no status in Failure", "STAT-11", "reg A; add; A S; hw T; A F st=0; end;"},
        {"another result", "STAT-11", "reg A; add; A S; hw T; A F; end U;"},
        {"success after all", "STAT-11", "reg A; add; A S; hw T; A F; end 0;"},
        {"failure after all", "STAT-11", "reg A; add; A S; " UP "A C; end U;"},
        {"another status for existing processors", "STAT-11",
         "partition 8:2; reg> A +; lock A; A ES 0; A ES 1 out=I; A EF 0 st=U; reg< A null;"},
        {"a status in Start", "STAT-12", "reg A; add; A S st=I; " UP "A C; end;"},
        {"a status in Start, as the variable has it", "STAT-12",
         "reg A; reg B; add; A S out=I; B S st=I; A F; B F; end;"},
        {"a status in Complete", "STAT-12", "reg A; add; A S; " UP "A C st=P; end;"},
    };
    EXPECT_FINDINGS(cases);
}

/* CTX-1 to CTX-5, CTX-7, QRY-8, QRY-11 */
static void a_context_that_is_wrong_is_found(void **state)
{
    (void)state;
    static const struct judging cases[] = {
        {"no such State", "CTX-1",
         "reg A; reg B; add; A S; B S; A S state=3; " UP "A C; B C; end;"},
        {"the reserved byte", "CTX-2", "reg A; add; A S res=1; " UP "A C; end;"},
        {"the reserved byte later", "CTX-2", "reg A; add; A S; " UP "A C res=1; end;"},
        {"another place for an existing processor", "CTX-2",
         "partition 8:1; reg> A +; lock A; A ES 0 at=0.1; A EC 0; reg< A;"},
        {"active at another place", "CTX-2",
         "reg A; add; A S; hw; active at=0.5; sched at=0.5; A C at=0.5; end;"},
        {"schedulable as another", "CTX-2", "add; hw; active; sched nt=3; end;"},
        {"modified", "CTX-3(a)", "reg A; add; A S changed; " UP "A C; end;"},
        {"modified for an existing processor", "CTX-3(a)",
         "partition 8:1; reg> A +; lock A; A ES 0 changed; A EC 0; reg< A;"},
        {"another driver's writing carried on", "CTX-3(a) CTX-4",
         "reg A; reg B; add; A S changed; B S nt=7; " UP "A C; B C; end;"},
        {"another driver's status carried on", "CTX-3(a) CTX-4",
         "reg A; reg B; add; A S changed; B S st=I; " UP "A C; B C; end;"},
        {"another index in Complete", "CTX-5", "reg A; add; A S; " UP "A C nt=3; end;"},
        {"another place for the second client", "CTX-5",
         "reg A; reg B; add; A S; B S at=0.5; " UP "A C; B C; end;"},
        {"another place in Complete", "CTX-5",
         "partition 8:1; reg> A +; lock A; A ES 0; A EC 0 at=0.1; reg< A;"},
        {"left at another IRQL", "CTX-7(a)", "reg A; add; A S lirql=2; " UP "A C; end;"},
        {"left at a lower IRQL", "CTX-7(a)",
         "set callback_irql=apc; reg A; add; A S irql=1 lirql=0; " UP "A C; end;"},
        {"a region left entered", "CTX-7(a)", "reg A; add; A S regions=1; " UP "A C; end;"},
        {"a region left that was not entered", "CTX-7(a)",
         "reg A; add; A S regions=1; " UP "A C regions=-2; end; hot A;"},
        {"a region left entered over existing processors", "CTX-7(a)",
         "partition 8:1; reg> A +; lock A; A ES 0 regions=1; A EC 0; reg< A;"},
        {"an index skipped", "QRY-8",
         "reg A; add; A S nt=5; hw; active nt=5; sched nt=5; A C nt=5; end;"},
        {"an index skipped, with nobody to be told", "QRY-8", "add; hw; active nt=5; sched; end;"},
        {"a place skipped", "QRY-11",
         "reg A; add; A S at=0.5; hw; active at=0.5; sched at=0.5; A C at=0.5; end;"},
        {"a place skipped, with nobody to be told", "QRY-11",
         "add; hw; active at=0.5; sched at=0.5; end;"},
        {"a group skipped", "QRY-11",
         "partition 8:4 4:1; reg A; add; A S at=1.1; hw; active at=1.1; sched at=1.1; A C at=1.1;"
         "end;"},
        {"not the group that was named", "QRY-11",
         "partition 8:4 4:1; reg A; add group=1; A S at=0.4; hw; active at=0.4; sched at=0.4;"
         "A C at=0.4; end;"},
        {"a place that is taken, and no node is known", "QRY-11",
         "set group_assign=by_node; reg A; add; A S at=0.3; hw T; A F at=0.3; end;"},
    };
    EXPECT_FINDINGS(cases);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_call_that_is_missing_or_out_of_turn_is_found),
        cmocka_unit_test(a_stage_that_comes_wrongly_is_found),
        cmocka_unit_test(a_status_that_is_wrong_is_found),
        cmocka_unit_test(a_context_that_is_wrong_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
