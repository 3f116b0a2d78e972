/*
 * steps_later - see steps_later.h
 *
 * Owns struct errand: a list of steps on its way to where it will be played. What the steps around
 * it knew of a processor goes with it, because their callback may be long over by then.
 */
#include "nt/steps_later.h"

#include "nt/dpc.h"
#include "nt/ob.h"
#include "nt/steps_affinity.h"
#include "nt/values.h"

struct errand {
    struct ha_driver *driver;
    const struct ha_step *step;
    KE_PROCESSOR_CHANGE_NOTIFY_CONTEXT as_given;
    struct ha_turn turn;            /* if in_turn; its `number` is NULL, or stands below */
    PROCESSOR_NUMBER number;
    bool in_turn;
    struct ha_own_work *work;       /* of a work item, as the next */
    PIO_WORKITEM item;
};

/* A thread that was started and that nobody has seen end. */
struct ha_own_thread {
    struct ha_own_thread *next;
    PVOID object;                   /* referenced */
};

static struct ha_arena *arena_of(const struct ha_driver *driver)
{
    return &driver->kernel->world.host->arena;
}

/* NULL when the arena is full. */
static struct errand *send(const struct ha_stage *stage, const struct ha_step *step)
{
    struct errand *errand = ha_arena_take(arena_of(stage->driver), sizeof *errand);
    if (!errand)
        return NULL;
    *errand = (struct errand){.driver = stage->driver, .step = step,
                              .as_given = stage->as_given, .in_turn = stage->turn != NULL};
    if (stage->turn) {
        errand->turn = *stage->turn;
        if (errand->turn.number)
            errand->number = *errand->turn.number;
    }
    return errand;
}

static void forget(struct errand *errand)
{
    ha_arena_give(arena_of(errand->driver), errand, sizeof *errand);
}

/* The errand has come where it should, and is forgotten before its steps are played. */
static void play(struct errand *arrived)
{
    struct errand errand = *arrived;
    struct ha_stage stage = {.driver = errand.driver, .as_given = errand.as_given};
    PROCESSOR_NUMBER place;
    forget(arrived);
    if (errand.in_turn)
        stage.turn = &errand.turn;
    if (errand.turn.number)
        errand.turn.number = &errand.number;
    if (errand.step->kind == HA_STEP_START_THREAD && errand.step->of_processor) {
        if (!NT_SUCCESS(ha_step_place(&stage, &errand.step->value, &place)))
            return;
        ha_step_pin(&place, NULL);
    }
    ha_steps_play(&stage, &errand.step->body);
}

static VOID NTAPI dpc_routine(PKDPC Dpc, PVOID DeferredContext, PVOID SystemArgument1,
                              PVOID SystemArgument2)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_inside("DPC");
    (void)Dpc, (void)DeferredContext, (void)SystemArgument2;
    play(SystemArgument1);
}

/*
 * The DPC of a name. It is not made by the routine, because that gives way to other threads, which
 * would find it half made.
 */
static struct ha_own_dpc *find_dpc(struct ha_driver *driver, const char *name)
{
    struct ha_own_dpc *own = ha_own_dpc(driver, name);
    if (own && !own->dpc.DeferredRoutine)
        ha_dpc_make(driver->kernel, &own->dpc, dpc_routine, NULL);
    return own;
}

NTSTATUS ha_step_queue_dpc(struct ha_stage *stage, const struct ha_step *step)
{
    struct ha_own_dpc *own = find_dpc(stage->driver, step->name);
    if (!own)
        return STATUS_INSUFFICIENT_RESOURCES;
    if (step->of_processor) {
        PROCESSOR_NUMBER place;
        NTSTATUS status = ha_step_place(stage, &step->value, &place);
        if (NT_SUCCESS(status))
            status = KeSetTargetProcessorDpcEx(&own->dpc, &place);
        if (!NT_SUCCESS(status))
            return status;
    }
    KeSetImportanceDpc(&own->dpc, (KDPC_IMPORTANCE)step->importance);
    struct errand *errand = send(stage, step);
    if (!errand)
        return STATUS_INSUFFICIENT_RESOURCES;
    if (!KeInsertQueueDpc(&own->dpc, errand, NULL))
        forget(errand);         /* what was queued before keeps its own */
    return STATUS_SUCCESS;
}

/* If it is queued, its steps will not be played. */
static void remove_dpc(struct ha_own_dpc *own)
{
    if (KeRemoveQueueDpc(&own->dpc))
        forget(own->dpc.SystemArgument1);
}

NTSTATUS ha_step_remove_dpc(struct ha_stage *stage, const struct ha_step *step)
{
    struct ha_own_dpc *own = find_dpc(stage->driver, step->name);
    if (!own)
        return STATUS_INSUFFICIENT_RESOURCES;
    remove_dpc(own);
    return STATUS_SUCCESS;
}

static VOID NTAPI work_routine(PDEVICE_OBJECT DeviceObject, PVOID Context)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_inside("work item");
    struct errand *errand = Context;
    struct ha_own_work *work = errand->work;
    (void)DeviceObject;
    IoFreeWorkItem(errand->item);
    play(errand);
    work->queued--;
    if (work->done.first_waiter)
        ha_event_set(&kernel->world, &work->done);
}

NTSTATUS ha_step_queue_work(struct ha_stage *stage, const struct ha_step *step)
{
    struct ha_own_work *work = ha_own_work(stage->driver, step->name);
    struct errand *errand = work ? send(stage, step) : NULL;
    if (!errand)
        return STATUS_INSUFFICIENT_RESOURCES;
    errand->work = work;
    errand->item = IoAllocateWorkItem(NULL);        /* a script has no device */
    if (!errand->item) {
        forget(errand);
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    work->queued++;
    IoQueueWorkItem(errand->item, work_routine, DelayedWorkQueue, errand);
    return STATUS_SUCCESS;
}

static VOID NTAPI thread_routine(PVOID StartContext)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_inside("thread");
    play(StartContext);
}

/* The object of the thread, which nobody needs a handle of. */
static NTSTATUS create_thread(struct errand *errand, PVOID *object)
{
    HANDLE handle;
    NTSTATUS status = PsCreateSystemThread(&handle, THREAD_ALL_ACCESS, NULL, NULL, NULL,
                                           thread_routine, errand);
    if (!NT_SUCCESS(status))
        return status;
    ObReferenceObjectByHandle(handle, THREAD_ALL_ACCESS, *PsThreadType, KernelMode, object, NULL);
    ZwClose(handle);
    return STATUS_SUCCESS;
}

static void add_thread(struct ha_own_threads *threads, struct ha_own_thread *thread)
{
    if (threads->last)
        threads->last->next = thread;
    else
        threads->first = thread;
    threads->last = thread;
}

/* The thread of that object is forgotten, unless another step has done that already. */
static void let_go(struct ha_driver *driver, struct ha_own_threads *threads, PVOID object)
{
    struct ha_own_thread **place = &threads->first, *before = NULL, *thread;
    while (*place && (*place)->object != object) {
        before = *place;
        place = &before->next;
    }
    if ((thread = *place) == NULL)
        return;
    *place = thread->next;
    if (threads->last == thread)
        threads->last = before;
    ha_arena_give(arena_of(driver), thread, sizeof *thread);
    ObDereferenceObject(object);
}

NTSTATUS ha_step_start_thread(struct ha_stage *stage, const struct ha_step *step)
{
    struct ha_driver *driver = stage->driver;
    struct ha_own_threads *threads = ha_own_threads(driver, step->name);
    struct ha_own_thread *thread = threads ? ha_arena_take(arena_of(driver), sizeof *thread) : NULL;
    struct errand *errand = thread ? send(stage, step) : NULL;
    NTSTATUS status = STATUS_INSUFFICIENT_RESOURCES;
    if (errand)
        status = create_thread(errand, &thread->object);
    if (NT_SUCCESS(status)) {
        add_thread(threads, thread);
        return status;
    }
    if (errand)
        forget(errand);
    if (thread)
        ha_arena_give(arena_of(driver), thread, sizeof *thread);
    return status;
}

NTSTATUS ha_step_join(struct ha_stage *stage, const struct ha_step *step)
{
    struct ha_own_threads *threads = ha_own_threads(stage->driver, step->name);
    NTSTATUS status = STATUS_SUCCESS;
    if (!threads)
        return STATUS_INSUFFICIENT_RESOURCES;
    while (NT_SUCCESS(status) && threads->first) {
        /* Several may wait for one thread, so each of them holds its object. */
        PVOID object = threads->first->object;
        ha_ob_hold(object);
        status = KeWaitForSingleObject(object, Executive, KernelMode, FALSE, NULL);
        if (NT_SUCCESS(status))
            let_go(stage->driver, threads, object);
        ha_ob_let_go(stage->driver->kernel, object);
    }
    return status;
}

/* Whether there was work to wait for. */
static bool wait_for_work(struct ha_driver *driver)
{
    struct ha_kernel *kernel = driver->kernel;
    bool waited = false;
    for (struct ha_own_work *work = driver->scripted->newest_work; work; work = work->older) {
        while (work->queued && !ha_kernel_is_above(kernel, APC_LEVEL, HA_RT_WAIT)) {
            if (!work->done.id)
                ha_object_init(&kernel->world, &work->done, work->as_named.name);
            work->done.set = false;
            ha_event_wait(&kernel->world, &work->done);
            waited = true;
        }
    }
    return waited;
}

static void remove_dpcs(struct ha_driver *driver)
{
    struct ha_own_dpc *newest = driver->scripted->newest_dpc;
    for (struct ha_own_dpc *own = newest; own; own = own->older)
        remove_dpc(own);
    if (newest)
        KeFlushQueuedDpcs();
}

void ha_steps_later_undo(struct ha_driver *driver)
{
    struct ha_scripted *scripted = driver->scripted;
    do {
        remove_dpcs(driver);
    } while (wait_for_work(driver));    /* work may have queued a DPC, and a DPC work */
    for (struct ha_own_threads *of = scripted->newest_threads; of; of = of->older)
        while (of->first)
            let_go(driver, of, of->first->object);
}
