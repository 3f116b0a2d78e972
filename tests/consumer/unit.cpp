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

int main()
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(processors_beyond_index_2_are_let_in, setup, ha_teardown),
    };
    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
