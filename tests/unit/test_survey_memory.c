/* edge: searching scenarios on a host that refuses; linked with the library hotadd_failing */
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

/* Forgets its second block when a processor is not let in, if it refused that one itself. */
#define BLOCKS                                                                                    \
    "{ \"format\": 1, \"name\": \"blocks\",\n"                                                    \
    "  \"partition\": { \"groups\": [ { \"maximum\": 4, \"active\": 1 } ] },\n"                   \
    "  \"drivers\": [ { \"name\": \"mine\",\n"                                                    \
    "    \"entry\": [ { \"table\": \"t\", \"size\": \"$maximum\" },\n"                            \
    "      { \"register\": \"processor-change\", \"as\": \"sync\" } ],\n"                         \
    "    \"on\": [ { \"callback\": \"sync\", \"state\": \"KeProcessorAddStartNotify\",\n"         \
    "      \"do\": [ { \"allocate\": \"t[0]\" }, { \"allocate\": \"t[1]\",\n"                     \
    "        \"if_fails\": [ { \"set_operation_status\": \"STATUS_NO_MEMORY\" } ] } ] },\n"       \
    "      { \"callback\": \"sync\", \"state\": \"KeProcessorAddFailureNotify\",\n"               \
    "        \"do\": [ { \"free\": \"t[0]\" } ] } ] } ],\n"                                       \
    "  \"events\": [ { \"at\": \"1ms\", \"add_processor\": {} } ] }\n"

#define ALWAYS                                                                                    \
    "{ \"format\": 1, \"name\": \"always\",\n"                                                    \
    "  \"partition\": { \"groups\": [ { \"maximum\": 4, \"active\": 1 } ] },\n"                   \
    "  \"drivers\": [ { \"name\": \"mine\",\n"                                                    \
    "    \"entry\": [ { \"register\": \"device-interface\", \"as\": \"cpu\",\n"                   \
    "      \"class\": \"GUID_DEVICE_PROCESSOR\" } ] } ],\n"                                       \
    "  \"events\": [ { \"at\": \"1ms\", \"add_processor\": {} } ],\n"                             \
    "  \"expect\": { \"always\": { \"active\": [ 2 ], \"drivers\": { \"mine\": [ \"0xC0000001\",\n"\
    "    \"STATUS_SUCCESS\" ] }, \"arrivals\": { \"each\": {\n"                                   \
    "    \"mine.cpu Arrival processor 1\": 1 } } } } }\n"

/* A compiled driver whose name says what it does. */
#define COMPILED(driver)                                                                          \
    "{ \"format\": 1, \"name\": \"compiled\",\n"                                                  \
    "  \"partition\": { \"groups\": [ { \"maximum\": 4, \"active\": 1 } ] },\n"                   \
    "  \"drivers\": [ { \"name\": \"" driver "\", \"module\": \"" HA_MODULES "/trouble\" } ],\n"  \
    "  \"events\": [ { \"at\": \"1ms\", \"add_processor\": {} } ] }\n"

#define USUAL                                                                                     \
    .bounds = {.faults = HA_BOUND_USUAL, .preemptions = HA_BOUND_USUAL,                           \
               .deliveries = HA_BOUND_USUAL, .fixed_order = false}

/* A scenario, a search of it, and what that comes to. */
struct order {
    const char *label, *scenario;
    struct ha_explore_options options;
    int code;
    const char *part;           /* of what is printed */
};

static bool names_what_is_lacking(const char *text)
{
    return strstr(text, "memory") || strstr(text, "the host could not make a");
}

/* Whether nothing is printed but that nothing has come of it. */
static bool is_empty(const char *printed)
{
    return !strcmp(printed, "") || !strcmp(printed, "0 passed, 0 failed\n") ||
           !strcmp(printed, "0 passed, 1 failed\n");
}

/*
 * With so many requests granted and the next one refused. Either it is as if all had been, or it is
 * said and nothing else is. Whether there was a next one.
 */
static bool search_with_refusal(struct playground *p, const struct order *order,
                                const char *whole, size_t good)
{
    failing_after(good);
    playground_explore(p, "s.json", &order->options);
    bool refused = failing_stop();
    bool is_whole = !strcmp(p->out, whole) && !p->log[0] && p->code == order->code;
    bool is_said = names_what_is_lacking(p->log) && is_empty(p->out) &&
                   (p->code == HA_EXIT_UNREADABLE || p->code == HA_EXIT_INTERNAL);
    if (!is_whole && !(refused && is_said))
        fail_msg("%s, %zu requests granted: exit code %d\n%s%s", order->label, good, p->code,
                 p->out, p->log);
    return refused;
}

/* Again and again, with one more request that the host grants each time. */
static void search_with_refusals(struct playground *p, const struct order *order)
{
    bool refused = true;
    playground_write("s.json", order->scenario);
    playground_explore(p, "s.json", &order->options);
    playground_has(p->out, order->part);
    char *whole = p->out;
    p->out = NULL;
    for (size_t good = 0; refused; good += HA_EVERY)
        refused = search_with_refusal(p, order, whole, good);
    free(whole);
}

static void a_search_of_a_script_needs_all_it_asks_for(void **state)
{
    static const struct order orders[] = {
        {"sweep", BLOCKS, {.strategy = HA_SEARCH_FAULTS, USUAL, .keep_going = true},
         HA_EXIT_FAILED, "FOUND  "},
        {"axes", BLOCKS, {.strategy = HA_SEARCH_FAULTS, USUAL, .keep_going = true,
                          .axes = "hot_failure_scope,failure_order"},
         HA_EXIT_FAILED, "turned in every way (4)"},
        {"always", ALWAYS, {.strategy = HA_SEARCH_FAULTS, USUAL, .keep_going = true},
         HA_EXIT_FAILED, "always expected"},
        {"jobs", BLOCKS, {.strategy = HA_SEARCH_FAULTS, USUAL, .keep_going = true, .jobs = 3},
         HA_EXIT_FAILED, "FOUND  "},
        {"chance", BLOCKS, {.strategy = HA_SEARCH_RANDOM, .runs = 5, .keep_going = true,
                            .bounds = {.faults = 1}},
         HA_EXIT_BUDGET, "open  "},
        {"priorities", PLAYGROUND_GOOD, {.strategy = HA_SEARCH_PCT, .runs = 5},
         HA_EXIT_BUDGET, "open  "},
        {"list", BLOCKS, {.list = true, USUAL, .axes = "failure_order"},
         HA_EXIT_OK, "choice points"},
        {"unplayable", "{ \"format\": 1, \"name\": \"two groups\", \"partition\":\n"
                       "{ \"groups\": [ { \"maximum\": 1, \"active\": 1 },\n"
                       "{ \"maximum\": 1, \"active\": 1 } ] } }\n",
         {.axes = "target"}, HA_EXIT_OK, "1 variant does not go"},
    };
    for (size_t i = 0; i < sizeof orders / sizeof orders[0]; i++)
        search_with_refusals(*state, &orders[i]);
}

/* Without a line in the source, which may be lacking without a word. */
static void a_search_of_compiled_drivers_needs_all_it_asks_for(void **state)
{
    static const struct order orders[] = {
        {"places", COMPILED("twice_refused"),
         {.strategy = HA_SEARCH_FAULTS, USUAL, .keep_going = true}, HA_EXIT_FAILED, "FOUND  "},
        {"lost", COMPILED("exit_refused"),
         {.strategy = HA_SEARCH_FAULTS, USUAL, .keep_going = true}, HA_EXIT_FAILED, "FOUND  "},
        {"twin", COMPILED("stray_start"), {.runs = 5, USUAL}, HA_EXIT_STRAYED, "in two ways"},
        {"question", COMPILED("drift_start"), {.strategy = HA_SEARCH_FAULTS, USUAL},
         HA_EXIT_STRAYED, "asked otherwise"},
    };
    const char *path = getenv("PATH");
    setenv("PATH", "", 1);
    for (size_t i = 0; i < sizeof orders / sizeof orders[0]; i++)
        search_with_refusals(*state, &orders[i]);
    setenv("PATH", path, 1);
}

#define in_playground(test) \
    cmocka_unit_test_setup_teardown(test, playground_open, playground_close)

int main(void)
{
    cJSON_Hooks hooks = {.malloc_fn = ha_test_malloc, .free_fn = free};
    const struct CMUnitTest tests[] = {
        in_playground(a_search_of_a_script_needs_all_it_asks_for),
        in_playground(a_search_of_compiled_drivers_needs_all_it_asks_for),
    };
    cJSON_InitHooks(&hooks);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
