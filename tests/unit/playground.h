/*
 * playground - a folder of its own for tests that play scenario files
 *
 * The test runs inside the folder, so that messages name files by short relative paths.
 */
#ifndef HA_TESTS_PLAYGROUND_H
#define HA_TESTS_PLAYGROUND_H

#include "hotadd/explore.h"
#include "hotadd/scenario.h"

/*
 * One driver, and one processor more: as expected; with a processor too many expected; with a
 * driver that forgets its registration; and with the event at another time than 1 ms. And a text
 * that ends too early.
 */
#define PLAYGROUND_GOOD playground_scenario("2", "", "1ms")
#define PLAYGROUND_WRONG playground_scenario("3", "", "1ms")
#define PLAYGROUND_FORGETS playground_scenario("2", ", \"unload\": []", "1ms")
#define PLAYGROUND_AT(time) playground_scenario("2", "", time)
#define PLAYGROUND_BROKEN "{\n  \"format\": 1,\n  \"name\": \"broken\"\n"
#define playground_scenario(active, more, time)                                                   \
    "{ \"format\": 1, \"name\": \"a processor more\",\n"                                          \
    "  \"partition\": { \"groups\": [ { \"maximum\": 4, \"active\": 1 } ] },\n"                   \
    "  \"drivers\": [ { \"name\": \"d\",\n"                                                       \
    "    \"entry\": [ { \"register\": \"processor-change\", \"as\": \"sync\" } ]" more " } ],\n"   \
    "  \"events\": [ { \"at\": \"" time "\", \"add_processor\": {} } ],\n"                          \
    "  \"expect\": { \"active_processors\": " active " } }\n"

struct playground {
    char folder[512];
    int came_from;          /* where the test ran before */
    int code;               /* of the last play, and what it printed */
    char *out, *log;
};

/* For cmocka: make the folder and go there; leave and remove it with all that it holds. */
int playground_open(void **state);
int playground_close(void **state);

/* Write a file; a folder in its name is made. */
void playground_write(const char *name, const char *text);

/*
 * Play paths, which are words with a space between them. The last word that is printed must be
 * the summary. Paths, `out` and `log` of the options are not looked at.
 */
void playground_play(struct playground *p, const char *paths);
void playground_play_as(struct playground *p, const char *paths,
                        const struct ha_play_options *options);

/* Search the scenarios at these paths, likewise. */
void playground_explore(struct playground *p, const char *paths,
                        const struct ha_explore_options *options);

/* All that a file holds, terminated; the caller frees it. */
char *playground_read(const char *name);

/* Fail unless the parts follow one another in `text`; NULL ends the list. */
void playground_in_order(const char *text, const char *const *part);

/* Fail the test, showing what was printed, unless `text` holds `part`, or if it does. */
void playground_has(const char *text, const char *part);
void playground_lacks(const char *text, const char *part);

#endif
