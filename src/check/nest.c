/*
 * nest - a stack of records for every thread
 *
 * Owns struct ha_nest, and which kind of record ends which.
 */
#include "check/nest.h"

#include <stdlib.h>
#include <string.h>

#define MOST_THREADS (1u << 20)     /* a trace from elsewhere may hold any id; memory has an end */

unsigned ha_opener_of(unsigned kind)
{
    static const uint8_t openers[HA_KIND_COUNT] = {
        [HA_DRV_ENTRY_LEAVE] = HA_DRV_ENTRY_ENTER, [HA_UNLOAD_LEAVE] = HA_UNLOAD_ENTER,
        [HA_REG_RETURN] = HA_REG_ENTER,            [HA_DEREG_RETURN] = HA_DEREG_ENTER,
        [HA_CB_LEAVE] = HA_CB_ENTER,               [HA_UNIT_END] = HA_UNIT_BEGIN,
        [HA_ADD_END] = HA_ADD_BEGIN,               [HA_WAIT_END] = HA_WAIT_BEGIN,
        [HA_DPC_RUN_LEAVE] = HA_DPC_RUN_ENTER,     [HA_IPI_LEAVE] = HA_IPI_ENTER,
        [HA_ADD_DEVICE_LEAVE] = HA_ADD_DEVICE_ENTER, [HA_MEM_ADD_END] = HA_MEM_ADD_BEGIN,
        [HA_REINIT_LEAVE] = HA_REINIT_ENTER,
        [HA_PNP_REG_RETURN] = HA_PNP_REG_ENTER,
        [HA_PNP_UNREG_RETURN] = HA_PNP_UNREG_ENTER,
        [HA_PNP_CB_LEAVE] = HA_PNP_CB_ENTER,
        [HA_EX_CALL_LEAVE] = HA_EX_CALL_ENTER,
    };
    return kind < HA_KIND_COUNT ? openers[kind] : HA_NO_RECORD;
}

bool ha_opens(unsigned kind)
{
    for (unsigned closer = 0; kind && closer < HA_KIND_COUNT; closer++)
        if (ha_opener_of(closer) == kind)
            return true;
    return false;
}

bool ha_belongs(const struct ha_record *opener, const struct ha_record *closer)
{
    return opener->kind == ha_opener_of(closer->kind) && opener->id == closer->id &&
           opener->thread == closer->thread;
}

static bool reach(struct ha_nest *nest, uint32_t thread)
{
    uint32_t count = nest->count ? nest->count : 16;
    struct ha_nest_thread *grown;

    if (thread < nest->count)
        return true;
    while (count <= thread)
        count *= 2;
    grown = realloc(nest->thread, count * sizeof *grown);
    if (!grown)
        return false;
    memset(grown + nest->count, 0, (count - nest->count) * sizeof *grown);
    nest->thread = grown;
    nest->count = count;
    return true;
}

bool ha_nest_push(struct ha_nest *nest, const struct ha_record *opener)
{
    struct ha_nest_thread *thread;

    if (opener->thread >= MOST_THREADS)
        return true;
    if (!reach(nest, opener->thread))
        return false;
    thread = &nest->thread[opener->thread];
    if (thread->count == thread->room) {
        size_t room = thread->room ? 2 * thread->room : 4;
        struct ha_record *inside = realloc(thread->inside, room * sizeof *inside);
        if (!inside)
            return false;
        thread->inside = inside;
        thread->room = room;
    }
    thread->inside[thread->count++] = *opener;
    return true;
}

bool ha_nest_pop(struct ha_nest *nest, const struct ha_record *closer, struct ha_record *opener)
{
    for (size_t i = ha_nest_depth(nest, closer->thread); i > 0; i--) {
        struct ha_nest_thread *thread = &nest->thread[closer->thread];
        if (ha_belongs(&thread->inside[i - 1], closer)) {
            *opener = thread->inside[i - 1];
            thread->count = i - 1;
            return true;
        }
    }
    return false;
}

size_t ha_nest_depth(const struct ha_nest *nest, uint32_t thread)
{
    return thread < nest->count ? nest->thread[thread].count : 0;
}

struct ha_record *ha_nest_at(const struct ha_nest *nest, uint32_t thread, size_t outwards)
{
    size_t depth = ha_nest_depth(nest, thread);
    return outwards < depth ? &nest->thread[thread].inside[depth - 1 - outwards] : NULL;
}

void ha_nest_clear(struct ha_nest *nest)
{
    for (uint32_t i = 0; i < nest->count; i++)
        nest->thread[i].count = 0;
}

void ha_nest_close(struct ha_nest *nest)
{
    for (uint32_t i = 0; i < nest->count; i++)
        free(nest->thread[i].inside);
    free(nest->thread);
    *nest = (struct ha_nest){0};
}
