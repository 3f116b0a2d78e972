/* judge: on which processors a thread may run */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/judging.h"

/* QRY-13 */
static void affinity_is_set_to_what_is_active_or_not_at_all(void **state)
{
    (void)state;
    static const struct judging cases[] = {
        {"one processor", "", "affinity set 0:2 0:2 0:0;"},
        {"the active ones of several", "", "affinity set 0:0x3c 0:0xc 0:0;"},
        {"none that is active", "", "affinity set 0:0x10 0:0xf 0:0 accepted=0;"},
        {"an empty mask", "", "affinity set 0:0 0:0xf 0:0 accepted=0;"},
        {"beyond the maximum", "", "affinity set 0:0x101 0:0xf 0:0 accepted=0;"},
        {"a group that is none", "", "affinity set 1:1 0:0xf 0:0 accepted=0;"},
        {"of group 0 by the older routines", "",
         "affinity setex 0:2 0:2 0:0; affinity setold 0:4 0:4;"},
        {"accepted though none is active", "QRY-13", "affinity set 0:0x10 0:0x10 0:0;"},
        {"accepted beyond the maximum", "QRY-13", "affinity set 0:0x101 0:1 0:0;"},
        {"refused though one is active", "QRY-13", "affinity set 0:2 0:0xf 0:0 accepted=0;"},
        {"with one that is not active", "QRY-13", "affinity set 0:0x3c 0:0x3c 0:0;"},
        {"refused and yet changed", "QRY-13", "affinity set 0:0x10 0:1 0:0 accepted=0;"},
        {"refused with a previous affinity", "QRY-13",
         "affinity set 0:0x10 0:0xf 0:0xf accepted=0;"},
        {"in a trace with a gap", "", "affinity set 0:0x10 0:0x10 0:0 skip=1;"},
    };

    EXPECT_FINDINGS(cases);
}

/* QRY-13, HOT-11 */
static void the_incoming_processor_is_refused_in_start_and_accepted_in_complete(void **state)
{
    (void)state;
#define IN_COMPLETE "reg A; add; A S; hw; active; sched; A> C; "
    static const struct judging cases[] = {
        {"in Start", "note QRY-13(a)",
         "reg A; add; A> S; H affinity set 0:0x10 0:0xf 0:0 accepted=0; A< S; hw; active; sched; "
         "A C; end;"},
        {"in Start, by an older routine", "note QRY-13(a)",
         "reg A; add; A> S; H affinity setex 0:0x10 0:0xf 0:0 accepted=0; A< S; hw; active; sched; "
         "A C; end;"},
        {"in Start, by the oldest", "note QRY-13(a)",
         "reg A; add; A> S; H affinity setold 0:0x10 0:0xf accepted=0; A< S; hw; active; sched; "
         "A C; end;"},
        {"accepted in Start", "QRY-13",
         "reg A; add; A> S; H affinity set 0:0x10 0:0x10 0:0; H affinity revert 0:0 0:0xf; A< S;"},
        {"in Complete, and back", "",
         IN_COMPLETE "H affinity set 0:0x10 0:0x10 0:0; H affinity revert 0:0 0:0xf; A< C; end;"},
        {"in Complete, and left there", "HOT-11(a)",
         IN_COMPLETE "H affinity set 0:0x10 0:0x10 0:0; A< C laff=0x10; end;"},
        {"in Start, with others", "",
         "reg A; add; A> S; H affinity set 0:0x11 0:1 0:0; H affinity revert 0:0 0:0xf; A< S;"},
        {"in Start, beside the new one", "",
         "reg A; add; A> S; H affinity set 0:0x20 0:0xf 0:0 accepted=0; A< S;"},
        {"put back by the kernel", "HOT-11(a) note QRY-13(a)",
         "reg A; reg B; add; A> S; H affinity set 0:1 0:1 0:0; A< S laff=1; B> S; "
         "H affinity set 0:0x10 0:0xf 0:0 accepted=0; B< S;"},
        {"not put back by the kernel", "HOT-11(a) QRY-13",
         "reg A; reg B; add; A> S; H affinity set 0:1 0:1 0:0; A< S laff=1; B> S; "
         "H affinity set 0:0x10 0:1 0:0 accepted=0; B< S;"},
    };

    EXPECT_FINDINGS(cases);
}

static void what_a_pnp_callback_leaves_changed_is_put_back(void **state)
{
    (void)state;
#define TWO "partition 8:2; instance 1; instance 2; "
#define BEGIN(entry) "pnp> " entry " +; ref+ " entry "; " entry "> A 1 replay; "
#define END(entry) entry "<; " entry " A 2 replay; pnp< " entry "; "
#define REFUSED(now) "affinity set 0:0x10 0:" now " 0:0 accepted=0; "
    static const struct judging cases[] = {
        {"refused inside it", "DRV-14(a)",
         TWO BEGIN("P") "affinity set 0:1 0:1 0:0; " REFUSED("1") END("P")},
        {"refused behind it", "DRV-14(a)",
         TWO BEGIN("P") "affinity set 0:1 0:1 0:0; " END("P") REFUSED("3")},
        {"not put back", "DRV-14(a) QRY-13",
         TWO BEGIN("P") "affinity set 0:1 0:1 0:0; " END("P") REFUSED("1")},
        {"behind a call inside a call", "DRV-14(b) DRV-14(a)",
         TWO BEGIN("P") "affinity set 0:1 0:1 0:0; " BEGIN("Q") "affinity set 0:2 0:2 0:1; "
         END("Q") REFUSED("1") END("P") REFUSED("3")},
    };

    EXPECT_FINDINGS(cases);
}

/* DRV-14 */
static void what_runs_on_a_thread_of_the_system_leaves_its_affinity_alone(void **state)
{
    (void)state;
#define MOVES "affinity set 0:1 0:1 0:0; "
#define BACK "affinity revert 0:0 0:0xf; "
    static const struct judging cases[] = {
        {"DriverEntry", "DRV-14(a)", "enter a; " MOVES "leave a;"},
        {"a DriverEntry that fails", "DRV-14(a)", "enter a; " MOVES "leave a I;"},
        {"Unload", "DRV-14(a)", "enter a; leave a; ask a; unload a; " MOVES "unloaded a; freed a;"},
        {"a work item", "DRV-14(a)", "work+ 1; work> 1; " MOVES "work< 1;"},
        {"AddDevice", "DRV-14(a)", "device> 1; " MOVES "device< 1;"},
        {"a Reinitialize routine", "DRV-14(a)", "reinit> 1; " MOVES "reinit< 1;"},
        {"a client of a driver's object", "DRV-14(a)",
         "client A other; client> A; " MOVES "client< A;"},
        {"a client, called by a thread that has moved", "",
         "client A other; " MOVES "client> A; client< A;"},
        {"a call for an existing processor", "DRV-14(a)",
         "reg> A +; lock A; A> ES 0; A< ES 0 laff=1;"},
        {"put back before", "", "enter a; " MOVES BACK "leave a;"},
        {"moved by the call of a callback, that DriverEntry puts back", "",
         "partition 8:4; enter a; " MOVES "reg A; " BACK "leave a;"},
        {"a thread of the driver's own", "", "thread> 9; R affinity set 0:1 0:1 0:0; thread< 9;"},
        {"the work item of another thread", "",
         "work+ 1; work> 1; R affinity set 0:1 0:1 0:0; work< 1;"},
        {"in a trace with a gap", "", "enter a; " MOVES "leave a skip=1;"},
    };

    EXPECT_FINDINGS(cases);
}

/* QRY-18 */
static void setting_tells_what_was_set_before_and_reverting_goes_back(void **state)
{
    (void)state;
    static const struct judging cases[] = {
        {"nested", "",
         "affinity set 0:1 0:1 0:0; affinity set 0:2 0:2 0:1; affinity revert 0:1 0:1; "
         "affinity revert 0:0 0:0xf;"},
        {"reverted twice", "",
         "affinity set 0:1 0:1 0:0; affinity revert 0:0 0:0xf; affinity revert 0:2 0:0xf;"},
        {"nothing to revert", "", "affinity revert 0:1 0:0xf; affinity revertold 0:0 0:0xf;"},
        {"back to what is not active", "",
         "affinity set 0:1 0:1 0:0; affinity revert 0:0x10 0:1 accepted=0;"},
        {"the older routines", "",
         "affinity setex 0:1 0:1 0:0; affinity setex 0:2 0:2 0:1; affinity revertex 0:1 0:1; "
         "affinity revertex 0:0 0:0xf; affinity setold 0:4 0:4; affinity revertold 0:0 0:0xf;"},
        {"a previous one that was never set", "QRY-18", "affinity set 0:1 0:1 0:0xf;"},
        {"another previous one", "QRY-18", "affinity set 0:1 0:1 0:0; affinity set 0:2 0:2 0:0;"},
        {"one after reverting", "QRY-18",
         "affinity set 0:1 0:1 0:0; affinity revert 0:0 0:0xf; affinity set 0:2 0:2 0:0xf;"},
        {"not back to the original", "QRY-18",
         "affinity set 0:1 0:1 0:0; affinity revert 0:0 0:1;"},
        {"not to the one that was given", "QRY-18",
         "affinity set 0:1 0:1 0:0; affinity set 0:2 0:2 0:1; affinity revert 0:1 0:0xf;"},
        {"something without anything to revert", "QRY-18", "affinity revert 0:1 0:1;"},
        {"to what is not active", "QRY-18",
         "affinity set 0:1 0:1 0:0; affinity revert 0:0x10 0:0x10;"},
        {"by the older routine", "QRY-18",
         "affinity setex 0:1 0:1 0:0; affinity revertex 0:0 0:1;"},
        {"another previous one, after a Set that was refused", "QRY-18",
         "affinity set 0:1 0:1 0:0; affinity set 0:0x10 0:1 0:0 accepted=0; "
         "affinity set 0:2 0:2 0:0;"},
        {"a previous one, after a Revert without effect", "QRY-18",
         "affinity revert 0:1 0:0xf; affinity set 0:1 0:1 0:0xf;"},
        {"the previous mask of another group, which the older routine cannot tell", "",
         "partition 4:4 4:2; affinity set 1:1 1:1 0:0; affinity setex 0:1 0:1 0:1;"},
        {"the previous one of another group, forgotten", "QRY-18",
         "partition 4:4 4:2; affinity set 1:1 1:1 0:0; affinity set 0:1 0:1 0:0;"},
        {"each thread by itself", "",
         "affinity set 0:1 0:1 0:0; R affinity revert 0:0 0:0xf; R affinity set 0:2 0:2 0:0;"},
    };

    EXPECT_FINDINGS(cases);
}

/* Each half of a rule: what sets, and what reverts or tells what was set before. */
static void setting_and_reverting_exercise_their_rules(void **state)
{
    (void)state;
    static const struct { const char *text; bool set, revert; } cases[] = {
        {"affinity set 0:1 0:1;", true, false},
        {"affinity set 0:1 0:1 0:0;", true, true},
        {"affinity set 0:0x10 0:0xf 0:0 accepted=0;", true, false},
        {"affinity revert 0:0 0:0xf;", false, true},
    };
    struct ha_judge *judge = ha_judge_create();

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        judge_text(judge, cases[i].text);
        assert_int_equal(ha_judge_exercised(judge, ha_rule_find("QRY-13")), cases[i].set);
        assert_int_equal(ha_judge_exercised(judge, ha_rule_find("QRY-18")), cases[i].revert);
    }
    ha_judge_destroy(judge);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(affinity_is_set_to_what_is_active_or_not_at_all),
        cmocka_unit_test(the_incoming_processor_is_refused_in_start_and_accepted_in_complete),
        cmocka_unit_test(what_a_pnp_callback_leaves_changed_is_put_back),
        cmocka_unit_test(what_runs_on_a_thread_of_the_system_leaves_its_affinity_alone),
        cmocka_unit_test(setting_tells_what_was_set_before_and_reverting_goes_back),
        cmocka_unit_test(setting_and_reverting_exercise_their_rules),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
