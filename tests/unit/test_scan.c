/* edge: places of messages, the scan */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "edge/place.h"
#include "edge/scan.h"
#include "hotadd/error.h"

/* Scan a copy that ends where the text ends, so that a sanitizer sees a step beyond it. */
static int scan(const char *bytes, size_t length, struct ha_marks *marks, struct ha_text *messages)
{
    char *copy = malloc(length ? length : 1);
    assert_non_null(copy);
    memcpy(copy, bytes, length);
    struct ha_source source = {.file = "f", .bytes = copy, .length = length};
    struct ha_complaints complaints = {.count = 0};

    struct ha_rest rest;
    *marks = (struct ha_marks){0};
    int err = ha_scan(&source, marks, &rest, &complaints);
    assert_int_equal(complaints.count, err ? 1 : 0);
    ha_complaints_print(&complaints, &source, messages);
    ha_complaints_close(&complaints);
    free(copy);
    return err;
}

/* Expect the scan to refuse the bytes with a message that has this text in it. */
static void refuses(const char *bytes, size_t length, const char *expected)
{
    struct ha_text messages = {0};
    struct ha_marks marks;
    int err = scan(bytes, length, &marks, &messages);

    if (err != HA_EREAD || !strstr(ha_text_string(&messages), expected))
        fail_msg("expected \"%s\", got %d: %s", expected, err, ha_text_string(&messages));
    ha_marks_close(&marks);
    ha_text_close(&messages);
}

static void accepts(const char *text)
{
    struct ha_text messages = {0};
    struct ha_marks marks;

    if (scan(text, strlen(text), &marks, &messages))
        fail_msg("refused: %s", ha_text_string(&messages));
    ha_marks_close(&marks);
    ha_text_close(&messages);
}

static void every_value_has_a_mark_in_document_order(void **state)
{
    (void)state;
    static const char text[] = "{ \"a\": [1, {}], \"b\" : \"x\" }";
    static const struct ha_mark expected[] = {
        {0, 0, 5}, {2, 7, 4}, {8, 8, 3}, {11, 11, 4}, {16, 22, 5},
    };
    struct ha_text messages = {0};
    struct ha_marks marks;

    assert_int_equal(scan(text, sizeof text - 1, &marks, &messages), HA_OK);

    assert_int_equal(marks.count, 5);
    assert_memory_equal(marks.mark, expected, sizeof expected);
    ha_marks_close(&marks);
}

static void json_of_every_kind_is_accepted(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "0", "-0", "1.5e-7", "1E+400", "\"\"", "true", "false", "null", "[]", "{}", " [ ] \r\n\t",
        "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\"", "\"\\ud83d\\ude00\"",
        "\"\x7f \xc2\x80 \xdf\xbf \xe0\xa0\x80 \xed\x9f\xbf \xee\x80\x80 \xef\xbf\xbf\"",
        "\"\xf0\x90\x80\x80 \xf4\x8f\xbf\xbf\"", "\xef\xbb\xbf[1]", "{\"a\":1,\"a\":2}",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        accepts(texts[i]);
}

static void bytes_that_are_not_utf8_are_refused(void **state)
{
    (void)state;
    static const char *const strings[] = {
        "\"\x80\"",                 /* begins with a byte that only continues */
        "\"\xc0\xaf\"",             /* longer than needed: two, three, four bytes */
        "\"\xe0\x9f\xbf\"",
        "\"\xf0\x8f\xbf\xbf\"",
        "\"\xed\xa0\x80\"",         /* a surrogate */
        "\"\xf4\x90\x80\x80\"",     /* beyond U+10FFFF */
        "\"\xf8\x88\x80\x80\x80\"", "\"\xff\"",
        "\"\xe2\x82\"",             /* cut by the closing quote */
    };
    for (size_t i = 0; i < sizeof strings / sizeof strings[0]; i++)
        refuses(strings[i], strlen(strings[i]), "f:1:2: error: a string must not hold byte 0x");
    refuses("\"\xe2\x82", 3, "f:1:2: error: a string must not hold byte 0xE2");
    refuses("\xc3", 1, "expected a value, found byte 0xC3, which is not UTF-8");
    refuses("\xff\xfe{\0}\0", 6, "f:1:1: error: expected a value, found byte 0xFF");
}

static void expect_file_name(const char *name, const char *printed)
{
    struct ha_text text = {0};
    ha_add_file_name(&text, name);
    assert_string_equal(ha_text_string(&text), printed);
    assert_int_equal(ha_file_name_is_plain(name), !strcmp(name, printed));
    ha_text_close(&text);
}

static void a_file_name_is_printed_without_what_a_terminal_obeys(void **state)
{
    (void)state;
    expect_file_name("", "");
    expect_file_name("f/it's\\ \xc3\xa9 \xf0\x9f\x98\x80.json",
                     "f/it's\\ \xc3\xa9 \xf0\x9f\x98\x80.json");
    expect_file_name("a\033[31m\n\t\x7f", "a\\x1b[31m\\x0a\\x09\\x7f");
    expect_file_name("\xc2\x9b" "0m", "\\xc2\\x9b0m");
    expect_file_name("\xe2\x80\xaa\xe2\x80\xae", "\\xe2\\x80\\xaa\\xe2\\x80\\xae");
    expect_file_name("\xe2\x81\xa6\xe2\x81\xa9", "\\xe2\\x81\\xa6\\xe2\\x81\\xa9");
    expect_file_name("\xe2\x80\xa9\xe2\x80\xaf\xe2\x81\xa5\xe2\x81\xaa",
                     "\xe2\x80\xa9\xe2\x80\xaf\xe2\x81\xa5\xe2\x81\xaa");
    expect_file_name("\xff\x80z\xe2\x82", "\\xff\\x80z\\xe2\\x82");
}

static void nul_and_control_characters_are_refused_wherever_they_stand(void **state)
{
    (void)state;
    refuses("\"a\0b\"", 5, "f:1:3: error: a string must not hold the control character U+0000");
    refuses("[1\0]", 4, "expected ',' or ']', found the control character U+0000");
    refuses("[1]\0", 4, "expected the end of the file, found the control character U+0000");
    refuses("\"\x1f\"", 3, "a string must not hold the control character U+001F");
    refuses("\"\t\"", 3, "a string must not hold a tab");
    refuses("\"\\u0000\"", 8, "f:1:2: error: a string must not hold NUL");
}

/* A string of 24 letters but for one character, and a number behind it. */
static void string_with(const char *character, int place, char *text, size_t size)
{
    snprintf(text, size, "[\"%.*s%s%.*s\", 1]", place, "abcdefghijklmnopqrstuvwxyz", character,
             24 - place, "abcdefghijklmnopqrstuvwxyz");
}

static void no_place_in_a_string_hides_what_it_must_not_hold(void **state)
{
    (void)state;
    static const char *const wrong[] = {"\x01", "\x1f", "\n", "\x80", "\xff", "\xc3z"};
    char text[64], expected[64];
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        for (int place = 0; place <= 24; place++) {
            string_with(wrong[i], place, text, sizeof text);
            snprintf(expected, sizeof expected, "f:1:%d: error: a string must not hold", place + 3);
            refuses(text, strlen(text), expected);
        }
    }
}

static void a_string_ends_at_its_quote_wherever_its_characters_stand(void **state)
{
    (void)state;
    static const char *const good[] = {
        "", " ", "!", "#", "[", "]", "~", "\x7f", "\\\"", "\\\\", "\\u0022", "\xc2\x80",
        "\xef\xbf\xbf",
    };
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        for (int place = 0; place <= 24; place++) {
            struct ha_text messages = {0};
            struct ha_marks marks;
            char text[64];
            string_with(good[i], place, text, sizeof text);
            if (scan(text, strlen(text), &marks, &messages))
                fail_msg("refused: %s", ha_text_string(&messages));
            assert_int_equal(marks.count, 3);
            assert_int_equal(marks.mark[2].value, strlen(text) - 2);
            ha_marks_close(&marks);
            ha_text_close(&messages);
        }
    }
}

static void a_text_cut_anywhere_is_refused(void **state)
{
    (void)state;
    static const char text[] = "{\"a\":[-1.5e+3,\"x\\u00e9\\ud83d\\ude00\\n\",true,null,"
                               "{\"\":[]}]}";

    for (size_t length = 0; length < sizeof text - 1; length++)
        refuses(text, length, "error: ");
    accepts(text);
}

static void half_a_surrogate_pair_is_refused(void **state)
{
    (void)state;
    static const char *const strings[] = {
        "\"\\ud83d\"", "\"\\ude00\"", "\"\\ud83d\\u0041\"", "\"\\ud83d\\ud83d\"", "\"\\ud83dx\"",
        "\"\\ud83d\\n\"",
    };
    for (size_t i = 0; i < sizeof strings / sizeof strings[0]; i++)
        refuses(strings[i], strlen(strings[i]), "is only half of a surrogate pair");
}

static void sixty_four_levels_are_accepted_and_one_more_is_not(void **state)
{
    (void)state;
    char text[2 * (HA_SCAN_MOST_DEPTH + 1) + 1] = "";

    memset(text, '[', HA_SCAN_MOST_DEPTH);
    memset(text + HA_SCAN_MOST_DEPTH, ']', HA_SCAN_MOST_DEPTH);
    accepts(text);
    memset(text, '[', HA_SCAN_MOST_DEPTH + 1);
    memset(text + HA_SCAN_MOST_DEPTH + 1, ']', HA_SCAN_MOST_DEPTH + 1);
    refuses(text, sizeof text - 1, "f:1:65: error: this is nested more than 64 levels deep");
}

static void a_message_counts_characters_and_cuts_a_long_line(void **state)
{
    (void)state;
    char text[4000] = "\xef\xbb\xbf";
    struct ha_complaints complaints = {.count = 0};
    struct ha_text messages = {0}, expected = {0};
    size_t length = 3;

    for (; length < 3003; length += 3)
        memcpy(text + length, "\xe3\x82\xa2", 3);
    struct ha_source source = {.file = "f", .bytes = text, .length = length};
    ha_complain(&complaints, 3 + 3 * 500, "here");
    ha_complain(&complaints, 3, "at the start");
    ha_complaints_print(&complaints, &source, &messages);

    ha_text_add(&expected, "f:1:1: error: at the start\n    ");
    for (size_t i = 0; i < 100; i++)
        ha_text_add(&expected, "\xe3\x82\xa2");
    ha_text_add(&expected, "...\n    ^\nf:1:501: error: here\n    ...");
    for (size_t i = 0; i < 100; i++)
        ha_text_add(&expected, "\xe3\x82\xa2");
    ha_text_addf(&expected, "...\n%*s^\n", 4 + 3 + 60, "");
    assert_string_equal(ha_text_string(&messages), ha_text_string(&expected));
    ha_complaints_close(&complaints);
    ha_text_close(&messages);
    ha_text_close(&expected);
}

static void bytes_that_a_terminal_obeys_are_not_printed(void **state)
{
    (void)state;
    static const char text[] = "\t\x1b[2J\xc2\x9b\xff\rx\r\n";
    struct ha_source source = {.file = "f", .bytes = text, .length = sizeof text - 1};
    struct ha_complaints complaints = {.count = 0};
    struct ha_text messages = {0};

    ha_complain(&complaints, 9, "%s", ha_quote("a\n\"\x1b\xc2\x9b\xff").text);
    ha_complaints_print(&complaints, &source, &messages);

    assert_string_equal(ha_text_string(&messages),
                        "f:1:9: error: \"a\\u000a\\\"\\u001b\\u009b\\ufffd\"\n"
                        "     ?[2J?? x\n"
                        "            ^\n");
    ha_complaints_close(&complaints);
    ha_text_close(&messages);
}

static void complaints_come_in_the_order_of_their_places_and_the_first_twenty_only(void **state)
{
    (void)state;
    static const char text[] = "abcdefghijklmnopqrstuvwxyz";
    struct ha_source source = {.file = "f", .bytes = text, .length = sizeof text - 1};
    struct ha_complaints complaints = {.count = 0};
    struct ha_text messages = {0}, expected = {0};

    for (size_t i = 0; i < 25; i++)
        ha_complain(&complaints, (i * 7) % 25, "%c", text[(i * 7) % 25]);
    ha_complain(&complaints, 3, "again");
    ha_complaints_print(&complaints, &source, &messages);

    for (size_t i = 0; i < 19; i++) {
        ha_text_addf(&expected, "f:1:%zu: error: %c\n    %s\n%*s^\n", i + 1, text[i], text,
                     (int)i + 4, "");
        if (i == 3)
            ha_text_addf(&expected, "f:1:4: error: again\n    %s\n       ^\n", text);
    }
    ha_text_add(&expected, "f: ... and 6 more\n");
    assert_string_equal(ha_text_string(&messages), ha_text_string(&expected));
    ha_complaints_close(&complaints);
    ha_text_close(&messages);
    ha_text_close(&expected);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_value_has_a_mark_in_document_order),
        cmocka_unit_test(json_of_every_kind_is_accepted),
        cmocka_unit_test(bytes_that_are_not_utf8_are_refused),
        cmocka_unit_test(a_file_name_is_printed_without_what_a_terminal_obeys),
        cmocka_unit_test(nul_and_control_characters_are_refused_wherever_they_stand),
        cmocka_unit_test(no_place_in_a_string_hides_what_it_must_not_hold),
        cmocka_unit_test(a_string_ends_at_its_quote_wherever_its_characters_stand),
        cmocka_unit_test(a_text_cut_anywhere_is_refused),
        cmocka_unit_test(half_a_surrogate_pair_is_refused),
        cmocka_unit_test(sixty_four_levels_are_accepted_and_one_more_is_not),
        cmocka_unit_test(a_message_counts_characters_and_cuts_a_long_line),
        cmocka_unit_test(bytes_that_a_terminal_obeys_are_not_printed),
        cmocka_unit_test(complaints_come_in_the_order_of_their_places_and_the_first_twenty_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
