/* round - see round.h. Owns struct round: what is asked of one machine, and who watches it. */
#include "stress/round.h"

#include <ntddk.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/names.h"
#include "check/judge.h"
#include "check/story.h"
#include "nt/add_device.h"
#include "nt/driver.h"
#include "nt/free_memory.h"
#include "nt/hot_add.h"
#include "nt/pnp_queue.h"
#include "sim/machine.h"

#define DRIVERS 4u              /* at once */
#define STORMS 6u
#define GIGABYTE (UINT64_C(1) << 30)
#define LINES_SHOWN 200

/* mob.c and culprit.c */
NTSTATUS NTAPI MobEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath);
NTSTATUS NTAPI CulpritEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath);

/* How a round is to go. */
enum course {
    ALL_IS_WELL,                /* it ends normally; half of all rounds */
    A_DRIVER_FAILS,             /* with a bug check or a deadlock */
    BUDGET_ENDS,                /* after some records */
    STOPPED,                    /* in the middle of a step */
    DROPPED,                    /* destroyed while it goes on */
    LITTLE_MEMORY,              /* an arena that is full before the end */
    COURSES
};

struct round {
    uint64_t random;
    enum course course;
    struct ha_machine *machine;
    struct ha_collector collector;
    struct ha_judge *judge;
    uint32_t calls_left;        /* of callbacks, before it is stopped */
    uint64_t memory_added;
    const struct ha_driver *spared;
    uint64_t calls;             /* of its own callback */
    jmp_buf fatal;
};

static uint32_t below(struct round *r, uint32_t limit)
{
    r->random ^= r->random << 13;
    r->random ^= r->random >> 7;
    r->random ^= r->random << 17;
    return (uint32_t)(r->random >> 32) % limit;
}

/* A callback has been entered, or has returned. */
static void stop(struct ha_kernel *kernel, const struct ha_called *call, bool entered)
{
    struct ha_machine *machine = (struct ha_machine *)(void *)kernel;
    struct round *r = machine->fatal_argument;
    (void)call, (void)entered;
    if (r->calls_left-- == 0)
        ha_machine_interrupt(machine, HA_END_SIGNAL);
}

/* The run ended while this thread waited inside an NT routine. */
static void leave_routine(struct ha_machine *machine, void *argument)
{
    struct round *r = argument;
    (void)machine;
    longjmp(r->fatal, 1);
}

static bool make_machine(struct round *r, enum ha_threads threads)
{
    const struct ha_group_options group[] = {
        {.maximum = 6, .active_mask = 0x7}, {.maximum = 4, .active_mask = 0x1, .node = 1}};
    const struct ha_memory_options memory = {.size = 4 * GIGABYTE};
    struct ha_machine_options options = {
        .partition = {.group = group, .group_count = 2, .memory = &memory, .memory_count = 1},
        .profile = ha_profile_preset((enum ha_preset)below(r, HA_PRESET_WS2008)),
        .threads = threads,
        .arena_bytes = (size_t)32 << 20, .record_locks = below(r, 4) == 0};
    if (r->course == BUDGET_ENDS)
        options.record_budget = 200 + below(r, 3000);
    if (r->course == LITTLE_MEMORY)
        options.arena_bytes = ((size_t)48 + below(r, 128)) << 10;
    struct ha_error error;
    int err = ha_machine_create(&options, &r->machine, &error);
    if (err) {
        fprintf(stderr, "%s\n", error.text);
        return false;
    }
    ha_machine_set_fatal(r->machine, leave_routine, r);
    ha_machine_add_sink(r->machine, &r->collector.sink);
    ha_machine_add_sink(r->machine, ha_judge_sink(r->judge));
    if (r->course == STOPPED) {
        r->calls_left = below(r, 200);
        r->machine->kernel.hooks.called = stop;
    }
    return true;
}

static void parameter(struct round *r, const char *driver, const char *name, uint32_t value)
{
    ha_machine_set_parameter(r->machine, driver, name, REG_DWORD, &value, sizeof value);
}

static struct ha_driver *any_driver(struct round *r, char name[sizeof "mob0"])
{
    snprintf(name, sizeof "mob0", "mob%u", (unsigned)below(r, DRIVERS));
    return ha_driver_find(&r->machine->kernel, name);
}

/* A driver that has a device coming is not asked to unload before that is there. */
static int add_device(struct round *r)
{
    char name[sizeof "mob0"];
    struct ha_driver *driver = any_driver(r, name);
    if (!driver || driver->state != HA_DRIVER_LOADED || r->spared)
        return HA_OK;
    r->spared = driver;
    return ha_add_device_start(driver);
}

/* A driver is loaded, or unloaded if it is loaded already, while everything else goes on. */
static int load_or_unload(struct round *r)
{
    char name[sizeof "mob0"];
    struct ha_driver *driver = any_driver(r, name);
    if (driver && driver == r->spared)
        return HA_OK;
    if (driver && driver->state != HA_DRIVER_GONE)
        return driver->state == HA_DRIVER_LOADED ? ha_driver_unload(driver, NULL) : HA_OK;
    parameter(r, name, "Seed", below(r, UINT32_MAX));
    parameter(r, name, "Turns", 1 + below(r, 40));
    driver = ha_driver_make(&r->machine->kernel, name, MobEntry);
    return driver ? ha_driver_start(driver, NULL) : HA_ENOMEM;
}

static int fail(struct round *r)
{
    struct ha_kernel *kernel = &r->machine->kernel;
    if (ha_driver_find(kernel, "culprit"))
        return HA_OK;
    parameter(r, "culprit", "Seed", below(r, UINT32_MAX));
    struct ha_driver *driver = ha_driver_make(kernel, "culprit", CulpritEntry);
    return driver ? ha_driver_start(driver, NULL) : HA_ENOMEM;
}

static int add_processors(struct round *r)
{
    const struct ha_add_wish wish = {.processors = {
        HA_ANYWHERE, .count = 1 + below(r, 2),
        .hardware_start = below(r, 4) ? STATUS_SUCCESS : STATUS_IO_TIMEOUT}};
    return ha_hot_add_post(&r->machine->kernel, &wish, NULL);
}

static int add_memory(struct round *r)
{
    const struct ha_add_wish wish = {.is_memory = true, .memory = {
        .base = (8 + 2 * r->memory_added++) * GIGABYTE, .size = GIGABYTE,
        .start = below(r, 4) ? STATUS_SUCCESS : STATUS_IO_TIMEOUT}};
    return ha_hot_add_post(&r->machine->kernel, &wish, NULL);
}

static int ask_for_something(struct round *r)
{
    struct ha_kernel *kernel = &r->machine->kernel;
    switch (below(r, 8)) {
    case 0: case 1: case 2:
        return load_or_unload(r);
    case 3: case 4:
        return add_processors(r);
    case 5:
        return add_memory(r);
    case 6:
        ha_pnp_hold(kernel, below(r, 2));
        return HA_OK;
    default:
        ha_free_memory_set(kernel, below(r, 1 << 20));
        return HA_OK;
    }
}

/* This thread is called, too: for the processors that are there, in the code of a driver then. */
static VOID NTAPI changed(PVOID CallbackContext, PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext,
                          PNTSTATUS OperationStatus)
{
    struct round *r = CallbackContext;
    (void)OperationStatus;
    r->calls += ChangeContext->State != KeProcessorAddStartNotify;
}

static void listen(struct round *r)
{
    PVOID handle = KeRegisterProcessorChangeCallback(changed, r, KE_PROCESSOR_CHANGE_ADD_EXISTING);
    if (handle)
        KeDeregisterProcessorChangeCallback(handle);
}

/* Much at a time, and then all of it goes on at once. */
static int storm(struct round *r, bool fails)
{
    int err = ha_machine_enter(r->machine);
    r->spared = NULL;
    if (!err && below(r, 2))
        err = add_device(r);
    for (uint32_t n = 2 + below(r, 5); n > 0 && !err; n--)
        err = ask_for_something(r);
    if (!err && fails)
        err = fail(r);
    if (!err && below(r, 3) == 0) {
        LARGE_INTEGER interval = {.QuadPart = -10000 * (LONGLONG)below(r, 5)};
        KeDelayExecutionThread(KernelMode, FALSE, &interval);
    }
    if (!err && below(r, 3) == 0)
        listen(r);
    return ha_machine_settle_all(r->machine, err);
}

static void rage(struct round *r)
{
    for (uint32_t n = 0; n < STORMS; n++) {
        if (storm(r, r->course == A_DRIVER_FAILS && n >= 1) ||
            ha_machine_run(r->machine) || ha_machine_ending(r->machine))
            return;
        if (r->course == DROPPED && below(r, STORMS) == 0)
            return;
    }
    if (r->course == A_DRIVER_FAILS) {      /* who waits in a callback is not unloaded */
        add_processors(r);
        ha_machine_settle_all(r->machine, HA_OK);
    }
    if (!ha_machine_ending(r->machine))
        ha_machine_finish(r->machine);
}

static bool may_end(const struct round *r, enum ha_ending ending)
{
    switch (r->course) {
    case ALL_IS_WELL:    return ending == HA_END_NORMALLY;
    case A_DRIVER_FAILS: return ending == HA_END_BUGCHECK || ending == HA_END_DEADLOCK;
    case BUDGET_ENDS:    return ending == HA_END_NORMALLY || ending == HA_END_BUDGET;
    case STOPPED:        return ending == HA_END_NORMALLY || ending == HA_END_SIGNAL;
    case DROPPED:        return ending == HA_END_NORMALLY || ending == HA_END_NOT_YET;
    default:             return ending == HA_END_NORMALLY || ending == HA_END_MEMORY;
    }
}

/* Notes fail nothing; and of a driver that fails the findings are right. */
static size_t print_findings(const struct round *r)
{
    size_t count, printed = 0;
    bool lost;
    const struct ha_finding *finding = ha_judge_findings(r->judge, &count, &lost);
    for (size_t i = 0; i < count; i++) {
        if (finding[i].severity == HA_NOTE ||
            (finding[i].driver && r->course == A_DRIVER_FAILS))
            continue;
        fprintf(stderr, "%s at %llu: driver %u, %s: expected %s, seen %s\n", finding[i].rule->id,
                (unsigned long long)finding[i].seq, (unsigned)finding[i].driver, finding[i].call,
                finding[i].expected, finding[i].seen);
        printed++;
    }
    return printed + lost;
}

/* The end of it. */
static void print_story(const struct round *r)
{
    struct ha_story *story = ha_story_create(false);
    if (!story)
        return;
    struct ha_sink *sink = ha_story_sink(story);
    sink->take(sink, r->collector.record, r->collector.count);
    const char *text = ha_text_string(ha_story_text(story)), *from = text + strlen(text);
    for (int lines = 0; from > text && lines <= LINES_SHOWN; from--)
        lines += from[-1] == '\n';
    fputs(from, stderr);
    ha_story_destroy(story);
}

bool round_play(uint64_t seed, enum ha_threads threads)
{
    struct round *r = calloc(1, sizeof *r);
    if (!r)
        return false;
    r->random = seed * UINT64_C(0x9e3779b97f4a7c15) + 1;
    r->course = below(r, 2) ? ALL_IS_WELL : (enum course)below(r, COURSES);
    r->judge = ha_judge_create();
    ha_collector_init(&r->collector);
    bool good = r->judge && make_machine(r, threads);
    if (good) {
        if (!setjmp(r->fatal))
            rage(r);
        enum ha_ending ending = ha_machine_ending(r->machine);
        ha_machine_destroy(r->machine);
        good = may_end(r, ending) && !r->collector.lost && print_findings(r) == 0;
        if (!good) {
            fprintf(stderr, "the round with --seed %llu ended %s (course %d)\n",
                    (unsigned long long)seed, ha_ending_name(ending), (int)r->course);
            print_story(r);
        }
    }
    ha_collector_close(&r->collector);
    ha_judge_destroy(r->judge);
    free(r);
    return good;
}
