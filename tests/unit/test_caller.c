/* caller: the places in drivers' code from which routines were called */
#include <stdio.h>

#include "base/code.h"
#include "check/cast.h"
#include "sim/player.h"
#include "unit/bench.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define TAG 0x70726550u
#define MOST_CODE 8192u         /* bytes of a function here, with any sanitizer */

/* A machine that records places, with its one driver loaded. */
static struct driver *load(struct bench *b)
{
    struct driver *a = bench_driver(b, "a");
    bench_load(b);
    b->machine->kernel.record_places = true;
    bench_forget(b);
    return a;
}

static uint32_t place_in(const struct ha_record *record)
{
    switch (record->kind) {
    case HA_ALLOC:        return record->as.pool.place;
    case HA_REG_ENTER:    return record->as.reg.place;
    case HA_EX_REG:       return record->as.ex_reg.place;
    case HA_PNP_REG_ENTER: return record->as.pnp_reg.place;
    case HA_REFUSED:      return record->as.refused.place;
    case HA_MISUSE:       return record->as.misuse.place;
    case HA_DPC_INSERT:   return record->as.dpc.place;
    case HA_LEFT_BEHIND:  return record->as.left.place;
    case HA_QUERY:        return record->as.query.place;
    case HA_LOCK_ORDER:   return record->as.lock_order.place;
    default:              return record->as.begun.place;
    }
}

static const struct ha_record *last(struct bench *b, enum ha_kind kind)
{
    return bench_record(b, kind, bench_count(b, kind) - 1);
}

/* Whether a place of the trace is in the code of a function of this program. */
static bool is_in(struct bench *b, uint32_t place, void (*function)(void *))
{
    struct ha_cast *cast = ha_cast_create();
    struct ha_code code;
    void *address;
    unsigned long long offset = 0;
    memcpy(&address, &function, sizeof address);
    for (size_t i = 0; i < b->collector.count; i++)
        assert_true(ha_cast_take(cast, &b->collector.record[i]));
    const char *name = ha_cast_name(cast, HA_NS_PLACE, place);
    bool is_there = name && ha_code_find(address, &code) && ha_code_is_in(name, code.file) &&
                    sscanf(strrchr(name, '+'), "+0x%llx", &offset) == 1 &&
                    offset > code.offset && offset - code.offset < MOST_CODE;
    ha_cast_destroy(cast);
    return is_there;
}

static size_t names_of_places(struct bench *b)
{
    size_t found = 0;
    for (size_t i = 0; i < b->collector.count; i++)
        found += b->collector.record[i].kind == HA_NAME &&
                 b->collector.record[i].flags == HA_NS_PLACE;
    return found;
}

static void take_twice_here(void *argument)
{
    (void)argument;
    for (volatile int i = 0; i < 2; i++)
        ExFreePoolWithTag(ExAllocatePool2(POOL_FLAG_PAGED, 16, TAG), TAG);
}

static void take_here_and_there(void *argument)
{
    (void)argument;
    ExFreePool(ExAllocatePool2(POOL_FLAG_PAGED, 16, TAG));
    ExFreePool(ExAllocatePool2(POOL_FLAG_PAGED, 16, TAG));
}

static void a_call_that_is_made_again_has_the_same_place_and_one_name(void **state)
{
    struct bench *b = *state;
    struct driver *a = load(b);

    bench_run(b, a, take_twice_here, NULL);

    assert_int_equal(bench_count(b, HA_ALLOC), 2);
    assert_true(is_in(b, place_in(bench_record(b, HA_ALLOC, 0)), take_twice_here));
    assert_int_equal(place_in(bench_record(b, HA_ALLOC, 1)),
                     place_in(bench_record(b, HA_ALLOC, 0)));
    assert_int_equal(names_of_places(b), 1);
}

static void two_calls_of_one_function_are_two_places(void **state)
{
    struct bench *b = *state;
    struct driver *a = load(b);

    bench_run(b, a, take_here_and_there, NULL);

    assert_true(is_in(b, place_in(bench_record(b, HA_ALLOC, 0)), take_here_and_there));
    assert_true(is_in(b, place_in(bench_record(b, HA_ALLOC, 1)), take_here_and_there));
    assert_int_not_equal(place_in(bench_record(b, HA_ALLOC, 1)),
                         place_in(bench_record(b, HA_ALLOC, 0)));
    assert_int_equal(names_of_places(b), 2);
}

/* What the trace calls the place of an allocation now. */
static void name_of(struct bench *b, size_t allocation, struct ha_text *name)
{
    struct ha_cast *cast = ha_cast_create();
    uint32_t place = place_in(bench_record(b, HA_ALLOC, allocation));
    for (size_t i = 0; i < b->collector.count; i++)
        assert_true(ha_cast_take(cast, &b->collector.record[i]));
    ha_text_clear(name);
    ha_text_add(name, ha_cast_name(cast, HA_NS_PLACE, place));
    ha_cast_destroy(cast);
}

/* In the second run another place is the first. */
static void a_place_has_its_own_name_in_every_run(void **state)
{
    struct bench *b = *state;
    struct driver *a = load(b);
    struct ha_judge_save begun = {0};
    struct ha_text twice[3] = {{0}}, here[3] = {{0}};
    assert_int_equal(ha_player_mark(b->machine), HA_OK);
    assert_int_equal(ha_judge_save(b->judge, &begun), HA_OK);

    for (int run = 0; run < 3; run++) {
        b->from = b->collector.count;
        bench_run(b, a, run == 1 ? take_here_and_there : take_twice_here, NULL);
        bench_run(b, a, run == 1 ? take_twice_here : take_here_and_there, NULL);

        name_of(b, run == 1 ? 2 : 0, &twice[run]);
        name_of(b, run == 1 ? 0 : 2, &here[run]);
        assert_string_not_equal(ha_text_string(&here[run]), ha_text_string(&twice[run]));
        assert_string_equal(ha_text_string(&twice[run]), ha_text_string(&twice[0]));
        assert_string_equal(ha_text_string(&here[run]), ha_text_string(&here[0]));
        assert_int_equal(names_of_places(b), 3 * (run + 1));
        assert_int_equal(ha_machine_rewind(b->machine), HA_OK);
        ha_judge_restore(b->judge, &begun);
    }
    ha_judge_save_close(&begun);
    for (int run = 0; run < 3; run++) {
        ha_text_close(&twice[run]);
        ha_text_close(&here[run]);
    }
}

static void no_place_is_recorded_unless_that_is_asked_for(void **state)
{
    struct bench *b = *state;
    struct driver *a = load(b);
    b->machine->kernel.record_places = false;

    bench_run(b, a, take_twice_here, NULL);

    assert_int_equal(place_in(bench_record(b, HA_ALLOC, 0)), 0);
    assert_int_equal(names_of_places(b), 0);
}

static VOID no_thread(PVOID context)
{
    (void)context;
}

static VOID NTAPI no_work(PDEVICE_OBJECT device, PVOID context)
{
    (void)device, (void)context;
}

static VOID no_dpc(struct _KDPC *dpc, PVOID context, PVOID first, PVOID second)
{
    (void)dpc, (void)context, (void)first, (void)second;
}

static VOID no_change(PVOID context, PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT change, PNTSTATUS status)
{
    (void)context, (void)change, (void)status;
}

static VOID no_call(PVOID context, PVOID first, PVOID second)
{
    (void)context, (void)first, (void)second;
}

static NTSTATUS no_news(PVOID notification, PVOID context)
{
    (void)notification, (void)context;
    return STATUS_SUCCESS;
}

static void start_a_thread(void *argument)
{
    HANDLE handle;
    (void)argument;
    PsCreateSystemThread(&handle, 0, NULL, NULL, NULL, no_thread, NULL);
    ZwClose(handle);
}

static void queue_work(void *argument)
{
    PIO_WORKITEM item = IoAllocateWorkItem((PDEVICE_OBJECT)argument);
    IoQueueWorkItem(item, no_work, DelayedWorkQueue, NULL);
}

static void queue_a_dpc(void *argument)
{
    KDPC dpc;
    (void)argument;
    KeInitializeDpc(&dpc, no_dpc, NULL);
    KeInsertQueueDpc(&dpc, NULL, NULL);
    KeFlushQueuedDpcs();
}

static void register_for_changes(void *argument)
{
    (void)argument;
    KeDeregisterProcessorChangeCallback(KeRegisterProcessorChangeCallback(no_change, NULL, 0));
}

static void register_for_an_object(void *argument)
{
    UNICODE_STRING name = RTL_CONSTANT_STRING(u"\\Callback\\ProcessorAdd");
    OBJECT_ATTRIBUTES attributes;
    PCALLBACK_OBJECT object;
    (void)argument;
    InitializeObjectAttributes(&attributes, &name, OBJ_CASE_INSENSITIVE, NULL, NULL);
    ExCreateCallback(&object, &attributes, FALSE, TRUE);
    ExUnregisterCallback(ExRegisterCallback(object, no_call, NULL));
    ObDereferenceObject(object);
}

static void register_for_arrivals(void *argument)
{
    GUID class = {0};
    PVOID entry;
    IoRegisterPlugPlayNotification(EventCategoryDeviceInterfaceChange, 0, &class, argument,
                                   no_news, NULL, &entry);
    IoUnregisterPlugPlayNotificationEx(entry);
}

static void ask_for_an_unknown_kind_of_pool(void *argument)
{
    (void)argument;
    ExAllocatePool2(0, 16, TAG);
}

static void give_back_twice(void *argument)
{
    void *memory = ExAllocatePool2(POOL_FLAG_PAGED, 16, TAG);
    (void)argument;
    ExFreePool(memory);
    ExFreePool(memory);
}

static void take_by_a_lookaside_list(void *argument)
{
    PAGED_LOOKASIDE_LIST list;
    (void)argument;
    ExInitializePagedLookasideList(&list, NULL, NULL, 0, 64, TAG, 0);
    ExFreeToPagedLookasideList(&list, ExAllocateFromPagedLookasideList(&list));
    ExDeletePagedLookasideList(&list);
}

static void take_by_a_string(void *argument)
{
    UNICODE_STRING text = RTL_CONSTANT_STRING(u"text"), copy;
    (void)argument;
    RtlUpcaseUnicodeString(&copy, &text, TRUE);
    RtlFreeUnicodeString(&copy);
}

static void take_a_mutex_behind_another(void *argument)
{
    KGUARDED_MUTEX mutex[2];
    (void)argument;
    KeInitializeGuardedMutex(&mutex[0]);
    KeInitializeGuardedMutex(&mutex[1]);
    KeAcquireGuardedMutex(&mutex[0]);
    KeAcquireGuardedMutex(&mutex[1]);
    KeReleaseGuardedMutex(&mutex[1]);
    KeReleaseGuardedMutex(&mutex[0]);
}

static void what_is_taken_and_what_goes_wrong_is_known_by_its_call(void **state)
{
    static const struct { void (*body)(void *); enum ha_kind kind; const char *label; } cases[] = {
        {start_a_thread, HA_THREAD_START, "a thread"},
        {queue_work, HA_WORK_QUEUED, "a work item"},
        {queue_a_dpc, HA_DPC_INSERT, "a DPC"},
        {register_for_changes, HA_REG_ENTER, "a registration"},
        {register_for_an_object, HA_EX_REG, "a client of a callback object"},
        {register_for_arrivals, HA_PNP_REG_ENTER, "a PnP entry"},
        {ask_for_an_unknown_kind_of_pool, HA_REFUSED, "a refusal"},
        {give_back_twice, HA_MISUSE, "a misuse"},
        {take_a_mutex_behind_another, HA_LOCK_ORDER, "an order of locks"},
        {take_by_a_lookaside_list, HA_ALLOC, "a block that a lookaside list takes"},
        {take_by_a_string, HA_ALLOC, "a block that a routine of strings takes"},
    };
    struct bench *b = *state;
    struct driver *a = load(b);
    size_t wrong = 0;
    b->findings = NULL;

    for (size_t i = 0; i < COUNT(cases); i++) {
        bench_run(b, a, cases[i].body, a->object);
        if (is_in(b, place_in(last(b, cases[i].kind)), cases[i].body))
            continue;
        print_error("%s: place %u\n", cases[i].label, (unsigned)place_in(last(b, cases[i].kind)));
        wrong++;
    }

    assert_int_equal(wrong, 0);
}

/* What is kept of each in the driver's own memory, which the tests' drivers share. */
static KTIMER late_timer;
static ERESOURCE late_resource;
static NPAGED_LOOKASIDE_LIST late_list;
static IO_REMOVE_LOCK late_lock;

static void leave_a_timer(void *argument)
{
    LARGE_INTEGER due = {.QuadPart = -36000000000};
    (void)argument;
    KeInitializeTimer(&late_timer);
    KeSetTimer(&late_timer, due, NULL);
}

static void leave_a_work_item(void *argument)
{
    IoAllocateWorkItem((PDEVICE_OBJECT)argument);
}

static void leave_a_device(void *argument)
{
    PDEVICE_OBJECT device;
    IoCreateDevice(argument, 0, NULL, FILE_DEVICE_UNKNOWN, 0, FALSE, &device);
}

static void leave_a_handle(void *argument)
{
    HANDLE handle;
    (void)argument;
    PsCreateSystemThread(&handle, 0, NULL, NULL, NULL, no_thread, NULL);
}

static void leave_a_lookaside_list(void *argument)
{
    (void)argument;
    ExInitializeNPagedLookasideList(&late_list, NULL, NULL, 0, 64, TAG, 0);
}

static void leave_a_callback_object(void *argument)
{
    UNICODE_STRING name = RTL_CONSTANT_STRING(u"\\Callback\\Own");
    OBJECT_ATTRIBUTES attributes;
    PCALLBACK_OBJECT object;
    (void)argument;
    InitializeObjectAttributes(&attributes, &name, 0, NULL, NULL);
    ExCreateCallback(&object, &attributes, TRUE, TRUE);
}

static void leave_a_resource(void *argument)
{
    (void)argument;
    ExInitializeResourceLite(&late_resource);
}

static void leave_a_remove_lock(void *argument)
{
    IoInitializeRemoveLock(&late_lock, TAG, 0, 0);
    IoAcquireRemoveLock(&late_lock, argument);
}

static void leave_an_mdl(void *argument)
{
    IoAllocateMdl(argument, 16, FALSE, FALSE, NULL);
}

static void what_is_left_behind_is_known_by_the_call_that_made_it(void **state)
{
    static const struct { void (*body)(void *); enum ha_left what; } cases[] = {
        {leave_a_timer, HA_LEFT_TIMER}, {leave_a_work_item, HA_LEFT_WORK_ITEM},
        {leave_a_device, HA_LEFT_DEVICE}, {leave_a_handle, HA_LEFT_HANDLE},
        {leave_a_lookaside_list, HA_LEFT_LOOKASIDE_LIST},
        {leave_a_callback_object, HA_LEFT_CALLBACK_OBJECT}, {leave_a_resource, HA_LEFT_RESOURCE},
        {leave_a_remove_lock, HA_LEFT_REMOVE_LOCK}, {leave_an_mdl, HA_LEFT_MDL},
    };
    struct bench *b = *state;
    struct driver *a = load(b);
    size_t wrong = 0;
    b->findings = NULL;
    for (size_t i = 0; i < COUNT(cases); i++)
        bench_run(b, a, cases[i].body, a->object);

    bench_unload(b, a);

    assert_int_equal(bench_count(b, HA_LEFT_BEHIND), COUNT(cases));
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct ha_record *left = bench_record(b, HA_LEFT_BEHIND, i);
        void (*body)(void *) = NULL;
        for (size_t k = 0; k < COUNT(cases); k++)
            body = cases[k].what == left->as.left.what ? cases[k].body : body;
        if (body && is_in(b, place_in(left), body))
            continue;
        print_error("%s: place %u\n", ha_left_name(left->as.left.what),
                    (unsigned)place_in(left));
        wrong++;
    }
    assert_int_equal(wrong, 0);
}

static void raise_and_end(void *argument)
{
    KIRQL irql;
    (void)argument;
    KeRaiseIrql(DISPATCH_LEVEL, &irql);
}

static void start_a_thread_that_ends_raised(void *argument)
{
    HANDLE handle;
    (void)argument;
    PsCreateSystemThread(&handle, 0, NULL, NULL, NULL, (PKSTART_ROUTINE)raise_and_end, NULL);
    ZwClose(handle);
}

static void ask_for_group_zero(void *argument)
{
    (void)argument;
    for (volatile int i = 0; i < 1; i++)
        KeQueryActiveProcessorCount(NULL);
}

/* QRY-24 */
static void where_groups_are_several_a_query_is_known_by_its_call(void **state)
{
    struct bench *b = *state;
    bench_group(b, 4, 1);
    struct driver *a = load(b);
    b->findings = NULL;

    bench_run(b, a, ask_for_group_zero, NULL);

    assert_true(is_in(b, place_in(last(b, HA_QUERY)), ask_for_group_zero));
}

static void where_there_is_one_group_no_query_has_a_place(void **state)
{
    struct bench *b = *state;
    struct driver *a = load(b);

    bench_run(b, a, ask_for_group_zero, NULL);

    assert_int_equal(place_in(last(b, HA_QUERY)), 0);
    assert_int_equal(names_of_places(b), 0);
}

static void what_is_seen_behind_the_end_of_the_code_has_no_call(void **state)
{
    struct bench *b = *state;
    struct driver *a = load(b);
    b->findings = NULL;

    bench_run(b, a, start_a_thread_that_ends_raised, NULL);

    assert_int_equal(bench_count(b, HA_MISUSE), 1);
    assert_int_equal(place_in(bench_record(b, HA_MISUSE, 0)), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BENCH_TEST(a_call_that_is_made_again_has_the_same_place_and_one_name),
        BENCH_TEST(two_calls_of_one_function_are_two_places),
        BENCH_TEST(a_place_has_its_own_name_in_every_run),
        BENCH_TEST(no_place_is_recorded_unless_that_is_asked_for),
        BENCH_TEST(what_is_taken_and_what_goes_wrong_is_known_by_its_call),
        BENCH_TEST(what_is_left_behind_is_known_by_the_call_that_made_it),
        BENCH_TEST(where_groups_are_several_a_query_is_known_by_its_call),
        BENCH_TEST(where_there_is_one_group_no_query_has_a_place),
        BENCH_TEST(what_is_seen_behind_the_end_of_the_code_has_no_call),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
