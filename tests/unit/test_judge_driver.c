/* judge: what goes wrong in a driver's life, DRV */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/judging.h"

#define UP "hw; active; sched; "
/* A driver that has been loaded and unloaded. */
#define GONE "partition 8:1; enter a; leave a 0; ask a 0; unload a; unloaded a; freed a; "
/* One that left A behind. */
#define LEFT "enter a; reg A; leave a 0; ask a 0; unload a; unloaded a; freed a; "

/* DRV-2, DRV-4, DRV-5, DRV-8 */
static void a_driver_that_leaves_things_behind_is_found(void **state)
{
    (void)state;
    static const struct judging cases[] = {
        {"DriverEntry ignores NULL", "note DRV-2(a)",
         "enter a; reg> A; fault; reg< A null; leave a 0;"},
        {"two functions, one repaired", "note DRV-2(a)",
         "enter a; reg> A fn=7; fault; reg< A null; reg> B fn=8 driver=1; fault;"
         "reg< B null driver=1; reg C fn=7 driver=1; leave a 0;"},
        {"the second try belongs to another driver", "note DRV-2(a)",
         "enter a; reg> A fn=7; fault; reg< A null; R reg B fn=7; leave a 0;"},
        {"a failing DriverEntry keeps a registration", "DRV-4(a)",
         "enter a; reg A; leave a I; freed a;"},
        {"a failing DriverEntry keeps two", "DRV-4(a) DRV-4(a)",
         "enter a; reg A; reg B driver=1; leave a I; freed a;"},
        {"Unload keeps a registration", "DRV-5(a)",
         "enter a; reg A; leave a 0; ask a 0; unload a; unloaded a; freed a; over;"},
        {"one that is dead is called", "DRV-5(a) DRV-8(a)",
         "enter a; reg A; reg B; leave a 0; ask a 0; unload a; unloaded a; freed a;"
         "add; dead A; B S; " UP "B C; end; over;"},
        {"one that is dead is called in both rounds", "DRV-5(a) DRV-8(a) DRV-8(a)",
         "enter a; reg A; leave a 0; ask a 0; unload a; unloaded a; freed a;"
         "add; dead A; " UP "dead A; end; over;"},
        {"registers when its image is gone", "DRV-8(a) DRV-8(a) DRV-8(a) DRV-8(a)",
         GONE "reg> A +; lock A; S dead A; S dead A; reg< A; reg B; add; dead A; B S; " UP
         "dead A; B C; end; over;"},
        {"registers in its last moment, and gets the lock too late", "DRV-8(a) DRV-8(a)",
         "partition 8:1; enter a; leave a 0; reg B; add; B> S; R reg> A +; ask a 0; unload a;"
         "unloaded a; freed a; B< S; " UP "B C; end; R lock A; R dead A; R dead A; R reg< A;"
         "over;"},
        {"goes while existing processors are announced", "DRV-5(a) DRV-8(a) DRV-8(a) DRV-8(a)",
         "partition 8:2; enter a; leave a 0; R reg> A +; R lock A; R A ES 0; ask a 0; unload a;"
         "unloaded a; freed a; R dead A; R dead A; R dead A; R reg< A; over;"},
        {"one that is dead is removed after the round", "DRV-5(a) DRV-8(a) DRV-8(a)",
         "set dereg_wait=deferred; " LEFT "reg B; add; dead A; B> S; R dereg> A driver=2;"
         "R dereg< A driver=2; B< S; " UP "dead A; B C; end; hot B; over;"},
        {"one that is dead is removed", "DRV-5(a)",
         LEFT "dereg A driver=2; hot; over;"},
        {"one that is dead is removed twice", "DRV-5(a) DEREG-5(b)",
         LEFT "dereg> A driver=2; dereg! A driver=2; R dereg> A driver=2;"
         "R dereg< A driver=2; dereg< A driver=2; hot; over;"},
        {"one that is dead is removed twice, and the lock is not shown", "DRV-5(a) DEREG-5(b)",
         "foreign; " LEFT "dereg> A driver=2; dereg< A driver=2; dereg> A driver=2;"
         "dereg< A driver=2; hot; over;"},
    };
    EXPECT_FINDINGS(cases);
}

/* DRV-1, DRV-3, DRV-6, DRV-8, DRV-10 */
static void a_kernel_that_treats_drivers_wrongly_is_found(void **state)
{
    (void)state;
    static const struct judging cases[] = {
        {"DriverEntry at DISPATCH_LEVEL", "DRV-1", "enter a irql=2; leave a 0 irql=2;"},
        {"DriverEntry on the caller's thread", "DRV-1", "T enter a; T leave a 0;"},
        {"Unload in a DPC", "DRV-1",
         "enter a; leave a 0; ask a 0; D unload a; unloaded a; freed a;"},
        {"Unload after DriverEntry failed", "DRV-3",
         "enter a; leave a I; ask a 0; unload a; unloaded a; freed a; over;"},
        {"the image kept after DriverEntry failed", "DRV-3", "enter a; leave a I; over;"},
        {"the image kept for a registration", "DRV-5(a) DRV-6",
         "enter a; reg A; leave a 0; ask a 0; unload a; unloaded a; over;"},
        {"called after the image is gone", "DRV-5(a) DRV-8",
         "enter a; reg A; leave a 0; ask a 0; unload a; unloaded a; freed a; hot A; over;"},
        {"called though it was registered when the image was gone", "DRV-8 DRV-8",
         GONE "reg A +; hot A; over;"},
        {"called by the next add only", "DRV-8", GONE "reg A; hot A; over;"},
        {"called after a removal, when the image is gone", "DRV-8",
         "enter a; reg A; leave a 0; ask a 0; unload a; dereg A; unloaded a; freed a; hot A;"},
        {"a second call after the image is gone, as the removal takes effect later", "DRV-8",
         "set dereg_wait=deferred; enter a; reg A; leave a 0; reg B; add; A S; B> S; ask a 0;"
         "unload a; dereg> A; dereg< A; unloaded a; freed a; B< S; " UP "A C; B C; end; over;"},
        {"the turn of one that was removed", "DRV-8",
         "set dereg_wait=deferred; enter a; reg A; leave a 0; reg B; add; A S; B> S; ask a 0;"
         "unload a; dereg> A; dereg< A; unloaded a; freed a; B< S; " UP "dead A; B C; end; over;"},
        {"existing processors announced to the end when the image is gone", "DRV-5(a) DRV-8",
         "partition 8:2; reg X +; enter a; leave a 0; R reg> A +; R lock A; R A ES 0; ask a 0;"
         "unload a; unloaded a; freed a; R A ES 1; R A EC 0; R A EC 1; R reg< A; over;"},
        {"a call of one whose registering the trace does not show", "DRV-8",
         GONE "add skip=2; A S; " UP "end;"},
        {"called when its driver has been loaded anew", "DRV-4(a) DRV-8",
         "enter a; reg A; leave a I; freed a; enter a; leave a 0; hot A; over;"},
        {"the image freed inside a call", "DRV-8",
         "enter a; leave a 0; reg A; add; A> S; freed a; A< S; " UP "end;"},
        {"Unload though it was refused", "DRV-10",
         "enter a; leave a 0; ask a R; unload a; unloaded a;"},
        {"Unload without a request", "DRV-10",
         "enter a; leave a 0; unload a; unloaded a; freed a;"},
        {"the image freed though it was refused", "DRV-10",
         "enter a; leave a 0; ask a R; freed a;"},
    };
    EXPECT_FINDINGS(cases);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_driver_that_leaves_things_behind_is_found),
        cmocka_unit_test(a_kernel_that_treats_drivers_wrongly_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
