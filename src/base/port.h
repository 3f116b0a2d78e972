/*
 * port - the few things that Linux and macOS do differently, or that C has no word for
 *
 * Every test of the host's name stands in port.c and here.
 */
#ifndef HA_BASE_PORT_H
#define HA_BASE_PORT_H

#include <stddef.h>

/*
 * Reserve zeroed memory that costs nothing until it is touched. `size` is rounded up to whole
 * pages by the host. NULL when the host refuses.
 */
void *ha_port_reserve(size_t size);
void ha_port_release(void *memory, size_t size);

/* Stack of a simulated thread. macOS gives secondary threads 512 KiB unless told otherwise. */
#define HA_PORT_STACK_BYTES ((size_t)1 << 20)

#endif
