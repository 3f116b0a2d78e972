/* edge: the small notations in strings and numbers, and the names that a scenario gives */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "edge/load_names.h"
#include "edge/load_words.h"
#include "hotadd/error.h"

static void a_number_is_taken_when_it_is_whole_and_exact(void **state)
{
    (void)state;
    static const struct { const char *text; int64_t value; } whole[] = {
        {"0", 0}, {"-0", 0}, {"-0.0e9", 0}, {"0e999999999999", 0}, {"7", 7}, {"-7", -7},
        {"1.0", 1}, {"1e3", 1000}, {"1.25E2", 125}, {"1200e-2", 12}, {"0.00003e5", 3},
        {"10.50e1", 105}, {"9007199254740992", 9007199254740992},
        {"-9007199254740992", -9007199254740992},
    };
    static const char *const others[] = {
        "0.5", "1.25e1", "1e-1", "9007199254740993", "-9007199254740993", "1e16", "1e400",
        "1e-400", "1e99999999999999999999", "1e-99999999999999999999",
    };
    int64_t value;

    for (size_t i = 0; i < sizeof whole / sizeof whole[0]; i++)
        if (!ha_word_number(whole[i].text, &value) || value != whole[i].value)
            fail_msg("%s is not what it says", whole[i].text);
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        if (ha_word_number(others[i], &value))
            fail_msg("%s was taken", others[i]);
}

static void a_time_is_whole_nanoseconds(void **state)
{
    (void)state;
    static const struct { const char *text; uint64_t ns; } times[] = {
        {"0", 0}, {"0ms", 0}, {"250ns", 250}, {"20us", 20000}, {"1ms", 1000000},
        {"1.5ms", 1500000}, {"3s", 3000000000}, {"0.000000001s", 1}, {"0.25000us", 250},
        {"9223372036.854775807s", INT64_MAX},
    };
    static const char *const others[] = {
        "", "1", "s", "1 ms", "1.ms", ".5ms", "-1ms", "+1ms", "1Ms", "1mss", "0.5ns", "1.0005us",
        "0x1ms", "1e3ms", "9223372036.854775808s", "99999999999999999999ns",
    };
    uint64_t ns;

    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++)
        if (!ha_word_time(times[i].text, &ns) || ns != times[i].ns)
            fail_msg("%s is not what it says", times[i].text);
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        if (ha_word_time(others[i], &ns))
            fail_msg("%s was taken", others[i]);
}

static void a_time_is_too_late_when_only_its_size_is_wrong(void **state)
{
    (void)state;
    static const char *const late[] = {
        "9223372036854775808ns", "9223372036.854775808s", "9223372037s", "99999999999999999999ns",
        "9223372036854775807.5ms",
    };
    static const char *const others[] = {
        "", "0", "1", "s", "3s", "0.5ns", "99999999999999999999", "99999999999999999999min",
        "9223372037.s", "-9223372037s", "9223372037s ",
    };

    for (size_t i = 0; i < sizeof late / sizeof late[0]; i++)
        if (!ha_word_is_late(late[i]))
            fail_msg("%s is not called late", late[i]);
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        if (ha_word_is_late(others[i]))
            fail_msg("%s is called late", others[i]);
}

static void a_size_has_64_bits(void **state)
{
    (void)state;
    static const struct { const char *text; uint64_t bytes; } sizes[] = {
        {"0", 0}, {"0x0", 0}, {"4096", 4096}, {"0x1F000", 0x1f000}, {"0X1f", 31},
        {"4KiB", 4096}, {"8MiB", 8388608}, {"16GiB", 17179869184}, {"1TiB", 1099511627776},
        {"0x10KiB", 16384}, {"0xFFFFFFFFFFFFFFFF", UINT64_MAX},
        {"18446744073709551615", UINT64_MAX},
    };
    static const char *const others[] = {
        "", "0x", "GiB", "4 GiB", "4GB", "4gib", "-1", "1.5GiB", "0x10000000000000000",
        "18446744073709551616", "16777216TiB", "4KiBs", "0xg",
    };
    uint64_t bytes;

    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
        if (!ha_word_size(sizes[i].text, &bytes) || bytes != sizes[i].bytes)
            fail_msg("%s is not what it says", sizes[i].text);
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        if (ha_word_size(others[i], &bytes))
            fail_msg("%s was taken", others[i]);
}

static void names_statuses_and_pairs_have_one_form(void **state)
{
    (void)state;
    uint32_t group, number;
    int32_t nt_status;

    assert_true(ha_word_is_name("_a-1", 4));
    assert_true(ha_word_is_name("abcdefghijklmnopqrstuvwxyz01234", 31));
    assert_false(ha_word_is_name("abcdefghijklmnopqrstuvwxyz012345", 32));
    assert_false(ha_word_is_name("", 0));
    assert_false(ha_word_is_name("1a", 2));
    assert_false(ha_word_is_name("-a", 2));
    assert_false(ha_word_is_name("a.b", 3));
    assert_true(ha_word_pair("65535:255", 9, &group, &number));
    assert_int_equal(group, 65535);
    assert_int_equal(number, 255);
    assert_false(ha_word_pair("65536:0", 7, &group, &number));
    assert_false(ha_word_pair("0:256", 5, &group, &number));
    assert_false(ha_word_pair("0:", 2, &group, &number));
    assert_false(ha_word_pair("0:1x", 4, &group, &number));
    assert_true(ha_word_status("0xC00000b5", &nt_status));
    assert_int_equal((uint32_t)nt_status, 0xc00000b5);
    assert_true(ha_word_status("STATUS_IO_TIMEOUT", &nt_status));
    assert_false(ha_word_status("0xC00000B", &nt_status));
    assert_false(ha_word_status("0xC00000B50", &nt_status));
    assert_false(ha_word_status("0xC00000Bz", &nt_status));
}

static void an_index_is_so_many_digits_and_not_one_more_than_needed(void **state)
{
    (void)state;
    uint32_t value;

    assert_true(ha_word_index("0", 1, &value));
    assert_int_equal(value, 0);
    assert_true(ha_word_index("10..2", 2, &value));
    assert_int_equal(value, 10);
    assert_true(ha_word_index("4294967295", 10, &value));
    assert_int_equal(value, UINT32_MAX);
    assert_false(ha_word_index("4294967296", 10, &value));
    assert_false(ha_word_index("00", 2, &value));
    assert_false(ha_word_index("07", 2, &value));
    assert_false(ha_word_index("", 0, &value));
    assert_false(ha_word_index("1x", 2, &value));
    assert_false(ha_word_index("12", 1, &value));
    assert_false(ha_word_index("-1", 2, &value));
}

static void a_name_is_found_in_its_own_scope_only(void **state)
{
    (void)state;
    static char text[1000][8];
    struct ha_names names = {0};

    for (uint32_t i = 0; i < 1000; i++) {
        snprintf(text[i], sizeof text[i], "n%u", (unsigned)(i / 2));
        assert_int_equal(ha_names_add(&names, i % 2, text[i], i), HA_OK);
    }
    assert_int_equal(ha_names_add(&names, 1, "n499", 0), HA_EINVAL);

    assert_int_equal(ha_names_find(&names, 0, "n499")->number, 998);
    assert_int_equal(ha_names_find(&names, 1, "n0")->number, 1);
    assert_null(ha_names_find(&names, 2, "n0"));
    assert_null(ha_names_find(&names, 0, "n500"));
    assert_string_equal(ha_names_nearest(&names, 1, "nn17"), "n17");
    assert_null(ha_names_nearest(&names, 2, "n17"));
    ha_names_close(&names);
}
int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_number_is_taken_when_it_is_whole_and_exact),
        cmocka_unit_test(a_time_is_whole_nanoseconds),
        cmocka_unit_test(a_time_is_too_late_when_only_its_size_is_wrong),
        cmocka_unit_test(a_size_has_64_bits),
        cmocka_unit_test(names_statuses_and_pairs_have_one_form),
        cmocka_unit_test(an_index_is_so_many_digits_and_not_one_more_than_needed),
        cmocka_unit_test(a_name_is_found_in_its_own_scope_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
