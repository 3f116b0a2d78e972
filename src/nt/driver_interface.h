/*
 * driver_interface - device interfaces that drivers register
 *
 * An interface belongs to a device that the system has found for a driver, and goes with that
 * driver at the latest. It is enabled and disabled as its driver says; before the device has
 * started it only waits for that.
 */
#ifndef HA_NT_DRIVER_INTERFACE_H
#define HA_NT_DRIVER_INTERFACE_H

#include "nt/interface.h"

struct ha_driver_interface {
    struct ha_interface instance;   /* first */
    struct ha_driver_interface *next;   /* in the order of registration */
    GUID class_guid;
    size_t reference_letters;       /* at the end of the link */
    uint32_t made_at;               /* in its driver's code */
    char *name;                     /* the link for the trace; NULL when that was told */
    bool waits;                     /* it is enabled as soon as its device has started */
    WCHAR link[];
};

/* Whether that is a device of which a driver was told, so that it may have interfaces. */
bool ha_driver_interface_is_device(const struct ha_kernel *kernel, const void *pointer);

/*
 * The interface of a device with this class and reference string, NULL for none. Case never
 * matters in names.
 */
struct ha_driver_interface *ha_driver_interface_of(const struct ha_kernel *kernel,
                                                   const DEVICE_OBJECT *device,
                                                   const GUID *class_guid,
                                                   PCUNICODE_STRING reference);
/* The one with this link, NULL for none. */
struct ha_driver_interface *ha_driver_interface_find(const struct ha_kernel *kernel,
                                                     PCUNICODE_STRING link);

/*
 * A new one that nobody knows of. ha_driver_interface_join() makes it known,
 * ha_driver_interface_drop() gives it back. NULL when the arena is full.
 */
struct ha_driver_interface *ha_driver_interface_make(struct ha_kernel *kernel,
                                                     PDEVICE_OBJECT device,
                                                     const GUID *class_guid,
                                                     PCUNICODE_STRING reference);
void ha_driver_interface_join(struct ha_kernel *kernel, struct ha_driver_interface *made);
void ha_driver_interface_drop(struct ha_kernel *kernel, struct ha_driver_interface *made);

/* A device has started: the interfaces that waited for that are enabled. */
void ha_driver_interfaces_start(struct ha_kernel *kernel, const DEVICE_OBJECT *device);
/* Its driver does not want a device, which has not started: its interfaces are forgotten. */
void ha_driver_interfaces_forget(struct ha_kernel *kernel, const DEVICE_OBJECT *device);
/* A driver goes: what it has left enabled is recorded, and disabled, and all is forgotten. */
void ha_driver_interfaces_look_over(struct ha_kernel *kernel, const struct ha_driver *driver);

#endif
