/*
 * failing - an allocator that refuses where a test wants it to
 *
 * The library hotadd_failing is compiled with malloc, calloc and realloc renamed to these. For one
 * host thread at a time.
 */
#ifndef HA_TESTS_FAILING_H
#define HA_TESTS_FAILING_H

#include <stdbool.h>
#include <stddef.h>

/* Let `good` allocations from now on succeed and refuse the one after them, once. */
void failing_after(size_t good);
/* Refuse nothing from now on. Returns whether something was refused since failing_after(). */
bool failing_stop(void);

void *ha_test_malloc(size_t size);
void *ha_test_calloc(size_t count, size_t size);
void *ha_test_realloc(void *old, size_t size);

#endif
