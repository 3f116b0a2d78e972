/*
 * load_steps - what a scripted driver does, one step after the other
 *
 * Owns the notation of a step: an object with one verb, which says what is done, and the options
 * of that verb. Steps may hold lists of steps; the depth of the file bounds that.
 */
#include <string.h>

#include "base/names.h"
#include "edge/load_parts.h"
#include "edge/load_words.h"

#define MOST_SLOTS ((int64_t)1 << 20)   /* of a table: what the simulator takes */
#define MOST_POOL ((uint32_t)1 << 20)
#define POOL_BYTES 64u              /* of an allocation that does not say */
#define MOST_TAG 4u                 /* characters of a tag */
#define MOST_SET ((int64_t)1 << 53) /* what a double holds exactly */

/* The verbs come first and are numbered as enum ha_step_kind; then come their options. */
enum {
    AS = HA_STEP_KIND_COUNT, FLAGS, FUNCTION, QUERY, INTO = QUERY + HA_QUERY_OPTIONS, SIZE, TAG,
    OFFSET, TO, DO, THEN, ELSE, IF_FAILS, KNOWN
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
    [HA_STEP_TABLE] = {"table", HA_JSON_STRING, false},
    [HA_STEP_ALLOCATE] = {"allocate", HA_JSON_STRING, false},
    [HA_STEP_FREE] = {"free", HA_JSON_STRING, false},
    [HA_STEP_USE] = {"use", HA_JSON_STRING, false},
    [HA_STEP_SET] = {"set", HA_JSON_STRING, false},
    [HA_STEP_RAISE_IRQL] = {"raise_irql", HA_JSON_NUMBER | HA_JSON_STRING, false},
    [HA_STEP_LOWER_IRQL] = {"lower_irql", HA_JSON_NUMBER | HA_JSON_STRING, false},
    [HA_STEP_FOR_EACH] = {"for_each", HA_JSON_STRING, false},
    [HA_STEP_IF] = {"if", HA_JSON_STRING, false},
    [AS] = {"as", HA_JSON_STRING, false},
    [FLAGS] = {"flags", HA_JSON_NUMBER | HA_JSON_STRING | HA_JSON_ARRAY, false},
    [FUNCTION] = {"function", HA_JSON_NULL, false},
    [QUERY + HA_QUERY_GROUP] = {"group", HA_JSON_NUMBER | HA_JSON_STRING, false},
    [QUERY + HA_QUERY_INDEX] = {"index", HA_JSON_NUMBER | HA_JSON_STRING, false},
    [QUERY + HA_QUERY_NUMBER] = {"number", HA_JSON_STRING, false},
    [QUERY + HA_QUERY_NODE] = {"node", HA_JSON_NUMBER | HA_JSON_STRING, false},
    [QUERY + HA_QUERY_RELATION] = {"relation", HA_JSON_NUMBER | HA_JSON_STRING, false},
    [INTO] = {"into", HA_JSON_STRING, false},
    [SIZE] = {"size", HA_JSON_NUMBER | HA_JSON_STRING, false},
    [TAG] = {"tag", HA_JSON_STRING, false},
    [OFFSET] = {"offset", HA_JSON_NUMBER, false},
    [TO] = {"to", HA_JSON_NUMBER | HA_JSON_STRING, false},
    [DO] = {"do", HA_JSON_ARRAY, false},
    [THEN] = {"then", HA_JSON_ARRAY, false},
    [ELSE] = {"else", HA_JSON_ARRAY, false},
    [IF_FAILS] = {"if_fails", HA_JSON_ARRAY, false},
    HA_KEY_LATER("class"), HA_KEY_LATER("set_affinity"), HA_KEY_LATER("revert_affinity"),
    HA_KEY_LATER("queue_dpc"), HA_KEY_LATER("queue_work"), HA_KEY_LATER("start_thread"),
};

#define KEYS (sizeof keys / sizeof keys[0])

/* A step that is being read. */
struct reading {
    struct ha_loading *loading;
    struct ha_reader *reader;
    const struct ha_setting *setting;
    struct ha_node node;
    struct ha_member member[KEYS];
};

static void read_register(struct reading *r, struct ha_node value, struct ha_step *step)
{
    if (r->setting->in_for_each)
        HA_COMPLAIN(r->reader, r->node, "\"register\" cannot be repeated by a \"for_each\": there "
                    "is one registration of a name");
    step->null_function = r->member[FUNCTION].here.json;
    ha_load_register(r->loading, r->setting->driver, value, r->member[AS].value,
                     r->member[FLAGS].value, step);
}

static void read_deregister(struct reading *r, struct ha_node value, struct ha_step *step)
{
    ha_load_deregister(r->loading, r->setting->driver, value, step);
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

static void read_query(struct reading *r, struct ha_node value, struct ha_step *step)
{
    ha_load_query(r->loading, r->setting, value, keys + QUERY, r->member + QUERY, step);
    if (r->member[INTO].value.json)
        step->name = ha_load_variable(r->loading, r->setting, r->member[INTO].value);
}

/* The same table may be made more than once, in an entry or after it was freed. */
static void read_table(struct reading *r, struct ha_node value, struct ha_step *step)
{
    step->name = ha_read_name(r->reader, value);
    if (step->name)
        ha_load_give(r->loading, HA_SCOPE_TABLES + r->setting->driver, step->name, 0);
    if (r->member[SIZE].value.json)
        ha_load_value(r->loading, r->setting, r->member[SIZE].value, 1, MOST_SLOTS, &step->value);
}

/* The first character is the lowest byte, which pool tools print first. */
static void read_tag(struct ha_reader *reader, struct ha_node string, uint32_t *tag)
{
    const char *text = ha_node_string(string);
    size_t length = strlen(text);
    bool printable = length >= 1 && length <= MOST_TAG;
    uint32_t value = 0;
    for (size_t i = 0; printable && i < length; i++) {
        printable = text[i] >= ' ' && text[i] <= '~';
        value |= (uint32_t)(unsigned char)text[i] << 8 * i;
    }
    if (printable)
        *tag = value;
    else
        HA_COMPLAIN(reader, string, "%s is no pool tag: that is 1 to 4 printable ASCII characters",
                    ha_quote(text).text);
}

static void read_allocate(struct reading *r, struct ha_node value, struct ha_step *step)
{
    struct ha_node size = r->member[SIZE].value;
    step->size = POOL_BYTES;
    step->tag = HA_POOL_SCRIPT_TAG;
    ha_load_slot(r->loading, r->setting, value, &step->name, &step->value, NULL);
    if (size.json && ha_read_kind(r->reader, size, HA_JSON_NUMBER))
        ha_read_number(r->reader, size, 1, MOST_POOL, &step->size);
    if (r->member[TAG].value.json)
        read_tag(r->reader, r->member[TAG].value, &step->tag);
}

static void read_free(struct reading *r, struct ha_node value, struct ha_step *step)
{
    ha_load_slot(r->loading, r->setting, value, &step->name, &step->value, &step->whole);
    if (r->member[TAG].value.json)
        read_tag(r->reader, r->member[TAG].value, &step->tag);
}

static void read_use(struct reading *r, struct ha_node value, struct ha_step *step)
{
    ha_load_slot(r->loading, r->setting, value, &step->name, &step->value, NULL);
    if (r->member[OFFSET].value.json)
        ha_read_number(r->reader, r->member[OFFSET].value, 0, MOST_POOL, &step->offset);
}

static void read_set(struct reading *r, struct ha_node value, struct ha_step *step)
{
    step->name = ha_load_variable(r->loading, r->setting, value);
    if (r->member[TO].value.json)
        ha_load_value(r->loading, r->setting, r->member[TO].value, -MOST_SET, MOST_SET,
                      &step->value);
}

static void read_irql(struct reading *r, struct ha_node value, struct ha_step *step)
{
    /* Source: WDK reference, wdm.h, KIRQL on 64-bit systems. */
    static const char *const names[] = {
        "PASSIVE_LEVEL", "APC_LEVEL", "DISPATCH_LEVEL", "HIGH_LEVEL",
    };
    static const uint8_t irqls[] = {0, 1, 2, 15};
    size_t choice;
    uint32_t number;
    if (ha_node_kind(value) == HA_JSON_NUMBER) {
        if (ha_read_number(r->reader, value, 0, 15, &number))
            step->irql = (uint8_t)number;
    } else if (ha_read_choice(r->reader, value, "IRQL", names, 4, &choice)) {
        step->irql = irqls[choice];
    }
}

/* A list of steps within the step. */
static struct ha_steps load_inner(const struct reading *r, unsigned key, bool for_each)
{
    struct ha_setting setting = *r->setting;
    setting.in_for_each |= for_each;
    return r->member[key].value.json ? ha_load_steps(r->loading, r->member[key].value, &setting)
                                     : (struct ha_steps){NULL, 0};
}

static void read_for_each(struct reading *r, struct ha_node value, struct ha_step *step)
{
    static const char *const names[] = {
        [HA_EACH_ACTIVE] = "active", [HA_EACH_MAXIMUM] = "maximum", [HA_EACH_OF_GROUP] = "group 1",
    };
    const char *text = ha_node_string(value);
    size_t choice;
    if (!strncmp(text, "group ", 6)) {
        const char *group = ha_bag_copy(&r->reader->bag, text + 6, strlen(text + 6));
        step->each = HA_EACH_OF_GROUP;
        r->reader->no_memory |= !group;
        if (group)
            ha_load_value_text(r->loading, r->setting, value, group, 0, UINT16_MAX, &step->value);
    } else if (ha_read_choice(r->reader, value, "range of processors", names, 3, &choice)) {
        step->each = (uint8_t)choice;
    }
    step->body = load_inner(r, DO, true);
}

static void read_if(struct reading *r, struct ha_node value, struct ha_step *step)
{
    ha_load_condition(r->loading, r->setting, value, &step->condition);
    step->body = load_inner(r, THEN, false);
    step->otherwise = load_inner(r, ELSE, false);
}

#define OPTION(key) (1u << ((key) - AS))
#define QUERY_OPTIONS ((1u << (QUERY + HA_QUERY_OPTIONS - AS)) - OPTION(QUERY))

static const struct {
    void (*read)(struct reading *r, struct ha_node value, struct ha_step *step);
    unsigned needed, optional;  /* sets of OPTION */
    bool in_callbacks_only;
} verbs[HA_STEP_KIND_COUNT] = {
    [HA_STEP_REGISTER] = {read_register, OPTION(AS),
                          OPTION(FLAGS) | OPTION(FUNCTION) | OPTION(IF_FAILS), false},
    [HA_STEP_DEREGISTER] = {read_deregister, 0, 0, false},
    [HA_STEP_SET_OPERATION_STATUS] = {read_status, 0, 0, true},
    [HA_STEP_MODIFY_CONTEXT] = {read_modify_context, 0, 0, true},
    [HA_STEP_QUERY] = {read_query, 0, QUERY_OPTIONS | OPTION(INTO), false},
    [HA_STEP_WAIT] = {read_event_name, 0, OPTION(IF_FAILS), false},
    [HA_STEP_SIGNAL] = {read_event_name, 0, 0, false},
    [HA_STEP_RETURN] = {read_status, 0, 0, false},
    [HA_STEP_TABLE] = {read_table, OPTION(SIZE), OPTION(IF_FAILS), false},
    [HA_STEP_ALLOCATE] = {read_allocate, 0, OPTION(SIZE) | OPTION(TAG) | OPTION(IF_FAILS), false},
    [HA_STEP_FREE] = {read_free, 0, OPTION(TAG), false},
    [HA_STEP_USE] = {read_use, 0, OPTION(OFFSET), false},
    [HA_STEP_SET] = {read_set, OPTION(TO), 0, false},
    [HA_STEP_RAISE_IRQL] = {read_irql, 0, 0, false},
    [HA_STEP_LOWER_IRQL] = {read_irql, 0, 0, false},
    [HA_STEP_FOR_EACH] = {read_for_each, OPTION(DO), 0, false},
    [HA_STEP_IF] = {read_if, OPTION(THEN), OPTION(ELSE), false},
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

/* A verb gets the options that it needs, and no others. */
static void check_options(const struct reading *r, unsigned verb, bool all_known)
{
    unsigned needed = verbs[verb].needed, allowed = needed | verbs[verb].optional;
    for (unsigned k = AS; k < KNOWN; k++) {
        if (r->member[k].here.json && !(allowed & OPTION(k)))
            HA_COMPLAIN_OF_KEY(r->reader, r->member[k].here, "\"%s\" does not take \"%s\"",
                               keys[verb].name, keys[k].name);
        else if (!r->member[k].here.json && (needed & OPTION(k)) && all_known)
            HA_COMPLAIN(r->reader, r->node, "\"%s\" needs the key \"%s\"", keys[verb].name,
                        keys[k].name);
    }
}

static void load_step(struct reading *r, struct ha_step *step)
{
    if (!ha_read_kind(r->reader, r->node, HA_JSON_OBJECT))
        return;
    bool all_known = ha_read_members(r->reader, r->node, keys, KEYS, r->member);
    unsigned verb = verb_of(r, all_known);
    if (verb == HA_STEP_KIND_COUNT)
        return;

    check_options(r, verb, all_known);
    if (verbs[verb].in_callbacks_only && !r->setting->in_callback)
        HA_COMPLAIN(r->reader, r->node, "\"%s\" belongs into a handler: only a callback has a "
                    "context and a status variable", keys[verb].name);
    step->kind = (enum ha_step_kind)verb;
    if (r->member[verb].value.json)
        verbs[verb].read(r, r->member[verb].value, step);
    step->has_if_fails = r->member[IF_FAILS].here.json;
    step->if_fails = load_inner(r, IF_FAILS, false);
}

struct ha_steps ha_load_steps(struct ha_loading *loading, struct ha_node list,
                              const struct ha_setting *setting)
{
    struct reading r = {.loading = loading, .reader = &loading->reader, .setting = setting};
    size_t count = ha_node_count(list), i = 0;
    struct ha_step *step = ha_read_take(r.reader, count, sizeof *step);
    if (!step)
        return (struct ha_steps){NULL, 0};

    for (r.node = ha_node_first(list); r.node.json;
         r.node = ha_node_next(&r.reader->tree, r.node))
        load_step(&r, &step[i++]);
    return (struct ha_steps){step, count};
}
