/* io_event: events that drivers share by their names */
#include "unit/chorus.h"

#define MIB ((uint64_t)1 << 20)

static const struct ha_memory_options boot[] = {{0, 4096 * MIB}};

struct named {
    PKEVENT event;
    HANDLE handle;
};

static struct named make_event(const WCHAR *name, bool synchronization)
{
    struct named named = {.handle = &named};
    UNICODE_STRING string;
    RtlInitUnicodeString(&string, name);
    named.event = synchronization ? IoCreateSynchronizationEvent(&string, &named.handle)
                                  : IoCreateNotificationEvent(&string, &named.handle);
    return named;
}

static void share(void *argument)
{
    struct chorus *c = argument;
    struct named one = make_event(u"\\BaseNamedObjects\\Mine", false);
    struct named two = make_event(u"\\basenamedobjects\\MINE", true);
    struct named other = make_event(u"\\BaseNamedObjects\\Mine2", false);
    chorus_number(c, "same", one.event == two.event);
    chorus_number(c, "handles", one.handle == two.handle);
    chorus_number(c, "other", one.event == other.event);
    chorus_number(c, "set", KeReadStateEvent(one.event));
    chorus_wait(c, one.event, 0);
    chorus_number(c, "set", KeReadStateEvent(one.event));
    ZwClose(one.handle);
    KeClearEvent(two.event);
    ZwClose(two.handle);
    ZwClose(other.handle);
}

static void an_event_is_found_by_its_name_whatever_the_case(void **state)
{
    struct chorus *c = *state;
    chorus_start(c, share);
    chorus_expect(c, "same=1 handles=0 other=0 set=1 STATUS_SUCCESS set=1 ");
}

static void make_anew(void *argument)
{
    struct chorus *c = argument;
    struct named one = make_event(u"\\BaseNamedObjects\\Mine", false);
    KeClearEvent(one.event);
    ZwClose(one.handle);
    one = make_event(u"\\BaseNamedObjects\\Mine", true);
    chorus_wait(c, one.event, 0);
    chorus_wait(c, one.event, 1);
    ZwClose(one.handle);
}

static void an_event_that_nobody_holds_is_made_anew(void **state)
{
    struct chorus *c = *state;
    chorus_start(c, make_anew);
    chorus_expect(c, "STATUS_SUCCESS STATUS_TIMEOUT@1 ");
}

static void wait_after_closing(void *argument)
{
    struct chorus *c = argument;
    struct named one = make_event(u"\\BaseNamedObjects\\Mine", false);
    KeClearEvent(one.event);
    ZwClose(one.handle);
    chorus_wait(c, one.event, 5);
}

static void make_meanwhile(void *argument)
{
    struct chorus *c = argument;
    chorus_delay(2);
    struct named one = make_event(u"\\BaseNamedObjects\\Mine", false);
    chorus_number(c, "set", KeReadStateEvent(one.event));
    ZwClose(one.handle);
}

static void an_event_that_somebody_still_waits_for_is_left_as_it_is(void **state)
{
    struct chorus *c = *state;
    chorus_start(c, wait_after_closing);
    chorus_start(c, make_meanwhile);
    chorus_expect(c, "set=0 STATUS_TIMEOUT@5 ");
}

static void name_wrongly(void *argument)
{
    static const WCHAR *const names[] = {
        u"", u"Mine", u"\\", u"\\Mine", u"\\Device\\Mine", u"\\BaseNamedObjects\\",
        u"\\BaseNamedObjects", u"\\KernelObjects\\Of\\Mine",
    };
    struct chorus *c = argument;
    LONG made = 0;
    KIRQL irql;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct named named = make_event(names[i], false);
        made += named.event || named.handle;
    }
    KeRaiseIrql(APC_LEVEL, &irql);
    struct named named = make_event(u"\\KernelObjects\\Mine", false);
    KeLowerIrql(irql);
    chorus_number(c, "made", made + (named.event || named.handle));
}

static void other_names_and_a_raised_irql_give_no_event(void **state)
{
    struct chorus *c = *state;
    c->b->findings = "a IRQL-4\n";
    chorus_start(c, name_wrongly);
    chorus_expect(c, "made=0 ");
    assert_int_equal(bench_count(c->b, HA_REFUSED), 1);
}

static void run_out(void *argument)
{
    struct chorus *c = argument;
    WCHAR name[] = u"\\BaseNamedObjects\\000";
    size_t digits = sizeof name / sizeof name[0] - 4;
    struct named named;
    LONG made = 0;
    while (ExAllocatePool2(POOL_FLAG_PAGED, 64, 0x6c6c6946))
        ;
    do {
        name[digits] = (WCHAR)(u'0' + made / 100);
        name[digits + 1] = (WCHAR)(u'0' + made / 10 % 10);
        name[digits + 2] = (WCHAR)(u'0' + made % 10);
        named = make_event(name, false);
        made++;
    } while (named.event && made < 1000);
    chorus_number(c, "refused", made < 1000 && !named.handle);
}

static void without_memory_there_is_no_event(void **state)
{
    struct chorus *c = *state;
    c->b->findings = NULL;
    chorus_start(c, run_out);
    chorus_expect(c, "refused=1 ");
    assert_true(bench_record(c->b, HA_FAULT, bench_count(c->b, HA_FAULT) - 1)->as.fault.routine ==
                HA_RT_CREATE_EVENT);
}

static void wait_for_both(void *argument)
{
    struct chorus *c = argument;
    struct named high = make_event(u"\\KernelObjects\\HighMemoryCondition", false);
    struct named low = make_event(u"\\KernelObjects\\LowMemoryCondition", true);
    chorus_number(c, "high", KeReadStateEvent(high.event));
    chorus_number(c, "low", KeReadStateEvent(low.event));
    chorus_wait(c, low.event, FOREVER);
    chorus_number(c, "high", KeReadStateEvent(high.event));
    chorus_number(c, "low", KeReadStateEvent(low.event));
    chorus_wait(c, high.event, FOREVER);
    chorus_number(c, "low", KeReadStateEvent(low.event));
    ZwClose(low.handle);
    ZwClose(high.handle);
}

static bool has_name(struct bench *b, const char *name)
{
    bool found = false;
    for (size_t i = 0; i < b->collector.count; i++)
        found |= b->collector.record[i].kind == HA_NAME &&
                 !strcmp(b->collector.record[i].as.name.text, name);
    return found;
}

/* MEM-6 */
static void the_conditions_follow_free_memory_and_wake_who_waits(void **state)
{
    const struct ha_memory_add_options options = {4096 * MIB, 1024 * MIB, 0};
    struct bench *b;
    struct driver *a;
    bench_setup(state);
    b = *state;
    b->options.partition.memory = boot;
    b->options.partition.memory_count = 1;
    a = bench_driver(b, "a");
    struct chorus c = {.b = b, .driver = a};

    bench_run(b, a, wait_for_both, &c);
    assert_string_equal(ha_text_string(&c.said), "high=1 low=0 ");
    ha_text_clear(&c.said);
    assert_int_equal(ha_machine_set_free_memory(b->machine, 10 * MIB), HA_OK);
    assert_string_equal(ha_text_string(&c.said), "STATUS_SUCCESS high=0 low=1 ");
    ha_text_clear(&c.said);
    assert_int_equal(ha_machine_add_memory(b->machine, 0, &options), HA_OK);
    assert_int_equal(ha_machine_run(b->machine), HA_OK);
    assert_string_equal(ha_text_string(&c.said), "STATUS_SUCCESS low=0 ");
    ha_text_close(&c.said);
    ha_machine_flush(b->machine);
    assert_true(has_name(b, "HighMemoryCondition"));
    assert_true(has_name(b, "LowMemoryCondition"));
    bench_teardown(state);
}

static NTSTATUS open_by_path(const WCHAR *path, HANDLE root, PHANDLE handle)
{
    UNICODE_STRING name;
    OBJECT_ATTRIBUTES attributes;
    RtlInitUnicodeString(&name, path);
    InitializeObjectAttributes(&attributes, &name, OBJ_KERNEL_HANDLE, root, NULL);
    return ZwOpenEvent(handle, EVENT_ALL_ACCESS, &attributes);
}

static void open_and_set(void *argument)
{
    struct chorus *c = argument;
    struct named one = make_event(u"\\BaseNamedObjects\\Mine", false);
    HANDLE handle, condition;
    LONG before = 7;
    KeClearEvent(one.event);
    chorus_number(c, "open", open_by_path(u"\\BaseNamedObjects\\MINE", NULL, &handle));
    chorus_number(c, "set", ZwSetEvent(handle, &before));
    chorus_number(c, "before", before);
    chorus_number(c, "state", KeReadStateEvent(one.event));
    chorus_number(c, "again", ZwSetEvent(handle, NULL));
    chorus_number(c, "condition",
                  open_by_path(u"\\KernelObjects\\LowMemoryCondition", NULL, &condition));
    ZwClose(condition);
    ZwClose(handle);
    ZwClose(one.handle);
}

static void an_event_is_opened_by_its_path_and_set_by_its_handle(void **state)
{
    struct chorus *c = *state;
    chorus_start(c, open_and_set);
    chorus_expect(c, "open=0 set=0 before=0 state=1 again=0 condition=0 ");
}

static void open_wrongly(void *argument)
{
    static const WCHAR *const there = u"\\KernelObjects\\LowMemoryCondition";
    struct chorus *c = argument;
    OBJECT_ATTRIBUTES nothing = {0};
    HANDLE handle = c, key, thread;
    UNICODE_STRING registry;
    KIRQL irql;
    struct named one = make_event(u"\\BaseNamedObjects\\Mine", false);
    ZwClose(one.handle);
    OBJECT_ATTRIBUTES attributes;
    RtlInitUnicodeString(&registry, u"\\Registry\\Machine");
    InitializeObjectAttributes(&attributes, &registry, 0, NULL, NULL);
    ZwOpenKey(&key, 0, &attributes);
    const NTSTATUS status[] = {
        open_by_path(u"\\BaseNamedObjects\\Mine", NULL, &handle),
        open_by_path(u"\\KernelObjects\\Other", NULL, &handle),
        open_by_path(u"Mine", NULL, &handle), open_by_path(there, key, &handle),
        open_by_path(u"", NULL, &handle),
        ZwOpenEvent(&handle, 0, NULL), ZwOpenEvent(&handle, 0, &nothing),
        ZwSetEvent(NULL, NULL), ZwSetEvent(one.handle, NULL), ZwSetEvent(key, NULL),
    };
    static const NTSTATUS expected[] = {
        STATUS_OBJECT_NAME_NOT_FOUND, STATUS_OBJECT_NAME_NOT_FOUND,
        STATUS_OBJECT_PATH_SYNTAX_BAD, STATUS_OBJECT_PATH_SYNTAX_BAD,
        STATUS_OBJECT_PATH_SYNTAX_BAD,
        STATUS_INVALID_PARAMETER, STATUS_INVALID_PARAMETER,
        STATUS_INVALID_HANDLE, STATUS_INVALID_HANDLE, STATUS_OBJECT_TYPE_MISMATCH,
    };
    for (size_t i = 0; i < sizeof status / sizeof status[0]; i++)
        if (status[i] != expected[i])
            chorus_number(c, "wrong", (LONG)i);
    ZwClose(key);
    KeRaiseIrql(APC_LEVEL, &irql);
    if (open_by_path(there, NULL, &thread) != STATUS_UNSUCCESSFUL || thread)
        chorus_say(c, "not refused");
    KeLowerIrql(irql);
    chorus_number(c, "handle", handle != NULL);
}

static void an_event_that_is_not_there_is_not_opened_or_set(void **state)
{
    struct chorus *c = *state;
    c->b->findings = "a IRQL-4\n";
    chorus_start(c, open_wrongly);
    chorus_expect(c, "handle=0 ");
    assert_int_equal(bench_record(c->b, HA_REFUSED, 0)->as.refused.routine, HA_RT_OPEN_EVENT);
}

static void open_without_memory(void *argument)
{
    struct chorus *c = argument;
    HANDLE handle = NULL;
    NTSTATUS status;
    LONG opened = 0;
    while (ExAllocatePool2(POOL_FLAG_PAGED, 16, 0x6c6c6946))
        ;
    do
        status = open_by_path(u"\\KernelObjects\\LowMemoryCondition", NULL, &handle);
    while (NT_SUCCESS(status) && ++opened < 100000);
    chorus_number(c, "status", status == STATUS_INSUFFICIENT_RESOURCES && !handle);
}

static void without_memory_no_event_is_opened(void **state)
{
    struct chorus *c = *state;
    c->b->findings = NULL;
    chorus_start(c, open_without_memory);
    chorus_expect(c, "status=1 ");
}

#define STEPS(array) {(array), sizeof(array) / sizeof(array)[0]}

static const struct ha_step wait_for_a_word[] = {
    {.kind = HA_STEP_WAIT, .name = "\\KernelObjects\\Word"},
    {.kind = HA_STEP_WAIT, .name = "\\KernelObjects\\LowMemoryCondition"},
    {.kind = HA_STEP_RETURN, .nt_status = STATUS_NOT_FOUND}};
static const struct ha_step name_what_cannot_be[] = {
    {.kind = HA_STEP_SIGNAL, .name = "\\KernelObjects\\Word"},
    {.kind = HA_STEP_WAIT, .name = "\\KernelObjects\\a\\word"}};
static const struct ha_step name_too_long[] = {
    {.kind = HA_STEP_WAIT,
     .name = "\\KernelObjects\\12345678901234567890123456789012345678901234567890"}};

/* MEM-6 */
static void a_script_knows_events_of_the_kernel_by_their_paths(void **state)
{
    struct bench *b = *state;
    const struct ha_script script[] = {{.name = "a", .entry = STEPS(wait_for_a_word)},
                                       {.name = "b", .entry = STEPS(name_what_cannot_be)},
                                       {.name = "c", .entry = STEPS(name_too_long)}};
    const struct ha_event_plan event[] = {
        {.due_ns = 5, .kind = HA_EVENT_FREE_MEMORY, .free_bytes = MIB}};
    b->options.partition.memory = boot;
    b->options.partition.memory_count = 1;

    bench_play(b, script, 3, event, 1);

    assert_int_equal(bench_entry_status(b, &b->driver[0]), STATUS_NOT_FOUND);
    assert_int_equal(bench_entry_status(b, &b->driver[1]), STATUS_INSUFFICIENT_RESOURCES);
    assert_int_equal(bench_entry_status(b, &b->driver[2]), STATUS_OBJECT_NAME_INVALID);
    assert_int_equal(bench_record(b, HA_DRV_ENTRY_LEAVE, 2)->time_ns, 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CHORUS_TEST(an_event_is_found_by_its_name_whatever_the_case),
        CHORUS_TEST(an_event_that_nobody_holds_is_made_anew),
        CHORUS_TEST(an_event_that_somebody_still_waits_for_is_left_as_it_is),
        CHORUS_TEST(other_names_and_a_raised_irql_give_no_event),
        CHORUS_TEST(without_memory_there_is_no_event),
        CHORUS_TEST(an_event_is_opened_by_its_path_and_set_by_its_handle),
        CHORUS_TEST(an_event_that_is_not_there_is_not_opened_or_set),
        CHORUS_TEST(without_memory_no_event_is_opened),
        BENCH_TEST(a_script_knows_events_of_the_kernel_by_their_paths),
        cmocka_unit_test(the_conditions_follow_free_memory_and_wake_who_waits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
