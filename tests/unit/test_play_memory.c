/* edge: playing scenarios on a host that refuses; linked with the library hotadd_failing */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <cjson/cJSON.h>

#include "unit/failing.h"
#include "unit/playground.h"

static int open_with_files(void **state)
{
    playground_open(state);
    playground_write("f/good.json", PLAYGROUND_GOOD);
    playground_write("f/g/forgets.json", PLAYGROUND_FORGETS);
    playground_write("f/g/wrong.json", PLAYGROUND_WRONG);
    playground_write("f/h/broken.json", PLAYGROUND_BROKEN);
    return 0;
}

static bool names_what_is_lacking(const char *text)
{
    return strstr(text, "out of memory") || strstr(text, "allocate memory") ||
           strstr(text, "memory or descriptors") || strstr(text, "the host could not make a thread");
}

/* Play with so many requests granted and the next one refused, if there is a next one. */
static bool play_with_refusal(struct playground *p, const char *paths,
                              const struct ha_play_options *options, size_t good, int last_code)
{
    failing_after(good);
    playground_play_as(p, paths, options);
    bool refused = failing_stop();
    bool said = names_what_is_lacking(p->out) || names_what_is_lacking(p->log);

    if (refused ? !said || (p->code != HA_EXIT_UNREADABLE && p->code != HA_EXIT_INTERNAL)
                : said || p->code != last_code)
        fail_msg("%s, %zu requests granted: exit code %d\n%s%s", paths, good, p->code, p->out,
                 p->log);
    return refused;
}

/*
 * Play again and again, with one more request that the host grants each time. Whatever it
 * refuses, the run comes to its summary, says so, and claims no success.
 */
static void play_with_refusals(struct playground *p, const char *paths,
                               const struct ha_play_options *options, int last_code)
{
    for (size_t good = 0; play_with_refusal(p, paths, options, good, last_code);)
        good++;
}

static void a_good_scenario_needs_all_it_asks_for(void **state)
{
    play_with_refusals(*state, "f/good.json", &(struct ha_play_options){.quiet = false},
                       HA_EXIT_OK);
}

static void good_and_bad_scenarios_of_a_folder_need_all_they_ask_for(void **state)
{
    play_with_refusals(*state, "f", &(struct ha_play_options){.quiet = false},
                       HA_EXIT_UNREADABLE);
}

static void findings_and_differences_need_all_they_ask_for(void **state)
{
    play_with_refusals(*state, "f/g", &(struct ha_play_options){.color = true}, HA_EXIT_FAILED);
}

static void json_lines_need_all_they_ask_for(void **state)
{
    play_with_refusals(*state, "f/good.json", &(struct ha_play_options){.output = HA_OUTPUT_JSONL},
                       HA_EXIT_OK);
}

/* A file that was not accepted is as it was. */
static void accepting_needs_all_it_asks_for(void **state)
{
    const struct ha_play_options accepting = {.accept = true, .quiet = true};
    struct playground *p = *state;
    char text[sizeof PLAYGROUND_FORGETS + 256];
    bool refused = true;
    for (size_t good = 0; refused; good++) {
        playground_write("s.json", PLAYGROUND_FORGETS);
        refused = play_with_refusal(p, "s.json", &accepting, good, HA_EXIT_OK);
        FILE *file = fopen("s.json", "rb");
        assert_non_null(file);
        text[fread(text, 1, sizeof text - 1, file)] = '\0';
        fclose(file);
        if (refused && !strstr(text, "\"calls\""))
            assert_string_equal(text, PLAYGROUND_FORGETS);
        else
            playground_has(text, "\"violations\": [ \"DRV-5\" ],\n    \"calls\": [ \"d.sync Start");
    }
}

static void test_protocols_need_all_they_ask_for(void **state)
{
    for (enum ha_output output = HA_OUTPUT_TAP; output <= HA_OUTPUT_JUNIT; output++) {
        play_with_refusals(*state, "f/g/forgets.json",
                           &(struct ha_play_options){.output = output, .strict = true},
                           HA_EXIT_FAILED);
        play_with_refusals(*state, "f/h",
                           &(struct ha_play_options){.output = output, .quiet = true},
                           HA_EXIT_UNREADABLE);
    }
}

static void all_profiles_and_their_coverage_need_all_they_ask_for(void **state)
{
    play_with_refusals(*state, "f/g/forgets.json",
                       &(struct ha_play_options){.profile = HA_PROFILE_ALL, .coverage = true,
                                                 .quiet = true}, HA_EXIT_FAILED);
    play_with_refusals(*state,
                       HA_TESTS_DIR "/../scenarios/lifetime/waits_for_what_never_comes.json",
                       &(struct ha_play_options){.profile = HA_PROFILE_ALL}, HA_EXIT_OK);
}

static void a_list_needs_all_it_asks_for(void **state)
{
    play_with_refusals(*state, "f/good.json",
                       &(struct ha_play_options){.list = true, .filter = "*",
                                                 .profile = HA_PROFILE_ALL}, HA_EXIT_OK);
}

static void what_is_left_out_needs_all_it_asks_for(void **state)
{
    struct ha_play_options options = {.profile = "ws2008"};
    playground_write("two.json", "{ \"format\": 1, \"name\": \"two groups\", \"partition\":\n"
                                 "{ \"groups\": [ { \"maximum\": 1, \"active\": 1 },\n"
                                 "{ \"maximum\": 1, \"active\": 1 } ] } }\n");

    play_with_refusals(*state, "two.json", &options, HA_EXIT_NOTHING);
    for (options.output = HA_OUTPUT_TAP; options.output <= HA_OUTPUT_JUNIT; options.output++)
        play_with_refusals(*state, "two.json", &options, HA_EXIT_NOTHING);
    options = (struct ha_play_options){.profile = "ws2008", .list = true};
    play_with_refusals(*state, "two.json", &options, HA_EXIT_NOTHING);
}

static void a_deadlock_needs_all_it_asks_for(void **state)
{
    play_with_refusals(*state,
                       HA_TESTS_DIR "/../scenarios/lifetime/waits_for_what_never_comes.json",
                       &(struct ha_play_options){.quiet = false}, HA_EXIT_OK);
}

static void modules_in_other_places_need_all_they_ask_for(void **state)
{
    static const char *const drivers[] = {"given=mine"};
    playground_write("modules.json", "{ \"format\": 1, \"name\": \"modules\", \"partition\":\n"
                                     "{ \"groups\": [ { \"maximum\": 1, \"active\": 1 } ] },\n"
                                     "\"drivers\": [ { \"name\": \"found\", \"module\": \"f\" },\n"
                                     "{ \"name\": \"given\", \"module\": \"g\" } ] }\n");

    play_with_refusals(*state, "modules.json",
                       &(struct ha_play_options){.driver = drivers, .driver_count = 1,
                                                 .modules = "built", .no_fork = true},
                       HA_EXIT_UNREADABLE);
}

static void one_scenario_without_memory_does_not_stop_the_next(void **state)
{
    struct playground *p = *state;
    size_t passed = 0, refusals = 0;

    for (bool refused = true; refused; refusals += refused) {
        failing_after(refusals);
        playground_play_as(p, "f/good.json f/good.json", &(struct ha_play_options){.quiet = true});
        refused = failing_stop();
        passed += refused && strstr(p->out, "1 passed, 1 failed\n");
    }

    assert_true(passed > refusals / 2);
}

#define with_files(test) cmocka_unit_test_setup_teardown(test, open_with_files, playground_close)

int main(void)
{
    cJSON_Hooks hooks = {.malloc_fn = ha_test_malloc, .free_fn = free};
    const struct CMUnitTest tests[] = {
        with_files(a_good_scenario_needs_all_it_asks_for),
        with_files(good_and_bad_scenarios_of_a_folder_need_all_they_ask_for),
        with_files(findings_and_differences_need_all_they_ask_for),
        with_files(json_lines_need_all_they_ask_for),
        with_files(accepting_needs_all_it_asks_for),
        with_files(test_protocols_need_all_they_ask_for),
        with_files(all_profiles_and_their_coverage_need_all_they_ask_for),
        with_files(a_list_needs_all_it_asks_for),
        with_files(what_is_left_out_needs_all_it_asks_for),
        with_files(a_deadlock_needs_all_it_asks_for),
        with_files(modules_in_other_places_need_all_they_ask_for),
        with_files(one_scenario_without_memory_does_not_stop_the_next),
    };
    cJSON_InitHooks(&hooks);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
