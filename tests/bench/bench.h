/*
 * bench - what the simulator costs, as ratios within one run
 *
 * Each measurement repeats its work several times and gives the median. A measurement can also
 * run bare, a given number of times and nothing else, so that instructions can be counted from
 * outside (see tests/bench/instructions).
 */
#ifndef HA_BENCH_H
#define HA_BENCH_H

#include <stddef.h>
#include <stdbool.h>
#include <stdint.h>

struct ha_machine;
struct ha_plan;

#define BENCH_ROUNDS 15

/* Nanoseconds of a clock that only goes forward. */
uint64_t bench_now(void);
/* The median of BENCH_ROUNDS figures; reorders them. */
double bench_median(double *figure);
/* A machine with `active` processors of 2,048 in groups of 64; ends the program on an error. */
struct ha_machine *bench_machine(unsigned active);
struct ha_machine *bench_machine_that(unsigned active, bool records_locks);

/* How a call is measured. */
enum bench_judge { BENCH_UNJUDGED, BENCH_JUDGED };
/* What the driver does in it: count, or also clear the 512 bytes that it keeps for a processor. */
enum bench_driver { BENCH_COUNTS, BENCH_CLEARS };

/* Nanoseconds a call of a loop over an array of {function, context}. */
double bench_bare_loop(size_t registrations, enum bench_driver driver);
/* Nanoseconds a call through the simulator, everything on. */
double bench_call(size_t registrations, enum bench_driver driver, enum bench_judge judge);
/* Run so many calls of a driver that counts, and nothing else. Each returns how many there were. */
uint64_t bench_bare_loop_only(size_t registrations, uint64_t times);
uint64_t bench_call_only(size_t registrations, enum bench_judge judge, uint64_t times);

/* Nanoseconds for a registration and its removal while `others` are registered. */
double bench_register_pair(size_t others);
/* Nanoseconds for the removal alone: the newest first, or in jumps all over memory. */
enum bench_order { BENCH_NEWEST_FIRST, BENCH_JUMPS };
double bench_removal(size_t others, enum bench_order order);

/* Nanoseconds a call of a PnP callback that counts: by a loop, and through the simulator with the
   queueing of the event, which is also given alone. Then the calls alone, as above. */
double bench_bare_arrivals(size_t entries);
double bench_arrivals(size_t entries, double *queue_ns);
uint64_t bench_bare_arrivals_only(size_t entries, uint64_t times);
uint64_t bench_arrivals_only(size_t entries, uint64_t times);
/* Nanoseconds for a registration for PnP notification and its removal beside `others`. */
double bench_entry_pair(size_t others);

/* Nanoseconds to take and give back 64 bytes of pool, as a driver whose records are read. */
double bench_pool_pair(void);

/* Nanoseconds to take and give back a fast mutex or spin lock that is free, and the host's. */
double bench_fast_mutex_pair(bool recorded);
double bench_spin_lock_pair(bool recorded);
double bench_host_mutex_pair(void);

/* Nanoseconds a record into the window, with a sink that takes it. */
double bench_record(void);
/* Bytes a record in a trace that keeps them all. */
double bench_record_bytes(void);

/* Microseconds for a small scenario in a machine that is rewound after each run. */
double bench_scenario(void);
uint64_t bench_scenario_only(uint64_t times);

/* The small scenario. */
const struct ha_plan *bench_plan(void);

/*
 * How many runs a second a search of scripted drivers plays, each on coroutines and judged: the
 * small scenario by chance, or in depth when its drivers also hear of arrivals and its processors
 * come together, so that it has thousands of runs.
 */
enum bench_searched { BENCH_BY_CHANCE, BENCH_IN_DEPTH };
double bench_search(enum bench_searched how);
uint64_t bench_search_only(enum bench_searched how, uint64_t times);
/*
 * Runs a second of `hotadd explore` by chance, for a scenario whose driver is compiled and right:
 * played in a worker, with the driver's variables put back before each.
 */
double bench_module_search(const char *hotadd, const char *modules, const char *scenario);

/*
 * What `hotadd run --trace none` takes from its start to its end for a scenario that adds so many
 * processors while so many callbacks are registered, or one of so many events.
 */
struct bench_size {
    double ns;      /* for each call, or for each event */
    double mib;     /* of memory, at most */
};
struct bench_size bench_many_calls_run(const char *hotadd, unsigned adds, unsigned registrations);
struct bench_size bench_many_events_run(const char *hotadd, unsigned events);

/* A worker thread of a driver on each of so many processors. */
struct bench_workers {
    double start_us;    /* for each, until it waits for its event */
    double answer_us;   /* for each, from the signal to its answer */
    double mib;         /* of memory, at most */
};
struct bench_workers bench_workers(unsigned processors);

/* Nanoseconds an event to load a scenario of so many. */
double bench_load(size_t events);

/* A scenario of some shape, played over and over: bare, and judged; the judge alone, afterwards. */
struct bench_judged {
    const char *name;
    size_t records;
    double run_us, judged_us;   /* for a run, of processor time */
    double record_ns;           /* for the judge alone to take a record of it */
};
size_t bench_judged_shapes(void);
struct bench_judged bench_judged(size_t which);
/* Play it once and judge its trace so many times, nothing else. Returns how many records. */
uint64_t bench_judge_only(size_t which, uint64_t times);

/* Megabytes a second of a trace in JSON Lines that is read, and judged or not. */
double bench_trace(bool judged);

/* Microseconds to start a program, wait for its end and throw its output away. */
double bench_start(const char *const *command, const char *const *other, double *other_us);

#endif
