/*
 * query_words - what a driver asked and was told, in words
 */
#ifndef HA_CHECK_QUERY_WORDS_H
#define HA_CHECK_QUERY_WORDS_H

#include "base/text.h"
#include "check/cast.h"
#include "core/trace.h"

/* A routine by its name, also one that has none. */
const char *ha_routine_words(uint32_t routine);
/* A QUERY, or a RELATION, which is one entry of its answer. */
void ha_query_words(const struct ha_cast *cast, const struct ha_record *record,
                    struct ha_text *words);

#endif
