/* ex_callback: clients of \Callback\ProcessorAdd */
#include "unit/bench.h"

#define UP                              \
    "hot-add HW_START 0 [4]\n"          \
    "hot-add ACTIVE 4 [5]\n"            \
    "hot-add SCHED 4 [5]\n"
#define BEGIN                           \
    "hot-add UNIT_BEGIN 1 [4]\n"        \
    "hot-add ADD_BEGIN [4]\n"
#define END                             \
    "hot-add DEVICE_STARTED 4 [5]\n"                                                              \
    "hot-add IFACE_UP 4 [5]\n"                                                                    \
    "hot-add ADD_END 0 [5]\n"           \
    "hot-add UNIT_END 1 [5]\n"

static NTSTATUS open_named(const WCHAR *name, BOOLEAN create, PCALLBACK_OBJECT *object)
{
    UNICODE_STRING string;
    OBJECT_ATTRIBUTES attributes;
    RtlInitUnicodeString(&string, name);
    InitializeObjectAttributes(&attributes, &string, OBJ_CASE_INSENSITIVE, NULL, NULL);
    return ExCreateCallback(object, &attributes, create, TRUE);
}

static PCALLBACK_OBJECT open_system(void)
{
    PCALLBACK_OBJECT object;
    assert_int_equal(open_named(u"\\callback\\processoradd", FALSE, &object), STATUS_SUCCESS);
    return object;
}

static VOID NTAPI hear(PVOID CallbackContext, PVOID Argument1, PVOID Argument2)
{
    driver_callback(CallbackContext, Argument1, Argument2);
}

static void join(struct driver *driver)
{
    PCALLBACK_OBJECT object = open_system();
    driver->handle[driver->handle_count++] = ExRegisterCallback(object, hear, driver);
    ObDereferenceObject(object);
}

static NTSTATUS enter(struct driver *driver)
{
    join(driver);
    return STATUS_SUCCESS;
}

static NTSTATUS enter_twice(struct driver *driver)
{
    join(driver);
    join(driver);
    return STATUS_SUCCESS;
}

static void leave(struct driver *driver)
{
    for (size_t n = 0; n < driver->handle_count; n++)
        if (driver->handle[n])
            ExUnregisterCallback(driver->handle[n]);
}

static void forget(struct driver *driver)
{
    (void)driver;
}

static struct driver *client(struct bench *b, const char *name)
{
    struct driver *driver = bench_driver(b, name);
    driver->enter = enter;
    driver->leave = leave;
    return driver;
}

/* CB-1, CB-9 */
static void the_object_is_there_and_takes_any_number_of_clients(void **state)
{
    struct bench *b = *state;
    struct driver *a = client(b, "a");
    a->enter = enter_twice;

    bench_load(b);

    expect_records(b,
        "system-2 DRV_ENTRY_ENTER a [4]\n"
        "system-2 EX_CREATE STATUS_SUCCESS [4]\n"
        "system-2 EX_REG a.cb1 [4]\n"
        "system-2 EX_CREATE STATUS_SUCCESS [4]\n"
        "system-2 EX_REG a.cb2 [4]\n"
        "system-2 DRV_ENTRY_LEAVE a 0 [4]\n");
    assert_non_null(a->handle[0]);
    assert_non_null(a->handle[1]);
    assert_ptr_not_equal(a->handle[0], a->handle[1]);
}

/* CB-2, CB-3, CB-5, CB-6, CB-7 */
static void clients_of_both_kinds_are_one_chain_in_order_of_registration(void **state)
{
    struct bench *b = *state;
    bench_driver(b, "a");
    struct driver *x = client(b, "x");
    bench_driver(b, "c");
    bench_forget(b);

    bench_add_processor(b);

    expect_records(b, BEGIN
        "hot-add a.ke1 Start 4 (0.4) st=0 op=0>0 [4]\n"
        "hot-add x.cb1 Start 4 (0.4) st=0 op=0>0 [4]\n"
        "hot-add c.ke1 Start 4 (0.4) st=0 op=0>0 [4]\n"
        UP
        "hot-add a.ke1 Complete 4 (0.4) st=0 op=0>0 [5]\n"
        "hot-add x.cb1 Complete 4 (0.4) st=0 op=0>0 [5]\n"
        "hot-add c.ke1 Complete 4 (0.4) st=0 op=0>0 [5]\n"
        END);
    assert_int_equal(x->heard_count, 2);
    assert_ptr_equal(x->heard[0].context, x);
    assert_int_equal(x->heard[0].change.State, KeProcessorAddStartNotify);
    assert_int_equal(x->heard[0].change.NtNumber, 4);
    assert_int_equal(bench_record(b, HA_CB_CALL, 0)->flags & HA_CB_OBJECT, 0);
    assert_int_equal(bench_record(b, HA_CB_CALL, 1)->flags & HA_CB_OBJECT, HA_CB_OBJECT);
    assert_int_equal(bench_record(b, HA_CB_CALL, 2)->flags & HA_CB_OBJECT, 0);
}

/* CB-4, HOT-6 */
static void a_client_of_the_object_can_stop_an_add(void **state)
{
    struct bench *b = *state;
    bench_driver(b, "a");
    client(b, "x")->answer[KeProcessorAddStartNotify] = INSUF;

    bench_add_processor(b);

    expect_calls(b, "a.ke1 Start 4\n"
                    "x.cb1 Start 4 -> " INSUF_TEXT "\n"
                    "a.ke1 Failure 4 (" INSUF_TEXT ")\n"
                    "x.cb1 Failure 4 (" INSUF_TEXT ")\n");
    assert_int_equal(bench_active_count(b), 4);
}

static void four(struct bench *b)
{
    client(b, "x");
    bench_driver(b, "a");
    client(b, "y");
    bench_driver(b, "c");
}

/* CB-6, HOT-3 */
static void ke_clients_come_first_where_the_profile_says_so(void **state)
{
    struct bench *b = *state;
    bench_turn(b, "callback_chain", "ke_first");
    four(b);

    bench_add_processor(b);

    expect_calls(b, "a.ke1 Start 4\nc.ke1 Start 4\nx.cb1 Start 4\ny.cb1 Start 4\n"
                    "a.ke1 Complete 4\nc.ke1 Complete 4\nx.cb1 Complete 4\ny.cb1 Complete 4\n");
}

/* CB-6, HOT-3 */
static void failure_in_reverse_is_the_reverse_of_both_groups(void **state)
{
    struct bench *b = *state;
    bench_turn(b, "callback_chain", "object_first");
    bench_turn(b, "failure_order", "reverse");
    four(b);
    b->driver[1].answer[KeProcessorAddStartNotify] = INSUF;

    bench_add_processor(b);

    expect_calls(b, "x.cb1 Start 4\ny.cb1 Start 4\na.ke1 Start 4 -> " INSUF_TEXT "\n"
                    "c.ke1 Start 4\n"
                    "c.ke1 Failure 4 (" INSUF_TEXT ")\na.ke1 Failure 4 (" INSUF_TEXT ")\n"
                    "y.cb1 Failure 4 (" INSUF_TEXT ")\nx.cb1 Failure 4 (" INSUF_TEXT ")\n");
}

/* CB-6, STAT-9 */
static void nobody_of_the_second_group_hears_of_an_add_that_the_first_one_stopped(void **state)
{
    struct bench *b = *state;
    bench_turn(b, "callback_chain", "ke_first");
    bench_turn(b, "hot_start_error", "stop_at_error");
    four(b);
    b->driver[1].answer[KeProcessorAddStartNotify] = INSUF;

    bench_add_processor(b);

    expect_calls(b, "a.ke1 Start 4 -> " INSUF_TEXT "\na.ke1 Failure 4 (" INSUF_TEXT ")\n");
}

static void remove_on_a_thread(void *argument)
{
    struct driver *driver = argument;
    PVOID handle = driver->handle[0];
    driver->handle[0] = NULL;
    ExUnregisterCallback(handle);
}

static void start_removing(struct driver *driver, PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT change,
                           PNTSTATUS operation_status)
{
    (void)change;
    (void)operation_status;
    bench_interlude(driver, remove_on_a_thread, driver);
}

/* CB-10 */
static void a_removal_waits_for_the_call_that_runs_and_no_call_follows(void **state)
{
    struct bench *b = *state;
    client(b, "x")->act = start_removing;
    bench_driver(b, "a");
    bench_forget(b);

    bench_add_processor(b);

    assert_int_equal(bench_count(b, HA_EX_UNREG), 2);
    assert_int_equal(bench_record(b, HA_EX_UNREG, 0)->flags, HA_EX_WAITS);
    assert_int_equal(bench_record(b, HA_EX_UNREG, 1)->flags, 0);
    uint32_t left = bench_record(b, HA_CB_LEAVE, 0)->seq_low;
    assert_true(bench_record(b, HA_EX_UNREG, 0)->seq_low < left);
    assert_true(left < bench_record(b, HA_EX_UNREG, 1)->seq_low);
    assert_int_equal(bench_record(b, HA_WAIT_BEGIN, 0)->as.wait.holder,
                     bench_record(b, HA_CB_ENTER, 0)->thread);
    expect_calls(b, "x.cb1 Start 4\na.ke1 Start 4\na.ke1 Complete 4\n");
}

static void remove_itself(struct driver *driver, PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT change,
                          PNTSTATUS operation_status)
{
    (void)change;
    (void)operation_status;
    remove_on_a_thread(driver);
}

/* CB-10 */
static void a_client_that_removes_itself_does_not_wait_for_itself(void **state)
{
    struct bench *b = *state;
    client(b, "x")->act = remove_itself;
    b->findings = "x CB-10\n";
    bench_forget(b);

    bench_add_processor(b);

    expect_records(b, BEGIN
        "hot-add enters x.cb1 Start 4 (0.4) st=0 op=0 [4]\n"
        "hot-add MISUSE removed from inside its own callback [4]\n"
        "hot-add EX_UNREG x.cb1 [4]\n"
        "hot-add leaves x.cb1 Start op=0 [4]\n"
        UP END);
}

static void join_during_the_add(struct driver *driver, PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT change,
                                PNTSTATUS operation_status)
{
    (void)operation_status;
    if (change->State == KeProcessorAddStartNotify && driver->handle_count == 1)
        join(driver);
}

/* CB-10 */
static void who_joins_during_an_add_is_called_from_the_next_on(void **state)
{
    struct bench *b = *state;
    client(b, "x")->act = join_during_the_add;

    bench_add_processor(b);
    bench_add_processor(b);

    expect_calls(b, "x.cb1 Start 4\nx.cb1 Complete 4\n"
                    "x.cb1 Start 5\nx.cb2 Start 5\nx.cb1 Complete 5\nx.cb2 Complete 5\n");
}

static NTSTATUS enter_at_dispatch_level(struct driver *driver)
{
    PCALLBACK_OBJECT object = open_system(), other;
    KIRQL old;
    join(driver);
    KeRaiseIrql(DISPATCH_LEVEL, &old);
    assert_int_equal(open_named(u"\\Callback\\ProcessorAdd", FALSE, &other),
                     STATUS_INVALID_DEVICE_STATE);
    assert_null(other);
    assert_null(ExRegisterCallback(object, hear, driver));
    ExUnregisterCallback(driver->handle[0]);
    KeLowerIrql(old);
    ObDereferenceObject(object);
    driver->handle_count = 0;
    return STATUS_SUCCESS;
}

/* CB-11 */
static void above_apc_level_nothing_opens_or_joins_and_a_removal_is_done(void **state)
{
    struct bench *b = *state;
    client(b, "x")->enter = enter_at_dispatch_level;
    b->findings = "x CB-11\nx CB-11\nx CB-11\n";

    bench_add_processor(b);

    expect_calls(b, "");
}

static NTSTATUS enter_with_wrong_names(struct driver *driver)
{
    PCALLBACK_OBJECT object;
    (void)driver;
    assert_int_equal(ExCreateCallback(&object, NULL, FALSE, FALSE), STATUS_UNSUCCESSFUL);
    assert_null(object);
    assert_int_equal(open_named(u"\\Callback\\Nobody", FALSE, &object),
                     STATUS_OBJECT_NAME_NOT_FOUND);
    assert_int_equal(open_named(u"Nobody", TRUE, &object), STATUS_OBJECT_PATH_SYNTAX_BAD);
    return STATUS_SUCCESS;
}

/* CB-12 */
static void no_name_and_an_unknown_name_open_nothing(void **state)
{
    struct bench *b = *state;
    client(b, "x")->enter = enter_with_wrong_names;

    bench_load(b);

    assert_int_equal(bench_count(b, HA_EX_CREATE), 3);
}

static NTSTATUS enter_with_wrong_handles(struct driver *driver)
{
    PVOID ke = KeRegisterProcessorChangeCallback(driver_callback, driver, 0);
    join(driver);
    ExUnregisterCallback(NULL);
    ExUnregisterCallback(ke);
    KeDeregisterProcessorChangeCallback(driver->handle[0]);
    ExUnregisterCallback(driver->handle[0]);
    ExUnregisterCallback(driver->handle[0]);
    KeDeregisterProcessorChangeCallback(ke);
    driver->handle_count = 0;
    assert_null(ExRegisterCallback((PCALLBACK_OBJECT)(void *)driver, hear, driver));
    ExNotifyCallback(driver, NULL, NULL);
    return STATUS_SUCCESS;
}

/* CB-10, DEREG-5: Ke and Ex do not take each other's handles */
static void what_is_no_client_and_no_object_is_a_misuse(void **state)
{
    struct bench *b = *state;
    client(b, "x")->enter = enter_with_wrong_handles;
    b->findings = "x OBJ-4\nx OBJ-4\nx DEREG-5\nx OBJ-4\nx OBJ-4\nx OBJ-4\n";

    bench_load(b);

    assert_int_equal(bench_count(b, HA_MISUSE), 6);
    assert_int_equal(bench_record(b, HA_MISUSE, 0)->as.misuse.misuse, HA_MISUSE_NULL_HANDLE);
    assert_int_equal(bench_record(b, HA_MISUSE, 1)->as.misuse.misuse, HA_MISUSE_UNKNOWN_HANDLE);
    assert_int_equal(bench_record(b, HA_MISUSE, 2)->as.misuse.misuse, HA_MISUSE_UNKNOWN_HANDLE);
    assert_int_equal(bench_record(b, HA_MISUSE, 3)->as.misuse.misuse, HA_MISUSE_STALE_HANDLE);
    assert_int_equal(bench_record(b, HA_MISUSE, 4)->as.misuse.misuse, HA_MISUSE_NO_OBJECT);
    assert_int_equal(bench_record(b, HA_MISUSE, 5)->as.misuse.misuse, HA_MISUSE_NO_OBJECT);
}

/* DRV-5, DRV-8 */
static void a_client_whose_driver_is_gone_is_not_called(void **state)
{
    struct bench *b = *state;
    struct driver *x = client(b, "x");
    x->leave = forget;
    b->findings = "x DRV-5\nx DRV-8\nx DRV-8\n";
    bench_load(b);
    bench_unload(b, x);

    bench_add_processor(b);

    assert_int_equal(x->heard_count, 0);
    assert_int_equal(bench_count(b, HA_DEAD_CALL), 2);
    assert_int_equal(bench_record(b, HA_DEAD_CALL, 0)->flags & HA_CB_OBJECT, HA_CB_OBJECT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BENCH_TEST(the_object_is_there_and_takes_any_number_of_clients),
        BENCH_TEST(clients_of_both_kinds_are_one_chain_in_order_of_registration),
        BENCH_TEST(a_client_of_the_object_can_stop_an_add),
        BENCH_TEST(ke_clients_come_first_where_the_profile_says_so),
        BENCH_TEST(failure_in_reverse_is_the_reverse_of_both_groups),
        BENCH_TEST(nobody_of_the_second_group_hears_of_an_add_that_the_first_one_stopped),
        BENCH_TEST(a_removal_waits_for_the_call_that_runs_and_no_call_follows),
        BENCH_TEST(a_client_that_removes_itself_does_not_wait_for_itself),
        BENCH_TEST(who_joins_during_an_add_is_called_from_the_next_on),
        BENCH_TEST(above_apc_level_nothing_opens_or_joins_and_a_removal_is_done),
        BENCH_TEST(no_name_and_an_unknown_name_open_nothing),
        BENCH_TEST(what_is_no_client_and_no_object_is_a_misuse),
        BENCH_TEST(a_client_whose_driver_is_gone_is_not_called),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
