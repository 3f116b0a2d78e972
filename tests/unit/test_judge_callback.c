/* judge: callback objects and their clients, CB */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/judging.h"

#define UP "hw; active; sched; "

/* CB-1 to CB-12 */
static void what_is_right_is_not_found(void **state)
{
    (void)state;
    static const struct judging cases[] = {
        {"one chain", "", "open system; reg A; client B; reg C; add; A S; B S; C S; "
         UP "A C; B C; C C; end; unclient B; dereg A; dereg C;"},
        {"a veto", "", "reg A; client B; add; A S; B S out=I; A F; B F; end I;"},
        {"Ke first", "", "set callback_chain=ke_first; client A; reg B; client C; reg X; "
         "add; B S; X S; A S; C S; " UP "B C; X C; A C; C C; end;"},
        {"object first", "", "set callback_chain=object_first; reg A; client B; reg C; "
         "add; B S; A S; C S; " UP "B C; A C; C C; end;"},
        {"object first, backwards", "", "set callback_chain=object_first failure_order=reverse; "
         "reg A; client B; reg C; add; B S; A S; C S; hw I; C F; A F; B F; end I;"},
        {"unknown and without a name", "", "open other lost; open none U; open other create=1;"},
        {"no memory", "", "open system I; open none I; fault of=registerobject; client A null;"},
        {"a removal that waits", "", "client A; add; A> S; unclient A waits; A< S; unclient A; "
         UP "end;"},
        {"registered during an add", "", "client A; add; A S; client B; " UP "A C; end; hot A B;"},
        {"a driver's object", "", "client A other; reg B; client> A; client< A; notify a other; "
         "hot B; unclient A;"},
        {"a registration without a number", "", "foreign; client A id=0; unclient A id=0; over;"},
        {"the same twice in the status", "", "reg A; client B; add; A S out=I; B S; A F; B F; "
         "end I;"},
    };
    EXPECT_FINDINGS(cases);
}

/* CB-4, CB-8, CB-10, CB-11, CTX-3, CTX-7, STAT-7, DRV-4, DRV-5, DRV-8 */
static void a_driver_that_errs_is_found(void **state)
{
    (void)state;
    static const struct judging cases[] = {
        {"writes over an error", "CB-4(b)",
         "reg A; client B; add; A S out=I; B S out=T; A F st=T; B F st=T; end T;"},
        {"takes an error back", "CB-4(b)",
         "reg A; client B; add; A S out=I; B S out=0; " UP "A C; B C; end;"},
        {"writes over information", "STAT-7(a) CB-4(b)",
         "reg A; client B; add; A S out=P; B S out=T; A F st=T; B F st=T; end T;"},
        {"writes at Complete", "CB-4(a)", "client A; add; A S; " UP "A C out=I; end;"},
        {"writes at Failure", "CB-4(a)", "client A; add; A S; hw I; A F out=T; end I;"},
        {"writes what is no error", "STAT-7(a)", "client A; add; A S out=P; " UP
         "A C; end;"},
        {"notifies the system's object", "CB-8(b)", "client A; notify b;"},
        {"removes itself", "CB-10(a)", "client A; add; A> S; H unclient A; A< S; " UP "end;"},
        {"removes itself from a driver's object", "CB-10(a)",
         "client A other; client> A; unclient A; client< A;"},
        {"opens at DISPATCH_LEVEL", "CB-11(a)", "open system 0xC0000184 irql=2;"},
        {"registers at DISPATCH_LEVEL", "CB-11(a)", "client A null irql=2;"},
        {"removes at DISPATCH_LEVEL", "CB-11(a)", "client A; unclient A irql=2;"},
        {"changes the context", "CTX-3(a)", "client A; add; A S changed; " UP "A C; end;"},
        {"keeps a region until the second call", "CTX-7(a) CTX-7(a)",
         "client A; add; A S regions=1; " UP "A C regions=-1; end;"},
        {"keeps a region of a driver's call", "CTX-7(a)",
         "client A other; client> A; client< A regions=1;"},
        {"leaves a driver's call at DISPATCH_LEVEL", "CTX-7(a)",
         "client A other; client> A; client< A irql=2;"},
        {"leaves its object", "DRV-12(a)",
         "enter a; leave a; ask a; unload a; unloaded a; left object 3; freed a;"},
        {"stays when its entry fails", "DRV-4(a)", "enter a; client A; leave a I; freed a;"},
        {"stays when it is unloaded", "DRV-5(a) DRV-8(a) DRV-8(a)",
         "enter a; client A; leave a; ask a; unload a; unloaded a; freed a; add; dead A; " UP
         "dead A; end;"},
        {"stays with a driver's object", "DRV-5(a)",
         "enter a; client A other; leave a; ask a; unload a; unloaded a; freed a;"},
    };
    EXPECT_FINDINGS(cases);
}

/* CB-1 to CB-3, CB-5 to CB-12 */
static void a_kernel_that_errs_is_found(void **state)
{
    (void)state;
    static const struct judging cases[] = {
        {"no object", "CB-1", "open system lost;"},
        {"another context", "CB-2", "client A; add; A S ctx=29; " UP "A C; end;"},
        {"what exists", "CB-3", "client A; A ES 0;"},
        {"a call outside any add", "CB-3", "client A; A S;"},
        {"out of turn", "CB-5", "client A; client B; add; B S; A S; " UP "A C; B C; end;"},
        {"two groups in one chain", "CB-6", "reg A; client B; add; B S; A S; " UP
         "A C; B C; end;"},
        {"one chain in two groups", "CB-6", "set callback_chain=ke_first; client A; reg B; "
         "add; A S; B S; " UP "B C; A C; end;"},
        {"one chain in two groups, after an add that was right", "CB-6",
         "set callback_chain=ke_first; reg A; client B; hot A B; add; B S; A S; " UP
         "A C; B C; end;"},
        {"at another IRQL", "CB-7", "client A; add; A S irql=1; " UP "A C; end;"},
        {"clients of the system's object are notified", "CB-8(a) CB-8",
         "client A; notify a called=1;"},
        {"no registration, for no reason", "CB-9", "client A null;"},
        {"another's registration", "CB-9", "client A; client B handle=1;"},
        {"a call of what was not registered", "CB-9",
         "fault of=registerobject; client A null; add; A S; " UP "end;"},
        {"a call after the removal", "CB-10", "client A; unclient A; add; A S; " UP "end;"},
        {"a second call after the removal", "CB-10",
         "client A; add; A S; unclient A; " UP "A C; end;"},
        {"a removal that does not wait", "CB-10", "client A; add; A> S; unclient A; A< S; " UP
         "end;"},
        {"a call of the add during which it came", "CB-10",
         "client A; add; A S; client B; B S; " UP "A C; end;"},
        {"opened at DISPATCH_LEVEL", "CB-11(a) CB-11", "open system irql=2;"},
        {"registered at DISPATCH_LEVEL", "CB-11(a) CB-11", "client A irql=2;"},
        {"another status for what is unknown", "CB-12", "open other U;"},
        {"opened without a name", "CB-12", "open none;"},
        {"not called", "HOT-1", "reg A; client B; add; A S; " UP "A C; end;"},
        {"a call of a driver that is gone", "DRV-5(a) DRV-8",
         "enter a; client A other; leave a; ask a; unload a; unloaded a; freed a; client> A; "
         "client< A;"},
    };
    EXPECT_FINDINGS(cases);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_right_is_not_found),
        cmocka_unit_test(a_driver_that_errs_is_found),
        cmocka_unit_test(a_kernel_that_errs_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
