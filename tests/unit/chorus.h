/*
 * chorus - threads of one driver that wait for objects and say what became of it
 *
 * Bodies of simulated threads must not assert: they say words, and the test compares all that was
 * said. The objects lie here, made or not as a test wants them.
 */
#ifndef HA_TESTS_CHORUS_H
#define HA_TESTS_CHORUS_H

#include "base/names.h"
#include "unit/bench.h"

#define FOREVER (-1)            /* a time-out of chorus_wait() */
#define STATE(object) (object).Header.SignalState

struct chorus {
    struct bench *b;
    struct driver *driver;
    struct ha_text said;
    KEVENT event[2];
    KSEMAPHORE semaphore;
    KMUTEX mutex[2];
    FAST_MUTEX fast;
    KTIMER timer;
    KDPC dpc[4];
    KSPIN_LOCK lock;
    EX_SPIN_LOCK shared;
    EX_PUSH_LOCK push[2];
    ERESOURCE resource[2];
    PVOID object[MAXIMUM_WAIT_OBJECTS + 1];
    KWAIT_BLOCK block[MAXIMUM_WAIT_OBJECTS + 1];
};

/* Setup and teardown of a test: a bench with the driver "a", loaded. */
int chorus_setup(void **state);
int chorus_teardown(void **state);
#define CHORUS_TEST(test) cmocka_unit_test_setup_teardown(test, chorus_setup, chorus_teardown)

/* Start a thread of the driver; it does not run yet. Its argument is the chorus. */
void chorus_start(struct chorus *c, void (*body)(void *argument));
/* The same on a processor with this index. */
void chorus_start_on(struct chorus *c, unsigned processor, void (*body)(void *argument));
/* Let all of them run, and time pass, until nothing is due; then compare what was said. */
void chorus_expect(struct chorus *c, const char *expected);

/* On a thread: say a word, and the time if it is not 0: "set@10 ". */
void chorus_say(struct chorus *c, const char *word);
/* The same with processor and IRQL of the caller: "runs:4/2 ". */
void chorus_say_place(struct chorus *c, const char *word);
/* On a thread: say a word and a number: "irql=1 ". */
void chorus_number(struct chorus *c, const char *word, LONG number);
/* On a thread: wait, and say how it ended: "STATUS_TIMEOUT@10 ". */
void chorus_wait(struct chorus *c, PVOID object, int ms);
/* The same for the first `count` of its objects. */
void chorus_wait_multiple(struct chorus *c, ULONG count, WAIT_TYPE type, int ms);
void chorus_delay(int ms);

/* Make its DPCs, with the chorus as context. */
void chorus_make_dpcs(struct chorus *c, PKDEFERRED_ROUTINE routine);
/* Such a routine: says which one it is, its processor and the IRQL: "d0:4/2 ". */
KDEFERRED_ROUTINE chorus_dpc;
/* Aim the n-th at a place; the status is that of KeSetTargetProcessorDpcEx. */
NTSTATUS chorus_aim(struct chorus *c, int n, USHORT group, UCHAR number);
/* Queue the n-th, and say "in", or "again" when it was queued before. */
void chorus_insert(struct chorus *c, int n);
/* A relative time in milliseconds, as NT wants it. */
LARGE_INTEGER chorus_in(int ms);

#endif
