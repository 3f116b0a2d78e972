/*
 * interface - instances of device interfaces
 *
 * Every processor and every range of memory that was there at the start has an enabled instance,
 * every successful add enables one more, and none of them is ever disabled.
 */
#ifndef HA_NT_INTERFACE_H
#define HA_NT_INTERFACE_H

#include "nt/kernel.h"

#define HA_LINK_LENGTH 120u         /* bytes of a symbolic link with its end */

struct ha_interface {
    struct ha_interface *next;      /* in the order of enabling */
    uint32_t id;
    const GUID *class_guid;
    char link[HA_LINK_LENGTH];
};

/* Note what the system starts with. */
void ha_interfaces_init(struct ha_kernel *kernel);

/*
 * The instances that are enabled, in the order of enabling. Made, and told to the trace, when
 * somebody first asks. NULL for none; `ok` is false when the arena is full.
 */
struct ha_interface *ha_interfaces(struct ha_kernel *kernel, bool *ok);

/*
 * The device that an add has brought starts, and its instance is enabled: DEVICE_STARTED and
 * IFACE_UP. Its arrival is queued for those who want to hear of it.
 *
 *   device  index of the processor, or number of the range
 */
void ha_interface_up(struct ha_kernel *kernel, uint32_t add, uint32_t device, bool of_memory);

#endif
