/* core: small numbers for pointers */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/ids.h"
#include "hotadd/error.h"

static void pointers_have_ids_in_the_order_of_their_appearance(void **state)
{
    struct ha_arena arena;
    struct ha_ids ids = {.count = 0};
    (void)state;
    assert_int_equal(ha_arena_open(&arena, (size_t)1 << 20), HA_OK);

    for (uint32_t i = 1; i <= 100; i++)
        assert_int_equal(ha_id_of(&ids, &arena, i * 4096), i);
    for (uint32_t i = 100; i > 0; i--)
        assert_int_equal(ha_id_of(&ids, &arena, i * 4096), i);
    assert_int_equal(ha_id_of(&ids, &arena, 0), 0);

    ha_arena_close(&arena);
}

/* A driver that registers a function has not registered NULL, however little memory there is. */
static void a_pointer_that_there_is_no_room_for_is_not_taken_for_null(void **state)
{
    struct ha_arena arena;
    struct ha_ids ids = {.count = 0};
    uint32_t known = 0;
    (void)state;
    assert_int_equal(ha_arena_open(&arena, 4096), HA_OK);

    while (ha_id_of(&ids, &arena, (known + 1) * 4096) == known + 1)
        known++;

    assert_int_equal(ha_id_of(&ids, &arena, (known + 1) * 4096), HA_NO_ID);
    assert_int_equal(ha_id_of(&ids, &arena, known * 4096), known);
    assert_int_equal(ha_id_of(&ids, &arena, 0), 0);
    ha_arena_close(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pointers_have_ids_in_the_order_of_their_appearance),
        cmocka_unit_test(a_pointer_that_there_is_no_room_for_is_not_taken_for_null),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
