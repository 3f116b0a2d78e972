/*
 * scan - one walk over the text of a JSON file that finds what is wrong and where everything is
 *
 * Stricter than RFC 8259 in what a scenario never needs: no NUL in a string, a bounded depth,
 * numbers of a bounded length.
 */
#ifndef HA_EDGE_SCAN_H
#define HA_EDGE_SCAN_H

#include <stddef.h>
#include <stdint.h>

#include "edge/place.h"

#define HA_SCAN_MOST_BYTES ((size_t)64 << 20)
#define HA_SCAN_MOST_DEPTH 64u

/* Where a value stands. Marks are in document order: an array's first element follows it. */
struct ha_mark {
    uint32_t key;       /* offset of its key's quote; of the value itself where it has no key */
    uint32_t value;     /* offset of its first byte */
    uint32_t next;      /* number of the mark after this value and all that is in it */
};

struct ha_marks {
    struct ha_mark *mark;
    size_t count, room;
};

/*
 * Walk over a text of at most HA_SCAN_MOST_BYTES.
 *
 *   marks  empty; filled with a mark for each value. The caller closes it, whatever the result
 *
 * Returns HA_OK, HA_EREAD with one complaint, HA_ENOMEM.
 */
int ha_scan(const struct ha_source *source, struct ha_marks *marks,
            struct ha_complaints *complaints);

void ha_marks_close(struct ha_marks *marks);

#endif
