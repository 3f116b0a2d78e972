/*
 * story_words - what a record says, in words and without columns
 *
 * The other half of the story: nothing here knows what came before.
 */
#ifndef HA_CHECK_STORY_WORDS_H
#define HA_CHECK_STORY_WORDS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"
#include "check/cast.h"
#include "core/trace.h"

/* How a line looks on a terminal. */
enum ha_paint { HA_PLAIN, HA_DIM, HA_RED, HA_GREEN, HA_YELLOW };

/* The escape that begins a paint; "" without colours. HA_PLAIN ends any other. */
const char *ha_paint_escape(enum ha_paint paint, bool color);

/* The processor that an add speaks of, as far as the trace has told. */
struct ha_story_processor {
    bool known;
    uint16_t index, group;
    uint8_t number;
};

/* A notification call that came and went; `last` is its processor, or the last one of a run. */
enum ha_paint ha_story_call(const struct ha_cast *cast, const struct ha_record *enter,
                            const struct ha_record *leave, unsigned last, struct ha_text *words);

/* Something begins, and other lines follow before it ends. */
void ha_story_opening(const struct ha_cast *cast, const struct ha_record *record,
                      struct ha_text *words);

/* What a record that is no notification call says; `opener` is where it began, or NULL. */
enum ha_paint ha_story_fact(const struct ha_cast *cast, const struct ha_record *record,
                            const struct ha_record *opener,
                            const struct ha_story_processor *processor, struct ha_text *words);

#endif
