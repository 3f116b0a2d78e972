/* interface, driver_interface: order, removal, drivers that go, and memory that is lacking */
#include "unit/publisher.h"

#include <poclass.h>

#include "nt/driver_interface.h"

#define BODY(name) static void name(void *argument)
#define SPARES 4u

/* A publisher with two interfaces. */
struct pair {
    struct publisher p;             /* with the link of the second */
    UNICODE_STRING first;
    struct listener *late;
    NTSTATUS status;
};

BODY(publish_two)
{
    struct pair *pair = argument;
    publisher_register(&pair->p, u"1");
    publisher_set(&pair->p, TRUE);
    pair->first = pair->p.link;
    publisher_register(&pair->p, u"2");
    publisher_set(&pair->p, TRUE);
}

BODY(enable_the_first_again)
{
    struct pair *pair = argument;
    IoSetDeviceInterfaceState(&pair->first, FALSE);
    IoSetDeviceInterfaceState(&pair->first, TRUE);
}

BODY(withdraw)
{
    struct pair *pair = argument;
    pair->status = IoSetDeviceInterfaceState(&pair->first, FALSE);
    publisher_set(&pair->p, FALSE);
    RtlFreeUnicodeString(&pair->first);
    publisher_forget(&pair->p);
}

BODY(listen_late)
{
    struct pair *pair = argument;
    listener_start(pair->late);
}

static NTSTATUS enter_without_listening(struct driver *driver)
{
    (void)driver;
    return STATUS_SUCCESS;
}

static struct bench *open_pair(void **state, struct pair *pair, struct listener late)
{
    struct bench *b = bench_of(state);
    late.class_guid = &panel_class;
    late.flags = INCLUDE_EXISTING;
    publisher_add(b, "p", &pair->p);
    pair->late = listener_add(*state, "l", late);
    pair->late->driver->enter = enter_without_listening;
    publisher_found(b, &pair->p);
    bench_run(b, pair->p.driver, publish_two, pair);
    return b;
}

static uint32_t device_told(struct bench *b, size_t which)
{
    uint32_t id = listener_call(b, which)->as.pnp_cb.interface;
    return id - b->machine->kernel.interfaces.processors;
}

/* PNP-11 */
static void what_is_enabled_again_is_replayed_last(void **state)
{
    struct pair pair = {.status = 0};
    struct bench *b = open_pair(state, &pair, (struct listener){0});
    bench_run(b, pair.p.driver, enable_the_first_again, &pair);

    bench_run(b, pair.late->driver, listen_late, &pair);

    assert_int_equal(listener_calls(b), 2);
    assert_int_equal(device_told(b, 0), 2);
    assert_int_equal(device_told(b, 1), 1);
    bench_run(b, pair.p.driver, withdraw, &pair);
}

/* The publisher is the driver before the listener, and its structure begins a pair. */
static void enable_again_meanwhile(struct listener *listener)
{
    listener->act = NULL;
    enable_the_first_again(listener->driver[-1].extra);
}

/* PNP-24, PNP-5 */
static void a_replay_goes_on_behind_what_is_enabled_again_meanwhile(void **state)
{
    struct pair pair = {.status = 0};
    struct bench *b = open_pair(state, &pair, (struct listener){.act = enable_again_meanwhile});
    bench_forget(b);

    bench_run(b, pair.late->driver, listen_late, &pair);

    expect_records(b, "system-6 PNP_REG_ENTER l.pnp1 flags=1 [4]\n"
                      "system-6 REF l +1: 1 [4]\n"
                      "system-6 PNP_CB_ENTER l.pnp1 Arrival interface 1, "
                          "which is there already [4]\n"
                      "system-6 IFACE_DOWN 1 [4]\n"
                      "system-6 IFACE_SET disable 1 0 [4]\n"
                      "system-6 IFACE_UP 1 [4]\n"
                      "system-6 IFACE_SET enable 1 0 [4]\n"
                      "system-6 PNP_CB_LEAVE l.pnp1 0 [4]\n"
                      "system-6 PNP_CB_CALL l.pnp1 Arrival interface 2, "
                          "which is there already [4]\n"
                      "system-6 PNP_REG_RETURN l.pnp1 0 [4]\n"
                      "PnP PNP_CB_CALL l.pnp1 Removal interface 1 [4]\n"
                      "PnP PNP_CB_CALL l.pnp1 Arrival interface 1 [4]\n");
    bench_run(b, pair.p.driver, withdraw, &pair);
}

/* DRV-12, PNP-8 */
static void what_a_driver_leaves_enabled_is_named_and_removed(void **state)
{
    struct pair pair = {.status = 0};
    struct bench *b = open_pair(state, &pair, (struct listener){0});
    b->findings = "p DRV-9\np DRV-12\np DRV-12\n";
    bench_run(b, pair.late->driver, listen_late, &pair);
    bench_forget(b);

    bench_unload(b, pair.p.driver);

    assert_int_equal(bench_record(b, HA_LEFT_BEHIND, 1)->id, 2);
    assert_int_equal(bench_record(b, HA_LEFT_BEHIND, 1)->as.left.what, HA_LEFT_INTERFACE);
    expect_records(b, "caller UNLOAD_REQ p 0 [4]\n"
                      "system-7 UNLOAD_ENTER p [4]\n"
                      "system-7 UNLOAD_LEAVE p [4]\n"
                      "system-7 LEFT_BEHIND [4]\n"
                      "system-7 IFACE_DOWN 1 [4]\n"
                      "system-7 LEFT_BEHIND [4]\n"
                      "system-7 IFACE_DOWN 2 [4]\n"
                      "system-7 IMAGE_FREED p [4]\n"
                      "PnP PNP_CB_CALL l.pnp1 Removal interface 1 [4]\n"
                      "PnP PNP_CB_CALL l.pnp1 Removal interface 2 [4]\n");
}

/* PNP-8 */
static void an_interface_that_is_removed_by_hand_is_not_enabled_any_more(void **state)
{
    struct pair pair = {.status = 0};
    struct bench *b = open_pair(state, &pair, (struct listener){0});
    bench_run(b, pair.late->driver, listen_late, &pair);
    bench_forget(b);

    assert_int_equal(ha_machine_remove_interface(b->machine, HA_UNIT_INTERFACE, 1), HA_OK);
    assert_int_equal(ha_machine_remove_interface(b->machine, HA_UNIT_INTERFACE, 1), HA_EINVAL);
    assert_int_equal(ha_machine_remove_interface(b->machine, HA_UNIT_INTERFACE, 3), HA_EINVAL);
    bench_run(b, pair.p.driver, withdraw, &pair);

    assert_int_equal(pair.status, STATUS_OBJECT_NAME_NOT_FOUND);
    expect_records(b, "caller IFACE_DOWN 1 [4]\n"
                      "PnP PNP_CB_CALL l.pnp1 Removal interface 1 [4]\n"
                      "system-8 IFACE_SET disable 1 STATUS_OBJECT_NAME_NOT_FOUND [4]\n"
                      "system-8 IFACE_DOWN 2 [4]\n"
                      "system-8 IFACE_SET disable 2 0 [4]\n"
                      "system-8 FREE 1 of 114 bytes 'Ilnk' [4]\n"
                      "system-8 FREE 2 of 114 bytes 'Ilnk' [4]\n"
                      "PnP PNP_CB_CALL l.pnp1 Removal interface 2 [4]\n");
}

/* PNP-9: only by hand */
static void a_processor_may_be_removed_by_hand_too(void **state)
{
    struct bench *b = bench_of(state);
    listener_add(*state, "l", (struct listener){.flags = INCLUDE_EXISTING});
    bench_load(b);
    bench_forget(b);

    assert_int_equal(ha_machine_remove_interface(b->machine, HA_UNIT_PROCESSOR, 2), HA_OK);
    assert_int_equal(ha_machine_remove_interface(b->machine, HA_UNIT_PROCESSOR, 2), HA_EINVAL);

    expect_records(b, "caller IFACE_DOWN 2 [4]\n"
                      "PnP PNP_CB_CALL l.pnp1 Removal processor 2 [4]\n");
}

BODY(register_and_list)
{
    struct pair *pair = argument;
    PZZWSTR links = NULL;
    NTSTATUS status = publisher_register(&pair->p, NULL);
    if (NT_SUCCESS(status))
        publisher_forget(&pair->p);
    pair->p.status[0] = status;
    pair->p.status[1] = IoGetDeviceInterfaces(&GUID_DEVICE_PROCESSOR, NULL, 0, &links);
    if (links)
        ExFreePool(links);
}

static void each_can_fail_for_want_of_memory(void **state)
{
    (void)state;
    for (uint32_t n = 0; n < 2; n++) {
        void *hall;
        struct pair pair = {.status = 0};
        struct ha_text token = {0};
        listener_setup(&hall);
        struct bench *b = bench_of(&hall);
        bench_replay(b, &token, n + 1, 1);      /* behind the extension of the driver */
        publisher_add(b, "p", &pair.p);
        publisher_found(b, &pair.p);

        bench_run(b, pair.p.driver, register_and_list, &pair);

        assert_int_equal(pair.p.status[n], STATUS_INSUFFICIENT_RESOURCES);
        assert_int_equal(pair.p.status[1 - n], STATUS_SUCCESS);
        assert_int_equal(bench_count(b, HA_FAULT), 1);
        listener_teardown(&hall);
        ha_text_close(&token);
    }
}

/* What is left of the arena while a driver asks. */
struct scarcity {
    struct pair pair;
    size_t good;                    /* blocks that are free */
    NTSTATUS status[SPARES + 1];
    bool half;                      /* something was left half-done */
};

BODY(ask_with_little_memory)
{
    struct scarcity *little = argument;
    struct publisher *p = &little->pair.p;
    struct ha_kernel *kernel = &p->driver->bench->machine->kernel;
    struct ha_arena *arena = &kernel->world.host->arena;
    void *spare[SPARES][2];         /* a smaller and a larger one, as blocks are never split */
    register_and_list(&little->pair);   /* what is made only once is there */
    for (size_t i = 0; i < 2 * SPARES; i++)
        spare[i / 2][i % 2] = ha_arena_take(arena, i % 2 ? 512 : 256);
    for (size_t size = (size_t)1 << 19; size >= 16; size /= 2)
        while (ha_arena_take(arena, size))
            ;
    for (size_t good = 0; good <= SPARES; good++) {
        UNICODE_STRING reference;
        RtlInitUnicodeString(&reference, u"other");
        uint32_t registered = kernel->interfaces.registered;
        little->status[good] = IoRegisterDeviceInterface(p->device, &panel_class, &reference,
                                                         &p->link);
        if (NT_SUCCESS(little->status[good])) {
            publisher_forget(p);
            break;
        }
        little->half |= kernel->interfaces.registered != registered ||
                        kernel->interfaces.last_of_drivers->next != NULL;
        little->good = good + 1;
        for (size_t i = 0; good < SPARES && i < 2; i++)
            ha_arena_give(arena, spare[good][i], i ? 512 : 256);
    }
}

static void a_registration_that_lacks_memory_leaves_nothing(void **state)
{
    struct bench *b = bench_of(state);
    struct scarcity little = {.half = false};
    publisher_add(b, "p", &little.pair.p);
    publisher_found(b, &little.pair.p);

    bench_run(b, little.pair.p.driver, ask_with_little_memory, &little);

    assert_in_range(little.good, 2, SPARES);
    for (size_t i = 0; i < little.good; i++)
        assert_int_equal(little.status[i], STATUS_INSUFFICIENT_RESOURCES);
    assert_int_equal(little.status[little.good], STATUS_SUCCESS);
    assert_false(little.half);
    assert_int_equal(bench_count(b, HA_FAULT), little.good);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        LISTENER_TEST(what_is_enabled_again_is_replayed_last),
        LISTENER_TEST(a_replay_goes_on_behind_what_is_enabled_again_meanwhile),
        LISTENER_TEST(what_a_driver_leaves_enabled_is_named_and_removed),
        LISTENER_TEST(an_interface_that_is_removed_by_hand_is_not_enabled_any_more),
        LISTENER_TEST(a_processor_may_be_removed_by_hand_too),
        LISTENER_TEST(each_can_fail_for_want_of_memory),
        LISTENER_TEST(a_registration_that_lacks_memory_leaves_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
