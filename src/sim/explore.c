/*
 * explore - see exploration.h
 *
 * Owns the course of an exploration: one machine, marked before its driver is loaded, and put back
 * to its mark for each run.
 */
#include "hotadd/explore.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/hash.h"
#include "base/port.h"
#include "sim/exploration.h"
#include "sim/search_words.h"

#define RECORD_BUDGET 1000000u

/* The run is over: what the test would do yet is of no use, and may not work any more. */
static void leave(struct ha_machine *machine, void *argument)
{
    struct ha_exploring *exploring = argument;
    (void)machine;
    if (exploring->is_inside)
        longjmp(exploring->leave, 1);
}

static void call_test(struct ha_exploring *exploring)
{
    if (!setjmp(exploring->leave)) {
        exploring->is_inside = true;
        exploring->test(exploring->machine, exploring->argument);
    }
    exploring->is_inside = false;
}

void ha_explore_failed(const char *file, int line, const char *what)
{
    struct ha_thread *thread = ha_thread_current();
    struct ha_machine *machine = thread ? (struct ha_machine *)(void *)thread->world : NULL;
    if (!machine || !machine->ended)
        return;
    ha_check_failed(file, line, what);
    machine->ended(machine, machine->ended_argument);
}

/* One run, to its end. HA_OK, or what ended it for want of means. */
static int play(struct ha_exploring *exploring)
{
    const struct ha_exploration *exploration = exploring->exploration;
    struct ha_machine *machine = exploring->machine;
    bool loaded;
    if (exploration->reset)
        exploration->reset(exploring->argument);
    int err = ha_test_again(machine, &loaded);
    if (!err && loaded)
        call_test(exploring);
    if (!err && !ha_machine_ending(machine))
        err = ha_machine_finish(machine);
    if (!err && exploring->search && ha_search_lost(exploring->search))
        err = HA_ENOMEM;
    return err ? err : machine->trouble;
}

static void note(void *argument, const struct ha_finding *finding, enum ha_ending ending,
                 const char *driver)
{
    struct ha_exploring *exploring = argument;
    const struct ha_shown shown = {
        .finding = finding, .ending = ending, .driver = driver, .run = exploring->runs};
    struct ha_tape_input found = {0};
    const struct ha_tape_input *answers = &exploring->machine->kernel.world.host->input;
    int err = HA_OK;
    if (exploring->search) {
        err = ha_search_answers(exploring->search, &found);
        answers = &found;
    }
    if (!err)
        err = ha_finds_note(&exploring->finds, &shown, answers);
    ha_tape_close(&found);
    exploring->err = exploring->err ? exploring->err : err;
    exploring->is_noted = true;
}

static void note_finding(void *argument, const struct ha_finding *finding, const char *driver)
{
    note(argument, finding, HA_END_NOT_YET, driver);
}

/* What the run that has ended shows. HA_OK or HA_ENOMEM. */
static int look(struct ha_exploring *exploring)
{
    enum ha_ending ending = ha_machine_ending(exploring->machine);
    exploring->is_noted = false;
    int err = ha_test_show(exploring->machine, note_finding, exploring);
    if (ending != HA_END_NORMALLY)
        note(exploring, &(struct ha_finding){.rule = NULL}, ending, NULL);
    return err ? err : exploring->err;
}

/* The ordinary course, or the one of a token, is a test like any other. */
static int play_first(struct ha_exploring *exploring)
{
    exploring->runs = 1;
    int err = play(exploring);
    if (!err)
        err = look(exploring);
    if (err)
        return err;
    const char *report = ha_test_end(exploring->machine);
    if (report && !exploring->is_noted) {
        struct ha_finding failed = {.call = "the test fails, before anything is searched"};
        memcpy(failed.seen, failed.call, sizeof failed.call);
        note(exploring, &failed, HA_END_NOT_YET, NULL);
    }
    return exploring->err;
}

static bool has_enough(const struct ha_exploring *exploring)
{
    const struct ha_exploration *exploration = exploring->exploration;
    return (exploring->finds.count && !exploration->keep_going) ||
           (exploration->runs && exploring->runs + exploring->left >= exploration->runs) ||
           (exploration->time_ns &&
            ha_port_now() - exploring->begun_ns >= exploration->time_ns);
}

static int play_next(struct ha_exploring *exploring)
{
    int err = play(exploring);
    if (err)
        return err;
    ha_search_end(exploring->search);
    exploring->strayed |= ha_search_strayed(exploring->search);
    if (exploring->strayed)
        return HA_OK;
    if (ha_search_left(exploring->search)) {
        exploring->left++;
        return HA_OK;
    }
    exploring->runs++;
    ha_visited_add(&exploring->traces, ha_search_identity(exploring->search));
    return exploring->traces.lost ? HA_ENOMEM : look(exploring);
}

/* Lists were compared in the first run only: where that failed, the second one went on. */
static bool has_failed_a_list(const struct ha_twin *twin)
{
    const struct ha_record *record = &twin->part[0].record[0];
    return twin->differs && twin->part[0].count && record->kind == HA_NAME &&
           (record->flags & ~HA_NAME_MORE) == HA_NS_CHECK;
}

/* From the ordinary course on, which comes once more; it was played without being watched. */
static int search(struct ha_exploring *exploring)
{
    struct ha_host *host = exploring->machine->kernel.world.host;
    host->oracle = ha_search_oracle(exploring->search);
    host->watcher = ha_search_watcher(exploring->search);
    exploring->runs = 0;
    ha_search_next(exploring->search);
    ha_twin_again(&exploring->twin);
    int err = play_next(exploring);
    if (!err)
        err = ha_twin_end(&exploring->twin);
    if (!err && has_failed_a_list(&exploring->twin))
        return HA_OK;           /* the test itself is wrong, as was noted */
    exploring->strayed |= exploring->twin.differs;
    while (!err && !exploring->strayed && !exploring->complete && !has_enough(exploring)) {
        exploring->complete = !ha_search_next(exploring->search);
        if (!exploring->complete)
            err = play_next(exploring);
    }
    return err;
}

/* A machine that is marked, with a search if it is to be searched. */
static int open_exploring(struct ha_exploring *exploring, const char *replay,
                          struct ha_error *error)
{
    const struct ha_exploration *exploration = exploring->exploration;
    struct ha_test_options test = exploration->test;
    struct ha_machine_options machine = test.machine ? *test.machine : ha_test_usual_machine();
    const char *name = exploration->name ? exploration->name : "";
    machine.name = exploration->name;
    machine.scenario_hash = ha_hash_text(name, strlen(name));
    machine.threads = HA_THREADS_COROUTINES;
    machine.replay = replay;
    if (!machine.record_budget)
        machine.record_budget = RECORD_BUDGET;
    test.machine = &machine;
    test.threads = HA_THREADS_COROUTINES;
    test.explored = true;
    test.fatal = NULL;
    int err = ha_test_begin(&test, &exploring->machine, error);
    if (err)
        return err;
    exploring->machine->ended = leave;
    exploring->machine->ended_argument = exploring;
    ha_machine_set_fatal(exploring->machine, leave, exploring);
    if (!exploring->replays)
        err = ha_machine_add_sink(exploring->machine, &exploring->twin.sink);
    for (size_t i = 0; i < exploration->state_count && !err; i++)
        err = ha_machine_keep(exploring->machine, exploration->state[i].address,
                              exploration->state[i].bytes);
    if (!err)
        err = ha_machine_mark(exploring->machine);
    return err ? ha_error_set(error, err, "%s", ha_err_text(err)) : HA_OK;
}

static int open_search(struct ha_exploring *exploring)
{
    const struct ha_exploration *exploration = exploring->exploration;
    struct ha_search_options options = ha_search_settle((struct ha_search_options){
        .strategy = exploration->strategy,
        .bounds = exploration->bounds,
        .depth = exploration->depth,
        .seed = exploration->seed});
    options.skips = options.strategy == HA_SEARCH_DEPTH && !exploration->brute;
    exploring->search = ha_search_create(&options);
    return exploring->search ? HA_OK : HA_ENOMEM;
}

static int explore(struct ha_exploring *exploring, struct ha_explored *explored,
                   struct ha_error *error)
{
    int err = play_first(exploring);
    if (!err && exploring->replays && ha_machine_replayed(exploring->machine))
        return ha_error_set(error, HA_ESTALE,
                            "the token is stale: the test asks other questions now");
    if (!err && !exploring->replays && !has_enough(exploring)) {
        err = open_search(exploring);
        if (!err)
            err = search(exploring);
    }
    if (!err)
        err = ha_exploring_tell(exploring, explored);
    return err ? ha_error_set(error, err, "%s", ha_err_text(err)) : HA_OK;
}

int ha_explore(ha_explored_test *test, void *argument, const struct ha_exploration *exploration,
               struct ha_explored *explored, struct ha_error *error)
{
    struct ha_exploring exploring = {.exploration = exploration, .test = test,
                                     .argument = argument, .begun_ns = ha_port_now()};
    const char *replay = exploration->replay ? exploration->replay : getenv("HOTADD_REPLAY");
    exploring.replays = replay != NULL;
    *explored = (struct ha_explored){.report = NULL};
    if (ha_thread_current())    /* the variables of the driver would serve two at once */
        return ha_error_set(error, HA_EINVAL, "this thread has a machine already: a search makes "
                                              "its own, without setup and teardown");
    ha_twin_init(&exploring.twin);
    int err = open_exploring(&exploring, replay, error);
    if (!err)
        err = explore(&exploring, explored, error);
    ha_test_destroy(exploring.machine);
    ha_search_destroy(exploring.search);
    ha_finds_close(&exploring.finds);
    ha_twin_close(&exploring.twin);
    ha_visited_close(&exploring.traces);
    return err;
}
