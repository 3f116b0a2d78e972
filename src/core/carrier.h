/*
 * carrier - what simulated threads run on
 *
 * A carrier makes contexts (a stack with something running on it) and passes control between
 * them. The first carrier is host threads that hand on a baton, so that one context runs at a
 * time; contexts that have ended are kept and used again, also after a rewind. The second is stacks
 * on one host thread, for many short runs.
 *
 * In free mode contexts that have not the baton may run as well, elsewhere than in the simulator:
 * see core/free.h. Each simulated thread then has a host thread of its own, that nobody had before
 * it and that no simulated thread made, because ThreadSanitizer takes both for an order.
 */
#ifndef HA_CORE_CARRIER_H
#define HA_CORE_CARRIER_H

#include <stdbool.h>
#include <stddef.h>

struct ha_carrier;
struct ha_context;

/*
 * What runs in a context. It ends by returning the context that control goes to, NULL for none in
 * free mode; its own is then free to be used again.
 */
typedef struct ha_context *ha_context_body(void *argument);

struct ha_carrier_operations {
    /* The context that the calling host thread is; made once a carrier. NULL: no memory. */
    struct ha_context *(*adopt)(struct ha_carrier *carrier);
    /* A context that will run `body` when control first comes to it. NULL: the host refused. */
    struct ha_context *(*create)(struct ha_carrier *carrier, ha_context_body *body, void *argument);
    /* Give control from the running context to another; returns when control comes back. */
    void (*switch_to)(struct ha_carrier *carrier, struct ha_context *from, struct ha_context *to);
    /* In free mode only, the two halves of that: give the baton to another, and wait for it. */
    void (*hand)(struct ha_carrier *carrier, struct ha_context *to);
    void (*wait)(struct ha_carrier *carrier, struct ha_context *self);
    /*
     * End another context where it stands: its stack is dropped at once without running any
     * more of its code, and it is free to be used again. Called by the running context.
     */
    void (*abandon)(struct ha_carrier *carrier, struct ha_context *running,
                    struct ha_context *context);
    /*
     * Both NULL where contexts cannot be copied. Called by the adopted context, which is no part
     * of it: copy all others that are in use, each as it stands, if that takes no more than `room`
     * bytes, and return how many it takes; and put back what was copied, so that just those are in
     * use that were then. A copy of NULL has none.
     */
    size_t (*save)(struct ha_carrier *carrier, void *copy, size_t room);
    void (*restore)(struct ha_carrier *carrier, const void *copy);
    /* End the carrier; no context but the adopted one is in use. */
    void (*close)(struct ha_carrier *carrier);
};

/* Each carrier's structure starts with this. */
struct ha_carrier {
    const struct ha_carrier_operations *operations;
};

/* Host threads with a baton, or for free mode. NULL: no memory. */
struct ha_carrier *ha_carrier_pthread(bool is_free);

/* Coroutines on the calling host thread; host threads where the processor is not known. */
struct ha_carrier *ha_carrier_coroutine(void);

#endif
