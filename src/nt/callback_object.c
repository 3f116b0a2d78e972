/* callback_object - see callback_object.h. Owns struct _CALLBACK_OBJECT and its clients. */
#include "nt/callback_object.h"

#include <stddef.h>
#include <string.h>

#include "nt/caller.h"
#include "nt/callout.h"
#include "nt/leftovers.h"
#include "nt/letters.h"
#include "nt/ob.h"

#define NAME_SHOWN 128u             /* letters of a name that the trace gives */

/* A client of an object that a driver made. */
struct callback_client {
    struct ha_registration registration;    /* first, with `of_driver` */
    PCALLBACK_OBJECT object;
};

static const WCHAR processor_add[] = u"\\Callback\\ProcessorAdd";

#define PROCESSOR_ADD_LETTERS (sizeof processor_add / sizeof processor_add[0] - 1)

static bool same(const WCHAR *one, size_t letters, const WCHAR *other, size_t other_letters)
{
    size_t i = 0;
    if (letters != other_letters)
        return false;
    while (i < letters && ha_letter_up(one[i]) == ha_letter_up(other[i]))
        i++;
    return i == letters;
}

static void free_client(struct ha_notify *clients, struct ha_notify_entry *entry)
{
    PCALLBACK_OBJECT object =
        (PCALLBACK_OBJECT)(void *)((char *)clients - offsetof(struct _CALLBACK_OBJECT, clients));
    ha_arena_give(&object->kernel->world.host->arena, entry, sizeof(struct callback_client));
}

static void object_ends(struct ha_kernel *kernel, void *body)
{
    PCALLBACK_OBJECT object = body, *link = &kernel->callbacks.first;
    while (*link != object)
        link = &(*link)->next;
    *link = object->next;
    ha_arena_give(&kernel->world.host->arena, object->name, object->letters * sizeof(WCHAR));
}

/* Tell the trace what the object is called; the name is not one that a driver gives to an event. */
static void introduce(struct ha_kernel *kernel, PCALLBACK_OBJECT object)
{
    struct ha_thread *self = kernel->world.sched.running;
    uint16_t driver = self->stamp.driver;
    char text[NAME_SHOWN + 1];
    size_t letters = object->letters < NAME_SHOWN ? object->letters : NAME_SHOWN;
    if (!object->name) {
        object->id = ha_kernel_introduce(kernel, "callback object");
        return;
    }
    for (size_t i = 0; i < letters; i++)
        text[i] = object->name[i] >= ' ' && object->name[i] < 0x7f ? (char)object->name[i] : '?';
    text[letters] = '\0';
    object->id = ++kernel->world.objects_made;
    self->stamp.driver = 0;
    ha_record_name(&kernel->world, HA_NS_OBJECT, object->id, text);
    self->stamp.driver = driver;
}

static PCALLBACK_OBJECT make(struct ha_kernel *kernel, const WCHAR *name, size_t letters)
{
    PCALLBACK_OBJECT object = ha_ob_make(kernel, NULL, sizeof *object);
    if (!object)
        return NULL;
    if (name) {
        object->name = ha_arena_take(&kernel->world.host->arena, letters * sizeof(WCHAR));
        if (!object->name) {
            ha_ob_let_go(kernel, object);
            return NULL;
        }
        memcpy(object->name, name, letters * sizeof(WCHAR));
        object->letters = letters;
    }
    object->kernel = kernel;
    object->clients.free_entry = free_client;
    object->next = kernel->callbacks.first;
    kernel->callbacks.first = object;
    ha_ob_at_end(object, object_ends);
    introduce(kernel, object);
    return object;
}

bool ha_callback_object_is(const struct ha_kernel *kernel, const void *pointer)
{
    const struct _CALLBACK_OBJECT *object = kernel->callbacks.first;
    while (object && object != pointer)
        object = object->next;
    return object != NULL;
}

bool ha_callback_object_is_system(const struct ha_kernel *kernel, const void *object)
{
    return object && object == kernel->callbacks.processor_add;
}

/* It is as if it had been there from boot: nobody can see that it is made for who asks first. */
static NTSTATUS find_processor_add(struct ha_kernel *kernel, PCALLBACK_OBJECT *object)
{
    struct ha_callbacks *callbacks = &kernel->callbacks;
    if (!callbacks->processor_add) {
        callbacks->processor_add = make(kernel, processor_add, PROCESSOR_ADD_LETTERS);
        if (!callbacks->processor_add)
            return STATUS_INSUFFICIENT_RESOURCES;
        callbacks->processor_add->multiple = true;
        callbacks->processor_add->permanent = true;
    }
    *object = callbacks->processor_add;
    return STATUS_SUCCESS;
}

NTSTATUS ha_callback_object_find(struct ha_kernel *kernel, PCUNICODE_STRING name,
                                 PCALLBACK_OBJECT *object)
{
    size_t letters = name->Length / sizeof(WCHAR);
    if (same(name->Buffer, letters, processor_add, PROCESSOR_ADD_LETTERS))
        return find_processor_add(kernel, object);
    PCALLBACK_OBJECT found = kernel->callbacks.first;
    while (found && !(found->name && same(found->name, found->letters, name->Buffer, letters)))
        found = found->next;
    if (!found)
        return STATUS_OBJECT_NAME_NOT_FOUND;
    found->shared |= found->driver != kernel->world.sched.running->stamp.driver;
    *object = found;
    return STATUS_SUCCESS;
}

PCALLBACK_OBJECT ha_callback_object_make(struct ha_kernel *kernel, PCUNICODE_STRING name)
{
    PCALLBACK_OBJECT object = name ? make(kernel, name->Buffer, name->Length / sizeof(WCHAR))
                                   : make(kernel, NULL, 0);
    if (object) {
        object->driver = kernel->world.sched.running->stamp.driver;
        object->made_at = ha_caller_place(kernel);
    }
    return object;
}

struct ha_registration *ha_callback_client_make(struct ha_kernel *kernel, PCALLBACK_OBJECT object)
{
    struct ha_arena *arena = &kernel->world.host->arena;
    struct ha_registration *registration;
    if (ha_callback_object_is_system(kernel, object)) {
        registration = ha_registration_make(kernel);
        if (!registration)
            return NULL;
    } else {
        struct callback_client *client = ha_arena_take(arena, sizeof *client);
        if (!client)
            return NULL;
        registration = &client->registration;
        if (!ha_slots_put(&kernel->handles, arena, registration, &registration->place)) {
            ha_arena_give(arena, client, sizeof *client);
            return NULL;
        }
        client->object = object;
        registration->of_driver = true;
        ha_registration_order_anew(kernel, registration);
    }
    registration->of_object = true;
    return registration;
}

static PCALLBACK_OBJECT object_of(struct ha_registration *client)
{
    return ((struct callback_client *)(void *)client)->object;
}

/* The list that it stands in. */
static struct ha_notify *list_of(struct ha_kernel *kernel, struct ha_registration *client)
{
    return client->of_driver ? &object_of(client)->clients : &kernel->chain;
}

void ha_callback_client_join(struct ha_kernel *kernel, struct ha_registration *client)
{
    if (!client->of_driver) {
        client->link.marked = true;     /* it is not called as a client of Ke is */
        ha_registration_append(kernel, client);
        return;
    }
    ha_order_give(&kernel->world, client);
    ha_ob_hold(object_of(client));
    ha_notify_join(list_of(kernel, client), &client->link);
}

void ha_callback_client_leave(struct ha_kernel *kernel, struct ha_registration *client)
{
    if (!client->of_driver) {
        ha_registration_remove(kernel, client);
        return;
    }
    PCALLBACK_OBJECT object = object_of(client);
    ha_slots_drop(&kernel->handles, client->place);
    ha_notify_leave(&object->clients, &client->link);
    ha_ob_let_go(kernel, object);
}

void ha_callback_client_hold(struct ha_kernel *kernel, struct ha_registration *client)
{
    if (client->of_driver)
        ha_ob_hold(object_of(client));
    ha_notify_begin(list_of(kernel, client), false);
}

void ha_callback_client_let_go(struct ha_kernel *kernel, struct ha_registration *client)
{
    PCALLBACK_OBJECT object = client->of_driver ? object_of(client) : NULL;
    ha_notify_end(list_of(kernel, client));
    if (object)
        ha_ob_let_go(kernel, object);
}

static void record_dead_call(struct ha_kernel *kernel, const struct ha_registration *client)
{
    struct ha_record *dead = ha_record_open(&kernel->world, HA_DEAD_CALL, client->link.id);
    dead->driver = client->driver_id;
    dead->flags = HA_CB_OBJECT | HA_CB_NONE;
    dead->as.cb.context = client->context_id;
}

uint32_t ha_callback_object_notify(PCALLBACK_OBJECT object, PVOID argument1, PVOID argument2)
{
    struct ha_kernel *kernel = object->kernel;
    uint32_t called = 0;
    ha_ob_hold(object);
    const struct ha_notify_walk walk = ha_notify_begin(&object->clients, false);
    for (struct ha_notify_entry *entry = ha_notify_first(&walk); entry;
         entry = ha_notify_after(&walk, entry)) {
        struct ha_registration *client = ha_registration_of(entry);
        if (client->dead) {
            record_dead_call(kernel, client);
            continue;
        }
        ha_callout_client(kernel, client, argument1, argument2);
        called++;
    }
    ha_notify_end(&object->clients);
    ha_ob_let_go(kernel, object);
    return called;
}

void ha_callback_objects_bury(struct ha_kernel *kernel, const struct ha_driver *driver)
{
    for (PCALLBACK_OBJECT object = kernel->callbacks.first; object; object = object->next)
        for (struct ha_notify_entry *entry = object->clients.first; entry; entry = entry->next)
            if (ha_registration_of(entry)->driver_id == driver->id)
                ha_registration_die(ha_registration_of(entry));
}

void ha_callback_objects_look_over(struct ha_kernel *kernel, const struct ha_driver *driver)
{
    for (PCALLBACK_OBJECT object = kernel->callbacks.first; object; object = object->next)
        if (object->driver == driver->id && !object->permanent && !object->shared)
            ha_record_left(driver, HA_LEFT_CALLBACK_OBJECT, object->id, object->made_at);
}
