/*
 * hotadd/routines.h - the NT routines that drivers find in this library
 */
#ifndef HOTADD_ROUTINES_H
#define HOTADD_ROUTINES_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The name of the n-th routine, from 0, in the order of their names; NULL beyond the last. */
const char *ha_nt_routine_name(size_t n);
/* Whether include/nt declares a routine that the library does not have yet. */
bool ha_nt_routine_comes_later(const char *name);
/* What of its documented behaviour the routine lacks, as a sentence; NULL for nothing known. */
const char *ha_nt_routine_lacks(const char *name);
/* Whether Windows has it from version 7 on only, so that target=ws2008 does not know it. */
bool ha_nt_routine_is_newer(const char *name);

#ifdef __cplusplus
}
#endif
#endif
