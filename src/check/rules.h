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

#define HA_JUDGES_OF_A_RULE 6

/* Who judges a rule; looks at the record that `judge` has in hand. The unused rest is NULL. */
typedef void ha_rule_judge(struct ha_judge *judge);

/* Who looks at a kind of record. */
#define HA_JUDGES_OF_A_KIND 16u
struct ha_judges {
    ha_rule_judge *judge[HA_JUDGES_OF_A_KIND];
    size_t count;
};

extern const struct ha_rule ha_rule_table[HA_RULE_COUNT];
extern ha_rule_judge *const ha_rule_judges[HA_RULE_COUNT][HA_JUDGES_OF_A_RULE];
/* At which records each does: bit n of word w stands for the kind 64 * w + n. */
#define HA_KIND_WORDS 2u
extern const uint64_t ha_rule_kinds[HA_KIND_WORDS][HA_RULE_COUNT][HA_JUDGES_OF_A_RULE];
_Static_assert(HA_KIND_COUNT <= 64 * HA_KIND_WORDS, "every kind has its bit");

static inline bool ha_rule_looks_at(size_t rule, size_t judge, unsigned kind)
{
    return ha_rule_kinds[kind / 64][rule][judge] >> kind % 64 & 1;
}

/* Whether it does at every record behind the companions of TRACE_BEGIN: ANY in the table. */
static inline bool ha_rule_looks_at_all(size_t rule, size_t judge)
{
    return ha_rule_kinds[HA_KIND_WORDS - 1][rule][judge] == UINT64_MAX;
}

#endif
