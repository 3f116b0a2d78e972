/*
 * trace - any bytes as a file for `hotadd check`
 *
 * The whole of the command is called, story included, with a file that has no name. Whoever asks
 * for no story gets the same verdict.
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "fuzz/fuzz.h"
#include "hotadd/review.h"

static int review(FILE *trace, FILE *nowhere, bool story)
{
    char path[32];
    const char *paths[] = {path};

    /* Where opening such a path shares the place with the stream, it must be the start. */
    rewind(trace);
    snprintf(path, sizeof path, "/dev/fd/%d", fileno(trace));
    return ha_review(&(struct ha_review_options){.path = paths, .path_count = 1, .story = story,
                                                 .quiet = !story, .out = nowhere,
                                                 .log = nowhere});
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    FILE *trace = tmpfile(), *nowhere = fopen("/dev/null", "w");

    if (!trace || !nowhere || fwrite(bytes, 1, length, trace) != length || fflush(trace)) {
        perror("a file for the trace");
        exit(EXIT_FAILURE);
    }
    int result = review(trace, nowhere, true);
    assert(result == HA_EXIT_OK || result == HA_EXIT_FAILED || result == HA_EXIT_UNREADABLE);
    assert(review(trace, nowhere, false) == result);
    fclose(nowhere);
    fclose(trace);
    return 0;
}
