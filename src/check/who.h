/* who - what a line calls a driver, registration, thread or object, also one without a name */
#ifndef HA_CHECK_WHO_H
#define HA_CHECK_WHO_H

#include <stdint.h>

#include "base/text.h"
#include "check/cast.h"

/* "calm"; "driver2" when the trace gave no name. */
void ha_driver_words(const struct ha_cast *cast, uint16_t driver, struct ha_text *words);
/* "calm.sync", or "calm.#7"; `driver` 0 stands for the driver that made the registration. */
void ha_client_words(const struct ha_cast *cast, uint16_t driver, uint32_t registration,
                     struct ha_text *words);
/* The same from a registration alone; 0 is a handle that leads nowhere. */
void ha_registration_words(const struct ha_cast *cast, uint32_t registration,
                           struct ha_text *words);
/* "hot-add"; "system-3" where there may be several of a kind; nothing for thread 0. */
void ha_thread_words(const struct ha_cast *cast, uint32_t thread, struct ha_text *words);
/* An event, lock or table by its name, in quotes, or object 3. */
void ha_object_words(const struct ha_cast *cast, uint32_t object, struct ha_text *words);
/* The same for what a thread waits for: a driver's event is called one, and what the kernel has
   named, as "the lock", stands without quotes. */
void ha_awaited_words(const struct ha_cast *cast, uint32_t object, struct ha_text *words);

/* Long enough for any IRQL: a name, or IRQL with its number. */
#define HA_IRQL_TEXT 16
/* "DISPATCH_LEVEL", or "IRQL 7" written into `buffer`. */
const char *ha_irql_text(uint32_t irql, char buffer[HA_IRQL_TEXT]);

/* The four letters of a pool tag; a dot for what cannot be shown. */
#define HA_TAG_TEXT 5
void ha_tag_text(uint32_t tag, char text[HA_TAG_TEXT]);

/*
 * Where code of a driver has ended that the kernel called, as "a DPC routine returns", from the
 * routine in the record of a misuse; NULL where that is the routine that was called.
 */
const char *ha_end_words(uint32_t routine);

#endif
