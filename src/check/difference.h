/*
 * difference - where two traces part, in words
 */
#ifndef HA_CHECK_DIFFERENCE_H
#define HA_CHECK_DIFFERENCE_H

#include "base/text.h"
#include "core/trace.h"

/*
 * Append a paragraph on a course that came out in two ways, with the line of either, as JSON Lines,
 * where they differ first. Each way is given by its records from there on; one that has none has
 * ended there.
 */
void ha_difference_add(struct ha_text *text, const struct ha_record *first, size_t first_count,
                       const struct ha_record *second, size_t second_count);

#endif
