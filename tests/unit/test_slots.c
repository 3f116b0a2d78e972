/* core: slots and ids */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/ids.h"
#include "core/slots.h"
#include "hotadd/error.h"

struct bench {
    struct ha_arena arena;
    struct ha_slots slots;
    struct ha_ids ids;
};

static int open_bench(void **state)
{
    struct bench *b = calloc(1, sizeof *b);
    *state = b;
    return !b || ha_arena_open(&b->arena, (size_t)16 << 20) != HA_OK;
}

static int close_bench(void **state)
{
    struct bench *b = *state;
    ha_arena_close(&b->arena);
    free(b);
    return 0;
}

static void use_up(struct ha_arena *arena)
{
    for (size_t size = arena->size; size > 0; size /= 2)
        while (ha_arena_take(arena, size))
            continue;
}

/* Put an object that must find room; returns its place. */
static uint32_t put(struct bench *b, void *object)
{
    uint32_t place = UINT32_MAX;
    assert_true(ha_slots_put(&b->slots, &b->arena, object, &place));
    return place;
}

static enum ha_slot_answer ask(struct bench *b, uint64_t handle, void **object)
{
    *object = NULL;
    return ha_slots_get(&b->slots, handle, object);
}

static void a_handle_leads_to_its_object_until_it_is_dropped(void **state)
{
    struct bench *b = *state;
    int objects[2];
    void *object;
    uint32_t place = put(b, &objects[0]);
    uint64_t first = ha_slots_handle(&b->slots, place);
    uint64_t second = ha_slots_handle(&b->slots, put(b, &objects[1]));

    assert_int_equal(ask(b, first, &object), HA_HANDLE_LIVE);
    assert_ptr_equal(object, &objects[0]);
    assert_int_equal(ask(b, second, &object), HA_HANDLE_LIVE);
    assert_ptr_equal(object, &objects[1]);

    ha_slots_drop(&b->slots, place);
    assert_int_equal(ask(b, first, &object), HA_HANDLE_STALE);
    assert_null(object);
    assert_int_equal(ask(b, second, &object), HA_HANDLE_LIVE);
}

static void a_place_used_again_has_a_new_handle_and_the_old_one_stays_stale(void **state)
{
    struct bench *b = *state;
    uint64_t handle[100];
    void *object;

    for (int i = 0; i < 100; i++) {
        uint32_t place = put(b, b);
        assert_int_equal(place, 0);
        handle[i] = ha_slots_handle(&b->slots, place);
        ha_slots_drop(&b->slots, place);
    }

    for (int i = 0; i < 100; i++) {
        assert_int_equal(ask(b, handle[i], &object), HA_HANDLE_STALE);
        for (int j = 0; j < i; j++)
            assert_true(handle[i] != handle[j]);
    }
}

/* A use count has 18 bits: one more use would bring the first handle back to life. */
static void a_place_whose_uses_are_used_up_is_not_used_again(void **state)
{
    enum { USES = 0x3ffff };
    struct bench *b = *state;
    uint64_t first = ha_slots_handle(&b->slots, put(b, b)), last = first;
    void *object;
    ha_slots_drop(&b->slots, 0);

    for (uint32_t use = 2; use <= USES; use++) {
        assert_int_equal(put(b, b), 0);
        last = ha_slots_handle(&b->slots, 0);
        if (ask(b, first, &object) != HA_HANDLE_STALE || ask(b, last, &object) != HA_HANDLE_LIVE)
            fail_msg("use %u", (unsigned)use);
        ha_slots_drop(&b->slots, 0);
    }

    for (uint32_t place = 1; place < 4; place++) {
        assert_int_equal(put(b, b), place);
        assert_int_equal(ask(b, first, &object), HA_HANDLE_STALE);
        assert_int_equal(ask(b, last, &object), HA_HANDLE_STALE);
    }
}

static void a_handle_that_was_never_given_out_is_unknown(void **state)
{
    struct bench *b = *state;
    uint64_t live = ha_slots_handle(&b->slots, put(b, b));
    uint64_t dropped[2];
    for (int i = 0; i < 2; i++) {
        uint32_t place = put(b, b);
        dropped[i] = ha_slots_handle(&b->slots, place);
        ha_slots_drop(&b->slots, place);
    }
    uint64_t one_use = dropped[1] - dropped[0];
    const uint64_t never[] = {
        0, 1, 16, UINT64_MAX, (uint64_t)(uintptr_t)b, live + 1, live + 8, live + 0x1000,
        live & 0xffffffffu, live ^ UINT64_C(1) << 46, live + one_use, live - one_use,
        dropped[0] + 1, dropped[0] + 4, dropped[0] ^ UINT64_C(1) << 46, dropped[0] - one_use,
        dropped[1] + one_use,
    };

    for (size_t i = 0; i < sizeof never / sizeof *never; i++) {
        void *object;
        if (ask(b, never[i], &object) != HA_HANDLE_UNKNOWN || object)
            fail_msg("case %zu: %llx was taken for a handle", i, (unsigned long long)never[i]);
    }
}

static void a_hundred_thousand_handles_live_side_by_side(void **state)
{
    enum { COUNT = 100000 };
    struct bench *b = *state;
    uint64_t *handle = calloc(COUNT, sizeof *handle);
    char *objects = malloc(COUNT);
    void *object;
    assert_non_null(handle);
    assert_non_null(objects);

    for (uint32_t i = 0; i < COUNT; i++) {
        assert_int_equal(put(b, &objects[i]), i);
        handle[i] = ha_slots_handle(&b->slots, i);
    }
    for (uint32_t i = 0; i < COUNT; i += 2)
        ha_slots_drop(&b->slots, i);

    for (size_t i = 0; i < COUNT; i++) {
        assert_int_equal(ask(b, handle[i], &object), i % 2 ? HA_HANDLE_LIVE : HA_HANDLE_STALE);
        assert_ptr_equal(object, i % 2 ? &objects[i] : NULL);
    }
    free(handle);
    free(objects);
}

static void a_full_arena_takes_no_object_and_keeps_the_others(void **state)
{
    struct bench *b = *state;
    uint32_t first = put(b, b), place = UINT32_MAX;
    uint64_t handle = ha_slots_handle(&b->slots, first);
    void *object;
    use_up(&b->arena);
    while (b->slots.count < b->slots.room)
        put(b, b);

    assert_false(ha_slots_put(&b->slots, &b->arena, b, &place));

    assert_int_equal(b->slots.count, b->slots.room);
    assert_int_equal(ask(b, handle, &object), HA_HANDLE_LIVE);
    ha_slots_drop(&b->slots, first);
    assert_int_equal(put(b, b), first);
}

static void ids_count_pointers_in_the_order_of_their_appearance(void **state)
{
    struct bench *b = *state;

    for (uintptr_t i = 1; i <= 5000; i++)
        assert_int_equal(ha_id_of(&b->ids, &b->arena, i * 48), i);
    for (uintptr_t i = 5000; i > 0; i--)
        assert_int_equal(ha_id_of(&b->ids, &b->arena, i * 48), i);
}

static void the_null_pointer_has_no_id_and_takes_none(void **state)
{
    struct bench *b = *state;

    assert_int_equal(ha_id_of(&b->ids, &b->arena, 0), 0);
    assert_int_equal(ha_id_of(&b->ids, &b->arena, 16), 1);
    assert_int_equal(ha_id_of(&b->ids, &b->arena, 0), 0);
    assert_int_equal(ha_id_of(&b->ids, &b->arena, 32), 2);
}

static void pointers_that_differ_in_any_one_bit_have_different_ids(void **state)
{
    struct bench *b = *state;
    uint32_t expected = 0;

    for (unsigned bit = 0; bit < 8 * sizeof(uintptr_t); bit++)
        assert_int_equal(ha_id_of(&b->ids, &b->arena, (uintptr_t)1 << bit), ++expected);
}

static void a_full_arena_gives_no_new_id_and_keeps_those_that_are(void **state)
{
    struct bench *b = *state;
    uint32_t last = 0, id;
    ha_id_of(&b->ids, &b->arena, 16);
    use_up(&b->arena);

    while ((id = ha_id_of(&b->ids, &b->arena, (last + 1) * 16)) != HA_NO_ID)
        last = id;

    assert_true(last > 1);
    for (uint32_t i = 1; i <= last; i++)
        assert_int_equal(ha_id_of(&b->ids, &b->arena, i * 16), i);
}

#define with_bench(test) cmocka_unit_test_setup_teardown(test, open_bench, close_bench)

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_bench(a_handle_leads_to_its_object_until_it_is_dropped),
        with_bench(a_place_used_again_has_a_new_handle_and_the_old_one_stays_stale),
        with_bench(a_place_whose_uses_are_used_up_is_not_used_again),
        with_bench(a_handle_that_was_never_given_out_is_unknown),
        with_bench(a_hundred_thousand_handles_live_side_by_side),
        with_bench(a_full_arena_takes_no_object_and_keeps_the_others),
        with_bench(ids_count_pointers_in_the_order_of_their_appearance),
        with_bench(the_null_pointer_has_no_id_and_takes_none),
        with_bench(pointers_that_differ_in_any_one_bit_have_different_ids),
        with_bench(a_full_arena_gives_no_new_id_and_keeps_those_that_are),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
