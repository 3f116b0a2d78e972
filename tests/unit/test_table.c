/* table: entries by number, in room that is used again */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "check/table.h"

struct thing {
    struct ha_table_entry entry;
    uint32_t value;
};

#define EMPTY {.size = sizeof(struct thing)}

static void fill(struct ha_table *table, uint32_t from, uint32_t to)
{
    for (uint32_t key = from; key < to; key++) {
        uint32_t slot = ha_table_add(table, key);
        assert_true(slot);
        ((struct thing *)ha_table_at(table, slot))->value = 3 * key;
    }
}

static void what_was_put_in_is_found_and_nothing_else(void **state)
{
    (void)state;
    struct ha_table table = EMPTY;

    assert_int_equal(ha_table_find(&table, 7), 0);
    fill(&table, 0, 1000);

    for (uint32_t key = 0; key < 1000; key++) {
        const struct thing *thing = ha_table_at(&table, ha_table_find(&table, key));
        assert_int_equal(thing->entry.key, key);
        assert_int_equal(thing->value, 3 * key);
    }
    assert_int_equal(ha_table_find(&table, 1000), 0);
    assert_int_equal(ha_table_find(&table, UINT64_MAX), 0);
    ha_table_close(&table);
}

static void a_slot_stays_when_others_come_and_go(void **state)
{
    (void)state;
    struct ha_table table = EMPTY;
    uint32_t slot = ha_table_add(&table, 5);

    fill(&table, 10, 500);
    for (uint32_t key = 10; key < 500; key += 2)
        ha_table_remove(&table, ha_table_find(&table, key));

    assert_int_equal(ha_table_find(&table, 5), slot);
    assert_int_equal(ha_table_find(&table, 10), 0);
    assert_int_not_equal(ha_table_find(&table, 11), 0);
    ha_table_close(&table);
}

static void room_is_used_again(void **state)
{
    (void)state;
    struct ha_table table = EMPTY;

    for (uint32_t round = 0; round < 50; round++) {
        fill(&table, round * 10, round * 10 + 10);
        for (uint32_t key = round * 10; key < round * 10 + 10; key++)
            ha_table_remove(&table, ha_table_find(&table, key));
    }

    assert_int_equal(table.count, 0);
    assert_int_equal(table.room, 16);
    ha_table_close(&table);
}

static void a_closed_table_is_empty_and_can_be_used(void **state)
{
    (void)state;
    struct ha_table table = EMPTY;

    fill(&table, 0, 100);
    ha_table_close(&table);

    assert_int_equal(ha_table_find(&table, 5), 0);
    fill(&table, 5, 6);
    assert_int_not_equal(ha_table_find(&table, 5), 0);
    ha_table_close(&table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_put_in_is_found_and_nothing_else),
        cmocka_unit_test(a_slot_stays_when_others_come_and_go),
        cmocka_unit_test(room_is_used_again),
        cmocka_unit_test(a_closed_table_is_empty_and_can_be_used),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
