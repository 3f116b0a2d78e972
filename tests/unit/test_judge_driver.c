/* judge: what goes wrong in a driver's life, DRV */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/judging.h"

#define UP "hw; active; sched; "

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
    };
    EXPECT_FINDINGS(cases);
}

/* DRV-1, DRV-3, DRV-6, DRV-8, DRV-10 */
static void a_kernel_that_treats_drivers_wrongly_is_found(void **state)
{
    (void)state;
    static const struct judging cases[] = {
        {"DriverEntry at DISPATCH_LEVEL", "DRV-1", "enter a irql=2; leave a 0;"},
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
