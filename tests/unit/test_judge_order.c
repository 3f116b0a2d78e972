/* judge: locks that threads take in different orders, OBJ-8 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/text.h"
#include "check/judge.h"
#include "unit/judging.h"

/* OBJ-8 */
static void locks_that_threads_take_in_different_orders_are_found(void **state)
{
    (void)state;
    static const struct judging cases[] = {
        {"two locks", "OBJ-8(a)", "S order 2 1; H order 1 2;"},
        {"three locks and three threads", "OBJ-8(a)", "S order 2 1; H order 3 2; R order 1 3;"},
        {"four locks", "OBJ-8(a)", "S order 2 1; H order 3 2; R order 4 3; T order 1 4;"},
        {"a removal with a lock that the callback takes", "OBJ-8(b)",
         "reg B; S order 7 1 driver=2; H order 1 7 driver=2;"},
        {"the removal of a client with its lock", "OBJ-8(a)", "S order r1 1; H order 1 r1;"},
        {"the removal of an entry with its lock", "OBJ-8(a)", "N order 1 e1; S order e1 1;"},
        {"inside a call that nobody's driver made", "OBJ-8(b)",
         "S order 2 1 driver=2; H order 1 2 driver=0;"},
        {"once, whoever goes along with it", "OBJ-8(a)", "S order 2 1; H order 1 2; R order 1 2;"},
        {"once, whatever keeps it apart another time", "OBJ-8(a)",
         "S order 2 1; H order 1 2 besides=9; H order 1 2; H order 1 2;"},
        {"two circles", "OBJ-8(a) OBJ-8(a)", "S order 2 1; S order 4 3; H order 1 2; H order 3 4;"},
        {"one shares what the other has alone", "OBJ-8(a)",
         "S order 2 1; H order 1 2 shares=1;"},
    };
    EXPECT_FINDINGS(cases);
}

/* OBJ-8 */
static void orders_that_cannot_meet_are_no_mistake(void **state)
{
    (void)state;
    static const struct judging cases[] = {
        {"the same order", "", "S order 2 1; H order 2 1;"},
        {"one thread", "", "S order 2 1; S order 1 2;"},
        {"a thread that would wait for itself", "", "S order 2 1; H order 3 2; S order 1 3;"},
        {"under a lock that both have", "", "S order 2 1 besides=9; H order 1 2 besides=9;"},
        {"under a lock that two of three have", "",
         "S order 2 1 besides=9; H order 3 2; R order 1 3 besides=9;"},
        {"shared by both", "",
         "S order 2 1 shared=1 shares=1; H order 1 2 shared=1 shares=1;"},
        {"one of the two shared by both", "", "S order 2 1 shared=1; H order 1 2 shares=1;"},
        {"other things with the same numbers", "", "S order 2 1; H order r1 2; H order 1 e2;"},
        {"arrivals that remove each other's entries", "", "S order e2 e1; N order e1 e2;"},
        {"nobody's driver", "", "S order 2 1 driver=0; H order 1 2 driver=0;"},
    };
    EXPECT_FINDINGS(cases);
}

/* OBJ-8 */
static void both_orders_are_named(void **state)
{
    (void)state;
    struct ha_judge *judge = ha_judge_create();
    size_t count;
    judge_text(judge, "reg A; S order 7 5; H order 5 7; H order r1 5;");

    const struct ha_finding *findings = ha_judge_findings(judge, &count, NULL);

    assert_int_equal(count, 1);
    assert_string_equal(findings[0].seen, "hot-add wants object 5 and has object 7; "
                                          "system-3 wants object 7 and has object 5 (record 49)");
    ha_judge_destroy(judge);
}

/* OBJ-8: a search through all that these orders could come to would take hours. */
static void very_many_orders_are_judged_in_the_end(void **state)
{
    (void)state;
    struct ha_judge *judge = ha_judge_create();
    struct ha_text text = {0};
    size_t count;
    ha_text_add(&text, "reg A;");
    for (unsigned i = 0; i < 1000; i++)
        ha_text_add(&text, " R order 5 4; H order 4 3; S order 3 2; T order 2 1;");
    ha_text_add(&text, " S order 1 2;");
    judge_text(judge, ha_text_string(&text));

    const struct ha_finding *findings = ha_judge_findings(judge, &count, NULL);

    assert_int_equal(count, 1);
    assert_string_equal(findings[0].rule->id, "OBJ-8");
    ha_text_close(&text);
    ha_judge_destroy(judge);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(locks_that_threads_take_in_different_orders_are_found),
        cmocka_unit_test(orders_that_cannot_meet_are_no_mistake),
        cmocka_unit_test(both_orders_are_named),
        cmocka_unit_test(very_many_orders_are_judged_in_the_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
