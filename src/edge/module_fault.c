/*
 * module_fault - why a module cannot be loaded, in sentences for its author
 *
 * The host's loader stops at the first routine that it does not find; an author wants to know of
 * all of them, and which ones are meant.
 */
#include "edge/module_fault.h"

#include <dirent.h>
#include <dlfcn.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/port.h"
#include "edge/load_words.h"
#include "edge/place.h"
#include "hotadd/error.h"
#include "hotadd/routines.h"

#define ENTRY "DriverEntry"

void ha_module_say(struct ha_text *messages, const char *path, const char *format, ...)
{
    va_list arguments;
    ha_text_add(messages, messages->length ? "\nmodule " : "module ");
    ha_add_file_name(messages, path);
    ha_text_add(messages, ": ");
    va_start(arguments, format);
    ha_text_addv(messages, format, arguments);
    va_end(arguments);
}

static int result(const struct ha_text *messages)
{
    return messages->lost ? HA_ENOMEM : HA_EREAD;
}

/* Where the suffix of a module begins in a file's name; NULL when it has none. */
static const char *suffix_of(const char *name)
{
    static const char *const suffixes[] = {HA_PORT_SUFFIXES};
    const char *point = strrchr(name, '.');
    bool is = false;
    for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++)
        is |= point && !strcmp(point, suffixes[i]);
    return is ? point : NULL;
}

/*
 * The module of a folder that may be meant by a name, which may lack its suffix: then that of the
 * module is left out, too. A copy that the caller frees, or NULL.
 */
static char *nearest_file(const char *folder, const char *name, bool *no_memory)
{
    DIR *directory = opendir(folder);
    char *best = NULL;
    for (struct dirent *entry; directory && !*no_memory && (entry = readdir(directory));) {
        const char *suffix = suffix_of(entry->d_name);
        size_t length = !suffix || suffix_of(name) ? strlen(entry->d_name)
                                                   : (size_t)(suffix - entry->d_name);
        char *copy = suffix ? malloc(length + 1) : NULL;
        *no_memory = suffix && !copy;
        if (!copy)
            continue;
        memcpy(copy, entry->d_name, length);
        copy[length] = '\0';
        bool is_nearer = ha_word_nearer(name, best, copy) == copy;
        free(is_nearer ? best : copy);
        best = is_nearer ? copy : best;
    }
    if (directory)
        closedir(directory);
    return best;
}

int ha_module_blame_path(const char *path, struct ha_text *messages)
{
    const char *slash = strrchr(path, '/');
    struct stat status;
    if (!stat(path, &status) && !S_ISDIR(status.st_mode)) {
        ha_module_say(messages, path, "it is no regular file");
        return result(messages);
    }
    struct ha_text folder = {0};
    bool no_memory = false;
    if (slash)
        ha_text_add_bytes(&folder, path, (size_t)(slash - path) + 1);
    else
        ha_text_add(&folder, ".");
    if (folder.lost)
        return HA_ENOMEM;
    char *nearest = nearest_file(ha_text_string(&folder), slash ? slash + 1 : path, &no_memory);
    if (nearest)
        ha_module_say(messages, path, "there is no such file; did you mean %s?",
                      ha_quote(nearest).text);
    else
        ha_module_say(messages, path, "there is no such file%s",
                      suffix_of(path) ? "" : ", also not with the suffix of a module");
    free(nearest);
    ha_text_close(&folder);
    return no_memory ? HA_ENOMEM : result(messages);
}

/* Where the loader looks for what a module needs: in the program, and in libraries. */
struct search {
    const char *path;
    struct ha_text *messages;
    void **object;
    size_t count, room;
    bool no_memory;
};

static void count_library(void *argument, const char *name)
{
    struct search *search = argument;
    (void)name;
    search->room++;
}

static void open_library(void *argument, const char *name)
{
    struct search *search = argument;
    void *object = search->count < search->room ? dlopen(name, RTLD_LAZY | RTLD_LOCAL) : NULL;
    if (object)
        search->object[search->count++] = object;
}

static void open_search(struct search *search, const struct ha_image *image)
{
    search->room = 1;           /* the program itself */
    ha_image_names(image, HA_IMAGE_LIBRARIES, count_library, search);
    search->object = calloc(search->room, sizeof *search->object);
    search->no_memory = !search->object;
    if (search->no_memory)
        return;
    open_library(search, NULL);
    ha_image_names(image, HA_IMAGE_LIBRARIES, open_library, search);
}

static void close_search(struct search *search)
{
    for (size_t i = 0; i < search->count; i++)
        dlclose(search->object[i]);
    free(search->object);
}

static bool is_found(const struct search *search, const char *name)
{
    bool found = false;
    for (size_t i = 0; i < search->count && !found; i++)
        found = dlsym(search->object[i], name) != NULL;
    return found;
}

static const char *nearest_routine(const char *name)
{
    const char *nearest = NULL, *routine;
    for (size_t i = 0; (routine = ha_nt_routine_name(i)) != NULL; i++)
        nearest = ha_word_nearer(name, nearest, routine);
    return nearest;
}

static void blame_name(void *argument, const char *name)
{
    struct search *search = argument;
    if (is_found(search, name))
        return;
    const char *nearest = nearest_routine(name);
    if (ha_nt_routine_comes_later(name))
        ha_module_say(search->messages, search->path, "%s is not simulated yet",
                      ha_quote(name).text);
    else if (nearest)
        ha_module_say(search->messages, search->path, "there is no %s; did you mean \"%s\"?",
                      ha_quote(name).text, nearest);
    else
        ha_module_say(search->messages, search->path, "there is no %s", ha_quote(name).text);
}

/* The loader's own reason, without the path that it may begin with. */
static void add_reason(struct ha_text *text, const char *file, const char *reason)
{
    size_t length = strlen(file);
    if (reason && !strncmp(reason, file, length) && !strncmp(reason + length, ": ", 2))
        reason += length + 2;
    for (; reason && *reason; reason++)
        ha_text_add_bytes(text, *reason == '\n' ? " " : reason, 1);
}

int ha_module_blame(const struct ha_image *image, const char *path, const char *file,
                    struct ha_text *messages)
{
    struct search search = {.path = path, .messages = messages};
    struct ha_text reason = {0};
    size_t before = messages->length;
    add_reason(&reason, file, dlerror());
    open_search(&search, image);
    if (!search.no_memory)
        ha_image_names(image, HA_IMAGE_WANTS, blame_name, &search);
    close_search(&search);
    if (messages->length == before)
        ha_module_say(messages, path, "cannot be loaded: %s", ha_text_string(&reason));
    bool lost = search.no_memory || reason.lost;
    ha_text_close(&reason);
    return lost ? HA_ENOMEM : result(messages);
}

/* What a module exports that may be meant for its entry. */
struct entries {
    char nearest[64];
    bool is_mangled;
};

static void look_at_export(void *argument, const char *name)
{
    struct entries *entries = argument;
    bool is_mangled = !strncmp(name, "_Z", 2) && strstr(name, ENTRY);
    bool is_nearer = ha_word_nearer(ENTRY, entries->nearest[0] ? entries->nearest : NULL, name)
                     == name;
    entries->is_mangled |= is_mangled;
    if (!is_mangled && is_nearer && strlen(name) < sizeof entries->nearest)
        memcpy(entries->nearest, name, strlen(name) + 1);
}

int ha_module_blame_entry(const struct ha_image *image, const char *path,
                          struct ha_text *messages)
{
    struct entries entries = {"", false};
    ha_image_names(image, HA_IMAGE_EXPORTS, look_at_export, &entries);
    if (entries.is_mangled)
        ha_module_say(messages, path, "its " ENTRY " is a function of C++: declare it "
                      "extern \"C\"");
    else if (entries.nearest[0])
        ha_module_say(messages, path, "it exports no " ENTRY ", but %s",
                      ha_quote(entries.nearest).text);
    else
        ha_module_say(messages, path, "it exports no " ENTRY
                      "; in C++ that must be declared extern \"C\"");
    return result(messages);
}
