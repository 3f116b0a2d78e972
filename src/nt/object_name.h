/*
 * object_name - devices and links by name
 *
 * Of the directories that Windows has, these are simulated: \, \Device, \Driver and \??, of
 * which \DosDevices and \GLOBAL?? are other names. Case never matters.
 */
#ifndef HA_NT_OBJECT_NAME_H
#define HA_NT_OBJECT_NAME_H

#include "nt/kernel.h"

/*
 * Give a device a name.
 *
 * Returns STATUS_SUCCESS; STATUS_OBJECT_NAME_COLLISION; STATUS_OBJECT_PATH_SYNTAX_BAD for no
 * absolute path; STATUS_OBJECT_NAME_INVALID for an empty last part;
 * STATUS_OBJECT_PATH_NOT_FOUND for a directory that is not there; STATUS_INSUFFICIENT_RESOURCES.
 */
NTSTATUS ha_object_name_give(struct ha_kernel *kernel, PCUNICODE_STRING name,
                             PDEVICE_OBJECT device);

/* The device has no name any more; it may have had none. */
void ha_object_name_drop(struct ha_kernel *kernel, const DEVICE_OBJECT *device);

/*
 * The device of that name, through links.
 *
 * Returns STATUS_SUCCESS; STATUS_OBJECT_NAME_NOT_FOUND; STATUS_OBJECT_PATH_NOT_FOUND also for
 * links that lead in a circle; or what a name of that form is refused with, as above.
 */
NTSTATUS ha_object_name_find(const struct ha_kernel *kernel, PCUNICODE_STRING name,
                             PDEVICE_OBJECT *device);

#endif
