/* edge: compiled drivers on a host that refuses; linked with the library hotadd_failing */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "unit/failing.h"
#include "unit/playground.h"

#define SCENARIO                                                                                  \
    "{ \"format\": 1, \"name\": \"compiled\",\n"                                                  \
    "  \"partition\": { \"groups\": [ { \"maximum\": 4, \"active\": 1 } ] },\n"                   \
    "  \"drivers\": [ { \"name\": \"good\", \"module\": \"" HA_MODULES "/trouble\" },\n"          \
    "                 { \"name\": \"too\", \"module\": \"" HA_MODULES "/trouble\" } ],\n"         \
    "  \"events\": [ { \"at\": \"1ms\", \"add_processor\": {} } ] }\n"

static bool names_what_is_lacking(const char *text)
{
    return strstr(text, "memory") || strstr(text, "the host could not make a");
}

/* Whatever the host refuses, the parent or the worker, it is said, and no success is claimed. */
static void a_worker_needs_all_it_asks_for(void **state)
{
    static const struct ha_play_options ways[] = {{.quiet = true}, {.no_fork = true}};
    struct playground *p = *state;
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        bool refused = true;
        for (size_t good = 0; refused; good++) {
            failing_after(good);
            playground_play_as(p, "compiled.json", &ways[i]);
            refused = failing_stop();
            bool said = names_what_is_lacking(p->out) || names_what_is_lacking(p->log);
            if (refused ? !said || (p->code != HA_EXIT_UNREADABLE && p->code != HA_EXIT_INTERNAL)
                        : said || p->code != HA_EXIT_OK)
                fail_msg("%zu requests granted: exit code %d\n%s%s", good, p->code, p->out,
                         p->log);
        }
    }
}

static int open_with_file(void **state)
{
    playground_open(state);
    playground_write("compiled.json", SCENARIO);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_worker_needs_all_it_asks_for, open_with_file,
                                        playground_close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
