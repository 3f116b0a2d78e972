/*
 * rules - what is judged
 *
 * Owns the two tables that the rows of rules_table.h become.
 */
#include "check/rules.h"

#include <strings.h>

#include "check/judge_rules.h"

#define KERNEL HA_BINDS_KERNEL
#define DRIVER HA_BINDS_DRIVER
#define BOTH (HA_BINDS_KERNEL | HA_BINDS_DRIVER)
#define RULE(symbol, id, class_, binds, severity, sentence, source, ...) \
    [HA_RULE_##symbol] = {id, sentence, source, class_, binds, severity},
const struct ha_rule ha_rule_table[HA_RULE_COUNT] = {
#include "check/rules_table.h"
};
#undef RULE

/* Sets of kinds, as the rows name them: what of them lies in PART. */
#define ON(kind) (HA_##kind / 64 == PART ? UINT64_C(1) << HA_##kind % 64 : 0)
#define ENTERED (ON(CB_ENTER) | ON(CB_CALL))
#define LEFT (ON(CB_LEAVE) | ON(CB_CALL))
#define ANY (PART ? UINT64_MAX : UINT64_MAX << HA_DRV_ENTRY_ENTER)

#define AT(set, name) {set, ha_judge_##name}
#define RULE(symbol, id, class_, binds, severity, sentence, source, ...) \
    [HA_RULE_##symbol] = {{__VA_ARGS__}},
const struct ha_rule_row ha_rule_rows[HA_KIND_PARTS][HA_RULE_COUNT] = {
    {
#define PART 0
#include "check/rules_table.h"
#undef PART
    }, {
#define PART 1
#include "check/rules_table.h"
#undef PART
    },
};
#undef RULE

_Static_assert(HA_KIND_PARTS == 2, "a part of each 64 kinds");

const struct ha_rule *ha_rules(size_t *count)
{
    *count = HA_RULE_COUNT;
    return ha_rule_table;
}

const struct ha_rule *ha_rule_find(const char *id)
{
    for (size_t i = 0; i < HA_RULE_COUNT; i++)
        if (!strcasecmp(ha_rule_table[i].id, id))
            return &ha_rule_table[i];
    return NULL;
}

const char *ha_rule_class_name(enum ha_rule_class class_)
{
    switch (class_) {
    case HA_DOCUMENTED: return "documented";
    case HA_IMPLIED:    return "implied";
    case HA_OBSERVED:   return "observed";
    case HA_CHOSEN:     return "chosen";
    }
    return NULL;
}
