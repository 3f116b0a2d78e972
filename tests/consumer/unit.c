/* A unit test of the driver of driver.c, as its author would write it. */
#include <hotadd/cmocka.h>

ha_driver_entry DriverEntry;

static int setup(void **state)
{
    static const struct ha_group_options group = {.maximum = 4, .active_mask = 0x3};
    struct ha_machine_options machine = {.partition = {.group = &group, .group_count = 1}};
    struct ha_test_options options = {.machine = &machine, .driver = "mine", .entry = DriverEntry};
    return ha_setup_with(state, &options);
}

static void the_processor_with_index_2_is_refused(void **state)
{
    ha_add_processor(*state);
    ha_expect_calls(*state, "mine.ke1 Start 2 -> STATUS_INSUFFICIENT_RESOURCES",
                    "ke1 Failure 2 (STATUS_INSUFFICIENT_RESOURCES)");
    ha_expect_arrivals(*state);
}

static void the_processor_with_index_4_is_let_in(void **state)
{
    ha_add_processor(*state);
    ha_expect_calls(*state, "ke1 Start 4", "ke1 Complete 4");
}

static void it_is_let_in_whatever_happens(void **state)
{
    ha_explore_test(state, the_processor_with_index_4_is_let_in, DriverEntry);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_processor_with_index_2_is_refused, setup, ha_teardown),
        cmocka_unit_test(it_is_let_in_whatever_happens),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
