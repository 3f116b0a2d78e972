/*
 * crash - what led to a crash or a hang of driver code, in words
 */
#ifndef HA_EDGE_CRASH_H
#define HA_EDGE_CRASH_H

#include <stdint.h>

#include "base/text.h"
#include "check/cast.h"
#include "check/nest.h"
#include "core/trace.h"

/* Watches a run that is played in a worker. All zero but its sink's function: nothing seen. */
struct ha_crash {
    struct ha_sink sink;
    struct ha_nest nest;            /* what the threads are inside of */
    struct ha_record before;        /* the newest record that the run itself has made */
    struct ha_record crash;         /* its CRASH; HA_NO_RECORD while there is none */
    bool lost;                      /* memory was lacking */
};

void ha_crash_init(struct ha_crash *crash);
void ha_crash_close(struct ha_crash *crash);

/* Append what it happened in, as " in DriverEntry of mine"; nothing for a thread of its own. */
void ha_crash_place(const struct ha_crash *crash, const struct ha_cast *cast,
                    struct ha_text *text);

/*
 * Append a paragraph on what has happened and where; nothing when there was no crash.
 *
 *   ending  of the run: HA_END_HANG is told otherwise than HA_END_CRASH
 *   hang_s  after so many seconds it was taken for a hang
 */
void ha_crash_tell(const struct ha_crash *crash, const struct ha_cast *cast,
                   enum ha_ending ending, uint32_t hang_s, struct ha_text *text);

#endif
