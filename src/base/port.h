/*
 * port - the few things that Linux and macOS do differently, or that C has no word for
 *
 * Every test of the host's name stands in port.c and here.
 */
#ifndef HA_BASE_PORT_H
#define HA_BASE_PORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Nanoseconds of a clock that nobody sets. */
uint64_t ha_port_now(void);

/*
 * Reserve zeroed memory that costs nothing until it is touched. `size` is rounded up to whole
 * pages by the host. NULL when the host refuses.
 */
void *ha_port_reserve(size_t size);
void ha_port_release(void *memory, size_t size);
/* The same for a stack: its lowest page can neither be read nor written. */
void *ha_port_stack(size_t size);
/* As ha_port_reserve(), in common with every process that is forked from now on. */
void *ha_port_share(size_t size);

/*
 * The two ends of a stream that leads both ways between processes. Writing to one whose other is
 * closed fails without a signal. False when the host refuses.
 */
bool ha_port_pair(int end[2]);
/* All of the bytes, or false: the other end is closed. */
bool ha_port_write(int end, const void *bytes, size_t size);
bool ha_port_read(int end, void *bytes, size_t size);

/* What the file of a shared object may end in, the host's own suffix first. */
#ifdef __APPLE__
#define HA_PORT_SUFFIXES ".dylib", ".so"
#else
#define HA_PORT_SUFFIXES ".so"
#endif

/* Stack of a simulated thread. macOS gives secondary threads 512 KiB unless told otherwise. */
#define HA_PORT_STACK_BYTES ((size_t)1 << 20)

#endif
