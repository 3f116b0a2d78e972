/*
 * registry - keys and values, a tree whose names ignore case
 *
 * Owns struct ha_reg_key and struct ha_reg_value. The tree is made when it is first used, and the
 * keys of a service when somebody first looks for them: most drivers never ask.
 */
#include "nt/registry.h"

#include <string.h>

#include "nt/driver.h"
#include "nt/letters.h"

#define LONGEST_NAME 16383u         /* letters of a value's name; WDK, Registry element sizes */

struct ha_reg_key {
    struct ha_reg_key *next, *first_child;
    struct ha_reg_value *first_value;
    size_t letters;
    WCHAR name[];
};

/* A stretch of letters. */
struct letters {
    const WCHAR *text;
    size_t count;
};

static bool are_same(struct letters one, const WCHAR *other, size_t count)
{
    if (one.count != count)
        return false;
    for (size_t i = 0; i < count; i++)
        if (ha_letter_up(one.text[i]) != ha_letter_up(other[i]))
            return false;
    return true;
}

/* The next name of a path, which is shortened by it; one of no letters at the end. */
static struct letters take_name(struct letters *path)
{
    if (!path->count)
        return *path;               /* which may have no text at all */
    while (path->count && *path->text == u'\\')
        path->text++, path->count--;
    struct letters name = {path->text, 0};
    while (name.count < path->count && name.text[name.count] != u'\\')
        name.count++;
    path->text += name.count;
    path->count -= name.count;
    return name;
}

static struct ha_reg_key *make_key(struct ha_kernel *kernel, struct ha_reg_key *parent,
                                   struct letters name)
{
    struct ha_reg_key *key = ha_arena_take(&kernel->world.host->arena,
                                           sizeof *key + name.count * sizeof(WCHAR));
    if (!key)
        return NULL;
    key->letters = name.count;
    if (name.count)
        memcpy(key->name, name.text, name.count * sizeof(WCHAR));
    if (parent) {
        key->next = parent->first_child;
        parent->first_child = key;
    }
    return key;
}

static struct ha_reg_key *child_of(const struct ha_reg_key *parent, struct letters name)
{
    struct ha_reg_key *child = parent->first_child;
    while (child && !are_same(name, child->name, child->letters))
        child = child->next;
    return child;
}

/* Whether a driver is called so, letter by letter as its RegistryPath has it. */
static bool is_driver(const struct ha_kernel *kernel, struct letters name)
{
    const struct ha_driver *driver = kernel->last_driver;
    for (; driver; driver = driver->previous) {
        size_t i = 0;
        while (i < name.count && driver->name[i] &&
               ha_letter_up((unsigned char)driver->name[i]) == ha_letter_up(name.text[i]))
            i++;
        if (i == name.count && !driver->name[i])
            return true;
    }
    return false;
}

/* The child of that name, made where it is missing; NULL when the arena is full. */
static struct ha_reg_key *reach(struct ha_kernel *kernel, struct ha_reg_key *parent,
                                struct letters name)
{
    struct ha_reg_key *child = child_of(parent, name);
    return child ? child : make_key(kernel, parent, name);
}

/* The key of a service with its Parameters, which is what is given back. */
static struct ha_reg_key *reach_service(struct ha_kernel *kernel, struct letters name)
{
    static const struct letters parameters = {u"Parameters", 10};
    struct ha_reg_key *service = reach(kernel, kernel->registry.services, name);
    return service ? reach(kernel, service, parameters) : NULL;
}

/* The keys that are there from the start. Source: WDK reference, wdm.h, RtlQueryRegistryValues. */
static const WCHAR *const bases[RTL_REGISTRY_MAXIMUM] = {
    [RTL_REGISTRY_ABSOLUTE] = u"Registry",
    [RTL_REGISTRY_SERVICES] = u"Registry\\Machine\\System\\CurrentControlSet\\Services",
    [RTL_REGISTRY_CONTROL] = u"Registry\\Machine\\System\\CurrentControlSet\\Control",
    [RTL_REGISTRY_WINDOWS_NT] =
        u"Registry\\Machine\\Software\\Microsoft\\Windows NT\\CurrentVersion",
    [RTL_REGISTRY_DEVICEMAP] = u"Registry\\Machine\\Hardware\\DeviceMap",
    [RTL_REGISTRY_USER] = u"Registry\\User\\.Default",
};

static struct letters base_path(ULONG base)
{
    struct letters path = {bases[base], 0};
    while (path.text[path.count])
        path.count++;
    return path;
}

/* False when the arena is full; another call then goes on where this one ended. */
static bool build(struct ha_kernel *kernel)
{
    struct ha_registry *registry = &kernel->registry;
    if (registry->services)
        return true;
    if (!registry->root)
        registry->root = make_key(kernel, NULL, (struct letters){NULL, 0});
    struct ha_reg_key *services = NULL;
    for (ULONG base = 0; base < RTL_REGISTRY_MAXIMUM; base++) {
        struct letters path = base_path(base);
        struct ha_reg_key *key = registry->root;
        while (key && path.count)
            key = reach(kernel, key, take_name(&path));
        if (!key)
            return false;
        if (base == RTL_REGISTRY_SERVICES)
            services = key;
    }
    registry->services = services;
    return true;
}

static NTSTATUS open_path(struct ha_kernel *kernel, struct ha_reg_key *from, struct letters path,
                          bool *made, struct ha_reg_key **found)
{
    struct ha_reg_key *key = from ? from : kernel->registry.root;
    for (struct letters name = take_name(&path); name.count;) {
        struct ha_reg_key *child = child_of(key, name);
        struct letters next = take_name(&path);
        bool is_service = !child && key == kernel->registry.services && is_driver(kernel, name);
        bool is_new = !child && !is_service;
        if (is_new && (!made || next.count))
            return STATUS_OBJECT_NAME_NOT_FOUND;
        if (is_service)
            child = reach_service(kernel, name) ? child_of(key, name) : NULL;
        else if (is_new)
            child = make_key(kernel, key, name);
        if (!child)
            return STATUS_INSUFFICIENT_RESOURCES;
        if (is_new)
            *made = true;
        key = child;
        name = next;
    }
    *found = key;
    return STATUS_SUCCESS;
}

NTSTATUS ha_reg_key_open(struct ha_kernel *kernel, struct ha_reg_key *from, PCUNICODE_STRING path,
                         bool *made, struct ha_reg_key **key)
{
    struct letters letters = {path->Buffer, path->Length / sizeof(WCHAR)};
    if (made)
        *made = false;
    return build(kernel) ? open_path(kernel, from, letters, made, key)
                         : STATUS_INSUFFICIENT_RESOURCES;
}

NTSTATUS ha_reg_key_relative(struct ha_kernel *kernel, ULONG relative_to, PCWSTR path, bool *made,
                             struct ha_reg_key **key)
{
    ULONG base = relative_to & ~(RTL_REGISTRY_HANDLE | RTL_REGISTRY_OPTIONAL);
    UNICODE_STRING string;
    if (made)
        *made = false;
    if (relative_to & RTL_REGISTRY_HANDLE)
        return ha_reg_key_of_handle(kernel, (HANDLE)(uintptr_t)path, key);
    if (base >= RTL_REGISTRY_MAXIMUM ||
        (base == RTL_REGISTRY_ABSOLUTE && (!path || *path != u'\\')))
        return STATUS_INVALID_PARAMETER;
    if (!build(kernel))
        return STATUS_INSUFFICIENT_RESOURCES;
    NTSTATUS status = STATUS_SUCCESS;
    *key = NULL;
    if (base != RTL_REGISTRY_ABSOLUTE)
        status = open_path(kernel, NULL, base_path(base), NULL, key);
    RtlInitUnicodeString(&string, path);
    return NT_SUCCESS(status) ? ha_reg_key_open(kernel, *key, &string, made, key) : status;
}

struct ha_reg_value *ha_reg_value_find(const struct ha_reg_key *key, PCUNICODE_STRING name)
{
    struct letters wanted = {name ? name->Buffer : NULL, name ? name->Length / sizeof(WCHAR) : 0};
    struct ha_reg_value *value = key->first_value;
    while (value && !are_same(wanted, value->name, value->name_bytes / sizeof(WCHAR)))
        value = value->next;
    return value;
}

struct ha_reg_value *ha_reg_value_at(const struct ha_reg_key *key, size_t place)
{
    struct ha_reg_value *value = key->first_value;
    while (value && place--)
        value = value->next;
    return value;
}

/* A value of no data behind the others; NULL when the arena is full. */
static struct ha_reg_value *make_value(struct ha_arena *arena, struct ha_reg_key *key,
                                       PCUNICODE_STRING name)
{
    size_t bytes = name ? name->Length & ~(size_t)1 : 0;
    struct ha_reg_value **last = &key->first_value, *value = ha_arena_take(arena, sizeof *value);
    if (!value)
        return NULL;
    value->name = ha_arena_take(arena, bytes);
    if (!value->name) {
        ha_arena_give(arena, value, sizeof *value);
        return NULL;
    }
    if (bytes)
        memcpy(value->name, name->Buffer, bytes);
    value->name_bytes = bytes;
    while (*last)
        last = &(*last)->next;
    *last = value;
    return value;
}

bool ha_reg_value_set(struct ha_kernel *kernel, struct ha_reg_key *key, PCUNICODE_STRING name,
                      ULONG type, const void *data, size_t size)
{
    struct ha_arena *arena = &kernel->world.host->arena;
    struct ha_reg_value *value = ha_reg_value_find(key, name);
    void *copy = ha_arena_take(arena, size);
    if (copy && !value)
        value = make_value(arena, key, name);
    if (!copy)
        return false;
    if (!value) {
        ha_arena_give(arena, copy, size);
        return false;
    }
    if (size)
        memcpy(copy, data, size);
    if (value->data)
        ha_arena_give(arena, value->data, value->size);
    value->type = type;
    value->data = copy;
    value->size = size;
    return true;
}

void ha_reg_value_delete(struct ha_kernel *kernel, struct ha_reg_key *key,
                         struct ha_reg_value *value)
{
    struct ha_arena *arena = &kernel->world.host->arena;
    struct ha_reg_value **link = &key->first_value;
    while (*link != value)
        link = &(*link)->next;
    *link = value->next;
    ha_arena_give(arena, value->name, value->name_bytes);
    ha_arena_give(arena, value->data, value->size);
    ha_arena_give(arena, value, sizeof *value);
}

/* UTF-8 as UTF-16, in the arena. The size is that of the block, the string may be shorter. */
static WCHAR *widen(struct ha_arena *arena, const char *text, size_t *bytes, size_t *letters)
{
    size_t length = strlen(text);
    WCHAR *wide = ha_arena_take(arena, length * sizeof(WCHAR));
    *bytes = length * sizeof(WCHAR);
    *letters = 0;
    for (size_t taken; wide && length; text += taken, length -= taken) {
        uint16_t units[2];
        size_t count = ha_utf16_put(ha_utf8_take(text, length, &taken), units);
        memcpy(wide + *letters, units, count * sizeof *units);
        *letters += count;
    }
    return wide;
}

int ha_registry_set_parameter(struct ha_kernel *kernel, const char *driver, const char *name,
                              ULONG type, const void *data, size_t size)
{
    struct ha_arena *arena = &kernel->world.host->arena;
    WCHAR service[HA_DRIVER_NAME_LENGTH];
    size_t length = strlen(driver), bytes, letters;
    if (length > HA_DRIVER_NAME_LENGTH || strlen(name) > LONGEST_NAME)
        return HA_EINVAL;
    for (size_t i = 0; i < length; i++)
        service[i] = (unsigned char)driver[i];      /* as RegistryPath has it */
    struct ha_reg_key *parameters =
        build(kernel) ? reach_service(kernel, (struct letters){service, length}) : NULL;
    WCHAR *wide = parameters ? widen(arena, name, &bytes, &letters) : NULL;
    if (!wide)
        return HA_ENOMEM;
    UNICODE_STRING string = {.Length = (USHORT)(letters * sizeof(WCHAR)), .Buffer = wide};
    bool set = ha_reg_value_set(kernel, parameters, &string, type, data, size);
    ha_arena_give(arena, wide, bytes);
    return set ? HA_OK : HA_ENOMEM;
}
