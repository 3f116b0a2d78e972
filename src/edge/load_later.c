/*
 * load_later - steps about where code runs: affinities, DPCs, work items, threads
 *
 * Owns the notation of masks of processors, and what is known in steps that are played later.
 */
#include <string.h>

#include "edge/load_reading.h"
#include "edge/load_words.h"

#define MOST_GROUP UINT16_MAX
#define MOST_INDEX UINT32_MAX

/* "0x10", or a variable, which may hold any of them. */
static void read_mask(struct ha_reading *r, struct ha_node string, struct ha_value *value)
{
    const char *text = ha_read_string(r->reader, string);
    uint64_t mask;
    if (!text)
        return;
    if (*text == '$') {
        ha_load_value_text(r->loading, r->setting, string, text, 0, 0, value);
        return;
    }
    bool is_plain = !strncmp(text, "0x", 2)
                 && !text[2 + strspn(text + 2, "0123456789abcdefABCDEF")];
    if (is_plain && ha_word_size(text, &mask))
        value->number = (int64_t)mask;
    else
        HA_COMPLAIN(r->reader, string, "a mask is 0x with up to sixteen digits, as \"0x10\", or a "
                    "variable");
}

static void read_group_affinity(struct ha_reading *r, struct ha_node object, struct ha_step *step)
{
    enum { GROUP, MASK, KEYS };
    static const struct ha_key keys[KEYS] = {
        [GROUP] = {"group", HA_JSON_NUMBER | HA_JSON_STRING, true},
        [MASK] = {"mask", HA_JSON_STRING, true},
    };
    struct ha_member member[KEYS];
    ha_read_members(r->reader, object, keys, KEYS, member);
    if (member[GROUP].value.json)
        ha_load_value(r->loading, r->setting, member[GROUP].value, 0, MOST_GROUP, &step->value);
    if (member[MASK].value.json)
        read_mask(r, member[MASK].value, &step->second);
}

/* The index of a processor, where there is one. */
static void read_processor(struct ha_reading *r, struct ha_node node, struct ha_step *step)
{
    step->of_processor = node.json;
    if (node.json)
        ha_load_value(r->loading, r->setting, node, 0, MOST_INDEX, &step->value);
}

/* A name that may be given more than once. */
static const char *read_given(struct ha_reading *r, uint32_t scope, struct ha_node string)
{
    const char *name = ha_read_name(r->reader, string);
    if (name)
        ha_load_give(r->loading, scope + r->setting->driver, name, 0);
    return name;
}

/* One that some step must give. */
static const char *read_referred(struct ha_reading *r, uint32_t scope, struct ha_node string)
{
    const char *name = ha_read_name(r->reader, string);
    if (name)
        ha_load_refer(r->loading, scope + r->setting->driver, ha_read_place(r->reader, string),
                      name);
    return name;
}

void ha_read_set_affinity(struct ha_reading *r, struct ha_node value, struct ha_step *step)
{
    if (ha_node_kind(value) == HA_JSON_OBJECT)
        read_group_affinity(r, value, step);
    else
        read_processor(r, value, step);
    if (r->member[HA_OPT_PREVIOUS].value.json)
        step->name = read_given(r, HA_SCOPE_AFFINITIES, r->member[HA_OPT_PREVIOUS].value);
}

void ha_read_revert_affinity(struct ha_reading *r, struct ha_node value, struct ha_step *step)
{
    if (ha_node_kind(value) == HA_JSON_STRING)
        step->name = read_referred(r, HA_SCOPE_AFFINITIES, value);
    else
        ha_read_true(r, value, step);
}

/* Steps that are played when the callback around them, if there is one, may have returned. */
static void read_body(struct ha_reading *r, struct ha_step *step)
{
    struct ha_setting setting = *r->setting;
    setting.later = true;
    step->body = ha_read_inner(r, HA_OPT_DO, &setting);
}

void ha_read_queue_dpc(struct ha_reading *r, struct ha_node value, struct ha_step *step)
{
    static const char *const names[] = {"low", "medium", "high"};   /* KDPC_IMPORTANCE */
    size_t choice = 1;
    step->name = read_given(r, HA_SCOPE_DPCS, value);
    read_processor(r, r->member[HA_OPT_PROCESSOR].value, step);
    if (r->member[HA_OPT_IMPORTANCE].value.json)
        ha_read_choice(r->reader, r->member[HA_OPT_IMPORTANCE].value, "importance", names, 3,
                       &choice);
    step->importance = (uint8_t)choice;
    read_body(r, step);
}

void ha_read_remove_dpc(struct ha_reading *r, struct ha_node value, struct ha_step *step)
{
    step->name = read_referred(r, HA_SCOPE_DPCS, value);
}

void ha_read_queue_work(struct ha_reading *r, struct ha_node value, struct ha_step *step)
{
    step->name = ha_read_name(r->reader, value);
    read_body(r, step);
}

void ha_read_start_thread(struct ha_reading *r, struct ha_node value, struct ha_step *step)
{
    step->name = read_given(r, HA_SCOPE_THREADS, value);
    read_processor(r, r->member[HA_OPT_PROCESSOR].value, step);
    read_body(r, step);
}

void ha_read_join(struct ha_reading *r, struct ha_node value, struct ha_step *step)
{
    step->name = read_referred(r, HA_SCOPE_THREADS, value);
}
