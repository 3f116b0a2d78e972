/* edge: the scenario loader */
#include <dirent.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/hash.h"
#include "base/names.h"
#include "edge/load.h"
#include "edge/scan.h"
#include "hotadd/error.h"
#include "unit/told.h"

#define PARTITION "\"partition\": {\"groups\": [{\"maximum\": 8, \"active\": 4}]}"
#define TOP "{\"format\": 1, \"name\": \"n\", " PARTITION

/* Every file of tests/bad, with the messages beside it in NAME.expected. */
static const char *const bad[] = {
    "active_above_maximum", "active_twice", "add_processor_options", "affinities",
    "after_the_end", "always", "bare_key", "budget", "budget_of_nothing",
    "bugcheck_code_too_long", "bugcheck_misspelt", "bugcheck_without_code", "byte_order_mark",
    "column_counts_characters", "comment", "conditions",
    "control_characters_in_key", "control_characters_in_names", "deep_nesting", "deregister_names",
    "driver_names", "duplicate_keys", "empty_file", "event_ids", "event_kinds", "event_times",
    "event_triggers", "expect_active", "expect_calls", "expect_members", "expect_states",
    "explored",
    "fault_members", "format_is_a_fraction", "group_numbers", "groups_missing", "half_surrogate",
    "handler_keys", "handler_only_steps", "irql_names", "later_steps",
    "leading_zero", "line_break_in_string",
    "lone_minus", "long_line", "long_number", "low_surrogate_first", "many_errors",
    "memory_events", "memory_expected", "memory_overlap", "memory_ranges", "missing_colon",
    "missing_comma", "misspelt_literal",
    "modules",
    "no_groups", "nobody_active", "node_lists", "not_an_object", "not_loaded_yet",
    "nothing_there", "nul_escape",
    "number_without_exponent", "number_without_fraction", "only_space", "order_of_wrong_events",
    "pnp_arrivals", "pnp_classes", "pnp_events", "pnp_handler_steps", "pnp_handlers", "pnp_names",
    "pnp_orders",
    "pnp_removals", "pnp_sorts", "pnp_steps", "pnp_words",
    "published_for_two_classes",
    "pool_sizes_and_tags", "profile_knobs", "profile_names", "profile_unknown", "query_arguments",
    "register_in_for_each", "register_options", "registry_case",
    "registry_values", "short_escape", "single_quotes", "status_names",
    "step_options", "step_verbs", "tab_in_string", "tables", "too_many_groups",
    "too_many_processors", "trailing_comma", "truncated_after_comma", "truncated_array",
    "truncated_object", "unknown_ending", "unknown_escape", "unknown_keys", "values_out_of_place",
    "violations_twice", "windows_line_ends", "word_for_value", "wrong_format", "wrong_types",
    "ws2008_groups",
};

/* Every file of tests/good, with what it says beside it in NAME.expected. */
static const char *const good[] = {"always", "everything", "every_step", "every_trigger",
                                   "memory", "modules", "pnp", "registry"};

static struct ha_text file_text(const char *folder, const char *name, const char *suffix)
{
    struct ha_text path = {0}, bytes = {0};
    char buffer[4096];
    size_t got;

    ha_text_addf(&path, "%s/%s/%s%s", HA_TESTS_DIR, folder, name, suffix);
    FILE *file = fopen(ha_text_string(&path), "rb");
    if (!file)
        fail_msg("%s is missing", ha_text_string(&path));
    while ((got = fread(buffer, 1, sizeof buffer, file)) > 0)
        ha_text_add_bytes(&bytes, buffer, got);
    fclose(file);
    ha_text_close(&path);
    return bytes;
}

/* cmocka cuts long strings, so both go to standard error before the test fails. */
static void expect_text(const char *label, const struct ha_text *made,
                        const struct ha_text *expected)
{
    if (!strcmp(ha_text_string(made), ha_text_string(expected)))
        return;
    fprintf(stderr, "%s: expected\n%s\nmade\n%s\n", label, ha_text_string(expected),
            ha_text_string(made));
    fail();
}

static void every_wrong_file_gets_the_messages_beside_it(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct ha_text bytes = file_text("bad", bad[i], ".json");
        struct ha_text expected = file_text("bad", bad[i], ".expected");
        struct ha_text messages = {0}, name = {0};
        struct ha_scenario scenario = {.name = "untouched"};

        ha_text_addf(&name, "%s.json", bad[i]);
        int err = ha_scenario_load_text(ha_text_string(&name), bytes.bytes, bytes.length,
                                        &scenario, &messages);
        expect_text(ha_text_string(&name), &messages, &expected);
        assert_int_equal(err, HA_EREAD);
        assert_string_equal(scenario.name, "untouched");
        assert_null(scenario.bag.newest);
        ha_text_close(&bytes);
        ha_text_close(&expected);
        ha_text_close(&messages);
        ha_text_close(&name);
    }
}

static void no_wrong_file_is_left_out_of_the_table(void **state)
{
    (void)state;
    DIR *folder = opendir(HA_TESTS_DIR "/bad");
    const struct dirent *entry;

    assert_non_null(folder);
    while ((entry = readdir(folder))) {
        const char *suffix = strstr(entry->d_name, ".json");
        size_t i = 0;
        while (suffix && i < sizeof bad / sizeof bad[0]
               && (strncmp(bad[i], entry->d_name, (size_t)(suffix - entry->d_name))
                   || strlen(bad[i]) != (size_t)(suffix - entry->d_name)))
            i++;
        if (i == sizeof bad / sizeof bad[0])
            fail_msg("%s is not in the table", entry->d_name);
    }
    closedir(folder);
}

static void a_good_file_gives_exactly_what_it_says(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        struct ha_text bytes = file_text("good", good[i], ".json");
        struct ha_text expected = file_text("good", good[i], ".expected");
        struct ha_text messages = {0}, name = {0};
        struct ha_scenario scenario;

        ha_text_addf(&name, "%s.json", good[i]);
        int err = ha_scenario_load_text(ha_text_string(&name), bytes.bytes, bytes.length,
                                        &scenario, &messages);
        assert_string_equal(ha_text_string(&messages), "");
        assert_int_equal(err, HA_OK);
        memset(bytes.bytes, 'x', bytes.length);     /* nothing of the text is kept */

        struct ha_text made = told(&scenario);
        expect_text(ha_text_string(&name), &made, &expected);
        assert_string_equal(scenario.plan.name, scenario.name);
        ha_scenario_close(&scenario);
        assert_null(scenario.bag.newest);
        ha_text_close(&made);
        ha_text_close(&bytes);
        ha_text_close(&expected);
        ha_text_close(&name);
    }
}

static void a_file_with_the_required_members_only_has_the_defaults(void **state)
{
    (void)state;
    static const char text[] = TOP "}";
    struct ha_text messages = {0};
    struct ha_scenario scenario;

    assert_int_equal(ha_scenario_load_text("f", text, sizeof text - 1, &scenario, &messages),
                     HA_OK);

    struct ha_text made = told(&scenario);
    assert_string_equal(ha_text_string(&made),
                        "f: n\nwhy -\nsource -\nprofile documented\ngroup 8 active 0xf node 0\n"
                        "expect not yet, active 0 0, calls 0\n");
    assert_true(scenario.plan.scenario_hash == ha_hash_text(text, sizeof text - 1));
    ha_text_close(&made);
    ha_scenario_close(&scenario);
}

static void an_empty_list_of_calls_still_expects_that_there_is_none(void **state)
{
    (void)state;
    static const char text[] = TOP ", \"expect\": {\"calls\": []}}";
    struct ha_text messages = {0};
    struct ha_scenario scenario;

    assert_int_equal(ha_scenario_load_text("f", text, sizeof text - 1, &scenario, &messages),
                     HA_OK);

    assert_true(scenario.expect.has_calls);
    assert_int_equal(scenario.expect.call_count, 0);
    ha_scenario_close(&scenario);
}

static void a_bug_check_is_expected_by_its_code(void **state)
{
    (void)state;
    static const char text[] = TOP ", \"expect\": {\"ends\": \"bugcheck 0xfFe2\"}}";
    struct ha_text messages = {0};
    struct ha_scenario scenario;

    assert_int_equal(ha_scenario_load_text("f", text, strlen(text), &scenario, &messages), HA_OK);

    assert_int_equal(scenario.expect.ending, HA_END_BUGCHECK);
    assert_int_equal(scenario.expect.bugcheck, 0xffe2);
    ha_scenario_close(&scenario);
    ha_text_close(&messages);
}

static void a_fast_failure_is_expected_by_the_name_of_its_code(void **state)
{
    (void)state;
    struct ha_text text = {0}, messages = {0};
    struct ha_scenario scenario;

    for (size_t i = 0; i < HA_FAST_FAIL_NAMES; i++) {
        ha_text_clear(&text);
        ha_text_addf(&text, TOP ", \"expect\": {\"ends\": \"bugcheck %s\"}}",
                     ha_fast_fail_listed(i));

        assert_int_equal(ha_scenario_load_text("f", ha_text_string(&text), text.length, &scenario,
                                               &messages), HA_OK);

        assert_int_equal(scenario.expect.ending, HA_END_BUGCHECK);
        assert_int_equal(scenario.expect.bugcheck, HA_SECURITY_CHECK_FAILURE);
        assert_string_equal(scenario.expect.fast_fail, ha_fast_fail_listed(i));
        ha_scenario_close(&scenario);
    }
    ha_text_close(&text);
    ha_text_close(&messages);
}

static void a_hundred_thousand_events_load(void **state)
{
    (void)state;
    struct ha_text text = {0}, messages = {0};
    struct ha_scenario scenario;

    ha_text_add(&text, TOP ", \"drivers\": [{\"name\": \"a\"}], \"events\": [\n");
    for (unsigned i = 0; i < 100000; i++)
        ha_text_addf(&text, "%s{\"at\": \"%uus\", \"run\": \"a\", \"do\": [{\"register\": "
                     "\"processor-change\", \"as\": \"r%u\"}, {\"deregister\": \"r%u\"}]}\n",
                     i ? "," : "", i, i, i);
    ha_text_add(&text, "]}");
    int err = ha_scenario_load_text("f", text.bytes, text.length, &scenario, &messages);
    assert_string_equal(ha_text_string(&messages), "");
    assert_int_equal(err, HA_OK);

    assert_int_equal(scenario.plan.event_count, 100000);
    assert_true(scenario.plan.event[99999].due_ns == 99999000);
    assert_string_equal(scenario.plan.event[99999].run->step[1].name, "r99999");
    ha_scenario_close(&scenario);
    ha_text_close(&text);
}

/* An ordinary event must cost no more than its 24 bytes. */
static void adds_that_leave_all_open_share_what_they_say(void **state)
{
    (void)state;
    static const char text[] = TOP ", \"events\": [{\"at\": \"0\", \"add_processor\": {}},"
                               " {\"at\": \"1ms\", \"add_processor\": {}}]}";
    struct ha_text messages = {0};
    struct ha_scenario scenario;

    assert_int_equal(ha_scenario_load_text("f", text, sizeof text - 1, &scenario, &messages),
                     HA_OK);

    assert_ptr_equal(scenario.plan.event[0].add, scenario.plan.event[1].add);
    ha_scenario_close(&scenario);
}

static void a_long_chain_of_events_is_no_circle(void **state)
{
    (void)state;
    struct ha_text text = {0}, messages = {0};
    struct ha_scenario scenario;

    ha_text_add(&text, TOP ", \"events\": [\n");
    for (unsigned i = 0; i < 50000; i++)
        ha_text_addf(&text, "{\"id\": \"e%u\", \"after\": {\"event\": \"e%u\"}, "
                     "\"add_processor\": {}},\n", i, i + 1);
    ha_text_add(&text, "{\"id\": \"e50000\", \"at\": \"0\", \"add_processor\": {}}]}");
    int err = ha_scenario_load_text("f", text.bytes, text.length, &scenario, &messages);
    assert_string_equal(ha_text_string(&messages), "");
    assert_int_equal(err, HA_OK);

    assert_int_equal(scenario.plan.event[49999].trigger, HA_AFTER_EVENT);
    assert_int_equal(scenario.plan.event[49999].event, 50000);
    ha_scenario_close(&scenario);
    ha_text_close(&text);
}

static void lists_of_steps_nest_as_deep_as_the_file_may(void **state)
{
    (void)state;
    struct ha_text text = {0}, messages = {0};
    struct ha_scenario scenario;
    const unsigned depth = 28;

    ha_text_add(&text, TOP ", \"drivers\": [{\"name\": \"a\", \"entry\": [");
    for (unsigned i = 0; i < depth; i++)
        ha_text_add(&text, "{\"for_each\": \"active\", \"do\": [");
    for (unsigned i = 0; i < depth; i++)
        ha_text_add(&text, "]}");
    ha_text_add(&text, "]}]}");
    int err = ha_scenario_load_text("f", text.bytes, text.length, &scenario, &messages);
    assert_string_equal(ha_text_string(&messages), "");
    assert_int_equal(err, HA_OK);

    const struct ha_steps *steps = &scenario.plan.driver[0].entry;
    for (unsigned i = 0; i < depth; i++) {
        assert_int_equal(steps->count, 1);
        steps = &steps->step[0].body;
    }
    assert_int_equal(steps->count, 0);
    ha_scenario_close(&scenario);
    ha_text_close(&text);
}

static void a_text_of_more_than_64_mib_is_refused_without_being_read(void **state)
{
    (void)state;
    size_t length = HA_SCAN_MOST_BYTES + 1;
    char *bytes = calloc(length, 1);
    struct ha_text messages = {0};
    struct ha_scenario scenario;

    assert_non_null(bytes);
    assert_int_equal(ha_scenario_load_text("f", bytes, length, &scenario, &messages), HA_EREAD);

    assert_string_equal(ha_text_string(&messages), "f: error: larger than 64 MiB\n");
    free(bytes);
    ha_text_close(&messages);
}

static void load_unreadable(const char *path, const char *reason)
{
    struct ha_text messages = {0}, expected = {0};
    struct ha_scenario scenario = {.name = "untouched"};

    assert_int_equal(ha_scenario_load_file(path, NULL, &scenario, &messages), HA_EREAD);

    ha_text_addf(&expected, "%s: error: cannot be read: %s\n", path, reason);
    assert_string_equal(ha_text_string(&messages), ha_text_string(&expected));
    assert_string_equal(scenario.name, "untouched");
    ha_text_close(&messages);
    ha_text_close(&expected);
}

static void a_file_that_cannot_be_read_gets_the_reason(void **state)
{
    (void)state;
    load_unreadable(HA_TESTS_DIR "/bad/no_such_file.json", strerror(ENOENT));
    load_unreadable(HA_TESTS_DIR "/bad", strerror(EISDIR));
    load_unreadable(HA_TESTS_DIR "/bad/empty_file.json/x", strerror(ENOTDIR));
}

static void a_file_is_loaded_under_the_path_that_named_it(void **state)
{
    (void)state;
    struct ha_text messages = {0};
    struct ha_scenario scenario;

    assert_int_equal(ha_scenario_load_file(HA_TESTS_DIR "/good/everything.json", NULL,
                                           &scenario, &messages), HA_OK);
    assert_string_equal(scenario.file, HA_TESTS_DIR "/good/everything.json");
    ha_scenario_close(&scenario);

    assert_int_equal(ha_scenario_load_file(HA_TESTS_DIR "/bad/empty_file.json", NULL,
                                           &scenario, &messages), HA_EREAD);
    assert_non_null(strstr(ha_text_string(&messages), "/bad/empty_file.json:1:1: error: "));
    ha_text_close(&messages);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_wrong_file_gets_the_messages_beside_it),
        cmocka_unit_test(no_wrong_file_is_left_out_of_the_table),
        cmocka_unit_test(a_good_file_gives_exactly_what_it_says),
        cmocka_unit_test(a_file_with_the_required_members_only_has_the_defaults),
        cmocka_unit_test(an_empty_list_of_calls_still_expects_that_there_is_none),
        cmocka_unit_test(a_bug_check_is_expected_by_its_code),
        cmocka_unit_test(a_fast_failure_is_expected_by_the_name_of_its_code),
        cmocka_unit_test(a_hundred_thousand_events_load),
        cmocka_unit_test(adds_that_leave_all_open_share_what_they_say),
        cmocka_unit_test(a_long_chain_of_events_is_no_circle),
        cmocka_unit_test(lists_of_steps_nest_as_deep_as_the_file_may),
        cmocka_unit_test(a_text_of_more_than_64_mib_is_refused_without_being_read),
        cmocka_unit_test(a_file_that_cannot_be_read_gets_the_reason),
        cmocka_unit_test(a_file_is_loaded_under_the_path_that_named_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
