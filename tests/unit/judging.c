/*
 * judging - traces and the findings they must give, as tables of cases
 *
 * Owns how a table is worked off, and that neither the shortcut of the judge nor what it heard
 * before it was put back changes anything.
 */
#include "unit/judging.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "check/judge.h"
#include "check/judge_state.h"
#include "hotadd/error.h"
#include "unit/judged.h"

enum way { AT_ONCE, ONE_BY_ONE, PUT_BACK };

static const char *const way_names[] = {"at once", "one by one", "put back before each record"};

struct outcome {
    struct ha_text findings;    /* in short, as a case says them */
    struct ha_text whole;       /* every member, and the exercised rules */
    bool unexercised;
};

static void add_finding(struct outcome *outcome, const struct ha_judge *judge,
                        const struct ha_finding *finding)
{
    judged_in_short(finding, &outcome->findings);
    ha_text_addf(&outcome->whole, "%d %s %d: %s | expected %s | seen %s\n", (int)finding->seq,
                 finding->rule->id, (int)finding->count, finding->call, finding->expected,
                 finding->seen);
    if (!ha_judge_exercised(judge, finding->rule)) {
        outcome->unexercised = true;
        ha_text_addf(&outcome->whole, "%s was not exercised\n", finding->rule->id);
    }
}

/* Before each record the judge hears all that is left of the trace, and is put back. */
static void go_back_each_time(struct ha_judge *judge, const struct records *records)
{
    struct ha_sink *sink = ha_judge_sink(judge);
    struct ha_judge_save save = {0};

    for (size_t i = 0; i < records->count; i++) {
        assert_int_equal(ha_judge_save(judge, &save), HA_OK);
        sink->take(sink, records->record + i, records->count - i);
        ha_judge_restore(judge, &save);
        sink->take(sink, records->record + i, 1);
    }
    ha_judge_save_close(&save);
}

static void judge_all(struct outcome *outcome, const struct records *records, bool shortcut,
                      enum way way)
{
    struct ha_judge *judge = ha_judge_create();
    struct ha_sink *sink = ha_judge_sink(judge);
    size_t count, rule_count;
    bool lost;

    judge->shortcut = shortcut;
    for (size_t i = 0; i < records->count && way == ONE_BY_ONE; i++)
        sink->take(sink, records->record + i, 1);
    if (way == AT_ONCE)
        sink->take(sink, records->record, records->count);
    if (way == PUT_BACK)
        go_back_each_time(judge, records);
    const struct ha_finding *findings = ha_judge_findings(judge, &count, &lost);
    assert_false(lost);
    for (size_t i = 0; i < count; i++)
        add_finding(outcome, judge, &findings[i]);
    const struct ha_rule *rules = ha_rules(&rule_count);
    for (size_t i = 0; i < rule_count; i++)
        if (ha_judge_exercised(judge, &rules[i]))
            ha_text_addf(&outcome->whole, " %s", rules[i].id);
    ha_judge_destroy(judge);
}

static void close_outcome(struct outcome *outcome)
{
    ha_text_close(&outcome->findings);
    ha_text_close(&outcome->whole);
}

/* Whether the other way to judge comes to the same. */
static bool same_otherwise(const struct judging *one, const struct records *records,
                           const struct outcome *plain, bool shortcut, enum way way)
{
    struct outcome other = {0};

    judge_all(&other, records, shortcut, way);
    bool same = !strcmp(ha_text_string(&plain->whole), ha_text_string(&other.whole));
    if (!same)
        print_error("%s: %s, %s, it is otherwise:\n%s\n--- and not\n%s\n", one->label,
                    shortcut ? "with the shortcut" : "without", way_names[way],
                    ha_text_string(&other.whole), ha_text_string(&plain->whole));
    close_outcome(&other);
    return same;
}

static bool as_expected(const struct judging *one)
{
    struct records records;
    struct outcome plain = {0};

    records_make(&records, one->text);
    judge_all(&plain, &records, false, AT_ONCE);
    bool right = !strcmp(ha_text_string(&plain.findings), one->findings) && !plain.unexercised;
    if (!right)
        print_error("%s: expected [%s], found [%s]\n%s\n", one->label, one->findings,
                    ha_text_string(&plain.findings), ha_text_string(&plain.whole));
    right &= same_otherwise(one, &records, &plain, true, AT_ONCE);
    right &= same_otherwise(one, &records, &plain, true, ONE_BY_ONE);
    right &= same_otherwise(one, &records, &plain, true, PUT_BACK);
    right &= same_otherwise(one, &records, &plain, false, PUT_BACK);
    close_outcome(&plain);
    records_close(&records);
    return right;
}

void expect_findings(const struct judging *cases, size_t count)
{
    size_t wrong = 0;

    for (size_t i = 0; i < count; i++)
        wrong += !as_expected(&cases[i]);
    if (wrong)
        fail_msg("%zu of %zu traces were judged otherwise", wrong, count);
}
