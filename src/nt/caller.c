/*
 * caller - where in its code a driver calls a routine
 *
 * Owns how such a place is called: the file name of the module and the offset in it, by which
 * tools that know debug information find the line. The offset is of the call, whose last byte lies
 * before the address that it returns to.
 */
#include "nt/caller.h"

#include <stdio.h>
#include <string.h>

#include "base/code.h"
#include "nt/driver.h"
#include "nt/script.h"

#define LONGEST_PLACE 300u

/*
 * A plan knows by which name its driver's module was asked for; the file that was loaded may be a
 * copy of it. Code outside of that module is the player's, who plays a step in the driver's name.
 */
static void name_place(const struct ha_driver *driver, const void *address, char *text)
{
    const struct ha_script *script = driver ? driver->script : NULL;
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

uint32_t ha_caller_place(struct ha_kernel *kernel)
{
    struct ha_world *world = &kernel->world;
    const struct ha_thread *self = world->sched.running;
    size_t known = world->places.count;
    char text[LONGEST_PLACE];
    if (!kernel->record_places || !self->called_from)
        return 0;
    const struct ha_driver *driver = ha_driver_by_id(kernel, self->stamp.driver);
    if (driver && driver->script && !driver->script->code)
        return 0;
    const char *call = (const char *)self->called_from - 1;
    uint32_t place = ha_id_of(&world->places, &world->host->arena, (uintptr_t)call);
    if (place == HA_NO_ID)
        return 0;
    if (world->places.count > known) {
        name_place(driver, call, text);
        ha_record_name(world, HA_NS_PLACE, place, text);
    }
    return place;
}
