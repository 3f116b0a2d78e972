/* format: text as the kernel's C library makes it, narrow and wide */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <ntddk.h>

#include "crt/wchar.h"

#define ROOM 64

/* Made with both widths of format; what differs between them is tested by itself. */
static void expect_both(int line, const char *expected, const char *narrow, ...)
{
    char text[ROOM + 1];
    WCHAR wide[ROOM + 1], wide_format[ROOM];
    va_list arguments;
    size_t i = 0;

    memset(text, '?', sizeof text);
    va_start(arguments, narrow);
    int length = _vsnprintf(text, ROOM, narrow, arguments);
    va_end(arguments);
    if (strcmp(text, expected) || length != (int)strlen(expected))
        fail_msg("line %d: \"%s\" makes \"%s\" (%d), not \"%s\"", line, narrow, text, length,
                 expected);

    for (i = 0; narrow[i]; i++)
        wide_format[i] = (unsigned char)narrow[i];
    wide_format[i] = 0;
    va_start(arguments, narrow);
    length = _vsnwprintf(wide, ROOM, wide_format, arguments);
    va_end(arguments);
    for (i = 0; expected[i] && wide[i] == (unsigned char)expected[i]; i++)
        ;
    if (expected[i] || wide[i] || length != (int)i)
        fail_msg("line %d: a wide \"%s\" differs from \"%s\" at %zu", line, narrow, expected, i);
}

#define EXPECT(expected, ...) expect_both(__LINE__, expected, __VA_ARGS__)

static void numbers_have_sizes_of_windows(void **state)
{
    (void)state;
    EXPECT("4294967295 -1 ffffffff FFFFFFFF 37777777777", "%u %d %x %X %o", ~0u, -1, ~0u, ~0u, ~0u);
    EXPECT("-2 4294967294 fffffffe", "%ld %lu %lx", -2, 0xfffffffeu, 0xfffffffeu);
    EXPECT("-1 ff -1 ffff", "%hhd %hhx %hd %hx", 0x1ff, 0x1ff, 0x1ffff, 0x1ffff);
    EXPECT("-4294967296 ffffffff00000000", "%I64d %I64x", -0x100000000LL, -0x100000000LL);
    EXPECT("18446744073709551615 ABCDEF0123", "%llu %I64X", ~0ull, 0xabcdef0123ull);
    EXPECT("5 -5 5", "%I32u %I32d %Iu", 5u, -5, (size_t)5);
    EXPECT("1 2 3", "%zu %jd %td", (size_t)1, (LONG64)2, (LONG64)3);
    EXPECT("-9223372036854775808", "%lld", -0x7fffffffffffffffLL - 1);
}

static void a_field_has_flags_width_and_precision(void **state)
{
    (void)state;
    EXPECT("[   42][42   ][00042][+42][ 42][-0042]", "[%5d][%-5d][%05d][%+d][% d][%05d]", 42, 42,
           42, 42, 42, -42);
    EXPECT("[  042][042  ][]", "[%5.3d][%-5.3d][%.0d]", 42, 42, 0);
    EXPECT("[0x2a][0X2A][052][0][0]", "[%#x][%#X][%#o][%#x][%#o]", 42, 42, 42, 0, 0);
    EXPECT("[0x0000002a][    0x2a]", "[%#010x][%#8x]", 42, 42);
    EXPECT("[    7][7    ][007]", "[%*d][%*d][%.*d]", 5, 7, -5, 7, 3, 7);
    EXPECT("[  abc][abc  ][ab][00abc]", "[%5hs][%-5hs][%.2hs][%05hs]", "abc", "abc", "abc", "abc");
    EXPECT("[7]", "[%.*d]", -1, 7);
}

static void a_pointer_has_sixteen_digits(void **state)
{
    (void)state;
    EXPECT("00000000DEADBEEF 0000000000000000", "%p %p", (void *)(uintptr_t)0xdeadbeef, NULL);
}

static void text_of_either_width_is_shown(void **state)
{
    (void)state;
    UNICODE_STRING wide = {6, 8, (PWSTR)(uintptr_t)u"abcd"};
    ANSI_STRING narrow = {3, 4, (PCHAR)(uintptr_t)"wxyz"};
    UNICODE_STRING nothing = {4, 4, NULL};

    EXPECT("abc xyz", "%hs %ws", "abc", u"xyz");
    EXPECT("abc wxy wxy", "%wZ %Z %hZ", &wide, &narrow, &narrow);
    EXPECT("[  abc][wx]", "[%5wZ][%.2Z]", &wide, &narrow);
    EXPECT("(null) (null) (null) (null) (null)", "%hs %ls %wZ %wZ %Z", NULL, NULL, NULL, &nothing,
           NULL);
    EXPECT("a b %", "%hc %wc %%", 'a', 'b');
}

static void text_without_a_size_has_the_width_of_the_format(void **state)
{
    (void)state;
    char text[ROOM];
    WCHAR wide[ROOM];

    assert_int_equal(_snprintf(text, ROOM, "%s %S %c %C", "ab", u"cd", 'e', 'f'), 9);
    assert_string_equal(text, "ab cd e f");
    assert_int_equal(_snwprintf(wide, ROOM, u"%s %S %c %C", u"ab", "cd", 'e', 'f'), 9);
    assert_int_equal(ha_wcscmp(wide, u"ab cd e f"), 0);
}

static void characters_of_other_alphabets_are_utf_8_in_narrow_text(void **state)
{
    (void)state;
    static const WCHAR half[] = {'a', 0xd83d, 0};
    char text[ROOM];
    WCHAR wide[ROOM];

    assert_int_equal(_snprintf(text, ROOM, "%ws %5ws %ws", u"\u00fc\u20ac", u"\u00fc",
                               u"\U0001f600"), 16);
    assert_string_equal(text, "\xc3\xbc\xe2\x82\xac    \xc3\xbc \xf0\x9f\x98\x80");
    assert_int_equal(_snprintf(text, ROOM, "%ws", half), 4);
    assert_string_equal(text, "a\xef\xbf\xbd");
    assert_int_equal(_snwprintf(wide, ROOM, u"%S|%S", "\xc3\xbc\xf0\x9f\x98\x80", "\xff"), 5);
    assert_int_equal(ha_wcscmp(wide, u"\u00fc\U0001f600|\ufffd"), 0);
}

static void text_that_is_cut_gives_minus_one_and_no_terminator(void **state)
{
    (void)state;
    char text[] = "??????";
    WCHAR wide[] = u"??????";

    assert_int_equal(_snprintf(text, 3, "%s", "abcd"), -1);
    assert_string_equal(text, "abc???");
    assert_int_equal(_snprintf(text, 4, "%s", "abcd"), 4);
    assert_string_equal(text, "abcd??");
    assert_int_equal(_snprintf(text, 5, "%s", "abcd"), 4);
    assert_memory_equal(text, "abcd\0?", 6);
    assert_int_equal(_snprintf(text, 0, "%s", "x"), -1);
    assert_memory_equal(text, "abcd\0?", 6);
    assert_int_equal(_snwprintf(wide, 3, u"%d", 1234), -1);
    assert_int_equal(ha_wcscmp(wide, u"123???"), 0);
    assert_int_equal(_snwprintf(wide, 4, u"%d", 1234), 4);
    assert_int_equal(ha_wcscmp(wide, u"1234??"), 0);
}

static void nothing_to_write_into_only_asks_for_the_length(void **state)
{
    (void)state;
    assert_int_equal(_snprintf(NULL, 0, "%s-%d", "abc", 42), 6);
    assert_int_equal(_snwprintf(NULL, 0, u"%s-%d", u"abc", 42), 6);
    assert_int_equal(_snprintf(NULL, 3, "abc"), -1);
    assert_int_equal(_snwprintf(NULL, 3, u"abc"), -1);
}

static void swprintf_always_terminates(void **state)
{
    (void)state;
    WCHAR wide[] = u"??????";

    assert_int_equal(ha_swprintf(wide, 4, u"%s", u"abcd"), -1);
    assert_int_equal(ha_wcscmp(wide, u"abc"), 0);
    assert_int_equal(ha_swprintf(wide, 5, u"%s", u"abcd"), 4);
    assert_int_equal(ha_wcscmp(wide, u"abcd"), 0);
    assert_int_equal(ha_swprintf(wide, 0, u"x"), -1);
    assert_int_equal(ha_wcscmp(wide, u"abcd"), 0);
}

static void a_number_with_a_point_is_passed_over(void **state)
{
    (void)state;
    EXPECT("%f 7 %g", "%.2f %d %g", 1.5, 7, 2.5);
}

static void an_unfinished_conversion_ends_the_text(void **state)
{
    (void)state;
    EXPECT("a", "a%");
    EXPECT("a", "a%-08.3l");
    EXPECT("ay", "a%y");
}

/* They would take an hour if each character were put by itself. */
static void fields_of_any_width_end_where_the_buffer_ends(void **state)
{
    (void)state;
    char text[] = "?????";
    WCHAR wide[] = u"?????";

    for (int i = 0; i < 1000; i++) {
        assert_int_equal(_snprintf(text, 4, "%-999999999s", "a"), -1);
        assert_int_equal(_snprintf(text, 4, "%.*u", INT32_MAX, 1u), -1);
        assert_int_equal(_snwprintf(wide, 4, u"%999999999s", u"a"), -1);
        assert_int_equal(_snprintf(NULL, 0, "%999999999d", 7), 999999999);
        assert_int_equal(_snwprintf(NULL, 0, u"%999999999d", 7), 999999999);
    }
    assert_string_equal(text, "0000?");
    assert_int_equal(ha_wcscmp(wide, u"    ?"), 0);
    assert_int_equal(_snprintf(NULL, 0, "%999999999d%999999999d%999999999d", 7, 7, 7), -1);
    assert_int_equal(_snwprintf(NULL, 0, u"%999999999d%999999999d%999999999d", 7, 7, 7), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_have_sizes_of_windows),
        cmocka_unit_test(a_field_has_flags_width_and_precision),
        cmocka_unit_test(a_pointer_has_sixteen_digits),
        cmocka_unit_test(text_of_either_width_is_shown),
        cmocka_unit_test(text_without_a_size_has_the_width_of_the_format),
        cmocka_unit_test(characters_of_other_alphabets_are_utf_8_in_narrow_text),
        cmocka_unit_test(text_that_is_cut_gives_minus_one_and_no_terminator),
        cmocka_unit_test(nothing_to_write_into_only_asks_for_the_length),
        cmocka_unit_test(fields_of_any_width_end_where_the_buffer_ends),
        cmocka_unit_test(swprintf_always_terminates),
        cmocka_unit_test(a_number_with_a_point_is_passed_over),
        cmocka_unit_test(an_unfinished_conversion_ends_the_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
