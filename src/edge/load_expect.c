/*
 * load_expect - what a scenario says must come out
 *
 * Owns the member "expect", and with it the check of the words of a call. Any word of a call, and
 * either half of the first, may be a * that stands for all.
 */
#include <string.h>

#include "base/names.h"
#include "edge/load_parts.h"
#include "edge/load_words.h"
#include "hotadd/verdict.h"

#define LONGEST_WORD 63u
#define FORM "a call reads \"DRIVER.NAME Start 4\", with Complete or Failure for Start, and may " \
             "end in \" (STATUS)\" and \" -> STATUS\""

/* A call that is being checked, and where in it we are. */
struct words {
    struct ha_loading *loading;
    struct ha_reader *reader;
    struct ha_node node;
    const char *at;
    char word[LONGEST_WORD + 1];
};

static bool wrong_form(struct words *w)
{
    HA_COMPLAIN(w->reader, w->node, FORM);
    return false;
}

/* The next word, up to a space or the end; `first` and `last` are cut off where they are given. */
static bool next_word(struct words *w, const char *first, char last)
{
    size_t before = strlen(first);
    if (strncmp(w->at, first, before))
        return wrong_form(w);
    const char *start = w->at + before;
    size_t length = strcspn(start, " ");
    w->at = start + length + (start[length] == ' ');
    if (last && length && start[length - 1] == last)
        length--;
    else if (last)
        return wrong_form(w);
    if (length == 0 || length > LONGEST_WORD)
        return wrong_form(w);
    memcpy(w->word, start, length);
    w->word[length] = '\0';
    return true;
}

static bool is_any(const char *word)
{
    return !strcmp(word, "*");
}

static bool check_registration(struct words *w)
{
    char *point = strchr(w->word, '.');
    uint32_t driver;
    if (is_any(w->word))
        return true;
    if (!point)
        return wrong_form(w);
    *point = '\0';
    if (is_any(w->word))
        return is_any(point + 1) || ha_word_is_name(point + 1, strlen(point + 1)) || wrong_form(w);
    return ha_load_driver(w->loading, w->node, w->word, &driver)
        && (is_any(point + 1)
            || ha_load_registration(w->loading, w->node, driver, point + 1));
}

static bool check_state(struct words *w)
{
    const char *names[HA_STATE_FAILURE + 1];
    for (unsigned i = 0; i <= HA_STATE_FAILURE; i++) {
        names[i] = ha_state_short(i);
        if (!strcmp(w->word, names[i]))
            return true;
    }
    if (is_any(w->word))
        return true;
    ha_read_no_such(w->reader, w->node, "state", w->word,
                    ha_text_nearest(w->word, names, HA_STATE_FAILURE + 1));
    return false;
}

static bool check_processor(struct words *w)
{
    const struct ha_partition_options *partition = &w->loading->made.plan.partition;
    size_t digits = strspn(w->word, "0123456789");
    uint32_t group, number;
    bool there = true;
    int64_t index;

    if (is_any(w->word))
        return true;
    if (ha_word_pair(w->word, strlen(w->word), &group, &number))
        there = !partition->group_count
             || (group < partition->group_count && number < partition->group[group].maximum);
    else if (digits && !w->word[digits] && (digits == 1 || w->word[0] != '0'))
        there = ha_word_number(w->word, &index) && index < ha_load_most_processors(w->loading);
    else
        return wrong_form(w);
    if (!there)
        HA_COMPLAIN(w->reader, w->node, "the partition has no place for a processor %s", w->word);
    return there;
}

static bool check_status(struct words *w)
{
    int32_t nt_status;
    if (is_any(w->word) || ha_word_status(w->word, &nt_status))
        return true;
    ha_read_no_such(w->reader, w->node, "status", w->word, ha_status_nearest(w->word));
    return false;
}

/* The words of a call, when they are right and what they name is there. */
static const char *load_call(struct ha_loading *loading, struct ha_node node)
{
    struct words w = {.loading = loading, .reader = &loading->reader, .node = node,
                      .at = ha_node_string(node)};
    if (!ha_read_kind(w.reader, node, HA_JSON_STRING))
        return NULL;
    const char *call = ha_read_string(w.reader, node);
    if (!call)
        return NULL;

    w.at = call;
    if (!next_word(&w, "", 0) || !check_registration(&w) || !next_word(&w, "", 0)
        || !check_state(&w) || !next_word(&w, "", 0) || !check_processor(&w))
        return NULL;
    if (*w.at == '(' && (!next_word(&w, "(", ')') || !check_status(&w)))
        return NULL;
    if (*w.at && (!next_word(&w, "-> ", 0) || !check_status(&w)))
        return NULL;
    if (*w.at || call[strlen(call) - 1] == ' ') {
        wrong_form(&w);
        return NULL;
    }
    return call;
}

static void load_calls(struct ha_loading *loading, struct ha_node list)
{
    struct ha_reader *reader = &loading->reader;
    size_t count = ha_node_count(list), i = 0;
    const char **call = ha_read_take(reader, count, sizeof *call);
    if (!call)
        return;
    for (struct ha_node node = ha_node_first(list); node.json;
         node = ha_node_next(&reader->tree, node))
        call[i++] = load_call(loading, node);
    loading->made.expect.has_calls = true;
    loading->made.expect.call = call;
    loading->made.expect.call_count = count;
}

static void read_rule(struct ha_reader *reader, struct ha_node node, const char **rule)
{
    const char *word = ha_node_string(node), *nearest = NULL;
    const struct ha_rule *found = ha_rule_find(word);
    if (found) {
        *rule = found->id;
        return;
    }
    size_t count;
    const struct ha_rule *rules = ha_rules(&count);
    for (size_t i = 0; i < count; i++)
        nearest = ha_word_nearer(word, nearest, rules[i].id);
    ha_read_no_such(reader, node, "rule", word, nearest);
}

static void load_violation(struct ha_loading *loading, struct ha_node node,
                           struct ha_expected_violation *violation)
{
    enum { RULE, DRIVER, CALL, COUNT, KEYS };
    static const struct ha_key keys[KEYS] = {
        [RULE] = {"rule", HA_JSON_STRING, true},
        [DRIVER] = {"driver", HA_JSON_STRING, false},
        [CALL] = {"call", HA_JSON_STRING, false},
        [COUNT] = {"count", HA_JSON_NUMBER, false},
    };
    struct ha_reader *reader = &loading->reader;
    struct ha_member member[KEYS];
    uint32_t driver;

    if (!ha_read_kind(reader, node, HA_JSON_STRING | HA_JSON_OBJECT))
        return;
    if (ha_node_kind(node) == HA_JSON_STRING) {
        read_rule(reader, node, &violation->rule);
        return;
    }
    ha_read_members(reader, node, keys, KEYS, member);
    if (member[RULE].value.json)
        read_rule(reader, member[RULE].value, &violation->rule);
    if (member[DRIVER].value.json
        && ha_load_driver(loading, member[DRIVER].value,
                          ha_node_string(member[DRIVER].value), &driver))
        violation->driver = loading->script[driver].name;
    if (member[CALL].value.json)
        violation->call = load_call(loading, member[CALL].value);
    if (member[COUNT].value.json)
        ha_read_number(reader, member[COUNT].value, 1, UINT32_MAX, &violation->count);
}

/* The list is a set: a finding that two of its members ask for would count for both. */
static void check_new(struct ha_reader *reader, struct ha_node node,
                      const struct ha_expected_violation *violation, struct ha_names *seen)
{
    struct ha_text words = {0};
    ha_text_addf(&words, "%s %s %s", violation->rule,
                 violation->driver ? violation->driver : "",
                 violation->call ? violation->call : "");
    const char *key = words.lost ? NULL : ha_bag_copy(&reader->bag, words.bytes, words.length);
    int err = key ? ha_names_add(seen, 0, key, 0) : HA_ENOMEM;
    ha_text_close(&words);
    reader->no_memory |= err == HA_ENOMEM;
    if (err == HA_EINVAL)
        HA_COMPLAIN(reader, node, "this violation is in the list twice");
}

static void load_violations(struct ha_loading *loading, struct ha_node list)
{
    struct ha_reader *reader = &loading->reader;
    size_t count = ha_node_count(list), i = 0;
    struct ha_expected_violation *violation = ha_read_take(reader, count, sizeof *violation);
    struct ha_names seen = {0};
    if (!violation)
        return;
    for (struct ha_node node = ha_node_first(list); node.json;
         node = ha_node_next(&reader->tree, node), i++) {
        size_t complaints = reader->complaints.count;
        load_violation(loading, node, &violation[i]);
        if (violation[i].rule && reader->complaints.count == complaints)
            check_new(reader, node, &violation[i], &seen);
    }
    ha_names_close(&seen);
    loading->made.expect.violation = violation;
    loading->made.expect.violation_count = count;
}

static void read_ending(struct ha_reader *reader, struct ha_node node, enum ha_ending *ending)
{
    static const enum ha_ending endings[] = {HA_END_NORMALLY, HA_END_DEADLOCK, HA_END_BUDGET};
    const char *names[sizeof endings / sizeof endings[0]];
    size_t choice;
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++)
        names[i] = ha_ending_name(endings[i]);
    if (ha_read_choice(reader, node, "ending", names, sizeof names / sizeof names[0], &choice))
        *ending = endings[choice];
}

void ha_load_expect(struct ha_loading *loading, struct ha_node expect)
{
    enum { CALLS, ACTIVE_PROCESSORS, VIOLATIONS, ENDS, ACTIVE, MEMORY, DRIVERS, ARRIVALS, ALWAYS,
           KEYS };
    static const struct ha_key keys[KEYS] = {
        [CALLS] = {"calls", HA_JSON_ARRAY, false},
        [ACTIVE_PROCESSORS] = {"active_processors", HA_JSON_NUMBER, false},
        [VIOLATIONS] = {"violations", HA_JSON_ARRAY, false},
        [ENDS] = {"ends", HA_JSON_STRING, false},
        [ACTIVE] = HA_KEY_LATER("active"),
        [MEMORY] = HA_KEY_LATER("memory"),
        [DRIVERS] = HA_KEY_LATER("drivers"),
        [ARRIVALS] = HA_KEY_LATER("arrivals"),
        [ALWAYS] = HA_KEY_LATER("always"),
    };
    struct ha_reader *reader = &loading->reader;
    struct ha_expect *made = &loading->made.expect;
    struct ha_member member[KEYS];

    ha_read_members(reader, expect, keys, KEYS, member);
    if (member[CALLS].value.json)
        load_calls(loading, member[CALLS].value);
    if (member[ACTIVE_PROCESSORS].value.json)
        made->has_active_processors = ha_read_number(reader, member[ACTIVE_PROCESSORS].value, 1,
                                                     ha_load_most_processors(loading),
                                                     &made->active_processors);
    if (member[VIOLATIONS].value.json)
        load_violations(loading, member[VIOLATIONS].value);
    if (member[ENDS].value.json)
        read_ending(reader, member[ENDS].value, &made->ending);
}
