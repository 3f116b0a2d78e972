/* unicode, unicode_number: counted strings, with and without a machine */
#include "unit/bench.h"

#define STRING(text) {sizeof(text) - 2, sizeof(text), (PWSTR)(uintptr_t)(text)}
#define ANSI(text) {sizeof(text) - 1, sizeof(text), (PCHAR)(uintptr_t)(text)}

static void a_string_names_the_text_it_is_given(void **state)
{
    const WCHAR *text = u"abc";
    UNICODE_STRING string;
    ANSI_STRING ansi;
    (void)state;

    RtlInitUnicodeString(&string, text);
    assert_true(string.Length == 6 && string.MaximumLength == 8 && string.Buffer == text);
    RtlInitUnicodeString(&string, NULL);
    assert_true(string.Length == 0 && string.MaximumLength == 0 && !string.Buffer);
    RtlInitAnsiString(&ansi, "abc");
    assert_true(ansi.Length == 3 && ansi.MaximumLength == 4);
    RtlInitString(&ansi, NULL);
    assert_true(ansi.Length == 0 && ansi.MaximumLength == 0 && !ansi.Buffer);
}

static void text_that_no_length_counts_is_cut_or_refused(void **state)
{
    static const size_t letters = 40000;
    UNICODE_STRING string = {2, 2, NULL};
    WCHAR *text = test_calloc(letters + 1, sizeof *text);
    (void)state;
    for (size_t i = 0; i < letters; i++)
        text[i] = 'x';

    assert_int_equal(RtlInitUnicodeStringEx(&string, text), STATUS_NAME_TOO_LONG);
    assert_true(string.Length == 2 && !string.Buffer);
    RtlInitUnicodeString(&string, text);
    assert_true(string.Length == 0xfffc && string.MaximumLength == 0xfffe);
    text[0xfffc / 2] = 0;
    assert_int_equal(RtlInitUnicodeStringEx(&string, text), STATUS_SUCCESS);
    assert_true(string.Length == 0xfffc && string.MaximumLength == 0xfffe);
    test_free(text);
}

static void comparing_looks_at_characters_then_at_lengths(void **state)
{
    UNICODE_STRING abc = STRING(u"abc"), upper = STRING(u"ABC"), ab = STRING(u"ab");
    UNICODE_STRING bc = STRING(u"bc"), empty = {0, 0, NULL};
    ANSI_STRING narrow = ANSI("abc"), narrow_upper = ANSI("ABC"), high = ANSI("\xff");
    (void)state;

    assert_int_equal(RtlCompareUnicodeString(&abc, &abc, FALSE), 0);
    assert_true(RtlCompareUnicodeString(&abc, &upper, FALSE) > 0);
    assert_int_equal(RtlCompareUnicodeString(&abc, &upper, TRUE), 0);
    assert_true(RtlCompareUnicodeString(&ab, &abc, FALSE) < 0);
    assert_true(RtlCompareUnicodeString(&bc, &abc, TRUE) > 0);
    assert_true(RtlCompareUnicodeString(&empty, &abc, TRUE) < 0);
    assert_true(RtlEqualUnicodeString(&abc, &upper, TRUE));
    assert_false(RtlEqualUnicodeString(&abc, &upper, FALSE));
    assert_false(RtlEqualUnicodeString(&ab, &abc, FALSE));
    assert_true(RtlPrefixUnicodeString(&ab, &abc, FALSE));
    assert_true(RtlPrefixUnicodeString(&empty, &abc, FALSE));
    assert_true(RtlPrefixUnicodeString(&ab, &upper, TRUE));
    assert_false(RtlPrefixUnicodeString(&ab, &upper, FALSE));
    assert_false(RtlPrefixUnicodeString(&abc, &ab, FALSE));
    assert_true(RtlSuffixUnicodeString(&bc, &upper, TRUE));
    assert_false(RtlSuffixUnicodeString(&ab, &abc, FALSE));
    assert_false(RtlSuffixUnicodeString(&abc, &bc, FALSE));
    assert_int_equal(RtlCompareString(&narrow, &narrow_upper, TRUE), 0);
    assert_true(RtlCompareString(&narrow, &narrow_upper, FALSE) > 0);
    assert_true(RtlCompareString(&high, &narrow, FALSE) > 0);
    assert_true(RtlEqualString(&narrow, &narrow_upper, TRUE));
    assert_false(RtlEqualString(&narrow, &high, TRUE));
    assert_int_equal(RtlUpperChar('z'), 'Z');
    assert_int_equal(RtlUpperChar('{'), '{');
}

static void a_hash_is_the_same_for_equal_strings(void **state)
{
    UNICODE_STRING abc = STRING(u"abc"), upper = STRING(u"ABC");
    ULONG one, other;
    (void)state;

    assert_int_equal(RtlHashUnicodeString(&abc, TRUE, HASH_STRING_ALGORITHM_DEFAULT, &one),
                     STATUS_SUCCESS);
    assert_int_equal(RtlHashUnicodeString(&upper, TRUE, HASH_STRING_ALGORITHM_X65599, &other),
                     STATUS_SUCCESS);
    assert_int_equal(one, other);
    RtlHashUnicodeString(&abc, FALSE, HASH_STRING_ALGORITHM_DEFAULT, &other);
    assert_int_not_equal(one, other);
    assert_int_equal(RtlHashUnicodeString(&abc, TRUE, 2, &one), STATUS_INVALID_PARAMETER);
    assert_int_equal(RtlHashUnicodeString(NULL, TRUE, 0, &one), STATUS_INVALID_PARAMETER);
}

static void a_copy_is_cut_where_the_destination_ends(void **state)
{
    UNICODE_STRING abc = STRING(u"abc");
    WCHAR room[] = u"?????";
    UNICODE_STRING string = {0, 10, room};
    char bytes[] = "?????";
    ANSI_STRING narrow = ANSI("abc"), ansi = {0, 2, bytes};
    (void)state;

    RtlCopyUnicodeString(&string, &abc);
    assert_int_equal(string.Length, 6);
    assert_memory_equal(room, u"abc\0?", 10);
    string.MaximumLength = 5;
    RtlCopyUnicodeString(&string, &abc);
    assert_int_equal(string.Length, 4);
    assert_memory_equal(room, u"abc\0?", 10);
    RtlCopyUnicodeString(&string, NULL);
    assert_int_equal(string.Length, 0);
    RtlCopyString(&ansi, &narrow);
    assert_int_equal(ansi.Length, 2);
    assert_string_equal(bytes, "ab???");
    RtlCopyString(&ansi, NULL);
    assert_int_equal(ansi.Length, 0);
}

static void what_cannot_be_appended_whole_is_not_appended(void **state)
{
    UNICODE_STRING abc = STRING(u"abc");
    WCHAR room[] = u"ab????";
    UNICODE_STRING string = {4, 12, room};
    (void)state;

    assert_int_equal(RtlAppendUnicodeStringToString(&string, &abc), STATUS_SUCCESS);
    assert_int_equal(string.Length, 10);
    assert_memory_equal(room, u"ababc\0", 12);
    assert_int_equal(RtlAppendUnicodeToString(&string, u"xy"), STATUS_BUFFER_TOO_SMALL);
    assert_int_equal(string.Length, 10);
    assert_memory_equal(room, u"ababc\0", 12);
    assert_int_equal(RtlAppendUnicodeToString(&string, u"x"), STATUS_SUCCESS);
    assert_int_equal(string.Length, 12);
    assert_memory_equal(room, u"ababcx", 12);
    assert_int_equal(RtlAppendUnicodeToString(&string, NULL), STATUS_SUCCESS);
    assert_int_equal(string.Length, 12);
}

static void memory_is_compared_up_to_the_first_difference(void **state)
{
    (void)state;
    assert_int_equal(RtlCompareMemory("abcd", "abxd", 4), 2);
    assert_int_equal(RtlCompareMemory("abcd", "abcd", 4), 4);
    assert_int_equal(RtlCompareMemory("x", "y", 1), 0);
    assert_int_equal(RtlCompareMemory("x", "y", 0), 0);
}

static void a_string_becomes_the_number_it_begins_with(void **state)
{
    static const struct {
        UNICODE_STRING text; ULONG base; NTSTATUS status; ULONG value;
    } cases[] = {
        {STRING(u" 42x"), 0, STATUS_SUCCESS, 42},     {STRING(u"-1"), 10, STATUS_SUCCESS, MAXULONG},
        {STRING(u"0x1f"), 0, STATUS_SUCCESS, 31},     {STRING(u"0o17"), 0, STATUS_SUCCESS, 15},
        {STRING(u"0b101"), 0, STATUS_SUCCESS, 5},     {STRING(u"FF"), 16, STATUS_SUCCESS, 255},
        {STRING(u"129"), 2, STATUS_SUCCESS, 1},       {STRING(u"+7"), 8, STATUS_SUCCESS, 7},
        {STRING(u"x"), 10, STATUS_SUCCESS, 0},        {STRING(u""), 0, STATUS_SUCCESS, 0},
        {STRING(u"1"), 7, STATUS_INVALID_PARAMETER, 99},
        {STRING(u"4294967297"), 10, STATUS_SUCCESS, 1},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ULONG value = 99;
        NTSTATUS status = RtlUnicodeStringToInteger(&cases[i].text, cases[i].base, &value);
        if (status != cases[i].status || value != cases[i].value)
            fail_msg("case %zu: 0x%x, %u", i, (unsigned)status, value);
    }
}

static void a_number_becomes_digits_where_they_fit(void **state)
{
    WCHAR room[] = u"?????";
    UNICODE_STRING string = {0, 8, room};
    (void)state;

    assert_int_equal(RtlIntegerToUnicodeString(255, 16, &string), STATUS_SUCCESS);
    assert_memory_equal(room, u"FF\0??", 10);
    assert_int_equal(string.Length, 4);
    assert_int_equal(RtlIntegerToUnicodeString(1234, 0, &string), STATUS_SUCCESS);
    assert_memory_equal(room, u"1234?", 10);
    assert_int_equal(RtlIntegerToUnicodeString(12345, 10, &string), STATUS_BUFFER_OVERFLOW);
    assert_int_equal(RtlInt64ToUnicodeString(1, 3, &string), STATUS_INVALID_PARAMETER);
    assert_memory_equal(room, u"1234?", 10);
    assert_int_equal(RtlInt64ToUnicodeString(0, 2, &string), STATUS_SUCCESS);
    assert_memory_equal(room, u"0\0", 4);
}

static void a_guid_is_read_in_braces_or_not_at_all(void **state)
{
    static const GUID expected = {0x97fadb10, 0x4e33, 0x40ae,
                                  {0x35, 0x9c, 0x8b, 0xef, 0x02, 0x9d, 0xbd, 0xd0}};
    UNICODE_STRING good = STRING(u"{97FADB10-4e33-40ae-359c-8bef029dbdd0}");
    static const UNICODE_STRING bad[] = {
        STRING(u"97FADB10-4e33-40ae-359c-8bef029dbdd0"),
        STRING(u"{97FADB10-4e33-40ae-359c-8bef029dbdd0)"),
        STRING(u"{97FADB10+4e33-40ae-359c-8bef029dbdd0}"),
        STRING(u"{97FADB1g-4e33-40ae-359c-8bef029dbdd0}"), STRING(u""),
    };
    GUID guid;
    (void)state;

    assert_int_equal(RtlGUIDFromString(&good, &guid), STATUS_SUCCESS);
    assert_memory_equal(&guid, &expected, sizeof guid);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(RtlGUIDFromString(&bad[i], &guid), STATUS_INVALID_PARAMETER);
    assert_memory_equal(&guid, &expected, sizeof guid);
}

/* How often the tape was asked who goes on, while another thread is ready. */
struct asked {
    uint32_t questions;
};

static void do_nothing(void *argument)
{
    (void)argument;
}

static void use_strings(void *argument)
{
    struct asked *asked = argument;
    struct ha_world *world = ha_thread_current()->world;
    UNICODE_STRING string;
    ha_thread_create(world, HA_THREAD_SYSTEM, 0, do_nothing, NULL, NULL);
    uint32_t before = world->tape.asked;
    RtlInitUnicodeString(&string, u"x");
    asked->questions = world->tape.asked - before;
}

static void on_a_machine_another_thread_may_go_on_there(void **state)
{
    struct bench *b = *state;
    struct asked asked = {0};

    bench_run(b, bench_driver(b, "a"), use_strings, &asked);

    assert_int_equal(asked.questions, 1);
}

static void narrow_text_in_upper_case_is_cut_where_the_destination_ends(void **state)
{
    char text[] = "az{\xc3\xbc!", room[] = "????";
    STRING all = {6, 7, text}, cut = {0, 3, room};
    (void)state;

    RtlUpperString(&cut, &all);
    RtlUpperString(&all, &all);

    assert_int_equal(cut.Length, 3);
    assert_memory_equal(room, "AZ{?", 5);
    assert_int_equal(all.Length, 6);
    assert_memory_equal(text, "AZ{\xc3\xbc!", 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(narrow_text_in_upper_case_is_cut_where_the_destination_ends),
        cmocka_unit_test(a_string_names_the_text_it_is_given),
        cmocka_unit_test(text_that_no_length_counts_is_cut_or_refused),
        cmocka_unit_test(comparing_looks_at_characters_then_at_lengths),
        cmocka_unit_test(a_hash_is_the_same_for_equal_strings),
        cmocka_unit_test(a_copy_is_cut_where_the_destination_ends),
        cmocka_unit_test(what_cannot_be_appended_whole_is_not_appended),
        cmocka_unit_test(memory_is_compared_up_to_the_first_difference),
        cmocka_unit_test(a_string_becomes_the_number_it_begins_with),
        cmocka_unit_test(a_number_becomes_digits_where_they_fit),
        cmocka_unit_test(a_guid_is_read_in_braces_or_not_at_all),
        BENCH_TEST(on_a_machine_another_thread_may_go_on_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
