/*
 * load_steps - what a scripted driver does, one step after the other
 *
 * Owns the notation of a step: an object with one verb, which says what is done, and the options
 * of that verb. Steps may hold lists of steps; the depth of the file bounds that.
 */
#include <string.h>

#include "edge/load_reading.h"

#define MOST_OBJECT_NAME 64u         /* characters */
#define MOST_SET ((int64_t)1 << 53) /* what a double holds exactly */

static const struct ha_key keys[HA_STEP_KEYS] = {
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
    [HA_STEP_SET_AFFINITY] = {"set_affinity", HA_JSON_OBJECT | HA_JSON_NUMBER | HA_JSON_STRING,
                              false},
    [HA_STEP_REVERT_AFFINITY] = {"revert_affinity", HA_JSON_BOOL | HA_JSON_STRING, false},
    [HA_STEP_QUEUE_DPC] = {"queue_dpc", HA_JSON_STRING, false},
    [HA_STEP_REMOVE_DPC] = {"remove_dpc", HA_JSON_STRING, false},
    [HA_STEP_FLUSH_DPCS] = {"flush_dpcs", HA_JSON_BOOL, false},
    [HA_STEP_QUEUE_WORK] = {"queue_work", HA_JSON_STRING, false},
    [HA_STEP_START_THREAD] = {"start_thread", HA_JSON_STRING, false},
    [HA_STEP_JOIN] = {"join", HA_JSON_STRING, false},
    [HA_STEP_NOTIFY] = {"notify", HA_JSON_STRING, false},
    [HA_STEP_PUBLISH] = {"publish", HA_JSON_STRING, false},
    [HA_STEP_WITHDRAW] = {"withdraw", HA_JSON_STRING, false},
    [HA_OPT_AS] = {"as", HA_JSON_STRING, false},
    [HA_OPT_CLASS] = {"class", HA_JSON_STRING, false},
    [HA_OPT_FLAGS] = {"flags", HA_JSON_NUMBER | HA_JSON_STRING | HA_JSON_ARRAY, false},
    [HA_OPT_FUNCTION] = {"function", HA_JSON_NULL, false},
    [HA_OPT_ROUTINE] = {"routine", HA_JSON_STRING, false},
    [HA_OPT_QUERY + HA_QUERY_GROUP] = {"group", HA_JSON_NUMBER | HA_JSON_STRING, false},
    [HA_OPT_QUERY + HA_QUERY_INDEX] = {"index", HA_JSON_NUMBER | HA_JSON_STRING, false},
    [HA_OPT_QUERY + HA_QUERY_NUMBER] = {"number", HA_JSON_STRING, false},
    [HA_OPT_QUERY + HA_QUERY_NODE] = {"node", HA_JSON_NUMBER | HA_JSON_STRING, false},
    [HA_OPT_QUERY + HA_QUERY_RELATION] = {"relation", HA_JSON_NUMBER | HA_JSON_STRING, false},
    [HA_OPT_INTO] = {"into", HA_JSON_STRING, false},
    [HA_OPT_SIZE] = {"size", HA_JSON_NUMBER | HA_JSON_STRING, false},
    [HA_OPT_TAG] = {"tag", HA_JSON_STRING, false},
    [HA_OPT_OFFSET] = {"offset", HA_JSON_NUMBER, false},
    [HA_OPT_TO] = {"to", HA_JSON_NUMBER | HA_JSON_STRING, false},
    [HA_OPT_PREVIOUS] = {"previous", HA_JSON_STRING, false},
    [HA_OPT_PROCESSOR] = {"processor", HA_JSON_NUMBER | HA_JSON_STRING, false},
    [HA_OPT_IMPORTANCE] = {"importance", HA_JSON_STRING, false},
    [HA_OPT_DO] = {"do", HA_JSON_ARRAY, false},
    [HA_OPT_THEN] = {"then", HA_JSON_ARRAY, false},
    [HA_OPT_ELSE] = {"else", HA_JSON_ARRAY, false},
    [HA_OPT_IF_FAILS] = {"if_fails", HA_JSON_ARRAY, false},
};

/* A step that only a handler of processor changes can do. */
static void need_context(struct ha_reading *r, struct ha_node value, enum ha_need need)
{
    if (r->setting->callback)
        ha_load_need(r->loading, HA_SCOPE_REGISTRATIONS + r->setting->driver,
                     ha_read_place(r->reader, value), r->setting->callback, need);
}

static void read_status(struct ha_reading *r, struct ha_node value, struct ha_step *step)
{
    ha_read_status(r->reader, value, &step->nt_status);
}

static void read_set_status(struct ha_reading *r, struct ha_node value, struct ha_step *step)
{
    read_status(r, value, step);
    need_context(r, value, HA_NEED_OPERATION_STATUS);
}

void ha_read_true(struct ha_reading *r, struct ha_node value, struct ha_step *step)
{
    (void)step;
    if (!ha_node_is_true(value))
        HA_COMPLAIN(r->reader, value, "must be true: leave the step out instead");
}

static void read_modify(struct ha_reading *r, struct ha_node value, struct ha_step *step)
{
    ha_read_true(r, value, step);
    need_context(r, value, HA_NEED_CONTEXT);
}

static void read_event_name(struct ha_reading *r, struct ha_node value, struct ha_step *step)
{
    step->name = ha_read_string(r->reader, value);
}

static void read_object_name(struct ha_reading *r, struct ha_node value, struct ha_step *step)
{
    size_t length = 0;
    step->name = ha_read_string(r->reader, value);
    if (!step->name)
        return;
    while (step->name[length] >= ' ' && step->name[length] < 0x7f)
        length++;
    if (step->name[length] || length > MOST_OBJECT_NAME)
        HA_COMPLAIN(r->reader, value, "the name of an object is up to %u printable ASCII "
                    "characters", MOST_OBJECT_NAME);
}

static void read_query(struct ha_reading *r, struct ha_node value, struct ha_step *step)
{
    ha_load_query(r->loading, r->setting, value, keys + HA_OPT_QUERY, r->member + HA_OPT_QUERY,
                  step);
    if (r->member[HA_OPT_INTO].value.json)
        step->name = ha_load_variable(r->loading, r->setting, r->member[HA_OPT_INTO].value);
}

static void read_set(struct ha_reading *r, struct ha_node value, struct ha_step *step)
{
    step->name = ha_load_variable(r->loading, r->setting, value);
    if (r->member[HA_OPT_TO].value.json)
        ha_load_value(r->loading, r->setting, r->member[HA_OPT_TO].value, -MOST_SET, MOST_SET,
                      &step->value);
}

static void read_irql(struct ha_reading *r, struct ha_node value, struct ha_step *step)
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

struct ha_steps ha_read_inner(const struct ha_reading *r, enum ha_step_option option,
                              const struct ha_setting *setting)
{
    struct ha_node list = r->member[option].value;
    return list.json ? ha_load_steps(r->loading, list, setting) : (struct ha_steps){NULL, 0};
}

static void read_for_each(struct ha_reading *r, struct ha_node value, struct ha_step *step)
{
    static const char *const names[] = {
        [HA_EACH_ACTIVE] = "active", [HA_EACH_MAXIMUM] = "maximum", [HA_EACH_OF_GROUP] = "group 1",
    };
    const char *text = ha_node_string(value);
    struct ha_setting setting = *r->setting;
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
    setting.in_for_each = true;
    step->body = ha_read_inner(r, HA_OPT_DO, &setting);
}

static void read_if(struct ha_reading *r, struct ha_node value, struct ha_step *step)
{
    ha_load_condition(r->loading, r->setting, value, &step->condition);
    step->body = ha_read_inner(r, HA_OPT_THEN, r->setting);
    step->otherwise = ha_read_inner(r, HA_OPT_ELSE, r->setting);
}

#define BIT(option) (1u << ((option) - HA_OPT_AS))
#define OPTION(name) BIT(HA_OPT_##name)
#define QUERY_OPTIONS (OPTION(INTO) - OPTION(QUERY))

static const struct {
    ha_read_verb *read;
    unsigned needed, optional;  /* sets of OPTION */
    bool in_callbacks_only;
} verbs[HA_STEP_KIND_COUNT] = {
    [HA_STEP_REGISTER] = {ha_read_register, OPTION(AS), OPTION(CLASS) | OPTION(FLAGS)
                          | OPTION(FUNCTION) | OPTION(IF_FAILS), false},
    [HA_STEP_DEREGISTER] = {ha_read_deregister, 0, OPTION(ROUTINE), false},
    [HA_STEP_SET_OPERATION_STATUS] = {read_set_status, 0, 0, true},
    [HA_STEP_MODIFY_CONTEXT] = {read_modify, 0, 0, true},
    [HA_STEP_QUERY] = {read_query, 0, QUERY_OPTIONS | OPTION(INTO), false},
    [HA_STEP_WAIT] = {read_event_name, 0, OPTION(IF_FAILS), false},
    [HA_STEP_SIGNAL] = {read_event_name, 0, 0, false},
    [HA_STEP_RETURN] = {read_status, 0, 0, false},
    [HA_STEP_TABLE] = {ha_read_table, OPTION(SIZE), OPTION(IF_FAILS), false},
    [HA_STEP_ALLOCATE] = {ha_read_allocate, 0, OPTION(SIZE) | OPTION(TAG) | OPTION(IF_FAILS),
                          false},
    [HA_STEP_FREE] = {ha_read_free, 0, OPTION(TAG), false},
    [HA_STEP_USE] = {ha_read_use, 0, OPTION(OFFSET), false},
    [HA_STEP_SET] = {read_set, OPTION(TO), 0, false},
    [HA_STEP_RAISE_IRQL] = {read_irql, 0, 0, false},
    [HA_STEP_LOWER_IRQL] = {read_irql, 0, 0, false},
    [HA_STEP_FOR_EACH] = {read_for_each, OPTION(DO), 0, false},
    [HA_STEP_IF] = {read_if, OPTION(THEN), OPTION(ELSE), false},
    [HA_STEP_SET_AFFINITY] = {ha_read_set_affinity, 0, OPTION(PREVIOUS) | OPTION(IF_FAILS), false},
    [HA_STEP_REVERT_AFFINITY] = {ha_read_revert_affinity, 0, 0, false},
    [HA_STEP_QUEUE_DPC] = {ha_read_queue_dpc, OPTION(DO),
                           OPTION(PROCESSOR) | OPTION(IMPORTANCE) | OPTION(IF_FAILS), false},
    [HA_STEP_REMOVE_DPC] = {ha_read_remove_dpc, 0, 0, false},
    [HA_STEP_FLUSH_DPCS] = {ha_read_true, 0, 0, false},
    [HA_STEP_QUEUE_WORK] = {ha_read_queue_work, OPTION(DO), OPTION(IF_FAILS), false},
    [HA_STEP_START_THREAD] = {ha_read_start_thread, OPTION(DO),
                              OPTION(PROCESSOR) | OPTION(IF_FAILS), false},
    [HA_STEP_JOIN] = {ha_read_join, 0, OPTION(IF_FAILS), false},
    [HA_STEP_NOTIFY] = {read_object_name, 0, OPTION(IF_FAILS), false},
    [HA_STEP_PUBLISH] = {ha_read_publish, OPTION(CLASS), OPTION(IF_FAILS), false},
    [HA_STEP_WITHDRAW] = {ha_read_withdraw, 0, OPTION(IF_FAILS), false},
};

/* The one verb of a step; HA_STEP_KIND_COUNT, with a complaint, when it is not one. A key that is
 * unknown has been complained of, and is taken for the verb when there is no other. */
static unsigned verb_of(struct ha_reading *r, bool all_known)
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
static void check_options(const struct ha_reading *r, unsigned verb, bool all_known)
{
    unsigned needed = verbs[verb].needed, allowed = needed | verbs[verb].optional;
    for (unsigned k = HA_OPT_AS; k < HA_STEP_KEYS; k++) {
        if (r->member[k].here.json && !(allowed & BIT(k)))
            HA_COMPLAIN_OF_KEY(r->reader, r->member[k].here, "\"%s\" does not take \"%s\"",
                               keys[verb].name, keys[k].name);
        else if (!r->member[k].here.json && (needed & BIT(k)) && all_known)
            HA_COMPLAIN(r->reader, r->node, "\"%s\" needs the key \"%s\"", keys[verb].name,
                        keys[k].name);
    }
}

static void load_step(struct ha_reading *r, struct ha_step *step)
{
    if (!ha_read_kind(r->reader, r->node, HA_JSON_OBJECT))
        return;
    bool all_known = ha_read_members(r->reader, r->node, keys, HA_STEP_KEYS, r->member);
    unsigned verb = verb_of(r, all_known);
    if (verb == HA_STEP_KIND_COUNT)
        return;

    check_options(r, verb, all_known);
    if (verbs[verb].in_callbacks_only && (!r->setting->in_callback || r->setting->later))
        HA_COMPLAIN(r->reader, r->node, "\"%s\" belongs into a handler: only a callback has a "
                    "context and a status variable", keys[verb].name);
    step->kind = (enum ha_step_kind)verb;
    if (r->member[verb].value.json)
        verbs[verb].read(r, r->member[verb].value, step);
    step->has_if_fails = r->member[HA_OPT_IF_FAILS].here.json;
    step->if_fails = ha_read_inner(r, HA_OPT_IF_FAILS, r->setting);
}

struct ha_steps ha_load_steps(struct ha_loading *loading, struct ha_node list,
                              const struct ha_setting *setting)
{
    struct ha_reading r = {.loading = loading, .reader = &loading->reader, .setting = setting};
    size_t count = ha_node_count(list), i = 0;
    struct ha_step *step = ha_read_take(r.reader, count, sizeof *step);
    if (!step)
        return (struct ha_steps){NULL, 0};

    for (r.node = ha_node_first(list); r.node.json;
         r.node = ha_node_next(&r.reader->tree, r.node))
        load_step(&r, &step[i++]);
    return (struct ha_steps){step, count};
}
