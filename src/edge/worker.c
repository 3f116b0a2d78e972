/*
 * worker - see worker.h
 *
 * Owns struct ha_worker: the child process as its parent sees it. What the child does is in
 * worker_child.c.
 */
#include "edge/worker.h"

#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/port.h"
#include "check/story_words.h"
#include "core/thread.h"
#include "edge/module_fault.h"
#include "edge/worker_wire.h"

#define NS_A_SECOND UINT64_C(1000000000)
#define TURN_MS 100             /* between two looks at how the worker does */

struct ha_worker {
    struct ha_playing playing;      /* first */
    struct ha_worker_shared *shared;
    pid_t process;                  /* 0 when it has ended */
    int end, life;                  /* of the streams to the child; negative when closed */
    int status;                     /* what waitpid() said of it then */
    uint32_t waited;                /* beats for which it had work to do and recorded nothing */
    uint64_t next_seq;              /* number of the first record that was not taken */
    struct ha_record last;          /* the newest that was */
};

/* What came of waiting for the child. */
enum arrival { ARRIVED, GONE, HUNG, CALLED_OFF };

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
    return ha_record_seq(record) + (record->kind == HA_CB_CALL ? 2 : 1);
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

/*
 * Wait for something to read. Only time in which the child could run counts as hanging, for a
 * debugger may stop it for as long as it likes; and only a record shows that it gets on, however
 * many commands it has obeyed.
 */
static enum arrival await(struct ha_worker *worker)
{
    const struct ha_playing_options *options = &worker->playing.options;
    const uint32_t patience = options->hang_s * HA_BEATS_A_SECOND;
    uint32_t counted = atomic_load(&worker->shared->beats);
    uint64_t called_ns = 0;
    size_t written = count_written(worker, 0);
    for (;;) {
        bool ended = has_ended(worker);
        bool arrived = ha_loop_has(options->loop, worker->end, ended ? 0 : TURN_MS);
        uint32_t beats = atomic_load(&worker->shared->beats);
        uint64_t now_ns = ha_loop_now();
        size_t newest = count_written(worker, written);
        worker->waited = newest != written ? 0 : worker->waited + (beats - counted);
        written = newest;
        counted = beats;
        if (patience && worker->waited >= patience)
            return HUNG;
        if (arrived)
            return ARRIVED;
        if (ended)
            return GONE;
        if (called_ns && now_ns - called_ns > NS_A_SECOND)
            return CALLED_OFF;
        if (!called_ns && options->is_called_off(options->argument))
            called_ns = now_ns;
    }
}

/* The next answer of the child; records that it sends before that are taken. */
static enum arrival receive(struct ha_worker *worker, struct ha_answer_of_worker *what)
{
    const struct ha_playing_options *options = &worker->playing.options;
    for (;;) {
        enum arrival arrival = await(worker);
        if (arrival != ARRIVED)
            return arrival;
        if (!ha_port_read(worker->end, what, sizeof *what))
            return GONE;
        if (!what->take)
            return ARRIVED;
        take(worker, worker->shared->window, what->take);
        uint32_t taken = options->is_called_off(options->argument) ? HA_TAKEN_CALLED_OFF
                         : options->has_enough(options->argument)  ? HA_TAKEN_ENOUGH : HA_TAKEN;
        if (!ha_port_write(worker->end, &taken, sizeof taken))
            return GONE;
    }
}

/* What has become of a child that has closed its end, or is made to end now. */
static int reap(struct ha_worker *worker, enum arrival arrival)
{
    if (worker->process && arrival == HUNG) {
        kill(worker->process, HA_WATCHDOG_SIGNAL);
        ha_loop_has(worker->playing.options.loop, worker->end, 1000);
    }
    if (worker->process && arrival != GONE)
        kill(worker->process, SIGKILL);
    while (worker->process && waitpid(worker->process, &worker->status, 0) < 0 && errno == EINTR)
        continue;
    worker->process = 0;
    close_end(&worker->end);
    close_end(&worker->life);
    return worker->status;
}

static uint32_t signal_of(int status)
{
    return WIFSIGNALED(status) ? (uint32_t)WTERMSIG(status) : 0;
}

static uint32_t exit_code_of(int status)
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
    return signal_of(status) == SIGABRT &&
           atomic_load(&worker->shared->has_last) && !worker->shared->last.driver;
}

/*
 * The child is lost. What it has written and not handed over is taken, and the trace gets an end.
 *
 * Returns HA_OK, or HA_EINTERNAL when no driver is to blame.
 */
static int bury(struct ha_worker *worker, enum arrival arrival)
{
    struct ha_playing_state *state = &worker->playing.state;
    int status = reap(worker, arrival);
    union ha_payload crash = {.raw = {0}}, end = {.raw = {0}};
    struct ha_record header;
    *state = (struct ha_playing_state){.over = true};
    take(worker, worker->shared->window, count_written(worker, 0));
    if (arrival == GONE && is_ours(worker, status))
        return HA_EINTERNAL;
    header = atomic_load(&worker->shared->has_last) ? worker->shared->last : worker->last;
    state->ending = arrival == HUNG ? HA_END_HANG : arrival == GONE ? HA_END_CRASH : HA_END_SIGNAL;
    crash.crash.signal = signal_of(status);
    crash.crash.exit_code = exit_code_of(status);
    if (arrival != CALLED_OFF)
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
    enum arrival arrival = GONE;
    if (ha_port_write(worker->end, &command, sizeof command))
        arrival = receive(worker, what);
    if (arrival == ARRIVED)
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
    if (!worker->process || !ha_port_write(worker->end, &command, sizeof command) ||
        !ha_port_read(worker->end, &what, sizeof what))
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
    ha_port_write(worker->end, &command, sizeof command);
    worker->waited = 0;
    enum arrival arrival = await(worker);       /* of the end of the stream */
    int status = reap(worker, arrival == ARRIVED ? GONE : arrival);
    if (!words || arrival == CALLED_OFF || (arrival != HUNG && !status))
        return;
    ha_text_add(words, "after the run: ");
    if (arrival == HUNG)
        ha_text_addf(words, "code of a module runs on for %u s while it is unloaded",
                     (unsigned)worker->playing.options.hang_s);
    else
        ha_process_end_words(signal_of(status), exit_code_of(status), words);
    ha_text_add(words, arrival == HUNG ? "\n" : " while modules were unloaded\n");
}

static void leave(struct ha_playing *playing, struct ha_text *words)
{
    quit(worker_of(playing), words);
}

static void close_worker(struct ha_playing *playing)
{
    struct ha_worker *worker = worker_of(playing);
    quit(worker, NULL);
    close_end(&worker->end);
    close_end(&worker->life);
    ha_port_release(worker->shared, sizeof *worker->shared);
    free(worker);
}

static const struct ha_playing_operations operations = {
    .slice = slice,
    .stop = stop,
    .waiting = waiting,
    .unstruck = unstruck,
    .leave = leave,
    .close = close_worker,
};

/* A parent that was started with SIGCHLD ignored would never learn how its children end. */
static void heed_children(void)
{
    struct sigaction found;
    if (!sigaction(SIGCHLD, NULL, &found) && found.sa_handler == SIG_IGN)
        signal(SIGCHLD, SIG_DFL);
}

/* The child, with the ends of the streams that are its own; the parent's lead to it. */
static int fork_child(struct ha_worker *worker)
{
    int talk[2], life[2];
    if (!ha_port_pair(talk))
        return HA_ETHREAD;
    if (!ha_port_pair(life))
        goto close_talk;
    assert(!ha_thread_current());       /* a machine here has threads, which a child would lack */
    heed_children();
    fflush(NULL);                       /* or what is not written yet would be written twice */
    worker->process = fork();
    if (worker->process < 0)
        goto close_life;
    if (worker->process == 0) {
        close(talk[0]);
        close(life[0]);
        ha_worker_child(&worker->playing.options, worker->shared, talk[1], life[1]);
    }
    close(talk[1]);
    close(life[1]);
    worker->end = talk[0];
    worker->life = life[0];
    return HA_OK;

close_life:
    worker->process = 0;
    close(life[0]);
    close(life[1]);
close_talk:
    close(talk[0]);
    close(talk[1]);
    return HA_ETHREAD;
}

/* The child was lost before it had a machine: the code of a module that it was loading ran. */
static int blame_module(struct ha_worker *worker, enum arrival arrival, struct ha_text *trouble)
{
    const struct ha_playing_options *options = &worker->playing.options;
    uint32_t loading = atomic_load(&worker->shared->loading);
    int status = reap(worker, arrival);
    struct ha_text how = {0}, sentence = {0};
    if (arrival == CALLED_OFF || !loading) {
        ha_text_add(trouble, arrival == CALLED_OFF ? "ended by a signal"
                                                   : "the process for compiled drivers was lost");
        return HA_ETHREAD;
    }
    if (arrival == HUNG)
        ha_text_addf(&how, "it runs on for %u s", (unsigned)options->hang_s);
    else
        ha_process_end_words(signal_of(status), exit_code_of(status), &how);
    ha_module_say(&sentence, options->plan->driver[loading - 1].module, "%s while it is loaded",
                  ha_text_string(&how));
    int err = how.lost || sentence.lost ? HA_ENOMEM : HA_EREAD;
    if (err == HA_EREAD)
        options->blame(options->argument, loading - 1, &sentence);
    ha_text_close(&how);
    ha_text_close(&sentence);
    return err;
}

/* False when the child was lost. */
static bool read_words(const struct ha_worker *worker, uint64_t left, struct ha_text *words)
{
    char part[256];
    while (left) {
        size_t size = left < sizeof part ? (size_t)left : sizeof part;
        if (!ha_port_read(worker->end, part, size))
            return false;
        ha_text_add_bytes(words, part, size);
        left -= size;
    }
    return true;
}

/* What the child says of its modules and its machine; code of a module may have run already. */
static int hear_of_beginning(struct ha_worker *worker, struct ha_text *trouble)
{
    const struct ha_playing_options *options = &worker->playing.options;
    struct ha_answer_of_worker what;
    for (;;) {
        enum arrival arrival = receive(worker, &what);
        struct ha_text sentences = {0};
        if (arrival == ARRIVED &&
            !read_words(worker, what.number, what.blames ? &sentences : trouble))
            arrival = GONE;
        bool lost = sentences.lost || trouble->lost;
        if (arrival == ARRIVED && what.blames && !lost)
            options->blame(options->argument, what.driver, &sentences);
        ha_text_close(&sentences);
        if (arrival != ARRIVED)
            return blame_module(worker, arrival, trouble);
        if (lost || !what.blames)
            return lost ? HA_ENOMEM : what.err;
    }
}

int ha_worker_open(const struct ha_playing_options *options, struct ha_playing **playing,
                   struct ha_text *trouble)
{
    struct ha_worker *worker = calloc(1, sizeof *worker);
    int err = HA_ENOMEM;
    if (worker) {
        worker->playing = (struct ha_playing){.operations = &operations, .options = *options};
        worker->end = worker->life = -1;
        worker->next_seq = 1;
        worker->shared = ha_port_share(sizeof *worker->shared);
    }
    if (worker && worker->shared)
        err = fork_child(worker);
    if (err == HA_ETHREAD)
        ha_text_add(trouble, "the host could not make a process for compiled drivers");
    else if (!err)
        err = hear_of_beginning(worker, trouble);
    if (!err)
        *playing = &worker->playing;
    else if (worker)
        close_worker(&worker->playing);
    return err;
}
