/*
 * judge_find - what a judge found, in words
 *
 * Owns the list of findings: how they are worded, which are the same, how many are kept.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check/expect.h"
#include "check/judge_rules.h"
#include "check/story_words.h"
#include "check/who.h"

/* The finding that this one only counts on: an equal note, or any equal one beyond a thousand. */
static struct ha_finding *find_equal(const struct ha_judge *judge, const struct ha_rule *rule,
                                     enum ha_severity severity, uint16_t driver)
{
    if (severity != HA_NOTE && judge->finding_count < HA_FINDINGS_KEPT)
        return NULL;
    for (size_t i = 0; i < judge->finding_count; i++) {
        struct ha_finding *finding = &judge->findings[i];
        if (finding->rule == rule && finding->severity == severity && finding->driver == driver)
            return finding;
    }
    return NULL;
}

/* A new finding at the end of the list. NULL, and findings are lost, when memory is lacking. */
static struct ha_finding *append(struct ha_judge *judge)
{
    if (judge->finding_count == judge->finding_room) {
        size_t room = judge->finding_room ? 2 * judge->finding_room : 8;
        struct ha_finding *grown = realloc(judge->findings, room * sizeof *grown);
        if (!grown) {
            judge->lost = true;
            return NULL;
        }
        judge->findings = grown;
        judge->finding_room = room;
    }
    struct ha_finding *finding = &judge->findings[judge->finding_count++];
    memset(finding, 0, sizeof *finding);
    return finding;
}

/* The words just made; whoever asked for them goes on without when memory was lacking. */
static const char *words(struct ha_judge *judge)
{
    if (judge->words.lost)
        judge->lost = true;
    return ha_text_string(&judge->words);
}

/* The PNP_CB_ENTER that the record is, ends, or was made inside of; NULL for none. */
static const struct ha_record *telling_of(const struct ha_judge *judge)
{
    unsigned kind = judge->record->kind;

    return kind == HA_PNP_CB_ENTER || kind == HA_PNP_DEAD_CALL ? judge->record : judge->telling;
}

/* The words of the innermost call that the record belongs to, or was made inside of. */
static void put_call(struct ha_judge *judge, struct ha_finding *finding)
{
    const struct ha_record *record = judge->record;
    const struct ha_record *enter = judge->enter ? judge->enter : judge->around;
    const struct ha_record *telling = telling_of(judge);

    finding->group = HA_NO_GROUP;
    if (!enter && !telling)
        return;
    ha_text_clear(&judge->words);
    if (telling && (!enter || ha_record_seq(enter) < ha_record_seq(telling))) {
        ha_arrival_words(judge->cast, telling, &judge->words);
        ha_cast_place_of(judge->cast, telling->as.pnp_cb.interface, &finding->group,
                         &finding->number);
    } else {
        ha_call_words(judge->cast, enter, record->kind == HA_CB_LEAVE ? record : NULL,
                      &judge->words);
        finding->group = enter->as.cb.group;
        finding->number = enter->as.cb.number;
    }
    snprintf(finding->call, sizeof finding->call, "%s", words(judge));
}

/* The place that a record says by itself; 0 for those that have none. */
static uint32_t place_of(const struct ha_record *record)
{
    switch (record->kind) {
    case HA_ALLOC:                               return record->as.pool.place;
    case HA_REG_ENTER:                           return record->as.reg.place;
    case HA_EX_REG:                              return record->as.ex_reg.place;
    case HA_PNP_REG_ENTER:                       return record->as.pnp_reg.place;
    case HA_REFUSED:                             return record->as.refused.place;
    case HA_MISUSE:                              return record->as.misuse.place;
    case HA_DPC_INSERT:                          return record->as.dpc.place;
    case HA_LEFT_BEHIND:                         return record->as.left.place;
    case HA_QUERY:                               return record->as.query.place;
    case HA_LOCK_ORDER:                          return record->as.lock_order.place;
    case HA_THREAD_START: case HA_WORK_QUEUED:   return record->as.begun.place;
    default:                                     return 0;
    }
}

/* Where what is found comes from: as its judge has said, or the record. */
static void put_place(const struct ha_judge *judge, uint32_t origin, struct ha_finding *finding)
{
    const char *place = ha_cast_name(judge->cast, HA_NS_PLACE,
                                     origin ? origin : place_of(judge->record));
    if (place)
        snprintf(finding->place, sizeof finding->place, "%s", place);
}

/* The table decides: a judge speaks for a rule at those records where the rule's row says so. */
static bool may_speak(const struct ha_judge *judge, enum ha_rule_number rule)
{
    for (size_t i = 0; i < HA_JUDGES_OF_A_RULE; i++)
        if (ha_rule_judges[rule][i] == judge->speaking
            && ha_rule_looks_at(rule, i, judge->record->kind))
            return true;
    return false;
}

/*
 * A finding of this weight against the rule, for words to be put in; NULL when it is only counted,
 * has no words or cannot be made.
 */
static struct ha_finding *find(struct ha_judge *judge, enum ha_rule_number number,
                               enum ha_severity severity, uint16_t driver)
{
    const struct ha_rule *rule = &ha_rule_table[number];
    uint32_t origin = judge->origin;

    judge->origin = 0;
    if (!may_speak(judge, number))
        return NULL;
    ha_exercise(judge, number);
    struct ha_finding *finding = find_equal(judge, rule, severity, driver);
    if (finding) {
        finding->count++;
        return NULL;
    }
    finding = append(judge);
    if (!finding)
        return NULL;
    finding->rule = rule;
    finding->severity = severity;
    finding->seq = ha_record_seq(judge->record);
    finding->count = 1;
    finding->driver = driver;
    if (severity == HA_NOTE && judge->spares_notes)
        return NULL;
    put_place(judge, origin, finding);
    return finding;
}

static void __attribute__((format(printf, 5, 0)))
put_words(struct ha_judge *judge, struct ha_finding *finding, const char *before,
          const char *expected, const char *seen, va_list arguments)
{
    snprintf(finding->expected, sizeof finding->expected, "%s", expected);
    int length = snprintf(finding->seen, sizeof finding->seen, "%s", before);
    vsnprintf(finding->seen + length, sizeof finding->seen - (size_t)length, seen, arguments);
    put_call(judge, finding);       /* last: the arguments may lie in the text it uses */
}

void ha_blame(struct ha_judge *judge, enum ha_rule_number number, uint16_t driver,
              const char *expected, const char *seen, ...)
{
    const struct ha_rule *rule = &ha_rule_table[number];
    bool foreign = !judge->own && !driver;
    bool firm = rule->class_ == HA_DOCUMENTED || rule->class_ == HA_IMPLIED;
    struct ha_finding *finding = find(judge, number, foreign ? HA_NOTE : rule->severity, driver);
    va_list arguments;

    if (!finding)
        return;
    va_start(arguments, seen);
    put_words(judge, finding, !foreign ? "" : firm ? "differs from the documents: "
                                                   : "differs from our choice: ",
              expected, seen, arguments);
    va_end(arguments);
}

void ha_advise(struct ha_judge *judge, enum ha_rule_number number, uint16_t driver,
               const char *expected, const char *seen, ...)
{
    struct ha_finding *finding = find(judge, number, HA_NOTE, driver);
    va_list arguments;

    if (!finding)
        return;
    va_start(arguments, seen);
    put_words(judge, finding, "", expected, seen, arguments);
    va_end(arguments);
}

void ha_withdraw(struct ha_judge *judge, enum ha_rule_number number)
{
    size_t kept = 0;
    for (size_t i = 0; i < judge->finding_count; i++)
        if (judge->findings[i].rule != &ha_rule_table[number])
            judge->findings[kept++] = judge->findings[i];
    judge->finding_count = kept;
}

const char *ha_client(struct ha_judge *judge, uint32_t registration)
{
    ha_text_clear(&judge->words);
    ha_client_words(judge->cast, 0, registration, &judge->words);
    return words(judge);
}

const char *ha_entry_name(struct ha_judge *judge, uint32_t entry)
{
    ha_text_clear(&judge->words);
    ha_entry_words(judge->cast, entry, &judge->words);
    return words(judge);
}

const char *ha_arrival_name(struct ha_judge *judge, const struct ha_record *enter)
{
    ha_text_clear(&judge->words);
    ha_arrival_words(judge->cast, enter, &judge->words);
    return words(judge);
}

const char *ha_call_name(struct ha_judge *judge, const struct ha_record *enter)
{
    ha_text_clear(&judge->words);
    ha_call_words(judge->cast, enter, NULL, &judge->words);
    return words(judge);
}

const char *ha_thread_name(struct ha_judge *judge, uint32_t thread)
{
    ha_text_clear(&judge->words);
    ha_thread_words(judge->cast, thread, &judge->words);
    return words(judge);
}

const char *ha_driver_name(struct ha_judge *judge, uint16_t driver)
{
    ha_text_clear(&judge->words);
    ha_driver_words(judge->cast, driver, &judge->words);
    return words(judge);
}
