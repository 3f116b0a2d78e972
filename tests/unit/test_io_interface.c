/* io_interface, driver_interface: interfaces that drivers register, enable and disable */
#include "unit/publisher.h"

#include <poclass.h>
#include <string.h>

#define BODY(name) static void name(void *argument)

static void run(struct bench *b, struct publisher *publisher, void (*body)(void *argument))
{
    bench_run(b, publisher->driver, body, publisher);
}

BODY(publish_and_withdraw)
{
    struct publisher *p = argument;
    publisher_register(p, NULL);
    publisher_set(p, TRUE);
    publisher_set(p, FALSE);
    publisher_forget(p);
}

/* PNP-8, PNP-1 */
static void who_registered_for_the_class_hears_of_arrival_and_removal(void **state)
{
    struct bench *b = bench_of(state);
    struct publisher p = {0};
    publisher_add(b, "p", &p);
    listener_add(*state, "l", (struct listener){.class_guid = &panel_class});
    listener_add(*state, "other", (struct listener){0});
    publisher_found(b, &p);
    bench_forget(b);

    run(b, &p, publish_and_withdraw);

    expect_records(b, "system-6 ALLOC 1 of 110 bytes 'Ilnk' [4]\n"
                      "system-6 IFACE_SET register 1 0 [4]\n"
                      "system-6 IFACE_UP 1 [4]\n"
                      "system-6 IFACE_SET enable 1 0 [4]\n"
                      "system-6 IFACE_DOWN 1 [4]\n"
                      "system-6 IFACE_SET disable 1 0 [4]\n"
                      "system-6 FREE 1 of 110 bytes 'Ilnk' [4]\n"
                      "PnP PNP_CB_CALL l.pnp1 Arrival interface 1 [4]\n"
                      "PnP PNP_CB_CALL l.pnp1 Removal interface 1 [4]\n");
}

/* PNP-7 */
static void the_link_says_whose_device_and_which_class_it_is(void **state)
{
    static const WCHAR link[] =
        u"\\??\\ROOT#PANEL#1&00#{12345678-9abc-def0-1234-56789abcdef0}";
    struct bench *b = bench_of(state);
    struct publisher p = {0};
    publisher_add(b, "Panel", &p);
    struct listener *heard = listener_add(*state, "l",
        (struct listener){.class_guid = &panel_class, .link = link});
    publisher_found(b, &p);

    run(b, &p, publish_and_withdraw);

    assert_true(heard->same_link);
    assert_memory_equal(&heard->told.InterfaceClassGuid, &panel_class, sizeof(GUID));
}

BODY(publish_alone)
{
    struct publisher *p = argument;
    p->status[0] = publisher_register(p, NULL);
    p->status[1] = publisher_set(p, TRUE);
}

BODY(withdraw_alone)
{
    struct publisher *p = argument;
    p->status[2] = publisher_set(p, FALSE);
    publisher_forget(p);
}

/* PNP-23: links are equal whatever the case of their letters, names of drivers are not */
static void drivers_whose_names_differ_in_case_have_links_of_their_own(void **state)
{
    struct bench *b = bench_of(state);
    struct publisher p = {0}, other = {0};
    publisher_add(b, "panel", &p);
    publisher_add(b, "Panel", &other);
    publisher_found(b, &p);
    publisher_found(b, &other);

    run(b, &p, publish_alone);
    run(b, &other, publish_alone);
    run(b, &p, withdraw_alone);
    run(b, &other, withdraw_alone);

    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(p.status[i], STATUS_SUCCESS);
        assert_int_equal(other.status[i], STATUS_SUCCESS);
    }
    assert_int_equal(bench_count(b, HA_IFACE_UP), 2);
    assert_int_equal(bench_count(b, HA_IFACE_DOWN), 2);
}

BODY(register_again)
{
    struct publisher *p = argument;
    PWSTR first;
    p->status[0] = publisher_register(p, u"Left");
    first = p->link.Buffer;
    p->status[1] = publisher_register(p, u"LEFT");
    p->status[2] = p->link.Buffer != first &&
                   memcmp(p->link.Buffer, first, p->link.Length + sizeof(WCHAR)) == 0;
    p->status[3] = memcmp((const char *)p->link.Buffer + p->link.Length - 10, u"\\Left", 10);
    publisher_forget(p);
    ExFreePool(first);
    p->status[4] = publisher_register(p, NULL);
    publisher_forget(p);
    p->status[5] = IoRegisterDeviceInterface(p->device, &GUID_DEVICE_MEMORY, NULL, &p->link);
    publisher_forget(p);
}

/* PNP-23 */
static void what_is_registered_again_gets_the_same_link(void **state)
{
    struct bench *b = bench_of(state);
    struct publisher p = {0};
    publisher_add(b, "p", &p);
    publisher_found(b, &p);

    run(b, &p, register_again);

    assert_int_equal(p.status[0], STATUS_SUCCESS);
    assert_int_equal(p.status[1], STATUS_OBJECT_NAME_EXISTS);
    assert_true(p.status[2]);
    assert_int_equal(p.status[3], 0);
    assert_int_equal(p.status[4], STATUS_SUCCESS);
    assert_int_equal(p.status[5], STATUS_SUCCESS);
    assert_int_equal(bench_record(b, HA_IFACE_SET, 1)->id, bench_record(b, HA_IFACE_SET, 0)->id);
    assert_int_equal(bench_record(b, HA_IFACE_SET, 3)->as.iface_set.device, 3);
}

BODY(set_twice)
{
    struct publisher *p = argument;
    publisher_register(p, NULL);
    p->status[0] = publisher_set(p, FALSE);
    p->status[1] = publisher_set(p, TRUE);
    p->status[2] = publisher_set(p, TRUE);
    p->status[3] = publisher_set(p, FALSE);
    p->status[4] = publisher_set(p, FALSE);
    p->link.Length = (USHORT)(p->link.Length - sizeof(WCHAR));
    p->status[5] = publisher_set(p, TRUE);
    publisher_forget(p);
}

/* PNP-23 */
static void what_is_so_already_is_said_and_told_to_nobody(void **state)
{
    struct bench *b = bench_of(state);
    struct publisher p = {0};
    publisher_add(b, "p", &p);
    listener_add(*state, "l", (struct listener){.class_guid = &panel_class});
    publisher_found(b, &p);

    run(b, &p, set_twice);

    assert_int_equal(p.status[0], STATUS_OBJECT_NAME_NOT_FOUND);
    assert_int_equal(p.status[1], STATUS_SUCCESS);
    assert_int_equal(p.status[2], STATUS_OBJECT_NAME_EXISTS);
    assert_int_equal(p.status[3], STATUS_SUCCESS);
    assert_int_equal(p.status[4], STATUS_OBJECT_NAME_NOT_FOUND);
    assert_int_equal(p.status[5], STATUS_OBJECT_NAME_NOT_FOUND);
    assert_int_equal(bench_count(b, HA_IFACE_SET), 7);
    assert_int_equal(bench_count(b, HA_IFACE_UP), 1);
    assert_int_equal(bench_count(b, HA_IFACE_DOWN), 1);
    assert_int_equal(listener_calls(b), 2);
}

static void publish(struct publisher *p)
{
    publisher_register(p, NULL);
    p->status[0] = publisher_set(p, TRUE);
    p->status[1] = publisher_set(p, TRUE);
    p->status[2] = publisher_set(p, FALSE);
    p->status[3] = publisher_set(p, FALSE);
    p->status[4] = publisher_set(p, TRUE);
}

/* ORD-6 */
static void before_its_device_has_started_an_interface_waits(void **state)
{
    struct bench *b = bench_of(state);
    struct publisher p = {.act = publish};
    b->findings = "p DRV-9\np DRV-12\n";      /* it leaves the link and the interface */
    publisher_add(b, "p", &p);
    listener_add(*state, "l", (struct listener){.class_guid = &panel_class});
    bench_load(b);
    bench_forget(b);

    publisher_found(b, &p);

    assert_int_equal(p.status[0], STATUS_SUCCESS);
    assert_int_equal(p.status[1], STATUS_OBJECT_NAME_EXISTS);
    assert_int_equal(p.status[2], STATUS_SUCCESS);
    assert_int_equal(p.status[3], STATUS_OBJECT_NAME_NOT_FOUND);
    assert_int_equal(p.status[4], STATUS_SUCCESS);
    expect_records(b, "system-4 ADD_DEVICE_ENTER [4]\n"
                      "system-4 ALLOC 1 of 110 bytes 'Ilnk' [4]\n"
                      "system-4 IFACE_SET register 1 0 [4]\n"
                      "system-4 IFACE_SET enable 1 0 [4]\n"
                      "system-4 IFACE_SET enable 1 STATUS_OBJECT_NAME_EXISTS [4]\n"
                      "system-4 IFACE_SET disable 1 0 [4]\n"
                      "system-4 IFACE_SET disable 1 STATUS_OBJECT_NAME_NOT_FOUND [4]\n"
                      "system-4 IFACE_SET enable 1 0 [4]\n"
                      "system-4 ADD_DEVICE_LEAVE [4]\n"
                      "system-4 DEVICE_STARTED 1 [4]\n"
                      "system-4 IFACE_UP 1 [4]\n"
                      "PnP PNP_CB_CALL l.pnp1 Arrival interface 1 [4]\n");
}

static void publish_and_forget(struct publisher *p)
{
    publish(p);
    publisher_forget(p);
}

static void a_device_that_its_driver_refuses_has_no_interfaces(void **state)
{
    struct bench *b = bench_of(state);
    struct publisher p = {.act = publish_and_forget, .answer = STATUS_UNSUCCESSFUL};
    publisher_add(b, "p", &p);
    listener_add(*state, "l", (struct listener){.class_guid = &panel_class});

    assert_int_equal(publisher_found(b, &p), STATUS_UNSUCCESSFUL);

    assert_int_equal(bench_count(b, HA_DEVICE_STARTED), 0);
    assert_int_equal(bench_count(b, HA_IFACE_UP), 0);
    assert_null(b->machine->kernel.interfaces.first_of_drivers);
    assert_null(b->machine->kernel.interfaces.last_of_drivers);
    p.act = NULL;
    p.answer = STATUS_SUCCESS;
    publisher_found(b, &p);
    run(b, &p, publish_and_withdraw);
    assert_int_equal(listener_calls(b), 2);
}

BODY(use_wrongly)
{
    struct publisher *p = argument;
    PDEVICE_OBJECT own;
    UNICODE_STRING bad = {.Length = 4, .MaximumLength = 4}, slash;
    RtlInitUnicodeString(&slash, u"a/b");
    IoCreateDevice(p->driver->object, 0, NULL, FILE_DEVICE_UNKNOWN, 0, FALSE, &own);
    p->status[0] = IoRegisterDeviceInterface(NULL, &panel_class, NULL, &p->link);
    p->status[1] = IoRegisterDeviceInterface((PVOID)p, &panel_class, NULL, &p->link);
    p->status[2] = IoRegisterDeviceInterface(own, &panel_class, NULL, &p->link);
    p->status[3] = IoRegisterDeviceInterface(p->device, NULL, NULL, &p->link);
    p->status[4] = IoRegisterDeviceInterface(p->device, &panel_class, NULL, NULL);
    p->status[5] = IoRegisterDeviceInterface(p->device, &panel_class, &bad, &p->link);
    p->status[6] = IoRegisterDeviceInterface(p->device, &panel_class, &slash, &p->link);
    p->status[7] = IoSetDeviceInterfaceState(NULL, TRUE);
    p->status[8] = IoSetDeviceInterfaceState(&(UNICODE_STRING){0}, TRUE);
    IoDeleteDevice(own);
}

/* PNP-23 */
static void misuse_registers_nothing_and_has_its_status(void **state)
{
    struct bench *b = bench_of(state);
    struct publisher p = {0};
    publisher_add(b, "p", &p);
    publisher_found(b, &p);

    run(b, &p, use_wrongly);

    for (size_t i = 0; i < 3; i++)
        assert_int_equal(p.status[i], STATUS_INVALID_DEVICE_REQUEST);
    for (size_t i = 3; i < 9; i++)
        assert_int_equal(p.status[i], STATUS_INVALID_PARAMETER);
    assert_int_equal(bench_count(b, HA_REFUSED), 6);
    assert_int_equal(bench_count(b, HA_IFACE_SET), 9);
    for (size_t i = 0; i < 9; i++) {
        assert_int_equal(bench_record(b, HA_IFACE_SET, i)->id, 0);
        assert_int_equal(bench_record(b, HA_IFACE_SET, i)->as.iface_set.status, p.status[i]);
    }
    assert_null(p.link.Buffer);
}

BODY(register_long_names)
{
    struct publisher *p = argument;
    WCHAR text[512];
    for (size_t i = 0; i < 511; i++)
        text[i] = u'\u00e9';
    text[511] = 0;
    p->status[0] = publisher_register(p, text);
    text[400] = 0;
    p->status[1] = publisher_register(p, text);
    publisher_set(p, TRUE);
    p->status[2] = memcmp(p->link.Buffer + p->link.Length / sizeof(WCHAR) - 400, text, 802);
    publisher_set(p, FALSE);
    publisher_forget(p);
}

static void a_link_is_of_a_length_that_a_callback_can_be_given(void **state)
{
    struct bench *b = bench_of(state);
    struct publisher p = {0};
    publisher_add(b, "p", &p);
    struct listener *heard =
        listener_add(*state, "l", (struct listener){.class_guid = &panel_class});
    publisher_found(b, &p);

    run(b, &p, register_long_names);

    assert_int_equal(p.status[0], STATUS_NAME_TOO_LONG);
    assert_int_equal(p.status[1], STATUS_SUCCESS);
    assert_int_equal(p.status[2], 0);
    assert_int_equal(bench_record(b, HA_IFACE_SET, 0)->id, 0);
    assert_int_equal(bench_record(b, HA_IFACE_SET, 1)->as.iface_set.device, 1);
    assert_int_equal(listener_calls(b), 2);
    assert_int_equal(heard->told.Version, 1);
}

BODY(use_at_apc_level)
{
    struct publisher *p = argument;
    KIRQL before;
    publisher_register(p, NULL);
    UNICODE_STRING link = p->link;
    KeRaiseIrql(APC_LEVEL, &before);
    p->status[0] = publisher_register(p, NULL);
    p->status[1] = publisher_set(p, TRUE);
    KeLowerIrql(before);
    p->status[2] = p->link.Buffer != link.Buffer;
    publisher_forget(p);
}

static void above_passive_level_both_are_refused(void **state)
{
    struct bench *b = bench_of(state);
    struct publisher p = {0};
    b->findings = "p IRQL-4\np IRQL-4\n";
    publisher_add(b, "p", &p);
    publisher_found(b, &p);

    run(b, &p, use_at_apc_level);

    assert_int_equal(p.status[0], STATUS_UNSUCCESSFUL);
    assert_int_equal(p.status[1], STATUS_UNSUCCESSFUL);
    assert_int_equal(p.status[2], 0);
    assert_int_equal(bench_count(b, HA_IFACE_UP), 0);
    assert_int_equal(bench_record(b, HA_REFUSED, 1)->as.refused.reason, HA_REASON_IRQL);
}

BODY(set_a_processor)
{
    struct publisher *p = argument;
    PZZWSTR links;
    UNICODE_STRING link;
    p->status[0] = IoGetDeviceInterfaces(&GUID_DEVICE_PROCESSOR, NULL, 0, &links);
    RtlInitUnicodeString(&link, links);
    p->status[1] = IoSetDeviceInterfaceState(&link, FALSE);
    p->status[2] = IoSetDeviceInterfaceState(&link, TRUE);
    ExFreePool(links);
}

/* PNP-9, PNP-23: but one may ask for what is so already */
static void interfaces_of_the_system_are_not_for_drivers_to_disable(void **state)
{
    struct bench *b = bench_of(state);
    struct publisher p = {0};
    publisher_add(b, "p", &p);
    publisher_found(b, &p);

    run(b, &p, set_a_processor);

    assert_int_equal(p.status[1], STATUS_NOT_SUPPORTED);
    assert_int_equal(p.status[2], STATUS_OBJECT_NAME_EXISTS);
    assert_int_equal(bench_count(b, HA_REFUSED), 1);
    assert_int_equal(bench_record(b, HA_REFUSED, 0)->as.refused.reason, HA_REASON_NOT_SIMULATED);
    assert_int_equal(bench_count(b, HA_IFACE_UP) + bench_count(b, HA_IFACE_DOWN), 0);
}

BODY(publish_zeroes_beside_a_profile_entry)
{
    static const GUID zeroes;
    struct publisher *p = argument;
    struct listener nobody = {0};
    PVOID entry;
    IoRegisterPlugPlayNotification(EventCategoryHardwareProfileChange, 0, NULL, p->driver->object,
                                   listener_callback, &nobody, &entry);
    p->status[0] = IoRegisterDeviceInterface(p->device, &zeroes, NULL, &p->link);
    publisher_set(p, TRUE);
    bench_yield();
    publisher_set(p, FALSE);
    publisher_forget(p);
    IoUnregisterPlugPlayNotificationEx(entry);
}

/* PNP-1: a category without classes is not the class of zeroes */
static void an_entry_for_hardware_profiles_hears_of_no_interface(void **state)
{
    struct bench *b = bench_of(state);
    struct publisher p = {0};
    publisher_add(b, "p", &p);
    publisher_found(b, &p);

    run(b, &p, publish_zeroes_beside_a_profile_entry);

    assert_int_equal(p.status[0], STATUS_SUCCESS);
    assert_int_equal(bench_count(b, HA_IFACE_UP), 1);
    assert_int_equal(listener_calls(b), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        LISTENER_TEST(who_registered_for_the_class_hears_of_arrival_and_removal),
        LISTENER_TEST(the_link_says_whose_device_and_which_class_it_is),
        LISTENER_TEST(drivers_whose_names_differ_in_case_have_links_of_their_own),
        LISTENER_TEST(what_is_registered_again_gets_the_same_link),
        LISTENER_TEST(what_is_so_already_is_said_and_told_to_nobody),
        LISTENER_TEST(before_its_device_has_started_an_interface_waits),
        LISTENER_TEST(a_device_that_its_driver_refuses_has_no_interfaces),
        LISTENER_TEST(misuse_registers_nothing_and_has_its_status),
        LISTENER_TEST(a_link_is_of_a_length_that_a_callback_can_be_given),
        LISTENER_TEST(above_passive_level_both_are_refused),
        LISTENER_TEST(interfaces_of_the_system_are_not_for_drivers_to_disable),
        LISTENER_TEST(an_entry_for_hardware_profiles_hears_of_no_interface),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
