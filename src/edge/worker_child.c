/*
 * worker_child - the child process of a worker
 *
 * Owns what happens from the fork to the exit: a playing of its own whose sink sends records to
 * the parent, and what is noted when driver code takes the process with it.
 */
#include "edge/worker_wire.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/port.h"
#include "base/race.h"
#include "core/world.h"
#include "edge/local.h"

#define BEAT_MS (1000 / (int)HA_BEATS_A_SECOND)

struct child {
    const struct ha_playing_options *options;   /* of the parent */
    struct ha_worker_shared *shared;
    int end, life;
    struct ha_sink sink;
    bool called_off, has_enough;
};

/* The parent is gone or does not understand: nobody wants what this process could still do. */
static noreturn void leave_at_once(void)
{
    _exit(EXIT_FAILURE);
}

static void answer(const struct child *child, const struct ha_answer_of_worker *what)
{
    if (!ha_port_write(child->end, what, sizeof *what))
        leave_at_once();
}

static void send_records(struct ha_sink *sink, const struct ha_record *first, size_t count)
{
    struct child *child = (struct child *)(void *)((char *)sink - offsetof(struct child, sink));
    uint32_t taken;
    (void)first;                /* what is handed over always begins the window */
    answer(child, &(struct ha_answer_of_worker){.take = (uint32_t)count});
    if (!ha_port_read(child->end, &taken, sizeof taken))
        leave_at_once();
    child->called_off |= taken == HA_TAKEN_CALLED_OFF;
    child->has_enough |= taken != HA_TAKEN;
}

/* In a search the parent has no use for the records themselves. */
static void count_records(struct ha_sink *sink, const struct ha_record *first, size_t count)
{
    struct child *child = (struct child *)(void *)((char *)sink - offsetof(struct child, sink));
    (void)first;
    (void)count;
    atomic_fetch_add(&child->shared->strides, 1);
}

static int work(void *argument, struct ha_playing *playing)
{
    const struct ha_playing_options *options = ((const struct child *)argument)->options;
    return options->work(options->argument, playing);
}

static bool is_called_off(void *argument)
{
    return ((const struct child *)argument)->called_off;
}

static bool has_enough(void *argument)
{
    return ((const struct child *)argument)->has_enough;
}

#if HA_RACES_ARE_WATCHED
/* What it finds fails the scenario; the worker that it was found in has done its work. */
const char *__tsan_default_options(void);

const char *__tsan_default_options(void)
{
    return "exitcode=0";
}
#endif

/*
 * Who was running, as the host thread knows that has the signal. With free threads it is the one
 * that the signal has stopped, if it was in the code of a driver; otherwise any that is: nothing
 * has happened for so long that all of them hang.
 */
static const struct ha_thread *who_was_running(const struct ha_thread *here, bool hangs)
{
    const struct ha_sched *sched = &here->world->sched;
    if (!sched->is_free)
        return sched->running;
    if (!hangs || here->state == HA_THREAD_OUTSIDE)
        return here;
    const struct ha_thread *thread = sched->first_live;
    while (thread && (thread->state != HA_THREAD_OUTSIDE || !thread->stamp.driver))
        thread = thread->next_live;
    return thread ? thread : here;
}

/*
 * Note who was running. Any thread of the machine leads there, and the window tells where the
 * memory is that the parent has, too. Nothing here needs anything that a signal may have
 * interrupted.
 */
static void note(bool hangs)
{
    const struct ha_thread *here = ha_thread_current();
    if (!here || !here->world->host->store.lent)
        return;
    const struct ha_world *world = here->world;
    char *window = (char *)world->host->store.window;
    struct ha_worker_shared *shared =
        (struct ha_worker_shared *)(void *)(window - offsetof(struct ha_worker_shared, window));
    shared->last = who_was_running(here, hangs)->stamp;
    shared->last.time_ns = world->time_ns;
    shared->last.active = (uint16_t)world->partition.active;
    atomic_store(&shared->has_last, 1);
}

static void note_last(void)
{
    note(false);
}

/* Note it, and let the signal do what it would have done. */
static void on_trouble(int number)
{
    note_last();
    signal(number, SIG_DFL);
    raise(number);
}

static void on_watchdog(int number)
{
    (void)number;
    note(true);
    raise(SIGKILL);
}

/* A sanitizer has handlers of its own for most of these, and more to say. */
static void catch_trouble(void)
{
    static const int troubles[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP};
    struct sigaction found;
    for (size_t i = 0; i < sizeof troubles / sizeof troubles[0]; i++)
        if (!sigaction(troubles[i], NULL, &found) && found.sa_handler == SIG_DFL)
            signal(troubles[i], on_trouble);
    signal(SIGABRT, on_trouble);
    signal(HA_WATCHDOG_SIGNAL, on_watchdog);
    /* Those go to a whole group of processes; the parent says what is to be done. */
    signal(SIGINT, SIG_IGN);
    signal(SIGTERM, SIG_IGN);
    atexit(note_last);
}

/* What drivers print shall neither mix with a trace on standard output nor get lost in a crash. */
static void redirect_output(void)
{
    if (freopen("/dev/null", "w", stdout) && dup2(STDERR_FILENO, fileno(stdout)) >= 0)
        setvbuf(stdout, NULL, _IONBF, 0);
}

/* Shows that the process runs, and ends it when the parent has gone. */
static void *beat(void *argument)
{
    struct child *child = argument;
    struct pollfd watched = {.fd = child->life, .events = POLLIN};
    while (poll(&watched, 1, BEAT_MS) <= 0)
        atomic_fetch_add(&child->shared->beats, 1);
    leave_at_once();
}

/* The thread that beats serves no signals: they tell of the others. */
static int start_to_beat(struct child *child)
{
    pthread_t thread;
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int failed = pthread_create(&thread, NULL, beat, child);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (!failed)
        pthread_detach(thread);
    return failed ? HA_ETHREAD : HA_OK;
}

/* What is said at first has words behind it. */
static void answer_with_words(const struct child *child, struct ha_answer_of_worker *what,
                              const struct ha_text *words)
{
    what->number = words->length;
    answer(child, what);
    if (words->length && !ha_port_write(child->end, ha_text_string(words), words->length))
        leave_at_once();
}

static void blame(void *argument, size_t driver, const struct ha_text *sentences)
{
    answer_with_words(argument, &(struct ha_answer_of_worker){.blames = 1,
                                                              .driver = (uint32_t)driver},
                      sentences);
}

static void is_loading(void *argument, size_t driver)
{
    atomic_store(&((struct child *)argument)->shared->loading, (uint32_t)driver + 1);
}

/* Who takes the records: the parent's sinks, if a search goes on here. Returns how many. */
static size_t choose_sinks(struct child *child, struct ha_sink **sink)
{
    const struct ha_playing_options *options = child->options;
    size_t count = options->search ? options->sink_count : 0;
    memcpy(sink, options->sink, count * sizeof *sink);
    child->sink.take = options->search ? count_records : send_records;
    sink[count++] = &child->sink;
    return count;
}

static int begin(struct child *child, struct ha_playing **playing)
{
    struct ha_sink *sinks[HA_TRACE_SINKS];
    struct ha_playing_options own = *child->options;
    struct ha_text trouble = {0};
    own.sink = sinks;
    own.sink_count = choose_sinks(child, sinks);
    own.work = work;
    own.window = child->shared->window;
    own.loop = NULL;
    own.is_called_off = is_called_off;
    own.has_enough = has_enough;
    own.blame = blame;
    own.is_loading = is_loading;
    own.argument = child;
    int err = start_to_beat(child);
    if (!err)
        err = ha_local_open(&own, playing, &trouble);
    answer_with_words(child, &(struct ha_answer_of_worker){.err = err}, &trouble);
    ha_text_close(&trouble);
    return err;
}

static void obey(const struct child *child, struct ha_playing *playing,
                 const struct ha_command *command)
{
    struct ha_answer_of_worker done = {0};
    switch (command->kind) {
    case HA_COMMAND_SLICE:
        done.err = ha_playing_slice(playing, command->argument);
        break;
    case HA_COMMAND_WORK:
        ha_playing_begin_work(playing);
        ha_playing_has_worked(playing, &done.err);
        break;
    case HA_COMMAND_STOP:
        ha_playing_stop(playing, (enum ha_ending)command->argument);
        break;
    case HA_COMMAND_WAITING:
        done.number = ha_playing_waiting(playing, (size_t)command->argument);
        break;
    default:
        done.number = ha_playing_unstruck(playing, (size_t)command->argument);
        break;
    }
    done.state = playing->state;
    answer(child, &done);
}

noreturn void ha_worker_child(const struct ha_playing_options *options,
                              struct ha_worker_shared *shared, int end, int life)
{
    struct child child = {.options = options, .shared = shared, .end = end, .life = life};
    struct ha_playing *playing = NULL;
    struct ha_command command;
    catch_trouble();
    redirect_output();
    int err = begin(&child, &playing);
    while (!err && ha_port_read(end, &command, sizeof command) &&
           command.kind != HA_COMMAND_QUIT) {
        child.has_enough = false;
        obey(&child, playing, &command);
    }
    ha_playing_close(playing);
    exit(EXIT_SUCCESS);         /* not _exit: data of gcov and reports of sanitizers are written */
}
