/*
 * registry - keys and values, a tree whose names ignore case
 *
 * The keys of a service, Services\NAME and Parameters below it, are there for every driver of the
 * machine. No key ever goes, so what points to one stays right.
 */
#ifndef HA_NT_REGISTRY_H
#define HA_NT_REGISTRY_H

#include "nt/kernel.h"

struct ha_reg_value {
    struct ha_reg_value *next;      /* in the order of their making */
    size_t name_bytes, size;
    WCHAR *name;                    /* not terminated */
    void *data;
    ULONG type;                     /* REG_DWORD, REG_SZ ... */
};

/*
 * The key that a path leads to. Case does not matter, nor how many backslashes stand together.
 *
 *   from  where the path begins; NULL for the root, above \Registry
 *   made  not NULL: when only the last key of the path is missing it is made, and this says so
 *
 * Returns STATUS_SUCCESS, STATUS_OBJECT_NAME_NOT_FOUND, or STATUS_INSUFFICIENT_RESOURCES when
 * the arena is full.
 */
NTSTATUS ha_reg_key_open(struct ha_kernel *kernel, struct ha_reg_key *from, PCUNICODE_STRING path,
                         bool *made, struct ha_reg_key **key);

/* The key of a handle. Returns as ha_ob_of_handle(). */
NTSTATUS ha_reg_key_of_handle(const struct ha_kernel *kernel, HANDLE handle,
                              struct ha_reg_key **key);

/* A value by its name, of which NULL is the empty one, or by its place; NULL: there is none. */
struct ha_reg_value *ha_reg_value_find(const struct ha_reg_key *key, PCUNICODE_STRING name);
struct ha_reg_value *ha_reg_value_at(const struct ha_reg_key *key, size_t place);

/* Make a value, or give it other data, of which a copy is made. False when the arena is full. */
bool ha_reg_value_set(struct ha_kernel *kernel, struct ha_reg_key *key, PCUNICODE_STRING name,
                      ULONG type, const void *data, size_t size);

/* Remove a value of the key. */
void ha_reg_value_delete(struct ha_kernel *kernel, struct ha_reg_key *key,
                         struct ha_reg_value *value);

/*
 * Set a value under the Parameters key of a driver, be it loaded or not. The value's name is UTF-8.
 *
 * Returns HA_OK, HA_ENOMEM, or HA_EINVAL for a name that is too long.
 */
int ha_registry_set_parameter(struct ha_kernel *kernel, const char *driver, const char *name,
                              ULONG type, const void *data, size_t size);

/*
 * The key that Rtl routines mean by RTL_REGISTRY_SERVICES and its like, and a path below it.
 *
 *   made  as for ha_reg_key_open()
 *
 * Returns as that does; STATUS_INVALID_PARAMETER for an unknown place or no absolute path;
 * STATUS_INVALID_HANDLE or STATUS_OBJECT_TYPE_MISMATCH for RTL_REGISTRY_HANDLE.
 */
NTSTATUS ha_reg_key_relative(struct ha_kernel *kernel, ULONG relative_to, PCWSTR path, bool *made,
                             struct ha_reg_key **key);

#endif
