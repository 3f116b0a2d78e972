/* unicode_copy: counted strings turned into others, in buffers that are there or from the pool */
#include "unit/bench.h"

#define STRING(text) {sizeof(text) - 2, sizeof(text), (PWSTR)(uintptr_t)(text)}
#define ANSI(text) {sizeof(text) - 1, sizeof(text), (PCHAR)(uintptr_t)(text)}
#define NULL_TERMINATE RTL_DUPLICATE_UNICODE_STRING_NULL_TERMINATE
#define ALLOCATE_NULL RTL_DUPLICATE_UNICODE_STRING_ALLOCATE_NULL_STRING

static void case_is_changed_into_a_buffer_that_is_large_enough(void **state)
{
    UNICODE_STRING source = STRING(u"aB\u00fc1");
    WCHAR room[] = u"?????";
    UNICODE_STRING string = {0, 8, room};
    bench_load(*state);

    assert_int_equal(RtlUpcaseUnicodeString(&string, &source, FALSE), STATUS_SUCCESS);
    assert_int_equal(string.Length, 8);
    assert_memory_equal(room, u"AB\u00dc1?", 10);
    assert_int_equal(RtlDowncaseUnicodeString(&string, &string, FALSE), STATUS_SUCCESS);
    assert_memory_equal(room, u"ab\u00fc1?", 10);
    string.MaximumLength = 6;
    assert_int_equal(RtlUpcaseUnicodeString(&string, &source, FALSE), STATUS_BUFFER_OVERFLOW);
    assert_memory_equal(room, u"ab\u00fc1?", 10);
    assert_int_equal(RtlUpcaseUnicodeChar(0xfc), 0xdc);
    assert_int_equal(RtlDowncaseUnicodeChar('Q'), 'q');
}

static void an_allocated_string_is_a_block_that_is_given_back(void **state)
{
    struct bench *b = *state;
    UNICODE_STRING source = STRING(u"abc"), string;
    bench_load(b);

    assert_int_equal(RtlUpcaseUnicodeString(&string, &source, TRUE), STATUS_SUCCESS);
    assert_memory_equal(string.Buffer, u"ABC", 8);
    assert_int_equal(string.MaximumLength, 8);
    RtlFreeUnicodeString(&string);
    RtlFreeUnicodeString(&string);

    assert_true(!string.Buffer && !string.Length && !string.MaximumLength);
    assert_int_equal(bench_count(b, HA_ALLOC), 1);
    assert_int_equal(bench_count(b, HA_FREE), 1);
    assert_int_equal(bench_count(b, HA_MISUSE), 0);
}

static void a_duplicate_has_a_terminator_or_a_buffer_as_its_flags_say(void **state)
{
    static const struct { ULONG flags; NTSTATUS empty; int has_buffer; USHORT maximum; } cases[] = {
        {0, STATUS_SUCCESS, 0, 6},
        {NULL_TERMINATE, STATUS_SUCCESS, 0, 8},
        {NULL_TERMINATE | ALLOCATE_NULL, STATUS_SUCCESS, 1, 8},
        {ALLOCATE_NULL, STATUS_INVALID_PARAMETER, 0, 0},
        {4, STATUS_INVALID_PARAMETER, 0, 0},
    };
    UNICODE_STRING source = STRING(u"abc"), empty = {0, 0, NULL};
    bench_load(*state);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        UNICODE_STRING copy = {0, 0, NULL};
        assert_int_equal(RtlDuplicateUnicodeString(cases[i].flags, &source, &copy),
                         cases[i].empty);
        assert_int_equal(copy.MaximumLength, cases[i].maximum);
        if (cases[i].empty == STATUS_SUCCESS)
            assert_memory_equal(copy.Buffer, u"abc", cases[i].maximum);
        assert_ptr_not_equal(copy.Buffer, source.Buffer);
        RtlFreeUnicodeString(&copy);

        assert_int_equal(RtlDuplicateUnicodeString(cases[i].flags, &empty, &copy),
                         cases[i].empty);
        assert_int_equal(copy.Buffer != NULL, cases[i].has_buffer);
        RtlFreeUnicodeString(&copy);
    }
    assert_int_equal(RtlDuplicateUnicodeString(0, NULL, &empty), STATUS_INVALID_PARAMETER);
}

static void the_size_in_the_other_width_counts_a_terminator(void **state)
{
    ANSI_STRING narrow = ANSI("a\xc3\xbc\xf0\x9f\x98\x80"), no_text = {0, 0, NULL};
    UNICODE_STRING wide = STRING(u"a\u00fc\xd83d\xde00"), nothing = {0, 0, NULL};
    (void)state;

    assert_int_equal(RtlAnsiStringToUnicodeSize(&narrow), 10);
    assert_int_equal(RtlUnicodeStringToAnsiSize(&wide), 8);
    assert_int_equal(RtlAnsiStringToUnicodeSize(&no_text), 2);
    assert_int_equal(RtlUnicodeStringToAnsiSize(&nothing), 1);
}

static void widths_are_exchanged_over_utf_8(void **state)
{
    ANSI_STRING narrow = ANSI("a\xc3\xbc\xf0\x9f\x98\x80"), back;
    UNICODE_STRING wide;
    char bytes[4] = "???";
    ANSI_STRING small = {0, 3, bytes};
    bench_load(*state);

    assert_int_equal(RtlAnsiStringToUnicodeString(&wide, &narrow, TRUE), STATUS_SUCCESS);
    assert_int_equal(wide.Length, 8);
    assert_memory_equal(wide.Buffer, u"a\u00fc\U0001f600", 10);
    assert_int_equal(RtlUnicodeStringToAnsiString(&back, &wide, TRUE), STATUS_SUCCESS);
    assert_int_equal(back.Length, narrow.Length);
    assert_string_equal(back.Buffer, narrow.Buffer);
    assert_int_equal(RtlUnicodeStringToAnsiString(&small, &wide, FALSE), STATUS_BUFFER_OVERFLOW);
    assert_string_equal(bytes, "???");
    wide.Length = 4;
    assert_int_equal(RtlUnicodeStringToAnsiString(&small, &wide, FALSE), STATUS_SUCCESS);
    assert_memory_equal(bytes, "a\xc3\xbc", 4);
    assert_int_equal(small.Length, 3);
    RtlFreeUnicodeString(&wide);
    RtlFreeAnsiString(&back);
}

static void a_string_that_no_length_counts_is_not_made(void **state)
{
    static const size_t length = 0x9000;
    char *text = test_calloc(length + 1, 1);
    ANSI_STRING narrow = {(USHORT)length, (USHORT)length, text};
    UNICODE_STRING wide = {0, 0, NULL};
    bench_load(*state);

    assert_int_equal(RtlAnsiStringToUnicodeString(&wide, &narrow, TRUE),
                     STATUS_INVALID_PARAMETER_2);

    assert_null(wide.Buffer);
    test_free(text);
}

static void a_guid_becomes_a_terminated_string(void **state)
{
    static const GUID guid = {0x97fadb10, 0x4e33, 0x40ae,
                              {0x35, 0x9c, 0x8b, 0xef, 0x02, 0x9d, 0xbd, 0xd0}};
    UNICODE_STRING string;
    bench_load(*state);

    assert_int_equal(RtlStringFromGUID(&guid, &string), STATUS_SUCCESS);

    assert_int_equal(string.Length, 76);
    assert_memory_equal(string.Buffer, u"{97FADB10-4E33-40AE-359C-8BEF029DBDD0}", 78);
    RtlFreeUnicodeString(&string);
}

/* The first allocation fails by the word of the tape. */
static void without_pool_nothing_is_made(void **state)
{
    struct bench *b = *state;
    struct ha_text token = {0};
    UNICODE_STRING source = STRING(u"abc"), string = {0, 0, NULL};
    GUID guid = {0, 0, 0, {0}};
    bench_replay(b, &token, 0, 1);
    bench_load(b);

    assert_int_equal(RtlDuplicateUnicodeString(0, &source, &string), STATUS_NO_MEMORY);

    assert_null(string.Buffer);
    assert_int_equal(RtlStringFromGUID(&guid, &string), STATUS_SUCCESS);
    RtlFreeUnicodeString(&string);
    ha_text_close(&token);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BENCH_TEST(case_is_changed_into_a_buffer_that_is_large_enough),
        BENCH_TEST(an_allocated_string_is_a_block_that_is_given_back),
        BENCH_TEST(a_duplicate_has_a_terminator_or_a_buffer_as_its_flags_say),
        cmocka_unit_test(the_size_in_the_other_width_counts_a_terminator),
        BENCH_TEST(widths_are_exchanged_over_utf_8),
        BENCH_TEST(a_string_that_no_length_counts_is_not_made),
        BENCH_TEST(a_guid_becomes_a_terminated_string),
        BENCH_TEST(without_pool_nothing_is_made),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
