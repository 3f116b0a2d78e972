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

#define LONG_NAME "abcdefghijklmnopqrstuvwxyz01234"

/*
 * Load again and again, with one more allocation that succeeds each time: a text, or the file of
 * that name when `text` is NULL.
 */
static void load_with_failures(const char *path, const struct ha_text *text, int last_result)
{
    struct ha_scenario before, scenario;
    bool refused = true;

    memset(&before, 0x5a, sizeof before);
    for (size_t good = 0; refused; good++) {
        struct ha_text messages = {0};
        memcpy(&scenario, &before, sizeof scenario);
        failing_after(good);
        int err = text ? ha_scenario_load_text(path, text->bytes, text->length, &scenario,
                                               &messages)
                       : ha_scenario_load_file(path, NULL, &scenario, &messages);
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
    load_with_failures(HA_TESTS_DIR "/good/everything.json", NULL, HA_OK);
    load_with_failures(HA_TESTS_DIR "/good/always.json", NULL, HA_OK);
    load_with_failures(HA_TESTS_DIR "/good/every_step.json", NULL, HA_OK);
    load_with_failures(HA_TESTS_DIR "/good/every_trigger.json", NULL, HA_OK);
    load_with_failures(HA_TESTS_DIR "/good/modules.json", NULL, HA_OK);
    load_with_failures(HA_TESTS_DIR "/good/registry.json", NULL, HA_OK);
    load_with_failures(HA_TESTS_DIR "/good/memory.json", NULL, HA_OK);
    load_with_failures(HA_TESTS_DIR "/good/pnp.json", NULL, HA_OK);
}

static void a_refused_allocation_while_complaining_is_no_wrong_file(void **state)
{
    (void)state;
    load_with_failures(HA_TESTS_DIR "/bad/register_options.json", NULL, HA_EREAD);
    load_with_failures(HA_TESTS_DIR "/bad/many_errors.json", NULL, HA_EREAD);
    load_with_failures(HA_TESTS_DIR "/bad/event_ids.json", NULL, HA_EREAD);
    load_with_failures(HA_TESTS_DIR "/bad/not_loaded_yet.json", NULL, HA_EREAD);
    load_with_failures(HA_TESTS_DIR "/bad/truncated_object.json", NULL, HA_EREAD);
    load_with_failures(HA_TESTS_DIR "/bad/no_such_file.json", NULL, HA_EREAD);
    load_with_failures(HA_TESTS_DIR "/bad/pnp_orders.json", NULL, HA_EREAD);
    load_with_failures(HA_TESTS_DIR "/bad/pnp_sorts.json", NULL, HA_EREAD);
}

/* Lengths are mixed, so that every kind of copy is once the one that needs a new block. */
static void a_refused_allocation_among_many_names_is_noticed(void **state)
{
    (void)state;
    struct ha_text text = {0};

    ha_text_add(&text, "{\"format\": 1, \"name\": \"n\","
                       " \"partition\": {\"groups\": [{\"maximum\": 1, \"active\": 1}]},"
                       " \"drivers\": [{\"name\": \"a\", \"entry\": [");
    for (unsigned i = 0; i < 40; i++)
        ha_text_addf(&text, "%s{\"register\": \"processor-change\", \"as\": \"r%u\"}",
                     i ? "," : "", i);
    ha_text_add(&text, "]}, {\"name\": \"b\", \"unload\": [");
    for (unsigned i = 0; i < 200; i++)
        ha_text_addf(&text, "%s{\"deregister\": \"%s.r%u\"}", i ? "," : "",
                     i % 2 ? "a" : LONG_NAME, i % 40);
    ha_text_add(&text, "]}, {\"name\": \"" LONG_NAME "\", \"entry\": [");
    for (unsigned i = 0; i < 40; i += 2)
        ha_text_addf(&text, "%s{\"register\": \"processor-change\", \"as\": \"r%u\"}",
                     i ? "," : "", i);
    ha_text_add(&text, "]}]}");
    load_with_failures("f", &text, HA_OK);
    ha_text_close(&text);
}

/* Events are parsed one at a time: also behind the first, with an escape, with many values. */
static void a_refused_allocation_for_an_event_is_noticed(void **state)
{
    (void)state;
    struct ha_text text = {0};

    ha_text_add(&text, "{\"format\": 1, \"name\": \"n\","
                       " \"partition\": {\"groups\": [{\"maximum\": 1, \"active\": 1}]},"
                       " \"drivers\": [{\"name\": \"a\"}],"
                       " \"events\": [{\"at\": \"1s\", \"add_processor\": {}},"
                       " {\"at\": \"2\\u0073\", \"add_processor\": {}},"
                       " {\"at\": \"3s\", \"run\": \"a\", \"do\": [");
    for (unsigned i = 0; i < 100; i++)
        ha_text_addf(&text, "%s{\"signal\": \"s%u\"}", i ? "," : "", i);
    ha_text_add(&text, "]}, {\"at\": \"4s\", \"add_processor\": {}}]}");
    load_with_failures("f", &text, HA_OK);
    ha_text_close(&text);
}

/* The text of a good file behind a "why" of so many bytes. */
static struct ha_text padded_text(const char *path, size_t length)
{
    struct ha_text text = {0};
    FILE *file = fopen(path, "rb");
    char buffer[4096];
    size_t got;

    assert_non_null(file);
    assert_int_equal(getc(file), '{');
    ha_text_addf(&text, "{\"why\": \"%*s\",", (int)length, "");
    while ((got = fread(buffer, 1, sizeof buffer, file)) > 0)
        ha_text_add_bytes(&text, buffer, got);
    fclose(file);
    return text;
}

/*
 * What is kept lies in blocks, and only the piece that begins a new one can be refused. So the
 * border between the first two is moved over all pieces of a file. The parser's memory is not in
 * question here.
 */
static void a_refused_block_is_noticed_whatever_needs_it(void **state)
{
    (void)state;
    static const char *const path[] = {HA_TESTS_DIR "/good/every_step.json",
                                       HA_TESTS_DIR "/good/every_trigger.json",
                                       HA_TESTS_DIR "/good/memory.json",
                                       HA_TESTS_DIR "/good/pnp.json"};

    cJSON_InitHooks(NULL);
    for (size_t i = 0; i < sizeof path / sizeof path[0]; i++) {
        for (size_t length = 0; length < 4096; length += 16) {
            struct ha_text text = padded_text(path[i], length);
            load_with_failures(path[i], &text, HA_OK);
            ha_text_close(&text);
        }
    }
}

int main(void)
{
    cJSON_Hooks hooks = {.malloc_fn = ha_test_malloc, .free_fn = free};
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_refused_allocation_leaves_the_scenario_untouched),
        cmocka_unit_test(a_refused_allocation_while_complaining_is_no_wrong_file),
        cmocka_unit_test(a_refused_allocation_among_many_names_is_noticed),
        cmocka_unit_test(a_refused_allocation_for_an_event_is_noticed),
        cmocka_unit_test(a_refused_block_is_noticed_whatever_needs_it),
    };
    cJSON_InitHooks(&hooks);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
