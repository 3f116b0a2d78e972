/* sim, check: a test of a linked driver, played again and again */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <ntddk.h>

#include "hotadd/explore.h"

#define TAG 0x65726163u
#define SAYS(report, words) assert_non_null(strstr((report), (words)))

static PVOID handle, first, second;
static ULONG count, times_loaded, resets;
static BOOLEAN leaks, races;
static FAST_MUTEX mutex;

static VOID changed(PVOID context, PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT change, PNTSTATUS status)
{
    (void)context;
    (void)change;
    (void)status;
}

static VOID unload(PDRIVER_OBJECT driver)
{
    (void)driver;
    KeDeregisterProcessorChangeCallback(handle);
    ExFreePoolWithTag(second, TAG);
    ExFreePoolWithTag(first, TAG);
}

/* Two blocks and a registration; one that leaks forgets the first block when there is no second. */
static NTSTATUS enter_holder(PDRIVER_OBJECT driver, PUNICODE_STRING path)
{
    (void)path;
    first = second = handle = NULL;
    first = ExAllocatePool2(POOL_FLAG_NON_PAGED, 64, TAG);
    if (!first)
        return STATUS_INSUFFICIENT_RESOURCES;
    second = ExAllocatePool2(POOL_FLAG_NON_PAGED, 64, TAG);
    if (second)
        handle = KeRegisterProcessorChangeCallback(changed, NULL, 0);
    if (handle) {
        driver->DriverUnload = unload;
        return STATUS_SUCCESS;
    }
    if (second)
        ExFreePoolWithTag(second, TAG);
    if (second || !leaks)
        ExFreePoolWithTag(first, TAG);
    return STATUS_INSUFFICIENT_RESOURCES;
}

/* Adds one, with a routine between reading and writing. */
static VOID add_one(PVOID context)
{
    (void)context;
    if (!races)
        ExAcquireFastMutex(&mutex);
    ULONG before = count;
    KeQueryActiveProcessorCount(NULL);
    count = before + 1;
    if (!races)
        ExReleaseFastMutex(&mutex);
}

static NTSTATUS add_beside(PVOID *object)
{
    HANDLE thread;
    NTSTATUS status = PsCreateSystemThread(&thread, THREAD_ALL_ACCESS, NULL, NULL, NULL, add_one,
                                           NULL);
    *object = NULL;
    if (!NT_SUCCESS(status))
        return status;
    ObReferenceObjectByHandle(thread, THREAD_ALL_ACCESS, *PsThreadType, KernelMode, object, NULL);
    return ZwClose(thread);
}

static VOID stay(PDRIVER_OBJECT driver)
{
    (void)driver;
}

/* Two threads that add one each, and are waited for. */
static NTSTATUS enter_adder(PDRIVER_OBJECT driver, PUNICODE_STRING path)
{
    PVOID thread[2];
    ULONG made = 0;
    (void)path;
    driver->DriverUnload = stay;
    count = 0;
    ExInitializeFastMutex(&mutex);
    while (made < 2 && NT_SUCCESS(add_beside(&thread[made])))
        made++;
    for (ULONG i = 0; i < made; i++) {
        KeWaitForSingleObject(thread[i], Executive, KernelMode, FALSE, NULL);
        ObDereferenceObject(thread[i]);
    }
    ha_check(count == made);
    return STATUS_SUCCESS;
}

static VOID take_and_give(void)
{
    PVOID block = ExAllocatePool2(POOL_FLAG_NON_PAGED, 16, TAG);
    if (block)
        ExFreePoolWithTag(block, TAG);
}

/* Goes another way when it is loaded for the first time. */
static NTSTATUS enter_rememberer(PDRIVER_OBJECT driver, PUNICODE_STRING path)
{
    (void)path;
    driver->DriverUnload = stay;
    if (!times_loaded++)
        take_and_give();
    return STATUS_SUCCESS;
}

/* Goes another way from the third time on. */
static NTSTATUS enter_drifter(PDRIVER_OBJECT driver, PUNICODE_STRING path)
{
    (void)path;
    driver->DriverUnload = stay;
    if (times_loaded++ < 2)
        take_and_give();
    return STATUS_SUCCESS;
}

static void add_processor(struct ha_machine *machine, void *argument)
{
    (void)argument;
    if (ha_test_add_processor(machine) != HA_OK)
        ha_explore_failed(__FILE__, __LINE__, "no processor");
}

static void do_nothing(struct ha_machine *machine, void *argument)
{
    (void)machine;
    (void)argument;
}

static struct ha_exploration exploration_of(ha_driver_entry *entry)
{
    return (struct ha_exploration){
        .name = "a test", .test = {.entry = entry},
        .bounds = {.faults = 1, .preemptions = 1, .deliveries = 1}, .depth = 2, .runs = 10000};
}

static struct ha_explored explore(ha_explored_test *test, const struct ha_exploration *exploration)
{
    struct ha_explored explored;
    struct ha_error error = {""};
    int err = ha_explore(test, NULL, exploration, &explored, &error);
    if (err)
        fail_msg("%d: %s", err, error.text);
    return explored;
}

/* A search of these finds nothing, and all of it. */
static void assert_clean(ha_explored_test *test, const struct ha_exploration *exploration)
{
    struct ha_explored explored = explore(test, exploration);
    if (explored.failed || !explored.complete)
        fail_msg("%s", explored.report);
    assert_int_equal(explored.found_count, 0);
    assert_true(explored.runs > 1);
    SAYS(explored.report, "\ncomplete: ");
    assert_memory_equal(explored.report, "pass  a test (", 14);
    ha_explored_close(&explored);
}

/* DRV-9 */
static void a_leak_after_the_second_allocation_failed_is_found(void **state)
{
    (void)state;
    struct ha_exploration exploration = exploration_of(enter_holder);
    leaks = TRUE;

    struct ha_explored explored = explore(add_processor, &exploration);

    assert_true(explored.failed);
    assert_int_equal(explored.found_count, 1);
    assert_string_equal(explored.found[0].rule->id, "DRV-9");
    SAYS(explored.report, "error DRV-9: ");
    SAYS(explored.report, "repeat    HOTADD_REPLAY=h1-");
    SAYS(explored.report, "FOUND  a test (");
    ha_explored_close(&explored);
}

static void a_driver_that_gives_all_back_is_clean_whatever_fails(void **state)
{
    (void)state;
    struct ha_exploration exploration = exploration_of(enter_holder);
    leaks = FALSE;
    assert_clean(add_processor, &exploration);
}

static void an_update_that_another_thread_overtakes_is_found(void **state)
{
    (void)state;
    struct ha_exploration exploration = exploration_of(enter_adder);
    races = TRUE;

    struct ha_explored explored = explore(do_nothing, &exploration);

    assert_int_equal(explored.found_count, 1);
    assert_null(explored.found[0].rule);
    SAYS(explored.found[0].words, "error: check failed: test_explore.c:");
    SAYS(explored.found[0].words, ": count == made\n");
    ha_explored_close(&explored);
}

static void the_same_update_behind_a_mutex_is_clean(void **state)
{
    (void)state;
    struct ha_exploration exploration = exploration_of(enter_adder);
    races = FALSE;
    assert_clean(do_nothing, &exploration);
}

static void chance_finds_the_same(void **state)
{
    static const enum ha_strategy strategies[] = {HA_SEARCH_RANDOM, HA_SEARCH_PCT};
    (void)state;
    races = TRUE;
    for (size_t i = 0; i < 2; i++) {
        struct ha_exploration exploration = exploration_of(enter_adder);
        exploration.strategy = strategies[i];
        exploration.seed = 7;
        struct ha_explored explored = explore(do_nothing, &exploration);
        assert_int_equal(explored.found_count, 1);
        assert_false(explored.complete);
        SAYS(explored.report, "\nby chance: seed 7\n");
        ha_explored_close(&explored);
    }
}

static void a_token_repeats_what_was_found(void **state)
{
    (void)state;
    struct ha_exploration exploration = exploration_of(enter_holder);
    leaks = TRUE;
    struct ha_explored found = explore(add_processor, &exploration);
    exploration.replay = found.found[0].token;

    struct ha_explored again = explore(add_processor, &exploration);

    assert_true(again.failed);
    assert_int_equal(again.runs, 1);
    assert_int_equal(again.found_count, 1);
    assert_string_equal(again.found[0].token, found.found[0].token);
    assert_string_equal(again.found[0].rule->id, "DRV-9");
    SAYS(again.report, "ExAllocatePool2");          /* the story of the run */
    ha_explored_close(&again);
    ha_explored_close(&found);
}

static void a_token_of_a_mistake_that_was_mended_passes(void **state)
{
    (void)state;
    struct ha_exploration exploration = exploration_of(enter_holder);
    leaks = TRUE;
    struct ha_explored found = explore(add_processor, &exploration);
    exploration.replay = found.found[0].token;
    leaks = FALSE;

    struct ha_explored again = explore(add_processor, &exploration);

    assert_false(again.failed);
    assert_string_equal(again.report, "");
    ha_explored_close(&again);
    ha_explored_close(&found);
}

static void a_token_of_another_test_is_stale(void **state)
{
    (void)state;
    struct ha_exploration exploration = exploration_of(enter_holder);
    struct ha_explored explored;
    struct ha_error error = {""};
    leaks = TRUE;
    struct ha_explored found = explore(add_processor, &exploration);
    exploration.replay = found.found[0].token;
    exploration.name = "another test";

    assert_int_equal(ha_explore(add_processor, NULL, &exploration, &explored, &error), HA_ESTALE);

    SAYS(error.text, "stale");
    assert_null(explored.report);
    ha_explored_close(&explored);
    ha_explored_close(&found);
}

static void a_token_of_questions_that_are_not_asked_is_stale(void **state)
{
    (void)state;
    struct ha_exploration exploration = exploration_of(enter_holder);
    struct ha_explored explored;
    struct ha_error error = {""};
    char token[64];
    leaks = TRUE;
    struct ha_explored found = explore(add_processor, &exploration);
    snprintf(token, sizeof token, "%.20s-9999:1", found.found[0].token);
    exploration.replay = token;

    assert_int_equal(ha_explore(add_processor, NULL, &exploration, &explored, &error), HA_ESTALE);

    SAYS(error.text, "stale");
    ha_explored_close(&found);
}

static void a_variable_that_keeps_its_value_makes_the_search_stray(void **state)
{
    (void)state;
    struct ha_exploration exploration = exploration_of(enter_rememberer);
    times_loaded = 0;

    struct ha_explored explored = explore(do_nothing, &exploration);

    assert_true(explored.failed);
    assert_true(explored.strayed);
    assert_false(explored.complete);
    SAYS(explored.report, "STRAYED  a test (");
    SAYS(explored.report, "  the ordinary course came out in two ways, which differ first here:\n"
                          "{\"seq\":");
    SAYS(explored.report, "\"event\":\"ALLOC\"");
    SAYS(explored.report, "\"event\":\"DRV_ENTRY_LEAVE\"");
    SAYS(explored.report, "HA_STATE");
    ha_explored_close(&explored);
}

static void a_run_that_asks_less_than_the_one_it_repeats_has_strayed(void **state)
{
    (void)state;
    struct ha_exploration exploration = exploration_of(enter_drifter);
    exploration.keep_going = true;
    times_loaded = 0;

    struct ha_explored explored = explore(do_nothing, &exploration);

    assert_true(explored.strayed);
    SAYS(explored.report, "at choice point 0:\n    before  fault     ExAllocatePool2, 3 answers, ");
    SAYS(explored.report, "    now     (nothing more)\n");
    SAYS(explored.report, "HA_STATE");
    ha_explored_close(&explored);
}

static void a_variable_that_is_named_is_put_back_for_every_run(void **state)
{
    (void)state;
    static const struct ha_variable variables[] = {HA_STATE(times_loaded)};
    struct ha_exploration exploration = exploration_of(enter_rememberer);
    exploration.state = variables;
    exploration.state_count = 1;
    times_loaded = 0;
    assert_clean(do_nothing, &exploration);
    assert_int_equal(times_loaded, 1);
}

static void forget_loading(void *argument)
{
    (void)argument;
    times_loaded = 0;
    resets++;
}

static void a_function_may_put_back_what_is_no_variable(void **state)
{
    (void)state;
    struct ha_exploration exploration = exploration_of(enter_rememberer);
    exploration.reset = forget_loading;
    times_loaded = 5;
    resets = 0;
    assert_clean(do_nothing, &exploration);
    assert_true(resets > 2);
}

/* A driver that is not loaded, because something failed, is not called. */
static void load_and_compare_calls(struct ha_machine *machine, void *argument)
{
    static const char *const calls[] = {"ke1 Start 4", "ke1 Complete 4"};
    const size_t *calls_expected = argument;
    ha_machine_load(machine, "mine", enter_holder);
    ha_test_add_processor(machine);
    if (ha_test_compare_calls(machine, calls, *calls_expected) ||
        ha_test_compare_arrivals(machine, NULL, 0))
        ha_explore_failed(__FILE__, __LINE__, "other calls");
}

static void lists_of_calls_count_in_the_ordinary_course_alone(void **state)
{
    (void)state;
    struct ha_exploration exploration = exploration_of(NULL);
    struct ha_explored explored;
    size_t calls_expected = 2;
    leaks = FALSE;

    assert_int_equal(ha_explore(load_and_compare_calls, &calls_expected, &exploration, &explored,
                                NULL), HA_OK);
    assert_false(explored.failed);
    assert_true(explored.complete);
    ha_explored_close(&explored);

    calls_expected = 1;
    assert_int_equal(ha_explore(load_and_compare_calls, &calls_expected, &exploration, &explored,
                                NULL), HA_OK);
    assert_int_equal(explored.found_count, 1);
    assert_int_equal(explored.runs, 1);
    SAYS(explored.found[0].words, "error: check failed: test_explore.c:");
    SAYS(explored.found[0].words, ": other calls\n");
    ha_explored_close(&explored);
}

static void a_list_that_the_ordinary_course_fails_ends_a_search_that_keeps_going(void **state)
{
    (void)state;
    struct ha_exploration exploration = exploration_of(NULL);
    struct ha_explored explored;
    size_t calls_expected = 1;
    leaks = FALSE;
    exploration.keep_going = true;

    assert_int_equal(ha_explore(load_and_compare_calls, &calls_expected, &exploration, &explored,
                                NULL), HA_OK);

    assert_false(explored.strayed);
    assert_false(explored.complete);
    assert_int_equal(explored.found_count, 1);
    SAYS(explored.found[0].words, ": other calls\n");
    SAYS(explored.report, "FOUND  a test (1 run, 1 distinct trace)\n");
    ha_explored_close(&explored);
}

static void lists_of_calls_do_not_count_where_a_token_has_another_course(void **state)
{
    (void)state;
    struct ha_exploration exploration = exploration_of(NULL);
    struct ha_explored found, again;
    size_t calls_expected = 2;
    leaks = TRUE;
    assert_int_equal(ha_explore(load_and_compare_calls, &calls_expected, &exploration, &found,
                                NULL), HA_OK);
    assert_int_equal(found.found_count, 1);
    exploration.replay = found.found[0].token;

    assert_int_equal(ha_explore(load_and_compare_calls, &calls_expected, &exploration, &again,
                                NULL), HA_OK);

    assert_int_equal(again.found_count, 1);
    assert_string_equal(again.found[0].rule->id, "DRV-9");
    ha_explored_close(&again);
    ha_explored_close(&found);
}

static NTSTATUS refuse(PDRIVER_OBJECT driver, PUNICODE_STRING path)
{
    (void)driver;
    (void)path;
    return STATUS_UNSUCCESSFUL;
}

static void a_driver_that_is_never_loaded_fails(void **state)
{
    (void)state;
    struct ha_exploration exploration = exploration_of(refuse);

    struct ha_explored explored = explore(add_processor, &exploration);

    assert_true(explored.failed);
    SAYS(explored.report, "the test fails, before anything is searched\n");
    SAYS(explored.report, "FOUND  a test (1 run, 1 distinct trace)\n");
    ha_explored_close(&explored);
}

static KEVENT done;

static VOID say_done(PVOID context)
{
    (void)context;
    KeSetEvent(&done, IO_NO_INCREMENT, FALSE);
}

/* Stops the system where it gets no memory; a check fails in any case. */
static NTSTATUS enter_stopper(PDRIVER_OBJECT driver, PUNICODE_STRING path)
{
    (void)path;
    driver->DriverUnload = stay;
    ha_check(times_loaded > 0);
    PVOID block = ExAllocatePool2(POOL_FLAG_NON_PAGED, 16, TAG);
    if (!block)
        KeBugCheck(MANUALLY_INITIATED_CRASH);
    ExFreePoolWithTag(block, TAG);
    return STATUS_SUCCESS;
}

static void a_bug_check_is_found_beside_what_fails_before_it(void **state)
{
    (void)state;
    struct ha_exploration exploration = exploration_of(enter_stopper);
    exploration.keep_going = true;
    times_loaded = 0;

    struct ha_explored explored = explore(do_nothing, &exploration);

    assert_int_equal(explored.found_count, 2);
    SAYS(explored.report, "error: check failed: test_explore.c:");
    SAYS(explored.report, "error: the run ended by \"bugcheck\"\n");
    ha_explored_close(&explored);
}

/* Without looking whether there is a thread that will say it. */
static void wait_for_thread(struct ha_machine *machine, void *argument)
{
    HANDLE thread = NULL;
    (void)machine;
    (void)argument;
    KeInitializeEvent(&done, NotificationEvent, FALSE);
    if (NT_SUCCESS(PsCreateSystemThread(&thread, 0, NULL, NULL, NULL, say_done, NULL)))
        ZwClose(thread);
    KeWaitForSingleObject(&done, Executive, KernelMode, FALSE, NULL);
}

static void a_test_that_waits_for_ever_is_left_there(void **state)
{
    (void)state;
    struct ha_exploration exploration = exploration_of(NULL);
    exploration.keep_going = true;

    struct ha_explored explored = explore(wait_for_thread, &exploration);

    assert_true(explored.complete);
    assert_int_equal(explored.found_count, 1);
    assert_null(explored.found[0].rule);
    SAYS(explored.found[0].words, "error: the run ended by \"deadlock\"\n");
    ha_explored_close(&explored);
}

static void no_more_runs_are_played_than_were_asked_for(void **state)
{
    (void)state;
    struct ha_exploration exploration = exploration_of(enter_holder);
    leaks = FALSE;
    for (uint64_t runs = 1; runs < 4; runs++) {
        exploration.runs = runs;
        struct ha_explored explored = explore(add_processor, &exploration);
        assert_int_equal(explored.runs + explored.left, runs);
        assert_true(explored.traces >= 1);
        assert_false(explored.complete);
        assert_false(explored.failed);
        assert_memory_equal(explored.report, "open  a test (", 14);
        ha_explored_close(&explored);
    }
}

static void outside_of_a_search_a_failed_check_of_it_is_nothing(void **state)
{
    struct ha_machine *machine;
    (void)state;
    ha_explore_failed(__FILE__, __LINE__, "no machine");
    assert_int_equal(ha_test_begin(NULL, &machine, NULL), HA_OK);

    ha_explore_failed(__FILE__, __LINE__, "no search");

    assert_null(ha_test_end(machine));
    ha_test_destroy(machine);
}

static void a_machine_of_the_same_thread_refuses_a_search(void **state)
{
    (void)state;
    struct ha_exploration exploration = exploration_of(enter_holder);
    struct ha_machine *machine;
    struct ha_explored explored;
    struct ha_error error = {""};
    leaks = FALSE;
    assert_int_equal(ha_test_begin(NULL, &machine, NULL), HA_OK);

    assert_int_equal(ha_explore(do_nothing, NULL, &exploration, &explored, &error), HA_EINVAL);

    SAYS(error.text, "this thread has a machine already");
    assert_null(explored.report);
    assert_null(ha_test_end(machine));
    ha_test_destroy(machine);
    assert_clean(add_processor, &exploration);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_leak_after_the_second_allocation_failed_is_found),
        cmocka_unit_test(a_driver_that_gives_all_back_is_clean_whatever_fails),
        cmocka_unit_test(an_update_that_another_thread_overtakes_is_found),
        cmocka_unit_test(the_same_update_behind_a_mutex_is_clean),
        cmocka_unit_test(chance_finds_the_same),
        cmocka_unit_test(a_token_repeats_what_was_found),
        cmocka_unit_test(a_token_of_a_mistake_that_was_mended_passes),
        cmocka_unit_test(a_token_of_another_test_is_stale),
        cmocka_unit_test(a_token_of_questions_that_are_not_asked_is_stale),
        cmocka_unit_test(a_variable_that_keeps_its_value_makes_the_search_stray),
        cmocka_unit_test(a_run_that_asks_less_than_the_one_it_repeats_has_strayed),
        cmocka_unit_test(a_variable_that_is_named_is_put_back_for_every_run),
        cmocka_unit_test(a_function_may_put_back_what_is_no_variable),
        cmocka_unit_test(lists_of_calls_count_in_the_ordinary_course_alone),
        cmocka_unit_test(lists_of_calls_do_not_count_where_a_token_has_another_course),
        cmocka_unit_test(a_driver_that_is_never_loaded_fails),
        cmocka_unit_test(a_test_that_waits_for_ever_is_left_there),
        cmocka_unit_test(no_more_runs_are_played_than_were_asked_for),
        cmocka_unit_test(a_list_that_the_ordinary_course_fails_ends_a_search_that_keeps_going),
        cmocka_unit_test(a_machine_of_the_same_thread_refuses_a_search),
        cmocka_unit_test(a_bug_check_is_found_beside_what_fails_before_it),
        cmocka_unit_test(outside_of_a_search_a_failed_check_of_it_is_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
