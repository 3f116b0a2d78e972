/*
 * ob - objects that drivers hold by reference or by handle
 *
 * Owns struct object and struct handle. What drivers hold is counted apart from what the kernel
 * and handles hold, so a reference given back once too often is seen at once, while the object is
 * still there. Source of each routine: WDK reference, wdm.h, the page of its name.
 */
#include "nt/ob.h"

#include <stdint.h>

#include "nt/caller.h"
#include "nt/leftovers.h"

struct object {
    const struct object *self;      /* its own address: no other memory holds that by chance */
    POBJECT_TYPE type;
    size_t size;                    /* of all */
    uint64_t references;            /* of drivers */
    uint32_t holds;                 /* of the kernel and of handles */
    uint32_t unused;
    void (*end)(struct ha_kernel *kernel, void *body);      /* may be NULL */
};

_Static_assert(sizeof(struct object) % 16 == 0, "a body is aligned as pool is");

struct handle {
    struct object *object;
    ACCESS_MASK access;
    uint32_t place;                 /* in kernel->object_handles */
    uint32_t id;                    /* in the order of opening */
    uint32_t made_at;               /* in its driver's code */
    uint16_t driver;                /* that opened it; 0 for none */
};

static struct object *object_of(void *body)
{
    return (struct object *)body - 1;
}

/* What lies there may be gone: that is what is asked, so a sanitizer need not object. */
__attribute__((no_sanitize("address")))
bool ha_ob_is(const struct ha_kernel *kernel, const void *pointer, POBJECT_TYPE type)
{
    const struct ha_arena *arena = &kernel->world.host->arena;
    uintptr_t first = (uintptr_t)arena->bytes, place = (uintptr_t)pointer;
    if (place % 16 || place < first + sizeof(struct object) || place >= first + arena->size)
        return false;
    const struct object *object = (const struct object *)pointer - 1;
    return object->self == object && (!type || object->type == type);
}

void *ha_ob_make(struct ha_kernel *kernel, POBJECT_TYPE type, size_t size)
{
    struct object *object = ha_arena_lend(&kernel->world.host->arena, sizeof *object + size);
    if (!object)
        return NULL;
    ha_order_forget(&kernel->world, &object->holds);
    *object = (struct object){.self = object, .type = type, .size = sizeof *object + size,
                              .holds = 1};
    return object + 1;
}

/* Give it back when nobody holds it any more. */
static void settle(struct ha_kernel *kernel, struct object *object)
{
    ha_order_give(&kernel->world, &object->holds);      /* the end comes after all who held it */
    if (object->holds || object->references)
        return;
    ha_order_take(&kernel->world, &object->holds);
    if (object->end)
        object->end(kernel, object + 1);
    object->self = NULL;            /* whatever the arena writes there */
    ha_arena_get_back(&kernel->world.host->arena, object, object->size);
}

void ha_ob_at_end(void *body, void (*end)(struct ha_kernel *kernel, void *body))
{
    object_of(body)->end = end;
}

void ha_ob_hold(void *body)
{
    object_of(body)->holds++;
}

bool ha_ob_is_forgotten(void *body)
{
    const struct object *object = object_of(body);
    return object->holds == 1 && !object->references;
}

void ha_ob_refer(void *body)
{
    object_of(body)->references++;
}

void ha_ob_let_go(struct ha_kernel *kernel, void *body)
{
    struct object *object = object_of(body);
    object->holds--;
    settle(kernel, object);
}

bool ha_ob_open(struct ha_kernel *kernel, void *body, ACCESS_MASK access, PHANDLE handle)
{
    struct ha_arena *arena = &kernel->world.host->arena;
    struct handle *entry = ha_arena_take(arena, sizeof *entry);
    if (!entry)
        return false;
    if (!ha_slots_put(&kernel->object_handles, arena, entry, &entry->place)) {
        ha_arena_give(arena, entry, sizeof *entry);
        return false;
    }
    entry->object = object_of(body);
    entry->access = access;
    entry->id = ++kernel->handles_made;
    entry->driver = kernel->world.sched.running->stamp.driver;
    entry->made_at = ha_caller_place(kernel);
    entry->object->holds++;
    *handle = (HANDLE)(uintptr_t)ha_slots_handle(&kernel->object_handles, entry->place);
    return true;
}

static NTSTATUS look_up(const struct ha_kernel *kernel, HANDLE handle, POBJECT_TYPE type,
                        const struct handle **entry)
{
    void *found = NULL;
    if (ha_slots_get(&kernel->object_handles, (uint64_t)(uintptr_t)handle, &found) !=
        HA_HANDLE_LIVE)
        return STATUS_INVALID_HANDLE;
    *entry = found;
    return !type || (*entry)->object->type == type ? STATUS_SUCCESS : STATUS_OBJECT_TYPE_MISMATCH;
}

NTSTATUS ha_ob_of_handle(const struct ha_kernel *kernel, HANDLE handle, POBJECT_TYPE type,
                         void **body)
{
    const struct handle *entry;
    NTSTATUS status = look_up(kernel, handle, type, &entry);
    if (NT_SUCCESS(status))
        *body = entry->object + 1;
    return status;
}

void ha_ob_handles_look_over(struct ha_kernel *kernel, const struct ha_driver *driver)
{
    for (size_t i = 0; i < kernel->object_handles.count; i++) {
        const struct handle *entry = kernel->object_handles.slot[i].object;
        if (entry && entry->driver == driver->id)
            ha_record_left(driver, HA_LEFT_HANDLE, entry->id, entry->made_at);
    }
}

/*
 * Close a handle. Its object goes if nobody else holds it.
 *
 *   Handle  from a routine that gives one; closed once
 *
 * Returns STATUS_SUCCESS, or STATUS_INVALID_HANDLE for what is no handle or was closed before,
 * which is a misuse as well. IRQL: PASSIVE_LEVEL.
 *
 * Source: WDK reference, wdm.h, ZwClose.
 */
NTSTATUS ZwClose(HANDLE Handle)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("ZwClose");
    ha_kernel_check_irql(kernel, HA_RT_CLOSE, PASSIVE_LEVEL);
    void *found = NULL;
    enum ha_slot_answer answer =
        ha_slots_get(&kernel->object_handles, (uint64_t)(uintptr_t)Handle, &found);
    if (answer != HA_HANDLE_LIVE) {
        ha_record_misuse(kernel, HA_RT_CLOSE, answer == HA_HANDLE_STALE ? HA_MISUSE_STALE_HANDLE
                                              : Handle ? HA_MISUSE_UNKNOWN_HANDLE
                                                       : HA_MISUSE_NULL_HANDLE, 0, 0);
        return STATUS_INVALID_HANDLE;
    }
    struct handle *entry = found;
    struct object *object = entry->object;
    ha_slots_drop(&kernel->object_handles, entry->place);
    ha_arena_give(&kernel->world.host->arena, entry, sizeof *entry);
    object->holds--;
    settle(kernel, object);
    return STATUS_SUCCESS;
}

/*
 * Take a reference to the object of a handle.
 *
 *   DesiredAccess, AccessMode  change nothing: who runs in the kernel may do anything
 *   ObjectType                 *PsThreadType or its like; NULL for any
 *   Object                     gets the object, or NULL
 *   HandleInformation          gets the access that the handle was made with; may be NULL
 *
 * Returns STATUS_SUCCESS; STATUS_INVALID_HANDLE for what is no handle or was closed;
 * STATUS_OBJECT_TYPE_MISMATCH. IRQL: PASSIVE_LEVEL.
 *
 * Source: WDK reference, wdm.h, ObReferenceObjectByHandle.
 */
NTSTATUS ObReferenceObjectByHandle(HANDLE Handle, ACCESS_MASK DesiredAccess,
                                   POBJECT_TYPE ObjectType, KPROCESSOR_MODE AccessMode,
                                   PVOID *Object, POBJECT_HANDLE_INFORMATION HandleInformation)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("ObReferenceObjectByHandle");
    const struct handle *entry;
    ha_kernel_check_irql(kernel, HA_RT_REFERENCE_OBJECT, PASSIVE_LEVEL);
    (void)DesiredAccess, (void)AccessMode;
    *Object = NULL;
    NTSTATUS status = look_up(kernel, Handle, ObjectType, &entry);
    if (!NT_SUCCESS(status))
        return status;
    if (HandleInformation)
        *HandleInformation = (OBJECT_HANDLE_INFORMATION){.GrantedAccess = entry->access};
    entry->object->references++;
    *Object = entry->object + 1;
    return STATUS_SUCCESS;
}

/* What a driver means by a pointer; NULL after the misuse has been recorded. */
static struct object *meant(struct ha_kernel *kernel, enum ha_routine routine, void *pointer)
{
    ha_kernel_check_irql(kernel, routine, DISPATCH_LEVEL);
    if (ha_ob_is(kernel, pointer, NULL))
        return object_of(pointer);
    ha_record_misuse(kernel, routine, HA_MISUSE_NO_OBJECT, 0, 0);
    return NULL;
}

/*
 * Take a reference to an object if it is of a type.
 *
 *   ObjectType  as above; NULL for any
 *
 * Returns STATUS_SUCCESS; STATUS_OBJECT_TYPE_MISMATCH, also for what is no object, where Windows
 * would be lost and a misuse is recorded. IRQL: at most DISPATCH_LEVEL.
 *
 * Source: WDK reference, wdm.h, ObReferenceObjectByPointer.
 */
NTSTATUS ObReferenceObjectByPointer(PVOID Object, ACCESS_MASK DesiredAccess,
                                    POBJECT_TYPE ObjectType, KPROCESSOR_MODE AccessMode)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("ObReferenceObjectByPointer");
    struct object *object = meant(kernel, HA_RT_REFERENCE_OBJECT, Object);
    (void)DesiredAccess, (void)AccessMode;
    if (!object || (ObjectType && object->type != ObjectType))
        return STATUS_OBJECT_TYPE_MISMATCH;
    object->references++;
    return STATUS_SUCCESS;
}

/*
 * Take a reference to an object.
 *
 * Returns how many the drivers and the kernel have now, for diagnosis only; 0 for what is no
 * object, which is a misuse. IRQL: at most DISPATCH_LEVEL.
 *
 * Source: WDK reference, wdm.h, ObReferenceObject.
 */
LONG_PTR ObfReferenceObject(PVOID Object)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("ObReferenceObject");
    struct object *object = meant(kernel, HA_RT_REFERENCE_OBJECT, Object);
    return object ? (LONG_PTR)(++object->references + object->holds) : 0;
}

/*
 * Give a reference back; the object goes with the last that anybody holds.
 *
 * Returns how many are left, for diagnosis only. What is no object, or was never taken, is a
 * misuse and changes nothing. IRQL: at most DISPATCH_LEVEL.
 *
 * Source: WDK reference, wdm.h, ObDereferenceObject.
 */
LONG_PTR ObfDereferenceObject(PVOID Object)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("ObDereferenceObject");
    struct object *object = meant(kernel, HA_RT_DEREFERENCE_OBJECT, Object);
    if (!object)
        return 0;
    if (!object->references) {
        ha_record_misuse(kernel, HA_RT_DEREFERENCE_OBJECT, HA_MISUSE_NO_REFERENCE, 0, 0);
        return (LONG_PTR)object->holds;
    }
    LONG_PTR left = (LONG_PTR)(--object->references + object->holds);
    settle(kernel, object);
    return left;
}

/* The same for who holds locks that the end of the object would need. Nothing here does. */
VOID ObDereferenceObjectDeferDelete(PVOID Object)
{
    ObfDereferenceObject(Object);
}
