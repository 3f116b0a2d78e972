/* wide, letters: what drivers' C library does with 16-bit characters */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <ntddk.h>

#include "crt/string.h"
#include "crt/wctype.h"
#include "nt/letters.h"

static void lengths_end_at_the_terminator_or_the_limit(void **state)
{
    (void)state;
    assert_int_equal(ha_wcslen(u""), 0);
    assert_int_equal(ha_wcslen(u"abc"), 3);
    assert_int_equal(ha_wcsnlen(u"abc", 2), 2);
    assert_int_equal(ha_wcsnlen(u"abc", 9), 3);
}

static void copies_end_as_iso_c_says(void **state)
{
    (void)state;
    WCHAR text[8];

    assert_ptr_equal(ha_wcscpy(text, u"abc"), text);
    assert_ptr_equal(ha_wcscat(text, u"de"), text);
    assert_int_equal(ha_wcscmp(text, u"abcde"), 0);
    assert_ptr_equal(ha_wcsncat(text, u"fgh", 1), text);
    assert_int_equal(ha_wcscmp(text, u"abcdef"), 0);
    assert_ptr_equal(ha_wcsncpy(text, u"xy", 4), text);
    assert_memory_equal(text, u"xy\0\0ef", 14);
    ha_wcsncpy(text, u"12345", 3);
    assert_memory_equal(text, u"123\0ef", 14);
}

static void comparing_tells_which_comes_first(void **state)
{
    (void)state;
    assert_int_equal(ha_wcscmp(u"abc", u"abc"), 0);
    assert_true(ha_wcscmp(u"ab", u"abc") < 0 && ha_wcscmp(u"b", u"abc") > 0);
    assert_true(ha_wcscmp(u"\uffee", u"a") > 0);
    assert_int_equal(ha_wcsncmp(u"abX", u"abY", 2), 0);
    assert_true(ha_wcsncmp(u"abX", u"abY", 3) < 0);
    assert_int_equal(_wcsicmp(u"ABC\u00dc", u"abc\u00fc"), 0);
    assert_true(_wcsicmp(u"_", u"A") < 0);
    assert_int_equal(_wcsnicmp(u"ABx", u"aby", 2), 0);
    assert_true(_wcsnicmp(u"ABx", u"aby", 3) < 0);
    assert_int_equal(_stricmp("Hello", "hELLO"), 0);
    assert_true(_stricmp("a", "b") < 0 && _stricmp("ab", "A") > 0);
    assert_int_equal(_strnicmp("ABx", "aby", 2), 0);
}

static void searching_finds_the_place_or_null(void **state)
{
    (void)state;
    const WCHAR *text = u"banana";

    assert_ptr_equal(ha_wcschr(text, 'a'), text + 1);
    assert_ptr_equal(ha_wcsrchr(text, 'a'), text + 5);
    assert_ptr_equal(ha_wcschr(text, 0), text + 6);
    assert_ptr_equal(ha_wcsrchr(text, 0), text + 6);
    assert_null(ha_wcschr(text, 'x'));
    assert_null(ha_wcsrchr(text, 'x'));
    assert_ptr_equal(ha_wcsstr(text, u"nan"), text + 2);
    assert_ptr_equal(ha_wcsstr(text, u""), text);
    assert_null(ha_wcsstr(text, u"nab"));
    assert_int_equal(ha_wcsspn(text, u"abn"), 6);
    assert_int_equal(ha_wcsspn(text, u"ab"), 2);
    assert_int_equal(ha_wcscspn(text, u"n"), 2);
    assert_int_equal(ha_wcscspn(text, u"x"), 6);
}

static void numbers_are_read_in_their_base_up_to_the_limits(void **state)
{
    static const struct { const WCHAR *text; int base; LONG number; ULONG size; size_t taken; }
    cases[] = {
        {u"42x", 10, 42, 42, 2},          {u" \t-7", 10, -7, (ULONG)-7, 4},
        {u"0x1F", 0, 31, 31, 4},          {u"0x1F", 16, 31, 31, 4},
        {u"017", 0, 15, 15, 3},           {u"0xg", 0, 0, 0, 1},
        {u"", 10, 0, 0, 0},               {u"+", 10, 0, 0, 0},
        {u"zZ", 36, 1295, 1295, 2},       {u"2147483647", 10, MAXLONG, MAXLONG, 10},
        {u"2147483648", 10, MAXLONG, 0x80000000, 10},
        {u"-2147483648", 10, -MAXLONG - 1, 0x80000000, 11},
        {u"-2147483649", 10, -MAXLONG - 1, 0x7fffffff, 11},
        {u"4294967296", 10, MAXLONG, MAXULONG, 10},
        {u"99999999999999999999999", 10, MAXLONG, MAXULONG, 23},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        WCHAR *end, *other;
        LONG number = ha_wcstol(cases[i].text, &end, cases[i].base);
        ULONG size = ha_wcstoul(cases[i].text, &other, cases[i].base);
        if (number != cases[i].number || size != cases[i].size || end != other ||
            (size_t)(end - cases[i].text) != cases[i].taken)
            fail_msg("case %zu: %d, %u, %zu letters", i, number, size,
                     (size_t)(end - cases[i].text));
    }
    assert_int_equal(ha_wcstol(u"5", NULL, 10), 5);
    assert_int_equal(_wtoi(u"-12ab"), -12);
}

static void cases_are_changed_in_place(void **state)
{
    (void)state;
    WCHAR wide[] = u"aB1\u00e9\u03b1\u0436";
    char narrow[] = "aB1\xe9";

    assert_ptr_equal(_wcsupr(wide), wide);
    assert_int_equal(ha_wcscmp(wide, u"AB1\u00c9\u0391\u0416"), 0);
    assert_ptr_equal(_wcslwr(wide), wide);
    assert_int_equal(ha_wcscmp(wide, u"ab1\u00e9\u03b1\u0436"), 0);
    assert_string_equal(_strupr(narrow), "AB1\xe9");
    assert_string_equal(_strlwr(narrow), "ab1\xe9");
}

/* \u00f7 is a sign between letters, \u00df has no single capital, \u0130 has no simple pair. */
static void a_letter_without_another_case_is_its_own(void **state)
{
    static const uint16_t own[] = {'1', 0x00f7, 0x00d7, 0x00df, 0x03c2, 0x0130, 0x4e00, 0xffff};
    (void)state;
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++) {
        assert_int_equal(ha_towupper(own[i]), own[i]);
        assert_int_equal(ha_towlower(own[i]), own[i]);
    }
}

static void no_upper_case_has_two_lower_cases(void **state)
{
    (void)state;
    for (uint32_t letter = 0; letter < 0x10000; letter++) {
        uint16_t up = ha_letter_up((uint16_t)letter);
        if (up != letter && ha_letter_down(up) != letter)
            fail_msg("%04x goes up to %04x and down to %04x", letter, up, ha_letter_down(up));
    }
}

static void kinds_of_characters_are_told_apart(void **state)
{
    (void)state;
    assert_true(ha_iswalpha('a') && ha_iswalpha('Z') && ha_iswalpha(0xe9) && !ha_iswalpha('1'));
    assert_true(ha_iswdigit('0') && ha_iswdigit('9') && !ha_iswdigit('a'));
    assert_true(ha_iswxdigit('f') && ha_iswxdigit('F') && !ha_iswxdigit('g'));
    assert_true(ha_iswspace(' ') && ha_iswspace('\n') && ha_iswspace(0xa0) && !ha_iswspace('x'));
}

static void utf_8_and_utf_16_hold_the_same_points(void **state)
{
    (void)state;
    for (uint32_t point = 0; point < 0x110000; point += point < 0x900 ? 1 : 97) {
        char bytes[4];
        uint16_t units[2];
        size_t taken;
        if (point >= 0xd800 && point < 0xe000)
            continue;
        size_t count = ha_utf8_put(point, bytes);
        if (ha_utf8_take(bytes, count, &taken) != point || taken != count)
            fail_msg("UTF-8 loses %x", point);
        count = ha_utf16_put(point, units);
        if (ha_utf16_take(units, count, &taken) != point || taken != count)
            fail_msg("UTF-16 loses %x", point);
    }
}

static void bytes_out_of_place_are_replaced_one_by_one(void **state)
{
    static const char *const wrong[] = {"\x80", "\xc0\x80", "\xe0\x80\x80", "\xed\xa0\x80",
                                        "\xf4\x90\x80\x80", "\xf8", "\xe2\x82", "\xc3x"};
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        size_t taken = 9;
        if (ha_utf8_take(wrong[i], strlen(wrong[i]), &taken) != 0xfffd || taken != 1)
            fail_msg("case %zu is taken as %zu bytes", i, taken);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lengths_end_at_the_terminator_or_the_limit),
        cmocka_unit_test(copies_end_as_iso_c_says),
        cmocka_unit_test(comparing_tells_which_comes_first),
        cmocka_unit_test(searching_finds_the_place_or_null),
        cmocka_unit_test(numbers_are_read_in_their_base_up_to_the_limits),
        cmocka_unit_test(cases_are_changed_in_place),
        cmocka_unit_test(a_letter_without_another_case_is_its_own),
        cmocka_unit_test(no_upper_case_has_two_lower_cases),
        cmocka_unit_test(kinds_of_characters_are_told_apart),
        cmocka_unit_test(utf_8_and_utf_16_hold_the_same_points),
        cmocka_unit_test(bytes_out_of_place_are_replaced_one_by_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
