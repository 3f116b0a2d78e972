/*
 * hotadd/nearest.h - which name a misspelt one may have meant
 */
#ifndef HOTADD_NEAREST_H
#define HOTADD_NEAREST_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The name among `names` that is nearest to a misspelt one: small edit distance, case ignored.
 * NULL when none is near enough to be meant.
 */
const char *ha_text_nearest(const char *word, const char *const *names, size_t count);

#ifdef __cplusplus
}
#endif
#endif
