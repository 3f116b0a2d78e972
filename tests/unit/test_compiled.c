/* compiled: a plan's drivers of compiled code, by the names that the plan gives their parts */
#include <poclass.h>

#include "unit/scripting.h"

static PVOID handles[3];
static ULONG made;                      /* registrations that the entry makes */

static VOID NTAPI refuses_4(PVOID CallbackContext,
                            PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext,
                            PNTSTATUS OperationStatus)
{
    if (CallbackContext && ChangeContext->NtNumber == 4 &&
        ChangeContext->State == KeProcessorAddStartNotify)
        *OperationStatus = INSUF;
}

static VOID NTAPI leave(PDRIVER_OBJECT DriverObject)
{
    (void)DriverObject;
    for (ULONG i = 0; i < made; i++)
        if (handles[i])
            KeDeregisterProcessorChangeCallback(handles[i]);
}

static NTSTATUS NTAPI enter(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    (void)RegistryPath;
    DriverObject->DriverUnload = leave;
    for (ULONG i = 0; i < made; i++)
        handles[i] = KeRegisterProcessorChangeCallback(refuses_4, i ? &handles[i] : NULL, 0);
    return STATUS_SUCCESS;
}

static PVOID client, entry[2];

static VOID NTAPI client_callback(PVOID CallbackContext, PVOID Argument1, PVOID Argument2)
{
    refuses_4(CallbackContext, Argument1, Argument2);
}

static NTSTATUS NTAPI hears(PVOID NotificationStructure, PVOID Context)
{
    (void)NotificationStructure, (void)Context;
    return STATUS_SUCCESS;
}

static VOID NTAPI leave_all(PDRIVER_OBJECT DriverObject)
{
    for (size_t i = 0; i < COUNT(entry); i++)
        IoUnregisterPlugPlayNotificationEx(entry[i]);
    ExUnregisterCallback(client);
    leave(DriverObject);
}

/* One registration, one client of a callback object, and two entries for arrivals. */
static NTSTATUS NTAPI enter_all(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    UNICODE_STRING name;
    OBJECT_ATTRIBUTES attributes;
    PCALLBACK_OBJECT object;
    enter(DriverObject, RegistryPath);
    DriverObject->DriverUnload = leave_all;
    RtlInitUnicodeString(&name, u"\\Callback\\ProcessorAdd");
    InitializeObjectAttributes(&attributes, &name, OBJ_CASE_INSENSITIVE, NULL, NULL);
    ExCreateCallback(&object, &attributes, FALSE, FALSE);
    client = ExRegisterCallback(object, client_callback, NULL);
    ObDereferenceObject(object);
    for (size_t i = 0; i < COUNT(entry); i++)
        IoRegisterPlugPlayNotification(EventCategoryDeviceInterfaceChange, 0,
                                       (PVOID)(uintptr_t)&GUID_DEVICE_PROCESSOR, DriverObject,
                                       hears, NULL, &entry[i]);
    return STATUS_SUCCESS;
}

static const struct ha_step register_sync[] = {REGISTER};
static const struct ha_step ask_active[] = {ASK(ACTIVE_GROUPS)};
static const struct ha_step ask_maximum[] = {ASK(MAXIMUM_GROUPS)};

#define COMPILED .name = "mine", .module = "mine.so", .code = enter

static int setup(void **state)
{
    made = 1;
    return bench_setup(state);
}

static void its_registrations_are_ke1_and_so_on(void **state)
{
    struct bench *b = *state;
    const struct ha_script script[] = {{COMPILED}, {.name = "a", .entry = STEPS(register_sync)}};
    const struct ha_event_plan event[] = {{ADD}};
    made = 2;

    bench_play(b, script, 2, event, 1);

    expect_calls(b, "mine.ke1 Start 4\n"
                    "mine.ke2 Start 4 -> " INSUF_TEXT "\n"
                    "a.sync Start 4\n"
                    "mine.ke1 Failure 4 (" INSUF_TEXT ")\n"
                    "mine.ke2 Failure 4 (" INSUF_TEXT ")\n"
                    "a.sync Failure 4 (" INSUF_TEXT ")\n");
}

/* Those beyond the list are counted with those that are in it. */
static void its_registrations_bear_the_names_of_the_plan_in_the_order_of_making(void **state)
{
    struct bench *b = *state;
    static const char *const names[] = {"sync", "veto"};
    const struct ha_script script[] = {
        {COMPILED, .registration = names, .registration_count = COUNT(names)}};
    const struct ha_event_plan event[] = {{ADD}};
    made = 3;

    bench_play(b, script, 1, event, 1);

    expect_calls(b, "mine.sync Start 4\n"
                    "mine.veto Start 4 -> " INSUF_TEXT "\n"
                    "mine.ke3 Start 4\n"
                    "mine.sync Failure 4 (" INSUF_TEXT ")\n"
                    "mine.veto Failure 4 (" INSUF_TEXT ")\n"
                    "mine.ke3 Failure 4 (" INSUF_TEXT ")\n");
}

static void a_trigger_waits_for_the_registration_that_it_names(void **state)
{
    struct bench *b = *state;
    static const char *const names[] = {"sync"};
    const struct ha_script script[] = {
        {COMPILED, .registration = names, .registration_count = 1},
        {.name = "a", .entry = STEPS(register_sync)}};
    const struct ha_event_plan event[] = {
        {ADD},
        {RUN(1, ask_active), DURING(CALL("mine", "ke2", HA_STATE_START, HA_ANY_INDEX))},
        {RUN(1, ask_maximum), AFTER(CALL("mine", "sync", HA_STATE_FAILURE, HA_ANY_INDEX))}};
    made = 2;

    bench_play(b, script, 2, event, 3);

    expect_middle(b, "hot-add UNIT_BEGIN 1 [4]\n"
                     "hot-add ADD_BEGIN [4]\n"
                     "hot-add mine.sync Start 4 (0.4) st=0 op=0>0 [4]\n"
                     "hot-add enters mine.ke2 Start 4 (0.4) st=0 op=0 [4]\n"
                     "system-5 asks, KeQueryActiveGroupCount [4]\n"
                     "hot-add leaves mine.ke2 Start op=" INSUF_TEXT " [4]\n"
                     "hot-add a.sync Start 4 (0.4) st=0 op=" INSUF_TEXT ">" INSUF_TEXT " [4]\n"
                     "hot-add mine.sync Failure 4 (0.4) st=" INSUF_TEXT " op=" INSUF_TEXT ">"
                     INSUF_TEXT " [4]\n"
                     "system-6 asks, KeQueryMaximumGroupCount [4]\n"
                     "hot-add mine.ke2 Failure 4 (0.4) st=" INSUF_TEXT " op=" INSUF_TEXT ">"
                     INSUF_TEXT " [4]\n"
                     "hot-add a.sync Failure 4 (0.4) st=" INSUF_TEXT " op=" INSUF_TEXT ">"
                     INSUF_TEXT " [4]\n"
                     "hot-add ADD_END " INSUF_TEXT " [4]\n"
                     "hot-add UNIT_END 0 [4]\n");
}

/* REG-9 */
static void a_fault_strikes_its_calls(void **state)
{
    struct bench *b = *state;
    static const struct ha_fault_plan fault[] = {
        {.routine = HA_RT_REGISTER_PROCESSOR_CHANGE, .driver = "mine", .occurrence = 2}};
    const struct ha_script script[] = {{.name = "a", .entry = STEPS(register_sync)}, {COMPILED}};
    const struct ha_event_plan event[] = {{ADD}};
    b->fault = fault;
    b->fault_count = 1;
    b->findings = "mine DRV-2\n";       /* its entry does not look */
    made = 2;

    bench_play(b, script, 2, event, 1);

    expect_calls(b, "a.sync Start 4\nmine.ke1 Start 4\na.sync Complete 4\nmine.ke1 Complete 4\n");
    assert_null(handles[1]);
}

/* A scenario may take away what the code has registered, and the code removes it once more. */
static void steps_in_its_name_know_its_registrations(void **state)
{
    struct bench *b = *state;
    static const struct ha_step remove[] = {{.kind = HA_STEP_DEREGISTER, .name = "ke1"}};
    const struct ha_script script[] = {{COMPILED}};
    const struct ha_event_plan event[] = {{ADD, .due_ns = 1}, {RUN(0, remove), .due_ns = 2},
                                          {ADD, .due_ns = 3}};
    b->findings = "mine DEREG-5\n";

    bench_play(b, script, 1, event, 3);

    expect_calls(b, "mine.ke1 Start 4\nmine.ke1 Complete 4\n");
}

/* What steps register in its name bears their names, and is not counted among its own. */
static void steps_in_its_name_may_register_besides(void **state)
{
    struct bench *b = *state;
    static const struct ha_step besides[] = {
        REGISTER, {.kind = HA_STEP_DEREGISTER, .name = "sync"}, REGISTER};
    static const struct ha_step away[] = {{.kind = HA_STEP_DEREGISTER, .name = "sync"}};
    const struct ha_script script[] = {{COMPILED}};
    const struct ha_event_plan event[] = {{RUN(0, besides), .due_ns = 1}, {ADD, .due_ns = 2},
                                          {RUN(0, away), .due_ns = 3}};

    bench_play(b, script, 1, event, 3);

    expect_calls(b, "mine.ke1 Start 4\nmine.sync Start 4\n"
                    "mine.ke1 Complete 4\nmine.sync Complete 4\n");
}

/* Each kind has its own names, and its own numbers where those end; triggers know them all. */
static void its_clients_and_entries_have_names_of_their_own(void **state)
{
    struct bench *b = *state;
    static const char *const clients[] = {"object"}, *const entries[] = {"cpu"};
    const struct ha_script script[] = {
        {.name = "mine", .module = "mine.so", .code = enter_all, .client = clients,
         .client_count = 1, .entry_name = entries, .entry_name_count = 1},
        {.name = "a", .entry = STEPS(register_sync)}};
    const struct ha_event_plan event[] = {
        {ADD},
        {RUN(1, ask_active), DURING(CALL("mine", "object", HA_STATE_START, 4))},
        {RUN(1, ask_maximum), DURING(CALL("mine", "cpu", HA_STATE_ARRIVAL, 4))},
        {RUN(1, ask_active), DURING(CALL("mine", "pnp2", HA_ANY_STATE, HA_ANY_INDEX))}};

    bench_play(b, script, 2, event, COUNT(event));

    expect_middle(b, "hot-add UNIT_BEGIN 1 [4]\n"
                     "hot-add ADD_BEGIN [4]\n"
                     "hot-add mine.ke1 Start 4 (0.4) st=0 op=0>0 [4]\n"
                     "hot-add enters mine.object Start 4 (0.4) st=0 op=0 [4]\n"
                     "system-5 asks, KeQueryActiveGroupCount [4]\n"
                     "hot-add leaves mine.object Start op=0 [4]\n"
                     "hot-add a.sync Start 4 (0.4) st=0 op=0>0 [4]\n"
                     "hot-add HW_START 0 [4]\n"
                     "hot-add ACTIVE 4 [5]\n"
                     "hot-add SCHED 4 [5]\n"
                     "hot-add mine.ke1 Complete 4 (0.4) st=0 op=0>0 [5]\n"
                     "hot-add mine.object Complete 4 (0.4) st=0 op=0>0 [5]\n"
                     "hot-add a.sync Complete 4 (0.4) st=0 op=0>0 [5]\n"
                     "hot-add DEVICE_STARTED 4 [5]\n"
                     "hot-add IFACE_UP 4 [5]\n"
                     "hot-add ADD_END 0 [5]\n"
                     "hot-add UNIT_END 1 [5]\n"
                     "PnP PNP_CB_ENTER mine.cpu Arrival processor 4 [5]\n"
                     "system-7 asks, KeQueryMaximumGroupCount [5]\n"
                     "PnP PNP_CB_LEAVE mine.cpu 0 [5]\n"
                     "PnP PNP_CB_ENTER mine.pnp2 Arrival processor 4 [5]\n"
                     "system-8 asks, KeQueryActiveGroupCount [5]\n"
                     "PnP PNP_CB_LEAVE mine.pnp2 0 [5]\n");
}

/* A scenario takes away an entry of compiled code, and that removes it once more. */
static void steps_in_its_name_know_its_entries(void **state)
{
    struct bench *b = *state;
    static const struct ha_step remove[] = {STOP("pnp1"), STOP("cb1")};
    const struct ha_script script[] = {
        {.name = "mine", .module = "mine.so", .code = enter_all}};
    const struct ha_event_plan event[] = {{RUN(0, remove), .due_ns = 1}, {ADD, .due_ns = 2}};
    b->drivers_err = true;

    bench_play(b, script, 1, event, 2);

    expect_calls(b, "mine.ke1 Start 4\nmine.ke1 Complete 4\n");
    assert_int_equal(bench_count(b, HA_PNP_CB_CALL), 1);
    assert_int_equal(bench_record(b, HA_PNP_CB_CALL, 0)->id, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, bench_teardown)
        TEST(its_registrations_are_ke1_and_so_on),
        TEST(its_registrations_bear_the_names_of_the_plan_in_the_order_of_making),
        TEST(a_trigger_waits_for_the_registration_that_it_names),
        TEST(a_fault_strikes_its_calls),
        TEST(steps_in_its_name_know_its_registrations),
        TEST(steps_in_its_name_may_register_besides),
        TEST(its_clients_and_entries_have_names_of_their_own),
        TEST(steps_in_its_name_know_its_entries),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
