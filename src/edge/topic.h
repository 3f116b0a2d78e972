/*
 * topic - what was met how often, and what never: some lines of a coverage report
 *
 *     endings   normally 319, deadlock 12
 *       never   budget
 */
#ifndef HA_EDGE_TOPIC_H
#define HA_EDGE_TOPIC_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"

struct ha_topic {
    const char *label;                  /* 9 letters at most */
    const uint64_t *count;              /* of the numbers from `first` up to `end` */
    unsigned first, end;
    const char *(*name)(unsigned number);
    bool (*is_possible)(unsigned number);   /* whether it may be missed; NULL: all of them */
};

/* Append those that have a count, with it, and those that have none. */
void ha_topic_write(const struct ha_topic *topic, struct ha_text *text);

/* Begin a line, or go on with its list, in another line where it is full. */
void ha_topic_label(struct ha_text *text, const char *label);
void ha_topic_word(struct ha_text *text, const char *word);

#endif
