/*
 * judge_state - the memory of a judge
 *
 * Owns the arrays by id, the list in registration order, and the open calls and phases. Nothing
 * here finds anything.
 */
#include "check/judge_state.h"

#include <stdlib.h>
#include <string.h>

#include "base/names.h"

#define IDS_TO_SPARE 65535u      /* any driver, which has 16 bits */

bool ha_grow(void **array, size_t *room, size_t count, size_t size)
{
    if (count < *room)
        return true;
    size_t larger = *room ? *room : 16;
    while (larger <= count)
        larger *= 2;
    char *grown = realloc(*array, larger * size);
    if (!grown)
        return false;
    *array = grown;
    *room = larger;
    return true;
}

/*
 * Entry `id`; those up to it that are new are zeroed, as a reset keeps the room.
 *
 * Ids count what has appeared, so none is far above the number of records. One that is, in a
 * trace from elsewhere, is no reason to fill the memory.
 */
static void *reach(struct ha_judge *judge, void **array, size_t *count, size_t *room, size_t size,
                   uint32_t id)
{
    if (id > ha_record_seq(judge->record) + IDS_TO_SPARE)
        return NULL;
    if (!ha_grow(array, room, id, size)) {
        judge->lost = true;
        return NULL;
    }
    if (id >= *count) {
        memset((char *)*array + *count * size, 0, (id + 1 - *count) * size);
        *count = (size_t)id + 1;
    }
    return (char *)*array + id * size;
}

struct ha_seen_registration *ha_reach_registration(struct ha_judge *judge, uint32_t id)
{
    void *array = judge->registrations;
    struct ha_seen_registration *entry = reach(judge, &array, &judge->registration_count,
                                               &judge->registration_room, sizeof *entry, id);
    judge->registrations = array;
    return entry;
}

struct ha_seen_driver *ha_reach_driver(struct ha_judge *judge, uint32_t id)
{
    void *array = judge->drivers;
    struct ha_seen_driver *entry = reach(judge, &array, &judge->driver_count, &judge->driver_room,
                                         sizeof *entry, id);
    judge->drivers = array;
    return entry;
}

struct ha_seen_thread *ha_reach_thread(struct ha_judge *judge, uint32_t id)
{
    void *array = judge->threads;
    struct ha_seen_thread *entry = reach(judge, &array, &judge->thread_count, &judge->thread_room,
                                         sizeof *entry, id);
    judge->threads = array;
    return entry;
}

struct ha_seen_instance *ha_reach_instance(struct ha_judge *judge, uint32_t id)
{
    struct ha_instances *all = &judge->instances;
    void *array = all->instance;
    struct ha_seen_instance *entry = reach(judge, &array, &all->instance_count,
                                           &all->instance_room, sizeof *entry, id);
    all->instance = array;
    return entry;
}

struct ha_seen_dpc *ha_reach_dpc(struct ha_judge *judge, uint32_t id)
{
    void *array = judge->dpcs;
    struct ha_seen_dpc *entry = reach(judge, &array, &judge->dpc_count, &judge->dpc_room,
                                      sizeof *entry, id);
    judge->dpcs = array;
    return entry;
}

struct ha_seen_entry *ha_reach_entry(struct ha_judge *judge, uint32_t id)
{
    void *array = judge->entries;
    struct ha_seen_entry *entry = reach(judge, &array, &judge->entry_count, &judge->entry_room,
                                        sizeof *entry, id);
    judge->entries = array;
    return entry;
}

void ha_list_append(struct ha_judge *judge, uint32_t id)
{
    struct ha_seen_registration *registration = &judge->registrations[id];

    registration->listed = true;
    registration->place = ++judge->next_place;
    registration->next = 0;
    registration->previous = judge->last;
    if (judge->last)
        judge->registrations[judge->last].next = id;
    else
        judge->first = id;
    judge->last = id;
    judge->listed++;
    judge->drivers[registration->driver].listed++;
}

/* What the add that is going on no longer owes to one who leaves. */
static void settle(struct ha_judge *judge, uint32_t id, struct ha_seen_registration *leaver)
{
    struct ha_add *add = &judge->add;

    add->removals++;
    if (leaver->place < add->place_limit && leaver->started != add->id) {
        add->due--;
    } else if (leaver->started == add->id && leaver->ended != add->id) {
        add->heard--;
        if (leaver->wrote)
            add->writers--;
    }
    if (leaver->regions && leaver->started == add->id) {
        leaver->regions = 0;
        add->unbalanced--;
    }
    if (add->next == id)
        add->next = leaver->next;
}

void ha_list_unlink(struct ha_judge *judge, uint32_t id)
{
    struct ha_seen_registration *leaver = &judge->registrations[id];

    if (!leaver->listed)
        return;
    if (judge->add.open)
        settle(judge, id, leaver);
    if (leaver->previous)
        judge->registrations[leaver->previous].next = leaver->next;
    else
        judge->first = leaver->next;
    if (leaver->next)
        judge->registrations[leaver->next].previous = leaver->previous;
    else
        judge->last = leaver->previous;
    leaver->listed = false;
    judge->listed--;
    judge->drivers[leaver->driver].listed--;
}

struct ha_open_call *ha_innermost_call(const struct ha_judge *judge, uint32_t thread, uint32_t id)
{
    for (size_t i = judge->call_count; i--;)
        if (judge->calls[i].enter.thread == thread && (!id || judge->calls[i].enter.id == id))
            return &judge->calls[i];
    return NULL;
}

void ha_call_open(struct ha_judge *judge, const struct ha_record *enter, bool aside)
{
    void *array = judge->calls;

    if (!ha_grow(&array, &judge->call_room, judge->call_count, sizeof *judge->calls)) {
        judge->lost = true;
        return;
    }
    judge->calls = array;
    judge->calls[judge->call_count++] = (struct ha_open_call){*enter, aside};
}

void ha_call_close(struct ha_judge *judge, struct ha_open_call *call)
{
    struct ha_open_call *end = judge->calls + judge->call_count--;

    memmove(call, call + 1, (size_t)(end - (call + 1)) * sizeof *call);
}

bool ha_is_being_called(const struct ha_judge *judge, uint32_t registration, uint32_t but_thread)
{
    for (size_t i = 0; i < judge->call_count; i++)
        if (judge->calls[i].enter.id == registration && judge->calls[i].enter.thread != but_thread)
            return true;
    return false;
}

void ha_alive_add(struct ha_judge *judge, bool is_work)
{
    const struct ha_record *record = judge->record;
    void *array = judge->alive;

    if (!ha_grow(&array, &judge->alive_room, judge->alive_count, sizeof *judge->alive)) {
        judge->lost = true;
        return;
    }
    judge->alive = array;
    judge->alive[judge->alive_count++] =
        (struct ha_alive){.id = record->id, .made_at = record->as.begun.place,
                          .driver = record->driver, .is_work = is_work};
}

struct ha_phase *ha_phase_find(const struct ha_judge *judge, uint32_t registration)
{
    for (size_t i = judge->phase_count; i--;)
        if (judge->phases[i].registration == registration)
            return &judge->phases[i];
    return NULL;
}

struct ha_phase *ha_phase_of_thread(const struct ha_judge *judge, uint32_t thread)
{
    for (size_t i = judge->phase_count; i--;)
        if (judge->phases[i].thread == thread)
            return &judge->phases[i];
    return NULL;
}

struct ha_phase *ha_phase_open(struct ha_judge *judge, uint32_t registration, uint32_t thread)
{
    void *array = judge->phases;

    if (!ha_grow(&array, &judge->phase_room, judge->phase_count, sizeof *judge->phases)) {
        judge->lost = true;
        return NULL;
    }
    judge->phases = array;

    struct ha_phase *phase = &judge->phases[judge->phase_count++];
    memset(phase, 0, sizeof *phase);
    phase->registration = registration;
    phase->thread = thread;
    phase->count = judge->layout.active;
    phase->last = -1;
    phase->first_block = judge->pool.taken;
    return phase;
}

void ha_phase_close(struct ha_judge *judge, struct ha_phase *phase)
{
    struct ha_phase *end = judge->phases + judge->phase_count--;

    memmove(phase, phase + 1, (size_t)(end - (phase + 1)) * sizeof *phase);
}

int32_t ha_add_veto(const struct ha_judge *judge)
{
    const struct ha_add *add = &judge->add;

    if (judge->knob[HA_KNOB_OPSTATUS_SCOPE] == HA_OPSTATUS_PER_CALL
        || judge->knob[HA_KNOB_OPSTATUS_DECISION] == HA_FIRST_ERROR
        || judge->knob[HA_KNOB_HOT_START_ERROR] == HA_STOP_AT_ERROR)
        return add->first_error;
    return ha_nt_success(add->final) ? 0 : add->final;
}

int32_t ha_add_cause(const struct ha_judge *judge)
{
    int32_t veto = ha_add_veto(judge);

    return veto ? veto : judge->add.hw_status;
}

bool ha_is_orphan(const struct ha_judge *judge, const struct ha_seen_registration *registration)
{
    return registration->standing == HA_DEAD || judge->drivers[registration->driver].freed;
}

bool ha_is_removable(const struct ha_seen_registration *registration)
{
    return registration->standing == HA_LIVE || registration->standing == HA_DEAD;
}

bool ha_is_taken_out(const struct ha_seen_registration *registration)
{
    return registration->standing == HA_REMOVED || registration->standing == HA_LEAVING
           || (registration->standing == HA_LOCKED && registration->why == HA_WHY_SELF_REMOVAL);
}

bool ha_is_called_by_adds(const struct ha_judge *judge,
                          const struct ha_seen_registration *registration)
{
    return registration->standing == HA_LIVE
           || (registration->standing == HA_LOCKED
               && judge->knob[HA_KNOB_REGISTER_DURING_ADD] == HA_REGISTER_LATE_JOIN);
}

bool ha_may_be_at_passive(const struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;

    return !record->irql
        || (judge->knob[HA_KNOB_CALLBACK_IRQL] == HA_CALLBACK_APC && judge->around
            && record->irql == judge->around->irql);
}
