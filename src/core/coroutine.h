/*
 * coroutine - what carrier_coroutine.c and coroutine_save.c have in common: the stacks
 *
 * A context in use that does not run stands where `at` says; what it needs to go on lies between
 * that and the top of its stack.
 */
#ifndef HA_CORE_COROUTINE_H
#define HA_CORE_COROUTINE_H

#include "core/carrier.h"

#if defined(__x86_64__) || defined(__aarch64__)
#define HA_HAS_COROUTINES 1
#else
#define HA_HAS_COROUTINES 0
#endif

#if defined(__SANITIZE_ADDRESS__)
#define WATCHES_ADDRESSES 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WATCHES_ADDRESSES 1
#endif
#endif
#ifndef WATCHES_ADDRESSES
#define WATCHES_ADDRESSES 0
#endif

#if defined(__SANITIZE_THREAD__)
#define WATCHES_THREADS 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define WATCHES_THREADS 1
#endif
#endif
#ifndef WATCHES_THREADS
#define WATCHES_THREADS 0
#endif

/* No sanitizer knows of stacks that are put back. */
#define HA_COROUTINES_CAN_BE_SAVED \
    (HA_HAS_COROUTINES && !WATCHES_ADDRESSES && !WATCHES_THREADS)

struct ha_context {
    struct ha_context *next_made, *next_idle;
    struct ha_coroutine_carrier *carrier;
    void *at;                       /* where it stands: its stack pointer */
    unsigned char *stack;           /* NULL: the host thread's own */
    bool in_use;
    ha_context_body *body;
    void *argument;
#if WATCHES_ADDRESSES
    void *fake;                     /* where its variables are kept while it does not run */
    const void *bottom;
    size_t size;
    struct ha_context *abandoner;   /* it is dropped, and control goes there */
#endif
#if WATCHES_THREADS
    void *fiber;
#endif
};

struct ha_coroutine_carrier {
    struct ha_carrier carrier;
    struct ha_context *made, *idle; /* `made`: every context but the adopted one */
    struct ha_context adopted;
    struct ha_context *left;        /* by the latest switch; NULL when it has ended */
};

static inline struct ha_coroutine_carrier *ha_coroutines(struct ha_carrier *carrier)
{
    return (struct ha_coroutine_carrier *)(void *)carrier;
}

/* It can be used again. */
static inline void ha_coroutine_put_away(struct ha_context *context)
{
    context->next_idle = context->carrier->idle;
    context->carrier->idle = context;
    context->in_use = false;
}

/* As in core/carrier.h. */
size_t ha_coroutines_save(struct ha_carrier *carrier, void *copy, size_t room);
void ha_coroutines_restore(struct ha_carrier *carrier, const void *copy);

#endif
