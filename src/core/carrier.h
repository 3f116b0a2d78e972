/*
 * carrier - what simulated threads run on
 *
 * A carrier makes contexts (a stack with something running on it) and passes control between
 * them; exactly one context of a carrier runs at a time. The first carrier is host threads that
 * hand on a baton. Contexts that have ended are kept and used again, also after a rewind.
 */
#ifndef HA_CORE_CARRIER_H
#define HA_CORE_CARRIER_H

#include <stddef.h>

struct ha_carrier;
struct ha_context;

/*
 * What runs in a context. It ends by returning the context that control goes to; its own is
 * then free to be used again.
 */
typedef struct ha_context *ha_context_body(void *argument);

struct ha_carrier_operations {
    /* The context that the calling host thread is; made once a carrier. NULL: no memory. */
    struct ha_context *(*adopt)(struct ha_carrier *carrier);
    /* A context that will run `body` when control first comes to it. NULL: the host refused. */
    struct ha_context *(*create)(struct ha_carrier *carrier, ha_context_body *body, void *argument);
    /* Give control from the running context to another; returns when control comes back. */
    void (*switch_to)(struct ha_carrier *carrier, struct ha_context *from, struct ha_context *to);
    /*
     * End another context where it stands: its stack is dropped at once without running any
     * more of its code, and it is free to be used again. Called by the running context.
     */
    void (*abandon)(struct ha_carrier *carrier, struct ha_context *running,
                    struct ha_context *context);
    /* End the carrier; no context but the adopted one is in use. */
    void (*close)(struct ha_carrier *carrier);
};

/* Each carrier's structure starts with this. */
struct ha_carrier {
    const struct ha_carrier_operations *operations;
};

/* Host threads with a baton. NULL: no memory. */
struct ha_carrier *ha_carrier_pthread(void);

#endif
