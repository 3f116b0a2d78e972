/*
 * pool_gone - memory that drivers gave back a short while ago
 *
 * It is not lent to anybody else at once, so that who still writes there harms nobody, and leaves
 * a trace: nothing watches the writing itself, but what lies there is known.
 */
#ifndef HA_NT_POOL_GONE_H
#define HA_NT_POOL_GONE_H

#include "nt/kernel.h"

/* Every byte of memory that was given back. */
#define HA_GIVEN_BACK_BYTE 0xddu

/* A block that goes: what the arena lent, and the part of it that was the driver's. */
struct ha_gone_block {
    unsigned char *bytes, *memory;
    size_t byte_count, size;
    uint32_t id;
    uint16_t driver;
};

/* Take a block over, in place of the arena, which gets it when others have come after it. */
void ha_gone_keep(struct ha_kernel *kernel, const struct ha_gone_block *block);

/* Let the arena have all of them now. Returns whether there were any. */
bool ha_gone_let_go(struct ha_kernel *kernel);

/* Look at those of a driver whose image goes. */
void ha_gone_look_over(struct ha_kernel *kernel, uint16_t driver);

#endif
