/*
 * tape - everything that could go either way
 *
 * Owns the asking, and the reading and writing of tokens.
 */
#include "core/tape.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "core/world.h"

/* The answer, and the record of one that is not 0, which has no label yet; else NULL. */
static uint32_t choose(struct ha_world *world, enum ha_choice_kind kind, uint32_t options,
                       struct ha_record **record)
{
    struct ha_tape *tape = &world->tape;
    const struct ha_tape_input *input = &world->host->input;
    uint32_t question = tape->asked++;
    *record = NULL;
    if (tape->given == input->count || input->answer[tape->given].question != question)
        return 0;

    uint32_t answer = input->answer[tape->given++].answer;
    if (answer >= options) {
        tape->stale = true;
        return 0;
    }
    *record = ha_record_open(world, HA_CHOICE, question);
    (*record)->as.choice.kind = kind;
    (*record)->as.choice.answer = answer;
    (*record)->as.choice.options = options;
    return answer;
}

uint32_t ha_choose(struct ha_world *world, enum ha_choice_kind kind, const char *label,
                   uint32_t options)
{
    struct ha_record *record;
    uint32_t answer = choose(world, kind, options, &record);
    if (record)
        snprintf(record->as.choice.label, sizeof record->as.choice.label, "%s", label);
    return answer;
}

bool ha_choose_about(struct ha_world *world, enum ha_choice_kind kind, const char *what,
                     uint32_t number)
{
    struct ha_record *record;
    uint32_t answer = choose(world, kind, 2, &record);
    if (record)
        snprintf(record->as.choice.label, sizeof record->as.choice.label, "%s %u", what,
                 (unsigned)number);
    return answer != 0;
}

bool ha_tape_fits(const struct ha_world *world)
{
    return !world->tape.stale && world->tape.given == world->host->input.count;
}

/* A number of at most 32 bits and at least `least`; the text goes on behind it. */
static bool read_number(const char **text, int base, uint64_t least, uint32_t *number)
{
    size_t length = strspn(*text, base == 16 ? "0123456789abcdef" : "0123456789");
    if (length == 0 || length > 10)
        return false;
    unsigned long long value = strtoull(*text, NULL, base);
    if (value < least || value > UINT32_MAX)
        return false;
    *text += length;
    *number = (uint32_t)value;
    return true;
}

static bool read_char(const char **text, char c)
{
    if (**text != c)
        return false;
    ++*text;
    return true;
}

static int not_a_token(struct ha_error *error, const char *token, const char *at)
{
    return ha_error_set(error, HA_EINVAL,
                        "'%.60s' is not a replay token: character %zu is not what a token has "
                        "there",
                        token, (size_t)(at - token) + 1);
}

int ha_tape_read(struct ha_tape_input *input, const char *token, uint64_t scenario_hash,
                 uint64_t profile_hash, struct ha_error *error)
{
    const char *at = token;
    uint32_t scenario, profile;
    if (!read_char(&at, 'h') || !read_char(&at, '1') || !read_char(&at, '-') ||
        !read_number(&at, 16, 0, &scenario) || !read_char(&at, '-') ||
        !read_number(&at, 16, 0, &profile))
        return not_a_token(error, token, at);

    size_t room = 0;
    for (const char *c = at; *c; c++)
        room += *c == ':';
    struct ha_answer *answers = malloc((room + 1) * sizeof *answers);
    if (!answers)
        return ha_error_set(error, HA_ENOMEM, "out of memory");

    size_t count = 0;
    for (char before = '-'; *at; before = ',') {
        struct ha_answer *next = &answers[count];
        uint64_t least = count ? next[-1].question + (uint64_t)1 : 0;
        if (!read_char(&at, before) || !read_number(&at, 10, least, &next->question) ||
            !read_char(&at, ':') || !read_number(&at, 10, 1, &next->answer)) {
            free(answers);
            return not_a_token(error, token, at);
        }
        count++;
    }
    if (scenario != (uint32_t)scenario_hash || profile != (uint32_t)profile_hash) {
        free(answers);
        return ha_error_set(error, HA_ESTALE,
                            "the token is stale: %s has changed since it was made",
                            scenario != (uint32_t)scenario_hash ? "the scenario" : "the profile");
    }
    *input = (struct ha_tape_input){answers, count};
    return HA_OK;
}

void ha_tape_close(struct ha_tape_input *input)
{
    free(input->answer);
    *input = (struct ha_tape_input){0};
}

void ha_tape_write(struct ha_text *text, const struct ha_tape_input *input,
                   uint64_t scenario_hash, uint64_t profile_hash)
{
    ha_text_addf(text, "h1-%08x-%08x", (unsigned)(uint32_t)scenario_hash,
                 (unsigned)(uint32_t)profile_hash);
    for (size_t i = 0; i < input->count; i++)
        ha_text_addf(text, "%c%u:%u", i ? ',' : '-', (unsigned)input->answer[i].question,
                     (unsigned)input->answer[i].answer);
}
