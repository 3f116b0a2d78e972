/* failing - an allocator that refuses where a test wants it to */
#include "unit/failing.h"

#include <stdlib.h>

static struct {
    bool armed, refused;
    size_t good;                /* allocations that still succeed */
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
