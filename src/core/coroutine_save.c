/*
 * coroutine_save - copies of all stacks, each as far as it is used
 *
 * Owns the form of a copy: for each context in use what it needs to be told, then the used part of
 * its stack; at the end one that has no context. Stacks go back to where they were, so pointers to
 * what lies on them stay good.
 */
#include "core/coroutine.h"

#if HA_HAS_COROUTINES

#include <string.h>

#include "base/port.h"

struct copy {
    struct ha_context *context;
    void *at;
    ha_context_body *body;
    void *argument;
};

static size_t used_of(const struct ha_context *context)
{
    const unsigned char *at = context->at;
    return (size_t)(context->stack + HA_PORT_STACK_BYTES - at);
}

static size_t size_of(const struct ha_coroutine_carrier *c)
{
    size_t size = sizeof(struct copy);
    for (const struct ha_context *context = c->made; context; context = context->next_made)
        if (context->in_use)
            size += sizeof(struct copy) + used_of(context);
    return size;
}

size_t ha_coroutines_save(struct ha_carrier *carrier, void *copy, size_t room)
{
    struct ha_coroutine_carrier *c = ha_coroutines(carrier);
    unsigned char *to = copy;
    size_t size = size_of(c);
    if (size > room)
        return size;
    for (struct ha_context *context = c->made; context; context = context->next_made) {
        if (!context->in_use)
            continue;
        const struct copy one = {context, context->at, context->body, context->argument};
        memcpy(to, &one, sizeof one);
        memcpy(to + sizeof one, context->at, used_of(context));
        to += sizeof one + used_of(context);
    }
    memcpy(to, &(struct copy){.context = NULL}, sizeof(struct copy));
    return size;
}

void ha_coroutines_restore(struct ha_carrier *carrier, const void *copy)
{
    struct ha_coroutine_carrier *c = ha_coroutines(carrier);
    const unsigned char *from = copy;
    struct copy one = {.context = NULL};
    for (struct ha_context *context = c->made; context; context = context->next_made)
        context->in_use = false;
    if (from)
        memcpy(&one, from, sizeof one);
    while (one.context) {
        struct ha_context *context = one.context;
        context->in_use = true;
        context->at = one.at;
        context->body = one.body;
        context->argument = one.argument;
        memcpy(one.at, from + sizeof one, used_of(context));
        from += sizeof one + used_of(context);
        memcpy(&one, from, sizeof one);
    }
    c->idle = NULL;
    for (struct ha_context *context = c->made; context; context = context->next_made)
        if (!context->in_use)
            ha_coroutine_put_away(context);
}

#endif
