/*++

Module Name:

    mob.h

Abstract:

    A driver whose threads do everything at once that a driver may do, each in an order of its own,
    while others like it are loaded and unloaded and processors and memory come.

    What it does is right. It counts what it does in plain variables, each behind another lock, and
    stops the system when a count is wrong.

Environment:

    Kernel mode

--*/

#include <ntddk.h>

#define MOB_TAG 'boMH'

#define MOB_MEMBERS 4

//
// More than the machines of round.c can hold.
//
#define MOB_PROCESSORS 16

DEFINE_GUID(GUID_DEVINTERFACE_MOB, 0x5e1c9d2a, 0x7b40, 0x4f6e, 0x9a, 0x33, 0x0c, 0xd8, 0x71, 0x24,
            0xb5, 0xe6);

//
// Something is wrong that cannot be, unless the system is: its number is the line.
//
#define MOB_CHECK(_Expression)                                                                    \
    ((_Expression) ? (void)0 : KeBugCheckEx(0xE2, __LINE__, 0, 0, 0))

//
// What a lock protects, and how often that was done. The second count orders nothing.
//
typedef struct _GUARDED {
    ULONG Count;
    LONG Times;
} GUARDED, *PGUARDED;

typedef enum _GUARD {
    GuardSpinLock,
    GuardQueuedSpinLock,
    GuardSharedSpinLock,
    GuardFastMutex,
    GuardGuardedMutex,
    GuardMutex,
    GuardPushLock,
    GuardResource,
    GuardSemaphore,
    GuardEvent,
    GuardMaximum
} GUARD;

//
// What threads hand to each other.
//
typedef struct _PARCEL {
    SLIST_ENTRY Entry;
    LIST_ENTRY Link;
    ULONG Value[4];
} PARCEL, *PPARCEL;

typedef struct _MOB MOB, *PMOB;

typedef struct _MEMBER {
    PMOB Mob;
    PKTHREAD Thread;
    ULONG64 Random;
} MEMBER, *PMEMBER;

struct _MOB {
    PDRIVER_OBJECT DriverObject;
    PDEVICE_OBJECT Device;
    PDEVICE_OBJECT Function;
    PDEVICE_OBJECT LowerDevice;
    UNICODE_STRING Link;
    BOOLEAN Enabled;
    KEVENT LinkLock;
    ULONG Seed;
    ULONG Turns;
    KEVENT Stop;
    MEMBER Member[MOB_MEMBERS];
    PVOID Handle;
    GUARDED Changes;

    GUARDED Guarded[GuardMaximum];
    KSPIN_LOCK SpinLock;
    KSPIN_LOCK QueuedSpinLock;
    EX_SPIN_LOCK SharedSpinLock;
    FAST_MUTEX FastMutex;
    KGUARDED_MUTEX GuardedMutex;
    KMUTEX Mutex;
    EX_PUSH_LOCK PushLock;
    ERESOURCE Resource;
    KSEMAPHORE Semaphore;
    KEVENT Event;
    EX_RUNDOWN_REF Rundown;
    IO_REMOVE_LOCK RemoveLock;

    SLIST_HEADER Parcels;
    LIST_ENTRY ParcelList;
    KSPIN_LOCK ParcelLock;
    NPAGED_LOOKASIDE_LIST Lookaside;
};

typedef VOID MOB_TASK(_Inout_ PMEMBER Member);
typedef MOB_TASK *PMOB_TASK;

PMOB
MobOf(
    _In_ PDRIVER_OBJECT DriverObject
    );

//
// A number below Limit, of the member's own.
//
ULONG
MobRandom(
    _Inout_ PMEMBER Member,
    _In_ ULONG Limit
    );

//
// A relative time of 0 to 3 milliseconds.
//
LARGE_INTEGER
MobSoon(
    _Inout_ PMEMBER Member
    );

NTSTATUS
MobStartThread(
    _In_ PKSTART_ROUTINE StartRoutine,
    _In_opt_ PVOID StartContext,
    _Out_ PKTHREAD *Thread
    );

VOID
MobWaitForThread(
    _In_ PKTHREAD Thread
    );

VOID
MobMakeLocks(
    _Inout_ PMOB Mob
    );

//
// All members have ended: the counts agree, and nothing is left.
//
VOID
MobEndLocks(
    _Inout_ PMOB Mob
    );

DRIVER_ADD_DEVICE MobAddDevice;

VOID
MobEndDevice(
    _Inout_ PMOB Mob
    );

VOID
MobMakeMemory(
    _Inout_ PMOB Mob
    );

VOID
MobEndMemory(
    _Inout_ PMOB Mob
    );

//
// What members do: mob_locks.c, mob_notify.c, mob_device.c, mob_later.c, mob_memory.c, mob_look.c.
//
MOB_TASK MobLock;
MOB_TASK MobShare;
MOB_TASK MobRundown;
MOB_TASK MobWaitForSeveral;
MOB_TASK MobProcessorChange;
MOB_TASK MobInterfaceChange;
MOB_TASK MobCallbackObject;
MOB_TASK MobPublish;
MOB_TASK MobDpc;
MOB_TASK MobTimer;
MOB_TASK MobWorkItem;
MOB_TASK MobThread;
MOB_TASK MobAllProcessors;
MOB_TASK MobPool;
MOB_TASK MobParcel;
MOB_TASK MobMdl;
MOB_TASK MobLook;
MOB_TASK MobAffinity;
MOB_TASK MobPoll;
