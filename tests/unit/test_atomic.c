/* atomic, ordered: every routine of the families, by type and order of memory */
#include "unit/bench.h"

/* The test's own thread calls from here on. */
static void loaded(void **state)
{
    bench_load(*state);
}

#define EACH_ORDER(DO, Name) DO(Name) DO(Name##Acquire) DO(Name##Release) DO(Name##NoFence)
#define EACH_ORDER_64(DO, Name) \
    DO(Name##64) DO(Name##Acquire64) DO(Name##Release64) DO(Name##NoFence64)

static void counting_gives_the_new_value_and_wraps(void **state)
{
    LONG narrow;
    LONG64 wide;
    SHORT sixteen = MAXSHORT;
    SIZE_T size = 0;
    loaded(state);

#define UP(Name) narrow = MAXLONG - 1; \
    assert_int_equal(Name(&narrow), MAXLONG); \
    assert_true(Name(&narrow) == -MAXLONG - 1 && narrow == -MAXLONG - 1);
    EACH_ORDER(UP, InterlockedIncrement)
#define DOWN(Name) narrow = -MAXLONG; \
    assert_true(Name(&narrow) == -MAXLONG - 1); \
    assert_true(Name(&narrow) == MAXLONG && narrow == MAXLONG);
    EACH_ORDER(DOWN, InterlockedDecrement)
#define UP64(Name) wide = 0xffffffff; \
    assert_true(Name(&wide) == 0x100000000 && wide == 0x100000000);
    EACH_ORDER_64(UP64, InterlockedIncrement)
#define DOWN64(Name) wide = 0x100000000; \
    assert_true(Name(&wide) == 0xffffffff && wide == 0xffffffff);
    EACH_ORDER_64(DOWN64, InterlockedDecrement)

    assert_int_equal(InterlockedIncrement16(&sixteen), -MAXSHORT - 1);
    assert_int_equal(InterlockedDecrement16(&sixteen), MAXSHORT);
    assert_true(InterlockedDecrementSizeT(&size) == SIZE_MAX);
    assert_true(InterlockedIncrementSizeT(&size) == 0);
}

static void adding_gives_the_new_value_and_exchange_add_the_old_one(void **state)
{
    LONG narrow;
    LONG64 wide;
    SIZE_T size = 5;
    loaded(state);

#define ADDS(Name) narrow = 40; \
    assert_int_equal(Name(&narrow, -42), -2); \
    assert_int_equal(narrow, -2);
    EACH_ORDER(ADDS, InterlockedAdd)
#define ADDS64(Name) wide = 1; \
    assert_true(Name(&wide, 0x100000000) == 0x100000001 && wide == 0x100000001);
    EACH_ORDER_64(ADDS64, InterlockedAdd)
#define GIVES(Name) narrow = 40; \
    assert_int_equal(Name(&narrow, 2), 40); \
    assert_int_equal(narrow, 42);
    EACH_ORDER(GIVES, InterlockedExchangeAdd)
#define GIVES64(Name) wide = 1; \
    assert_true(Name(&wide, 0x100000000) == 1 && wide == 0x100000001);
    EACH_ORDER_64(GIVES64, InterlockedExchangeAdd)

    assert_int_equal(InterlockedExchangeAddSizeT(&size, 2), 5);
    assert_int_equal(size, 7);
}

static void an_exchange_gives_the_old_value(void **state)
{
    LONG narrow;
    LONG64 wide;
    PVOID pointer;
    CHAR eight = 1;
    SHORT sixteen = 1;
    loaded(state);

#define SWAPS(Name) narrow = 1; assert_int_equal(Name(&narrow, 2), 1); assert_int_equal(narrow, 2);
    EACH_ORDER(SWAPS, InterlockedExchange)
#define SWAPS64(Name) wide = 1; assert_int_equal(Name(&wide, 2), 1); assert_int_equal(wide, 2);
    EACH_ORDER_64(SWAPS64, InterlockedExchange)
#define SWAPS_POINTER(Name) pointer = &narrow; \
    assert_ptr_equal(Name(&pointer, &wide), &narrow); \
    assert_ptr_equal(pointer, &wide);
    EACH_ORDER(SWAPS_POINTER, InterlockedExchangePointer)

    assert_int_equal(InterlockedExchange8(&eight, -2), 1);
    assert_int_equal(eight, -2);
    assert_int_equal(InterlockedExchange16(&sixteen, -2), 1);
    assert_int_equal(sixteen, -2);
}

static void a_compared_exchange_stores_only_over_the_comparand(void **state)
{
    LONG narrow;
    LONG64 wide;
    PVOID pointer;
    SHORT sixteen = 1;
    loaded(state);

#define COMPARES(Name) narrow = 1; \
    assert_int_equal(Name(&narrow, 2, 3), 1); \
    assert_int_equal(narrow, 1); \
    assert_int_equal(Name(&narrow, 2, 1), 1); \
    assert_int_equal(narrow, 2);
    EACH_ORDER(COMPARES, InterlockedCompareExchange)
#define COMPARES64(Name) wide = 1; \
    assert_int_equal(Name(&wide, 2, 3), 1); \
    assert_int_equal(wide, 1); \
    assert_int_equal(Name(&wide, 2, 1), 1); \
    assert_int_equal(wide, 2);
    EACH_ORDER_64(COMPARES64, InterlockedCompareExchange)
#define COMPARES_POINTER(Name) pointer = NULL; \
    assert_null(Name(&pointer, &wide, &narrow)); \
    assert_null(pointer); \
    assert_null(Name(&pointer, &wide, NULL)); \
    assert_ptr_equal(pointer, &wide);
    EACH_ORDER(COMPARES_POINTER, InterlockedCompareExchangePointer)

    assert_int_equal(InterlockedCompareExchange16(&sixteen, 2, 3), 1);
    assert_int_equal(InterlockedCompareExchange16(&sixteen, 2, 1), 1);
    assert_int_equal(sixteen, 2);
}

static void sixteen_bytes_are_compared_as_one_value(void **state)
{
    _Alignas(16) LONG64 value[2] = {1, 2}, comparand[2] = {1, 3};
    loaded(state);

    assert_int_equal(InterlockedCompareExchange128(value, 8, 7, comparand), 0);
    assert_true(comparand[0] == 1 && comparand[1] == 2);
    assert_true(value[0] == 1 && value[1] == 2);

    assert_int_equal(InterlockedCompareExchange128(value, 8, 7, comparand), 1);
    assert_true(comparand[0] == 1 && comparand[1] == 2);
    assert_true(value[0] == 7 && value[1] == 8);
}

static void bits_give_the_old_value(void **state)
{
    LONG narrow;
    LONG64 wide;
    CHAR eight;
    SHORT sixteen;
    loaded(state);

#define BITS(variable, result) variable = 12; \
    assert_int_equal(result, 12);
#define ANDS(Name) BITS(narrow, Name(&narrow, 10)) assert_int_equal(narrow, 8);
    EACH_ORDER(ANDS, InterlockedAnd)
#define ANDS64(Name) BITS(wide, Name(&wide, 10)) assert_int_equal(wide, 8);
    EACH_ORDER(ANDS64, InterlockedAnd64)
#define ORS(Name) BITS(narrow, Name(&narrow, 10)) assert_int_equal(narrow, 14);
    EACH_ORDER(ORS, InterlockedOr)
#define ORS64(Name) BITS(wide, Name(&wide, 10)) assert_int_equal(wide, 14);
    EACH_ORDER(ORS64, InterlockedOr64)
#define XORS(Name) BITS(narrow, Name(&narrow, 10)) assert_int_equal(narrow, 6);
    EACH_ORDER(XORS, InterlockedXor)
#define XORS64(Name) BITS(wide, Name(&wide, 10)) assert_int_equal(wide, 6);
    EACH_ORDER(XORS64, InterlockedXor64)

    BITS(eight, InterlockedAnd8(&eight, 10)) assert_int_equal(eight, 8);
    BITS(eight, InterlockedOr8(&eight, 10)) assert_int_equal(eight, 14);
    BITS(eight, InterlockedXor8(&eight, 10)) assert_int_equal(eight, 6);
    BITS(sixteen, InterlockedAnd16(&sixteen, 10)) assert_int_equal(sixteen, 8);
    BITS(sixteen, InterlockedOr16(&sixteen, 10)) assert_int_equal(sixteen, 14);
    BITS(sixteen, InterlockedXor16(&sixteen, 10)) assert_int_equal(sixteen, 6);
}

static void one_bit_counts_on_into_the_words_around(void **state)
{
    LONG narrow[3] = {0};
    LONG64 wide[2] = {0};
    loaded(state);

    assert_int_equal(InterlockedBitTestAndSet(&narrow[1], 31), 0);
    assert_int_equal(InterlockedBitTestAndSet(&narrow[1], 31), 1);
    assert_int_equal(InterlockedBitTestAndSet(&narrow[1], 33), 0);
    assert_int_equal(InterlockedBitTestAndSet(&narrow[1], -1), 0);
    assert_true((ULONG)narrow[0] == 0x80000000 && (ULONG)narrow[1] == 0x80000000);
    assert_int_equal(narrow[2], 2);
    assert_int_equal(InterlockedBitTestAndReset(&narrow[1], 31), 1);
    assert_int_equal(InterlockedBitTestAndReset(&narrow[1], 31), 0);
    assert_int_equal(narrow[1], 0);
    assert_int_equal(InterlockedBitTestAndComplement(&narrow[2], 1), 1);
    assert_int_equal(InterlockedBitTestAndComplement(&narrow[2], 1), 0);
    assert_int_equal(narrow[2], 2);
    assert_int_equal(InterlockedBitTestAndSet64(wide, 100), 0);
    assert_true(wide[0] == 0 && wide[1] == (LONG64)1 << 36);
    assert_int_equal(InterlockedBitTestAndReset64(wide, 100), 1);
    assert_true(wide[1] == 0);
}

static void what_is_written_is_read(void **state)
{
    loaded(state);

#define SAME(What, Bits, Type, value) \
    { \
        Type cell = 0; \
        Write##What##Release##Bits(&cell, value); \
        assert_true(Read##What##Acquire##Bits(&cell) == (value)); \
        cell = 0; \
        Write##What##NoFence##Bits(&cell, value); \
        assert_true(Read##What##NoFence##Bits(&cell) == (value)); \
        cell = 0; \
        Write##What##Raw##Bits(&cell, value); \
        assert_true(Read##What##Raw##Bits(&cell) == (value)); \
    }
    SAME(, 8, CHAR, -3)
    SAME(, 16, SHORT, -300)
    SAME(, , LONG, -MAXLONG)
    SAME(, 64, LONG64, -0x123456789abc)
    SAME(Pointer, , PVOID, (PVOID)state)
    SAME(UChar, , UCHAR, 200)
    SAME(UShort, , USHORT, 60000)
    SAME(ULong, , ULONG, 0xfedcba98)
    SAME(ULong64, , ULONG64, 0xfedcba9876543210)
    SAME(Boolean, , BOOLEAN, TRUE)
}

/* A thread that polls for what another one sets. */
struct polling {
    volatile LONG flag, polls;
};

static void poll_flag(void *argument)
{
    struct polling *polling = argument;
    while (!ReadAcquire(&polling->flag) && polling->polls < 5000)
        polling->polls++;
}

static void set_flag(void *argument)
{
    struct polling *polling = argument;
    WriteRelease(&polling->flag, 1);
}

static void a_driver_that_polls_does_not_hang_the_machine(void **state)
{
    struct bench *b = *state;
    struct polling polling = {0, 0};
    struct driver *a = bench_driver(b, "a");
    bench_load(b);
    struct ha_world *world = ha_thread_current()->world;

    assert_int_equal(ha_thread_create(world, HA_THREAD_SYSTEM, 0, poll_flag, &polling, NULL),
                     HA_OK);
    bench_run(b, a, set_flag, &polling);

    assert_int_equal(polling.flag, 1);
    assert_int_equal(polling.polls, 999);
}

static void barriers_are_scheduling_points_too(void **state)
{
    loaded(state);
    uint32_t before = ha_thread_current()->spins;

    KeMemoryBarrier();
    MemoryBarrier();

    assert_int_equal(ha_thread_current()->spins, before + 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BENCH_TEST(counting_gives_the_new_value_and_wraps),
        BENCH_TEST(adding_gives_the_new_value_and_exchange_add_the_old_one),
        BENCH_TEST(an_exchange_gives_the_old_value),
        BENCH_TEST(a_compared_exchange_stores_only_over_the_comparand),
        BENCH_TEST(sixteen_bytes_are_compared_as_one_value),
        BENCH_TEST(bits_give_the_old_value),
        BENCH_TEST(one_bit_counts_on_into_the_words_around),
        BENCH_TEST(what_is_written_is_read),
        BENCH_TEST(a_driver_that_polls_does_not_hang_the_machine),
        BENCH_TEST(barriers_are_scheduling_points_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
