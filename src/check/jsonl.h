/*
 * jsonl - a trace as JSON Lines, one object a record, complete
 *
 * Every line has seq, t (ns), event, thread, processor, irql, driver and active, then the fields
 * of its kind; a CB_CALL or PNP_CB_CALL is written as the two lines that it stands for. The fields
 * of a kind are one table, which is also their documentation.
 */
#ifndef HA_CHECK_JSONL_H
#define HA_CHECK_JSONL_H

#include "base/text.h"
#include "core/trace.h"
#include "hotadd/verdict.h"

/* Append the line, or the two lines, of one record. */
void ha_jsonl_add(struct ha_text *text, const struct ha_record *record);

/*
 * Append what a judge found, as a line that follows the trace; `from` is the line and function of
 * its place, or NULL.
 */
void ha_jsonl_add_finding(struct ha_text *text, const struct ha_finding *finding,
                          const char *from);

#endif
