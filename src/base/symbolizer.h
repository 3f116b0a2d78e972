/*
 * symbolizer - another program is asked for lines of source code
 */
#ifndef HA_BASE_SYMBOLIZER_H
#define HA_BASE_SYMBOLIZER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

/*
 * Ask the first of llvm-symbolizer, addr2line and atos that is on the PATH and has an answer.
 *
 *   path         of a shared object
 *   offset       places in it, as "0x1a2b"
 *   patience_ms  how long one of them may take; then it is ended, and the next one asked
 *   answer       gets for each "worker.c:42 in table_grow", or the function alone, or nothing
 *
 * False when nobody could be asked.
 */
bool ha_symbolizer_ask(const char *path, const char *const *offset, size_t count,
                       unsigned patience_ms, struct ha_text *answer);

/* For a module as large as they come, on a host that is busy. */
#define HA_SYMBOLIZER_PATIENCE_MS 20000u

#endif
