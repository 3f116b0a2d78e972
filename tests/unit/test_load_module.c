/* load_module: where a module lies, and how a message about it points to the scenario */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "edge/load.h"
#include "hotadd/error.h"

#define TEXT(module) \
    "{\"format\": 1, \"name\": \"n\",\n" \
    " \"partition\": {\"groups\": [{\"maximum\": 8, \"active\": 4}]},\n" \
    " \"drivers\": [ {\"name\": \"calm\"},\n" \
    "  {\"name\": \"mine\", \"module\": \"" module "\"} ] }\n"

static struct ha_scenario load(const char *file, const char *text)
{
    struct ha_scenario scenario;
    struct ha_text messages = {0};
    int err = ha_scenario_load_text(file, text, strlen(text), &scenario, &messages);
    if (err)
        fail_msg("%s", ha_text_string(&messages));
    ha_text_close(&messages);
    return scenario;
}

static void a_relative_path_counts_from_the_folder_of_the_file(void **state)
{
    static const struct { const char *file, *text, *path; } cases[] = {
        {"a.json", TEXT("mine"), "mine"},
        {"./a.json", TEXT("../mine.so"), "./../mine.so"},
        {"some/where/a.json", TEXT("mine.so"), "some/where/mine.so"},
        {"/a.json", TEXT("built/mine.so"), "/built/mine.so"},
        {"some/where/a.json", TEXT("/lib/mine.so"), "/lib/mine.so"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct ha_scenario scenario = load(cases[i].file, cases[i].text);
        assert_null(scenario.plan.driver[0].module);
        assert_string_equal(scenario.plan.driver[1].module, cases[i].path);
        ha_scenario_close(&scenario);
    }
}

static void what_is_wrong_with_a_module_points_to_the_line_that_names_it(void **state)
{
    struct ha_scenario scenario = load("some/a.json", TEXT("mine.so"));
    struct ha_text sentences = {0}, messages = {0};
    (void)state;
    ha_text_add(&messages, "before\n");

    ha_text_add(&sentences, "one thing");
    ha_scenario_blame_module(&scenario, 1, &sentences, &messages);
    ha_text_add(&sentences, "\nand another");
    ha_scenario_blame_module(&scenario, 1, &sentences, &messages);

    assert_string_equal(ha_text_string(&messages),
                        "before\n"
                        "some/a.json:4:30: error: one thing\n"
                        "      {\"name\": \"mine\", \"module\": \"mine.so\"} ] }\n"
                        "                                 ^\n"
                        "some/a.json:4:30: error: one thing\n"
                        "some/a.json:4:30: error: and another\n"
                        "      {\"name\": \"mine\", \"module\": \"mine.so\"} ] }\n"
                        "                                 ^\n");
    ha_text_close(&sentences);
    ha_text_close(&messages);
    ha_scenario_close(&scenario);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_relative_path_counts_from_the_folder_of_the_file),
        cmocka_unit_test(what_is_wrong_with_a_module_points_to_the_line_that_names_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
