/* run_command - the command line that repeats a run, fit for bash and zsh */
#include "edge/run.h"

#include <string.h>

#include "core/tape.h"
#include "edge/place.h"

/* As one word of a shell, whatever a terminal would make of it; older shells have no $'. */
static void add_escaped_word(struct ha_text *text, const char *word)
{
    ha_text_add(text, "$'");
    for (const char *c = word; *c; c++)
        if (*c >= ' ' && *c < 0x7f && *c != '\'' && *c != '\\')
            ha_text_add_bytes(text, c, 1);
        else
            ha_text_addf(text, "\\%03o", (unsigned)(unsigned char)*c);
    ha_text_add(text, "'");
}

static void add_word(struct ha_text *text, const char *word)
{
    if (!ha_file_name_is_plain(word)) {
        add_escaped_word(text, word);
        return;
    }
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "_-+=./:,@%";
    if (word[0] && word[strspn(word, plain)] == '\0') {
        ha_text_add(text, word);
        return;
    }
    ha_text_add(text, "'");
    for (const char *c = word; *c; c++)
        if (*c == '\'')
            ha_text_add(text, "'\\''");
        else
            ha_text_add_bytes(text, c, 1);
    ha_text_add(text, "'");
}

void ha_run_add_command(const struct ha_run *run, enum ha_ending ending, struct ha_text *text)
{
    const struct ha_play_options *options = run->options;
    struct ha_tape_input answers = {0};
    struct ha_text file = {0};
    /* What begins with a dash would be taken for an option. */
    ha_text_addf(&file, "%s%s", run->scenario->file[0] == '-' ? "./" : "", run->scenario->file);
    ha_text_add(text, "hotadd run ");
    add_word(text, ha_text_string(&file));
    text->lost |= file.lost;
    ha_text_close(&file);
    if (options->profile)
        ha_text_addf(text, " --profile %s", options->profile);
    for (size_t i = 0; i < options->set_count; i++)
        ha_text_addf(text, " --set %s", options->set[i]);
    for (size_t i = 0; i < options->driver_count; i++) {
        ha_text_add(text, " --driver ");
        add_word(text, options->driver[i]);
    }
    if (options->modules) {
        ha_text_add(text, " --modules ");
        add_word(text, options->modules);
    }
    if (options->strict)
        ha_text_add(text, " --strict");
    if (ending == HA_END_BUDGET)
        ha_text_addf(text, " --budget %llu", (unsigned long long)options->record_budget);
    if (options->threads == HA_THREADS_FREE) {
        ha_text_add(text, " --threads free");
        return;
    }
    ha_text_add(text, " --replay ");
    if (options->replay)
        ha_text_add(text, options->replay);
    else
        ha_tape_write(text, &answers, run->plan.scenario_hash,
                      ha_profile_hash(&run->plan.profile));
}
