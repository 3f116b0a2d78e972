/* core: carrier, both of them: host threads and coroutines */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/coroutine.h"

#define CONTEXTS 1000

struct bench {
    struct ha_carrier *carrier;
    struct ha_context *adopted;
    struct player *player[CONTEXTS];
    uint32_t order[2 * CONTEXTS];       /* numbers of the players in the order of their turns */
    size_t turns;
};

/* What runs in a context: notes its turn, and gives control back `pauses` times before it ends. */
struct player {
    struct bench *bench;
    struct ha_context *context;
    uint32_t number;
    uint32_t pauses;
    const void *stack;                  /* an address in its frame, to tell stacks apart */
    bool came_back;                     /* from its last pause */
};

static struct ha_context *create(struct bench *b, ha_context_body *body, void *argument)
{
    return b->carrier->operations->create(b->carrier, body, argument);
}

static void go_to(struct bench *b, struct ha_context *context)
{
    b->carrier->operations->switch_to(b->carrier, b->adopted, context);
}

static void abandon(struct bench *b, struct ha_context *context)
{
    b->carrier->operations->abandon(b->carrier, b->adopted, context);
}

static struct ha_context *play(void *argument)
{
    struct player *player = argument;
    struct bench *b = player->bench;
    player->stack = &player;
    b->order[b->turns++] = player->number;
    for (uint32_t i = 0; i < player->pauses; i++) {
        b->carrier->operations->switch_to(b->carrier, player->context, b->adopted);
        b->order[b->turns++] = player->number;
    }
    player->came_back = true;
    return b->adopted;
}

static struct player *new_player(struct bench *b, uint32_t number, uint32_t pauses)
{
    struct player *player = calloc(1, sizeof *player);
    assert_non_null(player);
    *player = (struct player){.bench = b, .number = number, .pauses = pauses};
    free(b->player[number]);
    b->player[number] = player;
    player->context = create(b, play, player);
    assert_non_null(player->context);
    return player;
}

static int open_bench(void **state, struct ha_carrier *carrier)
{
    struct bench *b = calloc(1, sizeof *b);
    *state = b;
    if (!b)
        return -1;
    b->carrier = carrier;
    if (!b->carrier)
        return -1;
    b->adopted = b->carrier->operations->adopt(b->carrier);
    return 0;
}

static int open_hosts(void **state)
{
    return open_bench(state, ha_carrier_pthread(false));
}

static int open_coroutines(void **state)
{
    return open_bench(state, ha_carrier_coroutine());
}

static int close_bench(void **state)
{
    struct bench *b = *state;
    b->carrier->operations->close(b->carrier);
    for (size_t i = 0; i < CONTEXTS; i++)
        free(b->player[i]);
    free(b);
    return 0;
}

static void a_carrier_without_contexts_can_be_closed(void **state)
{
    struct bench *b = *state;

    assert_non_null(b->adopted);
    assert_ptr_equal(b->carrier->operations->adopt(b->carrier), b->adopted);
}

static void a_context_runs_when_control_first_comes_to_it_and_not_before(void **state)
{
    struct bench *b = *state;
    struct player *player = new_player(b, 1, 0);

    assert_int_equal(b->turns, 0);
    go_to(b, player->context);
    assert_int_equal(b->turns, 1);
    assert_true(player->came_back);
}

static void control_goes_on_where_it_was_given_away(void **state)
{
    struct bench *b = *state;
    static const uint32_t expected[] = {1, 2, 1, 2, 2, 1};
    struct player *one = new_player(b, 1, 2), *two = new_player(b, 2, 2);

    for (size_t i = 0; i < 6; i++)
        go_to(b, expected[i] == 1 ? one->context : two->context);

    assert_memory_equal(b->order, expected, sizeof expected);
    assert_true(one->came_back && two->came_back);
}

/* Hands control on to a context of its own. */
static struct ha_context *hand_on(void *argument)
{
    struct player *next = argument;
    next->bench->order[next->bench->turns++] = 0;
    return next->context;
}

static void a_context_that_ends_names_the_one_that_goes_on(void **state)
{
    struct bench *b = *state;
    struct player *next = new_player(b, 1, 0);

    go_to(b, create(b, hand_on, next));

    assert_int_equal(b->turns, 2);
    assert_true(next->came_back);
}

static void a_context_that_ended_is_used_again(void **state)
{
    struct bench *b = *state;
    struct player *first = new_player(b, 1, 0);
    go_to(b, first->context);

    struct player *second = new_player(b, 2, 1);
    assert_ptr_equal(second->context, first->context);
    go_to(b, second->context);
    go_to(b, second->context);

    static const uint32_t expected[] = {1, 2, 2};
    assert_memory_equal(b->order, expected, sizeof expected);
}

static void all_contexts_that_ended_are_used_again(void **state)
{
    struct bench *b = *state;
    struct ha_context *ended[10];
    for (uint32_t i = 0; i < 10; i++)
        ended[i] = new_player(b, i, 0)->context;
    for (uint32_t i = 0; i < 10; i++)
        go_to(b, ended[i]);

    for (uint32_t i = 10; i < 20; i++) {
        struct ha_context *context = new_player(b, i, 0)->context;
        bool known = false;
        for (uint32_t e = 0; e < 10; e++) {
            known = known || context == ended[e];
            if (context == ended[e])
                ended[e] = NULL;
        }
        assert_true(known);
    }
}

static void an_abandoned_context_runs_no_more_of_its_code_and_is_used_again(void **state)
{
    struct bench *b = *state;
    struct player *dropped = new_player(b, 1, 1);
    go_to(b, dropped->context);

    abandon(b, dropped->context);
    struct player *next = new_player(b, 2, 0);
    assert_ptr_equal(next->context, dropped->context);
    go_to(b, next->context);

    assert_false(dropped->came_back);
    assert_true(next->came_back);
    assert_int_equal(b->turns, 2);
}

static void a_context_that_never_ran_can_be_abandoned(void **state)
{
    struct bench *b = *state;
    struct player *dropped = new_player(b, 1, 0);

    abandon(b, dropped->context);
    assert_int_equal(b->turns, 0);

    struct player *next = new_player(b, 2, 1);
    go_to(b, next->context);
    abandon(b, next->context);
    assert_false(dropped->came_back || next->came_back);
    assert_int_equal(b->turns, 1);
}

static void a_thousand_contexts_live_side_by_side_on_stacks_of_their_own(void **state)
{
    struct bench *b = *state;
    for (uint32_t i = 0; i < CONTEXTS; i++)
        go_to(b, new_player(b, i, 1)->context);
    for (uint32_t i = CONTEXTS; i-- > 0;)
        go_to(b, b->player[i]->context);

    assert_int_equal(b->turns, 2 * CONTEXTS);
    for (uint32_t i = 0; i < CONTEXTS; i++) {
        assert_int_equal(b->order[i], i);
        assert_int_equal(b->order[CONTEXTS + i], CONTEXTS - 1 - i);
        assert_true(b->player[i]->came_back);
        for (uint32_t j = 0; j < i; j++)
            assert_ptr_not_equal(b->player[i]->stack, b->player[j]->stack);
    }
}

static void a_thousand_contexts_can_be_abandoned_in_any_order(void **state)
{
    struct bench *b = *state;
    for (uint32_t i = 0; i < CONTEXTS; i++) {
        struct player *player = new_player(b, i, 1);
        if (i % 3)
            go_to(b, player->context);
    }

    for (uint32_t i = 0; i < CONTEXTS; i++)
        abandon(b, b->player[i * 7 % CONTEXTS]->context);

    for (uint32_t i = 0; i < CONTEXTS; i++)
        assert_false(b->player[i]->came_back);
}

/* Goes down a few frames with memory in each before it gives control away. */
static void go_down(struct player *player, int frames)
{
    volatile int memory[250];
    for (int i = 0; i < 250; i++)
        memory[i] = frames;
    if (frames)
        go_down(player, frames - 1);
    else
        player->bench->carrier->operations->switch_to(player->bench->carrier, player->context,
                                                      player->bench->adopted);
    if (memory[249] != frames)
        player->number = UINT32_MAX;
}

static struct ha_context *play_deep(void *argument)
{
    struct player *player = argument;
    go_down(player, 100);
    player->came_back = true;
    return player->bench->adopted;
}

static void a_deep_stack_is_dropped_as_a_whole_and_used_again(void **state)
{
    struct bench *b = *state;
    struct player player = {.bench = b};
    struct ha_context *first = create(b, play_deep, &player);

    for (int i = 0; i < 20; i++) {
        player.context = i ? create(b, play_deep, &player) : first;
        assert_ptr_equal(player.context, first);
        go_to(b, player.context);
        abandon(b, player.context);
    }
    assert_false(player.came_back);

    player.context = create(b, play_deep, &player);
    go_to(b, player.context);
    go_to(b, player.context);
    assert_true(player.came_back);
    assert_int_equal(player.number, 0);
}

#if HA_COROUTINES_CAN_BE_SAVED
static void *save(struct bench *b)
{
    size_t size = b->carrier->operations->save(b->carrier, NULL, 0);
    void *copy = malloc(size);
    assert_non_null(copy);
    assert_int_equal(b->carrier->operations->save(b->carrier, copy, size), size);
    return copy;
}

static void restore(struct bench *b, const void *copy)
{
    b->carrier->operations->restore(b->carrier, copy);
}

static void expect_turns(struct bench *b, size_t count, const uint32_t *order)
{
    assert_int_equal(b->turns, count);
    assert_memory_equal(b->order, order, count * sizeof *order);
    b->turns = 0;
}

static void contexts_go_on_from_where_they_were_when_they_were_copied(void **state)
{
    struct bench *b = *state;
    struct ha_context *one = new_player(b, 1, 1)->context, *two = new_player(b, 2, 0)->context;
    go_to(b, one);
    void *copy = save(b);

    for (int i = 0; i < 3; i++) {
        go_to(b, one);
        go_to(b, two);
        restore(b, copy);
    }

    expect_turns(b, 7, (const uint32_t[]){1, 1, 2, 1, 2, 1, 2});
    free(copy);
}

static void a_context_that_serves_another_since_is_what_it_was_again(void **state)
{
    struct bench *b = *state;
    struct ha_context *one = new_player(b, 1, 0)->context;
    void *copy = save(b);
    go_to(b, one);
    struct player other = {.bench = b};
    other.context = create(b, play_deep, &other);
    assert_ptr_equal(other.context, one);

    restore(b, copy);
    go_to(b, one);

    expect_turns(b, 2, (const uint32_t[]){1, 1});
    free(copy);
}

static void contexts_that_a_copy_does_not_have_are_used_again(void **state)
{
    struct bench *b = *state;
    struct ha_context *one = new_player(b, 1, 1)->context;
    void *copy = save(b);
    struct ha_context *two = new_player(b, 2, 1)->context;
    go_to(b, two);

    restore(b, copy);
    assert_ptr_equal(new_player(b, 3, 0)->context, two);
    restore(b, NULL);
    struct ha_context *four = new_player(b, 4, 0)->context;
    struct ha_context *five = new_player(b, 5, 0)->context;

    assert_true((four == one && five == two) || (four == two && five == one));
    free(copy);
}

static void a_deep_stack_is_put_back_as_a_whole(void **state)
{
    struct bench *b = *state;
    struct player player = {.bench = b};
    player.context = create(b, play_deep, &player);
    go_to(b, player.context);
    void *copy = save(b);
    go_to(b, player.context);
    struct player other = {.bench = b};
    other.context = create(b, play_deep, &other);
    go_to(b, other.context);
    player.came_back = false;

    restore(b, copy);
    go_to(b, player.context);

    assert_true(player.came_back);
    assert_int_equal(player.number, 0);
    free(copy);
}

static void what_does_not_fit_is_not_copied(void **state)
{
    struct bench *b = *state;
    unsigned char copy[8] = {1, 2, 3, 4, 5, 6, 7, 8};
    new_player(b, 1, 0);

    assert_true(b->carrier->operations->save(b->carrier, copy, sizeof copy) > sizeof copy);

    assert_memory_equal(copy, ((const unsigned char[]){1, 2, 3, 4, 5, 6, 7, 8}), sizeof copy);
}

#define WITH_COPIES(test) cmocka_unit_test_setup_teardown(test, open_coroutines, close_bench)
#endif

#define WITH_EACH(test) \
    cmocka_unit_test_setup_teardown(test, open_hosts, close_bench), \
    cmocka_unit_test_setup_teardown(test, open_coroutines, close_bench)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_EACH(a_carrier_without_contexts_can_be_closed),
        WITH_EACH(a_context_runs_when_control_first_comes_to_it_and_not_before),
        WITH_EACH(control_goes_on_where_it_was_given_away),
        WITH_EACH(a_context_that_ends_names_the_one_that_goes_on),
        WITH_EACH(a_context_that_ended_is_used_again),
        WITH_EACH(all_contexts_that_ended_are_used_again),
        WITH_EACH(an_abandoned_context_runs_no_more_of_its_code_and_is_used_again),
        WITH_EACH(a_context_that_never_ran_can_be_abandoned),
        WITH_EACH(a_thousand_contexts_live_side_by_side_on_stacks_of_their_own),
        WITH_EACH(a_thousand_contexts_can_be_abandoned_in_any_order),
        WITH_EACH(a_deep_stack_is_dropped_as_a_whole_and_used_again),
#if HA_COROUTINES_CAN_BE_SAVED
        WITH_COPIES(contexts_go_on_from_where_they_were_when_they_were_copied),
        WITH_COPIES(a_context_that_serves_another_since_is_what_it_was_again),
        WITH_COPIES(contexts_that_a_copy_does_not_have_are_used_again),
        WITH_COPIES(a_deep_stack_is_put_back_as_a_whole),
        WITH_COPIES(what_does_not_fit_is_not_copied),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
