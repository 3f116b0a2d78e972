/*
 * lacking - what a trace from elsewhere may leave out, and which rules then are not judged
 *
 * Who records on a real machine sees less than the simulator does. Each row of a table is
 * something that a trace can lack: a member of its lines, a kind of record that its maker never
 * writes, or records between two others. A rule that rests on it would be found broken where
 * nothing is wrong, so findings against it are not believed, and the verdict says so.
 */
#ifndef HA_CHECK_LACKING_H
#define HA_CHECK_LACKING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "hotadd/verdict.h"

#define HA_LACKS 62u                        /* rows at most */
#define HA_LACK_NEVER 63u                   /* stands for what no line may lack */
#define HA_LACK_BIT(row) (UINT64_C(1) << (row))
#define HA_LACK_RECORDS 0u                  /* the row of a gap in seq */

/* The row of a member that lines of a kind may leave out, or HA_LACK_NEVER. */
unsigned ha_lack_of(unsigned kind, const char *field);
/* The rows of kinds that a trace from elsewhere never has, as bits; `seen` is indexed by kind. */
uint64_t ha_lack_of_kinds(const bool *seen);

/* Whether a rule rests on something that is lacking; `lacking` has a bit for each row. */
bool ha_lack_hides(uint64_t lacking, const struct ha_rule *rule);
/* Append a line for each row that hides some rule. */
void ha_lack_write(uint64_t lacking, struct ha_text *text);

/* A row, for tests: NULL behind the last. */
const char *ha_lack_rules(unsigned row);

#endif
