/*
 * hotadd/record_driver.h - write what a driver sees as a trace that `hotadd check` judges
 *
 * For code inside a real driver on a real machine, and for any other: this header, record_line.h
 * and record_pnp.h are all there is of it. They need no other one, allocate nothing, and are C as
 * of 1989 but for 64-bit integers, and C++. A recorder is a structure of the driver's own
 * with two functions of the driver's own: one prints a line, with DbgPrint for instance, the other
 * says what is true at the moment. What the driver is told and what it answers are calls of the
 * functions below, each of which makes one line of at most 511 characters: DbgPrint takes as many.
 *
 *     static PROCESSOR_CALLBACK_FUNCTION Changed;  ...
 *
 *     call.registration = 1; call.state = ChangeContext->State; ...
 *     ha_recorder_call_enter(&Recorder, &call);
 *     ...                                     what the callback does
 *     call.op_status = *OperationStatus;
 *     ha_recorder_call_leave(&Recorder, &call);
 *
 * Ids (of registrations, entries, instances, blocks) are small numbers of the driver's own choice,
 * from 1, each used for one thing. scenarios/drivers/probe.c is a driver that records itself.
 *
 * The recorder needs no lock, and may be called by several threads at once where both functions of
 * the driver may. Lines are made on the stack. A call belongs to the registration that is under
 * way if it comes on the thread that registers, and otherwise to an add, even when it comes before
 * the end of the registration has been recorded. What ha_recorder_call_enter() works out about
 * adds lies in the recorder: Windows calls processor-change callbacks one after another, and none
 * once each of them is deregistered.
 */
#ifndef HOTADD_RECORD_DRIVER_H
#define HOTADD_RECORD_DRIVER_H

#include "hotadd/record_line.h"
#include "hotadd/record_pnp.h"

/* How an add ends in which second calls are missing, and nobody refused: STATUS_UNSUCCESSFUL. */
#define HA_RECORDER_MISSING 0xC0000001u

/*
 * A call of a processor-change callback. The driver fills it in but for the last two members, and
 * sets `op_status` anew before the call is left.
 */
struct ha_recorder_call {
    unsigned long registration;
    unsigned long state;            /* KE_PROCESSOR_CHANGE_NOTIFY_STATE */
    unsigned long nt_number;        /* NtNumber */
    unsigned long group, number, reserved;      /* ProcNumber */
    unsigned long status;           /* of the context, as 32 bits */
    unsigned long op_status;        /* *OperationStatus, as 32 bits */
    unsigned long operation;        /* by ha_recorder_call_enter(): the add or registration */
    int existing;                   /* by ha_recorder_call_enter(): it is the registration */
};

/*
 * Give a name to the driver ("driver", 1), a registration ("registration", its id) or an entry of
 * PnP notification ("entry"). At most 32 characters, without quotes and backslashes.
 */
HA_RECORDER_FUNCTION void ha_recorder_name(struct ha_recorder *recorder, const char *what,
                                           unsigned long id, const char *name)
{
    struct ha_recorder_text text;

    ha_recorder_open(recorder, &text, "NAME", id);
    ha_recorder_word(&text, "namespace", what);
    ha_recorder_word(&text, "text", name);
    ha_recorder_close(recorder, &text);
}

/*
 * Begin a trace, and name the driver in it. This comes first.
 *
 *   groups, active, maximum  KeQueryActiveGroupCount, and both counts of ALL_PROCESSOR_GROUPS
 */
HA_RECORDER_FUNCTION void ha_recorder_begin(struct ha_recorder *recorder, const char *driver,
                                            unsigned long groups, unsigned long active,
                                            unsigned long maximum)
{
    struct ha_recorder_text text;
    unsigned i;

    for (i = 0; i < HA_RECORDER_AT_ONCE; i++)
        recorder->registering[i] = recorder->entering[i] = 0;
    recorder->add = 0;
    recorder->open = 0;
    ha_recorder_open(recorder, &text, "TRACE_BEGIN", 0);
    ha_recorder_member(&text, "format", 1);
    ha_recorder_word(&text, "maker", "other");
    ha_recorder_member(&text, "groups", groups);
    ha_recorder_member(&text, "processors", active);
    ha_recorder_member(&text, "maximum", maximum);
    ha_recorder_close(recorder, &text);
    ha_recorder_name(recorder, "driver", 1, driver);
}

/*
 * The partition, before anything else happens: each group with KeQueryMaximumProcessorCountEx of
 * it, and each processor that is active, by its systemwide index. Without them less is judged.
 */
HA_RECORDER_FUNCTION void ha_recorder_group(struct ha_recorder *recorder, unsigned long group,
                                            unsigned long maximum)
{
    struct ha_recorder_text text;

    ha_recorder_open(recorder, &text, "GROUP", group);
    ha_recorder_member(&text, "maximum", maximum);
    ha_recorder_close(recorder, &text);
}

/* ,"ProcNumber":{...} */
HA_RECORDER_FUNCTION void ha_recorder_place(struct ha_recorder_text *text, unsigned long group,
                                            unsigned long number, unsigned long reserved)
{
    ha_recorder_put(text, ",\"ProcNumber\":{\"group\":");
    ha_recorder_put_number(text, group, 10, 1);
    ha_recorder_member(text, "number", number);
    ha_recorder_member(text, "reserved", reserved);
    ha_recorder_put(text, "}");
}

HA_RECORDER_FUNCTION void ha_recorder_processor(struct ha_recorder *recorder, unsigned long index,
                                                unsigned long group, unsigned long number)
{
    struct ha_recorder_text text;

    ha_recorder_open(recorder, &text, "PROCESSOR", index);
    ha_recorder_place(&text, group, number, 0);
    ha_recorder_close(recorder, &text);
}

/* The trace is complete; a driver records this as the last thing that it does in Unload. */
HA_RECORDER_FUNCTION void ha_recorder_end(struct ha_recorder *recorder)
{
    struct ha_recorder_text text;

    ha_recorder_open(recorder, &text, "TRACE_END", 0);
    ha_recorder_word(&text, "ending", "normally");
    ha_recorder_close(recorder, &text);
}

HA_RECORDER_FUNCTION void ha_recorder_entry_enter(struct ha_recorder *recorder)
{
    ha_recorder_plain(recorder, "DRV_ENTRY_ENTER", 1);
}

HA_RECORDER_FUNCTION void ha_recorder_entry_leave(struct ha_recorder *recorder,
                                                  unsigned long status)
{
    ha_recorder_status(recorder, "DRV_ENTRY_LEAVE", 1, status);
}

/*
 * An add has ended as far as the driver can see. One in which second calls are missing ends with
 * the error that a Start call reported, which is what stopped it.
 */
HA_RECORDER_FUNCTION void ha_recorder_add_end(struct ha_recorder *recorder,
                                              const struct ha_recorder_stamp *stamp,
                                              unsigned long status)
{
    struct ha_recorder_text text;

    recorder->open = 0;
    ha_recorder_open_at(&text, stamp, "ADD_END", recorder->add);
    ha_recorder_hex(&text, "status", status & 0xffffffffu, 8);
    ha_recorder_close(recorder, &text);
}

HA_RECORDER_FUNCTION void ha_recorder_unload_enter(struct ha_recorder *recorder)
{
    ha_recorder_plain(recorder, "UNLOAD_ENTER", 1);
}

/* An add may go on until the last callback is removed; one that still seems to has ended. */
HA_RECORDER_FUNCTION void ha_recorder_unload_leave(struct ha_recorder *recorder)
{
    struct ha_recorder_stamp stamp;

    if (recorder->open) {
        ha_recorder_look(recorder, &stamp);
        ha_recorder_add_end(recorder, &stamp, recorder->refusal);
    }
    ha_recorder_plain(recorder, "UNLOAD_LEAVE", 1);
}

/* Around KeRegisterProcessorChangeCallback. `function`: any number but 0 for what is not NULL. */
HA_RECORDER_FUNCTION void ha_recorder_register_enter(struct ha_recorder *recorder,
                                                     unsigned long registration,
                                                     unsigned long function, unsigned long flags)
{
    struct ha_recorder_stamp stamp;
    struct ha_recorder_text text;

    ha_recorder_look(recorder, &stamp);
    ha_recorder_open_at(&text, &stamp, "REG_ENTER", registration);
    ha_recorder_member(&text, "function", function);
    ha_recorder_member(&text, "flags", flags);
    ha_recorder_close(recorder, &text);
    ha_recorder_inside(recorder->registering, registration, stamp.thread);
}

/* `stands`: whether a handle came back. */
HA_RECORDER_FUNCTION void ha_recorder_register_return(struct ha_recorder *recorder,
                                                      unsigned long registration, int stands)
{
    struct ha_recorder_text text;

    ha_recorder_outside(recorder->registering, registration);
    ha_recorder_open(recorder, &text, "REG_RETURN", registration);
    if (stands)
        ha_recorder_member(&text, "handle", registration);
    else
        ha_recorder_put(&text, ",\"handle\":null");
    ha_recorder_close(recorder, &text);
}

/* Around KeDeregisterProcessorChangeCallback. */
HA_RECORDER_FUNCTION void ha_recorder_deregister_enter(struct ha_recorder *recorder,
                                                       unsigned long registration)
{
    ha_recorder_plain(recorder, "DEREG_ENTER", registration);
}

HA_RECORDER_FUNCTION void ha_recorder_deregister_return(struct ha_recorder *recorder,
                                                        unsigned long registration)
{
    ha_recorder_plain(recorder, "DEREG_RETURN", registration);
}

/* The members by which ENTER and LEAVE of a call are known. */
HA_RECORDER_FUNCTION void ha_recorder_call_head(struct ha_recorder_text *text,
                                                const struct ha_recorder_stamp *stamp,
                                                const char *event,
                                                const struct ha_recorder_call *call)
{
    ha_recorder_open_at(text, stamp, event, call->registration);
    ha_recorder_word(text, "client", "ke");
    ha_recorder_flag(text, "existing", call->existing);
    ha_recorder_word(text, "State", call->state == 0   ? "KeProcessorAddStartNotify"
                                    : call->state == 1 ? "KeProcessorAddCompleteNotify"
                                                       : "KeProcessorAddFailureNotify");
}

/*
 * An add begins, for the driver, with a Start call for a processor while none is going on, and
 * ends when as many second calls have been made as Start calls. In truth it begins earlier and
 * ends later. `stamp` is for the next line, before and after.
 */
HA_RECORDER_FUNCTION void ha_recorder_see_add(struct ha_recorder *recorder,
                                              struct ha_recorder_stamp *stamp,
                                              const struct ha_recorder_call *call)
{
    unsigned long bit = call->registration < 32 ? 1ul << call->registration : 0;
    struct ha_recorder_text text;

    if (call->state == 0 && recorder->open
        && (recorder->ended || recorder->add_index != call->nt_number || (recorder->heard & bit))) {
        ha_recorder_add_end(recorder, stamp, recorder->refusal);
        ha_recorder_look(recorder, stamp);
    }
    if (!recorder->open) {
        recorder->open = 1;
        recorder->add++;
        recorder->add_index = call->nt_number;
        recorder->started = recorder->ended = recorder->heard = 0;
        recorder->refusal = HA_RECORDER_MISSING;
        ha_recorder_open_at(&text, stamp, "ADD_BEGIN", recorder->add);
        ha_recorder_put(&text, ",\"group\":null,\"number\":null,\"node\":null");
        ha_recorder_close(recorder, &text);
        ha_recorder_look(recorder, stamp);
    }
    recorder->heard |= bit;
    recorder->started += call->state == 0;
    recorder->ended += call->state != 0;
}

/* The first thing that a processor-change callback does. */
HA_RECORDER_FUNCTION void ha_recorder_call_enter(struct ha_recorder *recorder,
                                                 struct ha_recorder_call *call)
{
    struct ha_recorder_stamp stamp;
    struct ha_recorder_text text;

    ha_recorder_look(recorder, &stamp);
    call->existing = ha_recorder_is_inside(recorder->registering, call->registration, stamp.thread);
    if (!call->existing)
        ha_recorder_see_add(recorder, &stamp, call);
    call->operation = call->existing ? call->registration : recorder->add;
    ha_recorder_call_head(&text, &stamp, "CB_ENTER", call);
    ha_recorder_member(&text, "operation", call->operation);
    ha_recorder_member(&text, "NtNumber", call->nt_number);
    ha_recorder_place(&text, call->group, call->number, call->reserved);
    ha_recorder_hex(&text, "ctx_status", call->status & 0xffffffffu, 8);
    ha_recorder_hex(&text, "op_in", call->op_status & 0xffffffffu, 8);
    ha_recorder_close(recorder, &text);
}

/* The last thing that it does. */
HA_RECORDER_FUNCTION void ha_recorder_call_leave(struct ha_recorder *recorder,
                                                 const struct ha_recorder_call *call)
{
    struct ha_recorder_stamp stamp;
    struct ha_recorder_text text;

    ha_recorder_look(recorder, &stamp);
    ha_recorder_call_head(&text, &stamp, "CB_LEAVE", call);
    ha_recorder_hex(&text, "op_out", call->op_status & 0xffffffffu, 8);
    ha_recorder_close(recorder, &text);
    if (!call->existing && call->state == 0 && (call->op_status & 0xffffffffu) >= 0xC0000000u)
        recorder->refusal = call->op_status;
    if (!call->existing && recorder->open && call->state != 0
        && recorder->ended >= recorder->started) {
        ha_recorder_look(recorder, &stamp);
        ha_recorder_add_end(recorder, &stamp, call->state == 1 ? 0 : call->status);
    }
}

/*
 * A question that was answered, by the name of the routine: KeQueryActiveProcessorCountEx for
 * instance. Results and outputs are numbers; a PROCESSOR_NUMBER is Group << 16 | Number.
 */
HA_RECORDER_FUNCTION void ha_recorder_query(struct ha_recorder *recorder, const char *routine,
                                            unsigned long argument, ha_recorder_number result,
                                            ha_recorder_number output)
{
    struct ha_recorder_text text;

    ha_recorder_open(recorder, &text, "QUERY", 0);
    ha_recorder_word(&text, "routine", routine);
    ha_recorder_member(&text, "argument", argument);
    ha_recorder_hex(&text, "result", result, 1);
    ha_recorder_hex(&text, "output", output, 1);
    ha_recorder_close(recorder, &text);
}

/* Pool that was taken outside callbacks, or inside of `call` that was entered; and given back. */
HA_RECORDER_FUNCTION void ha_recorder_taken(struct ha_recorder *recorder, unsigned long block,
                                            ha_recorder_number size,
                                            const struct ha_recorder_call *call)
{
    struct ha_recorder_text text;

    ha_recorder_open(recorder, &text, "ALLOC", block);
    ha_recorder_member(&text, "size", size);
    if (call) {
        ha_recorder_member(&text, "registration", call->registration);
        ha_recorder_member(&text, "State", call->state);
    } else {
        ha_recorder_put(&text, ",\"registration\":null,\"State\":null");
    }
    ha_recorder_member(&text, "operation", call ? call->operation : 0);
    ha_recorder_flag(&text, "existing", call && call->existing);
    ha_recorder_member(&text, "NtNumber", call ? call->nt_number : 0);
    ha_recorder_close(recorder, &text);
}

HA_RECORDER_FUNCTION void ha_recorder_given_back(struct ha_recorder *recorder, unsigned long block)
{
    ha_recorder_plain(recorder, "FREE", block);
}

#endif
