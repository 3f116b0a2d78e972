/* chorus - see chorus.h. Owns struct chorus. */
#include "unit/chorus.h"

#include <stdlib.h>

#define NS_A_MS 1000000u

int chorus_setup(void **state)
{
    struct chorus *c = calloc(1, sizeof *c);
    assert_non_null(c);
    assert_int_equal(bench_setup((void **)&c->b), 0);
    c->driver = bench_driver(c->b, "a");
    *state = c;
    return 0;
}

int chorus_teardown(void **state)
{
    struct chorus *c = *state;
    assert_int_equal(bench_teardown((void **)&c->b), 0);
    ha_text_close(&c->said);
    free(c);
    return 0;
}

void chorus_start(struct chorus *c, void (*body)(void *argument))
{
    bench_load(c->b);
    assert_int_equal(ha_thread_create(&c->b->machine->kernel.world, HA_THREAD_SYSTEM, 1, body, c,
                                      NULL), HA_OK);
}

void chorus_start_on(struct chorus *c, unsigned processor, void (*body)(void *argument))
{
    bench_load(c->b);
    c->b->machine->kernel.world.sched.placed = processor;
    chorus_start(c, body);
}

void chorus_expect(struct chorus *c, const char *expected)
{
    bench_load(c->b);
    assert_int_equal(ha_machine_settle(c->b->machine, HA_OK), HA_OK);
    assert_int_equal(ha_machine_run(c->b->machine), HA_OK);
    expect_text("what was said", expected, ha_text_string(&c->said));
    ha_text_clear(&c->said);
}

void chorus_say(struct chorus *c, const char *word)
{
    uint64_t ms = c->b->machine->kernel.world.time_ns / NS_A_MS;
    ha_text_add(&c->said, word);
    if (ms)
        ha_text_addf(&c->said, "@%u", (unsigned)ms);
    ha_text_add(&c->said, " ");
}

void chorus_number(struct chorus *c, const char *word, LONG number)
{
    ha_text_addf(&c->said, "%s=%d ", word, (int)number);
}

void chorus_say_place(struct chorus *c, const char *word)
{
    const struct ha_record *stamp = &ha_thread_current()->stamp;
    struct ha_text text = {0};
    ha_text_addf(&text, "%s:%u/%u", word, (unsigned)stamp->processor, (unsigned)stamp->irql);
    chorus_say(c, ha_text_string(&text));
    ha_text_close(&text);
}

static void say_status(struct chorus *c, NTSTATUS status)
{
    char buffer[HA_STATUS_TEXT];
    const char *text = ha_status_text(status, buffer);
    chorus_say(c, text);
}

LARGE_INTEGER chorus_in(int ms)
{
    return (LARGE_INTEGER){.QuadPart = -10000ll * ms};
}

void chorus_wait(struct chorus *c, PVOID object, int ms)
{
    LARGE_INTEGER timeout = chorus_in(ms);
    say_status(c, KeWaitForSingleObject(object, Executive, KernelMode, FALSE,
                                        ms == FOREVER ? NULL : &timeout));
}

void chorus_wait_multiple(struct chorus *c, ULONG count, WAIT_TYPE type, int ms)
{
    LARGE_INTEGER timeout = chorus_in(ms);
    say_status(c, KeWaitForMultipleObjects(count, c->object, type, Executive, KernelMode, FALSE,
                                           ms == FOREVER ? NULL : &timeout,
                                           count > THREAD_WAIT_OBJECTS ? c->block : NULL));
}

void chorus_delay(int ms)
{
    LARGE_INTEGER interval = chorus_in(ms);
    KeDelayExecutionThread(KernelMode, FALSE, &interval);
}

void chorus_make_dpcs(struct chorus *c, PKDEFERRED_ROUTINE routine)
{
    for (size_t i = 0; i < sizeof c->dpc / sizeof c->dpc[0]; i++)
        KeInitializeDpc(&c->dpc[i], routine, c);
}

VOID NTAPI chorus_dpc(PKDPC Dpc, PVOID DeferredContext, PVOID SystemArgument1,
                      PVOID SystemArgument2)
{
    struct chorus *c = DeferredContext;
    char word[] = "d?";
    (void)SystemArgument1;
    (void)SystemArgument2;
    word[1] = (char)('0' + (Dpc - c->dpc));
    chorus_say_place(c, word);
}

NTSTATUS chorus_aim(struct chorus *c, int n, USHORT group, UCHAR number)
{
    PROCESSOR_NUMBER place = {.Group = group, .Number = number};
    return KeSetTargetProcessorDpcEx(&c->dpc[n], &place);
}

void chorus_insert(struct chorus *c, int n)
{
    chorus_say(c, KeInsertQueueDpc(&c->dpc[n], NULL, NULL) ? "in" : "again");
}
