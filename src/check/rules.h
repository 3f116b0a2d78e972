/*
 * rules - the table of what is judged: the rule, the records it is judged at, and its judge
 *
 * The rows stand in rules_table.h. This header makes numbers of them; rules.c makes the public
 * rules and the rows that a judge is driven by.
 */
#ifndef HA_CHECK_RULES_H
#define HA_CHECK_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hotadd/trace.h"
#include "hotadd/verdict.h"

struct ha_judge;

#define RULE(symbol, ...) HA_RULE_##symbol,
enum ha_rule_number {
#include "check/rules_table.h"
    HA_RULE_COUNT               /* also stands for "no rule" */
};
#undef RULE

#define HA_JUDGES_OF_A_RULE 4
#define HA_KIND_PARTS ((HA_KIND_COUNT + 63) / 64)    /* kinds are counted in parts of 64 */

/* Who judges a rule, and at which records of a part; the unused rest of `at` is zero. */
struct ha_rule_row {
    struct {
        uint64_t kinds;                         /* bit n: of the part's kind n */
        void (*judge)(struct ha_judge *judge);  /* looks at the record that `judge` has in hand */
    } at[HA_JUDGES_OF_A_RULE];
};

extern const struct ha_rule ha_rule_table[HA_RULE_COUNT];
extern const struct ha_rule_row ha_rule_rows[HA_KIND_PARTS][HA_RULE_COUNT];

/* Whether the i-th judge of a rule looks at records of that kind. */
static inline bool ha_rule_is_judged_at(size_t rule, size_t i, unsigned kind)
{
    return ha_rule_rows[kind / 64][rule].at[i].kinds >> kind % 64 & 1;
}

#endif
