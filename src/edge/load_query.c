/*
 * load_query - what a driver asks the kernel
 *
 * Owns the options of the step "query": which routine takes which, and how they are written.
 */
#include <string.h>

#include "base/names.h"
#include "edge/load_parts.h"
#include "edge/load_words.h"

#define ALL_GROUPS 0xffff           /* ALL_PROCESSOR_GROUPS */

/* The option that says what a routine is asked about; HA_QUERY_OPTIONS when nothing does. */
static unsigned option_of(unsigned routine)
{
    switch (routine) {
    case HA_RT_ACTIVE_COUNT_EX:
    case HA_RT_MAXIMUM_COUNT_EX:
    case HA_RT_GROUP_AFFINITY: return HA_QUERY_GROUP;
    case HA_RT_NUMBER_FROM_INDEX: return HA_QUERY_INDEX;
    case HA_RT_INDEX_FROM_NUMBER: return HA_QUERY_NUMBER;
    case HA_RT_NODE_AFFINITY:
    case HA_RT_NODE_AFFINITY2:
    case HA_RT_NODE_ACTIVE_COUNT:
    case HA_RT_NODE_MAXIMUM_COUNT: return HA_QUERY_NODE;
    case HA_RT_LOGICAL_RELATIONSHIP: return HA_QUERY_RELATION;
    default: return HA_QUERY_OPTIONS;
    }
}

/* LOGICAL_PROCESSOR_RELATIONSHIP. Source: WDK reference, ntdef.h. */
static const struct { const char *name; uint32_t value; } relations[] = {
    {"RelationProcessorCore", 0}, {"RelationNumaNode", 1}, {"RelationCache", 2},
    {"RelationProcessorPackage", 3}, {"RelationGroup", 4}, {"RelationProcessorDie", 5},
    {"RelationNumaNodeEx", 6}, {"RelationProcessorModule", 7}, {"RelationAll", 0xffff},
};

#define RELATIONS (sizeof relations / sizeof relations[0])

static void read_relation(struct ha_reader *reader, struct ha_node node, struct ha_value *value)
{
    const char *names[RELATIONS];
    size_t choice;
    if (ha_node_kind(node) == HA_JSON_NUMBER) {
        ha_read_whole(reader, node, 0, UINT16_MAX, &value->number);
        return;
    }
    for (size_t i = 0; i < RELATIONS; i++)
        names[i] = relations[i].name;
    if (ha_read_choice(reader, node, "relation", names, RELATIONS, &choice))
        value->number = relations[choice].value;
}

/* "GROUP:NUMBER", either of which may be a value with a $. */
static void read_pair(struct ha_loading *loading, const struct ha_setting *setting,
                      struct ha_node string, struct ha_step *step)
{
    struct ha_reader *reader = &loading->reader;
    const char *text = ha_node_string(string), *colon = strchr(text, ':');
    if (!colon || colon == text || !colon[1]) {
        HA_COMPLAIN(reader, string, "%s is no processor number: that is GROUP:NUMBER, as \"0:4\"",
                    ha_quote(text).text);
        return;
    }
    const char *group = ha_bag_copy(&reader->bag, text, (size_t)(colon - text));
    const char *number = ha_bag_copy(&reader->bag, colon + 1, strlen(colon + 1));
    if (!group || !number) {
        reader->no_memory = true;
        return;
    }
    if (ha_load_value_text(loading, setting, string, group, 0, UINT16_MAX, &step->value))
        ha_load_value_text(loading, setting, string, number, 0, UINT8_MAX, &step->second);
}

static void read_option(struct ha_loading *loading, const struct ha_setting *setting,
                        unsigned option, struct ha_node node, struct ha_step *step)
{
    static const char *const groups[] = {"ALL_PROCESSOR_GROUPS"};
    struct ha_reader *reader = &loading->reader;
    bool is_word = ha_node_kind(node) == HA_JSON_STRING && *ha_node_string(node) != '$';
    size_t choice;
    if (option == HA_QUERY_NUMBER)
        read_pair(loading, setting, node, step);
    else if (option == HA_QUERY_RELATION)
        read_relation(reader, node, &step->value);
    else if (option != HA_QUERY_GROUP || !is_word)
        ha_load_value(loading, setting, node, 0,
                      option == HA_QUERY_INDEX ? UINT32_MAX : UINT16_MAX, &step->value);
    else if (ha_read_choice(reader, node, "group", groups, 1, &choice))
        step->value.number = ALL_GROUPS;
}

void ha_load_query(struct ha_loading *loading, const struct ha_setting *setting,
                   struct ha_node value, const struct ha_key *keys,
                   const struct ha_member *option, struct ha_step *step)
{
    struct ha_reader *reader = &loading->reader;
    const char *word = ha_node_string(value), *nearest = NULL;
    unsigned routine = ha_routine_find(word);
    if (routine < HA_RT_ACTIVE_COUNT) {
        for (unsigned i = HA_RT_ACTIVE_COUNT; i < HA_ROUTINE_COUNT; i++)
            nearest = ha_word_nearer(word, nearest, ha_routine_name(i));
        ha_read_no_such(reader, ha_read_place(reader, value), "query routine", word, nearest);
        return;
    }
    step->routine = routine;
    for (unsigned i = 0; i < HA_QUERY_OPTIONS; i++) {
        bool wanted = i == option_of(routine);
        if (wanted && !option[i].here.json && !option[i].misspelt)
            HA_COMPLAIN(reader, value, "%s needs the key \"%s\"", word, keys[i].name);
        else if (!wanted && option[i].here.json)
            HA_COMPLAIN_OF_KEY(reader, option[i].here, "%s does not take \"%s\"", word,
                               keys[i].name);
        else if (wanted && option[i].value.json)
            read_option(loading, setting, i, option[i].value, step);
    }
}
