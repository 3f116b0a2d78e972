/* judge: what it makes of a trace as a whole: findings, reset, gaps, makers, endings */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "check/cast.h"
#include "check/judge.h"
#include "hotadd/error.h"
#include "unit/judging.h"

static void take_text(struct ha_judge *judge, const char *text)
{
    struct records records;

    records_make(&records, text);
    struct ha_sink *sink = ha_judge_sink(judge);
    sink->take(sink, records.record, records.count);
    records_close(&records);
}

static const struct ha_finding *only_finding(const struct ha_judge *judge)
{
    size_t count;
    bool lost;
    const struct ha_finding *findings = ha_judge_findings(judge, &count, &lost);

    assert_int_equal(count, 1);
    assert_false(lost);
    return findings;
}

static void a_finding_names_rule_driver_call_and_both_sides(void **state)
{
    (void)state;
    struct ha_judge *judge = ha_judge_create();

    take_text(judge, "reg A; reg B; add; A S out=I; B S out=U; A F; B F; end;");

    const struct ha_finding *finding = only_finding(judge);
    assert_string_equal(finding->rule->id, "STAT-6");
    assert_int_equal(finding->severity, HA_ERROR);
    assert_int_equal(finding->count, 1);
    assert_int_equal(finding->driver, 2);
    assert_string_equal(finding->call, "b.sync Start 4 -> STATUS_UNSUCCESSFUL");
    assert_string_equal(finding->expected, "the error of another callback kept");
    assert_string_equal(finding->seen,
                        "STATUS_UNSUCCESSFUL written over STATUS_INSUFFICIENT_RESOURCES");
    ha_judge_destroy(judge);
}

/* STAT-3 */
static void clearing_an_error_is_named_as_that(void **state)
{
    (void)state;
    struct ha_judge *judge = ha_judge_create();

    take_text(judge, "reg A; reg B; add; A S out=I; B S out=0; hw; active; sched; A C; B C; end;");

    const struct ha_finding *finding = only_finding(judge);
    assert_string_equal(finding->rule->id, "STAT-6");
    assert_non_null(strstr(finding->expected, "STAT-3"));
    ha_judge_destroy(judge);
}

static void a_finding_outside_a_call_has_no_call_and_names_the_registration(void **state)
{
    (void)state;
    struct ha_judge *judge = ha_judge_create();

    take_text(judge, "reg A; reg B; add; A S; hw; active; sched; A C; end;");

    const struct ha_finding *finding = only_finding(judge);
    assert_string_equal(finding->call, "a.sync Complete 4");
    assert_string_equal(finding->seen, "none for b.sync");
    ha_judge_reset(judge);
    take_text(judge, "reg> A; lock A; reg< A null;");
    finding = only_finding(judge);
    assert_string_equal(finding->call, "");
    assert_string_equal(finding->seen, "NULL for a.sync");
    ha_judge_destroy(judge);
}

#define BEGUN "partition 8:2; reg A; reg B; add; A S;"

static void what_was_saved_is_known_again_whatever_was_heard_since(void **state)
{
    (void)state;
    struct ha_judge *judge = ha_judge_create();
    struct ha_sink *sink = ha_judge_sink(judge);
    struct ha_judge_save first = {0}, second = {0};
    struct ha_record other = {.kind = HA_NAME, .id = 1, .flags = HA_NS_DRIVER,
                              .as.name.text = "somebody else"};
    struct records part, whole;
    size_t count;

    records_make(&part, BEGUN);
    records_make(&whole, BEGUN "hw; active; sched; A C; end;");
    assert_int_equal(ha_judge_save(judge, &first), HA_OK);
    sink->take(sink, whole.record, part.count);
    assert_int_equal(ha_judge_save(judge, &second), HA_OK);
    sink->take(sink, whole.record + part.count, whole.count - part.count);
    only_finding(judge);

    ha_judge_restore(judge, &first);

    ha_judge_findings(judge, &count, NULL);
    assert_int_equal(count, 0);
    assert_null(ha_cast_name(ha_judge_cast(judge), HA_NS_DRIVER, 1));

    sink->take(sink, &other, 1);
    take_text(judge, "nodes 0:0:0xff; set hot_failure_scope=exclude_writer; reg C; take 1 64;"
                     "reg X +; reg B; instance 1; pnp P; hot C; up 5; P> A 5; P<;");
    ha_judge_restore(judge, &second);
    sink->take(sink, whole.record + part.count, whole.count - part.count);

    assert_string_equal(only_finding(judge)->seen, "none for b.sync");
    records_close(&part);
    records_close(&whole);
    ha_judge_save_close(&first);
    ha_judge_save_close(&second);
    ha_judge_destroy(judge);
}

static void what_a_callback_does_is_found_at_its_call(void **state)
{
    (void)state;
    struct ha_judge *judge = ha_judge_create();

    take_text(judge, "reg A; add; A> S; H reg> B; H refused inside; H reg< B null; A< S; hw;"
                     "active; sched; A C; end;");

    assert_string_equal(only_finding(judge)->call, "a.sync Start 4");
    ha_judge_destroy(judge);
}

#define ARRIVES "instance 1; instance 2; instance 3; instance 4; pnp P; add; hw; active; sched;" \
                "started 5; up 5; end; P> A 5; "

static const struct {
    const char *label, *text, *call;
} inside[] = {
    {"a PnP callback", ARRIVES "N misuse overrun 7 driver=1; P<;", "a.async Arrival processor 4"},
    {"after a PnP callback", ARRIVES "P<; N misuse overrun 7 driver=1;", ""},
    {"another thread", ARRIVES "misuse overrun 7 driver=1; P<;", ""},
    {"a processor-change callback in a PnP callback",
     ARRIVES "N reg> A +; N lock A; N A> ES 0; N misuse overrun 7 driver=1; N A< ES 0;"
             "N A ES 1; N A ES 2; N A ES 3; N A ES 4; N A EC 0; N A EC 1; N A EC 2; N A EC 3;"
             "N A EC 4; N reg< A; P<;",
     "a.sync Start 0"},
    {"a PnP callback in a processor-change callback",
     "instance 1; reg A; add; A> S; H pnp> P +; H ref+ P; H P> A 1 replay;"
     "H misuse overrun 7 driver=1; P<; H pnp< P; A< S; hw; active; sched; A C; end;",
     "a.async Arrival processor 0"},
};

static void a_finding_names_the_innermost_call_of_either_kind(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof inside / sizeof inside[0]; i++) {
        struct ha_judge *judge = ha_judge_create();
        size_t count;
        take_text(judge, inside[i].text);
        const struct ha_finding *finding = ha_judge_findings(judge, &count, NULL);
        size_t at = 0;
        while (at < count && strcmp(finding[at].rule->id, "POOL-1") != 0)
            at++;
        if (at == count || strcmp(finding[at].call, inside[i].call) != 0)
            fail_msg("%s: \"%s\" of %zu findings, %s first", inside[i].label,
                     at < count ? finding[at].call : "no overrun", count,
                     count ? finding[0].rule->id : "none");
        ha_judge_destroy(judge);
    }
}

static void a_judge_that_was_reset_forgets_everything(void **state)
{
    (void)state;
    struct ha_judge *judge = ha_judge_create();
    size_t count, rules;
    bool lost;

    take_text(judge, "set callback_irql=apc; partition 8:2; enter a; reg> A fn=0; reg B; add;"
    "B> S;");
    ha_judge_reset(judge);

    ha_judge_findings(judge, &count, &lost);
    assert_int_equal(count, 0);
    assert_false(lost);
    const struct ha_rule *rule = ha_rules(&rules);
    for (size_t i = 0; i < rules; i++)
        assert_false(ha_judge_exercised(judge, &rule[i]));
    take_text(judge, THREE "reg X +; hot A B C X; hot A B C X; over;");
    ha_judge_findings(judge, &count, &lost);
    assert_int_equal(count, 0);
    ha_judge_destroy(judge);
}

static void at_most_a_thousand_findings_are_kept_and_the_rest_is_counted(void **state)
{
    (void)state;
    struct ha_judge *judge = ha_judge_create();
    struct records records;
    size_t count;

    records_make(&records, "reg> A fn=0; refused null; reg< A null;");
    struct ha_sink *sink = ha_judge_sink(judge);
    sink->take(sink, records.record, records.count - 3);
    for (int i = 0; i < 1100; i++) {
        for (size_t j = 3; j > 0; j--)
            records.record[records.count - j].seq_low = (uint32_t)(++records.seq - 3);
        sink->take(sink, records.record + records.count - 3, 3);
    }

    const struct ha_finding *findings = ha_judge_findings(judge, &count, NULL);
    assert_int_equal(count, 1000);
    uint64_t sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += findings[i].count;
    assert_int_equal(sum, 1100);
    records_close(&records);
    ha_judge_destroy(judge);
}

static void a_rule_is_exercised_only_by_what_it_speaks_of(void **state)
{
    (void)state;
    struct ha_judge *judge = ha_judge_create();

    take_text(judge, "reg A; hot A;");

    assert_true(ha_judge_exercised(judge, ha_rule_find("HOT-1")));
    assert_true(ha_judge_exercised(judge, ha_rule_find("HOT-8")));
    assert_true(ha_judge_exercised(judge, ha_rule_find("STAT-2")));
    assert_false(ha_judge_exercised(judge, ha_rule_find("HOT-6")));
    assert_false(ha_judge_exercised(judge, ha_rule_find("HOT-7")));
    assert_false(ha_judge_exercised(judge, ha_rule_find("EXIST-1")));
    assert_false(ha_judge_exercised(judge, ha_rule_find("REG-11")));
    assert_false(ha_judge_exercised(judge, ha_rule_find("QRY-7")));
    assert_false(ha_judge_exercised(judge, ha_rule_find("DRV-5")));
    ha_judge_destroy(judge);
}

/* HOT-12 */
static void an_attempt_after_a_failed_one_exercises_its_rule(void **state)
{
    (void)state;
    struct ha_judge *judge = ha_judge_create();

    take_text(judge, "add; hw T; end;");
    assert_false(ha_judge_exercised(judge, ha_rule_find("HOT-12")));
    ha_judge_reset(judge);
    take_text(judge, "add; hw T; end; hot;");
    assert_true(ha_judge_exercised(judge, ha_rule_find("HOT-12")));
    ha_judge_destroy(judge);
}

/* CTX-4, DRV-2, EXIST-7 */
static void a_rule_that_was_kept_in_its_one_situation_is_exercised(void **state)
{
    (void)state;
    static const struct { const char *rule, *text; } cases[] = {
        {"CTX-4", "reg A; reg B; add; A S changed; B S; hw; active; sched; A C; B C; end;"},
        {"CTX-4", "hot; reg A; reg B; hot A B; add; A S changed; B S; hw; active; sched; end;"},
        {"CTX-4", "partition 8:2; reg> A +; lock A; A ES 0 changed; A ES 1; A EC 0; A EC 1;"
                  "reg< A;"},
        {"DRV-2", "enter a; reg> A; fault; reg< A null; leave a U; freed a;"},
        {"EXIST-7", "reg> A +; lock A; A ES 0 out=I; reg< A null;"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct ha_judge *judge = ha_judge_create();
        take_text(judge, cases[i].text);
        if (!ha_judge_exercised(judge, ha_rule_find(cases[i].rule)))
            fail_msg("%s: not exercised by: %s", cases[i].rule, cases[i].text);
        ha_judge_destroy(judge);
    }
}

/* RULES 0, "Binds" */
static void in_a_trace_of_another_maker_the_kernel_only_differs(void **state)
{
    (void)state;
    static const struct judging cases[] = {
        {"a kernel rule is a note", "note HOT-2",
         "foreign; reg A; add; hw; A S; active; sched; A C; end;"},
        {"a driver rule is an error", "STAT-2(a)",
         "foreign; reg A; add; A S; hw; active; sched; A C out=I; end;"},
        {"the lock need not be shown", "",
         "foreign; partition 8:1; reg> A +; A ES 0; A EC 0; reg< A; reg> B; reg< B; hot A B;"},
        {"ACTIVE need not be shown", "",
         "foreign; partition 8:2; reg A; A S op=1; A C op=1 active=3;"
         "query countex 0xffff 3 active=3; A S op=2 active=3; A C op=2 active=4;"},
        {"ACTIVE is believed where it is shown", "note QRY-4",
         "foreign; partition 8:2; reg A; hot A; reg> B active=5; reg< B;"},
        {"the same difference counts on", "note HOT-2*2",
         "foreign; reg A; add; hw; A S; active; sched; A C; end; add; hw; A S; active; sched;"
         "A C; end;"},
    };
    EXPECT_FINDINGS(cases);
}

static void a_difference_says_whether_it_is_from_documents_or_from_a_choice(void **state)
{
    (void)state;
    struct ha_judge *judge = ha_judge_create();

    take_text(judge, "foreign; reg A; add; hw; A S; active; sched; A C; end;");
    assert_string_equal(only_finding(judge)->seen, "differs from the documents: Start after it");

    ha_judge_reset(judge);
    take_text(judge, "foreign; reg A; reg B; add; B S; A S; hw; active; sched; A C; B C; end;");
    assert_string_equal(only_finding(judge)->seen,
                        "differs from our choice: a callback out of turn");
    ha_judge_destroy(judge);
}

static void a_run_that_is_cut_short_is_not_accused_of_what_is_missing(void **state)
{
    (void)state;
    static const struct judging cases[] = {
        {"inside an add", "", THREE "add; A S; over deadlock;"},
        {"inside a callback", "", THREE "add; A S; B> S; over deadlock;"},
        {"while existing processors are announced", "", "reg> A +; lock A; A ES 0; over deadlock;"},
        {"a registration that waits", "",
         "reg A; add; A> S; R reg> X +; over deadlock;"},
        {"a registration that was interrupted", "",
         "reg> A +; lock A; A ES 0; refused stopped; reg< A null; over deadlock;"},
        {"inside a unit", "", "unit 3; hot; over deadlock;"},
    };
    EXPECT_FINDINGS(cases);
}

static void a_trace_with_gaps_is_judged_by_what_it_shows(void **state)
{
    (void)state;
    static const struct judging cases[] = {
        {"calls are missing", "", THREE "add; A S; hw skip=2; active; sched; A C; end;"},
        {"a registration is missing", "", "reg A; dereg> A skip=3; dereg! A; dereg< A;"},
        {"the end of an add is missing", "",
         "reg A; add; A S; hw; active; sched; add skip=3; A S;"},
        {"what a driver does is still seen", "STAT-2(a)",
         "reg A; add skip=4; A S; hw; active; sched; A C out=I; end;"},
    };
    EXPECT_FINDINGS(cases);
}

static void a_trace_without_a_partition_is_judged_by_what_it_shows(void **state)
{
    (void)state;
    struct ha_judge *judge = ha_judge_create();
    struct records records;
    size_t count, begin = 0;

    records_make(&records, "reg A +; add; A S; hw; active; sched; A C out=I; end;"
                           "query countex 0xffff 77;");
    while (records.record[begin].kind != HA_REG_ENTER)
        begin++;
    struct ha_sink *sink = ha_judge_sink(judge);
    sink->take(sink, records.record + begin, records.count - begin);

    const struct ha_finding *findings = ha_judge_findings(judge, &count, NULL);
    assert_int_equal(count, 1);
    assert_string_equal(findings->rule->id, "STAT-2");
    records_close(&records);
    ha_judge_destroy(judge);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_finding_names_rule_driver_call_and_both_sides),
        cmocka_unit_test(clearing_an_error_is_named_as_that),
        cmocka_unit_test(a_finding_outside_a_call_has_no_call_and_names_the_registration),
        cmocka_unit_test(what_was_saved_is_known_again_whatever_was_heard_since),
        cmocka_unit_test(what_a_callback_does_is_found_at_its_call),
        cmocka_unit_test(a_finding_names_the_innermost_call_of_either_kind),
        cmocka_unit_test(a_judge_that_was_reset_forgets_everything),
        cmocka_unit_test(at_most_a_thousand_findings_are_kept_and_the_rest_is_counted),
        cmocka_unit_test(a_rule_is_exercised_only_by_what_it_speaks_of),
        cmocka_unit_test(an_attempt_after_a_failed_one_exercises_its_rule),
        cmocka_unit_test(a_rule_that_was_kept_in_its_one_situation_is_exercised),
        cmocka_unit_test(in_a_trace_of_another_maker_the_kernel_only_differs),
        cmocka_unit_test(a_difference_says_whether_it_is_from_documents_or_from_a_choice),
        cmocka_unit_test(a_run_that_is_cut_short_is_not_accused_of_what_is_missing),
        cmocka_unit_test(a_trace_with_gaps_is_judged_by_what_it_shows),
        cmocka_unit_test(a_trace_without_a_partition_is_judged_by_what_it_shows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
