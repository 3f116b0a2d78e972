/*
 * rules: every row of the table, every judge, and every judge of a row is missed when it is gone
 *
 * The tables of cases of test_judge_*.c are collected: their programs are parts of this one, and
 * expect_findings() below notes what they expect. Then the judge is made blind in one place after
 * the other, and a case must be judged otherwise than it says.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "check/judge_state.h"
#include "unit/judging.h"

/* The programs, HA_JUDGE_TESTS from tests/CMakeLists.txt names each in EACH(). */
#define EACH(name) int name(void);
HA_JUDGE_TESTS
#undef EACH

/* What judges are called, as rows name them. */
#define RULE(symbol, id, class_, binds, severity, sentence, source, ...) {__VA_ARGS__},
#define AT(set, name) #name
static const char *const names[HA_RULE_COUNT][HA_JUDGES_OF_A_RULE] = {
#include "check/rules_table.h"
};
#undef AT
#undef RULE

#define CASES_MOST 2000
#define FINDINGS_MOST 4000
#define ANY_RULE HA_RULE_COUNT

/* What is taken away: a judge of a rule, or with no judge or ANY_RULE all that there is of it. */
struct gap {
    size_t rule;
    ha_rule_judge *judge;
};

/*
 * A judge knows nothing but the record and what it remembers, and the programs that are parts of
 * this one know nothing at all, so what both need lies here.
 */
static struct {
    struct { char *label, *findings, *text; } cases[CASES_MOST];
    bool spoke[CASES_MOST][HA_RULE_COUNT][HA_JUDGES_OF_A_RULE];
    size_t count, at;               /* cases, and the one in hand */
    struct ha_judge *whole, *blind; /* as judges are made; the one that judges the cases */
    const struct gap *gap;          /* NULL for none */
} all;

static char *copy(const char *text)
{
    char *made = malloc(strlen(text) + 1);
    assert_non_null(made);
    return strcpy(made, text);
}

/* In the place of the one that compares. */
void expect_findings(const struct judging *cases, size_t count)
{
    for (size_t i = 0; i < count; i++, all.count++) {
        assert_true(all.count < CASES_MOST);
        all.cases[all.count].label = copy(cases[i].label);
        all.cases[all.count].findings = copy(cases[i].findings);
        all.cases[all.count].text = copy(cases[i].text);
    }
}

static bool is_part(const struct gap *gap, size_t rule, ha_rule_judge *judge)
{
    return gap && (gap->rule == ANY_RULE || gap->rule == rule)
           && (!gap->judge || gap->judge == judge);
}

/* Whether no row that is left names the judge for the kind. */
static bool is_gone(ha_rule_judge *judge, unsigned kind)
{
    if (!all.gap || (all.gap->judge && all.gap->judge != judge))
        return false;
    for (size_t rule = 0; rule < HA_RULE_COUNT; rule++)
        for (size_t i = 0; i < HA_JUDGES_OF_A_RULE; i++)
            if (ha_rule_judges[rule][i] == judge && ha_rule_looks_at(rule, i, kind)
                && !is_part(all.gap, rule, judge))
                return false;
    return true;
}

/* Note that the judge in charge speaks for a rule. */
static void note_spoken(const struct ha_judge *judge, size_t rule)
{
    for (size_t i = 0; i < HA_JUDGES_OF_A_RULE; i++)
        if (ha_rule_judges[rule][i] == judge->speaking)
            all.spoke[all.at][rule][i] = true;
}

/* Note what was found since there were so many findings, counted so; without what is unsaid. */
static void look_at_findings(struct ha_judge *judge, size_t before, const uint64_t *counts)
{
    size_t kept = before;

    for (size_t i = 0; i < judge->finding_count; i++) {
        struct ha_finding finding = judge->findings[i];
        size_t rule = (size_t)(finding.rule - ha_rule_table);
        bool unsaid = is_part(all.gap, rule, judge->speaking);
        if (i < before && finding.count != counts[i] && unsaid)
            judge->findings[i].count = counts[i];
        if (i >= before && !unsaid)
            judge->findings[kept++] = finding;
        if (!all.gap && (i >= before || finding.count != counts[i]))
            note_spoken(judge, rule);
    }
    if (judge->finding_count > before)      /* fewer when a judge has withdrawn some */
        judge->finding_count = kept;
}

/* The one judge of every kind, who lets the others look. */
static void let_look(struct ha_judge *judge)
{
    static uint64_t counts[FINDINGS_MOST];
    unsigned kind = judge->record->kind;

    for (size_t i = 0; i < all.whole->index[kind].count; i++) {
        size_t before = judge->finding_count;
        judge->speaking = all.whole->index[kind].judge[i];
        if (is_gone(judge->speaking, kind))
            continue;
        assert_true(before < FINDINGS_MOST);
        for (size_t k = 0; k < before; k++)
            counts[k] = judge->findings[k].count;
        judge->speaking(judge);
        look_at_findings(judge, before, counts);
    }
}

/* Whether a case, judged with the gap, is as it says. */
static bool is_as_said(size_t number, const struct gap *gap)
{
    struct ha_text findings = {0};
    size_t count;

    all.at = number;
    all.gap = gap;
    judge_text(all.blind, all.cases[number].text);
    const struct ha_finding *finding = ha_judge_findings(all.blind, &count, NULL);
    for (size_t i = 0; i < count; i++)
        judged_in_short(&finding[i], &findings);
    bool same = !strcmp(ha_text_string(&findings), all.cases[number].findings);
    ha_text_close(&findings);
    return same;
}

/* Whether anybody spoke in a case whom the gap silences. */
static bool concerns(size_t number, const struct gap *gap)
{
    for (size_t rule = 0; rule < HA_RULE_COUNT; rule++)
        for (size_t i = 0; i < HA_JUDGES_OF_A_RULE; i++)
            if (all.spoke[number][rule][i] && is_part(gap, rule, ha_rule_judges[rule][i]))
                return true;
    return false;
}

static bool is_missed(const struct gap *gap)
{
    if (gap->rule == HA_RULE_STAT_3)        /* is found as STAT-2 or STAT-6, by its own sentence */
        return true;
    for (size_t i = 0; i < all.count; i++)
        if (concerns(i, gap) && !is_as_said(i, gap))
            return true;
    return false;
}

static void with_all_of_the_table_every_case_is_as_it_says(void **state)
{
    (void)state;
    for (size_t i = 0; i < all.count; i++)
        if (!is_as_said(i, NULL))
            fail_msg("%s", all.cases[i].label);
}

static void every_row_is_missed(void **state)
{
    (void)state;
    size_t needless = 0;

    for (size_t rule = 0; rule < HA_RULE_COUNT; rule++) {
        const struct gap gap = {rule, NULL};
        if (is_missed(&gap))
            continue;
        print_error("nobody misses %s\n", ha_rule_table[rule].id);
        needless++;
    }
    assert_int_equal(needless, 0);
}

static void every_judge_is_missed_with_all_its_rows_and_in_each_of_them(void **state)
{
    (void)state;
    size_t needless = 0;

    for (size_t rule = 0; rule < HA_RULE_COUNT; rule++)
        for (size_t i = 0; i < HA_JUDGES_OF_A_RULE && ha_rule_judges[rule][i]; i++) {
            const struct gap one = {rule, ha_rule_judges[rule][i]};
            const struct gap whole = {ANY_RULE, ha_rule_judges[rule][i]};
            if (is_missed(&one) && is_missed(&whole))
                continue;
            print_error("nobody misses %s in %s\n", names[rule][i], ha_rule_table[rule].id);
            needless++;
        }
    assert_int_equal(needless, 0);
}

static int begin(void **state)
{
    (void)state;
    all.whole = ha_judge_create();
    all.blind = ha_judge_create();
    if (!all.whole || !all.blind)
        return -1;
    all.blind->shortcut = false;
    for (unsigned kind = 0; kind < HA_KIND_COUNT; kind++) {
        all.blind->index[kind].judge[0] = let_look;
        all.blind->index[kind].count = all.whole->index[kind].count != 0;
    }
    return 0;
}

static int end(void **state)
{
    (void)state;
    ha_judge_destroy(all.whole);
    ha_judge_destroy(all.blind);
    for (size_t i = 0; i < all.count; i++) {
        free(all.cases[i].label);
        free(all.cases[i].findings);
        free(all.cases[i].text);
    }
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(with_all_of_the_table_every_case_is_as_it_says),   /* first: notes who spoke */
        cmocka_unit_test(every_row_is_missed),
        cmocka_unit_test(every_judge_is_missed_with_all_its_rows_and_in_each_of_them),
    };
    int failed = 0;
#define EACH(name) failed += name();
    HA_JUDGE_TESTS
#undef EACH
    return failed + cmocka_run_group_tests(tests, begin, end);
}
