/* judge: memory that is added, the list of ranges, and the memory conditions, MEM-1 to MEM-7 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/judging.h"

/* Two ranges of 16 pages each; all 32 pages are free, the conditions change below 4, above 12. */
#define BOOT "memory 0 0x10000; memory 0x20000 0x10000; limits 100 50; "
#define RANGE "0x40000 0x10000; "
#define GROWS "mem> " RANGE "online " RANGE "mem< 0 100 50; "

/* MEM-3, MEM-5, MEM-6 */
static void memory_that_comes_as_it_should_gives_no_finding(void **state)
{
    (void)state;
    static const struct judging cases[] = {
        {"an add", "", BOOT GROWS},
        {"an add that fails", "", BOOT "mem> " RANGE "mem< T 100 50; "},
        {"the list", "", BOOT "query ranges 0 2 0x20000; " GROWS "query ranges 0 3 0x30000;"},
        {"the list within the add", "",
         BOOT "mem> " RANGE "query ranges 0 2 0x20000; online " RANGE
              "query ranges 0 3 0x30000; mem< 0 100 50; "},
        {"a call of another thread", "",
         "reg A; " BOOT "mem> " RANGE "S reg B +; mem< T 100 50; "},
        {"conditions", "",
         BOOT "free 8 4 12; clear high; free 3 4 12; signal low; free 5 4 12; clear low; "
              "free 32 4 12; signal high; over;"},
        {"a threshold itself is not crossed", "", BOOT "free 12 4 12; clear high; free 4 4 12;"},
        {"a foreign trace without its boot", "", "foreign; query ranges 0 7 1; free 1 2 3; over;"},
        {"without limits", "", "mem> " RANGE "online " RANGE "mem< 0 7 8;"},
    };
    EXPECT_FINDINGS(cases);
}

/* MEM-1 */
static void a_call_while_memory_is_added_is_found(void **state)
{
    (void)state;
    static const struct judging cases[] = {
        {"Start", "MEM-1", "reg A; " BOOT "mem> " RANGE "A S; mem< T 100 50;"},
    };
    EXPECT_FINDINGS(cases);
}

/* MEM-3, MEM-7 */
static void a_range_that_is_missing_or_should_not_be_is_found(void **state)
{
    (void)state;
    static const struct judging cases[] = {
        {"the list without it", "MEM-3", BOOT GROWS "query ranges 0 2 0x20000;"},
        {"the list with it too early", "MEM-3",
         BOOT "mem> " RANGE "query ranges 0 3 0x30000; online " RANGE "mem< 0 100 50;"},
        {"other bytes", "MEM-3", BOOT "query ranges 0 2 0x10000;"},
        {"it never comes", "MEM-3", BOOT "mem> " RANGE "mem< 0 100 50;"},
        {"it comes though it failed", "MEM-7", BOOT "mem> " RANGE "online " RANGE "mem< T 100 50;"},
    };
    EXPECT_FINDINGS(cases);
}

/* MEM-5 */
static void pools_that_change_are_found(void **state)
{
    (void)state;
    static const struct judging cases[] = {
        {"the paged pool", "MEM-5", BOOT "mem> " RANGE "online " RANGE "mem< 0 101 50;"},
        {"the nonpaged pool", "MEM-5", BOOT "mem> " RANGE "online " RANGE "mem< 0 100 51;"},
        {"also of an add that fails", "MEM-5", BOOT "mem> " RANGE "mem< T 0 50;"},
    };
    EXPECT_FINDINGS(cases);
}

/* MEM-6 */
static void a_condition_that_does_not_follow_free_memory_is_found(void **state)
{
    (void)state;
    static const struct judging cases[] = {
        {"set without a word on free memory", "MEM-6", BOOT "signal low;"},
        {"set without a crossing", "MEM-6 MEM-6",
         BOOT "free 8 4 12; clear high; signal low; over;"},
        {"set again", "MEM-6", BOOT "free 20 4 12; signal high;"},
        {"cleared again", "MEM-6", BOOT "free 8 4 12; clear high; clear high;"},
        {"not set", "MEM-6", BOOT "free 8 4 12; clear high; free 3 4 12; over;"},
        {"not cleared before the next word", "MEM-6", BOOT "free 8 4 12; free 32 4 12;"},
    };
    EXPECT_FINDINGS(cases);
}

/* IRQL-4, QRY-16 */
static void a_list_asked_for_at_a_raised_irql_is_the_drivers_fault(void **state)
{
    (void)state;
    static const struct judging cases[] = {
        {"refused", "IRQL-4(a)", "refused irql of=ranges irql=1;"},
        {"given", "", "query ranges 0 0 0;"},
    };
    EXPECT_FINDINGS(cases);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_that_comes_as_it_should_gives_no_finding),
        cmocka_unit_test(a_call_while_memory_is_added_is_found),
        cmocka_unit_test(a_range_that_is_missing_or_should_not_be_is_found),
        cmocka_unit_test(pools_that_change_are_found),
        cmocka_unit_test(a_list_asked_for_at_a_raised_irql_is_the_drivers_fault),
        cmocka_unit_test(a_condition_that_does_not_follow_free_memory_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
