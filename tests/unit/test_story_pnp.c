/* story: PnP notification */
#include "unit/telling.h"

#include "check/story_words.h"

enum { PNP_THREAD = LOADER + 1, ENTRY = 1, PROCESSOR = 5, RANGE, DRIVERS };

static void introduce(struct bench *b)
{
    tale_thread(&b->tale, HA_THREAD_PNP, PNP_THREAD);
    tale_name(&b->tale, HA_NS_ENTRY, ENTRY, "pnp1");
    tale_add(&b->tale, HA_IFACE_UP, HOT_ADD, PROCESSOR)->as.iface.device = 4;
    struct ha_record *range = tale_add(&b->tale, HA_INTERFACE, LOADER, RANGE);
    range->as.iface.device = 2;
    range->as.iface.unit = HA_UNIT_MEMORY;
    struct ha_record *drivers = tale_add(&b->tale, HA_IFACE_UP, LOADER, DRIVERS);
    drivers->as.iface.device = 1;
    drivers->as.iface.unit = HA_UNIT_INTERFACE;
}

static struct ha_record *call(struct bench *b, enum ha_kind kind, uint32_t thread,
                              uint32_t interface)
{
    struct ha_record *record = by_broken(tale_add(&b->tale, kind, thread, ENTRY));
    record->as.pnp_cb.interface = interface;
    record->as.pnp_cb.event = HA_PNP_ARRIVAL;
    return record;
}

static struct ha_record *leave(struct bench *b, uint32_t thread, int32_t status)
{
    struct ha_record *record = by_broken(tale_add(&b->tale, HA_PNP_CB_LEAVE, thread, ENTRY));
    record->as.status.status = status;
    return record;
}

static void registration(struct bench *b, uint32_t flags, int32_t status)
{
    by_broken(tale_add(&b->tale, HA_PNP_REG_ENTER, LOADER, ENTRY))->as.pnp_reg.flags = flags;
    by_broken(tale_add(&b->tale, HA_PNP_REG_RETURN, LOADER, ENTRY))->as.status.status = status;
}

#define NOW "    1.000 ms  "

static void a_registration_and_its_removal_are_a_line_each(void **state)
{
    struct bench *b = *state;

    introduce(b);
    registration(b, 1, 0);
    by_broken(tale_add(&b->tale, HA_PNP_UNREG_ENTER, LOADER, ENTRY));
    by_broken(tale_add(&b->tale, HA_PNP_UNREG_RETURN, LOADER, ENTRY));

    expect_story(b, HEAD NOW "system-3  broken.pnp1 registered\n"
                         NOW "system-3  broken.pnp1 removed\n");
}

static void what_comes_to_nothing_says_why(void **state)
{
    struct bench *b = *state;

    introduce(b);
    registration(b, 0, INSUF);
    tale_add(&b->tale, HA_PNP_UNREG_ENTER, LOADER, 0);
    tale_add(&b->tale, HA_PNP_UNREG_RETURN, LOADER, 0)->as.status.status = INSUF;

    expect_story(b, HEAD
                 NOW "system-3  broken.pnp1 not registered: STATUS_INSUFFICIENT_RESOURCES\n"
                 NOW "system-3  removes nothing: STATUS_INSUFFICIENT_RESOURCES\n");
}

static void a_removal_that_is_refused_is_a_line_and_says_why(void **state)
{
    static const struct { unsigned routine, misuse; } cases[] = {
        {HA_RT_UNREGISTER_PNP, HA_MISUSE_NULL_HANDLE},
        {HA_RT_UNREGISTER_PNP_EX, HA_MISUSE_STALE_HANDLE},
    };
    struct bench *b = *state;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        tale_add(&b->tale, HA_PNP_UNREG_ENTER, LOADER, 0);
        struct ha_record *record = tale_add(&b->tale, HA_MISUSE, LOADER, 0);
        record->as.misuse.routine = cases[i].routine;
        record->as.misuse.misuse = cases[i].misuse;
        tale_add(&b->tale, HA_PNP_UNREG_RETURN, LOADER, 0)->as.status.status = INSUF;
    }

    expect_story(b, HEAD
        NOW "system-3  removes nothing: STATUS_INSUFFICIENT_RESOURCES, handle is NULL\n"
        NOW "system-3  removes nothing: STATUS_INSUFFICIENT_RESOURCES, "
            "handle was removed before\n");
}

static void an_arrival_in_which_nothing_happens_is_one_line(void **state)
{
    struct bench *b = *state;

    introduce(b);
    registration(b, 0, 0);
    call(b, HA_PNP_CB_ENTER, PNP_THREAD, PROCESSOR);
    leave(b, PNP_THREAD, 0);
    call(b, HA_PNP_CB_ENTER, PNP_THREAD, RANGE)->as.pnp_cb.second = 1;
    leave(b, PNP_THREAD, INSUF);

    expect_story(b, HEAD NOW "system-3  broken.pnp1 registered\n"
                         NOW "PnP       broken.pnp1 Arrival processor 4\n"
                         NOW "PnP       broken.pnp1 Arrival memory 2, once more: "
                             "STATUS_INSUFFICIENT_RESOURCES\n");
}

static void what_happens_in_a_replay_stands_inside_the_registration(void **state)
{
    struct bench *b = *state;

    introduce(b);
    by_broken(tale_add(&b->tale, HA_PNP_REG_ENTER, LOADER, ENTRY))->as.pnp_reg.flags = 1;
    call(b, HA_PNP_CB_ENTER, LOADER, PROCESSOR)->as.pnp_cb.replay = 1;
    by_broken(tale_add(&b->tale, HA_PNP_UNREG_ENTER, LOADER, ENTRY));
    tale_add(&b->tale, HA_REFUSED, LOADER, 0)->as.refused.reason = HA_REASON_IRQL;
    by_broken(tale_add(&b->tale, HA_PNP_UNREG_RETURN, LOADER, ENTRY));
    leave(b, LOADER, 0);
    by_broken(tale_add(&b->tale, HA_PNP_REG_RETURN, LOADER, ENTRY));

    expect_story(b, HEAD
        NOW "system-3  broken.pnp1 registers, existing instances first\n"
        NOW "system-3    enters broken.pnp1 Arrival processor 4, which is there already\n"
        NOW "system-3      removes broken.pnp1\n"
        NOW "system-3        an unknown routine refused: IRQL is too high\n"
        NOW "system-3      broken.pnp1 removed\n"
        NOW "system-3    leaves broken.pnp1 Arrival processor 4, which is there already\n"
        NOW "system-3  broken.pnp1 registered\n");
}

static void a_call_into_an_image_that_is_gone_is_told_as_such(void **state)
{
    struct bench *b = *state;

    introduce(b);
    registration(b, 0, 0);
    call(b, HA_PNP_DEAD_CALL, PNP_THREAD, PROCESSOR);

    expect_story(b, HEAD NOW "system-3  broken.pnp1 registered\n"
                         NOW "PnP       broken.pnp1 Arrival processor 4 not called: "
                             "the driver is gone\n");
}

static struct ha_record *set(struct bench *b, uint32_t id, uint32_t device, uint32_t routine)
{
    struct ha_record *record = by_broken(tale_add(&b->tale, HA_IFACE_SET, LOADER, id));
    record->as.iface_set.device = device;
    record->as.iface_set.routine = routine;
    return record;
}

/* PNP-23 */
static void what_drivers_do_with_interfaces_is_a_line_each(void **state)
{
    struct bench *b = *state;

    set(b, 9, 2, HA_RT_REGISTER_INTERFACE);
    set(b, 0, 0, HA_RT_REGISTER_INTERFACE)->as.iface_set.status = INSUF;
    introduce(b);
    set(b, DRIVERS, 1, HA_RT_SET_INTERFACE)->as.iface_set.enable = 1;
    tale_add(&b->tale, HA_IFACE_DOWN, LOADER, DRIVERS)->driver = BROKEN;
    set(b, DRIVERS, 1, HA_RT_SET_INTERFACE)->as.iface_set.status = TIMED_OUT;
    tale_add(&b->tale, HA_IFACE_DOWN, CALLER, PROCESSOR);

    expect_story(b, HEAD
        NOW "system-3  broken registers interface 2\n"
        NOW "system-3  broken registers no interface: STATUS_INSUFFICIENT_RESOURCES\n"
        NOW "system-3  broken enables interface 1\n"
        NOW "system-3  broken disables interface 1: STATUS_IO_TIMEOUT\n"
        NOW "caller    interface of processor 4 is disabled\n");
}

static void devices_that_are_opened_held_arrivals_and_rebalances_are_told(void **state)
{
    struct bench *b = *state;

    introduce(b);
    by_broken(tale_add(&b->tale, HA_FILE_OPEN, LOADER, 3))->as.file.device = DRIVERS;
    by_broken(tale_add(&b->tale, HA_FILE_OPEN, LOADER, 0))->as.file.status = INSUF;
    by_broken(tale_add(&b->tale, HA_FILE_CLOSE, LOADER, 4));
    tale_add(&b->tale, HA_PNP_HOLD, CALLER, 0)->flags = HA_PNP_HELD;
    tale_add(&b->tale, HA_PNP_HOLD, CALLER, 0);
    tale_add(&b->tale, HA_REB_BEGIN, HOT_ADD, 0)->as.rebalance.cause = 2;
    struct ha_record *end = tale_add(&b->tale, HA_REB_END, HOT_ADD, 0);
    end->as.rebalance.cause = 3;
    end->as.rebalance.of_memory = 1;

    expect_story(b, HEAD
        NOW "system-3  broken opens interface 1 (file 3)\n"
        NOW "system-3  broken opens no device: STATUS_INSUFFICIENT_RESOURCES\n"
        NOW "system-3  broken closes a device (file 4)\n"
        NOW "caller    arrivals are held from now on\n"
        NOW "caller    arrivals are released\n"
        NOW "hot-add   rebalance of resources begins, because of add 2\n"
        NOW "hot-add   rebalance of resources ends, because of memory add 3\n");
}

/* PNP-14, PNP-16 */
static void a_deadlock_names_the_arrival_and_the_removal_that_threads_are_in(void **state)
{
    struct bench *b = *state;

    introduce(b);
    tale_name(&b->tale, HA_NS_OBJECT, 1, "the end of a call");
    tale_name(&b->tale, HA_NS_OBJECT, 2, "removed");
    b->tale.record[b->tale.count - 1].driver = BROKEN;
    registration(b, 0, 0);
    call(b, HA_PNP_CB_ENTER, PNP_THREAD, PROCESSOR);
    by_broken(tale_add(&b->tale, HA_PNP_UNREG_ENTER, LOADER, ENTRY));
    const struct { uint32_t waiter, object, holder; } stuck[] = {
        {LOADER, 1, PNP_THREAD}, {PNP_THREAD, 2, LOADER}, {HOT_ADD, 1, 0}};
    tale_add(&b->tale, HA_PNP_REG_ENTER, HOT_ADD, ENTRY + 1)->driver = CALM;
    for (size_t i = 0; i < sizeof stuck / sizeof stuck[0]; i++) {
        struct ha_record *waits =
            by_broken(tale_add(&b->tale, HA_DEADLOCK, CALLER, stuck[i].object));
        waits->as.wait.waiter = stuck[i].waiter;
        waits->as.wait.holder = stuck[i].holder;
        waits->as.wait.timeout_ns = HA_FOREVER;
    }
    tale_add(&b->tale, HA_TRACE_END, CALLER, 0)->as.end.ending = HA_END_DEADLOCK;

    expect_story(b, HEAD
        NOW "system-3  broken.pnp1 registered\n"
        NOW "PnP       enters broken.pnp1 Arrival processor 4\n"
        NOW "system-3  removes broken.pnp1\n"
        NOW "hot-add   calm.#2 registers\n"
        NOW "caller    deadlock: 3 threads wait for ever\n"
        NOW "caller      hot-add, registering calm.#2 for broken, waits for the end of a call\n"
        NOW "caller      2 of them in a circle:\n"
        NOW "caller        system-3, removing broken.pnp1 for broken, waits for the end of a call, "
            "held by PnP\n"
        NOW "caller        PnP, in broken.pnp1 Arrival processor 4, waits for event \"removed\", "
            "held by system-3\n"
        NOW "caller    the run ended: deadlock\n");
}

static void a_crash_names_the_arrival_in_which_it_came(void **state)
{
    struct bench *b = *state;

    introduce(b);
    registration(b, 0, 0);
    call(b, HA_PNP_CB_ENTER, PNP_THREAD, PROCESSOR);
    by_broken(tale_add(&b->tale, HA_CRASH, PNP_THREAD, 0))->as.crash.exit_code = 3;

    expect_story(b, HEAD
        NOW "system-3  broken.pnp1 registered\n"
        NOW "PnP       enters broken.pnp1 Arrival processor 4\n"
        NOW "PnP         crash: the process was ended with exit code 3 in broken.pnp1 Arrival "
            "processor 4, on processor 0\n");
}

static void memory_goes_by_its_base_and_an_interface_by_its_number(void **state)
{
    struct bench *b = *state;

    tale_add(&b->tale, HA_MEMORY, 0, 1);
    tale_add(&b->tale, HA_MEMORY, 0, 2)->as.memory.base = 0x400000000;
    introduce(b);
    registration(b, 0, 0);
    call(b, HA_PNP_CB_ENTER, PNP_THREAD, RANGE);
    leave(b, PNP_THREAD, 0);
    call(b, HA_PNP_CB_ENTER, PNP_THREAD, DRIVERS)->as.pnp_cb.event = HA_PNP_REMOVAL;
    leave(b, PNP_THREAD, 0);
    call(b, HA_PNP_CB_ENTER, PNP_THREAD, DRIVERS + 1);
    leave(b, PNP_THREAD, 0);

    expect_story(b, HEAD NOW "system-3  broken.pnp1 registered\n"
                         NOW "PnP       broken.pnp1 Arrival memory 0x400000000\n"
                         NOW "PnP       broken.pnp1 Removal interface 1\n"
                         NOW "PnP       broken.pnp1 Arrival instance 8\n");
}

static void a_list_of_links_says_how_many_there_are(void **state)
{
    struct bench *b = *state;
    for (uint64_t links = 1; links < 3; links++) {
        struct ha_record *query = by_broken(tale_add(&b->tale, HA_QUERY, LOADER, 0));
        query->as.query.routine = HA_RT_GET_INTERFACES;
        query->as.query.output = links;
    }

    expect_story(b, HEAD
        NOW "system-3  broken IoGetDeviceInterfaces() = STATUS_SUCCESS, 1 link\n"
        NOW "system-3  broken IoGetDeviceInterfaces() = STATUS_SUCCESS, 2 links\n");
}

static void what_has_no_name_goes_by_its_number(void **state)
{
    struct bench *b = *state;
    struct ha_text words = {0};
    struct ha_cast *cast = ha_cast_create();

    (void)b;
    assert_non_null(cast);
    ha_entry_words(cast, 7, &words);
    ha_text_add(&words, ", ");
    ha_entry_words(cast, 0, &words);
    assert_string_equal(ha_text_string(&words), "driver0.#7, an unknown entry");
    ha_text_close(&words);
    ha_cast_destroy(cast);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_registration_and_its_removal_are_a_line_each),
        CASE(what_comes_to_nothing_says_why),
        CASE(a_removal_that_is_refused_is_a_line_and_says_why),
        CASE(an_arrival_in_which_nothing_happens_is_one_line),
        CASE(what_happens_in_a_replay_stands_inside_the_registration),
        CASE(a_call_into_an_image_that_is_gone_is_told_as_such),
        CASE(what_drivers_do_with_interfaces_is_a_line_each),
        CASE(devices_that_are_opened_held_arrivals_and_rebalances_are_told),
        CASE(a_deadlock_names_the_arrival_and_the_removal_that_threads_are_in),
        CASE(a_crash_names_the_arrival_in_which_it_came),
        CASE(memory_goes_by_its_base_and_an_interface_by_its_number),
        CASE(a_list_of_links_says_how_many_there_are),
        CASE(what_has_no_name_goes_by_its_number),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
