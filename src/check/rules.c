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

#define RULE(symbol, id, class_, binds, severity, sentence, source, ...) \
    [HA_RULE_##symbol] = {__VA_ARGS__},
#define AT(set, name) ha_judge_##name
ha_rule_judge *const ha_rule_judges[HA_RULE_COUNT][HA_JUDGES_OF_A_RULE] = {
#include "check/rules_table.h"
};
#undef AT

/* Sets of kinds, as the rows name them: the part of them that lies in one word. */
#define ON(kind) (HA_##kind / 64 == WORD ? UINT64_C(1) << HA_##kind % 64 : 0)
#define ENTERED (ON(CB_ENTER) | ON(CB_CALL))
#define LEFT (ON(CB_LEAVE) | ON(CB_CALL))
#define NOTIFIED (ON(PNP_CB_ENTER) | ON(PNP_CB_CALL))
#define ANY (WORD ? UINT64_MAX : UINT64_MAX << HA_DRV_ENTRY_ENTER)
#define AT(set, name) set
const uint64_t ha_rule_kinds[HA_KIND_WORDS][HA_RULE_COUNT][HA_JUDGES_OF_A_RULE] = {
    {
#define WORD 0
#include "check/rules_table.h"
#undef WORD
    },
    {
#define WORD 1
#include "check/rules_table.h"
#undef WORD
    },
};
#undef RULE

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
