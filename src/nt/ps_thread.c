/*
 * ps_thread - threads as drivers see them
 *
 * Owns struct _KTHREAD, the object that drivers wait for. Every thread can have one: those that
 * a driver makes from the start, the others when KeGetCurrentThread is first called on them.
 * Source of each routine: WDK reference, wdm.h or ntifs.h, the page of its name.
 */
#include "nt/ps_thread.h"

#include <setjmp.h>
#include <stdint.h>

#include "base/port.h"
#include "nt/caller.h"
#include "nt/callout.h"
#include "nt/dispatcher.h"
#include "nt/dpc.h"
#include "nt/in_use.h"
#include "nt/locks.h"
#include "nt/ob.h"
#include "nt/region.h"

/* More than what the host and the carrier have of a stack, above the frames of a driver. */
#define FRAMES_ABOVE ((size_t)64 << 10)
/* Windows' ids of threads and processes are multiples of 4, and the system's process has 4. */
#define ID_STEP 4u
#define SYSTEM_PROCESS ((HANDLE)(uintptr_t)4)

struct _KTHREAD {
    DISPATCHER_HEADER Header;       /* first, because drivers wait for the object */
    struct ha_kernel *kernel;
    uint32_t id;                    /* of the simulated thread */
    KPRIORITY priority;
    bool is_system;
    PKSTART_ROUTINE start;          /* NULL unless a driver made the thread; so is the rest */
    PVOID context;
    jmp_buf *base;                  /* where PsTerminateSystemThread leads */
    const void *frame;              /* of what calls `start` */
    NTSTATUS status;
};

static HANDLE id_of(uint32_t thread)
{
    return (HANDLE)(uintptr_t)(thread * ID_STEP);
}

_Noreturn void ha_ps_no_memory(struct ha_kernel *kernel)
{
    ha_sched_end(&kernel->world, HA_END_MEMORY);
    for (;;)
        ha_sched_point(&kernel->world);
}

static void lower_irql(struct ha_kernel *kernel, enum ha_routine routine)
{
    struct ha_thread *thread = kernel->world.sched.running;
    if (thread->stamp.irql == PASSIVE_LEVEL)
        return;
    ha_record_misuse(kernel, routine, HA_MISUSE_RAISED_IRQL, 0, 0);
    ha_thread_set_irql(thread, PASSIVE_LEVEL);
}

/*
 * A mutant that is not a mutex may be left to the others. A mutex, which KeInitializeMutex makes,
 * counts as a region of the thread, too, and so does a guarded mutex, but each is one mistake.
 * Source: WDK, bug checks 0x4000008A, THREAD_TERMINATE_HELD_MUTEX, and 0x20,
 * KERNEL_APC_PENDING_DURING_EXIT.
 */
void ha_ps_look_back(struct ha_kernel *kernel, enum ha_routine routine)
{
    const struct ha_thread *thread = kernel->world.sched.running;
    uint32_t regions = thread->stamp.regions, of_mutexes = ha_guarded_mutexes(thread);
    for (const struct ha_owned *owned = thread->mutants; owned; owned = owned->older)
        of_mutexes += owned->in_region;
    ha_locks_leave(kernel, routine, NULL);
    lower_irql(kernel, routine);
    if (regions > of_mutexes)
        ha_record_misuse(kernel, routine, HA_MISUSE_IN_REGION, 0, regions - of_mutexes);
}

static PKTHREAD make_object(struct ha_kernel *kernel)
{
    PKTHREAD object = ha_ob_make(kernel, *PsThreadType, sizeof *object);
    if (!object)
        return NULL;
    object->kernel = kernel;
    object->priority = HA_USUAL_PRIORITY;
    return object;
}

/* From here on the object stands for the thread, which holds it until it ends. */
static void attach(PKTHREAD object, struct ha_thread *thread)
{
    object->id = thread->stamp.thread;
    object->is_system = thread->kind != HA_THREAD_CALLER;
    thread->native = object;
    ha_dispatcher_init_thread(object->kernel, &object->Header, thread);
}

/*
 * What the kernel has on the stack of a thread that ends would lead nowhere. Stacks grow downwards
 * wherever this runs, so the driver's frames lie below the one that called it.
 */
static void clear_stack(struct ha_kernel *kernel, PKTHREAD object)
{
    size_t size = HA_PORT_STACK_BYTES - FRAMES_ABOVE;
    const void *lowest = (const void *)((uintptr_t)object->frame - size);
    if (ha_in_use(kernel, lowest, size, HA_RT_TERMINATE_THREAD))
        ha_in_use_take_out(kernel, lowest, size);
}

void ha_ps_thread_ends(struct ha_thread *thread)
{
    struct ha_kernel *kernel = ha_kernel_of(thread);
    PKTHREAD object = thread->native;
    if (object && object->start) {
        ha_ps_look_back(kernel, HA_RT_TERMINATE_THREAD);
        clear_stack(kernel, object);
        ha_record_open(&kernel->world, HA_THREAD_END, object->id)->as.status.status =
            object->status;
    }
    ha_locks_abandon(kernel, thread);
    if (!object)
        return;
    object->Header.SignalState = 1;
    ha_order_give(&kernel->world, &object->Header);
    ha_dispatcher_signal(kernel, &object->Header);
    thread->native = NULL;
    ha_ob_let_go(kernel, object);
}

static void run(void *argument)
{
    PKTHREAD object = argument;
    jmp_buf base;
    object->base = &base;
    object->frame = __builtin_frame_address(0);     /* with a sanitizer, locals lie elsewhere */
    if (setjmp(base))
        return;
    struct ha_kernel *kernel = object->kernel;
    PKSTART_ROUTINE start = object->start;
    PVOID context = object->context;
    ha_order_take(&kernel->world, object);
    uint32_t depth = ha_kernel_go_out(kernel);
    start(context);
    ha_kernel_come_in(kernel, depth);
}

/* The object, the handle and the thread, or nothing of them. */
static PKTHREAD create(struct ha_kernel *kernel, PKSTART_ROUTINE start, PVOID context,
                       ACCESS_MASK access, PHANDLE handle)
{
    struct ha_world *world = &kernel->world;
    struct ha_thread *thread;
    PKTHREAD object = make_object(kernel);
    if (!object)
        return NULL;
    object->start = start;
    object->context = context;
    ha_order_forget(world, object);
    ha_order_give(world, object);
    if (!ha_ob_open(kernel, object, access, handle))
        goto let_object_go;
    if (ha_thread_create(world, HA_THREAD_SYSTEM, world->sched.running->stamp.driver, run, object,
                         &thread) != HA_OK)
        goto close_handle;
    attach(object, thread);
    return object;

close_handle:
    ZwClose(*handle);
let_object_go:
    ha_ob_let_go(kernel, object);
    return NULL;
}

/*
 * Make a thread, which runs at PASSIVE_LEVEL in the name of the driver that made it and ends when
 * its routine returns or calls PsTerminateSystemThread.
 *
 *   ThreadHandle   gets a handle, to be given back with ZwClose
 *   DesiredAccess  goes into the handle
 *   ObjectAttributes, ProcessHandle  change nothing: there is one process, and no names
 *   ClientId       gets the ids of the process and the thread; may be NULL
 *
 * Returns STATUS_SUCCESS, or STATUS_INSUFFICIENT_RESOURCES when memory or threads are lacking.
 * Without a routine STATUS_INVALID_PARAMETER; above PASSIVE_LEVEL it is refused with
 * STATUS_UNSUCCESSFUL; both are our choice. IRQL: PASSIVE_LEVEL.
 *
 * Source: WDK reference, wdm.h, PsCreateSystemThread.
 */
NTSTATUS PsCreateSystemThread(PHANDLE ThreadHandle, ULONG DesiredAccess,
                              POBJECT_ATTRIBUTES ObjectAttributes, HANDLE ProcessHandle,
                              PCLIENT_ID ClientId, PKSTART_ROUTINE StartRoutine,
                              PVOID StartContext)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("PsCreateSystemThread");
    HANDLE handle;
    (void)ObjectAttributes, (void)ProcessHandle;
    *ThreadHandle = NULL;
    if (kernel->world.sched.running->stamp.irql != PASSIVE_LEVEL) {
        ha_record_refused(kernel, HA_RT_CREATE_THREAD, HA_REASON_IRQL);
        return STATUS_UNSUCCESSFUL;
    }
    if (!StartRoutine)
        return STATUS_INVALID_PARAMETER;
    if (ha_kernel_faults(kernel, HA_RT_CREATE_THREAD))
        return STATUS_INSUFFICIENT_RESOURCES;
    PKTHREAD object = create(kernel, StartRoutine, StartContext, DesiredAccess, &handle);
    if (!object) {
        ha_record_fault(kernel, HA_RT_CREATE_THREAD);
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    uint32_t place = ha_caller_place(kernel);
    ha_record_open(&kernel->world, HA_THREAD_START, object->id)->as.begun.place = place;
    *ThreadHandle = handle;
    if (ClientId)
        *ClientId = (CLIENT_ID){SYSTEM_PROCESS, id_of(object->id)};
    ha_sched_point(&kernel->world);
    return STATUS_SUCCESS;
}

/* Why a driver must not end the thread; HA_REASON_NONE where it may. */
static enum ha_reason why_not_end(const struct ha_kernel *kernel, const struct ha_thread *thread)
{
    const struct _KTHREAD *object = thread->native;
    if (ha_callout_in_callback(thread))
        return HA_REASON_INSIDE_CALLBACK;
    if (object && object->start && !ha_broadcast_comes_from(kernel, thread))
        return HA_REASON_NONE;
    return thread->stamp.irql > PASSIVE_LEVEL ? HA_REASON_IRQL : HA_REASON_NOT_OWN_THREAD;
}

/*
 * End the calling thread. Nothing of the driver's runs on it any more.
 *
 *   ExitStatus  goes into the trace
 *
 * Returns only when it refuses: STATUS_INVALID_PARAMETER on a thread that PsCreateSystemThread
 * did not make, and inside a callback or a broadcast, where Windows would be lost; that is our
 * choice. On a thread of the driver an IRQL above PASSIVE_LEVEL is a misuse, and the thread ends
 * all the same.
 *
 * Source: WDK reference, wdm.h, PsTerminateSystemThread.
 */
NTSTATUS PsTerminateSystemThread(NTSTATUS ExitStatus)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("PsTerminateSystemThread");
    const struct ha_thread *thread = kernel->world.sched.running;
    PKTHREAD object = thread->native;
    enum ha_reason why_not = why_not_end(kernel, thread);
    if (why_not != HA_REASON_NONE) {
        ha_record_refused(kernel, HA_RT_TERMINATE_THREAD, why_not);
        return STATUS_INVALID_PARAMETER;
    }
    object->status = ExitStatus;
    longjmp(*object->base, 1);
}

PKTHREAD ha_ps_own_object(struct ha_kernel *kernel)
{
    struct ha_thread *thread = kernel->world.sched.running;
    if (!thread->native) {
        PKTHREAD object = make_object(kernel);
        if (!object)
            ha_ps_no_memory(kernel);
        attach(object, thread);
    }
    return thread->native;
}

/* The object of the calling thread; it is there as long as the thread. Any IRQL. */
PKTHREAD KeGetCurrentThread(VOID)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("KeGetCurrentThread");
    return ha_ps_own_object(kernel);
}

/* The process of all threads here. Any IRQL. */
PEPROCESS IoGetCurrentProcess(VOID)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("IoGetCurrentProcess");
    if (!kernel->process)
        kernel->process = ha_ob_make(kernel, *PsProcessType, sizeof(DISPATCHER_HEADER));
    if (!kernel->process)
        ha_ps_no_memory(kernel);
    return kernel->process;
}

/* The id of the process of all threads here. */
HANDLE PsGetCurrentProcessId(VOID)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("PsGetCurrentProcessId");
    return SYSTEM_PROCESS;
}

/* The id of the calling thread. */
HANDLE PsGetCurrentThreadId(VOID)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("PsGetCurrentThreadId");
    return id_of(kernel->world.sched.running->stamp.thread);
}

KPRIORITY *ha_ps_priority(PKTHREAD object)
{
    return &object->priority;
}

PKTHREAD ha_ps_meant(struct ha_kernel *kernel, enum ha_routine routine, const void *pointer)
{
    if (ha_ob_is(kernel, pointer, *PsThreadType))
        return (PKTHREAD)(uintptr_t)pointer;
    ha_record_misuse(kernel, routine, HA_MISUSE_NO_OBJECT, 0, 0);
    return NULL;
}

/* The id of a thread, also when it has ended. For what is no thread NULL, and a misuse. */
HANDLE PsGetThreadId(PETHREAD Thread)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("PsGetThreadId");
    PKTHREAD object = ha_ps_meant(kernel, HA_RT_THREAD_ID, Thread);
    return object ? id_of(object->id) : NULL;
}

/* Whether a thread is one of the system's: all are but the one that the machine was made on. */
BOOLEAN PsIsSystemThread(PETHREAD Thread)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("PsIsSystemThread");
    PKTHREAD object = ha_ps_meant(kernel, HA_RT_IS_SYSTEM_THREAD, Thread);
    return object && object->is_system;
}
