/*
 * story_print - what a driver prints, and the bug check that it makes, in a story
 */
#ifndef HA_CHECK_STORY_PRINT_H
#define HA_CHECK_STORY_PRINT_H

#include "check/story_words.h"

/* A message whose parts come one after another. */
struct ha_print {
    struct ha_text text;
    uint32_t id;                /* of the message; 0 before the first */
};

/* Take a DEBUG_PRINT. Whether the message is whole now. */
bool ha_print_take(struct ha_print *print, const struct ha_record *record);
void ha_print_close(struct ha_print *print);

/* The sentence of a message, of which `said` is all; NULL: the record holds it. */
enum ha_paint ha_story_print(const struct ha_cast *cast, const struct ha_record *record,
                             const struct ha_text *said, struct ha_text *words);
enum ha_paint ha_story_bugcheck(const struct ha_cast *cast, const struct ha_record *record,
                                struct ha_text *words);

#endif
