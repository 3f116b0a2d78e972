/*
 * device - device objects and the stacks that they stand in
 *
 * A device object is there until its driver has deleted it and nobody holds it any more. What
 * drivers may look at is in DEVICE_OBJECT, and the rest behind its DeviceObjectExtension.
 */
#ifndef HA_NT_DEVICE_H
#define HA_NT_DEVICE_H

#include "nt/kernel.h"

struct _DEVOBJ_EXTENSION {
    PDEVICE_OBJECT lower;           /* the one that it is attached to */
    uint32_t id;                    /* in the order of making */
    uint32_t made_at;               /* in its driver's code */
    uint32_t number;                /* among those found for its driver, from 0 */
    uint16_t added_for;             /* the driver that was told of this device; 0 for none */
    bool is_started;                /* its driver, or nobody, had anything against it */
    bool in_add_device;             /* made there: a request that removes it would delete it */
    bool is_deleted;
};

/* What a new device object is to be. */
struct ha_device_wish {
    ULONG extension_size;
    PCUNICODE_STRING name;          /* NULL for none */
    DEVICE_TYPE type;
    ULONG characteristics;
    bool exclusive, in_add_device;
};

/*
 * A device object of a driver, not initialised yet in the eyes of the others.
 *
 * Returns STATUS_SUCCESS; as ha_object_name_give(); STATUS_INVALID_PARAMETER for an extension that
 * is too large; STATUS_INSUFFICIENT_RESOURCES when the arena is full.
 */
NTSTATUS ha_device_make(struct ha_driver *driver, const struct ha_device_wish *wish,
                        PDEVICE_OBJECT *made);

/* Whether a pointer that a driver passes is a device object. */
bool ha_device_is(const struct ha_kernel *kernel, const void *pointer);

/* Whether a device is on its way in or out, so that nobody may join its stack or open it. */
bool ha_device_is_closed(const DEVICE_OBJECT *device);

/* The one at the top of a device's stack. */
PDEVICE_OBJECT ha_device_top(PDEVICE_OBJECT device);

/* Put a device on top of another that none is attached to, and take off what is above one. */
void ha_device_attach(PDEVICE_OBJECT device, PDEVICE_OBJECT lower);
void ha_device_detach_upper(PDEVICE_OBJECT device);

/* It leaves its stack, its driver's list and its name, and goes when nobody holds it. */
void ha_device_delete(struct ha_kernel *kernel, PDEVICE_OBJECT device);

/*
 * A driver goes: its device objects are recorded as left behind. Those that it made in AddDevice,
 * and those that it was told of, go without a word, as by a request that removes the device.
 */
void ha_devices_look_over(struct ha_kernel *kernel, const struct ha_driver *driver);

#endif
