/* module: when the host has no memory; linked with the library hotadd_failing */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "edge/module.h"
#include "hotadd/error.h"
#include "unit/failing.h"

static void a_refused_allocation_is_no_fault_of_the_module(void **state)
{
    static const struct { const char *path; bool private_copy; int result; } cases[] = {
        {"counts", false, HA_OK},
        {"counts", true, HA_OK},
        {"undefined", false, HA_EREAD},
        {"nothing", true, HA_EREAD},
        {"no_entry", false, HA_EREAD},
        {"conts", false, HA_EREAD},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        bool refused = true;
        for (size_t good = 0; refused; good++) {
            char path[512];
            struct ha_text messages = {0};
            struct ha_module *module = NULL;
            snprintf(path, sizeof path, HA_MODULES "/%s", cases[i].path);
            failing_after(good);
            int err = ha_module_load(path, cases[i].private_copy, &module, &messages);
            refused = failing_stop();

            if (err != (refused ? HA_ENOMEM : cases[i].result))
                fail_msg("%s with %zu good allocations: %d", path, good, err);
            assert_int_equal(!module, err != HA_OK);
            ha_module_unload(module);
            ha_text_close(&messages);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_refused_allocation_is_no_fault_of_the_module),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
