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

/* What the input says; 0 when it has no answer, or none that fits. */
static uint32_t read_input(struct ha_world *world, const struct ha_question *question)
{
    struct ha_tape *tape = &world->tape;
    const struct ha_tape_input *input = &world->host->input;
    if (tape->given == input->count || input->answer[tape->given].question != question->number)
        return 0;
    uint32_t answer = input->answer[tape->given++].answer;
    if (answer < question->options)
        return answer;
    tape->stale = true;
    return 0;
}

/* A search does this many times in each run, and most labels have no number. */
static void put_label(struct ha_record *record, const struct ha_question *question)
{
    char *label = record->as.choice.label;
    size_t room = sizeof record->as.choice.label, length = strlen(question->label);
    length = length < room - 1 ? length : room - 1;
    memcpy(label, question->label, length);
    label[length] = '\0';
    if (question->about != HA_NOTHING)
        snprintf(label + length, room - length, " %u", (unsigned)question->about);
}

static uint32_t ask(struct ha_world *world, struct ha_question question)
{
    struct ha_oracle *oracle = world->host->oracle;
    question.number = world->tape.asked++;
    uint32_t answer = oracle ? oracle->answer(oracle, world, &question)
                             : read_input(world, &question);
    if (!answer)
        return 0;
    struct ha_record *record = ha_record_open(world, HA_CHOICE, question.number);
    record->as.choice.kind = question.kind;
    record->as.choice.answer = answer;
    record->as.choice.options = question.options;
    put_label(record, &question);
    return answer;
}

uint32_t ha_choose(struct ha_world *world, enum ha_choice_kind kind, const char *label,
                   uint32_t options)
{
    return ask(world, (struct ha_question){
                          .options = options, .kind = kind, .label = label, .about = HA_NOTHING});
}

bool ha_choose_about(struct ha_world *world, enum ha_choice_kind kind, const char *what,
                     uint32_t number)
{
    return ask(world, (struct ha_question){
                          .options = 2, .kind = kind, .label = what, .about = number}) != 0;
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
