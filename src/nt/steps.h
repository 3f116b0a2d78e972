/*
 * steps - plays a list of steps for a scripted driver
 */
#ifndef HA_NT_STEPS_H
#define HA_NT_STEPS_H

#include "nt/belongings.h"

/* Where a list of steps is played. Steps change it as they go. */
struct ha_stage {
    struct ha_driver *driver;
    PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT context;    /* in a processor-change callback, else NULL */
    KE_PROCESSOR_CHANGE_NOTIFY_CONTEXT as_given;    /* the same before steps scribbled on it; or
                                                       the processor that a PnP callback hears of */
    PNTSTATUS operation_status;
    const struct ha_turn *turn;     /* the innermost FOR_EACH; NULL for none */
    bool stops_at_errors;           /* the first step that fails ends it */
    bool returned;                  /* by a RETURN */
    bool failed;                    /* by a step that failed */
    NTSTATUS status;                /* that it returned, or that the step failed with */
};

/* Steps follow one another until one returns, or fails where that ends the list. */
void ha_steps_play(struct ha_stage *stage, const struct ha_steps *steps);

/*
 * Undo what a driver did: its registrations go, the newest first, then what would run later,
 * then the interfaces that it published, then its memory.
 */
void ha_steps_undo(struct ha_driver *driver);

/* A callback of that registration is called: the handlers that apply are played. */
void ha_steps_answer(struct ha_stage *stage, const struct ha_own_registration *registration,
                     const struct ha_called *call);

/* The callback of every processor-change registration that a script makes. */
VOID NTAPI ha_steps_callback(PVOID CallbackContext,
                             PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext,
                             PNTSTATUS OperationStatus);

#endif
