/*
 * story_deadlock - who waits for whom when nobody can go on
 *
 * Owns struct ha_deadlock. A thread waits for one thing at a time, and that has one holder at
 * most: following the holders gives chains, some of which join, and circles.
 */
#include "check/story_deadlock.h"

#include <stdlib.h>

#include "check/expect.h"
#include "check/story_words.h"
#include "check/who.h"

bool ha_deadlock_take(struct ha_deadlock *deadlock, const struct ha_record *record)
{
    if (deadlock->count == deadlock->room) {
        size_t room = deadlock->room ? 2 * deadlock->room : 8;
        struct ha_waiter *grown = realloc(deadlock->waiter, room * sizeof *grown);
        if (!grown)
            return false;
        deadlock->waiter = grown;
        deadlock->room = room;
    }
    deadlock->waiter[deadlock->count++] = (struct ha_waiter){.record = *record};
    return true;
}

void ha_deadlock_close(struct ha_deadlock *deadlock)
{
    free(deadlock->waiter);
    *deadlock = (struct ha_deadlock){0};
}

static int compare(const void *one, const void *other)
{
    uint32_t a = ((const struct ha_waiter *)one)->record.as.wait.waiter;
    uint32_t b = ((const struct ha_waiter *)other)->record.as.wait.waiter;

    return (a > b) - (a < b);
}

/* Find everyone's holder among those who wait; `count` stands for one that does not. */
static void link_holders(struct ha_deadlock *deadlock)
{
    struct ha_waiter *waiter = deadlock->waiter;

    qsort(waiter, deadlock->count, sizeof *waiter, compare);
    for (size_t i = 0; i < deadlock->count; i++) {
        struct ha_waiter key = {0};
        key.record.as.wait.waiter = waiter[i].record.as.wait.holder;
        const struct ha_waiter *holder =
            bsearch(&key, waiter, deadlock->count, sizeof *waiter, compare);
        waiter[i].holder = holder ? (size_t)(holder - waiter) : deadlock->count;
        if (holder)
            waiter[holder - waiter].followers++;
    }
}

/* " registering a.sync" */
static void routine_words(const struct ha_cast *cast, const struct ha_record *routine,
                          struct ha_text *words)
{
    bool adds = routine->kind == HA_REG_ENTER || routine->kind == HA_PNP_REG_ENTER;

    ha_text_add(words, adds ? " registering " : " removing ");
    if (routine->kind == HA_REG_ENTER || routine->kind == HA_DEREG_ENTER)
        ha_registration_words(cast, routine->id, words);
    else
        ha_entry_words(cast, routine->id, words);
}

static bool is_routine(const struct ha_record *opener)
{
    return opener->kind == HA_REG_ENTER || opener->kind == HA_DEREG_ENTER ||
           opener->kind == HA_PNP_REG_ENTER || opener->kind == HA_PNP_UNREG_ENTER;
}

/* ", removing a.sync in Unload of a,": the innermost routine, and the call that it is made in. */
static void inside_words(const struct ha_cast *cast, const struct ha_nest *nest,
                         const struct ha_record *record, struct ha_text *words)
{
    const struct ha_record *opener, *routine = NULL;
    uint32_t thread = record->as.wait.waiter;
    const struct ha_record *place = ha_story_place_of(nest, thread);

    for (size_t i = 0; !routine && (opener = ha_nest_at(nest, thread, i)) != place; i++)
        if (is_routine(opener))
            routine = opener;
    if (!routine && !place && !record->driver)
        return;
    ha_text_add(words, ",");
    if (routine)
        routine_words(cast, routine, words);
    if (place) {
        ha_story_place(cast, place, words);
    } else if (record->driver) {
        ha_text_add(words, routine ? " for " : " in a thread of ");
        ha_driver_words(cast, record->driver, words);
    }
    ha_text_add(words, ",");
}

struct telling {
    struct ha_deadlock *deadlock;
    const struct ha_cast *cast;
    const struct ha_nest *nest;
    struct ha_text *words;
    void (*line)(void *argument, unsigned indent);
    void *argument;
};

static void tell_waiter(struct telling *telling, struct ha_waiter *waiter, unsigned indent)
{
    waiter->placed = true;
    ha_thread_words(telling->cast, waiter->record.as.wait.waiter, telling->words);
    inside_words(telling->cast, telling->nest, &waiter->record, telling->words);
    ha_text_add(telling->words, " ");
    ha_story_wait(telling->cast, &waiter->record, telling->words);
    telling->line(telling->argument, indent);
}

/* From somebody for whom nobody waits any more to the first holder who has others to wait for. */
static void tell_chain(struct telling *telling, size_t i)
{
    struct ha_waiter *waiter = telling->deadlock->waiter;

    while (i < telling->deadlock->count && !waiter[i].followers && !waiter[i].placed) {
        tell_waiter(telling, &waiter[i], 1);
        i = waiter[i].holder;
        if (i < telling->deadlock->count)
            waiter[i].followers--;
    }
}

static void tell_circle(struct telling *telling, size_t first)
{
    struct ha_waiter *waiter = telling->deadlock->waiter;
    size_t length = 1;

    for (size_t i = waiter[first].holder; i != first; i = waiter[i].holder)
        length++;
    ha_text_addf(telling->words, "%zu of them in a circle:", length);
    telling->line(telling->argument, 1);
    for (size_t i = first; !waiter[i].placed; i = waiter[i].holder)
        tell_waiter(telling, &waiter[i], 2);
}

void ha_deadlock_tell(struct ha_deadlock *deadlock, const struct ha_cast *cast,
                      const struct ha_nest *nest, struct ha_text *words,
                      void (*line)(void *argument, unsigned indent), void *argument)
{
    struct telling telling = {deadlock, cast, nest, words, line, argument};

    if (!deadlock->count)
        return;
    link_holders(deadlock);
    ha_text_addf(words, "deadlock: %zu thread%s for ever", deadlock->count,
                 deadlock->count == 1 ? " waits" : "s wait");
    line(argument, 0);
    for (size_t i = 0; i < deadlock->count; i++)
        tell_chain(&telling, i);
    for (size_t i = 0; i < deadlock->count; i++)
        if (!deadlock->waiter[i].placed)
            tell_circle(&telling, i);
    deadlock->count = 0;
}
