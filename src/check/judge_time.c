/*
 * judge_time - how long callbacks take
 *
 * Owns the comparison of what a call takes of simulated time with the budget that the trace names.
 * The documents name none, so without one nothing is judged.
 */
#include <stdio.h>

#include "check/judge_rules.h"
#include "check/who.h"

#define TIME_TEXT 24

/* "20us": in the largest unit of which it is a whole number. */
static const char *in_words(uint64_t ns, char text[TIME_TEXT])
{
    static const char *const units[] = {"ns", "us", "ms", "s"};
    size_t unit = 0;

    while (ns && ns % 1000 == 0 && unit + 1 < sizeof units / sizeof units[0]) {
        ns /= 1000;
        unit++;
    }
    snprintf(text, TIME_TEXT, "%llu%s", (unsigned long long)ns, units[unit]);
    return text;
}

/* When the call was entered that the record in hand leaves. False where nothing tells. */
static bool was_entered(const struct ha_judge *judge, uint64_t *when)
{
    const struct ha_record *record = judge->record;
    const struct ha_seen_thread *thread = judge->thread;

    if (record->kind == HA_EX_CALL_LEAVE) {
        *when = thread->client_entered_ns;
        return thread->client && thread->client == record->id;
    }
    const struct ha_record *enter = record->kind == HA_PNP_CB_LEAVE ? judge->telling : judge->enter;
    *when = enter ? enter->time_ns : 0;
    return enter != NULL;
}

static const char *whose(struct ha_judge *judge)
{
    return judge->record->kind == HA_PNP_CB_LEAVE ? ha_entry_name(judge, judge->record->id)
                                                  : ha_client(judge, judge->record->id);
}

void ha_judge_time(struct ha_judge *judge)
{
    uint64_t now = judge->record->time_ns, entered;
    char budget[TIME_TEXT], taken[TIME_TEXT], expected[64];

    if (judge->callback_budget_ns == HA_NO_BUDGET || !was_entered(judge, &entered))
        return;
    ha_exercise(judge, HA_RULE_TIME_1);
    if (now < entered || now - entered <= judge->callback_budget_ns)
        return;
    snprintf(expected, sizeof expected, "back after %s at most",
             in_words(judge->callback_budget_ns, budget));
    ha_blame(judge, HA_RULE_TIME_1, judge->record->driver, expected, "%s back after %s",
             whose(judge), in_words(now - entered, taken));
}
