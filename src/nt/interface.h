/*
 * interface - instances of device interfaces
 *
 * Every processor and every range of memory that was there at the start has an enabled instance,
 * every successful add enables one more, and none of them is disabled but by hand.
 */
#ifndef HA_NT_INTERFACE_H
#define HA_NT_INTERFACE_H

#include "nt/kernel.h"

#define HA_LINK_LENGTH 120u         /* bytes of a symbolic link with its end */

struct ha_interface {
    struct ha_interface *next;      /* in the order of enabling */
    uint32_t id;
    uint32_t device;                /* as in the trace, iface.device */
    uint8_t unit;                   /* enum ha_unit */
    bool is_up;                     /* enabled */
    const GUID *class_guid;
    char link[HA_LINK_LENGTH];
};

/* Note what the system starts with. */
void ha_interfaces_init(struct ha_kernel *kernel);

/*
 * The instances, in the order of enabling, with those that are disabled now. Made, and told to the trace, when
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

/*
 * The enabled instance that stands for a device is disabled, by hand: IFACE_DOWN, and a removal is
 * queued for those who want to hear of it. False when there is none.
 */
bool ha_interface_down(struct ha_kernel *kernel, enum ha_unit unit, uint32_t device);

#endif
