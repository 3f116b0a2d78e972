/*
 * ex_callback - ExCreateCallback, ExRegisterCallback, ExUnregisterCallback, ExNotifyCallback
 *
 * Owns the four routines; the objects are in callback_object.c, and what a hot-add does with the
 * clients of \Callback\ProcessorAdd is in hot_add.c. Source of each: WDK reference, wdm.h, the page
 * of its name; Callback Objects.
 */

#include "nt/callback_object.h"
#include "nt/caller.h"
#include "nt/callout.h"
#include "nt/driver.h"
#include "nt/lock_order.h"
#include "nt/ob.h"
#include "nt/pool.h"
#include "nt/scripted.h"


/* The name that an object is asked for by; NULL for none. */
static PCUNICODE_STRING name_of(const OBJECT_ATTRIBUTES *attributes)
{
    PCUNICODE_STRING name = attributes ? attributes->ObjectName : NULL;
    return name && name->Buffer && name->Length >= sizeof(WCHAR) ? name : NULL;
}

static NTSTATUS make(struct ha_kernel *kernel, const OBJECT_ATTRIBUTES *attributes, bool multiple,
                     PCALLBACK_OBJECT *object)
{
    PCUNICODE_STRING name = name_of(attributes);
    if (name && name->Buffer[0] != u'\\')
        return STATUS_OBJECT_PATH_SYNTAX_BAD;
    PCALLBACK_OBJECT made = ha_callback_object_make(kernel, name);
    if (!made)
        return STATUS_INSUFFICIENT_RESOURCES;
    made->multiple = multiple;
    made->permanent = attributes && (attributes->Attributes & OBJ_PERMANENT);
    *object = made;
    return STATUS_SUCCESS;
}

/* The object with a reference for the driver. */
static NTSTATUS create(struct ha_kernel *kernel, const OBJECT_ATTRIBUTES *attributes,
                       bool may_make, bool multiple, PCALLBACK_OBJECT *object)
{
    PCUNICODE_STRING name = name_of(attributes);
    PCALLBACK_OBJECT found = NULL;
    if (!name && !may_make)
        return STATUS_UNSUCCESSFUL;                 /* CB-12 */
    if (ha_kernel_faults(kernel, HA_RT_CREATE_CALLBACK))
        return STATUS_INSUFFICIENT_RESOURCES;
    NTSTATUS status = name ? ha_callback_object_find(kernel, name, &found)
                           : STATUS_OBJECT_NAME_NOT_FOUND;
    bool is_new = status == STATUS_OBJECT_NAME_NOT_FOUND && may_make;
    if (is_new)
        status = make(kernel, attributes, multiple, &found);
    if (status == STATUS_INSUFFICIENT_RESOURCES)
        ha_record_fault(kernel, HA_RT_CREATE_CALLBACK);
    if (!NT_SUCCESS(status))
        return status;
    ha_ob_refer(found);
    if (is_new && !found->permanent)
        ha_ob_let_go(kernel, found);
    *object = found;
    return STATUS_SUCCESS;
}

/* The name as far as the record has room for it. */
static void record_name(struct ha_record *record, PCUNICODE_STRING name)
{
    size_t letters = name->Length / sizeof(WCHAR);
    if (letters > sizeof record->as.ex_create.name)
        letters = sizeof record->as.ex_create.name;
    for (size_t i = 0; i < letters; i++)
        record->as.ex_create.name[i] =
            name->Buffer[i] >= ' ' && name->Buffer[i] < 0x7f ? (char)name->Buffer[i] : '?';
    record->as.ex_create.named = true;
}

/*
 * Open a callback object, or make one.
 *
 *   CallbackObject          gets the object with a reference, for ObDereferenceObject; NULL on
 *                           failure
 *   ObjectAttributes        its name, in whatever case; NULL, or without one, for an object
 *                           without a name
 *   Create                  make it when no object of that name is there
 *   AllowMultipleCallbacks  a new one takes more than one client
 *
 * Returns STATUS_SUCCESS; STATUS_UNSUCCESSFUL for opening without a name;
 * STATUS_OBJECT_NAME_NOT_FOUND; STATUS_OBJECT_PATH_SYNTAX_BAD for a new name that is no absolute
 * path; STATUS_INSUFFICIENT_RESOURCES. IRQL: at most APC_LEVEL; from above it is refused with
 * STATUS_INVALID_DEVICE_STATE, our choice (CB-11).
 *
 * Source: WDK reference, wdm.h, ExCreateCallback; Using a System-Defined Callback Object.
 * Of the objects that the system has, \Callback\ProcessorAdd is there. RootDirectory is not looked
 * at, and every directory is there.
 */
NTSTATUS ExCreateCallback(PCALLBACK_OBJECT *CallbackObject, POBJECT_ATTRIBUTES ObjectAttributes,
                          BOOLEAN Create, BOOLEAN AllowMultipleCallbacks)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("ExCreateCallback");
    PCALLBACK_OBJECT object = NULL;
    NTSTATUS status = ha_kernel_is_above(kernel, APC_LEVEL, HA_RT_CREATE_CALLBACK)
                          ? STATUS_INVALID_DEVICE_STATE
                          : create(kernel, ObjectAttributes, Create, AllowMultipleCallbacks,
                                   &object);
    *CallbackObject = object;
    struct ha_record *record =
        ha_record_open(&kernel->world, HA_EX_CREATE, object ? object->id : 0);
    if (name_of(ObjectAttributes))
        record_name(record, name_of(ObjectAttributes));
    record->as.ex_create.status = status;
    record->as.ex_create.create = Create != FALSE;
    record->as.ex_create.multiple = AllowMultipleCallbacks != FALSE;
    if (ha_callback_object_is_system(kernel, object))
        record->flags |= HA_EX_PROCESSOR_ADD;
    ha_sched_point(&kernel->world);
    return status;
}

/* Whether the client may come; otherwise it has been recorded why not. */
static bool is_welcome(struct ha_kernel *kernel, PCALLBACK_OBJECT object,
                       PCALLBACK_FUNCTION function)
{
    enum ha_reason reason = HA_REASON_NONE;
    if (ha_kernel_is_above(kernel, APC_LEVEL, HA_RT_REGISTER_CALLBACK))
        return false;
    if (!ha_callback_object_is(kernel, object)) {
        ha_record_misuse(kernel, HA_RT_REGISTER_CALLBACK, HA_MISUSE_NO_OBJECT, 0, 0);
        return false;
    }
    if (!function)
        reason = HA_REASON_NULL_FUNCTION;
    else if (!object->multiple && object->clients.count)
        reason = HA_REASON_ONE_CLIENT;
    if (reason)
        ha_record_refused(kernel, HA_RT_REGISTER_CALLBACK, reason);
    return !reason && !ha_kernel_faults(kernel, HA_RT_REGISTER_CALLBACK);
}

/* A client that has not joined; NULL when the arena is full, which is recorded. */
static struct ha_registration *make_client(struct ha_kernel *kernel, PCALLBACK_OBJECT object,
                                           PCALLBACK_FUNCTION function, PVOID context, uint32_t id)
{
    struct ha_world *world = &kernel->world;
    struct ha_arena *arena = &world->host->arena;
    uint16_t driver = world->sched.running->stamp.driver;
    bool known = ha_id_of(&world->pointers, arena, (uintptr_t)function) != HA_NO_ID &&
                 ha_id_of(&world->pointers, arena, (uintptr_t)context) != HA_NO_ID;
    struct ha_registration *client = known ? ha_callback_client_make(kernel, object) : NULL;
    if (!client) {
        ha_record_fault(kernel, HA_RT_REGISTER_CALLBACK);
        return NULL;
    }
    const struct ha_driver *owner = ha_driver_by_id(kernel, driver);
    client->object_function = function;
    client->context = context;
    client->context_id = ha_id_of(&world->pointers, arena, (uintptr_t)context);
    ha_pool_note_context(kernel, context);
    client->driver_id = driver;
    client->link.id = id;
    if (owner && owner->state == HA_DRIVER_GONE)
        ha_registration_die(client);                /* DRV-8 */
    return client;
}

/*
 * Register a function with a callback object.
 *
 *   CallbackObject    from ExCreateCallback
 *   CallbackFunction  called when the object speaks. \Callback\ProcessorAdd does at each hot-add:
 *                     Argument1 is a PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT, Argument2 a PNTSTATUS,
 *                     as KeRegisterProcessorChangeCallback has them; never for what is there
 *   CallbackContext   handed back in every call; may be NULL
 *
 * Returns a registration for ExUnregisterCallback, or NULL: no such object, which is a misuse, no
 * function, an object that takes one client and has it, no memory. IRQL: at most APC_LEVEL; from
 * above it is refused (CB-11).
 *
 * Source: WDK reference, wdm.h, ExRegisterCallback.
 * Our choice, not documented: who registers while an add is in progress is first called for the
 * next (CB-10), and stands in one chain with the clients of Ke (CB-6).
 */
PVOID ExRegisterCallback(PCALLBACK_OBJECT CallbackObject, PCALLBACK_FUNCTION CallbackFunction,
                         PVOID CallbackContext)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("ExRegisterCallback");
    struct ha_world *world = &kernel->world;
    struct ha_arena *arena = &world->host->arena;
    uint32_t id = ++kernel->registrations_made;
    struct ha_own_registration *own =
        ha_scripted_announce(kernel, ha_driver_by_id(kernel, world->sched.running->stamp.driver),
                             HA_CALLBACK_OBJECT, id);
    struct ha_registration *client = NULL;
    if (is_welcome(kernel, CallbackObject, CallbackFunction))
        client = make_client(kernel, CallbackObject, CallbackFunction, CallbackContext, id);
    if (client)
        ha_callback_client_join(kernel, client);

    bool there = ha_callback_object_is(kernel, CallbackObject);
    uint32_t place = ha_caller_place(kernel);
    struct ha_record *record = ha_record_open(world, HA_EX_REG, id);
    record->as.ex_reg.place = place;
    record->as.ex_reg.object = there ? CallbackObject->id : 0;
    record->as.ex_reg.function = ha_id_of(&world->pointers, arena, (uintptr_t)CallbackFunction);
    record->as.ex_reg.context = ha_id_of(&world->pointers, arena, (uintptr_t)CallbackContext);
    record->as.ex_reg.handle = client ? id : 0;
    if (ha_callback_object_is_system(kernel, CallbackObject))
        record->flags |= HA_EX_PROCESSOR_ADD;
    PVOID handle = client ? (PVOID)(uintptr_t)ha_registration_handle(kernel, client) : NULL;
    if (own)
        own->handle = handle;
    ha_sched_point(world);
    return handle;
}

/* What a handle stands for; NULL after the misuse has been recorded. */
static struct ha_registration *meant(struct ha_kernel *kernel, PVOID handle)
{
    void *found = NULL;
    enum ha_slot_answer answer =
        ha_slots_get(&kernel->handles, (uint64_t)(uintptr_t)handle, &found);
    struct ha_registration *client = found;
    if (answer == HA_HANDLE_LIVE && client->of_object)
        return client;
    ha_record_misuse(kernel, HA_RT_UNREGISTER_CALLBACK,
                     !handle ? HA_MISUSE_NULL_HANDLE : answer == HA_HANDLE_STALE
                         ? HA_MISUSE_STALE_HANDLE : HA_MISUSE_UNKNOWN_HANDLE, 0, 0);
    return NULL;
}

/* Remove a client; where that is allowed, wait for a call of it on another thread (CB-10). */
static void unregister(struct ha_kernel *kernel, struct ha_registration *client)
{
    struct ha_thread *thread = kernel->world.sched.running;
    uint32_t id = client->link.id;
    bool itself = ha_callout_is_inside(thread, client), raised = thread->stamp.irql > APC_LEVEL;
    if (raised)
        ha_record_misuse(kernel, HA_RT_UNREGISTER_CALLBACK, HA_MISUSE_RAISED_IRQL, id, APC_LEVEL);
    else if (itself)
        ha_record_misuse(kernel, HA_RT_UNREGISTER_CALLBACK, HA_MISUSE_SELF_REMOVAL, id, 0);
    else if (ha_lock_order_matters(kernel))
        ha_lock_order_look(kernel, HA_NS_REGISTRATION, id, false);
    ha_callback_client_hold(kernel, client);
    ha_callback_client_leave(kernel, client);
    if (!raised && !itself && ha_callout_runs(kernel, client)) {
        ha_record_open(&kernel->world, HA_EX_UNREG, id)->flags = HA_EX_WAITS;
        thread->operations++;
        ha_callout_wait(kernel, client, NULL);
        thread->operations--;
    }
    if (!raised && !itself)
        ha_order_take(&kernel->world, ha_order_of_calls(client));
    ha_callback_client_let_go(kernel, client);
}

/*
 * Remove a function from its callback object.
 *
 *   CallbackRegistration  from ExRegisterCallback, and not given back before
 *
 * When it returns no call of the function runs on another thread, and none will come: who has heard
 * Start hears no second call. A handle that is none, and a removal from inside the function itself,
 * are misuse; the second removes the client and does not wait. IRQL: at most APC_LEVEL; from above,
 * a misuse, it does not wait either (CB-11).
 *
 * Source: WDK reference, wdm.h, ExUnregisterCallback.
 */
VOID ExUnregisterCallback(PVOID CallbackRegistration)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("ExUnregisterCallback");
    struct ha_registration *client = meant(kernel, CallbackRegistration);
    uint32_t id = client ? client->link.id : 0;
    if (client)
        unregister(kernel, client);
    ha_record_open(&kernel->world, HA_EX_UNREG, id);
    ha_sched_point(&kernel->world);
}

/*
 * Call the clients of a callback object, in the order of their registration, on this thread.
 *
 *   CallbackObject        made by a driver. For the system's own it calls nobody (CB-8); what is
 *                         no object is a misuse
 *   Argument1, Argument2  handed to every client
 *
 * IRQL: at most DISPATCH_LEVEL; the clients run at the caller's. Source: WDK reference, wdm.h,
 * ExNotifyCallback.
 */
VOID ExNotifyCallback(PVOID CallbackObject, PVOID Argument1, PVOID Argument2)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("ExNotifyCallback");
    ha_kernel_check_irql(kernel, HA_RT_NOTIFY_CALLBACK, DISPATCH_LEVEL);
    if (!ha_callback_object_is(kernel, CallbackObject)) {
        ha_record_misuse(kernel, HA_RT_NOTIFY_CALLBACK, HA_MISUSE_NO_OBJECT, 0, 0);
        return;
    }
    PCALLBACK_OBJECT object = CallbackObject;
    uint32_t id = object->id, called = 0;
    bool system = ha_callback_object_is_system(kernel, object);
    if (!system)
        called = ha_callback_object_notify(object, Argument1, Argument2);
    struct ha_record *record = ha_record_open(&kernel->world, HA_EX_NOTIFY, id);
    record->as.ex_notify.called = called;
    if (system)
        record->flags |= HA_EX_PROCESSOR_ADD;
    ha_sched_point(&kernel->world);
}
