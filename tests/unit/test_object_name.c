/* object_name: devices and links by name, and the devices that are opened by one */
#include "unit/bench.h"

#include <string.h>

#include "nt/ob.h"

/* What a driver's body works with, and what came of it. */
struct use {
    struct driver *driver;
    PDEVICE_OBJECT device[4], got;
    PFILE_OBJECT file;
    NTSTATUS status[16];
    bool gone;
};

static UNICODE_STRING string_of(const WCHAR *text)
{
    UNICODE_STRING string;
    RtlInitUnicodeString(&string, text);
    return string;
}

static NTSTATUS create(struct use *use, const WCHAR *name, BOOLEAN exclusive, size_t n)
{
    UNICODE_STRING string = string_of(name);
    NTSTATUS status = IoCreateDevice(use->driver->object, 0, &string, FILE_DEVICE_UNKNOWN, 0,
                                     exclusive, &use->device[n]);
    if (NT_SUCCESS(status))
        use->device[n]->Flags &= ~(ULONG)DO_DEVICE_INITIALIZING;
    return status;
}

static NTSTATUS link_to(const WCHAR *link, const WCHAR *target)
{
    UNICODE_STRING name = string_of(link), device = string_of(target);
    return IoCreateSymbolicLink(&name, &device);
}

static NTSTATUS unlink_name(const WCHAR *link)
{
    UNICODE_STRING name = string_of(link);
    return IoDeleteSymbolicLink(&name);
}

static NTSTATUS open_device(struct use *use, const WCHAR *name)
{
    UNICODE_STRING string = string_of(name);
    return IoGetDeviceObjectPointer(&string, FILE_READ_DATA, &use->file, &use->got);
}

static void run(struct bench *b, void (*body)(void *argument), struct use *use)
{
    use->driver = bench_driver(b, "a");
    bench_run(b, use->driver, body, use);
}

static void expect_statuses(const struct use *use, const NTSTATUS *expected, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (use->status[i] != expected[i])
            fail_msg("%zu: 0x%08x", i, (unsigned)use->status[i]);
}

#define EXPECT(use, expected) expect_statuses(&use, expected, sizeof expected / sizeof *expected)

static void give_names(void *argument)
{
    struct use *use = argument;
    use->status[0] = create(use, u"\\Device\\Mine", FALSE, 0);
    use->status[1] = create(use, u"\\DEVICE\\mine", FALSE, 1);
    use->status[2] = use->device[1] ? STATUS_UNSUCCESSFUL : STATUS_SUCCESS;
    use->status[3] = create(use, u"\\Mine", FALSE, 1);
    use->status[4] = create(use, u"Mine", FALSE, 2);
    use->status[5] = create(use, u"\\Device\\", FALSE, 2);
    use->status[6] = create(use, u"\\Elsewhere\\Mine", FALSE, 2);
    use->status[7] = create(use, u"\\Device\\Mine\\Part", FALSE, 2);
    IoDeleteDevice(use->device[0]);
    use->status[8] = create(use, u"\\Device\\Mine", FALSE, 0);
    IoDeleteDevice(use->device[0]);
    IoDeleteDevice(use->device[1]);
}

static void a_name_is_free_or_refused_with_a_reason(void **state)
{
    static const NTSTATUS expected[] = {
        STATUS_SUCCESS, STATUS_OBJECT_NAME_COLLISION, STATUS_SUCCESS, STATUS_SUCCESS,
        STATUS_OBJECT_PATH_SYNTAX_BAD, STATUS_OBJECT_NAME_INVALID, STATUS_OBJECT_PATH_NOT_FOUND,
        STATUS_OBJECT_PATH_NOT_FOUND, STATUS_SUCCESS,
    };
    struct bench *b = *state;
    struct use use = {.status = {0}};

    run(b, give_names, &use);

    EXPECT(use, expected);
    assert_int_equal(bench_count(b, HA_MISUSE), 0);
}

static void make_links(void *argument)
{
    struct use *use = argument;
    create(use, u"\\Device\\Mine", FALSE, 0);
    use->status[0] = link_to(u"\\DosDevices\\Mine", u"\\Device\\Mine");
    use->status[1] = link_to(u"\\??\\mine", u"\\Device\\Other");
    use->status[2] = open_device(use, u"\\GLOBAL??\\MINE");
    use->gone = use->got != use->device[0];
    ObDereferenceObject(use->file);
    assert_int_equal(use->device[0]->ReferenceCount, 0);
    use->status[3] = link_to(u"\\DosDevices\\Global\\Second", u"\\??\\Mine");
    use->status[4] = open_device(use, u"\\DosDevices\\Second");
    ObDereferenceObject(use->file);
    use->status[5] = unlink_name(u"\\DosDevices\\Mine");
    use->status[6] = unlink_name(u"\\DosDevices\\Mine");
    use->status[7] = open_device(use, u"\\DosDevices\\Second");
    use->status[8] = unlink_name(u"\\Device\\Mine");
    use->status[9] = unlink_name(u"Mine");
    use->status[10] = link_to(u"Mine", u"\\Device\\Mine");
    use->status[11] = link_to(u"\\??\\Empty", u"");
    use->status[12] = open_device(use, u"\\??\\Empty");
    link_to(u"\\??\\A", u"\\??\\B");
    link_to(u"\\??\\B", u"\\??\\A");
    use->status[13] = open_device(use, u"\\??\\A");
    IoDeleteDevice(use->device[0]);
}

static void a_link_is_another_name_until_it_is_removed(void **state)
{
    static const NTSTATUS expected[] = {
        STATUS_SUCCESS, STATUS_OBJECT_NAME_COLLISION, STATUS_SUCCESS, STATUS_SUCCESS,
        STATUS_SUCCESS, STATUS_SUCCESS, STATUS_OBJECT_NAME_NOT_FOUND,
        STATUS_OBJECT_NAME_NOT_FOUND, STATUS_OBJECT_TYPE_MISMATCH, STATUS_OBJECT_PATH_SYNTAX_BAD,
        STATUS_OBJECT_PATH_SYNTAX_BAD, STATUS_SUCCESS, STATUS_OBJECT_PATH_SYNTAX_BAD,
        STATUS_OBJECT_PATH_NOT_FOUND,
    };
    struct bench *b = *state;
    struct use use = {.status = {0}};

    run(b, make_links, &use);

    EXPECT(use, expected);
    assert_false(use.gone);
}

static void open_and_delete(void *argument)
{
    struct use *use = argument;
    struct ha_kernel *kernel = ha_kernel_of(ha_thread_current());
    create(use, u"\\Device\\Mine", TRUE, 0);
    create(use, u"\\Device\\Above", FALSE, 1);
    IoAttachDeviceToDeviceStack(use->device[1], use->device[0]);
    use->status[0] = open_device(use, u"\\Device\\Mine");
    assert_ptr_equal(use->got, use->device[1]);
    assert_ptr_equal(use->file->DeviceObject, use->device[0]);
    assert_ptr_equal(IoGetRelatedDeviceObject(use->file), use->device[1]);
    assert_int_equal(use->file->Type, IO_TYPE_FILE);
    assert_int_equal(use->file->Size, sizeof(FILE_OBJECT));
    assert_true(use->file->ReadAccess);
    assert_false(use->file->WriteAccess);
    assert_int_equal(use->device[0]->ReferenceCount, 1);
    PFILE_OBJECT file = use->file;
    use->status[1] = open_device(use, u"\\Device\\Mine");
    assert_null(use->file);
    assert_null(use->got);
    IoDetachDevice(use->device[0]);
    IoDeleteDevice(use->device[1]);
    IoDeleteDevice(use->device[0]);
    use->status[2] = open_device(use, u"\\Device\\Mine");
    assert_true(ha_ob_is(kernel, use->device[0], *ha_device_type));
    ObDereferenceObject(file);
    use->gone = !ha_ob_is(kernel, use->device[0], *ha_device_type);
}

static void an_open_device_stays_until_its_file_is_closed(void **state)
{
    static const NTSTATUS expected[] = {
        STATUS_SUCCESS, STATUS_ACCESS_DENIED, STATUS_OBJECT_NAME_NOT_FOUND,
    };
    struct bench *b = *state;
    struct use use = {.status = {0}};

    run(b, open_and_delete, &use);

    EXPECT(use, expected);
    assert_true(use.gone);
    assert_int_equal(bench_count(b, HA_MISUSE), 0);
}

static void open_too_early(void *argument)
{
    struct use *use = argument;
    create(use, u"\\Device\\Mine", FALSE, 0);
    use->device[0]->Flags |= DO_DEVICE_INITIALIZING;
    use->status[0] = open_device(use, u"\\Device\\Mine");
    IoDeleteDevice(use->device[0]);
}

static void a_device_that_is_being_initialised_cannot_be_opened(void **state)
{
    struct bench *b = *state;
    struct use use = {.status = {0}};

    run(b, open_too_early, &use);

    assert_int_equal(use.status[0], STATUS_NO_SUCH_DEVICE);
}

static void use_at_apc_level(void *argument)
{
    struct use *use = argument;
    KIRQL old;
    KeRaiseIrql(APC_LEVEL, &old);
    use->status[0] = link_to(u"\\??\\A", u"\\Device\\Mine");
    use->status[1] = unlink_name(u"\\??\\A");
    use->status[2] = open_device(use, u"\\??\\A");
    use->got = IoGetRelatedDeviceObject((PFILE_OBJECT)use->driver);
    KeLowerIrql(old);
}

static void names_are_for_passive_level(void **state)
{
    static const uint32_t routines[] = {HA_RT_CREATE_LINK, HA_RT_DELETE_LINK,
                                        HA_RT_DEVICE_POINTER};
    struct bench *b = *state;
    struct use use = {.status = {0}};
    b->findings = "a IRQL-4\na IRQL-4\na IRQL-4\na OBJ-4\n";

    run(b, use_at_apc_level, &use);

    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(use.status[i], STATUS_UNSUCCESSFUL);
        assert_int_equal(bench_record(b, HA_REFUSED, i)->as.refused.routine, routines[i]);
    }
    assert_null(use.got);
    assert_int_equal(bench_record(b, HA_MISUSE, 0)->as.misuse.misuse, HA_MISUSE_NO_OBJECT);
}

static void link_and_open(void *argument)
{
    struct use *use = argument;
    create(use, u"\\Device\\Mine", FALSE, 0);
    use->status[0] = link_to(u"\\??\\A", u"\\Device\\Mine");
    use->status[1] = open_device(use, u"\\Device\\Mine");
    if (use->file)
        ObDereferenceObject(use->file);
    IoDeleteDevice(use->device[0]);
}

static void each_can_fail_for_want_of_memory(void **state)
{
    (void)state;
    for (uint32_t n = 0; n < 2; n++) {
        struct bench *b;
        struct use use = {.status = {0}};
        struct ha_text token = {0};
        bench_setup((void **)&b);
        bench_replay(b, &token, n + 2, 1);  /* behind the registration and IoCreateDevice */

        run(b, link_and_open, &use);

        assert_int_equal(use.status[n], STATUS_INSUFFICIENT_RESOURCES);
        assert_int_equal(use.status[1 - n], STATUS_SUCCESS);
        assert_int_equal(bench_count(b, HA_FAULT), 1);
        bench_teardown((void **)&b);
        ha_text_close(&token);
    }
}

static void fill_and_link(void *argument)
{
    struct use *use = argument;
    struct ha_arena *arena = &ha_thread_current()->world->host->arena;
    create(use, u"\\Device\\Mine", FALSE, 0);
    void *spare = ha_arena_take(arena, 64);
    for (size_t size = (size_t)1 << 19; size >= 16; size /= 2)
        while (ha_arena_take(arena, size))
            ;
    use->status[0] = link_to(u"\\??\\A", u"\\Device\\Mine");
    use->status[1] = open_device(use, u"\\Device\\Mine");
    use->status[2] = create(use, u"\\Device\\Other", FALSE, 1);
    ha_arena_give(arena, spare, 64);        /* enough for the name, not for where it leads */
    use->status[3] = link_to(u"\\??\\A", u"\\Device\\A target that is rather long");
    use->status[4] = link_to(u"\\??\\A", u"\\Device\\A target that is rather long");
    use->gone = use->device[0]->ReferenceCount == 0;
    IoDeleteDevice(use->device[0]);
}

static void a_full_arena_leaves_no_half_of_a_name(void **state)
{
    struct bench *b = *state;
    struct use use = {.status = {0}};

    run(b, fill_and_link, &use);

    for (size_t i = 0; i < 5; i++)
        assert_int_equal(use.status[i], STATUS_INSUFFICIENT_RESOURCES);
    assert_true(use.gone);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BENCH_TEST(a_name_is_free_or_refused_with_a_reason),
        BENCH_TEST(a_link_is_another_name_until_it_is_removed),
        BENCH_TEST(an_open_device_stays_until_its_file_is_closed),
        BENCH_TEST(a_device_that_is_being_initialised_cannot_be_opened),
        BENCH_TEST(names_are_for_passive_level),
        cmocka_unit_test(each_can_fail_for_want_of_memory),
        BENCH_TEST(a_full_arena_leaves_no_half_of_a_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
