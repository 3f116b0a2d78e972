/* footprint: a thread's place in its driver's own code, where it touches nothing that has an id */
#include "unit/bench.h"

#include "core/tape.h"
#include "sim/footprint.h"

/* Lets the first thread be preempted at its n-th question; who gave way goes on before others. */
struct director {
    struct ha_oracle oracle;            /* first */
    uint32_t preempted_at;              /* from 1 */
    uint32_t preempts, nexts;           /* asked so far */
    struct ha_footprint footprint;
};

static uint32_t decide(struct director *director, const struct ha_question *question)
{
    if (question->kind == HA_CHOICE_PREEMPT)
        return ++director->preempts == director->preempted_at;
    return question->kind == HA_CHOICE_THREAD && director->nexts++ ? question->options - 1 : 0;
}

/* As a search does it. */
static uint32_t direct(struct ha_oracle *oracle, struct ha_world *world,
                       const struct ha_question *question)
{
    struct director *director = (struct director *)(void *)oracle;
    uint32_t answer = decide(director, question);
    ha_footprint_answer(&director->footprint, world, question, answer);
    return answer;
}

struct memory {
    int written, seen;
};

/* Two calls that say nothing of anything but that they were made. */
static void look(void *argument)
{
    struct memory *memory = argument;
    KeMemoryBarrier();
    memory->seen = memory->written;
    KeMemoryBarrier();
}

static void write_it(void *argument)
{
    struct memory *memory = argument;
    memory->written = 1;
    KeQueryActiveProcessorCountEx(ALL_PROCESSOR_GROUPS);
}

static void do_nothing(void *argument)
{
    (void)argument;
}

/* What the first thread has seen; the identity of the run. */
static int see(uint32_t preempted_at, uint16_t other_driver, uint64_t *identity)
{
    struct bench *b;
    struct memory memory = {0};
    struct director director = {.oracle.answer = direct, .preempted_at = preempted_at};
    static void (*const bodies[])(void *argument) = {look, write_it, do_nothing};
    assert_int_equal(bench_setup((void **)&b), 0);
    bench_driver(b, "a");
    bench_driver(b, "b");
    bench_load(b);
    struct ha_world *world = &b->machine->kernel.world;
    for (int i = 0; i < 3; i++)
        assert_int_equal(ha_thread_create(world, HA_THREAD_SYSTEM, i == 1 ? other_driver : 1,
                                          bodies[i], &memory, NULL), HA_OK);
    ha_footprint_init(&director.footprint, NULL);
    world->host->watcher = &director.footprint.watcher;
    world->host->oracle = &director.oracle;

    assert_int_equal(ha_machine_settle(b->machine, HA_OK), HA_OK);

    world->host->watcher = NULL;
    world->host->oracle = NULL;
    *identity = director.footprint.sum;
    ha_footprint_close(&director.footprint);
    assert_int_equal(bench_teardown((void **)&b), 0);
    return memory.seen;
}

static void where_a_thread_stands_in_its_code_matters_to_its_driver(void **state)
{
    uint64_t before, behind;
    (void)state;

    assert_int_equal(see(1, 1, &before), 1);
    assert_int_equal(see(2, 1, &behind), 0);

    assert_int_not_equal(before, behind);
}

static void it_does_not_matter_to_another_driver(void **state)
{
    uint64_t before, behind;
    (void)state;

    see(1, 2, &before);
    see(2, 2, &behind);

    assert_int_equal(before, behind);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(where_a_thread_stands_in_its_code_matters_to_its_driver),
        cmocka_unit_test(it_does_not_matter_to_another_driver),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
