/* core: partition */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/partition.h"
#include "hotadd/error.h"

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

struct bench {
    struct ha_arena arena;
    struct ha_partition partition;
};

static int open_bench(void **state)
{
    struct bench *b = calloc(1, sizeof *b);
    *state = b;
    return !b || ha_arena_open(&b->arena, (size_t)1 << 20) != HA_OK;
}

static int close_bench(void **state)
{
    struct bench *b = *state;
    ha_arena_close(&b->arena);
    free(b);
    return 0;
}

static struct ha_partition *build(struct bench *b, const struct ha_group_options *group,
                                  size_t count)
{
    struct ha_partition_options options = {.group = group, .group_count = count};
    struct ha_error error = {""};
    int err = ha_partition_init(&b->partition, &b->arena, &options, &error);
    if (err)
        fail_msg("%d: %s", err, error.text);
    return &b->partition;
}

static bool find_place(const struct ha_partition *p, uint32_t group, uint32_t number,
                       struct ha_place *place)
{
    const struct ha_placing placing = {.group = group, .number = number, .node = HA_ANY_PLACE};
    return ha_partition_find_place(p, &placing, place);
}

/* Do to the next place all that an add does to a partition. */
static struct ha_place add(struct ha_partition *p, uint32_t group, uint32_t number)
{
    struct ha_place place = {0};
    assert_true(find_place(p, group, number, &place));
    ha_partition_offer(p, place);
    ha_partition_activate(p, place);
    ha_partition_schedule(p, place);
    return place;
}

static void options_that_contradict_each_other_are_refused_with_a_sentence(void **state)
{
    struct bench *b = *state;
    static struct ha_group_options many[65], large[33];
    for (size_t i = 0; i < COUNT_OF(many); i++)
        many[i] = (struct ha_group_options){.maximum = 1, .active_mask = 1};
    for (size_t i = 0; i < COUNT_OF(large); i++)
        large[i] = (struct ha_group_options){.maximum = i < 32 ? 64 : 1, .active_mask = 1};
    static const struct ha_group_options good = {.maximum = 4, .active_mask = 1};
    static const struct ha_group_options empty = {.maximum = 0, .active_mask = 1};
    static const struct ha_group_options wide = {.maximum = 65, .active_mask = 1};
    static const struct ha_group_options far_node = {.maximum = 4, .active_mask = 1, .node = 64};
    static const struct ha_group_options beyond = {.maximum = 4, .active_mask = 0x10};
    static const struct ha_group_options far_beyond = {.maximum = 63, .active_mask = UINT64_MAX};
    static const struct ha_group_options second_wrong[] = {{.maximum = 4, .active_mask = 1},
                                                           {.maximum = 1, .active_mask = 2}};
    static const struct ha_group_options dead[] = {{.maximum = 4, .active_mask = 0},
                                                   {.maximum = 4, .active_mask = 1}};
    static const struct ha_memory_options nothing[] = {{0, 0x1000}, {0x2000, 0}};
    static const struct ha_memory_options wraps[] = {{UINT64_MAX - 1, 3}};
    static const struct ha_memory_options overlap[] = {{0, 10}, {20, 10}, {9, 2}};
    static const struct ha_memory_options inside[] = {{0, UINT64_MAX}, {5, 1}};
    const struct { struct ha_partition_options options; const char *sentence; } cases[] = {
        {{.group = &good, .group_count = 0}, "a partition has 1 to 64 groups, not 0"},
        {{.group = many, .group_count = 65}, "a partition has 1 to 64 groups, not 65"},
        {{.group = &empty, .group_count = 1}, "group 0: maximum is 1 to 64, not 0"},
        {{.group = &wide, .group_count = 1}, "group 0: maximum is 1 to 64, not 65"},
        {{.group = &far_node, .group_count = 1}, "group 0: node is 0 to 63, not 64"},
        {{.group = &beyond, .group_count = 1},
         "group 0: a processor is active beyond its maximum of 4"},
        {{.group = &far_beyond, .group_count = 1},
         "group 0: a processor is active beyond its maximum of 63"},
        {{.group = second_wrong, .group_count = 2},
         "group 1: a processor is active beyond its maximum of 1"},
        {{.group = large, .group_count = 33}, "a partition has at most 2048 processors, not 2049"},
        {{.group = dead, .group_count = 2}, "group 0 has no active processor to boot on"},
        {{.group = &good, .group_count = 1, .memory = nothing, .memory_count = 2},
         "memory range 1 is empty or wraps around"},
        {{.group = &good, .group_count = 1, .memory = wraps, .memory_count = 1},
         "memory range 0 is empty or wraps around"},
        {{.group = &good, .group_count = 1, .memory = overlap, .memory_count = 3},
         "memory ranges 0 and 2 overlap"},
        {{.group = &good, .group_count = 1, .memory = inside, .memory_count = 2},
         "memory ranges 0 and 1 overlap"},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct ha_error error = {""};
        size_t used = ha_arena_used(&b->arena);
        int err = ha_partition_init(&b->partition, &b->arena, &cases[i].options, &error);
        if (err != HA_EINVAL || strcmp(error.text, cases[i].sentence) != 0)
            fail_msg("case %zu: %d, '%s' instead of '%s'", i, err, error.text, cases[i].sentence);
        assert_int_equal(ha_arena_used(&b->arena), used);
    }
}

static void an_arena_too_small_for_the_partition_is_said_to_be(void **state)
{
    struct bench *b = *state;
    struct ha_group_options group = {.maximum = 64, .active_mask = 1};
    struct ha_memory_options memory[64];
    for (uint64_t i = 0; i < 64; i++)
        memory[i] = (struct ha_memory_options){i << 12, 0x1000};
    struct ha_partition_options options = {&group, 1, memory, 64};
    int err = HA_ENOMEM;
    int refusals = 0;

    for (size_t bytes = 512; err == HA_ENOMEM; bytes += 256) {
        struct ha_arena small;
        struct ha_error error = {""};
        assert_int_equal(ha_arena_open(&small, bytes), HA_OK);
        err = ha_partition_init(&b->partition, &small, &options, &error);
        if (err) {
            assert_string_equal(error.text, "the arena is too small for the partition");
            refusals++;
        }
        ha_arena_close(&small);
    }

    assert_int_equal(err, HA_OK);
    assert_true(refusals > 3);
}

static void memory_ranges_ascend_and_are_kept_apart_where_they_touch(void **state)
{
    struct bench *b = *state;
    struct ha_group_options group = {.maximum = 1, .active_mask = 1};
    struct ha_memory_options memory[] = {
        {0x1000, 0x1000}, {0, 0x1000}, {0x2000, UINT64_MAX - 0x1fff},
    };
    struct ha_partition_options options = {&group, 1, memory, 3};

    assert_int_equal(ha_partition_init(&b->partition, &b->arena, &options, NULL), HA_OK);

    assert_int_equal(b->partition.memory_count, 3);
    assert_memory_equal(&b->partition.memory[0], &memory[1], sizeof memory[0]);
    assert_memory_equal(&b->partition.memory[1], &memory[0], sizeof memory[0]);
    assert_memory_equal(&b->partition.memory[2], &memory[2], sizeof memory[0]);
    assert_ptr_not_equal(b->partition.memory, memory);
}

/* A number stays with its range, wherever the next ones begin. */
static void ranges_are_numbered_in_the_order_in_which_they_come(void **state)
{
    struct bench *b = *state;
    struct ha_group_options group = {.maximum = 1, .active_mask = 1};
    struct ha_memory_options memory[] = {{0x3000, 0x1000}, {0x1000, 0x1000}};
    struct ha_partition_options options = {&group, 1, memory, 2};
    assert_int_equal(ha_partition_init(&b->partition, &b->arena, &options, NULL), HA_OK);

    assert_true(ha_partition_add_memory(&b->partition, &b->arena,
                                        &(struct ha_memory_options){0x2000, 0x1000}));
    assert_true(ha_partition_add_memory(&b->partition, &b->arena,
                                        &(struct ha_memory_options){0, 0x1000}));

    assert_int_equal(ha_partition_range_at(&b->partition, 0x1000), 1);
    assert_int_equal(ha_partition_range_at(&b->partition, 0x3000), 2);
    assert_int_equal(ha_partition_range_at(&b->partition, 0x2000), 3);
    assert_int_equal(ha_partition_range_at(&b->partition, 0), 4);
    assert_int_equal(ha_partition_range_at(&b->partition, 0x1800), 0);
}

/* QRY-8 */
static void processors_at_boot_have_indices_without_holes_although_their_numbers_have(void **state)
{
    const struct ha_group_options group[] = {{.maximum = 8, .active_mask = 0x25, .node = 3},
                                             {.maximum = 64, .active_mask = UINT64_C(1) << 63},
                                             {.maximum = 2, .active_mask = 0}};
    static const struct ha_place places[] = {{0, 0}, {0, 2}, {0, 5}, {1, 63}};

    struct ha_partition *p = build(*state, group, 3);

    assert_int_equal(p->active, 4);
    assert_int_equal(p->scheduled, 4);
    assert_int_equal(p->maximum, 74);
    assert_int_equal(p->active_groups, 2);
    assert_int_equal(p->node_count, 4);
    for (uint32_t i = 0; i < 4; i++) {
        assert_int_equal(p->place[i].group, places[i].group);
        assert_int_equal(p->place[i].number, places[i].number);
        assert_int_equal(p->group[places[i].group].index[places[i].number], i);
        assert_int_equal(ha_partition_slot(p, places[i].group, places[i].number),
                         HA_SLOT_SCHEDULED);
    }
    assert_int_equal(ha_partition_slot(p, 0, 1), HA_SLOT_EMPTY);
}

/* QRY-11 */
static void the_next_place_is_the_lowest_free_number_of_the_lowest_group(void **state)
{
    const struct ha_group_options group[] = {{.maximum = 3, .active_mask = 5},
                                             {.maximum = 2, .active_mask = 2}};
    static const struct ha_place places[] = {{0, 1}, {1, 0}};
    struct ha_partition *p = build(*state, group, 2);
    struct ha_place place;

    for (size_t i = 0; i < COUNT_OF(places); i++) {
        place = add(p, HA_ANY_PLACE, HA_ANY_PLACE);
        assert_int_equal(place.group, places[i].group);
        assert_int_equal(place.number, places[i].number);
    }

    assert_false(find_place(p, HA_ANY_PLACE, HA_ANY_PLACE, &place));
}

static void a_named_group_or_number_is_kept_to(void **state)
{
    const struct ha_group_options group[] = {{.maximum = 4, .active_mask = 1},
                                             {.maximum = 4, .active_mask = 3}};
    struct ha_partition *p = build(*state, group, 2);
    static const struct { uint32_t group, number; bool found; struct ha_place place; } cases[] = {
        {1, HA_ANY_PLACE, true, {1, 2}},
        {1, 3, true, {1, 3}},
        {0, 3, true, {0, 3}},
        {1, 1, false, {0, 0}},                  /* taken */
        {1, 4, false, {0, 0}},                  /* beyond the group */
        {2, HA_ANY_PLACE, false, {0, 0}},       /* no such group */
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct ha_place place = {0, 0};
        bool found = find_place(p, cases[i].group, cases[i].number, &place);
        if (found != cases[i].found || place.group != cases[i].place.group ||
            place.number != cases[i].place.number)
            fail_msg("case %zu: %d %u:%u", i, found, place.group, place.number);
    }
}

static void counts_and_masks_change_when_a_processor_becomes_active_not_before(void **state)
{
    const struct ha_group_options group[] = {{.maximum = 2, .active_mask = 1},
                                             {.maximum = 2, .active_mask = 0}};
    struct ha_partition *p = build(*state, group, 2);
    struct ha_place place = {1, 1};

    assert_int_equal(ha_partition_offer(p, place), 1);
    assert_int_equal(ha_partition_slot(p, 1, 1), HA_SLOT_INCOMING);
    assert_int_equal(p->place[1].group, 1);
    assert_int_equal(p->active, 1);
    assert_int_equal(p->active_groups, 1);
    assert_int_equal(p->group[1].active_mask, 0);

    ha_partition_activate(p, place);
    assert_int_equal(ha_partition_slot(p, 1, 1), HA_SLOT_ACTIVE);
    assert_int_equal(p->active, 2);
    assert_int_equal(p->active_groups, 2);
    assert_int_equal(p->group[1].active_mask, 2);
    assert_int_equal(p->scheduled, 1);

    ha_partition_schedule(p, place);
    assert_int_equal(ha_partition_slot(p, 1, 1), HA_SLOT_SCHEDULED);
    assert_int_equal(p->scheduled, 2);
}

static void a_processor_that_is_withdrawn_leaves_its_place_and_its_index(void **state)
{
    const struct ha_group_options group = {.maximum = 4, .active_mask = 3};
    struct ha_partition *p = build(*state, &group, 1);
    struct ha_place place;
    assert_true(find_place(p, HA_ANY_PLACE, HA_ANY_PLACE, &place));
    uint32_t index = ha_partition_offer(p, place);
    struct ha_place other;
    assert_true(find_place(p, HA_ANY_PLACE, HA_ANY_PLACE, &other));
    assert_int_equal(other.number, 3);

    ha_partition_withdraw(p, place);

    assert_int_equal(p->active, 2);
    assert_int_equal(p->group[0].active_mask, 3);
    assert_int_equal(ha_partition_slot(p, place.group, place.number), HA_SLOT_EMPTY);
    assert_int_equal(ha_partition_offer(p, other), index);
    assert_true(find_place(p, HA_ANY_PLACE, HA_ANY_PLACE, &other));
    assert_int_equal(other.number, place.number);
}

static void a_slot_outside_of_the_partition_is_empty(void **state)
{
    const struct ha_group_options group = {.maximum = 4, .active_mask = 15};
    struct ha_partition *p = build(*state, &group, 1);

    assert_int_equal(ha_partition_slot(p, 0, 4), HA_SLOT_EMPTY);
    assert_int_equal(ha_partition_slot(p, 1, 0), HA_SLOT_EMPTY);
    assert_int_equal(ha_partition_slot(p, HA_ANY_PLACE, HA_ANY_PLACE), HA_SLOT_EMPTY);
}

/* QRY-8 */
static void all_of_2048_processors_in_32_groups_can_be_added(void **state)
{
    struct ha_group_options group[32];
    for (uint16_t g = 0; g < 32; g++)
        group[g] = (struct ha_group_options){.maximum = 64, .active_mask = g == 0, .node = g};
    struct ha_partition *p = build(*state, group, 32);
    struct ha_place place;

    for (uint32_t i = 1; i < HA_MAXIMUM_PROCESSORS; i++) {
        place = add(p, HA_ANY_PLACE, HA_ANY_PLACE);
        if (p->group[place.group].index[place.number] != i || p->place[i].group != i / 64 ||
            p->place[i].number != i % 64)
            fail_msg("processor %u came to %u:%u", i, place.group, place.number);
        assert_int_equal(p->active_groups, i / 64 + 1);
    }

    assert_int_equal(p->active, 2048);
    assert_int_equal(p->scheduled, 2048);
    for (uint32_t g = 0; g < 32; g++)
        assert_true(p->group[g].active_mask == UINT64_MAX);
    assert_false(find_place(p, HA_ANY_PLACE, HA_ANY_PLACE, &place));
}

#define with_bench(test) cmocka_unit_test_setup_teardown(test, open_bench, close_bench)

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_bench(options_that_contradict_each_other_are_refused_with_a_sentence),
        with_bench(an_arena_too_small_for_the_partition_is_said_to_be),
        with_bench(memory_ranges_ascend_and_are_kept_apart_where_they_touch),
        with_bench(ranges_are_numbered_in_the_order_in_which_they_come),
        with_bench(processors_at_boot_have_indices_without_holes_although_their_numbers_have),
        with_bench(the_next_place_is_the_lowest_free_number_of_the_lowest_group),
        with_bench(a_named_group_or_number_is_kept_to),
        with_bench(counts_and_masks_change_when_a_processor_becomes_active_not_before),
        with_bench(a_processor_that_is_withdrawn_leaves_its_place_and_its_index),
        with_bench(a_slot_outside_of_the_partition_is_empty),
        with_bench(all_of_2048_processors_in_32_groups_can_be_added),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
