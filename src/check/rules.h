/*
 * rules - the table of what is judged: the rule, the records it is judged at, and its judge
 *
 * The rows stand in rules_table.h. This header makes numbers of them; rules.c makes the public
 * rules and the rows that a judge is driven by.
 */
#ifndef HA_CHECK_RULES_H
#define HA_CHECK_RULES_H

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

/* Who judges a rule, and at which records; the unused rest of `at` is zero. */
struct ha_rule_row {
    struct {
        uint64_t kinds;                         /* bit n: at records of kind n */
        void (*judge)(struct ha_judge *judge);  /* looks at the record that `judge` has in hand */
    } at[HA_JUDGES_OF_A_RULE];
};

extern const struct ha_rule ha_rule_table[HA_RULE_COUNT];
extern const struct ha_rule_row ha_rule_rows[HA_RULE_COUNT];

#endif
