/*
 * load_reading - a step that is being read
 *
 * load_steps.c knows the grammar of steps; what single verbs mean is read here and there, by those
 * that are declared below.
 */
#ifndef HA_EDGE_LOAD_READING_H
#define HA_EDGE_LOAD_READING_H

#include "edge/load_parts.h"

/* The verbs come first and are numbered as enum ha_step_kind; then come their options. */
enum ha_step_option {
    HA_OPT_AS = HA_STEP_KIND_COUNT, HA_OPT_CLASS, HA_OPT_FLAGS, HA_OPT_FUNCTION, HA_OPT_ROUTINE,
    HA_OPT_QUERY, HA_OPT_INTO = HA_OPT_QUERY + HA_QUERY_OPTIONS,
    HA_OPT_SIZE, HA_OPT_TAG, HA_OPT_OFFSET, HA_OPT_TO,
    HA_OPT_PREVIOUS, HA_OPT_PROCESSOR, HA_OPT_IMPORTANCE,
    HA_OPT_DO, HA_OPT_THEN, HA_OPT_ELSE, HA_OPT_IF_FAILS,
    HA_STEP_KEYS
};

struct ha_reading {
    struct ha_loading *loading;
    struct ha_reader *reader;
    const struct ha_setting *setting;
    struct ha_node node;
    struct ha_member member[HA_STEP_KEYS];
};

/* The value of a verb, with the options that belong to it, into a step. */
typedef void ha_read_verb(struct ha_reading *r, struct ha_node value, struct ha_step *step);

/* The list of steps under an option, which may be missing. */
struct ha_steps ha_read_inner(const struct ha_reading *r, enum ha_step_option option,
                              const struct ha_setting *setting);
/* A verb that has nothing to say but true. */
ha_read_verb ha_read_true;

/* load_register.c */
ha_read_verb ha_read_register, ha_read_deregister;

/* load_pnp.c */
ha_read_verb ha_read_publish, ha_read_withdraw;

/* load_slots.c */
ha_read_verb ha_read_table, ha_read_allocate, ha_read_free, ha_read_use;

/* load_later.c */
ha_read_verb ha_read_set_affinity, ha_read_revert_affinity, ha_read_queue_dpc, ha_read_remove_dpc,
             ha_read_queue_work, ha_read_start_thread, ha_read_join;

#endif
