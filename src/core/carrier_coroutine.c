/*
 * carrier_coroutine - simulated threads as stacks of one host thread
 *
 * Owns the stacks. To switch is to exchange registers (switch.S), which costs nanoseconds where the
 * baton costs microseconds; so this is what an explorer runs on. A context that is abandoned is
 * dropped where it stands. The lowest page of a stack belongs to nobody: who grows into it faults.
 *
 * AddressSanitizer and ThreadSanitizer are told of every switch. On other processors than those
 * that switch.S is written for, host threads stand in.
 */
#include "core/coroutine.h"

#if HA_HAS_COROUTINES

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/port.h"

void ha_switch(void **from, void *to);
void ha_switch_begin(void);
void ha_context_main(struct ha_context *self);

/*
 * leave() is part of the function that switches, because ThreadSanitizer counts calls and returns
 * of each stack.
 */
#if WATCHES_ADDRESSES
/* Of AddressSanitizer's run-time library, of which not every compiler brings the header. */
void __sanitizer_start_switch_fiber(void **fake, const void *bottom, size_t size);
void __sanitizer_finish_switch_fiber(void *fake, const void **bottom, size_t *size);
void __asan_unpoison_memory_region(void const volatile *memory, size_t size);
void __lsan_register_root_region(const void *memory, size_t size);
void __lsan_unregister_root_region(const void *memory, size_t size);

static void own(struct ha_context *context)
{
    context->bottom = context->stack;
    context->size = HA_PORT_STACK_BYTES;
    __lsan_register_root_region(context->stack, HA_PORT_STACK_BYTES);
}

static void disown(struct ha_context *context)
{
    __lsan_unregister_root_region(context->stack, HA_PORT_STACK_BYTES);
}

/* What ran there before has left its marks. */
static void clean(struct ha_context *context)
{
    __asan_unpoison_memory_region(context->stack, HA_PORT_STACK_BYTES);
}

static inline __attribute__((always_inline)) void
leave(struct ha_context *from, bool ends, struct ha_context *to)
{
    from->carrier->left = from;
    __sanitizer_start_switch_fiber(ends ? NULL : &from->fake, to->bottom, to->size);
}

static void arrive(struct ha_context *self)
{
    struct ha_context *left = self->carrier->left;
    __sanitizer_finish_switch_fiber(self->fake, &left->bottom, &left->size);
    self->fake = NULL;
}
#elif WATCHES_THREADS
void *__tsan_get_current_fiber(void);
void *__tsan_create_fiber(unsigned flags);
void __tsan_destroy_fiber(void *fiber);
void __tsan_switch_to_fiber(void *fiber, unsigned flags);

static void own(struct ha_context *context)
{
    context->fiber = NULL;
}

static void disown(struct ha_context *context)
{
    if (context->fiber)
        __tsan_destroy_fiber(context->fiber);
}

/* What ran there before may have been abandoned in the middle of its calls. */
static void clean(struct ha_context *context)
{
    disown(context);
    context->fiber = __tsan_create_fiber(0);
}

static inline __attribute__((always_inline)) void
leave(struct ha_context *from, bool ends, struct ha_context *to)
{
    (void)ends;
    if (!from->stack)
        from->fiber = __tsan_get_current_fiber();
    __tsan_switch_to_fiber(to->fiber, 0);
}

static void arrive(struct ha_context *self)
{
    (void)self;
}
#else
static void own(struct ha_context *context)
{
    (void)context;
}

static void disown(struct ha_context *context)
{
    (void)context;
}

static void clean(struct ha_context *context)
{
    (void)context;
}

static inline __attribute__((always_inline)) void
leave(struct ha_context *from, bool ends, struct ha_context *to)
{
    (void)from;
    (void)ends;
    (void)to;
}

static void arrive(struct ha_context *self)
{
    (void)self;
}
#endif

static void switch_to(struct ha_carrier *carrier, struct ha_context *from, struct ha_context *to)
{
    (void)carrier;
    leave(from, false, to);
    ha_switch(&from->at, to->at);
    arrive(from);
}

/* What its body returned, or who has dropped it. */
static struct ha_context *run(struct ha_context *self)
{
#if WATCHES_ADDRESSES
    if (self->abandoner)
        return self->abandoner;
#endif
    return self->body(self->argument);
}

/* Called by ha_switch_begin, on a stack with nothing above it. */
void ha_context_main(struct ha_context *self)
{
    arrive(self);
    struct ha_context *next = run(self);
    ha_coroutine_put_away(self);
    leave(self, true, next);
    ha_switch(&self->at, next->at);
}

/* What ha_switch() takes back when control first comes to the context. */
static void fill(struct ha_context *context)
{
    uintptr_t *top = (uintptr_t *)(void *)(context->stack + HA_PORT_STACK_BYTES);
#if defined(__x86_64__)
    /* Control words of SSE and x87, r15 r14 r13 r12 rbx rbp, where to go; then aligned to 16. */
    uintptr_t *at = top - 10;
    memset(at, 0, 10 * sizeof *at);
    at[0] = (uintptr_t)0x037f << 32 | 0x1f80;
    at[1] = (uintptr_t)context;
    at[7] = (uintptr_t)ha_switch_begin;
#else
    /* x19 to x28, the frame pointer, where to go, d8 to d15. */
    uintptr_t *at = top - 20;
    memset(at, 0, 20 * sizeof *at);
    at[0] = (uintptr_t)context;
    at[11] = (uintptr_t)ha_switch_begin;
#endif
    context->at = at;
}

static struct ha_context *adopt(struct ha_carrier *carrier)
{
    return &ha_coroutines(carrier)->adopted;
}

static struct ha_context *make_context(struct ha_coroutine_carrier *c)
{
    struct ha_context *context = calloc(1, sizeof *context);
    if (!context)
        return NULL;
    context->stack = ha_port_stack(HA_PORT_STACK_BYTES);
    if (!context->stack) {
        free(context);
        return NULL;
    }
    context->carrier = c;
    context->next_made = c->made;
    c->made = context;
    own(context);
    return context;
}

static struct ha_context *create(struct ha_carrier *carrier, ha_context_body *body, void *argument)
{
    struct ha_coroutine_carrier *c = ha_coroutines(carrier);
    struct ha_context *context = c->idle;
    if (context)
        c->idle = context->next_idle;
    else
        context = make_context(c);
    if (!context)
        return NULL;
    context->body = body;
    context->argument = argument;
    context->in_use = true;
    clean(context);
    fill(context);
    return context;
}

static void abandon(struct ha_carrier *carrier, struct ha_context *running,
                    struct ha_context *context)
{
#if WATCHES_ADDRESSES
    /* Only on its own stack can it say that it ends. */
    context->abandoner = running;
    clean(context);
    fill(context);
    switch_to(carrier, running, context);
    context->abandoner = NULL;
#else
    (void)carrier;
    (void)running;
    ha_coroutine_put_away(context);
#endif
}

static void close_carrier(struct ha_carrier *carrier)
{
    struct ha_coroutine_carrier *c = ha_coroutines(carrier);
    while (c->made) {
        struct ha_context *context = c->made;
        c->made = context->next_made;
        disown(context);
        ha_port_release(context->stack, HA_PORT_STACK_BYTES);
        free(context);
    }
    free(c);
}

static const struct ha_carrier_operations operations = {
    .adopt = adopt,
    .create = create,
    .switch_to = switch_to,
    .abandon = abandon,
#if HA_COROUTINES_CAN_BE_SAVED
    .save = ha_coroutines_save,
    .restore = ha_coroutines_restore,
#endif
    .close = close_carrier,
};

struct ha_carrier *ha_carrier_coroutine(void)
{
    struct ha_coroutine_carrier *c = calloc(1, sizeof *c);
    if (!c)
        return NULL;
    c->carrier.operations = &operations;
    c->adopted.carrier = c;
    return &c->carrier;
}

#else

struct ha_carrier *ha_carrier_coroutine(void)
{
    return ha_carrier_pthread(false);
}

#endif
