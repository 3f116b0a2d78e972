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
/* Whether it came later than Windows Server 2008, so that target=ws2008 does not know it. */
bool ha_nt_routine_is_newer(const char *name);

/*
 * Of names that are no routine here, because include/nt makes a macro or an inline function of
 * them: the n-th, from 0, in the order of their names; NULL beyond the last.
 */
const char *ha_nt_header_name(size_t n);
/* The routine that a call of such a one comes to, "" for none; NULL for any other name. */
const char *ha_nt_header_calls(const char *name);

#ifdef __cplusplus
}
#endif
#endif
