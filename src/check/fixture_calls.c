/* fixture_calls - the calls of a test's machine, held against lists */
#include <stdlib.h>
#include <string.h>

#include "check/fixture.h"

/*
 * Patterns as scenarios have them: a client whose driver is not said may be anyone's. Each is
 * terminated by a NUL, and they lie one behind another.
 */
static void complete(struct ha_text *patterns, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        size_t client = strcspn(words[i], " ");
        if (!memchr(words[i], '.', client))
            ha_text_add(patterns, "*.");
        ha_text_add_bytes(patterns, words[i], strlen(words[i]) + 1);
    }
}

/* What the matcher has kept from the `first` on, against words that are completed to patterns. */
static int compare(struct ha_fixture *fixture, const char *const *words, size_t count, size_t first,
                   int (*compare_kept)(const struct ha_matcher *matcher, size_t first,
                                       const char *const *pattern, size_t pattern_count,
                                       struct ha_text *report))
{
    const char **pattern = calloc(count + 1, sizeof *pattern);
    struct ha_text patterns = {0};
    int found = HA_ENOMEM;

    ha_text_clear(&fixture->report);
    complete(&patterns, words, count);
    if (pattern && !patterns.lost) {
        const char *next = patterns.bytes;
        for (size_t i = 0; i < count; next += strlen(next) + 1)
            pattern[i++] = next;
        found = compare_kept(fixture->matcher, first, pattern, count, &fixture->report);
    }
    ha_text_close(&patterns);
    free(pattern);
    return ha_matcher_lost(fixture->matcher) ? HA_ENOMEM : found;
}

static const char *report_of(const struct ha_fixture *fixture, int found)
{
    if (found < 0)
        return "out of memory: the calls cannot be compared\n";
    return found ? ha_text_string(&fixture->report) : NULL;
}

const char *ha_test_compare_calls(struct ha_machine *machine, const char *const *words,
                                  size_t count)
{
    struct ha_fixture *fixture = ha_fixture_of(machine);

    ha_machine_flush(machine);
    if (ha_fixture_is_elsewhere(fixture))
        return NULL;
    int found = compare(fixture, words, count, fixture->compared_calls, ha_matcher_compare_calls);
    fixture->compared_calls = ha_matcher_call_count(fixture->matcher);
    return report_of(fixture, found);
}

const char *ha_test_compare_arrivals(struct ha_machine *machine, const char *const *words,
                                     size_t count)
{
    struct ha_fixture *fixture = ha_fixture_of(machine);

    ha_machine_flush(machine);
    if (ha_fixture_is_elsewhere(fixture))
        return NULL;
    int found = compare(fixture, words, count, fixture->compared_arrivals,
                        ha_matcher_compare_arrivals);
    fixture->compared_arrivals = ha_matcher_arrival_count(fixture->matcher);
    return report_of(fixture, found);
}
