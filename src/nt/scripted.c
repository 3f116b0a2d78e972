/*
 * scripted - the drivers of a plan
 *
 * Owns their life: DriverEntry and DriverUnload of every scripted driver, which compiled code has
 * itself, and the threads that a scenario runs in a driver's name. What a step does is in steps.c.
 */
#include "nt/scripted.h"

#include <assert.h>
#include <string.h>

#include "nt/belongings.h"
#include "nt/driver.h"
#include "nt/registration.h"
#include "nt/steps.h"
#include "nt/steps_callback.h"

static VOID NTAPI scripted_unload(PDRIVER_OBJECT DriverObject)
{
    struct ha_driver *driver = (struct ha_driver *)(void *)DriverObject;
    struct ha_stage stage = {.driver = driver};
    if (driver->script->has_unload)
        ha_steps_play(&stage, &driver->script->unload);
    else
        ha_steps_undo(driver);
}

/*
 * An entry that fails undoes what it did and returns the status that its callback put aside, or
 * else the step's own. An explicit return is the author's word and undoes nothing.
 */
static NTSTATUS NTAPI scripted_entry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    struct ha_driver *driver = (struct ha_driver *)(void *)DriverObject;
    struct ha_stage stage = {.driver = driver,
                             .stops_at_errors = !driver->script->entry_ignores_errors};
    (void)RegistryPath;
    DriverObject->DriverUnload = scripted_unload;
    ha_steps_play(&stage, &driver->script->entry);
    if (!stage.failed)
        return stage.status;
    ha_steps_undo(driver);
    return NT_SUCCESS(driver->scripted->stored) ? stage.status : driver->scripted->stored;
}

int ha_scripted_load(struct ha_kernel *kernel, const struct ha_script *script, const void *event)
{
    assert(script->code || !script->module);
    if (script->map)
        script->map(script->image);
    struct ha_driver *driver = ha_driver_make(kernel, script->name,
                                              script->code ? script->code : scripted_entry);
    return driver && ha_belongings_make(driver, script) ? ha_driver_start(driver, event)
                                                        : HA_ENOMEM;
}

struct ha_own_registration *ha_scripted_own(struct ha_driver *driver, uint32_t number,
                                            const char *made_up)
{
    if (!driver || !driver->script || !driver->script->code)
        return NULL;
    const struct ha_script *script = driver->script;
    const char *name = number <= script->registration_count
                           ? script->registration[number - 1]
                           : ha_arena_copy(&driver->kernel->world.host->arena, made_up);
    return name ? ha_own_registration(driver, name) : NULL;
}

struct run {
    struct ha_driver *driver;
    const struct ha_steps *steps;
    const void *event;
};

static void run_thread(void *argument)
{
    struct run run = *(struct run *)argument;
    struct ha_kernel *kernel = run.driver->kernel;
    struct ha_thread *thread = kernel->world.sched.running;
    struct ha_stage stage = {.driver = run.driver};
    ha_arena_give(&kernel->world.host->arena, argument, sizeof run);
    thread->operations++;
    ha_steps_play(&stage, run.steps);
    thread->operations--;
    ha_kernel_ended(kernel, run.event);
}

int ha_scripted_run(struct ha_driver *driver, const struct ha_steps *steps, const void *event)
{
    struct ha_kernel *kernel = driver->kernel;
    struct run *run = ha_arena_take(&kernel->world.host->arena, sizeof *run);
    if (!run)
        return HA_ENOMEM;
    *run = (struct run){driver, steps, event};
    return ha_thread_create(&kernel->world, HA_THREAD_SYSTEM, driver->id, run_thread, run, NULL);
}

bool ha_scripted_fits(const struct ha_kernel *kernel, const struct ha_call_pattern *pattern,
                      const struct ha_called *call)
{
    if (pattern->state != HA_ANY_STATE && pattern->state != (int)call->state)
        return false;
    if (pattern->index != HA_ANY_INDEX && pattern->index != call->index)
        return false;
    if (pattern->group != HA_ANY_INDEX &&
        (pattern->group != call->place.group || pattern->number != call->place.number))
        return false;
    const struct ha_driver *driver = ha_driver_by_id(kernel, call->client->driver_id);
    if (pattern->driver && (!driver || strcmp(driver->name, pattern->driver) != 0))
        return false;
    if (!pattern->registration)
        return true;
    if (!driver || !driver->script)
        return false;
    const struct ha_own_registration *own = call->client->context;
    if (call->client->of_object ? call->client->object_function == ha_steps_client
                                : call->client->function == ha_steps_callback)
        return strcmp(own->as_named.name, pattern->registration) == 0;
    own = ha_own_registration_find(driver, pattern->registration);
    return own && own->id == call->client->link.id;
}
