/*
 * judging - traces and the findings they must give, as tables of cases
 */
#ifndef HA_TESTS_JUDGING_H
#define HA_TESTS_JUDGING_H

#include <stddef.h>

#include "check/judge.h"
#include "unit/judged.h"
#include "unit/records.h"

/* The registrations A, B and C, and a whole add that they all agree to. */
#define THREE "reg A; reg B; reg C; "

struct judging {
    const char *label;
    const char *findings;       /* "HOT-3 STAT-2(b) note REG-6(a)", in order; "" for none */
    const char *text;
};

/*
 * Judge each trace and compare its findings; all that differ are printed before the test fails.
 * Each is judged with the shortcut and without it, in one piece, record by record, and by a judge
 * that is put back before each record: findings and exercised rules must be the same. A rule that was found against was exercised.
 */
void expect_findings(const struct judging *cases, size_t count);

#define EXPECT_FINDINGS(cases) expect_findings(cases, sizeof(cases) / sizeof(cases)[0])

#endif
