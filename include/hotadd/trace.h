/*
 * hotadd/trace.h - what happened, as facts
 *
 * A trace is a stream of 64-byte records. A record states a call and its arguments, a result, a
 * refusal, something acquired or released. It never says whether that was right: verdicts are
 * made from the records by somebody else.
 *
 * The trace explains itself: it starts with TRACE_BEGIN and its companions (KNOB, GROUP,
 * NODE, PROCESSOR, MEMORY, NAME), and a name or a thread is introduced before its first use.
 * Ids start at 1 in the order of appearance, so 0 means none. No address and no wall clock
 * is ever recorded: the same run gives the same bytes on any host. Places in compiled code are
 * offsets in their module, the same in every run of one build.
 */
#ifndef HOTADD_TRACE_H
#define HOTADD_TRACE_H

#include <stdint.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

#define HA_TRACE_FORMAT 1u

/* The maker in TRACE_BEGIN: kernel-binding rules are judged in full only for our own. */
enum ha_maker { HA_MAKER_HOTADD = 1, HA_MAKER_OTHER = 2 };

enum ha_kind {
    HA_NO_RECORD,
    /* What the run starts from, and how it ended. */
    HA_TRACE_BEGIN, HA_KNOB, HA_GROUP, HA_NODE, HA_PROCESSOR, HA_MEMORY, HA_BUDGET, HA_NAME,
    HA_THREAD, HA_CHOICE, HA_TRACE_END,
    /* A driver's life. */
    HA_DRV_ENTRY_ENTER, HA_DRV_ENTRY_LEAVE, HA_UNLOAD_REQ, HA_UNLOAD_ENTER, HA_UNLOAD_LEAVE,
    HA_IMAGE_FREED,
    /* KeRegisterProcessorChangeCallback and KeDeregisterProcessorChangeCallback. */
    HA_REG_ENTER, HA_REG_LOCKED, HA_REG_RETURN,
    HA_DEREG_ENTER, HA_DEREG_LOCKED, HA_DEREG_RETURN,
    /* A processor-change callback. CB_CALL stands for an ENTER and its LEAVE, see below. */
    HA_CB_ENTER, HA_CB_LEAVE, HA_CB_CALL, HA_DEAD_CALL,
    /* Hot-add. */
    HA_UNIT_BEGIN, HA_UNIT_END, HA_ADD_BEGIN, HA_ADD_END, HA_HW_START, HA_ACTIVE, HA_SCHED,
    /* Pool that a driver takes and gives back. */
    HA_ALLOC, HA_FREE,
    /* What runs by itself for the driver that made it: PsCreateSystemThread, work items. */
    HA_THREAD_START, HA_THREAD_END, HA_WORK_QUEUED, HA_WORK_ENTER, HA_WORK_LEAVE,
    /* Calls of other routines, waits, and what went wrong. RELATION: one entry of the answer of
       the QUERY before it, for a group or a node. */
    HA_QUERY, HA_RELATION, HA_WAIT_BEGIN, HA_WAIT_END, HA_DEADLOCK,
    HA_REFUSED, HA_MISUSE, HA_FAULT,
    /* A test's ha_check that does not hold; what it says is the name with this id. */
    HA_CHECK_FAILED,
    /* What a driver tells a debugger, in as many records as its length asks for; and the end of
       the system, by a driver's own will. */
    HA_DEBUG_PRINT, HA_BUGCHECK,
    /* A thread's affinity was set or reverted; id: which routine, enum ha_routine. */
    HA_AFFINITY,
    /* Deferred procedure calls. DROP: it will not run, by its driver's word or because the
       processor that it waited for did not come. */
    HA_DPC_TARGET, HA_DPC_INSERT, HA_DPC_DROP, HA_DPC_RUN_ENTER, HA_DPC_RUN_LEAVE,
    /* KeIpiGenericCall: its function is called on one processor; id: the how-manieth broadcast. */
    HA_IPI_ENTER, HA_IPI_LEAVE,
    /* AddDevice of a driver; id: the device object that it is called for, from 1. */
    HA_ADD_DEVICE_ENTER, HA_ADD_DEVICE_LEAVE,
    /* A routine of IoRegisterDriverReinitialization; id: the how-manieth call for its driver. */
    HA_REINIT_ENTER, HA_REINIT_LEAVE,
    /* What a driver left behind, told before its IMAGE_FREED; id: which one of its kind. */
    HA_LEFT_BEHIND,
    /* Compiled code of a driver ended the process that it ran in. Who watched it writes this. */
    HA_CRASH,
    /* A spin lock, fast or guarded mutex or resource was taken or given back; only where that was
       asked for. */
    HA_LOCK_TAKEN, HA_LOCK_GIVEN,
    /* Memory hot-add; id: the how-manieth. ONLINE is the moment from which the range is there. */
    HA_MEM_ADD_BEGIN, HA_MEM_ADD_END, HA_MEM_ONLINE,
    /* Free memory has changed; the events that tell of it, whose id is enum ha_memory_condition. */
    HA_FREE_PAGES, HA_EVENT_SET, HA_EVENT_CLEAR,
    /* A companion of TRACE_BEGIN, where the partition has memory. */
    HA_POOL_LIMITS,
    /* Instances of device interfaces. Their links are NAMEs, and none is told before a driver first
       asks for any. INTERFACE: one that was enabled when the system started,
       told when a driver first asks for any. DOWN: it is not enabled any more. SET: a driver's
       IoRegisterDeviceInterface or IoSetDeviceInterfaceState returns; id: the instance, or 0. */
    HA_INTERFACE, HA_DEVICE_STARTED, HA_IFACE_UP, HA_IFACE_DOWN, HA_IFACE_SET,
    /* A device was opened by its name, and closed; id: the file object. */
    HA_FILE_OPEN, HA_FILE_CLOSE,
    /* IoRegisterPlugPlayNotification and its two opposites; id: the entry, in the order of asking.
       PNP_CB_CALL stands for an ENTER and its LEAVE, as CB_CALL does; PNP_DEAD_CALL: its driver's
       image is gone, and nothing is called. */
    HA_PNP_REG_ENTER, HA_PNP_REG_RETURN, HA_PNP_UNREG_ENTER, HA_PNP_UNREG_RETURN,
    HA_PNP_CB_ENTER, HA_PNP_CB_LEAVE, HA_PNP_CB_CALL, HA_PNP_DEAD_CALL,
    /* Whoever drives the machine holds what is raised from now on, or lets it all go. */
    HA_PNP_HOLD,
    /* The system rebalances resources; the simulator never does, other makers of traces may. */
    HA_REB_BEGIN, HA_REB_END,
    /* The references that entries hold on the driver object with this id. */
    HA_REF,
    /* Callback objects, each written when its routine returns; id: the object of CREATE and NOTIFY
       in HA_NS_OBJECT, the registration of REG and UNREG; 0 for none. CALL: a client of an object
       that a driver made is called; id: its registration. */
    HA_EX_CREATE, HA_EX_REG, HA_EX_UNREG, HA_EX_NOTIFY, HA_EX_CALL_ENTER, HA_EX_CALL_LEAVE,
    /* ThreadSanitizer has reported a data race on this thread since it went into its driver's code;
       what it said is the name with this id. */
    HA_DATA_RACE,
    /* A thread that has something is about to wait for something else, unless that is free; told
       the first time, and again when it is news. What both are: a lock of a driver's or of the
       simulator's, or the calls of a registration or entry, whose end a removal waits for. */
    HA_LOCK_ORDER,
    HA_KIND_COUNT
};

/* State of a callback, with Microsoft's values (RULES CTX-1). */
enum ha_state { HA_STATE_START = 0, HA_STATE_COMPLETE = 1, HA_STATE_FAILURE = 2 };

/* flags of CB_ENTER, CB_LEAVE and CB_CALL */
#define HA_CB_STATE(flags)     ((unsigned)(flags) & 3u)  /* enum ha_state; 3 for none of them */
#define HA_CB_OBJECT           0x04u   /* a client of \Callback\ProcessorAdd, not of Ke */
#define HA_CB_EXISTING         0x08u   /* EXIST phase: operation is a registration, not an add */
#define HA_CB_CONTEXT_CHANGED  0x10u   /* LEAVE: the driver changed its copy of the context */

/* flags of EX_ records */
#define HA_EX_PROCESSOR_ADD    0x01u   /* of \Callback\ProcessorAdd, whose clients adds call */
#define HA_EX_WAITS            0x02u   /* UNREG: the client is removed; another UNREG will say when
                                          the call of it that still runs has returned */

/* flags of ALLOC: as above, of the callback that it was made in */
#define HA_CB_NONE             3u      /* as state: in no callback */

/* flags of NAME: what the id in the record counts */
enum ha_namespace {
    HA_NS_SCENARIO = 1, HA_NS_DRIVER, HA_NS_REGISTRATION, HA_NS_OBJECT, HA_NS_THREAD, HA_NS_CHECK,
    HA_NS_INTERFACE,            /* its symbolic link */
    HA_NS_ENTRY,                /* of PnP notification */
    HA_NS_RACE,                 /* a data race: both accesses */
    HA_NS_PLACE                 /* of a call in a driver's code: MODULE+OFFSET */
};
#define HA_NAME_MORE 0x80u             /* the text goes on in the next NAME record */

#define HA_PRINT_MORE 0x01u            /* flags of DEBUG_PRINT: its text goes on in the next one */

enum ha_thread_kind {
    HA_THREAD_CALLER = 1,   /* the host's own thread, adopted by the machine */
    HA_THREAD_HOT_ADD, HA_THREAD_PNP, HA_THREAD_WORKER, HA_THREAD_SYSTEM, HA_THREAD_DPC
};

/* How a run ended (TRACE_END). */
enum ha_ending {
    HA_END_NOT_YET, HA_END_NORMALLY, HA_END_DEADLOCK, HA_END_BUGCHECK, HA_END_BUDGET,
    HA_END_SIGNAL, HA_END_MEMORY,
    HA_END_CRASH,               /* driver code ended its process */
    HA_END_HANG,                /* driver code ran on and called nothing */
    HA_END_COUNT
};

/* What can be left behind (LEFT_BEHIND.what). */
enum ha_left {
    HA_LEFT_NOTHING, HA_LEFT_TIMER, HA_LEFT_DPC, HA_LEFT_WORK_ITEM, HA_LEFT_DEVICE,
    HA_LEFT_HANDLE, HA_LEFT_LOOKASIDE_LIST, HA_LEFT_CALLBACK_OBJECT, HA_LEFT_INTERFACE,
    HA_LEFT_RESOURCE, HA_LEFT_REMOVE_LOCK, HA_LEFT_MDL,
    HA_LEFT_COUNT
};

/* The standard events that tell how much memory is free (EVENT_SET, EVENT_CLEAR). */
enum ha_memory_condition {
    HA_NO_CONDITION, HA_CONDITION_HIGH, HA_CONDITION_LOW, HA_CONDITION_COUNT
};

/* flags of PNP_UNREG_ENTER and PNP_UNREG_RETURN */
#define HA_PNP_EX 0x01u                /* IoUnregisterPlugPlayNotificationEx */

#define HA_PNP_HELD 0x01u              /* flags of PNP_HOLD: not let go */

/* What a PnP callback is told (PNP_CB_ENTER.event). */
enum ha_pnp_event { HA_PNP_NO_EVENT, HA_PNP_ARRIVAL, HA_PNP_REMOVAL, HA_PNP_EVENT_COUNT };

/* What an instance of a device interface stands for (IFACE_UP.unit). */
enum ha_unit {
    HA_UNIT_PROCESSOR, HA_UNIT_MEMORY,
    HA_UNIT_INTERFACE,                 /* a driver registered it: of a device of its own */
    HA_UNIT_COUNT
};

/* flags of DPC_DROP and DPC_INSERT */
#define HA_DPC_BY_DRIVER 0x01u         /* DROP: KeRemoveQueueDpc */
#define HA_DPC_BY_TIMER  0x02u         /* INSERT: a timer did it, and the thread is any */
#define HA_DPC_WAITS     0x04u         /* INSERT: its processor does not take threads yet */

/* Why a routine refused (REFUSED.reason). */
enum ha_reason {
    HA_REASON_NONE, HA_REASON_IRQL, HA_REASON_NULL_FUNCTION, HA_REASON_INSIDE_CALLBACK,
    HA_REASON_UNKNOWN_FLAGS, HA_REASON_NO_MEMORY, HA_REASON_INTERRUPTED,
    HA_REASON_NOT_LOADED,   /* no routine: an event of the scenario has no driver to act in, */
    HA_REASON_LOADED,       /* or wants to load one that is there */
    HA_REASON_NOT_SIMULATED,    /* Windows would do it */
    HA_REASON_POLLS,        /* DEADLOCK: it looks for something that does not come */
    HA_REASON_NO_ADD_DEVICE,    /* no routine: a device has come for a driver without AddDevice */
    HA_REASON_NOT_OWN_THREAD,
    HA_REASON_NULL_POINTER,     /* where there must be something */
    HA_REASON_PARAMETER,        /* what the routine does not take */
    HA_REASON_ONE_CLIENT,   /* of a callback object that takes no more */
    HA_REASON_NO_INTERFACE, /* no routine: an event wants to disable one that is not enabled */
    HA_REASON_COUNT
};

/* What a driver did that Windows does not allow (MISUSE.misuse). */
enum ha_misuse {
    HA_MISUSE_NONE, HA_MISUSE_RAISED_IRQL, HA_MISUSE_NULL_HANDLE, HA_MISUSE_UNKNOWN_HANDLE,
    HA_MISUSE_STALE_HANDLE, HA_MISUSE_SELF_REMOVAL,
    HA_MISUSE_OVERRUN,          /* beyond the end of a table; argument: the slot */
    HA_MISUSE_NOTHING_THERE,    /* a slot that holds no memory was used or freed; the same */
    HA_MISUSE_BAD_BLOCK,        /* freed: never taken, or given back before; used: the latter;
                                   written then, by no routine: id: it, argument: which byte */
    HA_MISUSE_IRQL_ORDER,       /* raised to a lower IRQL, lowered to a higher; argument: which */
    HA_MISUSE_NOT_MADE,         /* an object that was never initialised */
    HA_MISUSE_NOT_OWNER,        /* given back by another thread than its owner */
    HA_MISUSE_LIMIT,            /* more than the object or routine allows; argument: how many */
    HA_MISUSE_BEYOND_BLOCK,     /* written behind the end of a block; argument: how many bytes */
    HA_MISUSE_OTHER_TAG,        /* a block given back with another tag than its own; which */
    HA_MISUSE_UNKNOWN_TAG,      /* a remove lock released with a tag of no acquisition */
    HA_MISUSE_NO_OBJECT,        /* no object is there, be it any more */
    HA_MISUSE_NO_REFERENCE,     /* given back: a reference that no driver holds */
    HA_MISUSE_QUEUED,           /* queued or freed while it is queued */
    HA_MISUSE_TAKEN_TWICE,      /* a lock taken by the thread that has it already */
    HA_MISUSE_IN_USE,           /* memory given back, or an object made anew, while the kernel
                                   has it in a queue or list; id: the object, DPC or MDL (with
                                   argument HA_LEFT_MDL), 0 for what has no number */
    HA_MISUSE_PAGED_CODE,       /* PAGED_CODE reached above APC_LEVEL */
    HA_MISUSE_LOW_IRQL,         /* called below the IRQL that the routine needs */
    HA_MISUSE_UNALIGNED,        /* not at an address that the routine can work with */
    HA_MISUSE_LOCK_HELD,        /* the IRQL lowered, a wait begun, or the code that the kernel
                                   calls left with spin locks held; argument: how many */
    HA_MISUSE_HELD,             /* a thread or work item ends with it, or the code that the
                                  kernel calls; id: the mutex, push lock or resource */
    HA_MISUSE_IN_REGION,        /* it ends in critical regions; argument: how many */
    HA_MISUSE_CONTEXT,          /* memory given back that holds the context of a PnP entry, which
                                   may still be called; id: the entry */
    HA_MISUSE_OTHER_MODE,       /* a lock that is shared given back as one that is not, or the
                                   reverse */
    HA_MISUSE_PAGED_POOL,       /* in paged pool, where only memory will do that is not */
    HA_MISUSE_BEYOND_MEMORY,    /* an MDL reaches beyond the end of its block; argument: how far.
                                   The buffer of a bitmap: the same */
    HA_MISUSE_BEYOND_BITMAP,    /* a bit that a bitmap does not have; argument: which */
    HA_MISUSE_EXPOSED,          /* normal APCs can come again to a thread that has a resource, whose
                                   id this is */
    HA_MISUSE_OTHER_ROUTINE,    /* a block given back by another routine than its own; id: it */
    HA_MISUSE_CLIENT_CONTEXT,   /* memory given back that holds the context of a registration, which
                                   may still be called; id: the registration */
    HA_MISUSE_COUNT
};

/* What a choice of the tape decides (CHOICE.kind). */
enum ha_choice_kind {
    HA_CHOICE_THREAD = 1,     /* which runnable thread goes on; 0 is the ordinary one */
    HA_CHOICE_FAULT,          /* what the label names fails, 1: here; 2: from here on */
    /* Of PnP notification; 1: */
    HA_CHOICE_DELIVERY,       /* the arrival is held until the next add has ended, or the drain */
    HA_CHOICE_TWICE,          /* existing instances are told once more, as include_existing_dup */
    HA_CHOICE_EARLY,          /* it is raised before the Complete calls, as async_after=sched */
    HA_CHOICE_LATE,           /* one call comes after the removal, as legacy_late_call=deliver */
    HA_CHOICE_PREEMPT,        /* which one goes on in the place of a thread that could */
    HA_CHOICE_DUE,            /* 1: what is due next comes before threads that could go on; where
                                 several are due at once, which of them comes first */
    HA_CHOICE_KIND_COUNT
};

#define HA_NO_GROUP 0xffffu
#define HA_NO_INDEX 0xffffffffu

#define HA_LOCK_ORDER_OTHERS 4u

/*
 * What a record carries besides its header, by kind; its id is named in the comment. A place is
 * where the driver's code called the routine, a name of HA_NS_PLACE; 0 when that is not known. That
 * of LEFT_BEHIND is where what is left was made or begun.
 */
union ha_payload {
    struct { uint64_t scenario_hash, profile_hash; uint32_t format; uint16_t maker, preset;
             uint16_t groups, nodes, processors, maximum; } begin;
    struct { uint32_t value; } knob;                                /* id: enum ha_knob */
    struct { uint64_t active_mask; uint32_t maximum; } group;       /* id: number */
    struct { uint64_t mask; uint16_t group; } node;     /* id: number; the node's part of a group */
    struct { uint16_t group; uint8_t number, reserved; } existing;  /* PROCESSOR; id: index */
    struct { uint64_t base, size; } memory;     /* MEMORY, id: range, from 1; MEM_ADD_BEGIN ... */
    struct { uint64_t callback_ns; } budget;    /* simulated time that a callback may take */
    struct { char text[32]; } name;             /* not terminated when full; flags: namespace */
    struct { uint64_t affinity_mask; uint16_t affinity_group, kind; } made;     /* THREAD */
    struct { uint32_t kind, answer, options; char label[20]; } choice;  /* id: question, from 0 */
    struct { uint32_t ending; int32_t status; } end;
    struct { int32_t status; } status;          /* DRV_ENTRY_LEAVE, ADD_END, THREAD_END ... */
    struct { uint32_t function, context, flags, handle, place; } reg;      /* id: registration */
    struct { uint64_t affinity_mask; uint32_t operation, context; int32_t status, op_in;
             uint16_t nt_number, group; uint8_t number, reserved; uint16_t affinity_group; } cb;
    struct { uint64_t affinity_mask; int32_t op_out; uint16_t affinity_group; } cb_leave;
    struct { uint32_t processors; } unit;       /* BEGIN: how many; END: how many were added */
    struct { uint64_t affinity_mask; uint32_t unit; uint16_t group, affinity_group, number, node;
             } add;             /* group, number, node: as asked for, HA_NO_GROUP when left open */
    struct { uint16_t nt_number, group; uint8_t number, reserved; } up;         /* ACTIVE, SCHED */
    struct { uint64_t result, output; uint32_t routine, argument, place; } query;
            /* QUERY: a pair is Group << 16 | Number, a status 32 bits without sign; place: where
               there are several groups */
    struct { uint64_t active_mask; uint32_t kind; uint16_t group; uint8_t active, maximum;
             } relation;        /* kind: LOGICAL_PROCESSOR_RELATIONSHIP; id: group or node */
    struct { uint64_t size; uint32_t tag, registration, operation; uint16_t nt_number;
             uint32_t place; } pool;
                        /* id: block; the rest for ALLOC: registration 0 when in no callback */
    struct { uint64_t timeout_ns; uint32_t holder, waiter; uint16_t reason, blocked; } wait;
    struct { uint32_t routine, reason, place; } refused;
    struct { uint32_t routine, misuse, argument, place; } misuse;
    struct { uint32_t routine; } fault;
    struct { char text[24]; uint32_t component, level; } debug;
                        /* DEBUG_PRINT: id: message; text not terminated when full */
    struct { uint64_t parameter[4]; } bugcheck;                     /* id: code */
    struct { uint64_t asked_mask, new_mask, output_mask; uint16_t asked_group, new_group,
             output_group; uint8_t accepted, has_output; } affinity;
                        /* asked: 0 for reverting without; new: what the thread has afterwards;
                           output: what the routine gave as previous affinity */
    struct { uint32_t routine, asked; int32_t status; uint16_t target, group; uint8_t number,
             importance, result; uint32_t place; } dpc;
                        /* id: DPC; target: index, HA_NO_GROUP for the current processor (TARGET)
                           or a number without index; routine, asked, status: of TARGET, asked is
                           a pair as of QUERY; result: of INSERT, whether it was queued now.
                           TARGET of a routine that sets none: a copy, which has its target */
    struct { uint32_t what, place; } left;                          /* what: enum ha_left */
    struct { uint32_t place; } begun;           /* THREAD_START, WORK_QUEUED */
    struct { uint32_t signal, exit_code; } crash;   /* signal 0: the process ended by itself */
    struct { uint64_t paged, nonpaged; int32_t status; } pool_limits;
                        /* POOL_LIMITS, MEM_ADD_END: bytes; only the latter has a status */
    struct { uint64_t free, low, high; } pages;     /* FREE_PAGES; thresholds of the events */
    struct { uint64_t guid[2]; uint32_t device, cause; uint8_t unit; } iface;
                        /* INTERFACE ... IFACE_DOWN: id: instance; guid: its class; device: index
                           of the processor, number of the range, or which of those that drivers
                           registered, from 1; cause: the add, 0 for a driver's or test's doing */
    struct { uint64_t guid[2]; uint32_t routine, device; int32_t status; uint8_t enable;
             } iface_set;
                        /* IFACE_SET: as above */
    struct { uint32_t device; int32_t status; } file;   /* device: instance that was opened */
    struct { uint32_t cause; uint8_t of_memory; } rebalance;    /* cause: the add */
    struct { uint64_t guid[2]; uint32_t flags, function, context; uint16_t category, place;
             } pnp_reg;
                        /* category: IO_NOTIFICATION_EVENT_CATEGORY; place: 0 beyond 65,535 */
    struct { uint32_t interface, event, function, context; uint16_t version, size;
             uint8_t live, replay, second, late; } pnp_cb;
                        /* live: raised, and told by the PnP thread; replay: before the
                           registration returned; second: of what was replayed;
                           late: after the older routine has removed the entry */
    struct { int32_t change; uint32_t count, entry; } ref;  /* count: entries' references now */
    struct { char name[24]; int32_t status; uint8_t create, multiple, named; } ex_create;
                        /* name: as it was asked for, not terminated when full */
    struct { uint32_t object, function, context, handle, place; } ex_reg;
    struct { uint32_t called; } ex_notify;      /* clients */
    struct { uint32_t held, other[HA_LOCK_ORDER_OTHERS]; uint8_t space, shared, held_space,
             held_shared; uint32_t place; } lock_order;
                        /* id, space, shared: what it wants, enum ha_namespace, and whether it will
                           share that; other: locks that it has alone besides, 0: no more */
    uint64_t raw[4];
};

struct ha_record {
    uint64_t time_ns;       /* simulated time */
    uint32_t seq_low;       /* sequence number, from 1; use ha_record_seq() */
    uint16_t seq_high;
    uint8_t kind;           /* enum ha_kind */
    uint8_t irql;           /* of the thread, 0 PASSIVE_LEVEL, 1 APC_LEVEL, 2 DISPATCH_LEVEL */
    uint32_t thread;        /* simulated thread; 0 before the first one exists */
    uint16_t processor;     /* systemwide index of the simulated processor it runs on */
    uint16_t active;        /* active processors of the whole partition */
    uint16_t driver;        /* the driver in charge; for CB_ and DRV_ records the driver called */
    uint8_t regions;        /* critical regions that the thread has entered and not left */
    uint8_t flags;          /* by kind */
    uint32_t id;            /* what the record is about: registration, add, object ... by kind */
    union ha_payload as;
};

/*
 * CB_CALL: the callback was entered and left again, nothing else was recorded in between, and
 * the driver left the status variable, its copy of the context, IRQL, affinity and regions as
 * they were. It is laid out as CB_ENTER and stands for two records with consecutive numbers,
 * its own and the next.
 *
 * PNP_CB_CALL: the same of PNP_CB_ENTER and a PNP_CB_LEAVE with STATUS_SUCCESS.
 */

/* A waiter's time-out when it has none. */
#define HA_FOREVER UINT64_MAX

static inline uint64_t ha_record_seq(const struct ha_record *record)
{
    return (uint64_t)record->seq_high << 32 | record->seq_low;
}

/* How many records it stands for, and so how many numbers are its own. */
static inline unsigned ha_record_span(const struct ha_record *record)
{
    return record->kind == HA_CB_CALL || record->kind == HA_PNP_CB_CALL ? 2 : 1;
}

/* Who takes records as they are made. A sink never changes what it is given. */
struct ha_sink {
    void (*take)(struct ha_sink *sink, const struct ha_record *first, size_t count);
};

#ifdef __cplusplus
}
#endif
#endif
