/* io_interface, io_device: lists of links, what the links open, and changes that are reported */
#include "unit/publisher.h"

#include <poclass.h>

#define NONACTIVE DEVICE_INTERFACE_INCLUDE_NONACTIVE
#define BODY(name) static void name(void *argument)

/* One driver that publishes, and one that looks for what it has published. */
struct market {
    struct publisher p;
    struct driver *opener;
    PFILE_OBJECT file;
    PDEVICE_OBJECT top, own;
    NTSTATUS status[8];
    char seen[512];                 /* of a list, a link a line */
};

static void open_market(struct bench *b, struct market *m)
{
    publisher_add(b, "p", &m->p);
    m->opener = bench_driver(b, "opener");
    publisher_found(b, &m->p);
}

/* Behind the class, which is always the same. */
static const WCHAR *tail_of(const WCHAR *link)
{
    while (*link && *link != u'}')
        link++;
    return *link ? link + 1 : link;
}

static NTSTATUS list(struct market *m, const GUID *class_guid, PDEVICE_OBJECT device, ULONG flags)
{
    PZZWSTR links = NULL;
    size_t length = 0;
    NTSTATUS status = IoGetDeviceInterfaces(class_guid, device, flags, &links);
    for (const WCHAR *at = links; NT_SUCCESS(status) && *at; at++) {
        for (const WCHAR *tail = tail_of(at); *tail; tail++)
            m->seen[length++] = (char)*tail;
        m->seen[length++] = '\n';
        while (*at)
            at++;
    }
    m->seen[length] = '\0';
    if (links)
        ExFreePool(links);
    return status;
}

static void publish(struct publisher *p, const WCHAR *reference, BOOLEAN enable)
{
    publisher_register(p, reference);
    if (enable)
        publisher_set(p, TRUE);
}

BODY(publish_three)
{
    struct market *m = argument;
    publish(&m->p, u"off", FALSE);
    publisher_forget(&m->p);
    publish(&m->p, u"again", TRUE);
    UNICODE_STRING again = m->p.link;
    publish(&m->p, u"on", TRUE);
    publisher_forget(&m->p);
    IoSetDeviceInterfaceState(&again, FALSE);
    IoSetDeviceInterfaceState(&again, TRUE);
    RtlFreeUnicodeString(&again);
}

BODY(publish_three_and_disable_the_last)
{
    struct market *m = argument;
    publish_three(m);
    publish(&m->p, u"on", FALSE);
    publisher_set(&m->p, FALSE);
    publisher_forget(&m->p);
}

BODY(list_enabled)
{
    struct market *m = argument;
    m->status[0] = list(m, &panel_class, NULL, 0);
}

BODY(list_all)
{
    struct market *m = argument;
    m->status[0] = list(m, &panel_class, m->p.device, NONACTIVE);
}

static void a_list_has_the_enabled_links_in_the_order_of_their_last_enabling(void **state)
{
    struct bench *b = *state;
    struct market m = {0};
    b->findings = "p DRV-12\np DRV-12\n";
    open_market(b, &m);
    bench_run(b, m.p.driver, publish_three, &m);

    bench_run(b, m.opener, list_enabled, &m);

    assert_int_equal(m.status[0], STATUS_SUCCESS);
    assert_string_equal(m.seen, "\\on\n\\again\n");
    assert_int_equal(bench_record(b, HA_QUERY, 0)->as.query.routine, HA_RT_GET_INTERFACES);
    assert_int_equal(bench_record(b, HA_QUERY, 0)->as.query.result, STATUS_SUCCESS);
    assert_int_equal(bench_record(b, HA_QUERY, 0)->as.query.output, 2);
}

static void with_a_flag_those_that_are_not_enabled_stand_behind_them(void **state)
{
    struct bench *b = *state;
    struct market m = {0};
    b->findings = "p DRV-12\np DRV-12\n";
    open_market(b, &m);
    bench_run(b, m.p.driver, publish_three, &m);

    bench_run(b, m.opener, list_all, &m);

    assert_string_equal(m.seen, "\\on\n\\again\n\\off\n");
    assert_int_equal(bench_record(b, HA_QUERY, 0)->as.query.argument, NONACTIVE);
}

static void what_was_enabled_before_is_listed_once(void **state)
{
    struct bench *b = *state;
    struct market m = {0};
    b->findings = "p DRV-12\n";
    open_market(b, &m);
    bench_run(b, m.p.driver, publish_three_and_disable_the_last, &m);

    bench_run(b, m.opener, list_all, &m);

    assert_string_equal(m.seen, "\\again\n\\off\n\\on\n");
}

BODY(list_processors)
{
    struct market *m = argument;
    PZZWSTR links;
    IoGetDeviceInterfaces(&GUID_DEVICE_PROCESSOR, NULL, 0, &links);
    for (const WCHAR *at = links; *at; at++, m->status[0]++)
        while (*at)
            at++;
    ExFreePool(links);
    m->status[1] = list(m, &GUID_DEVICE_PROCESSOR, m->p.device, 0);
}

/* PNP-9 */
static void every_processor_has_a_link_and_none_is_of_a_drivers_device(void **state)
{
    struct bench *b = *state;
    struct market m = {0};
    open_market(b, &m);
    bench_add_processor(b);

    bench_run(b, m.opener, list_processors, &m);

    assert_int_equal(m.status[0], 5);
    assert_int_equal(m.status[1], STATUS_SUCCESS);
    assert_string_equal(m.seen, "");
    assert_int_equal(bench_record(b, HA_QUERY, 1)->as.query.output, 0);
}

BODY(list_wrongly)
{
    struct market *m = argument;
    KIRQL before;
    PZZWSTR links = (PZZWSTR)(PVOID)m;
    m->status[0] = list(m, NULL, NULL, 0);
    m->status[1] = IoGetDeviceInterfaces(&panel_class, NULL, 0, NULL);
    m->status[2] = IoGetDeviceInterfaces(&panel_class, (PVOID)m, 0, &links);
    m->status[3] = links != NULL;
    KeRaiseIrql(APC_LEVEL, &before);
    m->status[4] = list(m, &panel_class, NULL, 0);
    KeLowerIrql(before);
}

static void a_list_that_cannot_be_has_its_status(void **state)
{
    struct bench *b = *state;
    struct market m = {0};
    b->findings = "opener IRQL-4\n";
    open_market(b, &m);

    bench_run(b, m.opener, list_wrongly, &m);

    assert_int_equal(m.status[0], STATUS_INVALID_PARAMETER);
    assert_int_equal(m.status[1], STATUS_INVALID_PARAMETER);
    assert_int_equal(m.status[2], STATUS_INVALID_DEVICE_REQUEST);
    assert_int_equal(m.status[3], 0);
    assert_int_equal(m.status[4], STATUS_UNSUCCESSFUL);
    assert_int_equal(bench_count(b, HA_REFUSED), 3);
}

BODY(attach_and_publish)
{
    struct market *m = argument;
    IoCreateDevice(m->p.driver->object, 0, NULL, FILE_DEVICE_UNKNOWN, 0, FALSE, &m->own);
    IoAttachDeviceToDeviceStack(m->own, m->p.device);
    m->own->Flags &= ~(ULONG)DO_DEVICE_INITIALIZING;
    publish(&m->p, u"on", TRUE);
}

static NTSTATUS open_link(struct market *m)
{
    return IoGetDeviceObjectPointer(&m->p.link, FILE_READ_DATA, &m->file, &m->top);
}

BODY(open_and_close)
{
    struct market *m = argument;
    m->status[0] = open_link(m);
    m->status[1] = m->file && m->file->DeviceObject == m->p.device;
    if (m->file)
        ObDereferenceObject(m->file);
}

BODY(withdraw)
{
    struct market *m = argument;
    publisher_set(&m->p, FALSE);
    IoDetachDevice(m->p.device);
    IoDeleteDevice(m->own);
}

BODY(open_late)
{
    struct market *m = argument;
    m->status[2] = open_link(m);
}

BODY(forget)
{
    struct market *m = argument;
    publisher_forget(&m->p);
}

static void an_enabled_link_opens_the_stack_of_its_device(void **state)
{
    struct bench *b = *state;
    struct market m = {0};
    open_market(b, &m);
    bench_run(b, m.p.driver, attach_and_publish, &m);
    bench_forget(b);

    bench_run(b, m.opener, open_and_close, &m);
    expect_records(b, "system-6 FILE_OPEN 1 of instance 5 0 [4]\n"
                      "system-6 FILE_CLOSE 1 of instance 5 0 [4]\n");
    bench_run(b, m.p.driver, withdraw, &m);
    bench_forget(b);
    bench_run(b, m.opener, open_late, &m);

    assert_int_equal(m.status[0], STATUS_SUCCESS);
    assert_true(m.status[1]);
    assert_ptr_equal(m.top, NULL);
    assert_int_equal(m.status[2], STATUS_OBJECT_NAME_NOT_FOUND);
    expect_records(b, "system-8 FILE_OPEN 0 of instance 0 STATUS_OBJECT_NAME_NOT_FOUND [4]\n");
    bench_run(b, m.p.driver, forget, &m);
}

BODY(open_a_processor_twice)
{
    struct market *m = argument;
    PDEVICE_OBJECT first;
    PZZWSTR links;
    IoGetDeviceInterfaces(&GUID_DEVICE_PROCESSOR, NULL, 0, &links);
    RtlInitUnicodeString(&m->p.link, links);
    m->status[0] = open_link(m);
    first = m->top;
    ObDereferenceObject(m->file);
    m->status[1] = open_link(m);
    m->status[2] = first && first == m->top;
    ObDereferenceObject(m->file);
    ExFreePool(links);
}

static void the_link_of_a_processor_opens_a_device_of_the_system(void **state)
{
    struct bench *b = *state;
    struct market m = {0};
    open_market(b, &m);

    bench_run(b, m.opener, open_a_processor_twice, &m);

    assert_int_equal(m.status[0], STATUS_SUCCESS);
    assert_int_equal(m.status[1], STATUS_SUCCESS);
    assert_true(m.status[2]);
    assert_int_equal(bench_record(b, HA_FILE_OPEN, 0)->as.file.device, 1);
    assert_int_equal(bench_record(b, HA_FILE_OPEN, 1)->id, 2);
}

BODY(report)
{
    struct market *m = argument;
    m->status[0] = IoReportTargetDeviceChange(m->p.device, NULL);
    m->status[1] = IoReportTargetDeviceChangeAsynchronous(m->p.device, NULL, NULL, NULL);
}

static void reports_of_changes_are_refused_as_not_simulated(void **state)
{
    struct bench *b = *state;
    struct market m = {0};
    open_market(b, &m);

    bench_run(b, m.p.driver, report, &m);

    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(m.status[i], STATUS_NOT_SUPPORTED);
        assert_int_equal(bench_record(b, HA_REFUSED, i)->as.refused.reason,
                         HA_REASON_NOT_SIMULATED);
    }
}

static void report_inside(struct listener *listener)
{
    listener->status = IoReportTargetDeviceChange(NULL, NULL);
}

/* PNP-14 */
static void a_report_inside_a_pnp_callback_is_refused_as_such(void **state)
{
    struct bench *b = bench_of(state);
    struct listener *heard = listener_add(*state, "a", (struct listener){.act = report_inside});
    b->findings = NULL;             /* the judge of PNP-14 has tests of its own */

    bench_add_processor(b);

    assert_int_equal(heard->status, STATUS_INVALID_DEVICE_REQUEST);
    assert_int_equal(bench_record(b, HA_REFUSED, 0)->as.refused.reason,
                     HA_REASON_INSIDE_CALLBACK);
    assert_int_equal(bench_record(b, HA_REFUSED, 0)->as.refused.routine, HA_RT_REPORT_CHANGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BENCH_TEST(a_list_has_the_enabled_links_in_the_order_of_their_last_enabling),
        BENCH_TEST(with_a_flag_those_that_are_not_enabled_stand_behind_them),
        BENCH_TEST(what_was_enabled_before_is_listed_once),
        BENCH_TEST(every_processor_has_a_link_and_none_is_of_a_drivers_device),
        BENCH_TEST(a_list_that_cannot_be_has_its_status),
        BENCH_TEST(an_enabled_link_opens_the_stack_of_its_device),
        BENCH_TEST(the_link_of_a_processor_opens_a_device_of_the_system),
        BENCH_TEST(reports_of_changes_are_refused_as_not_simulated),
        LISTENER_TEST(a_report_inside_a_pnp_callback_is_refused_as_such),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
