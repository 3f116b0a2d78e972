/*
 * script - a driver whose code is a list of steps
 *
 * A scripted driver is a driver like any other: its steps call the NT routines, its callbacks
 * are registered with them, and everything goes through the same door. Nothing here is changed
 * while a script runs; strings belong to whoever made the script and outlive the machine's run.
 */
#ifndef HA_NT_SCRIPT_H
#define HA_NT_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HA_ANY_STATE (-1)
#define HA_ANY_PROCESSOR (-1)

enum ha_step_kind {
    HA_STEP_REGISTER,               /* name, flags, null_function */
    HA_STEP_DEREGISTER,             /* name, driver */
    HA_STEP_SET_OPERATION_STATUS,   /* nt_status: into *OperationStatus, and kept by the driver */
    HA_STEP_MODIFY_CONTEXT,         /* write into the change context, which is forbidden (CTX-3) */
    HA_STEP_QUERY,                  /* routine, argument */
    HA_STEP_WAIT,                   /* name: an event of the machine, made at its first use */
    HA_STEP_SIGNAL,                 /* name */
    HA_STEP_RETURN,                 /* nt_status: leaves the list; entries return it */
    HA_STEP_KIND_COUNT
};

struct ha_step {
    enum ha_step_kind kind;
    const char *name;           /* of the registration or event */
    const char *driver;         /* DEREGISTER: whose registration, NULL for the driver's own */
    uint32_t flags;             /* REGISTER: as KeRegisterProcessorChangeCallback takes them */
    bool null_function;         /* REGISTER: pass a NULL CallbackFunction (REG-8) */
    int32_t nt_status;
    uint32_t routine;           /* QUERY: enum ha_routine */
    uint32_t argument;          /* QUERY: group, index, or Group << 16 | Number */
};

struct ha_steps {
    const struct ha_step *step;
    size_t count;
};

/* What a callback does in one situation. */
struct ha_handler {
    const char *callback;       /* the registration's name */
    int state;                  /* enum ha_state, or HA_ANY_STATE */
    int32_t processor;          /* systemwide index, or HA_ANY_PROCESSOR */
    uint32_t times;             /* how often it applies, counted from the first; 0 for always */
    struct ha_steps steps;
};

struct ha_script {
    const char *name;
    struct ha_steps entry;
    const struct ha_handler *handler;
    size_t handler_count;
    struct ha_steps unload;
    bool has_unload;                /* false: remove all that was registered */
    bool entry_ignores_errors;
};

#endif
