/*
 * drivers - compiled drivers of a case on the simulator, which do in every call what the case says
 */
#ifndef HA_TESTS_DRIVERS_H
#define HA_TESTS_DRIVERS_H

#include <ntddk.h>

#include "hotadd/machine.h"
#include "model/case.h"
#include "model/facts.h"
#include "model/play.h"

struct play;

struct client {
    struct play *play;
    uint32_t number;
    enum { NONE, ASKING, HELD } state;
    PVOID handle;
    uint32_t heard[CASE_STATES];    /* calls since the event began */
};

/* Something to be done on a thread of its own. */
struct errand {
    struct client *client;
    bool brings;
};

struct play {
    const struct case_plan *plan;
    struct facts *facts;
    struct ha_machine *machine;
    struct client client[CASE_CLIENTS];
    bool running[CASE_DRIVERS];
    bool waits_to_go[CASE_DRIVERS];         /* it has been asked to */
    PDRIVER_OBJECT object[CASE_DRIVERS];
    uint32_t loaded[CASE_DRIVERS + 1];      /* by the simulator's id */
    uint16_t id[CASE_DRIVERS], loads;       /* the other way round; ids begin with 1 */
    uint32_t step;
    bool helped;
    const struct client *guest;     /* whom the helper registers; it might have to wait for the
                                       operation beside it, and so takes nobody away */
    struct errand errand;
    struct play_order asked[PLAY_SERIES];
};

/* DriverEntry of all of them; the machine's watcher is the play. */
NTSTATUS NTAPI drivers_enter(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath);
/* Start a thread of a client's driver that registers the client, or takes it away. */
void drivers_send(struct play *play, struct client *client, bool brings);
void drivers_close(struct play *play);

#endif
