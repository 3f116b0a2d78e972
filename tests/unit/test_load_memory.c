/* edge: the scenario loader when memory is lacking; linked with the library hotadd_failing */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>
#include <cmocka.h>

#include "edge/load.h"
#include "hotadd/error.h"
#include "unit/failing.h"

/* Load a file of the tests again and again, with one more allocation that succeeds each time. */
static void load_with_failures(const char *path, int last_result)
{
    struct ha_scenario before, scenario;
    bool refused = true;

    memset(&before, 0x5a, sizeof before);
    for (size_t good = 0; refused; good++) {
        struct ha_text messages = {0};
        memcpy(&scenario, &before, sizeof scenario);
        failing_after(good);
        int err = ha_scenario_load_file(path, &scenario, &messages);
        refused = failing_stop();

        if (err != (refused ? HA_ENOMEM : last_result))
            fail_msg("%s with %zu good allocations: %d", path, good, err);
        if (err != HA_OK)
            assert_memory_equal(&scenario, &before, sizeof scenario);
        else
            ha_scenario_close(&scenario);
        ha_text_close(&messages);
    }
}

static void a_refused_allocation_leaves_the_scenario_untouched(void **state)
{
    (void)state;
    load_with_failures(HA_TESTS_DIR "/good/everything.json", HA_OK);
}

static void a_refused_allocation_while_complaining_is_no_wrong_file(void **state)
{
    (void)state;
    load_with_failures(HA_TESTS_DIR "/bad/register_options.json", HA_EREAD);
    load_with_failures(HA_TESTS_DIR "/bad/many_errors.json", HA_EREAD);
    load_with_failures(HA_TESTS_DIR "/bad/truncated_object.json", HA_EREAD);
    load_with_failures(HA_TESTS_DIR "/bad/no_such_file.json", HA_EREAD);
}

int main(void)
{
    cJSON_Hooks hooks = {.malloc_fn = ha_test_malloc, .free_fn = free};
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_refused_allocation_leaves_the_scenario_untouched),
        cmocka_unit_test(a_refused_allocation_while_complaining_is_no_wrong_file),
    };
    cJSON_InitHooks(&hooks);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
