/* order_memory: what routines order that change shared memory themselves, in free mode */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/duo.h"

struct entry {
    SLIST_ENTRY link;
    LIST_ENTRY both;
    SINGLE_LIST_ENTRY one;
};

static struct {
    LONG flag[2];
    _Alignas(16) LONG64 pair[2][2];
    KSPIN_LOCK lock[2];
    LIST_ENTRY list[2];
    SINGLE_LIST_ENTRY single[2];
    SLIST_HEADER stack[2];
    struct entry entry[2];
} my;

static void make_flags(void)
{
    my.flag[0] = 0;
    my.flag[1] = 1;
    my.pair[0][0] = my.pair[0][1] = 0;
    my.pair[1][0] = my.pair[1][1] = 1;
}

static void touch_and_increment(void)
{
    duo_touch();
    InterlockedIncrement(&my.flag[0]);
}

static void compare_and_touch(void)
{
    while (!InterlockedCompareExchange(&my.flag[duo_other()], 2, 1))
        YieldProcessor();
    duo_touch();
}

static void touch_and_write(void)
{
    duo_touch();
    WriteRelease(&my.flag[0], 1);
}

static void read_and_touch(void)
{
    while (!ReadAcquire(&my.flag[duo_other()]))
        YieldProcessor();
    duo_touch();
}

/* The right object is there in both; the order of the access is what the second does not have. */
static void touch_and_write_after_barrier(void)
{
    duo_touch();
    KeMemoryBarrier();
    WriteNoFence(&my.flag[0], 1);
}

static void read_before_barrier_and_touch(void)
{
    while (!ReadNoFence(&my.flag[0]))
        YieldProcessor();
    if (!duo_other())
        KeMemoryBarrier();
    duo_touch();
}

static void exchange_without_fence_and_touch(void)
{
    while (duo_other() ? !InterlockedExchangeNoFence(&my.flag[0], 0)
                       : !InterlockedExchange(&my.flag[0], 0))
        YieldProcessor();
    duo_touch();
}

static void touch_and_exchange_both(void)
{
    LONG64 old[2] = {0, 0};
    duo_touch();
    InterlockedCompareExchange128(my.pair[0], 1, 1, old);
}

static void compare_both_and_touch(void)
{
    LONG64 old[2] = {1, 1};
    while (!InterlockedCompareExchange128(my.pair[duo_other()], 2, 2, old))
        old[0] = old[1] = 1;
    duo_touch();
}

static void make_lists(void)
{
    for (int i = 0; i < 2; i++) {
        KeInitializeSpinLock(&my.lock[i]);
        InitializeListHead(&my.list[i]);
        my.single[i].Next = NULL;
        InitializeSListHead(&my.stack[i]);
    }
    InsertHeadList(&my.list[1], &my.entry[1].both);
    PushEntryList(&my.single[1], &my.entry[1].one);
    InterlockedPushEntrySList(&my.stack[1], &my.entry[1].link);
}

/* What is done to a list its lock orders, so the other list has another lock. */
static PKSPIN_LOCK lock_of(size_t other)
{
    return &my.lock[other];
}

static void touch_and_insert(void)
{
    duo_touch();
    ExInterlockedInsertTailList(&my.list[0], &my.entry[0].both, lock_of(0));
}

static void remove_and_touch(void)
{
    while (!ExInterlockedRemoveHeadList(&my.list[duo_other()], lock_of(duo_other())))
        YieldProcessor();
    duo_touch();
}

static void touch_and_push_single(void)
{
    duo_touch();
    ExInterlockedPushEntryList(&my.single[0], &my.entry[0].one, lock_of(0));
}

static void pop_single_and_touch(void)
{
    while (!ExInterlockedPopEntryList(&my.single[duo_other()], lock_of(duo_other())))
        YieldProcessor();
    duo_touch();
}

static void touch_and_push(void)
{
    duo_touch();
    InterlockedPushEntrySList(&my.stack[0], &my.entry[0].link);
}

static void pop_and_touch(void)
{
    while (!InterlockedPopEntrySList(&my.stack[duo_other()]))
        YieldProcessor();
    duo_touch();
}

static void flush_and_touch(void)
{
    while (!InterlockedFlushSList(&my.stack[duo_other()]))
        YieldProcessor();
    duo_touch();
}

static void what_is_interlocked_orders_who_finds_it_done(void **state)
{
    static const struct duo_case cases[] = {
        {"increment and compare-exchange", make_flags, touch_and_increment, compare_and_touch,
         NULL, 0},
        {"release and acquire", make_flags, touch_and_write, read_and_touch, NULL, 0},
        {"exchange without a fence", make_flags, touch_and_increment,
         exchange_without_fence_and_touch, NULL, 0},
        {"barriers", make_flags, touch_and_write_after_barrier, read_before_barrier_and_touch,
         NULL, 0},
        {"compare-exchange of 16 bytes", make_flags, touch_and_exchange_both,
         compare_both_and_touch, NULL, 0},
    };
    (void)state;
    DUO_EXPECT(cases);
}

static void who_takes_from_a_list_comes_after_who_put_it_there(void **state)
{
    static const struct duo_case cases[] = {
        {"a list", make_lists, touch_and_insert, remove_and_touch, NULL, 0},
        {"a single list", make_lists, touch_and_push_single, pop_single_and_touch, NULL, 0},
        {"a stack, popped", make_lists, touch_and_push, pop_and_touch, NULL, 0},
        {"a stack, flushed", make_lists, touch_and_push, flush_and_touch, NULL, 0},
    };
    (void)state;
    DUO_EXPECT(cases);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_interlocked_orders_who_finds_it_done),
        cmocka_unit_test(who_takes_from_a_list_comes_after_who_put_it_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
