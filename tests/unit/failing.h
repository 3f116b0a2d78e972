/*
 * failing - a host that refuses where a test wants it to
 *
 * The library hotadd_failing is compiled with malloc, calloc, realloc, mmap, mprotect, pthread_create,
 * fork and socketpair renamed to these. For one host thread at a time; processes that are forked from
 * the test count on with it.
 */
#ifndef HA_TESTS_FAILING_H
#define HA_TESTS_FAILING_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Let `good` requests from now on succeed and refuse the one after them, once. */
void failing_after(size_t good);
/* Refuse nothing from now on. Returns whether something was refused since failing_after(). */
bool failing_stop(void);

void *ha_test_malloc(size_t size);
void *ha_test_calloc(size_t count, size_t size);
void *ha_test_realloc(void *old, size_t size);
void *ha_test_mmap(void *address, size_t size, int protection, int flags, int file, off_t offset);
int ha_test_mprotect(void *address, size_t size, int protection);
int ha_test_pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
                           void *(*start)(void *argument), void *argument);
pid_t ha_test_fork(void);
int ha_test_socketpair(int domain, int type, int protocol, int end[2]);

#endif
