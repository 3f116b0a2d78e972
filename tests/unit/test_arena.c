/* core: arena */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/arena.h"
#include "hotadd/error.h"

static int open_arena(void **state)
{
    struct ha_arena *arena = malloc(sizeof *arena);
    *state = arena;
    return !arena || ha_arena_open(arena, 64 * 1024) != HA_OK;
}

static int close_arena(void **state)
{
    ha_arena_close(*state);
    free(*state);
    return 0;
}

static bool all_bytes_are(const unsigned char *bytes, size_t size, unsigned char value)
{
    for (size_t i = 0; i < size; i++)
        if (bytes[i] != value)
            return false;
    return true;
}

/* Take blocks of a size until there is no more; returns how many there were. */
static size_t fill(struct ha_arena *arena, size_t size)
{
    size_t count = 0;
    while (ha_arena_take(arena, size))
        count++;
    return count;
}

static void memory_is_zeroed_and_aligned_whatever_its_size(void **state)
{
    struct ha_arena *arena = *state;
    static const size_t sizes[] = {0, 1, 15, 16, 17, 100, 1000, 4097};

    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        unsigned char *block = ha_arena_take(arena, sizes[i]);
        assert_non_null(block);
        assert_int_equal((uintptr_t)block % _Alignof(max_align_t), 0);
        assert_true(all_bytes_are(block, sizes[i], 0));
        memset(block, 0xee, sizes[i]);
    }
}

static void memory_given_back_is_used_again_and_is_clean(void **state)
{
    struct ha_arena *arena = *state;
    unsigned char *block = ha_arena_take(arena, 100);
    memset(block, 0xee, 100);
    size_t used = ha_arena_used(arena);

    ha_arena_give(arena, block, 100);
    unsigned char *again = ha_arena_take(arena, 90);

    assert_ptr_equal(again, block);
    assert_int_equal(ha_arena_used(arena), used);
    assert_true(all_bytes_are(again, 90, 0));
    ha_arena_give(arena, NULL, 100);
}

static void what_drivers_gave_back_serves_the_simulator_and_the_other_way_round(void **state)
{
    struct ha_arena *arena = *state;
    unsigned char *lent = ha_arena_lend(arena, 100);
    unsigned char *taken = ha_arena_take(arena, 100);
    memset(lent, 0xee, 100);
    memset(taken, 0xee, 100);

    ha_arena_get_back(arena, lent, 100);
    ha_arena_get_back(arena, NULL, 100);
    assert_ptr_equal(ha_arena_take(arena, 100), lent);
    ha_arena_give(arena, taken, 100);
    assert_ptr_equal(ha_arena_lend(arena, 100), taken);

    assert_true(all_bytes_are(lent, 100, 0));
    assert_true(all_bytes_are(taken, 100, 0));
}

static void a_full_arena_refuses_and_changes_nothing(void **state)
{
    struct ha_arena *arena = *state;
    unsigned char *first = ha_arena_take(arena, 600);
    memset(first, 0xee, 600);
    fill(arena, 600);
    size_t used = ha_arena_used(arena);
    assert_true(used <= arena->size);
    char long_string[600];
    memset(long_string, 'x', sizeof long_string);
    long_string[sizeof long_string - 1] = '\0';

    assert_null(ha_arena_take(arena, 600));
    assert_null(ha_arena_take(arena, SIZE_MAX));
    assert_null(ha_arena_lend(arena, SIZE_MAX));
    assert_null(ha_arena_take(arena, 64 * 1024 + 1));
    assert_null(ha_arena_copy(arena, long_string));

    assert_int_equal(ha_arena_used(arena), used);
    assert_true(all_bytes_are(first, 600, 0xee));
    ha_arena_give(arena, first, 600);
    assert_ptr_equal(ha_arena_take(arena, 600), first);
}

static void an_arena_of_an_odd_size_refuses_what_would_lie_beyond_its_end(void **state)
{
    (void)state;

    for (size_t size = 960; size < 1100; size++) {
        struct ha_arena arena;
        assert_int_equal(ha_arena_open(&arena, size), HA_OK);
        fill(&arena, 16);
        assert_null(ha_arena_take(&arena, 64));
        assert_true(ha_arena_used(&arena) <= size);
        ha_arena_close(&arena);
    }
}

static void a_block_of_a_cache_line_or_more_begins_with_a_line(void **state)
{
    for (size_t size = 33; size < 3000; size += size / 2) {
        assert_non_null(ha_arena_take(*state, 1));
        void *block = ha_arena_take(*state, size);
        assert_non_null(block);
        assert_int_equal((uintptr_t)block % 64, 0);
    }
}

static void an_arena_without_room_for_its_own_head_is_refused(void **state)
{
    (void)state;
    struct ha_arena arena;

    assert_int_equal(ha_arena_open(&arena, 0), HA_ENOMEM);
    ha_arena_close(&arena);
    assert_int_equal(ha_arena_open(&arena, 64), HA_ENOMEM);
    ha_arena_close(&arena);
}

static void a_copied_string_is_independent_of_its_origin(void **state)
{
    char origin[] = "KeProcessorAddStartNotify";

    char *copy = ha_arena_copy(*state, origin);
    origin[0] = '?';

    assert_string_equal(copy, "KeProcessorAddStartNotify");
    assert_string_equal(ha_arena_copy(*state, ""), "");
}

static void growing_keeps_the_elements_and_zeroes_the_new_ones(void **state)
{
    uint32_t *array = NULL;
    size_t room = 0;

    for (uint32_t i = 0; i < 1000; i++) {
        if (i == room) {
            array = ha_arena_grow(*state, array, &room, sizeof *array);
            assert_non_null(array);
            assert_true(all_bytes_are((unsigned char *)(array + i), (room - i) * sizeof *array, 0));
        }
        array[i] = i + 1;
    }

    for (uint32_t i = 0; i < 1000; i++)
        assert_int_equal(array[i], i + 1);
}

static void growing_in_a_full_arena_leaves_the_array_as_it_was(void **state)
{
    size_t room = 0;
    uint64_t *array = ha_arena_grow(*state, NULL, &room, sizeof *array);
    for (size_t i = 0; i < room; i++)
        array[i] = ~(uint64_t)i;
    size_t room_before = room;
    fill(*state, room * 2 * sizeof *array);

    assert_null(ha_arena_grow(*state, array, &room, sizeof *array));

    assert_int_equal(room, room_before);
    for (size_t i = 0; i < room; i++)
        assert_true(array[i] == ~(uint64_t)i);
}

static void a_rewind_restores_every_byte_where_it_was(void **state)
{
    struct ha_arena *arena = *state;
    unsigned char *changed = ha_arena_take(arena, 300);
    unsigned char *given = ha_arena_take(arena, 300);
    char **pointer = ha_arena_take(arena, sizeof *pointer);
    memset(changed, 0x11, 300);
    memset(given, 0x22, 300);
    *pointer = ha_arena_copy(arena, "before");
    size_t used = ha_arena_used(arena);
    assert_int_equal(ha_arena_mark(arena), HA_OK);

    for (int run = 0; run < 3; run++) {
        memset(changed, 0x33, 300);
        ha_arena_give(arena, given, 300);
        memset(ha_arena_take(arena, 300), 0x44, 300);
        strcpy(*pointer, "after");
        *pointer = ha_arena_copy(arena, "elsewhere");
        fill(arena, 500);
        ha_arena_rewind(arena);

        assert_int_equal(ha_arena_used(arena), used);
        assert_true(all_bytes_are(changed, 300, 0x11));
        assert_true(all_bytes_are(given, 300, 0x22));
        assert_string_equal(*pointer, "before");
    }
}

static void what_was_given_back_before_the_mark_is_free_after_the_rewind(void **state)
{
    struct ha_arena *arena = *state;
    void *given = ha_arena_take(arena, 64);
    void *kept = ha_arena_take(arena, 64);
    ha_arena_give(arena, given, 64);
    assert_int_equal(ha_arena_mark(arena), HA_OK);

    assert_ptr_equal(ha_arena_take(arena, 64), given);
    ha_arena_give(arena, kept, 64);
    ha_arena_rewind(arena);

    assert_ptr_equal(ha_arena_take(arena, 64), given);
    assert_ptr_not_equal(ha_arena_take(arena, 64), kept);
}

static void memory_taken_after_the_mark_is_clean_when_taken_after_the_rewind(void **state)
{
    struct ha_arena *arena = *state;
    assert_int_equal(ha_arena_mark(arena), HA_OK);
    unsigned char *block = ha_arena_take(arena, 2000);
    memset(block, 0xee, 2000);

    ha_arena_rewind(arena);
    unsigned char *again = ha_arena_take(arena, 2000);

    assert_ptr_equal(again, block);
    assert_true(all_bytes_are(again, 2000, 0));
}

static void a_second_mark_takes_the_place_of_the_first(void **state)
{
    struct ha_arena *arena = *state;
    int *value = ha_arena_take(arena, sizeof *value);
    *value = 1;
    assert_int_equal(ha_arena_mark(arena), HA_OK);
    *value = 2;
    assert_int_equal(ha_arena_mark(arena), HA_OK);
    *value = 3;

    ha_arena_rewind(arena);

    assert_int_equal(*value, 2);
}

static void any_of_several_copies_can_be_put_back(void **state)
{
    struct ha_arena *arena = *state;
    unsigned char *copy[2];
    size_t used[2];
    int *value = ha_arena_take(arena, sizeof *value);
    void *later[2];
    for (int i = 0; i < 2; i++) {
        *value = i + 1;
        used[i] = ha_arena_used(arena);
        copy[i] = malloc(used[i]);
        assert_non_null(copy[i]);
        ha_arena_save(arena, copy[i]);
        later[i] = ha_arena_take(arena, 100);
    }

    for (int i = 2; i-- > 0;) {
        ha_arena_restore(arena, copy[i], used[i]);

        assert_int_equal(*value, i + 1);
        assert_int_equal(ha_arena_used(arena), used[i]);
        assert_ptr_equal(ha_arena_take(arena, 100), later[i]);
        free(copy[i]);
    }
}

/* Blocks of random sizes come and go, each full of its own byte. */
static void living_blocks_never_overlap(void **state)
{
    enum { COUNT = 64 };
    struct { unsigned char *bytes; size_t size; } block[COUNT] = {{0}};
    uint32_t random = 12345;

    for (int step = 0; step < 5000; step++) {
        random = random * 1664525u + 1013904223u;
        size_t i = random >> 16 & (COUNT - 1);
        if (block[i].bytes) {
            if (!all_bytes_are(block[i].bytes, block[i].size, (unsigned char)i))
                fail_msg("step %d: block %zu was overwritten", step, i);
            ha_arena_give(*state, block[i].bytes, block[i].size);
        }
        block[i].size = random >> 22 & 511;
        block[i].bytes = ha_arena_take(*state, block[i].size);
        if (block[i].bytes)
            memset(block[i].bytes, (int)i, block[i].size);
    }
}

#define with_arena(test) cmocka_unit_test_setup_teardown(test, open_arena, close_arena)

/* What one process gives back another may take, and a third one finds what it has written. */
static void a_shared_arena_is_the_same_for_processes_that_are_forked(void **state)
{
    struct ha_arena arena;
    (void)state;
    assert_int_equal(ha_arena_open_shared(&arena), HA_OK);
    char *given = ha_arena_take(&arena, 64);
    assert_non_null(given);
    ha_arena_give(&arena, given, 64);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        char *taken = ha_arena_take(&arena, 64);
        if (taken == given)
            strcpy(taken, "written");
        _exit(0);
    }
    assert_int_equal(waitpid(child, NULL, 0), child);

    assert_string_equal(given, "written");
    assert_true(ha_arena_take(&arena, 64) != given);
    ha_arena_close(&arena);
}

static void what_lies_in_no_arena_lies_on_the_heap(void **state)
{
    size_t room = 0;
    (void)state;
    char *copy = ha_heap_copy(NULL, "copied");
    uint64_t *array = ha_heap_grow(NULL, NULL, &room, sizeof *array);
    assert_non_null(array);
    array[room - 1] = 7;
    array = ha_heap_grow(NULL, array, &room, sizeof *array);

    assert_string_equal(copy, "copied");
    assert_int_equal(room, 16);
    assert_int_equal(array[7], 7);
    assert_int_equal(array[15], 0);
    ha_heap_give(NULL, copy, 7);
    ha_heap_give(NULL, array, room * sizeof *array);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_arena(memory_is_zeroed_and_aligned_whatever_its_size),
        with_arena(memory_given_back_is_used_again_and_is_clean),
        with_arena(what_drivers_gave_back_serves_the_simulator_and_the_other_way_round),
        with_arena(a_full_arena_refuses_and_changes_nothing),
        cmocka_unit_test(an_arena_of_an_odd_size_refuses_what_would_lie_beyond_its_end),
        with_arena(a_block_of_a_cache_line_or_more_begins_with_a_line),
        cmocka_unit_test(an_arena_without_room_for_its_own_head_is_refused),
        with_arena(a_copied_string_is_independent_of_its_origin),
        with_arena(growing_keeps_the_elements_and_zeroes_the_new_ones),
        with_arena(growing_in_a_full_arena_leaves_the_array_as_it_was),
        with_arena(a_rewind_restores_every_byte_where_it_was),
        with_arena(what_was_given_back_before_the_mark_is_free_after_the_rewind),
        with_arena(memory_taken_after_the_mark_is_clean_when_taken_after_the_rewind),
        with_arena(a_second_mark_takes_the_place_of_the_first),
        with_arena(any_of_several_copies_can_be_put_back),
        with_arena(living_blocks_never_overlap),
        cmocka_unit_test(a_shared_arena_is_the_same_for_processes_that_are_forked),
        cmocka_unit_test(what_lies_in_no_arena_lies_on_the_heap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
