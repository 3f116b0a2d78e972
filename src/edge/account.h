/*
 * account - what a run, or a trace from elsewhere, has come to, as test protocols tell it
 */
#ifndef HA_EDGE_ACCOUNT_H
#define HA_EDGE_ACCOUNT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"
#include "check/cast.h"
#include "check/judge.h"
#include "check/story.h"
#include "edge/symbols.h"

/* Owns nothing. */
struct ha_account {
    const struct ha_judge *judge;
    const struct ha_cast *cast;
    struct ha_story *story;             /* NULL when nobody reads it */
    const struct ha_text *command;      /* that repeats it; NULL when nothing does */
    struct ha_symbols *symbols;         /* of the findings' places; NULL when nobody knows them */
    const struct ha_text *differences;  /* from what was expected, in lines */
    const struct ha_rule *broken;       /* the first rule that fails it, or NULL */
    uint64_t time_ns;                   /* simulated */
    const void *owner;
    /* Whether the judge's finding counts, and whether somebody has foreseen it. */
    bool (*is_told)(const void *owner, const struct ha_finding *finding);
    bool (*is_expected)(const void *owner, const struct ha_finding *finding);
};

#endif
