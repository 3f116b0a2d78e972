/*
 * local - see local.h
 *
 * Owns struct ha_local: the machine, and a copy of the plan whose compiled drivers have their code.
 */
#include "edge/local.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/race.h"
#include "edge/module.h"
#include "sim/checkpoint.h"
#include "sim/player.h"

#define STEPS_A_SLICE 64
#define CHECKPOINT_BYTES ((size_t)64 << 20)

struct ha_local {
    struct ha_playing playing;      /* first */
    struct ha_sink guard;           /* ends the run in the middle of a step */
    bool in_step;
    struct ha_plan plan;
    struct ha_script *script;       /* the plan's, each with its code; NULL when none has any */
    struct ha_module **module;      /* for each script; NULL where it has none */
    struct ha_machine *machine;
    int worked;                     /* what the work has returned */
};

static struct ha_local *local_of(struct ha_playing *playing)
{
    return (struct ha_local *)(void *)playing;
}

static void guard_records(struct ha_sink *sink, const struct ha_record *first, size_t count)
{
    struct ha_local *local =
        (struct ha_local *)(void *)((char *)sink - offsetof(struct ha_local, guard));
    const struct ha_playing_options *options = &local->playing.options;
    (void)first;
    (void)count;
    if (local->in_step && options->is_called_off(options->argument))
        ha_machine_interrupt(local->machine, HA_END_SIGNAL);
}

/* Two drivers of one file share its variables, unless the second gets a copy of the file. */
static bool is_loaded(const struct ha_local *local, size_t count, const struct ha_module *module)
{
    for (size_t i = 0; i < count; i++)
        if (local->module[i] && ha_module_entry(local->module[i]) == ha_module_entry(module))
            return true;
    return false;
}

/* Windows maps an image anew when a driver is loaded again. */
static void map_module(void *image)
{
    ha_module_refresh(image);
}

/* What an image does before its driver runs, and afterwards, races with nobody. */
static void unload_module(struct ha_module *module)
{
    ha_race_hide();
    ha_module_unload(module);
    ha_race_show();
}

static int load_module(struct ha_local *local, size_t i, struct ha_text *sentences)
{
    struct ha_module *module;
    const char *path = local->script[i].module;
    ha_race_hide();
    int err = ha_module_load(path, false, &module, sentences);
    if (!err && is_loaded(local, i, module)) {
        ha_module_unload(module);
        err = ha_module_load(path, true, &module, sentences);
    }
    ha_race_show();
    if (err)
        return err;
    local->module[i] = module;
    local->script[i].module = ha_module_path(module);
    local->script[i].code = ha_module_entry(module);
    local->script[i].map = map_module;
    local->script[i].image = module;
    return HA_OK;
}

static int load_or_blame(struct ha_local *local, size_t i)
{
    const struct ha_playing_options *options = &local->playing.options;
    struct ha_text sentences = {0};
    if (options->is_loading)
        options->is_loading(options->argument, i);
    int err = load_module(local, i, &sentences);
    if (err == HA_EREAD)
        options->blame(options->argument, i, &sentences);
    ha_text_close(&sentences);
    return err;
}

/* One that cannot be loaded does not keep the author from hearing of the next. */
static int load_modules(struct ha_local *local)
{
    const struct ha_plan *plan = local->playing.options.plan;
    size_t first = 0;
    int err = HA_OK;
    while (first < plan->driver_count && !plan->driver[first].module)
        first++;
    if (first == plan->driver_count)
        return HA_OK;
    local->script = malloc(plan->driver_count * sizeof *local->script);
    local->module = calloc(plan->driver_count, sizeof *local->module);
    if (!local->script || !local->module)
        return HA_ENOMEM;
    memcpy(local->script, plan->driver, plan->driver_count * sizeof *local->script);
    local->plan.driver = local->script;
    for (size_t i = first; i < plan->driver_count && (!err || err == HA_EREAD); i++) {
        int how = local->script[i].module ? load_or_blame(local, i) : HA_OK;
        err = how ? how : err;
    }
    return err;
}

static int open_machine(struct ha_local *local, struct ha_text *trouble)
{
    const struct ha_playing_options *options = &local->playing.options;
    struct ha_machine_options machine = ha_player_options(&local->plan, options->replay);
    struct ha_error error = {""};
    ha_race_listen();
    machine.threads = options->search ? HA_THREADS_COROUTINES : options->threads;
    machine.record_budget = options->record_budget;
    machine.record_locks = options->record_locks;
    machine.record_places = options->record_places;
    int err = ha_machine_create(&machine, &local->machine, &error);
    if (err) {
        ha_text_add(trouble, error.text);
        return err;
    }
    if (options->window)
        ha_player_lend(local->machine, options->window);
    if (options->break_at)
        ha_player_break_at(local->machine, options->break_at);
    local->guard.take = guard_records;
    for (size_t i = 0; i < options->sink_count && !err; i++)
        err = ha_machine_add_sink(local->machine, options->sink[i]);
    if (!err)
        err = ha_machine_add_sink(local->machine, &local->guard);
    if (!err && options->search) {
        ha_player_search(local->machine, options->search);
        err = ha_player_mark(local->machine);
        /* What compiled drivers know does not go back; without memory it goes more slowly. */
        if (!err && !local->module)
            local->playing.checkpoints = ha_checkpoints_create(local->machine, options->search,
                                                               CHECKPOINT_BYTES);
    }
    return err ? err : ha_player_begin(local->machine, &local->plan);
}

static void note_state(struct ha_local *local, bool over)
{
    struct ha_playing_state *state = &local->playing.state;
    state->over = over;
    state->has_due = ha_player_next_due(local->machine, &state->due_ns);
    state->ending = ha_machine_ending(local->machine);
    state->stale = over && ha_machine_replayed(local->machine) != HA_OK;
}

static int slice(struct ha_playing *playing, uint64_t until_ns)
{
    struct ha_local *local = local_of(playing);
    const struct ha_playing_options *options = &playing->options;
    bool more = true;
    int err = HA_OK;
    for (int i = 0; i < STEPS_A_SLICE && more && !options->has_enough(options->argument); i++) {
        uint64_t due_ns;
        if (until_ns != HA_NO_LIMIT && ha_player_next_due(local->machine, &due_ns) &&
            due_ns > until_ns)
            break;
        local->in_step = true;
        err = ha_player_step(local->machine, &more);
        local->in_step = false;
    }
    ha_machine_flush(local->machine);
    note_state(local, !more);
    return err;
}

static int run_from_mark(struct ha_local *local)
{
    bool more = true;
    int err = ha_machine_rewind(local->machine);
    if (!err)
        err = ha_player_begin(local->machine, &local->plan);
    while (!err && more)
        err = ha_player_step(local->machine, &more);
    return err;
}

static int run(struct ha_playing *playing)
{
    struct ha_local *local = local_of(playing);
    local->in_step = true;
    int err = playing->checkpoints ? ha_checkpoints_play(playing->checkpoints, &local->plan)
                                   : run_from_mark(local);
    local->in_step = false;
    note_state(local, true);
    return err;
}

static void begin_work(struct ha_playing *playing)
{
    local_of(playing)->worked = playing->options.work(playing->options.argument, playing);
}

static bool has_worked(struct ha_playing *playing, int *err)
{
    *err = local_of(playing)->worked;
    return true;
}

static void stop(struct ha_playing *playing, enum ha_ending ending)
{
    struct ha_local *local = local_of(playing);
    ha_machine_stop(local->machine, ending);
    note_state(local, true);
}

static size_t waiting(const struct ha_playing *playing, size_t event)
{
    return ha_player_waiting(((const struct ha_local *)(const void *)playing)->machine, event);
}

static size_t unstruck(const struct ha_playing *playing, size_t fault)
{
    return ha_player_unstruck(((const struct ha_local *)(const void *)playing)->machine, fault);
}

static void close_local(struct ha_playing *playing)
{
    struct ha_local *local = local_of(playing);
    ha_checkpoints_destroy(playing->checkpoints);
    ha_machine_destroy(local->machine);
    for (size_t i = local->module ? local->plan.driver_count : 0; i-- > 0;)
        unload_module(local->module[i]);
    free(local->module);
    free(local->script);
    free(local);
}

static const struct ha_playing_operations operations = {
    .slice = slice,
    .run = run,
    .begin_work = begin_work,
    .has_worked = has_worked,
    .stop = stop,
    .waiting = waiting,
    .unstruck = unstruck,
    .close = close_local,
};

int ha_local_open(const struct ha_playing_options *options, struct ha_playing **playing,
                  struct ha_text *trouble)
{
    struct ha_local *local = calloc(1, sizeof *local);
    int err = HA_ENOMEM;
    if (local) {
        local->playing.operations = &operations;
        local->playing.options = *options;
        local->playing.file = -1;
        local->plan = *options->plan;
        err = load_modules(local);
        if (!err)
            err = open_machine(local, trouble);
    }
    if (!err) {
        *playing = &local->playing;
        return HA_OK;
    }
    if (local)
        close_local(&local->playing);
    return trouble->lost ? HA_ENOMEM : err;
}
