/*
 * Safe strings: what they leave behind and what they answer. Source: WDK reference, ntstrsafe.h.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* The kernel's printing stands in here: the text "42", cut where the buffer ends. */
#define _vsnprintf print_narrow
#define _vsnwprintf print_wide
#include <ntstrsafe.h>

int print_narrow(char *Buffer, size_t Count, const char *Format, va_list Arguments)
{
    (void)Format;
    (void)Arguments;
    memcpy(Buffer, "42", Count < 2 ? Count : 2);
    return Count < 2 ? -1 : 2;
}

int print_wide(WCHAR *Buffer, size_t Count, const WCHAR *Format, va_list Arguments)
{
    (void)Format;
    (void)Arguments;
    memcpy(Buffer, u"42", (Count < 2 ? Count : 2) * sizeof(WCHAR));
    return Count < 2 ? -1 : 2;
}

/* What is left of the text that was there, with room for so many characters, the end included. */
struct text_case {
    const char *label;
    size_t room;
    NTSTATUS status;
    const char *left;
};

static void expect(const struct text_case *c, NTSTATUS status, const char *narrow,
                   NTSTATUS wide_status, const WCHAR *wide)
{
    if (status != c->status || strcmp(narrow, c->left))
        fail_msg("%s into %zu: 0x%08X \"%s\"", c->label, c->room, (unsigned)status, narrow);
    if (wide_status != c->status)
        fail_msg("%s into %zu wide: 0x%08X", c->label, c->room, (unsigned)wide_status);
    for (size_t i = 0; i <= strlen(c->left); i++) {
        if (wide[i] != (WCHAR)c->left[i])
            fail_msg("%s into %zu wide differs at %zu", c->label, c->room, i);
    }
}

static void a_copy_is_cut_where_the_destination_ends(void **state)
{
    (void)state;
    static const struct text_case cases[] = {
        {"copy", 6, STATUS_SUCCESS, "hello"},
        {"copy", 5, STATUS_BUFFER_OVERFLOW, "hell"},
        {"copy", 1, STATUS_BUFFER_OVERFLOW, ""},
        {"copy", 0, STATUS_INVALID_PARAMETER, "ab"},
        {"copy", 0x80000000u, STATUS_INVALID_PARAMETER, ""},
    };
    for (size_t i = 0; i < RTL_NUMBER_OF(cases); i++) {
        char narrow[8] = "ab";
        WCHAR wide[8] = u"ab";
        NTSTATUS first = RtlStringCchCopyA(narrow, cases[i].room, "hello");
        NTSTATUS second = RtlStringCbCopyW(wide, cases[i].room * sizeof(WCHAR), u"hello");
        expect(&cases[i], first, narrow, second, wide);
    }
}

static void a_copy_of_some_characters_stops_there(void **state)
{
    (void)state;
    static const struct text_case cases[] = {
        {"copy of 3", 6, STATUS_SUCCESS, "hel"},
        {"copy of 3", 4, STATUS_SUCCESS, "hel"},
        {"copy of 3", 3, STATUS_BUFFER_OVERFLOW, "he"},
    };
    for (size_t i = 0; i < RTL_NUMBER_OF(cases); i++) {
        char narrow[8] = "ab";
        WCHAR wide[8] = u"ab";
        NTSTATUS first = RtlStringCbCopyNA(narrow, cases[i].room, "hello", 3);
        NTSTATUS second = RtlStringCchCopyNW(wide, cases[i].room, u"hello", 3);
        expect(&cases[i], first, narrow, second, wide);
    }
}

static void an_appended_text_follows_what_was_there(void **state)
{
    (void)state;
    static const struct text_case cases[] = {
        {"append", 8, STATUS_SUCCESS, "abhello"},
        {"append", 5, STATUS_BUFFER_OVERFLOW, "abhe"},
        {"append", 3, STATUS_BUFFER_OVERFLOW, "ab"},
        {"append", 2, STATUS_INVALID_PARAMETER, "ab"},      /* no terminator within */
        {"append", 0, STATUS_INVALID_PARAMETER, "ab"},
    };
    for (size_t i = 0; i < RTL_NUMBER_OF(cases); i++) {
        char narrow[8] = "ab";
        WCHAR wide[8] = u"ab";
        NTSTATUS first = RtlStringCbCatA(narrow, cases[i].room, "hello");
        NTSTATUS second = RtlStringCchCatW(wide, cases[i].room, u"hello");
        expect(&cases[i], first, narrow, second, wide);
    }
}

static void a_printed_text_is_always_ended(void **state)
{
    (void)state;
    static const struct text_case cases[] = {
        {"print", 8, STATUS_SUCCESS, "42"},
        {"print", 3, STATUS_SUCCESS, "42"},
        {"print", 2, STATUS_BUFFER_OVERFLOW, "4"},
        {"print", 1, STATUS_BUFFER_OVERFLOW, ""},
        {"print", 0, STATUS_INVALID_PARAMETER, "abcdef"},
    };
    for (size_t i = 0; i < RTL_NUMBER_OF(cases); i++) {
        char narrow[8] = "abcdef";
        WCHAR wide[8] = u"abcdef";
        NTSTATUS first = RtlStringCchPrintfA(narrow, cases[i].room, "%d", 42);
        NTSTATUS second = RtlStringCbPrintfW(wide, cases[i].room * sizeof(WCHAR), u"%d", 42);
        expect(&cases[i], first, narrow, second, wide);
    }
}

static void a_length_is_told_only_when_the_end_is_within(void **state)
{
    (void)state;
    size_t length = 7;

    assert_int_equal(RtlStringCbLengthW(u"abc", 4 * sizeof(WCHAR), &length), STATUS_SUCCESS);
    assert_int_equal(length, 6);
    assert_int_equal(RtlStringCchLengthA("abc", 3, &length), STATUS_INVALID_PARAMETER);
    assert_int_equal(length, 0);
    assert_int_equal(RtlStringCchLengthA(NULL, 3, NULL), STATUS_INVALID_PARAMETER);
}

static void a_counted_string_is_filled_to_its_last_character(void **state)
{
    (void)state;
    WCHAR room[4];
    UNICODE_STRING text = {0, sizeof room, room};
    UNICODE_STRING tail = RTL_CONSTANT_STRING(u"cde");

    assert_int_equal(RtlUnicodeStringCopyString(&text, u"ab"), STATUS_SUCCESS);
    assert_int_equal(text.Length, 4);
    assert_int_equal(RtlUnicodeStringCat(&text, &tail), STATUS_BUFFER_OVERFLOW);
    assert_int_equal(text.Length, 8);
    assert_memory_equal(room, u"abcd", sizeof room);
    assert_int_equal(RtlUnicodeStringPrintf(&text, u"%d", 42), STATUS_SUCCESS);
    assert_int_equal(text.Length, 4);
    assert_memory_equal(room, u"42cd", sizeof room);
}

static void a_damaged_counted_string_is_refused(void **state)
{
    (void)state;
    WCHAR room[4] = u"abc";
    UNICODE_STRING good = {2, 8, room};
    static const struct { const char *label; USHORT length, maximum; int buffer; } cases[] = {
        {"an odd length", 3, 8, 1},
        {"an odd maximum", 2, 7, 1},
        {"a length above the maximum", 8, 6, 1},
        {"no buffer", 0, 8, 0},
    };
    for (size_t i = 0; i < RTL_NUMBER_OF(cases); i++) {
        UNICODE_STRING bad = {cases[i].length, cases[i].maximum, cases[i].buffer ? room : NULL};
        if (RtlUnicodeStringValidate(&bad) != STATUS_INVALID_PARAMETER ||
            RtlUnicodeStringCopy(&bad, &good) != STATUS_INVALID_PARAMETER ||
            RtlUnicodeStringCat(&good, &bad) != STATUS_INVALID_PARAMETER)
            fail_msg("%s is accepted", cases[i].label);
    }
    assert_int_equal(good.Length, 2);
}

static void a_counted_string_is_made_from_a_literal(void **state)
{
    (void)state;
    UNICODE_STRING text;

    assert_int_equal(RtlUnicodeStringInit(&text, u"abc"), STATUS_SUCCESS);
    assert_int_equal(text.Length, 6);
    assert_int_equal(text.MaximumLength, 8);
    assert_int_equal(RtlUnicodeStringInit(&text, NULL), STATUS_SUCCESS);
    assert_int_equal(text.MaximumLength, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_copy_is_cut_where_the_destination_ends),
        cmocka_unit_test(a_copy_of_some_characters_stops_there),
        cmocka_unit_test(an_appended_text_follows_what_was_there),
        cmocka_unit_test(a_printed_text_is_always_ended),
        cmocka_unit_test(a_length_is_told_only_when_the_end_is_within),
        cmocka_unit_test(a_counted_string_is_filled_to_its_last_character),
        cmocka_unit_test(a_damaged_counted_string_is_refused),
        cmocka_unit_test(a_counted_string_is_made_from_a_literal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
