/*
 * story_words - what a record says, in words and without columns
 *
 * The other half of the story: nothing here knows what came before.
 */
#ifndef HA_CHECK_STORY_WORDS_H
#define HA_CHECK_STORY_WORDS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"
#include "check/cast.h"
#include "check/nest.h"
#include "core/trace.h"
#include "hotadd/profile.h"

/* "4 of 8 processors in 1 group, profile documented", with the knobs that somebody turned. */
void ha_story_head(const struct ha_record *begin, const struct ha_profile *profile,
                   struct ha_text *text);

/* How a line looks on a terminal. */
enum ha_paint { HA_PLAIN, HA_DIM, HA_RED, HA_GREEN, HA_YELLOW };

/* The escape that begins a paint; "" without colours. HA_PLAIN ends any other. */
const char *ha_paint_escape(enum ha_paint paint, bool color);

/* The processor that an add speaks of, as far as the trace has told. */
struct ha_story_processor {
    bool known;
    uint16_t index, group;
    uint8_t number;
};

/* A notification call that came and went; `last` is its processor, or the last one of a run. */
enum ha_paint ha_story_call(const struct ha_cast *cast, const struct ha_record *enter,
                            const struct ha_record *leave, unsigned last, struct ha_text *words);

/* Something begins, and other lines follow before it ends. */
void ha_story_opening(const struct ha_cast *cast, const struct ha_record *record,
                      struct ha_text *words);

/* Where a line stands. */
struct ha_story_setting {
    const struct ha_record *opener;     /* where what ends here began; of CRASH: the place that
                                           its thread was at; or NULL */
    bool told;                          /* it had a line of its own */
    struct ha_story_processor processor;
    const struct ha_text *said;         /* of DEBUG_PRINT: the whole message */
};

/*
 * What a record that is no notification call says. One whose driver is 0 speaks of the driver
 * that is known from the lines around it.
 */
enum ha_paint ha_story_fact(const struct ha_cast *cast, const struct ha_record *record,
                            const struct ha_story_setting *setting, struct ha_text *words);

/* Callback objects and their clients: story_callback.c */
enum ha_paint ha_story_callback(const struct ha_cast *cast, const struct ha_record *record,
                                struct ha_text *words);

/* "waits for the lock, held by hot-add", of WAIT_BEGIN and DEADLOCK. */
void ha_story_wait(const struct ha_cast *cast, const struct ha_record *record,
                   struct ha_text *words);
/* "DriverEntry of calm", "DPC 3 of calm on processor 4": of what begins and ends in driver code,
   notification calls apart. */
void ha_story_code_call(const struct ha_cast *cast, const struct ha_record *record,
                        struct ha_text *words);
/* ", DISPATCH_LEVEL became PASSIVE_LEVEL"; nothing when they are the same. */
void ha_story_irql_change(uint8_t before, uint8_t after, struct ha_text *words);
/* Where a thread calls routines from, or what the kernel does by itself on it, NULL for nothing;
   and as words: " in DriverEntry of calm". */
const struct ha_record *ha_story_place_of(const struct ha_nest *nest, uint32_t thread);
void ha_story_place(const struct ha_cast *cast, const struct ha_record *place,
                    struct ha_text *words);
/* The driver that a line speaks of, unless the lines around it say so. */
void ha_story_subject(const struct ha_cast *cast, const struct ha_record *record,
                      struct ha_text *words);
/* What was refused, misused, made to fail, taken or given back, what runs by itself, what was left
   behind and how code of a driver ended its process: part of the above. */
enum ha_paint ha_story_trouble(const struct ha_cast *cast, const struct ha_record *record,
                               struct ha_text *words);
enum ha_paint ha_story_pool(const struct ha_cast *cast, const struct ha_record *record,
                            struct ha_text *words);
enum ha_paint ha_story_running(const struct ha_cast *cast, const struct ha_record *record,
                               struct ha_text *words);
enum ha_paint ha_story_last(const struct ha_cast *cast, const struct ha_record *record,
                            const struct ha_story_setting *setting, struct ha_text *words);
/* How driver code was left, a request to unload, an image that is freed; DPCs; affinity: the
   same. */
enum ha_paint ha_story_code(const struct ha_cast *cast, const struct ha_record *record,
                            const struct ha_story_setting *setting, struct ha_text *words);
/* Memory that is added, how much is free, and what tells of it. */
enum ha_paint ha_story_memory(const struct ha_record *record, struct ha_text *words);
/* "4 GiB", "12345 bytes" */
void ha_bytes_words(uint64_t bytes, struct ha_text *words);
enum ha_paint ha_story_dpc(const struct ha_cast *cast, const struct ha_record *record,
                           struct ha_text *words);
enum ha_paint ha_story_affinity(const struct ha_cast *cast, const struct ha_record *record,
                                struct ha_text *words);
/* What ended a process: a signal, or with 0 for that an exit code. */
void ha_process_end_words(uint32_t number, uint32_t exit_code, struct ha_text *words);
/* "calm.pnp1", 0 is an entry that is none; "calm.pnp1 Arrival processor 4", as scenarios write it;
   the same with what else is to be said of the call: ", once more". */
void ha_entry_words(const struct ha_cast *cast, uint32_t entry, struct ha_text *words);
void ha_arrival_words(const struct ha_cast *cast, const struct ha_record *enter,
                      struct ha_text *words);
void ha_story_arrival(const struct ha_cast *cast, const struct ha_record *enter,
                      struct ha_text *words);
/* "processor 4", "memory 0x400000000", "interface 1", which drivers registered: of an instance. */
void ha_interface_words(const struct ha_cast *cast, uint32_t interface, struct ha_text *words);
/* Interfaces of drivers and those that go, devices that are opened, rebalances. */
enum ha_paint ha_story_interface(const struct ha_cast *cast, const struct ha_record *record,
                                 struct ha_text *words);
/* PnP notification: what begins, and what ends or has no parts. */
void ha_story_pnp_opening(const struct ha_cast *cast, const struct ha_record *record,
                          struct ha_text *words);
enum ha_paint ha_story_pnp(const struct ha_cast *cast, const struct ha_record *record,
                           const struct ha_story_setting *setting, struct ha_text *words);
/* Whether a removal is refused by this MISUSE: its handle leads to no live registration. */
bool ha_story_is_refused_removal(const struct ha_record *misuse);

#endif
