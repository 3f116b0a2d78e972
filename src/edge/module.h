/*
 * module - compiled code of a driver: a shared object that exports DriverEntry
 *
 * A module finds the NT routines in the program that loads it, which must hold all of them and
 * export them (CMake: hotadd_loads_modules()). What it keeps in variables lies in its own
 * segments, which ha_module_segments() shows, so that a machine can put them back with everything
 * else.
 */
#ifndef HA_EDGE_MODULE_H
#define HA_EDGE_MODULE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"
#include "hotadd/machine.h"

struct ha_module;

/*
 * Load a module.
 *
 *   path          a suffix (.so, on macOS .dylib or .so) may be left out
 *   private_copy  the same file is loaded already, and this one is to have variables of its own:
 *                 a copy of the file is loaded, which is gone from its folder at once
 *   module        set on HA_OK only; ha_module_unload() gives it back
 *   messages      gets on HA_EREAD what is wrong, without a place: a sentence, or several lines of
 *                 them with a line feed between two and none at the end
 *
 * Returns HA_OK; HA_EREAD when the file is missing, is no shared object for this host, exports no
 * DriverEntry, or needs routines that do not exist; HA_ENOMEM.
 */
int ha_module_load(const char *path, bool private_copy, struct ha_module **module,
                   struct ha_text *messages);

ha_driver_entry *ha_module_entry(const struct ha_module *module);

/* The file that was asked for, with its suffix. */
const char *ha_module_path(const struct ha_module *module);

/*
 * The file of a path whose suffix may be missing, as the text says then. False when there is none,
 * or the text is lost.
 */
bool ha_module_find(const char *path, struct ha_text *found);

/*
 * Put the module's variables back as they were when it had been loaded, its constructors having
 * run. No code of the module may be running.
 */
void ha_module_refresh(struct ha_module *module);

/* No code of the module may be running, and nobody may call it any more. NULL is allowed. */
void ha_module_unload(struct ha_module *module);

/*
 * Show the memory that the module's variables lie in, one stretch after another.
 *
 * A worker hands each to ha_machine_keep() before the machine is marked.
 */
void ha_module_segments(const struct ha_module *module,
                        void (*visit)(void *argument, void *address, size_t bytes),
                        void *argument);

#endif
