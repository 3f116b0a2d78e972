/*
 * cast - who appears in a trace: the names of drivers, registrations, threads and objects
 *
 * It knows what the trace itself says, no more: also where processors and ranges of memory are,
 * because calls are named after those.
 */
#ifndef HA_CHECK_CAST_H
#define HA_CHECK_CAST_H

#include <stdbool.h>
#include <stdint.h>

#include "check/save.h"
#include "core/trace.h"

struct ha_cast;

/* NULL when memory is lacking. */
struct ha_cast *ha_cast_create(void);
void ha_cast_destroy(struct ha_cast *cast);
void ha_cast_reset(struct ha_cast *cast);
void ha_cast_walk(struct ha_cast *cast, struct ha_save_walk *walk);
/* Look at a record; those that name nobody are passed over. False when memory is lacking. */
bool ha_cast_take(struct ha_cast *cast, const struct ha_record *record);

/* A name, or NULL when the trace gave none. Valid until the cast takes another record. */
const char *ha_cast_name(const struct ha_cast *cast, enum ha_namespace space, uint32_t id);
/* The driver that made a registration, 0 when unknown. */
uint16_t ha_cast_owner(const struct ha_cast *cast, uint32_t registration);
/* The driver that made an entry of PnP notification, 0 when unknown. */
uint16_t ha_cast_entry_owner(const struct ha_cast *cast, uint32_t entry);
/* What an instance of a device interface stands for: iface.device, and enum ha_unit, which is
 * HA_UNIT_COUNT when it is unknown. */
unsigned ha_cast_device(const struct ha_cast *cast, uint32_t interface, unsigned *unit);
/* Where a processor is, by its index. False when it is unknown. */
bool ha_cast_place(const struct ha_cast *cast, uint32_t index, uint16_t *group, uint8_t *number);
/* The same of the processor that an instance stands for; HA_NO_GROUP for every other instance. */
void ha_cast_place_of(const struct ha_cast *cast, uint32_t interface, uint16_t *group,
                      uint8_t *number);
/* Where a range of memory begins, by its number, from 1. False when it is unknown. */
bool ha_cast_base(const struct ha_cast *cast, uint32_t range, uint64_t *base);
/* Whether a driver named the object, so that it is none of the kernel's own. */
bool ha_cast_is_drivers(const struct ha_cast *cast, uint32_t object);
/* enum ha_thread_kind of a thread, 0 when unknown. */
unsigned ha_cast_thread_kind(const struct ha_cast *cast, uint32_t thread);

#endif
