/*
 * jsonl_value - the value of one field, from JSON Lines into a record
 */
#ifndef HA_CHECK_JSONL_VALUE_H
#define HA_CHECK_JSONL_VALUE_H

#include "check/jsonl_scan.h"
#include "check/jsonl_words.h"
#include "check/vocabulary.h"

/*
 * Take the value of a field from where the cursor stands, and store it in the record.
 *
 *   routine  what QUERY asked, on which the shapes of its fields depend; 0 elsewhere
 *
 * Returns false when something is wrong, which the cursor then says.
 */
bool ha_value_read(struct ha_cursor *cursor, const struct ha_words *words,
                   const struct ha_field *field, uint32_t routine, struct ha_record *record);
/* Store what says least: null where the field has one, otherwise 0. */
void ha_value_leave_out(const struct ha_field *field, struct ha_record *record);

#endif
