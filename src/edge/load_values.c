/*
 * load_values - what a step works with: numbers, slots of tables, conditions
 *
 * Owns their notation. A value is a number or, behind a $, what the simulator knows or a variable
 * of the driver; conditions also know statuses and states by name.
 */
#include <inttypes.h>
#include <string.h>

#include "base/names.h"
#include "edge/load_parts.h"
#include "edge/load_words.h"

#define MOST_INDEX UINT32_MAX
#define MOST_EXACT ((int64_t)1 << 53)     /* of what ha_word_number() reads */

/* What the simulator knows. */
static const char *const words[] = {
    [HA_VALUE_PROCESSOR] = "processor", [HA_VALUE_GROUP] = "group",
    [HA_VALUE_IN_GROUP] = "number", [HA_VALUE_NODE] = "node", [HA_VALUE_STATE] = "state",
    [HA_VALUE_STATUS] = "status", [HA_VALUE_ACTIVE] = "active", [HA_VALUE_MAXIMUM] = "maximum",
};

#define WORDS (sizeof words / sizeof words[0])

/* The kind of value that a word behind a $ is. */
static enum ha_value_kind kind_of(const char *word)
{
    for (size_t i = HA_VALUE_PROCESSOR; i < WORDS; i++)
        if (!strcmp(word, words[i]))
            return (enum ha_value_kind)i;
    return HA_VALUE_OWN;
}

const char *ha_load_known_nearest(const char *word)
{
    return ha_text_nearest(word, words + HA_VALUE_PROCESSOR, WORDS - HA_VALUE_PROCESSOR);
}

/* Complain of what is known only inside something else. */
static bool check_setting(struct ha_loading *loading, const struct ha_setting *setting,
                          struct ha_node string, enum ha_value_kind kind)
{
    struct ha_reader *reader = &loading->reader;
    bool of_callback = kind == HA_VALUE_STATE || kind == HA_VALUE_STATUS;
    bool of_processor = kind >= HA_VALUE_PROCESSOR && kind <= HA_VALUE_NODE;
    if (of_callback && setting->callback)
        ha_load_need(loading, HA_SCOPE_REGISTRATIONS + setting->driver,
                     ha_read_place(reader, string), setting->callback,
                     kind == HA_VALUE_STATE ? HA_NEED_STATE_VALUE : HA_NEED_STATUS_VALUE);
    if (setting->in_callback || !(of_callback || (of_processor && !setting->in_for_each)))
        return true;
    HA_COMPLAIN(reader, string, "\"$%s\" is known only inside a callback%s", words[kind],
                of_callback ? "" : " or a \"for_each\"");
    return false;
}

static bool read_dollar(struct ha_loading *loading, const struct ha_setting *setting,
                        struct ha_node string, const char *word, struct ha_value *value)
{
    value->kind = kind_of(word);
    if (value->kind != HA_VALUE_OWN)
        return check_setting(loading, setting, string, value->kind);
    if (!ha_word_is_name(word, strlen(word))) {
        HA_COMPLAIN(&loading->reader, string, "a $ stands before a name, as in \"$processor\"");
        return false;
    }
    value->name = word;
    ha_load_refer(loading, HA_SCOPE_VARIABLES + setting->driver,
                  ha_read_place(&loading->reader, string), word);
    return true;
}

/* A whole number without superfluous signs and digits. */
static bool read_digits(const char *text, int64_t *number)
{
    const char *digits = text + (*text == '-');
    size_t length = strspn(digits, "0123456789");
    return length && !digits[length] && (length == 1 || *digits != '0')
        && ha_word_number(text, number);
}

/* A status or a state by its documented name. */
static bool read_named(const char *text, int64_t *number)
{
    int32_t nt_status;
    if (ha_word_status(text, &nt_status)) {
        *number = nt_status;
        return true;
    }
    for (unsigned state = HA_STATE_START; state <= HA_STATE_FAILURE; state++) {
        if (!strcmp(text, ha_state_name(state))) {
            *number = state;
            return true;
        }
    }
    return false;
}

static void complain_of_word(struct ha_reader *reader, struct ha_node string, const char *text,
                             const char *nearest)
{
    if (nearest)
        ha_read_no_such(reader, ha_read_place(reader, string), "value", text, nearest);
    else
        HA_COMPLAIN(reader, string, "%s is no value: that is a number, or a name with a $ before "
                    "it, as \"$processor\"", ha_quote(text).text);
}

bool ha_load_value_text(struct ha_loading *loading, const struct ha_setting *setting,
                        struct ha_node string, const char *text, int64_t least, int64_t most,
                        struct ha_value *value)
{
    struct ha_reader *reader = &loading->reader;
    if (*text == '$')
        return read_dollar(loading, setting, string, text + 1, value);
    if (!read_digits(text, &value->number)) {
        complain_of_word(reader, string, text, NULL);
        return false;
    }
    if (value->number >= least && value->number <= most)
        return true;
    HA_COMPLAIN(reader, string, "%s must be from %" PRId64 " to %" PRId64, text, least, most);
    return false;
}

bool ha_load_value(struct ha_loading *loading, const struct ha_setting *setting,
                   struct ha_node node, int64_t least, int64_t most, struct ha_value *value)
{
    struct ha_reader *reader = &loading->reader;
    if (ha_node_kind(node) == HA_JSON_NUMBER)
        return ha_read_whole(reader, node, least, most, &value->number);
    const char *text = ha_read_string(reader, node);
    return text && ha_load_value_text(loading, setting, node, text, least, most, value);
}

const char *ha_load_variable(struct ha_loading *loading, const struct ha_setting *setting,
                             struct ha_node string)
{
    const char *name = ha_read_name(&loading->reader, string);
    if (!name)
        return NULL;
    if (kind_of(name) != HA_VALUE_OWN) {
        HA_COMPLAIN(&loading->reader, string, "\"$%s\" has a meaning already: the variable needs "
                    "another name", name);
        return NULL;
    }
    ha_load_give(loading, HA_SCOPE_VARIABLES + setting->driver, name, 0);
    return name;
}

/* A slot out of a text that may be cut up and outlives the loading. */
static bool read_slot(struct ha_loading *loading, const struct ha_setting *setting,
                      struct ha_node string, char *text, const char **table,
                      struct ha_value *value, bool *whole)
{
    struct ha_reader *reader = &loading->reader;
    char *bracket = strchr(text, '['), *end = text + strlen(text);
    bool alone = whole && !bracket;
    if (bracket)
        *bracket = '\0';
    if (!ha_word_is_name(text, strlen(text)) || (!bracket && !whole)
        || (bracket && (end - bracket < 3 || end[-1] != ']'))) {
        HA_COMPLAIN(reader, string, "a slot of a table is written as \"TABLE[VALUE]\", for "
                    "instance \"t[$processor]\" or \"t[4]\"");
        return false;
    }
    *table = text;
    ha_load_refer(loading, HA_SCOPE_TABLES + setting->driver,
                      ha_read_place(&loading->reader, string), text);
    if (whole)
        *whole = alone;
    if (alone)
        return true;
    end[-1] = '\0';
    return ha_load_value_text(loading, setting, string, bracket + 1, 0, MOST_INDEX, value);
}

/* A piece of a string for good. */
static char *copy_of(struct ha_reader *reader, const char *bytes, size_t length)
{
    char *copy = ha_bag_copy(&reader->bag, bytes, length);
    reader->no_memory |= !copy;
    return copy;
}

bool ha_load_slot(struct ha_loading *loading, const struct ha_setting *setting,
                  struct ha_node string, const char **table, struct ha_value *value, bool *whole)
{
    const char *text = ha_node_string(string);
    char *copy = copy_of(&loading->reader, text, strlen(text));
    return copy && read_slot(loading, setting, string, copy, table, value, whole);
}

/* The comparison at the start of a text, and how long it is there; 0 for none. */
static size_t read_comparison(const char *text, enum ha_comparison *comparison)
{
    static const struct { const char *sign; enum ha_comparison comparison; } comparisons[] = {
        {"==", HA_EQUAL}, {"!=", HA_NOT_EQUAL}, {"<=", HA_LESS_OR_EQUAL},
        {">=", HA_GREATER_OR_EQUAL}, {"<", HA_LESS}, {">", HA_GREATER},
    };
    for (size_t i = 0; i < sizeof comparisons / sizeof comparisons[0]; i++) {
        size_t length = strlen(comparisons[i].sign);
        if (!strncmp(text, comparisons[i].sign, length)) {
            *comparison = comparisons[i].comparison;
            return length;
        }
    }
    return 0;
}

/* One side of a comparison; a word that is neither number nor variable may be a misspelt name. */
static void read_side(struct ha_loading *loading, const struct ha_setting *setting,
                      struct ha_node string, const char *text, size_t length,
                      struct ha_value *value)
{
    const char *side = copy_of(&loading->reader, text, length), *nearest = NULL;
    if (!side || read_named(side, &value->number))
        return;
    for (unsigned state = HA_STATE_START; state <= HA_STATE_FAILURE; state++) {
        nearest = ha_word_nearer(side, nearest, ha_state_name(state));
        if (strcmp(side, ha_state_short(state)) != 0)
            continue;
        nearest = ha_state_name(state);     /* calls are written with the short one */
        break;
    }
    if (!nearest)
        nearest = ha_status_nearest(side);
    if (nearest && *side != '$')
        complain_of_word(&loading->reader, string, side, nearest);
    else
        ha_load_value_text(loading, setting, string, side, -MOST_EXACT, MOST_EXACT, value);
}

void ha_load_condition(struct ha_loading *loading, const struct ha_setting *setting,
                       struct ha_node string, struct ha_condition *condition)
{
    const char *text = ha_node_string(string);
    size_t negation = *text == '!';
    size_t left = strcspn(text + negation, "=!<>") + negation;
    size_t sign = read_comparison(text + left, &condition->comparison);
    const char *right = text + left + sign;

    if (!text[left] && strchr(text, '[')) {
        char *slot = copy_of(&loading->reader, text + negation, strlen(text + negation));
        condition->comparison = negation ? HA_SLOT_NOT_TAKEN : HA_SLOT_TAKEN;
        if (slot)
            read_slot(loading, setting, string, slot, &condition->table, &condition->left, NULL);
        return;
    }
    while (left && text[left - 1] == ' ')
        left--;
    right += strspn(right, " ");
    size_t length = strcspn(right, " ");
    if (!sign || !left || negation || !length || right[length]) {
        HA_COMPLAIN(&loading->reader, string, "a condition reads \"t[4]\", \"!t[4]\" or \"LEFT == "
                    "RIGHT\", with !=, <, <=, > or >= for ==");
        return;
    }
    read_side(loading, setting, string, text, left, &condition->left);
    read_side(loading, setting, string, right, length, &condition->right);
}
