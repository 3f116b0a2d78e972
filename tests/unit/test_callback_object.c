/* callback_object: objects that drivers make */
#include "unit/bench.h"

#include "core/arena.h"

/* What the clients of a test hear. */
struct use {
    PCALLBACK_OBJECT object, other;
    PVOID handle[3];
    PVOID last[2];              /* the arguments of the latest call */
    char heard[16];             /* one letter a call */
    size_t count;
    size_t removed;             /* by the first client in its call: which, from 1; 0 for none */
};

static NTSTATUS create(const WCHAR *name, BOOLEAN may_make, BOOLEAN multiple,
                       PCALLBACK_OBJECT *object)
{
    UNICODE_STRING string;
    OBJECT_ATTRIBUTES attributes;
    RtlInitUnicodeString(&string, name);
    InitializeObjectAttributes(&attributes, &string, OBJ_CASE_INSENSITIVE, NULL, NULL);
    return ExCreateCallback(object, &attributes, may_make, multiple);
}

static void hear(struct use *use, char letter, PVOID one, PVOID two)
{
    use->heard[use->count++] = letter;
    use->last[0] = one;
    use->last[1] = two;
}

static VOID NTAPI first(PVOID CallbackContext, PVOID Argument1, PVOID Argument2)
{
    struct use *use = CallbackContext;
    hear(use, '1', Argument1, Argument2);
    if (use->removed)
        ExUnregisterCallback(use->handle[use->removed - 1]);
}

static VOID NTAPI second(PVOID CallbackContext, PVOID Argument1, PVOID Argument2)
{
    hear(CallbackContext, '2', Argument1, Argument2);
}

static void make_and_join(struct use *use)
{
    assert_int_equal(create(u"\\Callback\\Mine", TRUE, TRUE, &use->object), STATUS_SUCCESS);
    use->handle[0] = ExRegisterCallback(use->object, first, use);
    use->handle[1] = ExRegisterCallback(use->object, second, use);
}

static void speak(void *argument)
{
    struct use *use = argument;
    make_and_join(use);
    ExNotifyCallback(use->object, &use->heard, &use->count);
    ExUnregisterCallback(use->handle[0]);
    ExNotifyCallback(use->object, NULL, NULL);
    ExUnregisterCallback(use->handle[1]);
    ObDereferenceObject(use->object);
}

static void clients_are_called_in_order_with_what_the_speaker_says(void **state)
{
    struct use use = {0};
    struct bench *b = *state;
    struct driver *a = bench_driver(b, "a");
    bench_forget(b);

    bench_run(b, a, speak, &use);

    expect_records(b,
        "system-3 EX_CREATE STATUS_SUCCESS [4]\n"
        "system-3 EX_REG a.cb1 [4]\n"
        "system-3 EX_REG a.cb2 [4]\n"
        "system-3 EX_CALL_ENTER a.cb1 [4]\n"
        "system-3 EX_CALL_LEAVE a.cb1 [4]\n"
        "system-3 EX_CALL_ENTER a.cb2 [4]\n"
        "system-3 EX_CALL_LEAVE a.cb2 [4]\n"
        "system-3 EX_NOTIFY 2 called [4]\n"
        "system-3 EX_UNREG a.cb1 [4]\n"
        "system-3 EX_CALL_ENTER a.cb2 [4]\n"
        "system-3 EX_CALL_LEAVE a.cb2 [4]\n"
        "system-3 EX_NOTIFY 1 called [4]\n"
        "system-3 EX_UNREG a.cb2 [4]\n");
    assert_string_equal(use.heard, "122");
    assert_null(use.last[0]);
}

static void remove_the_next(void *argument)
{
    struct use *use = argument;
    use->removed = 2;
    make_and_join(use);
    ObDereferenceObject(use->object);           /* its clients hold it */
    ExNotifyCallback(use->object, NULL, NULL);
    ExUnregisterCallback(use->handle[0]);
}

static void a_client_that_is_removed_by_another_is_passed_over(void **state)
{
    struct use use = {0};
    struct bench *b = *state;

    bench_run(b, bench_driver(b, "a"), remove_the_next, &use);

    assert_string_equal(use.heard, "1");
}

static void remove_the_one_that_runs(void *argument)
{
    struct use *use = argument;
    use->removed = 1;
    make_and_join(use);
    ExNotifyCallback(use->object, NULL, NULL);
    ExUnregisterCallback(use->handle[1]);
    ObDereferenceObject(use->object);
}

/* CB-10 */
static void a_client_that_removes_itself_is_found_and_the_next_is_called(void **state)
{
    struct use use = {0};
    struct bench *b = *state;
    b->findings = "a CB-10\n";

    bench_run(b, bench_driver(b, "a"), remove_the_one_that_runs, &use);

    assert_string_equal(use.heard, "12");
    assert_int_equal(bench_record(b, HA_MISUSE, 0)->as.misuse.misuse, HA_MISUSE_SELF_REMOVAL);
}

static void take_one_client(void *argument)
{
    struct use *use = argument;
    assert_int_equal(ExCreateCallback(&use->object, NULL, TRUE, FALSE), STATUS_SUCCESS);
    use->handle[0] = ExRegisterCallback(use->object, first, use);
    use->handle[1] = ExRegisterCallback(use->object, second, use);
    use->handle[2] = ExRegisterCallback(use->object, NULL, use);
    ExUnregisterCallback(use->handle[0]);
    ObDereferenceObject(use->object);
}

static void an_object_for_one_client_refuses_a_second_and_every_object_no_function(void **state)
{
    struct use use = {0};
    struct bench *b = *state;

    bench_run(b, bench_driver(b, "a"), take_one_client, &use);

    assert_non_null(use.handle[0]);
    assert_null(use.handle[1]);
    assert_null(use.handle[2]);
    assert_int_equal(bench_record(b, HA_REFUSED, 0)->as.refused.reason, HA_REASON_ONE_CLIENT);
    assert_int_equal(bench_record(b, HA_REFUSED, 1)->as.refused.reason, HA_REASON_NULL_FUNCTION);
}

static void open_again(void *argument)
{
    struct use *use = argument;
    PCALLBACK_OBJECT none;
    assert_int_equal(create(u"\\Callback\\Mine", TRUE, TRUE, &use->object), STATUS_SUCCESS);
    assert_int_equal(create(u"\\CALLBACK\\mine", FALSE, TRUE, &use->other), STATUS_SUCCESS);
    ObDereferenceObject(use->object);
    ObDereferenceObject(use->other);
    assert_int_equal(create(u"\\Callback\\Mine", FALSE, TRUE, &none),
                     STATUS_OBJECT_NAME_NOT_FOUND);
}

static void an_object_is_found_by_its_name_until_its_last_reference_is_gone(void **state)
{
    struct use use = {0};
    struct bench *b = *state;

    bench_run(b, bench_driver(b, "a"), open_again, &use);

    assert_non_null(use.object);
    assert_ptr_equal(use.object, use.other);
}

static NTSTATUS enter_and_join(struct driver *driver)
{
    make_and_join(driver->extra);
    return STATUS_SUCCESS;
}

static void leave_all(struct driver *driver)
{
    (void)driver;
}

static void notify(void *argument)
{
    struct use *use = argument;
    ExNotifyCallback(use->object, NULL, NULL);
}

/* DRV-5, DRV-8, DRV-12 */
static void a_driver_that_leaves_its_object_is_found_and_its_clients_are_dead(void **state)
{
    struct use use = {0};
    struct bench *b = *state;
    struct driver *a = bench_driver(b, "a"), *c = bench_driver(b, "c");
    a->extra = &use;
    a->enter = enter_and_join;
    a->leave = leave_all;
    b->findings = "a DRV-5\na DRV-5\na DRV-12\na DRV-8\na DRV-8\n";
    bench_load(b);
    bench_unload(b, a);

    bench_run(b, c, notify, &use);

    assert_int_equal(bench_record(b, HA_LEFT_BEHIND, 0)->as.left.what, HA_LEFT_CALLBACK_OBJECT);
    assert_int_equal(bench_count(b, HA_DEAD_CALL), 2);
    assert_int_equal(use.count, 0);
}

/* Nothing is left in the arena. */
static void use_up(void)
{
    struct ha_arena *arena = &ha_thread_current()->world->host->arena;
    for (size_t size = arena->size; size >= 16; size /= 2)
        while (ha_arena_take(arena, size))
            continue;
}

static void make_without_memory(void *argument)
{
    struct use *use = argument;
    use_up();
    assert_int_equal(create(u"\\Callback\\ProcessorAdd", FALSE, TRUE, &use->object),
                     STATUS_INSUFFICIENT_RESOURCES);
    assert_int_equal(create(u"\\Callback\\Mine", TRUE, TRUE, &use->object),
                     STATUS_INSUFFICIENT_RESOURCES);
    assert_null(use->object);
}

static void without_memory_there_is_no_object(void **state)
{
    struct use use = {0};
    struct bench *b = *state;

    bench_run(b, bench_driver(b, "a"), make_without_memory, &use);

    assert_int_equal(bench_count(b, HA_FAULT), 2);
}

static void join_without_memory(void *argument)
{
    struct use *use = argument;
    assert_int_equal(create(u"\\Callback\\Mine", TRUE, TRUE, &use->object), STATUS_SUCCESS);
    use_up();
    assert_null(ExRegisterCallback(use->object, first, use));
    ObDereferenceObject(use->object);
}

static void without_memory_nobody_joins(void **state)
{
    struct use use = {0};
    struct bench *b = *state;

    bench_run(b, bench_driver(b, "a"), join_without_memory, &use);

    assert_int_equal(bench_record(b, HA_EX_REG, 0)->as.ex_reg.handle, 0);
    assert_int_equal(bench_count(b, HA_FAULT), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BENCH_TEST(clients_are_called_in_order_with_what_the_speaker_says),
        BENCH_TEST(a_client_that_is_removed_by_another_is_passed_over),
        BENCH_TEST(a_client_that_removes_itself_is_found_and_the_next_is_called),
        BENCH_TEST(an_object_for_one_client_refuses_a_second_and_every_object_no_function),
        BENCH_TEST(an_object_is_found_by_its_name_until_its_last_reference_is_gone),
        BENCH_TEST(a_driver_that_leaves_its_object_is_found_and_its_clients_are_dead),
        BENCH_TEST(without_memory_there_is_no_object),
        BENCH_TEST(without_memory_nobody_joins),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
