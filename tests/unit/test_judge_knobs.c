/* judge: several threads under every value of the knobs, RULES 2.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/judging.h"

#define UP "hw; active; sched; "
#define LATE "set register_during_add=late_join; "
#define PER_CALL "set dereg_wait=per_call; "
#define DEFERRED "set dereg_wait=deferred; "
#define STOP "set hot_start_error=stop_at_error; "
#define OWN "set opstatus_scope=per_call; "
#define FIRST "set opstatus_decision=first_error; "
#define REVERSE "set failure_order=reverse; "
#define APC "set callback_irql=apc; "

/* REG-10, REG-12, EXIST-10, EXIST-12, HOT-9 */
static void who_joins_during_an_add_is_judged_by_what_it_can_know(void **state)
{
    (void)state;
    static const struct judging cases[] = {
        {"before the processor is active", "",
         LATE "partition 8:2; reg A; add; A S; R reg> X +; R lock X; R X ES 0; R X ES 1; R X EC 0;"
         "R X EC 1; R reg< X; " UP "A C; end; hot A X;"},
        {"after it", "",
         LATE "partition 8:2; reg A; add; A S; " UP "R reg> X +; R lock X; R X ES 0; R X ES 1;"
         "R X ES 2; R X EC 0; R X EC 1; R X EC 2; R reg< X; A C; end; hot A X;"},
        {"while it becomes active", "",
         LATE "partition 8:2; reg A; add; A S; R reg> X +; R lock X; R X> ES 0;"
         "R query countex 0xffff 2; R X< ES 0; " UP "R X> ES 1; R query countex 0xffff 3;"
         "R X< ES 1; R X EC 0; A C; R X EC 1; R reg< X; end; hot A X;"},
        {"two at a time", "",
         LATE "partition 8:1; reg A; add; A S; R reg> X +; R lock X; S reg> B +; S lock B;"
         "S B ES 0; R X ES 0; R X EC 0; S B EC 0; S reg< B; R reg< X; " UP "A C; end; hot A X B;"},
        {"one fails and the other does not", "",
         LATE "partition 8:1; reg A; add; A S; R reg> X +; R lock X; R X ES 0 out=I;"
         "R reg< X null; S reg> B; S lock B; S reg< B; " UP "A C in=0; end; hot A B;"},
        {"the add is refused meanwhile", "",
         LATE "partition 8:1; reg A; add; A S out=I; R reg> X +; R lock X; R X ES 0 in=0;"
         "A F st=I in=I; R X EC 0 in=0; R reg< X; end I; hot A X;"},
        {"a removal waits for the add, not for who joins late", "",
         LATE "partition 8:1; reg A; reg B; add; A S; R reg> X +; R lock X; R X ES 0; S dereg> B;"
         "B S; " UP "A C; B C; end; S dereg! B; S dereg< B; R X EC 0 in=0; R reg< X; hot A X;"},
        {"who joins removes another one, and waits", "",
         LATE "partition 8:1; reg A; reg B; add; A S; R reg> X +; R lock X; R X> ES 0;"
         "R dereg> A driver=4; B S; " UP "A C; B C; end; R dereg! A driver=4; R dereg< A driver=4;"
         "R X< ES 0; R X EC 0; R reg< X; hot B X;"},
        {"nobody adds, so one waits for the other", "",
         LATE "partition 8:1; reg> A +; lock A; A ES 0; A EC 0; reg< A; R reg> X; R lock X;"
         "R reg< X; hot A X;"},
        {"told of the processor that is still coming", "EXIST-10",
         LATE "partition 8:2; reg A; add; A S; R reg> X +; R lock X; R X ES 0; R X ES 1;"
         "R X ES 2 at=0.2; R X EC 0; R X EC 1; R X EC 2 at=0.2; R reg< X; " UP "A C; end;"},
        {"not told of the processor that has come", "EXIST-10",
         LATE "partition 8:2; reg A; add; A S; " UP "R reg> X +; R lock X; R X ES 0; R X ES 1;"
         "R X EC 0; R X EC 1; R reg< X; A C; end;"},
        {"told of the running add", "REG-10",
         LATE "reg A; add; A S; R reg X; X S; " UP "A C; end;"},
        {"not told of the next add", "HOT-1",
         LATE "reg A; add; A S; R reg X; " UP "A C; end; add; A S; " UP "A C; end;"},
    };
    EXPECT_FINDINGS(cases);
}

/* DEREG-2, DEREG-3, DEREG-6, REG-12 */
static void who_leaves_during_an_add_is_judged_by_the_way_that_removals_wait(void **state)
{
    (void)state;
    static const struct judging cases[] = {
        {"two removals wait for the add", "",
         THREE "add; A> S; R dereg> A; S dereg> B; A< S; B S; C S; " UP "A C; B C; C C; end;"
         "S dereg! B; S dereg< B; R dereg! A; R dereg< A; hot C;"},
        {"a removal and a registration wait, and the next add", "",
         "partition 8:1; reg A; reg B; add; A> S; R dereg> A; S reg> X +; A< S; B S; " UP
         "A C; B C; end; S lock X; S X ES 0; S X ES 1; S X EC 0; S X EC 1; S reg< X; add; A S; B S;"
         "X S; " UP "A C; B C; X C; end; R dereg! A; R dereg< A; hot B X;"},
        {"per_call: one that is not running goes at once", "",
         PER_CALL THREE "add; A> S; R dereg> C; R dereg< C; A< S; B S; " UP "A C; B C; end;"
         "hot A B;"},
        {"per_call: between the rounds", "",
         PER_CALL THREE "add; A S; B S; C S; R dereg> B; R dereg< B; " UP "A C; C C; end;"
         "hot A C;"},
        {"per_call: in the second round", "",
         PER_CALL THREE "add; A S; B S; C S; " UP "A> C; R dereg> B; R dereg< B; A< C; C C; end;"
         "hot A C;"},
        {"per_call: what it refused stands", "",
         PER_CALL THREE "add; A S out=I; R dereg> A; R dereg< A; B S; C S; B F; C F; end;"
         "hot B C;"},
        {"per_call: it returns in the next add", "",
         PER_CALL "reg A; reg B; add; A> S; R dereg> A; A< S; B S; " UP "B C; end; add; B S;"
         "R dereg< A; " UP "B C; end;"},
        {"per_call: two of one", "DEREG-5(a)",
         PER_CALL "reg A; reg B; add; A> S; R dereg> A; S dereg> A id=0; S misuse unknown;"
         "S dereg< A id=0; A< S; R dereg< A; B S; " UP "B C; end;"},
        {"per_call: a registration waits for the lock all the same", "REG-10",
         PER_CALL "reg A; add; A> S; R reg X; A< S; " UP "A C; end;"},
        {"deferred: to the end of an add that fails", "",
         DEFERRED THREE "add; A> S; R dereg> B; R dereg< B; A< S; B S; C S; hw T; A F; B F; C F;"
         "end; hot A C;"},
        {"deferred: all leave in one add", "",
         DEFERRED THREE "add; A> S; R dereg> A; R dereg< A; S dereg> B; S dereg< B; R dereg> C;"
         "R dereg< C; A< S; B S; C S; " UP "A C; B C; C C; end; hot;"},
        {"deferred: itself", "DEREG-4(a)",
         DEFERRED "reg A; reg B; add; A> S; H dereg> A; H misuse self; H dereg! A; H dereg< A; A< S;"
         "B S; " UP "B C; end; hot B;"},
        {"deferred: two of one", "DEREG-5(a)",
         DEFERRED "reg A; reg B; add; A> S; R dereg> A; R dereg< A; S dereg> A id=0;"
         "S misuse stale; S dereg< A id=0; A< S; B S; " UP "A C; B C; end; hot B;"},
        {"deferred: while existing processors are announced", "",
         DEFERRED "partition 8:2; reg B; reg> A +; lock A; A> ES 0; R dereg> B; R dereg< B;"
         "A< ES 0; A ES 1; A EC 0; A EC 1; reg< A; hot A;"},
        {"deferred: told in the second of two adds", "DEREG-1",
         DEFERRED "reg A; reg B; add; A> S; R dereg> B; R dereg< B; A< S; B S; " UP
         "A C; B C; end; add; A S; B S; " UP "A C; B C; end;"},
        {"deferred: told in an add that began behind it, while one registers", "DEREG-1",
         "set dereg_wait=deferred register_during_add=late_join; partition 8:1; reg A; reg B; add;"
         "A S; B S; R reg> X +; R lock X; R X ES 0; " UP "A C; B C; end; S dereg> B; S dereg< B;"
         "add; A S; B S; X S; " UP "A C; B C; X C; end; R X EC 0; R reg< X;"},
    };
    EXPECT_FINDINGS(cases);
}

/* HOT-5, HOT-6, STAT-5, STAT-9, STAT-11 */
static void what_stops_an_add_is_judged_by_the_way_that_errors_count(void **state)
{
    (void)state;
    static const struct judging cases[] = {
        {"stop_at_error: who refused is removed by another thread", "",
         STOP PER_CALL THREE "add; A S; B> S; R dereg> B; B< S out=I; R dereg< B; A F; end;"
         "hot A C;"},
        {"stop_at_error: a registration waits", "",
         STOP THREE "add; A S; B> S; R reg> X; B< S out=I; A F; B F; end; R lock X; R reg< X;"
         "hot A B C X;"},
        {"stop_at_error: nobody before it", "", STOP THREE "add; A S out=I; A F; end; hot A B C;"},
        {"stop_at_error: the round goes on", "STAT-9",
         STOP THREE "add; A S; B S out=I; C S; A F; B F; C F; end;"},
        {"stop_at_error, exclude_writer, reverse", "",
         "set hot_start_error=stop_at_error hot_failure_scope=exclude_writer"
         " failure_order=reverse; " THREE "add; A S; B S; C S out=I; B F; A F; end; hot A B C;"},
        {"per_call: an error is not passed on", "",
         OWN THREE "add; A S out=I; B S; C S out=U; A F; B F; C F; end;"},
        {"per_call: an error is passed on", "STAT-1",
         OWN THREE "add; A S out=I; B S in=I; C S; A F; B F; C F; end;"},
        {"per_call: who refused is removed inside the next call", "",
         OWN THREE "add; A S out=I; B> S; H dereg A driver=2; B< S; C S; B F; C F; end; hot B C;"},
        {"per_call: the add succeeds after an error", "HOT-4",
         OWN THREE "add; A S out=I; B S; C S; hw; active; sched; end;"},
        {"first_error: cleared by another", "STAT-6(b)",
         FIRST THREE "add; A S out=I; B S out=0; C S; A F; B F; C F; end;"},
        {"first_error: the last one decides", "STAT-6(b) STAT-11 STAT-11",
         FIRST "reg A; reg B; add; A S out=I; B S out=U; A F st=U; B F st=U; end I;"},
        {"final_value: the last one decides", "STAT-6(b)",
         "reg A; reg B; add; A S out=I; B S out=U; A F; B F; end;"},
        {"exclude_writer: two wrote, one over the other", "STAT-6(b)",
         "set hot_failure_scope=exclude_writer; " THREE "add; A S out=I; B S out=U; C S; C F;"
         "end;"},
        {"reverse: one leaves, another joins", "",
         "set failure_order=reverse register_during_add=late_join; " THREE "add; A S; R reg X; B S;"
         "C S; hw T; C F; B> F; H dereg A driver=2; B< F; end; hot B C X;"},
        {"reverse: of existing processors, while an add waits", "",
         REVERSE "partition 8:3; reg B; reg> A +; lock A; A ES 0; A ES 1; A ES 2 out=I; A EF 1;"
         "A EF 0; reg< A null; hot B;"},
        {"after_start: two adds, the first fails before any call", "",
         "set sync_start_vs_hw=after_start; reg A; R reg> X; R lock X; R reg< X; add; hw T; end;"
         "add; hw; A S; X S; active; sched; A C; X C; end;"},
    };
    EXPECT_FINDINGS(cases);
}

/* REG-2, REG-6, DEREG-1, QRY-6, QRY-10 */
static void what_a_thread_may_do_beside_an_add_is_judged_by_the_profile(void **state)
{
    (void)state;
    static const struct judging cases[] = {
        {"apc: a callback removes another one", "",
         APC "reg A; reg B; add; A> S; H dereg> B irql=1 driver=1; H dereg! B irql=1 driver=1;"
         "H dereg< B irql=1 driver=1; A< S; " UP "A C; end; hot A;"},
        {"apc: a callback raises the IRQL and removes another one", "DEREG-1(a)",
         APC "reg A; reg B; add; A> S; H dereg> B irql=2 driver=1; H misuse irql irql=2;"
         "H dereg! B irql=2 driver=1; H dereg< B irql=2 driver=1; A< S; " UP "A C; end; hot A;"},
        {"apc: a thread of its own registers at APC_LEVEL", "REG-2(x)",
         APC "reg A; add; A> S; R reg> X irql=1; R refused irql irql=1; R reg< X null irql=1;"
         "A< S; " UP "A C; end; hot A;"},
        {"apc: a thread of its own removes at APC_LEVEL, and waits", "DEREG-1(a)",
         APC "reg A; reg B; add; A> S; R dereg> A irql=1; R misuse irql irql=1; A< S; B S; " UP
         "A C; B C; end; R dereg! A irql=1; R dereg< A irql=1; hot B;"},
        {"reject: refused at once in the middle of an add", "note REG-6(x)",
         "set unknown_flags=reject; reg A; add; A> S; R reg> X flags=2; R refused flags;"
         "R reg< X null; A< S; " UP "A C; end; hot A;"},
        {"reject: registered all the same", "note REG-6(x) REG-1",
         "set unknown_flags=reject; reg> X flags=2; lock X; reg< X;"},
        {"ignore: refused", "note REG-6(x) REG-1",
         "reg> X flags=2; refused flags; reg< X null;"},
        {"invalid: another thread converts", "",
         "set number_map_at_start=invalid; reg A; add; A> S; R query number 4 0xc000000d;"
         "R query index 4 0xffffffff; A< S; hw; R query number 4 0xc000000d; active;"
         "R query number 4 0 4; sched; A C; end;"},
        {"valid: another thread converts", "",
         "reg A; add; A> S; R query number 4 0 4; A< S; hw; R query index 4 4; active; sched; A C;"
         "end; R query number 4 0 4;"},
        {"invalid: another thread converts too early", "QRY-10",
         "set number_map_at_start=invalid; reg A; add; A> S; R query index 4 4; A< S; " UP
         "A C; end;"},
        {"legacy_count=all: another thread counts", "",
         "set legacy_count=all; partition 4:2 4:1; reg A; add group=1; A S; R query count 0 3 0x3;"
         "hw; active; R query count 0 4 0x3; R query processors 0 0x3; sched; A C; end;"},
        {"legacy_count=all: another thread counts group 0", "QRY-6",
         "set legacy_count=all; partition 4:2 4:1; R query count 0 2 0x3;"},
        {"ws2008", "", "set target=ws2008 legacy_count=all; reg A +; hot A; query count 0 5 0x1f;"},
    };
    EXPECT_FINDINGS(cases);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_joins_during_an_add_is_judged_by_what_it_can_know),
        cmocka_unit_test(who_leaves_during_an_add_is_judged_by_the_way_that_removals_wait),
        cmocka_unit_test(what_stops_an_add_is_judged_by_the_way_that_errors_count),
        cmocka_unit_test(what_a_thread_may_do_beside_an_add_is_judged_by_the_profile),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
