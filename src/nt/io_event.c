/*
 * io_event - events that drivers share by their names
 *
 * Owns struct ha_named_event. An event stays in the kernel's list once it was made; when nobody
 * holds it any more it counts as gone, and who asks for its name gets it as new.
 */
#include "nt/io_event.h"

#include <string.h>

#include "base/names.h"
#include "nt/callout.h"
#include "nt/dispatcher.h"
#include "nt/letters.h"
#include "nt/ob.h"

struct ha_named_event {
    struct ha_named_event *next;
    PKEVENT event;              /* held by the list */
    enum ha_memory_condition condition;
    size_t letters;
    WCHAR text[];               /* the whole path */
};

/* Where events may have names. */
static const WCHAR *const directories[] = {u"\\KernelObjects\\", u"\\BaseNamedObjects\\"};

static const struct { const WCHAR *path; enum ha_memory_condition condition; } conditions[] = {
    {u"\\KernelObjects\\HighMemoryCondition", HA_CONDITION_HIGH},
    {u"\\KernelObjects\\LowMemoryCondition", HA_CONDITION_LOW},
};

/* How many letters a text begins with that are those of another, whatever their case. */
static size_t alike(const WCHAR *text, size_t letters, const WCHAR *other, size_t other_letters)
{
    size_t i = 0;
    while (i < letters && i < other_letters &&
           ha_letter_up(text[i]) == ha_letter_up(other[i]))
        i++;
    return i;
}

static size_t letters_of(const WCHAR *text)
{
    size_t letters = 0;
    while (text[letters])
        letters++;
    return letters;
}

static bool is_path(const WCHAR *text, size_t letters)
{
    for (size_t i = 0; i < sizeof directories / sizeof directories[0]; i++) {
        size_t front = letters_of(directories[i]);
        if (alike(text, letters, directories[i], front) < front)
            continue;
        for (size_t k = front; k < letters; k++)
            if (text[k] == u'\\')
                return false;
        return letters > front;
    }
    return false;
}

static enum ha_memory_condition condition_of(const WCHAR *text, size_t letters)
{
    for (size_t i = 0; i < sizeof conditions / sizeof conditions[0]; i++)
        if (letters == letters_of(conditions[i].path) &&
            alike(text, letters, conditions[i].path, letters) == letters)
            return conditions[i].condition;
    return HA_NO_CONDITION;
}

static struct ha_named_event *find(const struct ha_kernel *kernel, const WCHAR *text,
                                   size_t letters)
{
    struct ha_named_event *named = kernel->first_named_event;
    while (named && (named->letters != letters ||
                     alike(named->text, letters, text, letters) < letters))
        named = named->next;
    return named;
}

/* The trace is told which event it is; the name is not one that a driver has given. */
static void name_condition(struct ha_kernel *kernel, const struct ha_named_event *named)
{
    struct ha_thread *self = kernel->world.sched.running;
    uint16_t driver = self->stamp.driver;
    self->stamp.driver = 0;
    ha_record_name(&kernel->world, HA_NS_OBJECT, ha_dispatcher_id(&named->event->Header),
                   ha_condition_name(named->condition));
    self->stamp.driver = driver;
}

/* The event gets the state that a new one has: set, but for a condition. */
static void start(struct ha_kernel *kernel, const struct ha_named_event *named, EVENT_TYPE type)
{
    bool is_condition = named->condition != HA_NO_CONDITION;
    bool is_notification = is_condition || type == NotificationEvent;
    ha_dispatcher_init(kernel, &named->event->Header,
                       is_notification ? HA_OBJECT_EVENT : HA_OBJECT_SYNCHRONIZATION_EVENT,
                       !is_condition || kernel->free_memory.is_set[named->condition]);
    if (is_condition)
        name_condition(kernel, named);
}

static struct ha_named_event *make(struct ha_kernel *kernel, const WCHAR *text, size_t letters)
{
    struct ha_arena *arena = &kernel->world.host->arena;
    size_t size = sizeof(struct ha_named_event) + letters * sizeof(WCHAR);
    struct ha_named_event *named = ha_arena_take(arena, size);
    if (!named)
        return NULL;
    named->event = ha_ob_make(kernel, *ExEventObjectType, sizeof *named->event);
    if (!named->event) {
        ha_arena_give(arena, named, size);
        return NULL;
    }
    named->condition = condition_of(text, letters);
    named->letters = letters;
    memcpy(named->text, text, letters * sizeof(WCHAR));
    named->next = kernel->first_named_event;
    kernel->first_named_event = named;
    return named;
}

/* A handle to the event of a name, which is made if there is none; NULL when the arena is full. */
static PKEVENT take(struct ha_kernel *kernel, const WCHAR *text, size_t letters, EVENT_TYPE type,
                    ACCESS_MASK access, PHANDLE handle)
{
    struct ha_named_event *named = find(kernel, text, letters);
    bool is_new = !named || ha_ob_is_forgotten(named->event);
    if (!named)
        named = make(kernel, text, letters);
    if (!named || !ha_ob_open(kernel, named->event, access, handle))
        return NULL;
    if (is_new && !ha_waits_find(kernel, named->event, sizeof *named->event))
        start(kernel, named, type);
    return named->event;
}

static PKEVENT open_event(struct ha_kernel *kernel, PCUNICODE_STRING name, EVENT_TYPE type,
                          PHANDLE handle)
{
    const WCHAR *text = name->Buffer;
    size_t letters = name->Length / sizeof(WCHAR);
    *handle = NULL;
    if (ha_callout_irql_is_raised(kernel, kernel->world.sched.running)) {
        ha_record_refused(kernel, HA_RT_CREATE_EVENT, HA_REASON_IRQL);
        return NULL;
    }
    if (!is_path(text, letters) || ha_kernel_faults(kernel, HA_RT_CREATE_EVENT))
        return NULL;
    PKEVENT event = take(kernel, text, letters, type, EVENT_ALL_ACCESS, handle);
    if (!event)
        ha_record_fault(kernel, HA_RT_CREATE_EVENT);
    return event;
}

void ha_named_event_follow(struct ha_kernel *kernel, enum ha_memory_condition condition)
{
    for (struct ha_named_event *named = kernel->first_named_event; named; named = named->next) {
        if (named->condition != condition || ha_ob_is_forgotten(named->event))
            continue;
        named->event->Header.SignalState = kernel->free_memory.is_set[condition];
        ha_touch(&kernel->world, ha_dispatcher_id(&named->event->Header), HA_TOUCH_WRITE);
        if (kernel->free_memory.is_set[condition])
            ha_dispatcher_signal(kernel, &named->event->Header);
    }
}

/*
 * Open a notification event by its name, or make it, set, where there is none.
 *
 * An event that is there already is given whatever its type is. \KernelObjects\HighMemoryCondition
 * and \KernelObjects\LowMemoryCondition are those of the system: they are set while free memory
 * lies above the one and below the other threshold (MEM-6).
 *
 *   EventName    in \KernelObjects or \BaseNamedObjects
 *   EventHandle  gets a handle, to be closed with ZwClose; NULL on failure
 *
 * Returns the event, which is there until the handle is closed; NULL above PASSIVE_LEVEL, for
 * another name, or for want of memory. IRQL: PASSIVE_LEVEL.
 *
 * Source: WDK reference, wdm.h, IoCreateNotificationEvent; Standard Event Objects.
 * Our choice, not documented: there are no events in other directories.
 */
PKEVENT IoCreateNotificationEvent(PUNICODE_STRING EventName, PHANDLE EventHandle)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("IoCreateNotificationEvent");
    return open_event(kernel, EventName, NotificationEvent, EventHandle);
}

/*
 * The same for a synchronization event: a wait that it ends resets it.
 *
 * Source: WDK reference, wdm.h, IoCreateSynchronizationEvent.
 */
PKEVENT IoCreateSynchronizationEvent(PUNICODE_STRING EventName, PHANDLE EventHandle)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("IoCreateSynchronizationEvent");
    return open_event(kernel, EventName, SynchronizationEvent, EventHandle);
}

static bool is_there(const struct ha_kernel *kernel, const WCHAR *text, size_t letters)
{
    const struct ha_named_event *named = find(kernel, text, letters);
    return condition_of(text, letters) != HA_NO_CONDITION ||
           (named && !ha_ob_is_forgotten(named->event));
}

/*
 * Open an event that is there.
 *
 *   EventHandle       gets a handle, to be closed with ZwClose; NULL on failure
 *   DesiredAccess     goes into the handle; it is never denied
 *   ObjectAttributes  the whole path of the event
 *
 * Returns STATUS_SUCCESS; STATUS_OBJECT_NAME_NOT_FOUND; STATUS_OBJECT_PATH_SYNTAX_BAD for what is
 * no path of an event, also behind a RootDirectory; STATUS_INVALID_PARAMETER for no attributes;
 * STATUS_INSUFFICIENT_RESOURCES. IRQL: PASSIVE_LEVEL; from above it is refused with
 * STATUS_UNSUCCESSFUL, which is our choice.
 *
 * Source: WDK reference, wdm.h, ZwOpenEvent.
 */
NTSTATUS ZwOpenEvent(PHANDLE EventHandle, ACCESS_MASK DesiredAccess,
                     POBJECT_ATTRIBUTES ObjectAttributes)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("ZwOpenEvent");
    *EventHandle = NULL;
    if (ha_callout_irql_is_raised(kernel, kernel->world.sched.running)) {
        ha_record_refused(kernel, HA_RT_OPEN_EVENT, HA_REASON_IRQL);
        return STATUS_UNSUCCESSFUL;
    }
    if (!ObjectAttributes || ObjectAttributes->Length != sizeof *ObjectAttributes)
        return STATUS_INVALID_PARAMETER;
    PCUNICODE_STRING name = ObjectAttributes->ObjectName;
    size_t letters = name ? name->Length / sizeof(WCHAR) : 0;
    if (ObjectAttributes->RootDirectory || !letters || !is_path(name->Buffer, letters))
        return STATUS_OBJECT_PATH_SYNTAX_BAD;
    if (!is_there(kernel, name->Buffer, letters))
        return STATUS_OBJECT_NAME_NOT_FOUND;
    if (ha_kernel_faults(kernel, HA_RT_OPEN_EVENT))
        return STATUS_INSUFFICIENT_RESOURCES;
    if (take(kernel, name->Buffer, letters, NotificationEvent, DesiredAccess, EventHandle))
        return STATUS_SUCCESS;
    ha_record_fault(kernel, HA_RT_OPEN_EVENT);
    return STATUS_INSUFFICIENT_RESOURCES;
}

/*
 * Set the event of a handle.
 *
 *   PreviousState  gets what its state was; may be NULL
 *
 * Returns STATUS_SUCCESS; STATUS_INVALID_HANDLE or STATUS_OBJECT_TYPE_MISMATCH. IRQL: at most
 * DISPATCH_LEVEL; from above it is a misuse and no more.
 *
 * Source: WDK reference, wdm.h, ZwSetEvent.
 */
NTSTATUS ZwSetEvent(HANDLE EventHandle, PLONG PreviousState)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("ZwSetEvent");
    void *event;
    ha_kernel_check_irql(kernel, HA_RT_SET_NAMED_EVENT, DISPATCH_LEVEL);
    NTSTATUS status = ha_ob_of_handle(kernel, EventHandle, *ExEventObjectType, &event);
    if (!NT_SUCCESS(status))
        return status;
    LONG before = KeSetEvent(event, IO_NO_INCREMENT, FALSE);
    if (PreviousState)
        *PreviousState = before;
    return STATUS_SUCCESS;
}
