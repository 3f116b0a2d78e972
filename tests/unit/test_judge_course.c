/* judge: ordinary courses, under every knob that changes them, in which nothing is found */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/judging.h"

#define UP "hw; active; sched; "

/* RULES 4.1, 4.2 */
static void registering_as_documented_gives_no_finding(void **state)
{
    (void)state;
    static const struct judging cases[] = {
        {"three registrations", "", THREE},
        {"existing processors", "", "reg A +; reg B; reg C +;"},
        {"two groups", "", "partition 4:3 4:1; reg A +; hot A; reg B +;"},
        {"failing at processor 2", "",
         "reg> A +; lock A; A ES 0; A ES 1; A ES 2 out=I; A EF 0; A EF 1; reg< A null; hot;"},
        {"failing at processor 0", "",
         "reg> A +; lock A; A ES 0 out=I; reg< A null; reg B +; hot B;"},
        {"failing backwards", "",
         "set failure_order=reverse; reg> A +; lock A; A ES 0; A ES 1; A ES 2; A ES 3 out=I;"
         "A EF 2; A EF 1; A EF 0;"
         "reg< A null;"},
        {"failing, each call with a variable of its own", "",
         "set opstatus_scope=per_call; reg> A +; lock A; A ES 0; A ES 1 out=I; A EF 0;"
         "reg< A null;"},
        {"calls at APC_LEVEL", "", "set callback_irql=apc; reg A +; hot A;"},
        {"entered and left in two records", "",
         "partition 8:2; reg> A +; lock A; A ES 0 split; A ES 1 split; A EC 0 split;"
         "A EC 1 split; reg< A;"
         "add; A S split; hw; active; sched; A C split; end;"},
        {"no memory", "", "reg> A +; fault; reg< A null; hot;"},
        {"an arena that is full", "", "reg> A; refused memory; reg< A null;"},
        {"unknown flags rejected", "note REG-6(a)",
         "set unknown_flags=reject; reg> A flags=2; refused flags; reg< A null;"},
        {"a region entered in Start and left in Complete", "",
         "partition 8:1; reg> A +; lock A; A ES 0 regions=1; A EC 0 regions=-1; reg< A;"},
    };
    EXPECT_FINDINGS(cases);
}

/* RULES 4.3, 4.4, 4.5 */
static void adds_as_documented_give_no_finding(void **state)
{
    (void)state;
    static const struct judging cases[] = {
        {"success", "", THREE "hot A B C; hot A B C;"},
        {"success in steps", "",
         THREE "add; A S; B S; C S; hw; active; sched; A C; B C; C C; end; over;"},
        {"nobody registered", "", "add; hw; active; sched; end; add; hw T; end;"},
        {"a veto by B", "",
         THREE "add; A S; B S out=I; C S; A F; B F; C F; end; hot A B C;"},
        {"two vetos, the first kept", "",
         THREE "add; A S out=U; B S; C S; A F; B F; C F; end;"},
        {"the hardware fails, and is tried again", "",
         THREE "add; A S; B S; C S; hw T; A F; B F; C F; end; hot A B C;"},
        {"Failure backwards", "",
         "set failure_order=reverse; " THREE "add; A S; B S out=I; C S; C F; B F; A F; end;"
         "hot A B C;"},
        {"the round stops at the error", "",
         "set hot_start_error=stop_at_error; " THREE "add; A S; B S out=I; A F; B F; end;"
         "hot A B C;"},
        {"the writer is spared", "",
         "set hot_failure_scope=exclude_writer; " THREE "add; A S; B S out=I; C S; A F; C F; end;"},
        {"the writer is not spared when the hardware fails", "STAT-6(b)",
         "set hot_failure_scope=exclude_writer; reg A; reg B; add; A S out=I; B S out=0; hw T;"
         "A F; B F; end;"},
        {"as for existing processors", "",
         "set hot_start_error=stop_at_error hot_failure_scope=exclude_writer "
         "opstatus_decision=first_error; " THREE "add; A S; B S out=I; A F; end; hot A B C;"},
        {"each call with a variable of its own", "",
         "set opstatus_scope=per_call; " THREE "add; A S; B S out=I; C S out=U; A F st=I;"
         "B F st=I; C F st=I; end I;"},
        {"hardware first", "",
         "set sync_start_vs_hw=after_start; " THREE "add; hw; A S; B S; C S; active; sched; A C;"
         "B C; C C; end;"},
        {"hardware first, and it fails", "",
         "set sync_start_vs_hw=after_start; " THREE "add; hw T; end; add; hw; A S; B S; C S;"
         "active; sched; A C; B C; C C; end;"},
        {"hardware first, then a veto", "",
         "set sync_start_vs_hw=after_start; " THREE "add; hw; A S; B S out=I; C S; A F; B F; C F;"
         "end;"},
        {"a unit of three, of which one fails", "",
         "reg A; unit 3; hot A; add; A S; hw T; A F; end; hot A; unit< 2;"},
        {"no room", "", "partition 5:4; reg A; hot A; add; end I; add; end I;"},
        {"no room in the group that was named", "",
         "partition 4:4 4:0; reg A; add group=0; end I; hot A group=1; hot A;"},
        {"the place that was named is taken", "", "reg A; add group=0 number=2; end I;"},
        {"the second group when the first is full", "",
         "partition 4:3 4:0; reg A; hot A; hot A; hot A;"},
        {"a place that was named", "",
         "partition 4:3 4:0; reg A; hot A group=1 number=3; hot A;"},
        {"a region held from Start to Complete", "",
         "reg A; add; A S regions=1; hw; active; sched; A C regions=-1; end;"},
        {"moved to the new processor", "", "reg A; hot A; R reg B cpu=4;"},
    };
    EXPECT_FINDINGS(cases);
}

/* RULES 4.8, 4.9 */
static void registering_and_removing_during_an_add_gives_no_finding(void **state)
{
    (void)state;
    static const struct judging cases[] = {
        {"a registration waits", "",
         "reg A; add; A S; R reg> X +; hw; active; sched; A C; end; R lock X; R X ES 0; R X ES 1;"
         "R X ES 2; R X ES 3; R X ES 4; R X EC 0; R X EC 1; R X EC 2; R X EC 3; R X EC 4;"
         "R reg< X; hot A X;"},
        {"a registration waits for an add that fails", "",
         "partition 8:2; reg A; add; A S out=I; R reg> X +; A F; end; R lock X; R X ES 0; R X ES 1;"
         "R X EC 0; R X EC 1; R reg< X; hot A X;"},
        {"a registration does not wait", "",
         "set register_during_add=late_join; reg A; add; A S; R reg> X; R lock X; R reg< X; hw;"
         "active; sched; A C; end; hot A X;"},
        {"a registration that is still being made when the next add begins", "",
         "partition 8:1; set register_during_add=late_join; reg A; add; A S; R reg> X +;"
         "R lock X; R X ES 0; hw; active; sched; A C; end;"
         "add; A S; X S; R X EC 0 in=0; R reg< X; hw; active; sched; A C; X C; end; hot A X;"},
        {"a removal waits", "",
         "reg A; reg B; add; A> S; R dereg> A; A< S; B S; hw; active; sched; A C; B C; end;"
         "R dereg! A; R dereg< A; hot B;"},
        {"a removal waits for a veto", "",
         "reg A; reg B; add; A> S; R dereg> A; A< S out=I; B S; A F; B F; end; R dereg! A;"
         "R dereg< A; hot B;"},
        {"B removes A inside its Start", "",
         "reg A; reg B; reg C; add; A S; B> S; H dereg A; B< S; C S; hw; active; sched; B C; C C;"
         "end; hot B C;"},
        {"A removes B inside its Start, and B comes back", "",
         THREE "add; A> S; H dereg B; A< S; C S; hw; active; sched; A C; C C; end; reg B;"
         "hot A C B;"},
        {"a removal waits for the call only", "",
         "set dereg_wait=per_call; reg A; reg B; add; A> S; R dereg> A; A< S; R dereg< A; B S;"
         "hw; active; sched; B C;"
         "end; hot B;"},
        {"a removal waits for the call only, and returns late", "",
         "set dereg_wait=per_call; reg A; reg B; add; A> S; R dereg> A; A< S; B S; hw; active;"
         "sched; B C; end;"
         "R dereg< A; hot B;"},
        {"a removal takes effect after the round", "",
         "set dereg_wait=deferred; " THREE "add; A> S; R dereg> B; R dereg< B; A< S; B S; C S;"
         "hw; active; sched; A C; C C;"
         "end; hot A C;"},
        {"a removal takes effect at once though it may be deferred", "",
         "set dereg_wait=deferred; " THREE "add; A> S; R dereg> B; R dereg< B; A< S; C S; hw;"
         "active; sched; A C; C C; end;"
         "R dereg> A; R dereg! A; R dereg< A; hot C;"},
        {"a late joiner is not waited for", "",
         "partition 8:1; set register_during_add=late_join; reg B; reg C; add; B S; C S;"
         "R reg> A +; R lock A; R A ES 0; " UP "B C; C C; end; dereg B; R A EC 0 in=0; R reg< A;"
         "hot C A;"},
        {"who leaves after the round opens the second one", "",
         "set dereg_wait=deferred; reg A; reg B; add; A> S; R dereg> A; R dereg< A; A< S; B S; " UP
         "A C; B C; end; hot B;"},
        {"a removal waits while its driver goes", "",
         "set dereg_wait=deferred; reg B; enter a; reg A; leave a 0; add; B> S; ask a 0; unload a;"
         "dereg> A; dereg< A; unloaded a; freed a; B< S; " UP "B C; end; hot B; over;"},
        {"a removal waits between two calls while its driver goes", "",
         "set dereg_wait=deferred; enter a; reg A; leave a 0; reg B; add; A S; B> S; ask a 0;"
         "unload a; dereg> A; dereg< A; unloaded a; freed a; B< S; " UP "B C; end; over;"},
        {"a region that its removed owner cannot leave", "",
         "reg A; reg B; add; A S regions=1; B> S; H dereg A; B< S; hw; active; sched; B C; end;"},
    };
    EXPECT_FINDINGS(cases);
}

/* RULES 4.10, without PnP */
static void drivers_as_documented_give_no_finding(void **state)
{
    (void)state;
    static const struct judging cases[] = {
        {"loaded and unloaded", "",
         "enter a; reg A +; leave a 0; hot A; ask a 0; unload a; dereg A; unloaded a; freed a;"
         "hot; over;"},
        {"DriverEntry fails as its registration did", "",
         "enter a; reg> A +; lock A; A ES 0 out=I; reg< A null; leave a I; freed a; over;"},
        {"a driver without Unload", "", "enter a; leave a 0; ask a R; over;"},
        {"a second try of the same function", "",
         "enter a; reg> A fn=7; fault; reg< A null; reg> B fn=7 driver=1; lock B driver=1;"
         "reg< B driver=1; leave a 0;"},
        {"loaded again after it failed", "",
         "enter a; leave a I; freed a; enter a; reg A; leave a 0; hot A; ask a 0; unload a;"
         "dereg A; unloaded a; freed a; over;"},
        {"nothing is freed when the run is cut short", "", "enter a; leave a I; over deadlock;"},
    };
    EXPECT_FINDINGS(cases);
}

static void right_answers_give_no_finding(void **state)
{
    (void)state;
    static const struct judging cases[] = {
        {"before, during and after an add that succeeds", "",
         "reg A; query countex 0xffff 4; query groups 0 1; add; A> S; query countex 0xffff 4;"
         "query mask 0 0xf; query number 4 0 4; query index 4 4; A< S; hw; active; sched;"
         "A> C; query countex 0xffff 5; query countex 0 5; query mask 0 0x1f; query count 0 5 0x1f;"
         "query number 4 0 4; A< C; end; query number 5 0xc000000d; query index 5 0xffffffff;"},
        {"an add that fails", "",
         "reg A; add; A S; hw T; A> F; query countex 0xffff 4; query number 4 0 4; A< F;"
         "end; query number 4 0xc000000d; query index 4 0xffffffff; query processors 0 0xf;"},
        {"before the first call either answer is right", "",
         "reg A; add; query number 4 0xc000000d; query number 4 0 4; A S; hw T; A F;"
         "query index 4 4; query index 4 0xffffffff; end;"},
        {"the incoming processor is unknown until it is active", "",
         "set number_map_at_start=invalid; reg A; add; A> S; query number 4 0xc000000d;"
         "query index 4 0xffffffff; A< S; hw; active;"
         "query number 4 0 4; sched; A C; end;"},
        {"two groups", "",
         "partition 8:4 4:2; reg A; query count 0 4 0xf; query countex 1 2; query countex 7 0;"
         "query mask 1 3;"
         "query groups 0 2; add group=1; A S; hw; active; sched; A> C; query count 0 4 0xf;"
         "query countex 0xffff 7; query countex 1 3; query processors 0 0xf; A< C; end;"
         "query index 0x10002 6; query number 6 0 0x10002;"},
        {"a group that becomes active", "",
         "partition 4:4 4:0; query groups 0 1; add; hw; active; query groups 0 2; sched; end;"},
        {"the old count of all", "",
         "partition 8:4 4:2; set legacy_count=all; query count 0 6 0xf;"},
        {"maxima", "",
         "partition 8:4 4:2; query maximum 0 8; query maximumex 0xffff 12; query maximumex 1 4;"
         "query maximumex 5 0;"
         "query maximumgroups 0 2;"},
    };
    EXPECT_FINDINGS(cases);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(registering_as_documented_gives_no_finding),
        cmocka_unit_test(adds_as_documented_give_no_finding),
        cmocka_unit_test(registering_and_removing_during_an_add_gives_no_finding),
        cmocka_unit_test(drivers_as_documented_give_no_finding),
        cmocka_unit_test(right_answers_give_no_finding),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
