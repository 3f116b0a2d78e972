/* pnp_queue, pnp_entry: a call that comes after the older routine has removed its entry */
#include "unit/listener.h"

#include <poclass.h>
#include <string.h>

#include "nt/interface.h"

static void deliver(struct bench *b)
{
    bench_turn(b, "legacy_late_call", "deliver");
}

static uint64_t seq_of(struct bench *b, enum ha_kind kind, size_t n)
{
    return ha_record_seq(bench_record(b, kind, n));
}

static void remove_next(struct listener *listener)
{
    listener_stop(listener->driver[1].extra);
}

/* PNP-18, PNP-24, PNP-10: the event was raised for it, and its turn had not come */
static void an_event_that_was_queued_is_told_once_more_after_the_removal(void **state)
{
    struct bench *b = bench_of(state);
    deliver(b);
    listener_add(*state, "a", (struct listener){.act = remove_next});
    listener_add(*state, "b", (struct listener){.old = true, .stays_registered = true});
    bench_forget(b);

    bench_add_processor(b);

    expect_records(b, ADDED("4", "5")
                      "PnP PNP_CB_ENTER a.pnp1 Arrival processor 4 [5]\n"
                      "PnP PNP_UNREG_ENTER b.pnp1 [5]\n"
                      "PnP PNP_UNREG_RETURN b.pnp1 0 [5]\n"
                      "PnP PNP_CB_LEAVE a.pnp1 0 [5]\n"
                      "PnP PNP_CB_CALL b.pnp1 Arrival processor 4, though it is removed [5]\n"
                      "PnP REF b -1: 0 [5]\n");
}

static void remove_meanwhile(struct listener *listener)
{
    listener->act = NULL;
    bench_interlude(listener->driver, listener_stop_in_thread, listener);
}

/* PNP-18, PNP-10 */
static void a_call_that_runs_is_followed_by_one_more(void **state)
{
    struct bench *b = bench_of(state);
    deliver(b);
    listener_add(*state, "a", (struct listener){.act = remove_meanwhile, .old = true});
    bench_load(b);

    bench_add_processor(b);

    assert_int_equal(listener_calls(b), 2);
    assert_true(listener_call(b, 1)->as.pnp_cb.late);
    assert_true(ha_record_seq(listener_call(b, 1)) > seq_of(b, HA_PNP_UNREG_RETURN, 0));
    assert_int_equal(bench_count(b, HA_REF), 2);
    assert_true(seq_of(b, HA_REF, 1) > ha_record_seq(listener_call(b, 1)));
}

/* PNP-18 */
static void where_nothing_is_due_no_call_comes(void **state)
{
    struct bench *b = bench_of(state);
    deliver(b);
    struct listener *a = listener_add(*state, "a", (struct listener){.old = true});
    bench_add_processor(b);
    bench_forget(b);

    bench_unload(b, a->driver);
    bench_add_processor(b);

    assert_int_equal(listener_calls(b), 0);
    assert_int_equal(bench_count(b, HA_IMAGE_FREED), 1);
}

static void remove_the_one_before(struct listener *listener)
{
    listener_stop(listener->driver[-1].extra);
}

/* PNP-18, PNP-24: the event that is going round is over for it */
static void who_was_told_before_its_removal_is_not_told_again(void **state)
{
    struct bench *b = bench_of(state);
    deliver(b);
    listener_add(*state, "a", (struct listener){.old = true, .stays_registered = true});
    listener_add(*state, "b", (struct listener){.act = remove_the_one_before});
    bench_load(b);

    bench_add_processor(b);

    assert_int_equal(listener_calls(b), 2);
    assert_int_equal(listener_call(b, 0)->id, 1);
    assert_int_equal(listener_call(b, 1)->id, 2);
}

static void leave_and_raise(struct listener *listener)
{
    listener->act = NULL;
    listener_stop_itself(listener);
    ha_interface_down(&listener->driver->bench->machine->kernel, HA_UNIT_PROCESSOR, 0);
}

/* PNP-18, PNP-8: neither is lost, though the queue was empty before */
static void what_is_raised_behind_a_late_call_follows_it(void **state)
{
    struct bench *b = bench_of(state);
    deliver(b);
    listener_add(*state, "a", (struct listener){0});
    listener_add(*state, "b", (struct listener){.act = leave_and_raise, .old = true});
    bench_load(b);

    bench_add_processor(b);

    assert_int_equal(listener_calls(b), 4);
    assert_true(listener_call(b, 2)->as.pnp_cb.late);
    assert_int_equal(listener_call(b, 2)->id, 2);
    assert_int_equal(listener_call(b, 3)->as.pnp_cb.event, HA_PNP_REMOVAL);
    assert_int_equal(listener_call(b, 3)->id, 1);
}

/* PNP-16 */
static void after_the_newer_routine_no_call_comes(void **state)
{
    struct bench *b = bench_of(state);
    deliver(b);
    listener_add(*state, "a", (struct listener){.act = remove_next});
    listener_add(*state, "b", (struct listener){.stays_registered = true});
    bench_load(b);

    bench_add_processor(b);

    assert_int_equal(listener_calls(b), 1);
}

/* PNP-18, DRV-8: though the preset still holds the event itself */
static void unload_does_not_end_before_the_late_call(void **state)
{
    struct bench *b = bench_of(state);
    b->options.profile = ha_profile_preset(HA_PRESET_ADVERSARIAL);
    struct listener *a = listener_add(*state, "a", (struct listener){.old = true});
    bench_add_processor(b);
    assert_int_equal(listener_calls(b), 0);

    bench_unload(b, a->driver);

    assert_int_equal(listener_calls(b), 1);
    assert_true(ha_record_seq(listener_call(b, 0)) > seq_of(b, HA_PNP_UNREG_RETURN, 0));
    assert_true(ha_record_seq(listener_call(b, 0)) < seq_of(b, HA_UNLOAD_LEAVE, 0));
    assert_int_equal(bench_record(b, HA_WAIT_BEGIN, 0)->as.wait.holder,
                     listener_call(b, 0)->thread);
    assert_int_equal(bench_count(b, HA_IMAGE_FREED), 1);
}

/*
 * An add, and the arrival that follows, with so many bytes of memory; `again`: a thread removes the
 * entry meanwhile. Whether all of it came about.
 */
static int add_with(size_t bytes, bool again)
{
    const struct ha_add_options add = {HA_ANYWHERE};
    void *hall;
    listener_setup(&hall);
    struct bench *b = bench_of(&hall);
    deliver(b);
    listener_add(hall, "a", (struct listener){.act = again ? remove_meanwhile : NULL,
                                              .old = true});
    bench_load(b);
    assert_int_equal(ha_machine_add_processor(b->machine, 0, &add), HA_OK);
    struct ha_arena *arena = &b->machine->kernel.world.host->arena;
    size_t whole = arena->size;
    arena->size = ha_arena_used(arena) + bytes;
    int err = ha_machine_run(b->machine);
    arena->size = whole;
    assert_int_equal(ha_machine_ending(b->machine), err ? HA_END_MEMORY : HA_END_NOT_YET);
    size_t removals = bench_count(b, HA_PNP_UNREG_RETURN);
    if (!err)
        assert_int_equal(listener_calls(b), 1 + removals);
    listener_teardown(&hall);
    return err || (again && !removals) ? HA_ENOMEM : HA_OK;     /* there may be no thread for it */
}

static void a_run_without_memory_for_an_arrival_ends(void **state)
{
    (void)state;
    for (int again = 0; again < 2; again++) {
        size_t bytes = 0;
        while (add_with(bytes, again != 0) != HA_OK)
            bytes += 32;
        assert_true(bytes > 500);
    }
}

/* A context that lies in pool. */
struct context {
    PVOID entry;
    ULONG word;
};

#define WORD 0x12345678u
#define TAG 0x43747863u

static NTSTATUS NTAPI frees_its_context(PVOID NotificationStructure, PVOID Context)
{
    struct context *context = Context;
    (void)NotificationStructure;
    IoUnregisterPlugPlayNotification(context->entry);
    ExFreePoolWithTag(context, TAG);
    return context->word == WORD ? STATUS_SUCCESS : STATUS_UNSUCCESSFUL;
}

static NTSTATUS enter_with_pool(struct driver *driver)
{
    struct context *context = ExAllocatePool2(POOL_FLAG_NON_PAGED, sizeof *context, TAG);
    context->word = WORD;
    return IoRegisterPlugPlayNotification(EventCategoryDeviceInterfaceChange, 0,
                                          (PVOID)(uintptr_t)&GUID_DEVICE_PROCESSOR,
                                          driver->object, frees_its_context, context,
                                          &context->entry);
}

/* PNP-18: with either value of the knob */
static void a_context_that_is_freed_stays_while_its_call_runs(void **state)
{
    struct bench *b = bench_of(state);
    b->findings = "a PNP-18\n";
    struct listener *a = listener_add(*state, "a", (struct listener){.stays_registered = true});
    a->driver->enter = enter_with_pool;

    bench_add_processor(b);

    assert_int_equal(bench_record(b, HA_PNP_CB_LEAVE, 0)->as.status.status, STATUS_SUCCESS);
    assert_int_equal(bench_count(b, HA_FREE), 1);
}

static NTSTATUS NTAPI looks_at_its_context(PVOID NotificationStructure, PVOID Context)
{
    const struct context *context = Context;
    (void)NotificationStructure;
    return context->word == WORD ? STATUS_SUCCESS : STATUS_UNSUCCESSFUL;
}

static NTSTATUS enter_and_free_the_context(struct driver *driver)
{
    struct context *context = ExAllocatePool2(POOL_FLAG_NON_PAGED, sizeof *context, TAG);
    struct listener *listener = driver->extra;
    context->word = WORD;
    NTSTATUS status = IoRegisterPlugPlayNotification(EventCategoryDeviceInterfaceChange, 0,
                                                     (PVOID)(uintptr_t)&GUID_DEVICE_PROCESSOR,
                                                     driver->object, looks_at_its_context,
                                                     context, &listener->entry);
    ExFreePoolWithTag(context, TAG);
    return status;
}

static NTSTATUS enter_with_a_context(struct driver *driver)
{
    struct context *context = ExAllocatePool2(POOL_FLAG_NON_PAGED, sizeof *context, TAG);
    struct listener *listener = driver->extra;
    context->word = WORD;
    listener->extra = context;
    return IoRegisterPlugPlayNotification(EventCategoryDeviceInterfaceChange, 0,
                                          (PVOID)(uintptr_t)&GUID_DEVICE_PROCESSOR,
                                          driver->object, looks_at_its_context, context,
                                          &context->entry);
}

static void remove_and_free(struct driver *driver)
{
    const struct listener *listener = driver->extra;
    struct context *context = listener->extra;
    IoUnregisterPlugPlayNotification(context->entry);
    ExFreePoolWithTag(context, TAG);
}

/* PNP-18: the call finds it although it has not begun */
static void a_context_that_is_freed_stays_until_its_late_call(void **state)
{
    struct bench *b = bench_of(state);
    b->options.profile = ha_profile_preset(HA_PRESET_ADVERSARIAL);
    b->findings = "a PNP-18\n";
    struct listener *a = listener_add(*state, "a", (struct listener){0});
    a->driver->enter = enter_with_a_context;
    a->driver->leave = remove_and_free;
    bench_add_processor(b);

    bench_unload(b, a->driver);

    assert_int_equal(listener_calls(b), 1);
    assert_int_equal(listener_call(b, 0)->kind, HA_PNP_CB_CALL);
    assert_true(listener_call(b, 0)->as.pnp_cb.late);
}

/* PNP-20: the memory stays, so that the call finds it */
static void a_context_that_is_freed_while_its_entry_is_live_is_found(void **state)
{
    struct bench *b = bench_of(state);
    struct listener *a = listener_add(*state, "a", (struct listener){0});
    a->driver->enter = enter_and_free_the_context;
    b->findings = "a PNP-20\n";

    bench_add_processor(b);

    assert_int_equal(bench_record(b, HA_MISUSE, 0)->as.misuse.misuse, HA_MISUSE_CONTEXT);
    assert_int_equal(listener_call(b, 0)->id, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        LISTENER_TEST(an_event_that_was_queued_is_told_once_more_after_the_removal),
        LISTENER_TEST(a_call_that_runs_is_followed_by_one_more),
        LISTENER_TEST(where_nothing_is_due_no_call_comes),
        LISTENER_TEST(who_was_told_before_its_removal_is_not_told_again),
        LISTENER_TEST(what_is_raised_behind_a_late_call_follows_it),
        LISTENER_TEST(after_the_newer_routine_no_call_comes),
        LISTENER_TEST(unload_does_not_end_before_the_late_call),
        cmocka_unit_test(a_run_without_memory_for_an_arrival_ends),
        LISTENER_TEST(a_context_that_is_freed_stays_while_its_call_runs),
        LISTENER_TEST(a_context_that_is_freed_stays_until_its_late_call),
        LISTENER_TEST(a_context_that_is_freed_while_its_entry_is_live_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
