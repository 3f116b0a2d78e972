/* bugcheck, debug: what stops the simulated system */
#include <setjmp.h>
#include <string.h>

#include "unit/bench.h"

/* A way to stop, and whether the thread went on after it. */
struct stop {
    void (*way)(void);
    bool began, went_on;
    jmp_buf back;
};

static void plain(void)
{
    KeBugCheck(MANUALLY_INITIATED_CRASH);
}

static void with_parameters(void)
{
    KeBugCheckEx(DRIVER_VIOLATION, 1, 0xffffffff, (ULONG_PTR)(LONG64)STATUS_UNSUCCESSFUL,
                 (ULONG_PTR)0x123456789abc);
}

static void fast(void)
{
    __fastfail(FAST_FAIL_CORRUPT_LIST_ENTRY);
}

static void assertion(void)
{
    RtlAssert((PVOID)(uintptr_t)"a == b", (PVOID)(uintptr_t)"/home/me\\src/file.c", 7, NULL);
}

static void assertion_that_speaks(void)
{
    RtlAssert((PVOID)(uintptr_t)"0", (PVOID)(uintptr_t)"src\\file.c", 8, (PSTR)(uintptr_t)"never");
}

static void stop(void *argument)
{
    struct stop *stop = argument;
    stop->began = true;
    stop->way();
    stop->went_on = true;
}

/* The way is gone by a driver's thread, and another one is ready meanwhile. */
static const struct ha_record *run_way(struct bench *b, void (*way)(void))
{
    struct stop first = {.way = way}, second = {.way = plain};
    struct driver *a = bench_driver(b, "a");
    bench_load(b);
    struct ha_world *world = ha_thread_current()->world;
    assert_int_equal(ha_thread_create(world, HA_THREAD_SYSTEM, 1, stop, &first, NULL), HA_OK);

    bench_run(b, a, stop, &second);

    assert_true(first.began && !first.went_on && !second.began);
    assert_int_equal(ha_machine_ending(b->machine), HA_END_BUGCHECK);
    assert_int_equal(bench_count(b, HA_BUGCHECK), 1);
    assert_int_equal(bench_count(b, HA_TRACE_END), 1);
    assert_int_equal(bench_record(b, HA_TRACE_END, 0)->as.end.ending, HA_END_BUGCHECK);
    return bench_record(b, HA_BUGCHECK, 0);
}

static void expect_stop(const struct ha_record *record, uint32_t code, uint64_t one, uint64_t two,
                        uint64_t three, uint64_t four)
{
    const uint64_t parameters[] = {one, two, three, four};
    assert_int_equal(record->id, code);
    assert_int_equal(record->driver, 1);
    assert_memory_equal(record->as.bugcheck.parameter, parameters, sizeof parameters);
}

static void a_bug_check_ends_the_run_with_its_code(void **state)
{
    expect_stop(run_way(*state, plain), 0xe2, 0, 0, 0, 0);
}

/*
 * The last parameter could be an address of this host: the third pointer that appears, behind the
 * callback and the context of the registration. A status with its sign is none.
 */
static void parameters_are_recorded_but_for_addresses(void **state)
{
    expect_stop(run_way(*state, with_parameters), 0x121, 1, 0xffffffff, 0xffffffffc0000001, 3);
}

static void a_fast_failure_is_bug_check_139(void **state)
{
    expect_stop(run_way(*state, fast), 0x139, 3, 0, 0, 0);
}

/* The story knows the codes by their numbers. */
static void the_codes_of_fast_failures_have_the_names_of_the_headers(void **state)
{
#define CODE(name) {name, #name}
    static const struct { uint32_t code; const char *name; } codes[] = {
        CODE(FAST_FAIL_LEGACY_GS_VIOLATION), CODE(FAST_FAIL_VTGUARD_CHECK_FAILURE),
        CODE(FAST_FAIL_STACK_COOKIE_CHECK_FAILURE), CODE(FAST_FAIL_CORRUPT_LIST_ENTRY),
        CODE(FAST_FAIL_INCORRECT_STACK), CODE(FAST_FAIL_INVALID_ARG),
        CODE(FAST_FAIL_GS_COOKIE_INIT), CODE(FAST_FAIL_FATAL_APP_EXIT),
        CODE(FAST_FAIL_RANGE_CHECK_FAILURE), CODE(FAST_FAIL_UNSAFE_REGISTRY_ACCESS),
        CODE(FAST_FAIL_INVALID_REFERENCE_COUNT), CODE(FAST_FAIL_INVALID_BUFFER_ACCESS),
        CODE(FAST_FAIL_INVALID_NEXT_THREAD), CODE(FAST_FAIL_INVALID_FAST_FAIL_CODE),
    };
#undef CODE
    (void)state;
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
        assert_string_equal(ha_fast_fail_name(codes[i].code), codes[i].name);
    assert_null(ha_fast_fail_name(10));
    assert_int_equal(KERNEL_SECURITY_CHECK_FAILURE, HA_SECURITY_CHECK_FAILURE);
}

static void a_breakpoint_without_a_debugger_is_an_unhandled_exception(void **state)
{
    expect_stop(run_way(*state, DbgBreakPoint), 0x1e, 0x80000003, 0, 0, 0);
}

static void a_failed_assertion_prints_and_breaks(void **state)
{
    struct bench *b = *state;

    expect_stop(run_way(b, assertion), 0x1e, 0x80000003, 0, 0, 0);

    assert_memory_equal(bench_record(b, HA_DEBUG_PRINT, 0)->as.debug.text,
                        "*** Assertion failed: a ", 24);
    assert_memory_equal(bench_record(b, HA_DEBUG_PRINT, 2)->as.debug.text,
                        "file.c, line 7\n", 16);
}

static void a_failed_assertion_shows_its_message(void **state)
{
    struct bench *b = *state;

    run_way(b, assertion_that_speaks);

    assert_memory_equal(bench_record(b, HA_DEBUG_PRINT, 0)->as.debug.text,
                        "*** Assertion failed: ne", 24);
    assert_memory_equal(bench_record(b, HA_DEBUG_PRINT, 2)->as.debug.text,
                        " File: file.c, line 8\n", 23);
}

static void jump_back(struct ha_machine *machine, void *argument)
{
    struct stop *stop = argument;
    (void)machine;
    longjmp(stop->back, 1);
}

static void on_the_tests_own_thread_it_calls_the_fatal_hook(void **state)
{
    struct bench *b = *state;
    struct stop own;
    bench_load(b);
    ha_machine_set_fatal(b->machine, jump_back, &own);

    if (setjmp(own.back) == 0) {
        DbgBreakPointWithStatus(5);
        fail_msg("a bug check came back");
    }

    assert_int_equal(ha_machine_ending(b->machine), HA_END_BUGCHECK);
    assert_int_equal(bench_record(b, HA_BUGCHECK, 0)->as.bugcheck.parameter[1], 5);
    assert_int_equal(bench_record(b, HA_TRACE_END, 0)->as.end.ending, HA_END_BUGCHECK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BENCH_TEST(a_bug_check_ends_the_run_with_its_code),
        BENCH_TEST(parameters_are_recorded_but_for_addresses),
        BENCH_TEST(a_fast_failure_is_bug_check_139),
        cmocka_unit_test(the_codes_of_fast_failures_have_the_names_of_the_headers),
        BENCH_TEST(a_breakpoint_without_a_debugger_is_an_unhandled_exception),
        BENCH_TEST(a_failed_assertion_prints_and_breaks),
        BENCH_TEST(a_failed_assertion_shows_its_message),
        BENCH_TEST(on_the_tests_own_thread_it_calls_the_fatal_hook),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
