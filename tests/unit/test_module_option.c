/* module_option: modules that the command line gives drivers */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "edge/module_option.h"
#include "unit/playground.h"

static void a_module_is_found_by_the_whole_name_of_its_driver(void **state)
{
    static const char *const drivers[] = {"mine=b=c.so", "min=d.so", "other=e.so"};
    const struct ha_play_options options = {.driver = drivers, .driver_count = 3};
    (void)state;

    assert_string_equal(ha_module_option(&options, "mine"), "b=c.so");
    assert_string_equal(ha_module_option(&options, "min"), "d.so");
    assert_null(ha_module_option(&options, "mi"));
    assert_null(ha_module_option(&options, "mine=c"));
}

static void two_modules_for_one_driver_are_a_contradiction(void **state)
{
    static const char *const drivers[] = {"d=a.so", "dd=b.so", "d=c.so"};
    struct playground *p = *state;
    playground_write("good.json", PLAYGROUND_GOOD);

    playground_play_as(p, "good.json", &(struct ha_play_options){
        .driver = drivers, .driver_count = 3});

    assert_int_equal(p->code, HA_EXIT_USAGE);
    playground_has(p->log, "--driver d=a.so and --driver d=c.so do not go together: a driver has "
                           "one module");
    playground_lacks(p->out, "good.json");
}

static void a_driver_without_a_path_is_a_wrong_option(void **state)
{
    static const char *const wrong[] = {"mine", "mine=", "=mine.so", "", "="};
    struct playground *p = *state;
    playground_write("good.json", PLAYGROUND_GOOD);

    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        playground_play_as(p, "good.json", &(struct ha_play_options){
            .driver = &wrong[i], .driver_count = 1});
        assert_int_equal(p->code, HA_EXIT_USAGE);
        playground_has(p->log, "--driver takes NAME=PATH, not '");
        playground_lacks(p->out, "good.json");
    }
}

/* A script is no code that could lie in a module. */
static void a_driver_that_no_scenario_has_as_a_module_is_said_at_the_end(void **state)
{
    static const char *const drivers[] = {"d=mine.so"};
    struct playground *p = *state;
    playground_write("good.json", PLAYGROUND_GOOD);

    playground_play_as(p, "good.json", &(struct ha_play_options){
        .driver = drivers, .driver_count = 1});

    assert_int_equal(p->code, HA_EXIT_USAGE);
    playground_has(p->out, "pass  good.json");
    playground_has(p->log, "--driver d=mine.so: no scenario has a driver of that name with a "
                           "module");
}

/* What could not be read may have had it. */
static void beside_an_unreadable_file_nothing_is_said_of_an_unknown_driver(void **state)
{
    static const char *const drivers[] = {"d=mine.so"};
    struct playground *p = *state;
    playground_write("broken.json", PLAYGROUND_BROKEN);

    playground_play_as(p, "broken.json", &(struct ha_play_options){
        .driver = drivers, .driver_count = 1});

    assert_int_equal(p->code, HA_EXIT_UNREADABLE);
    playground_lacks(p->log, "no scenario has");
}

static void one_scenario_with_such_a_module_is_enough(void **state)
{
    static const char *const drivers[] = {"d=mine.so"};
    struct playground *p = *state;
    playground_write("good.json", PLAYGROUND_GOOD);
    playground_write("module.json", "{ \"format\": 1, \"name\": \"of a module\",\n"
        "  \"partition\": { \"groups\": [ { \"maximum\": 4, \"active\": 1 } ] },\n"
        "  \"drivers\": [ { \"name\": \"d\", \"module\": \"d.so\" } ] }\n");

    playground_play_as(p, "good.json module.json", &(struct ha_play_options){
        .driver = drivers, .driver_count = 1, .list = true});

    assert_int_equal(p->code, HA_EXIT_OK);
}

#define DRIVERS_OF_MODULES(drivers) \
    "{ \"format\": 1, \"name\": \"of modules\",\n" \
    "  \"partition\": { \"groups\": [ { \"maximum\": 4, \"active\": 1 } ] },\n" \
    "  \"drivers\": [ " drivers " ] }\n"

/* The files are not there, so the message shows where they were looked for. */
static void relative_paths_of_modules_count_from_the_folder_that_is_named(void **state)
{
    struct playground *p = *state;
    playground_write("modules.json",
                     DRIVERS_OF_MODULES("{ \"name\": \"d\", \"module\": \"deep/d.so\" }"));

    playground_play_as(p, "modules.json", &(struct ha_play_options){.modules = "built"});

    assert_int_equal(p->code, HA_EXIT_UNREADABLE);
    playground_has(p->out, "modules.json:3:41: error: module built/deep/d.so");
}

static void an_absolute_path_of_a_module_stays_what_it_is(void **state)
{
    struct playground *p = *state;
    playground_write("modules.json",
                     DRIVERS_OF_MODULES("{ \"name\": \"d\", \"module\": \"/nowhere/d.so\" }"));

    playground_play_as(p, "modules.json", &(struct ha_play_options){.modules = "built"});

    assert_int_equal(p->code, HA_EXIT_UNREADABLE);
    playground_has(p->out, "error: module /nowhere/d.so");
    playground_lacks(p->out, "built");
}

static void a_module_that_a_driver_was_given_is_looked_for_in_no_other_folder(void **state)
{
    static const char *const drivers[] = {"d=mine.so"};
    struct playground *p = *state;
    playground_write("modules.json",
                     DRIVERS_OF_MODULES("{ \"name\": \"d\", \"module\": \"d.so\" }"));

    playground_play_as(p, "modules.json", &(struct ha_play_options){
        .driver = drivers, .driver_count = 1, .modules = "built"});

    assert_int_equal(p->code, HA_EXIT_UNREADABLE);
    playground_has(p->out, "error: module mine.so");
    playground_lacks(p->out, "built");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(test) cmocka_unit_test_setup_teardown(test, playground_open, playground_close)
        cmocka_unit_test(a_module_is_found_by_the_whole_name_of_its_driver),
        TEST(two_modules_for_one_driver_are_a_contradiction),
        TEST(a_driver_without_a_path_is_a_wrong_option),
        TEST(a_driver_that_no_scenario_has_as_a_module_is_said_at_the_end),
        TEST(beside_an_unreadable_file_nothing_is_said_of_an_unknown_driver),
        TEST(one_scenario_with_such_a_module_is_enough),
        TEST(relative_paths_of_modules_count_from_the_folder_that_is_named),
        TEST(an_absolute_path_of_a_module_stays_what_it_is),
        TEST(a_module_that_a_driver_was_given_is_looked_for_in_no_other_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
