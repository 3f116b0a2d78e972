/*
 * module_fault - why a module cannot be loaded, in sentences for its author
 *
 * Each returns HA_EREAD with the sentences appended to the messages, or HA_ENOMEM.
 */
#ifndef HA_EDGE_MODULE_FAULT_H
#define HA_EDGE_MODULE_FAULT_H

#include "base/text.h"
#include "edge/image.h"

/* Append one sentence about the module of a path. */
void ha_module_say(struct ha_text *messages, const char *path, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* There is no such file, or it is none to read from, a pipe for instance. */
int ha_module_blame_path(const char *path, struct ha_text *messages);

/* dlopen() has refused `file`, which is the module of `path` or a copy of it. */
int ha_module_blame(const struct ha_image *image, const char *path, const char *file,
                    struct ha_text *messages);

/* It has no DriverEntry. */
int ha_module_blame_entry(const struct ha_image *image, const char *path,
                          struct ha_text *messages);

#endif
