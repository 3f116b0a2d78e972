/* edge: what a scenario counts on and does not get is a difference; and what repeats a run */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/text.h"
#include "unit/playground.h"

#define HEAD                                                                                      \
    "{ \"format\": 1, \"name\": \"n\", \"partition\":\n"                                           \
    "{ \"groups\": [ { \"maximum\": 2, \"active\": 1 } ] },\n"                                     \
    "\"drivers\": [ { \"name\": \"d\", \"entry\": [ { \"table\": \"t\", \"size\": 1 },\n"          \
    "{ \"register\": \"processor-change\", \"as\": \"sync\" } ] } ],\n"

struct unmet {
    const char *label, *members;
    const char *message;        /* NULL: none, and it passes */
};

static void expect_messages(struct playground *p, const struct unmet *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct ha_text text = {0};
        ha_text_add(&text, HEAD);
        ha_text_add(&text, cases[i].members);
        ha_text_add(&text, " }\n");
        playground_write("s.json", ha_text_string(&text));
        ha_text_close(&text);

        playground_play_as(p, "s.json", &(struct ha_play_options){.detail = HA_DETAIL_VIOLATIONS});

        print_message("%s\n", cases[i].label);
        assert_int_equal(p->code, cases[i].message ? HA_EXIT_FAILED : HA_EXIT_OK);
        if (cases[i].message)
            playground_has(p->out, cases[i].message);
        playground_lacks(p->out, cases[i].message ? "pass " : "never");
    }
}

static void a_trigger_that_never_comes_is_a_difference(void **state)
{
    static const struct unmet cases[] = {
        {"comes", "\"events\": [ { \"at\": \"1ms\", \"add_processor\": {} },\n"
                  "{ \"during\": \"d.sync Start 1\", \"run\": \"d\", \"do\": [] } ]", NULL},
        {"does not", "\"events\": [ { \"at\": \"1ms\", \"add_processor\": {} },\n"
                     "{ \"during\": \"d.sync Failure 1\", \"run\": \"d\", \"do\": [] } ]",
         "events: what event 2 waits for never came\n"},
    };
    expect_messages(*state, cases, sizeof cases / sizeof cases[0]);
}

static void a_fault_that_never_strikes_is_a_difference(void **state)
{
    static const struct unmet cases[] = {
        {"strikes", "\"faults\": [ { \"fail\": \"ExAllocatePool2\", \"driver\": \"d\" } ]", NULL},
        {"too few", "\"faults\": [ { \"fail\": \"ExAllocatePool2\", \"occurrence\": 2 } ]",
         "faults: fault 1 never struck\n"},
        {"the second", "\"faults\": [ { \"fail\": \"KeRegisterProcessorChangeCallback\" },\n"
                       "{ \"fail\": \"ExAllocatePool2\", \"during\": \"* * *\" } ]",
         "faults: fault 2 never struck\n"},
        {"lasting", "\"faults\": [ { \"fail\": \"ExAllocatePool2\", \"during\": \"* Start *\",\n"
                    "\"persist\": true } ]", "faults: fault 1 never struck\n"},
    };
    expect_messages(*state, cases, sizeof cases / sizeof cases[0]);
}

/* What another profile does not bring about is nobody's fault. */
static void under_another_profile_a_fault_need_not_strike(void **state)
{
    struct playground *p = *state;
    playground_write("s.json", HEAD "\"faults\": [ { \"fail\": \"ExAllocatePool2\",\n"
                               "\"occurrence\": 2 } ] }\n");

    playground_play_as(p, "s.json", &(struct ha_play_options){.profile = "observed"});

    assert_int_equal(p->code, HA_EXIT_OK);
}

static void an_event_that_is_not_carried_out_is_a_difference(void **state)
{
    static const struct unmet cases[] = {
        {"loaded again",
         "\"events\": [ { \"at\": \"1ms\", \"load\": \"d\" },\n"
         "{ \"at\": \"2ms\", \"load\": \"d\" } ]",
         "events: 1 not carried out, because a driver was loaded already\n"},
        {"gone", "\"events\": [ { \"at\": \"1ms\", \"unload\": \"d\" },\n"
                 "{ \"at\": \"2ms\", \"run\": \"d\", \"do\": [] },\n"
                 "{ \"at\": \"3ms\", \"unload\": \"d\" } ]",
         "events: 2 not carried out, because a driver was not loaded\n"},
        {"not enabled",
         "\"events\": [ { \"at\": \"1ms\", \"remove_interface\": \"processor 0\" },\n"
         "{ \"at\": \"2ms\", \"remove_interface\": \"processor 0\" } ]",
         "events: 1 not carried out, because no such interface was enabled\n"},
    };
    expect_messages(*state, cases, sizeof cases / sizeof cases[0]);
}

/* What begins with a dash would be taken for an option. */
static void a_path_that_begins_with_a_dash_is_repeated_as_one(void **state)
{
    struct playground *p = *state;
    playground_write("-x.json", PLAYGROUND_FORGETS);

    playground_play(p, "-x.json");

    playground_has(p->out, "  repeat    hotadd run ./-x.json --replay h1-");
}

#define with_files(test) cmocka_unit_test_setup_teardown(test, playground_open, playground_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_files(a_trigger_that_never_comes_is_a_difference),
        with_files(a_fault_that_never_strikes_is_a_difference),
        with_files(under_another_profile_a_fault_need_not_strike),
        with_files(an_event_that_is_not_carried_out_is_a_difference),
        with_files(a_path_that_begins_with_a_dash_is_repeated_as_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
