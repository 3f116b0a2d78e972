/*
 * bench - a machine on the test bench, with drivers whose calls are written down
 *
 * Owns struct bench and the drivers on it. The machine's fatal hook carries the bench, so that a
 * DriverEntry finds it without any variable outside.
 */
#include "unit/bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nt/driver.h"
#include "nt/hot_add.h"
#include "sim/player.h"

static struct ha_world *world_of(struct bench *b)
{
    return &b->machine->kernel.world;
}

static void run_ended_inside_a_routine(struct ha_machine *machine, void *argument)
{
    (void)machine;
    (void)argument;
    fail_msg("the run ended while the test itself was inside an NT routine");
}

static void ask(ULONG index)
{
    PROCESSOR_NUMBER number;
    KeQueryActiveProcessorCountEx(ALL_PROCESSOR_GROUPS);
    KeQueryGroupAffinity(0);
    KeGetProcessorNumberFromIndex(index, &number);
}

VOID NTAPI driver_callback(PVOID CallbackContext, PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext,
                           PNTSTATUS OperationStatus)
{
    struct driver *driver = CallbackContext;
    NTSTATUS answer = driver->answer[ChangeContext->State];
    uint64_t processor = (uint64_t)1 << ChangeContext->NtNumber % 64;

    if (driver->heard_count < BENCH_CALLS)
        driver->heard[driver->heard_count++] =
            (struct heard){CallbackContext, *ChangeContext, *OperationStatus};
    if (driver->asks)
        ask(ChangeContext->NtNumber);
    if (driver->act)
        driver->act(driver, ChangeContext, OperationStatus);
    if (driver->only_for != HA_NO_INDEX && driver->only_for != ChangeContext->NtNumber)
        answer = STATUS_SUCCESS;
    if (answer != STATUS_SUCCESS)
        *OperationStatus = answer;
    if (!NT_SUCCESS(answer))
        driver->stored = answer;
    if (ChangeContext->State == KeProcessorAddStartNotify && NT_SUCCESS(answer))
        driver->held |= processor;
    if (ChangeContext->State == KeProcessorAddFailureNotify)
        driver->held &= ~processor;
}

PVOID driver_register(struct driver *driver, ULONG flags)
{
    PVOID handle = KeRegisterProcessorChangeCallback(driver_callback, driver, flags);
    if (handle && driver->handle_count < BENCH_HANDLES)
        driver->handle[driver->handle_count++] = handle;
    return handle;
}

void driver_deregister(struct driver *driver, size_t n)
{
    PVOID handle = driver->handle[n];
    driver->handle[n] = NULL;
    KeDeregisterProcessorChangeCallback(handle);
}

void driver_deregister_at(struct driver *driver, KIRQL irql)
{
    struct ha_thread *thread = ha_thread_current();
    KIRQL before = thread->stamp.irql;
    ha_thread_set_irql(thread, irql);
    driver_deregister(driver, 0);
    ha_thread_set_irql(thread, before);
}

static struct driver *driver_of(PDRIVER_OBJECT object)
{
    const struct ha_driver *loaded = (const struct ha_driver *)(void *)object;
    struct bench *b = ((struct ha_machine *)(void *)loaded->kernel)->fatal_argument;
    return &b->driver[loaded->id - 1];
}

static VOID NTAPI unload(PDRIVER_OBJECT DriverObject)
{
    struct driver *driver = driver_of(DriverObject);
    if (driver->leave) {
        driver->leave(driver);
        return;
    }
    for (size_t n = driver->handle_count; n-- > 0;)
        if (driver->handle[n])
            driver_deregister(driver, n);
}

static NTSTATUS NTAPI entry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    struct driver *driver = driver_of(DriverObject);
    driver->object = DriverObject;
    driver->path = RegistryPath;
    if (!driver->stays)
        DriverObject->DriverUnload = unload;
    if (driver->enter)
        return driver->enter(driver);
    if (driver_register(driver, driver->flags))
        return STATUS_SUCCESS;
    return NT_SUCCESS(driver->stored) ? STATUS_UNSUCCESSFUL : driver->stored;
}

int bench_setup(void **state)
{
    struct bench *b = calloc(1, sizeof *b);
    assert_non_null(b);
    b->options.profile = ha_profile_preset(HA_PRESET_DOCUMENTED);
    b->options.arena_bytes = (size_t)1 << 20;
    b->options.partition.group = b->group;
    bench_group(b, 8, 0xf);
    b->judge = ha_judge_create();
    assert_non_null(b->judge);
    b->findings = "";
    ha_collector_init(&b->collector);
    *state = b;
    return 0;
}

/* Any driver gets it that removes its PnP entries in Unload, as the documents have it. */
static bool is_usual(const struct ha_finding *finding)
{
    return finding->severity == HA_NOTE && !strcmp(finding->rule->id, "DRV-7");
}

static void list_findings(const struct bench *b, struct ha_text *text)
{
    size_t count;
    bool lost;
    const struct ha_finding *finding = ha_judge_findings(b->judge, &count, &lost);
    assert_false(lost);
    for (size_t i = 0; i < count; i++) {
        uint16_t driver = finding[i].driver;
        if (is_usual(&finding[i]) || (driver && b->drivers_err))
            continue;
        const char *name = !driver ? "kernel" : driver <= b->driver_count
                               ? b->driver[driver - 1].name : "a driver that was loaded again";
        ha_text_addf(text, "%s %s\n", name, finding[i].rule->id);
        if (!driver)
            fprintf(stderr, "%s: %s: expected %s, seen %s\n", finding[i].rule->id,
                    finding[i].call, finding[i].expected, finding[i].seen);
    }
}

int bench_teardown(void **state)
{
    struct bench *b = *state;
    struct ha_text findings = {0};
    if (b->machine && !ha_machine_ending(b->machine))
        assert_int_equal(ha_machine_finish(b->machine), HA_OK);
    ha_machine_destroy(b->machine);
    assert_false(b->collector.lost);
    if (b->findings) {
        list_findings(b, &findings);
        expect_text("findings", b->findings, ha_text_string(&findings));
    }
    ha_text_close(&findings);
    ha_judge_destroy(b->judge);
    ha_collector_close(&b->collector);
    free(b);
    return 0;
}

void bench_turn(struct bench *b, const char *knob, const char *value)
{
    struct ha_error error;
    assert_null(b->machine);
    if (ha_profile_set(&b->options.profile, knob, value, &error))
        fail_msg("%s", error.text);
}

void bench_group(struct bench *b, uint32_t maximum, uint64_t active_mask)
{
    size_t n = b->options.partition.group_count++;
    assert_true(n < sizeof b->group / sizeof b->group[0]);
    b->group[n] = (struct ha_group_options){.maximum = maximum, .active_mask = active_mask};
}

struct driver *bench_driver(struct bench *b, const char *name)
{
    assert_true(b->driver_count < BENCH_DRIVERS);
    struct driver *driver = &b->driver[b->driver_count++];
    *driver = (struct driver){.bench = b, .name = name, .only_for = HA_NO_INDEX};
    return driver;
}

void bench_replay(struct bench *b, struct ha_text *token, uint32_t question, uint32_t answer)
{
    ha_text_clear(token);
    ha_text_addf(token, "h1-%08x-%08x-%u:%u", (unsigned)(uint32_t)b->options.scenario_hash,
                 (unsigned)(uint32_t)ha_profile_hash(&b->options.profile), (unsigned)question,
                 (unsigned)answer);
    b->options.replay = ha_text_string(token);
}

static void make_machine(struct bench *b)
{
    struct ha_error error;
    if (ha_machine_create(&b->options, &b->machine, &error))
        fail_msg("%s", error.text);
    ha_machine_set_fatal(b->machine, run_ended_inside_a_routine, b);
    assert_int_equal(ha_machine_add_sink(b->machine, &b->collector.sink), HA_OK);
    assert_int_equal(ha_machine_add_sink(b->machine, ha_judge_sink(b->judge)), HA_OK);
}

void bench_load(struct bench *b)
{
    if (!b->machine)
        make_machine(b);
    for (size_t i = 0; i < b->driver_count; i++) {
        if (b->driver[i].loaded)
            continue;
        b->driver[i].loaded = true;
        assert_int_equal(ha_machine_load(b->machine, b->driver[i].name, entry), HA_OK);
    }
}

void bench_add(struct bench *b, struct ha_add_options options)
{
    bench_load(b);
    assert_int_equal(ha_machine_add_processor(b->machine, 0, &options), HA_OK);
    assert_int_equal(ha_machine_run(b->machine), HA_OK);
}

void bench_add_processor(struct bench *b)
{
    bench_add(b, (struct ha_add_options){HA_ANYWHERE});
}

void bench_unload(struct bench *b, struct driver *driver)
{
    bench_load(b);
    assert_int_equal(ha_machine_unload(b->machine, driver->name), HA_OK);
}

void bench_finish(struct bench *b)
{
    bench_load(b);
    assert_int_equal(ha_machine_finish(b->machine), HA_OK);
}

static uint16_t id_of(const struct driver *driver)
{
    return driver ? (uint16_t)(driver - driver->bench->driver + 1) : 0;
}

static void start_thread(struct bench *b, struct driver *driver, void (*body)(void *argument),
                         void *argument)
{
    assert_int_equal(ha_thread_create(world_of(b), HA_THREAD_SYSTEM, id_of(driver), body,
                                      argument, NULL), HA_OK);
}

void bench_run(struct bench *b, struct driver *driver, void (*body)(void *argument),
               void *argument)
{
    bench_load(b);
    start_thread(b, driver, body, argument);
    assert_int_equal(ha_machine_settle(b->machine, HA_OK), HA_OK);
}

static void post_add(struct bench *b)
{
    const struct ha_add_wish add = {.processors = {HA_ANYWHERE}};
    assert_int_equal(ha_hot_add_post(&b->machine->kernel, &add, NULL), HA_OK);
}

uint32_t bench_race(struct bench *b, bool add_first, struct driver *driver,
                    void (*body)(void *argument))
{
    bench_load(b);
    if (add_first)
        post_add(b);
    start_thread(b, driver, body, driver);
    if (!add_first)
        post_add(b);
    assert_int_equal(ha_machine_settle(b->machine, HA_OK), HA_OK);
    return world_of(b)->tape.asked;
}

void bench_yield(void)
{
    struct ha_thread *self = ha_thread_current();
    ha_sched_ready(self);       /* behind the others, which have been ready longer */
    ha_sched_block(self->world);
}

void bench_interlude(struct driver *driver, void (*body)(void *argument), void *argument)
{
    ha_thread_create(ha_thread_current()->world, HA_THREAD_SYSTEM, id_of(driver), body, argument,
                     NULL);
    bench_yield();
}

void bench_play(struct bench *b, const struct ha_script *script, size_t script_count,
                const struct ha_event_plan *event, size_t event_count)
{
    bool more = true;
    b->plan = (struct ha_plan){
        .name = "a plan", .partition = b->options.partition, .profile = b->options.profile,
        .driver = script, .loads_later = b->loads_later, .driver_count = script_count,
        .event = event, .event_count = event_count,
        .fault = b->fault, .fault_count = b->fault_count};
    size_t arena_bytes = b->options.arena_bytes;
    b->options = ha_player_options(&b->plan, b->options.replay);
    b->options.arena_bytes = arena_bytes;
    for (size_t i = 0; i < script_count; i++)
        bench_driver(b, script[i].name)->loaded = true;
    make_machine(b);
    assert_int_equal(ha_player_begin(b->machine, &b->plan), HA_OK);
    while (more)
        assert_int_equal(ha_player_step(b->machine, &more), HA_OK);
}

uint32_t bench_active_count(const struct bench *b)
{
    return b->machine->kernel.world.partition.active;
}

int32_t bench_entry_status(const struct bench *b, const struct driver *driver)
{
    int32_t status;
    assert_int_equal(ha_machine_driver_status(b->machine, driver->name, &status), HA_OK);
    return status;
}
