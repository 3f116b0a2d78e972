/*
 * story - a trace as a person reads it: a line a call, names instead of numbers, aligned
 */
#ifndef HA_CHECK_STORY_H
#define HA_CHECK_STORY_H

#include <stdbool.h>

#include "base/text.h"
#include "check/judge.h"
#include "core/trace.h"

struct ha_story;

/* NULL when memory is lacking. `color`: ANSI escapes for a terminal. */
struct ha_story *ha_story_create(bool color);
void ha_story_destroy(struct ha_story *story);
/* Records go in by the sink ... */
struct ha_sink *ha_story_sink(struct ha_story *story);
/* ... and lines come out here; the text belongs to the story and may be cleared by the caller. */
struct ha_text *ha_story_text(struct ha_story *story);

/*
 * A finding as a paragraph: rule and sentence, call, expected, seen, where it comes from, source,
 * and how firm it is.
 *
 *   driver_name, from, repeat  may be NULL: the name of the driver at fault, the line and function
 *                              of the finding's place, the command line that repeats the run
 */
void ha_story_add_finding(struct ha_text *text, const struct ha_finding *finding,
                          const char *driver_name, const char *from, const char *repeat,
                          bool color);

#endif
