// The same in C++, beside its own headers.
#include <string>

#include <hotadd/hotadd.h>

#include <hotadd/cmocka.h>

#include <vector>

extern "C" ha_driver_entry DriverEntry;

static int setup(void **state)
{
    return ha_setup(state, DriverEntry);
}

static void processors_beyond_index_2_are_let_in(void **state)
{
    std::vector<std::string> lines;

    ha_add_processor(*state);

    for (const char *word : {"Start", "Complete"})
        lines.push_back(std::string("driver.ke1 ") + word + " 4");
    ha_expect_calls(*state, lines[0].c_str(), lines[1].c_str());
    ha_expect_arrivals(*state, "pnp1 Arrival processor 4");
    ha_expect_arrivals(*state);
    assert_int_equal(lines.size(), 2);
    assert_non_null(*state);
    assert_string_equal(lines[0].c_str(), "driver.ke1 Start 4");
    ha_check(!ha_in_driver());
}

static void is_let_in(void **state)
{
    ha_add_processor(*state);
    ha_expect_calls(*state, "ke1 Start 4", "ke1 Complete 4");
}

static void one_is_let_in_whatever_happens(void **state)
{
    ha_explore_test(state, is_let_in, DriverEntry);
}

int main()
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(processors_beyond_index_2_are_let_in, setup, ha_teardown),
        cmocka_unit_test(one_is_let_in_whatever_happens),
    };
    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
