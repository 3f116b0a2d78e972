/* failing - a host that refuses where a test wants it to */
#include "unit/failing.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>

static struct {
    bool armed, refused;
    size_t good;                /* requests that still succeed */
} failing;

void failing_after(size_t good)
{
    failing.armed = true;
    failing.refused = false;
    failing.good = good;
}

bool failing_stop(void)
{
    failing.armed = false;
    return failing.refused;
}

static bool refuses(void)
{
    if (!failing.armed || failing.good-- > 0)
        return false;
    failing.armed = false;
    failing.refused = true;
    return true;
}

void *ha_test_malloc(size_t size)
{
    return refuses() ? NULL : malloc(size);
}

void *ha_test_calloc(size_t count, size_t size)
{
    return refuses() ? NULL : calloc(count, size);
}

void *ha_test_realloc(void *old, size_t size)
{
    return refuses() ? NULL : realloc(old, size);
}

void *ha_test_mmap(void *address, size_t size, int protection, int flags, int file, off_t offset)
{
    return refuses() ? MAP_FAILED : mmap(address, size, protection, flags, file, offset);
}

int ha_test_pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
                           void *(*start)(void *argument), void *argument)
{
    return refuses() ? EAGAIN : pthread_create(thread, attributes, start, argument);
}
