/* pool: what is found when a block goes, or the driver that holds it, and calls from too high */
#include "unit/bench.h"

#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define PERP 0x70726550u

static const size_t sizes[] = {0, 1, 15, 16, 64, 100, 4096, 5000};

/* Blocks of all sizes are written to the end, and so many bytes further, and given back. */
static void write_and_give_back(void *argument)
{
    const size_t *further = argument;
    for (size_t i = 0; i < COUNT(sizes); i++) {
        unsigned char *memory = ExAllocatePool2(POOL_FLAG_NON_PAGED, sizes[i], PERP);
        memset(memory, 0xff, sizes[i] + *further);
        ExFreePoolWithTag(memory, PERP);
    }
}

/* POOL-1 */
static void a_block_may_be_written_to_its_last_byte(void **state)
{
    struct bench *b = *state;
    size_t further = 0;

    bench_run(b, bench_driver(b, "a"), write_and_give_back, &further);

    assert_int_equal(bench_count(b, HA_FREE), COUNT(sizes));
    assert_int_equal(bench_count(b, HA_MISUSE), 0);
}

/* POOL-1: how far it went is said, up to the 64 bytes that are looked at. */
static void what_was_written_beyond_the_end_is_found_when_the_block_goes(void **state)
{
    static size_t further[] = {1, 8, 64};
    (void)state;
    for (size_t f = 0; f < COUNT(further); f++) {
        struct bench *b;
        assert_int_equal(bench_setup((void **)&b), 0);
        b->findings = "a POOL-1\na POOL-1\na POOL-1\na POOL-1\n"
                      "a POOL-1\na POOL-1\na POOL-1\na POOL-1\n";

        bench_run(b, bench_driver(b, "a"), write_and_give_back, &further[f]);

        assert_int_equal(bench_count(b, HA_FREE), COUNT(sizes));
        assert_int_equal(bench_count(b, HA_MISUSE), COUNT(sizes));
        for (size_t i = 0; i < COUNT(sizes); i++) {
            const struct ha_record *misuse = bench_record(b, HA_MISUSE, i);
            assert_int_equal(misuse->as.misuse.misuse, HA_MISUSE_BEYOND_BLOCK);
            assert_int_equal(misuse->as.misuse.routine, HA_RT_FREE_POOL);
            assert_int_equal(misuse->as.misuse.argument, further[f]);
            assert_int_equal(misuse->id, i + 1);
        }
        assert_int_equal(bench_teardown((void **)&b), 0);
    }
}

/* Block n of five is written n bytes too far; the newest, the oldest and the middle one go. */
static void hold_two_of_five(void *argument)
{
    struct driver *driver = argument;
    unsigned char *memory[5];
    for (size_t i = 0; i < COUNT(memory); i++) {
        memory[i] = ExAllocatePool2(POOL_FLAG_NON_PAGED, 40, PERP);
        memory[i][40 + i] = 0;
    }
    ExFreePool(memory[4]);
    ExFreePool(memory[0]);
    ExFreePool(memory[2]);
    driver->extra = memory[3];
}

static void take_and_write_too_far(void *argument)
{
    struct driver *driver = argument;
    unsigned char *memory = ExAllocatePool2(POOL_FLAG_NON_PAGED, 40, PERP);
    memory[40] = 0;
    driver->extra = memory;
}

static void give_back(void *argument)
{
    ExFreePool(argument);
}

/* POOL-1, DRV-9 */
static void what_a_driver_holds_is_looked_at_before_its_image_is_freed(void **state)
{
    struct bench *b = *state;
    struct driver *a = bench_driver(b, "a"), *other = bench_driver(b, "b");
    b->findings = "a POOL-1\na POOL-1\na POOL-1\na DRV-9\na POOL-1\na POOL-1\n"
                  "b DRV-9\nb POOL-1\n";     /* in the end b goes as well */
    bench_run(b, a, hold_two_of_five, a);
    bench_run(b, other, take_and_write_too_far, other);
    bench_forget(b);

    bench_unload(b, a);

    assert_int_equal(bench_count(b, HA_MISUSE), 2);
    for (uint32_t i = 0; i < 2; i++) {
        const struct ha_record *misuse = bench_record(b, HA_MISUSE, i);
        assert_int_equal(misuse->as.misuse.misuse, HA_MISUSE_BEYOND_BLOCK);
        assert_int_equal(misuse->as.misuse.routine, HA_NO_ROUTINE);
        assert_int_equal(misuse->driver, 1);
        assert_int_equal(misuse->id, 4 - 2 * i);
        assert_int_equal(misuse->as.misuse.argument, 4 - 2 * i);
        assert_true(ha_record_seq(misuse) < ha_record_seq(bench_record(b, HA_IMAGE_FREED, 0)));
    }
}

static void what_was_found_once_is_not_found_again(void **state)
{
    struct bench *b = *state;
    struct driver *a = bench_driver(b, "a"), *other = bench_driver(b, "b");
    b->findings = "a DRV-9\na POOL-1\n";
    bench_run(b, a, take_and_write_too_far, a);
    bench_unload(b, a);
    assert_int_equal(bench_count(b, HA_MISUSE), 1);

    bench_run(b, other, give_back, a->extra);

    assert_int_equal(bench_count(b, HA_MISUSE), 1);
    assert_int_equal(bench_count(b, HA_FREE), 1);
}

/* To give back what another driver took is allowed; what was done to it is its owner's. */
static void a_block_written_too_far_is_its_owners_whoever_gives_it_back(void **state)
{
    struct bench *b = *state;
    struct driver *a = bench_driver(b, "a"), *other = bench_driver(b, "b");
    b->findings = "a POOL-1\n";
    bench_run(b, a, take_and_write_too_far, a);

    bench_run(b, other, give_back, a->extra);

    assert_int_equal(bench_count(b, HA_MISUSE), 1);
    assert_int_equal(bench_record(b, HA_MISUSE, 0)->driver, 1);
    assert_int_equal(bench_record(b, HA_FREE, 0)->driver, 2);
}

/* One block is written in front of its beginning, one far beyond its end, into the next. */
static void write_over_heads(void *argument)
{
    unsigned char *memory[4];
    (void)argument;
    for (size_t i = 0; i < COUNT(memory); i++)
        memory[i] = ExAllocatePool2(POOL_FLAG_NON_PAGED, 64, PERP);
    memory[0][-1] ^= 0xff;
    memset(memory[1], 0xff, 64 + 256);
    ExFreePool(memory[0]);
    ExFreePool(memory[2]);
}

/* POOL-2: the machine goes on, and what is older than such a block is not looked at in the end. */
static void a_block_whose_head_was_written_over_is_left_alone(void **state)
{
    struct bench *b = *state;
    struct driver *a = bench_driver(b, "a");
    b->findings = "a POOL-2\na POOL-2\na DRV-9\n";

    bench_run(b, a, write_over_heads, NULL);
    bench_unload(b, a);

    assert_int_equal(bench_count(b, HA_FREE), 0);
    assert_int_equal(bench_count(b, HA_MISUSE), 2);
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(bench_record(b, HA_MISUSE, i)->as.misuse.misuse, HA_MISUSE_BAD_BLOCK);
}

static void give_back_with_tags(void *argument)
{
    static const ULONG tags[] = {0, PERP, 'x'};
    (void)argument;
    for (size_t i = 0; i < COUNT(tags); i++)
        ExFreePoolWithTag(ExAllocatePool2(POOL_FLAG_NON_PAGED, 40, PERP), tags[i]);
}

/* POOL-3 */
static void a_wrong_tag_is_recorded_and_the_block_goes(void **state)
{
    struct bench *b = *state;
    b->findings = "a POOL-3\n";

    bench_run(b, bench_driver(b, "a"), give_back_with_tags, NULL);

    assert_int_equal(bench_count(b, HA_FREE), 3);
    assert_int_equal(bench_count(b, HA_MISUSE), 1);
    const struct ha_record *misuse = bench_record(b, HA_MISUSE, 0);
    assert_int_equal(misuse->id, 3);
    assert_int_equal(misuse->as.misuse.misuse, HA_MISUSE_OTHER_TAG);
    assert_int_equal(misuse->as.misuse.argument, 'x');
}

/* Reads what is nobody's any more, to which a sanitizer would object. */
__attribute__((no_sanitize("address")))
static size_t count_others(const volatile unsigned char *memory, size_t size, unsigned char byte)
{
    size_t others = 0;
    for (size_t i = 0; i < size; i++)
        others += memory[i] != byte;
    return others;
}

static void look_at_what_was_given_back(void *argument)
{
    size_t *others = argument;
    for (size_t i = 0; i < COUNT(sizes); i++) {
        unsigned char *memory = ExAllocatePool2(POOL_FLAG_NON_PAGED, sizes[i], PERP);
        memset(memory, 7, sizes[i]);
        ExFreePool(memory);
        *others += count_others(memory, sizes[i], 0xdd);
    }
}

static void what_is_given_back_holds_nothing_of_before(void **state)
{
    struct bench *b = *state;
    size_t others = 0;

    bench_run(b, bench_driver(b, "a"), look_at_what_was_given_back, &others);

    assert_int_equal(others, 0);
    assert_int_equal(bench_count(b, HA_FREE), COUNT(sizes));
}

/* Objects of several kinds, each made in a block of its own, which goes before they are used. */
static void use_objects_that_went_with_their_memory(void *argument)
{
    PKEVENT event = ExAllocatePool2(POOL_FLAG_NON_PAGED, sizeof *event, PERP);
    PKTIMER timer = ExAllocatePool2(POOL_FLAG_NON_PAGED, sizeof *timer, PERP);
    PFAST_MUTEX mutex = ExAllocatePool2(POOL_FLAG_NON_PAGED, sizeof *mutex, PERP);
    PKDPC dpc = ExAllocatePool2(POOL_FLAG_NON_PAGED, sizeof *dpc, PERP);
    PERESOURCE resource = ExAllocatePool2(POOL_FLAG_NON_PAGED, sizeof *resource, PERP);
    PEX_RUNDOWN_REF users = ExAllocatePool2(POOL_FLAG_NON_PAGED, sizeof *users, PERP);
    (void)argument;
    KeInitializeEvent(event, NotificationEvent, FALSE);
    KeInitializeTimer(timer);
    ExInitializeFastMutex(mutex);
    KeInitializeDpc(dpc, NULL, NULL);
    ExInitializeResourceLite(resource);
    ExDeleteResourceLite(resource);
    ExInitializeRundownProtection(users);
    ExFreePool(event);
    ExFreePool(timer);
    ExFreePool(mutex);
    ExFreePool(dpc);
    ExFreePool(resource);
    ExFreePool(users);
    KeSetEvent(event, IO_NO_INCREMENT, FALSE);
    KeCancelTimer(timer);
    ExAcquireFastMutex(mutex);
    KeInsertQueueDpc(dpc, NULL, NULL);
    KeEnterCriticalRegion();
    ExAcquireResourceExclusiveLite(resource, TRUE);
    KeLeaveCriticalRegion();
    assert_false(ExAcquireRundownProtection(users));
}

/* POOL-2, and not OBJ-1: they were made, and their memory is somebody else's by now. */
static void an_object_that_went_with_its_memory_is_found_by_its_memory(void **state)
{
    static const uint32_t expected[] = {HA_RT_SET_EVENT, HA_RT_CANCEL_TIMER,
                                        HA_RT_ACQUIRE_FAST_MUTEX, HA_RT_INSERT_DPC,
                                        HA_RT_ACQUIRE_EXCLUSIVE, HA_RT_ACQUIRE_RUNDOWN};
    struct bench *b = *state;
    b->findings = "a POOL-2\na POOL-2\na POOL-2\na POOL-2\na POOL-2\na POOL-2\n";

    bench_run(b, bench_driver(b, "a"), use_objects_that_went_with_their_memory, NULL);

    assert_int_equal(bench_count(b, HA_MISUSE), COUNT(expected));
    for (size_t i = 0; i < COUNT(expected); i++) {
        const struct ha_record *misuse = bench_record(b, HA_MISUSE, i);
        assert_int_equal(misuse->as.misuse.misuse, HA_MISUSE_BAD_BLOCK);
        assert_int_equal(misuse->as.misuse.routine, expected[i]);
    }
}

/* Writes what is nobody's any more, to which a sanitizer would object as well. */
__attribute__((no_sanitize("address")))
static void write_byte(volatile unsigned char *memory, size_t place)
{
    memory[place] = 1;
}

/* Of blocks 1 to 5 the second and the last are written when they are gone. */
static void write_to_what_is_gone(void *argument)
{
    unsigned char *memory[5];
    (void)argument;
    for (size_t i = 0; i < COUNT(memory); i++)
        memory[i] = ExAllocatePool2(POOL_FLAG_NON_PAGED, 100, PERP);
    for (size_t i = 0; i < COUNT(memory); i++)
        ExFreePool(memory[i]);
    write_byte(memory[1], 12);
    write_byte(memory[4], 99);
}

static void expect_written(struct bench *b, size_t which, uint32_t block, uint32_t place)
{
    const struct ha_record *misuse = bench_record(b, HA_MISUSE, which);
    assert_int_equal(misuse->as.misuse.misuse, HA_MISUSE_BAD_BLOCK);
    assert_int_equal(misuse->as.misuse.routine, HA_NO_ROUTINE);
    assert_int_equal(misuse->driver, 1);
    assert_int_equal(misuse->id, block);
    assert_int_equal(misuse->as.misuse.argument, place);
}

/* POOL-2 */
static void what_is_written_when_it_was_given_back_is_found_before_the_image_is_freed(void **state)
{
    struct bench *b = *state;
    struct driver *a = bench_driver(b, "a");
    b->findings = "a POOL-2\na POOL-2\n";
    bench_driver(b, "b");
    bench_run(b, a, write_to_what_is_gone, NULL);
    assert_int_equal(bench_count(b, HA_MISUSE), 0);

    bench_unload(b, a);

    assert_int_equal(bench_count(b, HA_MISUSE), 2);
    expect_written(b, 0, 2, 12);
    expect_written(b, 1, 5, 99);
    assert_true(ha_record_seq(bench_record(b, HA_MISUSE, 1)) <
                ha_record_seq(bench_record(b, HA_IMAGE_FREED, 0)));
}

static void take_and_give_often(void *argument)
{
    (void)argument;
    for (size_t i = 0; i < 1000; i++)
        ExFreePool(ExAllocatePool2(POOL_FLAG_NON_PAGED, 1000, PERP));
}

/* POOL-2 */
static void it_is_found_once_and_at_the_latest_before_the_memory_is_somebody_elses(void **state)
{
    struct bench *b = *state;
    struct driver *a = bench_driver(b, "a"), *other = bench_driver(b, "b");
    b->findings = "a POOL-2\na POOL-2\n";
    bench_run(b, a, write_to_what_is_gone, NULL);

    bench_run(b, other, take_and_give_often, NULL);

    assert_int_equal(bench_count(b, HA_MISUSE), 2);
    expect_written(b, 0, 2, 12);
    expect_written(b, 1, 5, 99);
    bench_unload(b, a);
    assert_int_equal(bench_count(b, HA_MISUSE), 2);
}

/* Takes memory of both kinds at several levels, and gives it back there. */
static void work_at_several_levels(void *argument)
{
    static const KIRQL levels[] = {PASSIVE_LEVEL, APC_LEVEL, DISPATCH_LEVEL, HIGH_LEVEL};
    (void)argument;
    for (size_t i = 0; i < COUNT(levels); i++) {
        KIRQL old;
        KeRaiseIrql(levels[i], &old);
        ExFreePool(ExAllocatePool2(POOL_FLAG_NON_PAGED, 40, PERP));
        ExFreePool(ExAllocatePoolWithTag(PagedPool, 40, PERP));
        KeLowerIrql(old);
    }
}

/* POOL-4 */
static void calls_from_too_high_are_recorded_and_served(void **state)
{
    static const struct { uint32_t routine, highest; } expected[] = {
        {HA_RT_ALLOCATE_POOL, APC_LEVEL}, {HA_RT_FREE_POOL, APC_LEVEL},
        {HA_RT_ALLOCATE_POOL, DISPATCH_LEVEL}, {HA_RT_FREE_POOL, DISPATCH_LEVEL},
        {HA_RT_ALLOCATE_POOL, APC_LEVEL}, {HA_RT_FREE_POOL, APC_LEVEL}};
    struct bench *b = *state;
    b->findings = "a POOL-4\na POOL-4\na POOL-4\na POOL-4\na POOL-4\na POOL-4\n";

    bench_run(b, bench_driver(b, "a"), work_at_several_levels, NULL);

    assert_int_equal(bench_count(b, HA_FREE), 8);
    assert_int_equal(bench_count(b, HA_MISUSE), COUNT(expected));
    for (size_t i = 0; i < COUNT(expected); i++) {
        const struct ha_record *misuse = bench_record(b, HA_MISUSE, i);
        assert_int_equal(misuse->as.misuse.misuse, HA_MISUSE_RAISED_IRQL);
        assert_int_equal(misuse->as.misuse.routine, expected[i].routine);
        assert_int_equal(misuse->as.misuse.argument, expected[i].highest);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BENCH_TEST(a_block_may_be_written_to_its_last_byte),
        cmocka_unit_test(what_was_written_beyond_the_end_is_found_when_the_block_goes),
        BENCH_TEST(what_a_driver_holds_is_looked_at_before_its_image_is_freed),
        BENCH_TEST(what_was_found_once_is_not_found_again),
        BENCH_TEST(a_block_written_too_far_is_its_owners_whoever_gives_it_back),
        BENCH_TEST(a_block_whose_head_was_written_over_is_left_alone),
        BENCH_TEST(a_wrong_tag_is_recorded_and_the_block_goes),
        BENCH_TEST(what_is_given_back_holds_nothing_of_before),
        BENCH_TEST(an_object_that_went_with_its_memory_is_found_by_its_memory),
        BENCH_TEST(what_is_written_when_it_was_given_back_is_found_before_the_image_is_freed),
        BENCH_TEST(it_is_found_once_and_at_the_latest_before_the_memory_is_somebody_elses),
        BENCH_TEST(calls_from_too_high_are_recorded_and_served),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
