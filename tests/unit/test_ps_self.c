/* ps_thread: what a thread knows of itself and of others, and where it cannot end */
#include "unit/bench.h"

/* What a thread finds out about itself. */
struct self {
    PKTHREAD object, again;
    HANDLE id, of_object, process;
    PEPROCESS here;
    BOOLEAN is_system;
    KPRIORITY usual, before, after, refused;
};

static void look_at_self(void *argument)
{
    struct self *self = argument;
    self->object = KeGetCurrentThread();
    self->again = (PKTHREAD)PsGetCurrentThread();
    self->id = PsGetCurrentThreadId();
    self->of_object = PsGetThreadId((PETHREAD)self->object);
    self->process = PsGetCurrentProcessId();
    self->here = PsGetCurrentProcess();
    self->is_system = PsIsSystemThread((PETHREAD)self->object);
    self->usual = KeQueryPriorityThread(self->object);
    self->before = KeSetPriorityThread(self->object, LOW_REALTIME_PRIORITY);
    self->refused = KeSetPriorityThread(self->object, MAXIMUM_PRIORITY);
    self->after = KeQueryPriorityThread(self->object);
    ObReferenceObject(self->object);
}

static void a_thread_knows_itself(void **state)
{
    struct bench *b = *state;
    struct self self = {0}, other = {0};
    struct driver *a = bench_driver(b, "a");

    b->findings = "a OBJ-3\na OBJ-3\n";
    bench_run(b, a, look_at_self, &self);
    bench_run(b, a, look_at_self, &other);

    assert_non_null(self.object);
    assert_ptr_equal(self.again, self.object);
    assert_ptr_not_equal(other.object, self.object);
    assert_ptr_equal(self.of_object, self.id);
    assert_ptr_not_equal(other.id, self.id);
    assert_ptr_equal(other.process, self.process);
    assert_ptr_equal(other.here, self.here);
    assert_true(self.is_system);
    assert_int_equal(self.before, self.usual);
    assert_int_equal(self.refused, LOW_REALTIME_PRIORITY);
    assert_int_equal(self.after, LOW_REALTIME_PRIORITY);
    assert_int_equal(bench_record(b, HA_MISUSE, 0)->as.misuse.routine, HA_RT_SET_PRIORITY);
}

/* What comes of setting the priority of a thread by its handle. */
struct by_handle {
    NTSTATUS status[10];
    KPRIORITY seen[3];
};

static VOID NTAPI end_at_once(PVOID StartContext)
{
    (void)StartContext;
}

static void set_by_handle(void *argument)
{
    struct by_handle *use = argument;
    NTSTATUS *status = use->status;
    KPRIORITY low = -2, high = HIGH_PRIORITY, above = MAXIMUM_PRIORITY, none = LOW_PRIORITY;
    HANDLE thread, event;
    UNICODE_STRING name;
    PKTHREAD object;
    KIRQL old;
    RtlInitUnicodeString(&name, u"\\BaseNamedObjects\\Mine");
    IoCreateNotificationEvent(&name, &event);
    status[9] = ZwSetInformationThread(event, ThreadPriority, &high, sizeof high);
    ZwClose(event);
    PsCreateSystemThread(&thread, THREAD_ALL_ACCESS, NULL, NULL, NULL, end_at_once, NULL);
    ObReferenceObjectByHandle(thread, 0, *PsThreadType, KernelMode, (PVOID *)&object, NULL);
    status[0] = ZwSetInformationThread(thread, ThreadPriority, &high, sizeof high);
    use->seen[0] = KeQueryPriorityThread(object);
    status[1] = ZwSetInformationThread(ZwCurrentThread(), ThreadBasePriority, &low, sizeof low);
    use->seen[1] = KeQueryPriorityThread(KeGetCurrentThread());
    status[2] = ZwSetInformationThread(thread, ThreadPriority, &above, sizeof above);
    status[3] = ZwSetInformationThread(thread, ThreadPriority, &none, sizeof none);
    status[4] = ZwSetInformationThread(thread, ThreadPriority, &low, 1);
    status[5] = ZwSetInformationThread(thread, ThreadAffinityMask, &low, sizeof low);
    KeRaiseIrql(APC_LEVEL, &old);
    status[6] = ZwSetInformationThread(thread, ThreadPriority, &low, sizeof low);
    KeLowerIrql(old);
    use->seen[2] = KeQueryPriorityThread(object);
    KeWaitForSingleObject(object, Executive, KernelMode, FALSE, NULL);
    ObDereferenceObject(object);
    ZwClose(thread);
    status[7] = ZwSetInformationThread(thread, ThreadPriority, &high, sizeof high);
    status[8] = ZwSetInformationThread(NULL, ThreadPriority, &high, sizeof high);
}

/* IRQL-4 */
static void a_priority_is_set_by_a_handle_too(void **state)
{
    static const NTSTATUS expected[] = {
        STATUS_SUCCESS, STATUS_SUCCESS, STATUS_INVALID_PARAMETER, STATUS_INVALID_PARAMETER,
        STATUS_INFO_LENGTH_MISMATCH, STATUS_INVALID_INFO_CLASS, STATUS_UNSUCCESSFUL,
        STATUS_INVALID_HANDLE, STATUS_INVALID_HANDLE, STATUS_OBJECT_TYPE_MISMATCH};
    struct bench *b = *state;
    struct by_handle use = {.seen = {0}};
    b->findings = "a IRQL-4\n";

    bench_run(b, bench_driver(b, "a"), set_by_handle, &use);

    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++)
        assert_int_equal(use.status[i], expected[i]);
    assert_int_equal(use.seen[0], HIGH_PRIORITY);
    assert_int_equal(use.seen[1], 6);
    assert_int_equal(use.seen[2], HIGH_PRIORITY);
    assert_int_equal(bench_count(b, HA_REFUSED), 2);
}

static void wait_for_other(void *argument)
{
    struct self *self = argument;
    self->of_object = PsGetThreadId((PETHREAD)self->object);
    self->refused = KeWaitForSingleObject(self->object, Executive, KernelMode, FALSE, NULL);
    ObDereferenceObject(self->object);
}

static void an_object_outlives_its_thread_while_somebody_refers_to_it(void **state)
{
    struct bench *b = *state;
    struct self self = {0};
    struct driver *a = bench_driver(b, "a");
    b->findings = "a OBJ-3\n";
    bench_run(b, a, look_at_self, &self);

    bench_run(b, a, wait_for_other, &self);

    assert_int_equal(self.refused, STATUS_SUCCESS);
    assert_ptr_equal(self.of_object, self.id);
}

static void ask_about_nothing(void *argument)
{
    struct self *self = argument;
    self->of_object = PsGetThreadId(argument);
    self->is_system = PsIsSystemThread(NULL);
    self->usual = KeQueryPriorityThread((PKTHREAD)IoGetCurrentProcess());
}

static void what_is_no_thread_is_a_misuse_of_each_routine(void **state)
{
    struct bench *b = *state;
    struct self self = {.of_object = b, .is_system = TRUE, .usual = 9};
    b->findings = "a OBJ-4\na OBJ-4\na OBJ-4\n";

    bench_run(b, bench_driver(b, "a"), ask_about_nothing, &self);

    assert_null(self.of_object);
    assert_false(self.is_system);
    assert_int_equal(self.usual, 0);
    assert_int_equal(bench_count(b, HA_MISUSE), 3);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(bench_record(b, HA_MISUSE, i)->as.misuse.misuse, HA_MISUSE_NO_OBJECT);
}

static void the_thread_of_the_test_has_an_object_and_is_not_of_the_system(void **state)
{
    struct bench *b = *state;
    bench_load(b);

    PKTHREAD self = KeGetCurrentThread();

    assert_false(PsIsSystemThread((PETHREAD)self));
    assert_ptr_equal(KeGetCurrentThread(), self);
}

static NTSTATUS end_this_thread(struct driver *driver)
{
    driver->stored = PsTerminateSystemThread(STATUS_SUCCESS);
    return STATUS_SUCCESS;
}

static void nothing_to_undo(struct driver *driver)
{
    (void)driver;
}

/* OBJ-7 */
static void a_thread_that_no_driver_made_is_not_ended(void **state)
{
    struct bench *b = *state;
    struct driver *a = bench_driver(b, "a");
    a->enter = end_this_thread;
    a->leave = nothing_to_undo;
    b->findings = "a OBJ-7\n";

    bench_load(b);

    assert_int_equal(a->stored, STATUS_INVALID_PARAMETER);
    assert_int_equal(bench_count(b, HA_DRV_ENTRY_LEAVE), 1);
    assert_int_equal(bench_record(b, HA_REFUSED, 0)->as.refused.reason, HA_REASON_NOT_OWN_THREAD);
}

static VOID NTAPI ends_in_dpc(PKDPC Dpc, PVOID DeferredContext, PVOID SystemArgument1,
                              PVOID SystemArgument2)
{
    (void)Dpc, (void)SystemArgument1, (void)SystemArgument2;
    end_this_thread(DeferredContext);
}

static void queue_dpc_that_ends(void *argument)
{
    KDPC dpc;
    KeInitializeDpc(&dpc, ends_in_dpc, argument);
    KeInsertQueueDpc(&dpc, NULL, NULL);
    KeFlushQueuedDpcs();
}

/* IRQL-4 */
static void a_dpc_ends_no_thread(void **state)
{
    struct bench *b = *state;
    struct driver *a = bench_driver(b, "a");
    b->findings = "a IRQL-4\n";

    bench_run(b, a, queue_dpc_that_ends, a);

    assert_int_equal(a->stored, STATUS_INVALID_PARAMETER);
    assert_int_equal(bench_count(b, HA_DPC_RUN_LEAVE), 1);
    assert_int_equal(bench_record(b, HA_REFUSED, 0)->as.refused.reason, HA_REASON_IRQL);
}

static ULONG_PTR NTAPI ends_in_broadcast(ULONG_PTR Argument)
{
    struct driver *driver = (struct driver *)Argument;
    if (KeGetCurrentProcessorNumberEx(NULL) == 0)
        KeLowerIrql(PASSIVE_LEVEL);         /* as far as it may get, on the way to the end */
    end_this_thread(driver);
    return 0;
}

static VOID NTAPI broadcasts(PVOID StartContext)
{
    KeIpiGenericCall(ends_in_broadcast, (ULONG_PTR)StartContext);
}

static void start_broadcaster(void *argument)
{
    HANDLE handle;
    PVOID thread;
    PsCreateSystemThread(&handle, 0, NULL, NULL, NULL, broadcasts, argument);
    ObReferenceObjectByHandle(handle, 0, *PsThreadType, KernelMode, &thread, NULL);
    KeWaitForSingleObject(thread, Executive, KernelMode, FALSE, NULL);
    ObDereferenceObject(thread);
    ZwClose(handle);
}

/* Its end would leave the others in a broadcast whose caller is gone. */
static void a_broadcast_ends_no_thread_not_even_that_of_its_caller(void **state)
{
    struct bench *b = *state;
    struct driver *a = bench_driver(b, "a");
    b->findings = NULL;         /* many, of IRQL-3, IRQL-4 and OBJ-7 */

    bench_run(b, a, start_broadcaster, a);

    assert_int_equal(a->stored, STATUS_INVALID_PARAMETER);
    assert_int_equal(bench_count(b, HA_REFUSED), 4);
    assert_int_equal(bench_count(b, HA_IPI_LEAVE), 4);
    assert_int_equal(bench_count(b, HA_THREAD_END), 1);
}

static void end_in_callback(struct driver *driver, PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT change,
                            PNTSTATUS operation_status)
{
    (void)change, (void)operation_status;
    end_this_thread(driver);
}

static VOID NTAPI registers(PVOID StartContext)
{
    driver_register(StartContext, KE_PROCESSOR_CHANGE_ADD_EXISTING);
}

static NTSTATUS register_on_a_thread(struct driver *driver)
{
    HANDLE handle;
    PsCreateSystemThread(&handle, 0, NULL, NULL, NULL, registers, driver);
    return ZwClose(handle);
}

/* OBJ-7 */
static void a_thread_is_not_ended_inside_a_processor_change_callback(void **state)
{
    struct bench *b = *state;
    struct driver *a = bench_driver(b, "a");
    a->enter = register_on_a_thread;
    a->act = end_in_callback;
    b->findings = "a OBJ-7\na OBJ-7\na OBJ-7\na OBJ-7\na OBJ-7\na OBJ-7\na OBJ-7\na OBJ-7\n";

    bench_load(b);

    assert_int_equal(a->stored, STATUS_INVALID_PARAMETER);
    assert_int_equal(a->handle_count, 1);
    assert_int_equal(bench_count(b, HA_REFUSED), 8);
    assert_int_equal(bench_record(b, HA_REFUSED, 0)->as.refused.reason,
                     HA_REASON_INSIDE_CALLBACK);
}

static VOID NTAPI end_in_client(PVOID CallbackContext, PVOID Argument1, PVOID Argument2)
{
    (void)Argument1, (void)Argument2;
    end_this_thread(CallbackContext);
}

static VOID NTAPI speaks_to_a_client(PVOID StartContext)
{
    PCALLBACK_OBJECT object;
    OBJECT_ATTRIBUTES attributes;
    InitializeObjectAttributes(&attributes, NULL, 0, NULL, NULL);
    ExCreateCallback(&object, &attributes, TRUE, FALSE);
    PVOID client = ExRegisterCallback(object, end_in_client, StartContext);
    ExNotifyCallback(object, NULL, NULL);
    ExUnregisterCallback(client);
    ObDereferenceObject(object);
}

static NTSTATUS speak_on_a_thread(struct driver *driver)
{
    HANDLE handle;
    PsCreateSystemThread(&handle, 0, NULL, NULL, NULL, speaks_to_a_client, driver);
    return ZwClose(handle);
}

/* OBJ-7 */
static void a_thread_is_not_ended_inside_the_client_of_an_object(void **state)
{
    struct bench *b = *state;
    struct driver *a = bench_driver(b, "a");
    a->enter = speak_on_a_thread;
    a->leave = nothing_to_undo;
    b->findings = "a OBJ-7\n";

    bench_load(b);

    assert_int_equal(a->stored, STATUS_INVALID_PARAMETER);
    assert_int_equal(bench_count(b, HA_EX_CALL_LEAVE), 1);
    assert_int_equal(bench_count(b, HA_THREAD_END), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BENCH_TEST(a_thread_knows_itself),
        BENCH_TEST(a_priority_is_set_by_a_handle_too),
        BENCH_TEST(an_object_outlives_its_thread_while_somebody_refers_to_it),
        BENCH_TEST(what_is_no_thread_is_a_misuse_of_each_routine),
        BENCH_TEST(the_thread_of_the_test_has_an_object_and_is_not_of_the_system),
        BENCH_TEST(a_thread_that_no_driver_made_is_not_ended),
        BENCH_TEST(a_dpc_ends_no_thread),
        BENCH_TEST(a_broadcast_ends_no_thread_not_even_that_of_its_caller),
        BENCH_TEST(a_thread_is_not_ended_inside_a_processor_change_callback),
        BENCH_TEST(a_thread_is_not_ended_inside_the_client_of_an_object),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
