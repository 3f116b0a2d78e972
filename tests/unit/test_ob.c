/* ob: handles and references, what they hold, and the mistakes with them */
#include "unit/bench.h"

#include "nt/ob.h"

/* An object that a test makes for a driver, and what came of the driver's calls. */
struct thing {
    struct ha_kernel *kernel;
    PVOID body, got;
    HANDLE handle, other;
    OBJECT_HANDLE_INFORMATION info;
    NTSTATUS status[8];
    LONG_PTR count[8];
};

static void make(struct thing *thing)
{
    thing->kernel = ha_kernel_of(ha_thread_current());
    thing->body = ha_ob_make(thing->kernel, *PsThreadType, 32);
    assert_true(ha_ob_open(thing->kernel, thing->body, SYNCHRONIZE, &thing->handle));
}

static NTSTATUS refer(struct thing *thing, HANDLE handle, POBJECT_TYPE type)
{
    return ObReferenceObjectByHandle(handle, SYNCHRONIZE, type, KernelMode, &thing->got,
                                     &thing->info);
}

static void refer_by_handle(void *argument)
{
    struct thing *thing = argument;
    make(thing);
    thing->status[0] = refer(thing, thing->handle, *PsThreadType);
    thing->status[1] = refer(thing, thing->handle, NULL);
    thing->count[0] = ObDereferenceObject(thing->got);
    thing->count[1] = ObDereferenceObject(thing->got);
    ha_ob_let_go(thing->kernel, thing->body);
    thing->status[2] = ZwClose(thing->handle);
}

static void a_handle_gives_a_reference_to_its_object(void **state)
{
    struct bench *b = *state;
    struct thing thing = {0};

    bench_run(b, bench_driver(b, "a"), refer_by_handle, &thing);

    assert_int_equal(thing.status[0], STATUS_SUCCESS);
    assert_int_equal(thing.status[1], STATUS_SUCCESS);
    assert_int_equal(thing.status[2], STATUS_SUCCESS);
    assert_ptr_equal(thing.got, thing.body);
    assert_int_equal(thing.info.GrantedAccess, SYNCHRONIZE);
    assert_int_equal(thing.count[0], 3);
    assert_int_equal(thing.count[1], 2);
    assert_int_equal(bench_count(b, HA_MISUSE), 0);
}

static void refer_wrongly(void *argument)
{
    struct thing *thing = argument;
    make(thing);
    thing->got = thing;
    thing->status[0] = refer(thing, thing->handle, *ExEventObjectType);
    thing->status[1] = thing->got ? STATUS_SUCCESS : STATUS_NOT_FOUND;
    ZwClose(thing->handle);
    thing->status[2] = refer(thing, thing->handle, *PsThreadType);
    thing->status[3] = refer(thing, NULL, NULL);
    thing->status[4] = refer(thing, (HANDLE)thing, NULL);
}

static void a_handle_of_another_type_or_of_nothing_gives_none(void **state)
{
    struct bench *b = *state;
    struct thing thing = {0};

    bench_run(b, bench_driver(b, "a"), refer_wrongly, &thing);

    assert_int_equal(thing.status[0], STATUS_OBJECT_TYPE_MISMATCH);
    assert_int_equal(thing.status[1], STATUS_NOT_FOUND);
    for (int i = 2; i < 5; i++)
        assert_int_equal(thing.status[i], STATUS_INVALID_HANDLE);
    assert_null(thing.got);
    assert_int_equal(bench_count(b, HA_MISUSE), 0);
}

static void close_wrongly(void *argument)
{
    struct thing *thing = argument;
    make(thing);
    thing->status[0] = ZwClose(thing->handle);
    thing->status[1] = ZwClose(thing->handle);
    thing->status[2] = ZwClose(NULL);
    thing->status[3] = ZwClose((HANDLE)thing);
}

static void a_handle_is_closed_once(void **state)
{
    static const uint32_t misuses[] = {
        HA_MISUSE_STALE_HANDLE, HA_MISUSE_NULL_HANDLE, HA_MISUSE_UNKNOWN_HANDLE,
    };
    struct bench *b = *state;
    struct thing thing = {0};

    b->findings = "a OBJ-4\na OBJ-4\na OBJ-4\n";
    bench_run(b, bench_driver(b, "a"), close_wrongly, &thing);

    assert_int_equal(thing.status[0], STATUS_SUCCESS);
    assert_int_equal(bench_count(b, HA_MISUSE), 3);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(thing.status[i + 1], STATUS_INVALID_HANDLE);
        assert_int_equal(bench_record(b, HA_MISUSE, i)->as.misuse.misuse, misuses[i]);
        assert_int_equal(bench_record(b, HA_MISUSE, i)->as.misuse.routine, HA_RT_CLOSE);
    }
}

static void refer_by_pointer(void *argument)
{
    struct thing *thing = argument;
    make(thing);
    thing->status[0] = ObReferenceObjectByPointer(thing->body, 0, *PsThreadType, KernelMode);
    thing->status[1] = ObReferenceObjectByPointer(thing->body, 0, NULL, KernelMode);
    thing->status[2] = ObReferenceObjectByPointer(thing->body, 0, *PsProcessType, KernelMode);
    thing->count[0] = ObReferenceObject(thing->body);
    ObDereferenceObjectDeferDelete(thing->body);
    thing->count[1] = ObDereferenceObject(thing->body);
    thing->count[2] = ObDereferenceObject(thing->body);
    ZwClose(thing->handle);
}

static void references_by_pointer_are_counted_and_look_at_the_type(void **state)
{
    struct bench *b = *state;
    struct thing thing = {0};

    bench_run(b, bench_driver(b, "a"), refer_by_pointer, &thing);

    assert_int_equal(thing.status[0], STATUS_SUCCESS);
    assert_int_equal(thing.status[1], STATUS_SUCCESS);
    assert_int_equal(thing.status[2], STATUS_OBJECT_TYPE_MISMATCH);
    assert_int_equal(thing.count[0], 5);
    assert_int_equal(thing.count[1], 3);
    assert_int_equal(thing.count[2], 2);
    assert_int_equal(bench_count(b, HA_MISUSE), 0);
}

static void give_back_too_often(void *argument)
{
    struct thing *thing = argument;
    make(thing);
    ObReferenceObject(thing->body);
    ObDereferenceObject(thing->body);
    thing->count[0] = ObDereferenceObject(thing->body);
    thing->status[0] = refer(thing, thing->handle, NULL);
    ZwClose(thing->handle);
}

static void a_reference_too_many_given_back_is_a_misuse_and_the_object_stays(void **state)
{
    struct bench *b = *state;
    struct thing thing = {0};

    b->findings = "a OBJ-4\n";
    bench_run(b, bench_driver(b, "a"), give_back_too_often, &thing);

    assert_int_equal(bench_count(b, HA_MISUSE), 1);
    assert_int_equal(bench_record(b, HA_MISUSE, 0)->as.misuse.misuse, HA_MISUSE_NO_REFERENCE);
    assert_int_equal(thing.count[0], 2);
    assert_int_equal(thing.status[0], STATUS_SUCCESS);
}

static void use_what_is_gone(void *argument)
{
    struct thing *thing = argument;
    make(thing);
    ObReferenceObject(thing->body);
    ZwClose(thing->handle);
    ha_ob_let_go(thing->kernel, thing->body);
    thing->count[0] = ObDereferenceObject(thing->body);
    thing->count[1] = ObReferenceObject(thing->body);
    thing->count[2] = ObDereferenceObject(thing->body);
    thing->count[3] = ObReferenceObject(thing);
    thing->status[0] = ObReferenceObjectByPointer(NULL, 0, NULL, KernelMode);
}

static void an_object_goes_with_its_last_holder_and_using_it_then_is_a_misuse(void **state)
{
    struct bench *b = *state;
    struct thing thing = {.count = {9, 9, 9, 9}};

    b->findings = "a OBJ-4\na OBJ-4\na OBJ-4\na OBJ-4\n";
    bench_run(b, bench_driver(b, "a"), use_what_is_gone, &thing);

    for (int i = 0; i < 4; i++)
        assert_int_equal(thing.count[i], 0);
    assert_int_equal(thing.status[0], STATUS_OBJECT_TYPE_MISMATCH);
    assert_int_equal(bench_count(b, HA_MISUSE), 4);
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(bench_record(b, HA_MISUSE, i)->as.misuse.misuse, HA_MISUSE_NO_OBJECT);
}

static void open_twice(void *argument)
{
    struct thing *thing = argument;
    make(thing);
    assert_true(ha_ob_open(thing->kernel, thing->body, 0, &thing->other));
    ha_ob_let_go(thing->kernel, thing->body);
    ZwClose(thing->handle);
    thing->status[0] = refer(thing, thing->other, *PsThreadType);
    ZwClose(thing->other);
    thing->count[0] = ObDereferenceObject(thing->got);
}

static void each_handle_holds_the_object_by_itself(void **state)
{
    struct bench *b = *state;
    struct thing thing = {.count = {9}};

    bench_run(b, bench_driver(b, "a"), open_twice, &thing);

    assert_ptr_not_equal(thing.handle, thing.other);
    assert_int_equal(thing.status[0], STATUS_SUCCESS);
    assert_int_equal(thing.count[0], 0);
    assert_int_equal(bench_count(b, HA_MISUSE), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BENCH_TEST(a_handle_gives_a_reference_to_its_object),
        BENCH_TEST(a_handle_of_another_type_or_of_nothing_gives_none),
        BENCH_TEST(a_handle_is_closed_once),
        BENCH_TEST(references_by_pointer_are_counted_and_look_at_the_type),
        BENCH_TEST(a_reference_too_many_given_back_is_a_misuse_and_the_object_stays),
        BENCH_TEST(an_object_goes_with_its_last_holder_and_using_it_then_is_a_misuse),
        BENCH_TEST(each_handle_holds_the_object_by_itself),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
