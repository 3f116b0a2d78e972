/*
 * finds - see finds.h
 */
#include "sim/finds.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hotadd/error.h"

/* Behind a number and what is written as one, as 4, 0:4 and 0x10000. */
static const char *skip_number(const char *at)
{
    while (isalnum((unsigned char)*at) || *at == ':')
        at++;
    return at;
}

/* Whether the words go on with a status: of the same call there may be several. */
static bool is_over(const char *at)
{
    return !*at || !strncmp(at, " (", 2) || !strncmp(at, " -> ", 4);
}

/* How the words of two calls compare, as strcmp(), whatever their numbers and statuses are. */
static int compare_calls(const char *a, const char *b)
{
    bool begins = true;
    while (!is_over(a) && !is_over(b)) {
        if (begins && isdigit((unsigned char)*a) && isdigit((unsigned char)*b)) {
            a = skip_number(a);
            b = skip_number(b);
        } else if (*a != *b) {
            return (unsigned char)*a < (unsigned char)*b ? -1 : 1;
        } else {
            begins = !isalnum((unsigned char)*a) && *a != '_' && *a != '.';
            a++;
            b++;
        }
    }
    return (int)is_over(b) - (int)is_over(a);
}

static int compare_numbers(uint64_t a, uint64_t b)
{
    return a < b ? -1 : a > b;
}

static int compare(const struct ha_find *a, const struct ha_find *b)
{
    const struct ha_rule *first = a->finding.rule, *second = b->finding.rule;
    if (!first != !second)
        return first ? -1 : 1;
    /* Rules are rows of one table, in the order of their ids. */
    int order = first == second ? 0 : first < second ? -1 : 1;
    if (!order)
        order = compare_numbers(a->ending, b->ending);
    if (!order)
        order = strcmp(a->driver, b->driver);
    if (!order)
        order = compare_calls(a->finding.call, b->finding.call);
    return order ? order : strcmp(a->finding.place, b->finding.place);
}

static int compare_for_sort(const void *a, const void *b)
{
    return compare(a, b);
}

static struct ha_find *find_equal(struct ha_finds *finds, const struct ha_find *find)
{
    for (size_t i = 0; i < finds->count; i++)
        if (!compare(&finds->find[i], find))
            return &finds->find[i];
    return NULL;
}

static bool grow(struct ha_finds *finds)
{
    if (finds->count < finds->room)
        return true;
    struct ha_find *grown =
        ha_heap_grow(finds->memory, finds->find, &finds->room, sizeof *grown);
    finds->find = grown ? grown : finds->find;
    return grown != NULL;
}

/* What a find has memory for, besides itself. */
static void give(const struct ha_finds *finds, struct ha_find *find)
{
    struct ha_tape_input *answers = &find->answers;
    ha_heap_give(finds->memory, answers->answer, answers->count * sizeof *answers->answer);
    ha_heap_give(finds->memory, find->words, find->words ? strlen(find->words) + 1 : 0);
    *answers = (struct ha_tape_input){0};
    find->words = NULL;
}

static bool copy(const struct ha_finds *finds, struct ha_find *to,
                 const struct ha_tape_input *answers, const char *words)
{
    size_t bytes = answers->count * sizeof *answers->answer;
    to->answers.answer = ha_heap_take(finds->memory, bytes);
    to->answers.count = answers->count;
    to->words = words ? ha_heap_copy(finds->memory, words) : NULL;
    if (!to->answers.answer || (words && !to->words)) {
        give(finds, to);
        return false;
    }
    if (bytes)
        memcpy(to->answers.answer, answers->answer, bytes);
    return true;
}

/* Whether a search in depth comes to the one run before the other; both have so many answers. */
static bool comes_first(const struct ha_answer *answer, const struct ha_answer *other,
                        size_t count)
{
    size_t i = 0;
    while (i < count && answer[i].question == other[i].question &&
           answer[i].answer == other[i].answer)
        i++;
    if (i == count)
        return false;
    return answer[i].question != other[i].question ? answer[i].question > other[i].question
                                                   : answer[i].answer < other[i].answer;
}

/* Of two runs it is never both; so it is of no account in which order they are met. */
static bool is_better(const struct ha_find *find, const struct ha_find *other)
{
    const struct ha_tape_input *answers = &find->answers, *others = &other->answers;
    if (find->turned != other->turned)
        return find->turned < other->turned;
    if (find->variant != other->variant)
        return find->variant < other->variant;
    if (answers->count != others->count)
        return answers->count < others->count;
    return comes_first(answers->answer, others->answer, answers->count);
}

/* What is noted has memory of somebody else's, and says how many more runs show it. */
static int add(struct ha_finds *finds, const struct ha_find *noted, const char *words,
               uint64_t last_run)
{
    struct ha_find *find = find_equal(finds, noted);
    struct ha_find fresh = *noted;
    if (!find || is_better(noted, find)) {
        if ((!find && !grow(finds)) || !copy(finds, &fresh, &noted->answers, words))
            return HA_ENOMEM;
        if (find) {
            fresh.runs += find->runs;
            give(finds, find);
        } else {
            find = &finds->find[finds->count++];
        }
        *find = fresh;
    } else {
        find->runs += noted->runs;
    }
    find->last_run = last_run;
    return HA_OK;
}

int ha_finds_note(struct ha_finds *finds, const struct ha_shown *shown,
                  const struct ha_tape_input *answers)
{
    struct ha_find noted = {.finding = *shown->finding, .ending = shown->ending, .runs = 1,
                            .answers = *answers};
    snprintf(noted.driver, sizeof noted.driver, "%s", shown->driver ? shown->driver : "");
    const struct ha_find *find = find_equal(finds, &noted);
    if (find && find->last_run == shown->run)
        return HA_OK;
    return add(finds, &noted, shown->words, shown->run);
}

int ha_finds_merge(struct ha_finds *finds, const struct ha_finds *other, uint32_t variant,
                   uint32_t turned)
{
    int err = HA_OK;
    for (size_t i = 0; i < other->count && !err; i++) {
        struct ha_find noted = other->find[i];
        noted.variant = variant;
        noted.turned = turned;
        err = add(finds, &noted, noted.words, 0);
    }
    return err;
}

void ha_finds_sort(struct ha_finds *finds)
{
    if (finds->count)
        qsort(finds->find, finds->count, sizeof *finds->find, compare_for_sort);
}

void ha_finds_close(struct ha_finds *finds)
{
    for (size_t i = 0; i < finds->count; i++)
        give(finds, &finds->find[i]);
    ha_heap_give(finds->memory, finds->find, finds->room * sizeof *finds->find);
    *finds = (struct ha_finds){.memory = finds->memory};
}
