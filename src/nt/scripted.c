/*
 * scripted - plays the script of a scripted driver
 *
 * Owns struct ha_scripted. A step does what a driver's source would do: it calls the NT routine.
 */
#include "nt/scripted.h"

#include <string.h>

#include "nt/driver.h"

/* A registration that the script names, from its first use; the callback's context points here. */
struct scripted_registration {
    struct scripted_registration *next;
    struct ha_driver *driver;
    const char *name;
    PVOID handle;
    bool made;              /* and not removed since; then it stands in this list: */
    struct scripted_registration *older, *newer;
};

struct ha_scripted {
    struct scripted_registration *first_registration;
    struct scripted_registration *newest;           /* of those that are made */
    uint32_t *handler_hits;                         /* how often each handler applied */
    NTSTATUS stored;        /* what a callback put aside for its entry */
};

/* Where a list of steps is played. */
struct stage {
    struct ha_driver *driver;
    PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT context;    /* inside a callback; NULL elsewhere */
    PNTSTATUS operation_status;
    bool at_entry;
    bool returned;
    NTSTATUS status;        /* that a step failed with or returned */
};

static void play(struct stage *stage, const struct ha_steps *steps);

/* Make what the driver remembers between its steps. False when the arena is full. */
static bool make_memory(struct ha_driver *driver, const struct ha_script *script)
{
    struct ha_arena *arena = &driver->kernel->world.host->arena;
    struct ha_scripted *scripted = ha_arena_take(arena, sizeof *scripted);
    if (!scripted)
        return false;
    scripted->handler_hits = ha_arena_take(arena, script->handler_count * sizeof(uint32_t));
    if (!scripted->handler_hits)
        return false;
    driver->script = script;
    driver->scripted = scripted;
    return true;
}

static struct scripted_registration *find_registration(struct ha_driver *driver, const char *name)
{
    struct ha_scripted *scripted = driver ? driver->scripted : NULL;
    struct scripted_registration *registration = scripted ? scripted->first_registration : NULL;
    while (registration && strcmp(registration->name, name) != 0)
        registration = registration->next;
    return registration;
}

/* The registration of a name, made at its first use: events name some that the script does not. */
static struct scripted_registration *name_registration(struct ha_driver *driver, const char *name)
{
    struct scripted_registration *registration = find_registration(driver, name);
    if (registration)
        return registration;
    registration = ha_arena_take(&driver->kernel->world.host->arena, sizeof *registration);
    if (!registration)
        return NULL;
    registration->next = driver->scripted->first_registration;
    registration->driver = driver;
    registration->name = name;
    driver->scripted->first_registration = registration;
    return registration;
}

static bool handler_applies(const struct ha_handler *handler, const char *callback,
                            const KE_PROCESSOR_CHANGE_NOTIFY_CONTEXT *context, uint32_t *hits)
{
    if (strcmp(handler->callback, callback) != 0)
        return false;
    if (handler->state != HA_ANY_STATE && handler->state != (int)context->State)
        return false;
    if (handler->processor != HA_ANY_PROCESSOR && (ULONG)handler->processor != context->NtNumber)
        return false;
    return ++*hits <= handler->times || handler->times == 0;
}

/* The processor-change callback of every registration that a script makes. */
static VOID NTAPI scripted_callback(PVOID CallbackContext,
                                    PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext,
                                    PNTSTATUS OperationStatus)
{
    struct scripted_registration *registration = CallbackContext;
    struct ha_driver *driver = registration->driver;
    const struct ha_script *script = driver->script;
    const KE_PROCESSOR_CHANGE_NOTIFY_CONTEXT as_given = *ChangeContext;     /* steps may scribble */
    struct stage stage = {.driver = driver, .context = ChangeContext,
                          .operation_status = OperationStatus};
    for (size_t i = 0; i < script->handler_count && !stage.returned; i++)
        if (handler_applies(&script->handler[i], registration->name, &as_given,
                            &driver->scripted->handler_hits[i]))
            play(&stage, &script->handler[i].steps);
}

/* It does not stand any more, if it did. */
static void unmake(struct scripted_registration *registration)
{
    if (!registration->made)
        return;
    if (registration->newer)
        registration->newer->older = registration->older;
    else
        registration->driver->scripted->newest = registration->older;
    if (registration->older)
        registration->older->newer = registration->newer;
    registration->older = registration->newer = NULL;
    registration->made = false;
}

static NTSTATUS do_register(struct stage *stage, const struct ha_step *step)
{
    struct ha_driver *driver = stage->driver;
    struct scripted_registration *registration = name_registration(driver, step->name);
    if (!registration)
        return STATUS_INSUFFICIENT_RESOURCES;
    driver->next_name = step->name;
    PVOID handle = KeRegisterProcessorChangeCallback(step->null_function ? NULL : scripted_callback,
                                                     registration, step->flags);
    driver->next_name = NULL;
    if (!handle)
        return STATUS_UNSUCCESSFUL;
    unmake(registration);
    registration->handle = handle;
    registration->made = true;
    registration->older = driver->scripted->newest;
    if (registration->older)
        registration->older->newer = registration;
    driver->scripted->newest = registration;
    return STATUS_SUCCESS;
}

static void do_deregister(struct stage *stage, const struct ha_step *step)
{
    struct scripted_registration *registration = NULL;
    if (step->name) {
        struct ha_driver *owner = step->driver ? ha_driver_find(stage->driver->kernel, step->driver)
                                               : stage->driver;
        registration = find_registration(owner, step->name);
    }
    if (registration)
        unmake(registration);
    KeDeregisterProcessorChangeCallback(registration ? registration->handle : NULL);
}

static void do_query(const struct ha_step *step)
{
    uint32_t argument = (uint32_t)step->value.number;
    PROCESSOR_NUMBER number = {.Group = (USHORT)argument, .Number = (UCHAR)step->second.number};
    KAFFINITY mask;
    switch (step->routine) {
    case HA_RT_ACTIVE_COUNT: KeQueryActiveProcessorCount(&mask); break;
    case HA_RT_ACTIVE_COUNT_EX: KeQueryActiveProcessorCountEx((USHORT)argument); break;
    case HA_RT_ACTIVE_PROCESSORS: KeQueryActiveProcessors(); break;
    case HA_RT_MAXIMUM_COUNT: KeQueryMaximumProcessorCount(); break;
    case HA_RT_MAXIMUM_COUNT_EX: KeQueryMaximumProcessorCountEx((USHORT)argument); break;
    case HA_RT_GROUP_AFFINITY: KeQueryGroupAffinity((USHORT)argument); break;
    case HA_RT_ACTIVE_GROUPS: KeQueryActiveGroupCount(); break;
    case HA_RT_MAXIMUM_GROUPS: KeQueryMaximumGroupCount(); break;
    case HA_RT_NUMBER_FROM_INDEX: KeGetProcessorNumberFromIndex(argument, &number); break;
    case HA_RT_INDEX_FROM_NUMBER: KeGetProcessorIndexFromNumber(&number); break;
    default: KeGetCurrentIrql(); break;
    }
}

/* The event of a name, shared by all drivers of the machine; NULL when the arena is full. */
static struct ha_object *find_event(struct ha_kernel *kernel, const char *name)
{
    struct ha_script_event *event = kernel->first_event;
    while (event && strcmp(event->name, name) != 0)
        event = event->next;
    if (!event) {
        event = ha_arena_take(&kernel->world.host->arena, sizeof *event);
        if (!event)
            return NULL;
        event->name = name;
        event->next = kernel->first_event;
        kernel->first_event = event;
        ha_object_init(&kernel->world, &event->object, name);
    }
    return &event->object;
}

static NTSTATUS do_event(struct stage *stage, const struct ha_step *step)
{
    struct ha_world *world = &stage->driver->kernel->world;
    struct ha_object *event = find_event(stage->driver->kernel, step->name);
    ha_sched_point(world);
    if (!event)
        return STATUS_INSUFFICIENT_RESOURCES;
    if (step->kind == HA_STEP_WAIT)
        ha_event_wait(world, event);
    else
        ha_event_set(world, event);
    ha_sched_point(world);
    return STATUS_SUCCESS;
}

static NTSTATUS do_step(struct stage *stage, const struct ha_step *step)
{
    switch (step->kind) {
    case HA_STEP_REGISTER:
        return do_register(stage, step);
    case HA_STEP_DEREGISTER:
        do_deregister(stage, step);
        break;
    case HA_STEP_SET_OPERATION_STATUS:
        *stage->operation_status = step->nt_status;
        stage->driver->scripted->stored = step->nt_status;
        break;
    case HA_STEP_MODIFY_CONTEXT:
        stage->context->NtNumber = INVALID_PROCESSOR_INDEX;
        break;
    case HA_STEP_QUERY:
        do_query(step);
        break;
    case HA_STEP_WAIT:
    case HA_STEP_SIGNAL:
        return do_event(stage, step);
    default:
        stage->returned = true;
        return step->nt_status;
    }
    return STATUS_SUCCESS;
}

/* Steps follow one another until one fails or returns; callbacks and entries that say so go on. */
static void play(struct stage *stage, const struct ha_steps *steps)
{
    bool goes_on = !stage->at_entry || stage->driver->script->entry_ignores_errors;
    for (size_t i = 0; i < steps->count; i++) {
        NTSTATUS status = do_step(stage, &steps->step[i]);
        if (stage->returned || (!NT_SUCCESS(status) && !goes_on)) {
            stage->status = status;
            return;
        }
    }
}

/* Remove what stands, the newest first. */
static void remove_all(struct ha_driver *driver)
{
    for (struct scripted_registration *newest; (newest = driver->scripted->newest);) {
        unmake(newest);
        KeDeregisterProcessorChangeCallback(newest->handle);
    }
}

static VOID NTAPI scripted_unload(PDRIVER_OBJECT DriverObject)
{
    struct ha_driver *driver = (struct ha_driver *)(void *)DriverObject;
    struct stage stage = {.driver = driver};
    if (driver->script->has_unload)
        play(&stage, &driver->script->unload);
    else
        remove_all(driver);
}

/*
 * An entry that fails undoes what it did and returns the status that its callback put aside, or
 * else the step's own. An explicit return is the author's word and undoes nothing.
 */
static NTSTATUS NTAPI scripted_entry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    struct ha_driver *driver = (struct ha_driver *)(void *)DriverObject;
    struct stage stage = {.driver = driver, .at_entry = true, .status = STATUS_SUCCESS};
    (void)RegistryPath;
    DriverObject->DriverUnload = scripted_unload;
    play(&stage, &driver->script->entry);
    if (stage.returned || NT_SUCCESS(stage.status))
        return stage.status;
    remove_all(driver);
    return NT_SUCCESS(driver->scripted->stored) ? stage.status : driver->scripted->stored;
}

int ha_scripted_load(struct ha_kernel *kernel, const struct ha_script *script, const void *event)
{
    struct ha_driver *driver = ha_driver_make(kernel, script->name, scripted_entry);
    return driver && make_memory(driver, script) ? ha_driver_start(driver, event) : HA_ENOMEM;
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
    struct stage stage = {.driver = run.driver};
    ha_arena_give(&kernel->world.host->arena, argument, sizeof run);
    thread->operations++;
    play(&stage, run.steps);
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
