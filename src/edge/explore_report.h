/*
 * explore_report - what is printed of a scenario that was searched
 */
#ifndef HA_EDGE_EXPLORE_REPORT_H
#define HA_EDGE_EXPLORE_REPORT_H

#include "edge/survey.h"

/* What was found, a paragraph each, with the command that repeats it. */
void ha_explore_report_finds(const struct ha_survey *survey, struct ha_text *text);
/* The verdict and how much was searched; one line for each. */
void ha_explore_report_summary(const struct ha_survey *survey, struct ha_text *text);
/* The choice points of the ordinary course. */
void ha_explore_report_points(const struct ha_survey *survey, struct ha_text *text);

#endif
