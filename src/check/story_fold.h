/*
 * story_fold - calls of one registration for processor after processor, as long as they are alike
 */
#ifndef HA_CHECK_STORY_FOLD_H
#define HA_CHECK_STORY_FOLD_H

#include <stdbool.h>

#include "core/trace.h"

/* All zero: no call. */
struct ha_fold {
    struct ha_record first;
    unsigned count;
    int step;                       /* from the processor of one to that of the next: 1 or -1 */
};

/* Take one more call, if it was uneventful and is like those before it. */
bool ha_fold_take(struct ha_fold *fold, const struct ha_record *enter,
                  const struct ha_record *leave);
/* The processor of a call, counted from 0. */
unsigned ha_fold_at(const struct ha_fold *fold, unsigned place);

#endif
