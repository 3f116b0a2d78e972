/* driver: what DriverEntry is given, and what the kernel puts right behind it and Unload */
#include "unit/bench.h"

#include <string.h>

#include "nt/driver.h"

struct path {
    UNICODE_STRING string;
    char text[96];
};

static NTSTATUS enter_and_keep_path(struct driver *driver)
{
    struct path *path = driver->extra;
    path->string = *driver->path;
    for (size_t i = 0; i < path->string.Length / sizeof(WCHAR) && i + 1 < sizeof path->text; i++)
        path->text[i] = (char)path->string.Buffer[i];
    return STATUS_SUCCESS;
}

/* DRV-11 */
static void the_registry_path_is_poisoned_when_the_entry_has_returned(void **state)
{
    struct bench *b = *state;
    struct path path = {.text = ""};
    struct driver *a = bench_driver(b, "calm");
    a->enter = enter_and_keep_path;
    a->extra = &path;

    bench_load(b);

    assert_string_equal(path.text,
                        "\\Registry\\Machine\\System\\CurrentControlSet\\Services\\calm");
    for (size_t i = 0; i < path.string.MaximumLength / sizeof(WCHAR); i++)
        assert_int_equal(path.string.Buffer[i], 0xdddd);
}

static void a_driver_object_says_what_it_is_and_whose(void **state)
{
    static const WCHAR name[] = u"\\Driver\\calm";
    struct bench *b = *state;
    const struct driver *a = bench_driver(b, "calm");

    bench_load(b);

    assert_int_equal(a->object->Type, IO_TYPE_DRIVER);
    assert_int_equal(a->object->Size, sizeof(DRIVER_OBJECT));
    assert_int_equal(a->object->DriverName.Length, sizeof name - sizeof(WCHAR));
    assert_int_equal(a->object->DriverName.MaximumLength, sizeof name - sizeof(WCHAR));
    assert_memory_equal(a->object->DriverName.Buffer, name, sizeof name - sizeof(WCHAR));
}

struct scribble {
    PWSTR given;                /* where the path was when the driver was entered */
    WCHAR own[4];               /* where the driver points instead */
};

static NTSTATUS enter_and_forget_path(struct driver *driver)
{
    struct scribble *scribble = driver->extra;
    scribble->given = driver->path->Buffer;
    *driver->path = (UNICODE_STRING){.Length = 0xfff0, .MaximumLength = 0xfff0, .Buffer = NULL};
    return STATUS_SUCCESS;
}

static NTSTATUS enter_and_bend_path(struct driver *driver)
{
    struct scribble *scribble = driver->extra;
    scribble->given = driver->path->Buffer;
    driver->path->Buffer = scribble->own;
    return STATUS_SUCCESS;
}

/* DRV-11: the driver may write into what it is given; what is poisoned is what it was given */
static void a_registry_path_that_was_written_over_is_poisoned_where_it_was(void **state)
{
    struct bench *b = *state;
    struct scribble scribble[2] = {{.own = u"own"}, {.own = u"own"}};
    struct driver *a[2] = {bench_driver(b, "forgets"), bench_driver(b, "bends")};
    a[0]->enter = enter_and_forget_path;
    a[1]->enter = enter_and_bend_path;
    a[0]->extra = &scribble[0];
    a[1]->extra = &scribble[1];

    bench_load(b);

    for (size_t i = 0; i < 2; i++) {
        unsigned char poison[sizeof(struct ha_registry_path)];
        memset(poison, 0xdd, sizeof poison);
        assert_memory_equal(a[i]->path, poison, sizeof *a[i]->path);
        assert_memory_equal(scribble[i].given, poison, HA_REGISTRY_PATH_LENGTH * sizeof(WCHAR));
        assert_memory_equal(scribble[i].own, u"own", sizeof scribble[i].own);
    }
}

static void the_longest_name_has_255_bytes(void **state)
{
    struct bench *b = *state;
    struct path path = {.text = ""};
    char name[HA_DRIVER_NAME_LENGTH + 2];
    memset(name, 'n', sizeof name);
    name[HA_DRIVER_NAME_LENGTH] = '\0';
    struct driver *a = bench_driver(b, name);
    a->enter = enter_and_keep_path;
    a->extra = &path;

    bench_load(b);

    assert_int_equal(bench_entry_status(b, a), STATUS_SUCCESS);
    assert_int_equal(path.string.Length,
                     sizeof u"\\Registry\\Machine\\System\\CurrentControlSet\\Services\\" -
                     sizeof(WCHAR) + HA_DRIVER_NAME_LENGTH * sizeof(WCHAR));
    name[HA_DRIVER_NAME_LENGTH] = 'n';
    name[HA_DRIVER_NAME_LENGTH + 1] = '\0';
    assert_int_equal(ha_machine_load(b->machine, name, NULL), HA_EINVAL);
    assert_int_equal(ha_machine_load(b->machine, "", NULL), HA_EINVAL);
    assert_int_equal(bench_count(b, HA_DRV_ENTRY_ENTER), 1);
    name[HA_DRIVER_NAME_LENGTH] = '\0';
    bench_finish(b);
}

static NTSTATUS enter_and_stay_raised(struct driver *driver)
{
    ha_thread_set_irql(ha_thread_current(), DISPATCH_LEVEL);
    return driver->stored;
}

static void leave_raised(struct driver *driver)
{
    (void)driver;
    ha_thread_set_irql(ha_thread_current(), DISPATCH_LEVEL);
}

/* DRV-1, IRQL-3: what the kernel does after DriverEntry and Unload, it does at its own IRQL */
static void the_irql_that_entry_and_unload_raise_is_put_back(void **state)
{
    struct bench *b = *state;
    struct driver *fails = bench_driver(b, "fails");
    struct driver *stays = bench_driver(b, "stays");
    fails->enter = stays->enter = enter_and_stay_raised;
    fails->stored = STATUS_UNSUCCESSFUL;
    stays->leave = leave_raised;
    b->findings = "fails IRQL-3\n"
                  "stays IRQL-3\n"
                  "stays IRQL-3\n";

    bench_unload(b, stays);

    assert_int_equal(bench_record(b, HA_DRV_ENTRY_LEAVE, 0)->irql, DISPATCH_LEVEL);
    assert_int_equal(bench_record(b, HA_UNLOAD_LEAVE, 0)->irql, DISPATCH_LEVEL);
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(bench_record(b, HA_IMAGE_FREED, i)->irql, PASSIVE_LEVEL);
    assert_int_equal(b->machine->kernel.world.sched.raised, 0);
}

/* The driver object is what the entry of a driver expects to find. */
static void the_driver_object_names_its_entry_and_extension(void **state)
{
    struct bench *b = *state;
    struct driver *a = bench_driver(b, "a");

    bench_load(b);

    assert_non_null(a->object->DriverInit);
    assert_ptr_equal(a->object->DriverExtension->DriverObject, a->object);
    assert_ptr_equal(ha_driver_find(&b->machine->kernel, "a"), a->object);
    assert_null(ha_driver_find(&b->machine->kernel, "b"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BENCH_TEST(the_registry_path_is_poisoned_when_the_entry_has_returned),
        BENCH_TEST(a_driver_object_says_what_it_is_and_whose),
        BENCH_TEST(a_registry_path_that_was_written_over_is_poisoned_where_it_was),
        BENCH_TEST(the_longest_name_has_255_bytes),
        BENCH_TEST(the_irql_that_entry_and_unload_raise_is_put_back),
        BENCH_TEST(the_driver_object_names_its_entry_and_extension),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
