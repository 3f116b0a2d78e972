/*
 * worker - see worker.h
 *
 * Owns struct ha_worker: the child process as its parent sees it. How it is made is in
 * worker_open.c, and what it does in worker_child.c.
 */
#include "edge/worker_parts.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/port.h"
#include "check/story_words.h"

#define NS_A_SECOND UINT64_C(1000000000)
#define TURN_MS 100             /* between two looks at how the worker does */

static struct ha_worker *worker_of(struct ha_playing *playing)
{
    return (struct ha_worker *)(void *)playing;
}

static void close_end(int *end)
{
    if (*end >= 0)
        close(*end);
    *end = -1;
}

static uint64_t number_behind(const struct ha_record *record)
{
    return ha_record_seq(record) + ha_record_span(record);
}

/* Hand records to whoever watches. */
static void take(struct ha_worker *worker, const struct ha_record *first, size_t count)
{
    const struct ha_playing_options *options = &worker->playing.options;
    if (!count)
        return;
    for (size_t i = 0; i < options->sink_count; i++)
        options->sink[i]->take(options->sink[i], first, count);
    worker->waited = 0;
    worker->last = first[count - 1];
    worker->next_seq = number_behind(&worker->last);
}

/* How many records the window begins with that were not taken, from the `known` first ones on. */
static size_t count_written(const struct ha_worker *worker, size_t known)
{
    const struct ha_record *window = worker->shared->window;
    while (known < HA_TRACE_WINDOW && window[known].kind != HA_NO_RECORD &&
           ha_record_seq(&window[known]) ==
               (known ? number_behind(&window[known - 1]) : worker->next_seq))
        known++;
    return known;
}

/* Whether the child has ended: what it forked itself may keep the stream open. */
static bool has_ended(struct ha_worker *worker)
{
    if (worker->process && waitpid(worker->process, &worker->status, WNOHANG) == worker->process)
        worker->process = 0;
    return !worker->process;
}

/* A number that changes as the run gets on, or the runs of a search do. */
static size_t progress(const struct ha_worker *worker, size_t known)
{
    return worker->playing.options.search ? atomic_load(&worker->shared->strides)
                                          : count_written(worker, known);
}

static void begin_to_watch(struct ha_worker *worker)
{
    worker->counted = atomic_load(&worker->shared->beats);
    worker->seen = progress(worker, 0);
    worker->called_ns = 0;
}

/*
 * Look whether there is something to read, for so long at most. Only time in which the child could
 * run counts as hanging, for a debugger may stop it for as long as it likes; and only a record
 * shows that it gets on, however many commands it has obeyed.
 */
static enum ha_arrival look(struct ha_worker *worker, int most_ms)
{
    const struct ha_playing_options *options = &worker->playing.options;
    const uint32_t patience = options->hang_s * HA_BEATS_A_SECOND;
    bool ended = has_ended(worker);
    bool arrived = ha_loop_has(options->loop, worker->playing.file, ended ? 0 : most_ms);
    uint32_t beats = atomic_load(&worker->shared->beats);
    uint64_t now_ns = ha_loop_now();
    size_t newest = progress(worker, worker->seen);
    worker->waited = newest != worker->seen ? 0 : worker->waited + (beats - worker->counted);
    worker->seen = newest;
    worker->counted = beats;
    if (patience && worker->waited >= patience)
        return HA_HUNG;
    if (arrived)
        return HA_ARRIVED;
    if (ended)
        return HA_GONE;
    if (worker->called_ns && now_ns - worker->called_ns > NS_A_SECOND)
        return HA_CALLED_OFF;
    if (!worker->called_ns && options->is_called_off(options->argument))
        worker->called_ns = now_ns;
    return HA_NOT_YET;
}

static enum ha_arrival await(struct ha_worker *worker)
{
    enum ha_arrival arrival = HA_NOT_YET;
    begin_to_watch(worker);
    while (arrival == HA_NOT_YET)
        arrival = look(worker, TURN_MS);
    return arrival;
}

enum ha_arrival ha_worker_receive(struct ha_worker *worker, struct ha_answer_of_worker *what)
{
    const struct ha_playing_options *options = &worker->playing.options;
    for (;;) {
        enum ha_arrival arrival = await(worker);
        if (arrival != HA_ARRIVED)
            return arrival;
        if (!ha_port_read(worker->playing.file, what, sizeof *what))
            return HA_GONE;
        if (!what->take)
            return HA_ARRIVED;
        take(worker, worker->shared->window, what->take);
        uint32_t taken = options->is_called_off(options->argument) ? HA_TAKEN_CALLED_OFF
                         : options->has_enough(options->argument)  ? HA_TAKEN_ENOUGH : HA_TAKEN;
        if (!ha_port_write(worker->playing.file, &taken, sizeof taken))
            return HA_GONE;
    }
}

int ha_worker_reap(struct ha_worker *worker, enum ha_arrival arrival)
{
    if (worker->process && arrival == HA_HUNG) {
        kill(worker->process, HA_WATCHDOG_SIGNAL);
        ha_loop_has(worker->playing.options.loop, worker->playing.file, 1000);
    }
    if (worker->process && arrival != HA_GONE)
        kill(worker->process, SIGKILL);
    while (worker->process && waitpid(worker->process, &worker->status, 0) < 0 && errno == EINTR)
        continue;
    worker->process = 0;
    close_end(&worker->playing.file);
    close_end(&worker->life);
    return worker->status;
}

uint32_t ha_worker_signal(int status)
{
    return WIFSIGNALED(status) ? (uint32_t)WTERMSIG(status) : 0;
}

uint32_t ha_worker_exit_code(int status)
{
    return WIFEXITED(status) ? (uint32_t)WEXITSTATUS(status) : 0;
}

/* A record in the name of whoever was at work when the child was lost. */
static void add_record(struct ha_worker *worker, const struct ha_record *header,
                       enum ha_kind kind, const union ha_payload *payload)
{
    struct ha_record record = *header;
    ha_record_number(&record, worker->next_seq);
    record.kind = (uint8_t)kind;
    record.flags = 0;
    record.id = 0;
    record.as = *payload;
    take(worker, &record, 1);
}

/* An assertion fails in the kernel's own work, which no driver's code is part of. */
static bool is_ours(const struct ha_worker *worker, int status)
{
    return ha_worker_signal(status) == SIGABRT &&
           atomic_load(&worker->shared->has_last) && !worker->shared->last.driver;
}

/*
 * The child is lost. What it has written and not handed over is taken, and the trace gets an end.
 *
 * Returns HA_OK, or HA_EINTERNAL when no driver is to blame.
 */
static int bury(struct ha_worker *worker, enum ha_arrival arrival)
{
    struct ha_playing_state *state = &worker->playing.state;
    int status = ha_worker_reap(worker, arrival);
    union ha_payload crash = {.raw = {0}}, end = {.raw = {0}};
    struct ha_record header;
    *state = (struct ha_playing_state){.over = true};
    state->ending = arrival == HA_HUNG   ? HA_END_HANG
                    : arrival == HA_GONE ? HA_END_CRASH : HA_END_SIGNAL;
    if (!worker->playing.options.search)
        take(worker, worker->shared->window, count_written(worker, 0));
    if (arrival == HA_GONE && is_ours(worker, status))
        return HA_EINTERNAL;
    crash.crash.signal = ha_worker_signal(status);
    crash.crash.exit_code = ha_worker_exit_code(status);
    header = atomic_load(&worker->shared->has_last) ? worker->shared->last : worker->last;
    if (worker->playing.options.search) {
        state->crash = header;
        state->crash.kind = atomic_load(&worker->shared->has_last) ? HA_CRASH : HA_NO_RECORD;
        state->crash.as = crash;
        return HA_OK;
    }
    if (arrival != HA_CALLED_OFF)
        add_record(worker, &header, HA_CRASH, &crash);
    end.end.ending = state->ending;
    add_record(worker, &header, HA_TRACE_END, &end);
    return HA_OK;
}

/* Command, and wait for the answer. False when the child was lost: `err` says what came of it. */
static bool ask(struct ha_worker *worker, enum ha_command_kind kind, uint64_t argument,
                struct ha_answer_of_worker *what, int *err)
{
    const struct ha_command command = {kind, argument};
    enum ha_arrival arrival = HA_GONE;
    if (ha_port_write(worker->playing.file, &command, sizeof command))
        arrival = ha_worker_receive(worker, what);
    if (arrival == HA_ARRIVED)
        return true;
    *err = bury(worker, arrival);
    return false;
}

static int slice(struct ha_playing *playing, uint64_t until_ns)
{
    struct ha_worker *worker = worker_of(playing);
    struct ha_answer_of_worker what;
    int err;
    if (!ask(worker, HA_COMMAND_SLICE, until_ns, &what, &err))
        return err;
    playing->state = what.state;
    return what.err;
}

static void begin_work(struct ha_playing *playing)
{
    struct ha_worker *worker = worker_of(playing);
    const struct ha_command command = {HA_COMMAND_WORK, 0};
    ha_port_write(playing->file, &command, sizeof command);     /* one that has gone is met later */
    worker->waited = 0;
    begin_to_watch(worker);
}

static bool has_worked(struct ha_playing *playing, int *err)
{
    struct ha_worker *worker = worker_of(playing);
    struct ha_answer_of_worker what;
    bool arrived = ha_loop_has(playing->options.loop, playing->file, 0);
    enum ha_arrival arrival = arrived ? HA_ARRIVED : look(worker, 0);
    if (arrival == HA_NOT_YET)
        return false;
    if (arrival == HA_ARRIVED)
        arrival = ha_worker_receive(worker, &what);
    *err = arrival == HA_ARRIVED ? what.err : bury(worker, arrival);
    return true;
}

static void stop(struct ha_playing *playing, enum ha_ending ending)
{
    struct ha_worker *worker = worker_of(playing);
    struct ha_answer_of_worker what;
    int err;
    if (ask(worker, HA_COMMAND_STOP, ending, &what, &err))
        playing->state = what.state;
}

/* Of a run that was lost there is nothing to be asked. */
static size_t ask_number(const struct ha_playing *playing, enum ha_command_kind kind,
                         size_t argument, size_t otherwise)
{
    const struct ha_worker *worker = (const struct ha_worker *)(const void *)playing;
    const struct ha_command command = {kind, argument};
    struct ha_answer_of_worker what;
    if (!worker->process || !ha_port_write(worker->playing.file, &command, sizeof command) ||
        !ha_port_read(worker->playing.file, &what, sizeof what))
        return otherwise;
    return (size_t)what.number;
}

static size_t waiting(const struct ha_playing *playing, size_t event)
{
    return ask_number(playing, HA_COMMAND_WAITING, event, playing->options.plan->event_count);
}

static size_t unstruck(const struct ha_playing *playing, size_t fault)
{
    return ask_number(playing, HA_COMMAND_UNSTRUCK, fault, playing->options.plan->fault_count);
}

/* Have the child end, and say what came of it when there is somebody to hear it. */
static void quit(struct ha_worker *worker, struct ha_text *words)
{
    const struct ha_command command = {HA_COMMAND_QUIT, 0};
    if (!worker->process)
        return;
    ha_port_write(worker->playing.file, &command, sizeof command);
    worker->waited = 0;
    enum ha_arrival arrival = await(worker);       /* of the end of the stream */
    int status = ha_worker_reap(worker, arrival == HA_ARRIVED ? HA_GONE : arrival);
    if (!words || arrival == HA_CALLED_OFF || (arrival != HA_HUNG && !status))
        return;
    ha_text_add(words, "after the run: ");
    if (arrival == HA_HUNG)
        ha_text_addf(words, "code of a module runs on for %u s while it is unloaded",
                     (unsigned)worker->playing.options.hang_s);
    else
        ha_process_end_words(ha_worker_signal(status), ha_worker_exit_code(status), words);
    ha_text_add(words, arrival == HA_HUNG ? "\n" : " while modules were unloaded\n");
}

static void leave(struct ha_playing *playing, struct ha_text *words)
{
    quit(worker_of(playing), words);
}

static void close_worker(struct ha_playing *playing)
{
    struct ha_worker *worker = worker_of(playing);
    quit(worker, NULL);
    close_end(&worker->playing.file);
    close_end(&worker->life);
    ha_port_release(worker->shared, sizeof *worker->shared);
    free(worker);
}

const struct ha_playing_operations ha_worker_operations = {
    .slice = slice,
    .begin_work = begin_work,
    .has_worked = has_worked,
    .stop = stop,
    .waiting = waiting,
    .unstruck = unstruck,
    .leave = leave,
    .close = close_worker,
};
