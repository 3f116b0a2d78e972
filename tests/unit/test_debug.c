/* debug: what drivers print, as records */
#include <string.h>

#include "unit/bench.h"

/* The n-th message from 0, whole; the test fails when a part is out of place. */
static const char *message(struct bench *b, uint32_t n, char text[1024])
{
    size_t length = 0, parts = bench_count(b, HA_DEBUG_PRINT), i = 0;
    bool more = false;
    for (; i < parts; i++) {
        const struct ha_record *record = bench_record(b, HA_DEBUG_PRINT, i);
        if (record->id != n + 1)
            continue;
        assert_true(length == 0 || more);
        more = record->flags & HA_PRINT_MORE;
        size_t part = strnlen(record->as.debug.text, sizeof record->as.debug.text);
        assert_true(part || !more);
        memcpy(text + length, record->as.debug.text, part);
        length += part;
    }
    assert_false(more);
    text[length] = 0;
    return text;
}

static void expect_message(struct bench *b, uint32_t n, const char *expected)
{
    char text[1024];
    assert_string_equal(message(b, n, text), expected);
}

static ULONG print_list(PCSTR prefix, PCSTR format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    ULONG status = prefix ? vDbgPrintExWithPrefix(prefix, DPFLTR_IHVBUS_ID, 7, format, arguments)
                          : vDbgPrintEx(DPFLTR_IHVBUS_ID, 7, format, arguments);
    va_end(arguments);
    return status;
}

static void a_message_has_a_number_a_component_and_a_level(void **state)
{
    struct bench *b = *state;
    bench_load(b);

    assert_int_equal(DbgPrint("hello %d", 4), STATUS_SUCCESS);
    assert_int_equal(DbgPrintEx(DPFLTR_IHVDRIVER_ID, DPFLTR_ERROR_LEVEL, "%s", "bad"),
                     STATUS_SUCCESS);
    assert_int_equal(print_list(NULL, "%x", 255), STATUS_SUCCESS);
    assert_int_equal(print_list("bus: ", "%x", 255), STATUS_SUCCESS);

    static const struct { ULONG component, level; const char *text; } expected[] = {
        {DPFLTR_DEFAULT_ID, DPFLTR_INFO_LEVEL, "hello 4"},
        {DPFLTR_IHVDRIVER_ID, DPFLTR_ERROR_LEVEL, "bad"},
        {DPFLTR_IHVBUS_ID, 7, "ff"}, {DPFLTR_IHVBUS_ID, 7, "bus: ff"},
    };
    assert_int_equal(bench_count(b, HA_DEBUG_PRINT), 4);
    for (uint32_t i = 0; i < 4; i++) {
        const struct ha_record *record = bench_record(b, HA_DEBUG_PRINT, i);
        assert_int_equal(record->id, i + 1);
        assert_int_equal(record->as.debug.component, expected[i].component);
        assert_int_equal(record->as.debug.level, expected[i].level);
        expect_message(b, i, expected[i].text);
    }
}

static void a_long_message_takes_more_records_and_ends_after_512_bytes(void **state)
{
    struct bench *b = *state;
    char text[600], expected[513];
    memset(text, 'x', sizeof text);
    memset(expected, 'x', sizeof expected);
    text[599] = expected[512] = 0;
    bench_load(b);

    DbgPrint("%s", "twenty-four characters!!");
    DbgPrint("%s", "twenty-four characters!!!");
    DbgPrint("");
    DbgPrint("%s", text);
    DbgPrint("%.512s", text);
    print_list(text, "more");

    expect_message(b, 0, "twenty-four characters!!");
    assert_int_equal(bench_record(b, HA_DEBUG_PRINT, 0)->flags, 0);
    assert_int_equal(bench_record(b, HA_DEBUG_PRINT, 1)->flags, HA_PRINT_MORE);
    expect_message(b, 1, "twenty-four characters!!!");
    expect_message(b, 2, "");
    expect_message(b, 3, expected);
    expect_message(b, 4, expected);
    expect_message(b, 5, expected);
}

static void no_character_is_cut_in_two(void **state)
{
    struct bench *b = *state;
    char text[600], expected[513];
    memset(text, 'x', sizeof text);
    memcpy(text + 22, "\xe2\x82\xac", 3);
    memcpy(text + 510, "\xe2\x82\xac", 3);
    text[599] = 0;
    memcpy(expected, text, 510);
    expected[510] = 0;
    bench_load(b);

    DbgPrint("%s", text);

    expect_message(b, 0, expected);
    assert_memory_equal(bench_record(b, HA_DEBUG_PRINT, 0)->as.debug.text,
                        "xxxxxxxxxxxxxxxxxxxxxx\0\0", 24);
}

static void a_pointer_is_shown_as_its_number(void **state)
{
    struct bench *b = *state;
    int one, other;
    bench_load(b);

    DbgPrint("%p %p %p %p", (void *)&one, (void *)&other, (void *)&one, NULL);

    expect_message(b, 0, "0000000000000001 0000000000000002 0000000000000001 0000000000000000");
}

static void print_high(void *argument)
{
    UNICODE_STRING string = {2, 2, (PWSTR)(uintptr_t)u"w"};
    KIRQL old;
    (void)argument;
    DbgPrint("%wZ", &string);
    KeRaiseIrql(DISPATCH_LEVEL, &old);
    DbgPrint("%s", "n");
    DbgPrint("%wZ", &string);
    KeLowerIrql(old);
}

static void wide_text_above_passive_level_is_a_misuse_that_prints(void **state)
{
    struct bench *b = *state;

    b->findings = "a IRQL-4\n";
    bench_run(b, bench_driver(b, "a"), print_high, NULL);

    const struct ha_record *misuse = bench_record(b, HA_MISUSE, 0);
    assert_int_equal(bench_count(b, HA_MISUSE), 1);
    assert_int_equal(misuse->as.misuse.routine, HA_RT_DEBUG_PRINT);
    assert_int_equal(misuse->as.misuse.misuse, HA_MISUSE_RAISED_IRQL);
    assert_int_equal(misuse->irql, DISPATCH_LEVEL);
    expect_message(b, 2, "w");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BENCH_TEST(a_message_has_a_number_a_component_and_a_level),
        BENCH_TEST(a_long_message_takes_more_records_and_ends_after_512_bytes),
        BENCH_TEST(no_character_is_cut_in_two),
        BENCH_TEST(a_pointer_is_shown_as_its_number),
        BENCH_TEST(wide_text_above_passive_level_is_a_misuse_that_prints),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
