/* io_pnp, pnp_queue, interface: who is told of which arrivals, and what is refused */
#include "unit/listener.h"

#include <poclass.h>
#include <wdmguid.h>

#define LINK(number) u"\\??\\ACPI#GenuineIntel_-_Intel64_Family_6_Model_85#" number \
                     u"#{97fadb10-4e33-40ae-359c-8bef029dbdd0}"

/* Worked trace 4.6 without a rebalance: ORD-4, ORD-5, ORD-6, PNP-1, PNP-8, PNP-10, PNP-12 */
static void an_arrival_is_told_by_the_pnp_thread_after_the_add(void **state)
{
    struct bench *b = bench_of(state);
    listener_add(*state, "a", (struct listener){0});
    bench_forget(b);

    bench_add_processor(b);

    expect_records(b, ADDED("4", "5")
                      "PnP PNP_CB_CALL a.pnp1 Arrival processor 4 [5]\n");
}

static void add_memory(struct bench *b, uint64_t base)
{
    const struct ha_memory_add_options range = {.base = base, .size = UINT64_C(1) << 30};
    assert_int_equal(ha_machine_add_memory(b->machine, 0, &range), HA_OK);
    assert_int_equal(ha_machine_run(b->machine), HA_OK);
}

/* Worked trace 4.7: MEM-1, MEM-2, PNP-1 */
static void memory_that_is_added_is_told_to_who_asked_for_memory(void **state)
{
    struct bench *b = bench_of(state);
    struct listener *m = listener_add(*state, "m", (struct listener){
        .class_guid = &GUID_DEVICE_MEMORY,
        .link = u"\\??\\ACPI#PNP0C80#1#{3fd0f03d-92e0-45fb-b75c-5ed8ffb01021}"});
    listener_add(*state, "a", (struct listener){0});
    bench_load(b);
    bench_forget(b);

    add_memory(b, UINT64_C(1) << 40);

    assert_int_equal(listener_calls(b), 1);
    assert_int_equal(listener_call(b, 0)->id, 1);
    assert_int_equal(listener_call(b, 0)->as.pnp_cb.interface,
                     bench_record(b, HA_IFACE_UP, 0)->id);
    assert_int_equal(bench_record(b, HA_IFACE_UP, 0)->as.iface.unit, 1);
    assert_int_equal(bench_record(b, HA_IFACE_UP, 0)->as.iface.device, 1);
    assert_true(m->same_link);
}

/* PNP-3: nobody asked while they were added, and who asks later hears what each of them is. */
static void what_was_added_in_turn_is_replayed_as_what_it_is(void **state)
{
    static const struct { uint8_t of_memory; uint32_t device; } added[] = {{1, 1}, {0, 4}, {1, 2}};
    struct bench *b = bench_of(state);
    bench_load(b);
    add_memory(b, UINT64_C(1) << 40);
    bench_add_processor(b);
    add_memory(b, UINT64_C(1) << 41);
    listener_add(*state, "m", (struct listener){.class_guid = &GUID_DEVICE_MEMORY,
                                                .flags = INCLUDE_EXISTING});
    bench_load(b);

    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(bench_record(b, HA_IFACE_UP, i)->as.iface.unit, added[i].of_memory);
        assert_int_equal(bench_record(b, HA_IFACE_UP, i)->as.iface.device, added[i].device);
    }
    assert_int_equal(listener_calls(b), 2);
    assert_int_equal(listener_call(b, 0)->as.pnp_cb.interface,
                     bench_record(b, HA_IFACE_UP, 0)->id);
    assert_int_equal(listener_call(b, 1)->as.pnp_cb.interface,
                     bench_record(b, HA_IFACE_UP, 2)->id);
}

/* PNP-7: also what the record says of it */
static void the_structure_names_version_size_event_class_and_link(void **state)
{
    struct bench *b = bench_of(state);
    struct listener *heard = listener_add(*state, "a", (struct listener){.link = LINK(u"4")});

    bench_add_processor(b);

    assert_int_equal(heard->told.Version, 1);
    assert_int_equal(heard->told.Size, 48);
    assert_memory_equal(&heard->told.Event, &GUID_DEVICE_INTERFACE_ARRIVAL, sizeof(GUID));
    assert_memory_equal(&heard->told.InterfaceClassGuid, &GUID_DEVICE_PROCESSOR, sizeof(GUID));
    assert_true(heard->same_link);
    const struct ha_record *call = listener_call(b, 0);
    assert_int_equal(call->irql, PASSIVE_LEVEL);
    assert_int_equal(call->driver, 1);
    assert_int_equal(call->as.pnp_cb.version, 1);
    assert_int_equal(call->as.pnp_cb.size, 48);
    assert_true(call->as.pnp_cb.live);
}

/* PNP-1, PNP-11: in the order of registration, and nobody of another class */
static void entries_of_the_class_are_told_in_the_order_of_registration(void **state)
{
    struct bench *b = bench_of(state);
    listener_add(*state, "a",
        (struct listener){.answer = STATUS_UNSUCCESSFUL});
    listener_add(*state, "m",
        (struct listener){.class_guid = &GUID_DEVICE_MEMORY});
    listener_add(*state, "c", (struct listener){0});
    b->findings = "a PNP-13\na PNP-13\n";
    bench_load(b);

    bench_add(b, (struct ha_add_options){HA_ANYWHERE, .count = 2});

    static const struct { uint32_t entry, device; } calls[] = {{1, 5}, {3, 5}, {1, 6}, {3, 6}};
    assert_int_equal(listener_calls(b), 4);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(listener_call(b, i)->id, calls[i].entry);
        assert_int_equal(listener_call(b, i)->as.pnp_cb.interface,
                         calls[i].device);
    }
    /* PNP-13: what the first of them answered changed nothing */
    assert_int_equal(bench_record(b, HA_PNP_CB_LEAVE, 0)->as.status.status, STATUS_UNSUCCESSFUL);
}

/* PNP-3, PNP-4, PNP-5, PNP-9: boot instances, on the caller's thread, behind REF */
static void with_existing_every_enabled_instance_is_told_before_the_return(void **state)
{
    struct bench *b = bench_of(state);
    b->options.partition.group_count = 0;
    bench_group(b, 4, 0x3);
    listener_add(*state, "a",
        (struct listener){.flags = INCLUDE_EXISTING});

    bench_load(b);

    expect_records(b,
        "system-2 DRV_ENTRY_ENTER a [2]\n"
        "system-2 PNP_REG_ENTER a.pnp1 flags=1 [2]\n"
        "system-2 REF a +1: 1 [2]\n"
        "system-2 PNP_CB_CALL a.pnp1 Arrival processor 0, which is there already [2]\n"
        "system-2 PNP_CB_CALL a.pnp1 Arrival processor 1, which is there already [2]\n"
        "system-2 PNP_REG_RETURN a.pnp1 0 [2]\n"
        "system-2 DRV_ENTRY_LEAVE a 0 [2]\n");
    assert_int_equal(bench_record(b, HA_INTERFACE, 1)->as.iface.device, 1);
}

/* PNP-2, PNP-3: one that was added before anybody asked is there already */
static void an_added_instance_is_replayed_to_who_registers_later(void **state)
{
    struct bench *b = bench_of(state);
    b->options.partition.group_count = 0;
    bench_group(b, 4, 0x3);
    bench_add_processor(b);
    struct listener *all = listener_add(*state, "a",
        (struct listener){.flags = INCLUDE_EXISTING, .link = LINK(u"2")});
    listener_add(*state, "b", (struct listener){0});

    bench_load(b);

    assert_int_equal(listener_calls(b), 3);
    assert_int_equal(listener_call(b, 2)->as.pnp_cb.interface, 3);
    assert_true(all->same_link);
}

static size_t links_named(struct bench *b)
{
    size_t count = 0;
    bench_count(b, HA_NAME);
    for (size_t i = b->from; i < b->collector.count; i++) {
        const struct ha_record *record = &b->collector.record[i];
        count += record->kind == HA_NAME && record->flags == HA_NS_INTERFACE;
    }
    return count;
}

static void no_link_is_named_before_somebody_asks(void **state)
{
    struct bench *b = bench_of(state);
    bench_add_processor(b);
    bench_add_processor(b);
    assert_int_equal(bench_count(b, HA_IFACE_UP), 2);
    assert_int_equal(links_named(b), 0);
    listener_add(*state, "a", (struct listener){0});

    bench_load(b);
    assert_int_equal(links_named(b), 6);
    bench_add_processor(b);

    assert_int_equal(links_named(b), 7);
}

/* PNP-9: every range of memory has an instance */
static void ranges_of_memory_are_instances_of_their_class(void **state)
{
    static const struct ha_memory_options memory[] = {{0, 1 << 20}, {1 << 30, 1 << 20}};
    struct bench *b = bench_of(state);
    b->options.partition.memory = memory;
    b->options.partition.memory_count = 2;
    listener_add(*state, "m",
        (struct listener){.flags = INCLUDE_EXISTING, .class_guid = &GUID_DEVICE_MEMORY});

    bench_load(b);

    assert_int_equal(listener_calls(b), 2);
    assert_int_equal(listener_call(b, 1)->as.pnp_cb.interface, 6);
    assert_true(bench_record(b, HA_INTERFACE, 5)->as.iface.unit);
    assert_int_equal(bench_record(b, HA_INTERFACE, 5)->as.iface.device, 2);
    bench_add_processor(b);
    assert_int_equal(bench_record(b, HA_IFACE_UP, 0)->id, 7);
    assert_int_equal(bench_record(b, HA_IFACE_UP, 0)->as.iface.device, 4);
}

/* PNP-5, PNP-24 */
static void the_profile_may_report_what_was_replayed_once_more(void **state)
{
    struct bench *b = bench_of(state);
    bench_turn(b, "include_existing_dup", "twice");
    b->options.partition.group_count = 0;
    bench_group(b, 1, 0x1);
    listener_add(*state, "a",
        (struct listener){.flags = INCLUDE_EXISTING});

    bench_load(b);

    expect_records(b,
        "system-2 DRV_ENTRY_ENTER a [1]\n"
        "system-2 PNP_REG_ENTER a.pnp1 flags=1 [1]\n"
        "system-2 REF a +1: 1 [1]\n"
        "system-2 PNP_CB_CALL a.pnp1 Arrival processor 0, which is there already [1]\n"
        "system-2 PNP_REG_RETURN a.pnp1 0 [1]\n"
        "system-2 DRV_ENTRY_LEAVE a 0 [1]\n"
        "PnP PNP_CB_CALL a.pnp1 Arrival processor 0, once more [1]\n");
}

/* In the driver. */
static void ask_wrongly(void *argument)
{
    static const struct {
        IO_NOTIFICATION_EVENT_CATEGORY category;
        ULONG flags;
        bool data, object, function, handle;
        NTSTATUS status;
    } cases[] = {
        {EventCategoryReserved, 0, true, true, true, true, STATUS_INVALID_PARAMETER},
        {EventCategoryKernelSoftRestart, 0, true, true, true, true, STATUS_INVALID_PARAMETER},
        {(IO_NOTIFICATION_EVENT_CATEGORY)7, 0, true, true, true, true, STATUS_INVALID_PARAMETER},
        {EventCategoryDeviceInterfaceChange, 0, false, true, true, true, STATUS_INVALID_PARAMETER},
        {EventCategoryHardwareProfileChange, 0, true, true, true, true, STATUS_INVALID_PARAMETER},
        {EventCategoryHardwareProfileChange, 1, false, true, true, true, STATUS_INVALID_PARAMETER},
        {EventCategoryTargetDeviceChange, 1, true, true, true, true, STATUS_INVALID_PARAMETER},
        {EventCategoryTargetDeviceChange, 0, true, true, true, true, STATUS_NOT_SUPPORTED},
        {EventCategoryDeviceInterfaceChange, 0, true, false, true, true, STATUS_INVALID_PARAMETER},
        {EventCategoryDeviceInterfaceChange, 0, true, true, false, true, STATUS_INVALID_PARAMETER},
        {EventCategoryDeviceInterfaceChange, 0, true, true, true, false, STATUS_INVALID_PARAMETER},
        {EventCategoryHardwareProfileChange, 0, false, true, true, true, STATUS_SUCCESS},
    };
    const struct driver *driver = argument;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int untouched;
        PVOID entry = &untouched;
        NTSTATUS status = IoRegisterPlugPlayNotification(
            cases[i].category, cases[i].flags,
            cases[i].data ? (PVOID)(uintptr_t)&GUID_DEVICE_PROCESSOR : NULL,
            cases[i].object ? driver->object : NULL,
            cases[i].function ? listener_callback : NULL, NULL,
            cases[i].handle ? &entry : NULL);
        if (status != cases[i].status)
            fail_msg("case %zu: 0x%x", i, (unsigned)status);
        assert_int_equal(entry == &untouched, status != STATUS_SUCCESS);
    }
}

/* PNP-21 */
static void wrong_parameters_are_refused_and_touch_nothing(void **state)
{
    struct bench *b = bench_of(state);
    struct driver *driver = bench_driver(b, "a");
    bench_forget(b);
    b->findings = "a PNP-21\na PNP-21\na PNP-21\na DRV-7\n";

    bench_run(b, driver, ask_wrongly, driver);

    assert_int_equal(bench_count(b, HA_REFUSED), 11);
    assert_int_equal(bench_count(b, HA_REF), 1);
    for (size_t i = 8; i < 11; i++)
        assert_int_equal(bench_record(b, HA_REFUSED, i)->as.refused.reason,
                         HA_REASON_NULL_POINTER);
}

static void register_at_apc_level(void *argument)
{
    KIRQL before;
    KeRaiseIrql(APC_LEVEL, &before);
    listener_start(argument);
    KeLowerIrql(before);
}

/* PNP-6 */
static void registration_at_a_raised_irql_is_refused(void **state)
{
    struct bench *b = bench_of(state);
    struct listener *heard = listener_add(*state, "a", (struct listener){0});
    heard->driver->enter = NULL;
    heard->driver->leave = NULL;
    b->findings = "a PNP-6\n";

    bench_run(b, heard->driver, register_at_apc_level, heard);

    assert_int_equal(heard->status, STATUS_INVALID_DEVICE_STATE);
    assert_null(heard->entry);
    assert_int_equal(bench_record(b, HA_REFUSED, 0)->as.refused.reason, HA_REASON_IRQL);
    assert_int_equal(bench_count(b, HA_REF), 0);
}

/* All that an arena has, in blocks of the sizes that may be asked for. */
struct taken {
    struct taken *next;
    size_t size;
};

static struct taken *take_all(struct ha_arena *arena)
{
    struct taken *first = NULL;
    for (size_t size = 4096; size >= 16; size /= 2) {
        for (struct taken *block; (block = ha_arena_take(arena, size)) != NULL; first = block)
            *block = (struct taken){first, size};
    }
    return first;
}

static void give_back(struct ha_arena *arena, struct taken *taken)
{
    for (struct taken *next; taken; taken = next) {
        next = taken->next;
        ha_arena_give(arena, taken, taken->size);
    }
}

static void start_without_memory(void *argument)
{
    struct listener *listener = argument;
    struct ha_arena *arena = &listener->driver->bench->machine->kernel.world.host->arena;
    struct taken *taken = take_all(arena);
    listener_start(listener);
    give_back(arena, taken);
}

/* PNP-22 */
static void a_registration_without_memory_takes_no_reference(void **state)
{
    struct bench *b = bench_of(state);
    struct listener *heard = listener_add(*state, "a", (struct listener){0});
    heard->driver->enter = NULL;
    heard->driver->leave = NULL;
    bench_load(b);
    bench_forget(b);

    bench_run(b, heard->driver, start_without_memory, heard);

    assert_int_equal(heard->status, STATUS_INSUFFICIENT_RESOURCES);
    assert_null(heard->entry);
    assert_int_equal(bench_count(b, HA_FAULT), 1);
    assert_int_equal(bench_count(b, HA_REF), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        LISTENER_TEST(memory_that_is_added_is_told_to_who_asked_for_memory),
        LISTENER_TEST(what_was_added_in_turn_is_replayed_as_what_it_is),
        LISTENER_TEST(an_arrival_is_told_by_the_pnp_thread_after_the_add),
        LISTENER_TEST(the_structure_names_version_size_event_class_and_link),
        LISTENER_TEST(entries_of_the_class_are_told_in_the_order_of_registration),
        LISTENER_TEST(with_existing_every_enabled_instance_is_told_before_the_return),
        LISTENER_TEST(an_added_instance_is_replayed_to_who_registers_later),
        LISTENER_TEST(no_link_is_named_before_somebody_asks),
        LISTENER_TEST(ranges_of_memory_are_instances_of_their_class),
        LISTENER_TEST(the_profile_may_report_what_was_replayed_once_more),
        LISTENER_TEST(wrong_parameters_are_refused_and_touch_nothing),
        LISTENER_TEST(registration_at_a_raised_irql_is_refused),
        LISTENER_TEST(a_registration_without_memory_takes_no_reference),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
