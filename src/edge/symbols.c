/*
 * symbols - see symbols.h
 *
 * Owns struct ha_symbols: the places that are wanted, and what became of them. How another program
 * is asked is in base/symbolizer.c.
 */
#include "edge/symbols.h"

#include <stdlib.h>
#include <string.h>

#include "base/bag.h"
#include "base/code.h"
#include "base/symbolizer.h"
#include "edge/module.h"

struct symbol {
    const char *place;
    const char *offset;         /* in it, behind the name of the module */
    const char *from;           /* NULL: not known */
    bool asked;
};

struct ha_symbols {
    const struct ha_plan *plan;
    struct symbol *symbol;
    size_t count, room;
    bool looked;
    struct ha_bag texts;
};

struct ha_symbols *ha_symbols_create(const struct ha_plan *plan)
{
    struct ha_symbols *symbols = calloc(1, sizeof *symbols);
    if (symbols)
        symbols->plan = plan;
    return symbols;
}

void ha_symbols_destroy(struct ha_symbols *symbols)
{
    if (!symbols)
        return;
    free(symbols->symbol);
    ha_bag_close(&symbols->texts);
    free(symbols);
}

static struct symbol *find(const struct ha_symbols *symbols, const char *place)
{
    for (size_t i = 0; i < symbols->count; i++)
        if (!strcmp(symbols->symbol[i].place, place))
            return &symbols->symbol[i];
    return NULL;
}

bool ha_symbols_want(struct ha_symbols *symbols, const char *place)
{
    const char *plus = strrchr(place, '+');
    if (!plus || find(symbols, place))
        return true;
    if (symbols->count == symbols->room) {
        size_t room = symbols->room ? 2 * symbols->room : 8;
        struct symbol *grown = realloc(symbols->symbol, room * sizeof *grown);
        if (!grown)
            return false;
        symbols->symbol = grown;
        symbols->room = room;
    }
    char *kept = ha_bag_copy(&symbols->texts, place, strlen(place));
    if (!kept)
        return false;
    symbols->symbol[symbols->count++] =
        (struct symbol){.place = kept, .offset = kept + (plus - place) + 1};
    return true;
}

/* Ask for all that lies in one file. */
static void look_up(struct ha_symbols *symbols, const char *path)
{
    const char **offset = malloc(symbols->count * sizeof *offset);
    struct symbol **asked = malloc(symbols->count * sizeof *asked);
    struct ha_text *answer = calloc(symbols->count, sizeof *answer);
    size_t count = 0;
    for (size_t i = 0; offset && asked && answer && i < symbols->count; i++)
        if (!symbols->symbol[i].asked && ha_code_is_in(symbols->symbol[i].place, path)) {
            symbols->symbol[i].asked = true;
            asked[count] = &symbols->symbol[i];
            offset[count++] = symbols->symbol[i].offset;
        }
    if (count && ha_symbolizer_ask(path, offset, count, HA_SYMBOLIZER_PATIENCE_MS, answer))
        for (size_t i = 0; i < count; i++)
            if (answer[i].length && !answer[i].lost)
                asked[i]->from = ha_bag_copy(&symbols->texts, answer[i].bytes, answer[i].length);
    for (size_t i = 0; i < count; i++)
        ha_text_close(&answer[i]);
    free(answer);
    free(asked);
    free(offset);
}

/* Whether the plan has two files of that name, which a place cannot tell from each other. */
static bool is_ambiguous(const struct ha_plan *plan, const char *path)
{
    const char *name = ha_code_file_name(path);
    for (size_t i = 0; i < plan->driver_count; i++) {
        const char *other = plan->driver[i].module;
        if (other && strcmp(other, path) != 0 && !strcmp(ha_code_file_name(other), name))
            return true;
    }
    return false;
}

static void look_up_all(struct ha_symbols *symbols)
{
    const struct ha_plan *plan = symbols->plan;
    struct ha_text path = {0};
    for (size_t i = 0; i < plan->driver_count && symbols->count; i++)
        if (plan->driver[i].module && !is_ambiguous(plan, plan->driver[i].module) &&
            ha_module_find(plan->driver[i].module, &path))
            look_up(symbols, ha_text_string(&path));
    ha_text_close(&path);
}

const char *ha_symbols_find(struct ha_symbols *symbols, const char *place)
{
    const struct symbol *symbol = symbols ? find(symbols, place) : NULL;
    if (!symbol)
        return NULL;
    if (!symbols->looked) {
        symbols->looked = true;
        look_up_all(symbols);
    }
    return symbol->from;
}
