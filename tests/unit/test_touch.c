/* ha_touch in the nt layer: what a step depends on is noted, for whoever explores orders */
#include "unit/bench.h"

#include <string.h>

static char touched[512];

static void note_touch(struct ha_watcher *watcher, const struct ha_world *world, uint32_t object,
                       enum ha_touch_mode mode)
{
    static const char *const things[] = {"partition", "queue", "chain", "threads"};
    (void)watcher;
    (void)world;
    strcat(touched, mode == HA_TOUCH_WRITE ? "w:" : "r:");
    strcat(touched, UINT32_MAX - object < 4 ? things[UINT32_MAX - object]
                    : object >= HA_TOUCH_DRIVER(UINT16_MAX) ? "driver" : "object");
    strcat(touched, " ");
}

static struct ha_watcher watcher = {note_touch};

static VOID NTAPI ignore(PVOID CallbackContext, PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext,
                         PNTSTATUS OperationStatus)
{
    (void)CallbackContext;
    (void)ChangeContext;
    (void)OperationStatus;
}

static void listen(struct bench *b)
{
    touched[0] = '\0';
    b->machine->kernel.world.host->watcher = &watcher;
}

static void an_add_writes_the_partition_and_reads_the_chain(void **state)
{
    struct bench *b = *state;
    bench_driver(b, "a");
    bench_load(b);
    listen(b);

    bench_add_processor(b);

    /* Post and take the event; where its thread shall be, and the thread; the lock; the round;
       offer; the driver is called, and has returned; ACTIVE; the driver again; the lock; look for
       more. */
    assert_string_equal(touched, "w:queue r:queue w:queue r:partition w:threads w:object r:chain "
                                 "w:partition w:driver w:driver w:partition w:driver "
                                 "w:driver w:object r:queue ");
}

static void a_registration_writes_the_chain_and_a_query_reads_the_partition(void **state)
{
    struct bench *b = *state;
    bench_load(b);
    listen(b);

    KeDeregisterProcessorChangeCallback(
        KeRegisterProcessorChangeCallback(ignore, NULL, 0));
    KeQueryActiveProcessorCountEx(ALL_PROCESSOR_GROUPS);
    KeGetCurrentIrql();

    assert_string_equal(touched, "w:object w:chain w:object w:object w:chain w:object "
                                 "r:partition ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BENCH_TEST(an_add_writes_the_partition_and_reads_the_chain),
        BENCH_TEST(a_registration_writes_the_chain_and_a_query_reads_the_partition),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
