/*
 * random_steps - what drivers do in random scenarios
 *
 * Anything that the format can say, wherever it may be said; more often what changes something.
 */
#include "base/names.h"
#include "unit/random_maker.h"

#define MOST_DEPTH 2u           /* of steps within steps */

static const char *status(struct maker *m)
{
    static const char *const statuses[] = {
        "STATUS_INSUFFICIENT_RESOURCES", "STATUS_NO_MEMORY", "STATUS_UNSUCCESSFUL",
        "STATUS_SUCCESS",
    };
    return RANDOM_WORD(m, statuses);
}

/* What a step works with when that is no number; NULL when it is one. */
static const char *value_word(struct maker *m, const struct spot *spot)
{
    static const char *const anywhere[] = {"$active", "$maximum", "$v"};
    static const char *const of_processor[] = {"$processor", "$processor", "$number", "$group",
                                               "$node"};
    if (random_once_in(m, 4))
        return NULL;
    if ((spot->in_callback || spot->in_for_each) && !random_once_in(m, 4))
        return RANDOM_WORD(m, of_processor);
    return RANDOM_WORD(m, anywhere);
}

/* A part of a string; numbers below `limit`. */
static void add_value(struct maker *m, const struct spot *spot, unsigned limit)
{
    const char *word = value_word(m, spot);
    if (word)
        ha_text_add(m->text, word);
    else
        ha_text_addf(m->text, "%u", random_number(m, limit));
}

/* A member of an object. */
static void add_whole_value(struct maker *m, const struct spot *spot)
{
    const char *word = value_word(m, spot);
    if (word)
        ha_text_addf(m->text, "\"%s\"", word);
    else
        ha_text_addf(m->text, "%u", 1 + random_number(m, 10));
}

static void add_slot(struct maker *m, const struct spot *spot)
{
    ha_text_add(m->text, "t[");
    add_value(m, spot, 4);
    ha_text_add(m->text, "]");
}

static void add_register(struct maker *m, const struct spot *spot)
{
    static const char *const flags[] = {"", "", ", \"flags\": \"KE_PROCESSOR_CHANGE_ADD_EXISTING\"",
                                        ", \"flags\": 2", ", \"function\": null"};
    ha_text_addf(m->text, "\"register\": \"processor-change\", \"as\": \"r%u\"%s",
                 m->registrations[spot->driver]++, RANDOM_WORD(m, flags));
    if (random_once_in(m, 4))
        random_steps(m, "if_fails", *spot, 2);
}

static void add_deregister(struct maker *m, const struct spot *spot)
{
    switch (random_number(m, 8)) {
    case 0:
        ha_text_add(m->text, "\"deregister\": null");
        break;
    case 1: case 2: case 3:
        ha_text_add(m->text, "\"deregister\": \"");
        random_registration(m, random_number(m, m->drivers));
        ha_text_add(m->text, "\"");
        break;
    default:
        ha_text_addf(m->text, "\"deregister\": \"r%u\"",
                     random_number(m, m->registrations[spot->driver]));
        break;
    }
}

static void add_query(struct maker *m, const struct spot *spot)
{
    static const struct { enum ha_routine first, last; const char *option; } options[] = {
        {HA_RT_ACTIVE_COUNT_EX, HA_RT_ACTIVE_COUNT_EX, "group"},
        {HA_RT_MAXIMUM_COUNT_EX, HA_RT_MAXIMUM_COUNT_EX, "group"},
        {HA_RT_GROUP_AFFINITY, HA_RT_GROUP_AFFINITY, "group"},
        {HA_RT_NUMBER_FROM_INDEX, HA_RT_NUMBER_FROM_INDEX, "index"},
        {HA_RT_NODE_AFFINITY, HA_RT_NODE_MAXIMUM_COUNT, "node"},
    };
    static const char *const relations[] = {"RelationGroup", "RelationNumaNode", "RelationAll",
                                            "RelationCache", "RelationNumaNodeEx"};
    unsigned routine = HA_RT_ACTIVE_COUNT + random_number(m, HA_ROUTINE_COUNT - HA_RT_ACTIVE_COUNT);
    ha_text_addf(m->text, "\"query\": \"%s\"", ha_routine_name(routine));
    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++) {
        if (routine < options[i].first || routine > options[i].last)
            continue;
        ha_text_addf(m->text, ", \"%s\": ", options[i].option);
        add_whole_value(m, spot);
    }
    if (routine == HA_RT_INDEX_FROM_NUMBER) {
        ha_text_add(m->text, ", \"number\": \"");
        add_value(m, spot, 4);
        ha_text_add(m->text, ":");
        add_value(m, spot, 4);
        ha_text_add(m->text, "\"");
    }
    if (routine == HA_RT_LOGICAL_RELATIONSHIP)
        ha_text_addf(m->text, ", \"relation\": \"%s\"", RANDOM_WORD(m, relations));
    if (random_once_in(m, 3))
        ha_text_add(m->text, ", \"into\": \"v\"");
}

/* One time in `times` it is the whole table that goes. */
static void add_pool(struct maker *m, const struct spot *spot, unsigned times)
{
    static const char *const verbs[] = {"allocate", "allocate", "free", "use"};
    if (random_once_in(m, times)) {
        ha_text_add(m->text, "\"free\": \"t\"");
        return;
    }
    if (random_once_in(m, 8)) {
        ha_text_add(m->text, "\"table\": \"t\", \"size\": ");
        add_whole_value(m, spot);
        return;
    }
    ha_text_addf(m->text, "\"%s\": \"", RANDOM_WORD(m, verbs));
    add_slot(m, spot);
    ha_text_add(m->text, "\"");
}

static void add_condition(struct maker *m, const struct spot *spot)
{
    static const char *const comparisons[] = {" == ", " != ", " < ", " <= ", " > ", " >= "};
    static const char *const of_callback[] = {"$state == KeProcessorAddStartNotify",
                                              "$status != STATUS_SUCCESS"};
    ha_text_add(m->text, "\"if\": \"");
    if (spot->in_callback && !spot->of_interface && random_once_in(m, 4)) {
        ha_text_add(m->text, RANDOM_WORD(m, of_callback));
    } else if (random_once_in(m, 3)) {
        ha_text_add(m->text, random_once_in(m, 2) ? "!" : "");
        add_slot(m, spot);
    } else {
        add_value(m, spot, 12);
        ha_text_add(m->text, RANDOM_WORD(m, comparisons));
        add_value(m, spot, 12);
    }
    ha_text_add(m->text, "\"");
}

/* A step that holds others; no range within a range, for that may be ten thousand steps. */
static void add_compound(struct maker *m, struct spot spot)
{
    static const char *const ranges[] = {"active", "maximum", "group 0", "group $v"};
    spot.depth++;
    if (spot.in_for_each || random_once_in(m, 2)) {
        add_condition(m, &spot);
        random_steps(m, "then", spot, 2);
        if (random_once_in(m, 2))
            random_steps(m, "else", spot, 2);
        return;
    }
    ha_text_addf(m->text, "\"for_each\": \"%s\"", RANDOM_WORD(m, ranges));
    spot.in_for_each = true;
    random_steps(m, "do", spot, 2);
}

/* What is written to where a callback can write. */
static void add_write(struct maker *m)
{
    if (random_once_in(m, 24))
        ha_text_add(m->text, "\"modify_context\": true");
    else
        ha_text_addf(m->text, "\"set_operation_status\": \"%s\"", status(m));
}

/* What is played elsewhere, with its steps. */
static void add_later(struct maker *m, struct spot spot)
{
    static const char *const verbs[] = {"queue_dpc\": \"c", "queue_dpc\": \"c",
                                        "queue_work\": \"w", "start_thread\": \"s"};
    unsigned verb = random_number(m, 4);
    ha_text_addf(m->text, "\"%s\"", verbs[verb]);
    if (verb != 2 && !random_once_in(m, 3)) {
        ha_text_add(m->text, ", \"processor\": ");
        add_whole_value(m, &spot);
    }
    if (verb < 2 && random_once_in(m, 3))
        ha_text_add(m->text, ", \"importance\": \"high\"");
    spot.depth++;
    spot.later = true;
    random_steps(m, "do", spot, 2);
}

static void add_move(struct maker *m, const struct spot *spot)
{
    static const char *const others[] = {
        "\"revert_affinity\": true", "\"revert_affinity\": \"a\"", "\"remove_dpc\": \"c\"",
        "\"flush_dpcs\": true", "\"join\": \"s\"",
    };
    switch (random_number(m, spot->depth < MOST_DEPTH ? 6 : 3)) {
    case 0:
        ha_text_add(m->text, "\"set_affinity\": ");
        add_whole_value(m, spot);
        if (random_once_in(m, 2))
            ha_text_add(m->text, ", \"previous\": \"a\"");
        return;
    case 1:
        ha_text_addf(m->text, "\"set_affinity\": { \"group\": %u, \"mask\": \"0x%x\" }",
                     random_number(m, 2), random_number(m, 64));
        return;
    case 2:
        ha_text_add(m->text, RANDOM_WORD(m, others));
        return;
    default:
        add_later(m, *spot);
        return;
    }
}

static void add_verb(struct maker *m, const struct spot *spot)
{
    if (m->moves[spot->driver] && random_once_in(m, 3)) {
        add_move(m, spot);
        return;
    }
    if (m->entries[spot->driver] && random_once_in(m, 4)) {
        random_entry_step(m, spot);
        return;
    }
    unsigned event = random_number(m, 2);
    unsigned verb = random_number(m, 20);
    if (spot->in_for_each && verb < 3)
        verb += 3;                          /* a registration has a name of its own */
    switch (verb) {
    case 0: case 1: case 2: add_register(m, spot); return;
    case 3: case 4: case 5: add_deregister(m, spot); return;
    case 6: case 7: case 8: add_query(m, spot); return;
    case 9: case 10: case 11: add_pool(m, spot, 10); return;
    case 12: ha_text_addf(m->text, "\"raise_irql\": %u", random_number(m, 3)); return;
    case 13: ha_text_addf(m->text, "\"lower_irql\": %u", random_number(m, 2)); return;
    case 14: ha_text_addf(m->text, "\"signal\": \"e%u\"", event); return;
    case 15:
        if (random_once_in(m, 3))
            ha_text_addf(m->text, "\"return\": \"%s\"", status(m));
        else
            ha_text_addf(m->text, "\"wait\": \"e%u\"", event);
        return;
    case 16:
        ha_text_add(m->text, "\"set\": \"v\", \"to\": ");
        add_whole_value(m, spot);
        return;
    default:
        if (spot->in_callback && !spot->later && !spot->of_interface)
            add_write(m);
        else if (spot->depth < MOST_DEPTH)
            add_compound(m, *spot);
        else
            add_query(m, spot);
        return;
    }
}

void random_steps(struct maker *m, const char *key, struct spot spot, unsigned most)
{
    unsigned count = 1 + random_number(m, most);
    if (*key)
        ha_text_addf(m->text, ", \"%s\": [", key);
    for (unsigned i = 0; i < count; i++) {
        size_t number, before = random_begin_part(m, &number);
        ha_text_add(m->text, "{ ");
        if (spot.in_callback && spot.depth < MOST_DEPTH && random_once_in(m, 8))
            add_compound(m, spot);
        else
            add_verb(m, &spot);
        ha_text_add(m->text, " }");
        random_end_part(m, number, before);
    }
    if (*key)
        ha_text_add(m->text, " ]");
}


void random_table_steps(struct maker *m, const char *event, struct spot spot)
{
    unsigned count = 1 + random_number(m, 3);
    ha_text_addf(m->text, ", \"do\": [\n  { \"wait\": \"%s\" }", event);
    for (unsigned i = 0; i < count; i++) {
        size_t number, before = random_begin_part(m, &number);
        ha_text_add(m->text, "{ ");
        add_pool(m, &spot, 3);
        ha_text_add(m->text, " }");
        random_end_part(m, number, before);
    }
    ha_text_add(m->text, " ]");
}
