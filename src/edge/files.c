/* files - see files.h. Owns struct ha_files. */
#include "edge/files.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "edge/place.h"
#include "hotadd/error.h"

/* A folder that is searched, and those around it: a link that leads back to one is not followed. */
struct folder {
    const struct folder *outer;
    dev_t device;
    ino_t node;
};

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

enum kind { FILE_OR_UNSEEN, FOLDER, SPECIAL };

/* What a path leads to; of a folder, which one it is. */
static enum kind kind_of(const char *path, const struct folder *outer, struct folder *folder)
{
    struct stat status;
    if (stat(path, &status) != 0 || S_ISREG(status.st_mode))
        return FILE_OR_UNSEEN;
    *folder = (struct folder){outer, status.st_dev, status.st_ino};
    return S_ISDIR(status.st_mode) ? FOLDER : SPECIAL;
}

static bool leads_back(const struct folder *folder)
{
    for (const struct folder *outer = folder->outer; outer; outer = outer->outer)
        if (outer->device == folder->device && outer->node == folder->node)
            return true;
    return false;
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

static int add_folder(struct ha_files *files, const char *name, const struct folder *folder,
                      struct ha_text *messages);

static int add_entry(struct ha_files *files, const char *path, const struct folder *outer,
                     struct ha_text *messages)
{
    struct folder folder;
    enum kind kind = kind_of(path, outer, &folder);
    if (kind == FOLDER)
        return leads_back(&folder) ? HA_OK : add_folder(files, path, &folder, messages);
    /* A pipe among the files would be waited for, perhaps for ever. */
    return kind == FILE_OR_UNSEEN && ends_in_json(path) ? add_file(files, path) : HA_OK;
}

/* The entries of a folder by name, so that every system plays them in the same order. */
static int add_folder(struct ha_files *files, const char *name, const struct folder *folder,
                      struct ha_text *messages)
{
    DIR *directory = opendir(name);
    if (!directory) {
        int reason = errno;
        ha_add_file_name(messages, name);
        ha_text_addf(messages, ": error: cannot be searched: %s\n", strerror(reason));
        files->unsearched++;
        return HA_EREAD;
    }
    struct ha_files entries = {0};
    struct ha_text path = {0};
    int err = HA_OK;
    for (struct dirent *entry; !err && (entry = readdir(directory));) {
        if (entry->d_name[0] == '.')
            continue;
        ha_text_clear(&path);
        ha_text_addf(&path, "%s/%s", name, entry->d_name);
        err = path.lost ? HA_ENOMEM : add_file(&entries, ha_text_string(&path));
    }
    closedir(directory);
    ha_text_close(&path);
    if (entries.count)
        qsort(entries.path, entries.count, sizeof *entries.path, by_name);
    /* A folder within that cannot be searched does not hide the others. */
    for (size_t i = 0; i < entries.count && err != HA_ENOMEM; i++) {
        int entry_err = add_entry(files, entries.path[i], folder, messages);
        err = entry_err ? entry_err : err;
    }
    ha_files_close(&entries);
    return err;
}

int ha_files_add(struct ha_files *files, const char *path, struct ha_text *messages)
{
    struct folder folder;
    if (kind_of(path, NULL, &folder) != FOLDER)
        return add_file(files, path);
    /* "scenarios/" and "scenarios" name the same folder, and its files alike. */
    size_t length = strlen(path);
    while (length > 1 && path[length - 1] == '/')
        length--;
    char *name = ha_bag_copy(&files->bag, path, length);
    return name ? add_folder(files, name, &folder, messages) : HA_ENOMEM;
}

void ha_files_close(struct ha_files *files)
{
    free(files->path);
    ha_bag_close(&files->bag);
    *files = (struct ha_files){0};
}
