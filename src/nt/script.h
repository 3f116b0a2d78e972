/*
 * script - a driver whose code is a list of steps
 *
 * A scripted driver is a driver like any other: its steps call the NT routines, its callbacks
 * are registered with them, and everything goes through the same door. Nothing here is changed
 * while a script runs; strings belong to whoever made the script and outlive the machine's run.
 * Registrations, tables, variables, DPCs and the like belong to the driver and are known by their
 * names.
 */
#ifndef HA_NT_SCRIPT_H
#define HA_NT_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hotadd/machine.h"

/*
 * What callbacks of PnP notification are told stands where others have their state, behind what
 * enum ha_state can be.
 */
#define HA_STATE_ARRIVAL 4
#define HA_STATE_REMOVAL 5
#define HA_ANY_STATE (-1)
#define HA_ANY_PROCESSOR (-1)
#define HA_ANY_INDEX UINT32_MAX
#define HA_ANY_BASE UINT64_MAX
#define HA_POOL_SCRIPT_TAG 0x70726353u  /* of what scripts take without naming a tag: 'Scrp' */

/* A number that a step works with, worked out when the step is done. */
enum ha_value_kind {
    HA_VALUE_NUMBER,            /* number */
    HA_VALUE_OWN,               /* the driver's variable `name`; 0 before it is set */
    /* Of the callback that runs, or of the processor whose turn it is in a FOR_EACH: */
    HA_VALUE_PROCESSOR, HA_VALUE_GROUP, HA_VALUE_IN_GROUP, HA_VALUE_NODE,
    HA_VALUE_STATE, HA_VALUE_STATUS,    /* of the callback: ChangeContext->State and ->Status */
    /* What the counting routines answer at this moment, recorded as the queries they are: */
    HA_VALUE_ACTIVE, HA_VALUE_MAXIMUM
};

struct ha_value {
    enum ha_value_kind kind;
    int64_t number;             /* a status is its value with sign */
    const char *name;
};

enum ha_comparison {
    HA_EQUAL, HA_NOT_EQUAL, HA_LESS, HA_LESS_OR_EQUAL, HA_GREATER, HA_GREATER_OR_EQUAL,
    HA_SLOT_TAKEN,              /* the slot `left` of `table` holds memory */
    HA_SLOT_NOT_TAKEN
};

struct ha_condition {
    enum ha_comparison comparison;
    struct ha_value left, right;
    const char *table;
};

/* What a FOR_EACH goes over, in ascending order of index. */
enum ha_each {
    HA_EACH_ACTIVE,             /* every index below the active count of the moment it begins */
    HA_EACH_MAXIMUM,            /* every index below the maximum count */
    HA_EACH_OF_GROUP            /* the active processors of the group `value` */
};

enum ha_step_kind {
    HA_STEP_REGISTER,               /* name, flags, null_function, notification, class_guid */
    HA_STEP_DEREGISTER,             /* name, driver, old_routine; notification, whose routine gets
                                       a NULL handle where there is none, as for a NULL name */
    HA_STEP_SET_OPERATION_STATUS,   /* nt_status: into *OperationStatus, and kept by the driver */
    HA_STEP_MODIFY_CONTEXT,         /* write into the change context, which is forbidden (CTX-3) */
    HA_STEP_QUERY,                  /* routine, value, second, name: variable for the result */
    HA_STEP_WAIT,                   /* name: an event of the machine, made at its first use */
    HA_STEP_SIGNAL,                 /* name */
    HA_STEP_RETURN,                 /* nt_status: leaves the list; entries return it */
    HA_STEP_TABLE,                  /* name, value: pool for a table of so many slots */
    HA_STEP_ALLOCATE,               /* name, value: pool for that slot; size, tag */
    HA_STEP_FREE,                   /* name, value: that of the slot; whole: the table; tag */
    HA_STEP_USE,                    /* name, value: write into the memory of that slot; offset */
    HA_STEP_SET,                    /* name: a variable; value */
    HA_STEP_RAISE_IRQL,             /* irql */
    HA_STEP_LOWER_IRQL,             /* irql */
    HA_STEP_FOR_EACH,               /* each, value; body */
    HA_STEP_IF,                     /* condition; body, otherwise */
    HA_STEP_SET_AFFINITY,           /* value: a group, second: the mask; or, of_processor, value:
                                       a systemwide index; name keeps the affinity before */
    HA_STEP_REVERT_AFFINITY,        /* name: what such a step kept; NULL for none */
    HA_STEP_QUEUE_DPC,              /* name, importance, body; of_processor: to the index value */
    HA_STEP_REMOVE_DPC,             /* name */
    HA_STEP_FLUSH_DPCS,
    HA_STEP_QUEUE_WORK,             /* name, body */
    HA_STEP_START_THREAD,           /* name, body; of_processor: it runs only on the index value */
    HA_STEP_JOIN,                   /* name: wait for the end of all threads started under it */
    HA_STEP_NOTIFY,                 /* name: of a callback object, opened and notified */
    HA_STEP_PUBLISH,                /* name, class_guid: an interface of the driver is enabled */
    HA_STEP_WITHDRAW,               /* name: it is disabled */
    HA_STEP_KIND_COUNT
};

/* What a REGISTER registers for. */
enum ha_notification {
    HA_PROCESSOR_CHANGE,        /* KeRegisterProcessorChangeCallback */
    HA_CALLBACK_OBJECT,         /* ExRegisterCallback with \Callback\ProcessorAdd */
    HA_DEVICE_INTERFACE,        /* IoRegisterPlugPlayNotification */
    HA_NOTIFICATION_COUNT
};

struct ha_step;

struct ha_steps {
    const struct ha_step *step;
    size_t count;
};

struct ha_step {
    enum ha_step_kind kind;
    const char *name;           /* of the registration, event, table, variable, DPC ... */
    const char *driver;         /* DEREGISTER: whose registration, NULL for the driver's own */
    uint32_t flags;             /* REGISTER: as the routine takes them */
    const void *class_guid;     /* REGISTER of a DEVICE_INTERFACE, PUBLISH: a GUID's 16 bytes */
    bool null_function;         /* REGISTER: pass a NULL CallbackFunction (REG-8) */
    uint8_t notification;       /* REGISTER, DEREGISTER: enum ha_notification */
    bool old_routine;           /* DEREGISTER: IoUnregisterPlugPlayNotification, without Ex */
    bool whole;                 /* FREE: the table itself */
    bool of_processor;          /* there is a processor, and its index is `value` */
    uint8_t irql;
    uint8_t each;               /* enum ha_each */
    uint8_t importance;         /* QUEUE_DPC: KDPC_IMPORTANCE */
    int32_t nt_status;
    uint32_t routine;           /* QUERY: enum ha_routine */
    uint32_t size, tag;         /* ALLOCATE: bytes, and the tag as ExAllocatePool2 takes it;
                                   FREE: as ExFreePoolWithTag takes it, 0 for any */
    uint32_t offset;            /* USE: where in that memory; behind its end not far */
    struct ha_value value;      /* QUERY: group, index, node or relation */
    struct ha_value second;     /* QUERY of a pair: the number in the group `value`;
                                   SET_AFFINITY: the mask */
    struct ha_condition condition;
    struct ha_steps body, otherwise;
    struct ha_steps if_fails;   /* done when the step failed, which is then no failure any more */
    bool has_if_fails;
};

/* An instance of a device interface, as scenarios speak of it. */
struct ha_instance_pattern {
    uint8_t unit;               /* enum ha_unit */
    uint32_t device;            /* as in a record's iface.device, or HA_ANY_INDEX; a processor may
                                   be named by the group and number of a call's pattern instead */
    uint64_t base;              /* of memory: where the range begins, or HA_ANY_BASE; its device
                                   is not looked at */
};

/* What a callback does in one situation. */
struct ha_handler {
    const char *callback;       /* the registration's name */
    int state;                  /* enum ha_state, HA_STATE_ARRIVAL ..., or HA_ANY_STATE */
    int32_t processor;          /* systemwide index, or HA_ANY_PROCESSOR */
    const struct ha_instance_pattern *instance;     /* that a PnP callback hears of; NULL: any */
    uint32_t times;             /* how often it applies, counted from the first; 0 for always */
    struct ha_steps steps;
};

/* A value under a driver's Parameters key, with its data as ZwQueryValueKey gives them. */
struct ha_registry_value {
    const char *name;
    uint32_t type;              /* REG_DWORD, REG_SZ, ... */
    uint32_t size;              /* of the data, in bytes */
    const void *data;           /* text is UTF-16 with its terminating zeros */
};

struct ha_script {
    const char *name;
    /* Compiled code instead of the steps below: */
    const char *module;             /* the file that it is in; NULL for a script */
    ha_driver_entry *code;          /* its DriverEntry when the module is loaded, else NULL */
    void (*map)(void *image);       /* makes its variables anew, before each load; may be NULL */
    void *image;
    const char *const *registration;        /* names of its registrations, in order of making; */
    size_t registration_count;              /* those beyond are ke1, ke2, ... */
    const char *const *client;              /* the same with callback objects: cb1, cb2, ... */
    size_t client_count;
    const char *const *entry_name;          /* and of PnP notification: pnp1, pnp2, ... */
    size_t entry_name_count;
    const struct ha_registry_value *value;  /* what it finds in the registry */
    size_t value_count;
    uint32_t devices;               /* so often AddDevice is called when DriverEntry succeeded */
    struct ha_steps entry;
    const struct ha_handler *handler;
    size_t handler_count;
    struct ha_steps unload;
    bool has_unload;                /* false: undo all that was done */
    bool entry_ignores_errors;
};

/* Calls of a callback, as triggers and faults name them. */
struct ha_call_pattern {
    const char *driver;         /* NULL for any */
    const char *registration;   /* NULL for any */
    int state;                  /* enum ha_state, HA_STATE_ARRIVAL ..., or HA_ANY_STATE */
    const struct ha_instance_pattern *instance;     /* of an arrival or removal; NULL for any */
    uint32_t index;             /* systemwide index, or HA_ANY_INDEX ... */
    uint32_t group, number;     /* ... and then this place, or HA_ANY_INDEX */
    uint32_t occurrence;        /* which of these calls, from 1; 0 where it was left open */
};

/* What is made to fail. */
struct ha_fault_plan {
    uint32_t routine;                       /* enum ha_routine */
    const char *driver;                     /* that calls it; NULL for any */
    const struct ha_call_pattern *during;   /* in a call of this pattern; NULL for anywhere */
    uint32_t occurrence;                    /* the how-manieth time, from 1 */
    bool persist;                           /* and every time after it */
};

#endif
