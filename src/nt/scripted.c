/*
 * scripted - the drivers of a plan
 *
 * Owns their life: DriverEntry and DriverUnload of every scripted driver, which compiled code has
 * itself, the threads that a scenario runs in a driver's name, and what scenarios call drivers'
 * registrations and the calls of them. What a step does is in steps.c.
 */
#include "nt/scripted.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "nt/belongings.h"
#include "nt/driver.h"
#include "nt/pnp_entry.h"
#include "nt/registration.h"
#include "nt/steps.h"
#include "nt/steps_callback.h"
#include "nt/steps_pnp.h"

static VOID NTAPI scripted_unload(PDRIVER_OBJECT DriverObject)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_inside("DriverUnload");
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
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_inside("DriverEntry");
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

/* The name that the scenario gives to compiled code's registration; NULL for none. */
static const char *given_name(const struct ha_script *script, enum ha_notification kind,
                              uint32_t number)
{
    switch (kind) {
    case HA_CALLBACK_OBJECT:
        return number <= script->client_count ? script->client[number - 1] : NULL;
    case HA_DEVICE_INTERFACE:
        return number <= script->entry_name_count ? script->entry_name[number - 1] : NULL;
    default:
        return number <= script->registration_count ? script->registration[number - 1] : NULL;
    }
}

/* What the scenario knows of compiled code's registration. */
static struct ha_own_registration *find_own(struct ha_driver *driver, enum ha_notification kind,
                                            uint32_t number, const char *made_up)
{
    if (!driver || !driver->script || !driver->script->code)
        return NULL;
    const char *name = given_name(driver->script, kind, number);
    if (!name)
        name = ha_arena_copy(&driver->kernel->world.host->arena, made_up);
    return name ? ha_own_registration(driver, name) : NULL;
}

struct ha_own_registration *ha_scripted_announce(struct ha_kernel *kernel,
                                                 struct ha_driver *driver,
                                                 enum ha_notification kind, uint32_t id)
{
    static const char *const word[HA_NOTIFICATION_COUNT] = {
        [HA_PROCESSOR_CHANGE] = "ke", [HA_CALLBACK_OBJECT] = "cb", [HA_DEVICE_INTERFACE] = "pnp"};
    _Static_assert(sizeof driver->made / sizeof driver->made[0] == HA_NOTIFICATION_COUNT,
                   "a number for each kind");
    enum ha_namespace space = kind == HA_DEVICE_INTERFACE ? HA_NS_ENTRY : HA_NS_REGISTRATION;
    char made_up[16];
    if (driver && driver->next_name) {
        ha_record_name(&kernel->world, space, id, driver->next_name);
        return NULL;
    }
    uint32_t number = driver ? ++driver->made[kind] : id;
    snprintf(made_up, sizeof made_up, "%s%u", word[kind], (unsigned)number);
    struct ha_own_registration *own = find_own(driver, kind, number, made_up);
    if (own) {
        own->id = id;
        own->notification = (uint8_t)kind;
    }
    ha_record_name(&kernel->world, space, id, own ? own->as_named.name : made_up);
    return own;
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
    ha_touch(&kernel->world, HA_TOUCH_DRIVER(run.driver->id), HA_TOUCH_WRITE);
    ha_steps_play(&stage, run.steps);
    ha_touch(&kernel->world, HA_TOUCH_DRIVER(run.driver->id), HA_TOUCH_WRITE);
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

/* Whether the call is about what the pattern names: a state, and a processor or an instance. */
static bool is_about(const struct ha_kernel *kernel, const struct ha_call_pattern *pattern,
                     const struct ha_called *call)
{
    if (pattern->state != HA_ANY_STATE && pattern->state != call->state)
        return false;
    if (pattern->index != HA_ANY_INDEX && pattern->index != call->index)
        return false;
    if (pattern->group != HA_ANY_INDEX &&
        (call->index == HA_NO_INDEX || pattern->group != call->place.group ||
         pattern->number != call->place.number))
        return false;
    return !pattern->instance ||
           (call->instance && ha_instance_fits(kernel, pattern->instance, call->instance));
}

/* Whether the driver knows what is called by that name. */
static bool is_called_so(const struct ha_driver *driver, const struct ha_called *call,
                         const char *name)
{
    const struct ha_registration *client = call->client;
    const struct ha_own_registration *own = client ? client->context : call->entry->context;
    bool scripted = !client             ? call->entry->function == ha_steps_notified
                    : client->of_object ? client->object_function == ha_steps_client
                                        : client->function == ha_steps_callback;
    if (scripted)
        return strcmp(own->as_named.name, name) == 0;
    own = ha_own_registration_find(driver, name);
    return own && (own->notification == HA_DEVICE_INTERFACE) == !client &&
           own->id == (client ? client->link.id : call->entry->link.id);
}

bool ha_scripted_fits(const struct ha_kernel *kernel, const struct ha_call_pattern *pattern,
                      const struct ha_called *call)
{
    if (!is_about(kernel, pattern, call))
        return false;
    const struct ha_driver *driver = call->client
                                         ? ha_driver_by_id(kernel, call->client->driver_id)
                                         : call->entry->driver;
    if (pattern->driver && (!driver || strcmp(driver->name, pattern->driver) != 0))
        return false;
    return !pattern->registration ||
           (driver && driver->script && is_called_so(driver, call, pattern->registration));
}
