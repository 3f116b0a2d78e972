/*
 * files - which scenario files are meant by the paths that a user names
 */
#ifndef HA_EDGE_FILES_H
#define HA_EDGE_FILES_H

#include <stddef.h>

#include "base/bag.h"
#include "base/text.h"

struct ha_files {
    const char **path;
    size_t count, room;
    size_t unsearched;          /* folders that could not be searched */
    struct ha_bag bag;
};

/*
 * Add a file, or all *.json below a folder in the order of their names. A path that is no folder
 * is added whatever it is; of what a folder holds, only regular files and links to them, and
 * what cannot be looked at: reading it says what is wrong with it.
 *
 * Returns HA_OK, HA_EREAD with a message when a folder cannot be searched, HA_ENOMEM.
 */
int ha_files_add(struct ha_files *files, const char *path, struct ha_text *messages);
void ha_files_close(struct ha_files *files);

#endif
