/* expect: where processors and drivers must stand at the end of a run */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "check/expect.h"
#include "unit/tale.h"

/* A run that ends here is held against an expectation. */
static void expect_report_at(struct tale *tale, enum ha_ending ending,
                             const struct ha_expect *expect, int differences, const char *report)
{
    struct ha_matcher *matcher = ha_matcher_create(expect);
    struct ha_judge *judge = ha_judge_create();
    struct ha_text made = {0};

    assert_non_null(matcher);
    assert_non_null(judge);
    tale_add(tale, HA_TRACE_END, 0, 0)->as.end.ending = ending;
    tale_tell(tale, ha_matcher_sink(matcher));
    int result = ha_matcher_compare(matcher, judge, &made);

    assert_string_equal(ha_text_string(&made), report);
    assert_int_equal(result, differences);
    ha_text_close(&made);
    ha_judge_destroy(judge);
    ha_matcher_destroy(matcher);
}

static void expect_report(struct tale *tale, const struct ha_expect *expect, int differences,
                          const char *report)
{
    expect_report_at(tale, HA_END_NORMALLY, expect, differences, report);
}

static void tell_group(struct tale *tale, uint32_t number, uint64_t mask)
{
    tale_add(tale, HA_GROUP, 0, number)->as.group.active_mask = mask;
}

static void tell_active(struct tale *tale, uint16_t group)
{
    tale_add(tale, HA_ACTIVE, HOT_ADD, 0)->as.up.group = group;
}

static void leave_entry(struct tale *tale, uint16_t driver, int32_t nt_status)
{
    struct ha_record *record = tale_add(tale, HA_DRV_ENTRY_LEAVE, LOADER, 0);
    record->driver = driver;
    record->as.status.status = nt_status;
}

/* Two groups, of which the second gains two processors. */
static struct tale grown(void)
{
    struct tale tale;

    tale_begin(&tale);
    tell_group(&tale, 0, 0xf0);
    tell_group(&tale, 1, UINT64_C(1) << 63);
    tell_active(&tale, 1);
    tell_active(&tale, 1);
    return tale;
}

static void active_processors_are_counted_by_group(void **state)
{
    (void)state;
    static const struct ha_expected_number active[] = {{4, 4}, {2, 4}};
    const struct ha_expect expect = {.active = active, .active_count = 2};
    struct tale tale = grown();

    expect_report(&tale, &expect, 0, "");
}

static void every_group_of_another_size_is_a_difference(void **state)
{
    (void)state;
    static const struct ha_expected_number active[] = {{5, 5}, {0, 1}};
    const struct ha_expect expect = {.active = active, .active_count = 2};
    struct tale tale = grown();

    expect_report(&tale, &expect, 2,
                  "active processors of group 0: 5 expected, 4 at the end\n"
                  "active processors of group 1: 0..1 expected, 3 at the end\n");
}

static void groups_are_counted_anew_in_another_trace(void **state)
{
    (void)state;
    static const struct ha_expected_number active[] = {{4, 4}, {0, 0}};
    const struct ha_expect expect = {.active = active, .active_count = 2};
    struct tale tale = grown(), second;

    tale_begin(&second);
    tell_group(&second, 0, 0xf0);
    memcpy(tale.record + tale.count, second.record, second.count * sizeof *second.record);
    tale.count += second.count;

    expect_report(&tale, &expect, 0, "");
}

/* Two ranges, of which the lower one came later. */
static struct tale with_memory(void)
{
    struct tale tale;
    static const uint64_t base[] = {0x10000, 0x4000};

    tale_begin(&tale);
    for (uint32_t i = 0; i < 2; i++) {
        struct ha_record *record = tale_add(&tale, i ? HA_MEM_ONLINE : HA_MEMORY, HOT_ADD, 1);
        record->as.memory.base = base[i];
        record->as.memory.size = 0x1000;
    }
    return tale;
}

static void memory_is_compared_by_ranges_or_as_a_whole(void **state)
{
    (void)state;
    static const struct ha_memory_options right[] = {{0x4000, 0x1000}, {0x10000, 0x1000}};
    static const struct ha_memory_options wrong[] = {{0x4000, 0x1000}, {0x10000, 0x2000}};
    static const struct { struct ha_expect expect; const char *report; } cases[] = {
        {{.has_memory = true, .memory = right, .memory_count = 2}, ""},
        {{.has_memory_size = true, .memory_size = 0x2000}, ""},
        {{.has_memory = true, .memory = wrong, .memory_count = 2},
         "memory: 0x4000+0x1000, 0x10000+0x2000 expected, 0x4000+0x1000, 0x10000+0x1000 at the "
         "end\n"},
        {{.has_memory = true}, "memory: none expected, 0x4000+0x1000, 0x10000+0x1000 at the end\n"},
        {{.has_memory = true, .memory = right, .memory_count = 1},
         "memory: 0x4000+0x1000 expected, 0x4000+0x1000, 0x10000+0x1000 at the end\n"},
        {{.has_memory_size = true, .memory_size = 1},
         "memory: 1 bytes expected, 8192 at the end\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct tale tale = with_memory();
        expect_report(&tale, &cases[i].expect, cases[i].report[0] != '\0', cases[i].report);
    }
}

static void an_entry_returns_what_is_expected_of_it(void **state)
{
    (void)state;
    static const struct ha_expected_driver drivers[] = {
        {.name = "broken", .nt_status = INSUF}, {.name = "calm"}};
    const struct ha_expect expect = {.driver = drivers, .driver_count = 2};
    struct tale tale;

    tale_begin(&tale);
    leave_entry(&tale, CALM, 0);
    leave_entry(&tale, BROKEN, INSUF);

    expect_report(&tale, &expect, 0, "");
}

static void an_entry_that_returns_something_else_is_a_difference(void **state)
{
    (void)state;
    static const struct ha_expected_driver drivers[] = {
        {.name = "broken", .nt_status = TIMED_OUT}, {.name = "calm"}, {.name = "nobody"}};
    const struct ha_expect expect = {.driver = drivers, .driver_count = 3};
    struct tale tale;

    tale_begin(&tale);
    leave_entry(&tale, BROKEN, INSUF);

    expect_report(&tale, &expect, 3,
                  "driver broken: STATUS_IO_TIMEOUT expected, its entry returned "
                  "STATUS_INSUFFICIENT_RESOURCES\n"
                  "driver calm: STATUS_SUCCESS expected, but no entry of it has returned\n"
                  "driver nobody: STATUS_SUCCESS expected, but no entry of it has returned\n");
}

static void an_entry_may_return_any_status_of_a_list(void **state)
{
    (void)state;
    static const int32_t others[] = {TIMED_OUT, INSUF};
    static const struct ha_expected_driver drivers[] = {
        {"broken", 0, others, 2}, {"calm", 0, others, 1}};
    const struct ha_expect expect = {.driver = drivers, .driver_count = 2};
    struct tale tale;

    tale_begin(&tale);
    leave_entry(&tale, BROKEN, INSUF);
    leave_entry(&tale, CALM, INSUF);

    expect_report(&tale, &expect, 1,
                  "driver calm: STATUS_SUCCESS or STATUS_IO_TIMEOUT expected, its entry returned "
                  "STATUS_INSUFFICIENT_RESOURCES\n");
}

static void of_drivers_with_one_name_the_newest_counts(void **state)
{
    (void)state;
    static const struct ha_expected_driver drivers[] = {{.name = "calm"}};
    const struct ha_expect expect = {.driver = drivers, .driver_count = 1};
    struct tale tale;

    tale_begin(&tale);
    leave_entry(&tale, CALM, INSUF);
    tale_name(&tale, HA_NS_DRIVER, 9, "calm");
    leave_entry(&tale, 9, 0);

    expect_report(&tale, &expect, 0, "");
}

static void stop(struct tale *tale, uint32_t code, uint64_t parameter)
{
    tale_begin(tale);
    tale_add(tale, HA_BUGCHECK, LOADER, code)->as.bugcheck.parameter[0] = parameter;
}

static void a_bug_check_is_expected_with_its_code(void **state)
{
    (void)state;
    const struct ha_expect crash = {.ending = HA_END_BUGCHECK, .bugcheck = 0xe2}, none = {0};
    struct tale tale;

    stop(&tale, 0xe2, 3);
    expect_report_at(&tale, HA_END_BUGCHECK, &crash, 0, "");
    stop(&tale, 0x139, 3);
    expect_report_at(&tale, HA_END_BUGCHECK, &crash, 1,
                     "end: \"bugcheck 0xE2\" expected, but the run ended by \"bugcheck 0x139\" "
                     "(FAST_FAIL_CORRUPT_LIST_ENTRY)\n");
    stop(&tale, 0x139, 3);
    expect_report_at(&tale, HA_END_BUGCHECK, &none, 1,
                     "end: \"normally\" expected, but the run ended by \"bugcheck 0x139\" "
                     "(FAST_FAIL_CORRUPT_LIST_ENTRY)\n");
    stop(&tale, 0x139, 77);
    expect_report_at(&tale, HA_END_BUGCHECK, &none, 1,
                     "end: \"normally\" expected, but the run ended by \"bugcheck 0x139\"\n");
    stop(&tale, 0xe3, 3);
    expect_report_at(&tale, HA_END_BUGCHECK, &none, 1,
                     "end: \"normally\" expected, but the run ended by \"bugcheck 0xE3\"\n");
    tale_begin(&tale);
    expect_report(&tale, &crash, 1,
                  "end: \"bugcheck 0xE2\" expected, but the run ended by \"normally\"\n");
}

static void a_fast_failure_is_expected_with_the_name_of_its_code(void **state)
{
    (void)state;
    const struct ha_expect corrupt = {.ending = HA_END_BUGCHECK, .bugcheck = 0x139,
                                      .fast_fail = "FAST_FAIL_CORRUPT_LIST_ENTRY"};
    const struct ha_expect any = {.ending = HA_END_BUGCHECK, .bugcheck = 0x139};
    struct tale tale;

    stop(&tale, 0x139, 3);
    expect_report_at(&tale, HA_END_BUGCHECK, &corrupt, 0, "");
    stop(&tale, 0x139, 5);
    expect_report_at(&tale, HA_END_BUGCHECK, &corrupt, 1,
                     "end: \"bugcheck FAST_FAIL_CORRUPT_LIST_ENTRY\" expected, but the run ended "
                     "by \"bugcheck 0x139\" (FAST_FAIL_INVALID_ARG)\n");
    stop(&tale, 0x139, 77);
    expect_report_at(&tale, HA_END_BUGCHECK, &corrupt, 1,
                     "end: \"bugcheck FAST_FAIL_CORRUPT_LIST_ENTRY\" expected, but the run ended "
                     "by \"bugcheck 0x139\"\n");
    stop(&tale, 0xe2, 3);
    expect_report_at(&tale, HA_END_BUGCHECK, &corrupt, 1,
                     "end: \"bugcheck FAST_FAIL_CORRUPT_LIST_ENTRY\" expected, but the run ended "
                     "by \"bugcheck 0xE2\"\n");
    stop(&tale, 0x139, 77);
    expect_report_at(&tale, HA_END_BUGCHECK, &any, 0, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(active_processors_are_counted_by_group),
        cmocka_unit_test(every_group_of_another_size_is_a_difference),
        cmocka_unit_test(groups_are_counted_anew_in_another_trace),
        cmocka_unit_test(memory_is_compared_by_ranges_or_as_a_whole),
        cmocka_unit_test(an_entry_returns_what_is_expected_of_it),
        cmocka_unit_test(an_entry_that_returns_something_else_is_a_difference),
        cmocka_unit_test(an_entry_may_return_any_status_of_a_list),
        cmocka_unit_test(of_drivers_with_one_name_the_newest_counts),
        cmocka_unit_test(a_bug_check_is_expected_with_its_code),
        cmocka_unit_test(a_fast_failure_is_expected_with_the_name_of_its_code),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
