/* hearing - see hearing.h. Owns what the judge knew at each checkpoint. */
#include "edge/hearing.h"

#include <stdlib.h>
#include <string.h>

#include "hotadd/error.h"

struct ha_heard {
    struct ha_judge_save save;
    uint64_t serial;            /* of the checkpoint that it was saved at; 0 for none */
};

static void tell(struct ha_hearing *hearing, const struct ha_record *first, size_t count)
{
    struct ha_sink *sink = ha_judge_sink(hearing->judge);
    if (count)
        sink->take(sink, first, count);
}

/* Room for what is heard up to checkpoint i; false: no memory, so it is heard again each time. */
static bool reach(struct ha_hearing *hearing, size_t i)
{
    if (i < hearing->room)
        return true;
    size_t room = i < 8 ? 16 : 2 * i;
    struct ha_heard *heard = realloc(hearing->heard, room * sizeof *heard);
    if (!heard)
        return false;
    memset(heard + hearing->room, 0, (room - hearing->room) * sizeof *heard);
    hearing->heard = heard;
    hearing->room = room;
    return true;
}

/*
 * Put the judge back to the latest checkpoint that it has heard all before. Returns how many
 * records these are, and sets `next` to the checkpoint behind it.
 */
static size_t go_back(struct ha_hearing *hearing, size_t *next)
{
    size_t i = ha_checkpoints_count(hearing->checkpoints);
    i = i < hearing->room ? i : hearing->room;
    for (; i > 0; i--) {
        struct ha_checkpoint point = ha_checkpoints_at(hearing->checkpoints, i - 1);
        if (hearing->heard[i - 1].serial != point.serial)
            continue;
        ha_judge_restore(hearing->judge, &hearing->heard[i - 1].save);
        *next = i;
        return point.records;
    }
    ha_judge_restore(hearing->judge, &hearing->begun);
    *next = 0;
    return 0;
}

/* Of records that a run begins with, tell the judge what it has not heard. */
static void tell_rest(struct ha_hearing *hearing, const struct ha_record *first, size_t count)
{
    size_t next, at = go_back(hearing, &next);
    for (size_t i = next; i < ha_checkpoints_count(hearing->checkpoints); i++) {
        struct ha_checkpoint point = ha_checkpoints_at(hearing->checkpoints, i);
        if (!point.is_open || point.records > count || !reach(hearing, i))
            continue;
        tell(hearing, first + at, point.records - at);
        at = point.records;
        int err = ha_judge_save(hearing->judge, &hearing->heard[i].save);
        hearing->heard[i].serial = err ? 0 : point.serial;
    }
    tell(hearing, first + at, count - at);
}

static void take(struct ha_sink *sink, const struct ha_record *first, size_t count)
{
    struct ha_hearing *hearing = (struct ha_hearing *)(void *)sink;
    if (hearing->is_run && hearing->checkpoints && !hearing->taken)
        tell_rest(hearing, first, count);
    else
        tell(hearing, first, count);
    hearing->taken += count;
}

void ha_hearing_init(struct ha_hearing *hearing, struct ha_judge *judge)
{
    *hearing = (struct ha_hearing){.sink.take = take, .judge = judge};
}

void ha_hearing_close(struct ha_hearing *hearing)
{
    for (size_t i = 0; i < hearing->room; i++)
        ha_judge_save_close(&hearing->heard[i].save);
    free(hearing->heard);
    ha_judge_save_close(&hearing->begun);
    *hearing = (struct ha_hearing){.room = 0};
}

int ha_hearing_begin(struct ha_hearing *hearing, const struct ha_checkpoints *checkpoints)
{
    int err = hearing->is_run ? HA_OK : ha_judge_save(hearing->judge, &hearing->begun);
    if (err)
        return err;
    hearing->is_run = true;
    hearing->checkpoints = checkpoints;
    hearing->taken = 0;
    if (!checkpoints)
        ha_judge_restore(hearing->judge, &hearing->begun);
    return HA_OK;
}
