/* core: what occupies a processor, who may run there, and what interrupts it */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/world.h"

#define PASSIVE 0u

/* A thread that raises its IRQL, says its name, does one thing, and lowers it again. */
struct raiser {
    struct test_world *t;
    const char *name;
    uint8_t irql;
    void (*inside)(struct raiser *raiser);
    uint32_t argument;
    struct ha_object *event;
    struct ha_thread *thread;
};

static void raise_and_act(void *argument)
{
    struct raiser *raiser = argument;
    ha_thread_set_irql(raiser->thread, raiser->irql);
    test_world_say(raiser->t, raiser->name);
    if (raiser->inside)
        raiser->inside(raiser);
    test_world_say(raiser->t, raiser->name);
    ha_thread_set_irql(raiser->thread, PASSIVE);
    ha_sched_point(raiser->t->world);
}

static void start(struct raiser *raiser)
{
    raiser->thread = test_world_thread(raiser->t, raise_and_act, raiser);
}

static void yield(struct raiser *raiser)
{
    ha_sched_yield(raiser->t->world);
}

static void point(struct raiser *raiser)
{
    ha_sched_point(raiser->t->world);
}

/* Of the services of interrupts: the words say on which processor they run, and at which IRQL. */
static void say_place(struct ha_world *world, const char *what)
{
    struct test_world *t = (struct test_world *)(void *)world->host;
    const struct ha_record *stamp = &ha_thread_current()->stamp;
    char word[] = "???0/00";
    for (int i = 0; i < 3; i++)
        word[i] = what[i];
    word[3] = (char)('0' + stamp->processor);
    word[5] = (char)('0' + stamp->irql / 10);
    word[6] = (char)('0' + stamp->irql % 10);
    test_world_say(t, word);
}

static void serve_dpc(struct ha_world *world)
{
    say_place(world, "dpc");
}

static void serve_ipi(struct ha_world *world)
{
    say_place(world, "ipi");
}

static struct test_world *open_with(void **state, uint32_t processors)
{
    struct test_world *t = test_world_with(state, processors);
    t->world->sched.serve[HA_INTERRUPT_DPC] = serve_dpc;
    t->world->sched.serve[HA_INTERRUPT_IPI] = serve_ipi;
    return t;
}

static void a_raised_thread_keeps_the_others_of_its_processor_out(void **state)
{
    static const struct { uint8_t irql; const char *said; } cases[] = {
        {1, "a b b a "}, {HA_DISPATCH_LEVEL, "a a b b "}, {15, "a a b b "}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct test_world *t = open_with(state, 1);
        struct raiser a = {.t = t, .name = "a", .irql = cases[i].irql, .inside = yield};
        struct raiser b = {.t = t, .name = "b"};
        start(&a);
        start(&b);

        ha_sched_run_until_quiet(t->world);

        assert_string_equal(t->said, cases[i].said);
    }
}

static void a_raised_thread_keeps_nobody_out_of_another_processor(void **state)
{
    struct test_world *t = open_with(state, 3);
    struct raiser a = {.t = t, .name = "a", .irql = HA_DISPATCH_LEVEL, .inside = yield};
    struct raiser b = {.t = t, .name = "b", .irql = HA_DISPATCH_LEVEL, .inside = yield};
    start(&a);
    start(&b);

    ha_sched_run_until_quiet(t->world);

    assert_string_equal(t->said, "a b a b ");
    assert_int_equal(t->world->sched.raised, 0);
}

static void say_where(struct raiser *raiser)
{
    say_place(raiser->t->world, "on ");
}

static void one_that_is_kept_out_goes_on_where_the_tape_and_its_affinity_lead(void **state)
{
    static const struct { uint64_t mask; const char *said; } cases[] = {
        {3, "a b on 0/00 b a "}, {2, "a a b on 1/00 b "}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct test_world *t = open_with(state, 2);
        struct raiser a = {.t = t, .name = "a", .irql = HA_DISPATCH_LEVEL, .inside = point};
        struct raiser b = {.t = t, .name = "b", .inside = say_where};
        start(&a);
        t->world->sched.placed = 1;         /* beside a */
        start(&b);
        ha_thread_set_affinity(b.thread, (struct ha_affinity){.mask = cases[i].mask});
        test_world_answer(t, 1, 1);

        ha_sched_run_until_quiet(t->world);

        assert_string_equal(t->said, cases[i].said);
    }
}

static void wait_for_event(struct raiser *raiser)
{
    ha_event_wait(raiser->t->world, raiser->event);
}

static void a_thread_that_waits_at_dispatch_level_occupies_its_processor(void **state)
{
    struct test_world *t = open_with(state, 1);
    struct ha_object event;
    ha_object_init(t->world, &event, "event");
    struct raiser a = {.t = t, .name = "a", .irql = HA_DISPATCH_LEVEL, .inside = wait_for_event,
                       .event = &event};
    struct raiser b = {.t = t, .name = "b"};
    start(&a);
    start(&b);
    ha_sched_run_until_quiet(t->world);
    assert_string_equal(t->said, "a ");

    ha_event_set(t->world, &event);
    ha_sched_run_until_quiet(t->world);

    assert_string_equal(t->said, "a a b b ");
}

static void what_is_kept_out_by_one_that_waits_for_ever_is_a_deadlock_with_its_holder(void **state)
{
    struct test_world *t = open_with(state, 1);
    struct ha_object event;
    ha_object_init(t->world, &event, "event");
    struct raiser a = {.t = t, .name = "a", .irql = HA_DISPATCH_LEVEL, .inside = wait_for_event,
                       .event = &event};
    struct raiser b = {.t = t, .name = "b"};
    start(&a);
    start(&b);
    b.thread->operations++;
    ha_sched_run_until_quiet(t->world);

    assert_true(ha_sched_is_stuck(t->world));
    ha_sched_record_deadlock(t->world);

    const struct ha_record *holder = test_world_record(t, HA_DEADLOCK, 0);
    const struct ha_record *deadlock = test_world_record(t, HA_DEADLOCK, 1);
    assert_non_null(deadlock);
    assert_int_equal(holder->as.wait.waiter, a.thread->stamp.thread);
    assert_int_equal(holder->as.wait.holder, 0);
    assert_int_equal(holder->id, event.id);
    assert_int_equal(deadlock->as.wait.waiter, b.thread->stamp.thread);
    assert_int_equal(deadlock->as.wait.holder, a.thread->stamp.thread);
    assert_int_equal(deadlock->id, 0);
    assert_null(test_world_record(t, HA_DEADLOCK, 2));
}

static void ask_dpc(struct raiser *raiser)
{
    ha_processor_interrupt(raiser->t->world, raiser->argument, HA_INTERRUPT_DPC);
    test_world_say(raiser->t, "asked");
    ha_sched_point(raiser->t->world);
}

static void ask_both(struct raiser *raiser)
{
    ha_processor_interrupt(raiser->t->world, raiser->argument, HA_INTERRUPT_DPC);
    ha_processor_interrupt(raiser->t->world, raiser->argument, HA_INTERRUPT_IPI);
    ha_sched_point(raiser->t->world);
}

static void an_interrupt_of_the_own_processor_comes_at_the_next_scheduling_point(void **state)
{
    static const struct { uint8_t irql; const char *said; } cases[] = {
        {PASSIVE, "a asked dpc0/02 a b b "},
        {1, "a asked dpc0/02 a b b "},
        {HA_DISPATCH_LEVEL, "a asked a dpc0/02 b b "},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct test_world *t = open_with(state, 1);
        struct raiser a = {.t = t, .name = "a", .irql = cases[i].irql, .inside = ask_dpc};
        struct raiser b = {.t = t, .name = "b"};
        start(&a);
        start(&b);

        ha_sched_run_until_quiet(t->world);

        assert_string_equal(t->said, cases[i].said);
    }
}

static void a_broadcast_interrupts_dispatch_level_and_goes_ahead_of_a_dpc(void **state)
{
    static const struct { uint8_t irql; const char *said; } cases[] = {
        {PASSIVE, "a ipi0/14 dpc0/02 a "},
        {HA_DISPATCH_LEVEL, "a ipi0/14 a dpc0/02 "},
        {HA_IPI_LEVEL, "a a ipi0/14 dpc0/02 "},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct test_world *t = open_with(state, 1);
        struct raiser a = {.t = t, .name = "a", .irql = cases[i].irql, .inside = ask_both};
        start(&a);

        ha_sched_run_until_quiet(t->world);

        assert_string_equal(t->said, cases[i].said);
    }
}

static void dpc_that_asks_for_a_broadcast(struct ha_world *world)
{
    say_place(world, "dpc");
    ha_processor_interrupt(world, 0, HA_INTERRUPT_IPI);
    ha_sched_point(world);
    say_place(world, "end");
}

static void a_broadcast_nests_in_a_dpc(void **state)
{
    struct test_world *t = open_with(state, 1);
    t->world->sched.serve[HA_INTERRUPT_DPC] = dpc_that_asks_for_a_broadcast;
    struct raiser a = {.t = t, .name = "a", .inside = ask_dpc};
    start(&a);

    ha_sched_run_until_quiet(t->world);

    assert_string_equal(t->said, "a asked dpc0/02 ipi0/14 end0/02 a ");
    assert_int_equal(t->world->sched.raised, 0);
    assert_int_equal(t->world->sched.asked, 0);
    assert_null(t->world->sched.processor[0].top);
}

static void one_context_serves_many_requests(void **state)
{
    struct test_world *t = open_with(state, 2);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(ha_processor_interrupt(t->world, 1, HA_INTERRUPT_DPC), HA_OK);
        assert_int_equal(ha_processor_interrupt(t->world, 1, HA_INTERRUPT_DPC), HA_OK);
        ha_sched_run_until_quiet(t->world);
    }

    assert_string_equal(t->said, "dpc1/02 dpc1/02 dpc1/02 ");
    assert_int_equal(t->world->sched.threads_made, 2);
    const struct ha_record *context = test_world_record(t, HA_THREAD, 1);
    assert_int_equal(context->as.made.kind, HA_THREAD_DPC);
    assert_int_equal(context->as.made.affinity_mask, 2);
}

static void a_thread_that_comes_to_an_occupied_processor_waits_for_it(void **state)
{
    struct test_world *t = open_with(state, 3);
    struct ha_object event;
    ha_object_init(t->world, &event, "event");
    struct raiser a = {.t = t, .name = "a", .irql = HA_DISPATCH_LEVEL, .inside = wait_for_event,
                       .event = &event};
    struct raiser b = {.t = t, .name = "b", .inside = point};
    start(&a);                  /* on 1 */
    start(&b);                  /* on 2 */
    ha_thread_set_affinity(b.thread, (struct ha_affinity){.mask = 2});
    ha_sched_run_until_quiet(t->world);
    assert_string_equal(t->said, "a ");

    ha_event_set(t->world, &event);
    ha_sched_run_until_quiet(t->world);

    assert_string_equal(t->said, "a a b b ");
}

static void move_to_1(struct raiser *raiser)
{
    ha_thread_set_affinity(raiser->thread, (struct ha_affinity){.mask = 2});
    ha_sched_point(raiser->t->world);
}

static void a_running_thread_that_moves_to_an_occupied_processor_waits_there(void **state)
{
    struct test_world *t = open_with(state, 3);
    struct ha_object event;
    ha_object_init(t->world, &event, "event");
    struct raiser a = {.t = t, .name = "a", .irql = HA_DISPATCH_LEVEL, .inside = wait_for_event,
                       .event = &event};
    struct raiser b = {.t = t, .name = "b", .inside = move_to_1};
    start(&a);
    start(&b);
    ha_sched_run_until_quiet(t->world);
    assert_string_equal(t->said, "a b ");

    ha_event_set(t->world, &event);
    ha_sched_run_until_quiet(t->world);

    assert_string_equal(t->said, "a b a b ");
}

static void a_move_at_dispatch_level_comes_when_the_irql_falls(void **state)
{
    struct test_world *t = open_with(state, 2);
    struct raiser a = {.t = t, .name = "a", .irql = HA_DISPATCH_LEVEL};
    start(&a);                  /* on 1 */
    a.thread->stamp.irql = PASSIVE;
    ha_thread_set_irql(a.thread, HA_DISPATCH_LEVEL);

    ha_thread_set_affinity(a.thread, (struct ha_affinity){.mask = 1});

    assert_int_equal(a.thread->stamp.processor, 1);
    ha_thread_set_irql(a.thread, 1);
    assert_int_equal(a.thread->stamp.processor, 0);
}

static void a_thread_that_ends_at_dispatch_level_frees_its_processor(void **state)
{
    struct test_world *t = open_with(state, 1);
    struct ha_thread *self = t->world->sched.adopted;
    struct raiser a = {.t = t, .name = "a", .irql = HA_DISPATCH_LEVEL};
    start(&a);

    ha_sched_run_until_quiet(t->world);

    assert_int_equal(t->world->sched.raised, 0);
    assert_null(t->world->sched.processor[self->stamp.processor].top);
}

static void abandoned_contexts_occupy_nothing(void **state)
{
    struct test_world *t = open_with(state, 2);
    struct ha_object event;
    ha_object_init(t->world, &event, "event");
    struct raiser a = {.t = t, .name = "a", .irql = HA_DISPATCH_LEVEL, .inside = wait_for_event,
                       .event = &event};
    start(&a);
    ha_sched_run_until_quiet(t->world);
    ha_processor_interrupt(t->world, 1, HA_INTERRUPT_DPC);

    ha_sched_abandon_all(t->world);

    assert_int_equal(t->world->sched.raised, 0);
    assert_int_equal(t->world->sched.asked, 0);
    assert_null(t->world->sched.processor[1].top);
    assert_null(t->world->sched.processor[1].context[HA_INTERRUPT_DPC]);
}

#define with_world(test) \
    cmocka_unit_test_setup_teardown(test, test_world_setup, test_world_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_world(a_raised_thread_keeps_the_others_of_its_processor_out),
        with_world(a_raised_thread_keeps_nobody_out_of_another_processor),
        with_world(one_that_is_kept_out_goes_on_where_the_tape_and_its_affinity_lead),
        with_world(a_thread_that_waits_at_dispatch_level_occupies_its_processor),
        with_world(what_is_kept_out_by_one_that_waits_for_ever_is_a_deadlock_with_its_holder),
        with_world(an_interrupt_of_the_own_processor_comes_at_the_next_scheduling_point),
        with_world(a_broadcast_interrupts_dispatch_level_and_goes_ahead_of_a_dpc),
        with_world(a_broadcast_nests_in_a_dpc),
        with_world(one_context_serves_many_requests),
        with_world(a_thread_that_comes_to_an_occupied_processor_waits_for_it),
        with_world(a_running_thread_that_moves_to_an_occupied_processor_waits_there),
        with_world(a_move_at_dispatch_level_comes_when_the_irql_falls),
        with_world(a_thread_that_ends_at_dispatch_level_frees_its_processor),
        with_world(abandoned_contexts_occupy_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
