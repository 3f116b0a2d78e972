/* playing - see playing.h. Owns the choice between the two ways. */
#include "edge/playing.h"

#include "edge/local.h"
#include "edge/worker.h"

int ha_playing_open(const struct ha_playing_options *options, bool apart,
                    struct ha_playing **playing, struct ha_text *trouble)
{
    return apart ? ha_worker_open(options, playing, trouble)
                 : ha_local_open(options, playing, trouble);
}

int ha_playing_slice(struct ha_playing *playing, uint64_t until_ns)
{
    return playing->operations->slice(playing, until_ns);
}

int ha_playing_run(struct ha_playing *playing)
{
    return playing->operations->run(playing);
}

void ha_playing_begin_work(struct ha_playing *playing)
{
    playing->operations->begin_work(playing);
}

bool ha_playing_has_worked(struct ha_playing *playing, int *err)
{
    return playing->operations->has_worked(playing, err);
}

void ha_playing_stop(struct ha_playing *playing, enum ha_ending ending)
{
    if (!playing->state.over)
        playing->operations->stop(playing, ending);
}

size_t ha_playing_waiting(const struct ha_playing *playing, size_t event)
{
    return playing->operations->waiting(playing, event);
}

size_t ha_playing_unstruck(const struct ha_playing *playing, size_t fault)
{
    return playing->operations->unstruck(playing, fault);
}

void ha_playing_leave(struct ha_playing *playing, struct ha_text *words)
{
    if (playing->operations->leave)
        playing->operations->leave(playing, words);
}

void ha_playing_close(struct ha_playing *playing)
{
    if (playing)
        playing->operations->close(playing);
}
