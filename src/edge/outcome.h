/*
 * outcome - what came of a file, or of one scenario under one profile
 */
#ifndef HA_EDGE_OUTCOME_H
#define HA_EDGE_OUTCOME_H

#include "edge/account.h"
#include "edge/run.h"

enum ha_verdict {
    HA_PASSED,
    HA_REMARKED,                /* passed, with something that its author should know */
    HA_LEFT_OUT,                /* the profile does not go with it, and it did not ask for that */
    HA_FAILED,
    HA_UNPLAYED                 /* there is no verdict: file, token or means were lacking */
};

/* Owns nothing. */
struct ha_outcome {
    enum ha_verdict verdict;
    const char *file;           /* as it was named */
    const char *name;           /* of the scenario; NULL when the file could not be read */
    const char *preset;         /* which one of several; NULL when there is only one */
    const struct ha_account *account;   /* NULL when unplayed */
    const struct ha_run *run;   /* NULL when unplayed, and of a trace from elsewhere */
    struct ha_text *message;    /* unplayed: lines that say why; remarked: the remark; left
                                   out: the reason; or NULL */
};

#endif
