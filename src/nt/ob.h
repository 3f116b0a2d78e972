/*
 * ob - objects that drivers hold by reference or by handle
 *
 * An object is there while somebody holds it: the kernel, a handle, or a driver that took a
 * reference and has not given it back. Its body lies in the arena behind a head of ours.
 */
#ifndef HA_NT_OB_H
#define HA_NT_OB_H

#include "nt/kernel.h"

/* What device objects are; Windows has a name for it that no header gives. */
extern POBJECT_TYPE *const ha_device_type;

/*
 * An object with a zeroed body, held once by the kernel until ha_ob_let_go().
 *
 *   type  what *PsThreadType and its like are
 *
 * Returns the body, or NULL when the arena is full.
 */
void *ha_ob_make(struct ha_kernel *kernel, POBJECT_TYPE type, size_t size);

/* What is done just before the object goes. */
void ha_ob_at_end(void *body, void (*end)(struct ha_kernel *kernel, void *body));

/* The kernel holds it once more. */
void ha_ob_hold(void *body);

/* A driver gets a reference, which it gives back with ObDereferenceObject. */
void ha_ob_refer(void *body);

/* The kernel holds it once less: it goes with its last handle and reference. */
void ha_ob_let_go(struct ha_kernel *kernel, void *body);

/*
 * A handle, which holds the object until ZwClose, and belongs to the driver in charge. False when
 * the arena is full.
 */
bool ha_ob_open(struct ha_kernel *kernel, void *body, ACCESS_MASK access, PHANDLE handle);

/*
 * The object of a handle, which must be of that type unless NULL.
 *
 * Returns STATUS_SUCCESS, STATUS_INVALID_HANDLE or STATUS_OBJECT_TYPE_MISMATCH.
 */
NTSTATUS ha_ob_of_handle(const struct ha_kernel *kernel, HANDLE handle, POBJECT_TYPE type,
                         void **body);

/* Whether nobody holds it but the kernel, once. */
bool ha_ob_is_forgotten(void *body);

/* Record the handles that a driver has not closed. */
void ha_ob_handles_look_over(struct ha_kernel *kernel, const struct ha_driver *driver);

/* Whether a pointer that a driver passes is the body of an object, of that type unless NULL. */
bool ha_ob_is(const struct ha_kernel *kernel, const void *pointer, POBJECT_TYPE type);

#endif
