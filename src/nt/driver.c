/*
 * driver - a driver's life: loaded, initialised, unloaded, gone
 *
 * Owns struct ha_driver.
 */
#include "nt/driver.h"

#include <string.h>

#include "nt/add_device.h"
#include "nt/callback_object.h"
#include "nt/callout.h"
#include "nt/driver_extension.h"
#include "nt/leftovers.h"
#include "nt/pnp_entry.h"
#include "nt/pnp_queue.h"
#include "nt/pool.h"
#include "nt/registration.h"
#include "nt/registry.h"
#include "nt/reinitialize.h"
#include "nt/script.h"

static const WCHAR services_path[] = u"\\Registry\\Machine\\System\\CurrentControlSet\\Services\\";

static const WCHAR drivers_path[] = u"\\Driver\\";

#define SERVICES_LENGTH (sizeof services_path / sizeof services_path[0] - 1)

_Static_assert(SERVICES_LENGTH + HA_DRIVER_NAME_LENGTH <= HA_REGISTRY_PATH_LENGTH,
               "every driver's path fits");

/* A driver's name behind a path of so many bytes, which ends with \; the text has room for both. */
static UNICODE_STRING join(const WCHAR *path, size_t path_bytes, const char *name, WCHAR *text)
{
    size_t length = path_bytes / sizeof *text;
    memcpy(text, path, path_bytes);
    while (*name)
        text[length++] = (unsigned char)*name++;
    USHORT bytes = (USHORT)(length * sizeof(WCHAR));
    return (UNICODE_STRING){.Length = bytes, .MaximumLength = bytes, .Buffer = text};
}

void ha_driver_hold(const struct ha_kernel *kernel, uint16_t id)
{
    struct ha_driver *driver = ha_driver_by_id(kernel, id);
    if (driver)
        driver->work_references++;
}

void ha_driver_let_go(struct ha_kernel *kernel, uint16_t id)
{
    struct ha_driver *driver = ha_driver_by_id(kernel, id);
    if (driver && !--driver->work_references && driver->work_done.first_waiter)
        ha_event_set(&kernel->world, &driver->work_done);
}

static void wait_for_work(struct ha_driver *driver)
{
    struct ha_world *world = &driver->kernel->world;
    if (driver->work_references && !driver->work_done.id)
        ha_object_init(world, &driver->work_done, "the end of the driver's work items");
    while (driver->work_references) {
        driver->work_done.set = false;
        ha_event_wait(world, &driver->work_done);
    }
}

/* DRV-8: others run meanwhile, so a wait for the one may end with another begun. */
static void wait_for_calls(struct ha_driver *driver)
{
    do {
        ha_pnp_wait_late(driver->kernel, driver);
        wait_for_work(driver);
        ha_callout_wait(driver->kernel, NULL, driver);
    } while (driver->late_calls || driver->work_references);
}

/* No call or work of the driver runs, or is due after a removal; what it left behind is dead. */
static void free_image(struct ha_driver *driver)
{
    struct ha_kernel *kernel = driver->kernel;
    ha_registrations_bury(kernel, driver);
    ha_pnp_entries_bury(kernel, driver);
    ha_callback_objects_bury(kernel, driver);
    ha_pool_blocks_look_over(kernel, driver->id);
    ha_leftovers_look_over(kernel, driver);
    ha_record_open(&kernel->world, HA_IMAGE_FREED, driver->id)->driver = driver->id;
    ha_driver_extensions_free(driver);
    driver->state = HA_DRIVER_GONE;
}

bool ha_kernel_plays(const struct ha_kernel *kernel, uint16_t driver)
{
    const struct ha_driver *played = ha_driver_by_id(kernel, driver);
    return played && played->script && !played->script->code;
}

/* How many devices its plan has for it. */
static uint32_t devices_of(const struct ha_driver *driver)
{
    return driver->script ? driver->script->devices : 0;
}

static void load(void *argument)
{
    struct ha_driver *driver = argument;
    struct ha_thread *thread = driver->kernel->world.sched.running;
    thread->operations++;
    driver->entry_status = ha_callout_entry(driver);
    if (NT_SUCCESS(driver->entry_status)) {
        ha_reinitialize(driver);
        driver->state = HA_DRIVER_LOADED;
    } else {
        ha_reinitializations_free(driver);
        wait_for_calls(driver);
        free_image(driver);
    }
    for (uint32_t i = 0; driver->state == HA_DRIVER_LOADED && i < devices_of(driver); i++)
        driver->add_device_status = ha_add_device(driver);
    thread->operations--;
    ha_kernel_ended(driver->kernel, driver->event);
}

static void unload(void *argument)
{
    struct ha_driver *driver = argument;
    struct ha_thread *thread = driver->kernel->world.sched.running;
    if (ha_kernel_knob(driver->kernel, HA_KNOB_UNLOAD_GATE) == HA_UNLOAD_STRICT)
        ha_pnp_entries_wait(driver);
    thread->operations++;
    ha_callout_unload(driver);
    if (!driver->entry_references)
        wait_for_calls(driver);
    bool is_kept = driver->entry_references != 0;   /* a thread of it may still register */
    if (!is_kept)
        free_image(driver);
    thread->operations--;
    ha_kernel_ended(driver->kernel, driver->event);
    if (is_kept) {                      /* DRV-7: until nothing refers to it, or for ever */
        do {
            ha_pnp_entries_wait(driver);
            wait_for_calls(driver);
        } while (driver->entry_references);
        free_image(driver);
    }
}

struct ha_driver *ha_driver_make(struct ha_kernel *kernel, const char *name,
                                 PDRIVER_INITIALIZE init)
{
    struct ha_arena *arena = &kernel->world.host->arena;
    struct ha_driver *driver = ha_arena_lend(arena, sizeof *driver);
    if (!driver)
        return NULL;
    driver->kernel = kernel;
    driver->name = ha_arena_copy(arena, name);
    driver->path = ha_arena_lend(arena, sizeof *driver->path);
    WCHAR *text = ha_arena_lend(arena, sizeof drivers_path + strlen(name) * sizeof(WCHAR));
    if (!driver->name || !driver->path || !text || strlen(name) > HA_DRIVER_NAME_LENGTH)
        return NULL;
    driver->path->string = join(services_path, sizeof services_path - sizeof(WCHAR), name,
                                      driver->path->text);
    driver->object.Type = IO_TYPE_DRIVER;
    driver->object.Size = (CSHORT)sizeof driver->object;
    driver->object.DriverName = join(drivers_path, sizeof drivers_path - sizeof(WCHAR), name,
                                          text);
    driver->object.DriverInit = init;
    driver->entry_status = STATUS_PENDING;
    driver->object.DriverExtension = &driver->extension;
    driver->extension.DriverObject = &driver->object;
    return driver;
}

/* What its plan has put into the registry for it, once: it may have changed that meanwhile. */
static int set_parameters(const struct ha_driver *driver)
{
    const struct ha_script *script = driver->script;
    int err = HA_OK;
    if (!script || !script->value_count || ha_driver_find(driver->kernel, driver->name))
        return HA_OK;
    for (size_t i = 0; !err && i < script->value_count; i++) {
        const struct ha_registry_value *value = &script->value[i];
        err = ha_registry_set_parameter(driver->kernel, driver->name, value->name, value->type,
                                        value->data, value->size);
    }
    return err;
}

int ha_driver_start(struct ha_driver *driver, const void *event)
{
    struct ha_kernel *kernel = driver->kernel;
    int err = set_parameters(driver);
    if (err)
        return err;
    if (kernel->drivers_made == UINT16_MAX)
        return HA_ENOMEM;       /* no id is left for it */
    driver->id = (uint16_t)++kernel->drivers_made;
    driver->previous = kernel->last_driver;
    driver->event = event;
    kernel->last_driver = driver;
    ha_order_forget(&kernel->world, driver);
    ha_order_give(&kernel->world, driver);
    ha_record_name(&kernel->world, HA_NS_DRIVER, driver->id, driver->name);
    return ha_thread_create(&kernel->world, HA_THREAD_SYSTEM, 0, load, driver, NULL);
}

int ha_driver_unload(struct ha_driver *driver, const void *event)
{
    struct ha_world *world = &driver->kernel->world;
    NTSTATUS status = STATUS_SUCCESS;
    if (driver->state != HA_DRIVER_LOADED || !driver->object.DriverUnload)
        status = STATUS_INVALID_DEVICE_REQUEST;
    else if (driver->entry_references &&
             ha_kernel_knob(driver->kernel, HA_KNOB_UNLOAD_GATE) == HA_UNLOAD_STRICT)
        status = STATUS_PENDING;
    struct ha_record *request = ha_record_open(world, HA_UNLOAD_REQ, driver->id);
    request->driver = driver->id;
    request->as.status.status = status;
    if (!NT_SUCCESS(status)) {
        ha_kernel_ended(driver->kernel, event);
        return HA_OK;
    }
    driver->state = HA_DRIVER_UNLOADING;
    driver->event = event;
    return ha_thread_create(world, HA_THREAD_SYSTEM, 0, unload, driver, NULL);
}

struct ha_driver *ha_driver_find(const struct ha_kernel *kernel, const char *name)
{
    struct ha_driver *driver = kernel->last_driver;
    while (driver && strcmp(driver->name, name) != 0)
        driver = driver->previous;
    return driver;
}

struct ha_driver *ha_driver_meant(struct ha_kernel *kernel, enum ha_routine routine,
                                  const DRIVER_OBJECT *object)
{
    struct ha_driver *driver = kernel->last_driver;
    while (driver && &driver->object != object)
        driver = driver->previous;
    if (!driver)
        ha_record_misuse(kernel, routine, HA_MISUSE_NO_OBJECT, 0, 0);
    return driver;
}

struct ha_driver *ha_driver_by_id(const struct ha_kernel *kernel, uint16_t id)
{
    struct ha_driver *driver = id ? kernel->last_driver : NULL;
    while (driver && driver->id != id)
        driver = driver->previous;
    return driver;
}
