/* callout_pnp: what a PnP callback is given, and what it leaves behind */
#include "unit/listener.h"

#include <poclass.h>
#include <string.h>
#include <wdmguid.h>

#define LINK u"\\??\\ACPI#GenuineIntel_-_Intel64_Family_6_Model_85#4" \
             u"#{97fadb10-4e33-40ae-359c-8bef029dbdd0}"

/* What a listener was given, call by call. */
struct given {
    size_t count;
    DEVICE_INTERFACE_CHANGE_NOTIFICATION change[4];
    UNICODE_STRING link[4];
    WCHAR text[4][sizeof LINK / sizeof(WCHAR)];
};

static void keep_all(struct listener *listener)
{
    struct given *given = listener->extra;
    size_t n = given->count++;
    given->change[n] = listener->told;
    given->link[n] = *listener->told.SymbolicLinkName;
    memcpy(given->text[n], given->link[n].Buffer, sizeof given->text[n]);
}

static void add_and_withdraw(struct bench *b)
{
    bench_add_processor(b);
    assert_int_equal(ha_machine_remove_interface(b->machine, HA_UNIT_PROCESSOR, 4), HA_OK);
    assert_int_equal(ha_machine_run(b->machine), HA_OK);
}

/* PNP-7, PNP-8 */
static void every_entry_is_given_all_of_the_structure_at_an_arrival_and_at_a_removal(void **state)
{
    static const GUID *const event[] = {&GUID_DEVICE_INTERFACE_ARRIVAL,
                                        &GUID_DEVICE_INTERFACE_REMOVAL};
    struct bench *b = bench_of(state);
    struct given given[3] = {{0}};
    listener_add(*state, "a", (struct listener){.act = keep_all, .extra = &given[0]});
    listener_add(*state, "b", (struct listener){.act = keep_all, .extra = &given[1]});
    listener_add(*state, "c", (struct listener){.act = keep_all, .extra = &given[2]});

    add_and_withdraw(b);

    for (size_t entry = 0; entry < 3; entry++) {
        assert_int_equal(given[entry].count, 2);
        for (size_t n = 0; n < 2; n++) {
            const DEVICE_INTERFACE_CHANGE_NOTIFICATION *change = &given[entry].change[n];
            assert_int_equal(change->Version, 1);
            assert_int_equal(change->Size, 48);
            assert_memory_equal(&change->Event, event[n], sizeof(GUID));
            assert_memory_equal(&change->InterfaceClassGuid, &GUID_DEVICE_PROCESSOR,
                                sizeof(GUID));
            assert_int_equal(given[entry].link[n].Length, sizeof LINK - sizeof(WCHAR));
            assert_int_equal(given[entry].link[n].MaximumLength, sizeof LINK);
            assert_memory_equal(given[entry].text[n], LINK, sizeof LINK);
        }
    }
}

static void leave_affinity(struct listener *listener)
{
    (void)listener;
    KeSetSystemAffinityThreadEx(2);
}

static void look_at_affinity(struct listener *listener)
{
    KAFFINITY *seen = listener->extra;
    *seen = KeSetSystemAffinityThreadEx(1);
    KeRevertToUserAffinityThreadEx(*seen);
}

/* DRV-14 */
static void the_affinity_that_a_callback_leaves_is_put_back_before_the_next(void **state)
{
    struct bench *b = bench_of(state);
    KAFFINITY seen = 99;
    listener_add(*state, "a", (struct listener){.act = leave_affinity});
    listener_add(*state, "b", (struct listener){.act = look_at_affinity, .extra = &seen});
    b->findings = "a DRV-14\n";

    bench_add_processor(b);

    assert_int_equal(seen, 0);
}

static void leave_a_lock(struct listener *listener)
{
    KIRQL irql;
    KeAcquireSpinLock(listener->extra, &irql);
}

static void look_at_locks(struct listener *listener)
{
    uint32_t *seen = listener->extra;
    *seen = listener->driver->bench->machine->kernel.locks;
}

/* PNP-6 */
static void a_spin_lock_that_a_callback_leaves_is_a_misuse_and_nobody_has_it_any_more(void **state)
{
    struct bench *b = bench_of(state);
    KSPIN_LOCK lock;
    uint32_t seen = 99;
    KeInitializeSpinLock(&lock);
    listener_add(*state, "a", (struct listener){.act = leave_a_lock, .extra = &lock});
    listener_add(*state, "b", (struct listener){.act = look_at_locks, .extra = &seen});
    b->findings = "a OBJ-2\na CTX-7\n";

    bench_add_processor(b);

    assert_int_equal(seen, 0);
    assert_int_equal(bench_count(b, HA_MISUSE), 1);
    assert_int_equal(listener_call(b, 1)->irql, PASSIVE_LEVEL);
}

static void start_listening(struct driver *driver, PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT change,
                            PNTSTATUS operation_status)
{
    struct listener *listener = driver->extra;
    KIRQL *irql = listener->extra;
    (void)operation_status;
    if (change->State != KeProcessorAddStartNotify)
        return;
    irql[0] = KeGetCurrentIrql();
    listener_start(listener);
    irql[1] = KeGetCurrentIrql();
}

static void stop_both(struct driver *driver)
{
    listener_stop(driver->extra);
    driver_deregister(driver, 0);
}

/* PNP-6, REG-2 */
static void a_replay_inside_a_callback_at_apc_level_is_at_passive_level_and_ends_there(void **state)
{
    struct bench *b = bench_of(state);
    KIRQL irql[2] = {99, 99};
    bench_turn(b, "callback_irql", "apc");
    struct listener *heard =
        listener_add(*state, "a", (struct listener){.flags = INCLUDE_EXISTING, .extra = irql});
    heard->driver->enter = NULL;
    heard->driver->leave = stop_both;
    heard->driver->act = start_listening;

    bench_add_processor(b);

    assert_int_equal(heard->status, STATUS_SUCCESS);
    assert_int_equal(irql[0], APC_LEVEL);
    assert_int_equal(irql[1], APC_LEVEL);
    assert_int_equal(listener_calls(b), 5);
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(listener_call(b, i)->irql, PASSIVE_LEVEL);
}

/* PNP-3 */
static void what_is_not_enabled_any_more_is_not_told_of_as_existing(void **state)
{
    struct bench *b = bench_of(state);
    bench_load(b);
    assert_int_equal(ha_machine_remove_interface(b->machine, HA_UNIT_PROCESSOR, 2), HA_OK);
    assert_int_equal(ha_machine_run(b->machine), HA_OK);
    bench_forget(b);
    listener_add(*state, "a", (struct listener){.flags = INCLUDE_EXISTING});

    bench_load(b);

    expect_records(b,
        "system-2 DRV_ENTRY_ENTER a [4]\n"
        "system-2 PNP_REG_ENTER a.pnp1 flags=1 [4]\n"
        "system-2 REF a +1: 1 [4]\n"
        "system-2 PNP_CB_CALL a.pnp1 Arrival processor 0, which is there already [4]\n"
        "system-2 PNP_CB_CALL a.pnp1 Arrival processor 1, which is there already [4]\n"
        "system-2 PNP_CB_CALL a.pnp1 Arrival processor 3, which is there already [4]\n"
        "system-2 PNP_REG_RETURN a.pnp1 0 [4]\n"
        "system-2 DRV_ENTRY_LEAVE a 0 [4]\n");
}

static NTSTATUS listen_with_a_lock(struct driver *driver)
{
    struct listener *listener = driver->extra;
    EX_PUSH_LOCK *lock = listener->extra;
    KeEnterCriticalRegion();
    ExInitializePushLock(lock);
    ExAcquirePushLockExclusive(lock);
    NTSTATUS status = listener_start(listener);
    ExReleasePushLockExclusive(lock);
    KeLeaveCriticalRegion();
    return status;
}

static void let_others_run(struct listener *listener)
{
    (void)listener;
    bench_yield();
}

/* OBJ-2: the lock is the caller's before and behind the calls on its thread */
static void a_lock_of_who_registers_is_not_one_that_the_callback_left(void **state)
{
    struct bench *b = bench_of(state);
    EX_PUSH_LOCK lock;
    listener_add(*state, "a",
        (struct listener){.flags = INCLUDE_EXISTING, .act = let_others_run, .extra = &lock})
        ->driver->enter = listen_with_a_lock;

    bench_load(b);

    assert_int_equal(listener_calls(b), 4);
    assert_int_equal(bench_count(b, HA_MISUSE), 0);
}

static void keep_a_lock(struct listener *listener)
{
    let_others_run(listener);
    KeEnterCriticalRegion();
    if (listener_calls(listener->driver->bench) == 1)
        ExAcquirePushLockExclusive(listener->extra);
    KeLeaveCriticalRegion();
}

/* OBJ-2: and the registration, which the misuse names, is none the worse for it */
static void a_push_lock_that_a_callback_leaves_during_its_registration_is_found(void **state)
{
    struct bench *b = bench_of(state);
    EX_PUSH_LOCK lock = 0;
    b->findings = "a OBJ-2\n";
    listener_add(*state, "a",
        (struct listener){.flags = INCLUDE_EXISTING, .act = keep_a_lock, .extra = &lock});

    bench_load(b);

    assert_int_equal(listener_calls(b), 4);
    assert_int_equal(bench_count(b, HA_MISUSE), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        LISTENER_TEST(every_entry_is_given_all_of_the_structure_at_an_arrival_and_at_a_removal),
        LISTENER_TEST(the_affinity_that_a_callback_leaves_is_put_back_before_the_next),
        LISTENER_TEST(a_spin_lock_that_a_callback_leaves_is_a_misuse_and_nobody_has_it_any_more),
        LISTENER_TEST(a_lock_of_who_registers_is_not_one_that_the_callback_left),
        LISTENER_TEST(a_push_lock_that_a_callback_leaves_during_its_registration_is_found),
        LISTENER_TEST(a_replay_inside_a_callback_at_apc_level_is_at_passive_level_and_ends_there),
        LISTENER_TEST(what_is_not_enabled_any_more_is_not_told_of_as_existing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
