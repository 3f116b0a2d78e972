/* failing - a host that refuses where a test wants it to */
#include "unit/failing.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

struct failing {
    bool armed, refused;
    size_t good;                /* requests that still succeed */
};

/* In memory that children have, too; NULL before a test asks for it. */
static struct failing *failing;

void failing_after(size_t good)
{
    if (!failing)
        failing = mmap(NULL, sizeof *failing, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
                       -1, 0);
    if (failing == MAP_FAILED)
        abort();
    *failing = (struct failing){.armed = true, .good = good};
}

bool failing_stop(void)
{
    failing->armed = false;
    return failing->refused;
}

static bool refuses(void)
{
    if (!failing || !failing->armed || failing->good-- > 0)
        return false;
    failing->armed = false;
    failing->refused = true;
    errno = ENOMEM;             /* as a host says it */
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

int ha_test_mprotect(void *address, size_t size, int protection)
{
    return refuses() ? -1 : mprotect(address, size, protection);
}

int ha_test_pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
                           void *(*start)(void *argument), void *argument)
{
    return refuses() ? EAGAIN : pthread_create(thread, attributes, start, argument);
}

pid_t ha_test_fork(void)
{
    return refuses() ? -1 : fork();
}

int ha_test_socketpair(int domain, int type, int protocol, int end[2])
{
    return refuses() ? -1 : socketpair(domain, type, protocol, end);
}
