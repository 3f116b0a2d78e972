/*
 * load_parts - what the parts of the loader share while a scenario is being made
 *
 * Each part reads one member of the file's top object into the scenario. They run in the order
 * of the declarations: drivers know the partition, events the drivers, expectations all of them.
 */
#ifndef HA_EDGE_LOAD_PARTS_H
#define HA_EDGE_LOAD_PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "edge/load.h"
#include "edge/load_names.h"
#include "edge/load_read.h"

/* A registration that was named before all of them are known. */
struct ha_reference {
    struct ha_node node;        /* the string that names it */
    uint32_t driver;
    const char *name;
};

struct ha_loading {
    struct ha_reader reader;
    struct ha_scenario made;
    struct ha_script *script;   /* the plan's drivers, while they may still be changed */
    bool *loads_later;
    struct ha_names names;
    struct ha_reference *reference;
    size_t reference_count, reference_room;
};

void ha_load_profile(struct ha_loading *loading, struct ha_node profile);
void ha_load_partition(struct ha_loading *loading, struct ha_node partition);
/* How many processors the partition can ever hold. */
uint32_t ha_load_most_processors(const struct ha_loading *loading);
void ha_load_drivers(struct ha_loading *loading, struct ha_node drivers);
void ha_load_events(struct ha_loading *loading, struct ha_node events);
/* Look up what ha_load_refer() put down. */
void ha_load_references(struct ha_loading *loading);
void ha_load_expect(struct ha_loading *loading, struct ha_node expect);

/* The steps of a driver. `in_handler`: they run in a callback, which has a context. */
struct ha_steps ha_load_steps(struct ha_loading *loading, struct ha_node steps, uint32_t driver,
                              bool in_handler);

/* Find the driver that a string names; `name` is the string, or its part that is the name. */
bool ha_load_driver(struct ha_loading *loading, struct ha_node string, const char *name,
                    uint32_t *driver);
/* Find a registration of a driver, likewise. */
bool ha_load_registration(struct ha_loading *loading, struct ha_node string, uint32_t driver,
                          const char *name);
/* Have a registration looked up when all are known. `name` must outlive the loading. */
void ha_load_refer(struct ha_loading *loading, struct ha_node string, uint32_t driver,
                   const char *name);

#endif
