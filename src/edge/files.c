/* files - see files.h. Owns struct ha_files. */
#include "edge/files.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "hotadd/error.h"

#define DEEPEST 32u     /* folders; a loop of links ends here */

static int add_file(struct ha_files *files, const char *path)
{
    if (files->count == files->room) {
        size_t room = files->room ? files->room * 2 : 16;
        const char **larger = realloc(files->path, room * sizeof *larger);
        if (!larger)
            return HA_ENOMEM;
        files->path = larger;
        files->room = room;
    }
    const char *copy = ha_bag_copy(&files->bag, path, strlen(path));
    if (!copy)
        return HA_ENOMEM;
    files->path[files->count++] = copy;
    return HA_OK;
}

static bool is_folder(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

static bool ends_in_json(const char *name)
{
    size_t length = strlen(name);
    return length > 5 && strcmp(name + length - 5, ".json") == 0;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int add_folder(struct ha_files *files, const char *folder, unsigned depth,
                      struct ha_text *messages);

static int add_entry(struct ha_files *files, const char *path, unsigned depth,
                     struct ha_text *messages)
{
    if (is_folder(path))
        return depth < DEEPEST ? add_folder(files, path, depth + 1, messages) : HA_OK;
    return ends_in_json(path) ? add_file(files, path) : HA_OK;
}

/* The entries of a folder by name, so that every system plays them in the same order. */
static int add_folder(struct ha_files *files, const char *folder, unsigned depth,
                      struct ha_text *messages)
{
    DIR *directory = opendir(folder);
    if (!directory) {
        ha_text_addf(messages, "%s: error: %s\n", folder, strerror(errno));
        return HA_EREAD;
    }
    struct ha_files entries = {0};
    struct ha_text path = {0};
    int err = HA_OK;
    for (struct dirent *entry; !err && (entry = readdir(directory));) {
        if (entry->d_name[0] == '.')
            continue;
        ha_text_clear(&path);
        ha_text_addf(&path, "%s/%s", folder, entry->d_name);
        err = path.lost ? HA_ENOMEM : add_file(&entries, ha_text_string(&path));
    }
    closedir(directory);
    ha_text_close(&path);
    if (entries.count)
        qsort(entries.path, entries.count, sizeof *entries.path, by_name);
    for (size_t i = 0; i < entries.count && !err; i++)
        err = add_entry(files, entries.path[i], depth, messages);
    ha_files_close(&entries);
    return err;
}

int ha_files_add(struct ha_files *files, const char *path, struct ha_text *messages)
{
    if (!is_folder(path))
        return add_file(files, path);
    /* "scenarios/" and "scenarios" name the same folder, and its files alike. */
    size_t length = strlen(path);
    while (length > 1 && path[length - 1] == '/')
        length--;
    char *folder = ha_bag_copy(&files->bag, path, length);
    return folder ? add_folder(files, folder, 0, messages) : HA_ENOMEM;
}

void ha_files_close(struct ha_files *files)
{
    free(files->path);
    ha_bag_close(&files->bag);
    *files = (struct ha_files){0};
}
