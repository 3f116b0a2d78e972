/*
 * bench - a machine on the test bench, with drivers whose calls are written down
 *
 * A test describes the machine and its drivers, acts, and holds the whole list of calls, or of
 * records, against what it expects. The machine is made and the drivers are loaded, in order, at
 * the first act. A judge listens to every run: at teardown its findings must be those in
 * `findings`, by default none.
 *
 * The machine at first: one group with room for 8 processors of which 4 are active, and the
 * profile "documented".
 */
#ifndef HA_TESTS_BENCH_H
#define HA_TESTS_BENCH_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <ntddk.h>

#include "base/text.h"
#include "check/cast.h"
#include "check/judge.h"
#include "core/trace.h"
#include "sim/machine.h"
#include "sim/plan.h"

#define BENCH_DRIVERS 4u
#define BENCH_CALLS 64u
#define BENCH_HANDLES 4u
#define INSUF STATUS_INSUFFICIENT_RESOURCES
#define INSUF_TEXT "STATUS_INSUFFICIENT_RESOURCES"

struct bench;
struct driver;

/* What a driver does in a callback besides what its answers say. */
typedef void driver_act(struct driver *driver, PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT change,
                        PNTSTATUS operation_status);

/* What a callback was given. */
struct heard {
    PVOID context;
    KE_PROCESSOR_CHANGE_NOTIFY_CONTEXT change;
    NTSTATUS op_in;
};

struct driver {
    struct bench *bench;
    const char *name;

    /* How it behaves; a test sets these before it acts. */
    ULONG flags;                            /* of the registration that its entry makes */
    NTSTATUS answer[3];                     /* into the status variable, by state; 0: none */
    ULONG only_for;                         /* answers for this one; HA_NO_INDEX for all */
    driver_act *act;                        /* before the answer; may be NULL */
    NTSTATUS (*enter)(struct driver *driver);   /* in place of the ordinary entry; may be NULL */
    void (*leave)(struct driver *driver);       /* in place of the ordinary unload; may be NULL */
    bool asks;                              /* in every call: count, mask and conversion */
    bool stays;                             /* it has no DriverUnload */
    void *extra;                            /* the test's own */

    /* What became of it. */
    bool loaded;
    PDRIVER_OBJECT object;
    PUNICODE_STRING path;
    PVOID handle[BENCH_HANDLES];
    size_t handle_count;
    NTSTATUS stored;                        /* the error that its callback reported last */
    uint64_t held;                          /* processors it holds resources for, by index */
    struct heard heard[BENCH_CALLS];
    size_t heard_count;
};

struct bench {
    struct ha_machine_options options;
    struct ha_group_options group[3];
    struct ha_machine *machine;             /* NULL before the first act */
    struct driver driver[BENCH_DRIVERS];
    size_t driver_count;
    struct ha_collector collector;
    size_t from;                            /* records before this one were looked at */
    struct ha_judge *judge;
    struct ha_plan plan;                    /* what bench_play() plays */
    bool loads_later[BENCH_DRIVERS];
    const struct ha_fault_plan *fault;      /* of that plan */
    size_t fault_count;
    const char *findings;                   /* "DRIVER RULE\n" each; "kernel" for the kernel;
                                               NULL: the judge is not asked */
    bool drivers_err;                       /* only what is found against the kernel counts */
};

/* Setup and teardown of a test. */
int bench_setup(void **state);
int bench_teardown(void **state);
#define BENCH_TEST(test) cmocka_unit_test_setup_teardown(test, bench_setup, bench_teardown)

/* Before the first act: turn a knob, describe another group, describe a driver. */
void bench_turn(struct bench *b, const char *knob, const char *value);
void bench_group(struct bench *b, uint32_t maximum, uint64_t active_mask);
struct driver *bench_driver(struct bench *b, const char *name);
/* Before the first act: one question of the tape gets this answer. The text holds the token. */
void bench_replay(struct bench *b, struct ha_text *token, uint32_t question, uint32_t answer);

/* Acts. Each makes the machine and loads drivers that are not loaded yet. */
void bench_load(struct bench *b);
void bench_add_processor(struct bench *b);
void bench_add(struct bench *b, struct ha_add_options options);
void bench_unload(struct bench *b, struct driver *driver);
void bench_finish(struct bench *b);
/* Run a body on a system thread of a driver, or of none, until the machine is quiet. */
void bench_run(struct bench *b, struct driver *driver, void (*body)(void *argument),
               void *argument);

/*
 * Post an add of one processor and start a body on a system thread, in this order or the other,
 * and let both run. Returns how many questions the tape has answered so far.
 */
uint32_t bench_race(struct bench *b, bool add_first, struct driver *driver,
                    void (*body)(void *argument));

/* On a simulated thread: let those that are ready run until they block or end. */
void bench_yield(void);
/* On a simulated thread: start another one, and let it run until it blocks or ends. */
void bench_interlude(struct driver *driver, void (*body)(void *argument), void *argument);

/* In a driver: register its callback, with itself as context; a handle is kept. */
PVOID driver_register(struct driver *driver, ULONG flags);
/* In a driver: remove the n-th registration that it keeps. */
void driver_deregister(struct driver *driver, size_t n);
/* The same with the calling thread at an IRQL of its own. */
void driver_deregister_at(struct driver *driver, KIRQL irql);
/* The callback that driver_register() registers. */
PROCESSOR_CALLBACK_FUNCTION driver_callback;

/* Instead of all that: play scripted drivers and events on this machine to the end. */
void bench_play(struct bench *b, const struct ha_script *script, size_t script_count,
                const struct ha_event_plan *event, size_t event_count);

uint32_t bench_active_count(const struct bench *b);
int32_t bench_entry_status(const struct bench *b, const struct driver *driver);
/* How many records of a kind there are so far. */
size_t bench_count(struct bench *b, enum ha_kind kind);
/* The n-th record of a kind, from 0; the test fails when there are not so many. */
const struct ha_record *bench_record(struct bench *b, enum ha_kind kind, size_t n);
/* What follows is compared from here on. */
void bench_forget(struct bench *b);

/* Every notification call so far, a line each: "calm.ke1 Start 4 (STATUS) -> STATUS". */
void expect_calls(struct bench *b, const char *expected);
/*
 * Every record so far but those that only introduce something, a line each: thread, what it says,
 * active count in brackets. A call in which the driver asked and nothing else happened is one
 * line with the answers; otherwise "enters" and "leaves" are two.
 */
void expect_records(struct bench *b, const char *expected);
/* In such a list: a processor is added that nobody hears of at once; its index, the count then. */
#define ADDED(index, count)                                                                       \
    "hot-add UNIT_BEGIN 1 [" index "]\n"                                                          \
    "hot-add ADD_BEGIN [" index "]\n"                                                             \
    "hot-add HW_START 0 [" index "]\n"                                                            \
    "hot-add ACTIVE " index " [" count "]\n"                                                      \
    "hot-add SCHED " index " [" count "]\n"                                                       \
    "hot-add DEVICE_STARTED " index " [" count "]\n"                                              \
    "hot-add IFACE_UP " index " [" count "]\n"                                                    \
    "hot-add ADD_END 0 [" count "]\n"                                                             \
    "hot-add UNIT_END 1 [" count "]\n"
/* The same from the first unit that is added to the end, where what is still loaded is unloaded. */
void expect_middle(struct bench *b, const char *expected);
/* What a record about memory says besides its kind; in bench_memory.c. */
void bench_add_memory(struct ha_text *text, const struct ha_record *record);
/* " a.pnp1 Arrival processor 4": what stands in such a line behind the kind of a record of PnP
   notification; nothing for others. */
void bench_pnp_words(struct ha_text *text, const struct ha_cast *cast,
                     const struct ha_record *record);
/* "STATUS_UNSUCCESSFUL", "a.cb1 NULL", "a.cb1 waits", "2 called", of records of that family. */
void bench_callback_words(struct ha_text *text, const struct ha_cast *cast,
                          const struct ha_record *record);
/* Both texts are printed when they differ. */
void expect_text(const char *what, const char *expected, const char *seen);

#endif
