/*
 * tape - everything that could go either way
 *
 * A question has a number, in the order of asking, and answers 0 .. options - 1, of which 0 is
 * the ordinary course. A run is described by its scenario, its profile and its non-zero answers.
 * A token writes these down: h1-SCENARIO-PROFILE[-QUESTION:ANSWER,...], hashes in hexadecimal.
 */
#ifndef HA_CORE_TAPE_H
#define HA_CORE_TAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "hotadd/error.h"
#include "hotadd/trace.h"

struct ha_world;

struct ha_answer {
    uint32_t question, answer;
};

/* The answers that are to be given; survives a rewind. */
struct ha_tape_input {
    struct ha_answer *answer;   /* ascending by question; malloc'd */
    size_t count;
};

/* What is asked: its number, what it decides, and how many answers there are. */
struct ha_question {
    uint32_t number, options;
    enum ha_choice_kind kind;
    const char *label;          /* lasts as long as the program */
    uint32_t about;             /* the label goes on with this number; HA_NOTHING for none */
};
#define HA_NOTHING UINT32_MAX

/* Who answers in place of the input. The answer is below question->options. */
struct ha_oracle {
    uint32_t (*answer)(struct ha_oracle *oracle, struct ha_world *world,
                       const struct ha_question *question);
};

struct ha_tape {
    uint32_t asked;
    size_t given;               /* answers of the input that were used */
    bool stale;                 /* an answer of the input did not fit its question */
};

/* The answer to a question, below `options`; recorded when it is not 0. The label is constant. */
uint32_t ha_choose(struct ha_world *world, enum ha_choice_kind kind, const char *label,
                   uint32_t options);

/* A question with two answers about one of several: its label is "processor 4". */
bool ha_choose_about(struct ha_world *world, enum ha_choice_kind kind, const char *what,
                     uint32_t number);

/* Whether every answer of the input was asked for and fitted, now that the run has ended. */
bool ha_tape_fits(const struct ha_world *world);

/*
 * Read a token.
 *
 * Returns HA_OK; HA_EINVAL when the text is no token; HA_ESTALE when it was made from another
 * scenario or under another profile; HA_ENOMEM. The input is set on HA_OK only.
 */
int ha_tape_read(struct ha_tape_input *input, const char *token, uint64_t scenario_hash,
                 uint64_t profile_hash, struct ha_error *error);
void ha_tape_close(struct ha_tape_input *input);

/* Append the token of a run under this input. */
void ha_tape_write(struct ha_text *text, const struct ha_tape_input *input,
                   uint64_t scenario_hash, uint64_t profile_hash);

#endif
