/*
 * hotadd/review.h - judge traces that were made elsewhere
 *
 * What `hotadd check` does, as one call: no machine is made and no driver is loaded, only the
 * records of a trace in JSON Lines are held against the rules. Needs the library hotadd::scenario.
 */
#ifndef HOTADD_REVIEW_H
#define HOTADD_REVIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "hotadd/scenario.h"

#ifdef __cplusplus
extern "C" {
#endif

#define HA_STANDARD_INPUT "-"

struct ha_review_options {
    const char *const *path;    /* files of JSON Lines, each with one trace or more;
                                   HA_STANDARD_INPUT: what comes in there */
    size_t path_count;
    enum ha_output output;      /* with JSON Lines: a line for each trace, and its findings */
    const char *out_path;       /* a file for what `output` means; verdicts then go to `out` */
    bool coverage;              /* say at the end what all traces together have shown */
    bool story;                 /* tell each trace as a story before its verdict */
    bool strict;                /* a warning fails as an error does; no rule gives one yet */
    bool quiet;                 /* nothing of a trace that passes */
    bool color;
    FILE *out;                  /* verdicts; a trace, or a test protocol, has it for itself ... */
    FILE *log;                  /* ... and they go here; what is wrong with options or host, too */
};

/*
 * Judge all traces and print verdicts, ending with the line `N passed, N failed`.
 *
 * A file is read once and never kept. One with something wrong in it is refused as a whole, with
 * the place of each mistake, and counts as failed; so does a trace whose run ended in a deadlock,
 * a bug check, a crash or a hang. Rules that bind the kernel are notes about a trace whose maker
 * is not hotadd. Returns an enum ha_exit.
 */
int ha_review(const struct ha_review_options *options);

#ifdef __cplusplus
}
#endif
#endif
