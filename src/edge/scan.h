/*
 * scan - one walk over the text of a JSON file that finds what is wrong and where everything is
 *
 * Stricter than RFC 8259 in what a scenario never needs: no NUL in a string, a bounded depth,
 * numbers of a bounded length.
 *
 * A file may have hundreds of thousands of events, and marks for all of them would take more
 * memory than what is made of them. So of the top object's list "events" only the first element
 * has marks; whoever wants to know about the others has them marked one after the other.
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

/* What of the list "events" has no marks: all behind its first element. */
struct ha_rest {
    size_t list;        /* number of the list's mark; 0 when everything has marks */
    size_t start;       /* offset behind the first element */
    size_t end;         /* offset of the closing bracket */
    size_t count;       /* of the elements without marks */
};

/*
 * Walk over a text of at most HA_SCAN_MOST_BYTES.
 *
 *   marks  empty; filled with a mark for each value outside `rest`. The caller closes it,
 *          whatever the result
 *   rest   set on HA_OK
 *
 * Returns HA_OK, HA_EREAD with one complaint, HA_ENOMEM.
 */
int ha_scan(const struct ha_source *source, struct ha_marks *marks, struct ha_rest *rest,
            struct ha_complaints *complaints);

/*
 * Mark one more element of `rest`, in a text that ha_scan() has found to be right.
 *
 *   behind  offset behind the element before it; is moved behind this one
 *   marks   what they held is replaced
 *
 * Returns HA_OK or HA_ENOMEM.
 */
int ha_scan_element(const struct ha_source *source, size_t *behind, struct ha_marks *marks);

void ha_marks_close(struct ha_marks *marks);

#endif
