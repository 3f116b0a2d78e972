/*
 * explore_report - what an exploration has found out
 *
 * Owns the memory of struct ha_explored: its list and all its texts are one block each.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/names.h"
#include "sim/exploration.h"
#include "sim/search_words.h"

static const char strayed_words[] =
    "  Something keeps its value from one run to the next, or is another one in each. Name\n"
    "  variables of the driver and the test with HA_STATE, or put back in `reset` what is not a\n"
    "  variable.\n";

static void add_token(const struct ha_exploring *exploring, const struct ha_find *find,
                      struct ha_text *text)
{
    const struct ha_machine *machine = exploring->machine;
    ha_tape_write(text, &find->answers, machine->scenario_hash,
                  ha_profile_hash(&machine->kernel.profile));
}

/* A find as a paragraph. HA_OK or HA_ENOMEM. */
static int add_find(const struct ha_exploring *exploring, const struct ha_find *find,
                    struct ha_text *text)
{
    struct ha_finding finding = find->finding;
    struct ha_text repeat = {0};
    ha_text_add(&repeat, "HOTADD_REPLAY=");
    add_token(exploring, find, &repeat);
    if (find->ending)
        snprintf(finding.seen, sizeof finding.seen, "the run ended by \"%s\"\n",
                 ha_ending_name(find->ending));
    const char *words = ha_test_tell(exploring->machine, &finding,
                                     find->driver[0] ? find->driver : NULL,
                                     ha_text_string(&repeat));
    bool lost = repeat.lost || !words;
    if (!lost)
        ha_text_add(text, words);
    ha_text_close(&repeat);
    ha_search_add_found(text, find->runs, exploring->runs);
    return lost || text->lost ? HA_ENOMEM : HA_OK;
}

static char *take(const struct ha_text *text)
{
    char *copy = text->lost ? NULL : malloc(text->length + 1);
    return copy ? memcpy(copy, ha_text_string(text), text->length + 1) : NULL;
}

static int tell_finds(const struct ha_exploring *exploring, struct ha_explored *explored,
                      struct ha_text *report)
{
    const struct ha_finds *finds = &exploring->finds;
    struct ha_discovery *found = explored->found = calloc(finds->count + 1, sizeof *found);
    int err = found ? HA_OK : HA_ENOMEM;
    for (size_t i = 0; i < finds->count && !err; i++) {
        struct ha_text words = {0}, token = {0};
        err = add_find(exploring, &finds->find[i], &words);
        add_token(exploring, &finds->find[i], &token);
        found[i] = (struct ha_discovery){.rule = finds->find[i].finding.rule, .words = take(&words),
                                     .token = take(&token), .runs = finds->find[i].runs};
        ha_text_close(&words);
        ha_text_close(&token);
        explored->found_count++;
        if (!found[i].words || !found[i].token)
            err = HA_ENOMEM;
        else
            ha_text_add(report, found[i].words);
    }
    return err;
}

/* How a run was not the same when it was played again, and what may help. */
static void add_stray(const struct ha_exploring *exploring, struct ha_text *report)
{
    const struct ha_twin_part *part = exploring->twin.part;
    if (exploring->twin.differs) {
        const char *words = ha_test_tell_difference(exploring->machine, part[0].record,
                                                    part[0].count, part[1].record, part[1].count);
        report->lost |= !words;
        ha_text_add(report, words ? words : "");
    } else {
        ha_search_add_stray(report, ha_search_stray(exploring->search));
    }
    ha_text_add(report, strayed_words);
}

/* A run that was not searched is not watched, but is one. */
static uint64_t count_traces(const struct ha_exploring *exploring)
{
    return exploring->search ? exploring->traces.count : exploring->runs;
}

static void add_summary(const struct ha_exploring *exploring, struct ha_text *report)
{
    const struct ha_exploration *exploration = exploring->exploration;
    const struct ha_search_options settled = ha_search_settle((struct ha_search_options){
        .strategy = exploration->strategy, .bounds = exploration->bounds});
    const char *name = exploration->name;
    ha_text_addf(report, "%s  %s (", exploring->strayed ? "STRAYED" : exploring->finds.count
                                     ? "FOUND" : exploring->complete ? "pass" : "open",
                 name ? name : "test");
    ha_search_add_counts(report, exploring->runs, exploring->left, count_traces(exploring));
    ha_text_add(report, ")\n");
    if (exploring->strayed)
        add_stray(exploring, report);
    ha_search_add_seed(report, exploration->strategy, exploration->seed);
    if (exploring->complete)
        ha_search_add_complete(report, exploring->runs + exploring->left,
                               &settled.bounds);
}

int ha_exploring_tell(struct ha_exploring *exploring, struct ha_explored *explored)
{
    struct ha_text report = {0};
    if (exploring->replays) {
        const char *story = ha_test_end(exploring->machine);
        ha_text_add(&report, story ? story : "");
    }
    ha_finds_sort(&exploring->finds);
    int err = tell_finds(exploring, explored, &report);
    if (!exploring->replays)
        add_summary(exploring, &report);
    explored->report = err ? NULL : take(&report);
    ha_text_close(&report);
    explored->failed = exploring->finds.count || exploring->strayed;
    explored->complete = exploring->complete;
    explored->strayed = exploring->strayed;
    explored->runs = exploring->runs;
    explored->left = exploring->left;
    explored->traces = count_traces(exploring);
    if (explored->report)
        return HA_OK;
    ha_explored_close(explored);
    return HA_ENOMEM;
}

void ha_explored_close(struct ha_explored *explored)
{
    for (size_t i = 0; i < explored->found_count; i++) {
        free(explored->found[i].words);
        free(explored->found[i].token);
    }
    free(explored->found);
    free(explored->report);
    *explored = (struct ha_explored){.report = NULL};
}
