/*
 * leftovers - what a driver has not given back when it goes
 */
#ifndef HA_NT_LEFTOVERS_H
#define HA_NT_LEFTOVERS_H

#include "nt/kernel.h"

/* Record all that a driver leaves behind; its image is about to be freed. */
void ha_leftovers_look_over(struct ha_kernel *kernel, const struct ha_driver *driver);

/*
 * The record of one such thing; `id` is its number among those of its kind, `made_at` the place
 * where its driver made it.
 */
void ha_record_left(const struct ha_driver *driver, enum ha_left what, uint32_t id,
                    uint32_t made_at);

#endif
