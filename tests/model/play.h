/*
 * play - a case carried out by the simulator: drivers.c has the drivers, trace_facts.c reads
 * the trace
 */
#ifndef HA_TESTS_PLAY_H
#define HA_TESTS_PLAY_H

#include "hotadd/machine.h"
#include "model/case.h"
#include "model/facts.h"

/* Ids of registrations in the trace count in the order of asking; those of PnP by themselves. */
enum play_series { ASKED_KE, ASKED_OBJECT, ASKED_PNP, PLAY_SERIES };

/* Who asked for a registration of a series, in that order. */
struct play_order {
    uint32_t *client;
    size_t count, room;
    bool lost;
};

/* Play it to the end. Returns how the run ended, HA_END_NOT_YET when it could not be played. */
enum ha_ending play_case(const struct case_plan *plan, struct facts *facts);

#define TRACE_IDS 512u

/* Takes the records of a run as facts. */
struct trace_facts {
    struct ha_sink sink;
    const struct case_plan *plan;
    struct facts *facts;
    const struct play_order *asked;         /* one for each series */
    const uint32_t *loaded;                 /* the driver with that id */
    size_t next[PLAY_SERIES];               /* who of them is still to come */
    uint32_t client[TRACE_IDS];             /* by registration */
    bool waits[TRACE_IDS];                  /* by registration: its removal has not returned */
    uint32_t listener[TRACE_IDS];           /* by entry */
    uint32_t instance[TRACE_IDS];           /* by interface: device << 1 | whether of memory */
    uint64_t affinity_mask;                 /* that the first add began with */
    uint16_t affinity_group;
    uint8_t thread_kind[TRACE_IDS];         /* by thread */
};

void trace_facts_init(struct trace_facts *trace, const struct case_plan *plan,
                      struct facts *facts, const struct play_order *asked,
                      const uint32_t *loaded);

#endif
