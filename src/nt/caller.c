/*
 * caller - where in its code a driver calls a routine
 *
 * Owns how such a place is called: the file name of the module and the offset in it, by which
 * tools that know debug information find the line. The offset is of the call, whose last byte lies
 * before the address that it returns to.
 *
 * To ask the loader for a module takes longer than all else that a run of a search does. So names
 * outlive the rewind of a machine: what code lies where is no part of what it puts back.
 */
#include "nt/caller.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/code.h"
#include "nt/driver.h"
#include "nt/script.h"

#define LONGEST_PLACE 300u

struct ha_caller_name {
    struct ha_caller_name *next;
    const struct ha_script *script;     /* of the driver in charge */
    const void *call;
    char text[];
};

/*
 * A plan knows by which name its driver's module was asked for; the file that was loaded may be a
 * copy of it. Code outside of that module is the player's, who plays a step in the driver's name.
 */
static void name_place(const struct ha_script *script, const void *address, char *text)
{
    struct ha_code code, own;
    void *entry = NULL;
    if (!ha_code_find(address, &code)) {
        snprintf(text, LONGEST_PLACE, "unknown code");
        return;
    }
    const char *file = code.file;
    if (script) {
        memcpy(&entry, &script->code, sizeof entry);
        if (ha_code_find(entry, &own) && own.base == code.base)
            file = script->module;
        else if (code.is_own)
            file = NULL;
    }
    if (file)
        snprintf(text, LONGEST_PLACE, "%s+0x%llx", ha_code_file_name(file),
                 (unsigned long long)code.offset);
    else
        snprintf(text, LONGEST_PLACE, "a step of the scenario");
}

/* A name that outlives a rewind; not kept where memory is lacking. */
static void keep_name(struct ha_host *host, const struct ha_script *script, const void *call,
                      const char *text)
{
    size_t size = strlen(text) + 1;
    struct ha_caller_name *name = malloc(sizeof *name + size);
    if (!name)
        return;
    *name = (struct ha_caller_name){.next = host->callers, .script = script, .call = call};
    memcpy(name->text, text, size);
    host->callers = name;
}

static const char *find_name(const struct ha_host *host, const struct ha_script *script,
                             const void *call)
{
    const struct ha_caller_name *name = host->callers;
    while (name && (name->call != call || name->script != script))
        name = name->next;
    return name ? name->text : NULL;
}

static void record_name(struct ha_world *world, const struct ha_driver *driver, uint32_t place,
                        const void *call)
{
    struct ha_host *host = world->host;
    const struct ha_script *script = driver ? driver->script : NULL;
    char text[LONGEST_PLACE];
    const char *known = find_name(host, script, call);
    if (!known)
        name_place(script, call, text);
    if (!known && host->arena.saved)
        keep_name(host, script, call, text);
    ha_record_name(world, HA_NS_PLACE, place, known ? known : text);
}

uint32_t ha_caller_place(struct ha_kernel *kernel)
{
    struct ha_world *world = &kernel->world;
    const struct ha_thread *self = world->sched.running;
    size_t known = world->places.count;
    if (!kernel->record_places || !self->called_from)
        return 0;
    const struct ha_driver *driver = ha_driver_by_id(kernel, self->stamp.driver);
    if (driver && driver->script && !driver->script->code)
        return 0;
    const char *call = (const char *)self->called_from - 1;
    uint32_t place = ha_id_of(&world->places, &world->host->arena, (uintptr_t)call);
    if (place == HA_NO_ID)
        return 0;
    if (world->places.count > known)
        record_name(world, driver, place, call);
    return place;
}

void ha_caller_close(struct ha_host *host)
{
    while (host->callers) {
        struct ha_caller_name *name = host->callers;
        host->callers = name->next;
        free(name);
    }
}
