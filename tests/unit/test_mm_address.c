/* mm_address: physical addresses of pool, and which addresses there are */
#include <string.h>

#include "unit/bench.h"

struct use {
    const struct ha_arena *arena;   /* NULL: its end is not asked about */
    PVOID memory[2];
    LONGLONG physical[4];
    LOGICAL is_valid[6];
};

static void ask(void *argument)
{
    struct use *use = argument;
    PCHAR memory = use->memory[0] = ExAllocatePool2(POOL_FLAG_NON_PAGED, PAGE_SIZE, 1);
    use->memory[1] = ExAllocatePool2(POOL_FLAG_NON_PAGED, 64, 1);
    use->physical[0] = MmGetPhysicalAddress(memory).QuadPart;
    use->physical[1] = MmGetPhysicalAddress(memory + 77).QuadPart;
    use->physical[2] = MmGetPhysicalAddress(use->memory[1]).QuadPart;
    use->physical[3] = MmGetPhysicalAddress(use).QuadPart;
    use->is_valid[0] = MmIsAddressValid(memory);
    use->is_valid[1] = MmIsAddressValid(use);
    use->is_valid[2] = MmIsAddressValid(NULL);
    use->is_valid[3] = MmIsAddressValid((PVOID)(uintptr_t)0xffff);
    use->is_valid[4] = MmIsAddressValid((PVOID)(uintptr_t)UINT64_C(0xdddddddddddddddd));
    use->is_valid[5] = use->arena && MmIsAddressValid(use->arena->bytes + use->arena->size - 1);
    ExFreePool(use->memory[0]);
    ExFreePool(use->memory[1]);
}

static void pool_has_an_address_in_the_first_range_and_other_memory_is_refused(void **state)
{
    static const struct ha_memory_options boot[] = {
        {.base = UINT64_C(0x100000000), .size = 1u << 30}, {.base = 0x200000, .size = 1u << 30}};
    struct bench *b = *state;
    struct use use = {0};
    b->options.partition.memory = boot;
    b->options.partition.memory_count = 2;

    bench_run(b, bench_driver(b, "a"), ask, &use);

    assert_true(use.physical[0] > 0x200000 && use.physical[0] < 0x200000 + (16 << 20));
    assert_int_equal(use.physical[0] % PAGE_SIZE, 0);
    assert_int_equal(use.physical[1], use.physical[0] + 77);
    assert_true(use.physical[2] - use.physical[0] ==
                (PCHAR)use.memory[1] - (PCHAR)use.memory[0]);
    assert_int_equal(use.physical[3], 0);
    assert_int_equal(bench_count(b, HA_REFUSED), 1);
    assert_int_equal(bench_record(b, HA_REFUSED, 0)->as.refused.routine, HA_RT_PHYSICAL_ADDRESS);
    assert_int_equal(bench_record(b, HA_REFUSED, 0)->as.refused.reason, HA_REASON_NOT_SIMULATED);
}

static void an_address_is_the_same_in_every_run(void **state)
{
    struct use use[2];
    (void)state;
    memset(use, 0, sizeof use);
    for (int i = 0; i < 2; i++) {
        struct bench *b;
        assert_int_equal(bench_setup((void **)&b), 0);
        bench_run(b, bench_driver(b, "a"), ask, &use[i]);
        bench_teardown((void **)&b);
    }
    assert_true(use[0].physical[0] > 0);
    assert_int_equal(use[0].physical[0], use[1].physical[0]);
    assert_int_equal(use[0].physical[2], use[1].physical[2]);
}

static void what_was_given_out_is_valid_and_what_no_host_has_is_not(void **state)
{
    static const LOGICAL expected[6] = {TRUE, TRUE, FALSE, FALSE, FALSE, FALSE};
    struct bench *b = *state;
    struct use use = {0};
    struct driver *driver = bench_driver(b, "a");
    bench_load(b);
    use.arena = &b->machine->kernel.world.host->arena;

    bench_run(b, driver, ask, &use);

    assert_memory_equal(use.is_valid, expected, sizeof expected);
}

static void ask_from_high_up(void *argument)
{
    struct use *use = argument;
    KIRQL old;
    KeRaiseIrql(DISPATCH_LEVEL, &old);
    use->is_valid[0] = MmIsAddressValid(use);
    use->physical[0] = MmGetPhysicalAddress(use).QuadPart;
    KeLowerIrql(old);
}

/* IRQL-4 */
static void whether_an_address_is_valid_is_asked_at_APC_LEVEL_at_most(void **state)
{
    struct bench *b = *state;
    struct use use = {0};
    b->findings = "a IRQL-4\n";

    bench_run(b, bench_driver(b, "a"), ask_from_high_up, &use);

    assert_true(use.is_valid[0]);
    assert_int_equal(bench_count(b, HA_MISUSE), 1);
    assert_int_equal(bench_record(b, HA_MISUSE, 0)->as.misuse.routine, HA_RT_ADDRESS_VALID);
    assert_int_equal(bench_record(b, HA_MISUSE, 0)->as.misuse.misuse, HA_MISUSE_RAISED_IRQL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BENCH_TEST(pool_has_an_address_in_the_first_range_and_other_memory_is_refused),
        cmocka_unit_test(an_address_is_the_same_in_every_run),
        BENCH_TEST(what_was_given_out_is_valid_and_what_no_host_has_is_not),
        BENCH_TEST(whether_an_address_is_valid_is_asked_at_APC_LEVEL_at_most),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
