/* edge: scenarios whose drivers are modules; those of tests/module lie in HA_MODULES */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/playground.h"

#define SCENARIO(drivers, more) \
    "{ \"format\": 1, \"name\": \"of modules\",\n" \
    "  \"partition\": { \"groups\": [ { \"maximum\": 8, \"active\": 4 } ] },\n" \
    "  \"drivers\": [\n" drivers " ]" more " }\n"
#define DRIVER(name, module) "    { \"name\": \"" name "\", \"module\": \"" module "\" }"
#define TWO_ADDS ",\n  \"events\": [ { \"at\": \"1ms\", \"add_processor\": {} },\n" \
                 "    { \"at\": \"2ms\", \"add_processor\": {} } ],\n" \
                 "  \"expect\": { \"active_processors\": 5 }"

static void drivers_of_one_file_have_variables_of_their_own(void **state)
{
    struct playground *p = *state;
    playground_write("two.json", SCENARIO(DRIVER("a", HA_MODULES "/counts") ",\n"
                                          DRIVER("b", HA_MODULES "/counts.so"), TWO_ADDS));

    playground_play(p, "two.json two.json");

    assert_int_equal(p->code, HA_EXIT_OK);
    assert_string_equal(p->out, "pass  two.json: of modules (2 adds, 8 calls)\n"
                                "pass  two.json: of modules (2 adds, 8 calls)\n"
                                "2 passed, 0 failed\n");
}

static void a_module_that_cannot_be_loaded_stops_no_other_scenario(void **state)
{
    struct playground *p = *state;
    playground_write("f/a.json", SCENARIO(DRIVER("a", "no_such"), ""));
    playground_write("f/b.json", SCENARIO(DRIVER("b", HA_MODULES "/no_entry"), ""));
    playground_write("f/c.json", SCENARIO(DRIVER("c", HA_MODULES "/counts"), TWO_ADDS));

    playground_play(p, "f");

    assert_int_equal(p->code, HA_EXIT_UNREADABLE);
    playground_in_order(p->out, (const char *const[]){
        "f/a.json:4:30: error: module f/no_such: there is no such file",
        "    { \"name\": \"a\", \"module\": \"no_such\" } ]", "^\n",
        "f/b.json:4:30: error: module " HA_MODULES "/no_entry.so: it exports no DriverEntry",
        "pass  f/c.json", "1 passed, 2 failed\n", NULL});
}

/* The command that repeats a run names the module, too. */
static void the_module_of_an_option_takes_the_place_of_a_drivers_own(void **state)
{
    static const char *const drivers[] = {"a=" HA_MODULES "/counts.so"};
    struct playground *p = *state;
    playground_write("a.json", SCENARIO(DRIVER("a", "no_such"), ",\n"
        "  \"events\": [ { \"at\": \"1ms\", \"run\": \"a\",\n"
        "    \"do\": [ { \"table\": \"left_behind\", \"size\": 4 } ] } ]"));

    playground_play_as(p, "a.json", &(struct ha_play_options){
        .driver = drivers, .driver_count = 1});

    assert_int_equal(p->code, HA_EXIT_FAILED);
    playground_in_order(p->out, (const char *const[]){
        "error DRV-9: ",
        "hotadd run a.json --driver a=" HA_MODULES "/counts.so --replay h1-", NULL});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(test) cmocka_unit_test_setup_teardown(test, playground_open, playground_close)
        TEST(drivers_of_one_file_have_variables_of_their_own),
        TEST(a_module_that_cannot_be_loaded_stops_no_other_scenario),
        TEST(the_module_of_an_option_takes_the_place_of_a_drivers_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
