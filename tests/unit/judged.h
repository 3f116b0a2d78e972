/*
 * judged - a trace that is written down, judged, and what was found in short
 */
#ifndef HA_TESTS_JUDGED_H
#define HA_TESTS_JUDGED_H

#include "base/text.h"
#include "check/judge.h"

/* Judge a trace; its findings are there until the next one. */
void judge_text(struct ha_judge *judge, const char *text);

/* Put a finding behind those that are there, as a case of a table says it: struct judging. */
void judged_in_short(const struct ha_finding *finding, struct ha_text *text);

#endif
