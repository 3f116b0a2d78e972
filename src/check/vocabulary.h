/*
 * vocabulary - the members of every kind of record, and what JSON Lines call them
 *
 * One table for whoever writes a trace as text and whoever reads it back.
 *
 * Format version 1 (TRACE_BEGIN.format). A line is one JSON object. It begins with the fields
 * of every record:
 *
 *   seq t event thread processor irql regions driver active id
 *
 * t is simulated time in ns; id says what the record is about, by kind: a registration for
 * REG_, DEREG_, CB_ and DEAD_CALL, an add for ADD_, HW_START, ACTIVE and SCHED, a unit for UNIT_,
 * a memory add for MEM_, a lock or object for WAIT_ and DEADLOCK, otherwise the number of the
 * thing itself. The fields of the kind follow, in this order:
 *
 *   TRACE_BEGIN      format maker preset scenario_hash profile_hash groups nodes processors maximum
 *   KNOB             knob value
 *   GROUP            maximum active_mask
 *   NODE             group mask
 *   PROCESSOR        ProcNumber
 *   MEMORY, MEM_ADD_BEGIN, MEM_ONLINE   base size
 *   BUDGET           callback_ns
 *   POOL_LIMITS      paged nonpaged
 *   NAME             namespace text more
 *   THREAD           kind affinity_group affinity_mask
 *   CHOICE           kind answer options label
 *   TRACE_END        ending status
 *   DRV_ENTRY_LEAVE, UNLOAD_REQ, HW_START, ADD_END, THREAD_END, ADD_DEVICE_LEAVE   status
 *   REG_ENTER        function context flags [place]
 *   REG_RETURN       function context flags handle
 *   CB_ENTER, DEAD_CALL  client operation existing context State NtNumber ProcNumber ctx_status
 *                    op_in affinity_group affinity_mask
 *   CB_LEAVE         client existing State op_out context_changed affinity_group affinity_mask
 *   UNIT_BEGIN, UNIT_END  processors
 *   ADD_BEGIN        unit group number node affinity_group affinity_mask
 *   ACTIVE, SCHED    NtNumber ProcNumber
 *   ALLOC            size tag registration operation existing State NtNumber [place]
 *   FREE             size tag
 *   THREAD_START, WORK_QUEUED   [place]
 *   QUERY            routine argument result output [place]
 *   RELATION         kind group active_count maximum active_mask
 *   WAIT_BEGIN, WAIT_END, DEADLOCK   holder waiter timeout_ns blocked reason
 *   REFUSED          routine reason [place]
 *   MISUSE           routine misuse argument [place]
 *   FAULT            routine
 *   DEBUG_PRINT      component level text more
 *   BUGCHECK         code parameter1 parameter2 parameter3 parameter4
 *   AFFINITY         routine accepted asked_group asked_mask new_group new_mask has_output
 *                    output_group output_mask
 *   DPC_TARGET       routine asked status target group number
 *   DPC_INSERT       target group number importance result by_timer waits [place]
 *   DPC_DROP         target group number by_driver
 *   DPC_RUN_ENTER, DPC_RUN_LEAVE   target group number
 *   LEFT_BEHIND      what [place]
 *   CRASH            signal exit_code
 *   MEM_ADD_END      status paged nonpaged
 *   FREE_PAGES       free low high
 *   EVENT_SET, EVENT_CLEAR  condition
 *   INTERFACE, DEVICE_STARTED, IFACE_UP   class device unit cause
 *   PNP_REG_ENTER    category flags class function context [place]
 *   PNP_REG_RETURN, PNP_CB_LEAVE   status
 *   PNP_UNREG_ENTER  ex
 *   PNP_UNREG_RETURN ex status
 *   PNP_CB_ENTER, PNP_DEAD_CALL   notification interface function context Version Size live replay
 *                    second late
 *   REF              change count entry
 *   EX_CREATE        name named create multiple status processor_add
 *   EX_REG           object function context handle processor_add [place]
 *   EX_UNREG         waits
 *   EX_NOTIFY        called processor_add
 *   LOCK_ORDER       wants shared held has held_shared other1 other2 other3 other4
 *                    [place]
 *
 * The other kinds have none. CB_CALL is not written: its line pair is CB_ENTER, CB_LEAVE;
 * nor is PNP_CB_CALL.
 * ALLOC was made in the call that registration, operation, State and NtNumber name; outside any
 * State is null, and the others say nothing. The argument of a query is a number as its routine
 * takes it (Group << 16 | Number for KeGetProcessorIndexFromNumber), but for
 * KeQueryLogicalProcessorRelationship an object: {"relation":"RelationGroup",
 * "processor_given":false,"buffer_given":true}, of which the last two say that ProcessorNumber,
 * and Information, were not NULL. That of MmGetSystemRoutineAddress is the routine's place in the
 * order of names, from 1; 0 is none.
 *
 * The target of a DPC is an index; null is the current processor, or a number that has none.
 *
 * A place is the id of a NAME: where in a driver's code the routine was called. Where nobody knows
 * it, the member is not there.
 *
 * How a value is written is told by its shape, below. A name longer than one record goes on in
 * the next NAME of the same namespace and id while `more` is true; a message likewise, in the next
 * DEBUG_PRINT, whose id numbers the messages.
 *
 * What a judge has found follows TRACE_END. These lines are no records: they have no seq, and a
 * reader that judges for itself passes over them.
 *
 *   VIOLATION, NOTE  event rule severity record count driver call expected seen [place] [from]
 *
 * severity is "error" or "warning" for a VIOLATION and "note" for a NOTE; record is the seq of
 * the record that shows it, the first of `count`; driver is 0 where it is the kernel's or
 * nobody's; call, expected and seen are words, and may be "". place is MODULE+OFFSET, where the
 * driver called what this is about, and from the function, file and line there; each is left out
 * when it is not known.
 */
#ifndef HA_CHECK_VOCABULARY_H
#define HA_CHECK_VOCABULARY_H

#include <stddef.h>
#include <stdint.h>

#include "core/trace.h"

enum ha_shape {
    HA_SHAPE_NUMBER,        /* 4; "9007199254740993" from where a double cannot hold it */
    HA_SHAPE_OR_NULL,       /* as NUMBER; null when all bits are set: no group, for ever */
    HA_SHAPE_HANDLE,        /* as NUMBER; null for 0 */
    HA_SHAPE_IF_ANY,        /* as NUMBER; left out for 0 */
    HA_SHAPE_HEX,           /* "0x1f" */
    HA_SHAPE_STATUS,        /* "STATUS_SUCCESS"; "0xC1234567" when the code has no name */
    HA_SHAPE_WORD,          /* "hot-add", from `word`; as NUMBER when it has no name */
    HA_SHAPE_WORD_OR_NULL,  /* as WORD; null when all its bits are set */
    HA_SHAPE_TAG,           /* "Perp"; "0x0100424d" when one of its letters cannot be printed */
    HA_SHAPE_RELATION,      /* an object, see above */
    HA_SHAPE_FLAG,          /* true or false */
    HA_SHAPE_SIGNED,        /* -1, of 32 bits */
    HA_SHAPE_GUID,          /* "{97fadb10-4e33-40ae-359c-8bef029dbdd0}" */
    HA_SHAPE_PLACE,         /* {"group":0,"number":4,"reserved":0} */
    HA_SHAPE_TEXT,          /* "calm"; an array of bytes when they are no UTF-8 by themselves */
    HA_SHAPE_KNOB_VALUE,    /* as WORD, by the knob in the record's id */
    HA_SHAPE_ANSWER,        /* as NUMBER, HEX, STATUS or RELATION, by the query's routine */
    HA_SHAPE_SEQUENCE       /* as NUMBER, of 48 bits in two members */
};

struct ha_field {
    const char *name;
    enum ha_shape shape;
    uint8_t size;                           /* of the member in struct ha_record, bytes */
    uint8_t bits;                           /* the field's part of a one-byte member; 0 for all */
    uint16_t offset;                        /* of the member */
    const char *(*word)(unsigned number);   /* WORD: NULL for a number without a name */
};

/* The fields that begin every line. */
const struct ha_field *ha_fields_of_all(size_t *count);
/* The fields of a kind; none for a kind that is not known. */
const struct ha_field *ha_fields_of_kind(unsigned kind, size_t *count);
/* What a field holds, as an unsigned number. Not for PLACE, GUID and TEXT. */
uint64_t ha_field_value(const struct ha_field *field, const struct ha_record *record);

/* What a query is given and gives back: the shapes of its result, output and argument. */
struct ha_answer {
    enum ha_shape result, output, argument;
};
struct ha_answer ha_answer_of(unsigned routine);
/* The shape that a field of shape ANSWER has for a routine. */
enum ha_shape ha_answer_shape(const struct ha_field *field, unsigned routine);

/* The argument of KeQueryLogicalProcessorRelationship. */
#define HA_RELATION_ASKED(argument) ((argument) & 0x3fffffffu)
#define HA_RELATION_OF_PROCESSOR 0x80000000u    /* ProcessorNumber was given */
#define HA_RELATION_INTO_BUFFER 0x40000000u     /* Information was given */

/* The ENTER and the LEAVE that a CB_CALL, or a PNP_CB_CALL, stands for. */
void ha_record_split(const struct ha_record *call, struct ha_record out[2]);

#endif
