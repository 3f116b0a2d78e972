/*
 * records - traces written down as text, for the tests of the judge
 *
 * A text is a list of statements, each ended by `;`. Registrations are A B C X (ids 1 to 4) of the
 * drivers a b c x (1 to 4); PnP entries are P Q V W (1 to 4) of the same drivers; threads are
 * T caller, H hot-add, S and R system, D DPC, N PnP (1 to 6).
 * A statement may begin with its thread; otherwise adds run on H and all else on S.
 *
 *   partition 8:4 4:0   maximum:active of each group; 8:4 when it is not said   } these come
 *   nodes 0:0:0xf ...   places of each node: node:group:mask; none when it is not said
 *   set KNOB=VALUE ...  knobs that differ from the preset "documented"            } before all
 *   foreign             a trace that somebody else made                           } others
 *   reg A [+]        registering, whole; with + also the calls for existing processors
 *   reg> A [+]       REG_ENTER            lock A   REG_LOCKED       reg< A [null]   REG_RETURN
 *   refused REASON   fault                irql, null, inside, flags
 *   dereg A          removing, whole
 *   dereg> A         DEREG_ENTER          dereg! A  DEREG_LOCKED    dereg< A        DEREG_RETURN
 *   misuse KIND [ARGUMENT]    stale, unknown, null, irql, self; overrun, nothing, block, order
 *                    gone, reference, queued, inuse, paged, low, unaligned, unknowntag, pagedpool,
 *                    beyondmemory, beyondbitmap,
 *                    context, clientcontext
 *   A S  A C  A F    Start, Complete, Failure of the add; A ES 2 the same for existing processor 2
 *   A> S   A< S      CB_ENTER and CB_LEAVE alone
 *   dead A           DEAD_CALL
 *   unit N  unit< N  add  hw  active  sched  end     the add; hw and end take a status
 *   hot A B ...      a whole add that succeeds
 *   enter a  leave a [STATUS]  ask a [STATUS]  unload a  unloaded a  freed a
 *   query ROUTINE ARGUMENT RESULT [OUTPUT]         relation group|node ID MASK   RELATION
 *   take BLOCK BYTES [in=A]  ALLOC, in the callback A that was entered last      give BLOCK  FREE
 *   wait             WAIT_BEGIN, which blocks with blocked=1
 *   thread> ID  thread< ID     THREAD_START, THREAD_END
 *   work+ ID  work> ID  work< ID     WORK_QUEUED, WORK_ENTER, WORK_LEAVE
 *   affinity ROUTINE ASKED AFTER [PREVIOUS]    AFFINITY, each as GROUP:MASK; set, revert, setex,
 *                    revertex, setold, revertold
 *   aim ex|old DPC NUMBER TARGET [STATUS]      DPC_TARGET
 *   queue DPC TARGET [waits] [timer]           DPC_INSERT      drop DPC TARGET [driver]   DPC_DROP
 *   run> DPC CPU     run< DPC CPU              DPC_RUN_ENTER, DPC_RUN_LEAVE, on D at DISPATCH_LEVEL
 *   ipi> ID  ipi< ID  device> ID  device< ID   IPI_ and ADD_DEVICE_ENTER, _LEAVE
 *   reinit> COUNT  reinit< COUNT  REINIT_ENTER, REINIT_LEAVE
 *   left KIND ID     LEFT_BEHIND: timer, dpc, work, device, handle, lookaside, object, removelock,
 *                    mdl
 *   open system|other|none [STATUS]   EX_CREATE; lost is STATUS_OBJECT_NAME_NOT_FOUND
 *   client A [null|other]    EX_REG, of \Callback\ProcessorAdd or a driver's object; A's calls are
 *                    then those of a client of the object
 *   unclient A [waits]  EX_UNREG          notify a [other]   EX_NOTIFY
 *   client> A        EX_CALL_ENTER        client< A          EX_CALL_LEAVE
 *   order WANTED HELD [shares=1] [shared=1] [besides=ID]   LOCK_ORDER: of locks by their ids, calls
 *                    of a registration r1, of an entry e1; it will share the one, it shares the other
 *   stuck THREAD [HOLDER]     DEADLOCK, of that waiter
 *   memory BASE SIZE    MEMORY           limits PAGED NONPAGED   POOL_LIMITS
 *   budget NS        BUDGET, of callbacks
 *   mem> BASE SIZE   MEM_ADD_BEGIN    online BASE SIZE   MEM_ONLINE
 *   mem< [STATUS] [PAGED NONPAGED]    MEM_ADD_END
 *   free PAGES LOW HIGH    FREE_PAGES    signal high|low  EVENT_SET    clear high|low  EVENT_CLEAR
 *   instance ID [CLASS] [DEVICE]     INTERFACE        started ...  DEVICE_STARTED
 *   up ...           IFACE_UP         down ...         IFACE_DOWN; CLASS: processor (index ID - 1
 *                    when it is not said), memory, panel (a driver's own)
 *   enable ID [STATUS [register]]  disable ID [STATUS]     IFACE_SET, of the routine that registers
 *   pnp P [+]        registering, whole, without calls; + includes existing instances
 *   pnp> P [+]       PNP_REG_ENTER    ref+ P   REF     pnp< P [STATUS]   PNP_REG_RETURN
 *   unpnp P [ex]     removing, whole; by the Ex routine
 *   unpnp> P [ex]    PNP_UNREG_ENTER  unpnp< P [ex] [STATUS]  PNP_UNREG_RETURN   ref- P   REF
 *   P A 5  P R 5     Arrival, Removal of the instance 5, as PNP_CB_CALL; after it may come how it
 *                    is told: replay, second, late. Without, it is live
 *   P> A 5           PNP_CB_ENTER     P< [STATUS]      PNP_CB_LEAVE
 *   untold P A 5     PNP_DEAD_CALL
 *   rebalance> [memory]  rebalance<     REB_BEGIN, REB_END; of a memory add
 *   choice delivery|twice|early|late ANSWER [P]        CHOICE, about that entry
 *   over [deadlock]  TRACE_END         place ID   NAME of a place, m.so+0x and its id
 *
 * A status is 0, I (insufficient resources), T (time-out), P (pending), U (unsuccessful) or a
 * number. What follows as name=value changes the record: id irql cpu active skip (records that
 * are missing before it) fn ctx flags handle group number node unit kind in out st nt at
 * (group.number) state res aff op lirql laff regions changed split of (routine) tag count maximum
 * accepted to (target of a run) create called class category version size cause place (of the
 * driver's call) ns (simulated time).
 * Without it the record is as it should be.
 */
#ifndef HA_TESTS_RECORDS_H
#define HA_TESTS_RECORDS_H

#include <stdbool.h>

#include "hotadd/profile.h"
#include "core/trace.h"

struct records {
    struct ha_record *record;
    size_t count, room;
    uint64_t seq;
    bool introduced;                    /* TRACE_BEGIN and its companions are written */
    uint16_t maker;
    struct ha_profile profile;
    uint16_t active;
    uint16_t group_count;
    uint32_t node_count;
    uint64_t node_mask[4][4];           /* by node and group */
    uint32_t group_maximum[4];
    uint64_t group_mask[4];
    struct { uint16_t group; uint8_t number; } place[32];
    uint8_t regions[8];                 /* by thread */
    bool is_client[8];                  /* registrations with a callback object */
    struct ha_record entered[8];        /* by registration: its latest CB_ENTER */
    uint32_t references[8];             /* by driver: those that its PnP entries hold */
    uint32_t told_on[8];                /* by PnP entry: the thread of its latest PNP_CB_ENTER */
    uint32_t add, unit;
    uint16_t index, group;              /* of the processor that is being added */
    uint8_t number;
    int32_t variable, first_error, final, hw_error;
};

/* Make the records of a trace. A text that cannot be read ends the test program. */
void records_make(struct records *records, const char *text);
void records_close(struct records *records);

#endif
