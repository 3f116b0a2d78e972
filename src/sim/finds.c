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
    size_t room = finds->room ? 2 * finds->room : 8;
    struct ha_find *grown = realloc(finds->find, room * sizeof *grown);
    if (!grown)
        return false;
    finds->find = grown;
    finds->room = room;
    return true;
}

static bool copy(struct ha_tape_input *to, const struct ha_tape_input *from)
{
    to->answer = malloc((from->count + 1) * sizeof *to->answer);
    if (!to->answer)
        return false;
    if (from->count)
        memcpy(to->answer, from->answer, from->count * sizeof *to->answer);
    to->count = from->count;
    return true;
}

int ha_finds_note(struct ha_finds *finds, const struct ha_shown *shown,
                  const struct ha_tape_input *answers)
{
    struct ha_find noted = {.finding = *shown->finding, .ending = shown->ending};
    snprintf(noted.driver, sizeof noted.driver, "%s", shown->driver ? shown->driver : "");
    struct ha_find *find = find_equal(finds, &noted);
    bool is_better = !find || answers->count < find->answers.count;
    if ((!find && !grow(finds)) || (is_better && !copy(&noted.answers, answers)))
        return HA_ENOMEM;
    if (find) {
        noted.runs = find->runs;
        noted.last_run = find->last_run;
    }
    if (find && is_better)
        ha_tape_close(&find->answers);
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
        ha_tape_close(&finds->find[i].answers);
    free(finds->find);
    *finds = (struct ha_finds){0};
}
