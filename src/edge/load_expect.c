/*
 * load_expect - what a scenario says must come out
 *
 * Owns the member "expect".
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/failures.h"
#include "base/names.h"
#include "edge/load_parts.h"
#include "edge/load_words.h"
#include "hotadd/verdict.h"

static const char *read_words(struct ha_loading *loading, struct ha_node string,
                              enum ha_words form)
{
    const char *text = ha_read_string(&loading->reader, string);
    return text ? ha_load_words(loading, ha_read_place(&loading->reader, string), text, form)
                : NULL;
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
        call[i++] = ha_read_kind(reader, node, HA_JSON_STRING)
                  ? read_words(loading, node, HA_WORDS_CALL) : NULL;
    loading->made.expect.has_calls = true;
    loading->made.expect.call = call;
    loading->made.expect.call_count = count;
}

/* With a family that is right the number is meant as it stands, for a rule to come. */
static bool is_to_come(const char *word)
{
    /* What is not judged yet: other devices, hardware profiles, rebalancing, replacing. */
    static const char *const families[] = {"TDC-", "HWP-", "REB-", "REPL-"};
    size_t count, family = strcspn(word, "-") + 1;
    const struct ha_rule *rules = ha_rules(&count);
    for (size_t i = 0; i < sizeof families / sizeof families[0]; i++)
        if (!strncasecmp(word, families[i], family))
            return true;
    for (size_t i = 0; i < count; i++)
        if (!strncasecmp(word, rules[i].id, family))
            return true;
    return false;
}

static void read_rule(struct ha_reader *reader, struct ha_node node, const char **rule)
{
    const char *word = ha_node_string(node), *nearest = NULL;
    const struct ha_rule *found = ha_rule_find(word);
    if (found) {
        *rule = found->id;
        return;
    }
    if (is_to_come(word)) {
        HA_COMPLAIN(reader, node, "there is no rule %s among those that are judged; `hotadd rules` "
                    "lists them", ha_quote(word).text);
        return;
    }
    size_t count;
    const struct ha_rule *rules = ha_rules(&count);
    for (size_t i = 0; i < count; i++)
        nearest = ha_word_nearer(word, nearest, rules[i].id);
    ha_read_no_such(reader, ha_read_place(reader, node), "rule", word, nearest);
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
        && ha_load_find(loading, HA_SCOPE_DRIVERS, ha_read_place(reader, member[DRIVER].value),
                        ha_node_string(member[DRIVER].value), &driver))
        violation->driver = loading->script[driver].name;
    if (member[CALL].value.json)
        violation->call = read_words(loading, member[CALL].value, HA_WORDS_FINDING);
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

static void load_active(struct ha_loading *loading, struct ha_node list)
{
    struct ha_reader *reader = &loading->reader;
    const struct ha_partition_options *partition = &loading->made.plan.partition;
    size_t count = ha_node_count(list), i = 0;
    if (partition->group_count && count != partition->group_count) {
        HA_COMPLAIN(reader, list, "must hold a number for each group, %zu in all, not %zu",
                    partition->group_count, count);
        return;
    }
    struct ha_expected_number *active = ha_read_take(reader, count, sizeof *active);
    if (!active)
        return;
    for (struct ha_node node = ha_node_first(list); node.json;
         node = ha_node_next(&reader->tree, node), i++)
        ha_read_numbers(reader, node, 0,
                        partition->group_count ? partition->group[i].maximum : UINT8_MAX,
                        "how many", &active[i].least, &active[i].most);
    loading->made.expect.active = active;
    loading->made.expect.active_count = count;
}

/* One status, or a list of those that are all right. */
static void load_statuses(struct ha_reader *reader, struct ha_node node,
                          struct ha_expected_driver *driver)
{
    size_t i = 0;
    if (!ha_read_kind(reader, node, HA_JSON_STRING | HA_JSON_ARRAY))
        return;
    if (ha_node_kind(node) == HA_JSON_STRING) {
        ha_read_status(reader, node, &driver->nt_status);
        return;
    }
    if (!ha_node_count(node)) {
        HA_COMPLAIN(reader, node, "must hold at least one status");
        return;
    }
    int32_t *other = ha_read_take(reader, ha_node_count(node) - 1, sizeof *other);
    if (!other)
        return;
    for (struct ha_node status = ha_node_first(node); status.json;
         status = ha_node_next(&reader->tree, status), i++)
        if (ha_read_kind(reader, status, HA_JSON_STRING))
            ha_read_status(reader, status, i ? &other[i - 1] : &driver->nt_status);
    driver->other = other;
    driver->other_count = i - 1;
}

static void load_driver_statuses(struct ha_loading *loading, struct ha_node object)
{
    struct ha_reader *reader = &loading->reader;
    size_t count = ha_node_count(object), i = 0;
    struct ha_expected_driver *driver = ha_read_take(reader, count, sizeof *driver);
    bool *seen = ha_read_take(reader, loading->made.plan.driver_count, sizeof *seen);
    uint32_t number;
    if (!driver || !seen)
        return;
    for (struct ha_node node = ha_node_first(object); node.json;
         node = ha_node_next(&reader->tree, node), i++) {
        size_t place = ha_node_key_place(&reader->tree, node);
        load_statuses(reader, node, &driver[i]);
        if (!ha_load_find(loading, HA_SCOPE_DRIVERS, place, ha_node_key(node), &number))
            continue;
        driver[i].name = loading->script[number].name;
        if (seen[number])
            HA_COMPLAIN_AT(reader, place, "the key \"%s\" is here twice", driver[i].name);
        seen[number] = true;
    }
    loading->made.expect.driver = driver;
    loading->made.expect.driver_count = count;
}

/* "0xE2": the code with up to eight digits. False when it is something else. */
static bool read_code(const char *word, uint32_t *code)
{
    static const char digits[] = "0123456789abcdefABCDEF";
    if (strncmp(word, "0x", 2))
        return false;
    word += 2;
    size_t count = strspn(word, digits);
    if (!count || count > 8 || word[count])
        return false;
    *code = (uint32_t)strtoul(word, NULL, 16);
    return true;
}

/* A bug check: behind "bugcheck " its code, or the name of a code that __fastfail takes. */
static void read_bugcheck(struct ha_reader *reader, struct ha_node node, const char *word,
                          struct ha_expect *expect)
{
    const char *names[HA_FAST_FAIL_NAMES];
    if (read_code(word, &expect->bugcheck)) {
        expect->ending = HA_END_BUGCHECK;
        return;
    }
    if (strncmp(word, "FAST_FAIL_", strlen("FAST_FAIL_"))) {
        HA_COMPLAIN(reader, node, "a bug check is written with its code, as \"bugcheck 0xE2\" or "
                    "\"bugcheck FAST_FAIL_INVALID_ARG\"");
        return;
    }
    for (size_t i = 0; i < HA_FAST_FAIL_NAMES; i++) {
        names[i] = ha_fast_fail_listed(i);
        if (!strcmp(word, names[i]))
            expect->fast_fail = names[i];
    }
    if (!expect->fast_fail)
        ha_read_no_choice(reader, ha_read_place(reader, node), "code of __fastfail", word, names,
                          HA_FAST_FAIL_NAMES);
    expect->bugcheck = HA_SECURITY_CHECK_FAILURE;
    expect->ending = HA_END_BUGCHECK;
}

static void read_ending(struct ha_reader *reader, struct ha_node node, struct ha_expect *expect)
{
    const char *names[HA_END_COUNT];
    enum ha_ending endings[HA_END_COUNT];
    const char *word = ha_node_string(node), *bugcheck = ha_ending_name(HA_END_BUGCHECK);
    size_t length = strlen(bugcheck), count = 0, choice;
    if (!strncmp(word, bugcheck, length)) {
        read_bugcheck(reader, node, word[length] == ' ' ? word + length + 1 : "", expect);
        return;
    }
    for (unsigned ending = 0; ending < HA_END_COUNT; ending++) {
        if (!ha_ending_is_foreseeable(ending) || ending == HA_END_BUGCHECK)
            continue;
        names[count] = ha_ending_name(ending);
        endings[count++] = (enum ha_ending)ending;
    }
    if (ha_read_choice(reader, node, "ending", names, count, &choice))
        expect->ending = endings[choice];
}

/* Rules by their ids, and how runs end; both in one list. */
static void load_explored(struct ha_loading *loading, struct ha_node list)
{
    struct ha_reader *reader = &loading->reader;
    struct ha_expect *made = &loading->made.expect;
    const char **rule = ha_read_take(reader, ha_node_count(list), sizeof *rule);
    if (!rule)
        return;
    made->explored_rule = rule;
    for (struct ha_node node = ha_node_first(list); node.json;
         node = ha_node_next(&reader->tree, node)) {
        unsigned ending = 0;
        if (!ha_read_kind(reader, node, HA_JSON_STRING))
            continue;
        while (ending < HA_END_COUNT && (!ha_ending_is_foreseeable(ending) ||
                                         strcmp(ha_node_string(node), ha_ending_name(ending)) != 0))
            ending++;
        if (ending < HA_END_COUNT)
            made->explored_endings |= UINT32_C(1) << ending;
        else
            read_rule(reader, node, &rule[made->explored_rule_count++]);
    }
}

/* What the state at the end is, in the order of their keys. */
enum { ACTIVE_PROCESSORS, ACTIVE, MEMORY, DRIVERS, ARRIVALS, STATE_KEYS };
#define STATE_KEY_LIST                                                                            \
    [ACTIVE_PROCESSORS] = {"active_processors", HA_JSON_NUMBER | HA_JSON_STRING, false},          \
    [ACTIVE] = {"active", HA_JSON_ARRAY, false},                                                  \
    [MEMORY] = {"memory", HA_JSON_ARRAY | HA_JSON_STRING, false},                                 \
    [DRIVERS] = {"drivers", HA_JSON_OBJECT, false},                                               \
    [ARRIVALS] = {"arrivals", HA_JSON_OBJECT, false}

static void load_state(struct ha_loading *loading, const struct ha_member *member)
{
    struct ha_expect *made = &loading->made.expect;
    struct ha_expected_number *all = &made->active_processors;
    if (member[ACTIVE_PROCESSORS].value.json)
        made->has_active_processors =
            ha_read_numbers(&loading->reader, member[ACTIVE_PROCESSORS].value, 1,
                            ha_load_most_processors(loading), "how many", &all->least, &all->most);
    if (member[ACTIVE].value.json)
        load_active(loading, member[ACTIVE].value);
    if (member[MEMORY].value.json)
        ha_load_expected_memory(loading, member[MEMORY].value);
    if (member[ARRIVALS].value.json)
        ha_load_arrivals(loading, member[ARRIVALS].value);
    if (member[DRIVERS].value.json)
        load_driver_statuses(loading, member[DRIVERS].value);
}

/* Expectations of their own, of the state alone. */
static void load_always(struct ha_loading *loading, struct ha_node object)
{
    static const struct ha_key keys[STATE_KEYS] = {STATE_KEY_LIST};
    const struct ha_expect ordinary = loading->made.expect;
    struct ha_expect *always = ha_read_take(&loading->reader, 1, sizeof *always);
    struct ha_member member[STATE_KEYS];
    if (!always)
        return;
    ha_read_members(&loading->reader, object, keys, STATE_KEYS, member);
    loading->made.expect = *always;
    load_state(loading, member);
    *always = loading->made.expect;
    loading->made.expect = ordinary;
    loading->made.expect.always = always;
}

void ha_load_expect(struct ha_loading *loading, struct ha_node expect)
{
    enum { CALLS = STATE_KEYS, VIOLATIONS, ENDS, ALWAYS, EXPLORED, KEYS };
    static const struct ha_key keys[KEYS] = {
        STATE_KEY_LIST,
        [CALLS] = {"calls", HA_JSON_ARRAY, false},
        [VIOLATIONS] = {"violations", HA_JSON_ARRAY, false},
        [ENDS] = {"ends", HA_JSON_STRING, false},
        [ALWAYS] = {"always", HA_JSON_OBJECT, false},
        [EXPLORED] = {"explored", HA_JSON_ARRAY, false},
    };
    struct ha_reader *reader = &loading->reader;
    struct ha_member member[KEYS];

    ha_read_members(reader, expect, keys, KEYS, member);
    if (member[CALLS].value.json)
        load_calls(loading, member[CALLS].value);
    load_state(loading, member);
    if (member[VIOLATIONS].value.json)
        load_violations(loading, member[VIOLATIONS].value);
    if (member[ENDS].value.json)
        read_ending(reader, member[ENDS].value, &loading->made.expect);
    if (member[EXPLORED].value.json)
        load_explored(loading, member[EXPLORED].value);
    if (member[ALWAYS].value.json)
        load_always(loading, member[ALWAYS].value);
}
