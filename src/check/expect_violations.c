/*
 * expect_violations - the errors that were found against those that were expected
 */
#include "check/expect_parts.h"

#include <inttypes.h>
#include <string.h>

/* Whether it is what is meant, however grave it turned out to be. */
static bool is_meant(const struct ha_finding *finding,
                     const struct ha_expected_violation *expected, const struct ha_cast *cast)
{
    const char *driver = ha_cast_name(cast, HA_NS_DRIVER, finding->driver);
    const struct ha_made_call call = {finding->call, finding->group, finding->number};

    if (expected->rule && strcmp(expected->rule, finding->rule->id) != 0)
        return false;
    if (expected->driver && strcmp(expected->driver, driver ? driver : "") != 0)
        return false;
    return !expected->call || ha_call_is_meant(expected->call, &call);
}

static bool answers(const struct ha_finding *finding, const struct ha_expected_violation *expected,
                    const struct ha_cast *cast)
{
    return finding->severity == HA_ERROR && is_meant(finding, expected, cast);
}

static void expectation_words(const struct ha_expected_violation *expected, struct ha_text *report)
{
    ha_text_add(report, expected->rule ? expected->rule : "any rule");
    if (expected->driver)
        ha_text_addf(report, " by %s", expected->driver);
    if (expected->call)
        ha_text_addf(report, " in \"%s\"", expected->call);
}

/* One expectation against all findings. */
static int compare_one(const struct ha_expected_violation *expected,
                       const struct ha_finding *finding, size_t finding_count,
                       const struct ha_cast *cast, struct ha_text *report)
{
    const struct ha_finding *lesser = NULL;
    uint64_t seen = 0;

    for (size_t i = 0; i < finding_count; i++) {
        if (answers(&finding[i], expected, cast))
            seen += finding[i].count;
        else if (!lesser && is_meant(&finding[i], expected, cast))
            lesser = &finding[i];
    }
    if (expected->count ? seen == expected->count : seen > 0)
        return 0;

    ha_text_add(report, "violations: ");
    expectation_words(expected, report);
    if (!seen && lesser)
        ha_text_addf(report, " occurred as a %s (record %" PRIu64 "), which cannot be expected\n",
                     lesser->severity == HA_NOTE ? "note" : "warning", lesser->seq);
    else if (!expected->count)
        ha_text_add(report, " was expected and did not occur\n");
    else
        ha_text_addf(report, " was expected %" PRIu32 " time%s and occurred %" PRIu64 " time%s\n",
                     expected->count, expected->count == 1 ? "" : "s", seen,
                     seen == 1 ? "" : "s");
    return 1;
}

bool ha_violation_is_expected(const struct ha_finding *finding,
                              const struct ha_expected_violation *expected,
                              size_t expected_count, const struct ha_cast *cast)
{
    for (size_t i = 0; i < expected_count; i++)
        if (answers(finding, &expected[i], cast))
            return true;
    return false;
}

bool ha_rule_may_be_found(const struct ha_expect *expect, const struct ha_rule *rule)
{
    for (size_t i = 0; i < expect->explored_rule_count; i++)
        if (!strcmp(expect->explored_rule[i], rule->id))
            return true;
    return false;
}

/* One line: who prints the report prints the finding itself, too. */
static void unexpected_words(const struct ha_finding *finding, const struct ha_cast *cast,
                             struct ha_text *report)
{
    const char *driver = ha_cast_name(cast, HA_NS_DRIVER, finding->driver);

    ha_text_addf(report, "violations: %s was not expected", finding->rule->id);
    if (finding->call[0])
        ha_text_addf(report, ", in \"%s\"", finding->call);
    else if (driver)
        ha_text_addf(report, ", by %s", driver);
    ha_text_addf(report, " (record %" PRIu64, finding->seq);
    if (finding->count > 1)
        ha_text_addf(report, ", the first of %" PRIu64, finding->count);
    ha_text_add(report, ")\n");
}

int ha_violations_compare(const struct ha_expected_violation *expected, size_t expected_count,
                          const struct ha_finding *finding, size_t finding_count,
                          const struct ha_cast *cast, struct ha_text *report)
{
    int differences = 0;

    for (size_t i = 0; i < expected_count; i++)
        differences += compare_one(&expected[i], finding, finding_count, cast, report);
    for (size_t i = 0; i < finding_count; i++) {
        if (finding[i].severity != HA_ERROR ||
            ha_violation_is_expected(&finding[i], expected, expected_count, cast))
            continue;
        unexpected_words(&finding[i], cast, report);
        differences++;
    }
    return differences;
}
