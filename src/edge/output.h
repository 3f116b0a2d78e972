/*
 * output - the file that --out names
 */
#ifndef HA_EDGE_OUTPUT_H
#define HA_EDGE_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/text.h"

/* Open it for writing; NULL with a sentence when that fails. */
FILE *ha_output_open(const char *path, struct ha_text *message);
/* Whether it is one of the files that are read: what is read and written at once would be lost. */
bool ha_output_overwrites(const char *path, const char *const *input, size_t count);
/* Whether all that went there has been written. */
bool ha_output_is_written(FILE *file);
/* The same, and close it. */
bool ha_output_close(FILE *file);

#endif
