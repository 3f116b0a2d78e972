/*
 * random_maker - what the makers of random scenarios share
 *
 * random_scenario.c makes machines, drivers and events, random_steps.c what drivers do, and
 * random_pnp.c all that is about device interfaces.
 */
#ifndef HA_TESTS_RANDOM_MAKER_H
#define HA_TESTS_RANDOM_MAKER_H

#include "unit/random_scenario.h"

#define MOST_DRIVERS 3u
#define MOST_GROUPS 3u

struct group {
    unsigned maximum;
    unsigned node;
};

#define MOST_CLASSES 16u
enum random_class { FOR_INTERFACES, FOR_PROCESSORS, FOR_MEMORY };

struct maker {
    uint64_t state;
    const bool *left_out;
    size_t parts;
    struct ha_text *text;
    struct group group[MOST_GROUPS];
    unsigned groups, processors;    /* at most */
    unsigned drivers;
    unsigned registrations[MOST_DRIVERS];   /* that have been named so far, r0, r1 ... */
    unsigned entries[MOST_DRIVERS];         /* for device interfaces: e0, e1 ...; 0: it has none */
    unsigned char class_of[MOST_DRIVERS][MOST_CLASSES];     /* what the first of them are for */
    unsigned added_ranges;          /* of memory */
    bool has_memory;                /* a range at 0 to start with */
    bool loads_later[MOST_DRIVERS];
    bool moves[MOST_DRIVERS];       /* it works with affinities, DPCs, work items and threads */
};

/* Where a step stands. */
struct spot {
    unsigned driver;
    bool in_callback, in_for_each;
    bool later;                 /* played where no callback is */
    bool of_interface;          /* the callback hears of a device interface, and has no context */
    unsigned depth;
};

/* A number below `limit`; one time in `times`. One of them in an expression: the order counts. */
unsigned random_number(struct maker *m, unsigned limit);
bool random_once_in(struct maker *m, unsigned times);
#define RANDOM_WORD(m, words) \
    (words)[random_number((m), (unsigned)(sizeof(words) / sizeof(words)[0]))]

/*
 * Begin an element of a list that has been opened, as part `number` of the scenario, and end it:
 * then it is taken back if it is to be left out. What begin returns is for end.
 */
size_t random_begin(struct maker *m);
size_t random_begin_part(struct maker *m, size_t *number);
void random_end_part(struct maker *m, size_t number, size_t before);

/*
 * Append what is about device interfaces: the steps that register in an entry, behind others; a
 * handler; a step, of a driver that has entries; the words of calls that are waited for, of such a
 * driver; and what an event is.
 */
void random_entries(struct maker *m, unsigned driver);
void random_entry_handler(struct maker *m, unsigned driver);
void random_entry_step(struct maker *m, const struct spot *spot);
void random_arrival(struct maker *m, unsigned driver);
void random_interface_event(struct maker *m);

/* Append the name of a registration, "d0.r1". */
void random_registration(struct maker *m, unsigned driver);
/* Append up to so many steps as the member `key` of an object; "" for a list that is open. */
void random_steps(struct maker *m, const char *key, struct spot spot, unsigned most);
/* Append steps that wait for the event of that name and then work on the driver's table alone. */
void random_table_steps(struct maker *m, const char *event, struct spot spot);

#endif
