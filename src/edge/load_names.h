/*
 * load_names - which names a scenario has given, each within a scope
 */
#ifndef HA_EDGE_LOAD_NAMES_H
#define HA_EDGE_LOAD_NAMES_H

#include <stddef.h>
#include <stdint.h>

/* Scopes. To those before the drivers' own a driver's index is added, which has 16 bits. */
#define HA_SCOPE_REGISTRATIONS 0x00000u
#define HA_SCOPE_TABLES 0x10000u
#define HA_SCOPE_VARIABLES 0x20000u
#define HA_SCOPE_AFFINITIES 0x30000u
#define HA_SCOPE_DPCS 0x40000u
#define HA_SCOPE_THREADS 0x50000u
#define HA_SCOPE_INTERFACES 0x60000u
#define HA_SCOPE_DRIVERS 0x70000u
#define HA_SCOPE_EVENTS 0x80000u
#define HA_SCOPE_MEMORY 0x90000u                /* the ranges' bases, as 0x400000000 */
/* Names that some driver has given to a registration, and to one of either sort. To the last 1 is
 * added, and a unit that such an entry hears of. */
#define HA_SCOPE_ANY_REGISTRATION 0xa0000u
#define HA_SCOPE_ANY_CLIENT 0xb0000u
#define HA_SCOPE_ANY_ENTRY 0xc0000u
#define HA_SCOPE_CLASSES 0xd0000u               /* of what drivers publish; as 32 digits */

/* Of a registration: enum ha_notification, and a set of the units that an entry of its class hears
 * of, empty where the class is not known. */
#define HA_REGISTERED(kind, units) ((uint32_t)(kind) | (uint32_t)(units) << 2)
#define HA_REGISTERED_KIND(number) ((number) & 3u)
#define HA_REGISTERED_UNITS(number) ((number) >> 2)

struct ha_name {
    const char *text;
    uint32_t scope;
    uint32_t number;        /* what the name stands for; a registration: HA_REGISTERED; an
                               interface: the number of its class, 0 for one that is not known */
};

struct ha_names {
    struct ha_name *name;
    size_t count, room;
    uint32_t *slot;         /* open addressing: position in `name` plus 1, 0 when free */
    size_t slot_count;      /* a power of 2, at least twice `count` */
};

/*
 * Add a name, whose text must outlive the table.
 *
 * Returns HA_OK, HA_EINVAL when the scope has it already, HA_ENOMEM.
 */
int ha_names_add(struct ha_names *names, uint32_t scope, const char *text, uint32_t number);

/* NULL when the scope has no such name. */
const struct ha_name *ha_names_find(const struct ha_names *names, uint32_t scope,
                                    const char *text);
/* The name of a scope that is nearest to a misspelt one; NULL when none is near. */
const char *ha_names_nearest(const struct ha_names *names, uint32_t scope, const char *text);

void ha_names_close(struct ha_names *names);

#endif
