/*
 * collected - the traces of all scenarios, played once and read back
 */
#ifndef HA_TESTS_COLLECTED_H
#define HA_TESTS_COLLECTED_H

#include <stddef.h>

#include "check/jsonl_read.h"

#define MOST_TRACES 1024u

struct collected {
    char *bytes;                                /* what was played, as JSON Lines */
    size_t length;
    struct ha_jsonl_reader *reader;
    struct ha_record *record;                   /* of all traces, one behind the other, ... */
    size_t count, traces;
    size_t first[MOST_TRACES + 1];              /* ... and where each begins */
};

/* Play the whole collection, compiled drivers included, and read what comes out. */
void collected_open(struct collected *all);
void collected_close(struct collected *all);

/* Read a line, and fail when it is wrong. */
enum ha_line collected_read(struct collected *all, const char *line, size_t length,
                            struct ha_record *record);

#endif
