/*
 * load_steps - what a scripted driver does, one step after the other
 *
 * Owns the notation of a step: an object with one verb, which says what is done, and the options
 * of that verb.
 */
#include <string.h>

#include "base/names.h"
#include "edge/load_parts.h"
#include "edge/load_words.h"

#define ADD_EXISTING 1u             /* KE_PROCESSOR_CHANGE_ADD_EXISTING */
#define ALL_GROUPS 0xffffu          /* ALL_PROCESSOR_GROUPS */

/* The verbs come first and are numbered as enum ha_step_kind. */
enum {
    AS = HA_STEP_KIND_COUNT, FLAGS, FUNCTION, GROUP, INDEX, NUMBER, KNOWN
};

/* What follows the options is for later. */
static const struct ha_key keys[] = {
    [HA_STEP_REGISTER] = {"register", HA_JSON_STRING, false},
    [HA_STEP_DEREGISTER] = {"deregister", HA_JSON_STRING | HA_JSON_NULL, false},
    [HA_STEP_SET_OPERATION_STATUS] = {"set_operation_status", HA_JSON_STRING, false},
    [HA_STEP_MODIFY_CONTEXT] = {"modify_context", HA_JSON_BOOL, false},
    [HA_STEP_QUERY] = {"query", HA_JSON_STRING, false},
    [HA_STEP_WAIT] = {"wait", HA_JSON_STRING, false},
    [HA_STEP_SIGNAL] = {"signal", HA_JSON_STRING, false},
    [HA_STEP_RETURN] = {"return", HA_JSON_STRING, false},
    [HA_STEP_TABLE] = HA_KEY_LATER("table"),
    [HA_STEP_ALLOCATE] = HA_KEY_LATER("allocate"),
    [HA_STEP_FREE] = HA_KEY_LATER("free"),
    [HA_STEP_USE] = HA_KEY_LATER("use"),
    [HA_STEP_SET] = HA_KEY_LATER("set"),
    [HA_STEP_RAISE_IRQL] = HA_KEY_LATER("raise_irql"),
    [HA_STEP_LOWER_IRQL] = HA_KEY_LATER("lower_irql"),
    [HA_STEP_FOR_EACH] = HA_KEY_LATER("for_each"),
    [HA_STEP_IF] = HA_KEY_LATER("if"),
    [AS] = {"as", HA_JSON_STRING, false},
    [FLAGS] = {"flags", HA_JSON_NUMBER | HA_JSON_STRING | HA_JSON_ARRAY, false},
    [FUNCTION] = {"function", HA_JSON_NULL, false},
    [GROUP] = {"group", HA_JSON_NUMBER | HA_JSON_STRING, false},
    [INDEX] = {"index", HA_JSON_NUMBER, false},
    [NUMBER] = {"number", HA_JSON_STRING, false},
    HA_KEY_LATER("class"), HA_KEY_LATER("set_affinity"), HA_KEY_LATER("revert_affinity"),
    HA_KEY_LATER("queue_dpc"), HA_KEY_LATER("queue_work"), HA_KEY_LATER("start_thread"),
    HA_KEY_LATER("if_fails"),
};

#define KEYS (sizeof keys / sizeof keys[0])

/* A step that is being read. */
struct reading {
    struct ha_loading *loading;
    struct ha_reader *reader;
    struct ha_node node;
    struct ha_member member[KEYS];
    uint32_t driver;
    bool in_handler;
};

static void read_flag(struct ha_reader *reader, struct ha_node name, uint32_t *flags)
{
    static const char *const names[] = {"KE_PROCESSOR_CHANGE_ADD_EXISTING"};
    size_t choice;
    if (ha_read_choice(reader, name, "flag", names, 1, &choice))
        *flags |= ADD_EXISTING;
}

static void read_flags(struct ha_reader *reader, struct ha_node node, uint32_t *flags)
{
    switch (ha_node_kind(node)) {
    case HA_JSON_NUMBER:
        ha_read_number(reader, node, 0, UINT32_MAX, flags);
        break;
    case HA_JSON_STRING:
        read_flag(reader, node, flags);
        break;
    default:
        for (struct ha_node item = ha_node_first(node); item.json;
             item = ha_node_next(&reader->tree, item))
            if (ha_read_kind(reader, item, HA_JSON_STRING))
                read_flag(reader, item, flags);
    }
}

static void read_register(struct reading *r, struct ha_node value, struct ha_step *step)
{
    static const char *const kinds[] = {"processor-change"};
    struct ha_node as = r->member[AS].value;
    size_t kind;

    if (!strcmp(ha_node_string(value), "device-interface"))
        HA_COMPLAIN(r->reader, value, "\"device-interface\" is not simulated yet");
    else
        ha_read_choice(r->reader, value, "notification", kinds, 1, &kind);
    step->null_function = r->member[FUNCTION].here.json;
    if (r->member[FLAGS].value.json)
        read_flags(r->reader, r->member[FLAGS].value, &step->flags);
    if (!r->member[AS].here.json)
        HA_COMPLAIN(r->reader, r->node, "\"register\" needs \"as\", the name of the registration");
    if (!as.json || !(step->name = ha_read_name(r->reader, as)))
        return;
    switch (ha_names_add(&r->loading->names, r->driver, step->name, 0)) {
    case HA_EINVAL:
        HA_COMPLAIN(r->reader, as, "the driver has another registration called \"%s\"",
                    step->name);
        break;
    case HA_ENOMEM:
        r->reader->no_memory = true;
        break;
    }
}

static void read_deregister(struct reading *r, struct ha_node value, struct ha_step *step)
{
    if (ha_node_kind(value) == HA_JSON_NULL)
        return;
    const char *text = ha_read_string(r->reader, value);
    const char *point = text ? strchr(text, '.') : NULL;
    uint32_t owner = r->driver;
    if (!text)
        return;

    step->name = point ? point + 1 : text;
    if (point) {
        char *name = ha_bag_copy(&r->reader->bag, text, (size_t)(point - text));
        if (!name) {
            r->reader->no_memory = true;
            return;
        }
        if (!ha_load_driver(r->loading, value, name, &owner))
            return;
        step->driver = owner == r->driver ? NULL : name;
    }
    ha_load_refer(r->loading, value, owner, step->name);
}

static void read_status(struct reading *r, struct ha_node value, struct ha_step *step)
{
    ha_read_status(r->reader, value, &step->nt_status);
}

static void read_modify_context(struct reading *r, struct ha_node value, struct ha_step *step)
{
    (void)step;
    if (!ha_node_is_true(value))
        HA_COMPLAIN(r->reader, value, "must be true: leave the step out instead");
}

static void read_event_name(struct reading *r, struct ha_node value, struct ha_step *step)
{
    step->name = ha_read_string(r->reader, value);
}

/* The option that a query's argument is given by; none for those without argument. */
static unsigned argument_of(unsigned routine)
{
    switch (routine) {
    case HA_RT_ACTIVE_COUNT_EX:
    case HA_RT_MAXIMUM_COUNT_EX:
    case HA_RT_GROUP_AFFINITY: return GROUP;
    case HA_RT_NUMBER_FROM_INDEX: return INDEX;
    case HA_RT_INDEX_FROM_NUMBER: return NUMBER;
    default: return KNOWN;
    }
}

static void read_argument(struct ha_reader *reader, unsigned option, struct ha_node node,
                          struct ha_step *step)
{
    static const char *const groups[] = {"ALL_PROCESSOR_GROUPS"};
    uint32_t first = 0, number = 0;
    size_t choice;
    if (option == NUMBER)
        ha_read_pair(reader, node, &first, &number);
    else if (ha_node_kind(node) == HA_JSON_NUMBER)
        ha_read_number(reader, node, 0, option == GROUP ? UINT16_MAX : UINT32_MAX, &first);
    else if (ha_read_choice(reader, node, "group", groups, 1, &choice))
        first = ALL_GROUPS;
    step->value.number = first;
    step->second.number = number;
}

static void read_query(struct reading *r, struct ha_node value, struct ha_step *step)
{
    const char *word = ha_node_string(value), *nearest = NULL;
    unsigned routine = ha_routine_find(word);
    if (routine < HA_RT_ACTIVE_COUNT) {
        for (unsigned i = HA_RT_ACTIVE_COUNT; i < HA_ROUTINE_COUNT; i++)
            nearest = ha_word_nearer(word, nearest, ha_routine_name(i));
        ha_read_no_such(r->reader, value, "query routine", word, nearest);
        return;
    }
    step->routine = routine;
    for (unsigned option = GROUP; option <= NUMBER; option++) {
        bool wanted = option == argument_of(routine);
        if (wanted && !r->member[option].here.json)
            HA_COMPLAIN(r->reader, value, "%s needs the key \"%s\"", word, keys[option].name);
        else if (!wanted && r->member[option].here.json)
            HA_COMPLAIN_OF_KEY(r->reader, r->member[option].here, "%s does not take \"%s\"", word,
                               keys[option].name);
        else if (wanted && r->member[option].value.json)
            read_argument(r->reader, option, r->member[option].value, step);
    }
}

#define OPTION(key) (1u << (key))

static const struct {
    void (*read)(struct reading *r, struct ha_node value, struct ha_step *step);
    unsigned options;           /* set of OPTION */
    bool in_handlers_only;
} verbs[HA_STEP_KIND_COUNT] = {
    [HA_STEP_REGISTER] = {read_register, OPTION(AS) | OPTION(FLAGS) | OPTION(FUNCTION), false},
    [HA_STEP_DEREGISTER] = {read_deregister, 0, false},
    [HA_STEP_SET_OPERATION_STATUS] = {read_status, 0, true},
    [HA_STEP_MODIFY_CONTEXT] = {read_modify_context, 0, true},
    [HA_STEP_QUERY] = {read_query, OPTION(GROUP) | OPTION(INDEX) | OPTION(NUMBER), false},
    [HA_STEP_WAIT] = {read_event_name, 0, false},
    [HA_STEP_SIGNAL] = {read_event_name, 0, false},
    [HA_STEP_RETURN] = {read_status, 0, false},
};

/* The one verb of a step; HA_STEP_KIND_COUNT, with a complaint, when it is not one. A key that is
 * unknown or for later has been complained of, and is taken for the verb when there is no other. */
static unsigned verb_of(struct reading *r, bool all_known)
{
    unsigned verb = HA_STEP_KIND_COUNT;
    for (unsigned k = 0; k < HA_STEP_KIND_COUNT; k++) {
        if (!r->member[k].here.json)
            continue;
        if (verb != HA_STEP_KIND_COUNT) {
            HA_COMPLAIN_OF_KEY(r->reader, r->member[k].here,
                               "a step does one thing: \"%s\" or \"%s\"", keys[verb].name,
                               keys[k].name);
            return HA_STEP_KIND_COUNT;
        }
        verb = k;
    }
    if (verb == HA_STEP_KIND_COUNT && all_known)
        HA_COMPLAIN(r->reader, r->node, "this step does nothing: it needs a key as \"register\", "
                    "\"query\" or \"return\"");
    return verb;
}

static void load_step(struct reading *r, struct ha_step *step)
{
    if (!ha_read_kind(r->reader, r->node, HA_JSON_OBJECT))
        return;
    bool all_known = ha_read_members(r->reader, r->node, keys, KEYS, r->member);
    unsigned verb = verb_of(r, all_known);
    if (verb == HA_STEP_KIND_COUNT)
        return;

    for (unsigned k = AS; k < KNOWN; k++)
        if (r->member[k].here.json && !(verbs[verb].options & OPTION(k)))
            HA_COMPLAIN_OF_KEY(r->reader, r->member[k].here, "\"%s\" does not take \"%s\"",
                               keys[verb].name, keys[k].name);
    if (verbs[verb].in_handlers_only && !r->in_handler)
        HA_COMPLAIN(r->reader, r->node, "\"%s\" belongs into a handler: only a callback has a "
                    "context and a status variable", keys[verb].name);
    step->kind = (enum ha_step_kind)verb;
    if (r->member[verb].value.json)
        verbs[verb].read(r, r->member[verb].value, step);
}

struct ha_steps ha_load_steps(struct ha_loading *loading, struct ha_node list, uint32_t driver,
                              bool in_handler)
{
    struct reading r = {.loading = loading, .reader = &loading->reader, .driver = driver,
                        .in_handler = in_handler};
    size_t count = ha_node_count(list), i = 0;
    struct ha_step *step = ha_read_take(r.reader, count, sizeof *step);
    if (!step)
        return (struct ha_steps){NULL, 0};

    for (r.node = ha_node_first(list); r.node.json;
         r.node = ha_node_next(&r.reader->tree, r.node))
        load_step(&r, &step[i++]);
    return (struct ha_steps){step, count};
}
