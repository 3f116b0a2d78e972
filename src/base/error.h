/* error - put a sentence beside an error code */
#ifndef HA_BASE_ERROR_H
#define HA_BASE_ERROR_H

#include "hotadd/error.h"

/* Write the sentence, if anybody wants it, and return `err`. */
int ha_error_set(struct ha_error *error, int err, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
