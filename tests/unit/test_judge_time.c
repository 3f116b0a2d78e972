/* judge: callbacks that take longer than the scenario's budget, TIME-1 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "check/judge.h"
#include "unit/judging.h"

#define UP "hw; active; sched; "

/* TIME-1 */
static void a_callback_that_takes_longer_than_its_budget_is_found(void **state)
{
    (void)state;
    static const struct judging cases[] = {
        {"in an add", "TIME-1(a)",
         "budget 5000; reg A; add; A> S ns=1000; A< S ns=6001; " UP "A C; end;"},
        {"in an add, elsewhere", "TIME-1(a)",
         "foreign; budget 5000; reg A; add; A> S ns=1000; A< S ns=6001; " UP "A C; end;"},
        {"in the second call", "TIME-1(b)",
         "budget 5000; reg A; reg B; add; A S; B S; " UP "A C; B> C; B< C ns=7000; end;"},
        {"after others that went well", "TIME-1(a)",
         "budget 5000; reg A; hot A; hot A; add; A> S ns=1; A< S ns=5002; " UP "A C; end;"},
        {"where no time is given", "TIME-1(a)",
         "budget 0; reg A; add; A> S; A< S ns=1; " UP "A C; end;"},
        {"for an existing processor", "TIME-1(a)",
         "partition 8:1; budget 5000; reg> A +; lock A; A> ES 0; A< ES 0 ns=9000; A EC 0; reg< A;"},
        {"a client of the callback object", "TIME-1(a)",
         "budget 5000; client A; add; A> S; A< S ns=9000; " UP "A C; end;"},
        {"a client of a driver's object", "TIME-1(a)",
         "budget 5000; client A other; client> A ns=1; client< A ns=9000;"},
        {"told of an instance", "TIME-1(a)",
         "partition 8:2; budget 5000; instance 1; instance 2; pnp P;"
         "add; hw; active; sched; started 3; up 3; end; P> A 3 ns=1; P< ns=9000; over"},
    };
    EXPECT_FINDINGS(cases);
}

/* TIME-1 */
static void a_callback_that_is_back_in_time_is_no_mistake(void **state)
{
    (void)state;
    static const struct judging cases[] = {
        {"without a budget", "", "reg A; add; A> S; A< S ns=9000000000; " UP "A C; end;"},
        {"no longer than the budget", "",
         "budget 5000; reg A; add; A> S ns=1000; A< S ns=6000; " UP "A C; end;"},
        {"many calls that take longer together", "",
         "budget 5000; reg A; reg B; add; A> S; A< S ns=4000; B> S ns=4000; B< S ns=8000; " UP
         "A C; B C; end;"},
        {"a registration that takes longer than its calls", "",
         "budget 5000; reg> A; lock A; reg< A ns=9000;"},
        {"a clock that goes backwards", "",
         "budget 5000; reg A; add; A> S ns=9000; A< S; " UP "A C; end;"},
        {"a driver's object that calls two", "",
         "budget 5000; client A other; client B other; client> A; client< A ns=4000;"
         "client> B ns=4000; client< B ns=8000;"},
    };
    EXPECT_FINDINGS(cases);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_callback_that_takes_longer_than_its_budget_is_found),
        cmocka_unit_test(a_callback_that_is_back_in_time_is_no_mistake),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
