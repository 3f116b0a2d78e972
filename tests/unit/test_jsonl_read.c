/* jsonl_read, jsonl_scan, jsonl_value: lines that other programs write, and what is wrong */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/names.h"
#include "check/jsonl_read.h"

#define COUNT(table) (sizeof(table) / sizeof(table)[0])
#define HEAD "\"thread\":2,\"driver\":1,\"id\":3"

static int open_reader(void **state)
{
    *state = ha_jsonl_reader_create();
    return *state ? 0 : -1;
}

static int close_reader(void **state)
{
    ha_jsonl_reader_destroy(*state);
    return 0;
}

static struct ha_record read_good(struct ha_jsonl_reader *reader, const char *line)
{
    struct ha_record record;
    if (ha_jsonl_read(reader, line, strlen(line), &record) != HA_LINE_RECORD)
        fail_msg("%s: %s", line, ha_jsonl_reader_wrong(reader)->message);
    return record;
}

static void members_may_come_in_any_order_and_with_white_space(void **state)
{
    struct ha_record ordered = read_good(*state,
        "{\"seq\":5,\"t\":9,\"event\":\"QUERY\"," HEAD ",\"routine\":\"KeQueryGroupAffinity\","
        "\"argument\":0,\"result\":\"0xf\",\"output\":0}");
    struct ha_record other = read_good(*state,
        "\t{ \"result\" : \"0xf\" , \"seq\":6,\"id\":3,\"output\":0,\"driver\":1, "
        "\"argument\":0,\"routine\":\"KeQueryGroupAffinity\",\"t\":9,\"thread\":2,"
        "\"event\":\"QUERY\" } \r");

    assert_int_equal(ha_record_seq(&other), 6);
    other.seq_low = ordered.seq_low;
    assert_memory_equal(&ordered, &other, sizeof ordered);
    assert_int_equal(ordered.as.query.result, 0xf);
    assert_int_equal(ordered.as.query.routine, HA_RT_GROUP_AFFINITY);
}

static void a_knob_may_be_named_behind_its_value(void **state)
{
    struct ha_record record = read_good(*state,
        "{\"event\":\"KNOB\",\"value\":\"apc\",\"knob\":\"callback_irql\"}");

    assert_int_equal(record.as.knob.value, 1);
}

static void a_number_may_stand_for_any_word_and_in_quotes(void **state)
{
    static const char *const lines[] = {
        "{\"event\":\"CB_LEAVE\"," HEAD ",\"State\":2,\"op_out\":3221225626}",
        "{\"event\":\"CB_LEAVE\"," HEAD ",\"State\":\"2\",\"op_out\":\"0xC000009A\"}",
        "{\"event\":\"CB_LEAVE\"," HEAD ",\"State\":\"KeProcessorAddFailureNotify\","
        "\"op_out\":\"STATUS_INSUFFICIENT_RESOURCES\"}",
        "{\"event\":\"CB_LEAVE\"," HEAD ",\"State\":\"0x2\",\"op_out\":\"3221225626\"}",
    };

    for (size_t i = 0; i < COUNT(lines); i++) {
        struct ha_record record = read_good(*state, lines[i]);
        assert_int_equal(HA_CB_STATE(record.flags), HA_STATE_FAILURE);
        assert_int_equal(record.as.cb_leave.op_out, (int32_t)0xC000009Au);
    }
}

static void escapes_of_a_text_are_decoded(void **state)
{
    struct ha_record record = read_good(*state,
        "{\"event\":\"NAME\",\"id\":1,\"namespace\":\"driver\","
        "\"text\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\u00e9\\u20ac\\ud83d\\ude00\"}");

    assert_string_equal(record.as.name.text,
                        "\"\\/\b\f\n\r\tA\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80");
}

static void what_a_line_does_not_say_has_the_value_that_says_least(void **state)
{
    read_good(*state, "{\"seq\":7,\"t\":50,\"event\":\"TRACE_BEGIN\",\"format\":1,"
                      "\"maker\":\"other\",\"active\":6}");

    struct ha_record enter = read_good(*state,
        "{\"event\":\"CB_ENTER\"," HEAD ",\"client\":\"ke\",\"operation\":1,\"existing\":true,"
        "\"State\":\"KeProcessorAddStartNotify\",\"NtNumber\":4,"
        "\"ProcNumber\":{\"number\":4,\"group\":0,\"reserved\":0},\"op_in\":0}");

    struct ha_record expected = {.kind = HA_CB_ENTER, .seq_low = 8, .time_ns = 50, .thread = 2,
                                 .driver = 1, .active = 6, .id = 3, .flags = HA_CB_EXISTING};
    expected.as.cb.operation = 1;
    expected.as.cb.nt_number = 4;
    expected.as.cb.number = 4;
    expected.as.cb.affinity_group = HA_NO_GROUP;
    assert_memory_equal(&enter, &expected, sizeof enter);
}

static void a_line_of_findings_and_one_with_nothing_are_no_records(void **state)
{
    static const struct { const char *line; enum ha_line is; } cases[] = {
        {"", HA_LINE_BLANK}, {" \t\r", HA_LINE_BLANK},
        {"{\"event\":\"NOTE\",\"rule\":\"DRV-7\",\"anything\":[1,{\"a\":-1.5e3},null,true]}",
         HA_LINE_FINDING},
        {"{\"rule\":\"DRV-7\",\"event\":\"VIOLATION\"}", HA_LINE_FINDING},
    };

    for (size_t i = 0; i < COUNT(cases); i++) {
        struct ha_record record;
        assert_int_equal(ha_jsonl_read(*state, cases[i].line, strlen(cases[i].line), &record),
                         cases[i].is);
    }
}

static void another_trace_begins_its_numbers_anew_and_lacks_nothing(void **state)
{
    static const char begin[] = "{\"seq\":1,\"t\":0,\"event\":\"TRACE_BEGIN\",\"processor\":0,"
        "\"irql\":0,\"regions\":0,\"active\":4,\"format\":1,\"maker\":\"hotadd\"}";
    read_good(*state, "{\"seq\":90,\"event\":\"IMAGE_FREED\"," HEAD "}");
    uint64_t before = ha_jsonl_reader_lacking(*state);

    struct ha_record record = read_good(*state, begin);

    assert_int_equal(ha_record_seq(&record), 1);
    assert_true(before & HA_LACK_BIT(ha_lack_of(HA_IMAGE_FREED, "irql")));
    assert_false(ha_jsonl_reader_lacking(*state) & before);
}

/* The place of `at` in the line is what the message is about. */
static const struct { const char *line, *at, *message; } mistakes[] = {
    {"x", "x", "expected '{', found 'x'"},
    {"\x01", "\x01", "expected '{', found byte 0x01"},
    {"{", "", "expected a key in quotes, found the end of the line"},
    {"{}", "{}", "there is no \"event\""},
    {"{\"seq\":1}", "{", "there is no \"event\""},
    {"{seq:1}", "seq", "expected a key in quotes, found 's'"},
    {"{\"seq\" 1}", "1}", "expected ':' behind the key, found '1'"},
    {"{\"seq\":1 \"t\":2}", "\"t\"", "expected ',' or '}', found '\"'"},
    {"{\"seq\":1,}", "}", "expected a key in quotes, found '}'"},
    {"{\"seq\":01,\"event\":\"IMAGE_FREED\"," HEAD "}", "01", "a number does not begin with 0"},
    {"{\"seq\":1.5,\"event\":\"IMAGE_FREED\"," HEAD "}", ".5",
     "the number must be whole, and written without '.'"},
    {"{\"seq\":-1,\"event\":\"IMAGE_FREED\"," HEAD "}", "-1",
     "expected a whole number, found '-'"},
    {"{\"seq\":281474976710656,\"event\":\"IMAGE_FREED\"," HEAD "}", "281474976710656",
     "\"seq\" is at most 281474976710655"},
    {"{\"t\":18446744073709551616,\"event\":\"IMAGE_FREED\"," HEAD "}", "18446744073709551616",
     "the number has more than 64 bits"},
    {"{\"t\":\"12x\",\"event\":\"IMAGE_FREED\"," HEAD "}", "\"12x\"",
     "\"12x\" is no whole number of 64 bits"},
    {"{\"event\":\"IMAGE_FREED\"," HEAD ",\"irql\":256}", "256", "\"irql\" is at most 255"},
    {"{\"event\":\"IMAGE_FREE\"," HEAD "}", "\"IMAGE_FREE\"",
     "\"IMAGE_FREE\" is no value of \"event\"; did you mean \"IMAGE_FREED\"?"},
    {"{\"event\":\"qqqqqqqqqq\"," HEAD "}", "\"qqqqqqqqqq\"",
     "\"qqqqqqqqqq\" is no value of \"event\""},
    {"{\"event\":\"CB_CALL\"," HEAD "}", "\"CB_CALL\"",
     "CB_CALL is written as the two lines that it stands for"},
    {"{\"event\":\"250\"," HEAD "}", "\"250\"", "no event has the number 250"},
    {"{\"event\":7," HEAD "}", "7,", "expected a string, found '7'"},
    {"{\"event\":null," HEAD "}", "null", "expected a string, found 'n'"},
    {"{\"event\":\"IMAGE_FREED\"," HEAD ",\"irq\":0}", "\"irq\"",
     "IMAGE_FREED has no \"irq\"; did you mean \"irql\"?"},
    {"{\"event\":\"IMAGE_FREED\"," HEAD ",\"qqqqqqqq\x7f\":0}", "\"qqqqqqqq",
     "IMAGE_FREED has no \"qqqqqqqq?\""},
    {"{\"event\":\"IMAGE_FREED\"," HEAD ",\"id\":3}", "\"id\":3}", "\"id\" is there twice"},
    {"{\"event\":\"IMAGE_FREED\",\"thread\":2,\"id\":3}", "{", "IMAGE_FREED needs \"driver\""},
    {"{\"event\":\"KNOB\",\"id\":3,\"knob\":\"failure_order\",\"value\":0}", "\"failure_order\"",
     "\"knob\" and another member name two things"},
    {"{\"event\":\"KNOB\",\"knob\":\"failure_order\",\"value\":\"up\"}", "\"up\"",
     "\"up\" is no value of failure_order"},
    {"{\"event\":\"CB_LEAVE\"," HEAD ",\"op_out\":\"STATUS_SUCESS\"}", "\"STATUS_SUCESS\"",
     "\"STATUS_SUCESS\" is no value of \"op_out\"; did you mean \"STATUS_SUCCESS\"?"},
    {"{\"event\":\"CB_LEAVE\"," HEAD ",\"op_out\":0,\"context_changed\":1}", "1}",
     "expected true or false, found '1'"},
    {"{\"event\":\"NAME\",\"id\":1,\"namespace\":\"driver\",\"text\":7}", "7",
     "expected a string, or an array of bytes, found '7'"},
    {"{\"event\":\"NAME\",\"id\":1,\"namespace\":\"driver\",\"text\":[7,256]}", "256",
     "\"text\" has at most 32 bytes, each at most 255"},
    {"{\"event\":\"NAME\",\"id\":1,\"namespace\":\"driver\","
     "\"text\":\"0123456789abcdef0123456789abcdefg\"}", "\"0123456789a",
     "\"text\" has at most 32 bytes; what is longer goes on in another record, with \"more\":true"},
    {"{\"event\":\"NAME\",\"id\":1,\"namespace\":\"driver\",\"text\":\"\\x\"}", "\\x",
     "this is no escape of JSON"},
    {"{\"event\":\"NAME\",\"id\":1,\"namespace\":\"driver\",\"text\":\"\\ud83d\"}", "\\ud83d",
     "this is no escape of JSON"},
    {"{\"event\":\"NAME\",\"id\":1,\"namespace\":\"driver\",\"text\":\"a\tb\"}", "\tb",
     "a control character must be written as \\u0009"},
    {"{\"event\":\"NAME\",\"id\":1,\"namespace\":\"driver\",\"text\":\"\xc3(\"}", "\xc3(",
     "byte 0xC3 is not UTF-8"},
    {"{\"event\":\"NAME\",\"id\":1,\"namespace\":\"driver\",\"text\":\"abc", "",
     "the string has no end"},
    {"{\"event\":\"FREE\"," HEAD ",\"tag\":\"abc\"}", "\"abc\"",
     "a tag has four characters, or is a number as \"0x0100424d\""},
    {"{\"event\":\"PROCESSOR\",\"id\":3,\"ProcNumber\":{\"group\":0,\"number\":1}}",
     "}}", "needs \"group\", \"number\" and \"reserved\""},
    {"{\"event\":\"PROCESSOR\",\"id\":3,\"ProcNumber\":{\"group\":0,\"nummer\":1}}", "\"nummer\"",
     "there is no key \"nummer\" here"},
    {"{\"event\":\"PROCESSOR\",\"id\":3,\"ProcNumber\":{\"group\":0,\"group\":1}}", "\"group\":1",
     "there is no key \"group\" here a second time"},
    {"{\"event\":\"PROCESSOR\",\"id\":3,\"ProcNumber\":{\"group\":65536}}", "65536",
     "\"group\" is at most 65535"},
    {"{\"event\":\"IFACE_UP\"," HEAD ",\"class\":\"{97fadb10-4e33-40ae-359c-8bef029dbdd}\"}",
     "\"{97", "a GUID is written as \"{97fadb10-4e33-40ae-359c-8bef029dbdd0}\""},
    {"{\"event\":\"REF\"," HEAD ",\"change\":2147483648}", "2147483648",
     "\"change\" has 32 bits with a sign"},
    {"{\"event\":\"TRACE_BEGIN\",\"format\":2,\"maker\":\"hotadd\"}", "{",
     "this program reads format 1 and no other"},
    {"{\"event\":\"IMAGE_FREED\"," HEAD "} x", "x", "expected the end of the line, found 'x'"},
    {"{\"event\":\"NOTE\",\"a\":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", "[[[",
     "nested more than 32 deep"},
    {"{\"event\":\"NOTE\",\"a\":nul}", "nul", "expected a value, found 'n'"},
};

static void a_wrong_line_is_refused_with_its_place(void **state)
{
    for (size_t i = 0; i < COUNT(mistakes); i++) {
        const char *line = mistakes[i].line;
        const struct ha_cursor *wrong = ha_jsonl_reader_wrong(*state);
        struct ha_record record;
        const char *at = mistakes[i].at[0] ? strstr(line, mistakes[i].at) : line + strlen(line);
        if (ha_jsonl_read(*state, line, strlen(line), &record) != HA_LINE_WRONG)
            fail_msg("taken: %s", line);
        assert_string_equal(wrong->message, mistakes[i].message);
        if (!strncmp(mistakes[i].at, "[[[", 3))
            at += 31;                       /* the object is the first of them */
        if (wrong->wrong != at)
            fail_msg("%s: the place is '%s'", line, wrong->wrong);
    }
}

static void a_trace_has_its_records_in_their_order(void **state)
{
    static const struct { const char *line, *message; } cases[] = {
        {"{\"seq\":4,\"event\":\"IMAGE_FREED\"," HEAD "}",
         "record 4 behind record 4: a trace has them in the order of \"seq\""},
        {"{\"seq\":3,\"event\":\"IMAGE_FREED\"," HEAD "}",
         "record 3 behind record 4: a trace has them in the order of \"seq\""},
    };
    read_good(*state, "{\"seq\":4,\"event\":\"IMAGE_FREED\"," HEAD "}");

    for (size_t i = 0; i < COUNT(cases); i++) {
        struct ha_record record;
        assert_int_equal(ha_jsonl_read(*state, cases[i].line, strlen(cases[i].line), &record),
                         HA_LINE_WRONG);
        assert_string_equal(ha_jsonl_reader_wrong(*state)->message, cases[i].message);
    }
    read_good(*state, "{\"seq\":9,\"event\":\"TRACE_END\",\"ending\":\"normally\"}");
    struct ha_record record;
    static const char late[] = "{\"seq\":10,\"event\":\"IMAGE_FREED\"," HEAD "}";
    assert_int_equal(ha_jsonl_read(*state, late, sizeof late - 1, &record), HA_LINE_WRONG);
    assert_string_equal(ha_jsonl_reader_wrong(*state)->message,
                        "behind TRACE_END only TRACE_BEGIN begins anything");
}

/* Every beginning of a good line is refused, and reading it goes nowhere beyond. */
static void a_line_that_is_cut_off_anywhere_is_refused(void **state)
{
    static const char line[] = "{\"seq\":70,\"t\":\"12\",\"event\":\"CB_ENTER\"," HEAD
        ",\"client\":\"ke\",\"operation\":1,\"existing\":false,\"State\":0,\"NtNumber\":4,"
        "\"ProcNumber\":{\"group\":0,\"number\":4,\"reserved\":0},\"op_in\":\"0x0\"}";
    char cut[sizeof line];

    for (size_t length = 1; length < sizeof line - 1; length++) {
        struct ha_record record;
        memset(cut, '"', sizeof cut);
        memcpy(cut, line, length);
        if (ha_jsonl_read(*state, cut, length, &record) != HA_LINE_WRONG)
            fail_msg("taken: %.*s", (int)length, line);
        assert_true(ha_jsonl_reader_wrong(*state)->wrong <= cut + length);
    }
    read_good(*state, line);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_reader, close_reader)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(members_may_come_in_any_order_and_with_white_space),
        TEST(a_knob_may_be_named_behind_its_value),
        TEST(a_number_may_stand_for_any_word_and_in_quotes),
        TEST(escapes_of_a_text_are_decoded),
        TEST(what_a_line_does_not_say_has_the_value_that_says_least),
        TEST(a_line_of_findings_and_one_with_nothing_are_no_records),
        TEST(another_trace_begins_its_numbers_anew_and_lacks_nothing),
        TEST(a_wrong_line_is_refused_with_its_place),
        TEST(a_trace_has_its_records_in_their_order),
        TEST(a_line_that_is_cut_off_anywhere_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
