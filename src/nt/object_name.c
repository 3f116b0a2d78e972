/*
 * object_name - devices and links by name
 *
 * Owns struct ha_object_name and the routines for symbolic links. Source of each: WDK reference,
 * wdm.h, the page of its name.
 */
#include "nt/object_name.h"

#include <string.h>

#include "nt/letters.h"

#define MOST_LINKS 32u              /* one after the other, before it is a circle */

struct ha_object_name {
    struct ha_object_name *next;
    PDEVICE_OBJECT device;          /* NULL for a link ... */
    WCHAR *target;                  /* ... and where that leads */
    size_t letters, target_letters;
    uint8_t directory;
    WCHAR text[];                   /* within the directory */
};

/* A name as it was given: its directory, and what stands behind that. */
struct path {
    size_t directory, letters;
    const WCHAR *text;
};

/* The longest first, where one begins with another. */
static const struct { const WCHAR *prefix; uint8_t directory; } directories[] = {
    {u"\\DosDevices\\Global\\", 3}, {u"\\DosDevices\\", 3}, {u"\\GLOBAL??\\", 3},
    {u"\\??\\Global\\", 3}, {u"\\??\\", 3}, {u"\\Driver\\", 2}, {u"\\Device\\", 1}, {u"\\", 0},
};

/* How many letters a prefix has when the text begins with it; else 0. */
static size_t begins_with(const WCHAR *text, size_t letters, const WCHAR *prefix)
{
    size_t i = 0;
    while (i < letters && prefix[i] && ha_letter_up(prefix[i]) == ha_letter_up(text[i]))
        i++;
    return prefix[i] ? 0 : i;
}

static NTSTATUS read_path(const WCHAR *text, size_t letters, struct path *path)
{
    if (!letters || text[0] != u'\\')
        return STATUS_OBJECT_PATH_SYNTAX_BAD;
    size_t front = 0, i = 0;
    while (!(front = begins_with(text, letters, directories[i].prefix)))
        i++;                        /* the last one fits */
    *path = (struct path){directories[i].directory, letters - front, text + front};
    for (size_t k = 0; k < path->letters; k++)
        if (path->text[k] == u'\\')
            return STATUS_OBJECT_PATH_NOT_FOUND;
    return path->letters ? STATUS_SUCCESS : STATUS_OBJECT_NAME_INVALID;
}

static struct ha_object_name *look_up(const struct ha_kernel *kernel, const struct path *path)
{
    struct ha_object_name *name = kernel->devices.first_name;
    for (; name; name = name->next) {
        size_t i = 0;
        if (name->directory != path->directory || name->letters != path->letters)
            continue;
        while (i < path->letters && ha_letter_up(name->text[i]) == ha_letter_up(path->text[i]))
            i++;
        if (i == path->letters)
            break;
    }
    return name;
}

/* A name that leads nowhere yet. */
static NTSTATUS make(struct ha_kernel *kernel, PCUNICODE_STRING text,
                     struct ha_object_name **made)
{
    struct path path;
    NTSTATUS status = read_path(text->Buffer, text->Length / sizeof(WCHAR), &path);
    if (!NT_SUCCESS(status))
        return status;
    if (look_up(kernel, &path))
        return STATUS_OBJECT_NAME_COLLISION;
    struct ha_object_name *name = ha_arena_take(&kernel->world.host->arena,
                                                sizeof *name + path.letters * sizeof(WCHAR));
    if (!name)
        return STATUS_INSUFFICIENT_RESOURCES;
    name->directory = (uint8_t)path.directory;
    name->letters = path.letters;
    memcpy(name->text, path.text, path.letters * sizeof(WCHAR));
    name->next = kernel->devices.first_name;
    kernel->devices.first_name = name;
    *made = name;
    return STATUS_SUCCESS;
}

static void drop(struct ha_kernel *kernel, struct ha_object_name *name)
{
    struct ha_arena *arena = &kernel->world.host->arena;
    struct ha_object_name **link = &kernel->devices.first_name;
    while (*link != name)
        link = &(*link)->next;
    *link = name->next;
    ha_arena_give(arena, name->target, name->target_letters * sizeof(WCHAR));
    ha_arena_give(arena, name, sizeof *name + name->letters * sizeof(WCHAR));
}

NTSTATUS ha_object_name_give(struct ha_kernel *kernel, PCUNICODE_STRING name,
                             PDEVICE_OBJECT device)
{
    struct ha_object_name *made;
    NTSTATUS status = make(kernel, name, &made);
    if (NT_SUCCESS(status))
        made->device = device;
    return status;
}

void ha_object_name_drop(struct ha_kernel *kernel, const DEVICE_OBJECT *device)
{
    struct ha_object_name *name = kernel->devices.first_name;
    while (name && name->device != device)
        name = name->next;
    if (name)
        drop(kernel, name);
}

NTSTATUS ha_object_name_find(const struct ha_kernel *kernel, PCUNICODE_STRING name,
                             PDEVICE_OBJECT *device)
{
    const WCHAR *text = name->Buffer;
    size_t letters = name->Length / sizeof(WCHAR);
    for (unsigned links = 0; links <= MOST_LINKS; links++) {
        struct path path;
        NTSTATUS status = read_path(text, letters, &path);
        if (!NT_SUCCESS(status))
            return status;
        const struct ha_object_name *found = look_up(kernel, &path);
        if (!found)
            return STATUS_OBJECT_NAME_NOT_FOUND;
        *device = found->device;
        if (found->device)
            return STATUS_SUCCESS;
        text = found->target;
        letters = found->target_letters;
    }
    return STATUS_OBJECT_PATH_NOT_FOUND;
}

/*
 * Make another name for a device, which need not be there yet.
 *
 *   SymbolicLinkName  usually in \DosDevices or \??
 *   DeviceName        where it leads
 *
 * Returns STATUS_SUCCESS; STATUS_OBJECT_NAME_COLLISION; STATUS_OBJECT_PATH_SYNTAX_BAD,
 * STATUS_OBJECT_NAME_INVALID or STATUS_OBJECT_PATH_NOT_FOUND for a link that cannot be named so;
 * STATUS_INSUFFICIENT_RESOURCES. IRQL: PASSIVE_LEVEL; from above it is refused with
 * STATUS_UNSUCCESSFUL, which is our choice.
 *
 * Source: WDK reference, wdm.h, IoCreateSymbolicLink.
 */
NTSTATUS IoCreateSymbolicLink(PUNICODE_STRING SymbolicLinkName, PUNICODE_STRING DeviceName)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("IoCreateSymbolicLink");
    struct ha_arena *arena = &kernel->world.host->arena;
    struct ha_object_name *link;
    if (ha_kernel_is_above(kernel, PASSIVE_LEVEL, HA_RT_CREATE_LINK))
        return STATUS_UNSUCCESSFUL;
    if (ha_kernel_faults(kernel, HA_RT_CREATE_LINK))
        return STATUS_INSUFFICIENT_RESOURCES;
    NTSTATUS status = make(kernel, SymbolicLinkName, &link);
    if (NT_SUCCESS(status)) {
        size_t letters = DeviceName->Length / sizeof(WCHAR);
        link->target = ha_arena_take(arena, letters * sizeof(WCHAR));
        if (link->target) {
            link->target_letters = letters;
            if (letters)
                memcpy(link->target, DeviceName->Buffer, letters * sizeof(WCHAR));
            return STATUS_SUCCESS;
        }
        drop(kernel, link);
        status = STATUS_INSUFFICIENT_RESOURCES;
    }
    if (status == STATUS_INSUFFICIENT_RESOURCES)
        ha_record_fault(kernel, HA_RT_CREATE_LINK);
    return status;
}

/*
 * Remove such a name. The device is not concerned.
 *
 * Returns STATUS_SUCCESS; STATUS_OBJECT_NAME_NOT_FOUND; STATUS_OBJECT_TYPE_MISMATCH for a name
 * that is a device's own; or what a name of that form is refused with. IRQL: PASSIVE_LEVEL.
 *
 * Source: WDK reference, wdm.h, IoDeleteSymbolicLink.
 */
NTSTATUS IoDeleteSymbolicLink(PUNICODE_STRING SymbolicLinkName)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("IoDeleteSymbolicLink");
    struct path path;
    if (ha_kernel_is_above(kernel, PASSIVE_LEVEL, HA_RT_DELETE_LINK))
        return STATUS_UNSUCCESSFUL;
    NTSTATUS status = read_path(SymbolicLinkName->Buffer,
                                SymbolicLinkName->Length / sizeof(WCHAR), &path);
    if (!NT_SUCCESS(status))
        return status;
    struct ha_object_name *link = look_up(kernel, &path);
    if (!link)
        return STATUS_OBJECT_NAME_NOT_FOUND;
    if (link->device)
        return STATUS_OBJECT_TYPE_MISMATCH;
    drop(kernel, link);
    return STATUS_SUCCESS;
}
