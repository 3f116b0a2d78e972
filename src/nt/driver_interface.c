/*
 * driver_interface - device interfaces that drivers register
 *
 * Owns struct ha_driver_interface. One that was enabled once keeps its memory to the end, because
 * news of it may be queued.
 */
#include "nt/driver_interface.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "nt/audience.h"
#include "nt/caller.h"
#include "nt/device.h"
#include "nt/driver.h"
#include "nt/leftovers.h"
#include "nt/letters.h"

#define UTF8_BYTES 3u               /* that a UTF-16 unit needs at most */

static size_t letters_in(PCUNICODE_STRING string)
{
    return string ? string->Length / sizeof(WCHAR) : 0;
}

static size_t size_of(const struct ha_driver_interface *interface)
{
    return sizeof *interface + (interface->instance.letters + 1) * sizeof(WCHAR);
}

static size_t name_size(const struct ha_driver_interface *interface)
{
    return interface->instance.letters * UTF8_BYTES + 1;
}

bool ha_driver_interface_is_device(const struct ha_kernel *kernel, const void *pointer)
{
    if (!ha_device_is(kernel, pointer))
        return false;
    const struct _DEVOBJ_EXTENSION *ours =
        ((const DEVICE_OBJECT *)pointer)->DeviceObjectExtension;
    return ours->added_for && !ours->is_deleted;
}

struct ha_driver_interface *ha_driver_interface_of(const struct ha_kernel *kernel,
                                                   const DEVICE_OBJECT *device,
                                                   const GUID *class_guid,
                                                   PCUNICODE_STRING reference)
{
    struct ha_driver_interface *at = kernel->interfaces.first_of_drivers;
    for (; at; at = at->next) {
        const WCHAR *own = at->link + at->instance.letters - at->reference_letters;
        if (at->instance.object == device &&
            memcmp(&at->class_guid, class_guid, sizeof *class_guid) == 0 &&
            ha_interface_is_name(own, at->reference_letters, reference ? reference->Buffer : NULL,
                                 letters_in(reference)))
            break;
    }
    return at;
}

struct ha_driver_interface *ha_driver_interface_find(const struct ha_kernel *kernel,
                                                     PCUNICODE_STRING link)
{
    struct ha_driver_interface *at = kernel->interfaces.first_of_drivers;
    while (at && !ha_interface_is_name(at->link, at->instance.letters, link->Buffer,
                                       letters_in(link)))
        at = at->next;
    return at;
}

/*
 * What stands before the reference string, in `text`. Returns how many letters that are.
 *
 * Source: WDK, Device Interface Classes, for the class at the end. For the rest: such a device
 * looks like one that Windows has found by itself, without a bus. The number of the driver tells it
 * from one whose name differs in case only, because links do not.
 */
static size_t write_front(const struct ha_kernel *kernel, const DEVICE_OBJECT *device,
                          const GUID *class_guid, char *text, size_t size)
{
    const struct _DEVOBJ_EXTENSION *ours = device->DeviceObjectExtension;
    const struct ha_driver *driver = ha_driver_by_id(kernel, ours->added_for);
    int length = snprintf(text, size, "\\??\\ROOT#%s#%u&%02u#", driver->name,
                          (unsigned)driver->id, (unsigned)ours->number);
    assert(length > 0 && (size_t)length + HA_CLASS_LETTERS < size);
    for (int i = 0; i < length; i++)
        if (text[i] >= 'a' && text[i] <= 'z')
            text[i] = (char)(text[i] - 'a' + 'A');
    ha_interface_write_class(class_guid, text + length);
    return (size_t)length + HA_CLASS_LETTERS;
}

static void write_name(struct ha_driver_interface *interface)
{
    size_t taken, letters = interface->instance.letters;
    char *at = interface->name;
    for (const WCHAR *text = interface->link; letters; text += taken, letters -= taken)
        at += ha_utf8_put(ha_utf16_take(text, letters, &taken), at);
}

struct ha_driver_interface *ha_driver_interface_make(struct ha_kernel *kernel,
                                                     PDEVICE_OBJECT device,
                                                     const GUID *class_guid,
                                                     PCUNICODE_STRING reference)
{
    struct ha_arena *arena = &kernel->world.host->arena;
    char front[HA_DRIVER_NAME_LENGTH + HA_CLASS_LETTERS + 32];
    size_t own = letters_in(reference);
    size_t before = write_front(kernel, device, class_guid, front, sizeof front);
    size_t letters = before + (own ? own + 1 : 0);
    struct ha_driver_interface *made =
        ha_arena_lend(arena, sizeof *made + (letters + 1) * sizeof(WCHAR));
    if (!made)
        return NULL;
    made->instance.letters = letters;
    made->instance.audience = ha_audience_of(kernel, class_guid);
    made->name = made->instance.audience ? ha_arena_take(arena, name_size(made)) : NULL;
    if (!made->name) {
        ha_arena_get_back(arena, made, size_of(made));
        return NULL;
    }
    made->class_guid = *class_guid;
    made->reference_letters = own;
    made->instance.unit = HA_UNIT_INTERFACE;
    made->instance.class_guid = &made->class_guid;
    made->instance.object = device;
    made->instance.link = made->link;
    for (size_t i = 0; i < before; i++)
        made->link[i] = (unsigned char)front[i];
    if (own) {
        made->link[before] = u'\\';
        memcpy(made->link + before + 1, reference->Buffer, own * sizeof(WCHAR));
    }
    write_name(made);
    return made;
}

void ha_driver_interface_join(struct ha_kernel *kernel, struct ha_driver_interface *made)
{
    struct ha_interfaces *all = &kernel->interfaces;
    ha_touch(&kernel->world, HA_TOUCH_CHAIN, HA_TOUCH_WRITE);
    made->instance.id = ha_interface_introduce(kernel, made->name);
    made->instance.device = ++all->registered;
    made->made_at = ha_caller_place(kernel);
    ha_arena_give(&kernel->world.host->arena, made->name, name_size(made));
    made->name = NULL;
    if (all->last_of_drivers)
        all->last_of_drivers->next = made;
    else
        all->first_of_drivers = made;
    all->last_of_drivers = made;
}

void ha_driver_interface_drop(struct ha_kernel *kernel, struct ha_driver_interface *made)
{
    struct ha_arena *arena = &kernel->world.host->arena;
    ha_arena_give(arena, made->name, name_size(made));
    ha_arena_get_back(arena, made, size_of(made));
}

/* It leaves the list, whose element before it is that, and goes unless it was ever enabled. */
static void forget(struct ha_kernel *kernel, struct ha_driver_interface *before,
                   struct ha_driver_interface *interface)
{
    struct ha_interfaces *all = &kernel->interfaces;
    if (before)
        before->next = interface->next;
    else
        all->first_of_drivers = interface->next;
    if (all->last_of_drivers == interface)
        all->last_of_drivers = before;
    if (!interface->instance.order)
        ha_driver_interface_drop(kernel, interface);
}

void ha_driver_interfaces_start(struct ha_kernel *kernel, const DEVICE_OBJECT *device)
{
    struct ha_driver_interface *at = kernel->interfaces.first_of_drivers;
    for (; at; at = at->next) {
        if (at->instance.object != device)
            continue;
        ha_interface_record(kernel, HA_DEVICE_STARTED, &at->instance);
        if (at->waits)
            ha_interface_enable(kernel, &at->instance);
        at->waits = false;
    }
}

void ha_driver_interfaces_forget(struct ha_kernel *kernel, const DEVICE_OBJECT *device)
{
    struct ha_driver_interface *before = NULL, *next = kernel->interfaces.first_of_drivers;
    for (struct ha_driver_interface *at = next; at; at = next) {
        next = at->next;
        if (at->instance.object == device)
            forget(kernel, before, at);
        else
            before = at;
    }
}

void ha_driver_interfaces_look_over(struct ha_kernel *kernel, const struct ha_driver *driver)
{
    struct ha_driver_interface *before = NULL, *next = kernel->interfaces.first_of_drivers;
    for (struct ha_driver_interface *at = next; at; at = next) {
        next = at->next;
        if (at->instance.object->DeviceObjectExtension->added_for != driver->id) {
            before = at;
            continue;
        }
        if (at->instance.is_up) {
            ha_record_left(driver, HA_LEFT_INTERFACE, at->instance.device, at->made_at);
            ha_interface_disable(kernel, &at->instance);
        }
        forget(kernel, before, at);
    }
}
