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

/* How the words of two calls compare, as strcmp(), whatever their numbers are. */
static int compare_places(const char *a, const char *b)
{
    for (bool begins = true; *a || *b;) {
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
    return 0;
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
    return order ? order : compare_places(a->finding.call, b->finding.call);
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

int ha_finds_note(struct ha_finds *finds, const struct ha_shown *shown,
                  const struct ha_tape_input *answers)
{
    struct ha_find noted = {.finding = *shown->finding, .ending = shown->ending};
    snprintf(noted.driver, sizeof noted.driver, "%s", shown->driver ? shown->driver : "");
    struct ha_find *find = find_equal(finds, &noted);
    bool is_better = !find || answers->count < find->answers.count;
    if ((!find && !grow(finds)) || (is_better && !copy(finds, &noted, answers, shown->words)))
        return HA_ENOMEM;
    if (find) {
        noted.runs = find->runs;
        noted.last_run = find->last_run;
    }
    if (find && is_better)
        give(finds, find);
    if (!find)
        find = &finds->find[finds->count++];
    if (is_better)
        *find = noted;
    find->runs += find->last_run != shown->run;
    find->last_run = shown->run;
    return HA_OK;
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
