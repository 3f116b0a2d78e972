/* pool: blocks, what is recorded of them, and what is put up with */
#include "unit/scripting.h"

#include <string.h>

/* What a driver's thread shall find out. */
struct find {
    struct bench *bench;
    struct driver *driver;
    void (*body)(struct find *find);
    size_t wrong;               /* what was not as it should be */
};

static void find_out(void *argument)
{
    struct find *find = argument;
    find->body(find);
}

/* On a thread of the only driver. */
static void on_a_thread(struct bench *b, void (*body)(struct find *find))
{
    struct find find = {b, bench_driver(b, "a"), body, 0};
    bench_load(b);
    bench_forget(b);
    bench_run(b, find.driver, find_out, &find);
    assert_int_equal(find.wrong, 0);
}

static void take_and_give(struct find *find)
{
    (void)find;
    void *first = ExAllocatePool2(POOL_FLAG_NON_PAGED, 100, PERP);
    void *second = ExAllocatePool2(POOL_FLAG_PAGED, 1, 'x');
    ExFreePoolWithTag(first, PERP);
    void *third = ExAllocatePool2(POOL_FLAG_NON_PAGED | POOL_FLAG_UNINITIALIZED, 100, PERP);
    ExFreePool(second);
    ExFreePoolWithTag(third, PERP);
}

/* A block's id is never used again, and FREE says what is given back. */
static void blocks_have_ids_in_the_order_of_their_taking(void **state)
{
    struct bench *b = *state;

    on_a_thread(b, take_and_give);

    expect_records(b, "system-3 ALLOC 1 of 100 bytes 'Perp' [4]\n"
                      "system-3 ALLOC 2 of 1 bytes 'x...' [4]\n"
                      "system-3 FREE 1 of 100 bytes 'Perp' [4]\n"
                      "system-3 ALLOC 3 of 100 bytes 'Perp' [4]\n"
                      "system-3 FREE 2 of 1 bytes 'x...' [4]\n"
                      "system-3 FREE 3 of 100 bytes 'Perp' [4]\n");
}

static void take_dirty_memory(struct find *find)
{
    for (size_t size = 1; size < 300; size += 7) {
        unsigned char *memory = ExAllocatePool2(POOL_FLAG_NON_PAGED, size, PERP);
        find->wrong += (uintptr_t)memory % 16;
        for (size_t i = 0; i < size; i++)
            find->wrong += memory[i];
        memset(memory, 0xff, size);
        ExFreePool(memory);
    }
}

static void memory_is_aligned_and_zeroed_whatever_lay_there(void **state)
{
    struct bench *b = *state;

    on_a_thread(b, take_dirty_memory);

    assert_int_equal(bench_count(b, HA_ALLOC), bench_count(b, HA_FREE));
    assert_int_equal(bench_count(b, HA_ALLOC), 43);
}

static void pass_bad_pointers(struct find *find)
{
    static unsigned char foreign[64];
    unsigned char own[64];
    unsigned char *memory = ExAllocatePool2(POOL_FLAG_NON_PAGED, 64, PERP);
    memset(memory, 0x5a, 64);
    ExFreePool(NULL);
    ExFreePool(memory + 16);
    ExFreePool(memory + 1);
    ExFreePool(memory - 16);
    ExFreePool(foreign);
    ExFreePool(own + 8);
    ExFreePool((void *)find->bench->machine);
    ExFreePool(memory);
    ExFreePool(memory);
}

/* Freed without having been taken, or twice: recorded, and the machine goes on. */
static void what_was_never_taken_or_was_given_back_is_left_alone(void **state)
{
    struct bench *b = *state;
    b->drivers_err = true;

    on_a_thread(b, pass_bad_pointers);

    assert_int_equal(bench_count(b, HA_ALLOC), 1);
    assert_int_equal(bench_count(b, HA_FREE), 1);
    assert_int_equal(bench_count(b, HA_MISUSE), 8);
    for (size_t i = 0; i < 8; i++) {
        const struct ha_record *misuse = bench_record(b, HA_MISUSE, i);
        assert_int_equal(misuse->as.misuse.misuse, HA_MISUSE_BAD_BLOCK);
        assert_int_equal(misuse->as.misuse.routine, HA_RT_FREE_POOL);
        assert_int_equal(misuse->driver, 1);
    }
}

/* An aligned block begins somewhere in its room; all of that goes, and others lie next to it. */
static void take_beside_aligned_blocks(struct find *find)
{
    enum { PAIRS = 8 };
    void *aligned[PAIRS], *beside[PAIRS];
    (void)find;
    for (size_t size = 4; size < 300; size += 4) {
        for (size_t i = 0; i < PAIRS; i++) {
            aligned[i] = ExAllocatePool2(POOL_FLAG_NON_PAGED | POOL_FLAG_CACHE_ALIGNED, 64, PERP);
            beside[i] = ExAllocatePool2(POOL_FLAG_NON_PAGED, size, PERP);
        }
        for (size_t i = 0; i < PAIRS; i++)
            ExFreePool(aligned[i]);
        for (size_t i = 0; i < PAIRS; i++)
            aligned[i] = ExAllocatePool2(POOL_FLAG_NON_PAGED, size, PERP);
        for (size_t i = 0; i < PAIRS; i++) {
            ExFreePool(aligned[i]);
            ExFreePool(beside[i]);
        }
    }
}

static void an_aligned_block_leaves_no_gap_and_takes_nothing_of_its_neighbours(void **state)
{
    struct bench *b = *state;

    on_a_thread(b, take_beside_aligned_blocks);

    assert_int_equal(bench_count(b, HA_MISUSE), 0);
    assert_int_equal(bench_count(b, HA_FREE), bench_count(b, HA_ALLOC));
}

static void free_aligned_blocks_twice(struct find *find)
{
    (void)find;
    for (size_t size = 64; size <= 4096; size *= 64) {
        void *memory = ExAllocatePool2(POOL_FLAG_PAGED | POOL_FLAG_CACHE_ALIGNED, size, PERP);
        ExFreePool(memory);
        ExFreePool(memory);
    }
}

/* POOL-2 */
static void an_aligned_block_is_given_back_only_once(void **state)
{
    struct bench *b = *state;
    b->findings = "a POOL-2\na POOL-2\n";

    on_a_thread(b, free_aligned_blocks_twice);

    assert_int_equal(bench_count(b, HA_FREE), 2);
    assert_int_equal(bench_count(b, HA_MISUSE), 2);
}

static void free_a_copied_block(struct find *find)
{
    unsigned char *memory = ExAllocatePool2(POOL_FLAG_NON_PAGED, 256, PERP);
    memcpy(memory + 64, memory - 48, 48);       /* the head of a block, seal and all */
    ExFreePool(memory + 112);
    ExFreePool(memory);
    (void)find;
}

static void the_seal_of_a_block_fits_no_other_place(void **state)
{
    struct bench *b = *state;
    b->drivers_err = true;

    on_a_thread(b, free_a_copied_block);

    assert_int_equal(bench_count(b, HA_MISUSE), 1);
    assert_int_equal(bench_count(b, HA_FREE), 1);
}

static void ask_for_too_much(struct find *find)
{
    static const size_t sizes[] = {(size_t)1 << 40, SIZE_MAX, SIZE_MAX - 16};
    for (size_t i = 0; i < COUNT(sizes); i++)
        find->wrong += ExAllocatePool2(POOL_FLAG_NON_PAGED, sizes[i], PERP) != NULL;
    void *memory = ExAllocatePool2(POOL_FLAG_NON_PAGED, 0, PERP);
    find->wrong += memory == NULL;
    ExFreePool(memory);
}

static void more_than_there_is_gives_null_and_a_fault(void **state)
{
    struct bench *b = *state;

    on_a_thread(b, ask_for_too_much);

    expect_records(b, "system-3 FAULT ExAllocatePool2 [4]\n"
                      "system-3 FAULT ExAllocatePool2 [4]\n"
                      "system-3 FAULT ExAllocatePool2 [4]\n"
                      "system-3 ALLOC 1 of 0 bytes 'Perp' [4]\n"
                      "system-3 FREE 1 of 0 bytes 'Perp' [4]\n");
}

static void fill_the_pool(struct find *find)
{
    void *first = NULL, *next;
    while ((next = ExAllocatePool2(POOL_FLAG_NON_PAGED, 5000, PERP))) {
        *(void **)next = first;
        first = next;
    }
    while ((next = first)) {
        first = *(void **)next;
        ExFreePool(next);
    }
    next = ExAllocatePool2(POOL_FLAG_NON_PAGED, 5000, PERP);
    find->wrong += next == NULL;
    ExFreePool(next);
}

static void a_full_pool_is_usable_again_when_something_was_given_back(void **state)
{
    struct bench *b = *state;

    on_a_thread(b, fill_the_pool);

    assert_int_equal(bench_count(b, HA_FAULT), 1);
    assert_true(bench_count(b, HA_ALLOC) > 50);
    assert_int_equal(bench_count(b, HA_ALLOC), bench_count(b, HA_FREE));
    assert_int_equal(ha_machine_ending(b->machine), HA_END_NOT_YET);
}

/* In a callback: which, for what, and whether it is one of the EXIST phase. */
static void an_allocation_says_in_which_callback_it_was_made(void **state)
{
    struct bench *b = *state;
    static const struct ha_step entry[] = {
        TABLE(NUMBER(8)),
        REGISTER_EXISTING};
    static const struct ha_step take[] = {ALLOCATE(VALUE(PROCESSOR))};
    const struct ha_handler handler[] = {{WHEN(HA_STATE_COMPLETE, take)}};
    const struct ha_script script[] = {
        {.name = "a", .entry = STEPS(entry), .handler = handler, .handler_count = 1}};
    const struct ha_event_plan event[] = {{ADD}};
    b->group[0] = (struct ha_group_options){.maximum = 8, .active_mask = 2};

    bench_play(b, script, 1, event, 1);

    static const struct ha_record expected[] = {
        {.id = 1, .flags = HA_CB_NONE, .as.pool = {64, 0x70726353, 0, 0, 0, 0}},
        {.id = 2, .flags = HA_STATE_COMPLETE | HA_CB_EXISTING, .as.pool = {64, PERP, 1, 1, 0, 0}},
        {.id = 3, .flags = HA_STATE_COMPLETE, .as.pool = {64, PERP, 1, 1, 1, 0}}};
    for (size_t i = 0; i < COUNT(expected); i++) {
        const struct ha_record *alloc = bench_record(b, HA_ALLOC, i);
        assert_int_equal(alloc->id, expected[i].id);
        assert_int_equal(alloc->flags, expected[i].flags);
        assert_int_equal(alloc->driver, 1);
        assert_memory_equal(&alloc->as.pool, &expected[i].as.pool, sizeof alloc->as.pool);
    }
}

/* The operation of an ALLOC is the add or the registration that its callback belongs to. */
static void the_second_add_is_the_operation_of_what_is_taken_in_it(void **state)
{
    struct bench *b = *state;
    static const struct ha_step entry[] = {
        TABLE(NUMBER(8)),
        {.kind = HA_STEP_REGISTER, .name = "other"}, REGISTER};
    static const struct ha_step take[] = {ALLOCATE(VALUE(PROCESSOR))};
    const struct ha_handler handler[] = {{WHEN(HA_STATE_START, take)}};
    const struct ha_script script[] = {
        {.name = "a", .entry = STEPS(entry), .handler = handler, .handler_count = 1}};
    const struct ha_event_plan event[] = {{ADD}, {ADD}};

    bench_play(b, script, 1, event, 2);

    assert_int_equal(bench_record(b, HA_ALLOC, 1)->as.pool.operation, 1);
    assert_int_equal(bench_record(b, HA_ALLOC, 2)->as.pool.operation, 2);
    assert_int_equal(bench_record(b, HA_ALLOC, 2)->as.pool.nt_number, 5);
    assert_int_equal(bench_record(b, HA_ALLOC, 2)->as.pool.registration, 2);
}

static void take_or_not(struct find *find)
{
    void *memory = ExAllocatePool2(POOL_FLAG_NON_PAGED, 16, PERP);
    find->driver->held = memory != NULL;
    if (memory)
        ExFreePool(memory);
}

/* REG-9 for pool: every allocation is a question of the tape. */
static void the_tape_can_make_an_allocation_fail(void **state)
{
    struct ha_text token = {0};
    size_t failed = 0;
    (void)state;
    for (uint32_t question = 0; question < 4; question++) {
        struct bench *b;
        assert_int_equal(bench_setup((void **)&b), 0);
        b->findings = NULL;
        bench_replay(b, &token, question, 1);
        on_a_thread(b, take_or_not);
        assert_int_equal(bench_count(b, HA_ALLOC), !!b->driver[0].held);
        for (size_t i = 0; i < bench_count(b, HA_FAULT); i++)
            failed += bench_record(b, HA_FAULT, i)->as.fault.routine == HA_RT_ALLOCATE_POOL;
        bench_teardown((void **)&b);
    }
    assert_int_equal(failed, 1);
    ha_text_close(&token);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BENCH_TEST(blocks_have_ids_in_the_order_of_their_taking),
        BENCH_TEST(memory_is_aligned_and_zeroed_whatever_lay_there),
        BENCH_TEST(what_was_never_taken_or_was_given_back_is_left_alone),
        BENCH_TEST(an_aligned_block_leaves_no_gap_and_takes_nothing_of_its_neighbours),
        BENCH_TEST(an_aligned_block_is_given_back_only_once),
        BENCH_TEST(the_seal_of_a_block_fits_no_other_place),
        BENCH_TEST(more_than_there_is_gives_null_and_a_fault),
        BENCH_TEST(a_full_pool_is_usable_again_when_something_was_given_back),
        BENCH_TEST(an_allocation_says_in_which_callback_it_was_made),
        BENCH_TEST(the_second_add_is_the_operation_of_what_is_taken_in_it),
        cmocka_unit_test(the_tape_can_make_an_allocation_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
