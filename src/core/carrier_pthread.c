/*
 * carrier_pthread - simulated threads as host threads that hand on a baton
 *
 * Owns the host threads. Each waits on a condition of its own; to switch is to mark the other as
 * going, signal it, and wait. A thread that is abandoned jumps to the frame at the base of its
 * stack, gives the baton back and waits there for other work.
 *
 * In free mode it ends there. A host thread that does nothing else makes all of them: they come
 * after what its maker did before, and before what that does when the carrier is closed, but in no
 * order to each other.
 */
#include "core/carrier.h"

#include <assert.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/port.h"
#include "base/race.h"

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
    bool is_free;
    /* Of free mode, where `made` is empty. */
    pthread_t maker;
    pthread_cond_t asked, answered, ended;
    struct ha_context *to_make;     /* by the maker, NULL when it has answered */
    bool refused, stop;             /* its answer; it has to end */
    size_t alive;                   /* contexts that have not ended */
    bool any;                       /* has been made */
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
    if (!b->is_free)
        b->idle = self;
    if (next)
        wake(next);
    must(pthread_mutex_unlock(&b->lock));
    return !b->is_free;
}

static void *host_main(void *argument)
{
    while (take_turn(argument))
        continue;
    return NULL;
}

static void forget(struct ha_context *context)
{
    must(pthread_cond_destroy(&context->going));
    free(context);
}

static void *free_main(void *argument)
{
    struct ha_context *self = argument;
    struct baton_carrier *b = self->carrier;
    ha_race_hide();
    ha_race_take(&b->maker);
    take_turn(self);
    ha_race_give(&b->ended);
    forget(self);
    must(pthread_mutex_lock(&b->lock));
    if (--b->alive == 0)
        must(pthread_cond_signal(&b->ended));
    must(pthread_mutex_unlock(&b->lock));
    ha_race_show();
    return NULL;
}

/* False when the host refuses. */
static bool make_host(struct ha_context *context, void *(*start)(void *argument), pthread_t *host)
{
    pthread_attr_t attributes;
    if (pthread_attr_init(&attributes))
        return false;
    must(pthread_attr_setstacksize(&attributes, HA_PORT_STACK_BYTES));
    bool made = !pthread_create(host, &attributes, start, context);
    must(pthread_attr_destroy(&attributes));
    return made;
}

static void *maker_main(void *argument)
{
    struct baton_carrier *b = argument;
    ha_race_hide();
    ha_race_give(&b->maker);
    must(pthread_mutex_lock(&b->lock));
    while (!b->stop) {
        if (b->to_make) {
            pthread_t host;
            ha_race_show();             /* it comes after what was done before there was a maker */
            b->refused = !make_host(b->to_make, free_main, &host);
            if (!b->refused)
                must(pthread_detach(host));
            ha_race_hide();
            b->to_make = NULL;
            must(pthread_cond_signal(&b->answered));
        }
        must(pthread_cond_wait(&b->asked, &b->lock));
    }
    must(pthread_mutex_unlock(&b->lock));
    ha_race_show();
    return NULL;
}

/* False when the host refuses. One thread at a time asks: the one that has the baton. */
static bool ask_maker(struct baton_carrier *b, struct ha_context *context)
{
    must(pthread_mutex_lock(&b->lock));
    b->to_make = context;
    must(pthread_cond_signal(&b->asked));
    while (b->to_make)
        must(pthread_cond_wait(&b->answered, &b->lock));
    bool made = !b->refused;
    b->alive += made;
    b->any |= made;
    must(pthread_mutex_unlock(&b->lock));
    return made;
}

static struct ha_context *adopt(struct ha_carrier *carrier)
{
    struct baton_carrier *b = baton(carrier);
    return &b->adopted;
}

static struct ha_context *make_context(struct baton_carrier *b)
{
    struct ha_context *context = calloc(1, sizeof *context);
    if (!context)
        return NULL;
    if (pthread_cond_init(&context->going, NULL)) {
        free(context);
        return NULL;
    }
    context->carrier = b;
    if (!(b->is_free ? ask_maker(b, context)
                     : make_host(context, host_main, &context->host))) {
        forget(context);
        return NULL;
    }
    if (!b->is_free) {
        context->next_made = b->made;
        b->made = context;
    }
    return context;
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

static void hand(struct ha_carrier *carrier, struct ha_context *to)
{
    struct baton_carrier *b = baton(carrier);
    must(pthread_mutex_lock(&b->lock));
    wake(to);
    must(pthread_mutex_unlock(&b->lock));
}

/* The lock is held; it is given back. */
static void wait_locked(struct baton_carrier *b, struct ha_context *self)
{
    wait_for_baton(self);
    bool abandoned = self->abandoned;
    must(pthread_mutex_unlock(&b->lock));
    if (abandoned)
        longjmp(self->base, 1);
}

static void wait_for_turn(struct ha_carrier *carrier, struct ha_context *self)
{
    struct baton_carrier *b = baton(carrier);
    must(pthread_mutex_lock(&b->lock));
    wait_locked(b, self);
}

static void switch_to(struct ha_carrier *carrier, struct ha_context *from, struct ha_context *to)
{
    struct baton_carrier *b = baton(carrier);
    must(pthread_mutex_lock(&b->lock));
    wake(to);
    wait_locked(b, from);
}

static void abandon(struct ha_carrier *carrier, struct ha_context *running,
                    struct ha_context *context)
{
    context->abandoned = true;
    context->abandoner = running;
    switch_to(carrier, running, context);
}

static void close_free(struct baton_carrier *b)
{
    must(pthread_mutex_lock(&b->lock));
    b->stop = true;
    must(pthread_cond_signal(&b->asked));
    while (b->alive)
        must(pthread_cond_wait(&b->ended, &b->lock));
    must(pthread_mutex_unlock(&b->lock));
    if (b->any)
        ha_race_take(&b->ended);
    must(pthread_join(b->maker, NULL));
    must(pthread_cond_destroy(&b->asked));
    must(pthread_cond_destroy(&b->answered));
    must(pthread_cond_destroy(&b->ended));
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
        forget(context);
    }
    if (b->is_free)
        close_free(b);
    must(pthread_cond_destroy(&b->adopted.going));
    must(pthread_mutex_destroy(&b->lock));
    free(b);
}

static const struct ha_carrier_operations operations = {
    .adopt = adopt,
    .create = create,
    .switch_to = switch_to,
    .hand = hand,
    .wait = wait_for_turn,
    .abandon = abandon,
    .close = close_carrier,
};

/* What free mode needs besides. False when the host refuses. */
static bool open_free(struct baton_carrier *b)
{
    if (pthread_cond_init(&b->asked, NULL))
        return false;
    if (pthread_cond_init(&b->answered, NULL))
        goto destroy_asked;
    if (pthread_cond_init(&b->ended, NULL))
        goto destroy_answered;
    if (pthread_create(&b->maker, NULL, maker_main, b))
        goto destroy_ended;
    return true;

destroy_ended:
    must(pthread_cond_destroy(&b->ended));
destroy_answered:
    must(pthread_cond_destroy(&b->answered));
destroy_asked:
    must(pthread_cond_destroy(&b->asked));
    return false;
}

struct ha_carrier *ha_carrier_pthread(bool is_free)
{
    struct baton_carrier *b = calloc(1, sizeof *b);
    if (!b)
        return NULL;
    b->carrier.operations = &operations;
    b->adopted.carrier = b;
    b->is_free = is_free;
    if (pthread_mutex_init(&b->lock, NULL))
        goto free_carrier;
    if (pthread_cond_init(&b->adopted.going, NULL))
        goto destroy_lock;
    if (is_free && !open_free(b))
        goto destroy_condition;
    return &b->carrier;

destroy_condition:
    must(pthread_cond_destroy(&b->adopted.going));
destroy_lock:
    must(pthread_mutex_destroy(&b->lock));
free_carrier:
    free(b);
    return NULL;
}
