/*
 * ob - objects that drivers hold by reference or by handle
 *
 * An object is there while somebody holds it: the kernel, a handle, or a driver that took a
 * reference and has not given it back. Its body lies in the arena behind a head of ours.
 */
#ifndef HA_NT_OB_H
#define HA_NT_OB_H

#include "nt/kernel.h"

/*
 * An object with a zeroed body, held once by the kernel until ha_ob_let_go().
 *
 *   type  what *PsThreadType and its like are
 *
 * Returns the body, or NULL when the arena is full.
 */
void *ha_ob_make(struct ha_kernel *kernel, POBJECT_TYPE type, size_t size);

/* The kernel holds it no longer: it goes with its last handle and reference. */
void ha_ob_let_go(struct ha_kernel *kernel, void *body);

/* A handle, which holds the object until ZwClose. False when the arena is full. */
bool ha_ob_open(struct ha_kernel *kernel, void *body, ACCESS_MASK access, PHANDLE handle);

/* Whether a pointer that a driver passes is the body of an object, of that type unless NULL. */
bool ha_ob_is(const struct ha_kernel *kernel, const void *pointer, POBJECT_TYPE type);

#endif
