/* port - see port.h */
#include "base/port.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#ifndef MAP_NORESERVE
#define MAP_NORESERVE 0
#endif
#ifndef MSG_NOSIGNAL        /* then SO_NOSIGPIPE says it of the whole stream */
#define MSG_NOSIGNAL 0
#endif

/* What lies behind the first few MiB is used by large machines only, and then all over. */
#define SMALL_PART ((size_t)4 << 20)

uint64_t ha_port_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * UINT64_C(1000000000) + (uint64_t)now.tv_nsec;
}

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

void *ha_port_stack(size_t size)
{
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED)
        return NULL;
    if (mprotect(memory, (size_t)sysconf(_SC_PAGESIZE), PROT_NONE)) {
        munmap(memory, size);
        return NULL;
    }
    return memory;
}

void *ha_port_share(size_t size)
{
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return memory == MAP_FAILED ? NULL : memory;
}

bool ha_port_pair(int end[2])
{
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, end))
        return false;
    for (int i = 0; i < 2; i++) {
#ifdef SO_NOSIGPIPE
        int on = 1;
        setsockopt(end[i], SOL_SOCKET, SO_NOSIGPIPE, &on, sizeof on);
#endif
        fcntl(end[i], F_SETFD, FD_CLOEXEC);
    }
    return true;
}

bool ha_port_write(int end, const void *bytes, size_t size)
{
    const char *next = bytes;
    while (size) {
        ssize_t sent = send(end, next, size, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent <= 0)
            return false;
        next += sent;
        size -= (size_t)sent;
    }
    return true;
}

bool ha_port_read(int end, void *bytes, size_t size)
{
    char *next = bytes;
    while (size) {
        ssize_t received = recv(end, next, size, 0);
        if (received < 0 && errno == EINTR)
            continue;
        if (received <= 0)
            return false;
        next += received;
        size -= (size_t)received;
    }
    return true;
}
