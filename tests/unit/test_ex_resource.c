/* ex_resource: who has a resource alone, who shares it, and who has it next */
#include <string.h>

#include "unit/chorus.h"

static void make(struct chorus *c)
{
    bench_load(c->b);
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(ExInitializeResourceLite(&c->resource[i]), STATUS_SUCCESS);
}

/* A driver deletes what it made, before it goes. */
static void finish(struct chorus *c)
{
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(ExDeleteResourceLite(&c->resource[i]), STATUS_SUCCESS);
    bench_finish(c->b);
    assert_null(c->b->machine->kernel.resources);
}

static void have_alone(void *argument)
{
    struct chorus *c = argument;
    ExEnterCriticalRegionAndAcquireResourceExclusive(&c->resource[0]);
    chorus_say(c, "alone");
    chorus_delay(10);
    ExReleaseResourceAndLeaveCriticalRegion(&c->resource[0]);
}

static void share(void *argument)
{
    struct chorus *c = argument;
    ExEnterCriticalRegionAndAcquireResourceShared(&c->resource[0]);
    chorus_say(c, "shared");
    chorus_delay(10);
    ExReleaseResourceAndLeaveCriticalRegion(&c->resource[0]);
}

static void share_first(void *argument)
{
    struct chorus *c = argument;
    KeEnterCriticalRegion();
    chorus_number(c, "got", ExAcquireSharedStarveExclusive(&c->resource[0], TRUE));
    chorus_say(c, "starve");
    chorus_delay(10);
    ExReleaseResourceLite(&c->resource[0]);
    KeLeaveCriticalRegion();
}

static void count_waiters(void *argument)
{
    struct chorus *c = argument;
    chorus_number(c, "alone", (LONG)ExGetExclusiveWaiterCount(&c->resource[0]));
    chorus_number(c, "shared", (LONG)ExGetSharedWaiterCount(&c->resource[0]));
    chorus_number(c, "owners", c->resource[0].ActiveCount);
}

static void several_share_it_at_once_and_one_has_it_alone(void **state)
{
    struct chorus *c = *state;
    make(c);
    chorus_start(c, share);
    chorus_start(c, share);
    chorus_start(c, have_alone);
    chorus_start(c, have_alone);
    bench_forget(c->b);

    chorus_expect(c, "shared shared alone@10 alone@20 ");

    expect_records(c->b, "system-3 WAIT_BEGIN [4]\n"
                         "system-4 WAIT_BEGIN [4]\n"
                         "system-5 WAIT_BEGIN [4]\n"
                         "system-6 WAIT_BEGIN [4]\n"
                         "system-3 WAIT_END [4]\n"
                         "system-4 WAIT_END [4]\n"
                         "system-5 WAIT_END [4]\n"
                         "system-5 WAIT_BEGIN [4]\n"
                         "system-5 WAIT_END [4]\n"
                         "system-6 WAIT_END [4]\n"
                         "system-6 WAIT_BEGIN [4]\n"
                         "system-6 WAIT_END [4]\n");
    assert_int_equal(c->resource[0].ContentionCount, 2);
    finish(c);
}

static void who_shares_stands_behind_who_waits_to_be_alone_unless_it_starves_them(void **state)
{
    struct chorus *c = *state;
    make(c);
    chorus_start(c, share);
    chorus_start(c, have_alone);
    chorus_start(c, share);
    chorus_start(c, share_first);
    chorus_start(c, count_waiters);

    chorus_expect(c, "shared got=1 starve alone=1 shared=1 owners=2 alone@10 shared@20 ");

    finish(c);
}

static void who_was_alone_is_followed_by_all_who_share_and_then_by_one_alone(void **state)
{
    struct chorus *c = *state;
    make(c);
    chorus_start(c, have_alone);
    chorus_start(c, have_alone);
    chorus_start(c, share);
    chorus_start(c, share_first);
    chorus_start(c, have_alone);
    chorus_start(c, count_waiters);

    chorus_expect(c, "alone alone=2 shared=2 owners=1 shared@10 got=1 starve@10 alone@20 "
                     "alone@30 ");

    finish(c);
}

/* Whether the one answer of the tape that is not 0 says who has the resource next. */
static bool is_about_the_resource(struct chorus *c)
{
    return bench_count(c->b, HA_CHOICE) == 1 &&
           !strcmp(bench_record(c->b, HA_CHOICE, 0)->as.choice.label, "lock");
}

/* The documents do not say who is next, so the tape may; which of its questions it is, is open. */
static void the_tape_may_let_one_alone_follow_instead(void **state)
{
    bool found = false;
    (void)state;
    for (uint32_t question = 0; !found && question < 64; question++) {
        struct ha_text token = {0};
        struct chorus *c;
        assert_int_equal(chorus_setup((void **)&c), 0);
        bench_replay(c->b, &token, question, 1);
        make(c);
        bench_forget(c->b);
        chorus_start(c, have_alone);
        chorus_start(c, have_alone);
        chorus_start(c, share);
        chorus_start(c, have_alone);
        assert_int_equal(ha_machine_settle(c->b->machine, HA_OK), HA_OK);
        assert_int_equal(ha_machine_run(c->b->machine), HA_OK);
        found = is_about_the_resource(c);
        if (found)
            chorus_expect(c, "alone alone@10 shared@20 alone@30 ");
        finish(c);
        chorus_teardown((void **)&c);
        ha_text_close(&token);
    }
    assert_true(found);
}

static void try_in_vain(void *argument)
{
    struct chorus *c = argument;
    PERESOURCE resource = &c->resource[0];
    KeEnterCriticalRegion();
    chorus_number(c, "alone", ExAcquireResourceExclusiveLite(resource, FALSE));
    chorus_number(c, "shared", ExAcquireResourceSharedLite(resource, FALSE));
    chorus_number(c, "starve", ExAcquireSharedStarveExclusive(resource, FALSE));
    chorus_number(c, "has", (LONG)ExIsResourceAcquiredSharedLite(resource));
    if (ExIsResourceAcquiredSharedLite(resource))
        ExReleaseResourceLite(resource);
    KeLeaveCriticalRegion();
}

static void who_does_not_wait_gets_it_only_when_it_is_open(void **state)
{
    struct chorus *c = *state;
    make(c);
    chorus_start(c, have_alone);
    chorus_start(c, try_in_vain);
    chorus_expect(c, "alone alone=0 shared=0 starve=0 has=0 ");
    chorus_start(c, share);
    chorus_start(c, have_alone);
    chorus_start(c, try_in_vain);
    bench_forget(c->b);

    chorus_expect(c, "shared@10 alone=0 shared=0 starve=1 has=1 alone@20 ");

    assert_int_equal(bench_count(c->b, HA_MISUSE), 0);
    finish(c);
}

static void say_own(struct chorus *c)
{
    PERESOURCE resource = &c->resource[0];
    chorus_number(c, "alone", ExIsResourceAcquiredExclusiveLite(resource));
    chorus_number(c, "has", (LONG)ExIsResourceAcquiredSharedLite(resource));
}

static void take_again_and_again(void *argument)
{
    struct chorus *c = argument;
    PERESOURCE resource = &c->resource[0];
    KeEnterCriticalRegion();
    say_own(c);
    ExAcquireResourceExclusiveLite(resource, TRUE);
    ExAcquireResourceExclusiveLite(resource, FALSE);
    ExAcquireResourceSharedLite(resource, FALSE);
    ExAcquireSharedStarveExclusive(resource, FALSE);
    say_own(c);
    chorus_number(c, "shown", (LONG)resource->OwnerEntry.OwnerCount);
    for (int i = 0; i < 4; i++) {
        chorus_number(c, "owners", resource->ActiveCount);
        ExReleaseResourceLite(resource);
    }
    say_own(c);
    chorus_number(c, "owners", resource->ActiveCount);
    KeLeaveCriticalRegion();
}

static void its_owner_takes_it_again_in_any_way_and_gives_it_back_as_often(void **state)
{
    struct chorus *c = *state;
    make(c);
    chorus_start(c, take_again_and_again);

    chorus_expect(c, "alone=0 has=0 alone=1 has=4 shown=4 owners=1 owners=1 owners=1 owners=1 "
                     "alone=0 has=0 owners=0 ");

    finish(c);
}

static void share_twice(void *argument)
{
    struct chorus *c = argument;
    PERESOURCE resource = &c->resource[0];
    KeEnterCriticalRegion();
    ExAcquireResourceSharedLite(resource, TRUE);
    chorus_delay(10);
    chorus_number(c, "waits", (LONG)ExGetExclusiveWaiterCount(resource));
    chorus_number(c, "got", ExAcquireResourceSharedLite(resource, TRUE));
    say_own(c);
    ExReleaseResourceLite(resource);
    ExReleaseResourceLite(resource);
    KeLeaveCriticalRegion();
}

static void who_shares_it_takes_it_again_ahead_of_who_waits_to_be_alone(void **state)
{
    struct chorus *c = *state;
    make(c);
    chorus_start(c, share_twice);
    chorus_start(c, have_alone);

    chorus_expect(c, "waits=1 got=1 alone=0 has=2 alone@10 ");

    finish(c);
}

static void convert(void *argument)
{
    struct chorus *c = argument;
    PERESOURCE resource = &c->resource[0];
    KeEnterCriticalRegion();
    ExAcquireResourceExclusiveLite(resource, TRUE);
    ExAcquireResourceExclusiveLite(resource, TRUE);
    chorus_delay(5);
    ExConvertExclusiveToSharedLite(resource);
    chorus_say(c, "converted");
    say_own(c);
    chorus_delay(10);
    ExReleaseResourceLite(resource);
    ExReleaseResourceLite(resource);
    KeLeaveCriticalRegion();
}

static void who_waits_to_share_comes_in_when_the_owner_shares(void **state)
{
    struct chorus *c = *state;
    make(c);
    chorus_start(c, convert);
    chorus_start(c, have_alone);
    chorus_start(c, share);
    chorus_start(c, share);

    chorus_expect(c, "converted@5 alone=0 has=2 shared@5 shared@5 alone@15 ");

    finish(c);
}

static void use_at_apc_level(void *argument)
{
    struct chorus *c = argument;
    KIRQL old;
    KeRaiseIrql(APC_LEVEL, &old);
    chorus_number(c, "got", ExAcquireResourceExclusiveLite(&c->resource[0], TRUE));
    KeRaiseIrql(DISPATCH_LEVEL, &old);
    chorus_number(c, "alone", ExIsResourceAcquiredExclusiveLite(&c->resource[0]));
    ExConvertExclusiveToSharedLite(&c->resource[0]);
    ExReleaseResourceLite(&c->resource[0]);
    KeLowerIrql(PASSIVE_LEVEL);
}

static void apc_level_is_as_good_as_a_region_and_dispatch_level_is_enough_to_give_back(void **state)
{
    struct chorus *c = *state;
    make(c);
    chorus_start(c, use_at_apc_level);
    bench_forget(c->b);

    chorus_expect(c, "got=1 alone=1 ");

    expect_records(c->b, "");
    finish(c);
}

static void say_regions(void *argument)
{
    struct chorus *c = argument;
    chorus_number(c, "disabled", KeAreApcsDisabled());
    chorus_number(c, "win32", ExEnterCriticalRegionAndAcquireResourceShared(&c->resource[0]) != 0);
    chorus_number(c, "win32",
                  ExEnterCriticalRegionAndAcquireResourceExclusive(&c->resource[1]) != 0);
    ExReleaseResourceAndLeaveCriticalRegion(&c->resource[0]);
    chorus_number(c, "disabled", KeAreApcsDisabled());
    ExReleaseResourceAndLeaveCriticalRegion(&c->resource[1]);
    chorus_number(c, "disabled", KeAreApcsDisabled());
}

static void the_pair_with_a_region_counts_regions(void **state)
{
    struct chorus *c = *state;
    make(c);
    chorus_start(c, say_regions);

    chorus_expect(c, "disabled=0 win32=0 win32=0 disabled=1 disabled=0 ");

    finish(c);
}

static void it_is_recorded_where_locks_are_to_be_recorded(void **state)
{
    struct chorus *c = *state;
    make(c);
    c->b->machine->kernel.record_locks = true;
    chorus_start(c, take_again_and_again);
    bench_forget(c->b);

    chorus_expect(c, "alone=0 has=0 alone=1 has=4 shown=4 owners=1 owners=1 owners=1 owners=1 "
                     "alone=0 has=0 owners=0 ");

    expect_records(c->b, "system-3 LOCK_TAKEN [4]\nsystem-3 LOCK_GIVEN [4]\n");
    finish(c);
}

static void poll_for_it(void *argument)
{
    struct chorus *c = argument;
    KeEnterCriticalRegion();
    while (!ExAcquireResourceExclusiveLite(&c->resource[0], FALSE))
        continue;
    chorus_number(c, "alone", ExIsResourceAcquiredExclusiveLite(&c->resource[0]));
    ExReleaseResourceLite(&c->resource[0]);
    KeLeaveCriticalRegion();
}

static void have_until_another_has_run(void *argument)
{
    struct chorus *c = argument;
    KeEnterCriticalRegion();
    ExAcquireResourceSharedLite(&c->resource[0], TRUE);
    bench_yield();
    ExReleaseResourceLite(&c->resource[0]);
    KeLeaveCriticalRegion();
}

static void who_tries_again_and_again_lets_others_run(void **state)
{
    struct chorus *c = *state;
    make(c);
    chorus_start(c, have_until_another_has_run);
    chorus_start(c, poll_for_it);

    chorus_expect(c, "alone=1 ");

    finish(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CHORUS_TEST(several_share_it_at_once_and_one_has_it_alone),
        CHORUS_TEST(who_shares_stands_behind_who_waits_to_be_alone_unless_it_starves_them),
        CHORUS_TEST(who_was_alone_is_followed_by_all_who_share_and_then_by_one_alone),
        cmocka_unit_test(the_tape_may_let_one_alone_follow_instead),
        CHORUS_TEST(who_does_not_wait_gets_it_only_when_it_is_open),
        CHORUS_TEST(its_owner_takes_it_again_in_any_way_and_gives_it_back_as_often),
        CHORUS_TEST(who_shares_it_takes_it_again_ahead_of_who_waits_to_be_alone),
        CHORUS_TEST(who_waits_to_share_comes_in_when_the_owner_shares),
        CHORUS_TEST(apc_level_is_as_good_as_a_region_and_dispatch_level_is_enough_to_give_back),
        CHORUS_TEST(the_pair_with_a_region_counts_regions),
        CHORUS_TEST(it_is_recorded_where_locks_are_to_be_recorded),
        CHORUS_TEST(who_tries_again_and_again_lets_others_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
