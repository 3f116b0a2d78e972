/*
 * mm_routine - the table of all NT routines that the library exports
 *
 * CMake writes it, from src/nt/routines.c.in: what include/nt declares without what
 * tests/symbols.later lists.
 */
#ifndef HA_NT_MM_ROUTINE_H
#define HA_NT_MM_ROUTINE_H

#include <stddef.h>

typedef void ha_nt_code(void);

struct ha_nt_entry {
    const char *name;
    ha_nt_code *code;
};

/* Ordered by name. */
const struct ha_nt_entry *ha_nt_entries(size_t *count);
/* Those of tests/symbols.later. */
const char *const *ha_nt_later_names(size_t *count);

#endif
