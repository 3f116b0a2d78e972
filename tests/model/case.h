/*
 * case - a random little history: a partition, drivers, what they do when, and events
 *
 * Two sides carry a case out, the simulator (play.c) and the reference model (protocol.c). What a
 * driver does depends on nothing but the case and the calls that it gets.
 */
#ifndef HA_TESTS_CASE_H
#define HA_TESTS_CASE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "hotadd/profile.h"

#define CASE_GROUPS 3u
#define CASE_NUMBERS 64u            /* in a group */
#define CASE_PROCESSORS (CASE_GROUPS * CASE_NUMBERS)
#define CASE_NODES 3u
#define CASE_RANGES 3u              /* of memory at boot */
#define CASE_DRIVERS 3u
#define CASE_CLIENTS 9u
#define CASE_EVENTS 24u
#define CASE_ACTS 40u
#define CASE_STATES 3u              /* of a processor-change callback, with Microsoft's values */
#define CASE_ANY UINT32_MAX

struct case_group {
    uint32_t maximum;
    uint64_t active_mask;
    uint16_t node[CASE_NUMBERS];
};

/* What a client is registered with, and for. */
enum case_kind { OF_KE, OF_OBJECT, OF_PROCESSORS, OF_MEMORY };

/* One who may be called. It is registered once at a time. */
struct case_client {
    uint32_t driver;
    enum case_kind kind;
    uint32_t flags;
    bool at_entry;          /* its driver registers it in DriverEntry, in the order of clients */
    bool asks;              /* what the kernel's queries answer, in every call */
    bool nowhere;           /* registered with NULL for a function */
    uint8_t asks_at, leaves_at;     /* IRQL: it is registered and removed there, or above */
    bool old;               /* removed with IoUnregisterPlugPlayNotification, not the Ex routine */
    bool forgotten;         /* its driver does not remove it in Unload */
};

/* What DriverEntry does when a registration failed. */
enum case_entry { GOES_ON, CLEANS_UP, LEAVES_ALL };

enum case_event_kind {
    LOAD, UNLOAD,                   /* driver */
    REGISTER, REMOVE,               /* client, on a system thread of its driver */
    ADD, ADD_MEMORY, HOLD, RELEASE,
    DISABLE_PROCESSOR, DISABLE_MEMORY   /* by hand: the interface of a device */
};

struct case_event {
    enum case_event_kind kind;
    uint32_t which;                 /* driver, client or device */
    uint32_t group, number, node;   /* CASE_ANY where left open */
    uint32_t count;                 /* of processors */
    int32_t start;                  /* status of starting the processors, or the memory */
};

enum case_act_kind {
    WRITES, SCRIBBLES,              /* the status variable; the change context */
    STRAYS,                         /* returns at DISPATCH_LEVEL and with another affinity */
    TAKES_AWAY, BRINGS,             /* another client, or itself */
    TAKES_TWICE,                    /* and then by a handle that is not valid any more */
    SPEAKS,                         /* to the system's callback object, which is not for drivers */
    HELPER_TAKES_AWAY, HELPER_BRINGS,   /* the same on another thread, which begins at once */
    ANSWERS                         /* with a status; of PnP callbacks */
};

/* What a client does in one call. */
struct case_act {
    enum case_act_kind kind;
    uint32_t client;
    uint32_t event;                 /* in the course of that one */
    uint32_t state;                 /* 0 for PnP */
    uint32_t nth;                   /* call with that state since the event began, from 0 */
    uint32_t target;
    int32_t status;
};

struct case_plan {
    struct ha_profile profile;
    struct case_group group[CASE_GROUPS];
    uint32_t groups, ranges;
    enum case_entry entry[CASE_DRIVERS];
    uint32_t drivers;
    struct case_client client[CASE_CLIENTS];
    uint32_t clients;
    struct case_event event[CASE_EVENTS];
    uint32_t events;
    struct case_act act[CASE_ACTS];
    uint32_t acts;
};

/* The case of that seed. */
void case_deal(uint64_t seed, struct case_plan *plan);

void case_print(FILE *file, const struct case_plan *plan);

/* The n-th act of a call, from 0; NULL when it has no more. */
const struct case_act *case_act_of(const struct case_plan *plan, uint32_t client, uint32_t event,
                                   uint32_t state, uint32_t nth, uint32_t n);
/* Whether a helper may be started in the course of an event: one of a single operation. */
bool case_has_one_operation(const struct case_event *event);

static inline bool case_is_entry(const struct case_client *client)
{
    return client->kind == OF_PROCESSORS || client->kind == OF_MEMORY;
}

/* What the base of the n-th range of memory is, from 0, at boot or added. */
static inline uint64_t case_range_base(uint32_t n)
{
    return (uint64_t)n << 32;
}
#define CASE_RANGE_SIZE (UINT64_C(1) << 30)

#endif
