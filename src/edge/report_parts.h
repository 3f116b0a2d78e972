/*
 * report_parts - the formats of a report, and the text that they share
 */
#ifndef HA_EDGE_REPORT_PARTS_H
#define HA_EDGE_REPORT_PARTS_H

#include "edge/report.h"

/* The verdict of one scenario as a person reads it, with what led to it. */
void ha_report_tell(struct ha_report *report, const struct ha_outcome *outcome, FILE *to,
                    bool color);

/* Print a text, say so if memory was lacking for it, and close it. */
void ha_report_print(struct ha_report *report, FILE *to, struct ha_text *text);

/* TAP version 13. */
void ha_tap_begin(struct ha_report *report);
void ha_tap_add(struct ha_report *report, const struct ha_outcome *outcome);
void ha_tap_end(struct ha_report *report, const char *trouble);

/* One JUnit document, printed at the end: its head counts what follows. */
void ha_junit_add(struct ha_report *report, const struct ha_outcome *outcome);
void ha_junit_end(struct ha_report *report, const char *trouble);

/* "FILE [adversarial]: NAME": by what a test is known. */
void ha_outcome_title(const struct ha_outcome *outcome, struct ha_text *text);
/* What a run's findings are told by: severity in a word. */
const char *ha_severity_word(enum ha_severity severity);

/*
 * Append a string character by character as UTF-8; what is no UTF-8 or must not be in a text
 * document (control characters but tab and line break, noncharacters) becomes U+FFFD.
 *
 *   escape  what stands for a character, or NULL for itself
 */
void ha_add_harmless(struct ha_text *text, const char *string, size_t length,
                     const char *(*escape)(uint32_t point));

#endif
