/*
 * kept - stretches of memory that belong to somebody else, and a copy of each to put back
 */
#ifndef HA_BASE_KEPT_H
#define HA_BASE_KEPT_H

#include <stdbool.h>
#include <stddef.h>

/* The newest of a list; NULL for an empty one. */
struct ha_kept;

/* Keep a stretch, whose copy is worth nothing before ha_kept_save(). False: no memory. */
bool ha_kept_add(struct ha_kept **kept, void *address, size_t bytes);

/* Copy every stretch, and put every copy back. */
void ha_kept_save(struct ha_kept *kept);
void ha_kept_restore(const struct ha_kept *kept);

void ha_kept_close(struct ha_kept **kept);

#endif
