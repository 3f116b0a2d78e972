/* story_finding: what the judge found, as a person reads it */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "check/story.h"

#define BROKEN 2

static const struct ha_rule rule = {"STAT-2", "Only Start may write.", "001", HA_DOCUMENTED,
                                    HA_BINDS_DRIVER, HA_ERROR};

static void a_finding_reads_like_a_remark(void **state)
{
    (void)state;
    struct ha_text text = {0};
    struct ha_finding finding = {&rule, HA_ERROR, 57, 1, BROKEN, "broken.sync Complete 4",
                                 "OperationStatus as it was", "STATUS_IO_TIMEOUT", 0, 4, ""};

    ha_story_add_finding(&text, &finding, "broken", NULL, "hotadd run x.json --replay 1.2", false);

    assert_string_equal(ha_text_string(&text),
                        "error STAT-2: Only Start may write.\n"
                        "  call      broken.sync Complete 4 (record 57)\n"
                        "  expected  OperationStatus as it was\n"
                        "  seen      STATUS_IO_TIMEOUT\n"
                        "  source    001 (documented)\n"
                        "  repeat    hotadd run x.json --replay 1.2\n");
    ha_text_close(&text);
}

static void a_finding_without_a_call_names_its_driver_and_its_count(void **state)
{
    (void)state;
    struct ha_text text = {0};
    struct ha_finding finding = {&rule, HA_NOTE, 9, 12, BROKEN, "", "", "something else",
                                 HA_NO_GROUP, 0, ""};

    ha_story_add_finding(&text, &finding, "broken", NULL, NULL, false);
    finding.severity = HA_WARNING;
    ha_story_add_finding(&text, &finding, NULL, NULL, NULL, true);

    assert_string_equal(ha_text_string(&text),
                        "note STAT-2: Only Start may write.\n"
                        "  record    9, the first of 12\n"
                        "  driver    broken\n"
                        "  seen      something else\n"
                        "  source    001 (documented)\n"
                        "\033[33mwarning STAT-2\033[0m: Only Start may write.\n"
                        "  \033[2mrecord  \033[0m  9, the first of 12\n"
                        "  \033[2mseen    \033[0m  something else\n"
                        "  \033[2msource  \033[0m  001 (documented)\n");
    ha_text_close(&text);
}

static void a_finding_says_where_it_comes_from(void **state)
{
    (void)state;
    struct ha_text text = {0};
    struct ha_finding finding = {&rule, HA_ERROR, 57, 1, BROKEN, "", "", "", HA_NO_GROUP, 0,
                                 "worker.so+0x1a2b"};

    ha_story_add_finding(&text, &finding, NULL, "worker.c:42 in table_grow", NULL, false);
    ha_story_add_finding(&text, &finding, NULL, NULL, NULL, false);

    assert_string_equal(ha_text_string(&text),
                        "error STAT-2: Only Start may write.\n"
                        "  record    57\n"
                        "  from      worker.c:42 in table_grow (worker.so+0x1a2b)\n"
                        "  source    001 (documented)\n"
                        "error STAT-2: Only Start may write.\n"
                        "  record    57\n"
                        "  from      worker.so+0x1a2b\n"
                        "  source    001 (documented)\n");
    ha_text_close(&text);
}

static void sources_that_make_a_line_too_wide_are_broken(void **state)
{
    (void)state;
    static const struct { const char *source, *lines; } cases[] = {
        {"none", "no document says so (documented)\n"},
        {"KeQueryActiveProcessorCountEx; KeQueryLogicalProcessorRelationship",
         "KeQueryActiveProcessorCountEx; KeQueryLogicalProcessorRelationship (documented)\n"},
        {"KeRegisterProcessorChangeCallback; Registering for Synchronous Driver Notification; "
         "KeDeregisterProcessorChangeCallback",
         "KeRegisterProcessorChangeCallback; Registering for Synchronous Driver Notification;\n"
         "            KeDeregisterProcessorChangeCallback (documented)\n"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct ha_rule sourced = rule;
        struct ha_finding finding = {&sourced, HA_NOTE, 9, 1, BROKEN, "", "", "",
                                     HA_NO_GROUP, 0, ""};
        struct ha_text text = {0};
        sourced.source = cases[i].source;
        ha_story_add_finding(&text, &finding, NULL, NULL, NULL, false);
        const char *told = strstr(ha_text_string(&text), "  source    ");
        assert_non_null(told);
        assert_string_equal(told + strlen("  source    "), cases[i].lines);
        ha_text_close(&text);
    }
}

static void what_was_seen_is_told_to_its_end_in_lines_of_their_width(void **state)
{
    (void)state;
    struct ha_text text = {0};
    struct ha_finding finding = {&rule, HA_ERROR, 57, 1, BROKEN, "broken.sync Complete 4", "", "",
                                 0, 4, ""};
    snprintf(finding.seen, sizeof finding.seen, "%s and before that %s",
             "write of 16 bytes in ItsFunctionHasANameOfItsOwn (and_so_has_the_file.c:1057),",
             "read of 8 bytes in TheOtherOneWhoseNameIsAsLong (and_so_has_the_file.c:20781)");

    ha_story_add_finding(&text, &finding, "broken", NULL, NULL, false);

    assert_string_equal(ha_text_string(&text),
                        "error STAT-2: Only Start may write.\n"
                        "  call      broken.sync Complete 4 (record 57)\n"
                        "  seen      write of 16 bytes in ItsFunctionHasANameOfItsOwn "
                        "(and_so_has_the_file.c:1057), and\n"
                        "            before that read of 8 bytes in TheOtherOneWhoseNameIsAsLong\n"
                        "            (and_so_has_the_file.c:20781)\n"
                        "  source    001 (documented)\n");
    ha_text_close(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_finding_reads_like_a_remark),
        cmocka_unit_test(a_finding_without_a_call_names_its_driver_and_its_count),
        cmocka_unit_test(a_finding_says_where_it_comes_from),
        cmocka_unit_test(sources_that_make_a_line_too_wide_are_broken),
        cmocka_unit_test(what_was_seen_is_told_to_its_end_in_lines_of_their_width),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
