/*
 * search - see search.h
 *
 * Owns the path: what was asked and answered, in order. Its first `fixed` answers are given again,
 * those behind them are the ordinary ones, or by chance.
 */
#include "sim/search.h"

#include <assert.h>

#include "core/arena.h"
#include "core/world.h"
#include "hotadd/error.h"
#include "sim/bounds.h"
#include "sim/commons.h"
#include "sim/footprint.h"
#include "sim/priorities.h"
#include "sim/visited.h"

struct ha_search {
    struct ha_oracle oracle;            /* first */
    struct ha_search_options options;
    struct ha_search_point *path;
    size_t count, room, fixed;
    size_t common;                      /* see ha_search_common() */
    struct ha_keeper *keeper;
    struct ha_search_bounds used;       /* by the run so far */
    size_t turned;                      /* answers of the path that are not the ordinary ones */
    uint64_t branches;                  /* off the ordinary course, that were come to */
    struct ha_priorities priorities;    /* of PCT */
    struct ha_footprint footprint;
    struct ha_points points;
    struct ha_visited visited;          /* where runs have been, and what they had used there */
    bool left;
    uint64_t random;
    uint64_t runs;
    size_t asked;                       /* in the run so far */
    uint64_t ordinary;                  /* sum of what the ordinary course asks */
    bool strayed, lost;
    struct ha_search_stray stray;       /* how it has strayed */
};

static struct ha_search *search_of(struct ha_oracle *oracle)
{
    return (struct ha_search *)(void *)oracle;
}

/* The run has an answer more or, `by` being -1, less. */
static void use(struct ha_search *search, const struct ha_search_point *point, int by)
{
    uint32_t *used = ha_bound_of(&search->used, point->kind);
    if (!point->answer)
        return;
    search->turned += (size_t)by;
    if (used)
        *used += (uint32_t)by;
}

/* Whether the run so far may have another such answer than the ordinary one. */
static bool may_differ(const struct ha_search *search, unsigned kind)
{
    return ha_bounds_allow(&search->options.bounds, &search->used, kind);
}

static uint32_t choose_by_chance(struct ha_search *search, const struct ha_question *question)
{
    bool is_order = question->kind == HA_CHOICE_THREAD;
    if (!may_differ(search, question->kind) || (!is_order && ha_random(&search->random) % 8))
        return 0;
    return is_order ? (uint32_t)(ha_random(&search->random) % question->options)
                    : 1 + (uint32_t)(ha_random(&search->random) % (question->options - 1));
}

/* Behind the answers that are given again. */
static uint32_t choose_anew(struct ha_search *search, struct ha_world *world,
                            const struct ha_question *question)
{
    bool is_first = search->runs == 1;
    if (is_first || search->options.strategy == HA_SEARCH_DEPTH)
        return 0;
    if (search->options.strategy == HA_SEARCH_PCT &&
        (question->kind == HA_CHOICE_THREAD || question->kind == HA_CHOICE_PREEMPT))
        return ha_priorities_choose(&search->priorities, world, question);
    return choose_by_chance(search, question);
}

/* Whether an earlier run was where this one is, and could go on in all ways that this one can. */
static bool was_here(struct ha_search *search, const struct ha_world *world,
                     const struct ha_question *question)
{
    uint64_t state = ha_footprint_state(&search->footprint, world, question);
    struct ha_commons *commons = search->options.share.commons;
    return commons ? !ha_commons_reach(commons, state, &search->used, &search->lost)
                   : !ha_visited_reach(&search->visited, state, &search->used);
}

static bool grow(struct ha_search *search)
{
    struct ha_search_point *path =
        ha_heap_grow(search->options.memory, search->path, &search->room, sizeof *path);
    search->path = path ? path : search->path;
    search->lost |= !path;
    return path != NULL;
}

/* Go on with a question and its answer. */
static void append(struct ha_search *search, const struct ha_world *world,
                   const struct ha_question *question, uint32_t chosen)
{
    struct ha_search_point *point = &search->path[search->count++];
    *point = ha_point_of(world, question, chosen);
    point->occurrence = ha_path_occurrence(search->path, search->count, world);
    ha_points_meet(&search->points, point->kind, point->site, point->occurrence);
    if (chosen)
        ha_points_turn(&search->points, point->kind, point->site, point->occurrence);
}

/* Only the first question that differs says anything. */
static void stray(struct ha_search *search, size_t number, struct ha_search_point is)
{
    if (!search->strayed)
        search->stray = (struct ha_search_stray){number, search->path[number], is};
    search->strayed = true;
}

/* Of a question that earlier runs have answered. */
static uint32_t repeat(struct ha_search *search, const struct ha_world *world,
                       const struct ha_question *question)
{
    const struct ha_search_point *point = &search->path[question->number];
    if (ha_point_asks(point, question))
        return point->answer;
    stray(search, question->number, ha_point_of(world, question, 0));
    return 0;
}

bool ha_search_is_open(const struct ha_search *search, uint32_t number)
{
    static const struct ha_search_bounds none;
    const struct ha_search_point *point = &search->path[number];
    return point->answer + 1 < point->options &&
           ha_bounds_allow(&search->options.bounds, &none, point->kind);
}

static void leave(struct ha_search *search, struct ha_world *world)
{
    search->left = true;
    ha_sched_end(world, HA_END_SIGNAL);
    if (search->keeper)
        search->keeper->leave(search->keeper, world);
}

/*
 * Whether a later run may come here with another answer: in depth where there is one left, by
 * chance at the first question only.
 */
static bool is_worth_keeping(const struct ha_search *search, const struct ha_question *question)
{
    if (search->options.strategy != HA_SEARCH_DEPTH)
        return question->number == 0;
    return question->number < search->fixed ? ha_search_is_open(search, question->number)
                                            : may_differ(search, question->kind);
}

static uint32_t decide(struct ha_search *search, struct ha_world *world,
                       const struct ha_question *question)
{
    if (question->number >= search->fixed) {
        if (search->left || search->lost || (search->count == search->room && !grow(search)))
            return 0;
        assert(question->number == search->count || search->strayed);
        if (search->options.skips && was_here(search, world, question) && search->runs > 1) {
            leave(search, world);
            return 0;
        }
    }
    if (search->keeper && is_worth_keeping(search, question))
        search->keeper->keep(search->keeper, world, question->number);
    if (question->number < search->fixed)
        return repeat(search, world, question);
    uint32_t chosen = choose_anew(search, world, question);
    append(search, world, question, chosen);
    use(search, &search->path[search->count - 1], 1);
    return chosen;
}

static uint32_t answer(struct ha_oracle *oracle, struct ha_world *world,
                       const struct ha_question *question)
{
    struct ha_search *search = search_of(oracle);
    uint32_t decided = decide(search, world, question);
    search->asked = question->number + 1;   /* also when it is answered once more */
    ha_footprint_answer(&search->footprint, world, question, decided);
    return decided;
}

struct ha_search_options ha_search_settle(struct ha_search_options options)
{
    options.bounds = ha_bounds_settle(options.bounds, options.strategy);
    if (options.strategy == HA_SEARCH_FAULTS || options.strategy == HA_SEARCH_PAIRS)
        options.strategy = HA_SEARCH_DEPTH;
    return options;
}

struct ha_search *ha_search_create(const struct ha_search_options *options)
{
    struct ha_search *search = ha_heap_take(options->memory, sizeof *search);
    if (!search)
        return NULL;
    search->oracle.answer = answer;
    search->options = *options;
    search->options.share.count += !options->share.count;
    search->visited.memory = options->memory;
    search->points.met.memory = search->points.turned.memory = options->memory;
    ha_priorities_init(&search->priorities, options->depth);
    ha_footprint_init(&search->footprint, options->memory);
    return search;
}

void ha_search_destroy(struct ha_search *search)
{
    if (!search)
        return;
    ha_footprint_close(&search->footprint);
    ha_points_close(&search->points);
    ha_visited_close(&search->visited);
    ha_heap_give(search->options.memory, search->path, search->room * sizeof *search->path);
    ha_heap_give(search->options.memory, search, sizeof *search);
}

/* Whether the next branch is of the share; off the ordinary course each branch is of one only. */
static bool is_mine(struct ha_search *search)
{
    const struct ha_share *share = &search->options.share;
    return search->turned || search->branches++ % share->count == share->index;
}

/* Take the last answer that has an alternative to it; what came behind it is asked anew. */
static bool back_up(struct ha_search *search)
{
    while (search->count) {
        struct ha_search_point *last = &search->path[search->count - 1];
        use(search, last, -1);
        while (last->answer + 1 < last->options && may_differ(search, last->kind)) {
            last->answer++;
            if (!is_mine(search))
                continue;
            use(search, last, 1);
            ha_points_turn(&search->points, last->kind, last->site, last->occurrence);
            search->fixed = search->common = search->count;
            return true;
        }
        search->count--;
    }
    return false;
}

/* Runs by chance are numbered from 0 on, the ordinary course. */
static void begin_by_chance(struct ha_search *search)
{
    const struct ha_share *share = &search->options.share;
    uint64_t number = (search->runs - 1) * share->count + share->index;
    if (search->runs == 2)      /* where the ordinary course has its decisions, PCT has its own */
        search->priorities.moments = ha_path_preemptions(search->path, search->count);
    if (share->index && search->runs > 1)
        number -= share->count;
    search->random = search->options.seed ^ ha_random(&number);
    ha_priorities_deal(&search->priorities, &search->random);
    search->used = (struct ha_search_bounds){0};
    search->count = search->fixed = search->turned = 0;
}

bool ha_search_next(struct ha_search *search)
{
    bool is_first = search->runs++ == 0;
    ha_footprint_clear(&search->footprint);
    search->left = false;
    search->asked = 0;
    if (ha_search_lost(search) || search->strayed)
        return false;
    if (search->runs == 2)
        search->ordinary = ha_path_sum(search->path, search->count);
    if (search->options.strategy == HA_SEARCH_DEPTH)
        return is_first || back_up(search);
    begin_by_chance(search);
    search->common = is_first ? 0 : 1;
    return true;
}

bool ha_search_is_mine(const struct ha_search *search)
{
    return search->runs > 1 || !search->options.share.index;
}

void ha_search_again(struct ha_search *search)
{
    ha_footprint_clear(&search->footprint);
    search->left = false;
    search->asked = 0;
    search->fixed = search->count;
    search->common = 0;
}

void ha_search_set_keeper(struct ha_search *search, struct ha_keeper *keeper)
{
    search->keeper = keeper;
}

size_t ha_search_common(const struct ha_search *search)
{
    return search->common;
}

struct ha_footprint *ha_search_footprint(struct ha_search *search)
{
    return &search->footprint;
}

struct ha_oracle *ha_search_oracle(struct ha_search *search)
{
    return &search->oracle;
}

struct ha_watcher *ha_search_watcher(struct ha_search *search)
{
    return &search->footprint.watcher;
}

bool ha_search_left(const struct ha_search *search)
{
    return search->left;
}

uint64_t ha_search_identity(const struct ha_search *search)
{
    return search->footprint.sum;
}

uint64_t ha_search_ordinary(const struct ha_search *search)
{
    return search->ordinary;
}

const struct ha_search_point *ha_search_points(const struct ha_search *search, size_t *count)
{
    *count = search->count;
    return search->path;
}

const struct ha_points *ha_search_covered(const struct ha_search *search)
{
    return &search->points;
}

void ha_search_end(struct ha_search *search)
{
    if (search->asked < search->fixed && !search->left)
        stray(search, search->asked, (struct ha_search_point){.label = NULL});
}

const struct ha_search_stray *ha_search_stray(const struct ha_search *search)
{
    return search->strayed ? &search->stray : NULL;
}

bool ha_search_strayed(const struct ha_search *search)
{
    return search->strayed;
}

bool ha_search_lost(const struct ha_search *search)
{
    return search->lost || search->footprint.lost || search->visited.lost ||
           ha_points_lost(&search->points);
}
