/*
 * play - see play.h. Owns the machine of a case, and lets its events come.
 */
#include "model/play.h"

#include <stdlib.h>
#include <string.h>

#include "model/drivers.h"
#include "sim/machine.h"

#define ARENA_BYTES ((size_t)1 << 20)

static uint32_t place_or_any(uint32_t value)
{
    return value == CASE_ANY ? HA_ANY_PLACE : value;
}

static int carry_out(struct play *play, const struct case_event *event)
{
    static const char *const names[CASE_DRIVERS] = {"d0", "d1", "d2"};
    struct ha_machine *machine = play->machine;
    int err = HA_OK;
    switch (event->kind) {
    case LOAD:
        play->id[event->which] = ++play->loads;
        play->loaded[play->loads] = event->which;
        return ha_machine_load(machine, names[event->which], drivers_enter);
    case UNLOAD:
        if (!play->running[event->which] || play->waits_to_go[event->which])
            return HA_OK;
        play->waits_to_go[event->which] = true;
        return ha_machine_unload(machine, names[event->which]);
    case REGISTER:
    case REMOVE:
        if (!play->running[play->plan->client[event->which].driver])
            return HA_OK;
        drivers_send(play, &play->client[event->which], event->kind == REGISTER);
        return ha_machine_settle(machine, HA_OK);
    case ADD: {
        const struct ha_add_options options = {
            place_or_any(event->group), place_or_any(event->number), place_or_any(event->node),
            event->count, event->start};
        err = ha_machine_add_processor(machine, 0, &options);
        break;
    }
    case ADD_MEMORY: {
        const struct ha_memory_add_options options = {case_range_base(CASE_RANGES + play->step),
                                                      CASE_RANGE_SIZE, event->start};
        err = ha_machine_add_memory(machine, 0, &options);
        break;
    }
    case DISABLE_PROCESSOR:
    case DISABLE_MEMORY:
        err = ha_machine_remove_interface(
            machine, event->kind == DISABLE_MEMORY ? HA_UNIT_MEMORY : HA_UNIT_PROCESSOR,
            event->which);
        return err == HA_EINVAL ? HA_OK : err;      /* it is not there */
    case HOLD: return ha_machine_hold_arrivals(machine);
    case RELEASE: return ha_machine_release_arrivals(machine);
    }
    return err ? err : ha_machine_run(machine);
}

static void begin_step(struct play *play, uint32_t step)
{
    ha_machine_flush(play->machine);
    facts_say_everywhere(play->facts, (struct fact){.what = STEP, .who = step});
    play->step = step;
    play->helped = false;
    play->guest = NULL;
    for (uint32_t c = 0; c < CASE_CLIENTS; c++)
        memset(play->client[c].heard, 0, sizeof play->client[c].heard);
}

static void take_stock(const struct play *play)
{
    ha_machine_enter(play->machine);
    for (uint32_t g = 0; g < play->plan->groups; g++) {
        KAFFINITY mask = KeQueryGroupAffinity((USHORT)g);
        facts_say(play->facts, SEEN, (struct fact){
            .what = IN_GROUP, .who = g, .index = (uint32_t)mask, .place = (uint32_t)(mask >> 32),
            .status = (int32_t)KeQueryActiveProcessorCountEx((USHORT)g)});
    }
    PROCESSOR_NUMBER number;
    for (uint32_t i = 0; NT_SUCCESS(KeGetProcessorNumberFromIndex(i, &number)); i++)
        facts_say(play->facts, SEEN, (struct fact){
            .what = IN_PLACE, .index = i,
            .place = (uint32_t)number.Group << 16 | number.Number});
    PPHYSICAL_MEMORY_RANGE ranges = MmGetPhysicalMemoryRanges();
    for (PPHYSICAL_MEMORY_RANGE range = ranges; range && range->NumberOfBytes.QuadPart; range++)
        facts_say(play->facts, SEEN, (struct fact){
            .what = RANGE, .index = (uint32_t)((uint64_t)range->BaseAddress.QuadPart >> 30),
            .place = (uint32_t)(range->NumberOfBytes.QuadPart >> 30)});
    ExFreePool(ranges);
    for (uint32_t c = 0; c < play->plan->clients; c++)
        facts_say(play->facts, SEEN, (struct fact){.what = HOLDS, .who = c,
                                                   .status = play->client[c].state == HELD});
}

static struct ha_machine *make_machine(const struct case_plan *plan)
{
    struct ha_group_options group[CASE_GROUPS];
    struct ha_memory_options memory[CASE_RANGES];
    struct ha_machine *machine = NULL;
    for (uint32_t g = 0; g < plan->groups; g++)
        group[g] = (struct ha_group_options){plan->group[g].maximum, plan->group[g].active_mask,
                                             0, plan->group[g].node};
    for (uint32_t n = 0; n < plan->ranges; n++)
        memory[n] = (struct ha_memory_options){case_range_base(n), CASE_RANGE_SIZE};
    const struct ha_machine_options options = {
        .partition = {group, plan->groups, memory, plan->ranges}, .profile = plan->profile,
        .arena_bytes = ARENA_BYTES};
    return ha_machine_create(&options, &machine, NULL) ? NULL : machine;
}

static void play_events(struct play *play)
{
    int err = HA_OK;
    for (uint32_t e = 0; !err && e < play->plan->events; e++) {
        begin_step(play, e);
        err = carry_out(play, &play->plan->event[e]);
    }
    if (err)
        return;
    begin_step(play, play->plan->events);
    take_stock(play);
    ha_machine_finish(play->machine);
}

/* Nothing that take_stock() asks can end a run that is right; who tries seeds says which it was. */
static void run_ended_inside_a_routine(struct ha_machine *machine, void *argument)
{
    (void)machine;
    (void)argument;
    abort();
}

enum ha_ending play_case(const struct case_plan *plan, struct facts *facts)
{
    struct play play = {.plan = plan, .facts = facts, .machine = make_machine(plan)};
    struct trace_facts trace;
    enum ha_ending ending = HA_END_NOT_YET;
    if (!play.machine)
        return ending;
    for (uint32_t c = 0; c < CASE_CLIENTS; c++)
        play.client[c] = (struct client){.play = &play, .number = c};
    ha_machine_set_watcher(play.machine, &play);
    ha_machine_set_fatal(play.machine, run_ended_inside_a_routine, NULL);
    trace_facts_init(&trace, plan, facts, play.asked, play.loaded);
    if (!ha_machine_add_sink(play.machine, &trace.sink)) {
        play_events(&play);
        ending = ha_machine_ending(play.machine);
    }
    ha_machine_destroy(play.machine);
    drivers_close(&play);
    return ending;
}
