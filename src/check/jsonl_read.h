/*
 * jsonl_read - JSON Lines back into records, a line at a time
 *
 * One pass over the bytes, and no tree. Keys are taken in any order, and fastest in the order of
 * check/vocabulary.h. What a line may leave out, and what that costs, is in check/lacking.h.
 */
#ifndef HA_CHECK_JSONL_READ_H
#define HA_CHECK_JSONL_READ_H

#include "check/jsonl_scan.h"
#include "check/lacking.h"
#include "core/trace.h"

struct ha_jsonl_reader;

enum ha_line {
    HA_LINE_RECORD,
    HA_LINE_FINDING,            /* what another judge has found: no record */
    HA_LINE_BLANK,
    HA_LINE_WRONG               /* ha_jsonl_reader_wrong() says what */
};

/* NULL when memory is lacking. */
struct ha_jsonl_reader *ha_jsonl_reader_create(void);
void ha_jsonl_reader_destroy(struct ha_jsonl_reader *reader);

/*
 * Read a line, without its line feed.
 *
 * The members of a record that the line does not have get the value that says least: the number
 * behind the last, its time and active count, null where there is one, otherwise 0. A TRACE_BEGIN
 * begins another trace, and forgets what the one before it lacked.
 */
enum ha_line ha_jsonl_read(struct ha_jsonl_reader *reader, const char *line, size_t length,
                           struct ha_record *record);

/* What is wrong with the line read last, and where in it. */
const struct ha_cursor *ha_jsonl_reader_wrong(const struct ha_jsonl_reader *reader);
/* What lines of this trace have lacked so far, a bit each: check/lacking.h. */
uint64_t ha_jsonl_reader_lacking(const struct ha_jsonl_reader *reader);

#endif
