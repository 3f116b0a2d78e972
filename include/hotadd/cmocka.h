/*
 * hotadd/cmocka.h - unit tests of a driver with cmocka
 *
 *     static int setup(void **state) { return ha_setup(state, DriverEntry); }
 *
 *     static void a_new_processor_is_welcome(void **state)
 *     {
 *         ha_add_processor(*state);
 *         ha_expect_calls(*state, "ke1 Start 4", "ke1 Complete 4");
 *     }
 *
 *     cmocka_unit_test_setup_teardown(a_new_processor_is_welcome, setup, ha_teardown)
 *
 * The state of such a test is its struct ha_machine. ha_teardown() ends the run, which unloads the
 * driver, and fails the test with the story if a rule was broken, a check failed, something was
 * left behind, or the run did not come to its end.
 *
 * cmocka leaves a test by a jump that leads nowhere from a simulated thread. So its assertions are
 * replaced here by others of the same names: on the test's own thread they fail at once as ever,
 * inside driver code they fail in the teardown, and the caller goes on: behind assert_non_null(p)
 * a callback still has to look at p. This holds in files that include this header.
 */
#ifndef HOTADD_CMOCKA_H
#define HOTADD_CMOCKA_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "hotadd/check.h"
#include "hotadd/explore.h"

#ifdef __cplusplus
extern "C" {
#endif

#include <cmocka.h>     /* not every version says itself that it is C */

#define HA_ASSERTION_TEXT 512u      /* of what an assertion says when it fails */
#define HA_EXPECTED_CALLS 256u      /* that one ha_expect_calls, ha_expect_arrivals can name */

/* cmocka shortens what it prints at once, so a report goes there line by line. */
static inline void ha_cmocka_print(const char *report)
{
    while (*report) {
        int length = (int)strcspn(report, "\n");
        print_error("%.*s\n", length, report);
        report += length + (report[length] == '\n');
    }
}

/* Fail the test here, or in its teardown. */
static inline void ha_cmocka_fail(const char *file, int line, const char *what)
{
    if (ha_in_driver()) {
        ha_check_failed(file, line, what);
    } else {
        ha_explore_failed(file, line, what);
        ha_cmocka_print(what);
        _fail(file, line);
    }
}

static inline void ha_cmocka_failf(const char *file, int line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static inline void ha_cmocka_failf(const char *file, int line, const char *format, ...)
{
    char text[HA_ASSERTION_TEXT];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    ha_cmocka_fail(file, line, text);
}

/* The run ended inside a call that the test itself made: the test fails where it stands. */
static inline void ha_cmocka_fatal(const char *report)
{
    ha_cmocka_print(report);
    _fail(__FILE__, __LINE__);
}

/* The setup of a test: a machine of these options, and the driver loaded. */
static inline int ha_setup_with(void **state, const struct ha_test_options *options)
{
    struct ha_test_options ours = *options;
    struct ha_machine *machine;
    struct ha_error error = {""};
    if (!ours.fatal)
        ours.fatal = ha_cmocka_fatal;
    if (ha_test_begin(&ours, &machine, &error) == HA_OK) {
        *state = machine;
        return 0;
    }
    print_error("no machine: %s\n", error.text);
    return -1;
}

/* The same with 4 of 8 processors active and a driver called "driver". */
static inline int ha_setup(void **state, ha_driver_entry *entry)
{
    struct ha_test_options options;
    memset(&options, 0, sizeof options);
    options.entry = entry;
    return ha_setup_with(state, &options);
}

/* The teardown of every such test. */
static inline int ha_teardown(void **state)
{
    struct ha_machine *machine = (struct ha_machine *)*state;
    const char *report = ha_test_end(machine);
    int failed = report ? -1 : 0;
    if (report)
        ha_cmocka_print(report);
    ha_test_destroy(machine);
    return failed;
}

static inline void ha_cmocka_hold(int err, const char *what, const char *file, int line)
{
    if (err)
        ha_cmocka_failf(file, line, "%s: %s", what, ha_err_text(err));
}

/* Lists that differ are lines beside each other: of a search they are printed at once. */
static inline void ha_cmocka_unlike(const char *file, int line, const char *report)
{
    char first[HA_ASSERTION_TEXT];
    if (!ha_in_driver()) {
        snprintf(first, sizeof first, "%.*s", (int)strcspn(report, "\n"), report);
        ha_cmocka_print(report);
        ha_explore_failed(file, line, first);
        _fail(file, line);
    }
    ha_check_failed(file, line, report);
}

/* Words up to a NULL, held against what was called by a function of hotadd/check.h. */
static inline void ha_cmocka_expect(const char *file, int line,
                                    const char *(*compare)(struct ha_machine *machine,
                                                           const char *const *words, size_t count),
                                    void *machine, ...)
{
    const char *words[HA_EXPECTED_CALLS], *word;
    size_t count = 0;
    va_list arguments;
    va_start(arguments, machine);
    while ((word = va_arg(arguments, const char *)) != NULL && count < HA_EXPECTED_CALLS)
        words[count++] = word;
    va_end(arguments);
    const char *report = compare((struct ha_machine *)machine, words, count);
    if (word)
        report = "more calls are expected than one list can take\n";
    if (report)
        ha_cmocka_unlike(file, line, report);
}

/* Add a processor now, and let all that it causes run. */
#define ha_add_processor(machine) \
    ha_cmocka_hold(ha_test_add_processor((struct ha_machine *)(machine)), "ha_add_processor", \
                   __FILE__, __LINE__)

/*
 * ha_expect_calls(machine, "ke1 Start 4", ...): these notification calls were made since the last
 * ha_expect_calls, and no others. Without words: none.
 */
#define ha_expect_calls(...) \
    ha_cmocka_expect(__FILE__, __LINE__, ha_test_compare_calls, __VA_ARGS__, (const char *)NULL)

/*
 * ha_expect_arrivals(machine, "pnp1 Arrival processor 4", ...): drivers were told of these arrivals
 * and removals since the last ha_expect_arrivals, in this order, and of no others.
 */
#define ha_expect_arrivals(...) \
    ha_cmocka_expect(__FILE__, __LINE__, ha_test_compare_arrivals, __VA_ARGS__, \
                     (const char *)NULL)

/* The driver breaks this rule in this test, as "STAT-2". */
#define ha_expect_violation(machine, rule) \
    ha_cmocka_hold(ha_test_expect_violation((struct ha_machine *)(machine), (rule)), (rule), \
                   __FILE__, __LINE__)

/* What ha_explore_test() does: the bounds of `hotadd explore`, and no more than 100,000 runs. */
static inline struct ha_exploration ha_usual_exploration(ha_driver_entry *entry)
{
    struct ha_exploration usual;
    memset(&usual, 0, sizeof usual);
    usual.test.entry = entry;
    usual.bounds.faults = usual.bounds.preemptions = usual.bounds.deliveries = HA_BOUND_USUAL;
    usual.depth = 2;
    usual.seed = 1;
    usual.runs = 100000;
    return usual;
}

static inline void ha_cmocka_play(struct ha_machine *machine, void *argument)
{
    void *state = machine;
    (*(const CMUnitTestFunction *)argument)(&state);
}

static inline void ha_cmocka_explore(CMUnitTestFunction test, const char *name,
                                     const struct ha_exploration *exploration, const char *file,
                                     int line)
{
    struct ha_exploration ours = *exploration;
    struct ha_explored explored;
    struct ha_error error = {""};
    if (!ours.name)
        ours.name = name;
    int err = ha_explore(ha_cmocka_play, &test, &ours, &explored, &error);
    bool failed = explored.failed;
    if (err)
        print_error("%s: %s\n", ours.name, error.text);
    else if (failed)
        ha_cmocka_print(explored.report);
    else
        print_message("%s", explored.report);
    ha_explored_close(&explored);
    if (err == HA_ESTALE && !ours.replay)       /* HOTADD_REPLAY may be of another test */
        _skip(file, line);
    else if (err || failed)
        _fail(file, line);
}

/*
 * ha_explore_test(state, test, DriverEntry): play a test again and again with its driver loaded,
 * see hotadd/explore.h, and fail with the report. Neither has setup and teardown:
 *
 *     static void whatever_happens(void **state)
 *     {
 *         ha_explore_test(state, a_new_processor_is_welcome, DriverEntry);
 *     }
 *
 * ha_explore_test_with() takes a struct ha_exploration of the test's own.
 */
#define ha_explore_test_with(state, test, exploration) \
    ((void)(state), ha_cmocka_explore((test), #test, (exploration), __FILE__, __LINE__))
#define ha_explore_test(state, test, entry) \
    do { \
        const struct ha_exploration ha_usual_ = ha_usual_exploration(entry); \
        ha_explore_test_with(state, test, &ha_usual_); \
    } while (0)

/* The assertions: each argument is evaluated once. */

static inline void ha_cmocka_that(bool holds, const char *what, const char *file, int line)
{
    if (!holds)
        ha_cmocka_failf(file, line, "%s", what);
}

static inline void ha_cmocka_numbers(bool alike, uintmax_t a, uintmax_t b, const char *what,
                                     const char *file, int line)
{
    if ((a == b) != alike)
        ha_cmocka_failf(file, line, "%s: 0x%jx and 0x%jx", what, a, b);
}

static inline void ha_cmocka_strings(bool alike, const char *a, const char *b, const char *what,
                                     const char *file, int line)
{
    if ((strcmp(a, b) == 0) != alike)
        ha_cmocka_failf(file, line, "%s: \"%s\" and \"%s\"", what, a, b);
}

static inline void ha_cmocka_bytes(bool alike, const void *a, const void *b, size_t size,
                                   const char *what, const char *file, int line)
{
    const unsigned char *left = (const unsigned char *)a, *right = (const unsigned char *)b;
    size_t first = 0;
    while (first < size && left[first] == right[first])
        first++;
    if ((first == size) == alike)
        return;
    if (alike)
        ha_cmocka_failf(file, line, "%s: 0x%02x and 0x%02x at %zu", what, left[first],
                        right[first], first);
    else
        ha_cmocka_failf(file, line, "%s: all %zu bytes are alike", what, size);
}

static inline void ha_cmocka_range(bool inside, uintmax_t value, uintmax_t minimum,
                                   uintmax_t maximum, const char *what, const char *file, int line)
{
    if ((value >= minimum && value <= maximum) != inside)
        ha_cmocka_failf(file, line, "%s: %ju, with %ju to %ju", what, value, minimum, maximum);
}

static inline void ha_cmocka_set(bool inside, LargestIntegralType value,
                                 const LargestIntegralType *values, size_t count,
                                 const char *what, const char *file, int line)
{
    size_t i = 0;
    while (i < count && values[i] != value)
        i++;
    if ((i < count) != inside)
        ha_cmocka_failf(file, line, "%s: %ju", what, (uintmax_t)value);
}

static inline void ha_cmocka_floats(bool alike, double a, double b, double epsilon,
                                    const char *what, const char *file, int line)
{
    double apart = a > b ? a - b : b - a;
    if ((apart <= epsilon) != alike)
        ha_cmocka_failf(file, line, "%s: %g and %g", what, a, b);
}

#define HA_CMOCKA_HERE __FILE__, __LINE__

#undef assert_true
#define assert_true(c) ha_cmocka_that((c) ? true : false, #c, HA_CMOCKA_HERE)
#undef assert_false
#define assert_false(c) ha_cmocka_that((c) ? false : true, "not " #c, HA_CMOCKA_HERE)
#undef assert_non_null
#define assert_non_null(c) ha_cmocka_that((uintptr_t)(c) != 0, #c " != NULL", HA_CMOCKA_HERE)
#undef assert_null
#define assert_null(c) ha_cmocka_that((uintptr_t)(c) == 0, #c " == NULL", HA_CMOCKA_HERE)
#undef assert_return_code
#define assert_return_code(rc, error) \
    ha_cmocka_that((rc) >= 0, #rc " is no error", HA_CMOCKA_HERE)

#undef assert_int_equal
#define assert_int_equal(a, b) \
    ha_cmocka_numbers(true, (uintmax_t)(a), (uintmax_t)(b), #a " == " #b, HA_CMOCKA_HERE)
#undef assert_int_not_equal
#define assert_int_not_equal(a, b) \
    ha_cmocka_numbers(false, (uintmax_t)(a), (uintmax_t)(b), #a " != " #b, HA_CMOCKA_HERE)
#undef assert_ptr_equal
#define assert_ptr_equal(a, b) \
    ha_cmocka_numbers(true, (uintptr_t)(a), (uintptr_t)(b), #a " == " #b, HA_CMOCKA_HERE)
#undef assert_ptr_not_equal
#define assert_ptr_not_equal(a, b) \
    ha_cmocka_numbers(false, (uintptr_t)(a), (uintptr_t)(b), #a " != " #b, HA_CMOCKA_HERE)

#undef assert_string_equal
#define assert_string_equal(a, b) \
    ha_cmocka_strings(true, (a), (b), #a " == " #b, HA_CMOCKA_HERE)
#undef assert_string_not_equal
#define assert_string_not_equal(a, b) \
    ha_cmocka_strings(false, (a), (b), #a " != " #b, HA_CMOCKA_HERE)
#undef assert_memory_equal
#define assert_memory_equal(a, b, size) \
    ha_cmocka_bytes(true, (a), (b), (size), #a " == " #b, HA_CMOCKA_HERE)
#undef assert_memory_not_equal
#define assert_memory_not_equal(a, b, size) \
    ha_cmocka_bytes(false, (a), (b), (size), #a " != " #b, HA_CMOCKA_HERE)

#undef assert_in_range
#define assert_in_range(value, minimum, maximum) \
    ha_cmocka_range(true, (uintmax_t)(value), (uintmax_t)(minimum), (uintmax_t)(maximum), \
                    #value " in range", HA_CMOCKA_HERE)
#undef assert_not_in_range
#define assert_not_in_range(value, minimum, maximum) \
    ha_cmocka_range(false, (uintmax_t)(value), (uintmax_t)(minimum), (uintmax_t)(maximum), \
                    #value " not in range", HA_CMOCKA_HERE)
#undef assert_in_set
#define assert_in_set(value, values, count) \
    ha_cmocka_set(true, (LargestIntegralType)(value), (values), (count), #value " in " #values, \
                  HA_CMOCKA_HERE)
#undef assert_not_in_set
#define assert_not_in_set(value, values, count) \
    ha_cmocka_set(false, (LargestIntegralType)(value), (values), (count), \
                  #value " not in " #values, HA_CMOCKA_HERE)
#undef assert_float_equal
#define assert_float_equal(a, b, epsilon) \
    ha_cmocka_floats(true, (a), (b), (epsilon), #a " == " #b, HA_CMOCKA_HERE)
#undef assert_float_not_equal
#define assert_float_not_equal(a, b, epsilon) \
    ha_cmocka_floats(false, (a), (b), (epsilon), #a " != " #b, HA_CMOCKA_HERE)

#undef fail
#define fail() ha_cmocka_fail(__FILE__, __LINE__, "fail()")
#undef fail_msg
#define fail_msg(...) ha_cmocka_failf(__FILE__, __LINE__, __VA_ARGS__)
#undef skip
#define skip() \
    (ha_in_driver() ? ha_check_failed(__FILE__, __LINE__, "skip() inside a driver") \
                    : _skip(__FILE__, __LINE__))

#ifdef __cplusplus
}
#endif
#endif
