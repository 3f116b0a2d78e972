/* judge_race - accesses of drivers that nothing puts in an order, as a sanitizer has found them */
#include "check/judge_rules.h"

void ha_judge_race(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;
    const char *race = ha_cast_name(judge->cast, HA_NS_RACE, record->id);
    ha_blame(judge, HA_RULE_RACE_1, record->driver, "an order between the two accesses", "%s",
             race ? race : "a data race that the trace does not describe");
}
