/*
 * explorer_stray - a run of a search that was not the same when it was played again
 *
 * Owns what is told of it. Something that no tape holds has decided: the clock, a file, another
 * process, or what a driver's process remembers.
 */
#include "edge/explorer.h"

#include "base/names.h"
#include "check/difference.h"
#include "check/story_words.h"
#include "check/who.h"
#include "sim/search_words.h"

static int note(struct ha_explorer *explorer, enum ha_ending ending, const struct ha_text *words)
{
    const struct ha_finding nothing = {.rule = NULL};
    const struct ha_shown shown = {.finding = &nothing, .ending = ending,
                                   .run = explorer->result->runs + 1,
                                   .words = ha_text_string(words)};
    struct ha_tape_input answers;
    int err = words->lost ? HA_ENOMEM : ha_search_answers(explorer->search, &answers);
    if (err)
        return err;
    err = ha_finds_note(&explorer->result->strays, &shown, &answers);
    ha_tape_close(&answers);
    explorer->result->strayed = true;
    return err;
}

int ha_explorer_note_twin(struct ha_explorer *explorer)
{
    const struct ha_twin_part *part = explorer->twin.part;
    struct ha_text words = {0};
    ha_difference_add(&words, part[0].record, part[0].count, part[1].record, part[1].count);
    int err = note(explorer, HA_END_NOT_YET, &words);
    ha_text_close(&words);
    return err;
}

int ha_explorer_note_question(struct ha_explorer *explorer)
{
    struct ha_text words = {0};
    ha_search_add_stray(&words, ha_search_stray(explorer->search));
    int err = note(explorer, HA_END_NOT_YET, &words);
    ha_text_close(&words);
    return err;
}

int ha_explorer_note_lost(struct ha_explorer *explorer, const struct ha_playing_state *lost)
{
    const struct ha_record *crash = &lost->crash;
    char irql[HA_IRQL_TEXT];
    struct ha_text words = {0};
    ha_text_addf(&words, "  a run ended by \"%s\", and not so when it was played again:\n  ",
                 ha_ending_name(lost->ending));
    if (lost->ending == HA_END_HANG) {
        ha_text_add(&words, "hang");
    } else {
        ha_text_add(&words, "crash: ");
        ha_process_end_words(crash->as.crash.signal, crash->as.crash.exit_code, &words);
    }
    if (crash->driver) {
        ha_text_add(&words, " in code of ");
        ha_driver_words(ha_judge_cast(explorer->judge), crash->driver, &words);
    }
    if (crash->kind)
        ha_text_addf(&words, ", on processor %u at %s", crash->processor,
                     ha_irql_text(crash->irql, irql));
    ha_text_add(&words, "\n");
    int err = note(explorer, lost->ending, &words);
    ha_text_close(&words);
    return err;
}
