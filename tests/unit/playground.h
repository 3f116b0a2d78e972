/*
 * playground - a folder of its own for tests that play scenario files
 *
 * The test runs inside the folder, so that messages name files by short relative paths.
 */
#ifndef HA_TESTS_PLAYGROUND_H
#define HA_TESTS_PLAYGROUND_H

#include "hotadd/scenario.h"

/* One driver, one processor more, no complaint; the second expects a processor too many. */
#define PLAYGROUND_GOOD playground_scenario("2")
#define PLAYGROUND_WRONG playground_scenario("3")
#define PLAYGROUND_BROKEN "{\n  \"format\": 1,\n  \"name\": \"broken\"\n"
#define playground_scenario(active)                                                               \
    "{ \"format\": 1, \"name\": \"a processor more\",\n"                                          \
    "  \"partition\": { \"groups\": [ { \"maximum\": 2, \"active\": 1 } ] },\n"                   \
    "  \"drivers\": [ { \"name\": \"d\",\n"                                                       \
    "    \"entry\": [ { \"register\": \"processor-change\", \"as\": \"sync\" } ] } ],\n"          \
    "  \"events\": [ { \"at\": \"1ms\", \"add_processor\": {} } ],\n"                             \
    "  \"expect\": { \"active_processors\": " active " } }\n"

struct playground {
    char folder[64];
    int came_from;          /* where the test ran before */
    int code;               /* of the last play, and what it printed */
    char *out, *log;
};

/* For cmocka: make the folder and go there; leave and remove it with all that it holds. */
int playground_open(void **state);
int playground_close(void **state);

/* Write a file; a folder in its name is made. */
void playground_write(const char *name, const char *text);

/* Play one path, several, or as the options say; `out` and `log` of these are not looked at. */
void playground_play(struct playground *p, const char *path);
void playground_play_all(struct playground *p, const char *const *path, size_t count);
void playground_play_as(struct playground *p, const struct ha_play_options *options);

/* Fail the test, showing what was printed, unless `text` holds `part`, or if it does. */
void playground_has(const char *text, const char *part);
void playground_lacks(const char *text, const char *part);

#endif
