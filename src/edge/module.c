/*
 * module - compiled code of a driver: a shared object that exports DriverEntry
 *
 * Owns struct ha_module. Why one cannot be loaded is found out in module_fault.c.
 */
#include "edge/module.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/kept.h"
#include "base/port.h"
#include "edge/image.h"
#include "edge/module_fault.h"
#include "edge/place.h"

#define ENTRY "DriverEntry"
#define COPIED_AT_ONCE ((size_t)64 << 10)

struct ha_module {
    void *object;               /* as dlopen() gave it */
    ha_driver_entry *entry;
    struct ha_text path;
    struct ha_image image;      /* the file that it came from */
    struct ha_kept *kept;       /* its variables, and how they were at first */
};

static bool is_file(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISREG(status.st_mode);
}

bool ha_module_find(const char *path, struct ha_text *found)
{
    static const char *const suffixes[] = {"", HA_PORT_SUFFIXES};
    bool exists = false;
    for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0] && !exists && !found->lost; i++) {
        ha_text_clear(found);
        ha_text_addf(found, "%s%s", path, suffixes[i]);
        exists = !found->lost && is_file(ha_text_string(found));
    }
    return exists && !found->lost;
}

static int copy_bytes(FILE *from, int to)
{
    char *buffer = malloc(COPIED_AT_ONCE);
    if (!buffer)
        return HA_ENOMEM;
    int err = HA_OK;
    size_t count;
    while (!err && (count = fread(buffer, 1, COPIED_AT_ONCE, from)) > 0)
        for (size_t done = 0; !err && done < count;) {
            ssize_t written = write(to, buffer + done, count - done);
            done += written > 0 ? (size_t)written : 0;
            err = written < 0 && errno != EINTR ? HA_EREAD : HA_OK;
        }
    err = !err && ferror(from) ? HA_EREAD : err;
    free(buffer);
    return err;
}

/* Put a copy of a file where copies go; `copy` gets its path. HA_EREAD leaves the reason. */
static int copy_file(const char *path, struct ha_text *copy)
{
    const char *folder = getenv("TMPDIR");
    ha_text_addf(copy, "%s/hotadd-XXXXXX", folder && folder[0] ? folder : "/tmp");
    FILE *from = copy->lost ? NULL : fopen(path, "rb");
    if (!from)
        return copy->lost ? HA_ENOMEM : HA_EREAD;
    int to = mkstemp(copy->bytes);
    int err = to < 0 ? HA_EREAD : copy_bytes(from, to);
    int reason = errno;
    if (to >= 0 && close(to) && !err) {
        reason = errno;
        err = HA_EREAD;
    }
    if (!err) {
        err = ha_image_part(copy->bytes);
        reason = errno;
    }
    if (to >= 0 && err)
        unlink(copy->bytes);
    fclose(from);
    errno = reason;
    return err;
}

/* Load a file that is there. `path` is the one to speak of. */
static int open_object(struct ha_module *module, const char *path, const char *file,
                       struct ha_text *messages)
{
    int err = ha_image_open(&module->image, file);
    if (err == HA_EREAD)
        ha_module_say(messages, path, "cannot be read: %s", strerror(errno));
    if (err)
        return err;
    const char *machine = ha_image_machine(&module->image), *own = ha_image_own_machine();
    if (machine && own && strcmp(machine, own) != 0) {
        ha_module_say(messages, path, "it is made for %s, and this program for %s", machine, own);
        return HA_EREAD;
    }
    if (!ha_image_is_whole(&module->image)) {
        ha_module_say(messages, path, "the file is cut short");
        return HA_EREAD;
    }
    module->object = dlopen(file, RTLD_NOW | RTLD_LOCAL);
    if (!module->object)
        return ha_module_blame(&module->image, path, file, messages);
    void *entry = dlsym(module->object, ENTRY);
    memcpy(&module->entry, &entry, sizeof entry);   /* POSIX: a function's pointer fits into it */
    return entry ? HA_OK : ha_module_blame_entry(&module->image, path, messages);
}

static int load(struct ha_module *module, const char *path, bool private_copy,
                struct ha_text *messages)
{
    struct ha_text file = {0};
    int err = HA_OK;
    if (private_copy)
        err = copy_file(path, &file);
    else        /* without a slash the host would look in the folders of libraries */
        ha_text_addf(&file, "%s%s", strchr(path, '/') ? "" : "./", path);
    if (file.lost)
        err = HA_ENOMEM;
    else if (err == HA_EREAD)
        ha_module_say(messages, path, "cannot be copied to %s: %s", ha_text_string(&file),
                      strerror(errno));
    if (!err) {
        err = open_object(module, path, ha_text_string(&file), messages);
        if (private_copy)
            unlink(ha_text_string(&file));
    }
    ha_text_close(&file);
    return err;
}

ha_driver_entry *ha_module_entry(const struct ha_module *module)
{
    return module->entry;
}

const char *ha_module_path(const struct ha_module *module)
{
    return module->path.bytes;
}

void ha_module_segments(const struct ha_module *module,
                        void (*visit)(void *argument, void *address, size_t bytes),
                        void *argument)
{
    void *entry;
    memcpy(&entry, &module->entry, sizeof entry);
    ha_image_memory(&module->image, ENTRY, entry, visit, argument);
}

struct keeping {
    struct ha_kept **kept;
    bool lost;
};

static void keep_stretch(void *argument, void *address, size_t bytes)
{
    struct keeping *keeping = argument;
    keeping->lost |= !ha_kept_add(keeping->kept, address, bytes);
}

static int save_variables(struct ha_module *module)
{
    struct keeping keeping = {&module->kept, false};
    ha_module_segments(module, keep_stretch, &keeping);
    if (keeping.lost)
        return HA_ENOMEM;
    ha_kept_save(module->kept);
    return HA_OK;
}

int ha_module_load(const char *path, bool private_copy, struct ha_module **module,
                   struct ha_text *messages)
{
    struct ha_module *made = calloc(1, sizeof *made);
    int err = made ? HA_OK : HA_ENOMEM;
    if (!err && ha_module_find(path, &made->path))
        err = load(made, ha_text_string(&made->path), private_copy, messages);
    else if (!err)
        err = made->path.lost ? HA_ENOMEM : ha_module_blame_path(path, messages);
    if (!err)
        err = save_variables(made);
    if (messages->lost)
        err = HA_ENOMEM;
    if (err)
        ha_module_unload(made);
    else
        *module = made;
    return err;
}

void ha_module_refresh(struct ha_module *module)
{
    ha_kept_restore(module->kept);
}

void ha_module_unload(struct ha_module *module)
{
    if (!module)
        return;
    if (module->object)
        dlclose(module->object);
    ha_image_close(&module->image);
    ha_kept_close(&module->kept);
    ha_text_close(&module->path);
    free(module);
}
