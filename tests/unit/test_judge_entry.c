/* judge: entries of PnP notification, PNP and DRV */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/judging.h"

#define LOADED "enter a; pnp P; leave a; "
#define HEARS_LOADED "enter a; pnp P class=panel; leave a; up 5 panel cause=0; "
/* P and Q are told of a driver's interface. */
#define HEARS "pnp P class=panel; up 5 panel cause=0; "
#define REPLAYS "up 1 panel cause=0; pnp> P + class=panel; ref+ P; "
#define GONE "ask a; unload a; unloaded a; "

/* PNP-6, PNP-10, PNP-13 to PNP-22, DRV-4, DRV-7, DRV-8 */
static void what_is_right_is_not_found(void **state)
{
    (void)state;
    static const struct judging cases[] = {
        {"comes and goes", "", HEARS "P> A 5; P<; unpnp P ex; over;"},
        {"with the older routine", "", HEARS "P A 5; unpnp P; over;"},
        {"a replay", "", REPLAYS "P A 1 replay; pnp< P; unpnp P ex; over;"},
        {"removes itself", "", HEARS "P> A 5; N unpnp> P ex; N unpnp< P ex; P<; "
         "N ref- P; over;"},
        {"removes itself inside a replay, with the older routine", "",
         REPLAYS "P> A 1 replay; unpnp> P; unpnp< P; P<; ref- P; pnp< P;"},
        {"the older routine does not wait", "",
         HEARS "P> A 5; unpnp> P; unpnp< P; P<; N ref- P; over;"},
        {"one late call", "", "set legacy_late_call=deliver; " HEARS "unpnp> P; unpnp< P; "
         "P A 5 late; N ref- P; over;"},
        {"a late call that the tape chose", "", HEARS "unpnp> P; choice late 1 P; "
         "unpnp< P; P A 5 late; N ref- P; over;"},
        {"a late call of what ran", "", "set legacy_late_call=deliver; " HEARS "P> A 5; unpnp> P; "
         "unpnp< P; P<; P A 5 late; N ref- P; over;"},
        {"a late call of a second report", "", "set legacy_late_call=deliver "
         "include_existing_dup=twice; " REPLAYS "P A 1 replay; pnp< P; unpnp> P; unpnp< P; "
         "P A 1 late; N ref- P; over;"},
        {"a late call of the first of several", "", "set legacy_late_call=deliver; " HEARS
         "down 5 panel cause=0; unpnp> P; unpnp< P; P A 5 late; N ref- P; over;"},
        {"a late call of a second report before what came since", "",
         "set legacy_late_call=deliver include_existing_dup=twice; " REPLAYS
         "P A 1 replay; pnp< P; up 2 panel cause=0; unpnp> P; unpnp< P; P A 1 late; N ref- P; "
         "over;"},
        {"a late call of what came since it registered", "", "set legacy_late_call=deliver; "
         "up 6 panel cause=0; " HEARS "unpnp> P; unpnp< P; P A 5 late; N ref- P; over;"},
        {"a reference that goes some time after the late call", "",
         "set legacy_late_call=deliver; " HEARS "unpnp> P; unpnp< P; P A 5 late; "
         "up 6 panel cause=0; N ref- P; over;"},
        {"a late call after the unload of another driver", "",
         "set legacy_late_call=deliver; enter a; leave a; pnp Q class=panel; up 5 panel cause=0; "
         "unpnp> Q; unpnp< Q; " GONE "freed a; Q A 5 late; N ref- Q; over;"},
        {"no late call when the image is gone", "DRV-4(a)", "set legacy_late_call=deliver; "
         "enter a; " HEARS "leave a I; ref- P; freed a; unpnp> P; unpnp< P; over;"},
        {"none when nothing is due", "", "set legacy_late_call=deliver; " HEARS "P A 5; unpnp P; "
         "over;"},
        {"a late call before Unload returns", "note DRV-7(a)",
         "set legacy_late_call=deliver; " HEARS_LOADED
         "ask a; unload a; unpnp> P; unpnp< P; P A 5 late; N ref- P; unloaded a; freed a; over;"},
        {"a late call in a run that was cut short", "", "set legacy_late_call=deliver; " HEARS
         "unpnp> P; unpnp< P; over deadlock;"},
        {"a late call in a trace from elsewhere", "", "foreign; set legacy_late_call=deliver; "
         HEARS "P A 5; unpnp> P; unpnp< P; P A 5 late; N ref- P; over;"},
        {"inside a processor-change callback at APC_LEVEL", "",
         "set callback_irql=apc; reg A; add; A> S; H pnp P irql=1; H unpnp P ex irql=1; A< S; hw; "
         "active; sched; A C; end;"},
        {"at the highest IRQL of a wait, nobody waits", "PNP-6(a)",
         HEARS "P> A 5; unpnp> P ex irql=2; unpnp< P ex irql=2; P<; N ref- P;"},
        {"wrong parameters", "",
         "pnp> P category=0; refused parameter of=registerpnp; pnp< P 0xC000000D; "
         "pnp> Q category=1 flags=1; refused parameter of=registerpnp; pnp< Q 0xC000000D; "
         "pnp> V; refused parameter of=registerpnp; pnp< V 0xC000000D;"},
        {"what is not there yet", "",
         "pnp> P category=3; refused unbuilt of=registerpnp; pnp< P 0xC00000BB;"},
        {"no memory", "", "pnp> P; fault of=registerpnp; pnp< P I;"},
        {"a wait that is satisfied at once", "", HEARS "P> A 5; N wait; P<;"},
        {"a wait elsewhere", "", HEARS "P> A 5; S wait blocked=1; P<;"},
        {"a deadlock elsewhere", "", HEARS "P> A 5; wait blocked=1; stuck S; "
         "over deadlock;"},
        {"the context after the removal", "", "take 1 8; pnp P; unpnp P ex; give 1;"},
        {"freed by itself, after the Ex routine", "",
         "take 1 8; " HEARS "P> A 5; N unpnp> P ex; N unpnp< P ex; N misuse context id=1; "
         "give 1; P<; N ref- P;"},
        {"an entry that is removed before Unload", "",
         LOADED "unpnp P ex; " GONE "freed a; over;"},
        {"one of another driver", "", LOADED "pnp Q; unpnp P ex; " GONE "freed a; over;"},
        {"a DriverEntry that cleans up", "",
         "enter a; pnp P; unpnp P ex; leave a I; freed a; over;"},
        {"it waits for its entries", "", "set unload_gate=strict; " LOADED "ask a P; unpnp P; "
         "unload a; unloaded a; freed a; over;"},
        {"registered again inside a callback", "",
         HEARS "P> A 5; N pnp Q driver=1; P<;"},
    };
    EXPECT_FINDINGS(cases);
}

/* PNP-6, PNP-13, PNP-14, PNP-17 to PNP-21, DRV-4, DRV-7, DRV-8, DRV-12, CTX-7 */
static void a_driver_that_errs_is_found(void **state)
{
    (void)state;
    static const struct judging cases[] = {
        {"registers at DISPATCH_LEVEL", "PNP-6(a)",
         "pnp> P irql=2; refused irql of=registerpnp; pnp< P 0xC0000184;"},
        {"removes at APC_LEVEL", "PNP-6(a)", "pnp P; unpnp P irql=1;"},
        {"at APC_LEVEL outside processor-change callbacks", "PNP-6(a)",
         "set callback_irql=apc; pnp P; unpnp P irql=1;"},
        {"returns an error", "PNP-13(a)", HEARS "P> A 5; P< U;"},
        {"raises an event of its own", "PNP-14(a)",
         HEARS "P> A 5; N refused inside of=reportchange; P<;"},
        {"waits", "note PNP-14(a)*2", HEARS "P> A 5; N wait blocked=1; "
         "N wait blocked=1; P<;"},
        {"waits for who removes it", "note PNP-14(a) PNP-14(a)",
         HEARS "P> A 5; N wait blocked=1; unpnp> P ex; stuck N; stuck S; "
         "over deadlock;"},
        {"waits with what another one wants", "note PNP-14(a) PNP-14(a)",
         HEARS "P> A 5; N wait blocked=1; stuck S N; stuck N; over deadlock;"},
        {"waits for ever, and for nobody", "note PNP-14(a)",
         HEARS "P> A 5; N wait blocked=1; unpnp> P; unpnp< P; stuck N; "
         "over deadlock;"},
        {"removes itself inside a replay", "PNP-17(a)",
         REPLAYS "P> A 1 replay; unpnp> P ex; unpnp< P ex; P<; ref- P; "
         "pnp< P;"},
        {"frees the context while a call runs", "note PNP-18(a)",
         "take 1 8; " HEARS "P> A 5; unpnp> P; unpnp< P; misuse context id=1; give 1; "
         "P<; N ref- P;"},
        {"removes nothing", "PNP-19(a)",
         "unpnp> P ex id=0; misuse null of=removepnpex; unpnp< P ex 0xC000000D id=0;"},
        {"removes twice", "PNP-19(a)",
         "pnp P; unpnp P; unpnp> P id=0; misuse stale of=removepnp; unpnp< P 0xC000000D id=0;"},
        {"removes twice, in a trace from elsewhere", "PNP-19(a)",
         "foreign; pnp P; unpnp P; unpnp> P; unpnp< P 0xC000000D;"},
        {"frees the context before the removal", "PNP-20(a)",
         "take 1 8; pnp P; misuse context id=1; give 1; unpnp P ex;"},
        {"frees the context while it is removed", "PNP-20(a)",
         "take 1 8; " HEARS "P> A 5; unpnp> P ex; N misuse context id=1; give 1; P<; "
         "unpnp< P ex; ref- P;"},
        {"no function", "PNP-21(a)",
         "pnp> P fn=0; refused pointer of=registerpnp; pnp< P 0xC000000D;"},
        {"nowhere to put the entry", "PNP-21(a)",
         "pnp> P; refused pointer of=registerpnp; pnp< P 0xC000000D;"},
        {"a driver object that is none, or not its own", "PNP-21(a)",
         "pnp> P; misuse gone of=registerpnp; pnp< P 0xC000000D;"},
        {"leaves at DISPATCH_LEVEL", "CTX-7(a)", HEARS "P> A 5; P< irql=2;"},
        {"leaves in a region", "CTX-7(a)", HEARS "P> A 5; P< regions=1;"},
        {"stays when its entry fails", "DRV-4(a) DRV-8(a)",
         "enter a; " HEARS "leave a I; ref- P; freed a; untold P A 5; over;"},
        {"registers when its image has gone", "DRV-8(a)",
         "enter a; leave a I; freed a; pnp> P; pnp< P; up 5 cause=0; untold P A 5; over;"},
        {"registers when its image has gone, and nothing is told of it", "",
         "enter a; leave a I; freed a; pnp> P class=panel; pnp< P; up 5 panel cause=0; over;"},
        {"removes in Unload, which comes too early", "note DRV-7(a)",
         LOADED "ask a; unload a; unpnp P ex; unloaded a; freed a; over;"},
        {"stays when it is unloaded", "note DRV-7(a) DRV-7(a)", LOADED GONE "over;"},
        {"leaves an interface", "DRV-12(a)",
         "enter a; leave a; " GONE "left interface 3; freed a;"},
    };
    EXPECT_FINDINGS(cases);
}

/* PNP-6, PNP-10, PNP-16 to PNP-19, PNP-21, PNP-22, DRV-7, DRV-8 */
static void a_kernel_that_errs_is_found(void **state)
{
    (void)state;
    static const struct judging cases[] = {
        {"a call at APC_LEVEL", "PNP-6", HEARS "P A 5 irql=1;"},
        {"registered at DISPATCH_LEVEL", "PNP-6(a) PNP-6 PNP-6",
         "pnp> P irql=2; refused irql of=registerpnp; ref+ P; pnp< P;"},
        {"refused for its IRQL, which was right", "PNP-6", "pnp> P; pnp< P 0xC0000184;"},
        {"no reference", "PNP-10", "pnp> P; pnp< P; unpnp> P; unpnp< P;"},
        {"two references", "PNP-10", "pnp P; ref+ P;"},
        {"a reference when the image has gone", "PNP-10",
         "enter a; leave a I; freed a; pnp> P; ref+ P; pnp< P;"},
        {"given back while it is live", "PNP-10", "pnp P; ref- P;"},
        {"given back before the removal returns", "PNP-10", "pnp P; unpnp> P; ref- P; unpnp< P;"},
        {"given back while a call runs", "PNP-10",
         HEARS "P> A 5; unpnp> P; unpnp< P; ref- P; P<;"},
        {"given back twice", "PNP-10", "pnp P; unpnp P; ref- P count=0;"},
        {"counted wrong", "PNP-10", "pnp P; pnp Q driver=1 count=5;"},
        {"never given back", "PNP-10", "pnp P; unpnp> P; unpnp< P; over;"},
        {"removed while a call runs elsewhere", "PNP-16",
         HEARS "P> A 5; unpnp> P ex; unpnp< P ex; P<; N ref- P;"},
        {"a call after the removal", "PNP-16", HEARS "unpnp P ex; P A 5;"},
        {"a late call after the Ex routine", "PNP-16",
         "set legacy_late_call=deliver; " HEARS "unpnp P ex; P A 5 late;"},
        {"the replay goes on", "PNP-17(a) PNP-17",
         "up 2 panel cause=0; " REPLAYS "P> A 1 replay; unpnp> P ex; unpnp< P ex; P<; "
         "P A 2 replay; ref- P; pnp< P;"},
        {"removed while another thread replays", "PNP-17",
         REPLAYS "R unpnp> P ex; R unpnp< P ex; ref- P; pnp< P;"},
        {"a call after the older removal", "PNP-18", HEARS "unpnp P; P A 5;"},
        {"a late call that nobody asked for", "PNP-18",
         HEARS "choice late 0 P; unpnp P; P A 5 late;"},
        {"two late calls", "PNP-18", "set legacy_late_call=deliver; " HEARS "unpnp> P; unpnp< P; "
         "P A 5 late; P A 5 late;"},
        {"no late call", "PNP-18", "set legacy_late_call=deliver; " HEARS "unpnp> P; unpnp< P; "
         "over;"},
        {"no late call though it was chosen", "PNP-18", HEARS "unpnp> P; choice late 1 P; "
         "unpnp< P; over;"},
        {"a late call after Unload has returned", "note DRV-7(a) PNP-18 PNP-18",
         "set legacy_late_call=deliver; " HEARS_LOADED "ask a; unload a; unpnp> P; unpnp< P; "
         "unloaded a; P A 5 late; N ref- P; freed a; over;"},
        {"no late call before the image goes", "PNP-18", "set legacy_late_call=deliver; "
         "enter a; " HEARS "unpnp> P; unpnp< P; leave a I; freed a;"},
        {"a late call of nothing", "PNP-18", "set legacy_late_call=deliver; " HEARS "P A 5; "
         "unpnp> P; unpnp< P; ref- P; P A 5 late; over;"},
        {"a late call of another event", "PNP-18", "set legacy_late_call=deliver; " HEARS
         "down 5 panel cause=0; unpnp> P; unpnp< P; P R 5 late; N ref- P; over;"},
        {"a late call of another event than that which ran", "PNP-18",
         "set legacy_late_call=deliver; up 1 panel cause=0; " HEARS "P> A 5; unpnp> P; unpnp< P; "
         "P<; P A 1 late; N ref- P; over;"},
        {"a late call that was chosen for another", "PNP-18", "pnp Q class=panel; " HEARS
         "Q A 5; unpnp> Q; choice late 1 Q; unpnp< Q; ref- Q; unpnp P; "
         "P A 5 late;"},
        {"given back before the late call", "PNP-10", "set legacy_late_call=deliver; " HEARS
         "unpnp P; P A 5 late;"},
        {"given back later", "PNP-10", HEARS "P A 5; unpnp> P; unpnp< P; up 6 panel cause=0; "
         "ref- P; over;"},
        {"given back later than the last call", "PNP-10", HEARS "P> A 5; unpnp> P; unpnp< P; P<; "
         "up 6 panel cause=0; N ref- P; over;"},
        {"a late call that is too early", "PNP-18",
         "set legacy_late_call=deliver; " HEARS "P A 5 late;"},
        {"an error for an entry that stands", "PNP-19", "pnp P; unpnp> P; unpnp< P 0xC000000D;"},
        {"success for none", "PNP-19(a) PNP-19",
         "unpnp> P id=0; misuse unknown of=removepnp; unpnp< P id=0;"},
        {"wrong parameters registered", "PNP-21 PNP-21",
         "pnp> P category=0; refused parameter of=registerpnp; ref+ P; pnp< P;"},
        {"another status for wrong parameters", "PNP-21", "pnp> P category=0; pnp< P U;"},
        {"what is right is refused", "PNP-21", "pnp> P; pnp< P 0xC000000D;"},
        {"a call of what was refused", "PNP-21(a) PNP-21",
         "pnp> P fn=0 class=panel; refused pointer of=registerpnp; pnp< P 0xC000000D; "
         "up 5 panel cause=0; P A 5;"},
        {"a reference without memory", "PNP-22",
         "pnp> P; fault of=registerpnp; ref+ P; pnp< P I;"},
        {"another status without memory", "PNP-22", "pnp> P; fault of=registerpnp; pnp< P U;"},
        {"a call of what there was no memory for", "PNP-22",
         "pnp> P class=panel; fault of=registerpnp; pnp< P I; up 5 panel cause=0; P A 5;"},
        {"memory is there", "PNP-22", "pnp> P; pnp< P I;"},
        {"Unload called too early", "DRV-7",
         "set unload_gate=strict; " LOADED "ask a; unload a; unpnp P; unloaded a; freed a;"},
        {"the image freed with an entry", "note DRV-7(a) DRV-7(a) DRV-7", LOADED GONE "freed a;"},
        {"the image freed inside a call", "DRV-8",
         HEARS_LOADED "P> A 5; unpnp> P; unpnp< P; " GONE
         "freed a; P<;"},
        {"a call of what is gone", "DRV-4(a) DRV-8",
         "enter a; " HEARS "leave a I; ref- P; freed a; P A 5;"},
        {"a turn for what was removed", "DRV-8",
         HEARS_LOADED "unpnp P; " GONE "freed a; untold P A 5;"},
    };
    EXPECT_FINDINGS(cases);
}

/* A hole hides what would excuse the rest; who made the trace decides how firm a finding is. */
static void holes_and_other_makers_make_findings_milder(void **state)
{
    (void)state;
    static const struct judging cases[] = {
        {"a call of who registered in the hole", "", "pnp Q; P A 5 skip=9;"},
        {"a reference of who registered there", "", "pnp Q; ref- P skip=9 count=7;"},
        {"a removal of who registered there", "",
         "pnp Q; unpnp> P ex skip=9; unpnp< P ex; ref- P;"},
        {"a reason in the hole", "", "pnp> P; pnp< P 0xC000000D skip=9;"},
        {"a leave whose entry is in the hole", "", HEARS "P> A 5; "
         "P< irql=2 skip=1;"},
        {"another maker's call at APC_LEVEL", "note PNP-6", "foreign; " HEARS
         "P A 5 irql=1;"},
        {"a driver on another system", "PNP-13(a)", "foreign; " HEARS "P> A 5; P< U;"},
        {"another maker shows no references", "", "foreign; up 1 panel cause=0; "
         "pnp> P + class=panel; P> A 1 replay; unpnp> P; unpnp< P; P<; pnp< P; over;"},
        {"an absurd entry", "", "foreign; unpnp> P id=4000000000; pnp> P id=4000000000;"},
    };
    EXPECT_FINDINGS(cases);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_right_is_not_found),
        cmocka_unit_test(a_driver_that_errs_is_found),
        cmocka_unit_test(a_kernel_that_errs_is_found),
        cmocka_unit_test(holes_and_other_makers_make_findings_milder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
