/*
 * worker_open - the making of a worker: a process, and what it says before it plays
 */
#include "edge/worker_parts.h"

#include <assert.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/port.h"
#include "check/story_words.h"
#include "core/thread.h"
#include "edge/module_fault.h"

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
    worker->playing.file = talk[0];
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
static int blame_module(struct ha_worker *worker, enum ha_arrival arrival, struct ha_text *trouble)
{
    const struct ha_playing_options *options = &worker->playing.options;
    uint32_t loading = atomic_load(&worker->shared->loading);
    int status = ha_worker_reap(worker, arrival);
    struct ha_text how = {0}, sentence = {0};
    if (arrival == HA_CALLED_OFF || !loading) {
        ha_text_add(trouble, arrival == HA_CALLED_OFF ? "ended by a signal"
                                                   : "the process for compiled drivers was lost");
        return HA_ETHREAD;
    }
    if (arrival == HA_HUNG)
        ha_text_addf(&how, "it runs on for %u s", (unsigned)options->hang_s);
    else
        ha_process_end_words(ha_worker_signal(status), ha_worker_exit_code(status), &how);
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
        if (!ha_port_read(worker->playing.file, part, size))
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
        enum ha_arrival arrival = ha_worker_receive(worker, &what);
        struct ha_text sentences = {0};
        if (arrival == HA_ARRIVED &&
            !read_words(worker, what.number, what.blames ? &sentences : trouble))
            arrival = HA_GONE;
        bool lost = sentences.lost || trouble->lost;
        if (arrival == HA_ARRIVED && what.blames && !lost)
            options->blame(options->argument, what.driver, &sentences);
        ha_text_close(&sentences);
        if (arrival != HA_ARRIVED)
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
        worker->playing = (struct ha_playing){.operations = &ha_worker_operations,
                                              .options = *options};
        worker->playing.file = worker->life = -1;
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
        ha_playing_close(&worker->playing);
    return err;
}
