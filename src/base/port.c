/* port - see port.h */
#include "base/port.h"

#include <sys/mman.h>

#ifndef MAP_NORESERVE
#define MAP_NORESERVE 0
#endif

/* What lies behind the first few MiB is used by large machines only, and then all over. */
#define SMALL_PART ((size_t)4 << 20)

void *ha_port_reserve(size_t size)
{
    char *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED)
        return NULL;
#ifdef MADV_HUGEPAGE
    /* Large pages where the host has them; nothing depends on whether it agrees. */
    if (size > SMALL_PART)
        madvise(memory + SMALL_PART, size - SMALL_PART, MADV_HUGEPAGE);
#endif
    return memory;
}

void ha_port_release(void *memory, size_t size)
{
    if (memory)
        munmap(memory, size);
}
