/*
 * code - which module of this process some code is in
 */
#ifndef HA_BASE_CODE_H
#define HA_BASE_CODE_H

#include <stdbool.h>
#include <stdint.h>

struct ha_code {
    const char *file;           /* of the module, as the loader knows it */
    const void *base;           /* where it was loaded to */
    uint64_t offset;            /* from there */
    bool is_own;                /* it is the one that the simulator is in */
};

/* False for an address that is in none. */
bool ha_code_find(const void *address, struct ha_code *code);

/* The name of a file behind the folders of its path. */
const char *ha_code_file_name(const char *path);

/* Whether a place that is said as MODULE+OFFSET is in the module with this path. */
bool ha_code_is_in(const char *place, const char *path);

#endif
