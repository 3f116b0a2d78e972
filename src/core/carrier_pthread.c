/*
 * carrier_pthread - simulated threads as host threads that hand on a baton
 *
 * Owns the host threads. Each waits on a condition of its own; to switch is to mark the other as
 * going, signal it, and wait. A thread that is abandoned jumps to the frame at the base of its
 * stack, gives the baton back and waits there for other work.
 */
#include "core/carrier.h"

#include <assert.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/port.h"

struct ha_context {
    struct ha_context *next_made, *next_idle;
    struct baton_carrier *carrier;
    pthread_t host;
    pthread_cond_t going;
    bool go, abandoned, quit;
    struct ha_context *abandoner;
    ha_context_body *body;
    void *argument;
    jmp_buf base;
};

struct baton_carrier {
    struct ha_carrier carrier;
    pthread_mutex_t lock;
    struct ha_context *made;        /* every context but the adopted one */
    struct ha_context *idle;
    struct ha_context adopted;
};

static struct baton_carrier *baton(struct ha_carrier *carrier)
{
    return (struct baton_carrier *)(void *)carrier;
}

/* The calls below can only fail when they are called wrongly. */
static void must(int result)
{
    assert(result == 0);
    (void)result;
}

static void wake(struct ha_context *context)
{
    context->go = true;
    must(pthread_cond_signal(&context->going));
}

static void wait_for_baton(struct ha_context *self)
{
    while (!self->go)
        must(pthread_cond_wait(&self->going, &self->carrier->lock));
    self->go = false;
}

/* One turn at the base of the stack; false when the context is to end. */
static bool take_turn(struct ha_context *self)
{
    struct baton_carrier *b = self->carrier;
    struct ha_context *next;

    must(pthread_mutex_lock(&b->lock));
    wait_for_baton(self);
    bool quit = self->quit;
    must(pthread_mutex_unlock(&b->lock));
    if (quit)
        return false;

    if (self->abandoned)                /* before it ever ran */
        next = self->abandoner;
    else if (setjmp(self->base) == 0)
        next = self->body(self->argument);
    else
        next = self->abandoner;

    must(pthread_mutex_lock(&b->lock));
    self->abandoned = false;
    self->next_idle = b->idle;
    b->idle = self;
    wake(next);
    must(pthread_mutex_unlock(&b->lock));
    return true;
}

static void *host_main(void *argument)
{
    while (take_turn(argument))
        continue;
    return NULL;
}

static struct ha_context *adopt(struct ha_carrier *carrier)
{
    struct baton_carrier *b = baton(carrier);
    return &b->adopted;
}

static struct ha_context *make_context(struct baton_carrier *b)
{
    struct ha_context *context = calloc(1, sizeof *context);
    pthread_attr_t attributes;
    if (!context)
        return NULL;
    if (pthread_cond_init(&context->going, NULL))
        goto free_context;
    if (pthread_attr_init(&attributes))
        goto destroy_condition;
    must(pthread_attr_setstacksize(&attributes, HA_PORT_STACK_BYTES));
    context->carrier = b;
    if (pthread_create(&context->host, &attributes, host_main, context))
        goto destroy_attributes;
    must(pthread_attr_destroy(&attributes));
    context->next_made = b->made;
    b->made = context;
    return context;

destroy_attributes:
    must(pthread_attr_destroy(&attributes));
destroy_condition:
    must(pthread_cond_destroy(&context->going));
free_context:
    free(context);
    return NULL;
}

static struct ha_context *create(struct ha_carrier *carrier, ha_context_body *body, void *argument)
{
    struct baton_carrier *b = baton(carrier);
    must(pthread_mutex_lock(&b->lock));
    struct ha_context *context = b->idle;
    if (context)
        b->idle = context->next_idle;
    must(pthread_mutex_unlock(&b->lock));
    if (!context)
        context = make_context(b);
    if (context) {
        context->body = body;
        context->argument = argument;
    }
    return context;
}

static void switch_to(struct ha_carrier *carrier, struct ha_context *from, struct ha_context *to)
{
    struct baton_carrier *b = baton(carrier);
    must(pthread_mutex_lock(&b->lock));
    wake(to);
    wait_for_baton(from);
    bool abandoned = from->abandoned;
    must(pthread_mutex_unlock(&b->lock));
    if (abandoned)
        longjmp(from->base, 1);
}

static void abandon(struct ha_carrier *carrier, struct ha_context *running,
                    struct ha_context *context)
{
    context->abandoned = true;
    context->abandoner = running;
    switch_to(carrier, running, context);
}

static void close_carrier(struct ha_carrier *carrier)
{
    struct baton_carrier *b = baton(carrier);
    while (b->made) {
        struct ha_context *context = b->made;
        b->made = context->next_made;
        must(pthread_mutex_lock(&b->lock));
        context->quit = true;
        wake(context);
        must(pthread_mutex_unlock(&b->lock));
        must(pthread_join(context->host, NULL));
        must(pthread_cond_destroy(&context->going));
        free(context);
    }
    must(pthread_cond_destroy(&b->adopted.going));
    must(pthread_mutex_destroy(&b->lock));
    free(b);
}

static const struct ha_carrier_operations operations = {
    .adopt = adopt,
    .create = create,
    .switch_to = switch_to,
    .abandon = abandon,
    .close = close_carrier,
};

struct ha_carrier *ha_carrier_pthread(void)
{
    struct baton_carrier *b = calloc(1, sizeof *b);
    if (!b)
        return NULL;
    b->carrier.operations = &operations;
    b->adopted.carrier = b;
    if (pthread_mutex_init(&b->lock, NULL))
        goto free_carrier;
    if (pthread_cond_init(&b->adopted.going, NULL))
        goto destroy_lock;
    return &b->carrier;

destroy_lock:
    must(pthread_mutex_destroy(&b->lock));
free_carrier:
    free(b);
    return NULL;
}
