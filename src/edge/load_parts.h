/*
 * load_parts - what the parts of the loader share while a scenario is being made
 *
 * Each part reads one member of the file's top object into the scenario. They run in the order
 * of the declarations: drivers know the partition, events the drivers, expectations all of them.
 * Elements of "events" are gone when the next one is read: of what is to be complained of later,
 * the place is kept and not the node.
 */
#ifndef HA_EDGE_LOAD_PARTS_H
#define HA_EDGE_LOAD_PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "edge/load.h"
#include "edge/load_names.h"
#include "edge/load_read.h"

/* A name that was used before all of its kind are known. */
struct ha_reference {
    const char *name;
    uint32_t place;             /* of the string that names it, or of what needs it */
    uint32_t scope;
    uint8_t need;               /* enum ha_need */
    uint8_t *notification;      /* gets the kind of the registration; or NULL */
};

/* What a registration is needed for: those of device interfaces are good for other things than
 * those of processor changes, be it with Ke or with a callback object. */
enum ha_need {
    HA_NEED_NOTHING,
    HA_NEED_STATE, HA_NEED_STATE_VALUE, HA_NEED_STATUS_VALUE, HA_NEED_OPERATION_STATUS,
    HA_NEED_CONTEXT, HA_NEED_CALLS,
    HA_NEED_EVENT, HA_NEED_MEMORY, HA_NEED_INTERFACE, HA_NEED_ROUTINE, HA_NEED_ARRIVALS,
    HA_NEED_PROCESSORS, HA_NEED_RANGES      /* of an entry: that it is for their class */
};

struct ha_loading {
    struct ha_reader reader;
    struct ha_scenario made;
    struct ha_script *script;   /* the plan's drivers, while they may still be changed */
    bool *loads_later;
    struct ha_module_place *module_place;
    struct ha_event_plan *event;
    size_t event_count;
    uint32_t *event_place;      /* what to point at if an event cannot happen; NULL until needed */
    struct ha_names names;
    bool all_known;             /* nothing will get a name any more */
    bool any_known;             /* HA_SCOPE_ANY_REGISTRATION is filled */
    struct ha_reference *reference;
    size_t reference_count, reference_room;
};

/* Steps that are being read: whose they are, and what they run within. */
struct ha_setting {
    uint32_t driver;
    const char *callback;       /* in the handler of this registration; NULL elsewhere */
    bool in_callback;           /* there are a context, a status variable and a processor */
    bool in_for_each;           /* there is a processor */
    bool later;                 /* they are played where no callback is: what it was given is
                                   known still, but there is no context and no status variable */
};

void ha_load_profile(struct ha_loading *loading, struct ha_node profile);
void ha_load_partition(struct ha_loading *loading, struct ha_node partition);
/* How many processors the partition can ever hold. */
uint32_t ha_load_most_processors(const struct ha_loading *loading);
/* Whether a place for a processor belongs to a NUMA node. */
bool ha_load_has_node(const struct ha_loading *loading, uint32_t node);
void ha_load_drivers(struct ha_loading *loading, struct ha_node drivers);
void ha_load_events(struct ha_loading *loading, struct ha_node events);
void ha_load_faults(struct ha_loading *loading, struct ha_node faults);
/* Look up what ha_load_refer() put down. */
void ha_load_references(struct ha_loading *loading);
void ha_load_expect(struct ha_loading *loading, struct ha_node expect);

/*
 * The range of memory that `node` describes by a base and a size, of whole pages. False when it is
 * none, or one of the two is missing.
 */
bool ha_load_extent(struct ha_reader *reader, struct ha_node node, struct ha_node base,
                    struct ha_node size, struct ha_memory_options *memory);
/* The same of an object with the keys base and size. */
bool ha_load_range(struct ha_reader *reader, struct ha_node node, struct ha_memory_options *memory);
/* The value of an event's member "add_memory", and of "memory" among what is expected. */
const struct ha_memory_add_options *ha_load_memory_add(struct ha_loading *loading,
                                                       struct ha_node object);
void ha_load_expected_memory(struct ha_loading *loading, struct ha_node memory);
/* There is, or will be, a range that begins there; one must. */
void ha_load_give_memory(struct ha_loading *loading, uint64_t base);
void ha_load_refer_memory(struct ha_loading *loading, size_t place, uint64_t base);
/* An error status, or success. */
void ha_load_start_status(struct ha_reader *reader, struct ha_node node, int32_t *nt_status);

/* The steps of a list. */
struct ha_steps ha_load_steps(struct ha_loading *loading, struct ha_node list,
                              const struct ha_setting *setting);

/* A driver's members "module" and "names", which are none where they are missing. */
void ha_load_module(struct ha_loading *loading, uint32_t driver, struct ha_node module,
                    struct ha_node names);
/* Whether a name that nobody has given is one of those that registrations of modules get. */
bool ha_load_is_made_up(const struct ha_loading *loading, uint32_t scope, const char *name);
/* The enum ha_notification of the registrations that get such a name by themselves; -1 when it is
 * no such name. */
int ha_load_kind_made_up(const char *name);

/* A driver's member "registry". */
void ha_load_registry(struct ha_loading *loading, uint32_t driver, struct ha_node registry);

/*
 * When an event happens: its members "at", "during" and "after".
 *
 *   number     of the event, whose plan gets the trigger
 *   all_known  false: the event has a key that is unknown or for later, which may be meant for one
 */
enum { HA_TRIGGER_AT, HA_TRIGGER_DURING, HA_TRIGGER_AFTER, HA_TRIGGERS };
void ha_load_trigger(struct ha_loading *loading, struct ha_node event, size_t number,
                     const struct ha_member *trigger, bool all_known);
/* Point at a value if an event turns out to be one that cannot happen. */
void ha_load_place_event(struct ha_loading *loading, size_t number, struct ha_node value);
/* Find the events that others wait for, and those that would wait for ever. */
void ha_load_waits(struct ha_loading *loading);
/* Of events that are right each by itself: what a driver does or suffers needs it loaded. */
void ha_load_order(struct ha_loading *loading);

/* Options that say what a query is about. */
enum ha_query_option {
    HA_QUERY_GROUP, HA_QUERY_INDEX, HA_QUERY_NUMBER, HA_QUERY_NODE, HA_QUERY_RELATION,
    HA_QUERY_OPTIONS
};
/* The query routine that a string names, and its options, `keys` and `option` by their number. */
void ha_load_query(struct ha_loading *loading, const struct ha_setting *setting,
                   struct ha_node routine, const struct ha_key *keys,
                   const struct ha_member *option, struct ha_step *step);

/* A value out of a number, which lies within both bounds, or out of a string. */
bool ha_load_value(struct ha_loading *loading, const struct ha_setting *setting,
                   struct ha_node node, int64_t least, int64_t most, struct ha_value *value);
/* A value out of a piece of a string; the text must outlive the loading. */
bool ha_load_value_text(struct ha_loading *loading, const struct ha_setting *setting,
                        struct ha_node string, const char *text, int64_t least, int64_t most,
                        struct ha_value *value);
/* A name for a variable of the driver; NULL when it cannot be one. */
const char *ha_load_variable(struct ha_loading *loading, const struct ha_setting *setting,
                             struct ha_node string);
/* What the simulator knows without a variable and a misspelt word may mean; or NULL. */
const char *ha_load_known_nearest(const char *word);
/* "TABLE[VALUE]", or "TABLE" alone where `whole` is asked for. */
bool ha_load_slot(struct ha_loading *loading, const struct ha_setting *setting,
                  struct ha_node string, const char **table, struct ha_value *value, bool *whole);
void ha_load_condition(struct ha_loading *loading, const struct ha_setting *setting,
                       struct ha_node string, struct ha_condition *condition);

/* What words may speak of: */
enum ha_words {
    HA_WORDS_CALL,              /* a call of a processor change, as it is expected */
    HA_WORDS_FINDING,           /* that or an arrival or removal, in which something is found */
    HA_WORDS_ARRIVAL,           /* arrivals and removals */
    HA_WORDS_ORDER,             /* calls of either sort, without statuses */
    HA_WORDS_MEANT,             /* the same, with #2 for the second */
    HA_WORDS_INSTANCE           /* one instance of a device interface */
};
/*
 * The words that stand at a place, which must outlive the loading; NULL when they are wrong.
 * `form` is one of the first four.
 */
const char *ha_load_words(struct ha_loading *loading, size_t place, const char *text,
                          enum ha_words form);
/* The calls that a trigger or a fault means; NULL when the words are wrong. */
const struct ha_call_pattern *ha_load_call(struct ha_loading *loading, struct ha_node string);
/* "processor 4", "memory 0x400000000", "interface 1"; NULL when the words are wrong. */
const struct ha_instance_pattern *ha_load_instance(struct ha_loading *loading,
                                                   struct ha_node string);

/* A class of device interfaces, as a GUID has it in memory; NULL when the string is none. */
const void *ha_load_class(struct ha_reader *reader, struct ha_node string);
/* The set of units that entries of a class hear of; of NULL, none. */
unsigned ha_load_class_units(const void *class_guid);
/* The member "arrivals" of what is expected. */
void ha_load_arrivals(struct ha_loading *loading, struct ha_node object);

/* Give a name, whose text must outlive the loading. False when its scope has it already. */
bool ha_load_give(struct ha_loading *loading, uint32_t scope, const char *name, uint32_t number);
/* Find a name, or complain at a place that there is no such thing. */
bool ha_load_find(struct ha_loading *loading, uint32_t scope, size_t place, const char *name,
                  uint32_t *number);
/* Have a name that stands at a place looked up when all are known. It must outlive the loading. */
void ha_load_refer(struct ha_loading *loading, uint32_t scope, size_t place, const char *name);
/* Have the kind of a registration written then, if there is one of that name. */
void ha_load_tell_kind(struct ha_loading *loading, uint32_t scope, const char *name,
                       uint8_t *notification);
/* Have it looked up then whether a registration, if there is one of that name, is good for what
 * stands at a place. False when all are known, and it is not. */
bool ha_load_need(struct ha_loading *loading, uint32_t scope, size_t place, const char *name,
                  enum ha_need need);

#endif
