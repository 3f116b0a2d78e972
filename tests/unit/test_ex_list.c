/* ex_list, slist: lists that are changed as a whole */
#include <string.h>

#include "unit/bench.h"

/* What a thread works on, and what it got. */
struct lists {
    LIST_ENTRY head, entry[2];
    SINGLE_LIST_ENTRY single, part[2];
    SLIST_HEADER slist;
    SLIST_ENTRY link[3];
    KSPIN_LOCK lock;
    const void *got[8];
    USHORT depth[4];
};

static void setup(struct lists *l)
{
    memset(l, 0, sizeof *l);
    InitializeListHead(&l->head);
}

static void insert_and_remove(void *argument)
{
    struct lists *l = argument;
    l->got[0] = ExInterlockedInsertTailList(&l->head, &l->entry[0], &l->lock);
    l->got[1] = ExInterlockedInsertHeadList(&l->head, &l->entry[1], &l->lock);
    l->got[2] = ExInterlockedRemoveHeadList(&l->head, &l->lock);
    l->got[3] = ExInterlockedInsertTailList(&l->head, &l->entry[1], &l->lock);
    l->got[4] = ExInterlockedRemoveHeadList(&l->head, &l->lock);
    l->got[5] = ExInterlockedRemoveHeadList(&l->head, &l->lock);
    l->got[6] = ExInterlockedRemoveHeadList(&l->head, &l->lock);
    l->got[7] = ExInterlockedInsertHeadList(&l->head, &l->entry[0], &l->lock);
}

static void an_insertion_gives_the_neighbour_and_a_removal_the_first(void **state)
{
    struct lists l;
    struct bench *b = *state;
    setup(&l);

    bench_run(b, bench_driver(b, "a"), insert_and_remove, &l);

    assert_null(l.got[0]);
    assert_ptr_equal(l.got[1], &l.entry[0]);
    assert_ptr_equal(l.got[2], &l.entry[1]);
    assert_ptr_equal(l.got[3], &l.entry[0]);
    assert_ptr_equal(l.got[4], &l.entry[0]);
    assert_ptr_equal(l.got[5], &l.entry[1]);
    assert_null(l.got[6]);
    assert_null(l.got[7]);
    assert_ptr_equal(l.head.Flink, &l.entry[0]);
    assert_int_equal(l.lock, 0);
}

static void push_and_pop(void *argument)
{
    struct lists *l = argument;
    l->got[0] = ExInterlockedPushEntryList(&l->single, &l->part[0], &l->lock);
    l->got[1] = ExInterlockedPushEntryList(&l->single, &l->part[1], &l->lock);
    l->got[2] = ExInterlockedPopEntryList(&l->single, &l->lock);
    l->got[3] = ExInterlockedPopEntryList(&l->single, &l->lock);
    l->got[4] = ExInterlockedPopEntryList(&l->single, &l->lock);
}

static void a_single_list_gives_back_what_came_last(void **state)
{
    struct lists l;
    struct bench *b = *state;
    setup(&l);

    bench_run(b, bench_driver(b, "a"), push_and_pop, &l);

    assert_null(l.got[0]);
    assert_ptr_equal(l.got[1], &l.part[0]);
    assert_ptr_equal(l.got[2], &l.part[1]);
    assert_ptr_equal(l.got[3], &l.part[0]);
    assert_null(l.got[4]);
}

static void insert_at_high_level_with_the_lock(void *argument)
{
    struct lists *l = argument;
    KIRQL old;
    KeRaiseIrql(HIGH_LEVEL, &old);
    ExInterlockedInsertTailList(&l->head, &l->entry[0], &l->lock);
    l->lock = ha_thread_current()->stamp.thread;
    ExInterlockedInsertTailList(&l->head, &l->entry[1], &l->lock);
    l->lock = 0;
    KeLowerIrql(old);
}

static void a_caller_that_has_the_lock_is_a_misuse_and_any_irql_is_none(void **state)
{
    struct lists l;
    struct bench *b = *state;
    b->findings = NULL;
    setup(&l);

    bench_run(b, bench_driver(b, "a"), insert_at_high_level_with_the_lock, &l);

    const struct ha_record *misuse = bench_record(b, HA_MISUSE, 0);
    assert_int_equal(bench_count(b, HA_MISUSE), 1);
    assert_int_equal(misuse->as.misuse.misuse, HA_MISUSE_TAKEN_TWICE);
    assert_int_equal(misuse->as.misuse.routine, HA_RT_INTERLOCKED_LIST);
    assert_ptr_equal(l.head.Blink, &l.entry[1]);
}

static void use_an_slist(void *argument)
{
    struct lists *l = argument;
    InitializeSListHead(&l->slist);
    l->depth[0] = ExQueryDepthSList(&l->slist);
    l->got[0] = InterlockedPushEntrySList(&l->slist, &l->link[0]);
    l->got[1] = InterlockedPushEntrySList(&l->slist, &l->link[1]);
    l->got[2] = InterlockedPushEntrySList(&l->slist, &l->link[2]);
    l->depth[1] = ExQueryDepthSList(&l->slist);
    l->got[3] = InterlockedPopEntrySList(&l->slist);
    l->depth[2] = ExQueryDepthSList(&l->slist);
    l->got[4] = InterlockedFlushSList(&l->slist);
    l->depth[3] = ExQueryDepthSList(&l->slist);
    l->got[5] = InterlockedPopEntrySList(&l->slist);
    l->got[6] = InterlockedFlushSList(&l->slist);
}

static void use_an_slist_by_its_other_names(void *argument)
{
    struct lists *l = argument;
    ExInitializeSListHead(&l->slist);
    l->depth[0] = ExQueryDepthSList(&l->slist);
    l->got[0] = ExInterlockedPushEntrySList(&l->slist, &l->link[0], &l->lock);
    l->got[1] = ExInterlockedPushEntrySList(&l->slist, &l->link[1], &l->lock);
    l->got[2] = ExInterlockedPushEntrySList(&l->slist, &l->link[2], &l->lock);
    l->depth[1] = ExQueryDepthSList(&l->slist);
    l->got[3] = ExInterlockedPopEntrySList(&l->slist, &l->lock);
    l->depth[2] = ExQueryDepthSList(&l->slist);
    l->got[4] = ExInterlockedFlushSList(&l->slist);
    l->depth[3] = ExQueryDepthSList(&l->slist);
    l->got[5] = ExInterlockedPopEntrySList(&l->slist, &l->lock);
    l->got[6] = ExInterlockedFlushSList(&l->slist);
}

static void an_slist_counts_and_gives_back_what_came_last(void **state)
{
    static void (*const bodies[])(void *) = {use_an_slist, use_an_slist_by_its_other_names};
    struct bench *b = *state;
    struct driver *a = bench_driver(b, "a");
    for (size_t i = 0; i < 2; i++) {
        struct lists l;
        setup(&l);
        memset(&l.slist, 0xff, sizeof l.slist);

        bench_run(b, a, bodies[i], &l);

        assert_null(l.got[0]);
        assert_ptr_equal(l.got[1], &l.link[0]);
        assert_ptr_equal(l.got[2], &l.link[1]);
        assert_ptr_equal(l.got[3], &l.link[2]);
        assert_ptr_equal(l.got[4], &l.link[1]);
        assert_ptr_equal(l.link[1].Next, &l.link[0]);
        assert_null(l.link[0].Next);
        assert_null(l.got[5]);
        assert_null(l.got[6]);
        assert_memory_equal(l.depth, ((USHORT[]){0, 3, 2, 0}), sizeof l.depth);
        assert_int_equal(l.slist.HeaderX64.Sequence, 5);
        assert_int_equal(bench_count(b, HA_MISUSE), 0);
    }
}

static void the_header_is_laid_out_as_on_windows(void **state)
{
    struct lists l;
    struct bench *b = *state;
    setup(&l);

    bench_run(b, bench_driver(b, "a"), use_an_slist, &l);
    InterlockedPushEntrySList(&l.slist, &l.link[0]);

    assert_int_equal(l.slist.HeaderX64.Depth, 1);
    assert_int_equal(l.slist.HeaderX64.NextEntry, (uintptr_t)&l.link[0] / 16);
    assert_int_equal(l.slist.HeaderX64.Reserved, 0);
}

static void misuse_an_slist(void *argument)
{
    struct lists *l = argument;
    KIRQL old;
    PSLIST_ENTRY beside = (PSLIST_ENTRY)(void *)((char *)&l->link[1] + 8);
    ExInitializeSListHead(&l->slist);
    InterlockedPushEntrySList(&l->slist, &l->link[0]);
    l->got[0] = InterlockedPushEntrySList(&l->slist, beside);
    l->depth[0] = ExQueryDepthSList(&l->slist);
    KeRaiseIrql(DISPATCH_LEVEL + 1, &old);
    l->got[1] = InterlockedPopEntrySList(&l->slist);
    KeLowerIrql(old);
}

static void an_entry_between_two_multiples_of_16_is_a_misuse_and_not_pushed(void **state)
{
    struct lists l;
    struct bench *b = *state;
    b->findings = NULL;
    setup(&l);

    bench_run(b, bench_driver(b, "a"), misuse_an_slist, &l);

    assert_int_equal(bench_count(b, HA_MISUSE), 2);
    assert_int_equal(bench_record(b, HA_MISUSE, 0)->as.misuse.misuse, HA_MISUSE_UNALIGNED);
    assert_int_equal(bench_record(b, HA_MISUSE, 1)->as.misuse.misuse, HA_MISUSE_RAISED_IRQL);
    assert_ptr_equal(l.got[0], &l.link[0]);
    assert_int_equal(l.depth[0], 1);
    assert_ptr_equal(l.got[1], &l.link[0]);
}

static void insert_behind_what_was_never_made(void *argument)
{
    struct lists *l = argument;
    l->lock = UINT64_C(0x00007ffc12345678);
    l->got[0] = ExInterlockedInsertTailList(&l->head, &l->entry[0], &l->lock);
    l->got[1] = ExInterlockedRemoveHeadList(&l->head, &l->lock);
}

/* OBJ-1 */
static void a_lock_that_was_never_made_is_a_misuse_once(void **state)
{
    struct lists l;
    struct bench *b = *state;
    b->drivers_err = true;
    setup(&l);

    bench_run(b, bench_driver(b, "a"), insert_behind_what_was_never_made, &l);

    assert_int_equal(bench_count(b, HA_MISUSE), 1);
    assert_int_equal(bench_record(b, HA_MISUSE, 0)->as.misuse.misuse, HA_MISUSE_NOT_MADE);
    assert_int_equal(bench_record(b, HA_MISUSE, 0)->as.misuse.routine, HA_RT_INTERLOCKED_LIST);
    assert_ptr_equal(l.got[1], &l.entry[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BENCH_TEST(an_insertion_gives_the_neighbour_and_a_removal_the_first),
        BENCH_TEST(a_single_list_gives_back_what_came_last),
        BENCH_TEST(a_caller_that_has_the_lock_is_a_misuse_and_any_irql_is_none),
        BENCH_TEST(an_slist_counts_and_gives_back_what_came_last),
        BENCH_TEST(the_header_is_laid_out_as_on_windows),
        BENCH_TEST(an_entry_between_two_multiples_of_16_is_a_misuse_and_not_pushed),
        BENCH_TEST(a_lock_that_was_never_made_is_a_misuse_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
