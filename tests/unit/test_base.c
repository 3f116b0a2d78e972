/* base: text, bag, eight, hash, names, profile */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/bag.h"
#include "base/eight.h"
#include "base/hash.h"
#include "base/names.h"
#include "base/text.h"
#include "hotadd/profile.h"

static void a_text_grows_and_pads_to_columns(void **state)
{
    (void)state;
    struct ha_text text = {0};

    ha_text_add(&text, "line\nab");
    ha_text_pad(&text, 4);
    ha_text_addf(&text, "%d", 42);

    assert_string_equal(ha_text_string(&text), "line\nab  42");
    assert_false(text.lost);
    ha_text_close(&text);
}

static void a_text_with_room_stays_where_it_is(void **state)
{
    (void)state;
    struct ha_text text = {0};
    ha_text_add(&text, "ab");
    ha_text_reserve(&text, 1000);
    const char *bytes = text.bytes;

    for (unsigned i = 0; i < 1000; i++)
        ha_text_add(&text, "c");

    assert_ptr_equal(text.bytes, bytes);
    assert_int_equal(text.room, 1003);
    assert_int_equal(strlen(ha_text_string(&text)), 1002);
    ha_text_close(&text);
}

static void a_json_string_escapes_quotes_and_control_characters(void **state)
{
    (void)state;
    struct ha_text text = {0};

    ha_text_add_json(&text, "a\"b\\c\n\0d", 8);

    assert_string_equal(ha_text_string(&text), "\"a\\\"b\\\\c\\u000a\\u0000d\"");
    ha_text_close(&text);
}

static void the_nearest_name_is_found_and_a_far_one_is_not(void **state)
{
    (void)state;
    static const char *const names[] = {"partition", "profile", "drivers"};

    assert_string_equal(ha_text_nearest("partitoin", names, 3), "partition");
    assert_string_equal(ha_text_nearest("Driver", names, 3), "drivers");
    assert_null(ha_text_nearest("zzz", names, 3));
    assert_null(ha_text_nearest("", names, 3));
}

static void a_bag_gives_zeroed_aligned_memory_of_any_size(void **state)
{
    (void)state;
    struct ha_bag bag = {0};

    char *small = ha_bag_take(&bag, 3);
    char *large = ha_bag_take(&bag, 100000);

    assert_non_null(small);
    assert_non_null(large);
    assert_int_equal(((uintptr_t)large) % sizeof(void *), 0);
    assert_int_equal(large[99999], 0);
    assert_string_equal(ha_bag_copy(&bag, "abcdef", 3), "abc");
    assert_null(ha_bag_take(&bag, SIZE_MAX - 8));
    ha_bag_close(&bag);
    assert_null(bag.newest);
}

static void a_status_is_printed_by_name_or_by_value(void **state)
{
    (void)state;
    char buffer[HA_STATUS_TEXT];
    int32_t status;

    assert_string_equal(ha_status_text((int32_t)0xC000009Au, buffer),
                        "STATUS_INSUFFICIENT_RESOURCES");
    assert_string_equal(ha_status_text((int32_t)0xC1234567u, buffer), "0xC1234567");
    assert_true(ha_status_find("STATUS_IO_TIMEOUT", &status));
    assert_int_equal((uint32_t)status, 0xC00000B5u);
    assert_false(ha_status_find("STATUS_NONE", &status));
    assert_string_equal(ha_status_nearest("STATUS_IO_TIMEOU"), "STATUS_IO_TIMEOUT");
}

static void every_number_in_a_table_has_a_name(void **state)
{
    (void)state;
    for (unsigned i = 1; i < HA_KIND_COUNT; i++)
        assert_non_null(ha_kind_name(i));
    for (unsigned i = 0; i < HA_REASON_COUNT; i++)
        assert_non_null(ha_reason_name(i));
    for (unsigned i = 0; i < HA_MISUSE_COUNT; i++)
        assert_non_null(ha_misuse_name(i));
    for (unsigned i = 0; i < HA_END_COUNT; i++)
        assert_non_null(ha_ending_name(i));
    for (unsigned i = 1; i < HA_ROUTINE_COUNT; i++)
        assert_int_equal(ha_routine_find(ha_routine_name(i)), i);
    assert_null(ha_kind_name(HA_KIND_COUNT));
}

/* RULES 2.2: the presets, each with exactly the knobs that it turns */
static void presets_turn_the_knobs_that_the_rules_say(void **state)
{
    (void)state;
    struct ha_profile documented = ha_profile_preset(HA_PRESET_DOCUMENTED);
    struct ha_profile stop = ha_profile_preset(HA_PRESET_STRICT_STOP);
    unsigned turned = 0;

    for (unsigned k = 0; k < HA_KNOB_COUNT; k++) {
        assert_int_equal(documented.knob[k], 0);
        turned += stop.knob[k] != 0;
    }
    assert_int_equal(turned, 3);
    assert_int_equal(stop.knob[HA_KNOB_HOT_START_ERROR], HA_STOP_AT_ERROR);
    assert_int_equal(stop.knob[HA_KNOB_HOT_FAILURE_SCOPE], HA_EXCLUDE_WRITER);
    assert_int_equal(stop.knob[HA_KNOB_OPSTATUS_DECISION], HA_FIRST_ERROR);
    assert_true(ha_profile_hash(&documented) != ha_profile_hash(&stop));
}

static void a_misspelt_knob_changes_nothing_and_gets_a_suggestion(void **state)
{
    (void)state;
    struct ha_profile profile = ha_profile_preset(HA_PRESET_DOCUMENTED);
    struct ha_profile before = profile;
    struct ha_error error = {""};
    enum ha_preset preset;

    assert_int_equal(ha_profile_set(&profile, "hot_start_eror", "stop_at_error", &error),
                     HA_EINVAL);
    assert_non_null(strstr(error.text, "did you mean 'hot_start_error'"));
    assert_int_equal(ha_profile_set(&profile, "hot_start_error", "zzzzzzzzzzzz", &error),
                     HA_EINVAL);
    assert_non_null(strstr(error.text, "there are: notify_all, stop_at_error"));
    assert_memory_equal(&profile, &before, sizeof profile);
    assert_int_equal(ha_profile_find("adverserial", &preset, &error), HA_EINVAL);
    assert_non_null(strstr(error.text, "did you mean 'adversarial'"));
    assert_int_equal(ha_profile_find("intro", &preset, NULL), HA_OK);
    assert_int_equal(preset, HA_PRESET_INTRO);
}

static void the_first_of_eight_bytes_is_found_whatever_follows(void **state)
{
    (void)state;
    for (unsigned first = 0; first < 8; first++) {
        char bytes[8] = {0};
        for (unsigned i = first; i < 8; i++)
            bytes[i] = (char)0x80;
        assert_int_equal(ha_eight_first(ha_eight_bytes(bytes)), first);
        assert_int_equal(ha_eight_first(UINT64_C(0x80) << 8 * first), first);
    }
}

static void the_hash_of_a_text_is_the_same_on_every_host(void **state)
{
    (void)state;
    static const struct { const char *text; uint64_t hash; } cases[] = {
        {"", UINT64_C(0xcbf29ce484222325)},
        {"a", UINT64_C(0xaf63dc4c8601ec8c)},
        {"1234567", UINT64_C(0xec75ca32794b12a7)},
        {"12345678", UINT64_C(0x49f2564e64f252b2)},
        {"{\n  \"format\": 1\n}\n", UINT64_C(0xc1d85b2590de7553)},
        {"the same text on every host, \xc3\xa9", UINT64_C(0xc051ed01758a1fca)},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        if (ha_hash_text(cases[i].text, strlen(cases[i].text)) != cases[i].hash)
            fail_msg("%s", cases[i].text);
}

static void one_bit_of_a_text_changes_the_lower_half_of_its_hash(void **state)
{
    (void)state;
    unsigned char text[43] = "{\"at\": \"1us\", \"add_processor\": {}}";
    uint32_t hash = (uint32_t)ha_hash_text(text, sizeof text);

    for (size_t bit = 0; bit < sizeof text * 8; bit++) {
        text[bit / 8] = (unsigned char)(text[bit / 8] ^ 1u << bit % 8);
        if ((uint32_t)ha_hash_text(text, sizeof text) == hash)
            fail_msg("bit %zu does not count", bit);
        text[bit / 8] = (unsigned char)(text[bit / 8] ^ 1u << bit % 8);
    }
    assert_true((uint32_t)ha_hash_text(text, sizeof text - 1) != hash);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_text_grows_and_pads_to_columns),
        cmocka_unit_test(a_text_with_room_stays_where_it_is),
        cmocka_unit_test(a_json_string_escapes_quotes_and_control_characters),
        cmocka_unit_test(the_nearest_name_is_found_and_a_far_one_is_not),
        cmocka_unit_test(a_bag_gives_zeroed_aligned_memory_of_any_size),
        cmocka_unit_test(the_first_of_eight_bytes_is_found_whatever_follows),
        cmocka_unit_test(the_hash_of_a_text_is_the_same_on_every_host),
        cmocka_unit_test(one_bit_of_a_text_changes_the_lower_half_of_its_hash),
        cmocka_unit_test(a_status_is_printed_by_name_or_by_value),
        cmocka_unit_test(every_number_in_a_table_has_a_name),
        cmocka_unit_test(presets_turn_the_knobs_that_the_rules_say),
        cmocka_unit_test(a_misspelt_knob_changes_nothing_and_gets_a_suggestion),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
