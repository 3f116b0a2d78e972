/*
 * facts - what happened in a case, as the model foresees it and as the simulator's run shows it
 *
 * Facts stand in streams. Within one their order counts; where the rules leave the order between
 * two of them open, they are in different streams. A STEP in every stream begins each event.
 */
#ifndef HA_TESTS_FACTS_H
#define HA_TESTS_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Which stream; the last two are what the drivers themselves saw, the others are the trace. */
enum stream { SYNC, UNITS, WAITERS, PNP, REFERENCES, SEEN, SEEN_PNP, STREAMS };

enum what {
    STEP,
    ENTRY_BEGINS, ENTRY_ENDS, UNLOAD_ASKED, UNLOAD_BEGINS, UNLOAD_ENDS, IMAGE_GOES,
    ASKS, LOCKED, GETS, LEAVES, LEAVE_LOCKED, LEFT,     /* of Ke */
    JOINS, PARTS,                                       /* of the callback object */
    ADD_BEGINS, HARDWARE, ACTIVE, SCHED, STARTED, UP, DOWN, ADD_ENDS,
    MEMORY_BEGINS, ONLINE, MEMORY_ENDS,
    CALL, ANSWER, DEAD_CALL,
    UNIT_BEGINS, UNIT_ENDS,
    LISTENS, LISTENING, STOPS, STOPPED, HEARS, HEARD, DEAD_ENTRY, REFERS,
    SEES, QUERIES, HOLDS,
    IN_GROUP, IN_PLACE, RANGE,
    WHATS
};

struct fact {
    uint32_t what;          /* enum what */
    uint32_t who;           /* client or driver */
    uint32_t state;         /* of a callback, or flags */
    uint32_t index;         /* of a processor, or which device */
    uint32_t place;         /* group << 16 | number */
    int32_t status;
    int32_t op;             /* the status variable, or a second number */
    uint32_t around;        /* facts_around() */
};

struct facts {
    struct fact *fact[STREAMS];
    size_t count[STREAMS], room[STREAMS];
    bool lost;              /* memory was lacking */
};

void facts_say(struct facts *facts, enum stream stream, struct fact fact);
void facts_say_everywhere(struct facts *facts, struct fact fact);
void facts_clear(struct facts *facts);
void facts_close(struct facts *facts);

/* In `around` of an add or a call: the thread has another affinity than the first add had. */
#define FACTS_STRAYED 0x80000000u

/* Active processors, IRQL and kind of thread, as a record has them. */
static inline uint32_t facts_around(uint32_t active, uint32_t irql, uint32_t thread_kind)
{
    return thread_kind << 24 | irql << 16 | active;
}

/* The first stream that differs, STREAMS when none does; `at` is the place in it. */
enum stream facts_differ(const struct facts *expected, const struct facts *seen, size_t *at);
/* Both lists of a stream, from the beginning to the first difference and a little further. */
void facts_print(FILE *file, const struct facts *expected, const struct facts *seen,
                 enum stream stream, size_t at);

#endif
